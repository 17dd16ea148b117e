"""Coverage by workers' social security: reported UCJ, coverage over BPS workers, payers, gaps and changes.

Reported UCJ and coverage over BPS workers are two measures and never mixed. All functions take observations with one
row per figure (``observations.pick``) and return frames that carry lower and upper bounds, and the ids of the rows
each number rests on (``rows``) and of their sources (``sources``), separated by blanks.
"""

import re

import numpy as np
import pandas as pd

from ucj_analysis.errors import DefinitionChange, UcjError
from ucj_analysis.language import period as say_period
from ucj_analysis.observations import latest, month_number

SEGMENTS = ("PU", "BPU", "Jakon", "PMI")
PAYERS = ("APBD provinsi", "APBD kabupaten", "APBDes", "CSR", "own dues", "mixed or not stated")
PERCENT = ["value", "lower", "upper"]


def _figures(picked, indicator, **where):
    out = picked[picked["indicator"] == indicator]
    for column, wanted in where.items():
        out = out[out[column].isin([wanted] if isinstance(wanted, str) else wanted)]
    return out.assign(rows=out["observation_id"], sources=out["source_id"])


def reported(picked, *, segment="all", status="realised"):
    """Reported UCJ coverage, percent, as stated.

    Returns
    -------
    DataFrame
        region_code, period, segment, value, lower, upper, qualifier, status, definition, rows, sources.
    """
    out = _figures(picked, "ucj_coverage", segment=segment, status=status)
    columns = ["region_code", "period", "segment", *PERCENT, "qualifier", "status", "definition", "rows", "sources"]
    return out[columns].sort_values(["region_code", "period", "rows"], ignore_index=True)


def participants(picked, *, status="realised"):
    """Active participants by region, period and segment, as stated; columns as `reported`."""
    out = _figures(picked, "active_participants", status=status, segment=("all", *SEGMENTS))
    columns = ["region_code", "period", "segment", *PERCENT, "qualifier", "status", "definition", "rows", "sources"]
    return out[columns].sort_values(["region_code", "period", "segment", "rows"], ignore_index=True)


def payer(funding):
    """Payer that a funding text names: one of PAYERS."""
    if "+" in funding or "not stated" in funding or funding == "":
        return "mixed or not stated"
    for name in PAYERS[:-1]:
        if funding == name or funding.startswith(name + " ("):
            return name
    return "mixed or not stated"


def by_payer(picked, *, status="realised"):
    """BPU participants by payer, each statement for itself: dues paid by APBD, APBDes or CSR, and own dues.

    Statements of different dates or payers overlap in unknown ways, so nothing is added up here.

    Returns
    -------
    DataFrame
        region_code, period, payer, funding, value, lower, upper, qualifier, status, note, rows, sources.
    """
    paid = _figures(picked, "subsidised_participants", segment="BPU", status=status)
    own = _figures(picked, "farmers_covered", segment="BPU", status=status, funding="own dues")
    out = pd.concat([paid, own])
    out = out.assign(payer=out["funding"].map(payer))
    columns = ["region_code", "period", "payer", "funding", *PERCENT, "qualifier", "status", "note", "rows", "sources"]
    return out[columns].sort_values(["region_code", "period", "payer", "rows"], ignore_index=True)


def lapsed_since(payers, events):
    """Return, for each row of `by_payer`, when its village funding stopped; "" where it did not.

    A region with an event ``programme_stop`` no longer pays what villages (APBDes) paid, unless a statement of a later
    date than the last such event says so.

    Parameters
    ----------
    payers : DataFrame from `by_payer`
    events : DataFrame
        Table ``events``.

    Returns
    -------
    Series of str, like payers
    """
    out = pd.Series("", index=payers.index, dtype=object)
    stops = events[events["kind"] == "programme_stop"]
    for code, at in stops.groupby("region_code")["period"]:
        village = (payers["region_code"] == code) & payers["funding"].str.contains("APBDes")
        out[village & (payers["period"].str[:7] <= at.max()[:7])] = at.min()
    return out


def ratio(numerator, denominator):
    """Percent of one interval over another: [nl/du, nu/dl], exact interval arithmetic for positive denominators.

    Parameters
    ----------
    numerator, denominator : (value, lower, upper)
        Arrays or numbers; an upper bound of NaN stays unknown.
    """
    n, nl, nu = (np.asarray(x, dtype=float) for x in numerator)
    d, dl, du = (np.asarray(x, dtype=float) for x in denominator)
    if np.any(d <= 0) or np.any(dl <= 0):
        raise UcjError("a denominator of zero or less persons: check the rows of the denominator")
    return 100 * n / d, 100 * nl / du, 100 * nu / dl


