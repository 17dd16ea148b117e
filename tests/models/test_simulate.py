"""The simulator is what it says, and the whole chain recovers its known effect from what an analyst would see."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import extreme
from ucj_analysis.models import estimators, identification, inference, simulate

# -- the simulator -------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(simulate.SHAPES), st.sampled_from(simulate.FAMILIES))
def test_the_record_holds_the_truth(seed, shape, family):
    made = simulate.draw(seed, shape=shape, family=family)
    t, r = made.truth, made.record
    assert (r["lower"] <= t["participants"]).all()
    assert (t["participants"] <= r["upper"]).all()
    assert ((r["dose_lower"] <= t["dose"] + 1e-9) & (t["dose"] <= r["dose_upper"] + 1e-9)).all()
    assert (r["dose_upper"] <= 100).all()
    exact = (r["qualifier"] == "exact") & (r["status"] == "realised")
    assert (r["lower"] == r["upper"])[exact].all()
    assert (r["value"] == t["participants"])[exact].all()
    assert r.loc[r["status"] == "unknown", "value"].isna().all()
    assert (t["dose"].between(0, 100)).all()
    assert t["region_code"].str.startswith("S").all()


def test_about_reads_as_the_method_page_says():
    """ "sekitar 22 ribu" is 21,500 to 22,500, "sekitar 20 ribu" 15,000 to 25,000 (docs/method.md)."""
    assert simulate._about(21_873, 2) == (22_000, 21_500, 22_500)
    assert simulate._about(21_873, 1) == (20_000, 15_000, 25_000)


def test_the_record_has_the_shares_asked_for():
    made = [simulate.draw(s, regions=30).record for s in range(12)]
    record = pd.concat(made)
    record = record[record["upper"] > 0]
    said = np.select([record["status"] != "realised"], [record["status"]], record["qualifier"])
    share = pd.Series(said).value_counts(normalize=True)
    n = len(record)
    for name, want in simulate.RECORD.items():
        assert abs(share[name] - want) < 4 * np.sqrt(want * (1 - want) / n), name


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_errors_have_the_moments_asked_for(rho):
    design = simulate.Design(regions=8, rho=rho, spatial=0.6, sd=0.5, noisy=2.0)
    u = np.stack([simulate.errors(np.random.default_rng(s), design, 10) for s in range(6000)])
    assert u[:, 1:].std() == pytest.approx(0.5, abs=0.01)
    assert u[:, 0].std() == pytest.approx(1.0, abs=0.02)
    for t in (0, 9):  # stationary
        assert u[:, 1:, t].std() == pytest.approx(0.5, abs=0.01)
    assert np.corrcoef(u[:, 3, 4], u[:, 3, 5])[0, 1] == pytest.approx(rho, abs=0.04)
    for other, far in ((4, 1), (5, 2), (7, 4)):
        assert np.corrcoef(u[:, 3, 4], u[:, other, 4])[0, 1] == pytest.approx(0.6**far, abs=0.04)
    assert np.corrcoef(u[:, 0, 4], u[:, 7, 4])[0, 1] == pytest.approx(0.6, abs=0.04)  # a ring


def test_the_extreme_rate_is_linear_in_the_dose():
    """Effect times dose and two-way effects are all there is besides the error."""
    t = simulate.draw(3, regions=9, effect=-0.25, sd=0.4).truth
    left = t["extreme"] + 0.25 * t["dose"] / 10 - t["error"]
    wide = left.to_numpy().reshape(9, -1)
    rest = wide - wide.mean(axis=0) - wide.mean(axis=1)[:, None] + wide.mean()
    assert np.abs(rest).max() < 1e-10


def test_the_extreme_rate_comes_back_from_the_true_triple():
    """Two integrations written apart: the package's estimator, given exact P0, P1, P2 and r, returns the rate drawn."""
    t = simulate.draw(5, regions=40).truth
    back = extreme.tail_share(t["P0"], t["P1"], t["P2"], t["r"])
    np.testing.assert_allclose(back, t["extreme"], atol=1e-6)
    t = simulate.draw(5, regions=40, family="beta").truth
    back = extreme.tail_share(t["P0"], t["P1"], t["P2"], t["r"], model="beta")
    np.testing.assert_allclose(back, t["extreme"], atol=1e-6)


