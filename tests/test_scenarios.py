"""Scenario files, the cost of a path as a table, protection and gaps, the box of a brief, the panel without a browser."""

import csv
import io
import re
from dataclasses import replace

import pandas as pd
import pytest
from constants import SIX
from PIL import Image

from ucj_analysis import cli, panel, scenarios
from ucj_analysis.briefs import facts, step
from ucj_analysis.briefs.quantity import Voice, plain
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import budget as figures
from ucj_analysis.metrics import budget

HELD = {"payers": {"APBD kabupaten": 60.0, "CSR": 40.0}}


def scenario(**values):
    return scenarios.check({"name": "test", "target": 75, "year": 2029} | values)


# -- files -----------------------------------------------------------------------------------------------------------------


def test_files_under_version_control_are_read_and_written_back(root):
    files = sorted((root / "scenarios").glob("*.yml"))
    assert len(files) >= 3
    for path in files:
        found = scenarios.read(path)
        assert scenarios.parse(scenarios.dump(found)) == found
        assert path.stat().st_size < 1000
    named = scenarios.read(root / "scenarios" / "75_percent_by_2029.yml")
    assert replace(named, note="") == scenarios.DEFAULT


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\ntarget: *b\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("targt: 75", r"unknown key 'targt': expected name, target, year"),
        ("target: high", "target: 'high', expected a number"), ("target: .nan", "target: nan, expected a number"),
        ("target: true", "target: True, expected a number"), ("target: 0.8", "expected percent, above 1 and at most 100"),
        ("year: 2029-01", "expected a year such as 2029"), ("year: 2029.5", "year: 2029.5"), ("jht: 1", "expected true or false"),
        ("path: zigzag", "path: 'zigzag', expected one of linear, front, back"), ("name: 7", "name: 7, expected text"),
        ("base: employed", "expected one of ucj, informal"), ("discount: 100", "discount: 100, expected percent, 0 to below 100"),
        ("payers: {APBD kabupaten: 50}", "add up to 50 percent"), ("payers: [a]", "expected a payer, or payer: percent lines"),
        ("payers: {Bupati: 100}", "payer 'Bupati' is unknown"), ("payers: {CSR: -1}", "above 0 and at most 100"),
        ("payers: {apbd: 50, APBD kabupaten: 50}", "APBD kabupaten stands twice"),
        ("region: Jakarta", "Jakarta"), ("target: 75\ntarget: 80", "key 'target' stands twice"),
        (BOMB, r"line 2: an alias \(\*\)"), ("note: !!python/object/apply:os.system [ls]", "line 1: not plain YAML"),
        ("[" * 5000, "not plain YAML"), ("- 1\n- 2", "expected key: value lines"), ("", "expected key: value lines"),
        ("target: [", "line 1: not plain YAML"), ("note: 2029-99-99", "not plain YAML"),
    ],
)  # fmt: skip
def test_what_is_no_scenario_is_refused_in_a_sentence(tmp_path, text, message):
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UcjError, match=message) as error:
        scenarios.read(path)
    assert str(error.value).startswith("scenario x.yml: ")
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UcjError, match="cannot be read"):
        scenarios.read(tmp_path / "none.yml")
    with pytest.raises(UcjError, match="cannot be read"):
        scenarios.read(tmp_path)
    (tmp_path / "big.yml").write_text("note: " + "x" * 70_000)
    with pytest.raises(UcjError, match="70,006 bytes, expected a small file"):
        scenarios.read(tmp_path / "big.yml")
    (tmp_path / "latin.yml").write_bytes(b"note: caf\xe9")
    with pytest.raises(UcjError, match="not UTF-8"):
        scenarios.read(tmp_path / "latin.yml")


# -- the path --------------------------------------------------------------------------------------------------------------


def test_table_by_hand(inputs):
    frame = scenarios.table(inputs, "7504", scenario(**HELD))
    gap = 0.75 * 102_316 - (102_316 - 35_562)
    last = frame[frame["year"] == 2029].set_index("payer")
    assert last["extra"].sum() == pytest.approx(gap, abs=1e-3)
    assert last.loc["CSR", "cost"] == pytest.approx(0.4 * gap * 201_600, abs=1)
    assert last.loc["CSR", "real"] == pytest.approx(0.4 * gap * 201_600 / 1.025**4, abs=1)
    assert last["per_village"].sum() == pytest.approx(gap / 160, abs=1e-3)
    assert last.loc["APBD kabupaten", "apbd_share"] == pytest.approx(100 * 0.6 * gap * 201_600 / 1.014e12, abs=1e-4)
    assert last["apbd_share"].isna().to_dict() == {"APBD kabupaten": False, "CSR": True}
    assert set(frame["rows"]) == {"J0212 J0169 J0218"}
    assert list(frame.columns) == scenarios.COLUMNS


