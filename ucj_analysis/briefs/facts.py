"""What is known of a region, as quantities without words: the same facts for both languages.

Only realised figures are stated as fact; plans stand apart; figures whose funding has stopped are named as lapsed.
"""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ucj_analysis import catalog, observations
from ucj_analysis.briefs.quantity import Quantity
from ucj_analysis.errors import DefinitionChange, UcjError
from ucj_analysis.metrics import coverage, extreme_series, poverty
from ucj_analysis.observations import month_number
from ucj_analysis.regions import children, get, province_of

RECENT = 36  # months: older statements of payers do not describe today
POVERTY_START = 2021  # one definition from here, Susenas March on SP2020 weights
CHART_START = 2015
INDICATORS = ("P0", "P1", "P2", "poor", "poverty_line")
_UNITS = {"P0": "percent", "P1": "index", "P2": "index", "poor": "thousand persons", "poverty_line": "IDR/person/month"}
# Poverty of these two is of the old, undivided province to 2023 and of what was left of it from 2024
_DIVIDED = {"9100": "2024", "9400": "2024"}
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
    package: object
    scenario: object = None  # scenarios.Scenario of the box on the next step; None for the default

    @cached_property
    def extreme(self):
        """The estimates of extreme poverty of all years, computed when first asked for."""
        from ucj_analysis import reports  # a second of imports that a warm cache spares

        return reports.load_extreme(self.package)

    @cached_property
    def recent(self):
        """The estimates of the last calibrated year only: all that a brief shows."""
        from ucj_analysis import reports

        return reports.load_extreme(self.package, last=True)

    @cached_property
    def boundaries(self):
        """Boundaries of the package, EPSG:4326."""
        return self.package.boundaries()

    @cached_property
    def everywhere(self):
        """Poverty of all regions since `CHART_START`: the record of the package's own province, the panel elsewhere."""
        panel, since = self.package.table("panel"), str(CHART_START)
        panel = panel[~panel["region_code"].isin(self.poverty["region_code"].unique()) & (panel["period"] >= since)]
        own = self.poverty[self.poverty["period"] >= since]
        return pd.concat([own, _as_observations(panel)], ignore_index=True)

    @cached_property
    def paths(self):
        """Poverty of all regions as {(indicator, region): [row of `poverty.levels`]}, years ascending."""
        out = {}
        for indicator in INDICATORS:
            for row in poverty.levels(self.everywhere, indicator).to_dict("records"):
                out.setdefault((indicator, row["region_code"]), []).append(row)
        return out

    @cached_property
    def recorded(self):
        """Rows of the package's own record of poverty by observation_id."""
        return {r["observation_id"]: r for r in self.poverty.to_dict("records")}

    @cached_property
    def gathered(self):
        """Facts by region, filled by `gather`."""
        return {}

    @cached_property
    def _by_year(self):
        return {}

    def p0_of_all(self, year):
        """P0 of all regencies and cities in one year, ascending, as rows of `paths`; None where one lacks it."""
        if year not in self._by_year:
            codes = [r.code for p in children("0000") for r in children(p.code)]
            rows = [r for c in codes for r in self.paths.get(("P0", c), ()) if r["year"] == year]
            rows.sort(key=lambda r: (r["value"], r["region_code"]))
            self._by_year[year] = rows if len(rows) == len(codes) else None
        return self._by_year[year]

    @cached_property
    def last_estimates(self):
        """Estimates of the last calibrated year (the later basis where there are two), by province."""
        here = self.recent.series[self.recent.series["kind"] == "calibrated"]
        here = here[here["year"] == here["year"].max()]
        here = here[here["definition"] == here["definition"].max()]
        return dict(list(here.groupby(here["region_code"].str[:2] + "00")))

    @cached_property
    def relation(self):
        """The verdict on enrolment and extreme poverty, once for all briefs of a run."""
        return relation_of(self, vars(self).get("store"))

    @cached_property
    def known(self):
        """Provinces of which anything on Jamsostek is on record."""
        return {c[:2] + "00" for c in self.coverage["region_code"]}


