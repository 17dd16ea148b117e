"""The extreme-poverty estimator: published test vectors, limits, an independent solver, refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import beta

from ucj_analysis import catalog
from ucj_analysis.errors import DefinitionChange, UcjError
from ucj_analysis.metrics import extreme, extreme_series

VECTORS = [  # P0, P1, P2, r; maximum entropy, Beta, sharp bounds (from the method's published table)
    ((17.87, 3.16, 0.82, 0.7537), 4.7078, 4.4667, (0.0553, 12.6606)),
    ((5.73, 0.82, 0.15, 0.7537), 0.5500, 0.5729, (0, 1.9974)),
    ((17.48, 3.97, 1.23, 0.6945), 4.7854, 4.5589, (0.0247, 12.9389)),
    ((21.67, 4.77, 1.45, 0.85), 14.1237, 13.8683, (4.5578, 21.67)),
]


@pytest.mark.parametrize(("given_", "maxent", "from_beta", "bounds"), VECTORS)
def test_vectors_to_the_digits_given(given_, maxent, from_beta, bounds):
    assert extreme.tail_share(*given_) == pytest.approx(maxent, abs=5.1e-5)
    assert extreme.tail_share(*given_, model="beta") == pytest.approx(from_beta, abs=5.1e-5)
    assert extreme.sharp_bounds(*given_) == pytest.approx(bounds, abs=5.1e-5)


def test_multipliers_of_the_first_vector():
    a, b = extreme.gaps(17.87, 3.16, 0.82).parameters
    assert (a[0], b[0]) == pytest.approx((3.2238, -17.1080), abs=5.1e-5)


def triples(draw_m, position):
    """m and a second moment between m^2 and m."""
    return draw_m, draw_m**2 + position * (draw_m - draw_m**2)


M = st.floats(0.02, 0.9)
POSITION = st.floats(0.02, 0.9)
R = st.floats(0.02, 0.98)


@settings(max_examples=60, deadline=None)
@given(M, POSITION)
def test_moments_are_met(m, position):
    m, s = triples(m, position)
    fitted = extreme.gaps(1.0, m, s)
    a, b = (float(x[0]) for x in fitted.parameters)
    peak = float(extreme._peak(np.array([a]), np.array([b]))[0])
    points = sorted({0.0, 1.0, min(max(-a / (2 * b), 0.0), 1.0) if b else 0.5})

    def moment(k):
        pieces = zip(points, points[1:], strict=False)
        return sum(quad(lambda g: g**k * math.exp(a * g + b * g * g - peak), x, y, limit=200)[0] for x, y in pieces)

    z = moment(0)
    assert moment(1) / z == pytest.approx(m, abs=1e-7)
    assert moment(2) / z == pytest.approx(s, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(M, POSITION, R, R)
def test_rates_rise_with_r_and_lie_within_the_sharp_bounds(m, position, r, other):
    m, s = triples(m, position)
    low, high = sorted((r, other))
    for model in extreme.MODELS:
        one, two = extreme.tail_share(10, 10 * m, 10 * s, np.array([low, high]), model=model)
        assert one <= two + 1e-9
        lower, upper = extreme.sharp_bounds(10, 10 * m, 10 * s, low)
        assert lower - 1e-6 <= one <= upper + 1e-6


@settings(max_examples=40, deadline=None)
@given(M, POSITION)
def test_limits_of_r(m, position):
    m, s = triples(m, position)
    assert extreme.tail_share(10, 10 * m, 10 * s, 0.0) == pytest.approx(0, abs=1e-9)
    assert extreme.tail_share(10, 10 * m, 10 * s, 1.0) == pytest.approx(10, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 0.9), R)
def test_limit_of_equal_gaps(m, r):
    """s -> m^2: everybody has the gap m."""
    assume(abs(m - (1 - r)) > 0.03)
    s = m * m + 1e-5 * (m - m * m)
    assert extreme.tail_share(1, m, s, r) == pytest.approx(float(m > 1 - r), abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 0.9), st.floats(0.1, 0.9))
def test_limit_of_two_points(m, r):
    """s -> m: a share m has nothing, the others are at the line."""
    s = m - 1e-4 * (m - m * m)
    assert extreme.tail_share(1, m, s, r) == pytest.approx(m, abs=1e-2)


def solved_by_scipy(m, s, r):
    """The same density from scipy's general optimiser on a grid of Simpson points."""
    g = np.linspace(0, 1, 4001)
    w = np.ones_like(g)
    w[1:-1:2], w[2:-1:2] = 4, 2
    w /= 3 * (len(g) - 1)

    def dual(x):
        e = x[0] * g + x[1] * g * g
        top = e.max()
        return math.log((w * np.exp(e - top)).sum()) + top - x[0] * m - x[1] * s

    def slope(x):
        e = x[0] * g + x[1] * g * g
        f = w * np.exp(e - e.max())
        f /= f.sum()
        return np.array([(f * g).sum() - m, (f * g * g).sum() - s])

    v = s - m * m
    x = minimize(dual, [m / v, -0.5 / v], jac=slope, method="BFGS", options={"gtol": 1e-11}).x
    e = x[0] * g + x[1] * g * g
    f = np.exp(e - e.max())
    c = 1 - r
    fine = np.linspace(c, 1, 4001)
    h = np.exp(x[0] * fine + x[1] * fine**2 - e.max())
    return (h * w).sum() * (1 - c) / (f * w).sum()


