"""What the next step costs and what it protects against: dated dues, cost of a path, deaths and payouts observed.

From PolicyEngine: a rule is a dated parameter with its regulation, never a number in the code. Dues are those of BPU in
the lowest income bracket (JKK and JKM, Rp16,800 a month), which is what governments pay.
"""

import math

import numpy as np
import pandas as pd

from ucj_analysis.errors import UcjError
from ucj_analysis.language import number

DUES = "K004"  # BPU JKK and JKM, lowest bracket
JHT = "K005"
RELIEF = "K011"  # percent, 2020-21
DISCOUNT = {"transport": "K007", "other": "K008"}
DEATH = {"now": "K012", "before": "K016"}
PATHS = ("linear", "front", "back")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _bounds(row):
    """First and last month a parameter is surely in force, and the months in which the record leaves it open."""
    start, end = row["valid_from"], row["valid_to"]
    sure_from = (f"{int(start[:4]) + 1}-01" if len(start) == 4 else start) if start else None
    sure_to = (f"{int(end[:4]) - 1}-12" if len(end) == 4 else end) if end else None
    return sure_from, sure_to, start[:4] if len(start) == 4 else "", end[:4] if len(end) == 4 else ""


def at(scheme, date):
    """Return the parameters in force in a month.

    Parameters
    ----------
    scheme : DataFrame
        Table ``scheme``: parameter_id, value, value_text, unit, valid_from, valid_to, regulation, source_id.
    date : str YYYY-MM

    Returns
    -------
    DataFrame
        The rows in force; parameters without any date are left out.

    Raises
    ------
    UcjError
        For a date the record has nothing for. A rule that changed within a year of which no month is recorded is left
        out for that year; asking for it by `one` names the reason.
    """
    _check_month(date)
    keep = []
    for index, row in scheme.iterrows():
        sure_from, sure_to, _, _ = _bounds(row)
        if sure_from is None and sure_to is None:
            continue
        if (sure_from is None or sure_from <= date) and (sure_to is None or date <= sure_to):
            keep.append(index)
    if not keep:
        first = min(x for x in scheme["valid_from"] if x)
        raise UcjError(f"no parameter of the scheme is recorded for {date}: the record begins in {first}")
    return scheme.loc[keep]


def one(scheme, parameter_id, date):
    """Value of one parameter in a month; refused where the record does not say."""
    row = scheme[scheme["parameter_id"] == parameter_id].iloc[0]
    _check_month(date)
    sure_from, sure_to, open_start, open_end = _bounds(row)
    year = date[:4]
    if year in (open_start, open_end) and not (open_start == year == ""):
        raise UcjError(
            f"{row['parameter']} on {date}: the rule changed in {year} ({row['regulation']}) and the record has no month; "
            f"choose a date before {year} or after it"
        )
    if (sure_from and date < sure_from) or (sure_to and date > sure_to) or not (sure_from or sure_to):
        raise UcjError(
            f"{row['parameter']}: nothing recorded for {date} (valid {row['valid_from']} to {row['valid_to'] or 'now'})"
        )
    return float(row["value"])


def _check_month(date):
    if len(date) != 7 or date[4] != "-" or not (date[:4] + date[5:]).isdigit() or not 1 <= int(date[5:]) <= 12:
        raise UcjError(f"date {date!r}: expected YYYY-MM, such as 2026-04")


def dues(scheme, date, *, sector="other", jht=False):
    """Monthly dues of one BPU participant in rupiah, with relief or discount in force.

    Relief of 2020-21 and the discounts of 2026 lower JKK and JKM; JHT, which is voluntary, they leave alone.
    """
    if sector not in DISCOUNT:
        raise UcjError(f"sector={sector!r}: expected one of {', '.join(DISCOUNT)}")
    base = one(scheme, DUES, date)
    rows = scheme.set_index("parameter_id")
    cut = 0.0
    for rule in (RELIEF, DISCOUNT[sector]):
        if rows.loc[rule, "valid_from"] <= date <= rows.loc[rule, "valid_to"]:
            cut = max(cut, float(rows.loc[rule, "value"]))
    return round(base * (1 - cut / 100), 2) + (one(scheme, JHT, date) if jht else 0.0)