def relation_of(inputs, kept=None, beside=lambda make: make):
    """The verdict on enrolment and extreme poverty, kept in a store; ``beside`` as in `verdict.judge`."""

    def make():
        from ucj_analysis.models import verdict

        return verdict.of(inputs, beside=beside)

    return make() if kept is None else kept.get("relation", make)


def _as_observations(panel):
    """Rows of the panel in the form of the observation record; a row is named by region, period and indicator."""
    year, line = panel["period"].str[:4], panel["indicator"] == "poverty_line"
    out = panel.assign(
        observation_id="panel/" + panel["region_code"] + "/" + panel["period"] + "/" + panel["indicator"],
        segment="", funding="", lower=panel["value"], upper=panel["value"], unit=panel["indicator"].map(_UNITS),
        qualifier="exact", status="realised", disputed=False, note="",
    )  # fmt: skip
    basis = pd.Series("susenas_march_2021_on", index=panel.index)
    basis = basis.mask(year < "2021", "susenas_march_2015_2020")
    old = year < panel["region_code"].map(_DIVIDED).fillna("0")
    out["definition"] = basis.mask(line, "susenas_march_line").mask(old & ~line, basis + "_undivided")
    return out


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
class Nation:
    """Place of a poverty rate among all regencies and cities: how many have a lower and a higher one."""

    lower: int
    higher: int
    of: int
    median: Quantity


@dataclass(frozen=True)
class Facts:
    """What is known of one region; None or an empty tuple where nothing is."""

    region: object
    province: object
    as_of: str
    known: bool  # whether anything on Jamsostek is on record for the province
    count: int  # regencies and cities of the province
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
    p0_start: Quantity | None
    p0: Quantity
    p0_change: Quantity | None
    p0_change_province: Quantity | None
    p0_province: Quantity
    rank: int
    ranked: int
    highest: tuple
    lowest: tuple
    nation: Nation | None
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

    @property
    def poor_now(self):
        """The poor of the year of P0; None where that year's are not out yet."""
        return self.poor if self.poor is not None and self.poor.period == self.p0.period else None


def gather(inputs, code):
    """Return the facts of a region; of a province, with those of its parts. Gathered once per region and process."""
    if code not in inputs.gathered:
        inputs.gathered[code] = _gather(inputs, code)
    return inputs.gathered[code]


def gather_province(inputs, province):
    """Gather the facts of a province and of all its regions at once; kept with the inputs where these are kept."""
    kept = vars(inputs).get("store")

    def make():
        gather(inputs, province)  # and so of its parts
        return {c: inputs.gathered[c] for c in (province, *(r.code for r in children(province)))}

    inputs.gathered.update(kept.get(f"facts of {province}", make) if kept else make())


def _gather(inputs, code):
    region = get(code)
    province = province_of(code)
    known = province.code in inputs.known
    three = _poverty(inputs, code, province.code)
    extreme = _latest(inputs.poverty[inputs.poverty["region_code"] == code], "extreme_rate")
    extreme = extreme or (None if known else _official(inputs, code))
    titles = inputs.definitions.set_index("definition")
    return Facts(
        region=region,
        province=province,
        as_of=inputs.as_of,
        known=known,
        count=len(children(province.code)),
        **(_jamsostek(inputs, code, province.code) if known else _NOTHING),
        **three,
        extreme=extreme,
        extreme_definition=titles.loc[extreme.definition].to_dict() if extreme else None,
        estimate=_estimate(inputs, code, province.code),
        discount=_discount(inputs.scheme, inputs.as_of),
        events=chosen_events(inputs.events, code, three["p0"].period[:4], national=known),
        parts=tuple(gather(inputs, r.code) for r in children(code)) if region.level == "province" else (),
    )


