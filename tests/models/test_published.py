"""Estimates and inference against published output of other programs; each expected value with its source."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels
import statsmodels.api as sm

from ucj_analysis.errors import UcjError
from ucj_analysis.models import estimators, inference


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
        for quantity, value in (
            ("b", fitted.coef),
            ("se", fitted.se("CR2")),
            ("df", fitted.dof("CR2")),
            ("p", fitted.p("CR2")),
        ):
            check(published, "mlda", "WLS CR2+Satt", f"{quantity}_{name}", value[name])


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
def boottest(reference):
    data = pd.read_csv(reference / "methods" / "boottest_collapsed.csv")
    X = sm.add_constant(data[["selfemployed", "post", "post_self"]])
    return estimators.ols(data["hasinsurance"], X, cluster=data["year"])


def test_wild_bootstrap_of_boottest(published, boottest):
    signs = inference.wild_cluster_bootstrap(boottest, "post_self", null=0.04, interval=False)
    assert (signs.exact, signs.n) == (True, 2**8)
    check(published, "boottest_collapsed", "WCR Rademacher enumerated 2^8", "p post_self=.04", signs.p)
    webb = inference.wild_cluster_bootstrap(
        boottest, "post_self", null=0.04, weights="webb", draws=99_999, interval=False
    )
    check(published, "boottest_collapsed", "WCR Webb 99,999", "p post_self=.04", webb.p)


@pytest.fixture(scope="module")
def petersen():
    """Petersen's test data, 500 firms over ten years, as statsmodels ships them for its own tests."""
    path = Path(statsmodels.__file__).parent / "stats" / "tests" / "test_data.txt"
    if not path.is_file():
        pytest.skip("statsmodels was installed without its tests, so without Petersen's data")
    data = pd.read_csv(path, sep=r"\s+", header=None, names=["firm", "year", "x", "y"])
    return data, sm.add_constant(data[["x"]])


def test_petersen_clustered_both_ways(published, petersen):
    data, X = petersen
    firm = estimators.ols(data["y"], X, cluster=data["firm"])
    year = estimators.ols(data["y"], X, cluster=data["year"])
    both = estimators.ols(data["y"], X, cluster=data[["firm", "year"]])
    check(published, "petersen", "OLS iid", "b_x", firm.coef["x"])
    check(published, "petersen", "OLS iid", "se_x", firm.se("iid")["x"])
    check(published, "petersen", "HC1", "se_x", firm.se("HC1")["x"])
    check(published, "petersen", "CRV1 firm", "se_x (6d)", firm.se("CR1")["x"])
    for name in ("const", "x"):
        check(published, "petersen", "CRV1 firm", f"se_{name}", firm.se("CR1")[name])
        check(published, "petersen", "CRV1 year (G=10)", f"se_{name}", year.se("CR1")[name])
    check(published, "petersen", "CRV1 two-way", "se_x", both.se("CR1")["x"])
    assert both.dof("CR1")["x"] == 9
    with pytest.raises(UcjError, match="CR2: not defined for clusters of two kinds"):
        both.se("CR2")


def test_petersen_fama_macbeth(published, petersen):
    data, X = petersen
    slopes = [estimators.ols(d["y"], X.loc[d.index], cluster=d["firm"]).coef["x"] for _, d in data.groupby("year")]
    check(published, "petersen", "Fama-MacBeth", "b_x", np.mean(slopes))
    check(published, "petersen", "Fama-MacBeth", "se_x", np.std(slopes, ddof=1) / np.sqrt(10))


def test_petersen_bias_reduced_and_jackknife(petersen):
    # cran/sandwich tests/vcovCL.Rout.save, cluster = ~ firm: "HC2" (held there against Imbens and Kolesar's code), and
    # "HC3" with cadjust = FALSE, which keeps the (G-1)/G of the jackknife; "HC1"
    data, X = petersen
    firm = estimators.ols(data["y"], X, cluster=data["firm"])
    for kind, one, cross, x in (
        ("CR1", 4.490702e-03, -6.473517e-05, 2.559927e-03),
        ("CR2", 4.494487e-03, -6.592912e-05, 2.568236e-03),
        ("CR3", 4.499186e-03, -6.714627e-05, 2.577098e-03),
    ):
        got = firm.cov(kind).to_numpy()
        assert (got[0, 0], got[0, 1], got[1, 1]) == tuple(pytest.approx(v, rel=5e-7) for v in (one, cross, x)), kind


@pytest.fixture(scope="module")
def columbus(reference):
    data = pd.read_csv(reference / "methods" / "columbus.csv")
    pairs = pd.read_csv(reference / "methods" / "columbus_spdep_neighbours.csv").to_numpy() - 1
    W = np.zeros((len(data), len(data)))
    W[tuple(pairs.T)] = 1
    return data, W