def year_dues(scheme, year, *, sector="other", jht=False):
    """Dues of a full year, month by month, rupiah a person."""
    return sum(dues(scheme, f"{year}-{m:02d}", sector=sector, jht=jht) for m in range(1, 13))


def death_benefit(scheme, date):
    """Payout for a death (JKM) in a month, rupiah."""
    new = scheme.set_index("parameter_id").loc[DEATH["now"], "valid_from"]
    return one(scheme, DEATH["now" if date[:4] >= new[:4] else "before"], date)


def person_years(budget, scheme, year, **how):
    """Person-years of dues that a budget pays for in a year."""
    return budget / year_dues(scheme, year, **how)


def path(covered, denominator, target, start, end, *, shape="linear"):
    """Persons to cover each year on the way to a target, as intervals.

    Parameters
    ----------
    covered, denominator : (value, lower, upper)
        Persons; the denominator is held at its present size.
    target : float
        Percent of the denominator.
    start, end : int
        The year before the first step, and the year of the target.
    shape : {"linear", "front", "back"}
        Equal steps; falling steps (n, n-1, ..., 1); rising steps.

    Returns
    -------
    DataFrame
        year, added, added_lower, added_upper, extra, extra_lower, extra_upper (persons a year added, and in all).
    """
    if shape not in PATHS:
        raise UcjError(f"path={shape!r}: expected one of {', '.join(PATHS)}")
    if end <= start:
        raise UcjError(f"year={end}: expected a year after {start}, the year of the last known figure or today")
    if not 0 < target <= 100:
        raise UcjError(f"target={target}: expected percent, above 0 and at most 100")
    (n, nl, nu), (d, dl, du) = covered, denominator
    now = 100 * n / d
    gap = target / 100 * d - n
    if gap <= 0:
        raise UcjError(
            f"target {target:g} percent lies at or below today's coverage of {now:.1f} percent; choose one above it"
        )
    bounds = gap, max(0.0, target / 100 * dl - nu), max(0.0, target / 100 * du - nl)
    years = end - start
    steps = np.ones(years) if shape == "linear" else np.arange(years, 0, -1.0)
    steps = steps[::-1] if shape == "back" else steps
    share = steps / steps.sum()
    out = pd.DataFrame({"year": range(start + 1, end + 1)})
    for name, x in zip(("", "_lower", "_upper"), bounds, strict=True):
        out[f"added{name}"] = share * x
        out[f"extra{name}"] = np.cumsum(share) * x
    return out


def cost(steps, scheme, *, sector="other", jht=False, inflation=2.5, base_year=2025):
    """Dues of the persons added, year by year, in nominal rupiah and in rupiah of ``base_year``.

    Persons added in a year are paid for twelve months of it. Dues are those the regulations have today: a rate that is
    not yet decided is not guessed. Prices after the base year rise by ``inflation`` percent a year, an assumption.

    Returns
    -------
    DataFrame
        Columns of ``path``, dues_per_person, cost, cost_lower, cost_upper (IDR), real, real_lower, real_upper (IDR of the
        base year).
    """
    out = steps.copy()
    out["dues_per_person"] = [year_dues(scheme, y, sector=sector, jht=jht) for y in out["year"]]
    deflator = (1 + inflation / 100) ** (out["year"] - base_year)
    for name in ("", "_lower", "_upper"):
        out[f"cost{name}"] = out[f"extra{name}"] * out["dues_per_person"]
        out[f"real{name}"] = out[f"cost{name}"] / deflator
    return out


def poisson_interval(cases, *, level=0.95):
    """Exact interval of a Poisson mean (Garwood 1936)."""
    if cases < 0 or cases != int(cases):
        raise UcjError(f"cases={cases}: expected a whole number, 0 or more")
    tail = (1 - level) / 2
    from scipy.stats import chi2  # half a second that only this bound needs

    lower = 0.0 if cases == 0 else float(chi2.ppf(tail, 2 * cases) / 2)
    return lower, float(chi2.ppf(1 - tail, 2 * cases + 2) / 2)