def test_published_values_are_rounded_and_the_sample_is_unbiased():
    made = simulate.draw(1, regions=5)
    seen, t = made.published, made.truth
    for name in ("P0", "P1", "P2"):
        assert np.abs(seen[name] - t[name]).max() <= 0.005 + 1e-12
        np.testing.assert_allclose(seen[name] * 100, np.round(seen[name] * 100), atol=1e-9)
    many = [simulate.draw(s, regions=12, people=800) for s in range(30)]
    off = pd.concat([m.published[["P0", "P1", "P2"]] - m.truth[["P0", "P1", "P2"]] for m in many])
    # binomial: sd of P0 is sqrt(p(1-p)/n)
    p = pd.concat([m.truth["P0"] for m in many]) / 100
    want = 100 * np.sqrt((p * (1 - p) / 800).mean())
    assert off["P0"].std() == pytest.approx(want, rel=0.05)
    assert (off.mean().abs() < 4 * off.std() / np.sqrt(len(off))).all()


def test_national_rate_is_the_mean_of_the_truth():
    made = simulate.draw(2, regions=20)
    mean = made.truth.groupby("year")["extreme"].mean()
    assert np.abs(made.national.set_index("year")["rate"] - mean).max() <= 0.005 + 1e-12


def test_a_seed_gives_the_same_panel_and_another_does_not():
    a, b, c = simulate.draw(1), simulate.draw(1), simulate.draw(2)
    for name in ("truth", "published", "national", "record"):
        assert getattr(a, name).equals(getattr(b, name))
    assert not a.truth.equals(c.truth)


def test_dominant_is_one_early_and_large_region():
    t = simulate.draw(1, shape="dominant").truth
    top = t.groupby("region_code")["dose"].max()
    assert top["S001"] > 4 * top.drop("S001").max()
    start = t[t["dose"] > 0].groupby("region_code")["year"].min()
    assert (start["S001"] < start.drop("S001")).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"regions": 1}, "regions=1 makes no panel"),
        ({"rho": 1.0}, "rho=1.0 makes no panel"),
        ({"shape": "odd"}, "shape='odd' makes no panel"),
        ({"record": {"exact": 0.5}}, "record=.* makes no panel"),
        ({"effect": -5.0}, "do not fit below P0: make effect, sd or the dose smaller"),
    ],
)
def test_a_design_that_is_none_is_refused(change, message):
    with pytest.raises(UcjError, match=message):
        simulate.draw(0, **change)


# -- the chain -----------------------------------------------------------------------------------------------------------
# What an analyst does with what is seen: rates from published triples, the exact test, and the set that the record allows.


def estimated(nation):
    """Extreme rates of many panels, (panels, regions x years), from published triples; r is calibrated as the package does.

    The panels are the regencies of one nation: r is one number a year, sought so that the mean over all meets the national rate.
    """
    seen = pd.concat([m.published for m in nation], ignore_index=True)
    goal = pd.concat([m.national for m in nation]).groupby("year")["rate"].mean()
    seen["P2"], _ = extreme.within_rounding(seen["P0"], seen["P1"], seen["P2"])
    for year, here in seen.groupby("year"):
        r, _ = extreme.calibrate(here["P0"], here["P1"], here["P2"], np.ones(len(here)), goal[year])
        seen.loc[here.index, "rate"] = extreme.tail_share(here["P0"], here["P1"], here["P2"], r)
    return seen["rate"].to_numpy().reshape(len(nation), -1)


def examined(y, dose, made, effect):
    """The exact test of `effect`; its p-value and slope."""
    found = inference.randomization_test(y, dose, unit=made.truth["region_code"], time=made.truth["year"], null=effect)
    assert found.exact
    assert found.n == 720
    return found.p, found.coef, found.lower <= effect <= found.upper


def chain(effect, draws, **change):
    """p-values of the true effect, slopes from what is seen, slopes of the truth, whether intervals hold the effect."""
    nation = [simulate.draw(seed, effect=effect, **change) for seed in range(draws)]
    rates = estimated(nation)
    doses = [m.truth["dose"].to_numpy() / 10 for m in nation]
    seen = [examined(y, d, m, effect) for y, d, m in zip(rates, doses, nation, strict=True)]
    true = [
        estimators.fit(m.truth["extreme"], d, unit=m.truth["region_code"], time=m.truth["year"]).coef.iloc[0]
        for m, d in zip(nation, doses, strict=True)
    ]
    p, b, held = zip(*seen, strict=True)
    return np.array(p), np.array(b), np.array(true), np.array(held)


def covers(hits, level=0.95):
    """No less than the stated level, three binomial errors allowed."""
    return np.mean(hits) >= level - 3 * np.sqrt(level * (1 - level) / len(hits))