@pytest.fixture(scope="module")
def table():
    return extreme_series.wide(catalog.table("panel"))


def test_against_an_independent_solver_over_the_panel(table):
    regencies = table[table["level"] == "regency"]
    ours = extreme.tail_share(regencies["P0"], regencies["P1"], regencies["P2"], 0.75)
    assert len(ours) > 5500
    assert np.isfinite(ours).all()
    some = regencies.assign(ours=ours).sample(120, random_state=1)
    for row in some.itertuples():
        theirs = row.P0 * solved_by_scipy(row.P1 / row.P0, row.P2 / row.P0, 0.75)
        assert row.ours == pytest.approx(theirs, abs=2e-5), row


def test_beta_against_scipy():
    m, s, r = 0.2, 0.06, 0.7
    k = m * (1 - m) / (s - m * m) - 1
    assert extreme.tail_share(5, 5 * m, 5 * s, r, model="beta") == pytest.approx(5 * beta.sf(1 - r, m * k, (1 - m) * k))


@pytest.mark.parametrize(
    ("triple", "what"),
    [
        ((15, 0.8, 3), "swapped columns"),  # P1 and P2 changed places
        ((2, 15, 0.5), "swapped columns"),  # P0 and P1 changed places
        ((15, 3, 0.1), "P2 > P1\\^2/P0"),
        ((15, -1, 0.1), "fit no distribution"),
        ((15, 0, 0), "fit no distribution"),
        ((-1, 0.5, 0.1), "fit no distribution"),
    ],
)
def test_impossible_triples_are_refused_with_the_row_named(triple, what):
    good = (17.87, 3.16, 0.82)
    columns = [np.array(x) for x in zip(good, triple, strict=True)]
    with pytest.raises(UcjError, match=what):
        extreme.tail_share(*columns, 0.75)
    with pytest.raises(UcjError, match="Pohuwato 2022"):
        extreme.tail_share(*columns, 0.75, labels=["first", "Pohuwato 2022"])


def test_missing_stays_missing_and_nobody_poor_is_zero():
    out = extreme.tail_share([17.87, np.nan, 0.0], [3.16, 3.0, 0.0], [0.82, 0.5, 0.0], 0.7537)
    assert out[0] == pytest.approx(4.7078, abs=5e-5)
    assert np.isnan(out[1])
    assert out[2] == 0


def test_r_and_model_are_checked():
    with pytest.raises(UcjError, match="r lies outside 0 to 1"):
        extreme.tail_share(17.87, 3.16, 0.82, 75)
    with pytest.raises(UcjError, match="expected one of maxent, beta"):
        extreme.tail_share(17.87, 3.16, 0.82, 0.75, model="normal")


def test_rounding_of_p2_is_mended_and_flagged():
    p2, moved = extreme.within_rounding([2.16, 17.87], [0.07, 3.16], [0.0, 0.82])
    assert list(moved) == [True, False]
    assert 0.07**2 / 2.16 < p2[0] < 0.005
    _, moved = extreme.within_rounding([15.0], [3.0], [0.1])  # no rounding explains this
    assert not moved[0]


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
