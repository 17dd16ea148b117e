"""Poverty: worked by hand, breaks kept, refusals."""

import numpy as np
import pandas as pd
import pytest
from constants import CODES, SIX
from hypothesis import given
from hypothesis import strategies as st

from ucj_analysis.errors import DefinitionChange, UcjError
from ucj_analysis.metrics import poverty


def test_levels_are_one_row_a_year_and_cut_at_definitions(inputs):
    levels = poverty.levels(inputs.poverty, "P0").query("region_code == '7500'")
    assert list(levels["year"]) == list(range(2004, 2026))
    assert levels["segment_id"].nunique() == 3
    assert list(levels.groupby("segment_id")["year"].min()) == [2004, 2015, 2021]


def test_september_is_never_mixed_with_march(inputs):
    september = poverty.levels(inputs.poverty, "P0", month="09")
    assert set(september["region_code"]) == {"0000", "7500"} & set(september["region_code"])
    assert september["period"].str.endswith("-09").all()
    march = poverty.levels(inputs.poverty, "P0")
    assert not march["period"].str.endswith("-09").any()


def test_breaks(inputs):
    cuts = poverty.breaks(inputs.poverty, "P0").query("region_code == '7504'")
    assert list(zip(cuts["year_before"], cuts["year"], strict=True)) == [(2014, 2015), (2020, 2021)]


def test_change_by_hand(inputs):
    moves = poverty.change(inputs.poverty, "P0", 2021, 2025).set_index("region_code")
    assert moves.loc["7500", "change"] == pytest.approx(13.24 - 15.61)
    assert moves.loc["7504", "change"] == pytest.approx(13.16 - 16.30)
    assert moves.loc["7504", "per_year"] == pytest.approx((13.16 - 16.30) / 4)
    rate = moves.loc["7504", "annual_rate"] / 100
    assert 16.30 * (1 + rate) ** 4 == pytest.approx(13.16)
    assert moves.loc["7504", "rows"] == "P0580 P0593"


def test_change_across_a_break_is_refused_or_marked(inputs):
    with pytest.raises(DefinitionChange, match="2020 and 2021 follow two definitions"):
        poverty.change(inputs.poverty, "P0", 2020, 2021)
    marked = poverty.change(inputs.poverty, "P0", 2020, 2021, across_breaks=True)
    assert marked["break_between"].all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("P0", 2025, 2021), "the start must come before the end"),
        (("P0", 2021, 2031), "no figures of P0 for 2031: the table has 2004 to 2025"),
        (("P7", 2021, 2025), "no figures of 'P7'"),
    ],
)
def test_impossible_requests_are_named(inputs, arguments, message):
    with pytest.raises(UcjError, match=message):
        poverty.change(inputs.poverty, *arguments)


def test_rank_and_ties(inputs):
    order = poverty.rank(inputs.poverty, "P0", 2025, SIX)
    assert list(order["region_code"]) == ["7571", "7504", "7502", "7503", "7505", "7501"]
    assert list(order["rank"]) == [1, 2, 3, 4, 5, 6]
    tied = inputs.poverty.copy()
    tied.loc[tied["observation_id"] == "P0593", "value"] = 14.89  # Bone Bolango as Kabupaten Gorontalo
    assert list(poverty.rank(tied, "P0", 2025, SIX)["rank"]) == [1, 2, 2, 4, 5, 6]
    with pytest.raises(UcjError, match="a rank needs all regions"):
        poverty.rank(inputs.poverty, "P0", 2025, [*SIX, "7599"])


def test_gap_to_province(inputs):
    gaps = poverty.gap_to_province(inputs.poverty, "P0", "7500").set_index(["region_code", "year"])
    assert gaps.loc[("7501", 2025), "gap"] == pytest.approx(16.37 - 13.24)
    assert gaps.loc[("7571", 2025), "gap"] == pytest.approx(5.31 - 13.24)


def test_real_line_by_hand(inputs):
    real = poverty.real_line(inputs.poverty, inputs.inflation).set_index(["region_code", "year"])
    assert real.loc[("7500", 2015), "real_index"] == 100
    rate = inputs.inflation.set_index("period")["value"]
    expected = real.loc[("7500", 2016), "line"] / (1 + rate["2016"] / 100)
    assert real.loc[("7500", 2016), "real"] == pytest.approx(expected)
    assert np.isnan(real.loc[("7500", 2025), "real"])  # no index for 2025: missing, not carried forward
    assert set(CODES) <= {c for c, _ in real.index}


@given(st.lists(st.floats(-5, 20), min_size=3, max_size=15), st.integers(0, 14))
def test_price_index_chains(rates, base):
    years = range(2010, 2010 + len(rates))
    base = 2010 + base % len(rates)
    frame = pd.DataFrame({"period": [str(y) for y in years], "value": rates})
    index = poverty.price_index(frame, base=base)
    assert index[base] == pytest.approx(100)
    for year, rate in zip(list(years)[1:], rates[1:], strict=True):
        assert index[year] / index[year - 1] == pytest.approx(1 + rate / 100)


def test_price_index_is_not_chained_across_a_gap():
    frame = pd.DataFrame({"period": ["2014", "2015", "2017"], "value": [1.0, 2.0, 3.0]})
    with pytest.raises(UcjError, match="a year is missing"):
        poverty.price_index(frame)
    with pytest.raises(UcjError, match="base year 2015"):
        poverty.price_index(frame.iloc[[0]])
