"""Extreme poverty from P0, P1, P2: test vectors, limits, an independent solver, identities, refusals."""

import itertools
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import simpson
from scipy.optimize import linprog, root
from scipy.stats import beta as beta_law

from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import extreme

# P0, P1, P2, r -> maximum entropy, Beta, sharp bounds; digits as given
VECTORS = {
    "Pohuwato 2022": ((17.87, 3.16, 0.82, 0.7537), 4.7078, 4.4667, (0.0553, 12.6606)),
    "Kota Gorontalo 2022": ((5.73, 0.82, 0.15, 0.7537), 0.5500, 0.5729, (0, 1.9974)),
    "Kab. Gorontalo 2023": ((17.48, 3.97, 1.23, 0.6945), 4.7854, 4.5589, (0.0247, 12.9389)),
    "Boalemo 2015": ((21.67, 4.77, 1.45, 0.85), 14.1237, 13.8683, (4.5578, 21.67)),
}
POHUWATO = VECTORS["Pohuwato 2022"][0]


def triple(m, v, p0=10.0):
    """P0, P1, P2 with mean gap m and a share v of the largest variance that m allows."""
    return p0, p0 * m, p0 * (m * m + v * (m - m * m))


def quadrature(panels=40):
    """Composite Gauss-Legendre points and weights on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(12)
    edges = np.linspace(0, 1, panels + 1)[:-1, None]
    return (edges + (x + 1) / 2 / panels).ravel(), np.tile(w / 2 / panels, panels)


means = st.floats(0.02, 0.9)
spreads = st.floats(0.01, 0.9)
shares = st.floats(0.05, 0.95)
few = settings(max_examples=60, deadline=None)


# -- the estimate ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VECTORS)
def test_published_vectors(name):
    inputs, maxent, beta, bounds = VECTORS[name]
    assert round(extreme.tail_share(*inputs), 4) == maxent
    assert round(extreme.tail_share(*inputs, model="beta"), 4) == beta
    assert tuple(np.round(extreme.sharp_bounds(*inputs), 4)) == bounds


def test_published_multipliers():
    l1, l2 = extreme.gaps(*POHUWATO[:3]).parameters
    assert (round(l1[0], 4), round(l2[0], 4)) == (3.2238, -17.1080)


def test_rows_do_not_depend_on_each_other():
    rows = np.array([v[0] for v in VECTORS.values()])
    together = extreme.tail_share(*rows.T)
    alone = [extreme.tail_share(*row) for row in rows]
    assert together == pytest.approx(alone, abs=1e-12)
    assert extreme.tail_share(*rows.T[:3, :, None], np.array([0.7, 0.8])).shape == (4, 2)


@few
@given(means, spreads)
def test_tail_gives_the_moments_back(m, v):
    # mean = integral of P(g > c), second moment = integral of 2 c P(g > c): uses the tail alone
    c, w = quadrature()
    p0, p1, p2 = triple(m, v)
    tail = extreme.tail_share(p0, p1, p2, 1 - c)
    assert w @ tail == pytest.approx(p1, abs=1e-6)
    assert 2 * w @ (c * tail) == pytest.approx(p2, abs=1e-6)


@few
@given(means, spreads, shares)
def test_scale_order_and_bounds(m, v, r):
    p = triple(m, v)
    for model in extreme.MODELS:
        e = extreme.tail_share(*p, r, model=model)
        lower, upper = extreme.sharp_bounds(*p, r)
        assert lower - 1e-8 <= e <= upper + 1e-8
        assert e <= extreme.tail_share(*p, r + 0.04, model=model) + 1e-12
        assert 100 * extreme.tail_share(*(x / 100 for x in p), r, model=model) == pytest.approx(e, abs=1e-9)


@few
@given(means, spreads, shares)
def test_beta_is_scipys(m, v, r):
    p0, p1, p2 = triple(m, v)
    k = m * (1 - m) / (p2 / p0 - m * m) - 1
    expected = p0 * beta_law.sf(1 - r, m * k, (1 - m) * k)
    assert extreme.tail_share(p0, p1, p2, r, model="beta") == pytest.approx(expected, rel=1e-7, abs=1e-10)


def test_slope_is_the_derivative():
    rows = np.array([v[0] for v in VECTORS.values()])
    p, r, h = rows.T[:3], rows[:, 3], 1e-5
    for model in extreme.MODELS:
        up, down = (extreme.tail_share(*p, r + d, model=model) for d in (h, -h))
        assert extreme.rate_slope(*p, r, model=model) == pytest.approx((up - down) / (2 * h), rel=1e-6)


# -- limits ------------------------------------------------------------------------------------------------------------


@few
@given(means, spreads)
def test_r_at_and_near_its_ends(m, v):
    p = triple(m, v)
    for model in extreme.MODELS:
        assert extreme.tail_share(*p, 0, model=model) == 0
        assert extreme.tail_share(*p, 1, model=model) == pytest.approx(p[0], abs=1e-12)
    near = extreme.gaps(*p)
    # next to the ends the tail is the density times the distance
    for r, left in ((1e-9, 0.0), (1 - 1e-9, 1.0)):
        tail = near.tail(r)[0]
        assert abs(tail - left) == pytest.approx(1e-9 * near.density(1 - r)[0], rel=1e-4, abs=1e-14)


@few
@given(st.floats(0.1, 0.8), st.floats(1e-5, 1e-3))
def test_no_spread_is_a_step_at_the_mean(m, v):
    sd = np.sqrt(v * m * (1 - m))
    p = triple(m, v)
    assert extreme.tail_share(*p, 1 - (m - 6 * sd)) == pytest.approx(p[0], rel=1e-6)
    assert extreme.tail_share(*p, 1 - (m + 6 * sd)) == pytest.approx(0, abs=1e-5)
    # and in between a normal curve
    assert extreme.tail_share(*p, 1 - (m + sd)) / p[0] == pytest.approx(0.158655, abs=2e-4)


@few
@given(st.floats(0.05, 0.9), st.floats(1e-5, 1e-3), st.floats(0.1, 0.9))
def test_largest_spread_is_all_or_nothing(m, left, r):
    p = triple(m, 1 - left)
    lower, upper = extreme.sharp_bounds(*p, r)
    assert extreme.tail_share(*p, r) == pytest.approx(p[1], abs=10 * left * 12)
    assert lower - 1e-9 <= extreme.tail_share(*p, r) <= upper + 1e-9


@few
@given(st.floats(0.05, 0.9), st.floats(1e-9, 1e-6), st.floats(0.1, 0.9))
def test_the_last_millionth_still_has_a_number(m, left, r):
    p = triple(m, 1 - left)
    assert extreme.tail_share(*p, r) == pytest.approx(p[1], abs=1e-3)


def test_too_near_a_limit_is_refused():
    # one point mass at m, asked for the tail beyond that very point
    with pytest.raises(UcjError, match=r"row 1: P1/P0 = 0\.99999.* too near the limit"):
        extreme.tail_share([10, 10], [2, 9.99999], [0.6, 9.9999800001 + 1e-12], [0.8, 1e-5])


# -- an independent solver ---------------------------------------------------------------------------------------------


GRID = np.linspace(0, 1, 4001)


def solve(m, s, r):
    """Tail of the maximum-entropy density by Simpson's rule and Powell's hybrid method: another road altogether."""
    sd = np.sqrt(s - m * m)

    def law(x, g, top=0.0):
        t = (g - m) / sd
        return np.exp(x[0] * t + x[1] * t * t - top)

    def miss(x):
        t = (GRID - m) / sd
        f = law(x, GRID, (x[0] * t + x[1] * t * t).max())
        z = simpson(f, x=GRID)
        return simpson(f * GRID, x=GRID) / z / m - 1, simpson(f * GRID**2, x=GRID) / z / s - 1

    answer = root(miss, (0.0, -0.5), method="hybr", tol=1e-12)
    assert np.abs(answer.fun).max() < 1e-9, (m, s)
    beyond = np.linspace(1 - r, 1, 4001)
    return simpson(law(answer.x, beyond), x=beyond) / simpson(law(answer.x, GRID), x=GRID)


@pytest.fixture(scope="module")
def panel(reference):
    """Regencies with P0, P1, P2 and the number of poor; what only rounding made impossible is mended."""
    rows = pd.read_parquet(reference / "panel" / "bps_panel.parquet")
    rows = rows[rows["indicator"].isin(["p0", "p1", "p2", "poor_thousand"]) & (rows["level"] != "province")]
    wide = rows.pivot_table(index=["code", "year"], columns="indicator", values="value", observed=True).dropna()
    wide["p2"], wide["moved"] = extreme.within_rounding(wide["p0"], wide["p1"], wide["p2"])
    return wide.reset_index()


def test_panel_against_an_independent_solver(panel):
    m, s = panel["p1"] / panel["p0"], panel["p2"] / panel["p0"]
    # every 60th row, and the most extreme ones
    spread = (s - m * m) / (m - m * m)
    rows = {*range(0, len(panel), 60)}
    for x in (m, spread):
        rows |= {*np.argsort(x.to_numpy())[:4], *np.argsort(x.to_numpy())[-4:]}
    some = panel.iloc[sorted(rows)]
    some = some[~some["moved"]]
    ours = extreme.tail_share(some["p0"], some["p1"], some["p2"], 0.7537)
    other = [r.p0 * solve(r.p1 / r.p0, r.p2 / r.p0, 0.7537) for r in some.itertuples()]
    assert len(some) > 90
    assert np.abs(ours - other).max() < 1e-6


def test_whole_panel_meets_its_moments(panel):
    assert panel["moved"].sum() < 10
    c, w = quadrature(6)
    fitted = extreme.gaps(panel["p0"], panel["p1"], panel["p2"])
    tails = np.stack([fitted.tail(1 - x) for x in c])
    assert np.abs(w @ tails - panel["p1"] / panel["p0"]).max() < 1e-6
    assert np.abs(2 * (w * c) @ tails - panel["p2"] / panel["p0"]).max() < 1e-6


# -- sharp bounds ------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.floats(0.05, 0.8), st.floats(0.03, 0.8), st.floats(0.1, 0.9))
def test_sharp_bounds_against_linear_programming(m, v, r):
    p0, p1, p2 = triple(m, v, 1.0)
    c = 1 - r
    g = np.unique(np.append(np.linspace(0, 1, 1501), c))
    moments = np.stack([np.ones_like(g), g, g * g])
    found = []
    for sign, hit in ((1, g > c), (-1, g >= c)):
        answer = linprog(sign * hit.astype(float), A_eq=moments, b_eq=[1, p1, p2], bounds=(0, None), method="highs")
        found.append(sign * answer.fun)
    lower, upper = extreme.sharp_bounds(p0, p1, p2, r)
    # the programme may use grid points only: it stays inside the bounds, and close to them
    assert lower - 1e-7 <= found[0] <= lower + 0.02
    assert upper - 0.02 <= found[1] <= upper + 1e-7


# -- refusals and missing values ---------------------------------------------------------------------------------------

BAD = {
    "P1 and P2 swapped": (17.87, 0.82, 3.16),
    "P0 and P1 swapped": (3.16, 17.87, 0.82),
    "below m squared": (10.0, 4.0, 1.0),
    "no spread at all": (10.0, 2.0, 0.4),
    "all or nothing": (10.0, 2.0, 2.0),
    "negative": (10.0, 2.0, -0.6),
    "all at zero gap": (10.0, 0.0, 0.0),
    "gaps but nobody poor": (0.0, 1.0, 0.5),
    "above 100 percent": (178.7, 31.6, 8.2),
    "infinite": (np.inf, 2.0, 0.6),
}


@pytest.mark.parametrize("case", BAD)
def test_impossible_moments_are_refused_by_name(case):
    rows = np.array([POHUWATO[:3], BAD[case], POHUWATO[:3]]).T
    names = ["7503 2022", "7504 2022", "7505 2022"]
    for call in (extreme.tail_share, extreme.sharp_bounds):
        with pytest.raises(UcjError, match=r"^7504 2022: P0 = .*swapped columns or a wrong unit"):
            call(*rows, 0.75, labels=names)
        with pytest.raises(UcjError, match=r"^row 1: "):
            call(*rows, 0.75)


def test_the_right_row_is_named_when_each_meets_many_r():
    rows = np.array([POHUWATO[:3], (10.0, 4.0, 1.0)]).T[:, :, None]
    with pytest.raises(UcjError, match=r"^second: "):
        extreme.tail_share(*rows, np.linspace(0.5, 0.8, 5), labels=["first", "second"])


def test_missing_stays_missing_and_nobody_poor_is_none():
    e = extreme.tail_share([17.87, np.nan, 17.87, 0.0], [3.16, 3.16, np.nan, 0.0], [0.82, 0.82, 0.82, 0.0], 0.7537)
    assert np.isnan(e).tolist() == [False, True, True, False]
    assert e[3] == 0
    lower, upper = extreme.sharp_bounds([17.87, np.nan, 0.0], [3.16, 3.16, 0.0], [0.82, 0.82, 0.0], 0.7537)
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [False, True, False]


@pytest.mark.parametrize("r", [-0.1, 1.2, 75.37])
def test_r_outside_its_range_is_refused(r):
    with pytest.raises(UcjError, match="r lies outside 0 to 1"):
        extreme.tail_share(*POHUWATO[:3], r)
    for call in (extreme.sharp_bounds, extreme.rate_slope):
        with pytest.raises(UcjError, match="r lies outside 0 to 1"):
            call(*POHUWATO[:3], r)
    with pytest.raises(UcjError, match="r lies outside 0 to 1"):
        extreme.decompose(POHUWATO, (*POHUWATO[:3], r))


def test_unknown_model_is_refused():
    with pytest.raises(UcjError, match="model='normal': expected one of maxent, beta"):
        extreme.tail_share(*POHUWATO, model="normal")


def test_rounding_is_mended_only_within_half_a_unit():
    p0, p1 = np.array([5.0, 5.0, 17.87]), np.array([0.50, 0.50, 3.16])
    p2, moved = extreme.within_rounding(p0, p1, np.array([0.05, 0.03, 0.82]))
    assert moved.tolist() == [True, False, False]
    assert p2 == pytest.approx([(0.05 + 0.055) / 2, 0.03, 0.82])
    with pytest.raises(UcjError, match="row 1"):
        extreme.tail_share(p0, p1, p2, 0.75)


# -- calibration, raking, interval -------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.4, 0.9),
    st.lists(st.tuples(means, st.floats(0.03, 0.6), st.floats(1, 50)), min_size=2, max_size=6),
)
def test_calibration_finds_r_again(r, rows):
    m, v, weight = np.array(rows).T
    p = triple(m, v, 12.0)
    national = np.average(extreme.tail_share(*p, r), weights=weight)
    if not 1e-3 < national < 11.99:  # flat there: any r would do
        return
    found, slope = extreme.calibrate(*p, weight, national)
    assert np.average(extreme.tail_share(*p, found), weights=weight) == pytest.approx(national, abs=1e-7)
    assert slope == pytest.approx(np.average(extreme.rate_slope(*p, found), weights=weight), rel=1e-2)


def test_calibration_uses_the_weights_and_leaves_gaps_out():
    rows = np.array([v[0][:3] for v in VECTORS.values()])
    weight = np.array([1.0, 2.0, 4.0, 8.0])
    r, _ = extreme.calibrate(*rows.T, weight, 3.0)
    other, _ = extreme.calibrate(*rows.T, weight[::-1], 3.0)
    assert abs(r - other) > 0.005
    more = np.vstack([rows, [10.0, np.nan, 0.5], [10.0, 2.0, 0.6]])
    same, _ = extreme.calibrate(*more.T, [*weight, 5.0, np.nan], 3.0)
    assert same == pytest.approx(r, abs=1e-9)
    # a regency without poor counts as a rate of 0: the others must have more
    none, _ = extreme.calibrate(*np.vstack([rows, [0.0, 0.0, 0.0]]).T, [*weight, 15.0], 1.5)
    assert none == pytest.approx(r, abs=1e-8)


def test_calibration_refuses_what_no_r_gives():
    rows = np.array([v[0][:3] for v in VECTORS.values()]).T
    for national in (0.0, 40.0, np.nan):
        with pytest.raises(UcjError, match=rf"national rate {national}: expected above 0 and below"):
            extreme.calibrate(*rows, np.ones(4), national)
    with pytest.raises(UcjError, match="nothing to calibrate on"):
        extreme.calibrate(*rows, np.full(4, np.nan), 2.0)
    with pytest.raises(UcjError, match="row 2: weight -1"):
        extreme.calibrate(*rows, [1, 1, -1, 1], 2.0)


@pytest.mark.parametrize(
    ("year", "national", "r"),
    [
        (2018, 3.6, 0.807),
        (2021, 2.14, 0.7516),
        (2022, 2.04, 0.7537),
        (2023, 1.12, 0.6945),
        (2025, 0.85, 0.698),
    ],
)
def test_calibration_on_the_panel(panel, year, national, r):
    here = panel[panel["year"] == year]
    assert len(here) >= 510
    weight = here["poor_thousand"] / here["p0"]
    found, _ = extreme.calibrate(here["p0"], here["p1"], here["p2"], weight, national)
    e = extreme.tail_share(here["p0"], here["p1"], here["p2"], found)
    assert np.average(e, weights=weight) == pytest.approx(national, abs=1e-7)
    # the published r rest on other population figures: up to .009 away
    assert found == pytest.approx(r, abs=0.01)


def test_raking_by_hand():
    rates, weight = np.array([4.0, 2.0, 3.0, np.nan]), np.array([1.0, 3.0, 2.0, 1.0])
    group = ["7500", "7500", "7100", "7500"]
    out, raked = extreme.rake(rates, weight, group, {"7500": 5.0, "9999": 1.0})
    assert out[:3] == pytest.approx([8.0, 4.0, 3.0])
    assert np.isnan(out[3])
    assert raked.tolist() == [True, True, False, False]
    assert rates[0] == 4.0


def test_raking_stays_below_p0():
    rates, weight, p0 = np.array([4.0, 2.0, 1.0]), np.ones(3), np.array([5.0, 20.0, 20.0])
    out, _ = extreme.rake(rates, weight, ["a"] * 3, {"a": 14 / 3}, p0=p0)
    assert out == pytest.approx([5.0, 6.0, 3.0])
    with pytest.raises(UcjError, match="a: official rate 16 lies above the mean P0"):
        extreme.rake(rates, weight, ["a"] * 3, {"a": 16.0}, p0=p0)


def test_interval_by_hand():
    lower, upper = extreme.interval([4.0, 0.01, 4.0, np.nan], [20.0, 20.0, 5.0, 5.0])
    assert lower[:3] == pytest.approx([1.64**2, 0.0, 1.64**2])
    assert upper[:3] == pytest.approx([2.36**2, 0.46**2, 5.0])
    assert np.isnan(lower[3])
    assert np.isnan(upper[3])
    # k and the share of r add up in quadrature: d sqrt(E)/dr = 20 / (2 * 2)
    lower, upper = extreme.interval(4.0, 20.0, level=95, slope=20.0, sd_r=0.01)
    w = np.hypot(0.53, 1.959964 * 0.01 * 5)
    assert (float(lower), float(upper)) == pytest.approx(((2 - w) ** 2, (2 + w) ** 2), rel=1e-6)
    with pytest.raises(UcjError, match="level=90: expected 80 or 95"):
        extreme.interval(4.0, 20.0, level=90)


# -- decomposition -----------------------------------------------------------------------------------------------------

lines = st.floats(0.65, 0.85)
any_cell = st.tuples(st.floats(1, 40), st.floats(0.1, 0.3), st.floats(0.02, 0.3), lines)
# so alike that P1/P0 of one with P2/P0 of the other is always possible
near_cell = st.tuples(st.floats(1, 40), st.floats(0.15, 0.175), st.floats(0.08, 0.15), lines)


def state(cell):
    p0, m, v, r = cell
    return (*triple(m, v, p0), r)


@few
@given(any_cell, any_cell)
def test_parts_add_up_to_the_change(before, after):
    a, b = state(before), state(after)
    parts = extreme.decompose(a, b)
    change = extreme.tail_share(*b) - extreme.tail_share(*a)
    assert parts["change"][0] == pytest.approx(change, abs=1e-9)
    assert sum(parts[k][0] for k in extreme.PARTS) == pytest.approx(change, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(near_cell, near_cell)
def test_parts_are_the_mean_over_all_orders(before, after):
    a, b = state(before), state(after)
    old, new = ([x[3], x[0], x[1] / x[0], x[2] / x[0]] for x in (a, b))

    @cache
    def rate(changed):
        r, p0, m, s = (new[i] if i in changed else old[i] for i in range(4))
        return extreme.tail_share(p0, p0 * m, p0 * s, r)

    mean = np.zeros(4)
    for order in itertools.permutations(range(4)):
        for k, i in enumerate(order):
            mean[i] += (rate(frozenset(order[: k + 1])) - rate(frozenset(order[:k]))) / 24
    parts = extreme.decompose(a, b)
    assert [parts[k][0] for k in extreme.PARTS] == pytest.approx(mean, abs=1e-7)


def test_a_change_of_one_part_is_that_part():
    p0, p1, p2, r = POHUWATO
    afters = {"r": (p0, p1, p2, 0.7), "P0": (p0 / 2, p1 / 2, p2 / 2, r), "P2/P0": (p0, p1, 0.9, r)}
    for name, after in afters.items():
        parts = extreme.decompose(POHUWATO, after)
        rest = [parts[k][0] for k in extreme.PARTS if k != name]
        assert rest == pytest.approx([0, 0, 0], abs=1e-12)
        assert abs(parts[name][0]) > 0.01
        back = extreme.decompose(after, POHUWATO)
        assert back[name][0] == pytest.approx(-parts[name][0])


@pytest.mark.parametrize("v", [2e-4, 0.9995])
def test_the_years_themselves_are_never_moved(v):
    a, b = (*triple(0.2, v), 0.79), (*triple(0.21, v), 0.785)
    parts = extreme.decompose(a, b)
    change = extreme.tail_share(*b) - extreme.tail_share(*a)
    assert parts["change"][0] == pytest.approx(change, abs=1e-9)
    assert sum(parts[k][0] for k in extreme.PARTS) == pytest.approx(change, abs=1e-9)


def test_decomposition_refuses_impossible_moments():
    with pytest.raises(UcjError, match="row 0: P0 = 10, P1 = 4, P2 = 1"):
        extreme.decompose(POHUWATO, (10, 4, 1, 0.75))
    with pytest.raises(UcjError, match="7503: P0 = 10"):
        extreme.decompose(POHUWATO, (10, 4, 1, 0.75), labels=["7503"])
