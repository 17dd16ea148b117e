"""The ends of the slope set against brute force, other solvers, point doses and identities; refusals; real panel."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear, minimize

from ucj_analysis.errors import UcjError
from ucj_analysis.models import active_set, estimators, panel
from ucj_analysis.models import identification as ident


def layout(units, times):
    return {"unit": np.repeat(np.arange(units), times), "time": np.tile(np.arange(times), units)}


def random_problem(seed, *, free=4, units=None, times=None, shift=0.0, **more):
    """A small panel with a few doses open; ``shift`` ties the outcome to the dose, so that the sign is determined."""
    rng = np.random.default_rng(seed)
    units, times = units or int(rng.integers(2, 5)), times or int(rng.integers(2, 5))
    n = units * times
    dose = rng.normal(size=n) * 2
    half = np.zeros(n)
    open_ = rng.choice(n, min(n, free), replace=False)
    half[open_] = rng.uniform(0.1, 1, len(open_))
    y = rng.normal(size=n) + shift * dose
    return ident.problem(y, dose - half, dose + half, **layout(units, times), **more)


def slope(p, d):
    x = p.M @ d
    return p.y @ d / (x @ x)


def allowed(p, d, slack=1e-9):
    inside = (d >= p.lower - slack).all() and (d <= p.upper + slack).all()
    caps = all(w @ d[at] <= bound + slack for at, w, bound in p.caps)
    return inside and caps and (p.A is None or (p.A @ d <= p.b + slack).all())


def grid(p, steps):
    open_ = np.flatnonzero(p.lower < p.upper)
    axes = [np.linspace(p.lower[i], p.upper[i], steps) for i in open_]
    D = np.tile(p.lower, (steps ** len(open_), 1))
    D[:, open_] = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(open_))
    return D


def slopes_of(p, D):
    X = D @ p.M
    square = (X * X).sum(axis=1)
    keep = (square > 1e-12) & np.array([allowed(p, d) for d in D])
    return (D[keep] @ p.y) / square[keep]


def local_best(p, sign, starts=5):
    """The end by another program: SLSQP from many starts, constraints as they are."""
    rng = np.random.default_rng(1)
    limits = [{"type": "ineq", "fun": lambda d, a=at, w=w, b=b: b - w @ d[a]} for at, w, b in p.caps]
    if p.A is not None:
        limits.append({"type": "ineq", "fun": lambda d: p.b - p.A @ d})
    best = -np.inf
    for _ in range(starts):
        start = rng.uniform(p.lower, p.upper)
        out = minimize(
            lambda d: -sign * slope(p, d), start, method="SLSQP", bounds=list(zip(p.lower, p.upper, strict=True)),
            constraints=limits, options={"ftol": 1e-14, "maxiter": 500},
        )  # fmt: skip
        if allowed(p, out.x, 1e-7):
            best = max(best, sign * slope(p, out.x))
    return sign * best


# -- brute force ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [0.0, 3.0, -3.0])
@pytest.mark.parametrize("seed", range(12))
def test_no_completion_of_a_grid_lies_outside_and_the_ends_are_reached(seed, shift):
    p = random_problem(seed, shift=shift, free=3, units=3, times=2 + seed % 3)
    s = ident.slope_set(p)
    found = slopes_of(p, grid(p, 9))
    size = 1 + np.abs(found).max()
    assert s.exact
    assert s.low.bound <= s.lower <= found.min() + 1e-9 * size
    assert s.high.bound >= s.upper >= found.max() - 1e-9 * size
    for end in (s.low, s.high):
        assert allowed(p, end.at)
        assert slope(p, end.at) == pytest.approx(end.slope, rel=1e-10)  # the end is the slope of a completion
    # a grid as fine as this comes near
    near = slopes_of(p, grid(p, 31))
    assert s.upper - near.max() <= 0.02 * (near.max() - near.min()) + 1e-9
    assert near.min() - s.lower <= 0.02 * (near.max() - near.min()) + 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_ends_agree_with_another_solver(seed):
    p = random_problem(100 + seed, free=6, units=4, times=4)
    s = ident.slope_set(p)
    if not s.bounded:
        pytest.skip("this draw has no end to compare")
    assert s.upper == pytest.approx(local_best(p, 1), rel=1e-5)
    assert s.lower == pytest.approx(local_best(p, -1), rel=1e-5)


@pytest.mark.parametrize("shift", [0.0, 3.0])
@pytest.mark.parametrize("seed", range(6))
def test_caps_and_other_constraints(seed, shift):
    free = random_problem(200 + seed, free=4, units=3, times=3, shift=shift)
    open_ = np.flatnonzero(free.lower < free.upper)
    middle = (free.lower + free.upper) / 2
    weights = np.array([1.0, 2.0])
    caps = [(open_[:2], weights, float(weights @ middle[open_[:2]]))]
    rising = np.zeros((1, 9))  # one cell no higher than another, as of a dose that a source says did not fall
    rising[0, open_[2]], rising[0, open_[3]] = 1.0, -1.0
    floor = rising @ middle
    for more in ({"caps": caps}, {"A": rising, "b": floor}, {"caps": caps, "A": rising, "b": floor}):
        p = ident.Problem(
            free.y,
            free.M,
            free.lower,
            free.upper,
            tuple(more.get("caps", ())),
            more.get("A"),
            more.get("b"),
            free.labels,
        )
        s = ident.slope_set(p)
        found = slopes_of(p, grid(p, 5))
        assert s.low.bound <= found.min() + 1e-7
        assert s.high.bound >= found.max() - 1e-7
        whole = ident.slope_set(free)
        assert whole.low.bound <= s.lower + 1e-7
        assert whole.high.bound >= s.upper - 1e-7
        for end in (s.low, s.high):
            if end.at is not None:
                assert allowed(p, end.at, 1e-7)
        if s.bounded:
            assert s.upper >= local_best(p, 1) - 1e-5
            assert s.lower <= local_best(p, -1) + 1e-5


def capped(seed):
    """A problem with most cells open and one or two caps that bind, or none, that has a largest slope above zero."""
    rng = np.random.default_rng(seed)
    while True:
        p = _capped(rng, seed % 3)
        if p.y @ p.extreme_point(p.y) > 1e-9 and np.linalg.norm(ident._nearest(p, np.zeros_like(p.y))[0]) > 1e-6:
            return p


def _capped(rng, number):
    units, times = int(rng.integers(2, 7)), int(rng.integers(2, 7))
    n = units * times
    low = np.where(rng.random(n) < 0.3, 0.0, rng.uniform(0, 30, n))
    high = low + np.where(rng.random(n) < 0.25, 0.0, rng.uniform(0, 60, n))
    cells, caps = rng.permutation(n), []
    for k in range(number):
        at = np.sort(cells[k * (n // 3) : (k + 1) * (n // 3)])
        w = rng.uniform(0.5, 3, len(at)) * (rng.random(len(at)) < 0.9)
        if len(at):
            caps.append((at, w, float(w @ low[at] + rng.uniform(0, 0.7) * (w @ (high - low)[at]))))
    y = rng.normal(size=n) + 0.02 * rng.normal() * (low + high)
    return ident.problem(y, low, high, **layout(units, times), caps=caps)


@pytest.mark.parametrize("seed", range(90))
def test_the_active_set_finds_what_wolfe_s_algorithm_finds(seed, monkeypatch):
    p = capped(seed)
    best = p.extreme_point(p.y)
    d = active_set.highest(p, best)
    assert allowed(p, d)
    near = active_set.highest(p, d, slope(p, d) * 1.1)  # the proof's own question, at another slope
    monkeypatch.setattr(active_set, "highest", lambda *_: None)
    end = ident._outer(p, best)
    assert end.exact
    assert slope(p, d) == pytest.approx(end.slope, rel=1e-9)
    t = slope(p, d) * 1.1
    other = ident._nearest(p, p.y / (2 * t))[1]
    value, same = (p.y @ x - t * (p.M @ x) @ (p.M @ x) for x in (near, other))
    assert value == pytest.approx(same, abs=1e-9 * (1 + abs(same)))


def test_a_completion_is_moved_into_intervals_and_caps():
    p = capped(2)
    (at, w, bound), *_ = p.caps
    moved = active_set.moved_into(p, np.full(len(p.y), 1e3))
    assert allowed(p, moved)
    assert w @ moved[at] == pytest.approx(bound)
    none = ident.Problem(p.y, p.M, p.lower, p.upper, ((at, w, float(w @ p.lower[at]) - 1),))
    assert active_set.moved_into(none, p.upper) is None


@pytest.mark.parametrize("seed", range(10))
def test_inner_end_is_the_best_corner(seed):
    """Where all slopes have one sign, the end near zero lies at a corner of the box: all corners are tried."""
    p = random_problem(300 + seed, free=8, units=4, times=4, shift=4.0)
    s = ident.slope_set(p)
    assert s.sign == "positive"
    assert s.low.proof == "branch and bound"
    open_ = np.flatnonzero(p.lower < p.upper)
    corners = np.tile(p.lower, (2 ** len(open_), 1))
    corners[:, open_] = list(itertools.product(*[(p.lower[i], p.upper[i]) for i in open_]))
    assert s.lower == pytest.approx(slopes_of(p, corners).min(), rel=1e-10)


def test_stopped_early_the_bound_still_holds():
    p = random_problem(7, free=14, units=5, times=5, shift=1.2)
    full, cut = ident.slope_set(p), ident.slope_set(p, nodes=3)
    assert full.low.exact
    assert full.low.proof == "branch and bound"
    assert cut.low.proof == "limit of nodes"
    assert not cut.exact
    assert cut.low.bound <= full.lower <= cut.lower + 1e-12
    assert cut.low.bound >= 0


# -- certificates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_the_bound_is_proven_by_an_independent_solver(seed):
    """No completion lies in the ball of slopes above the bound: nearest point by bounded least squares (scipy)."""
    p = random_problem(400 + seed, free=7, units=4, times=4)
    s = ident.slope_set(p)
    for end, sign in ((s.high, 1.0), (s.low, -1.0)):
        if end.proof != "concave" or end.slope == 0:
            continue
        centre = p.y / (2 * end.bound)
        fixed = p.lower == p.upper
        shift = p.M[:, fixed] @ p.lower[fixed] - centre
        out = lsq_linear(p.M[:, ~fixed], -shift, bounds=(p.lower[~fixed], p.upper[~fixed]), method="bvls", tol=1e-14)
        distance = np.linalg.norm(p.M[:, ~fixed] @ out.x + shift)
        radius = np.linalg.norm(p.y) / (2 * abs(end.bound))
        assert distance >= radius * (1 - 1e-12), sign


# -- identities -------------------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_known_doses_give_the_least_squares_slope(seed):
    rng = np.random.default_rng(seed)
    where = layout(4, 5)
    y, dose = rng.normal(size=20), rng.normal(size=20)
    fitted = estimators.fit(y, pd.DataFrame({"dose": dose}), **where).coef["dose"]
    s = ident.slope_set(ident.problem(y, dose, dose, **where))
    assert s.lower == pytest.approx(fitted, rel=1e-9)
    assert s.upper == pytest.approx(fitted, rel=1e-9)
    assert s.cells == 0
    assert s.low.bound <= fitted <= s.high.bound


def test_covariates_are_taken_out_as_in_the_estimator():
    rng = np.random.default_rng(3)
    where, y, dose, other = layout(5, 5), *rng.normal(size=(3, 25))
    fitted = estimators.fit(y, pd.DataFrame({"dose": dose, "other": other}), **where).coef["dose"]
    s = ident.slope_set(ident.problem(y, dose, dose, covariates=other, **where))
    assert s.upper == pytest.approx(fitted, rel=1e-9)


@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.95))
@settings(max_examples=40, deadline=None)
def test_a_smaller_box_never_widens_the_set(seed, share):
    p = random_problem(seed, free=5, shift=seed % 3)
    middle = p.lower + np.random.default_rng(seed).uniform(size=len(p.y)) * (p.upper - p.lower)
    inner = ident.Problem(
        p.y, p.M, middle - share * (middle - p.lower), middle + share * (p.upper - middle), labels=p.labels
    )
    a, b = ident.slope_set(p), ident.slope_set(inner)
    assert b.lower >= a.low.bound or b.lower == pytest.approx(a.lower, rel=1e-7)
    assert b.upper <= a.high.bound or b.upper == pytest.approx(a.upper, rel=1e-7)
    assert b.width() <= a.width() + 1e-9
    assert a.sign == "not determined" or b.sign == a.sign


@given(seed=st.integers(0, 10_000), a=st.floats(0.1, 10), b=st.floats(0.1, 10), turned=st.booleans())
@settings(max_examples=30, deadline=None)
def test_scaling_and_effects_change_nothing_else(seed, a, b, turned):
    rng = np.random.default_rng(seed)
    where = layout(3, 4)
    y, dose, half = rng.normal(size=12), rng.normal(size=12), rng.uniform(0, 0.5, 12)
    shift = [rng.normal(size=3)[where["unit"]] + rng.normal(size=4)[where["time"]] for _ in range(2)]
    sign = -1 if turned else 1
    one = ident.slope_set(ident.problem(y, dose - half, dose + half, **where))
    scaled = ident.problem(
        sign * a * y + shift[0], b * (dose - half) + shift[1], b * (dose + half) + shift[1], **where
    )  # fmt: skip
    two = ident.slope_set(scaled)
    want = np.array([one.lower, one.upper]) * sign * a / b
    assert sorted(want) == pytest.approx([two.lower, two.upper], rel=1e-6)


def test_order_of_rows_does_not_matter():
    rng = np.random.default_rng(5)
    where, y, low = layout(4, 4), rng.normal(size=16), rng.normal(size=16)
    high = low + rng.uniform(0, 1, 16)
    one = ident.slope_set(ident.problem(y, low, high, **where))
    order = rng.permutation(16)
    two = ident.problem(y[order], low[order], high[order], unit=where["unit"][order], time=where["time"][order])
    two = ident.slope_set(two)
    assert (two.lower, two.upper) == pytest.approx((one.lower, one.upper), rel=1e-8)


# -- sets without an end ----------------------------------------------------------------------------------------------------


def test_where_all_variation_can_vanish_there_is_no_end():
    rng = np.random.default_rng(0)
    where = layout(3, 3)
    y = rng.normal(size=9)
    s = ident.slope_set(ident.problem(y, np.zeros(9), np.ones(9), **where))
    assert (s.lower, s.upper) == (-np.inf, np.inf)
    assert s.least == 0
    assert s.sign == "not determined"
    assert s.low.proof == s.high.proof == "no variation"
    assert s.width() == pytest.approx(1.0)
    assert not s.bounded
    # near no variation there are indeed slopes as large as one likes
    p = ident.problem(y, np.zeros(9), np.ones(9), **where)
    tiny = 0.5 + 1e-6 * p.y
    assert slope(p, tiny) > 1e5


def test_one_open_cell_that_only_grows_away_from_no_variation():
    """x = s v with s in [0, 2]: slopes <y, v>/(s |v|^2), so one end and no other."""
    where = layout(2, 2)
    y = np.array([0.0, 0.0, 0.0, 4.0])
    low, high = np.zeros(4), np.array([0.0, 0.0, 0.0, 2.0])
    s = ident.slope_set(ident.problem(y, low, high, **where))
    assert s.upper == np.inf
    assert s.lower == pytest.approx(2.0)  # y = 2 D at s = 2
    assert s.low.proof == "branch and bound"
    assert s.sign == "positive"


def test_nearly_no_variation_is_bounded_and_far():
    where = layout(2, 2)
    y = np.array([0.0, 0.0, 0.0, 4.0])
    s = ident.slope_set(ident.problem(y, np.array([0, 0, 0, 1e-3]), np.array([0, 0, 0, 2.0]), **where))
    assert s.upper == pytest.approx(4000, rel=1e-6)
    assert s.lower == pytest.approx(2.0)


# -- refusals ---------------------------------------------------------------------------------------------------------------


def refuse(message, *, y=None, low=None, high=None, where=None, **more):
    where = where or layout(3, 3)
    n = len(where["unit"])
    rng = np.random.default_rng(0)
    y = rng.normal(size=n) if y is None else y
    low = rng.normal(size=n) if low is None else low
    with pytest.raises(UcjError, match=re.escape(message)):
        ident.slope_set(ident.problem(y, low, low + 1 if high is None else high, **where, **more))


def test_refusals():
    where = layout(3, 3)
    refuse("no row for 2 in 2: one row per region and year", where={k: v[:-1] for k, v in where.items()})
    refuse("2 rows for 0 in 0", where={"unit": np.r_[where["unit"], 0], "time": np.r_[where["time"], 0]})
    refuse(
        "the dose does not vary beyond the effects", low=np.repeat([1.0, 5.0, 2.0], 3), high=np.repeat([1.0, 5, 2], 3)
    )
    refuse("the dose does not vary beyond the effects", low=np.zeros(9), high=np.zeros(9))
    refuse("the outcome does not vary beyond the effects", y=np.tile([1.0, 2.0, 5.0], 3))
    refuse("0 in 1: the interval 1 to 0 runs backwards", low=np.ones(9), high=np.r_[1.0, 0.0, np.ones(7)])
    refuse("y: no number for 0 in 1", y=np.r_[0.0, np.nan, np.ones(7)])
    refuse("upper: no number for 2 in 2", low=np.zeros(9), high=np.r_[np.ones(8), np.inf])
    refuse("1 regions and 3 years", where=layout(1, 3))
    refuse("lower: expected 9 values", low=np.zeros(8), high=np.zeros(9))
    cap = (np.array([0, 1]), np.ones(2))
    refuse("no completion lies within both", low=np.ones(9), caps=[(*cap, 1.0)])
    refuse("a cell stands in two caps", low=np.zeros(9), caps=[(*cap, 1.0), (*cap, 2.0)])
    refuse("a cap has a negative weight", caps=[(np.array([0]), np.array([-1.0]), 1.0)])
    refuse("A and b go together", A=np.ones((1, 9)))
    refuse("A: expected shape (1, 9), got (1, 4)", A=np.ones((1, 4)), b=[1.0])
    refuse("no completion lies within both", low=np.ones(9), A=np.ones((1, 9)), b=[1.0])


def test_one_treated_region_is_refused_by_name():
    rows = pd.DataFrame(layout(3, 3)).rename(columns={"unit": "region_code", "time": "year"})
    rows["region_code"] = rows["region_code"].map({0: "7501", 1: "7504", 2: "7571"})
    rows["dose_year"] = rows["year"]
    rows["y"] = np.arange(9.0) ** 2
    rows["lower"], rows["upper"] = 0.0, np.where(rows["region_code"] == "7504", 30.0, 0.0)
    with pytest.raises(UcjError, match=r"only 7504 has a dose in these years: with one treated region"):
        ident.identify(panel.Design(rows))
    with pytest.raises(UcjError, match="no region has a dose in these years"):
        ident.identify(panel.Design(rows.assign(upper=0.0)))


# -- the real record --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def primary(inputs):
    return panel.of(inputs).design(outcome="extreme", base="employed", lag=1, years=[2018, 2021, 2022, 2023, 2024])


def test_the_set_of_the_primary_specification(inputs, primary):
    s = ident.identify(primary)
    assert s.exact
    assert s.bounded
    assert s.sign == "not determined"
    assert s.least > 0
    rows = primary.rows
    for rule in panel.COMPLETIONS:
        dose = pd.DataFrame({"dose": primary.completion(rule)})
        one = estimators.fit(rows["y"], dose, unit=rows["region_code"], time=rows["year"]).coef["dose"]
        if rule == "lower":  # mid-points break the cap of 2021, so that they are no completion
            assert s.lower <= one <= s.upper
    p = ident.of(primary)
    inside = np.array([slope(p, d) for d in ident.completions(p, 500)])
    assert ((inside >= s.lower) & (inside <= s.upper)).all()
    strict = panel.of(inputs, strict=True).design(years=[2018, 2021, 2022, 2023, 2024])
    wider = ident.identify(strict)
    assert wider.lower <= s.lower <= s.upper <= wider.upper


def test_what_to_ask_for_first(primary):
    p = ident.of(primary)
    cells = ident.value_of_information(p, ident.by_cell(primary), points=3)
    assert len(cells) == (primary.rows["lower"] < primary.rows["upper"]).sum()
    assert cells["shrink"].is_monotonic_decreasing
    assert ((cells["shrink"] >= -1e-9) & (cells["shrink"] <= 1)).all()
    assert (cells["width_worst"] <= cells["width_now"] + 1e-9).all()
    known = set(cells["name"]) & {"7504 2020", "7571 2022", "7505 2017"}
    assert not known  # what is known is not asked for
    three = ident.requests(p, ident.by_cell(primary), among=4, draws=8)
    assert list(three["order"]) == [1, 2, 3]
    assert three["width_expected"].is_monotonic_decreasing  # each answer narrows further
    assert set(three["name"]) <= set(cells["name"][:4])


def test_value_of_a_cell_by_hand():
    """Two regions, two years, one open cell: each value gives a point, so knowing it ends all width."""
    where = layout(2, 2)
    y = np.array([0.0, 0.0, 0.0, 4.0])
    p = ident.problem(y, np.array([0, 0, 0, 1.0]), np.array([0, 0, 0, 2.0]), **where)
    s = ident.slope_set(p)
    assert (s.lower, s.upper) == pytest.approx((2.0, 4.0))
    assert s.width(1.0) == pytest.approx((np.arctan(4) - np.arctan(2)) / np.pi)
    out = ident.value_of_information(p, steep=1.0).iloc[0]
    assert (out["name"], out["cells"]) == ("1 in 1", 1)
    assert out["shrink"] == pytest.approx(1.0)
    assert out["width_worst"] == pytest.approx(0.0)
    assert out["sign_settled"] == 1.0
    with pytest.raises(UcjError, match="done: all its cells are known already"):
        ident.value_of_information(p, {"done": [0]})


def test_value_of_information_is_the_mean_over_sets_with_the_cell_known():
    p = random_problem(11, free=3, units=3, times=3)
    i = int(np.flatnonzero(p.lower < p.upper)[0])
    out = ident.value_of_information(p, {"one": [i]}, points=5).iloc[0]
    widths = [ident.slope_set(p.fixed([i], [v])).width() for v in np.linspace(p.lower[i], p.upper[i], 5)]
    assert out["width_expected"] == pytest.approx(np.average(widths, weights=[1, 2, 2, 2, 1]), rel=1e-6)
    assert out["width_worst"] == pytest.approx(max(widths), rel=1e-6)
    group = ident.value_of_information(p, {"all": np.flatnonzero(p.lower < p.upper)}).iloc[0]
    assert group["shrink"] == pytest.approx(1.0, abs=1e-7)  # all known: a point is left


def test_completions_keep_the_constraints_and_the_seed(primary):
    p = ident.of(primary)
    D = ident.completions(p, 50)
    assert len(p.caps) == 1
    assert all(allowed(p, d) for d in D)
    np.testing.assert_array_equal(D, ident.completions(p, 50))
    assert np.ptp(D[:, np.flatnonzero(p.lower < p.upper)], axis=0).min() > 0


def test_groups_cover_the_open_cells(primary):
    open_ = np.flatnonzero(primary.rows["lower"] < primary.rows["upper"])
    for groups in (ident.by_region(primary), ident.by_cell(primary)):
        assert sorted(np.concatenate(list(groups.values()))) == list(open_)
    assert set(ident.by_region(primary)) == set(primary.rows["region_code"].iloc[open_])


@pytest.mark.parametrize(
    ("y", "low", "high", "units"),
    [
        ([0, 2, 3, -3, 1, -2], [2, 1, 2, 2, 1, 2], [2, 1, 2, 5, 1, 2], 2),
        ([0, -2, 0, -1, -3, -3], [0, 3, 3, 2, 2, 2], [3, 3, 3, 3, 2, 2], 3),
    ],
)
def test_an_end_of_zero_ends_the_search(y, low, high, units):
    """The outcome is level along what is open: rounding once made the search for a smaller ratio go on for ever."""
    p = ident.problem(np.array(y, float), np.array(low, float), np.array(high, float), **layout(units, 6 // units))
    s = ident.slope_set(p)
    found = slopes_of(p, grid(p, 9))
    assert s.exact
    assert s.lower == pytest.approx(found.min(), abs=1e-9) or s.lower == -np.inf
    assert s.upper == pytest.approx(found.max(), abs=1e-9) or s.upper == np.inf
    assert 0 in (s.lower, s.upper)