def informal_workers(labour):
    """Estimated informal workers: employed x informal share, August, per region.

    Returns
    -------
    DataFrame
        region_code, period, value, lower, upper (persons; the share's last digit gives the bounds), rows, sources.
    """
    employed = _figures(labour, "employed").query("period.str.endswith('-08')")
    share = _figures(labour, "informal_share").query("period.str.endswith('-08')")
    both = employed.merge(share, on=["region_code", "period"], suffixes=("", "_share"))
    half = 0.005  # shares are kept with two decimals
    return pd.DataFrame(
        {
            "region_code": both["region_code"],
            "period": both["period"],
            "value": both["value"] * both["value_share"] / 100,
            "lower": both["lower"] * (both["lower_share"] - half) / 100,
            "upper": both["upper"] * (both["upper_share"] + half) / 100,
            "rows": both["rows"] + " " + both["rows_share"],
            "sources": both["sources"] + " " + both["sources_share"],
        }
    ).sort_values(["region_code", "period"], ignore_index=True)


def over_bps(counts, labour, *, base="employed"):
    """Participants as a percentage of BPS's employed or informal workers: never called UCJ.

    The denominator is the August of the same year or, where that is not out, the last August before the count.

    Parameters
    ----------
    counts : DataFrame
        region_code, period, value, lower, upper, rows, sources (persons), as from `participants` or `by_payer`.
    labour : DataFrame of picked labour observations
    base : {"employed", "informal"}

    Returns
    -------
    DataFrame
        The rows of counts with coverage, coverage_lower, coverage_upper (percent), base, base_period, base_value,
        rows and sources; counts without a denominator get NaN. Values over 100 are kept: the two records disagree.
    """
    if base == "employed":
        below = _figures(labour, "employed")
        below = below[below["period"].str.endswith("-08")]
    elif base == "informal":
        below = informal_workers(labour)
    else:
        raise UcjError(f"base={base!r}: expected employed or informal")
    out = counts.reset_index(drop=True)
    year = out["period"].str[:4].astype(int)
    # a later restatement of the same August wins (new weights)
    below = below.assign(_year=below["period"].str[:4].astype(int)).sort_values(["region_code", "_year", "rows"])
    below = below.drop_duplicates(["region_code", "_year"], keep="last")
    left = out.assign(_year=year, _order=range(len(out))).sort_values("_year")
    joined = pd.merge_asof(
        left,
        below[["region_code", "_year", "period", *PERCENT, "rows", "sources"]].sort_values("_year"),
        on="_year",
        by="region_code",
        suffixes=("", "_base"),
        direction="backward",
    ).sort_values("_order", ignore_index=True)
    known = joined["value_base"].notna()
    for name in ("coverage", "coverage_lower", "coverage_upper"):
        joined[name] = np.nan
    if known.any():
        k = joined[known]
        joined.loc[known, ["coverage", "coverage_lower", "coverage_upper"]] = np.column_stack(
            ratio((k["value"], k["lower"], k["upper"]), (k["value_base"], k["lower_base"], k["upper_base"]))
        )
    joined["base"] = base
    joined["rows"] = (joined["rows"] + " " + joined["rows_base"].fillna("")).str.strip()
    joined["sources"] = (joined["sources"] + " " + joined["sources_base"].fillna("")).str.strip()
    return joined.rename(columns={"period_base": "base_period", "value_base": "base_value"}).drop(
        columns=["_year", "_order", "lower_base", "upper_base", "rows_base", "sources_base"]
    )


def subsidised_share(picked):
    """Subsidised BPU participants over all BPU participants of the same region and period, percent.

    Returns
    -------
    DataFrame
        region_code, period, funding, share, share_lower, share_upper, rows, sources; only periods with both figures.
    """
    paid = by_payer(picked)
    paid = paid[paid["payer"] != "own dues"]
    all_bpu = participants(picked).query("segment == 'BPU'")
    both = paid.merge(all_bpu, on=["region_code", "period"], suffixes=("", "_all"))
    share = ratio(*(tuple(both[c + s] for c in PERCENT) for s in ("", "_all"))) if len(both) else ([], [], [])
    return pd.DataFrame(
        {
            "region_code": both["region_code"],
            "period": both["period"],
            "funding": both["funding"],
            "share": share[0],
            "share_lower": share[1],
            "share_upper": share[2],
            "rows": both["rows"] + " " + both["rows_all"],
            "sources": both["sources"] + " " + both["sources_all"],
        }
    )


