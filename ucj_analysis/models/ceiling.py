"""The mechanical ceiling: the largest fall of the extreme rate that death benefits could have produced in a year.

Benefits reach a household when a participant dies. With D deaths a year, B rupiah a death, households of at most k
members, N people, extreme line c = r z (z the poverty line) and density f of relative gaps among the P0 N poor, three
things limit how many persons can be lifted over the line in a year:

    household   k D                                 every death in an extremely poor household, all members lifted
    money       n with 12 z P0 N integral_(1-r)^q (g - (1-r)) f(g) dg = D B,  n = P0 N integral_(1-r)^q f(g) dg
    everyone    E N                                 the extremely poor themselves

and the fall is at most 100 min(household, money, everyone) / N percentage points. Every assumption makes it larger:

- all deaths fall in extremely poor households, each in another one, and none would have been insured otherwise;
- the whole benefit is spent within the year, evenly, on consumption that the survey of March sees;
- money goes to those nearest the line first, no rupiah beyond it, across households if need be;
- a household has k members. No household size is in the data package: k is an assumption, large on purpose;
- the death rate is the one observed among participants whose dues the regency paid (exact Poisson interval), in
  regions and years without one the highest that was; dues cost the household nothing;
- where the benefit changed within a year, the larger one is paid all year.

Other benefits (work accidents, scholarships) and what a household saves on dues it would have paid itself are not in it:
it is the ceiling of the death benefit. Beside it stands the fall if participants in extremely poor households die no
more often than others and a household has one participant: rate x E, whatever k is.
"""

import numpy as np
import pandas as pd

from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import budget, extreme

HOUSEHOLD = 10  # members: an assumption made large, not a figure
LIMITS = ("household", "money", "everyone")
COLUMNS = [
    "region_code", "year", "definition", "persons", "death_rate_of", "deaths", "deaths_lower", "deaths_upper", "benefit",
    "household", "extreme", "extreme_lower", "extreme_upper", "fall", "fall_lower", "fall_upper", "limit", "if_alike",
    "if_alike_lower", "if_alike_upper", "share_of_extreme", "rows",
]  # fmt: skip
_STEPS = 4000


def liftable(money, p0, p1, p2, r, *, line, people, rate=None):
    """Most persons whom a sum can lift over the extreme line for a year, nearest first.

    Parameters
    ----------
    money : float
        Rupiah a year.
    p0, p1, p2 : float
        Percent and indices.
    r : float
        Extreme line over the poverty line.
    line : float
        Poverty line, rupiah a person and month.
    people : float
        Population, persons.
    rate : float, optional
        Extreme rate, percent: the density below the line is scaled to it. By default the estimate stands.

    Returns
    -------
    float
        Persons.
    """
    if money < 0:
        raise UcjError(f"money={money:g}: expected rupiah, 0 or more")
    fitted = extreme.gaps(p0, p1, p2)
    gap = np.linspace(1 - r, 1.0, _STEPS + 1)
    density = fitted.take(np.zeros(len(gap), dtype=int)).density(gap)
    poor, step = people * p0 / 100, gap[1] - gap[0]
    if rate is not None:
        below = float(fitted.rate(np.array([r]))[0])
        if below == 0:
            return 0.0
        poor *= rate / below
    persons, cost = (np.concatenate([[0.0], np.cumsum((v[1:] + v[:-1]) / 2 * step)])
                     for v in (poor * density, 12 * line * poor * density * (gap - gap[0])))  # fmt: skip
    return float(np.interp(money, cost, persons))


def largest_fall(deaths, benefit, p0, p1, p2, r, *, line, people, rate=None, household=HOUSEHOLD):
    """Largest fall of the extreme rate in a year, percentage points, and which limit sets it.

    Parameters
    ----------
    deaths : float
        Benefits paid in the year.
    benefit : float
        Rupiah a death.
    rate : float, optional
        Extreme rate, percent, as limit of all; by default the estimate from p0, p1, p2 and r.
    household : float
        Most members of a household.

    Returns
    -------
    (fall, limit)
    """
    if household < 1:
        raise UcjError(f"household={household:g}: expected a number of members, 1 or more")
    if deaths < 0 or not np.isfinite(deaths):
        raise UcjError(f"deaths={deaths}: expected a number, 0 or more")
    if not people > 0:
        raise UcjError(f"people={people}: expected the population of the region, above 0 persons")
    rate = float(extreme.tail_share(p0, p1, p2, r)) if rate is None else rate
    reach = {
        "household": household * deaths,
        "money": liftable(deaths * benefit, p0, p1, p2, r, line=line, people=people, rate=rate),
        "everyone": rate / 100 * people,
    }
    # money that reaches all is no limit: "everyone" is then
    limit = min(LIMITS, key=lambda name: (round(reach[name], 6), name == "money"))
    return 100 * reach[limit] / people, limit


