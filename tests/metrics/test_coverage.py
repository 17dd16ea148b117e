"""Coverage: values worked by hand, identities, refusals."""

import pandas as pd
import pytest
from constants import SIX
from hypothesis import assume, given
from hypothesis import strategies as st

from ucj_analysis import catalog
from ucj_analysis.errors import DefinitionChange, UcjError
from ucj_analysis.metrics import coverage

persons = st.floats(min_value=1, max_value=1e6)


def interval(value, spread):
    return value, value * (1 - spread), value * (1 + spread)


def row_of(inputs, code, period):
    said = coverage.reported(inputs.coverage)
    return said[(said["region_code"] == code) & (said["period"] == period)].iloc[0]


def test_ratio_by_hand():
    value, lower, upper = coverage.ratio((300, 290, 310), (600, 580, 620))
    assert (value, lower, upper) == (50, 100 * 290 / 620, 100 * 310 / 580)
    with pytest.raises(UcjError, match="zero or less persons"):
        coverage.ratio((1, 1, 1), (0, 0, 0))


@given(persons, persons, st.floats(0, 0.5), st.floats(0, 0.5))
def test_ratio_contains_every_ratio_of_its_members(n, d, a, b):
    n, d = interval(n, a), interval(d, b)
    value, lower, upper = coverage.ratio(n, d)
    for x in n:
        for y in d:
            assert lower * (1 - 1e-12) <= 100 * x / y <= upper * (1 + 1e-12)
    assert lower <= value <= upper


def test_latest_known_as_read_in_the_sources(inputs):
    last = coverage.latest_known(inputs.coverage, as_of="2026-11").set_index("region_code")
    got = {c: (last.loc[c, "value"], last.loc[c, "qualifier"], last.loc[c, "period"]) for c in ["7500", *SIX]}
    assert got == {
        "7500": (54.0, "exact", "2025-12"),
        "7501": (50.0, "at_most", "2025-09"),
        "7502": (50.0, "at_least", "2024-09"),
        "7503": (57.0, "exact", "2025-12"),
        "7504": (65.24, "exact", "2025-09"),
        "7505": (48.44, "exact", "2024-12"),
        "7571": (50.0, "exact", "2025-09"),
    }
    assert last.loc["7505", "age_months"] == 23
    assert last.loc["7501", "lower"] == 0
    assert last.loc["7502", "upper"] == 100


def test_accounts_derive_participants_from_the_uncovered(inputs):
    account = coverage.accounts(inputs.coverage).set_index(["region_code", "period"])
    assert account.loc[("7504", "2025-09"), "participants"] == 102_316 - 35_562
    assert account.loc[("7500", "2024-09"), "participants"] == 254_675
    assert account.loc[("7500", "2024-09"), "denominator"] == 466_368


def test_change_across_denominators_is_refused_with_its_parts(inputs):
    account = coverage.accounts(inputs.coverage)
    before, after = row_of(inputs, "7500", "2021-12"), row_of(inputs, "7500", "2025-12")
    with pytest.raises(DefinitionChange, match=r"397,894.*582,000") as caught:
        coverage.change(before, after, inputs.definitions, account=account)
    parts = caught.value.decomposition
    # by hand: 193,218 / 397,894 = 48.56; about 314,000 / 582,000 = 53.95
    assert parts["change"][0] == pytest.approx(100 * (314_000 / 582_000 - 193_218 / 397_894))
    assert parts["participants_part"][0] + parts["denominator_part"][0] == pytest.approx(parts["change"][0])
    assert parts["participants_part"][0] == pytest.approx(25.55, abs=0.01)
    assert parts["denominator_part"][0] == pytest.approx(-20.16, abs=0.01)


def test_change_without_a_stated_denominator_is_refused(inputs):
    before, after = row_of(inputs, "7505", "2024-09"), row_of(inputs, "7505", "2024-12")
    with pytest.raises(DefinitionChange, match="denominator is not stated") as caught:
        coverage.change(before, after, inputs.definitions)
    assert caught.value.decomposition is None


def test_change_within_one_denominator(inputs):
    before, after = row_of(inputs, "7504", "2018"), row_of(inputs, "7504", "2020")
    value, lower, upper = coverage.change(before, after, inputs.definitions)
    assert value == pytest.approx(78.2 - 28.1)
    assert lower == upper == value
    with pytest.raises(UcjError, match="a change needs one region"):
        coverage.change(before, row_of(inputs, "7500", "2025-12"), inputs.definitions)


@given(persons, persons, persons, persons, st.floats(0, 0.2))
def test_decomposition_adds_up_and_contains(n0, d0, n1, d1, spread):
    before = {"participants": interval(n0, spread), "denominator": interval(d0, spread)}
    after = {"participants": interval(n1, spread), "denominator": interval(d1, spread)}
    parts = coverage.decompose(before, after)
    scale = 1e-9 * max(1, *(abs(x) for x in parts["change"]))
    whole = parts["participants_part"][0] + parts["denominator_part"][0]
    assert whole == pytest.approx(parts["change"][0], abs=1e-6 + scale)
    for value, lower, upper in parts.values():
        assert lower - scale <= value <= upper + scale