@pytest.mark.parametrize(
    "change", [{}, {"people": 600}, {"spatial": 0.3}], ids=["as drawn", "sample", "neighbours alike"]
)
def test_the_chain_recovers_the_effect_with_the_stated_coverage(change):
    """Published P0, P1, P2 -> rates -> slope and exact test."""
    p, slopes, truths, held = chain(-0.3, 150, **change)
    assert covers(p > 0.05)
    assert held[p > 0.05].all()  # the interval holds what the test does not reject
    for off in (slopes + 0.3, slopes - truths):  # centred on the effect; the estimate of rates adds no bias
        assert abs(off.mean()) < 3 * off.std(ddof=1) / np.sqrt(len(off)) + 0.01 * 0.3


def test_another_distribution_of_gaps_stretches_the_slope_but_the_interval_holds():
    """Where gaps follow a Beta, estimated rates overstate differences: the slope of the same panels is larger, not smaller."""
    _, slopes, truths, held = chain(-0.3, 150, family="beta")
    assert covers(held)
    off = slopes - truths
    assert -0.1 * 0.3 < off.mean() < -3 * off.std(ddof=1) / np.sqrt(len(off))


def test_a_false_effect_is_rejected():
    """Power: with little noise, no effect is refused where there is one."""
    nation = [simulate.draw(seed, effect=-0.4, sd=0.05) for seed in range(10)]
    for y, made in zip(estimated(nation), nation, strict=True):
        assert examined(y, made.truth["dose"].to_numpy() / 10, made, 0.0)[0] <= 0.05


def test_without_noise_the_known_cells_give_the_effect_exactly():
    """Cells that are on record exactly carry the true dose; the others stay out and nothing is filled in."""
    made = simulate.draw(8, regions=12, sd=0.0, effect=-0.3)
    known = (made.record["lower"] == made.record["upper"]).to_numpy()
    assert 0.3 < known.mean() < 0.9
    t, dose = made.truth[known], made.record.loc[known, "dose_lower"] / 10
    fit = estimators.fit(t["extreme"], dose, unit=t["region_code"], time=t["year"], missing="allow")
    assert fit.coef.iloc[0] == pytest.approx(-0.3, abs=1e-9)


def allowed(made, y):
    """Set of slopes (per 10 of dose) that the record allows."""
    r = made.record
    p = identification.problem(y, r["dose_lower"] / 10, r["dose_upper"] / 10, unit=r["region_code"], time=r["year"])
    return identification.slope_set(p, nodes=300)


def test_the_set_holds_the_slope_of_the_true_doses_gaps_and_roundings_included():
    """Whatever the record hides, the slope at the doses that are true lies in the set; without noise that is the effect."""
    nation = [simulate.draw(seed, effect=-0.3) for seed in range(40)]
    for y, made in zip(estimated(nation), nation, strict=True):
        found, t = allowed(made, y), made.truth
        slope = estimators.fit(y, t["dose"] / 10, unit=t["region_code"], time=t["year"]).coef.iloc[0]
        assert found.low.bound <= slope + 1e-9
        assert slope - 1e-9 <= found.high.bound
    for seed in range(20):
        made = simulate.draw(seed, effect=-0.3, sd=0.0)
        found = allowed(made, made.truth["extreme"])
        assert found.low.bound - 1e-9 <= -0.3 <= found.high.bound + 1e-9


def test_an_exact_record_leaves_one_slope_and_its_sign():
    for seed in range(10):
        made = simulate.draw(seed, effect=-0.3, sd=0.0, record={"exact": 1.0})
        found = allowed(made, made.truth["extreme"])
        assert (found.lower, found.upper) == pytest.approx((-0.3, -0.3), abs=1e-7)
        assert found.sign == "negative"


def test_with_gaps_and_roundings_the_interval_covers():
    """Exact and approximate cells (middle of the interval), estimated rates, CR2 with Satterthwaite: 95 percent."""
    effect, hits = -0.3, []
    nation = [simulate.draw(1000 + seed, regions=12, effect=effect) for seed in range(200)]
    for y, made in zip(estimated(nation), nation, strict=True):
        r = made.record
        keep = (r["status"].eq("realised") & r["qualifier"].isin(["exact", "approximate"])).to_numpy()
        dose = ((r["dose_lower"] + r["dose_upper"]) / 20)[keep]
        fit = estimators.fit(y[keep], dose, unit=r.loc[keep, "region_code"], time=r.loc[keep, "year"], missing="allow")
        low, high = fit.interval("CR2").iloc[0]
        hits.append(low <= effect <= high)
    assert covers(hits)