def gap_to_target(covered, denominator, target):
    """Persons to add until ``target`` percent of the denominator are covered; 0 where it is reached.

    Parameters
    ----------
    covered, denominator : (value, lower, upper)
        Persons.
    target : float
        Percent, above 0 and at most 100.

    Returns
    -------
    (value, lower, upper) in persons
    """
    if not 0 < target <= 100:
        raise UcjError(f"target={target}: expected percent, above 0 and at most 100 (write 80 for 80 percent)")
    (n, nl, nu), (d, dl, du) = covered, denominator
    share = target / 100
    return max(0.0, share * d - n), max(0.0, share * dl - nu), max(0.0, share * du - nl)


def decompose(before, after):
    """Split a change of coverage into the participants' and the denominator's part (Shapley value of two factors).

    With c = n/d: participants' part = (n1 - n0)(1/d0 + 1/d1)/2, denominator's part = (n0 + n1)/2 (1/d1 - 1/d0); the
    two add up to the change exactly.

    Parameters
    ----------
    before, after : mapping with ``participants`` and ``denominator``, each (value, lower, upper) in persons

    Returns
    -------
    dict
        change, participants_part, denominator_part: each (value, lower, upper) in percentage points.
    """
    n0, n1 = before["participants"], after["participants"]
    d0, d1 = before["denominator"], after["denominator"]
    corners = np.array(np.meshgrid(*[[x[1], x[2]] for x in (n0, d0, n1, d1)])).reshape(4, -1)
    a0, b0, a1, b1 = np.column_stack([[n0[0], d0[0], n1[0], d1[0]], corners])
    parts = {
        "change": 100 * (a1 / b1 - a0 / b0),
        "participants_part": 100 * (a1 - a0) * (1 / b0 + 1 / b1) / 2,
        "denominator_part": 100 * (a0 + a1) / 2 * (1 / b1 - 1 / b0),
    }
    # each part is monotone in each argument, so the corners hold the extremes
    return {k: (float(v[0]), float(v.min()), float(v.max())) for k, v in parts.items()}


def accounts(picked):
    """Participants and potential workers of the same region and period (realised, all segments).

    Where a source states only the uncovered, participants are the potential workers less those.

    Returns
    -------
    DataFrame
        region_code, period, definition, participants, participants_lower, participants_upper, denominator,
        denominator_lower, denominator_upper (persons), rows, sources.
    """
    potential = _figures(picked, "potential_workers", segment="all", status="realised")
    active = _figures(picked, "active_participants", segment="all", status="realised")
    uncovered = _figures(picked, "uncovered_workers", segment="all", status="realised")
    out = []
    for p in potential.itertuples():
        here = {
            "region_code": p.region_code,
            "period": p.period,
            "definition": p.definition,
            "denominator": p.value,
            "denominator_lower": p.lower,
            "denominator_upper": p.upper,
        }
        same = active[(active["region_code"] == p.region_code) & (active["period"] == p.period)]
        left = uncovered[(uncovered["region_code"] == p.region_code) & (uncovered["period"] == p.period)]
        if len(same):
            n = same.iloc[0]
            here |= {"participants": n["value"], "participants_lower": n["lower"], "participants_upper": n["upper"]}
        elif len(left):
            n = left.iloc[0]
            here |= {
                "participants": p.value - n["value"],
                "participants_lower": p.lower - n["upper"],
                "participants_upper": p.upper - n["lower"],
            }
        else:
            continue
        out.append(here | {"rows": f"{n['rows']} {p.rows}", "sources": f"{n['sources']} {p.sources}"})
    columns = [
        "region_code",
        "period",
        "definition",
        "participants",
        "participants_lower",
        "participants_upper",
        "denominator",
        "denominator_lower",
        "denominator_upper",
        "rows",
        "sources",
    ]
    return pd.DataFrame(out, columns=columns).sort_values(["region_code", "period"], ignore_index=True)


