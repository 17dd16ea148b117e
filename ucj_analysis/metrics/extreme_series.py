"""The extreme-poverty series: calibration by year, estimates for all regencies, validation against official rates.

Frames in, frames out. Two bases (US$1.90 and US$2.15 a day) are kept apart and never chained.
"""

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ucj_analysis.errors import DefinitionChange, UcjError
from ucj_analysis.metrics import extreme

BASIS = {"extreme_usd190": "US$1.90", "extreme_usd215": "US$2.15"}
FIRST_YEAR = 2015  # P1 and P2 of regencies begin here
CALIBRATION = [
    "year", "definition", "kind", "national", "rows", "benchmark", "r", "sd_r", "r_plain", "r_beta", "regions",
]  # fmt: skip
_ROUNDING = 0.005  # half a unit of the last digit of a national rate


def wide(panel):
    """Return regency rows with P0, P1, P2, poor of one year; only complete ones, with the Susenas population as weight.

    P2 that only rounding made impossible is moved inside what it can have been, and flagged.

    Returns
    -------
    DataFrame
        region_code, year, province, level, P0, P1, P2 (percent and index), line (IDR a person a month),
        weight (thousand persons), flag.
    """
    here = panel[panel["period"] >= str(FIRST_YEAR)]
    year = here["period"].str[:4].astype(int)
    table = here.assign(year=year).pivot(index=["region_code", "year"], columns="indicator", values="value")
    table = table.rename(columns={"poverty_line": "line"}).reindex(columns=["P0", "P1", "P2", "poor", "line"])
    table = table.dropna(subset=["P0", "P1", "P2", "poor"]).reset_index()
    moved, flag = extreme.within_rounding(table["P0"], table["P1"], table["P2"])
    table["P2"] = moved
    table["flag"] = np.where(flag, "P2 within its rounding", "")
    table["weight"] = 100 * table["poor"] / table["P0"]
    table["province"] = table["region_code"].str[:2] + "00"
    table["level"] = np.where(table["region_code"].str.endswith("00"), "province", "regency")
    return table.rename_axis(columns=None)


def national_rates(poverty):
    """Published national extreme rates of the two bases, March (or the bare year): definition, year, rate, rows."""
    here = poverty[(poverty["indicator"] == "extreme_rate") & (poverty["region_code"] == "0000")]
    here = here[here["definition"].isin(BASIS) & ~here["period"].str.endswith("-09")]
    out = here.assign(year=here["period"].str[:4].astype(int), rate=here["value"], rows=here["observation_id"])
    return out[["definition", "year", "rate", "rows"]].sort_values(["definition", "year"], ignore_index=True)


def benchmark(table):
    """Weighted P1 of regencies over that of provinces, per year.

    Regency lines are set so that P0 adds up to the province; P1 then falls short of the province's by some 5 percent,
    and so do official extreme rates of regencies. The national rate is scaled by this ratio before r is sought.
    Years without P1 of most provinces take the mean of the others.
    """
    regencies, provinces = table[table["level"] == "regency"], table[table["level"] == "province"]

    def mean(frame):
        product = (frame["P1"] * frame["weight"]).groupby(frame["year"]).sum()
        return product / frame["weight"].groupby(frame["year"]).sum()

    full = provinces.groupby("year")["region_code"].count()
    ratio = (mean(regencies) / mean(provinces)).where(full >= 0.8 * full.max())
    ratio = ratio.reindex(sorted(regencies["year"].unique()))
    return ratio.fillna(ratio.mean())


