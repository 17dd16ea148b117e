"""What is known of a region, as quantities without words: the same facts for both languages.

Only realised figures are stated as fact; plans stand apart; figures whose funding has stopped are named as lapsed.
"""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ucj_analysis import catalog, observations, reports
from ucj_analysis.briefs.quantity import Quantity
from ucj_analysis.errors import DefinitionChange
from ucj_analysis.metrics import coverage, extreme_series, poverty
from ucj_analysis.observations import month_number
from ucj_analysis.regions import children, get, province_of

RECENT = 36  # months: older statements of payers do not describe today
POVERTY_START, POVERTY_END = 2021, 2025  # one definition, Susenas March on SP2020 weights
CHART_START = 2015
NATIONAL_EVENTS = ("E015", "E024", "E042")  # Inpres 2/2021, Inpres 4/2022, end of village funds


@dataclass(frozen=True)
class Inputs:
    """All tables a brief draws on, read once; ``as_of`` is the month of the data version."""

    version: str
    as_of: str
    sources: pd.DataFrame
    definitions: pd.DataFrame
    indicators: pd.DataFrame
    events: pd.DataFrame
    scheme: pd.DataFrame
    coverage: pd.DataFrame
    poverty: pd.DataFrame
    labour: pd.DataFrame
    inflation: pd.DataFrame
    boundaries: object
    package: object

    @cached_property
    def extreme(self):
        """The estimates of extreme poverty, computed when first asked for."""
        return reports.load_extreme(self.package)

    @cached_property
    def relation(self):
        """The verdict on enrolment and extreme poverty, once for all briefs of a run."""
        from ucj_analysis.models import verdict

        return verdict.of(self)


def load(package=None):
    """Open and verify the tables of the data package (by default that of the clone)."""
    package = package or catalog.default()
    sources = package.table("sources")
    version = package.descriptor["version"]

    def picked(name):
        return observations.pick(package.table(name), sources)

    socio = picked("socioeconomic")
    return Inputs(
        version=version,
        as_of="-".join(version.split(".")[:2]),
        sources=sources,
        definitions=package.table("definitions"),
        indicators=package.table("indicators"),
        events=package.table("events"),
        scheme=package.table("scheme"),
        coverage=picked("coverage"),
        poverty=picked("poverty"),
        labour=picked("labour"),
        inflation=socio[(socio["indicator"] == "inflation") & (socio["region_code"] == "0000")],
        boundaries=package.boundaries(),
        package=package,
    )


@dataclass(frozen=True)
class Paid:
    """Participants whose dues someone pays: the count, who pays, the count over informal workers."""

    count: Quantity
    funding: str
    share: Quantity | None = None


@dataclass(frozen=True)
class Split:
    """A change of UCJ across denominators, separated into its two parts."""

    before: Quantity
    after: Quantity
    denominator_before: Quantity
    denominator_after: Quantity
    change: Quantity
    participants_part: Quantity
    denominator_part: Quantity


@dataclass(frozen=True)
class Discount:
    """Dues of BPU (JKK and JKM, lowest bracket) while a discount is in force, and after it."""

    full: Quantity
    reduced: Quantity
    until: str
    regulation: str


@dataclass(frozen=True)
class Estimate:
    """Estimated extreme rate of the last calibrated year, with what its intervals separate it from."""

    rate: Quantity
    low: Quantity
    high: Quantity
    basis: str
    surely_lower: int
    surely_higher: int
    others: int


@dataclass(frozen=True)
class Facts:
    """What is known of one region; None or an empty tuple where nothing is."""

    region: object
    province: object
    as_of: str
    ucj: Quantity | None
    ucj_age: int | None
    covered: Quantity | None
    potential: Quantity | None
    uncovered: Quantity | None
    target: Quantity | None
    gap: Quantity | None
    split: Split | None
    members_all: Quantity | None
    members_bpu: Quantity | None
    members_pu: Quantity | None
    over_employed: Quantity | None
    informal: Quantity | None
    paid: tuple
    lapsed: Paid | None
    lapse: str | None
    planned: tuple
    budget: Quantity | None
    own_dues: Quantity | None
    p0_start: Quantity
    p0: Quantity
    p0_change: Quantity
    p0_change_province: Quantity
    p0_province: Quantity
    rank: int
    ranked: int
    highest: tuple
    lowest: tuple
    p1_start: Quantity | None
    p1: Quantity | None
    p2: Quantity | None
    poor: Quantity | None
    line: Quantity | None
    extreme: Quantity | None
    extreme_definition: dict | None
    estimate: Estimate | None
    discount: Discount | None
    events: pd.DataFrame
    parts: tuple