def months_of(note):
    """Months that a claims figure covers, from its note: "Jan-Nov 2023" is 11."""
    for i, name in enumerate(_MONTHS, 1):
        if f"Jan-{name}" in note:
            return i
    return None


def observed_deaths(coverage):
    """Death claims of subsidised participants beside their number: what was observed, not an assumed mortality.

    Returns
    -------
    DataFrame
        region_code, period, deaths, participants, months, rate, rate_lower, rate_upper (deaths a person-year, exact
        Poisson interval of 95 percent), rows, sources.
    """
    claims = coverage[
        (coverage["indicator"] == "claims_cases")
        & (coverage["segment"] == "JKM")
        & (coverage["funding"] == "APBD kabupaten")
    ]
    paid = coverage[
        (coverage["indicator"] == "subsidised_participants")
        & (coverage["funding"] == "APBD kabupaten")
        & (coverage["status"] == "realised")
    ]
    out = []
    for c in claims.itertuples():
        months = months_of(c.note)
        same = paid[(paid["region_code"] == c.region_code) & (paid["period"].str[:4] == c.period[:4])]
        if months is None or same.empty:
            continue
        p = same.sort_values("period").iloc[-1]
        exposure = p["value"] * months / 12
        lower, upper = poisson_interval(c.value)
        out.append({"region_code": c.region_code, "period": c.period, "deaths": c.value, "participants": p["value"],
                    "months": months, "rate": c.value / exposure, "rate_lower": lower / exposure,
                    "rate_upper": upper / exposure, "rows": f"{c.observation_id} {p['observation_id']}",
                    "sources": f"{c.source_id} {p['source_id']}"})  # fmt: skip
    columns = ["region_code", "period", "deaths", "participants", "months", "rate", "rate_lower", "rate_upper", "rows",
               "sources"]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def protection(persons, observed, scheme, date, *, months=12, sector="other"):
    """Expected deaths and payouts among persons, at an observed rate, beside their dues.

    A payout ratio above one is a transfer financed by the pool of all participants, not a return.

    Parameters
    ----------
    persons : float
    observed : mapping
        A row of `observed_deaths`.

    Returns
    -------
    dict
        deaths, payout, per_rupiah: each (value, lower, upper); dues (IDR), benefit (IDR a death).
    """
    benefit = death_benefit(scheme, date)
    paid = persons * months * dues(scheme, date, sector=sector)
    deaths = tuple(float(persons * months / 12 * observed[k]) for k in ("rate", "rate_lower", "rate_upper"))
    payout = tuple(x * benefit for x in deaths)
    return {
        "deaths": deaths,
        "payout": payout,
        "per_rupiah": tuple(x / paid for x in payout),
        "dues": paid,
        "benefit": benefit,
    }


def lost_protection(persons, months, observed):
    """Person-months without cover and the deaths to be expected in them, with the interval of the observed rate."""
    if months <= 0 or not math.isfinite(months):
        raise UcjError(f"months={months}: expected a number above 0")
    deaths = tuple(float(persons * months / 12 * observed[k]) for k in ("rate", "rate_lower", "rate_upper"))
    return {"person_months": persons * months, "deaths": deaths}


def against_announced(budget, announced, scheme, year):
    """A published budget against the persons announced for it.

    Returns
    -------
    dict
        person_years (at full dues), announced, months_each (months of dues the budget holds for each person announced),
        reading (a sentence).
    """
    years = person_years(budget, scheme, year)
    months = 12 * years / announced
    reading = (
        f"the budget pays {number(years, 'en')} person-years at the dues of {year}; spread over {number(announced, 'en')} "
        f"people that is {number(months, 'en', 1)} months each"
    )
    return {"person_years": years, "announced": announced, "months_each": months, "reading": reading}