def calibrate(table, national, *, alternatives=True):
    """Calibrate r for every year and basis.

    The standard deviation of r joins the rounding of the national rate, and the spread between this r, the one without
    the benchmark and the one of the Beta model. Years between calibrated ones are interpolated, earlier ones extrapolated
    on the line through the first two; both are illustrative and carry the distance to what is known as uncertainty.

    Parameters
    ----------
    table : DataFrame from `wide`
    national : DataFrame from `national_rates`
    alternatives : bool
        False leaves out r_plain and r_beta, and their spread in sd_r.

    Returns
    -------
    DataFrame
        year, definition, kind, national, rows, benchmark, r, sd_r, r_plain, r_beta, regions.
    """
    ratio = benchmark(table)
    regencies = table[table["level"] == "regency"]
    out = []
    for row in national.itertuples():
        here = regencies[regencies["year"] == row.year]
        if here.empty:
            continue
        triple = here["P0"], here["P1"], here["P2"], here["weight"]
        k = ratio[row.year]
        r, slope = extreme.calibrate(*triple, row.rate * k)
        plain = beta = np.nan
        if alternatives:
            plain, _ = extreme.calibrate(*triple, row.rate)
            beta, _ = extreme.calibrate(*triple, row.rate * k, model="beta")
        spread = np.nanstd([r, plain, beta])
        sd = np.hypot(_ROUNDING / np.sqrt(3) * k / slope, spread)
        out.append((row.year, row.definition, "calibrated", row.rate, row.rows, k, r, sd, plain, beta, len(here)))
    columns = [
        "year",
        "definition",
        "kind",
        "national",
        "rows",
        "benchmark",
        "r",
        "sd_r",
        "r_plain",
        "r_beta",
        "regions",
    ]
    known = pd.DataFrame(out, columns=columns)
    filled = [known, *(_between(known, d, regencies, ratio) for d in known["definition"].unique())]
    out = pd.concat([f for f in filled if len(f)], ignore_index=True)
    digits = {"benchmark": 4, "r": 4, "sd_r": 4, "r_plain": 4, "r_beta": 4}
    return out.round(digits).sort_values(["definition", "year"], ignore_index=True)


def _between(known, definition, regencies, ratio):
    """Interpolated and extrapolated years of one basis."""
    own = known[known["definition"] == definition].sort_values("year")
    if len(own) < 3:
        return known.iloc[:0]
    years, r = own["year"].to_numpy(), own["r"].to_numpy()
    slope = (r[1] - r[0]) / (years[1] - years[0])
    out = []
    for year in sorted(set(regencies["year"]) - set(years)):
        if year > years[-1]:
            continue
        if year < years[0]:
            kind, value = "extrapolated", r[0] + slope * (year - years[0])
            sd = abs(slope) * (years[0] - year) + own["sd_r"].iloc[0]
        else:
            kind, value = "interpolated", float(np.interp(year, years, r))
            sd = abs(r[0] - r[1]) / np.sqrt(12) + own["sd_r"].mean()
        count = int((regencies["year"] == year).sum())
        out.append((year, definition, kind, np.nan, "", ratio[year], value, sd, np.nan, np.nan, count))
    return pd.DataFrame(out, columns=known.columns)


def official_provinces(official, poverty):
    """Official rates of provinces in March, per year and basis, to rake to.

    Parameters
    ----------
    official : DataFrame
        Table ``extreme_official``.
    poverty : DataFrame of picked observations

    Returns
    -------
    dict of {(definition, year): {province code: rate}}
    """
    own = poverty[(poverty["indicator"] == "extreme_rate") & poverty["region_code"].str.endswith("00")]
    own = own[(own["region_code"] != "0000") & (own["status"] == "realised") & (own["period"] != "")]
    rows = [
        *official[official["use"]][["definition", "period", "region_code", "rate"]].itertuples(index=False, name=None),
        *own[["definition", "period", "region_code", "value"]].itertuples(index=False, name=None),
    ]
    out = {}
    for definition, period, code, rate in rows:
        if definition in BASIS and code.endswith("00"):
            out.setdefault((definition, int(period[:4])), {})[code] = rate
    return out