def test_columbus_regression_and_moran(published, columbus):
    data, W = columbus
    fitted = estimators.ols(data["CRIME"], sm.add_constant(data[["INC", "HOVAL"]]), cluster=np.arange(len(data)))
    for name in ("INC", "HOVAL"):
        check(published, "columbus", "OLS", f"b_{name}", fitted.coef[name])
        check(published, "columbus", "OLS", f"se_{name}", fitted.se("iid")[name])
    crime = inference.morans_i(data["CRIME"], W)
    check(published, "columbus", "Moran", "E[I]", crime.expected)
    check(published, "columbus", "Moran I (spdep neighbours, row-std)", "I", crime.statistic)
    check(published, "columbus", "Moran normality", "Var", crime.variance_normal)
    check(published, "columbus", "Moran normality", "z", crime.z_normal)
    # the same exercise (Anselin, Spatial Regression Analysis in R: a workbook): moran.test(CRIME, colqueen) 4.578e-08;
    # randomisation = FALSE, two.sided 7.374e-08; INC 4.6495, 3.327e-06
    assert crime.p_random == pytest.approx(4.578e-08, abs=5e-12)
    assert inference.morans_i(data["CRIME"], W, alternative="two-sided").p_normal == pytest.approx(7.374e-08, abs=5e-12)
    income = inference.morans_i(data["INC"], W, alternative="two-sided")
    assert (income.z_normal, income.p_normal) == (pytest.approx(4.6495, abs=5e-5), pytest.approx(3.327e-06, abs=5e-10))
    # 9,999 permutations of values so alike: none but the order observed
    assert (crime.k, crime.n, crime.p) == (1, 10_000, 1e-4)


def test_randomisation_of_ri2():
    # ri2 vignette (Coppock 2025): seven villages of Gerber and Green (2012), table 2.2, and three of ten units
    villages = inference.permutation_test([15, 15, 20, 20, 10, 15, 30], [1, 0, 0, 0, 0, 0, 1])
    assert (villages.coef, villages.k, villages.n) == (pytest.approx(6.5), 8, 21)
    assert villages.p == pytest.approx(0.3809524, abs=5e-8)
    ten = inference.permutation_test([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    assert ten.p == pytest.approx(0.1666667, abs=5e-8)


def test_blocked_and_clustered_randomisation_of_ri():
    # documentation of ri (Aronow and Samii): two.tailed.p.value.abs 0.1944444, greater.p.value 0.08333333
    y = [8, 6, 2, 0, 3, 1, 1, 1, 2, 2, 0, 1, 0, 2, 2, 4, 1, 1]
    z = [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0]
    how = {"cluster": np.repeat(np.arange(9), 2), "block": [1] * 4 + [2] * 6 + [3] * 8}
    two = inference.permutation_test(y, z, **how)
    assert (two.n, two.p) == (36, pytest.approx(0.1944444, abs=5e-8))
    assert inference.permutation_test(y, z, statistic="slope", **how).p == pytest.approx(0.08333333, abs=5e-9)


def test_lady_tasting_tea():
    # Fisher (1935), The Design of Experiments: eight cups, all four told rightly, one way in 70
    cups = [1, 0, 0, 1, 1, 0, 1, 0]
    assert inference.permutation_test(cups, cups, statistic="slope").p == pytest.approx(1 / 70)


def test_sensitivity_of_darfur():
    # carloscinelli/sensemakr tests/testthat/test-02-darfur.R (Cinelli and Hazlett 2020, section 5)
    estimate, se, dof = 0.09731582, 0.02325654, 783
    t = estimate / se
    assert inference.partial_r2(t, dof) == pytest.approx(0.02187309, abs=5e-9)
    assert inference.robustness_value(t, dof) == pytest.approx(
        0.1387764, abs=1e-7
    )  # estimate and error are rounded, too
    assert inference.robustness_value(t, dof, alpha=0.05) == pytest.approx(0.07625797, abs=5e-8)
    bounds = [
        (0.00916428667504862, 0.12464092303637, 0.0752202698486415, 0.0218733298036818, 3.43890347394571),
        (0.0183285733500972, 0.249324064199975, 0.0529151689180575, 0.0203500639944344, 2.60024582392121),
        (0.0274928600251459, 0.374050471038094, 0.0303960178770157, 0.0186700665753491, 1.62806156873318),
    ]
    for r2dz_x, r2yz_dx, expected, error, ratio in bounds:
        got = inference.adjusted_estimate(estimate, se, dof, r2dz_x=r2dz_x, r2yz_dx=r2yz_dx)
        got_se = inference.adjusted_se(se, dof, r2dz_x=r2dz_x, r2yz_dx=r2yz_dx)
        assert (got, got_se, got / got_se) == tuple(pytest.approx(v, rel=1e-12) for v in (expected, error, ratio))
    # partial R2 of female: what gives the first bound for kd = ky = 1 must give the others for 2 and 3
    d = bounds[0][0] / (1 + bounds[0][0])
    between = d**2 / (1 - d) ** 2
    o = bounds[0][1] * (1 - between) / (1 + np.sqrt(between)) ** 2
    for k, (r2dz_x, r2yz_dx, *_) in enumerate(bounds, 1):
        assert inference.confounder_bound(d, o / (1 + o), kd=k) == pytest.approx((r2dz_x, r2yz_dx), rel=1e-10)


def test_robustness_values_of_sensemakr():
    # test-10-rv-xrv.R: printed 0.1809975 for t = 2, 100 degrees of freedom; and where outcome is the weaker constraint,
    # a variable of that strength brings t to the critical value exactly
    from scipy import stats

    assert inference.robustness_value(2, 100) == pytest.approx(0.1809975, abs=5e-8)
    critical = stats.t.ppf(0.975, 6)
    rv = inference.robustness_value(1 / 0.3, 7, alpha=0.05)
    strength = {"r2dz_x": rv, "r2yz_dx": rv / (critical**2 / 6 + rv)}
    new = inference.adjusted_estimate(1, 0.3, 7, **strength), inference.adjusted_se(0.3, 7, **strength)
    assert new[0] / new[1] == pytest.approx(critical)
