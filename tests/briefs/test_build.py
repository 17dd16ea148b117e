"""Builds: the same bytes whatever runs them, whole or not at all, resumed, and following an edited notebook."""

import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from ucj_analysis import catalog, paths
from ucj_analysis.briefs import content, export, notebooks, runner, site, store, strip
from ucj_analysis.briefs.exporter import BriefExporter
from ucj_analysis.errors import UcjError
from ucj_analysis.regions import children, get

BOOK = paths.notebooks_dir() / "brief.ipynb"
V4 = nbformat.v4


def run(*arguments, **env):
    command = [sys.executable, "-m", "ucj_analysis.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env, check=False)


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# -- by hand and by command --------------------------------------------------------------------------------------------


def test_a_kernel_gives_the_file_that_the_command_writes(built):
    book = notebooks.with_parameters(notebooks.read(BOOK), {"REGION": "7504", "LANG": "id"})
    done = notebooks.execute(book, BOOK.name, BOOK.parent)
    html, _ = BriefExporter().from_notebook_node(done)
    assert html == (built / "briefs" / export.file_name(get("7504"), "id")).read_text(encoding="utf-8")


CELLS = [
    "import sys\nprint('a'); print('b')",
    "from IPython.display import HTML, Markdown, display\ndisplay(Markdown('*x*'))\nprint('after', file=sys.stderr)\n6 * 7",
    "import pandas as pd\npd.DataFrame({'n': [1, 2]})",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "_ + 1 if isinstance(_, int) else __",
    "x = 1;\nx;",
    "await __import__('asyncio').sleep(0, 'slept')",
    "class A:\n    def _repr_html_(self): return '<b>a</b>'\n    def __repr__(self): return 'A'\nA()",
]


def outputs(book):
    """Outputs as one compares them: neighbouring streams joined, pictures by their kind."""
    out = []
    for cell in book.cells:
        here = []
        for o in cell.outputs:
            if o.output_type == "stream" and here and here[-1][0] == ("stream", o.name):
                here[-1][1] += o.text
            elif o.output_type == "stream":
                here.append([("stream", o.name), o.text])
            else:
                data = {k: v if k != "image/png" else len(v) > 1000 for k, v in o.data.items()}
                data = {k: re.sub(r"0x\w+", "0x", v) if isinstance(v, str) else v for k, v in data.items()}
                here.append([(o.output_type, o.get("execution_count")), data, dict(o.metadata)])
        out.append(here)
    return out


def test_cells_run_here_show_what_a_kernel_shows(tmp_path):
    book = V4.new_notebook(cells=[V4.new_code_cell(c) for c in CELLS])
    mine = outputs(runner.execute(book, "x.ipynb", tmp_path))
    theirs = outputs(notebooks.execute(book, "x.ipynb", tmp_path))
    assert mine == theirs
    assert sum(len(c) for c in mine) >= 9


def test_runs_do_not_see_each_other(tmp_path):
    first = V4.new_notebook(cells=[V4.new_code_cell("left = 1")])
    runner.execute(first, "a.ipynb", tmp_path)
    with pytest.raises(
        UcjError, match=r"notebook b\.ipynb, code cell 1 \(left\): NameError: name 'left' is not defined"
    ):
        runner.execute(V4.new_notebook(cells=[V4.new_code_cell("left")]), "b.ipynb", tmp_path)
    assert "UCJ_UNATTENDED" not in os.environ
    with pytest.raises(UcjError, match=r"c\.ipynb stopped: code cell 1 took longer than 0\.2 s"):
        runner.execute(V4.new_notebook(cells=[V4.new_code_cell("while True: pass")]), "c.ipynb", tmp_path, timeout=0.2)


def test_an_edited_notebook_is_followed(tmp_path):
    book = nbformat.read(BOOK, as_version=4)
    at = {c.id: i for i, c in enumerate(book.cells)}
    trend = book.cells.pop(at["trend"])
    book.cells.insert(at["findings"], trend)  # the chart before the findings
    added = [
        V4.new_markdown_cell("## Catatan analis\n\nDua kata. <script>alert(1)</script>"),
        V4.new_code_cell("import pandas as pd\npd.DataFrame({'desa': ['A & B'], 'n': [3]})"),
        V4.new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"),
        V4.new_code_cell("print('dicetak')", metadata={"tags": ["note"]}),
    ]
    book.cells[-1:-1] = added
    nbformat.write(book, tmp_path / "mine.ipynb")
    jobs = export.plan(["7504"], ("id",), with_notebooks=False)
    made, failed = export.build(jobs, tmp_path / "out", notebook=tmp_path / "mine.ipynb")
    assert not failed, failed
    html = (tmp_path / "out" / made[0].path).read_text(encoding="utf-8")
    spots = [
        html.index(x) for x in ('id="h-chart"', 'id="h-findings"', "Catatan analis", "A &amp; B", 'class="sources"')
    ]
    assert spots == sorted(spots)
    assert '<img src="data:image/png;base64,' in html
    assert 'alt="Gambar yang ditambahkan pada buku kerja"' in html
    assert "<script" not in html
    assert "dicetak" not in html


def test_a_notebook_without_its_head_is_refused(tmp_path):
    book = nbformat.read(BOOK, as_version=4)
    book.cells = [c for c in book.cells if c.id != "head"]
    nbformat.write(book, tmp_path / "bare.ipynb")
    _, failed = export.build(
        export.plan(["7504"], ("id",), with_notebooks=False), tmp_path, notebook=tmp_path / "bare.ipynb"
    )
    assert "shows no head" in failed[0][1]


# -- the same bytes ----------------------------------------------------------------------------------------------------


def test_the_same_bytes_whatever_runs_them(tmp_path):
    region = ["-r", "7504", "-r", "9501"]
    one = run("briefs", *region, "-o", str(tmp_path / "a"), "--workers", "1", "--no-cache", PYTHONHASHSEED="1", TZ="UTC",
              LC_ALL="C")  # fmt: skip
    assert one.returncode == 0, one.stderr
    os.makedirs(tmp_path / "elsewhere")
    command = [sys.executable, "-m", "ucj_analysis.cli", "briefs", *region, "-o", str(tmp_path / "b"), "--workers", "3"]
    env = os.environ | {"PYTHONHASHSEED": "77", "TZ": "Asia/Makassar", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2",
                        "PYTHONPATH": os.pathsep.join([str(paths.top_dir()), os.environ.get("PYTHONPATH", "")])}  # fmt: skip
    for _ in range(2):  # the second time from the cache that the first filled
        two = subprocess.run(command, cwd=tmp_path / "elsewhere", env=env, capture_output=True, text=True, check=False)
        assert two.returncode == 0, two.stderr
        a, b = files(tmp_path / "a"), files(tmp_path / "b")
        assert len(a) == 11  # four briefs, what each was made from, two pages that lead to them, the manifest
        assert list(a) == list(b)
        assert [n for n in a if a[n] != b[n]] == []


def test_without_fork_the_bytes_are_the_same(built, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "FORKS", False)
    made, _ = export.build(export.plan(["7503"], with_notebooks=False), tmp_path)
    for job in made:
        assert (tmp_path / job.path).read_bytes() == (built / job.path).read_bytes()


# -- whole or not at all -----------------------------------------------------------------------------------------------


def test_a_child_that_dies_costs_one_brief(tmp_path, monkeypatch):
    true = content.Brief.ladder

    def dies(self):
        if self.facts.region.code == "7502":
            os.kill(os.getpid(), signal.SIGKILL)
        return true(self)

    monkeypatch.setattr(content.Brief, "ladder", dies)
    jobs = export.plan(["7501", "7502", "7503"], ("en",), with_notebooks=False)
    made, failed = export.build(jobs, tmp_path, workers=1)
    assert [j.region for j in made] == ["7501", "7503"]
    assert [(j.region, r) for j, r in failed] == [("7502", "the process that made it ended (signal 9)")]


def test_work_beside_gives_its_value_its_error_or_is_done_again():
    here = os.getpid()
    assert export.beside(lambda: (os.getpid() != here, 6 * 7))() == (export.FORKS, 42)

    def refuses():
        raise UcjError("no figures of 7501")

    with pytest.raises(UcjError, match="no figures of 7501"):
        export.beside(refuses)()

    def dies():
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "made here"

    assert export.beside(dies)() == "made here"
    assert export.beside(lambda: export.beside(lambda: 7)() + 1)() == 8
    assert multiprocessing.active_children() == []
    assert not export._BESIDE


def test_interrupted_while_work_is_done_beside(tmp_path, monkeypatch):
    deep = tmp_path / "deep"

    def works(*_):
        def deeper():
            deep.write_text(str(os.getpid()))
            time.sleep(60)

        return export.beside(deeper)()

    def interrupted(*_):
        while export.FORKS and not (deep.is_file() and deep.read_text()):
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(export.facts, "relation_of", works)
    monkeypatch.setattr(notebooks, "read", interrupted)
    jobs = export.plan(["7501"], ("id",), with_notebooks=False)
    with pytest.raises(KeyboardInterrupt):
        export.build(jobs, tmp_path / "out", cache=False)
    for _ in range(200):  # the child ends its own child, and is collected
        if not multiprocessing.active_children() and not (deep.is_file() and _alive(int(deep.read_text()))):
            return
        time.sleep(0.05)
    raise AssertionError("what was begun beside is still at work")


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").is_file() or Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_interrupted_cleanly_and_resumed(tmp_path):
    jobs = export.plan(["7501", "7502", "7503", "7504"], ("id",), with_notebooks=False)
    seen = []

    def interrupt(job, error):
        seen.append(job)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export.build(jobs, tmp_path, interrupt, workers=1)
    assert multiprocessing.active_children() == []
    assert not list(tmp_path.rglob("*.part"))
    assert all(p.read_text(encoding="utf-8").endswith("</html>\n") for p in (tmp_path / "briefs").glob("*.html"))
    first = tmp_path / jobs[0].path
    stamp = first.stat().st_mtime_ns
    (tmp_path / jobs[1].path).write_text("damaged", encoding="utf-8")
    made, failed = export.build(jobs, tmp_path, resume=True)
    assert (len(made), failed) == (4, [])
    assert first.stat().st_mtime_ns == stamp
    assert "damaged" not in (tmp_path / jobs[1].path).read_text(encoding="utf-8")


def test_resume_makes_anew_what_has_other_inputs(tmp_path):
    jobs = export.plan(["7501"], ("id",), with_notebooks=False)
    export.build(jobs, tmp_path)
    shop = export.Workshop(tmp_path, BOOK, jobs, None)
    assert shop.stands(jobs[0])
    shop.base = "other inputs"
    assert not shop.stands(jobs[0])


def test_a_name_with_markup_is_text(package, tmp_path):
    nasty = 'Bone <script>alert(1)</script> "x" \u200f& Co'
    table = package / "regions" / "regions.csv"
    text = table.read_text(encoding="utf-8")
    quoted = '"' + nasty.replace('"', '""') + '"'
    assert "7504,Bone Bolango," in text
    table.write_text(text.replace("7504,Bone Bolango,", f"7504,{quoted},"), encoding="utf-8")
    catalog.seal(package)
    done = run("briefs", "-r", "7504", "-r", "7503", "-l", "en", "-o", str(tmp_path / "out"), UCJ_DATA=str(package))
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "out").rglob("*.html"))
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r"\son\w+=", text)
    text = next(p for p in pages if p.name.startswith("7504")).read_text(encoding="utf-8")
    assert (
        "<title>Workers&#39; social security and poverty in Bone &lt;script&gt;alert(1)&lt;/script&gt; &#34;x&#34; \u200f&amp; Co Regency</title>"
        in text
    )
    assert re.fullmatch(r"7504-[a-z0-9-]+\.en\.html", next(p.name for p in pages if p.name.startswith("7504")))