_NOTHING = {
    **dict.fromkeys(
        ("ucj", "ucj_age", "covered", "potential", "uncovered", "target", "gap", "split", "members_all", "members_bpu",
         "members_pu", "over_employed", "informal", "lapsed", "lapse", "budget", "own_dues")
    ),
    "paid": (), "planned": (),
}  # fmt: skip


def _jamsostek(inputs, code, province):
    """What is on record of coverage and of dues."""
    cov = inputs.coverage[inputs.coverage["region_code"] == code]
    ucj = _latest(cov, "ucj_coverage", segment="all")
    account = _account(cov, ucj)
    paid, lapsed, lapse = _payers(inputs, code)
    target = _one(inputs.coverage, "ucj_coverage", region_code=province, status="target", period="2025-09")
    return {
        "ucj": ucj,
        "ucj_age": coverage.age_in_months(ucj.period, inputs.as_of) if ucj else None,
        **account,
        "target": target,
        "gap": _gap(account, target),
        "split": _split(inputs, code),
        "members_all": _recent(inputs, _latest(cov, "active_participants", segment="all")),
        "members_bpu": _recent(inputs, _latest(cov, "active_participants", segment="BPU")),
        "members_pu": _recent(inputs, _latest(cov, "active_participants", segment="PU")),
        "over_employed": _over_employed(inputs, code),
        "informal": _informal(inputs, code),
        "paid": paid,
        "lapsed": lapsed,
        "lapse": lapse,
        "planned": _planned(inputs, code),
        "budget": _one(cov, "subsidy_budget", status="planned", since="2025"),
        "own_dues": _one(cov, "farmers_covered", funding="own dues"),
    }


def _official(inputs, code):
    """Last official extreme rate of a region outside the package's own record."""
    said = inputs.recent.official
    said = said[(said["region_code"] == code) & said["definition"].isin(extreme_series.BASIS)]
    if said.empty:
        return None
    r = said.sort_values(["period", "definition"]).iloc[-1]
    value, row = float(r["rate"]), f"extreme_official/{code}/{r['period']}/{r['definition']}"
    return Quantity(value, value, value, "percent", "exact", r["period"], "realised", r["definition"], (row,),
                    (r["source_id"],))  # fmt: skip


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
    at = inputs.paths.get
    own = at(("P0", code), [])
    if not own:
        raise UcjError(f"no poverty rate of {get(code)} in the table panel; a brief needs one")
    end = own[-1]["year"]
    start = _start(own)

    def level(indicator, year, region=code):
        rows = [r for r in at((indicator, region), ()) if r["year"] == year]
        return _level(inputs, rows[0]) if rows else None

    def last(indicator):
        rows = [r for r in at((indicator, code), ()) if r["year"] <= end]
        return _level(inputs, rows[-1]) if rows else None

    def move(region):
        rows = {r["year"]: r for r in at(("P0", region), ())}
        a, b = rows.get(start), rows.get(end)
        if start is None or a is None or b is None or a["segment_id"] != b["segment_id"]:
            return None
        both = {k: f"{a[k]} {b[k]}" for k in ("rows", "sources")}
        return _metric(both, "percentage points", b["value"] - a["value"], period=b["period"])

    order = [(q.value, c, q) for c in (r.code for r in children(province)) if (q := level("P0", end, c))]
    order.sort(key=lambda x: x[:2])
    mine = [q for _, c, q in order if c == code]
    everyone = inputs.p0_of_all(end) if get(code).level == "regency" else None
    deep, deep_start = _depth(inputs, code, start)
    return {
        "p0_start": level("P0", start) if start else None,
        "p0": level("P0", end),
        "p0_change": move(code),
        "p0_change_province": move(province),
        "p0_province": level("P0", end, province),
        "rank": 1 + sum(x[0] < mine[0].value for x in order) if mine else 0,
        "ranked": len(order),
        "highest": (get(order[-1][1]), order[-1][2]),
        "lowest": (get(order[0][1]), order[0][2]),
        "nation": _nation(inputs, own[-1], everyone) if everyone else None,
        "p1_start": level("P1", deep_start) if deep_start else None,
        "p1": level("P1", deep) if deep else None,
        "p2": level("P2", deep) if deep else None,
        "poor": last("poor"),
        "line": last("poverty_line"),
    }