def test_intervals_are_carried_to_rupiah(inputs):
    frame = scenarios.table(inputs, "7500", scenario(payers="APBD provinsi")).iloc[-1]
    gaps = [0.75 * 582_000 - n for n in (314_000, 314_500, 313_500)]
    assert [frame[f"extra{b}"] for b in budget.BOUNDS] == pytest.approx(gaps, abs=1e-2)
    assert [frame[f"cost{b}"] for b in budget.BOUNDS] == pytest.approx([g * 201_600 for g in gaps])
    bounds = [100 * g * 201_600 / t for g, t in zip(gaps, (1.764e12, 1.7645e12, 1.7635e12), strict=True)]
    assert [frame[f"apbd_share{b}"] for b in budget.BOUNDS] == pytest.approx(bounds, abs=1e-3)
    # of Kabupaten Gorontalo only "more than Rp1 trillion" is known: no share but its upper bound
    assert scenarios._total(inputs.package.table("apbd").set_index("region_code").loc["7502"])[1:3] == (
        pytest.approx(float("nan"), nan_ok=True),
        1e12,
    )


def test_regions_without_figures_say_what_is_missing(inputs):
    frame = scenarios.tables(inputs, SIX, scenario())
    assert set(frame[frame["missing"] == ""]["region_code"]) == {"7504"}
    lacking = frame[frame["missing"] != ""]
    assert lacking["cost"].isna().all()
    assert lacking["missing"].str.contains("ask BPJS Ketenagakerjaan for both, or use --base informal").all()
    with pytest.raises(
        UcjError, match="missing for Boalemo, Kab. Gorontalo, Pohuwato, Gorontalo Utara, Kota Gorontalo .*BPJS"
    ):
        scenarios.sum_of_parts(inputs, "7500", scenario())