def benefit_of(scheme, year):
    """Death benefit of a year, rupiah; the larger one where it changed in a year of which no month is on record."""
    try:
        return budget.death_benefit(scheme, f"{year}-12")
    except UcjError:
        values = scheme.set_index("parameter_id")["value"]
        return float(max(values[k] for k in budget.DEATH.values()))


def table(cells, observed, scheme, series, published, *, household=HOUSEHOLD):
    """Ceiling of every region and year with a count, a distribution and a poverty line.

    Parameters
    ----------
    cells : DataFrame
        Of a Panel: region_code, year, persons_upper, rows.
    observed : DataFrame from `budget.observed_deaths`
    scheme : DataFrame
        Table ``scheme``.
    series : DataFrame from `extreme_series.estimates`
    published : DataFrame from `extreme_series.wide`
        With line and weight (thousand persons).
    household : float

    Returns
    -------
    DataFrame with the columns COLUMNS
        Persons and falls (percentage points). Lower and upper ends take those of the death rate (exact) and of the
        estimated extreme rate (95 percent) together. share_of_extreme = fall/extreme.

    Raises
    ------
    UcjError
        Where no deaths were observed or nothing else is there to compute it from.
    """
    if observed.empty:
        raise UcjError("no observed deaths among subsidised participants: the ceiling rests on them; ask BPJS Ketenagakerjaan "
                       "for death claims by payer")  # fmt: skip
    need = cells[(cells["persons_upper"] > 0)]
    people = published[["region_code", "year", "line", "weight"]].dropna()
    years = series[(series["kind"] == "calibrated") & series["region_code"].isin(set(cells["region_code"]))]
    both = need[["region_code", "year", "persons_upper", "rows"]].merge(years, on=["region_code", "year"])
    both = both.merge(people, on=["region_code", "year"])
    if both.empty:
        raise UcjError("no region and year with a count of participants, an estimated extreme rate and a poverty line")
    highest = observed.loc[observed["rate_upper"].idxmax()]
    own = {(o.region_code, o.period[:4]): o for o in observed.itertuples()}
    out = []
    for row in both.itertuples():
        seen = own.get((row.region_code, str(row.year)), highest)
        deaths = [row.persons_upper * x for x in (seen.rate, seen.rate_lower, seen.rate_upper)]
        paid = benefit_of(scheme, row.year)
        triple = row.P0, row.P1, row.P2, row.r
        size = {"line": row.line, "people": 1000 * row.weight, "household": household}
        rates = row.unraked, min(row.unraked, row.lower95), max(row.unraked, row.upper95)
        falls = [largest_fall(d, paid, *triple, rate=e, **size) for d, e in zip(deaths, rates, strict=True)]
        alike = [a * e for a, e in zip((seen.rate, seen.rate_lower, seen.rate_upper), rates, strict=True)]
        out.append((
            row.region_code, row.year, row.definition, row.persons_upper, f"{seen.region_code} {seen.period}", *deaths, paid,
            household, row.unraked, row.lower95, row.upper95, *(f for f, _ in falls), falls[0][1], *alike,
            falls[0][0] / row.unraked if row.unraked > 0 else np.nan, f"{row.rows} {seen.rows}".strip(),
        ))  # fmt: skip
    out = pd.DataFrame(out, columns=COLUMNS)
    return out.sort_values(["region_code", "year", "definition"], ignore_index=True)


def of(inputs, panel, *, household=HOUSEHOLD):
    """`table` from the tables of a data package and a Panel of them."""
    extreme_ = inputs.extreme
    observed = budget.observed_deaths(inputs.coverage)
    return table(panel.cells, observed, inputs.scheme, extreme_.series, extreme_.table, household=household)
