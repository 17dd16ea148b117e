"""The rule of choice, conflicts, and the latest figure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ucj_analysis import catalog, observations
from ucj_analysis.errors import UcjError

SOURCES = pd.DataFrame(
    [
        ("T1", "table", 1, "2025-01-01"),
        ("R1", "release", 1, "2025-02-01"),
        ("G1", "official", 2, "2024-01-01"),
        ("G2", "official", 2, "2024-06-01"),
        ("N1", "press", 3, "2025-09-01"),
    ],
    columns=["source_id", "kind", "confidence", "published"],
)
BASE = {
    "region_code": "7504", "period": "2025-09", "indicator": "ucj_coverage", "segment": "all", "funding": "",
    "lower": np.nan, "upper": np.nan, "unit": "percent", "qualifier": "exact", "status": "realised",
    "definition": "ucj_unstated", "disputed": False, "note": "",
}  # fmt: skip


def statements(*rows):
    frame = pd.DataFrame([BASE | {"observation_id": f"J{i:04d}"} | r for i, r in enumerate(rows, 1)])
    for side in ("lower", "upper"):
        frame[side] = frame[side].fillna(frame["value"])
    return frame


def test_rule_in_its_order():
    frame = statements(
        {"value": 1.0, "source_id": "N1"},
        {"value": 2.0, "source_id": "G1"},
        {"value": 3.0, "source_id": "G2"},
        {"value": 4.0, "source_id": "R1"},
        {"value": 5.0, "source_id": "T1"},
    )
    left = frame
    for expected in (5.0, 4.0, 3.0, 2.0, 1.0):  # table, release, later government, earlier government, press
        chosen = observations.pick(left, SOURCES)
        assert list(chosen["value"]) == [expected]
        left = left[left["value"] != expected]


def test_exact_before_approximate_of_equal_standing_and_disputed_never():
    frame = statements(
        {"value": 50.0, "qualifier": "approximate", "lower": 45.0, "upper": 55.0, "source_id": "G2"},
        {"value": 51.0, "source_id": "G1"},
        {"value": 99.0, "source_id": "T1", "disputed": True},
    )
    assert list(observations.pick(frame, SOURCES)["value"]) == [51.0]
    assert observations.pick(frame[frame["disputed"]], SOURCES).empty


def test_unknown_source_is_named():
    with pytest.raises(UcjError, match="no source 'X9'"):
        observations.pick(statements({"value": 1.0, "source_id": "X9"}), SOURCES)


def test_conflicts_need_apart_intervals_and_keep_every_side():
    frame = statements(
        {"value": 57.0, "source_id": "G1"},
        {"value": 53.0, "source_id": "N1"},
        {"value": 57.04, "source_id": "N1", "period": "2024-09"},
        {
            "value": 57.0,
            "source_id": "G1",
            "period": "2024-09",
            "qualifier": "approximate",
            "lower": 56.0,
            "upper": 58.0,
        },
    )
    found = observations.conflicts(frame, SOURCES)
    assert list(found["period"].unique()) == ["2025-09"]
    assert list(found["role"]) == ["chosen", "conflicts"]
    assert found["difference"].iloc[1] == -4


def test_latest_counts_months_and_bare_years_as_december():
    frame = statements(
        {"value": 1.0, "source_id": "G1", "period": "2023"},
        {"value": 2.0, "source_id": "G1", "period": "2023-11"},
    )
    last = observations.latest(frame, as_of="2024-06").iloc[0]
    assert (last["value"], last["age_months"]) == (1.0, 6)
    assert observations.latest(frame, as_of="2023-11").iloc[0]["value"] == 2.0


@settings(deadline=None, max_examples=20)
@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_choice_does_not_depend_on_row_order(seed):
    table, sources = catalog.table("coverage"), catalog.table("sources")
    a = observations.pick(table, sources)["observation_id"]
    b = observations.pick(table.sample(frac=1, random_state=seed), sources)["observation_id"]
    assert sorted(a) == sorted(b)


def test_one_row_per_figure_on_the_real_tables():
    sources = catalog.table("sources")
    for name in ("poverty", "labour", "socioeconomic", "coverage"):
        picked = observations.pick(catalog.table(name), sources)
        assert not picked.duplicated(observations.FIGURE).any()
        assert not picked["disputed"].any()