def gather(inputs, code):
    """Return the facts of a region; of a province, with those of its parts."""
    region = get(code)
    province = province_of(code)
    cov = inputs.coverage[inputs.coverage["region_code"] == code]
    ucj = _latest(cov, "ucj_coverage", segment="all")
    account = _account(cov, ucj)
    paid, lapsed, lapse = _payers(inputs, code)
    target = _one(inputs.coverage, "ucj_coverage", region_code=province.code, status="target", period="2025-09")
    three = _poverty(inputs, code, province.code)
    parts = tuple(gather(inputs, r.code) for r in children(code)) if region.level == "province" else ()
    extreme = _latest(inputs.poverty[inputs.poverty["region_code"] == code], "extreme_rate")
    titles = inputs.definitions.set_index("definition")
    return Facts(
        region=region,
        province=province,
        as_of=inputs.as_of,
        ucj=ucj,
        ucj_age=coverage.age_in_months(ucj.period, inputs.as_of) if ucj else None,
        **account,
        target=target,
        gap=_gap(account, target),
        split=_split(inputs, code),
        members_all=_recent(inputs, _latest(cov, "active_participants", segment="all")),
        members_bpu=_recent(inputs, _latest(cov, "active_participants", segment="BPU")),
        members_pu=_recent(inputs, _latest(cov, "active_participants", segment="PU")),
        over_employed=_over_employed(inputs, code),
        informal=_informal(inputs, code),
        paid=paid,
        lapsed=lapsed,
        lapse=lapse,
        planned=_planned(inputs, code),
        budget=_one(cov, "subsidy_budget", status="planned", since="2025"),
        own_dues=_one(cov, "farmers_covered", funding="own dues"),
        **three,
        extreme=extreme,
        extreme_definition=titles.loc[extreme.definition].to_dict() if extreme else None,
        estimate=_estimate(inputs, code, province.code, three),
        discount=_discount(inputs.scheme, inputs.as_of),
        events=_events(inputs.events, code, province.code),
        parts=parts,
    )


# -- observations ----------------------------------------------------------------------------------------------------


def _latest(frame, indicator, **where):
    here = frame[(frame["indicator"] == indicator) & (frame["status"] == "realised") & (frame["period"] != "")]
    for column, wanted in where.items():
        here = here[here[column] == wanted]
    if here.empty:
        return None
    # of two statements of the same month the rule of choice cannot pick across definitions: the first id stands
    order = here.assign(_m=month_number(here["period"])).sort_values(["_m", "observation_id"], ascending=[False, True])
    return Quantity.of(order.iloc[0].to_dict())


def _recent(inputs, q):
    return q if q is not None and coverage.age_in_months(q.period, inputs.as_of) < RECENT else None


def _one(frame, indicator, since="", **where):
    here = frame[(frame["indicator"] == indicator) & (frame["period"] >= since)]
    for column, wanted in where.items():
        here = here[here[column] == wanted]
    if here.empty:
        return None
    return Quantity.of(here.sort_values(["period", "observation_id"]).iloc[-1].to_dict())


def _metric(row, unit, value, lower=None, upper=None, *, period, qualifier="derived"):
    """A computed figure, with the rows and sources its frame carries."""
    low = value if lower is None else lower
    high = value if upper is None else upper
    wide = high - low > 1e-9 * max(1.0, abs(value))
    return Quantity(
        float(value),
        float(low),
        float(high),
        unit,
        "approximate" if wide else qualifier,
        period,
        "realised",
        "computed" if qualifier == "derived" else row["definition"],
        tuple(row["rows"].split()),
        tuple(dict.fromkeys(row["sources"].split())),
    )


# -- coverage --------------------------------------------------------------------------------------------------------


def _account(cov, ucj):
    """Participants, potential workers and those without protection, of the date of the UCJ stated last."""
    none = {"covered": None, "potential": None, "uncovered": None}
    if ucj is None:
        return none
    known = coverage.accounts(cov)
    known = known[known["period"] == ucj.period]
    if known.empty:
        return none
    row = known.iloc[0]
    potential = _one(cov, "potential_workers", period=ucj.period, segment="all", status="realised")
    stated = _one(cov, "uncovered_workers", period=ucj.period, segment="all", status="realised")
    covered = _one(cov, "active_participants", period=ucj.period, segment="all", status="realised")
    if covered is None:
        bounds = row["participants_lower"], row["participants_upper"]
        covered = _metric(row, "persons", row["participants"], *bounds, period=ucj.period)
    return {"covered": covered, "potential": potential, "uncovered": stated}


