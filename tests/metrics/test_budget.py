"""Dated dues on both sides of each rule, published budgets, observed deaths, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

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


def test_death_benefit_before_and_after_2019():
    assert budget.death_benefit(SCHEME, "2018-12") == 24_000_000
    assert budget.death_benefit(SCHEME, "2020-01") == 42_000_000
    with pytest.raises(UcjError, match="the rule changed in 2019"):
        budget.death_benefit(SCHEME, "2019-06")


def test_in_force_and_dates_without_a_record():
    assert "K008" in set(budget.at(SCHEME, "2026-05")["parameter_id"])
    assert "K008" not in set(budget.at(SCHEME, "2027-01")["parameter_id"])
    with pytest.raises(UcjError, match="the record begins in 2015"):
        budget.at(SCHEME, "1999-01")
    with pytest.raises(UcjError, match="nothing recorded for 2014-01"):
        budget.dues(SCHEME, "2014-01")
    with pytest.raises(UcjError, match="expected YYYY-MM"):
        budget.dues(SCHEME, "2026-13")
    with pytest.raises(UcjError, match="expected one of transport, other"):
        budget.dues(SCHEME, "2026-05", sector="farming")


def test_published_budgets():
    bone_bolango = budget.against_announced(5e9, 27_000, SCHEME, 2023)
    assert round(bone_bolango["person_years"]) == 24_802
    assert bone_bolango["months_each"] == pytest.approx(11.02, abs=0.01)
    pohuwato = budget.against_announced(3.5e9, 17_000, SCHEME, 2025)
    assert round(pohuwato["person_years"]) == 17_361
    assert "17,361 person-years" in pohuwato["reading"]


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
    assert lost["deaths"][1] < lost["deaths"][0] < lost["deaths"][2]
