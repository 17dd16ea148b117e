"""Synthetic control and synthetic difference-in-differences: against published output, other solvers and identities."""

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from constants import SIX
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, nnls

from ucj_analysis import catalog, reports
from ucj_analysis.errors import UcjError
from ucj_analysis.models import donors, estimators

CAUSAL = r"\b(effect|impact|caus|because|due to|thanks|dampak|pengaruh|akibat|menyebabkan|berkat|karena|menurunkan)"


@pytest.fixture(scope="module")
def prop99(root):
    table = pd.read_csv(root / "tests/models/data/prop99.csv", index_col=0)
    return table.rename(columns=int)


@pytest.fixture(scope="module")
def panel():
    return catalog.table("panel")


@pytest.fixture(scope="module")
def series():
    return reports.load_extreme().series


@pytest.fixture(scope="module")
def few(panel):
    """P0 of a few regencies, Bone Bolango among them: quick, and large enough that the fit is not perfect."""
    table = donors.outcome(panel, "P0")
    own = [c for c in table.index if c[:2] == "75"]
    return table.loc[sorted({*own, *table.index[::17]})]


@pytest.fixture(scope="module")
def whole(panel):
    return donors.synthetic_control(donors.outcome(panel, "P0"), name="P0")


def draw(seed, units=12, before=6, after=4):
    rng = np.random.default_rng(seed)
    values = rng.normal(10, 3, (units, 1)) + rng.normal(0, 1, (units, before + after)).cumsum(axis=1)
    codes = [f"{11 + i // 3}{i % 3 + 1:02d}" for i in range(units)]
    return pd.DataFrame(values, index=codes, columns=range(2018 - before, 2018 + after))


# -- published -----------------------------------------------------------------------------------------------------------


def test_sdid_of_proposition_99_as_published(prop99):
    """Arkhangelsky et al. (2021), Table 1, and the summary printed by their package: -15.60, N0 16.4/38, T0 2.8/19."""
    c = donors.synthetic_did(prop99, "California", last_pre=1988, exclude=())
    assert round(c.estimate, 1) == -15.6
    # their solver stops early; the minimiser itself differs from the printed -15.60383 in the third decimal
    assert c.estimate == pytest.approx(-15.60383, abs=2e-3)
    assert round(c.effective_donors, 1) == 16.4
    assert round(float(1 / (c.year_weights[0] ** 2).sum()), 1) == 2.8
    assert [y for y, w in zip(c.pre, c.year_weights[0], strict=True) if w > 1e-3] == [1986, 1987, 1988]


def test_did_of_proposition_99_as_published(prop99):
    """-27.34911: the same with even weights, here from the definition and from the path of the comparison."""
    rest = prop99.drop("California")
    own = prop99.loc["California"]
    gap = own - rest.mean()
    assert gap[gap.index > 1988].mean() - gap[gap.index <= 1988].mean() == pytest.approx(-27.34911, abs=1e-4)
    c = donors.synthetic_did(prop99, "California", last_pre=1988, exclude=(), even_years=True, noise=1e6)
    assert c.estimate == pytest.approx(-27.34911, abs=1e-4)


def test_sc_of_proposition_99_is_the_minimiser(prop99):
    """-19.6 in Table 1, from a solver that stops early; held against SLSQP, which is closer to the minimum."""
    c = donors.synthetic_control(prop99, "California", last_pre=1988, exclude=())
    A, b = prop99.drop("California").loc[:, :1988].to_numpy().T, prop99.loc["California", :1988].to_numpy()
    loss = lambda w: ((A @ w - b) ** 2).sum()  # noqa: E731
    other = minimize(
        loss, np.full(38, 1 / 38), jac=lambda w: 2 * A.T @ (A @ w - b), method="SLSQP", bounds=[(0, 1)] * 38,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like}, options={"maxiter": 500, "ftol": 1e-10},
    )  # fmt: skip
    assert loss(c.W[0]) <= other.fun + c.ridge
    assert c.estimate == pytest.approx(-19.62, abs=0.15)
    # Doudchenko and Imbens (2016), constrained weights on outcomes only
    assert c.weights.round(2).head(4).to_dict() == {"Utah": 0.39, "Montana": 0.23, "Nevada": 0.2, "Connecticut": 0.11}


