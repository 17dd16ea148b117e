"""New data: previewed, accepted as one or not at all, undone; earlier values stay; corrections fail once mended."""

import csv
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from constants import CODES, NAMES, P0_2025, SIX
from kills import run as kill_updates
from kills import tree

from ucj_analysis import catalog, cli, files, observations, reruns
from ucj_analysis.briefs import changes, content, facts
from ucj_analysis.briefs.quantity import Voice, plain
from ucj_analysis.errors import DataError, UcjError
from ucj_analysis.loaders import bps_files
from ucj_analysis.regions import get
from ucj_analysis.reruns import inbox, text, writing
from ucj_analysis.reruns.matching import compare


def drop(
    package, name, rows, *, title="Persentase Penduduk Miskin (P0) Menurut Kabupaten/Kota (Persen)", years=("2025",)
):
    """Put a file into the inbox as BPS's dynamic tables are exported: title, years, regions, the province last."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Kabupaten/Kota", title, *[""] * (len(years) - 1)])
    writer.writerow(["", *years])
    writer.writerows([label, *(values if isinstance(values, list) else [values])] for label, values in rows)
    (package / "inbox" / name).write_text(out.getvalue(), encoding="utf-8-sig")


def whole(values=P0_2025, province=13.24):
    return [*zip(NAMES, values, strict=True), ("Provinsi Gorontalo", province)]


def look(package, *, trust=()):
    """The inbox of a copy held against the package of the clone, which is opened once."""
    found = compare(inbox.read_inbox(package / "inbox"), catalog.default(), trust=trust)
    none = pd.DataFrame(columns=["kind"])
    return reruns.Preview(found, none, none, 0, [])


def statuses(found, table="poverty"):
    here = found.figures[found.figures["table"] == table]
    return dict(zip(here["region_code"], here["status"], strict=True))


def without(package, period="2025-03", indicator="P0"):
    """Take one year of one indicator out of a copy of the package, as if BPS had not published it yet."""
    for name in ("bps/poverty.csv", "bps/panel.csv"):
        rows = list(csv.reader((package / name).read_text(encoding="utf-8").splitlines()))
        at = {h: i for i, h in enumerate(rows[0])}
        keep = [r for r in rows if not (r[at["period"]] == period and r[at["indicator"]] == indicator)]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(keep)
        (package / name).write_text(out.getvalue(), encoding="utf-8")
    catalog.seal(package)


# -- the preview -------------------------------------------------------------------------------------------------------


def test_figures_are_new_revised_unchanged_or_refused_with_the_reason(package):
    rows = [["Boalemo", [16.37, 16.0]], ["Gorontalo", [14.99, 14.5]], ["Pohuwato", ["-", 155]], ["Bone Bolango", [1316, 12.9]],
            ["Kota Gorontalo", [5.31, 0]], ["Wakanda", [10, 10]]]  # fmt: skip
    drop(package, "p0.csv", rows, years=("2025", "2026"))
    found = look(package)
    own = found.figures[found.figures["table"] == "poverty"].set_index(["region_code", "period"])
    assert own.loc[("7501", "2025-03"), "status"] == "unchanged"
    revised = own.loc[("7502", "2025-03")]
    assert revised["status"] == "revised"
    assert (revised["old"], revised["new"]) == (14.89, 14.99)
    assert revised["difference"] == pytest.approx(0.10)
    assert revised["percent"] == pytest.approx(100 * 0.10 / 14.89)
    assert own.loc[("7501", "2026-03"), "status"] == "new"
    assert own.loc[("7503", "2025-03"), "status"] == "missing"
    assert "0 to 100" in own.loc[("7503", "2026-03"), "reason"] or "outside" in own.loc[("7503", "2026-03"), "reason"]
    assert own.loc[("7504", "2025-03"), "status"] == "refused"
    assert "0" in own.loc[("7571", "2026-03"), "reason"]
    unknown = found.figures[found.figures["region_label"] == "Wakanda"]
    assert set(unknown["status"]) == {"refused"}
    assert unknown["reason"].str.contains("no region").all()


@pytest.mark.parametrize(
    ("title", "value", "reason"),
    [
        ("Jumlah Penduduk Miskin Menurut Kabupaten/Kota (Persen)", 22.3, "unit differs"),
        ("Garis Kemiskinan Menurut Kabupaten/Kota (Ribu Rupiah/Rumah Tangga/Bulan)", 1900, "unit differs|'Ribu Rupiah"),
        ("Garis Kemiskinan Makanan Menurut Kabupaten/Kota (Rupiah)", 300000, "food or other goods alone"),
        ("Persentase Penduduk Miskin Perempuan (Persen)", 16.1, "part of the population"),
        ("Tingkat Kemiskinan Ekstrem (Persen)", 1.2, "extreme poverty is kept with its basis"),
        ("Produksi Padi (Ton)", 1200, "no indicator of this package"),
    ],
)
def test_what_is_not_the_package_s_is_refused_with_the_reason(package, title, value, reason):
    drop(package, "x.csv", [[n, value] for n in NAMES], title=title)
    found = look(package)
    assert set(found.figures["status"]) == {"refused"}
    assert found.figures["reason"].str.contains(reason).all(), found.figures["reason"].unique()
    assert text.report(found).endswith("Nothing can be taken, for the reasons above.")


def test_thousands_and_persons_are_one_figure_and_a_missing_unit_follows_the_record(package):
    known = catalog.Package(package).table("panel").set_index(["region_code", "period", "indicator"])["value"]
    poor = [known[(c, "2025-03", "poor")] for c in SIX]
    for title, factor in (("Ribu Jiwa", 1), ("Jiwa", 1000)):
        drop(package, f"poor {factor}.csv", [[n, round(v * factor, 2)] for n, v in zip(NAMES, poor, strict=True)],
             title=f"Jumlah Penduduk Miskin Menurut Kabupaten/Kota ({title})")  # fmt: skip
    drop(package, "bare.csv", [[n, v] for n, v in zip(NAMES, poor, strict=True)], title="Jumlah Penduduk Miskin")
    assert set(look(package).figures["status"]) == {"unchanged"}
    drop(package, "bare.csv", [[n, 1000 * v] for n, v in zip(NAMES, poor, strict=True)], title="Jumlah Penduduk Miskin")
    bare = look(package).figures.query("file == 'bare.csv'")
    assert set(bare["status"]) == {"refused"}
    assert bare["reason"].str.contains("unit").all()


def test_a_file_whose_name_contradicts_it_waits_until_someone_has_looked(package):
    drop(package, "p0 tahun 2019.csv", whole([v + 0.1 for v in P0_2025]))
    found = look(package)
    held = found.figures[found.figures["region_code"] != "7500"]
    assert set(held["status"]) == {"refused"}
    assert held["reason"].str.contains("2019.*2025.*--trust").all()
    trusted = look(package, trust=("p0 tahun 2019.csv",))
    assert [statuses(trusted)[c] for c in SIX] == ["revised"] * 6
    with pytest.raises(UcjError, match=r"--trust other\.csv: no such file"):
        look(package, trust=("other.csv",))


def test_a_figure_counts_with_the_digits_of_its_column(package):
    drop(package, "p0.csv", [["Boalemo", 16.4], ["Gorontalo", 15], ["Pohuwato", 15.2]])
    rounded = look(package).figures.query("table == 'poverty'").set_index("region_code")["status"]
    assert rounded.to_dict() == {"7501": "unchanged", "7502": "revised", "7503": "unchanged"}  # 16.37, 14.89, 15.24
    drop(package, "p0.csv", [["Boalemo", 16.4], ["Gorontalo", 14.89], ["Pohuwato", 15.2]])
    exact = look(package).figures.query("table == 'poverty'").set_index("region_code")["status"]
    assert exact.to_dict() == {"7501": "revised", "7502": "unchanged", "7503": "revised"}


def test_two_files_that_disagree_refuse_each_other(package):
    drop(package, "a.csv", [["Boalemo", 15.5], ["Pohuwato", 15.24]])
    drop(package, "b.csv", [["Boalemo", 15.6], ["Pohuwato", 15.24]])
    here = look(package).figures.query("region_code == '7501'")
    assert set(here["status"]) == {"refused"}
    assert here["reason"].str.contains("contradict each other: 15.5 in a.csv .*; 15.6 in b.csv").all()
    assert text.report(reruns.preview(package, effects=False)).endswith("take one of them out of the inbox.")
    before = tree(package)
    with pytest.raises(
        UcjError, match=r"15.5 in a.csv B3; 15.6 in b.csv B3 \(1 of this kind\); take one of the files out"
    ):
        reruns.accept(package, effects=False)
    assert tree(package) == before


def test_one_file_that_gives_several_figures_loses_only_these(package):
    drop(package, "a.csv", [["Boalemo", 15.5], ["Boalemo", 15.6], ["Pohuwato", 15.3]])
    found = look(package)
    here = found.figures[found.figures["table"] == "poverty"].set_index("region_code")
    assert here.loc["7501", "reason"].str.contains("'Boalemo' has 2 different figures").all()
    assert here.loc["7503", "status"] == "revised"
    assert not found.comparison.contradictions  # nothing is left that could be taken alone the next time


def test_what_is_no_file_or_has_no_name_to_print_is_refused(package):
    (package / "inbox" / "releases").mkdir()
    os.symlink("loop.csv", package / "inbox" / "loop.csv")
    os.mkfifo(package / "inbox" / "pipe.csv")
    drop(package, "a\nb.csv", whole())
    drop(package, os.fsdecode(b"\xff.csv"), whole())
    said = text.report(reruns.preview(package, effects=False))
    for name in ("releases", "loop.csv", "pipe.csv"):
        assert f"  {name}: it is a folder or no file at all: put the files themselves into the inbox" in said
    for name in ("a\\nb.csv", "\\udcff.csv"):
        assert f"  {name}: its name holds a line break, or bytes that are no text: rename the file" in said
    with pytest.raises(UcjError, match="within='Atlantis' is no province"):
        reruns.preview(package, within="Atlantis", effects=False)


def test_parts_definitions_and_headlines_are_told(package):
    drop(package, "poor.csv", [["Boalemo", 35.0]], title="Jumlah Penduduk Miskin Menurut Kabupaten/Kota (Ribu Jiwa)")
    drop(package, "p0.csv", whole([v + 1 for v in P0_2025], 14.24))
    before = tree(package)
    found = reruns.preview(package, day="2026-12-01")
    assert tree(package) == before  # a preview writes nothing
    told = found.checks.set_index("kind")["message"]
    sums = found.checks[(found.checks["kind"] == "no longer adds up") & (found.checks["indicator"] == "poor")]
    assert sums["message"].str.contains("parts sum to .* thousand").all()
    assert len(sums) == 1
    assert "P0 x population = poor does not hold" in " ".join(told["no longer adds up"])
    assert "7 of 7 figures differ" in told["definition may break"]
    effect = found.effects.set_index(["region_code", "figure"])
    assert effect.loc[("7501", "p0"), ["before", "after"]].tolist() == [16.37, 17.37]
    assert effect.loc[("7501", "poor"), "after"] == 35.0
    assert effect.loc[("7571", "estimate"), "difference"] > 0
    assert ("7501", "ucj") not in effect.index  # what the file does not touch stays
    said = text.report(found)
    assert "Boalemo Regency (7501): the poverty rate (P0): 16.37 (2025-03) -> 17.37 (2025-03), +1.00" in said
    assert set(json.loads(text.records(found))) >= {"files", "figures", "checks", "effects", "accepted"}


def test_weights_of_another_census_are_a_break_of_definition(package):
    drop(
        package,
        "backcast.csv",
        whole(),
        title="Persentase Penduduk Miskin (P0), backcasting SP2020 (Persen)",
        years=("2020",),
    )
    here = look(package).figures
    assert set(here["status"]) == {"refused"}
    assert here["reason"].str.contains("definition breaks").all()


def test_national_exports_are_recognised(package, reference):
    for name in ("h02_p1_national_2015_2020.xls", "h31_p0_2021_kabkota_r_export.csv", "h11_jatim_frameset_nodata.xls"):
        shutil.copy(reference / "bps_samples" / name, package / "inbox" / name)
    found = look(package)
    by = found.files.set_index("file")
    assert by.loc["h02_p1_national_2015_2020.xls", "unchanged"] > 3000
    assert by.loc["h31_p0_2021_kabkota_r_export.csv", "unchanged"] == 548
    assert "download it as CSV or XLSX" in by.loc["h11_jatim_frameset_nodata.xls", "problem"]
    assert found.count("new") + found.count("revised") == 0  # the panel was made from these tables


# -- acceptance --------------------------------------------------------------------------------------------------------


def test_accepted_figures_win_keep_their_source_and_leave_earlier_values_readable(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    bytes_of_file = (package / "inbox" / "p0.csv").read_bytes()
    old = {n: catalog.Package(package).table(n) for n in ("poverty", "panel", "sources")}
    done = reruns.accept(package, day="2026-12-01", effects=False)
    now = catalog.open_package(package)
    picked = observations.pick(now.table("poverty"), now.table("sources"))
    at = picked.set_index(["region_code", "period", "indicator"])
    assert at.loc[("7501", "2025-03", "P0"), "value"] == 16.07
    assert at.loc[("7502", "2025-03", "P0"), "value"] == 14.89
    source = now.table("sources").set_index("source_id").loc[at.loc[("7501", "2025-03", "P0"), "source_id"]]
    (taken,) = done.accepted
    assert source.name == taken["source_id"]
    assert hashlib.sha256(bytes_of_file).hexdigest() in source["note"]
    assert source["accessed"] == "2026-12-01"
    assert (package / taken["kept"]).read_bytes() == bytes_of_file
    assert not (package / "inbox" / "p0.csv").exists()
    stays = now.table("poverty").query(
        "region_code == '7501' and period == '2025-03' and indicator == 'P0' and value == 16.37"
    )
    assert len(stays) == len(
        old["poverty"].query("region_code == '7501' and period == '2025-03' and indicator == 'P0'")
    )
    assert stays["note"].str.contains("superseded by P").any()
    panel = now.table("panel").set_index(["region_code", "period", "indicator"])
    assert panel.loc[("7500", "2025-03", "P0")].tolist() == [13.2, taken["source_id"]]
    for name, frame in old.items():
        pd.testing.assert_frame_equal(catalog.Package(package, as_of="2026-11-30").table(name), frame)
    assert catalog.Package(package, as_of="2026-12-01").table("poverty").equals(now.table("poverty"))
    assert now.descriptor["version"] == "2026.12.01"


def test_accepting_twice_is_nothing_new(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    again = (package / "inbox" / "p0.csv").read_bytes()
    reruns.accept(package, day="2026-12-01", effects=False)
    (package / "inbox" / "p0 again.csv").write_bytes(again)
    before = tree(package)
    done = reruns.accept(package, day="2026-12-02", effects=False)
    assert done.accepted == []
    assert set(done.figures["status"]) == {"unchanged"}
    assert "Nothing new" in text.report(done)
    assert tree(package) == before


def test_what_was_left_out_comes_with_a_mended_copy(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:5], 153.1], 13.2))
    done = reruns.accept(package, day="2026-12-01", effects=False)
    said = text.report(done)
    assert "Revised: 2 figures" in said
    assert "Not taken: 1 figure\n  p0.csv: 1 figure (B8, Kota Gorontalo" in said
    assert "What was not taken of p0.csv comes with a mended copy in the inbox; ucj update --refused" in said
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:5], 5.4], 13.2))
    assert text.report(reruns.preview(package, day="2026-12-02", effects=False)).endswith("takes 1 figure.")
    again = reruns.accept(package, day="2026-12-02", effects=False)
    assert [(f["revised"], f["unchanged"], f["refused"]) for f in again.files.to_dict("records")] == [(1, 6, 0)]
    assert "mended copy" not in text.report(again)
    picked = observations.pick(*(catalog.Package(package).table(n) for n in ("poverty", "sources")))
    now = picked.set_index(["region_code", "period", "indicator"])["value"]
    assert (now["7571", "2025-03", "P0"], now["7501", "2025-03", "P0"]) == (5.4, 16.07)
    assert len(list((package / "received").glob("*-p0.csv"))) == 2


def test_undo_gives_back_every_byte_and_the_file(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    start = tree(package)
    reruns.accept(package, day="2026-12-01", effects=False)
    first = tree(package)
    drop(package, "again.csv", whole([16.01, *P0_2025[1:]], 13.2))
    second = tree(package)
    assert reruns.accept(package, day="2026-12-01", effects=False).state == "2026-12-01.2"
    value = {s: _p0(catalog.Package(package, as_of=s)) for s in ("2026-11-24", "2026-12-01.1", "2026-12-01")}
    assert value == {"2026-11-24": 16.37, "2026-12-01.1": 16.07, "2026-12-01": 16.01}
    assert reruns.undo(package) == "2026-12-01"
    assert tree(package) == second
    (package / "inbox" / "again.csv").unlink()
    assert tree(package) == first
    assert reruns.undo(package) == "2026-11-24"
    assert tree(package) == start
    with pytest.raises(UcjError, match="nothing to undo"):
        reruns.undo(package)


def test_undo_leaves_a_file_that_an_earlier_acceptance_took_too(package):
    for day, name, value in (("2026-12-01", "a.csv", 16.07), ("2026-12-02", "b.csv", 16.2)):
        drop(package, name, [("Boalemo", value), ("Pohuwato", 15.24)])
        reruns.accept(package, day=day, effects=False)
    drop(package, "a.csv", [("Boalemo", 16.07), ("Pohuwato", 15.24)])
    before = tree(package)
    (taken,) = reruns.accept(package, day="2026-12-03", effects=False).accepted
    assert taken["kept"] in before  # the bytes of the first
    reruns.undo(package)
    assert tree(package) == before


def _p0(opened):
    picked = observations.pick(opened.table("poverty"), opened.table("sources"))
    return picked.set_index(["region_code", "period", "indicator"]).loc[("7501", "2025-03", "P0"), "value"]


def test_an_edit_sealed_later_keeps_earlier_states_and_bars_undoing(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    coverage = catalog.Package(package).table("coverage")
    reruns.accept(package, day="2026-12-01", effects=False)
    path = package / "jamsostek/coverage.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("approximate national target", "a target"), encoding="utf-8"
    )
    catalog.seal(package)
    assert not catalog.Package(package).table("coverage").equals(coverage)
    assert catalog.Package(package, as_of="2026-11-24").table("coverage").equals(coverage)
    with pytest.raises(UcjError, match="coverage was edited and sealed after the last acceptance"):
        reruns.undo(package)


def test_a_year_that_returns_through_the_inbox_is_what_it_was(package):
    full = catalog.Package(package).table("panel")
    without(package)
    drop(package, "p0.csv", whole())
    done = reruns.accept(package, day="2026-12-01", effects=False)
    assert [statuses(done)[c] for c in CODES] == ["new"] * 7
    key = ["region_code", "period", "indicator"]
    back = catalog.Package(package).table("panel")
    mine = full.query("region_code in @CODES and period == '2025-03' and indicator == 'P0'")
    merged = mine.merge(back, on=key)
    assert len(merged) == 7
    assert (merged["value_x"] == merged["value_y"]).all()


def test_days_are_checked_and_days_before_the_first_state_are_refused(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    for day, words in (("2026-13-01", "expected a day"), ("2020-01-01", "before the present state")):
        with pytest.raises(UcjError, match=words):
            reruns.accept(package, day=day, effects=False)
    with pytest.raises(UcjError, match="no data as of 2025-07-01: the first state kept is that of 2026-11-24"):
        catalog.Package(package, as_of="2025-07-01")
    with pytest.raises(UcjError, match="as of 'July': expected a day"):
        catalog.Package(package, as_of="July")


def test_a_second_acceptance_is_refused_while_one_runs(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    before = tree(package)
    code = "import sys, time; from ucj_analysis import files\nwith files.exclusive(sys.argv[1]): print(1, flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(package)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline().strip() == "1"
        with pytest.raises(UcjError, match="another update .* is running"):
            reruns.accept(package, effects=False)
        assert tree(package) == before
        assert len(catalog.Package(package).table("poverty"))  # reading goes on
    finally:
        holder.kill()
        holder.wait()
    assert reruns.accept(package, day="2026-12-01", effects=False).accepted  # a killed holder leaves no lock


def test_a_package_opened_before_goes_on_reading_its_own_state(package):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    opened = catalog.Package(package)
    reruns.accept(package, day="2026-12-01", effects=False)
    assert _p0(opened) == 16.37
    assert _p0(catalog.Package(package)) == 16.07


# -- a table of the Web API ----------------------------------------------------------------------------------------------


def fetched(package, *, sha=None, about=True):
    rows = pd.DataFrame(
        [["7501", "Boalemo", "", "2025", "Tahunan", "Persentase Penduduk Miskin (P0) (Persen)", "", 16.07, "Persen", "", "", "", "1,1", 0, 0]],
        columns=bps_files.COLUMNS,
    )  # fmt: skip
    path = package / "inbox" / "7500_var_621.csv"
    path.write_text(rows.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    digest = sha or hashlib.sha256(path.read_bytes()).hexdigest()
    note = {
        "table": path.name, "sha256": digest, "titles": ["P0 menurut kabupaten"], "notes": [], "findings": [],
        "answers": [{"request": "list/model/data", "fetched": "2026-11-30T10:00:00Z", "sha256": "ab" * 32}],
    }  # fmt: skip
    if about:
        path.with_suffix(".json").write_text(json.dumps(note), encoding="utf-8")
    return path


def test_a_fetched_table_is_taken_with_its_json(package):
    path = fetched(package)
    done = reruns.accept(package, day="2026-12-01", effects=False)
    source = catalog.Package(package).table("sources").set_index("source_id").loc[done.accepted[0]["source_id"]]
    assert (source["title"], source["accessed"]) == ("P0 menurut kabupaten", "2026-11-30")
    assert "Web API" in source["publisher"]
    assert "abababababab" in source["note"]
    assert not path.exists()
    assert not path.with_suffix(".json").exists()
    assert len(list((package / "received").iterdir())) == 2


@pytest.mark.parametrize(
    ("options", "words"), [({"sha": "0" * 64}, "not the file that its JSON"), ({"about": False}, "no JSON")]
)
def test_a_fetched_table_without_sound_provenance_is_refused(package, options, words):
    fetched(package, **options)
    assert words in look(package).files["problem"].iloc[0]


# -- corrections -----------------------------------------------------------------------------------------------------------


def test_boalemo_2024_is_corrected_and_the_printed_value_stays_visible():
    package = catalog.default()
    sources = package.table("sources")
    key = ["region_code", "period", "indicator"]
    picked = observations.pick(package.table("labour"), sources).set_index(key)["value"]
    unemployed, force = (picked[("7501", "2024-08", k)] for k in ("unemployed", "labour_force"))
    assert picked[("7501", "2024-08", "unemployment_rate")] == 3.06 == round(100 * unemployed / force, 2)
    where = "region_code == '7501' and period == '2024-08' and indicator == 'unemployment_rate' and source_id == 'B009'"
    mended, printed = (f.query(where).iloc[0] for f in (package.table("labour"), package.raw("labour")))
    assert (mended["value"], mended["lower"], mended["upper"]) == (3.06, 3.06, 3.06)
    assert "corrected from 4.06 (C001)" in mended["note"]
    assert printed["value"] == 4.06


def test_a_correction_fails_loudly_once_its_source_has_mended_the_error(package):
    path = package / "bps/labour.csv"
    held = path.read_text(encoding="utf-8")
    path.write_text(held.replace(",4.06,4.06,4.06,percent,exact,realised,sakernas_share,B009", ",3.06,3.06,3.06,percent,exact,"
                                 "realised,sakernas_share,B009"), encoding="utf-8")  # fmt: skip
    with pytest.raises(
        DataError, match="C001 expects that the source prints '4.06', and it prints '3.06'.*remove its row"
    ) as caught:
        catalog.seal(package)
    assert (caught.value.field, caught.value.value, caught.value.expected) == ("value", "3.06", "4.06")
    path.write_text("\n".join(x for x in held.split("\n") if not x.startswith("L0288,")), encoding="utf-8")
    with pytest.raises(DataError, match="C001 speaks of the statement .*, which stands 0 times"):
        catalog.seal(package)


def test_the_inbox_knows_the_error_and_its_mending(package):
    title = "NSC-2025 X1.xlsx Sheet1 (514 kab/kota x 2020-2024, compiled from BPS)"
    tpt = "Tingkat Pengangguran Terbuka (Persen)"
    rows = [["Boalemo", 4.06], ["Pohuwato", 2.9]]
    drop(package, "tpt.csv", rows, title=tpt, years=("2024",))
    here = look(package).figures.set_index("region_code")
    assert here.loc["7501", "status"] == "unchanged"
    assert "corrected from 4.06 (C001" in here.loc["7501", "note"]
    # the same table again, now right
    (package / "inbox" / "tpt.json").write_text(json.dumps({"title": title}))
    files_ = inbox.read_inbox(package / "inbox")
    files_[0].titles = [title]
    files_[0].rows["value"] = [3.16, 2.9]
    found = compare(files_, catalog.Package(package))
    assert len(found.stale) == 1
    assert "upstream has mended its error. Remove the row C001" in found.stale[0]


def test_an_accepted_figure_that_repeats_the_error_brings_its_correction(package):
    path = package / "bps/labour.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    keep = [
        x for x in lines if not ("7501,2024-08,unemployment_rate" in x and "B009" not in x)
    ]  # only the wrong statement
    path.write_text("\n".join(keep).replace("B009,false,student compilation; used as second source\n", "B009,false,\n"))
    catalog.seal(package)
    drop(package, "tpt.csv", [["Boalemo", [4.06, 2.5]], ["Pohuwato", [2.6, 2.7]]],
         title="Tingkat Pengangguran Terbuka (Persen)", years=("2024", "2026"))  # fmt: skip
    reruns.accept(package, day="2026-12-01", effects=False)
    now = catalog.open_package(package)
    assert len(now.table("corrections")) == 1  # unchanged after its correction: nothing to add
    value = now.table("labour").query(
        "region_code == '7501' and period == '2024-08' and indicator == 'unemployment_rate'"
    )["value"]
    assert set(value) == {3.06}


# -- kills -----------------------------------------------------------------------------------------------------------------


def test_killed_at_any_step_the_package_is_the_old_one_or_the_new_one(package, tmp_path):
    """A process that ends itself with SIGKILL at the nth call that touches the disk, for every n."""
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    old = tree(package)
    probe = tmp_path / "probe"
    shutil.copytree(package, probe)
    opened = catalog.Package(probe)
    comparison = reruns.preview(probe, effects=False).comparison
    with writing.staged(probe, comparison, "2026-12-01") as (copy, taken):
        changes = writing.changes_to(probe, opened, copy, taken, "2026-12-01")
    calls = _switch_until(probe, changes, None)
    new = tree(probe)
    assert new != old
    outcomes = []
    for n in range(1, calls + 1):
        victim = tmp_path / "victim"
        shutil.copytree(package, victim, copy_function=os.link)  # a switch replaces files, it never writes into one
        assert _switch_until(victim, changes, n) == -signal.SIGKILL, n
        catalog.Package(victim)  # opening ends or clears what was begun
        state = tree(victim)
        assert state in (old, new), (n, {k for k in state if state.get(k) != old.get(k)})
        outcomes.append(state == new)
        shutil.rmtree(victim)
    assert outcomes == sorted(outcomes)  # old until the moment of change, new ever after
    assert {True, False} == set(outcomes)


def _switch_until(folder, changes, n):
    """Run `files.switch` in a forked process killed at call n; return its signal, or without n how many calls it made."""
    watched = ("fsync", "replace", "unlink", "rmdir", "mkdir", "open")
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        made = 0

        def counted(true):
            def call(*args, **kwargs):
                nonlocal made
                made += 1
                if made == n:
                    os.kill(os.getpid(), signal.SIGKILL)
                return true(*args, **kwargs)

            return call

        for name in watched:
            setattr(os, name, counted(getattr(os, name)))
        try:
            files.switch(folder, changes)
            os.write(write, str(made).encode())
        finally:
            os._exit(0)
    os.close(write)
    _, status = os.waitpid(pid, 0)
    said = os.read(read, 20).decode()
    os.close(read)
    if os.WIFSIGNALED(status):
        return -os.WTERMSIG(status)
    assert n is None, f"call {n} was never made"
    return int(said)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("{package}/.switch/journal.json", "cannot change the data in .*: No space left on device; mend that; nothing was half done"),
        ("{package}/datapackage.json", "No space left on device; mend that; the change has begun, and the next command ends it"),
        ("/datapackage.json", "no copy of the data can be prepared in .*: No space left on device; .*; nothing was written"),
    ],
)  # fmt: skip
def test_a_disk_that_fails_is_told_with_what_stands(package, monkeypatch, place, said):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    old, true = tree(package), os.replace

    def fails(source, target):
        if str(target).endswith(place.format(package=package)):
            raise OSError(28, "No space left on device")
        return true(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(UcjError, match=said):
        reruns.accept(package, day="2026-12-01", effects=False)
    monkeypatch.setattr(os, "replace", true)
    begun = "has begun" in said
    assert files.interrupted(package) == begun
    assert begun or tree(package) == old  # nor does what was prepared fill the disk
    catalog.open_package(package)
    assert (tree(package) != old) is begun
    assert not (package / files.STAGE).exists()


def test_a_full_temporary_folder_is_told_in_a_few_words(package, monkeypatch):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))

    def full(source, target, **_):
        raise OSError(28, "No space left on device", str(source), None, str(target))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(
        UcjError, match=r"no copy of the data can be prepared in \S+: No space left on device; mend that"
    ):
        reruns.preview(package, effects=False)


def test_what_an_interrupted_change_cannot_end_is_one_sentence(package, monkeypatch):
    (package / files.STAGE).mkdir()
    (package / files.STAGE / "journal.json").write_text('[{"path": "sources.csv", "staged": "0", "sha256": "00"}]')
    for step in (reruns.preview, reruns.accept, reruns.undo):
        with pytest.raises(
            UcjError, match="was interrupted and cannot be ended now .*sources.csv is not what the journal"
        ):
            step(package)


def test_the_copy_of_a_killed_update_is_cleared_and_that_of_a_living_one_stays(package, tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    (folder / "ucj-notes").mkdir(parents=True)
    (folder / f"{writing.STAGED}young").mkdir()
    os.symlink(folder / "ucj-notes", folder / f"{writing.STAGED}link")
    os.mkfifo(folder / f"{writing.STAGED}pipe")
    code = (
        "import sys, time; from ucj_analysis import files\n"
        "with files.temporary_folder(sys.argv[1]) as own: (own / 'data').mkdir(); print(own, flush=True); time.sleep(60)"
    )
    made = [
        subprocess.Popen([sys.executable, "-c", code, writing.STAGED], env=os.environ | {"TMPDIR": str(folder)},
                         stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    try:
        killed, living = (Path(p.stdout.readline().strip()) for p in made)
        made[0].kill()
        made[0].wait()
        for path in (killed, living, folder / "ucj-notes"):
            os.utime(path, (0, 0))
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        reruns.preview(package, effects=False)
        names = {f"{writing.STAGED}{n}" for n in ("young", "link", "pipe")} | {"ucj-notes", living.name}
        assert {p.name for p in folder.iterdir()} == names
        assert (living / "data").is_dir()
    finally:
        for p in made:
            p.kill()
            p.wait()
    reruns.accept(package, effects=False)
    assert not living.exists()


def test_a_kill_inside_the_repair_is_repaired_too(package, tmp_path):
    changes = {"bps/poverty.csv": b"new", "sources.csv": b"new too", "definitions.csv": None}
    calls = _switch_until(package, changes, None)
    assert (package / "sources.csv").read_bytes() == b"new too"
    assert not (package / "definitions.csv").exists()
    for n in range(1, calls + 1):
        folder = tmp_path / f"f{n}"
        folder.mkdir()
        (folder / "definitions.csv").write_bytes(b"old")
        _switch_until(folder, changes, n)
        for m in (1, 2, 3):
            _recover_until(folder, m)
        files.recover(folder)
        left = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        assert left in ({"definitions.csv": b"old"}, {"bps/poverty.csv": b"new", "sources.csv": b"new too"}), n


def _recover_until(folder, n):
    pid = os.fork()
    if pid == 0:
        made = 0
        true = os.replace

        def call(*args):
            nonlocal made
            made += 1
            if made == n:
                os.kill(os.getpid(), signal.SIGKILL)
            return true(*args)

        os.replace = call
        try:
            files.recover(folder)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def test_killed_at_random_moments_by_the_command_line(tmp_path):
    """UCJ_KILLS says how often: fifty take some ten minutes, so the suite tries few."""
    failures, tally = kill_updates(int(os.environ.get("UCJ_KILLS", "3")), 7504, tmp_path)
    print(tally)
    assert not failures


# -- in the briefs -----------------------------------------------------------------------------------------------------------


def test_the_next_brief_says_what_changed_and_the_page_shows_it(package):
    assert changes.changes_page(catalog.Package(package)) is None
    assert all(
        s.id != "changes"
        for s in content.compose(facts.load(catalog.Package(package)), "7501", "en")["page"]["sections"]
    )
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    reruns.accept(package, day="2026-12-01", effects=False)
    inputs = facts.load(catalog.Package(package))
    for lang, head, said in (
        ("id", "Yang berubah sejak data 24 November 2026", "untuk Maret 2025 direvisi dari 16,37 persen menjadi 16,07 persen (−1,8 persen)"),
        ("en", "What changed since the data of 24 November 2026", "for March 2025 was revised from 16.37 percent to 16.07 percent (−1.8 percent)"),
    ):  # fmt: skip
        page = content.compose(inputs, "7501", lang)["page"]
        (section,) = [s for s in page["sections"] if s.id == "changes"]
        assert section.heading == head
        assert said in plain(section.paragraphs[0])
        assert "BPS" not in plain(section.paragraphs[0])  # two figures of seven are no restated year
    page = content.compose(inputs, "7503", "en")["page"]
    (section,) = [s for s in page["sections"] if s.id == "changes"]
    assert "No headline figure of this brief has changed" in plain(section.paragraphs[0])
    html = changes.changes_page(catalog.Package(package))
    assert "<script" not in html
    assert html.count("<h1") == 1
    assert "16,37% " in html.replace("</data>", " ")
    assert ">16.07%</data>" in html
    assert "p0.csv" in html
    assert "Years of which most figures were revised" not in html


# -- what was refused ------------------------------------------------------------------------------------------------------------


def ucj(package, monkeypatch, capsys, *arguments):
    """Run the command line on a copy: (status, output, errors)."""
    monkeypatch.setenv("UCJ_DATA", str(package))
    catalog.forget()
    status = cli.main(list(arguments))
    monkeypatch.undo()
    catalog.forget()
    return status, *capsys.readouterr()


def test_what_was_refused_of_accepted_files_is_shown_again(package, monkeypatch, capsys):
    before = tree(package)
    assert ucj(package, monkeypatch, capsys, "update", "--refused")[:2] == (
        0,
        "No file was accepted of which a figure was refused.\n",
    )
    drop(package, "p0.csv", [*whole([16.07, *P0_2025[1:]], 13.2), ("Wakanda", 9.5), ("Tongga", 9.5), ("Tongga", 9.6)])
    drop(package, "x.csv", [("Boalemo", 35.0)], title="Jumlah Penduduk Miskin Menurut Kabupaten/Kota (Ribu Jiwa)")
    done = reruns.accept(package, day="2026-12-01", effects=False)
    assert [(r["figures"], r["first"]) for r in done.accepted[0]["refused"]] == [
        (1, "B10, Wakanda 2025"),
        (2, "B11, Tongga 2025"),
    ]
    assert done.accepted[1]["refused"] == []
    assert (
        "What was not taken of p0.csv comes with a mended copy in the inbox; ucj update --refused shows it again."
        in text.report(done)
    )
    one = changes.changes_page(catalog.Package(package))
    for heading in ("What was refused of these files", "Yang ditolak dari berkas itu"):
        table = one.split(heading)[1].split("</table>")[0]
        assert '<td>B10, Wakanda 2025</td><td><span lang="en">&#39;Wakanda&#39; is no region' in table
        assert '<td class="num">2</td>' in table
    first = ucj(package, monkeypatch, capsys, "update", "--refused")[1]
    assert "  p0.csv, accepted 2026-12-01: 3 figures\n    1 figure (B10, Wakanda 2025): 'Wakanda' is no region" in first
    # a later revision of what was taken makes nothing of the earlier file refused
    drop(package, "p0.csv", [*whole([16.01, *P0_2025[1:]], 13.2), ("Atlantis", 9.5)])
    reruns.accept(package, day="2026-12-02", effects=False)
    assert "Wakanda" not in changes.changes_page(catalog.Package(package))
    status, said, _ = ucj(package, monkeypatch, capsys, "update", "--refused", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert status == 0
    assert [(r["accepted"], r["file"], r["figures"], r["first"]) for r in rows] == [
        ("2026-12-02", "p0.csv", "1", "B10, Atlantis 2025"),
        ("2026-12-01", "p0.csv", "1", "B10, Wakanda 2025"),
        ("2026-12-01", "p0.csv", "2", "B11, Tongga 2025"),
    ]
    assert all((package / r["kept"]).is_file() for r in rows)
    reruns.undo(package)
    assert ucj(package, monkeypatch, capsys, "update", "--refused")[1] == first
    (package / "inbox" / "p0.csv").unlink()
    reruns.undo(package)
    for name in ("p0.csv", "x.csv"):
        (package / "inbox" / name).unlink()
    assert tree(package) == before


def test_a_bad_column_keeps_thirty_reasons_and_says_how_many_more(package):
    years = [str(y) for y in range(2019, 2026)]
    rows = [[n, [100 + 7 * i + j for j in range(6)] + [16.07]] for i, n in enumerate(NAMES[:1])]
    rows += [[n, [100 + 7 * i + j for j in range(7)]] for i, n in enumerate(NAMES[1:], 1)]
    drop(package, "p0.csv", rows, years=years)
    told = text.report(reruns.preview(package, day="2026-12-01", effects=False))
    assert "Not taken: 41 figures" in told
    assert "p0.csv: 11 figures: 11 further reasons; --format csv has all" in told
    (taken,) = reruns.accept(package, day="2026-12-01", effects=False).accepted
    assert len(taken["refused"]) == 31
    assert sum(r["figures"] for r in taken["refused"]) == 41


UNREADABLE, REFUSED, KNOWN, FRESH = "unreadable", "refused", "known", "fresh"


@pytest.mark.parametrize(
    ("inbox", "status", "said"),
    [
        ([], 0, ""),
        ([UNREADABLE], 1, "all that lies in the inbox was refused, for the reasons given"),
        ([UNREADABLE, REFUSED], 1, "all that lies in the inbox was refused, for the reasons given"),
        ([UNREADABLE, KNOWN], 0, ""),
        ([UNREADABLE, REFUSED, FRESH], 0, ""),
        ([KNOWN, FRESH], 1, "files of the inbox contradict each other"),
    ],
)
def test_a_preview_ends_with_the_status_of_an_acceptance(package, monkeypatch, capsys, inbox, status, said):
    """A script may look first: `ucj update` refuses where `ucj update --accept` would."""
    if UNREADABLE in inbox:
        (package / "inbox" / "image.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    for name, value in {REFUSED: 160.7, KNOWN: 16.37, FRESH: 16.07}.items():
        if name in inbox:
            drop(package, f"{name}.csv", [("Boalemo", value)])
    before = tree(package)
    for option in ("--format=json", "--accept"):
        got, out, errors = ucj(package, monkeypatch, capsys, "update", option)
        assert (got, said in errors, bool(errors)) == (status, True, bool(said)), (option, errors)
        if option == "--format=json":
            json.loads(out)
            assert tree(package) == before
    assert (tree(package) == before) is (FRESH not in inbox or status == 1)


@pytest.mark.parametrize("options", [("--accept", "--undo"), ("--undo", "--refused"), ("--accept", "--refused")])
def test_one_thing_is_asked_for_at_a_time(package, monkeypatch, capsys, options):
    drop(package, "p0.csv", whole([16.07, *P0_2025[1:]], 13.2))
    before = tree(package)
    status, _, said = ucj(package, monkeypatch, capsys, "update", *options)
    assert (status, tree(package)) == (2, before)
    assert "--accept, --undo and --refused contradict each other: give one" in said


# -- years restated as a whole -------------------------------------------------------------------------------------------------


def _changed(inputs, code, lang):
    """What a brief says of the changes."""
    (paragraph,) = changes.section(inputs, facts.gather(inputs, code), Voice(lang), lang).paragraphs
    return paragraph


def test_a_year_restated_as_a_whole_is_told_first_and_stays_visible(package):
    drop(package, "p0.csv", whole([v + 0.4 for v in P0_2025], 13.7))
    drop(package, "twice.csv", whole([v + 0.4 for v in P0_2025], 13.7))  # a second file that says so hides nothing
    told = text.report(reruns.preview(package, day="2026-12-01", effects=False))
    first = "Perhaps restated, look at this first:\n  definition may break: P0 2025-03: 7 of 7 figures differ"
    assert told.index(first) < told.index("Revised: 7 figures")
    assert told.endswith("First read the notes of the release: most figures of P0 2025-03 differ from the record.")
    before = catalog.Package(package)
    done = reruns.accept(package, day="2026-12-01", effects=False)
    assert "Perhaps restated:\n" in text.report(done)
    now = catalog.Package(package)
    moved = changes.moves(before, now)
    (row,) = changes.restated(moved).to_dict("records")
    assert [row[k] for k in ("indicator", "period", "province", "revised", "of")] == ["P0", "2025-03", "7500", 7, 7]
    assert row["low"] == pytest.approx(100 * 0.4 / max(P0_2025))
    assert row["high"] == pytest.approx(100 * 0.4 / min(P0_2025))
    html = changes.changes_page(now)
    assert html.index("Years of which most figures were revised") < html.index("Effect on the headline figures")
    assert "<td>March 2025</td><td>Gorontalo Province</td>" in html
    inputs = facts.load(now)
    ids = {r for r in now.table("poverty")["observation_id"]}
    for lang, said in (
        ("en", "Poverty rate (P0), March 2025: revised in 7 of 7 regions at once. BPS may have restated that year; take care "
         "when comparing it with other years. The record of this region holds 1 revised figure."),
        ("id", "Persentase penduduk miskin (P0), Maret 2025: direvisi sekaligus di 7 dari 7 daerah. BPS mungkin menghitung ulang angka tahun itu;"),
    ):  # fmt: skip
        paragraph = _changed(inputs, "7503", lang)
        assert plain(paragraph).startswith(said)
        seven, of = re.findall(r'<data value="7" data-rows="([^"]+)">7</data>', paragraph)
        assert seven == of
        assert len(set(seven.split()) & ids) == 7


@pytest.mark.parametrize(("revised", "of", "whole"), [(4, 7, True), (3, 6, False), (4, 4, False), (5, 5, True)])
def test_a_restatement_is_most_of_five_regions_or_more(revised, of, whole):
    codes = [f"75{n:02}" for n in range(of)]
    moved = pd.DataFrame({"indicator": "P0", "period": "2025-03", "region_code": codes, "row": codes, "percent": 1.0})
    moved["revised"] = [n < revised for n in range(of)]
    other = moved.assign(period="2024-03", revised=False)
    found = changes.restated(pd.concat([moved, other]))
    assert found[["period", "revised", "of"]].to_numpy().tolist() == ([["2025-03", revised, of]] if whole else [])


def test_a_year_restated_elsewhere_is_said_there_by_the_panel(package):
    there = catalog.Package(package).table("panel").query("indicator == 'P0' and period == '2024-03'")
    there = there.set_index("region_code")["value"].filter(regex="^3[46]")
    drop(package, "p0.csv", [[get(c).label("id"), round(v + 0.5, 2)] for c, v in there.items()], years=("2024",))
    reruns.accept(package, day="2026-12-01", effects=False)
    inputs = facts.load(catalog.Package(package))
    paragraph = _changed(inputs, "3401", "en")
    assert "March 2024: revised in 6 of 6 regions at once" in plain(paragraph)  # of Yogyakarta
    assert "panel/3401/2024-03/P0" in paragraph
    assert "at once" not in plain(_changed(inputs, "7501", "en"))
    cells = '</td><td>2 provinces</td><td class="num">{n}</td><td class="num">{n}</td>'.format(n=len(there))
    assert cells in changes.changes_page(inputs.package)


def test_of_several_restated_years_the_foremost_is_named_and_the_others_are_mentioned(package):
    picked = observations.pick(*(catalog.Package(package).table(n) for n in ("poverty", "sources")))
    for name, indicator, title, years in (
        ("gk.csv", "poverty_line", "Garis Kemiskinan Menurut Kabupaten/Kota (Rupiah/Kapita/Bulan)", ("2024",)),
        ("p0.csv", "P0", "Persentase Penduduk Miskin (P0) Menurut Kabupaten/Kota (Persen)", ("2022", "2023")),
    ):
        known = picked[picked["indicator"] == indicator].set_index(["region_code", "period"])["value"]
        rows = [[n, [round(1.01 * known[c, f"{y}-03"], 2) for y in years]] for c, n in zip(SIX, NAMES, strict=True)]
        drop(package, name, rows, title=title, years=years)
    told = text.report(reruns.preview(package, day="2026-12-01", effects=False))
    assert told.endswith("most figures of P0 2022-03, P0 2023-03, poverty_line 2024-03 differ from the record.")
    reruns.accept(package, day="2026-12-01", effects=False)
    inputs = facts.load(catalog.Package(package))
    for lang, said, more in (
        ("en", "Poverty rate (P0), March 2023: revised in 6 of 7 regions", "The same happened to other years or indicators."),
        ("id", "Persentase penduduk miskin (P0), Maret 2023: direvisi sekaligus di 6 dari 7", "Hal yang sama terjadi pada tahun"),
    ):  # fmt: skip
        paragraph = _changed(inputs, "7504", lang)
        assert plain(paragraph).startswith(said)
        assert more in plain(paragraph)
    assert "at once" in plain(_changed(inputs, "7500", "en"))  # not its own figure, but those of its parts