def estimates(table, calibration, provinces=None):
    """Estimated extreme rates of all regencies, by year and basis, with prediction intervals.

    Parameters
    ----------
    table : DataFrame from `wide`
    calibration : DataFrame from `calibrate` (the table ``extreme_calibration``)
    provinces : dict from `official_provinces`, optional
        Regencies of these provinces are scaled to the official rate of the province.

    Returns
    -------
    DataFrame
        region_code, year, definition, kind, rate, lower80, upper80, lower95, upper95, bound_lower, bound_upper (percent),
        raked, unraked (percent before raking), flag, P0, P1, P2, r, benchmark.
    """
    regencies = table[table["level"] == "regency"]
    out = []
    for c in calibration.itertuples():
        here = regencies[regencies["year"] == c.year].copy()
        if here.empty:
            continue
        names = here["region_code"]
        fitted = extreme.gaps(here["P0"], here["P1"], here["P2"], labels=names)
        here["unraked"] = fitted.rate(c.r)
        official = (provinces or {}).get((c.definition, c.year), {})
        rates = here["unraked"], here["weight"], here["province"], official
        here["rate"], here["raked"] = extreme.rake(*rates, p0=here["P0"])
        slope = here["P0"] * fitted.density(1 - c.r)
        for level in (80, 95):
            bounds = extreme.interval(here["rate"], here["P0"], level=level, slope=slope, sd_r=c.sd_r)
            here[f"lower{level}"], here[f"upper{level}"] = bounds
        here["bound_lower"], here["bound_upper"] = extreme.sharp_bounds(here["P0"], here["P1"], here["P2"], c.r)
        out.append(here.assign(definition=c.definition, kind=c.kind, r=c.r, benchmark=c.benchmark))
    columns = ["region_code", "year", "definition", "kind", "rate", "lower80", "upper80", "lower95", "upper95", "bound_lower",
               "bound_upper", "raked", "unraked", "flag", "P0", "P1", "P2", "r", "benchmark"]  # fmt: skip
    return pd.concat(out, ignore_index=True)[columns].sort_values(
        ["region_code", "definition", "year"], ignore_index=True
    )


def change(series, start, end, *, model="maxent"):
    """Change of the estimates between two years of one basis, split into the parts of r, P0, P1/P0 and P2/P0.

    Raises
    ------
    DefinitionChange
        When no basis has both years: US$1.90 and US$2.15 are never chained.
    """
    if start >= end:
        raise UcjError(f"start={start}, end={end}: the start must come before the end")
    years = series.groupby("definition")["year"].agg(set)
    both = [d for d, have in years.items() if {start, end} <= have]
    if not both:
        known = set().union(*years)
        for year in (start, end):
            if year not in known:
                raise UcjError(f"no estimates for {year}: there is {min(known)} to {max(known)}")
        raise DefinitionChange(
            f"{start} and {end} stand on two bases ({BASIS['extreme_usd190']} to 2024, {BASIS['extreme_usd215']} from 2024), "
            "which are never chained; choose years of one basis"
        )
    own = series[series["definition"] == both[-1]]
    a, b = (own[own["year"] == y].set_index("region_code") for y in (start, end))
    a, b = a.loc[a.index.intersection(b.index)], b.loc[a.index.intersection(b.index)]
    parts = extreme.decompose(*((x["P0"], x["P1"], x["P2"], x["r"]) for x in (a, b)), model=model, labels=a.index)
    out = pd.DataFrame({"region_code": a.index, "definition": both[-1], "start": start, "end": end})
    out["rate_start"], out["rate_end"] = a["unraked"].to_numpy(), b["unraked"].to_numpy()
    for name in ("change", *extreme.PARTS):
        out[name] = parts[name]
    out["illustrative"] = ((a["kind"] != "calibrated") | (b["kind"] != "calibrated")).to_numpy()
    return out


