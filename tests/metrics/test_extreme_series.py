"""The extreme-poverty series: calibration, raking, intervals, decomposition, validation, the panel behind it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ucj_analysis import catalog, regions, reports
from ucj_analysis.errors import DefinitionChange, UcjError
from ucj_analysis.metrics import extreme, extreme_series


def triples(draw_m, position):
    """m and a second moment between m^2 and m."""
    return draw_m, draw_m**2 + position * (draw_m - draw_m**2)


@pytest.fixture(scope="module")
def table():
    return extreme_series.wide(catalog.table("panel"))


def test_calibration_gives_the_national_rate(table):
    here = table[(table["level"] == "regency") & (table["year"] == 2022)]
    r, slope = extreme.calibrate(here["P0"], here["P1"], here["P2"], here["weight"], 2.04)
    rates = extreme.tail_share(here["P0"], here["P1"], here["P2"], r)
    assert np.average(rates, weights=here["weight"]) == pytest.approx(2.04, abs=1e-7)
    more = extreme.tail_share(here["P0"], here["P1"], here["P2"], r + 0.001)
    assert np.average(more, weights=here["weight"]) - 2.04 == pytest.approx(0.001 * slope, rel=0.02)
    with pytest.raises(UcjError, match="below the mean P0"):
        extreme.calibrate(here["P0"], here["P1"], here["P2"], here["weight"], 40.0)


def test_calibration_table_is_what_the_code_computes(inputs, table):
    fresh = extreme_series.calibrate(table, extreme_series.national_rates(inputs.poverty))
    pd.testing.assert_frame_equal(
        fresh.fillna(-1), catalog.table("extreme_calibration").fillna(-1), check_dtype=False, atol=2e-4
    )


def test_raking_meets_the_official_rate_and_leaves_others(inputs):
    weights = inputs.extreme.table.set_index(["region_code", "year"])["weight"]
    series = inputs.extreme.series
    here = series[(series["year"] == 2022) & series["region_code"].str.startswith("75")]
    mean = np.average(here["rate"], weights=[weights[(c, 2022)] for c in here["region_code"]])
    assert mean == pytest.approx(4.28)
    assert here["raked"].all()
    free = series[~series["raked"]]
    assert np.allclose(free["rate"], free["unraked"])
    rates, raked = extreme.rake([1.0, 3.0], [1.0, 1.0], ["a", "b"], {"a": 2.0, "z": 9.0})
    assert list(rates) == [2.0, 3.0]
    assert list(raked) == [True, False]


def test_interval_by_hand():
    lower, upper = extreme.interval(4.0, 18.0, level=80)
    assert (float(lower), float(upper)) == pytest.approx(((2 - 0.36) ** 2, (2 + 0.36) ** 2))
    lower, upper = extreme.interval(0.1, 0.5, level=95)
    assert (float(lower), float(upper)) == (0.0, 0.5)
    wide = extreme.interval(4.0, 18.0, level=80, slope=20.0, sd_r=0.05)
    assert float(wide[0]) < (2 - 0.36) ** 2
    assert np.isnan(extreme.interval(np.nan, 18.0)[0])
    with pytest.raises(UcjError, match="expected 80 or 95"):
        extreme.interval(4.0, 18.0, level=90)


@settings(max_examples=30, deadline=None)
@given(*[st.floats(5, 30)] * 2, *[st.floats(0.05, 0.6)] * 4, *[st.floats(0.5, 0.9)] * 2)
def test_decomposition_adds_up(p0, q0, m, n, a, b, r, t):
    (m, s), (n, u) = triples(m, a), triples(n, b)
    before, after = (p0, p0 * m, p0 * s, r), (q0, q0 * n, q0 * u, t)
    parts = extreme.decompose(before, after)
    assert sum(parts[k] for k in extreme.PARTS) == pytest.approx(parts["change"], abs=1e-9)
    whole = extreme.tail_share(*after) - extreme.tail_share(*before)
    assert parts["change"] == pytest.approx(whole, abs=1e-9)
    only_r = extreme.decompose(before, (*before[:3], t))
    assert only_r["r"] == pytest.approx(only_r["change"])


def test_two_bases_are_never_chained(inputs):
    with pytest.raises(DefinitionChange, match="two bases"):
        extreme_series.change(inputs.extreme.series, 2023, 2025)
    out = extreme_series.change(inputs.extreme.series, 2022, 2023).set_index("region_code")
    assert not out["illustrative"].any()
    # the fall of Gorontalo's estimates from 2022 to 2023 comes mostly from r
    own = out.loc[["7501", "7502", "7503", "7504", "7505"]]
    assert own["r"].sum() / own["change"].sum() > 0.5


def test_validation_on_official_rates(table):
    """Goals: regencies of 2021-2023 within 0.50 points on average; intervals that hold what they promise."""
    held = extreme_series.held_against_official(
        table, catalog.table("extreme_calibration"), catalog.table("extreme_official")
    )
    regencies = held[(held["level"] == "regency") & held["year"].between(2021, 2023)]
    score = extreme_series.score(regencies, by=("level",)).iloc[0]
    assert score["n"] >= 45
    assert score["mae"] <= 0.50
    assert 75 <= score["covered80"] <= 92
    assert 90 <= score["covered95"] <= 99
    assert score["mae"] < min(score[f"mae_{a}"] for a in extreme_series.ALTERNATIVES)


def test_rank_only_where_intervals_separate():
    rows = pd.DataFrame(
        {
            "region_code": ["a", "b", "c"],
            "rate": [5.0, 4.5, 0.2],
            "lower80": [4.0, 3.5, 0.1],
            "upper80": [6.0, 5.5, 0.4],
        }
    )
    out = extreme_series.rank(rows, ["a", "b", "c"]).set_index("region_code")
    assert list(out["surely_lower"]) == [1, 1, 0]
    assert list(out["surely_higher"]) == [0, 0, 2]


def test_panel_agrees_with_the_tables_of_gorontalo(inputs):
    panel = catalog.table("panel")
    panel = panel[panel["region_code"].str.startswith("75") & panel["indicator"].isin(["P0", "poor"])]
    ours = inputs.poverty.set_index(["region_code", "period", "indicator"])["value"]
    both = (
        panel.set_index(["region_code", "period", "indicator"])["value"]
        .to_frame("panel")
        .join(ours.groupby(level=[0, 1, 2]).first())
    )
    both = both.dropna()
    assert len(both) > 250
    assert (both["panel"] - both["value"]).abs().max() < 0.051  # one decimal before 2015


def test_panel_poor_of_provinces_are_the_sums_of_regencies():
    panel = catalog.table("panel").query("indicator == 'poor' and period >= '2015'")
    panel = panel.assign(province=panel["region_code"].str[:2])
    # Papua and Papua Barat: provinces on the old area to 2023, regencies under their new provinces
    panel = panel[(panel["province"] < "91") | (panel["period"] >= "2024")]
    top = panel["region_code"].str.endswith("00")
    total = panel[top].set_index(["province", "period"])["value"]
    parts = panel[~top].groupby(["province", "period"])["value"].agg(["sum", "size"])
    both = parts.join(total.rename("total")).dropna()
    apart = (both["sum"] - both["total"]).abs() > 0.005 * (both["size"] + 1) + 1e-6
    assert len(both) > 350
    assert apart.mean() < 0.02, both[apart]


def test_provinces_without_an_official_rate_give_the_national_rate():
    data = reports.load_extreme()
    codes = [r.code for r in regions.children("0000")]
    shown = reports.extreme_table(data, codes, year=2025).query("level == 'province'")
    assert not shown["raked"].any()
    people = data.table.query("level == 'regency' and year == 2025").groupby("province")["weight"].sum()
    mean = (shown.set_index("region_code")["rate"] * people).sum() / people.sum()
    assert mean == pytest.approx(0.85, abs=0.003)  # BPS, March 2025; r is stored to four digits
