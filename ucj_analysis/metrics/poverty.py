"""Poverty by region: levels, changes within one definition, rank, gap to the province, real poverty line.

All functions take picked observations (one row per figure). March and September are never mixed, and a series is cut
where its definition changes.
"""

import numpy as np
import pandas as pd

from ucj_analysis.errors import DefinitionChange, UcjError

INDICATORS = ("P0", "P1", "P2", "poor", "poverty_line")
MARCH, SEPTEMBER = "03", "09"
_TEXT = ["region_code", "period", "indicator", "value", "unit", "definition", "rows", "sources"]


def levels(picked, indicator, *, month=MARCH):
    """Return one row per region and year of an indicator.

    Parameters
    ----------
    picked : DataFrame of observations
    indicator : str
    month : {"03", "09"}
        March rows include the years before 2015 from the one BPS table that has them all, by bare year: it does not
        state the month.

    Returns
    -------
    DataFrame
        region_code, period, indicator, value, unit, definition, rows, sources, year, segment_id (numbers the
        stretches of one definition, so that no line is drawn across a break).
    """
    here = picked[(picked["indicator"] == indicator) & (picked["status"] == "realised") & (picked["period"] != "")]
    if here.empty:
        known = ", ".join(sorted(picked["indicator"].unique()))
        raise UcjError(f"no figures of {indicator!r}: there is {known}")
    # before 2015 one table gives the whole series, by bare year; single months quoted elsewhere do not mix with it
    bare, early = here["period"].str.len() == 4, here["period"] < "2015"
    if month == MARCH:
        here = here[(bare & early) | (~early & (here["period"].str[5:7] == month))]
    else:
        here = here[here["period"].str[5:7] == month]
    out = here.assign(rows=here["observation_id"], sources=here["source_id"])[_TEXT]
    out["year"] = out["period"].str[:4].astype(int)
    out = out.sort_values(["region_code", "year"], ignore_index=True)
    twice = out.duplicated(["region_code", "year"])
    if twice.any():
        row = out[twice].iloc[0]
        raise UcjError(f"{indicator} of {row.region_code} in {row.year} stands under two definitions; choose one")
    new = (out["region_code"] != out["region_code"].shift()) | (out["definition"] != out["definition"].shift())
    out["segment_id"] = new.cumsum()
    return out


def breaks(picked, indicator, *, month=MARCH):
    """Return where a series changes definition: region_code, year_before, year, from_definition, to_definition."""
    frame = levels(picked, indicator, month=month)
    same = frame["region_code"] == frame["region_code"].shift()
    cut = same & (frame["definition"] != frame["definition"].shift())
    return pd.DataFrame(
        {
            "region_code": frame.loc[cut, "region_code"],
            "year_before": frame["year"].shift()[cut].astype(int),
            "year": frame.loc[cut, "year"],
            "from_definition": frame["definition"].shift()[cut],
            "to_definition": frame.loc[cut, "definition"],
        }
    ).reset_index(drop=True)


def change(picked, indicator, start, end, *, month=MARCH, across_breaks=False):
    """Change from one year to another, per region.

    Parameters
    ----------
    start, end : int
        Years.
    across_breaks : bool
        True gives the difference across a change of definition too, marked in ``break_between``.

    Returns
    -------
    DataFrame
        region_code, start, end, value_start, value_end, change (percentage points for P0, else the unit),
        per_year (change a year), annual_rate (compound percent a year), break_between, rows, sources.

    Raises
    ------
    DefinitionChange
        When the definition differs between the years and ``across_breaks`` is False.
    UcjError
        When a year has no figures.
    """
    if start >= end:
        raise UcjError(f"start={start}, end={end}: the start must come before the end")
    frame = levels(picked, indicator, month=month)
    for year in (start, end):
        if year not in set(frame["year"]):
            have = f"{frame['year'].min()} to {frame['year'].max()}"
            raise UcjError(f"no figures of {indicator} for {year}: the table has {have}")
    a = frame[frame["year"] == start]
    b = frame[frame["year"] == end]
    both = a.merge(b, on="region_code", suffixes=("_start", "_end"))
    differs = both["definition_start"] != both["definition_end"]
    if differs.any() and not across_breaks:
        row = both[differs].iloc[0]
        raise DefinitionChange(
            f"{indicator} of {start} and {end} follow two definitions ({row.definition_start}, {row.definition_end}); "
            "choose years within one definition, or ask for the difference across the break, which is then marked"
        )
    diff = both["value_end"] - both["value_start"]
    return pd.DataFrame(
        {
            "region_code": both["region_code"],
            "start": start,
            "end": end,
            "value_start": both["value_start"],
            "value_end": both["value_end"],
            "change": diff,
            "per_year": diff / (end - start),
            "annual_rate": 100 * ((both["value_end"] / both["value_start"]) ** (1 / (end - start)) - 1),
            "break_between": differs,
            "rows": both["rows_start"] + " " + both["rows_end"],
            "sources": both["sources_start"] + " " + both["sources_end"],
        }
    )