def _gap(account, target):
    if target is None or account["covered"] is None:
        return None
    n, d = account["covered"], account["potential"]
    low = coverage.gap_to_target((n.value, n.lower, n.upper), (d.value, d.lower, d.upper), target.value)
    return Quantity.derived(*low, "persons", n, d, target, period=n.period)


def _split(inputs, code):
    """First and last UCJ of a region whose counts are known, when its denominator changed between them."""
    account = coverage.accounts(inputs.coverage[inputs.coverage["region_code"] == code])
    if len(account) < 2:
        return None
    said = coverage.reported(inputs.coverage[inputs.coverage["region_code"] == code])
    both = said.merge(account[["period", "definition"]], on=["period", "definition"])
    if len(both) < 2:
        return None
    first, last = both.iloc[0], both.iloc[-1]
    try:
        coverage.change(first, last, inputs.definitions, account=account)
        return None
    except DefinitionChange as error:
        parts = error.decomposition
    if parts is None:
        return None
    a, b = (account[account["period"] == r["period"]].iloc[0] for r in (first, last))
    rows = {"rows": f"{a['rows']} {b['rows']}", "sources": f"{a['sources']} {b['sources']}"}

    def stated(frame_row, column=""):
        bounds = [frame_row[f"{column}{s}"] for s in ("", "_lower", "_upper")]
        return _metric(frame_row, "persons", *bounds, period=frame_row["period"])

    return Split(
        before=_one(inputs.coverage, "ucj_coverage", observation_id=first["rows"]),
        after=_one(inputs.coverage, "ucj_coverage", observation_id=last["rows"]),
        denominator_before=stated(a, "denominator"),
        denominator_after=stated(b, "denominator"),
        **{
            k: _metric(rows, "percentage points", *parts[k], period=last["period"])
            for k in ("change", "participants_part", "denominator_part")
        },
    )


def _over_employed(inputs, code):
    counts = coverage.participants(inputs.coverage[inputs.coverage["region_code"] == code])
    counts = counts[counts["segment"] == "all"]
    if counts.empty:
        return None
    row = coverage.over_bps(counts, inputs.labour).dropna(subset="coverage")
    if row.empty:
        return None
    row = row.iloc[-1]
    bounds = row["coverage_lower"], row["coverage_upper"]
    return _recent(inputs, _metric(row, "percent", row["coverage"], *bounds, period=row["period"]))


def _informal(inputs, code):
    frame = coverage.informal_workers(inputs.labour[inputs.labour["region_code"] == code])
    if frame.empty:
        return None
    row = frame.iloc[-1]
    return _metric(row, "persons", row["value"], row["lower"], row["upper"], period=row["period"])


def _payers(inputs, code):
    """Latest statement per payer, largest first; those whose funding an event ended are taken out as lapsed."""
    here = coverage.by_payer(inputs.coverage[inputs.coverage["region_code"] == code])
    here = here[here["payer"] != "own dues"]
    lapsed = lapse = None
    since = coverage.lapsed_since(here, inputs.events)
    village = here[(since != "") & (here["payer"] == "APBDes")]
    if len(village):
        row = village.iloc[-1]
        lapsed, lapse = Paid(_paid_quantity(inputs, row), row["funding"]), since[since != ""].iloc[0]
    here = here[since == ""]
    if here.empty:
        return (), lapsed, lapse
    age = month_number(pd.Series([inputs.as_of])).iloc[0] - month_number(here["period"])
    here = here[age < RECENT]
    here = here.sort_values("period").drop_duplicates("funding", keep="last")
    if here.empty:
        return (), lapsed, lapse
    shares = coverage.over_bps(here, inputs.labour, base="informal")
    out = []
    for (_, row), (_, share) in zip(here.iterrows(), shares.iterrows(), strict=True):
        ratio = None
        if pd.notna(share["coverage"]):
            bounds = share["coverage_lower"], share["coverage_upper"]
            ratio = _metric(share, "percent", share["coverage"], *bounds, period=share["base_period"])
        out.append(Paid(_paid_quantity(inputs, row), row["funding"], ratio))
    # one payer before a mixture of payers of an earlier date, then the larger
    out.sort(key=lambda p: (_mixed(p.funding), -p.count.value))
    return tuple(out), lapsed, lapse


def _mixed(funding):
    return "+" in funding


def _paid_quantity(inputs, row):
    return _one(inputs.coverage, "subsidised_participants", observation_id=row["rows"])


def _planned(inputs, code):
    here = coverage.by_payer(inputs.coverage[inputs.coverage["region_code"] == code], status="planned")
    here = here[here["period"] >= "2025"]
    return tuple(Paid(_paid_quantity(inputs, r), r["funding"]) for _, r in here.sort_values("rows").iterrows())


