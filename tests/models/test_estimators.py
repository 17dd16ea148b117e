"""Clustered least squares against other packages, refits and identities; what cannot be estimated is refused."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

from ucj_analysis.errors import UcjError
from ucj_analysis.models import estimators


@pytest.fixture(scope="module")
def panel():
    """Six units by eleven years, as in Gorontalo; figures are made up for the test."""
    random = np.random.default_rng(3)
    unit, time = np.repeat(list("abcdef"), 11), np.tile(np.arange(2015, 2026), 6)
    x = random.standard_normal(66)
    y = (
        0.5 * x
        + np.repeat(random.standard_normal(6), 11)
        + np.tile(random.standard_normal(11), 6)
        + random.standard_normal(66)
    )
    return y, pd.DataFrame({"x": x, "z": random.standard_normal(66)}), unit, time


def test_against_linearmodels(panel):
    y, X, unit, time = panel
    ours = estimators.fit(y, X, unit=unit, time=time)
    index = pd.MultiIndex.from_arrays([unit, time])
    theirs = PanelOLS(pd.Series(y, index=index), X.set_axis(index), entity_effects=True, time_effects=True).fit()
    assert list(ours.coef) == pytest.approx(list(theirs.params))
    assert list(ours.se("iid")) == pytest.approx(list(theirs.std_errors), rel=1e-8)


def test_leaving_one_out_is_refitting(panel):
    y, X, unit, time = panel
    ours = estimators.fit(y, X, unit=unit, time=time)
    without = ours.without()
    for name in "abcdef":
        keep = unit != name
        again = estimators.fit(y[keep], X[keep], unit=unit[keep], time=time[keep])
        assert list(without.loc[name]) == pytest.approx(list(again.coef))
    spread = without - ours.coef
    cr3 = np.sqrt(np.diag(5 / 6 * (spread.T @ spread)))
    assert list(ours.se("CR3")) == pytest.approx(list(cr3), rel=1e-8)
    assert list(ours.leverage().sum()) == pytest.approx([1, 1])


def test_order_of_rows_and_scale_do_not_matter(panel):
    y, X, unit, time = panel
    ours = estimators.fit(y, X, unit=unit, time=time)
    order = np.random.default_rng(1).permutation(66)
    again = estimators.fit(10 * y[order], X.iloc[order].reset_index(drop=True), unit=unit[order], time=time[order])
    for kind in ("iid", "HC1", "CR1", "CR2", "CR3"):
        assert list(again.se(kind)) == pytest.approx(list(10 * ours.se(kind)))
        assert list(again.p(kind)) == pytest.approx(list(ours.p(kind)))


@pytest.mark.parametrize("weighted", [False, True])
def test_absorbed_effects_are_dummies(panel, weighted):
    y, X, unit, time = panel
    w = np.random.default_rng(5).uniform(0.5, 2, len(y)) if weighted else np.ones(len(y))
    dummies = pd.get_dummies(pd.DataFrame({"u": unit, "t": time.astype(str)}), dtype=float).iloc[:, :-1]
    within = estimators.fit(y, X, unit=unit, time=time, weights=w, count="all")
    dummied = estimators.ols(y, pd.concat([X, dummies], axis=1), cluster=unit, weights=w)
    plain = sm.WLS(y, pd.concat([X, dummies], axis=1), weights=w).fit()
    names = ["x", "z"]
    assert list(within.coef) == pytest.approx(list(plain.params[names]))
    assert list(within.se("iid")) == pytest.approx(list(plain.bse[names]))
    assert list(within.se("HC1")) == pytest.approx(list(plain.get_robustcov_results("HC1").bse[:2]))
    clustered = plain.get_robustcov_results("cluster", groups=pd.factorize(unit)[0], use_t=True)
    assert list(within.se("CR1")) == pytest.approx(list(clustered.bse[:2]))
    for kind in ("CR1", "CR2"):
        assert list(within.se(kind)) == pytest.approx(list(dummied.se(kind)[names]))
        assert list(within.dof(kind)) == pytest.approx(list(dummied.dof(kind)[names]))
    with pytest.raises(UcjError, match="absorb dummies with fit"):
        dummied.se("CR3")


def test_coefficients_errors_and_intervals_are_those_of_statsmodels(panel):
    y, X, unit, time = panel
    fit = estimators.fit(y, X, unit=unit, time=time, weights=np.linspace(1, 3, len(y)))
    other = fit.results
    assert fit.coef.to_numpy() == pytest.approx(other.params, rel=1e-11)
    assert fit.scale == pytest.approx(other.scale, rel=1e-11)
    assert fit.se("iid").to_numpy() == pytest.approx(other.bse, rel=1e-10)
    assert fit.p("iid").to_numpy() == pytest.approx(other.pvalues, rel=1e-9)
    assert fit.interval("iid").to_numpy() == pytest.approx(other.conf_int(), rel=1e-9)


def test_bias_reduced_errors_are_unbiased_under_equal_variances(panel):
    # the defining property of CR2, by algebra: E[s s'] over unit errors equals the variance of the slope
    _, X, unit, time = panel
    n = len(unit)
    fitted = estimators.fit(np.zeros(n) + np.arange(n) % 7, X, unit=unit, time=time)
    _, se = fitted.many(np.eye(n), "CR2")
    assert list((se**2).sum(axis=1)) == pytest.approx(list(np.diag(fitted._pick.T @ fitted._pick)))


@pytest.mark.parametrize("kind", estimators.KINDS)
def test_many_outcomes_at_once_are_one_at_a_time(panel, kind):
    y, X, unit, time = panel
    w = np.random.default_rng(6).uniform(0.5, 2, len(y))
    Y = np.column_stack([y, y**2, X["x"] - y])
    coef, se = estimators.fit(y, X, unit=unit, time=time, weights=w).many(Y, kind)
    for j in range(3):
        one = estimators.fit(Y[:, j], X, unit=unit, time=time, weights=w)
        assert list(coef[:, j]) == pytest.approx(list(one.coef))
        assert list(se[:, j]) == pytest.approx(list(one.se(kind)))


def test_differences_of_two_periods_are_the_within_estimator(panel):
    y, X, unit, time = panel
    two = time < 2017
    how = {"unit": unit[two], "time": time[two]}
    X2 = X[["x"]][two].reset_index(drop=True)
    within = estimators.fit(y[two], X2, **how)
    for span in (1, "long"):
        differenced = estimators.differences(y[two], X2, span=span, **how)
        assert differenced.coef["x"] == pytest.approx(within.coef["x"])
        assert differenced.n == 6


def test_lagged_outcome_is_a_regressor(panel):
    y, X, unit, time = panel
    ours = estimators.lagged(y, X[["x"]], unit=unit, time=time)
    frame = pd.DataFrame({"y": y, "x": X["x"], "u": unit, "t": time})
    frame["before"] = frame.groupby("u")["y"].shift()
    frame = frame.dropna()
    plain = sm.OLS(
        frame["y"], pd.concat([frame[["x", "before"]], pd.get_dummies(frame["t"], dtype=float)], axis=1)
    ).fit()
    assert list(ours.coef) == pytest.approx(list(plain.params[["x", "before"]]))
    assert list(ours.coef.index) == ["x", "lagged outcome"]


def test_specifications_stand_side_by_side(panel):
    y, X, unit, time = panel
    table = estimators.specifications(y, X, unit=unit, time=time, coef="x")
    assert list(table.index) == ["fixed effects", "lagged outcome", "first differences", "long differences"]
    assert list(table["n"]) == [66, 60, 60, 6]
    assert table.loc["fixed effects", "coef"] == pytest.approx(estimators.fit(y, X, unit=unit, time=time).coef["x"])
    assert ((table["lower"] < table["coef"]) & (table["coef"] < table["upper"])).all()


def test_p_and_interval_agree(panel):
    y, X, unit, time = panel
    fitted = estimators.fit(y, X, unit=unit, time=time)
    for kind in estimators.KINDS:
        ends = fitted.interval(kind, 0.9)
        for null in (ends["lower"], ends["upper"]):
            for name in ("x", "z"):
                assert fitted.p(kind, null[name])[name] == pytest.approx(0.1)


def test_two_kinds_of_clusters_are_three_sums(panel):
    y, X, unit, time = panel
    X = sm.add_constant(X)
    both = estimators.ols(y, X, cluster=[unit, time])
    cells = estimators.ols(y, X, cluster=np.arange(66))
    parts = [estimators.ols(y, X, cluster=c).cov("CR1") for c in (unit, time)]
    assert np.allclose(both.cov("CR1"), parts[0] + parts[1] - cells.cov("CR1"))
    assert both.dof("CR1").iloc[0] == 5


def test_impossible_panels_are_refused(panel):
    y, X, unit, time = panel
    with pytest.raises(UcjError, match="f in 2025"):
        estimators.fit(y[:-1], X.iloc[:-1], unit=unit[:-1], time=time[:-1])
    fixed = X.assign(z=pd.Series(unit).map({c: i for i, c in enumerate("abcdef")}).to_numpy())
    with pytest.raises(UcjError, match="z: does not vary beyond the effects"):
        estimators.fit(y, fixed, unit=unit, time=time)
    gap = y.copy()
    gap[3] = np.nan
    with pytest.raises(UcjError, match="y: 1 values are missing, the first at unit a, time 2018"):
        estimators.fit(gap, X, unit=unit, time=time)
    with pytest.raises(UcjError, match="w is a linear combination of|x is a linear combination of|z is a linear"):
        estimators.fit(y, X.assign(w=X["x"] + 2 * X["z"]), unit=unit, time=time)
    lone = (unit != "f") | (time == 2015)
    with pytest.raises(UcjError, match="unit f has one row"):
        estimators.fit(y[lone], X[lone].reset_index(drop=True), unit=unit[lone], time=time[lone], missing="allow")
    with pytest.raises(UcjError, match="two rows for a in 2015"):
        estimators.fit(
            np.r_[y, 0], pd.concat([X, X.iloc[[0]]]).reset_index(drop=True), unit=[*unit, "a"], time=[*time, 2015]
        )
    with pytest.raises(UcjError, match="kind='CR4': expected one of iid, HC1, CR1, CR2, CR3"):
        estimators.fit(y, X, unit=unit, time=time).se("CR4")
    with pytest.raises(UcjError, match="different indexes"):
        estimators.fit(pd.Series(y), X.set_axis(range(1, 67)), unit=unit, time=time)
    with pytest.raises(UcjError, match="no difference is taken across a gap"):
        estimators.differences(y[time != 2018], X[time != 2018], unit=unit[time != 2018], time=time[time != 2018])