def test_sum_of_parts_where_all_are_known(inputs):
    known = inputs.coverage[inputs.coverage["region_code"] == "7504"]
    every = [known.assign(region_code=c) for c in SIX]
    filled = replace(inputs, coverage=pd.concat(every, ignore_index=True))
    total = scenarios.sum_of_parts(filled, "7500", scenario())
    one = scenarios.table(filled, "7501", scenario())
    assert list(total["cost"]) == pytest.approx([6 * x for x in one["cost"]])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"target": 60}, "at or below today's coverage of 65.2 percent"), ({"year": 2026}, "expected a year after 2026"),
        ({"payers": "APBDes"}, "APBDes may not pay dues in 2029-12"), ({"year": 2050}, "expected at most 2045"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(inputs, values, message):
    with pytest.raises(UcjError, match=message):
        scenarios.table(inputs, "7504", scenario(**values))


# -- protection ------------------------------------------------------------------------------------------------------------


def test_protection_at_each_observed_rate(inputs):
    frame = scenarios.protection_table(inputs, "7504", scenario(), persons=20_000.0).set_index("experience")
    assert frame.loc["2023-11", "deaths"] == pytest.approx(176 * 12 / 11)
    low, high = budget.poisson_interval(67)
    assert [frame.loc["2021-07", f"deaths{b}"] for b in ("_lower", "_upper")] == pytest.approx(
        [low * 12 / 7, high * 12 / 7]
    )
    assert frame.loc["all", "deaths_lower"] == frame.loc["2021-07", "deaths_lower"]
    assert frame.loc["all", "deaths_upper"] == frame.loc["2023-11", "deaths_upper"]
    assert frame.loc["2023-11", "per_rupiah"] == pytest.approx(176 / (20_000 * 11 / 12) * 42e6 / 201_600)
    assert set(frame["months_of_line"]) == {42e6 / 555_489}
    four = scenarios.protection_table(inputs, "7504", scenario(), household=4)
    assert set(four["months_of_line"]) == {42e6 / (4 * 555_489)}
    assert four["persons"].iloc[0] == pytest.approx(0.75 * 102_316 - 66_754, abs=1e-3)
    assert scenarios.protection_table(inputs, "7501", scenario())["persons"].iloc[0] == 1000
    r = inputs.package.table("extreme_calibration").query("year == 2025")["r"].iloc[0]
    assert set(frame["months_of_extreme_line"]) == {42e6 / (555_489 * r)}


def test_losses_and_published(inputs):
    gaps = scenarios.losses(inputs)
    assert list(zip(gaps["persons"], gaps["months"], gaps["person_months"], strict=True)) == [
        (9_413, 4, 37_652), (9_413, 12, 112_956), (5_000, 6, 30_000)]  # fmt: skip
    assert gaps["deaths"].iloc[1] == pytest.approx(9_413 * 243 / 30_000)
    known = scenarios.published(inputs).set_index("region_code")
    assert known["person_years"].round().to_dict() == {"7503": 17_361, "7504": 24_802}
    assert known["announced"].to_dict() == {"7503": 17_000, "7504": 27_000}


# -- the box ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["id", "en"])
def test_box_has_three_numbers_with_ranges_and_the_chart(inputs, lang):
    made = step.section(inputs, facts.gather(inputs, "7504"), Voice(lang), lang)
    frame = scenarios.table(inputs, "7504", scenarios.DEFAULT).iloc[-1]
    values = [float(re.search(r'value="([\d.]+)"', str(figure))[1]) for _, figure, _ in made.numbers]
    assert values[0] == pytest.approx(frame["extra"])
    assert values[1] == pytest.approx(frame["cost"])
    assert values[2] == pytest.approx(frame["extra"] * 243 / 30_000)
    said = " ".join(plain(x) for n in made.numbers for x in n)
    for text in {
        "id": ("9.983", "Rp2,01 miliar", "81 (44–111)", "1,7 (0,9–2,3)"),
        "en": ("9,983", "Rp2.01 billion", "81 (44–111)", "1.7 (0.9–2.3)"),
    }[lang]:
        assert text in said
    assert {"id": "bukan imbal hasil", "en": "not a return"}[lang] in plain(made.paragraphs[0])
    assert len(made.picture["alt"]) > 80
    assert made.picture["height"] <= 1.4 * 96


@pytest.mark.parametrize("code", ["7501", "7505"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_box_says_which_figure_is_missing_and_who_holds_it(inputs, code, lang):
    made = step.section(inputs, facts.gather(inputs, code), Voice(lang), lang)
    assert made.picture is None
    assert "BPJS Ketenagakerjaan" in plain(made.paragraphs[0])
    assert {"id": "penyebut UCJ", "en": "UCJ denominator"}[lang] in plain(made.paragraphs[0])
    assert float(re.search(r'value="([\d.]+)"', str(made.numbers[0][1]))[1]) == 201_600_000


def test_box_follows_the_scenario(inputs):
    given = step.with_scenario(inputs, scenario(target=80, year=2031, path="front", discount=25, growth=1, **HELD))
    text = plain(step.section(given, facts.gather(given, "7504"), Voice("en"), "en").paragraphs[0])
    assert (
        "Scenario “test”: 80 percent by 2031, the largest steps first, assuming dues discounted by 25 percent" in text
    )
    here = step.with_scenario(inputs, scenario(target=60))
    text = plain(step.section(here, facts.gather(here, "7504"), Voice("id"), "id").paragraphs[0])
    assert "Target 60 persen tidak di atas cakupan terakhir" in text
    other = step.with_scenario(inputs, scenario(region="7501", target=90))
    assert step.chosen_for(other, "7504") == scenarios.DEFAULT
    for values, message in (({"year": 2026}, "a year after 2026"), ({"payers": "Dana Desa"}, "may not pay")):
        with pytest.raises(UcjError, match=message):
            step.with_scenario(inputs, scenario(**values))


# -- panel and chart -------------------------------------------------------------------------------------------------------


def test_panel_redraws_one_picture(inputs, tmp_path):
    shown = panel.Panel(inputs, scenarios.DEFAULT, "7504", tmp_path)
    before, figure = shown.picture.value, shown.live.figure
    shown.controls["target"].value = 80
    assert shown.picture.value != before
    assert shown.live.figure is figure
    assert "15,099 people added, dues Rp3.04 billion" in shown.text.value
    assert (shown.name.value, shown.scenario.discount) == ("80 percent by 2029", None)
    shown.controls["discount"].value = 50.0
    assert "dues Rp1.52 billion" in shown.text.value
    shown.controls["discount"].value = panel.RULES
    shown.controls["share"].value = 60
    assert shown.scenario.payers == {"APBD kabupaten": 60.0, "CSR": 40.0}
    shown.controls["province"].value = 60
    assert "pay 120 percent: expected at most 100" in shown.text.value
    assert shown.picture.value == ""
    shown.controls["province"].value = 0
    shown.controls["target"].value = 60
    assert "at or below today" in shown.text.value
    shown.controls["target"].value = 80
    shown.save()
    saved = scenarios.read(tmp_path / "80_percent_by_2029.yml")
    assert saved == replace(shown.scenario, region="7504")
    with open(tmp_path / "80_percent_by_2029.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(float(r["cost"]) for r in rows if r["year"] == "2029") == pytest.approx(15_098.8 * 201_600)
    for lang in ("id", "en"):
        page = (tmp_path / f"80_percent_by_2029.{lang}.html").read_text(encoding="utf-8")
        assert f'<html lang="{lang}">' in page
        assert "<script" not in page
        assert page.count("<dt>") == 3


def test_live_chart_draws_what_a_fresh_one_draws(inputs):
    live = figures.LivePath()
    first = scenarios.table(inputs, "7504", scenario())
    second = scenarios.table(inputs, "7503", scenario(base="informal", **HELD))
    a, b, again = (live.png(f, "x") for f in (first, second, first))
    assert a == again != b  # nothing of the other path is left
    assert Image.open(io.BytesIO(a)).size == (750, 220)
    chart = figures.path_chart(second, alt="x", lang="id", title="t")
    said = [t.get_text() for ax in chart.figure.axes for t in ax.texts]
    total = second[second["year"] == 2029]["extra"].sum()
    assert f"{total:,.0f}".replace(",", ".") in said
    with pytest.raises(UcjError, match="frame is empty"):
        live.png(first.iloc[:0])


# -- command line ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("-r", "7504", "--target", "80", "--year", "2020"), 1, "expected a year after 2026"),
        (("-r", "7504", "--target", "80", "--year", "2029", "--payer", "APBDes"), 1, "village funds are barred"),
        (("-r", "7504", "--target", "80", "--year", "2029", "--payer", "CSR=x"), 2, "expected NAME=PERCENT"),
        (("-r", "7504", "--target", "80"), 2, "give --target and --year, or --scenario FILE"),
        (("--amount", "5e9", "--people", "3"), 2, "belong together"),
        (("--amount", "5e9", "--people", "3", "--year", "2025", "--funded", "june"), 2, "expected months such as 1-6"),
        (("-r", "7504", "--target", "80", "--year", "2029", "--show", "all"), 2, "expected path, protection"),
        (("--scenario", "none.yml"), 1, "cannot be read"),
        (("--amount", "3.5e9", "--people", "17000", "--year", "2025"), 0, "17,361 person-years"),
        (("--amount", "5e9", "--people", "27000", "--year", "2023"), 0, "24,802 person-years"),
        (("-r", "75", "--target", "75", "--year", "2029"), 0, "Of the six together: the sum of the parts is not known"),
        (("-r", "7504", "--show", "protection"), 0, "a transfer financed by the pool of all participants, not a return"),
        (("--show", "losses"), 0, "112,956"),
    ],
)  # fmt: skip
def test_command(capsys, arguments, status, message):
    assert cli.main(["budget", *arguments]) == status
    captured = capsys.readouterr()
    assert message in captured.out + captured.err
    assert "Traceback" not in captured.err


def test_briefs_with_a_scenario(capsys, tmp_path, root):
    path = root / "scenarios" / "shared_front.yml"
    assert cli.main(["briefs", "-r", "7504", "-l", "en", "-o", str(tmp_path), "--scenario", str(path)]) == 0
    page = next((tmp_path / "briefs").glob("7504-*.html")).read_text(encoding="utf-8")
    assert "Scenario “shared, early start”" in page
    (tmp_path / "bad.yml").write_text("payers: Dana Desa\n")
    assert cli.main(["briefs", "-r", "7504", "-o", str(tmp_path), "--scenario", str(tmp_path / "bad.yml")]) == 1
    assert "may not pay dues" in capsys.readouterr().err