# -- any province ------------------------------------------------------------------------------------------------------

SLIPS = re.compile(r"[{}]|None|\bnan\b| [,.;]|\.\.|\(\)|,,|&lt;")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_all_provinces_read_well_and_claim_nothing_of_gorontalo(inputs, lang):
    from ucj_analysis.briefs.quantity import plain
    from ucj_analysis.regions import children

    some = {
        "1100": "1101",
        "3100": "3101",
        "3400": "3471",
        "9500": "9501",
        "9700": "9708",
        "6500": "6571",
        "7400": "7413",
    }
    for province in children("0000"):
        codes = [province.code, *([some[province.code]] if province.code in some else [])]
        for code in codes:
            values = content.compose(inputs, code, lang)["page"]
            said = (
                [x[k] for x in values["findings"] for k in ("lead", "body")] + values["limits"] + values["next_steps"]
            )
            text = " ".join(plain(x) for x in said)
            assert not SLIPS.search(text), (code, SLIPS.search(text), text)
            assert ("Gorontalo" in text) == (province.code == "7500"), code
            assert 3 <= len(values["findings"]) <= 5
            assert len(values["tables"]) == (2 if code == province.code else 1)
            assert len(values["next_steps"]) >= 3


def test_figures_of_another_province_are_those_of_the_panel(inputs):
    panel = catalog.table("panel").query("period == '2025-03' and indicator == 'P0'").set_index("region_code")["value"]
    f = content.gather(inputs, "7371")
    own = panel["7371"]
    here = panel[panel.index.str.startswith("73") & (panel.index != "7300")]
    assert (f.p0.value, f.rank, f.ranked) == (own, 1 + (here < own).sum(), 24)
    regencies = panel[~panel.index.str.endswith("00")]
    assert len(regencies) == 514
    assert (f.nation.lower, f.nation.higher) == ((regencies < own).sum(), (regencies > own).sum())
    assert f.nation.median.value == pytest.approx(regencies.median())
    series = inputs.extreme.series  # all years and bases, as `ucj extreme` shows them
    row = series[
        (series["region_code"] == "7371") & (series["year"] == 2025) & (series["definition"] == "extreme_usd215")
    ]
    assert f.estimate.rate.value == pytest.approx(row["rate"].item())
    assert (f.estimate.low.value, f.estimate.high.value) == (row["lower80"].item(), row["upper80"].item())


