"""Dated dues on both sides of each rule, published budgets, observed deaths, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, lognorm, poisson

from ucj_analysis import catalog
from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import budget

SCHEME = catalog.table("scheme")


@pytest.mark.parametrize(
    ("month", "other", "transport"),
    [
        ("2018-05", 16_800, 16_800), ("2020-07", 16_800, 16_800), ("2020-08", 168, 168), ("2021-01", 168, 168),
        ("2021-02", 16_800, 16_800), ("2025-12", 16_800, 16_800), ("2026-01", 16_800, 8_400), ("2026-03", 16_800, 8_400),
        ("2026-04", 8_400, 8_400), ("2026-12", 8_400, 8_400), ("2027-01", 16_800, 8_400), ("2027-03", 16_800, 8_400),
        ("2027-04", 16_800, 16_800),
    ],
)  # fmt: skip
def test_dues_on_both_sides_of_each_rule(month, other, transport):
    assert budget.dues(SCHEME, month) == other
    assert budget.dues(SCHEME, month, sector="transport") == transport
    assert budget.dues(SCHEME, month, jht=True) == other + 20_000


def test_a_year_adds_its_months():
    assert budget.year_dues(SCHEME, 2025) == 201_600
    assert budget.year_dues(SCHEME, 2026) == 3 * 16_800 + 9 * 8_400
    assert budget.year_dues(SCHEME, 2026, sector="transport") == 12 * 8_400
    assert budget.year_dues(SCHEME, 2027, sector="transport") == 3 * 8_400 + 9 * 16_800


def test_in_force_and_dates_without_a_record():
    assert "K008" in set(budget.at(SCHEME, "2026-05")["parameter_id"])
    assert "K008" not in set(budget.at(SCHEME, "2027-01")["parameter_id"])
    with pytest.raises(UcjError, match="the record begins in 2015"):
        budget.at(SCHEME, "1999-01")
    with pytest.raises(UcjError, match="nothing recorded for 2014-01"):
        budget.dues(SCHEME, "2014-01")
    for date in ("2026-13", "2026-02-30", "2026", "26-01", None, "٢٠٢٦-01"):
        with pytest.raises(UcjError, match="expected YYYY-MM or YYYY-MM-DD"):
            budget.dues(SCHEME, date)
    with pytest.raises(UcjError, match="expected one of transport, other"):
        budget.dues(SCHEME, "2026-05", sector="farming")


def test_published_budgets():
    bone_bolango = budget.against_announced(5e9, 27_000, SCHEME, 2023)
    assert round(bone_bolango["person_years"]) == 24_802
    assert bone_bolango["months_each"] == pytest.approx(11.02, abs=0.01)
    pohuwato = budget.against_announced(3.5e9, 17_000, SCHEME, 2025)
    assert round(pohuwato["person_years"]) == 17_361
    assert "17,361 person-years" in pohuwato["reading"]


def test_budgets_and_claims_that_are_not_on_record():
    # six months at 16,800: 1,000 people; the relief of 2020 stretches a budget a hundredfold
    six = budget.against_announced(1000 * 6 * 16_800, 1500, SCHEME, 2024, first=7, last=12)
    assert (six["persons"], six["person_years"], six["months_each"]) == pytest.approx((1000, 500, 4))
    assert "1,000 people for months 7 to 12 of 2024 (500 person-years)" in six["reading"]
    assert "short by 500 people" in six["reading"]
    assert budget.person_years(168 * 12, SCHEME, 2020, first=8, last=12) == pytest.approx(1)
    assert budget.person_years(1e9, SCHEME, 2026) == pytest.approx(1e9 / (3 * 16_800 + 9 * 8_400))
    assert budget.person_years(1e9, SCHEME, 2024, jht=True) == pytest.approx(1e9 / (12 * 36_800))
    assert budget.against_announced(100 * 201_600, 100, SCHEME, 2025)["reading"].endswith("the two agree")
    rate = budget.death_rate(3, 600, 6)
    assert rate["rate"] == pytest.approx(0.01)
    assert (rate["rate_lower"] * 300, rate["rate_upper"] * 300) == pytest.approx(
        (0.6187, 8.7673), abs=1e-4
    )  # Garwood's table
    none = budget.death_rate(0, 600, 6)
    assert (none["rate"], none["rate_lower"], none["rate_upper"] * 300) == pytest.approx((0, 0, 3.6889), abs=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: budget.person_years(-1, SCHEME, 2025), "budget=-1: expected a number of 0 or more"),
        (lambda: budget.person_years(float("nan"), SCHEME, 2025), "budget=nan"),
        (lambda: budget.person_years(1e300, SCHEME, 2025), r"budget=1e\+300: expected .* below 1e\+17"),
        (lambda: budget.person_years(1e9, SCHEME, 2025, first=0), "months 0 to 12: expected months of one year"),
        (lambda: budget.person_years(1e9, SCHEME, 2025, discount=100), "the dues of these months are 0"),
        (lambda: budget.person_years(1e9, SCHEME, 2025, discount=101), "discount=101: expected percent"),
        (lambda: budget.against_announced(1e9, 0, SCHEME, 2025), "announced=0: expected a number above 0"),
        (lambda: budget.death_rate(1.5, 100, 12), "cases=1.5: expected a whole number"),
        (lambda: budget.death_rate(float("inf"), 100, 12), "expected a whole number"),
        (lambda: budget.death_rate(1, 0, 12), "participants=0"),
        (lambda: budget.protection((5, 6, 7), budget.death_rate(1, 100, 12), SCHEME, "2025-01"), "lower <= value <= upper"),
        (lambda: budget.lost_protection(100, 0, budget.death_rate(1, 100, 12)), "months=0"),
        (lambda: budget.pooled([]), "no observed deaths"),
        (lambda: budget.payout_months(42e6, 0), "line=0"),
        (lambda: budget.near_line(10, 2, 1), "loss=1: expected a share"),
        (lambda: budget.near_line(2, 10, 0.5), "expected 100 > P0 > P1 > 0"),
        (lambda: budget.poisson_interval(3, level=95), "level=95"),
    ],
)  # fmt: skip
def test_extreme_inputs_are_refused(call, message):
    with pytest.raises(UcjError, match=message):
        call()


def test_from_the_month_of_joining():
    steps = budget.path((0.0,) * 3, (1200.0,) * 3, 100, 2027, 2029)
    bill = budget.cost(steps, SCHEME, convention="joining", inflation=0)
    assert list(steps["added"]) == [600, 600]
    # 600 join in equal parts: 50, 100, ... 600 are paid for in the twelve months
    months = sum(50 * m for m in range(1, 13))
    assert list(bill["person_months"]) == [months, 600 * 12 + months]
    assert list(bill["cost"]) == pytest.approx([16_800 * months, 16_800 * (7200 + months)])
    # the discount for transport ends within 2027: month by month, not on average
    first = budget.cost(
        budget.path((0.0,) * 3, (1200.0,) * 3, 100, 2026, 2027), SCHEME, sector="transport", convention="joining"
    )
    assert first["cost"].iloc[0] == pytest.approx(8_400 * 100 * (1 + 2 + 3) + 16_800 * 100 * sum(range(4, 13)))
    with pytest.raises(UcjError, match="months='half': expected one of twelve, joining"):
        budget.cost(steps, SCHEME, convention="half")
    with pytest.raises(UcjError, match="inflation=-100"):
        budget.cost(steps, SCHEME, inflation=-100)


def test_payers_and_who_is_barred():
    mix = budget.payers_of({"apbd": 60, "own": 40}, SCHEME, 2029)
    assert mix == {"APBD kabupaten": (0.6, ""), "own dues": (0.4, "")}
    assert budget.payers_of("APBDes", SCHEME, 2023) == {"APBDes": (1.0, "")}
    for payers, message in (
        ("Dana Desa", r"Dana Desa may not pay dues in 2029-12: .*January 2024 .*4/PRI.00/I/2024.*possible are APBD kabupaten"),
        ({"apbd": 60, "CSR": 30}, "add up to 90 percent"), ({"apbd": 50, "APBD kabupaten": 50}, "stands twice"),
        ("Bupati", "payer 'Bupati' is unknown: expected one of APBD kabupaten"), ({"apbd": -100}, "share of APBD kabupaten"),
        ({}, "no payer"),
    ):  # fmt: skip
        with pytest.raises(UcjError, match=message):
            budget.payers_of(payers, SCHEME, 2029)
    assert "only reported as allowed for 2026" in budget.payers_of("ADD", SCHEME, 2027)["ADD"][1]


def test_growth_of_the_denominator():
    held = budget.path((600.0,) * 3, (1000.0,) * 3, 75, 2026, 2028)
    grown = budget.path((600.0,) * 3, (1000.0,) * 3, 75, 2026, 2028, growth=10)
    assert held["extra"].iloc[-1] == pytest.approx(150)
    assert grown["extra"].iloc[-1] == pytest.approx(0.75 * 1210 - 600)
    with pytest.raises(UcjError, match="growth=30"):
        budget.path((600.0,) * 3, (1000.0,) * 3, 75, 2026, 2028, growth=30)
    with pytest.raises(UcjError, match="expected at most 2045"):
        budget.path((600.0,) * 3, (1000.0,) * 3, 75, 2026, 2046)


def test_path_and_cost_by_hand():
    steps = budget.path((600, 590, 610), (1000, 1000, 1000), 75, 2026, 2029)
    assert list(steps["added"]) == pytest.approx([50, 50, 50])
    assert list(steps["extra_lower"]) == pytest.approx([140 / 3, 280 / 3, 140])
    front = budget.path((600, 600, 600), (1000, 1000, 1000), 75, 2026, 2029, shape="front")
    assert list(front["added"]) == pytest.approx([75, 50, 25])
    bill = budget.cost(front, SCHEME, inflation=0)
    assert list(bill["cost"]) == pytest.approx([75 * 201_600, 125 * 201_600, 150 * 201_600])
    assert budget.cost(front, SCHEME, inflation=10)["real"].iloc[0] == pytest.approx(75 * 201_600 / 1.21)


@given(st.integers(0, 900), st.floats(1, 100), st.integers(1, 10), st.sampled_from(budget.PATHS))
def test_paths_end_at_the_target(covered, target, years, shape):
    three = (float(covered),) * 3
    if target / 100 * 1000 - covered <= 1e-9:
        with pytest.raises(UcjError, match="at or below today's coverage"):
            budget.path(three, (1000.0,) * 3, target, 2026, 2026 + years, shape=shape)
        return
    steps = budget.path(three, (1000.0,) * 3, target, 2026, 2026 + years, shape=shape)
    assert covered + steps["extra"].iloc[-1] == pytest.approx(target * 10)
    assert (steps["added"] > 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": 50}, "at or below today's coverage of 60.0 percent"),
        ({"end": 2026}, "expected a year after 2026"),
        ({"shape": "up"}, "expected one of linear, front, back"),
        ({"target": 120}, "above 0 and at most 100"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    values = {"target": 75, "start": 2026, "end": 2029, "shape": "linear"} | arguments
    with pytest.raises(UcjError, match=message):
        budget.path(
            (600.0,) * 3, (1000.0,) * 3, values["target"], values["start"], values["end"], shape=values["shape"]
        )


@given(st.integers(0, 400))
def test_poisson_interval_is_exact(cases):
    lower, upper = budget.poisson_interval(cases)
    if cases:
        assert poisson.sf(cases - 1, lower) == pytest.approx(0.025, abs=1e-6)
    assert poisson.cdf(cases, upper) == pytest.approx(0.025, abs=1e-6)


def test_observed_deaths_of_bone_bolango(inputs):
    seen = budget.observed_deaths(inputs.coverage).set_index("period")
    row = seen.loc["2023-11"]
    assert (row["deaths"], row["participants"], row["months"]) == (176, 20_000, 11)
    assert row["rate"] == pytest.approx(176 / (20_000 * 11 / 12))
    assert seen.loc["2021-07", "deaths"] == 67
    bill = budget.protection(20_000, row, SCHEME, "2023-11", months=11)
    assert bill["deaths"][0] == pytest.approx(176)
    assert bill["payout"][0] == pytest.approx(7_392_000_000)  # as paid, says the record
    assert bill["dues"] == 20_000 * 11 * 16_800
    assert bill["per_rupiah"][1] < 2 < bill["per_rupiah"][2]
    lost = budget.lost_protection(9_413, 12, row)
    assert lost["person_months"] == 112_956
    assert lost["deaths"] == pytest.approx([9_413 * row[k] for k in ("rate", "rate_lower", "rate_upper")])


def test_periods_that_differ_are_not_one_rate(inputs):
    seen = budget.observed_deaths(inputs.coverage)
    both = budget.pooled(seen)
    assert (both["deaths"], both["exposure"]) == (243, pytest.approx(20_000 * 18 / 12))
    low, high = budget.poisson_interval(243)
    assert (both["rate_lower"], both["rate_upper"]) == pytest.approx((low / 30_000, high / 30_000))
    assert both["apart_lower"] == seen["rate_lower"].min() < both["rate_lower"]
    assert both["apart_upper"] == seen["rate_upper"].max() > both["rate_upper"]
    # conditional test by enumeration: all outcomes no likelier than 67 of 243 with share 7/18
    likely = binom.pmf(range(244), 243, 7 / 18)
    assert both["p_same"] == pytest.approx(likely[likely <= likely[67] * (1 + 1e-7)].sum(), rel=1e-6)
    assert both["p_same"] < 0.01


def test_payout_against_the_line_and_households_near_it():
    assert budget.payout_months(42_000_000, 500_000) == 84
    assert budget.payout_months(42_000_000, 500_000, persons=4) == 21
    # a lognormal with known sigma: P0 and P1 by integration, then the share between z and z/(1 - loss)
    mu, sigma, z = 0.4, 0.5, 1.0
    y = lognorm(sigma, scale=np.exp(mu))
    p0, p1 = 100 * y.cdf(z), 100 * quad(lambda x: (1 - x / z) * y.pdf(x), 0, z)[0]
    assert budget.near_line(p0, p1, 0.5) == pytest.approx(100 * (y.cdf(2 * z) - y.cdf(z)), rel=1e-6)
    assert budget.near_line(p0, p1, 0) == pytest.approx(0, abs=1e-9)
    got = budget.pushed_below((100, 80, 120), p0, p1)
    assert got["households"][1] < got["households"][0] < got["households"][2]
    assert got["households"][2] == pytest.approx(1.2 * budget.near_line(p0, p1, 0.75))
