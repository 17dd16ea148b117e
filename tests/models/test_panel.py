"""The panel against the record read by hand, the rules on small made-up records, refusals, nothing filled in."""

import re

import numpy as np
import pandas as pd
import pytest
from constants import SIX

from ucj_analysis import catalog
from ucj_analysis.errors import UcjError
from ucj_analysis.models import panel

# persons read off the sources: region, year, least, most (None: no bound), status
BY_HAND = [
    ("7504", 2017, 0, 0, "known"),  # began in 2018
    ("7504", 2018, 8_250, 8_250, "known"),
    ("7504", 2019, 20_000, 20_000, "known"),
    ("7504", 2020, 20_000, 20_000, "known"),  # 30,000 were planned
    ("7504", 2021, 20_000, 20_000, "known"),
    ("7504", 2022, 20_000, 20_000, "known"),  # 40,000 were promised
    ("7504", 2023, 27_000, 29_401, "bounded"),  # "27 ribu" against 20,000 + 9,401
    ("7504", 2024, 0, 20_000, "bounded"),  # villages stopped; the budget could add nobody
    ("7504", 2025, 0, None, "planned only"),
    ("7571", 2015, 0, 0, "known"),
    ("7571", 2019, 0, 21_000, "bounded"),
    ("7571", 2021, 0, None, "unknown"),
    ("7571", 2022, 1_250, 1_250, "known"),
    ("7571", 2023, 10_000, 10_000, "known"),
    ("7571", 2024, 0, None, "unknown"),
    ("7571", 2025, 7_000, 7_000, "known"),
    ("7503", 2024, 0, None, "unknown"),
    ("7503", 2025, 21_500, 22_500, "bounded"),  # "sekitar 22 ribu"
    ("7505", 2020, 0, 0, "known"),
    ("7505", 2024, 0, None, "planned only"),
    ("7505", 2025, 4_500, 5_500, "bounded"),
    ("7501", 2025, 0, None, "planned only"),
    ("7501", 2020, 0, None, "unknown"),
    ("7502", 2023, 0, None, "unknown"),  # 10,085 farmers pay their own dues
]


@pytest.fixture(scope="module")
def made(inputs):
    return panel.of(inputs)


@pytest.mark.parametrize(("code", "year", "least", "most", "status"), BY_HAND)
def test_cells_as_the_record_has_them(made, code, year, least, most, status):
    cell = made.cells.set_index(["region_code", "year"]).loc[(code, year)]
    assert cell["persons_lower"] == least
    assert np.isnan(cell["persons_upper"]) if most is None else cell["persons_upper"] == most
    assert cell["status"] == status


def test_doses_are_persons_over_the_august_of_the_same_year(made):
    cells = made.cells.set_index(["region_code", "year"])
    assert cells.loc[("7504", 2019), "dose_employed_lower"] == pytest.approx(100 * 20_000 / 74_716)
    informal = cells.loc[("7504", 2019)]
    assert informal["dose_informal_lower"] < 100 * 20_000 / (74_716 * 0.5013) < informal["dose_informal_upper"]
    assert informal["dose_informal_upper"] - informal["dose_informal_lower"] < 0.02  # the last digit of the share
    # no count of workers before 2018: none stays none, anything else is open
    assert tuple(cells.loc[("7504", 2016), ["dose_employed_lower", "dose_employed_upper"]]) == (0, 0)
    assert tuple(cells.loc[("7571", 2016), ["dose_employed_lower", "dose_employed_upper"]]) == (0, 100)
    assert made.cells.loc[made.cells["year"] < 2018, ["employed", "informal"]].isna().all().all()


def test_every_cell_is_an_interval_within_0_and_100(made):
    for base in panel.BASES:
        low, high = (made.cells[f"dose_{base}_{s}"] for s in ("lower", "upper"))
        assert ((low >= 0) & (low <= high) & (high <= 100)).all()
    open_ = made.cells["status"].isin(["unknown", "planned only"])
    assert made.cells.loc[open_, "persons_upper"].isna().all()
    assert (made.cells.loc[open_, "dose_employed_upper"] == 100).all()
    known = made.cells["status"] == "known"
    assert (made.cells.loc[known, "persons_lower"] == made.cells.loc[known, "persons_upper"]).all()