def test_a_divided_province_is_not_compared_across_its_division(inputs):
    f = content.gather(inputs, "9400")
    assert f.p0_start.period == "2024-03"
    assert content.gather(inputs, "9501").p0_change_province is None  # the new province has no figure of 2021
    before = [r for r in inputs.paths["P0", "9400"] if r["year"] == 2023]
    assert before[0]["segment_id"] != inputs.paths["P0", "9400"][-1]["segment_id"]


def test_tiles_until_the_boundaries_are_there(inputs, reference, tmp_path, monkeypatch):
    import json

    from ucj_analysis.loaders import boundaries

    f = content.gather(inputs, "9501")
    shown = content.poverty_map(replace(inputs), f, "en")
    assert "ucj fetch boundaries" in shown["caption"]
    assert shown["alt"].startswith("Tiles of the poverty rate")
    features = json.loads((reference / "boundaries" / "indonesia_adm2.geojson").read_text(encoding="utf-8"))["features"]
    named = [{"properties": {"shapeName": x["properties"]["name"]}, "geometry": x["geometry"]} for x in features]
    monkeypatch.setenv("UCJ_DOWNLOADS", str(tmp_path))
    (tmp_path / boundaries.FILE).write_text(boundaries.geojson(boundaries.with_codes(named)), encoding="utf-8")
    mapped = content.poverty_map(replace(inputs), f, "en")
    assert "fetch" not in mapped["caption"]
    assert mapped["alt"].startswith("Map of the poverty rate")


