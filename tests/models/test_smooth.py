"""The smoothed companion: variances recovered, between the raw points, better ahead than last value or mean."""

import numpy as np
import pandas as pd
import pytest

from ucj_analysis.errors import UcjError
from ucj_analysis.models import smooth


def test_variances_are_recovered_from_simulated_levels():
    random = np.random.default_rng(7)
    noise, level, n, years = 0.04, 0.01, 1500, range(2015, 2026)
    rows = []
    for i in range(n):
        path = np.cumsum(np.sqrt(level) * random.standard_normal(len(years))) + 0.5
        seen = path + np.sqrt(noise) * random.standard_normal(len(years))
        for year, x in zip(years, seen, strict=True):
            rows.append((f"{i:04d}", year, "regency", 15.0, np.exp(x), np.exp(x - 1)))
    table = pd.DataFrame(rows, columns=["region_code", "year", "level", "P0", "P1", "P2"])
    got = smooth.variances(table)["log_p1"]
    assert got == pytest.approx((noise, level), rel=0.12)


def test_smoothed_lies_within_the_raw_range_and_its_interval(inputs):
    data = inputs.extreme
    out = smooth.smooth(data.table, data.calibration, ["7504"])
    assert list(out["year"]) == list(range(2015, 2025))
    assert (out["lower80"] <= out["smoothed"]).all()
    assert (out["smoothed"] <= out["upper80"]).all()
    again = smooth.smooth(data.table, data.calibration, ["7504"])
    pd.testing.assert_frame_equal(out, again)
    raw = data.series.query("region_code == '7504' and definition == 'extreme_usd190'")["unraked"]
    assert out["smoothed"].diff().abs().sum() < raw.diff().abs().sum()


def test_backtest_beats_last_value_and_mean(inputs):
    data = inputs.extreme
    scores = smooth.backtest(data.table, data.calibration).set_index("method")
    assert (scores["n"] > 500).all()
    assert scores.loc["local level", "mae_rate"] < scores.drop("local level")["mae_rate"].min()


def test_too_few_years_are_refused(inputs):
    data = inputs.extreme
    short = data.table[(data.table["region_code"] != "7504") | (data.table["year"] >= 2024)]
    with pytest.raises(UcjError, match="at least 3"):
        smooth.smooth(short, data.calibration, ["7504"])
