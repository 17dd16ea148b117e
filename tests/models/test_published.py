"""Clustered least squares against published output of other programs, other packages, and refits."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

from ucj_analysis.errors import UcjError
from ucj_analysis.models import estimators


@pytest.fixture(scope="module")
def published(reference):
    return pd.read_csv(reference / "methods" / "reference.csv").set_index(["case", "estimator", "quantity"])


def check(published, case, estimator, quantity, got):
    row = published.loc[(case, estimator, quantity)]
    assert got == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]) * 1.0001), (
        case,
        estimator,
        quantity,
    )


@pytest.fixture(scope="module")
def mlda(reference):
    data = pd.read_csv(reference / "methods" / "mlda_motor_vehicle.csv").dropna()
    return data, {"unit": data["state"], "time": data["year"], "missing": "allow"}


@pytest.mark.parametrize(("kind", "estimator"), [("CR1", "CR1"), ("CR2", "CR2+Satt")])
def test_drinking_age_panel_of_clubsandwich(published, mlda, kind, estimator):
    data, how = mlda
    fitted = estimators.fit(data["mrate"], data[["legal", "beertaxa"]], **how)
    for name in ("legal", "beertaxa"):
        for quantity, value in (
            ("se", fitted.se(kind)),
            ("t", fitted.t(kind)),
            ("p", fitted.p(kind)),
            ("df", fitted.dof(kind)),
        ):
            if (("mlda", estimator, f"{quantity}_{name}")) in published.index:
                check(published, "mlda", estimator, f"{quantity}_{name}", value[name])
    check(published, "mlda", "CR1 naive-t", "b_legal", fitted.coef["legal"])


def test_weighted_drinking_age_panel(published, mlda):
    data, how = mlda
    fitted = estimators.fit(data["mrate"], data[["legal", "beertaxa"]], weights=data["pop"], **how)
    for name in ("legal", "beertaxa"):
        check(published, "mlda", "WLS CR2+Satt", f"b_{name}", fitted.coef[name])


def test_longley_certified_by_nist(published):
    data = sm.datasets.longley.load_pandas()
    X = sm.add_constant(data.exog)
    fitted = estimators.ols(data.endog, X, cluster=np.arange(len(X)))
    check(published, "longley", "OLS", "b_GNPDEFL", fitted.coef["GNPDEFL"])
    check(published, "longley", "OLS", "b_const", fitted.coef["const"])
    check(published, "longley", "OLS", "se_GNPDEFL", fitted.se("iid")["GNPDEFL"])


def test_stata_clustered_by_year(published, reference):
    data = pd.read_csv(reference / "methods" / "boottest_collapsed.csv")
    X = sm.add_constant(data[["selfemployed", "post", "post_self"]])
    fitted = estimators.ols(data["hasinsurance"], X, cluster=data["year"])
    check(published, "boottest_collapsed", "CRV1 year", "t post", fitted.t("CR1")["post"])
    check(published, "boottest_collapsed", "CRV1 year", "t post_self=.04, t(7)", fitted.t("CR1", 0.04)["post_self"])
    assert fitted.dof("CR1")["post"] == 7


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


def test_impossible_panels_are_refused(panel):
    y, X, unit, time = panel
    with pytest.raises(UcjError, match="f in 2025"):
        estimators.fit(y[:-1], X.iloc[:-1], unit=unit[:-1], time=time[:-1])
    fixed = X.assign(z=pd.Series(unit).map({c: i for i, c in enumerate("abcdef")}).to_numpy())
    with pytest.raises(UcjError, match="z"):
        estimators.fit(y, fixed, unit=unit, time=time)
    gap = y.copy()
    gap[3] = np.nan
    with pytest.raises(UcjError):
        estimators.fit(gap, X, unit=unit, time=time)