# -- layers, cache, hook -----------------------------------------------------------------------------------------------


def test_each_region_sees_its_own_highlight(inputs):
    import base64

    code_a, code_b = content.gather(inputs, "7504"), content.gather(inputs, "7501")
    for draw in (content.coverage_map, content.extreme_ladder, content.poverty_chart):
        svgs = []
        for f in (code_a, code_b):
            svg = base64.b64decode(draw(inputs, f, "id")["uri"].split(",")[1]).decode()
            root = ET.fromstring(svg)
            ids = {e.get("id") for e in root.iter() if e.get("id")}
            used = set(re.findall(r'href="#([^"]+)"|url\(#([^)"]+)\)', svg))
            assert {a or b for a, b in used} <= ids
            svgs.append(svg)
        assert svgs[0] != svgs[1]
        assert not re.search(r"only \d|without \d", svgs[0])


def test_cache_entries_are_whole_or_made_anew(tmp_path):
    calls = []

    def make():
        calls.append(1)
        return {"a": 1}

    kept = store.Store(tmp_path, "base")
    assert [kept.get("x", make) for _ in range(2)] == [{"a": 1}] * 2
    assert len(calls) == 1
    (entry,) = tmp_path.rglob("*.pickle")
    entry.write_bytes(entry.read_bytes()[:-3])  # cut short by a full disk
    assert kept.get("x", make) == {"a": 1}
    assert len(calls) == 2
    assert store.Store(tmp_path, "other base").get("x", make) == {"a": 1}
    assert len(calls) == 3
    assert store.Store(None, "base").get("x", make) == {"a": 1}
    assert len(calls) == 4