def test_gap_to_target_by_hand():
    assert coverage.gap_to_target((66_754,) * 3, (102_316,) * 3, 75)[0] == pytest.approx(0.75 * 102_316 - 66_754)
    assert coverage.gap_to_target((314_000, 313_500, 314_500), (582_000,) * 3, 75) == (122_500, 122_000, 123_000)
    assert coverage.gap_to_target((90, 90, 90), (100, 100, 100), 75) == (0, 0, 0)
    for bad in (0, 0.75 - 1, 101):
        with pytest.raises(UcjError, match="write 80 for 80 percent"):
            coverage.gap_to_target((1, 1, 1), (2, 2, 2), bad)


@given(persons, persons, st.floats(1, 100))
def test_gap_closes_the_gap(n, d, target):
    assume(n <= d)
    gap, *_ = coverage.gap_to_target((n,) * 3, (d,) * 3, target)
    assert 100 * (n + gap) / d == pytest.approx(max(target, 100 * n / d))


def test_over_bps_uses_the_august_at_or_before(inputs):
    counts = coverage.participants(inputs.coverage)
    over = coverage.over_bps(counts, inputs.labour)
    gorut = over[(over["region_code"] == "7505") & (over["segment"] == "all") & (over["period"] == "2025-08")].iloc[0]
    employed = inputs.labour.query("region_code == '7505' and indicator == 'employed' and period == '2025-08'")
    assert gorut["coverage"] == pytest.approx(100 * 14_375 / employed["value"].iloc[0])
    assert gorut["base_period"] == "2025-08"
    early = over[over["period"] == "2016-12"]
    assert early["coverage"].isna().all()  # Sakernas here begins in 2018: missing stays missing
    with pytest.raises(UcjError, match="expected employed or informal"):
        coverage.over_bps(counts, inputs.labour, base="all")


def test_payers_are_told_apart(inputs):
    assert coverage.payer("APBD kabupaten (pokir, leaders)") == "APBD kabupaten"
    assert coverage.payer("APBD kabupaten+APBDes") == "mixed or not stated"
    paid = coverage.by_payer(inputs.coverage)
    assert set(paid["payer"]) <= set(coverage.PAYERS)
    assert (paid["status"] == "realised").all()
    assert "J0179" not in set(paid["rows"])  # the 40,000 promised for 2022


def test_village_funds_that_stopped_are_lapsed(inputs):
    paid = coverage.by_payer(inputs.coverage)
    since = coverage.lapsed_since(paid, inputs.events)
    gone = paid[since != ""]
    assert set(gone["region_code"]) == {"7504"}
    assert {"J0189", "J0190", "J0191", "J0183"} == set(gone["rows"]) - {"J0187"}
    assert set(since[since != ""]) == {"2024-01"}
    later = paid[paid["rows"] == "J0191"].assign(period="2026-02")  # a later payment starts anew
    assert (coverage.lapsed_since(later, inputs.events) == "").all()


def test_subsidised_share_needs_one_date(inputs):
    share = coverage.subsidised_share(inputs.coverage)
    assert len(share) >= 1
    row = share[(share["region_code"] == "7504") & (share["period"] == "2020")].iloc[0]
    assert row["share"] == pytest.approx(100 * 20_000 / 21_118)


def test_aggregate_is_sum_over_sum_and_needs_all_parts():
    parts = pd.DataFrame(
        {
            "region_code": ["a", "b"], "participants": [10.0, 90.0], "participants_lower": [9.0, 90.0],
            "participants_upper": [11.0, 90.0], "denominator": [100.0, 100.0], "denominator_lower": [100.0, 100.0],
            "denominator_upper": [100.0, 120.0], "rows": ["J1", "J2"], "sources": ["S1", "S1"],
        }
    )  # fmt: skip
    out = coverage.aggregate(parts, ["a", "b"])
    assert out["coverage"] == (50.0, 100 * 99 / 220, 100 * 101 / 200)
    assert out["sources"] == "S1"
    with pytest.raises(UcjError, match="no figures for c"):
        coverage.aggregate(parts, ["a", "b", "c"])
    with pytest.raises(UcjError, match="stands twice"):
        coverage.aggregate(pd.concat([parts, parts]), ["a", "b"])


def test_informal_workers_by_hand(inputs):
    out = coverage.informal_workers(inputs.labour).set_index(["region_code", "period"])
    labour = catalog.table("labour").query("region_code == '7504' and period == '2025-08'")
    employed = labour[labour["indicator"] == "employed"]["value"].iloc[0]
    share = labour[labour["indicator"] == "informal_share"]["value"].iloc[0]
    row = out.loc[("7504", "2025-08")]
    assert row["value"] == pytest.approx(employed * share / 100)
    assert row["lower"] < row["value"] < row["upper"]