def test_source_rows_exist_and_speak_of_their_cell(made):
    record = catalog.table("coverage").set_index("observation_id")
    ids = {"E": set(catalog.table("events")["event_id"]), "R": set(catalog.table("readings")["reading_id"])}
    readings = catalog.table("readings").set_index("reading_id")
    for cell in made.cells.itertuples():
        if cell.status in ("known", "bounded"):
            assert cell.rows, (cell.region_code, cell.year)
        listed = cell.rows.split()
        lent = {b for r in listed if r in readings.index for b in readings.loc[r, "basis"].split()}
        for one in listed:
            if one[0] != "J":
                assert one in ids[one[0]]
            elif one not in lent:  # what no reading lends stands in the cell's own region and year, realised
                row = record.loc[one]
                assert (row["region_code"], row["period"][:4]) == (cell.region_code, str(cell.year))
                assert row["status"] == "realised"


def test_readings_rest_on_rows_that_exist():
    known = set(catalog.table("coverage")["observation_id"]) | set(catalog.table("events")["event_id"])
    for basis in catalog.table("readings")["basis"]:
        assert set(basis.split()) <= known
    readings = catalog.table("readings")
    assert (readings.loc[readings["kind"] == "none", "persons"] == 0).all()
    assert (readings["first_year"] <= readings["last_year"]).all()


def test_strict_only_widens(inputs, made):
    strict = panel.of(inputs, strict=True)
    keys = ["region_code", "year"]
    a, b = (x.cells.set_index(keys)[["dose_employed_lower", "dose_employed_upper"]] for x in (made, strict))
    assert (b["dose_employed_lower"] <= a["dose_employed_lower"] + 1e-12).all()
    assert (b["dose_employed_upper"] >= a["dose_employed_upper"] - 1e-12).all()
    assert tuple(b.loc[("7505", 2018)]) == (0, 100)  # inferred from a study still going on in 2021
    assert tuple(b.loc[("7504", 2017)]) == (0, 0)  # stated


def test_all_payers_add_the_province_in_2025_only(inputs, made):
    every = panel.of(inputs, payers="all").cells.set_index(["region_code", "year"])
    own = made.cells.set_index(["region_code", "year"])
    before = own.index.get_level_values("year") < 2025
    pd.testing.assert_series_equal(every["dose_employed_upper"][before], own["dose_employed_upper"][before])
    assert every.loc[("7504", 2025), "persons_lower"] == 937
    assert every.loc[("7502", 2025), "persons_lower"] == 321  # one district: at least these
    assert every.loc[("7571", 2025), "persons_lower"] == 7_000
    assert every.loc[("7571", 2025), "persons_upper"] == 7_000 + 3_966 + 500


def test_outcomes_are_as_published_or_calibrated(inputs, made):
    cells = made.cells
    assert set(cells.loc[cells["extreme"].notna(), "year"]) == {2018, 2021, 2022, 2023, 2024}
    assert set(cells["extreme_kind"]) == {"", "calibrated"}
    boalemo = cells.set_index(["region_code", "year"]).loc["7501"]["P0"]
    assert (boalemo[2023], boalemo[2024], boalemo[2025]) == (18.38, 17.83, 16.37)
    published = inputs.extreme.table.set_index(["region_code", "year"])
    for name in ("P0", "P1", "P2"):
        have = cells.set_index(["region_code", "year"])[name]
        pd.testing.assert_series_equal(have, published[name].reindex(have.index), check_names=False)


def test_covariates_are_missing_where_nothing_is_published(made):
    assert made.cells.loc[made.cells["year"] < 2018, "unemployment_rate"].isna().all()
    late = made.cells[made.cells["year"] >= 2018].set_index(["region_code", "year"])["unemployment_rate"]
    assert late.notna().all()
    assert late[("7501", 2024)] == 3.06


def test_caps_are_participants_of_december(made):
    assert dict(zip(made.caps["year"], made.caps["persons"], strict=True)) == {2021: 193_218, 2025: 314_500}


