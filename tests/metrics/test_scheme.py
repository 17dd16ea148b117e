"""Dated rules: both sides of each change, parts that add up, the reference's rows, dates without a record."""

import csv

import pytest

from ucj_analysis import catalog
from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import scheme

TABLE = catalog.table("scheme")


def test_every_row_of_the_reference_is_here(reference):
    with open(reference / "jamsostek" / "scheme.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ours = {r.parameter: r for r in TABLE.itertuples()}
    assert len(rows) == 58
    for row in rows:
        got = ours[row["parameter"]]
        assert got.value_text == row["value"].replace(" reduction", ""), row
        assert (got.unit, got.regulation) == (row["unit"], row["regulation"])
        if row["valid_from"]:  # a later source may add month and day, never another year
            assert got.valid_from.startswith(row["valid_from"]), row
        if row["valid_to"]:
            assert got.valid_to.startswith(row["valid_to"]), row


@pytest.mark.parametrize(
    ("date", "benefit"),
    [
        ("2016-01", 24e6),
        ("2019-11", 24e6),
        ("2019-12-01", 24e6),
        ("2019-12-02", 42e6),
        ("2019-12", 42e6),
        ("2026-11", 42e6),
    ],
)
def test_death_benefit_on_both_sides_of_pp_82_2019(date, benefit):
    assert scheme.death_benefit(date) == benefit
    parts = scheme.PARTS["now" if benefit == 42e6 else "before"]
    assert sum(scheme.one(p, date) for p in parts) == benefit
    other = scheme.PARTS["before" if benefit == 42e6 else "now"]
    assert not set(other) & set(scheme.at(date)["parameter_id"])


@pytest.mark.parametrize(
    ("rule", "first", "before", "last", "after"),
    [
        ("K011", "2020-08", "2020-07", "2021-01", "2021-02"), ("K007", "2026-01", "2025-12", "2027-03", "2027-04"),
        ("K008", "2026-04", "2026-03", "2026-12", "2027-01"), ("K043", "2029-01", "2028-12", "2029-12", "2030-01"),
        ("K017", "2019-12-02", "2019-12-01", "2040-01", "2015-06"), ("K023", "2016-01", "2015-12", "2019-12-01", "2019-12-02"),
        ("K054", "2024-01-05", "2024-01-04", "2045-01", "2023-12"),
    ],
)  # fmt: skip
def test_in_force_from_the_first_day_to_the_last(rule, first, before, last, after):
    try:
        outside = {d: set(scheme.at(d)["parameter_id"]) for d in (before, after)}
    except UcjError:
        outside = {}
    assert all(rule not in ids for ids in outside.values())
    for date in (first, last):
        assert rule in set(scheme.at(date)["parameter_id"])


def test_a_superseded_announcement_is_no_rule():
    assert "K010" in set(scheme.at("2025-10")["parameter_id"])
    assert "K010" not in set(scheme.at("2026-05")["parameter_id"])


def test_what_the_record_has_nothing_for():
    for date in ("2014-01", "2015-08"):
        with pytest.raises(
            UcjError, match=f"no parameter of the scheme is recorded for {date}: the record begins in 2015"
        ):
            scheme.at(date)
    with pytest.raises(UcjError, match="the rule changed in 2015 .* choose a date before 2015 or after it"):
        scheme.dues("2015-08")
    with pytest.raises(UcjError, match="recorded in words, not as one number"):
        scheme.one("K001", "2026-01")
    with pytest.raises(UcjError, match="no parameter 'K999'"):
        scheme.one("K999", "2026-01")


def test_income_brackets_that_are_not_on_record_are_refused():
    assert scheme.dues("2025-01", income=800_000) == scheme.dues("2025-01", income=1_000_000) == 16_800
    assert scheme.dues("2025-01", income=25_000_000) == 207_000 + 6_800
    assert scheme.dues("2026-05", income=25_000_000) == (207_000 + 6_800) / 2
    with pytest.raises(
        UcjError, match=r"bracket table of PP 44/2015 .* is not on record.*1 percent of declared income.*Rp30,000"
    ):
        scheme.dues("2025-01", income=3_000_000)
    with pytest.raises(UcjError, match="income=0: expected rupiah a month"):
        scheme.dues("2025-01", income=0)


def test_the_ban_on_village_funds():
    assert scheme.may_pay("APBDes", "2023-12") == ""
    for date in ("2024-01-01", "2024-01", "2030-06"):
        for name in ("APBDes", "dana_desa", "DD"):
            with pytest.raises(UcjError, match="village funds are barred from January 2024"):
                scheme.may_pay(name, date)
    assert scheme.may_pay("ADD", "2026-06") == ""
    assert "only reported as allowed for 2026" in scheme.may_pay("ADD", "2027-01")


def test_rules_may_be_given_as_another_table():
    changed = TABLE.assign(value=TABLE["value"].where(TABLE["parameter_id"] != "K004", 20_000.0))
    assert scheme.dues("2025-01", changed) == 20_000
    assert scheme.dues("2025-01", scheme.rows_of(changed)) == 20_000