def change(before, after, definitions, *, account=None, lang="en"):
    """Change of reported UCJ in percentage points, within one definition of the denominator.

    Parameters
    ----------
    before, after : mapping
        Rows of `reported` of one region.
    definitions : DataFrame
        Table ``definitions``.
    account : DataFrame, optional
        From `accounts`: lets a refusal offer what can be said instead.

    Returns
    -------
    (value, lower, upper) in percentage points

    Raises
    ------
    DefinitionChange
        Across definitions, or where a denominator is not stated; ``decomposition`` holds the participants' and the
        denominator's part where both counts of both dates are known.
    """
    if before["region_code"] != after["region_code"]:
        raise UcjError(f"a change needs one region: got {before['region_code']} and {after['region_code']}")
    titles = definitions.set_index("definition")
    a, b = before["definition"], after["definition"]
    if a == b and titles.at[a, "comparable"]:
        return (
            after["value"] - before["value"],
            after["lower"] - before["upper"],
            after["upper"] - before["lower"],
        )
    split = None
    if account is not None:
        known = account[account["region_code"] == before["region_code"]].set_index("period")
        if before["period"] in known.index and after["period"] in known.index:
            split = decompose(*(_account(known.loc[r["period"]]) for r in (before, after)))
    said = [titles.at[d, f"title_{lang}"] for d in (a, b)]
    when = [say_period(r["period"], lang) for r in (before, after)]
    reason = (
        f"the denominator is not stated ({when[0]}: {said[0]}; {when[1]}: {said[1]})"
        if a == b or not (titles.at[a, "comparable"] and titles.at[b, "comparable"])
        else f"the denominator changed ({when[0]}: {said[0]}; {when[1]}: {said[1]})"
    )
    instead = (
        "what can be told apart are participants and denominator"
        if split
        else "ask BPJS Ketenagakerjaan for participants and denominator of both dates"
    )
    raise DefinitionChange(
        f"region {before['region_code']}: no change of UCJ from {when[0]} to {when[1]}, because {reason}; {instead}",
        split,
    )


def _account(row):
    return {k: (row[k], row[f"{k}_lower"], row[f"{k}_upper"]) for k in ("participants", "denominator")}


def latest_known(picked, *, as_of=None):
    """Latest-known reported UCJ (all segments, realised) per region, with its age in months at ``as_of``.

    Returns
    -------
    DataFrame
        Columns of `reported`, and age_months. A region without any statement has no row.
    """
    frame = picked[
        (picked["indicator"] == "ucj_coverage") & (picked["segment"] == "all") & (picked["status"] == "realised")
    ]
    last = latest(frame, by=("region_code",), as_of=as_of)
    last = last.assign(rows=last["observation_id"], sources=last["source_id"])
    columns = [
        "region_code",
        "period",
        "segment",
        *PERCENT,
        "qualifier",
        "status",
        "definition",
        "rows",
        "sources",
        "age_months",
    ]
    return last[columns]


def aggregate(parts, regions):
    """Coverage of a province from its parts: sum of participants over sum of denominators.

    Parameters
    ----------
    parts : DataFrame
        region_code, participants(_lower, _upper), denominator(_lower, _upper), one row per region.
    regions : sequence of str
        Codes that must be there.

    Returns
    -------
    dict
        participants, denominator, coverage: each (value, lower, upper); rows, sources.

    Raises
    ------
    UcjError
        When a region is missing or stands twice: a mean of ratios, or a sum of some, is not the province.
    """
    have = list(parts["region_code"])
    missing = [r for r in regions if r not in have]
    if missing:
        raise UcjError(f"no figures for {', '.join(missing)}: a province is the sum of all its parts")
    if len(set(have)) != len(have):
        raise UcjError("a region stands twice: one row per region is needed to add up")
    used = parts[parts["region_code"].isin(list(regions))]
    n, d = (
        tuple(float(used[k + s].sum(skipna=False)) for s in ("", "_lower", "_upper"))
        for k in ("participants", "denominator")
    )
    return {
        "participants": n,
        "denominator": d,
        "coverage": tuple(float(x) for x in ratio(n, d)),
        "rows": " ".join(used["rows"]),
        "sources": " ".join(dict.fromkeys(" ".join(used["sources"]).split())),
    }


def reported_against_parts(picked):
    """Reported percentages beside those derived from participants and denominator of the same region and period.

    Returns
    -------
    DataFrame
        region_code, period, reported, derived, derived_lower, derived_upper, agrees (within half a unit of the last
        printed digit), rows.
    """
    said = reported(picked)
    both = accounts(picked).merge(said, on=["region_code", "period", "definition"], suffixes=("", "_said"))
    value, low, high = ratio(
        *(tuple(both[k + s] for s in ("", "_lower", "_upper")) for k in ("participants", "denominator"))
    )
    digits = both["value"].map(lambda v: len(re.sub(r"^\d+\.?", "", f"{v:.4f}".rstrip("0"))))
    half = 0.5 * 10.0**-digits
    return pd.DataFrame(
        {
            "region_code": both["region_code"],
            "period": both["period"],
            "reported": both["value"],
            "derived": value,
            "derived_lower": low,
            "derived_upper": high,
            "agrees": (low <= both["upper"] + half) & (high >= both["lower"] - half),
            "rows": both["rows"] + " " + both["rows_said"],
        }
    )


def age_in_months(period, as_of):
    """Months from a period to another (a bare year counts as its December)."""
    months = month_number(pd.Series([period, as_of]))
    return int(months.iloc[1] - months.iloc[0])