def test_gaps_say_what_is_missing_and_who_holds_it(made):
    gaps = made.gaps()
    missing = sum(g.last_year - g.first_year + 1 for g in gaps.itertuples())
    assert missing == (made.cells["status"] != "known").sum()
    assert set(gaps["region_code"]) == set(SIX)
    assert gaps["ask"].str.contains("BPJS Ketenagakerjaan").all()
    one = gaps[(gaps["region_code"] == "7571") & (gaps["first_year"] == 2016)].iloc[0]
    assert (one["last_year"], one["known_so_far"]) == (2020, "0 to 21,000 persons")
    bone = gaps[gaps["region_code"] == "7504"]
    assert list(bone["first_year"]) == [2023, 2024, 2025]


def test_design_lines_up_dose_and_outcome(made):
    d = made.design(outcome="P0", base="employed", lag=1, years=[2020, 2021])
    row = d.rows.set_index(["region_code", "year"]).loc[("7504", 2020)]
    cells = made.cells.set_index(["region_code", "year"])
    assert row["y"] == cells.loc[("7504", 2020), "P0"]
    assert row["lower"] == cells.loc[("7504", 2019), "dose_employed_lower"]
    assert len(d.rows) == 12
    assert d.caps == []  # 2019 and 2020 have no count of the whole province
    _, weights, bound = made.design(outcome="P0", lag=0, years=[2021, 2022]).caps[0]
    assert bound == 193_218
    assert weights.sum() * 100 == pytest.approx(579_009, abs=3)  # BPS's employed of the province
    assert (d.completion("lower") <= d.completion("middle")).all()


def test_the_declared_specifications_can_be_built(inputs, made):
    spec = catalog.table("specification")
    assert (spec["role"] == "primary").sum() == 1
    assert spec["spec_id"].iloc[0] == "M01"
    panels = {}
    for s in spec.itertuples():
        key = s.payers, s.readings == "stated"
        if key not in panels:
            panels[key] = panel.of(inputs, payers=key[0], strict=key[1])
        years = [int(y) for y in s.years.split()]
        d = panels[key].design(outcome=s.outcome, base=s.base, lag=s.lag, years=years)
        assert list(d.rows["year"].unique()) == years
        assert len(d.completion(s.completion)) == 6 * len(years)
        assert set(s.covariates.split()) <= set(panel.COVARIATES)
        for name in s.covariates.split():
            assert made.cells.loc[made.cells["year"].isin(years), name].notna().all()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"years": [2018, 2019]}, "no extreme with a dose 1 years before for 2019 in every region"),
        ({"outcome": "P0", "years": [2015, 2016]}, "2015"),
        ({"outcome": "P9"}, "outcome='P9'"),
        ({"base": "all"}, "base='all': expected employed or informal"),
        ({"lag": 5}, "lag=5"),
        ({"regions": ["7504"]}, "1 regions and 5 years: two of each"),
        ({"regions": ["7504", "9999"]}, "no cells for 9999"),
        ({"years": [2021]}, "6 regions and 1 years"),
    ],
)
def test_design_refuses(made, how, message):
    with pytest.raises(UcjError, match=re.escape(message)):
        made.design(**how)


def test_completion_and_payers_are_named_choices(inputs, made):
    with pytest.raises(UcjError, match="completion='upper': expected lower or middle"):
        made.design().completion("upper")
    with pytest.raises(UcjError, match="payers='csr'"):
        panel.of(inputs, payers="csr")


# -- the rules, on made-up records ----------------------------------------------------------------------------------------


def record(*rows):
    out = pd.DataFrame(
        rows, columns=["region_code", "period", "indicator", "funding", "lower", "upper", "status", "segment"]
    )
    out["value"] = (out["lower"] + out["upper"]) / 2
    out["observation_id"] = [f"J{900 + i}" for i in range(len(out))]
    return out.assign(
        qualifier="exact", source_id="J001", note="", definition="as_stated", unit="persons", disputed=False
    )


