"""What the next step costs and what it protects against: cost of a path, published budgets, deaths and payouts observed.

Dues and benefits come from the dated parameters of `metrics.scheme`. Dues are those of BPU in the lowest income bracket
(JKK and JKM), which is what governments pay. Persons and rupiah are intervals (value, lower, upper).
"""

import math

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtr, ndtri

from ucj_analysis.errors import UcjError
from ucj_analysis.language import number
from ucj_analysis.metrics import scheme as rules
from ucj_analysis.metrics.extreme_series import lognormal_sigma

PATHS = ("linear", "front", "back")
CONVENTIONS = ("twelve", "joining")
LAST_YEAR = 2045  # the RPJPN ends: no rule and no target on record beyond
LOSSES = (
    0.5,
    0.25,
    0.75,
)  # share of a household's expenditure lost with the one who died: value, lower, upper (assumed)
BOUNDS = ("", "_lower", "_upper")
MOST = 1e17  # far above any budget or count of people
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def at(scheme, date):
    """Return the parameters in force on a date; see `scheme.at`."""
    return rules.at(date, scheme)


def one(scheme, parameter_id, date):
    """Value of one parameter on a date; see `scheme.one`."""
    return rules.one(parameter_id, date, scheme)


def dues(scheme, date, **how):
    """Monthly dues of one BPU participant in rupiah; see `scheme.dues` for sector, jht, income, discount."""
    return rules.dues(date, scheme, **how)


def year_dues(scheme, year, **how):
    """Dues of a full year, month by month, rupiah a person."""
    return sum(rules.month_dues(year, scheme, **how))


def death_benefit(scheme, date):
    """Payout for a death (JKM) on a date, rupiah."""
    return rules.death_benefit(date, scheme)


def _positive(name, x, *, zero=False):
    """A finite number above 0 (or of 0), below what any count of people or rupiah here can be."""
    real = isinstance(x, (int, float, np.number)) and not isinstance(x, bool) and math.isfinite(x) and x < MOST
    if not real or x < 0 or (x == 0 and not zero):
        raise UcjError(f"{name}={x!r}: expected a number {'of 0 or more' if zero else 'above 0'}, below {MOST:g}")
    return float(x)


def _three(name, x, *, zero=True):
    """A number or (value, lower, upper) as an interval, checked."""
    three = tuple(x) if isinstance(x, (tuple, list)) else (x,) * 3
    if len(three) != 3:
        raise UcjError(f"{name}: expected a number or (value, lower, upper)")
    value, lower, upper = (_positive(name, v, zero=zero) for v in three)
    if not lower <= value <= upper:
        raise UcjError(f"{name}: expected lower <= value <= upper, got {value:g}, {lower:g}, {upper:g}")
    return value, lower, upper


# -- published budgets -----------------------------------------------------------------------------------------------------


def person_years(budget, scheme, year, *, first=1, last=12, **how):
    """Person-years of dues that a budget pays for, at the dues of the months ``first`` to ``last`` of a year.

    Parameters
    ----------
    budget : float
        Rupiah.
    first, last : int
        Months funded: 1 and 6 for six-month funding.
    how : sector, jht, income, discount as in `scheme.dues`

    Returns
    -------
    float
        Twelve person-months are a person-year: six-month funding of 1,000 people is 500.
    """
    paid = rules.month_dues(year, scheme, first=first, last=last, **how)
    if not sum(paid):
        raise UcjError("the dues of these months are 0: a budget pays for any number of people")
    return _positive("budget", budget, zero=True) / sum(paid) * len(paid) / 12


def against_announced(budget, announced, scheme, year, *, first=1, last=12, **how):
    """A published budget against the persons announced for it.

    Parameters
    ----------
    budget : float
        Rupiah.
    announced : float or (value, lower, upper)
        Persons.
    first, last, how : as `person_years`

    Returns
    -------
    dict
        person_years (at full dues), persons (paid for all the months funded), announced, months (funded), months_each
        (months of dues for each person announced), difference (persons paid for less announced), reading (a sentence).
    """
    people = _three("announced", announced, zero=False)[0]
    years = person_years(budget, scheme, year, first=first, last=last, **how)
    months = last - first + 1
    persons, each = 12 * years / months, 12 * years / people
    if abs(persons - people) < 0.5:
        meaning = "the two agree"
    elif persons < people:
        meaning = (
            f"for all {months} months it is short by {number(people - persons, 'en')} people, so fewer are paid for, or for "
            "fewer months, or another payer adds"
        )
    else:
        meaning = f"that leaves dues for {number(persons - people, 'en')} more people, or for other costs"
    paid = (
        f"{number(years, 'en')} person-years at the dues of {year}"
        if months == 12
        else f"{number(persons, 'en')} people for months {first} to {last} of {year} ({number(years, 'en')} person-years)"
    )
    each_said = f"spread over {number(people, 'en')} people that is {number(each, 'en', 1)} months each"
    reading = f"the budget pays {paid}; {each_said}; {meaning}"
    return {
        "person_years": years,
        "persons": persons,
        "announced": people,
        "months": months,
        "months_each": each,
        "difference": persons - people,
        "reading": reading,
    }


