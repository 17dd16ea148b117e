"""Tests and intervals for few clusters against brute force; what cannot be said is refused in a sentence."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from ucj_analysis.errors import UcjError
from ucj_analysis.models import estimators, inference

G, T = 5, 4
UNIT, TIME = np.repeat(list("abcde"), T), np.tile(np.arange(2020, 2024), G)
HOW = {"unit": UNIT, "time": TIME}


def made(seed, ties=False):
    random = np.random.default_rng(seed)
    draw = (lambda: random.integers(0, 3, G * T).astype(float)) if ties else (lambda: random.standard_normal(G * T))
    dose = np.sort(draw().reshape(G, T), axis=1).ravel()
    return 0.4 * dose + draw(), dose, draw()


def slope(y, dose, covariates=None):
    """Least squares with dummies, as one would write it without the package."""
    X = np.column_stack([dose, *([] if covariates is None else [covariates]), UNIT[:, None] == np.unique(UNIT),
                         TIME[:, None] == np.unique(TIME)[1:]]).astype(float)  # fmt: skip
    return np.linalg.lstsq(X, y, rcond=None)[0][0]


def all_slopes(y, dose, covariates=None):
    paths = dose.reshape(G, T)
    return np.array([slope(y, paths[list(o)].ravel(), covariates) for o in itertools.permutations(range(G))])


@pytest.mark.parametrize("with_covariate", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_randomisation_is_refitting_every_assignment(seed, with_covariate):
    y, dose, z = made(seed)
    covariates = z if with_covariate else None
    got = inference.randomization_test(y, dose, covariates=covariates, **HOW)
    slopes = np.abs(all_slopes(y, dose, covariates))
    assert got.coef == pytest.approx(slope(y, dose, covariates))
    assert (got.n, got.exact, got.distinct) == (120, True, 120)
    assert got.k == (slopes >= slopes[0] * (1 - 1e-9)).sum()
    assert got.p == got.k / 120


@pytest.mark.parametrize("statistic", inference.STATISTICS)
@pytest.mark.parametrize("with_covariate", [False, True])
def test_interval_is_where_the_test_does_not_reject(statistic, with_covariate):
    y, dose, z = made(3)
    how = HOW | {"covariates": z if with_covariate else None, "statistic": statistic, "level": 0.8}
    got = inference.randomization_test(y, dose, **how)
    assert got.lower < got.coef < got.upper
    step = 1e-6 * (got.coef - got.lower)
    for end, outward in ((got.lower, -1), (got.upper, 1)):
        if np.isinf(end):
            # one-sided: only small slopes are rejected
            assert statistic == "slope"
            continue
        inside = inference.randomization_test(y, dose, null=end - outward * step, **how)
        outside = inference.randomization_test(y, dose, null=end + outward * step, **how)
        assert inside.p > 0.2 >= outside.p
    # a null moves with the outcome
    moved = inference.randomization_test(y + 2 * dose, dose, null=2.0, **how)
    assert (moved.p, moved.lower, moved.upper) == (got.p, pytest.approx(got.lower + 2), pytest.approx(got.upper + 2))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_ties_count_and_intervals_hold_every_null_not_rejected(seed):
    y, dose, _ = made(seed, ties=True)
    try:
        got = inference.randomization_test(y, dose, level=0.8, **HOW)
    except UcjError as refusal:
        assert "does not vary" in str(refusal) or "constant" in str(refusal)
        return
    slopes = np.abs(all_slopes(y, dose))
    share = (slopes >= slopes[0] - 1e-9).mean()
    # distinct assignments are equally many among all 120
    assert got.k / got.n == pytest.approx(share)
    if got.p is None:
        assert got.distinct < inference.LEAST
        return
    for null in (-1.0, 0.0, 0.5, 1.0):
        tested = inference.randomization_test(y, dose, null=null, level=0.8, **HOW)
        if tested.p > 0.2:
            assert got.lower - 1e-9 <= null <= got.upper + 1e-9


def test_clustered_t_of_every_assignment():
    y, dose, z = made(4)
    got = inference.randomization_test(y, dose, covariates=z, statistic="abs_t", **HOW)
    paths, t = dose.reshape(G, T), []
    for order in itertools.permutations(range(G)):
        fit = estimators.fit(y, np.column_stack([paths[list(order)].ravel(), z]), **HOW)
        t.append(abs(fit.t("CR1").iloc[0]))
    assert got.k == (np.array(t) >= t[0] * (1 - 1e-9)).sum()


@pytest.mark.parametrize("codes", [[0, 0, 1, 2, 2], [0, 1, 2, 3], [1, 0, 0, 0, 0], [0, 0, 0]])
def test_assignments_are_the_distinct_orders(codes):
    codes = np.array(codes)
    got = inference._all(codes)
    assert list(got[0]) == list(codes)
    assert sorted(map(tuple, got)) == sorted(set(itertools.permutations(codes.tolist())))


def test_draws_approach_the_exact_test():
    random = np.random.default_rng(8)
    y, z = random.standard_normal(11), np.repeat([0.0, 1.0], [6, 5])
    exact = inference.permutation_test(y, z)
    assert exact.n == math.comb(11, 5)
    y, z = np.tile(y, 2) + 0.1 * random.standard_normal(22), np.tile(z, 2)
    drawn = inference.permutation_test(y, z, draws=4_000, seed=5)
    assert (drawn.exact, drawn.n, drawn.distinct) == (False, 4_001, math.comb(22, 10))
    assert drawn == inference.permutation_test(y, z, draws=4_000, seed=5)
    other = inference.permutation_test(y, z, draws=4_000, seed=6)
    assert abs(other.p - drawn.p) < 6 * np.sqrt(0.25 / 4_000)
    assert other.k != drawn.k


def test_permutation_slope_is_least_squares_with_covariates():
    random = np.random.default_rng(9)
    block = np.repeat([0, 1], [6, 8])
    x, z = random.standard_normal(14), np.tile([0.0, 1.0], 7)
    y = z + x + random.standard_normal(14)
    got = inference.permutation_test(y, z, block=block, covariates=x)
    X = np.column_stack([z, block == 0, block == 1, x]).astype(float)
    assert got.coef == pytest.approx(np.linalg.lstsq(X, y, rcond=None)[0][0])
    assert got.n == math.comb(6, 3) * math.comb(8, 4)
    slopes = []
    for one in itertools.combinations(range(6), 3):
        for two in itertools.combinations(range(6, 14), 4):
            X[:, 0] = np.isin(np.arange(14), one + two)
            slopes.append(abs(np.linalg.lstsq(X, y, rcond=None)[0][0]))
    assert got.k == (np.array(slopes) >= abs(got.coef) * (1 - 1e-9)).sum()


def test_what_cannot_be_tested_has_no_p_value():
    y, dose, _ = made(5)
    treated = (UNIT == "c") * (TIME > 2021) * 1.0
    one = inference.randomization_test(y, treated, **HOW)
    assert (one.p, one.lower, one.upper, one.n) == (None, None, None, 5)
    assert "only c has a path of its own; the dose can be handed out in 5 distinct ways, and at least 20" in one.reason
    assert "no p-value" in repr(one)
    # levels are absorbed: paths that differ by a constant are one path
    assert inference.randomization_test(y, treated + (UNIT == "a") * 7, **HOW).n == 5
    with pytest.raises(UcjError, match="dose: 3 in every cell; a constant dose has no slope"):
        inference.randomization_test(y, np.full(20, 3.0), **HOW)
    with pytest.raises(UcjError, match="dose: does not vary beyond the effects"):
        inference.randomization_test(y, TIME.astype(float), **HOW)
    with pytest.raises(UcjError, match="no row for e in 2023"):
        inference.randomization_test(y[:-1], dose[:-1], unit=UNIT[:-1], time=TIME[:-1])
    with pytest.raises(UcjError, match="is a linear combination of"):
        inference.randomization_test(y, pd.Series(dose, name="places"), covariates=2 * dose, **HOW)
    with pytest.raises(UcjError, match="statistic='t': expected one of abs_slope, slope, abs_t"):
        inference.randomization_test(y, dose, statistic="t", **HOW)
    with pytest.raises(UcjError, match="level=95: expected a share"):
        inference.randomization_test(y, dose, level=95, **HOW)
    with pytest.raises(UcjError, match="treatment: differs within a cluster"):
        inference.permutation_test(y, dose, cluster=UNIT)


# --- wild cluster bootstrap


def test_wild_bootstrap_is_refitting_every_outcome():
    y, dose, z = made(6)
    X = pd.DataFrame({"dose": dose, "z": z})
    fit = estimators.fit(y, X, **HOW)
    for null in (0.0, 0.3):
        got = inference.wild_cluster_bootstrap(fit, "dose", null=null)
        restricted = estimators.fit(y - null * dose, X[["z"]], **HOW)
        fitted = y - restricted.residuals
        seen, count = abs(fit.t("CR1", null)["dose"]), 0
        for signs in itertools.product([-1, 1], repeat=G):
            new = fitted + restricted.residuals * np.repeat(signs, T)
            count += abs(estimators.fit(new, X, **HOW).t("CR1", null)["dose"]) >= seen * (1 - 1e-9)
        assert (got.k, got.n, got.exact) == (count, 32, True)


def test_wild_bootstrap_with_other_weights_and_unrestricted():
    y, dose, z = made(7)
    X = sm.add_constant(pd.DataFrame({"dose": dose, "z": z}))
    fit = estimators.ols(y, X, cluster=UNIT)
    restricted = sm.OLS(y, X[["const", "z"]]).fit()
    seen, count = abs(fit.t("CR1")["dose"]), 0
    points = [s * np.sqrt(v) for v in (0.5, 1, 1.5) for s in (-1, 1)]
    sample = list(itertools.product(points, repeat=G))[::97]
    for v in sample:
        new = restricted.fittedvalues + restricted.resid * np.repeat(v, T)
        count += abs(estimators.ols(np.asarray(new), X, cluster=UNIT).t("CR1")["dose"]) >= seen * (1 - 1e-9)
    webb = inference.wild_cluster_bootstrap(fit, "dose", weights="webb", interval=False)
    assert (webb.n, webb.exact) == (6**5, True)
    assert webb.p == pytest.approx(count / len(sample), abs=0.2)
    free = inference.wild_cluster_bootstrap(fit, "dose", impose_null=False)
    count = 0
    for signs in itertools.product([-1, 1], repeat=G):
        new = y - fit.residuals + fit.residuals * np.repeat(signs, T)
        again = estimators.ols(new, X, cluster=UNIT)
        count += abs(again.t("CR1", fit.coef["dose"])["dose"]) >= seen * (1 - 1e-9)
    assert free.k == count


def test_wild_bootstrap_interval_is_where_it_does_not_reject():
    y, dose, _ = made(8)
    fit = estimators.fit(y, dose, **HOW)
    got = inference.wild_cluster_bootstrap(fit, level=0.8)
    for end, outward in ((got.lower, -1), (got.upper, 1)):
        step = outward * 1e-6 * (got.upper - got.lower)
        inside, outside = (inference.wild_cluster_bootstrap(fit, null=end + s, interval=False) for s in (-step, step))
        assert inside.p > 0.2 >= outside.p


def test_webb_weights_have_mean_zero_and_variance_one():
    for name, points in inference.WEIGHTS.items():
        chance = inference.CHANCES.get(name, np.full(len(points), 1 / len(points)))
        assert chance @ points == pytest.approx(0)
        assert chance @ points**2 == pytest.approx(1)


def test_wild_bootstrap_refuses():
    y, dose, _ = made(8)
    fit = estimators.fit(y, dose, **HOW)
    with pytest.raises(UcjError, match="weights='normal': expected one of rademacher, webb, mammen"):
        inference.wild_cluster_bootstrap(fit, weights="normal")
    with pytest.raises(UcjError, match="coef='dose': the fit has x0"):
        inference.wild_cluster_bootstrap(fit, "dose")


# --- power


@pytest.fixture(scope="module")
def panel():
    random = np.random.default_rng(11)
    dose = np.sort(random.uniform(0, 40, (6, 8)), axis=1).ravel()
    return pd.DataFrame(
        {"region_code": np.repeat(list("abcdef"), 8), "year": np.tile(np.arange(2016, 2024), 6), "dose": dose,
         "poor": random.standard_normal(48), "other": random.standard_normal(48)}
    )  # fmt: skip


@pytest.mark.parametrize("covariates", [(), ("other",)])
@pytest.mark.parametrize("method", ["randomization", "CR2", "CR3"])
def test_detectable_effect_is_found_as_often_as_it_says(panel, method, covariates):
    got = inference.minimum_detectable_effect(
        panel, outcome="poor", dose="dose", covariates=covariates, change=40, method=method, simulations=400
    )
    assert got.lower <= got.effect <= got.upper
    assert got.at(got.effect * 1.000001) == pytest.approx(0.8, abs=1e-9)
    # the same worlds, each with that effect added, tested one by one
    how = {"unit": panel["region_code"], "time": panel["year"]}
    X = panel[["dose", *covariates]]
    fit = estimators.fit(panel["poor"], X, **how)
    random, paths = np.random.default_rng(12), fit.residuals.reshape(6, 8) * np.sqrt(6 * 7 / fit.results.df_resid)
    found = 0
    for _ in range(60):
        errors = paths[random.permutation(6)] * random.choice([-1, 1], 6)[:, None]
        y = errors.ravel() + got.effect / 40 * panel["dose"]
        if method == "randomization":
            tested = inference.randomization_test(
                y, panel["dose"], covariates=X[list(covariates)] if covariates else None, **how
            )
            found += tested.p <= 0.05 and tested.coef > 0
        else:
            again = estimators.fit(y, X, **how)
            found += again.p(method)["dose"] <= 0.05 and again.coef["dose"] > 0
    assert found / 60 == pytest.approx(0.8, abs=0.2)


def test_detectable_effect_scales_and_shrinks(panel):
    how = {"outcome": "poor", "dose": "dose", "simulations": 300}
    one, forty = (inference.minimum_detectable_effect(panel, change=c, **how) for c in (1, 40))
    assert forty.effect == pytest.approx(40 * one.effect)
    tenfold = inference.minimum_detectable_effect(panel.assign(poor=10 * panel["poor"]), change=40, **how)
    assert tenfold.effect == pytest.approx(10 * forty.effect)
    assert tenfold.in_sd == pytest.approx(forty.in_sd)
    many = pd.concat([panel.assign(region_code=panel["region_code"] + str(j)) for j in range(8)], ignore_index=True)
    more = inference.minimum_detectable_effect(many, change=40, method="CR2", **how)
    assert more.in_sd < forty.in_sd / 2
    with pytest.raises(UcjError, match="panel has no column poverty"):
        inference.minimum_detectable_effect(panel, outcome="poverty", dose="dose")
    lone = panel.assign(dose=(panel["region_code"] == "a") * (panel["year"] > 2019) * 1.0)
    with pytest.raises(UcjError, match="6 distinct assignments: no test"):
        inference.minimum_detectable_effect(lone, **how)


# --- who carries the slope


def test_leave_one_out_refits_and_tests_the_rest(panel):
    how = {"unit": panel["region_code"], "time": panel["year"]}
    table = inference.leave_one_out(panel["poor"], panel["dose"], covariates=panel[["other"]], **how)
    assert table["leverage"].sum() == pytest.approx(1)
    for code in "abcdef":
        rest = panel[panel["region_code"] != code].reset_index(drop=True)
        again = inference.randomization_test(
            rest["poor"], rest["dose"], covariates=rest[["other"]], unit=rest["region_code"], time=rest["year"]
        )
        row = table.loc[code]
        assert (row["coef"], row["p"], row["n"]) == (pytest.approx(again.coef), again.p, 120)
        assert (row["lower"], row["upper"]) == (pytest.approx(again.lower), pytest.approx(again.upper))


def test_leave_one_out_says_where_nothing_is_left():
    y, _, _ = made(9)
    treated = (UNIT == "c") * (TIME > 2021) * 1.0
    table = inference.leave_one_out(y, pd.Series(treated, name="places"), **HOW)
    assert np.isnan(table.loc["c", "coef"])
    assert table.loc["c", "reason"] == "places: 0 in every cell; a constant dose has no slope"
    assert table["p"].isna().all()
    assert table["reason"].notna().all()


def test_lead_placebo_is_the_coefficient_of_the_dose_to_come(panel):
    how = {"unit": panel["region_code"], "time": panel["year"]}
    for covariates in (None, panel[["other"]]):
        fit, test = inference.lead_placebo(panel["poor"], panel["dose"], lead=2, covariates=covariates, **how)
        rows = panel[panel["year"] <= 2021]
        ahead = panel.groupby("region_code")["dose"].shift(-2)[rows.index]
        X = pd.concat([ahead, rows["dose"], *([] if covariates is None else [rows["other"]])], axis=1).to_numpy()
        plain = estimators.fit(
            rows["poor"].to_numpy(), X, unit=rows["region_code"].to_numpy(), time=rows["year"].to_numpy()
        )
        assert fit.coef["lead"] == pytest.approx(plain.coef.iloc[0])
        assert test.coef == pytest.approx(plain.coef.iloc[0])
        assert (test.n, test.method) == (720, "lead placebo")
    with pytest.raises(UcjError, match="lead=0: expected a number of periods from 1"):
        inference.lead_placebo(panel["poor"], panel["dose"], lead=0, **how)


def test_lead_placebo_finds_feedback():
    # outcome before decides the dose after: an effect of the future that is none
    random = np.random.default_rng(14)
    y = random.standard_normal((40, 6))
    dose = np.column_stack([random.standard_normal(40), y[:, :-1]]) + 0.1 * random.standard_normal((40, 6))
    _, test = inference.lead_placebo(
        y.ravel(), dose.ravel(), unit=np.repeat(np.arange(40), 6), time=np.tile(np.arange(6), 40), draws=500
    )
    assert test.k == 1


# --- omitted variables


def test_adjusted_estimate_is_the_regression_with_the_variable_in():
    y, dose, z = made(10)
    u = np.random.default_rng(3).standard_normal(G * T) + 0.5 * dose - 0.7 * y
    X = pd.DataFrame({"dose": dose, "z": z})
    short = estimators.fit(y, X, **HOW)
    long = estimators.fit(y, X.assign(u=u), **HOW)
    of_dose = estimators.fit(dose, pd.DataFrame({"u": u, "z": z}), **HOW)
    strength = {
        "r2dz_x": inference.partial_r2(of_dose.t("iid")["u"], of_dose.results.df_resid),
        "r2yz_dx": inference.partial_r2(long.t("iid")["u"], long.results.df_resid),
    }
    dof = short.results.df_resid
    low, high = (
        inference.adjusted_estimate(short.coef["dose"], short.se("iid")["dose"], dof, reduce=r, **strength)
        for r in (True, False)
    )
    assert min(abs(low - long.coef["dose"]), abs(high - long.coef["dose"])) < 1e-9
    assert inference.adjusted_se(short.se("iid")["dose"], dof, **strength) == pytest.approx(long.se("iid")["dose"])


def test_robustness_value_brings_the_estimate_to_zero_or_to_doubt():
    from scipy import stats

    y, dose, z = made(10)
    y = y + 3 * dose
    fit = estimators.fit(y, pd.DataFrame({"dose": dose, "z": z}), **HOW)
    got = inference.sensitivity(fit, "dose", benchmarks="z", kd=[0.5, 1])
    both = {"r2dz_x": got.rv, "r2yz_dx": got.rv}
    assert inference.adjusted_estimate(got.estimate, got.se, got.dof, **both) == pytest.approx(0, abs=1e-12)
    both = {"r2dz_x": got.rv_alpha, "r2yz_dx": got.rv_alpha}
    new = inference.adjusted_estimate(got.estimate, got.se, got.dof, **both) / inference.adjusted_se(
        got.se, got.dof, **both
    )
    assert got.rv_alpha > 0
    assert abs(new) == pytest.approx(stats.t.isf(0.025, got.dof - 1))
    assert inference.robustness_value(0.5, 20, alpha=0.05) == 0
    assert list(got.bounds["kd"]) == [0.5, 1.0]


def test_benchmark_partial_r2_are_those_of_the_two_regressions():
    y, dose, z = made(12)
    w = z + np.random.default_rng(1).standard_normal(G * T)
    X = pd.DataFrame({"dose": dose, "z": z, "w": w})
    fit = estimators.fit(y, X, **HOW)
    of_dose = estimators.fit(dose, X[["z", "w"]], **HOW)
    got = inference.sensitivity(fit, "dose", benchmarks=["z", ["z", "w"]], kd=0.3)
    d = inference.partial_r2(of_dose.t("iid")["z"], of_dose.results.df_resid)
    o = inference.partial_r2(fit.t("iid")["z"], fit.results.df_resid)
    assert tuple(got.bounds.loc[0, ["r2dz_x", "r2yz_dx"]]) == pytest.approx(inference.confounder_bound(d, o, kd=0.3))
    # a group: one less the ratio of the sums of squares with and without it
    alone = estimators.fit(y, X[["dose"]], **HOW)
    o = 1 - fit.results.ssr / alone.results.ssr
    d = 1 - of_dose.results.ssr / sum(
        (
            dose.reshape(G, T) - dose.reshape(G, T).mean(1, keepdims=True) - dose.reshape(G, T).mean(0) + dose.mean()
        ).ravel()
        ** 2
    )
    assert tuple(got.bounds.loc[1, ["r2dz_x", "r2yz_dx"]]) == pytest.approx(inference.confounder_bound(d, o, kd=0.3))
    assert got.bounds.loc[1, "benchmark"] == "z, w"
    with pytest.raises(UcjError, match="dose cannot be its own benchmark"):
        inference.sensitivity(fit, "dose", benchmarks="dose")
    with pytest.raises(UcjError, match="kd=50: no omitted variable can be that many times as strong"):
        inference.confounder_bound(0.1, 0.1, kd=50)
    with pytest.raises(UcjError, match="r2dz_x=1: expected a partial R2"):
        inference.adjusted_estimate(1, 1, 9, r2dz_x=1, r2yz_dx=0.1)


# --- exchangeability


RING = np.roll(np.eye(6), 1, axis=1) + np.roll(np.eye(6), -1, axis=1)


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_moran_over_every_permutation(alternative):
    x = np.array([3.0, 1.0, 1.0, 7.0, 8.0, 2.0])
    W = RING / 2

    def moran(v):
        v = v - v.mean()
        return 6 * (v @ W @ v) / (W.sum() * (v @ v))

    every = np.array([moran(x[list(o)]) for o in itertools.permutations(range(6))])
    got = inference.morans_i(x, RING, alternative=alternative)
    assert got.statistic == pytest.approx(moran(x))
    assert (got.n, got.exact) == (720, True)
    # moments under randomisation are those over all permutations
    assert got.expected == pytest.approx(every.mean())
    assert got.variance_random == pytest.approx(every.var())
    extreme = {"greater": every >= every[0] - 1e-9, "less": every <= every[0] + 1e-9,
               "two-sided": np.abs(every - every.mean()) >= abs(every[0] - every.mean()) - 1e-9}[alternative]  # fmt: skip
    assert got.k == extreme.sum()


def test_moran_of_residuals_has_the_moments_of_a_ratio_of_forms():
    # the ratio is independent of its denominator: moments by simulation
    random = np.random.default_rng(2)
    X = np.column_stack([np.ones(6), random.standard_normal(6)])
    M = np.eye(6) - X @ np.linalg.pinv(X)
    E = random.standard_normal((200_000, 6)) @ M
    ratio = np.einsum("si,ij,sj->s", E, RING / 2, E) / (E * E).sum(1)
    got = inference.morans_i(E[0], RING, X=X)
    assert got.expected == pytest.approx(ratio.mean(), abs=5 * ratio.std() / 200_000**0.5)
    assert got.variance_normal == pytest.approx(ratio.var(), rel=0.02)


def test_moran_pools_periods_and_permutes_units():
    random = np.random.default_rng(3)
    x = random.standard_normal((6, 4))
    got = inference.morans_i(x, RING)
    c = x - x.mean(axis=0)
    every = [(RING / 2 * (c[list(o)] @ c[list(o)].T)).sum() / (c * c).sum() for o in itertools.permutations(range(6))]
    assert got.statistic == pytest.approx(every[0])
    assert got.k == (np.array(every) >= every[0] - 1e-9).sum()
    with pytest.raises(UcjError, match="all equal"):
        inference.morans_i(np.ones(6), RING)
    with pytest.raises(UcjError, match="row 2 has none"):
        inference.morans_i(x, RING * (np.arange(6) != 2)[:, None])


def test_variance_ratio_sees_noise_where_the_slope_rests():
    random = np.random.default_rng(4)
    dose = np.zeros((6, 40))
    dose[0, 20:], dose[1:, 36:] = 1, np.linspace(0.1, 0.5, 5)[:, None]
    how = {"unit": np.repeat(list("abcdef"), 40), "time": np.tile(np.arange(40), 6)}
    noise = random.standard_normal((6, 40))
    calm = inference.variance_ratio(estimators.fit(noise.ravel(), dose.ravel(), **how))
    loud = inference.variance_ratio(
        estimators.fit((noise * np.array([3, 1, 1, 1, 1, 1])[:, None]).ravel(), dose.ravel(), **how)
    )
    assert loud.inflation > 2 > calm.inflation
    # the loudest is where the leverage is: so in a sixth of the orders, and others of the five go on from there
    assert loud.n == 720
    assert 0 < loud.p <= 1 / 6
    assert loud.units["variance"].idxmax() == "a"
    # by hand: leverage-weighted variance over its mean
    assert loud.inflation == pytest.approx(
        (loud.units["leverage"] * loud.units["variance"]).sum() / loud.units["variance"].mean()
    )
    assert loud.ratio == pytest.approx(loud.units["variance"].max() / loud.units["variance"].min())
