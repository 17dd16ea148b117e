"""A smoothed companion to the extreme-poverty estimates, for reading a trend; never in place of the raw estimate.

Local level (random walk plus noise) on log P1 and log P2/P1 (Durbin and Koopman 2012, chapter 2). The two variances
are common to all regencies and come from the panel: one regency's eleven years are too few to tell noise from movement.
"""

import numpy as np
import pandas as pd

from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import extreme

SEED, DRAWS = 20261124, 1000


def _logs(table):
    here = table[table["level"] == "regency"]
    here = here.assign(log_p1=np.log(here["P1"]), log_ratio=np.log(here["P2"] / here["P1"]))
    return here.sort_values(["region_code", "year"], ignore_index=True)


def variances(table):
    """Return noise and level variance of log P1 and log P2/P1, pooled over regencies (method of moments).

    For a local level, first differences d have var(d) = level + 2 noise and cov(d, previous d) = -noise.

    Returns
    -------
    dict of {"log_p1", "log_ratio"}: (noise, level)
    """
    here = _logs(table)
    out = {}
    for name in ("log_p1", "log_ratio"):
        wide = here.pivot(index="region_code", columns="year", values=name)
        d = wide.diff(axis=1).iloc[:, 1:]
        d = d - d.mean()  # what all regencies share in a year is no noise of one
        a, b = d.iloc[:, 1:].to_numpy(), d.iloc[:, :-1].to_numpy()
        both = ~np.isnan(a) & ~np.isnan(b)
        noise = max(-np.mean(a[both] * b[both]), 1e-6)
        level = max(float(np.nanvar(d.to_numpy())) - 2 * noise, 1e-6)
        out[name] = (float(noise), level)
    return out


def _model(series, pair):
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return UnobservedComponents(series, level="llevel").smooth(pair)


def smooth(table, calibration, codes, definition="extreme_usd190"):
    """Smoothed extreme rates of some regencies on one basis.

    P0 and r stay as published and calibrated; P1 and P2/P1 are replaced by their smoothed levels. The interval is that of
    the level, by simulation from the smoothed states with a fixed seed; it leaves out the error of the estimator itself.

    Returns
    -------
    DataFrame
        region_code, year, definition, smoothed, lower80, upper80 (percent), kind.
    """
    pair = variances(table)
    here = _logs(table)
    cal = calibration[calibration["definition"] == definition].set_index("year")
    random = np.random.default_rng(SEED)
    out = []
    for code in codes:
        own = here[here["region_code"] == code].set_index("year")
        if len(own) < 3:
            raise UcjError(f"region {code}: {len(own)} years with P0, P1 and P2; a trend needs at least 3")
        levels = {n: _model(own[n].to_numpy(), pair[n]) for n in pair}
        state = {n: (f.smoothed_state[0], np.sqrt(f.smoothed_state_cov[0, 0])) for n, f in levels.items()}
        years = [y for y in own.index if y in cal.index]
        at = [list(own.index).index(y) for y in years]
        p0, r = own["P0"].to_numpy()[at], cal.loc[years, "r"].to_numpy()
        draws = {n: m[at] + s[at] * random.standard_normal((DRAWS, len(at))) for n, (m, s) in state.items()}
        centre = _rate(p0, *(state[n][0][at] for n in ("log_p1", "log_ratio")), r)
        cloud = _rate(np.broadcast_to(p0, (DRAWS, len(at))), draws["log_p1"], draws["log_ratio"], r)
        low, high = np.quantile(cloud, [0.1, 0.9], axis=0)
        out.append(
            pd.DataFrame({"region_code": code, "year": years, "definition": definition, "smoothed": centre,
                          "lower80": np.minimum(low, centre), "upper80": np.maximum(high, centre),
                          "kind": cal.loc[years, "kind"].to_numpy()})
        )  # fmt: skip
    return pd.concat(out, ignore_index=True)


def _rate(p0, log_p1, log_ratio, r):
    """Extreme rate of logs; moments that smoothing pushed out of reach are moved to the nearest possible."""
    m = np.clip(np.exp(log_p1) / p0, 1e-4, 0.98)
    s = np.clip(m * np.exp(log_ratio), m * m + 0.01 * (m - m * m), m - 0.01 * (m - m * m))
    shape = np.shape(m)
    flat = extreme.Gaps(np.broadcast_to(p0, shape).ravel(), np.ravel(m), np.ravel(s))
    return flat.rate(np.broadcast_to(r, shape).ravel()).reshape(shape)


def backtest(table, calibration, *, target=2023, definition="extreme_usd190"):
    """Predict a year from the years before it, over all regencies: local level against last value and mean.

    Returns
    -------
    DataFrame
        method, n, mae_log_p1, mae_log_ratio, mae_rate (percentage points, with the P0 and r of the target year).
    """
    past = table[table["year"] < target]
    pair = variances(past)
    here, then = _logs(past), _logs(table[table["year"] == target]).set_index("region_code")
    r = float(calibration.set_index(["definition", "year"]).loc[(definition, target), "r"])
    guess = {"local level": [], "last value": [], "mean": []}
    codes = []
    for code, own in here.groupby("region_code"):
        if code not in then.index or len(own) < 4:
            continue
        codes.append(code)
        for method, fill in guess.items():
            fill.append([_ahead(own[n].to_numpy(), pair[n], method) for n in ("log_p1", "log_ratio")])
    truth = then.loc[codes]
    actual = extreme.tail_share(truth["P0"], truth["P1"], truth["P2"], r, labels=codes)
    rows = []
    for method, values in guess.items():
        values = np.array(values)
        rate = _rate(truth["P0"].to_numpy(), values[:, 0], values[:, 1], r)
        rows.append({"method": method, "n": len(codes),
                     "mae_log_p1": np.abs(values[:, 0] - truth["log_p1"]).mean(),
                     "mae_log_ratio": np.abs(values[:, 1] - truth["log_ratio"]).mean(),
                     "mae_rate": np.abs(rate - actual).mean()})  # fmt: skip
    return pd.DataFrame(rows)


def _ahead(series, pair, method):
    """Value expected next year."""
    if method == "last value":
        return series[-1]
    if method == "mean":
        return series.mean()
    noise, level = pair
    # steady local level by its recursion: the filtered mean is next year's forecast
    mean, variance = series[0], noise
    for x in series[1:]:
        variance = variance + level
        gain = variance / (variance + noise)
        mean, variance = mean + gain * (x - mean), (1 - gain) * variance
    return mean