def test_what_is_shared_comes_from_the_cache_and_is_the_same(monkeypatch, inputs):
    content.inputs()  # fills the cache of the tests, where no earlier test has
    content._OPEN.clear()
    monkeypatch.setattr(content, "load", lambda package: pytest.fail("the tables were read again"))
    kept = content.inputs()
    assert {"paths", "recent", "last_estimates", "known", "recorded"} <= set(vars(kept))
    assert kept.paths == inputs.paths
    assert kept.recent.series.equals(inputs.recent.series)
    assert kept.package is catalog.default()
    assert "store" not in vars(replace(kept, coverage=kept.coverage))  # other tables take no figures drawn from these


def test_a_brief_opens_by_name_or_code():
    assert content.open_brief("Makassar", "id").facts.region.code == "7371"
    assert content.open_brief("Gorontalo", "id").facts.region.code == "7502"
    assert content.open_brief("7504", "en").lang == "en"


def test_the_cache_depends_on_the_data(package):
    before = store.data_hash(catalog.Package(package))
    with open(package / "events.csv" if (package / "events.csv").is_file() else package / "definitions.csv", "a") as f:
        f.write("\n")
    assert store.data_hash(catalog.Package(package)) != before


def test_hook_strips_what_a_run_leaves(tmp_path):
    for path in paths.notebooks_dir().glob("*.ipynb"):
        assert strip.stripped(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8"), path.name
    book = nbformat.read(BOOK, as_version=4)
    book.cells[1].outputs = [V4.new_output("stream", text="x")]
    book.cells[1].execution_count = 3
    book.cells[1].metadata["execution"] = {"iopub.status.busy": "2026-01-01"}
    dirty = tmp_path / "a.ipynb"
    nbformat.write(book, dirty)
    assert strip.main([str(dirty)]) == 1
    assert nbformat.read(dirty, as_version=4).cells[1].outputs == []
    assert "2026-01-01" not in dirty.read_text(encoding="utf-8")
    assert strip.main([str(dirty)]) == 0
    shutil.copy(BOOK, tmp_path / "b.ipynb")
    assert strip.main([str(tmp_path / "b.ipynb")]) == 0


def test_tiles_of_the_site_stand_behind_the_name_of_their_province(tmp_path):
    (tmp_path / "briefs").mkdir()
    for name in ("7315-pinrang.id.html", "9501-jayawijaya.id.html"):
        (tmp_path / "briefs" / name).write_text("x")
    page = site.pages(tmp_path)["briefs/index.html"]
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert re.findall(r"<text[^>]*>([^<]+)", picture) == ["Sulawesi Selatan", get("9500").name]
    assert picture.count("<rect") == len(children("7300")) + len(children("9500"))
    assert picture.count('<a href="') == 2