def _start(rows):
    """First year from 2021 on that can be compared with the last one; None where there is none."""
    years = [r["year"] for r in rows if r["segment_id"] == rows[-1]["segment_id"] and r["year"] >= POVERTY_START]
    return years[0] if years[0] < rows[-1]["year"] else None


def _depth(inputs, code, start):
    """Last year of P1, and the first it is compared with (that of P0 where P1 has it)."""
    rows = [r for r in inputs.paths.get(("P1", code), []) if r["year"] >= POVERTY_START]
    if not rows:
        return None, None
    last = rows[-1]
    same = [
        r["year"] for r in rows if r["segment_id"] == last["segment_id"] and (start or 0) <= r["year"] < last["year"]
    ]
    return last["year"], same[0] if start and same else None


def _level(inputs, row):
    """A figure of `Inputs.paths` as a quantity; the package's own record knows bounds and qualifiers."""
    if row["rows"] in inputs.recorded:
        return Quantity.of(inputs.recorded[row["rows"]])
    value = row["value"]
    return Quantity(value, value, value, row["unit"], "exact", row["period"], "realised", row["definition"],
                    (row["rows"],), (row["sources"],))  # fmt: skip


def _nation(inputs, own, everyone):
    n = len(everyone)
    middle = [everyone[(n - 1) // 2], everyone[n // 2]]
    median = Quantity.derived(sum(r["value"] for r in middle) / 2, *[sum(r["value"] for r in middle) / 2] * 2, "percent",
                              *(_level(inputs, r) for r in middle))  # fmt: skip
    lower = sum(r["value"] < own["value"] for r in everyone)
    return Nation(lower, sum(r["value"] > own["value"] for r in everyone), n, median)


def latest_estimates(inputs, province):
    """Estimates of a province's regencies in the last calibrated year (the later basis where there are two)."""
    return inputs.last_estimates.get(province, inputs.recent.series.iloc[:0])


def _estimate(inputs, code, province):
    rows = latest_estimates(inputs, province)
    if code == province or code not in set(rows["region_code"]):
        return None
    year = int(rows["year"].iloc[0])
    triple = [
        _level(inputs, r) for n in ("P0", "P1", "P2") for r in inputs.paths.get((n, code), ()) if r["year"] == year
    ]
    row = rows.set_index("region_code").loc[code]
    order = extreme_series.rank(rows, rows["region_code"]).set_index("region_code").loc[code]
    national = inputs.recent.calibration.set_index(["year", "definition"]).loc[(row["year"], row["definition"]), "rows"]
    national = _one(inputs.poverty, "extreme_rate", observation_id=national)
    parts = [*triple, *([] if national is None else [national])]

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


def chosen_events(events, code, last, *, national):
    """What may matter to the path of a region: its own programme events, then national rules; at most four."""
    events = events[events["period"] < f"{last}-04"]  # the chart ends there
    own = events[
        (events["region_code"] == code)
        & events["kind"].isin(["programme_start", "programme_expansion", "programme_stop", "budget"])
    ]
    own = own.drop_duplicates(["period", "kind"]).assign(_year=own["period"].str[:4])
    own = own.drop_duplicates(["_year", "kind"]).drop(columns="_year")
    # beside a region without Jamsostek figures a rule on its dues would read as if it had mattered there
    rules = events[events["event_id"].isin(NATIONAL_EVENTS if national else NATIONAL_EVENTS[1:2])]
    chosen = pd.concat([own.iloc[-4:], rules]).head(4)
    return chosen.sort_values(["period", "event_id"], ignore_index=True)