def rank(series, codes):
    """Order regions by rate, highest first; a rank stands only where intervals of 80 percent separate neighbours.

    Returns
    -------
    DataFrame
        region_code, rate, above and below: how many of the others are surely lower and surely higher.
    """
    here = series[series["region_code"].isin(list(codes))].sort_values("rate", ascending=False)
    low, high = here["lower80"].to_numpy(), here["upper80"].to_numpy()
    out = here[["region_code", "rate", "lower80", "upper80"]].copy()
    out["surely_lower"] = [(high < x).sum() for x in low]
    out["surely_higher"] = [(low > x).sum() for x in high]
    return out.reset_index(drop=True)


# -- validation ----------------------------------------------------------------------------------------------------------


def held_against_official(table, calibration, official, *, alternatives=True):
    """Estimates beside every usable official rate of the same unit, year and basis; calibrated nationally, not raked.

    A province's estimate is the weighted mean of its regencies over the benchmark: what regencies fall short of their
    provinces by, so that the provinces give the national rate.

    Returns
    -------
    DataFrame
        region_code, level, year, definition, official, estimate, lower80 .. upper95, error, source_id, and the
        alternatives P0_share, P1_share, P2_share, lognormal, uniform_line (percent).
    """
    series = estimates(table, calibration)
    series = series.merge(table[["region_code", "year", "province", "weight", "line"]], on=["region_code", "year"])
    others = list(ALTERNATIVES) if alternatives else []
    if alternatives:
        series = _alternatives(series)
    names = ["rate", *others]
    means = (
        series[names]
        .multiply(series["weight"] / series["benchmark"], axis=0)
        .assign(
            province=series["province"], year=series["year"], definition=series["definition"], weight=series["weight"]
        )
    )
    total = means.groupby(["province", "year", "definition"]).sum()
    top = total[names].div(total["weight"], axis=0).reset_index().rename(columns={"province": "region_code"})
    p0 = table[table["level"] == "province"][["region_code", "year", "P0"]]
    top = top.merge(p0, how="left", on=["region_code", "year"])
    top["P0"] = top["P0"].fillna(100.0)
    for level in (80, 95):
        bounds = extreme.interval(top["rate"], top["P0"], level=level)
        top[f"lower{level}"], top[f"upper{level}"] = bounds
    both = pd.concat([series.assign(level="regency"), top.assign(level="province")], ignore_index=True)
    said = official[official["use"]].assign(year=official["period"].str[:4].astype(int))
    # the task force quotes the US$1.90 basis from another list: held against it, shown apart
    said["basis"] = said["definition"]
    said["definition"] = said["definition"].replace({"extreme_usd190_satgas": "extreme_usd190"})
    out = said.merge(both, on=["region_code", "year", "definition"], suffixes=("", "_e"))
    out = out.rename(columns={"rate": "official", "rate_e": "estimate"})
    out["error"] = out["estimate"] - out["official"]
    columns = ["region_code", "level", "year", "basis", "official", "estimate", "lower80", "upper80", "lower95", "upper95",
               "error", *others, "source_id"]  # fmt: skip
    return out[columns].sort_values(["basis", "year", "region_code"], ignore_index=True)


ALTERNATIVES = ("P0_share", "P1_share", "P2_share", "lognormal", "uniform_line")


def _alternatives(series):
    """What else one could do, each scaled to the same national target."""
    out = []
    for _, here in series.groupby(["year", "definition"]):
        here = here.copy()
        target = np.average(here["unraked"], weights=here["weight"])
        guesses = {"P0_share": here["P0"], "P1_share": here["P1"], "P2_share": here["P2"]}
        guesses["lognormal"] = _lognormal(here["P0"], here["P1"], here["r"].iloc[0])
        for name, guess in guesses.items():
            here[name] = guess * target / np.average(guess, weights=here["weight"])
        here["uniform_line"] = _uniform(here)
        out.append(here)
    return pd.concat(out, ignore_index=True)