# -- a path ----------------------------------------------------------------------------------------------------------------


def path(covered, denominator, target, start, end, *, shape="linear", growth=0.0):
    """Persons to cover each year on the way to a target, as intervals.

    Parameters
    ----------
    covered, denominator : (value, lower, upper)
        Persons.
    target : float
        Percent of the denominator.
    start, end : int
        The year before the first step, and the year of the target.
    shape : {"linear", "front", "back"}
        Equal steps; falling steps (n, n-1, ..., 1); rising steps.
    growth : float
        Percent a year by which the denominator grows, an assumption; 0 holds it at its present size.

    Returns
    -------
    DataFrame
        year, added, added_lower, added_upper, extra, extra_lower, extra_upper (persons a year added, and in all).
    """
    if shape not in PATHS:
        raise UcjError(f"path={shape!r}: expected one of {', '.join(PATHS)}")
    if end <= start:
        raise UcjError(f"year={end}: expected a year after {start}, the year of the last known figure or today")
    if end > LAST_YEAR:
        raise UcjError(f"year={end}: expected at most {LAST_YEAR}, the last year of the national plan (RPJPN)")
    if not 0 < target <= 100:
        raise UcjError(f"target={target}: expected percent, above 0 and at most 100")
    (n, nl, nu), (d, dl, du) = _three("covered", covered), _three("denominator", denominator, zero=False)
    if not -20 <= growth <= 20:
        raise UcjError(f"growth={growth}: expected percent a year, from -20 to 20")
    now = 100 * n / d
    d, dl, du = (x * (1 + growth / 100) ** (end - start) for x in (d, dl, du))
    gap = target / 100 * d - n
    if gap <= 0:
        raise UcjError(
            f"target {target:g} percent lies at or below today's coverage of {now:.1f} percent; choose one above it"
            + (f" (with growth of {growth:g} percent a year)" if growth else "")
        )
    bounds = gap, max(0.0, target / 100 * dl - nu), max(0.0, target / 100 * du - nl)
    years = end - start
    steps = np.ones(years) if shape == "linear" else np.arange(years, 0, -1.0)
    steps = steps[::-1] if shape == "back" else steps
    share = steps / steps.sum()
    out = pd.DataFrame({"year": range(start + 1, end + 1)})
    for name, x in zip(BOUNDS, bounds, strict=True):
        out[f"added{name}"] = share * x
        out[f"extra{name}"] = np.cumsum(share) * x
    return out


def payers_of(payers, scheme, year):
    """Shares of payers, checked against the rules of a year.

    Parameters
    ----------
    payers : str, or mapping of payer to percent (adding up to 100)

    Returns
    -------
    dict
        payer: (share 0 to 1, caution).
    """
    mix = {payers: 100.0} if isinstance(payers, str) else dict(payers)
    if not mix:
        raise UcjError(f"no payer: expected one of {', '.join(rules.PAYERS)}")
    out = {}
    for name, share in mix.items():
        payer, caution = rules.payer_of(name), rules.may_pay(name, f"{year}-12", scheme)
        if payer in out:
            raise UcjError(f"payer {payer} stands twice: give each once")
        out[payer] = _positive(f"share of {payer}", share) / 100, caution
    total = sum(s for s, _ in out.values())
    if abs(total - 1) > 1e-6:
        raise UcjError(f"the shares of the payers add up to {100 * total:g} percent: expected 100")
    return out


