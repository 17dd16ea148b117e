"""Operations on the observation record: choose one row per figure, show what disagrees, find the latest.

The rule of choice, in this order: a row that the record itself disputes never wins; smaller confidence number;
BPS table, BPS release, government, press, compilation; exact before derived, approximate, range and bounds; later
publication; smaller source_id. As in owid/etl, what loses stays in the data and stays visible.
"""

import numpy as np
import pandas as pd

from ucj_analysis.errors import UcjError

FIGURE = ["region_code", "period", "indicator", "segment", "funding", "status", "definition"]
KINDS = ["table", "release", "official", "press", "compilation"]
QUALIFIERS = ["exact", "derived", "approximate", "range", "at_least", "at_most"]
RULE = (
    "undisputed before disputed; confidence 1 before 2 before 3; BPS table, BPS release, government, press, "
    "compilation; exact before derived, approximate, range, bounds; later publication; source_id"
)


def rank(obs, sources):
    """Return obs with ``figure`` (number of the figure a row speaks of), ``chosen`` and the source's standing.

    Rows without a period speak of no figure that can be placed: they are never chosen and get figure -1.

    Parameters
    ----------
    obs : DataFrame of observations
    sources : DataFrame
        Table ``sources``: source_id, kind, confidence, published.
    """
    s = sources.set_index("source_id")
    out = obs.copy()
    out["confidence"] = out["source_id"].map(s["confidence"])
    out["source_kind"] = out["source_id"].map(s["kind"])
    out["published"] = out["source_id"].map(s["published"])
    if out["confidence"].isna().any():
        raise UcjError(f"no source {out.loc[out['confidence'].isna(), 'source_id'].iloc[0]!r} in the table sources")
    out["figure"] = out.groupby(FIGURE, sort=True).ngroup()
    out.loc[out["period"] == "", "figure"] = -1
    order = pd.DataFrame(
        {
            "figure": out["figure"],
            "disputed": out["disputed"],
            "confidence": out["confidence"],
            "kind": out["source_kind"].map({k: i for i, k in enumerate(KINDS)}),
            "qualifier": out["qualifier"].map({q: i for i, q in enumerate(QUALIFIERS)}),
            "published": -pd.to_numeric(out["published"].str.replace("-", "").str.ljust(8, "0")).fillna(0),
            "source_id": out["source_id"],
            "observation_id": out["observation_id"],
        }
    ).sort_values(["figure", "disputed", "confidence", "kind", "qualifier", "published", "source_id", "observation_id"])
    first = order.index[~order.duplicated("figure")]
    out["chosen"] = out.index.isin(first) & (out["figure"] >= 0) & ~out["disputed"]
    return out


def pick(obs, sources):
    """Return one row per figure, by the rule of this module; disputed and undated rows are never chosen."""
    ranked = rank(obs, sources)
    return ranked.loc[ranked["chosen"], obs.columns].reset_index(drop=True)


def conflicts(obs, sources):
    """Return the figures on which sources disagree: the chosen row and every row that contradicts it.

    Two statements agree when their intervals meet, each widened by half a unit of its last printed digit. A reported
    UCJ without a stated denominator is compared with every other statement on the same region and period.

    Returns
    -------
    DataFrame
        observation_id, region_code, period, indicator, segment, funding, status, definition, value, lower, upper,
        unit, qualifier, role ("chosen", "conflicts" or "disputed"), chosen_value, difference, source_id, note.
    """
    ranked = rank(obs, sources)
    loose = [c for c in FIGURE if c != "definition"]
    unstated = ranked["definition"].str.endswith("_unstated")
    # a statement of unknown definition competes with all statements of its figure
    any_unstated = unstated.groupby([ranked[c] for c in loose]).transform("any")
    key = ranked["definition"].where(~any_unstated, "")
    group = ranked.groupby([*(ranked[c] for c in loose), key], sort=True).ngroup()
    ranked = ranked.assign(group=group).query("period != ''")
    order = ranked.sort_values(
        ["group", "chosen", "disputed", "confidence", "observation_id"], ascending=[True, False, True, True, True]
    )
    head = order.drop_duplicates("group").set_index("group")
    lead = order["group"].map(head["observation_id"])
    half = _half_digit(order["value"])
    lo, hi = order["lower"] - half, order["upper"].fillna(np.inf) + half
    head_half = order["group"].map(half.groupby(order["group"]).first())
    head_lo = order["group"].map(head["lower"]) - head_half
    head_hi = order["group"].map(head["upper"].fillna(np.inf)) + head_half
    apart = (lo > head_hi + 1e-9) | (hi < head_lo - 1e-9)
    is_head = order["observation_id"] == lead
    role = np.select(
        [is_head & ~order["disputed"], order["disputed"], apart], ["chosen", "disputed", "conflicts"], "agrees"
    )
    out = order.assign(role=role, chosen_value=order["group"].map(head["value"]))
    out["difference"] = out["value"] - out["chosen_value"]
    bad = out["role"].isin(["conflicts", "disputed"]).groupby(out["group"]).transform("any")
    out = out[bad & (out["role"] != "agrees")]
    columns = [
        "observation_id",
        *FIGURE,
        "value",
        "lower",
        "upper",
        "unit",
        "qualifier",
        "role",
        "chosen_value",
        "difference",
        "source_id",
        "note",
    ]
    return out[columns].reset_index(drop=True)


def _half_digit(values):
    """Half a unit of the last decimal digit each value needs (whole numbers: 0, they are counts)."""
    text = values.map(lambda v: f"{v:.6f}".rstrip("0"))
    digits = text.str.split(".").str[1].fillna("").str.len()
    return pd.Series(np.where(digits > 0, 0.5 * 10.0 ** -digits.astype(float), 0.0), index=values.index)


def latest(picked, by=("region_code", "indicator", "segment", "funding"), *, as_of=None):
    """Return the last row of each group, with ``age_months`` to ``as_of``.

    Parameters
    ----------
    picked : DataFrame of observations, one row per figure
    by : columns that name a series
    as_of : str YYYY-MM, optional
        Rows after it are left out; by default the last period in ``picked``.
    """
    dated = picked[picked["period"] != ""]
    months = month_number(dated["period"])
    end = months.max() if as_of is None else month_number(pd.Series([as_of])).iloc[0]
    dated = dated.assign(age_months=end - months)
    dated = dated[dated["age_months"] >= 0]
    order = dated.sort_values(["age_months", "observation_id"], kind="stable")
    return order.drop_duplicates(list(by)).sort_values(list(by), kind="stable").reset_index(drop=True)


def month_number(periods):
    """Months since year 0 of YYYY or YYYY-MM; a bare year counts as its December."""
    year = pd.to_numeric(periods.str[:4])
    month = pd.to_numeric(periods.str[5:7].where(periods.str.len() >= 7, "12"))
    return (year * 12 + month).astype("int64")


def year(periods):
    """Year of each period as an integer."""
    return pd.to_numeric(periods.str[:4]).astype("int64")