# -- weights -------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(2, 25), st.integers(0, 10**6), st.sampled_from([1e-5, 1e-2, 1.0, 50.0]))
def test_simplex_against_nonnegative_least_squares(K, N, seed, ridge):
    """Min |Cx|^2 + (sum x - 1)^2 over x >= 0 is a multiple of the simplex solution: an active-set solver of another make."""
    rng = np.random.default_rng(seed)
    A, b = rng.normal(5, 3, (K, N)), rng.normal(5, 4, (3, K))
    W, gap = donors.simplex(A, b, ridge)
    assert W.min() >= 0
    np.testing.assert_allclose(W.sum(axis=1), 1, atol=1e-12)
    for w, g, target in zip(W, gap, b, strict=True):
        C = np.vstack([A - target[:, None], np.sqrt(ridge) * np.eye(N)])
        x, _ = nnls(np.vstack([C, np.ones(N)]), np.r_[np.zeros(len(C)), 1.0])
        x /= x.sum()
        f = [((C @ v) ** 2).sum() / 2 for v in (w, x)]
        assert f[0] <= f[1] + max(g, 0) + 1e-9 * f[1]
        # strong convexity: |w - best|^2 <= 2 gap / ridge
        assert ((w - x) ** 2).sum() <= 2 * max(g, 1e-12) / ridge + 1e-5


def test_the_certificate_is_a_bound(few):
    """No vertex of the simplex promises more than the gap, by the gradient; recomputed from the definition."""
    c = donors.synthetic_control(few)
    A, B, _ = c.target
    for i in (0, 3, len(B) - 1):
        gradient = A.T @ (A @ c.W[i] - B[i]) + c.ridge * c.W[i]
        usable = np.ones(len(c.donors), bool)
        if i:
            usable[i - 1] = False
            assert c.W[i, i - 1] == 0
        assert gradient @ c.W[i] - gradient[usable].min() <= 1e-6


def test_perfect_fit_takes_the_most_even_weights():
    """Three donors in one line: every mix with mean 2 fits; the least sum of squares is one third each."""
    W, _ = donors.simplex(np.array([[1.0, 2.0, 3.0]]), [[2.0]], 1e-8)
    np.testing.assert_allclose(W[0], 1 / 3, atol=1e-6)


def test_year_weights_against_slsqp():
    rng = np.random.default_rng(4)
    pre, post = rng.normal(0, 1, (30, 5)).cumsum(axis=1), rng.normal(0, 1, 30)
    post += pre[:, -1]
    L, gap = donors._year_weights(pre, post, np.ones((1, 30), bool), 1e-12)
    loss = lambda v: ((pre @ v[1:] + v[0] - post) ** 2).sum()  # noqa: E731
    other = minimize(loss, np.r_[0, np.full(5, 0.2)], method="SLSQP", bounds=[(None, None)] + [(0, 1)] * 5,
                     constraints={"type": "eq", "fun": lambda v: v[1:].sum() - 1}, options={"ftol": 1e-14})  # fmt: skip
    np.testing.assert_allclose(L[0], other.x[1:], atol=1e-5)
    assert abs(gap[0]) < 1e-9


@pytest.mark.parametrize(
    ("ridge", "A", "message"),
    [
        (0.0, [[1.0, 2.0]], "ridge=0.0: expected a number above 0"),
        (1.0, [[1.0, np.nan]], "values before the programme are missing"),
    ],
)
def test_simplex_refuses(ridge, A, message):
    with pytest.raises(UcjError, match=message):
        donors.simplex(A, [[1.0]], ridge)


def test_simplex_refuses_no_donor():
    with pytest.raises(UcjError, match="no donor is left"):
        donors.simplex([[1.0, 2.0]], [[1.0]], 1.0, np.zeros((1, 2), bool))