def cost(steps, scheme, *, inflation=2.5, base_year=2025, convention="twelve", **how):
    """Dues of the persons added, year by year, in nominal rupiah and in rupiah of ``base_year``.

    Dues are those the regulations have today: a rate that is not yet decided is not guessed. Prices after the base year
    rise by ``inflation`` percent a year, an assumption. Dues of those already covered are not in it.

    Parameters
    ----------
    steps : DataFrame from `path`
    convention : {"twelve", "joining"}
        "twelve": whoever is added in a year is paid for all its twelve months. "joining": persons join in equal parts at
        the start of each month and are paid for from then on, so that the first year holds 6.5 months.
    how : sector, jht, income, discount as in `scheme.dues`

    Returns
    -------
    DataFrame
        Columns of ``path``, dues_per_person (a full year), person_months, cost, cost_lower, cost_upper (IDR), real,
        real_lower, real_upper (IDR of the base year).
    """
    if convention not in CONVENTIONS:
        raise UcjError(f"months={convention!r}: expected one of {', '.join(CONVENTIONS)}")
    if not -20 <= inflation <= 100:
        raise UcjError(f"inflation={inflation}: expected percent a year, from -20 to 100")
    out = steps.copy()
    terms = rules.rows_of(scheme)
    monthly = np.array([rules.month_dues(int(y), terms, **how) for y in out["year"]])
    present = np.ones(12) if convention == "twelve" else np.arange(1, 13) / 12
    out["dues_per_person"] = monthly.sum(axis=1)
    out["person_months"] = 12 * (out["extra"] - out["added"]) + present.sum() * out["added"]
    deflator = (1 + inflation / 100) ** (out["year"] - base_year)
    for name in BOUNDS:
        before = out[f"extra{name}"] - out[f"added{name}"]
        out[f"cost{name}"] = before * monthly.sum(axis=1) + out[f"added{name}"] * (monthly @ present)
        out[f"real{name}"] = out[f"cost{name}"] / deflator
    return out


# -- deaths ----------------------------------------------------------------------------------------------------------------


def poisson_interval(cases, *, level=0.95):
    """Exact interval of a Poisson mean (Garwood 1936)."""
    if not cases >= 0 or math.isinf(cases) or cases != int(cases):
        raise UcjError(f"cases={cases}: expected a whole number, 0 or more")
    if not 0 < level < 1:
        raise UcjError(f"level={level}: expected a number between 0 and 1, such as 0.95")
    tail = (1 - level) / 2
    lower = 0.0 if cases == 0 else float(gammaincinv(cases, tail))
    return lower, float(gammaincinv(cases + 1, 1 - tail))


def death_rate(deaths, participants, months, *, level=0.95):
    """Deaths a person-year from any claims, with the exact Poisson interval.

    Parameters
    ----------
    deaths : int
        Death claims among the participants.
    participants : float
        Persons protected throughout the months.
    months : float

    Returns
    -------
    dict
        deaths, participants, months, exposure (person-years), rate, rate_lower, rate_upper (a person-year).
    """
    persons, span = _positive("participants", participants), _positive("months", months)
    lower, upper = poisson_interval(deaths, level=level)
    exposure = persons * span / 12
    return {"deaths": deaths, "participants": participants, "months": months, "exposure": exposure,
            "rate": deaths / exposure, "rate_lower": lower / exposure, "rate_upper": upper / exposure}  # fmt: skip


def pooled(observed):
    """All observed periods as one: the exact interval if one rate held throughout, and bounds that need no such rate.

    Parameters
    ----------
    observed : DataFrame of `observed_deaths`, or rows of `death_rate`; periods must not overlap

    Returns
    -------
    dict
        deaths, exposure, rate, rate_lower, rate_upper (exact interval of the sum), apart_lower, apart_upper (from the
        lowest to the highest bound of the periods), p_same (two periods: exact conditional test that their rates are equal).
    """
    frame = pd.DataFrame(observed)
    if frame.empty:
        raise UcjError("no observed deaths: death claims and the number of participants of one period are needed")
    out = death_rate(int(frame["deaths"].sum()), float(frame["exposure"].sum()), 12)
    first = frame.iloc[0]
    same = np.nan
    if len(frame) == 2 and out["deaths"]:
        from scipy.stats import binomtest  # half a second that only this needs

        same = binomtest(int(first["deaths"]), out["deaths"], first["exposure"] / out["exposure"]).pvalue
    return {k: out[k] for k in ("deaths", "exposure", "rate", "rate_lower", "rate_upper")} | {
        "apart_lower": float(frame["rate_lower"].min()),
        "apart_upper": float(frame["rate_upper"].max()),
        "p_same": same,
    }


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
        region_code, period, deaths, participants, months, exposure, rate, rate_lower, rate_upper (deaths a person-year,
        exact Poisson interval of 95 percent), rows, sources.
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
        out.append({"region_code": c.region_code, "period": c.period, **death_rate(c.value, p["value"], months),
                    "rows": f"{c.observation_id} {p['observation_id']}",
                    "sources": f"{c.source_id} {p['source_id']}"})  # fmt: skip
    columns = ["region_code", "period", "deaths", "participants", "months", "exposure", "rate", "rate_lower",
               "rate_upper", "rows", "sources"]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def _rates(observed):
    return _three("rate", tuple(float(observed[k]) for k in ("rate", "rate_lower", "rate_upper")))