def _discount(scheme, as_of):
    """The discount of dues outside transport, where it is in force at ``as_of``."""
    terms = scheme.set_index("parameter_id")
    rule, full, reduced = (terms.loc[k] for k in ("K008", "K004", "K009"))
    if not rule["valid_from"] <= as_of <= rule["valid_to"]:
        return None

    def dues(row):
        v = float(row["value"])
        return Quantity(v, v, v, "IDR/month", "exact", rule["valid_from"], "realised", "as_stated", (row.name,),
                        (row["source_id"],))  # fmt: skip

    return Discount(dues(full), dues(reduced), rule["valid_to"], rule["regulation"].split(" (")[0])


# -- poverty ---------------------------------------------------------------------------------------------------------


def _poverty(inputs, code, province):
    parts = [r.code for r in children(province)]

    def level(indicator, year, region=code):
        frame = poverty.levels(inputs.poverty, indicator)
        rows = frame[(frame["region_code"] == region) & (frame["year"] == year)]
        return _one(inputs.poverty, indicator, observation_id=rows.iloc[0]["rows"]) if len(rows) else None

    moves = poverty.change(inputs.poverty, "P0", POVERTY_START, POVERTY_END).set_index("region_code")

    def move(region):
        row = moves.loc[region]
        return _metric(row, "percentage points", row["change"], period=f"{POVERTY_END}-03")

    order = poverty.rank(inputs.poverty, "P0", POVERTY_END, parts)
    mine = order[order["region_code"] == code]
    ends = [
        (get(r["region_code"]), level("P0", POVERTY_END, r["region_code"])) for r in (order.iloc[-1], order.iloc[0])
    ]
    return {
        "p0_start": level("P0", POVERTY_START),
        "p0": level("P0", POVERTY_END),
        "p0_change": move(code),
        "p0_change_province": move(province),
        "p0_province": level("P0", POVERTY_END, province),
        "rank": int(mine["rank"].iloc[0]) if len(mine) else 0,
        "ranked": len(order),
        "highest": ends[0],
        "lowest": ends[1],
        "p1_start": level("P1", POVERTY_START),
        "p1": level("P1", POVERTY_END),
        "p2": level("P2", POVERTY_END),
        "poor": level("poor", POVERTY_END),
        "line": level("poverty_line", POVERTY_END),
    }


def latest_estimates(inputs, province):
    """Estimates of a province's regencies in the last calibrated year (the later basis where there are two)."""
    here = inputs.extreme.series[inputs.extreme.series["kind"] == "calibrated"]
    here = here[here["region_code"].isin([r.code for r in children(province)])]
    here = here[here["year"] == here["year"].max()]
    return here[here["definition"] == here["definition"].max()]


def _estimate(inputs, code, province, triple):
    rows = latest_estimates(inputs, province)
    if code == province or code not in set(rows["region_code"]):
        return None
    row = rows.set_index("region_code").loc[code]
    order = extreme_series.rank(rows, rows["region_code"]).set_index("region_code").loc[code]
    national = inputs.extreme.calibration.set_index(["year", "definition"]).loc[
        (row["year"], row["definition"]), "rows"
    ]
    national = _one(inputs.poverty, "extreme_rate", observation_id=national)
    parts = [q for q in (triple["p0"], triple["p1"], triple["p2"], national) if q is not None]

    def quantity(x):
        return Quantity.derived(float(x), float(x), float(x), "percent", *parts, period=f"{row['year']}-03")

    return Estimate(
        quantity(row["rate"]),
        quantity(row["lower80"]),
        quantity(row["upper80"]),
        extreme_series.BASIS[row["definition"]],
        int(order["surely_lower"]),
        int(order["surely_higher"]),
        len(rows) - 1,
    )


def _events(events, code, province):
    """What may matter to the path of a region: its own programme events, then national rules; at most four."""
    events = events[events["period"] < f"{POVERTY_END}-04"]  # the chart ends there
    own = events[
        (events["region_code"] == code)
        & events["kind"].isin(["programme_start", "programme_expansion", "programme_stop", "budget"])
    ]
    own = own.drop_duplicates(["period", "kind"]).assign(_year=own["period"].str[:4])
    own = own.drop_duplicates(["_year", "kind"]).drop(columns="_year")
    rules = events[events["event_id"].isin(NATIONAL_EVENTS)]
    chosen = pd.concat([own.iloc[-4:], rules]).head(4)
    return chosen.sort_values(["period", "event_id"], ignore_index=True)