def lognormal_sigma(p0, p1):
    """Standard deviation of log expenditure when it is lognormal with this P0 and P1 (percent), solved row by row."""
    p0, p1 = np.asarray(p0) / 100, np.asarray(p1) / 100
    q = ndtri(p0)
    low, high = np.full(p0.shape, 1e-3), np.full(p0.shape, 5.0)
    for _ in range(60):  # P1 = P0 - E[y/z | poor] P0 falls in -sigma: bisection
        sigma = (low + high) / 2
        mean = np.exp(-sigma * q + sigma**2 / 2) * ndtr(q - sigma)  # E[(y/z) 1(poor)]
        gap = p0 - mean
        low, high = np.where(gap < p1, sigma, low), np.where(gap < p1, high, sigma)
    return (low + high) / 2


def _lognormal(p0, p1, r):
    """Rate below r of the line when expenditure is lognormal with this P0 and P1."""
    return 100 * ndtr(ndtri(np.asarray(p0) / 100) + np.log(r) / lognormal_sigma(p0, p1))


def _uniform(here):
    """One rupiah line for all: r of each regency is that line over its own, found so that the mean is the same."""
    from scipy.optimize import brentq

    use = here["line"].notna().to_numpy()
    if not use.any():
        return np.full(len(here), np.nan)
    fitted = extreme.gaps(here["P0"], here["P1"], here["P2"])
    weight, line = here["weight"].to_numpy()[use], here["line"].to_numpy()

    def rates(rupiah):
        return fitted.rate(np.clip(rupiah / np.where(use, line, np.nanmean(line)), 0, 1))

    goal = np.average(here["unraked"].to_numpy()[use], weights=weight)
    rupiah = brentq(lambda x: np.average(rates(x)[use], weights=weight) - goal, 1e4, np.nanmax(line), xtol=1.0)
    return np.where(use, rates(rupiah), np.nan)


def score(held, by=("basis", "year", "level")):
    """Mean absolute error, bias, rank correlation and interval coverage per group, beside the alternatives.

    Returns
    -------
    DataFrame
        Columns of ``by``, n, mae, bias, rank_correlation (of 5 or more), covered80, covered95 (percent), mae_<alternative>.
    """
    rows = []
    for key, here in held.groupby(list(by)):
        key = key if isinstance(key, tuple) else (key,)
        inside = {n: 100 * here["official"].between(here[f"lower{n}"], here[f"upper{n}"]).mean() for n in (80, 95)}
        rank_correlation = here["official"].corr(here["estimate"], method="spearman") if len(here) >= 5 else np.nan
        rows.append(
            dict(zip(by, key, strict=True))
            | {"n": len(here), "mae": here["error"].abs().mean(), "bias": here["error"].mean(),
               "rank_correlation": rank_correlation, "covered80": inside[80], "covered95": inside[95]}
            | {f"mae_{a}": (here[a] - here["official"]).abs().mean() for a in ALTERNATIVES}
        )  # fmt: skip
    return pd.DataFrame(rows)


def leave_one_province_out(table, national, official):
    """Recalibrate without each province that has official regency rates, and score those rates.

    Returns
    -------
    DataFrame
        province, n, mae, bias, largest shift of r.
    """
    national = national[national["year"].isin(official["period"].str[:4].astype(int))]
    full = calibrate(table, national, alternatives=False)
    said = official[official["use"] & ~official["region_code"].str.endswith("00")]
    rows = []
    for province in sorted(set(said["region_code"].str[:2] + "00")):
        rest = calibrate(table[table["province"] != province], national, alternatives=False)
        own = said[said["region_code"].str[:2] == province[:2]]
        held = held_against_official(table, rest, own, alternatives=False)
        if held.empty:
            continue
        shift = (rest.set_index(["year", "definition"])["r"] - full.set_index(["year", "definition"])["r"]).abs().max()
        rows.append({"province": province, "n": len(held), "mae": held["error"].abs().mean(), "bias": held["error"].mean(),
                     "shift_of_r": shift})  # fmt: skip
    return pd.DataFrame(rows)
