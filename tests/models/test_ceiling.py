"""The ceiling against integrals and counts by hand; every assumption makes it larger; refusals."""

import re

import numpy as np
import pytest
from scipy.integrate import quad

from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import budget, extreme
from ucj_analysis.models import ceiling, panel

TRIPLE = 15.51, 2.5, 0.6, 0.8  # P0, P1, P2, r
SIZE = {"line": 400_000.0, "people": 160_000.0}


@pytest.fixture(scope="module")
def rows(inputs):
    return ceiling.of(inputs, panel.of(inputs))


def test_money_reaches_those_nearest_the_line_first():
    """Persons and rupiah by adaptive quadrature of the density, for a given reach."""
    p0, p1, p2, r = TRIPLE
    fitted = extreme.gaps(p0, p1, p2)
    poor, start = SIZE["people"] * p0 / 100, 1 - r
    for reach in (start + 0.02, start + 0.1, 0.9):
        persons = poor * quad(lambda g: fitted.density(g)[0], start, reach)[0]
        money = poor * 12 * SIZE["line"] * quad(lambda g: (g - start) * fitted.density(g)[0], start, reach)[0]
        assert ceiling.liftable(money, *TRIPLE, **SIZE) == pytest.approx(persons, rel=1e-4)
    everyone = SIZE["people"] * extreme.tail_share(*TRIPLE) / 100
    assert ceiling.liftable(1e15, *TRIPLE, **SIZE) == pytest.approx(everyone, rel=1e-4)
    assert ceiling.liftable(0, *TRIPLE, **SIZE) == 0
    assert ceiling.liftable(1e15, *TRIPLE, rate=1.0, **SIZE) == pytest.approx(1600, rel=1e-3)


@pytest.mark.parametrize(
    ("deaths", "benefit", "household", "limit", "persons"),
    [
        (20, 42e6, 4, "household", 80),
        (20, 42e6, 10, "household", 200),
        (20, 1e4, 10, "money", None),
        (5_000, 42e9, 10, "everyone", None),
        (0, 42e6, 10, "household", 0),
    ],
)
def test_the_smallest_of_three_limits_holds(deaths, benefit, household, limit, persons):
    fall, which = ceiling.largest_fall(deaths, benefit, *TRIPLE, household=household, **SIZE)
    assert which == limit
    if persons is not None:
        assert fall == pytest.approx(100 * persons / SIZE["people"])
    assert 0 <= fall <= extreme.tail_share(*TRIPLE) + 1e-9


def test_larger_inputs_never_lower_the_ceiling():
    base = {"deaths": 50, "benefit": 2e5, "household": 6}
    low = ceiling.largest_fall(50, 2e5, *TRIPLE, household=6, **SIZE)[0]
    for name in base:
        more = base | {name: base[name] * 3}
        high = ceiling.largest_fall(more["deaths"], more["benefit"], *TRIPLE, household=more["household"], **SIZE)[0]
        assert high >= low
    dearer = ceiling.largest_fall(50, 2e5, *TRIPLE, household=6, line=8e5, people=SIZE["people"])[0]
    assert dearer <= low


def test_bone_bolango_2022_by_hand(inputs, rows):
    """20,000 participants at 176 deaths in eleven months among 20,000 and ten persons each, over Susenas population."""
    row = rows.set_index(["region_code", "year", "definition"]).loc[("7504", 2022, "extreme_usd190")]
    people = 1000 * inputs.extreme.table.set_index(["region_code", "year"]).loc[("7504", 2022), "weight"]
    assert 150_000 < people < 180_000
    assert row["deaths"] == pytest.approx(176 * 12 / 11)
    low, high = budget.poisson_interval(176)
    assert (row["deaths_lower"], row["deaths_upper"]) == pytest.approx((low * 12 / 11, high * 12 / 11))
    assert row["limit"] == "household"
    assert row["fall"] == pytest.approx(100 * 10 * 192 / people)
    assert row["benefit"] == 42_000_000
    assert row["if_alike"] == pytest.approx(192 / 20_000 * row["extreme"])
    assert set(row["rows"].split()) >= {"J0135", "J0188", "J0180"}


def test_each_row_is_an_interval_within_the_rate(rows):
    assert len(rows) >= 10
    assert ((rows["fall_lower"] <= rows["fall"]) & (rows["fall"] <= rows["fall_upper"])).all()
    assert (rows["fall"] <= rows["extreme"] + 1e-9).all()
    assert (rows["fall_upper"] <= np.maximum(rows["extreme_upper"], rows["extreme"]) + 1e-9).all()
    assert ((rows["if_alike_lower"] <= rows["if_alike"]) & (rows["if_alike"] <= rows["if_alike_upper"])).all()
    assert (rows["if_alike"] < rows["extreme"] * 0.02).all()
    assert set(rows["limit"]) <= set(ceiling.LIMITS)
    assert rows["rows"].str.len().gt(0).all()


def test_rates_of_another_region_are_named(rows):
    city = rows[rows["region_code"] == "7571"]
    assert (city["death_rate_of"] == "7504 2023-11").all()  # the highest observed
    own = rows.set_index(["region_code", "year"]).loc[("7504", 2021), "death_rate_of"]
    assert own == "7504 2021-07"


def test_benefit_of_each_year(inputs):
    assert ceiling.benefit_of(inputs.scheme, 2018) == 24_000_000
    assert ceiling.benefit_of(inputs.scheme, 2019) == 42_000_000  # it rose in 2019, the month is not on record
    assert ceiling.benefit_of(inputs.scheme, 2023) == 42_000_000


def test_household_is_an_assumption_that_shows(inputs, rows):
    small = ceiling.of(inputs, panel.of(inputs), household=4)
    assert (small["household"] == 4).all()
    assert (small["fall"] <= rows["fall"] + 1e-12).all()
    np.testing.assert_allclose(small["if_alike"], rows["if_alike"])  # which no household size moves


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"household": 0}, "household=0: expected a number of members"),
        ({"deaths": -1}, "deaths=-1"),
        ({"people": 0.0}, "people=0.0: expected the population"),
        ({"benefit": -5.0}, "money=-250: expected rupiah"),
    ],
)
def test_refusals(how, message):
    given = {"deaths": 50, "benefit": 42e6, "household": 10} | SIZE | how
    with pytest.raises(UcjError, match=re.escape(message)):
        ceiling.largest_fall(given.pop("deaths"), given.pop("benefit"), *TRIPLE, **given)


def test_without_observed_deaths_or_counts_there_is_none(inputs):
    cells = panel.of(inputs).cells
    seen = budget.observed_deaths(inputs.coverage)
    data = inputs.scheme, inputs.extreme.series, inputs.extreme.table
    with pytest.raises(UcjError, match="no observed deaths among subsidised participants"):
        ceiling.table(cells, seen.iloc[:0], *data)
    with pytest.raises(UcjError, match="no region and year with a count"):
        ceiling.table(cells[cells["status"] == "unknown"], seen, *data)