def said(period, low, high, funding="APBD kabupaten", status="realised"):
    return ("7503", period, "subsidised_participants", funding, low, high, status, "BPU")


EMPTY = pd.DataFrame(columns=catalog.table("readings").columns)
NO_VILLAGES = pd.DataFrame(
    [("R90", "7503", 2018, 2025, "village", "none", 0.0, "J001", "stated", "none")], columns=EMPTY.columns
)
NO_EVENTS = pd.DataFrame(columns=["event_id", "period", "region_code", "kind", "title"]).astype(str)


def cell(inputs, *rows, readings=NO_VILLAGES, events=NO_EVENTS, year=2020, payers="regency"):
    made = panel.build(
        record(*rows), events, inputs.labour, readings, inputs.extreme.series, inputs.extreme.table, payers=payers,
        years=range(2018, 2024),
    )  # fmt: skip
    return made.cells.set_index(["region_code", "year"]).loc[("7503", year)]


def test_statements_that_agree_are_intersected_and_others_joined(inputs):
    agree = cell(inputs, said("2020-03", 90, 110), said("2020-09", 100, 130))
    assert (agree["persons_lower"], agree["persons_upper"]) == (100, 110)
    apart = cell(inputs, said("2020-03", 90, 110), said("2020-09", 200, 200))
    assert (apart["persons_lower"], apart["persons_upper"]) == (90, 200)
    assert "contradict each other" in apart["reason"]
    assert apart["status"] == "bounded"


def test_a_count_of_one_payer_leaves_the_other_open(inputs):
    one = cell(inputs, said("2020", 100, 100), readings=EMPTY)
    assert one["persons_lower"] == 100
    assert np.isnan(one["persons_upper"])
    assert one["status"] == "bounded"
    both = cell(inputs, said("2020", 100, 100), said("2020", 40, 40, "APBDes"), readings=EMPTY)
    assert (both["persons_lower"], both["persons_upper"], both["status"]) == (140, 140, "known")
    joint = cell(inputs, said("2020", 100, 100), said("2020", 130, 150, "APBD kabupaten+APBDes"), readings=EMPTY)
    assert (joint["persons_lower"], joint["persons_upper"]) == (130, 150)


def test_plans_bound_nothing_and_years_do_not_reach_into_others(inputs):
    planned = cell(inputs, said("2020", 500, 500, status="planned"), said("2019", 100, 100), said("2021", 100, 100))
    assert planned["persons_lower"] == 0
    assert np.isnan(planned["persons_upper"])
    assert planned["status"] == "planned only"
    assert "500" in planned["planned"]


def test_what_a_stop_ended_is_not_counted(inputs):
    stop = pd.DataFrame(
        [
            ("E901", "2021-01", "7503", "programme_stop", "stop"),
            ("E902", "2021-04", "7503", "programme_stop", "unpaid"),
        ],
        columns=NO_EVENTS.columns,
    )
    rows = [said("2020", 40, 40, "APBDes"), said("2021-04", 40, 40, "APBDes")]
    assert cell(inputs, *rows, readings=EMPTY, events=stop, year=2020)["persons_lower"] == 40
    assert cell(inputs, *rows, readings=EMPTY, events=stop, year=2021)["persons_lower"] == 0


def test_active_participants_cap_what_is_subsidised(inputs):
    cap = ("7503", "2020", "active_participants", "", 120, 120, "realised", "BPU")
    held = cell(inputs, said("2020", 100, 150), cap)
    assert (held["persons_lower"], held["persons_upper"]) == (100, 120)
    early = ("7503", "2020-03", "active_participants", "", 120, 120, "realised", "BPU")
    assert cell(inputs, said("2020", 100, 150), early)["persons_upper"] == 150  # March does not cap the year
    with pytest.raises(UcjError, match="Pohuwato.* in 2020: 130 subsidised .* exceed 120 active"):
        cell(inputs, said("2020", 130, 150), cap)


def test_unknown_payers_are_refused_not_dropped(inputs):
    with pytest.raises(UcjError, match="funding 'Baznas': names no payer"):
        cell(inputs, said("2020", 100, 100, "Baznas"))