def protection(persons, observed, scheme, date, *, months=12, **how):
    """Expected deaths and payouts among persons, at an observed rate, beside their dues.

    A payout ratio above one is a transfer financed by the pool of all participants, not a return.

    Parameters
    ----------
    persons : float or (value, lower, upper)
    observed : mapping
        A row of `observed_deaths`, or what `death_rate` or `pooled` return.
    date : str
        Whose dues and benefit apply.

    Returns
    -------
    dict
        deaths, payout, per_rupiah: each (value, lower, upper); dues (IDR, of ``persons`` or its value), benefit (IDR a death).
    """
    people, span = _three("persons", persons), _positive("months", months)
    benefit, monthly = death_benefit(scheme, date), dues(scheme, date, **how)
    deaths = tuple(n * span / 12 * r for n, r in zip(people, _rates(observed), strict=True))
    rate = tuple(r / 12 * benefit / monthly if monthly else math.inf for r in _rates(observed))
    return {"deaths": deaths, "payout": tuple(x * benefit for x in deaths), "per_rupiah": rate,
            "dues": people[0] * span * monthly, "benefit": benefit}  # fmt: skip


def lost_protection(persons, months, observed):
    """Person-months without cover and the deaths to be expected in them, with the interval of the observed rate.

    Parameters
    ----------
    persons : float or (value, lower, upper)
    months : float
        Without dues, at most what was observed.

    Returns
    -------
    dict
        person_months (of the value), person_months_lower, person_months_upper, deaths (value, lower, upper).
    """
    span, people = _positive("months", months), _three("persons", persons)
    deaths = tuple(n * span / 12 * r for n, r in zip(people, _rates(observed), strict=True))
    return {f"person_months{b}": n * span for b, n in zip(BOUNDS, people, strict=True)} | {"deaths": deaths}


# -- what a payout is worth --------------------------------------------------------------------------------------------------


def payout_months(benefit, line, *, persons=1):
    """Months for which a payout covers the poverty line of a household.

    Parameters
    ----------
    benefit : float
        Rupiah.
    line : float
        Rupiah a person a month.
    persons : float
        Size of the household; with 1 the answer is in person-months.
    """
    return _positive("benefit", benefit) / (_positive("line", line) * _positive("persons", persons))


def near_line(p0, p1, loss):
    """Estimated percent of people who live above the poverty line and would fall below it after losing a share of expenditure.

    Expenditure is taken as lognormal with the published P0 and P1; a household between the line z and z/(1 - loss) falls
    below z. An estimate: the published figures say nothing of what lies above the line.

    Parameters
    ----------
    p0, p1 : float
        Percent; index (percent of the line).
    loss : float
        Share of the household's expenditure lost with the one who died, 0 to below 1.
    """
    if not 0 <= loss < 1:
        raise UcjError(f"loss={loss}: expected a share, 0 to below 1")
    if not 0 < p1 < p0 < 100:
        raise UcjError(f"P0 = {p0:g}, P1 = {p1:g}: expected 100 > P0 > P1 > 0")
    sigma = float(lognormal_sigma(p0, p1))
    return float(100 * ndtr(ndtri(p0 / 100) - math.log(1 - loss) / sigma) - p0)


def pushed_below(deaths, p0, p1, *, losses=LOSSES):
    """Deaths that would have pushed a household below the poverty line had there been no payout; an estimate.

    Participants are taken to live as the region's population does. Not sourced is what a household loses with the one who
    died: the answer spans the losses given.

    Parameters
    ----------
    deaths : (value, lower, upper)
    p0, p1 : as `near_line`
    losses : (value, lower, upper)
        Shares of expenditure lost, assumed.

    Returns
    -------
    dict
        share (percent of deaths) and households, each (value, lower, upper); poor (percent below the line already).
    """
    share = tuple(near_line(p0, p1, x) for x in losses)
    households = tuple(d * s / 100 for d, s in zip(_three("deaths", deaths), share, strict=True))
    return {"share": share, "households": households, "poor": float(p0)}