def rank(picked, indicator, year, regions, *, month=MARCH):
    """Rank regions, 1 the lowest value; equal values share the smaller rank.

    Returns
    -------
    DataFrame
        region_code, value, rank, of (how many were ranked), rows, sources.
    """
    frame = levels(picked, indicator, month=month)
    here = frame[(frame["year"] == year) & frame["region_code"].isin(list(regions))]
    missing = sorted(set(regions) - set(here["region_code"]))
    if missing:
        raise UcjError(f"no {indicator} of {year} for {', '.join(missing)}: a rank needs all regions")
    out = here[["region_code", "value", "rows", "sources"]].copy()
    out["rank"] = out["value"].rank(method="min").astype(int)
    out["of"] = len(out)
    return out.sort_values(["rank", "region_code"], ignore_index=True)


def gap_to_province(picked, indicator, province, *, month=MARCH):
    """Region less province, per region and year (percentage points for P0, else the unit of the indicator)."""
    frame = levels(picked, indicator, month=month)
    top = frame[frame["region_code"] == province][["year", "value", "definition", "rows", "sources"]]
    both = frame[frame["region_code"] != province].merge(top, on=["year", "definition"], suffixes=("", "_province"))
    return both.assign(
        gap=both["value"] - both["value_province"],
        rows=both["rows"] + " " + both["rows_province"],
        sources=both["sources"] + " " + both["sources_province"],
    )[["region_code", "year", "period", "value", "value_province", "gap", "rows", "sources"]]


def price_index(inflation, *, base=2015):
    """Consumer price index from annual inflation, base year = 100.

    Parameters
    ----------
    inflation : DataFrame
        Observations of the indicator inflation (percent, annual average).

    Returns
    -------
    Series indexed by year; consecutive years only.
    """
    s = inflation.assign(year=inflation["period"].astype(int)).set_index("year")["value"].sort_index()
    if base not in s.index:
        raise UcjError(f"no inflation figure for the base year {base}: there is {s.index.min()} to {s.index.max()}")
    if (np.diff(s.index) != 1).any():
        raise UcjError("a year is missing in the inflation figures; a price index cannot be chained across it")
    level = (1 + s / 100).cumprod()
    return 100 * level / level[base]


def real_line(picked, inflation, *, base=2015):
    """Poverty line in prices of the base year, and as an index (base year = 100).

    The line is of March, the price index the national average of the year. Years without a price index stay missing.

    Returns
    -------
    DataFrame
        region_code, year, line (IDR a person a month), real (same, prices of the base year), real_index, rows, sources.
    """
    frame = levels(picked, "poverty_line")
    index = price_index(inflation, base=base)
    out = frame.rename(columns={"value": "line"})
    out["real"] = out["line"] * 100 / out["year"].map(index)
    at_base = out[out["year"] == base].set_index("region_code")["real"]
    out["real_index"] = 100 * out["real"] / out["region_code"].map(at_base)
    return out[["region_code", "year", "line", "real", "real_index", "rows", "sources"]]


def _half_unit(values, year):
    """Half a unit of the last digit printed that year: tables before 2015 give thousands with one decimal."""
    tenths = ((values * 10).round(6) % 1 == 0).groupby(year).transform("all")
    return pd.Series(np.where(tenths, 0.05, 0.005), index=values.index)


def parts_add_up(picked, province, regions):
    """Poor persons of the regions against the province, per year.

    Returns
    -------
    DataFrame
        year, total, parts, difference, tolerance (half a unit of the last digit per figure), agrees.
    """
    frame = levels(picked, "poor")
    here = frame[frame["region_code"].isin(list(regions))]
    parts = here.groupby("year")["value"].agg(["sum", "size"])
    total = frame[frame["region_code"] == province].set_index("year")["value"]
    both = pd.DataFrame({"total": total, "parts": parts["sum"], "n": parts["size"]}).dropna()
    both = both[both["n"] == len(regions)]
    both["difference"] = both["parts"] - both["total"]
    half = _half_unit(frame["value"], frame["year"]).groupby(frame["year"]).max()
    both["tolerance"] = both.index.map(half) * (len(regions) + 1)
    both["agrees"] = both["difference"].abs() <= both["tolerance"] + 1e-9
    return both.drop(columns="n").reset_index()


def rate_times_population(picked, province, regions):
    """P0 against poor: the populations that the parts imply must add up to the province's.

    Susenas population = poor / P0. The interval that rounding of P0 and poor leaves for each population is carried.

    Returns
    -------
    DataFrame
        year, implied (province, thousand persons), lower, upper, parts_lower, parts_upper, agrees.
    """
    p0 = levels(picked, "P0")[["region_code", "year", "value"]]
    poor = levels(picked, "poor")[["region_code", "year", "value"]]
    both = p0.merge(poor, on=["region_code", "year"], suffixes=("_p0", "_poor"))
    rate, count = both["value_p0"], both["value_poor"]
    both["implied"] = 100 * count / rate
    half = _half_unit(count, both["year"])
    both["lower"] = 100 * (count - half) / (rate + 0.005)
    both["upper"] = 100 * (count + half) / (rate - 0.005)
    top = both[both["region_code"] == province].set_index("year")[["implied", "lower", "upper"]]
    sub = both[both["region_code"].isin(list(regions))].groupby("year")[["lower", "upper"]].agg(["sum", "size"])
    full = sub[sub[("lower", "size")] == len(regions)]
    out = top.join(
        pd.DataFrame({"parts_lower": full[("lower", "sum")], "parts_upper": full[("upper", "sum")]}), how="inner"
    )
    out["agrees"] = (out["lower"] <= out["parts_upper"]) & (out["upper"] >= out["parts_lower"])
    return out.reset_index()