# -- identities ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_sdid_with_even_weights_is_difference_in_differences(seed):
    Y = draw(seed)
    c = donors.synthetic_did(Y, Y.index[0], exclude=(), noise=1e7, even_years=True)
    long = Y.rename_axis("unit").reset_index().melt("unit", var_name="year", value_name="y")
    long["d"] = ((long["unit"] == Y.index[0]) & (long["year"] > 2017)).astype(float)
    fit = estimators.fit(long["y"], long["d"], unit=long["unit"], time=long["year"])
    assert c.estimate == pytest.approx(fit.coef.iloc[0], abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_sdid_is_the_weighted_two_way_regression(seed):
    """Its definition (eq. 1): least squares with unit and year effects, weights the product of both weights."""
    Y = draw(seed)
    c = donors.synthetic_did(Y, Y.index[0], exclude=())
    unit, year = np.r_[1.0, c.W[0]], np.r_[c.year_weights[0], np.full(len(c.post), 1 / len(c.post))]
    long = Y.rename_axis("unit").reset_index().melt("unit", var_name="year", value_name="y")
    dummies = pd.get_dummies(long[["unit", "year"]].astype(str), dtype=float)
    dummies["d"] = ((long["unit"] == Y.index[0]) & (long["year"] > 2017)).astype(float)
    dummies = dummies.drop(columns="year_2021")  # years and units each add up to one
    weights = np.outer(unit, year).ravel(order="F")
    keep = weights > 1e-12
    dummies = dummies.loc[keep, dummies[keep].any()]
    fit = sm.WLS(long["y"][keep], dummies, weights=weights[keep]).fit()
    assert fit.params["d"] == pytest.approx(c.estimate, abs=1e-6)


@pytest.mark.parametrize("make", [donors.synthetic_control, donors.synthetic_did])
def test_a_known_difference_is_recovered_without_noise(make):
    """Two-way effects and a factor, the region's loadings a mix of the donors': what is added after is found."""
    rng = np.random.default_rng(7)
    loading, factor = rng.normal(0, 1, 12), rng.normal(0, 1, 10)
    loading[0] = loading[1:5].mean()
    level = rng.normal(10, 1, 12)
    level[0] = level[1:5].mean()
    Y = pd.DataFrame(level[:, None] + np.linspace(0, 2, 10) + np.outer(loading, factor), columns=range(2012, 2022))
    Y.index = [f"{20 + i}01" for i in range(12)]
    Y.iloc[0, 6:] -= 1.5
    extra = {"noise": 1e-4} if make is donors.synthetic_did else {}
    c = make(Y, "2001", exclude=(), **extra)
    assert c.estimate == pytest.approx(-1.5, abs=5e-3)
    assert c.units["rmspe_pre"].iloc[0] < 5e-3


@pytest.mark.parametrize("make", [donors.synthetic_control, donors.synthetic_did])
def test_nothing_after_2017_decides_the_weights(few, make):
    """Any value after 2017 changed, the weights of donors stay the same to the last bit; the region's leave the years' too."""
    first = make(few)
    changed = few.copy()
    late = [y for y in few.columns if y > 2017]
    changed[late] = np.random.default_rng(1).uniform(0, 90, (len(few), len(late)))
    second = make(changed)
    assert first.W.tobytes() == second.W.tobytes()
    assert first.estimate != second.estimate
    own = few.copy()
    own.loc["7504", late] = 1.0
    third = make(own)
    assert first.W.tobytes() == third.W.tobytes()
    if first.year_weights is not None:
        assert first.year_weights.tobytes() == third.year_weights.tobytes()
        even = [make(t, even_years=True).year_weights for t in (few, changed)]
        assert even[0].tobytes() == even[1].tobytes()
    # and the placebos are untouched by what the region does after
    assert first.units.iloc[1:].equals(third.units.iloc[1:])


def test_a_value_to_2017_does_change_the_weights(few):
    changed = few.copy()
    changed.loc["7504", 2017] += 3
    assert not np.array_equal(donors.synthetic_control(few).W[0], donors.synthetic_control(changed).W[0])


# -- ranks ---------------------------------------------------------------------------------------------------------------


def test_ranks_count_ties_as_extreme_and_agree_with_brute_force(few):
    c = donors.synthetic_control(few)
    ranks, e = c.ranks().set_index("statistic"), c.units["estimate"]
    for name, worse in (("lower", e <= e.iloc[0]), ("upper", e >= e.iloc[0]), ("two_sided", e.abs() >= abs(e.iloc[0]))):
        assert ranks.loc[name, "rank"] == worse.sum()
        assert ranks.loc[name, "p"] == worse.sum() / len(e)
    same = few.copy()
    twin = next(x for x in few.index if x[:2] != "75")
    same.loc[twin] = same.loc["7504"]  # a donor with the same series: both have an estimate of about 0
    assert donors.synthetic_control(same).ranks().set_index("statistic").loc["two_sided", "p"] > 0.9


def test_placebos_by_hand(few):
    """A placebo is the method itself on that donor, with the region taken out of the table."""
    c = donors.synthetic_control(few)
    code = c.donors[4]
    again = donors.synthetic_control(few.loc[c.donors], code, exclude=())
    # the tie-break is scaled by the donors' noise, which changes a little with one donor less
    assert again.estimate == pytest.approx(c.units.loc[code, "estimate"], abs=2e-3)


def test_interval_inverts_the_rank_test(few):
    c = donors.synthetic_control(few)
    for level in (0.8, 0.9):
        low, high = c.interval(level)
        for shift, inside in ((low + 1e-6, True), (high - 1e-6, True), (low - 1e-6, False), (high + 1e-6, False)):
            moved = few.copy()
            moved.loc["7504", c.post] -= shift
            p = donors.synthetic_control(moved).ranks().set_index("statistic").loc["two_sided", "p"]
            assert (p > 1 - level) == inside
    assert c.interval(0.999) == (-np.inf, np.inf)
    with pytest.raises(UcjError, match="level=95"):
        c.interval(95)


def test_rank_p_values_are_uniform_where_nobody_differs():
    """Exchangeable regions: p <= 0.1 in a tenth of draws, within three binomial standard errors."""
    hits = [
        donors.synthetic_did(draw(s, 20), "1101", exclude=()).ranks().set_index("statistic")["p"] for s in range(200)
    ]
    share = np.mean([p["two_sided"] <= 0.1 for p in hits])
    assert abs(share - 0.1) <= 3 * np.sqrt(0.1 * 0.9 / 200)


def test_limit_keeps_placebos_that_fit(few):
    c = donors.synthetic_control(few)
    misfit = c.units["misfit"]
    n = (misfit <= np.sqrt(5) * max(misfit.iloc[0], 1)).sum()
    assert (c.ranks(5)["n"] == n).all()
    assert 1 < n < len(misfit)


def test_leave_one_out_is_the_method_without_that_donor(few):
    for make in (donors.synthetic_control, donors.synthetic_did):
        c = make(few)
        out = donors.leave_one_out(c)
        assert set(out["region_code"]) == set(c.weights.index)
        row = out.iloc[0]
        # the penalty stays that of the full pool
        again = make(few.drop(row["region_code"]))
        assert row["estimate"] == pytest.approx(again.estimate, abs=0.02)
        assert row["change"] == pytest.approx(row["estimate"] - c.estimate)
        assert out["change"].abs().is_monotonic_decreasing


def test_equally_good_weights_hold_the_answer_and_are_bounds(few):
    c = donors.synthetic_control(few[[y for y in few.columns if y >= 2015]])
    low, high = donors.equally_good(c)
    assert low <= c.estimate <= high
    assert high - low > 0.1  # three years leave it open
    rng = np.random.default_rng(0)
    A, _, open_ = c.target
    after = few.loc[c.donors, c.post].to_numpy().mean(axis=1)
    on = c.W[0] > 0
    null = np.linalg.svd(np.vstack([A[:, on], np.ones(on.sum())]))[2][len(A) + 1 :]
    seen = 0
    for _ in range(200):  # other weights with the same fit never leave the bounds
        step = np.zeros(len(on))
        step[on] = rng.normal(size=len(null)) @ null
        room = np.min(np.where(step < 0, c.W[0] / np.maximum(-step, 1e-300), np.inf))
        w = c.W[0] + rng.uniform(0, room) * step
        assert np.all(np.abs(A @ (w - c.W[0])) <= open_)
        gap = few.loc["7504", c.post].mean() - after @ w
        assert low - 1e-7 <= gap <= high + 1e-7
        seen += abs(gap - c.estimate) > 1e-4
    assert seen > 50
    with pytest.raises(UcjError, match="equally_good is for synthetic_control"):
        donors.equally_good(donors.synthetic_did(few))


# -- the pool ------------------------------------------------------------------------------------------------------------


def test_the_pool_is_all_other_regencies_and_counted(whole, panel):
    table = donors.outcome(panel, "P0")
    assert len(table) == 514
    assert len(whole.donors) + len(whole.excluded) + 1 == 514
    assert set(whole.excluded.loc[whole.excluded["reason"] == "same province", "region_code"]) == set(SIX) - {"7504"}
    rest = whole.excluded[whole.excluded["reason"] != "same province"]
    assert set(rest["region_code"]) == set(table.index[table.isna().any(axis=1)])
    assert rest["reason"].str.match(r"lacks \d{4}( and \d+ more)?$").all()
    assert not {c for c in whole.donors if c[:2] == "75"}


def test_published_values_are_used(whole):
    """Bone Bolango, BPS: 17.81 in 2017, 13.16 in 2025 (poverty table of the package)."""
    own = catalog.table("poverty")
    own = own[(own["region_code"] == "7504") & (own["indicator"] == "P0") & own["period"].isin(["2017-03", "2025-03"])]
    path = whole.path().set_index("year")["region"]
    assert {path[2017], path[2025]} <= set(own["value"])


def test_pool_refuses(few):
    with pytest.raises(UcjError, match="9999 has no row"):
        donors.synthetic_control(few, "9999")
    gone = few.copy()
    gone.loc["7504", 2019] = np.nan
    with pytest.raises(UcjError, match="7504 lacks 2019: choose years that it has"):
        donors.synthetic_control(gone)
    with pytest.raises(UcjError, match="0 donors have all years"):
        donors.synthetic_control(few.loc[[c for c in few.index if c[:2] == "75"]])
    with pytest.raises(UcjError, match="no year after 2017"):
        donors.synthetic_control(few[[y for y in few.columns if y <= 2017]])
    with pytest.raises(UcjError, match="years are not in order"):
        donors.synthetic_control(few[few.columns[::-1]])
    with pytest.raises(UcjError, match="stands twice"):
        donors.synthetic_control(pd.concat([few, few.iloc[[-1]]]))


def test_missing_donors_never_enter(few):
    gone = few.copy()
    code = donors.synthetic_control(few).weights.index[0]
    gone.loc[code, 2020] = np.nan
    c = donors.synthetic_control(gone)
    assert code not in c.donors
    assert c.excluded.set_index("region_code")["reason"][code] == "lacks 2020"


# -- the extreme rate ----------------------------------------------------------------------------------------------------


def test_extreme_rates_are_compared_in_calibrated_years_only(series, panel):
    rates = donors.extreme_outcome(series)
    assert list(rates.columns) == [2018, 2021, 2022, 2023, 2024]
    with pytest.raises(UcjError, match="no year up to 2017: pass match"):
        donors.synthetic_control(rates)
    with pytest.raises(UcjError, match="no year to 2017 is calibrated"):
        donors.synthetic_did(rates)
    late = pd.concat({"P0": donors.outcome(panel, "P0")[[2017, 2018]]}, axis=1)
    with pytest.raises(UcjError, match="match has P0 of 2018: nothing after 2017"):
        donors.synthetic_control(rates, match=late)


def test_matched_weights_rest_on_the_features(series, panel):
    codes = ["7504", *[c for c in donors.outcome(panel, "P0").index if c[:2] in ("53", "71", "72")]]
    rates = donors.extreme_outcome(series).loc[codes]
    match = pd.concat({i: donors.outcome(panel, i, 2015)[[2015, 2016, 2017]] for i in ("P0", "P1", "P2")}, axis=1)
    c = donors.synthetic_control(rates, match=match, name="extreme")
    again = donors.synthetic_control(rates * 2 + 5, match=match * 3, name="extreme")
    assert c.W.tobytes() != b""
    np.testing.assert_allclose(c.W, again.W, atol=1e-7)  # scale of a feature does not matter
    assert c.pre == []
    assert "ratio" not in set(c.ranks()["statistic"])


# -- the study -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study(panel, series):
    """The whole study with a fifth of the regencies as donors."""
    keep = {c for c in panel["region_code"].unique() if c[:2] == "75"} | set(sorted(panel["region_code"].unique())[::5])
    return donors.study(panel[panel["region_code"].isin(keep)], series[series["region_code"].isin(keep)])


def test_study_says_what_it_is(study):
    table = donors.table(study).set_index("comparison")
    assert {c.name for c in study.values()} == {"P0", "P1", "extreme"}
    assert table["illustrative"].sum() == 2
    assert table.loc["P0, sc", "pre"] == "2010-2017"
    assert table.loc["P1, sc", "pre"] == "2015-2017"
    assert table.loc["extreme, sc", "pre"] == ""
    assert (table["p_two_sided"] >= 1 / table["units"]).all()
    assert (table["duality_gap"] <= 1e-6).all()
    # three years before and many donors: most are met as closely as figures are rounded
    assert table.loc["P1, sc", "perfect"] > 0.5


@pytest.mark.parametrize("lang", ["id", "en"])
def test_sentences_state_a_difference_and_its_limits(study, lang):
    verb = {"en": "differs from its synthetic comparison by", "id": "berbeda dari pembanding sintetisnya sebesar"}[lang]
    caveat = {"en": "Donors may have programmes of their own", "id": "Daerah donor mungkin memiliki program sendiri"}[
        lang
    ]
    for name, c in study.items():
        text = donors.sentence(c, lang)
        assert verb in text
        assert caveat in text
        assert not re.search(CAUSAL, text, re.I), text
        assert ("Illustrative" in text or "Ilustrasi" in text) == ("illustrative" in name)
        number = f"{abs(c.estimate):.2f}".replace(".", "," if lang == "id" else ".")
        assert number in text
        two = c.ranks().set_index("statistic").loc["two_sided"]
        assert f"{int(two['rank'])}" in text
        assert f"{int(two['n'])}" in text
