"""The same data, code and lock give the same bytes anywhere and on any day; `ucj verify` finds what is not of the build."""

import json
import os
import re
import subprocess
import sys

import pytest

from ucj_analysis import catalog
from ucj_analysis.briefs import export, manifest
from ucj_analysis.cli import main
from ucj_analysis.errors import UcjError

BUILD = """
import sys
from ucj_analysis.briefs import export
jobs = export.plan(["7500"], ("id",)) + export.plan(["7504"], ("en",), with_notebooks=False)
jobs = [j for j in jobs if j.kind == "brief" or j.path.startswith("notebooks/03")]
made, failed = export.build(jobs, sys.argv[1])
assert len(made) == 3 and not failed, failed
"""
# another day, for all that asks for the time through Python's module
CLOCK = "import time\n_t = time.time\ntime.time = lambda: _t() + 40 * 86400\n"
SURROUNDINGS = [
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "77", "TZ": "Asia/Makassar", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2", "LANG": "id_ID.UTF-8"},
]


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def two_builds(tmp_path_factory, root):
    """Two builds with other surroundings: hash seed, time zone, locale, threads, folder, working folder, day."""
    running = []
    for i, around in enumerate(SURROUNDINGS):
        work = tmp_path_factory.mktemp(f"work{i}")
        out = work / ("build" if i == 0 else "a longer folder") / "b"
        (work / "clock").mkdir()
        (work / "clock" / "sitecustomize.py").write_text(CLOCK if i else "")
        env = os.environ | around | {"PYTHONPATH": os.pathsep.join([str(work / "clock"), str(root)])}
        command = [sys.executable, "-c", BUILD, str(out)]
        running.append((out, subprocess.Popen(command, cwd=work, env=env, stderr=subprocess.PIPE, text=True)))
    for _, process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said[-2000:]
    return [out for out, _ in running]


def test_two_builds_are_the_same_to_the_byte(two_builds):
    a, b = map(contents, two_builds)
    assert a.keys() == b.keys()
    assert {
        "manifest.json",
        "index.html",
        "notebooks/03_poverty_paths.html",
        "briefs/7504-bone-bolango.en.html",
    } <= a.keys()
    assert [name for name in a if a[name] != b[name]] == []


def test_the_manifest_names_inputs_code_lock_and_outputs_and_no_day_or_place(two_builds, root):
    out = two_builds[0]
    text = (out / "manifest.json").read_text(encoding="utf-8")
    said = json.loads(text)
    package = catalog.default()
    assert {f"data/{r['path']}" for r in package.descriptor["resources"]} <= said["inputs"].keys()
    assert said["inputs"]["data/bps/panel.csv"] == manifest.digest((root / "data/bps/panel.csv").read_bytes())
    assert said["inputs"]["notebooks/03_poverty_paths.ipynb"]
    assert said["lock"] == manifest.digest((root / "requirements.lock").read_bytes())
    assert re.fullmatch(r"[0-9a-f]{64}", said["code"]["sha256"])
    assert said["environment"]["pandas"]
    made = {name for name in contents(out) if not name.startswith(".ucj/")}  # marks of --resume
    assert said["outputs"].keys() == made - {"manifest.json"}
    assert str(out) not in text
    assert str(root) not in text
    assert not re.search(r"20\d\d-\d\d-\d\dT|\d\d:\d\d", text)


def test_nothing_that_makes_briefs_asks_for_the_day(root):
    for folder in ("briefs", "figures", "metrics", "models"):
        for path in (root / "ucj_analysis" / folder).glob("*.py"):
            if path.name == "store.py":  # asks how old files of the cache are, to remove them
                continue
            assert not re.search(
                r"\b(today|now|utcnow|strftime|time\.time|uuid4)\(", path.read_text(encoding="utf-8")
            ), path


def test_verify_names_each_file_that_is_changed_missing_or_extra(two_builds, tmp_path, capsys):
    import shutil

    out = tmp_path / "build"
    shutil.copytree(two_builds[0], out)
    assert main(["verify", str(out)]) == 0
    assert "5 of 5 files are those of the manifest" in capsys.readouterr().out
    (out / "index.html").write_text((out / "index.html").read_text() + " ")
    (out / "briefs" / "7504-bone-bolango.en.html").unlink()
    (out / "briefs" / "7599-nowhere.id.html").write_text("x")
    assert main(["verify", str(out)]) == 1
    said = capsys.readouterr()
    for words in (
        "index.html (changed)",
        "7504-bone-bolango.en.html (missing)",
        "7599-nowhere.id.html (not of the manifest)",
    ):
        assert words in said.err
    assert main(["verify", str(out), "--format", "json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {r["state"] for r in rows} == {"changed", "missing", "not of the manifest"}


@pytest.mark.parametrize("text", ["{", "[]", '{"outputs": {"../x": "0"}}', '{"outputs": {"/etc/x": "0"}}'])
def test_what_is_no_manifest_is_refused(tmp_path, text):
    with pytest.raises(UcjError, match=r"no manifest\.json in"):
        manifest.verify(tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(UcjError, match="no manifest of briefs"):
        manifest.verify(tmp_path)


def test_a_second_run_vouches_for_the_first_only_while_inputs_and_files_are_the_same(tmp_path, monkeypatch):
    one, two = (export.plan([c], ("id",), with_notebooks=False) for c in ("7501", "7502"))
    for j in (*one, *two):
        (tmp_path / j.path).parent.mkdir(exist_ok=True)
        (tmp_path / j.path).write_text(j.name)
    monkeypatch.setattr(manifest.changes, "write_page", lambda out: None)
    (tmp_path / "index.html").write_text("index")

    def outputs():
        return set(json.loads((tmp_path / "manifest.json").read_text())["outputs"])

    manifest.write(tmp_path, [one[0].path])
    assert outputs() == {one[0].path, "index.html"}
    manifest.write(tmp_path, [two[0].path])
    assert outputs() == {one[0].path, two[0].path, "index.html"}
    (tmp_path / one[0].path).write_text("edited")
    manifest.write(tmp_path, [two[0].path])
    assert outputs() == {two[0].path, "index.html"}
    other = manifest.sources() | {"lock": "another"}
    monkeypatch.setattr(manifest, "sources", lambda: other)
    manifest.write(tmp_path, [one[0].path])
    assert outputs() == {one[0].path, "index.html"}
