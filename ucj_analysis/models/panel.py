"""The panel of regencies and years: outcomes as published or estimated, enrolment as an interval with its status.

Subsidised BPU participants are vulnerable workers whose dues a government pays (``subsidised_participants`` of the
record; RT/RW and religious officials are other groups and left out). Dues are paid from yearly budgets, so a statement
dated within a year speaks of that year. Per cell and payer:

1. all realised statements are taken together: the interval they share, or, where they contradict each other, the
   interval that holds them all;
2. statements on payers together ("APBD+APBDes") are held against the sum of the parts, in the same way;
3. what no statement of the year covers is open, unless the table ``readings`` names the source that closes it (no
   programme yet, funds stopped, a count that nothing can exceed). Its readings are ``stated`` by a source or
   ``inferred`` from one; ``strict`` leaves out the inferred ones;
4. nobody is subsidised who is not an active participant: a count of those, of the whole year or of December, is a cap.

Nothing is interpolated or carried forward. A plan is never a bound. Doses are persons per 100 BPS workers of August of
the same year. Before 2018 there is no such count for regencies: none is none, anything else stays within 0 to 100.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import coverage
from ucj_analysis.regions import children, get

YEARS = range(2015, 2026)
PROVINCE = "7500"
PAYERS = {"regency": ("regency", "village"), "all": ("regency", "village", "province")}
BASES = ("employed", "informal")
STATUSES = ("known", "bounded", "planned only", "unknown")
OUTCOMES = ("extreme", "extreme_raked", "P0", "P1", "P2")
COVARIATES = ("unemployment_rate", "lfpr", "hdi", "mean_years_schooling", "grdp_per_capita_constant_2010")
COMPLETIONS = ("lower", "middle")
CELLS = [
    "region_code", "year", *OUTCOMES, "extreme_kind", "persons_lower", "persons_upper", "status", "planned",
    *(f"{b}{s}" for b in BASES for s in ("", "_lower", "_upper")),
    *(f"dose_{b}{s}" for b in BASES for s in ("_lower", "_upper")), *COVARIATES, "events", "reason", "rows",
]  # fmt: skip
_HOLDER = "labour office (Dinas Tenaga Kerja) of the regency, and BPJS Ketenagakerjaan, Gorontalo branch"


@dataclass(frozen=True)
class Panel:
    """Cells of region and year.

    Attributes
    ----------
    cells : DataFrame
        Columns CELLS: outcomes (percent and index), persons subsidised as an interval (upper NaN: no bound on record),
        status (STATUSES), plans of the year (never a bound), BPS workers, doses (persons per 100 workers, intervals), covariates,
        event ids, reason (how the interval came about) and rows (ids of statements, events and readings, by blanks).
    caps : DataFrame
        year, persons, rows: active participants of the whole province, which the regencies' sum cannot exceed.
    events : DataFrame
    payers : {"regency", "all"}
    strict : bool
    basis : str
        Definition of the estimated extreme rate.
    """

    cells: pd.DataFrame
    caps: pd.DataFrame
    events: pd.DataFrame
    payers: str
    strict: bool
    basis: str = "extreme_usd190"

    def gaps(self):
        """What is missing for a known dose, and who holds it: one row per region and stretch of years.

        Returns
        -------
        DataFrame
            region_code, region, first_year, last_year, status, known_so_far, ask, rows.
        """
        out = []
        for code, here in self.cells[self.cells["status"] != "known"].groupby("region_code"):
            here = here.sort_values("year")
            same = here[["status", "persons_lower", "persons_upper"]].fillna(-1)
            run = ((here["year"].diff() != 1) | (same != same.shift()).any(axis=1)).cumsum()
            for _, part in here.groupby(run):
                low, high = part["persons_lower"].min(), part["persons_upper"].max(skipna=False)
                known = "nothing" if np.isnan(high) and low == 0 else f"at least {low:,.0f} persons"
                if not np.isnan(high):
                    known = f"{low:,.0f} to {high:,.0f} persons"
                out.append(
                    {
                        "region_code": code,
                        "region": get(code).label("en"),
                        "first_year": part["year"].iloc[0],
                        "last_year": part["year"].iloc[-1],
                        "status": part["status"].iloc[0],
                        "known_so_far": known,
                        "ask": _HOLDER,
                        "rows": _ids(part["rows"]),
                    }
                )
        columns = ["region_code", "region", "first_year", "last_year", "status", "known_so_far", "ask", "rows"]
        return pd.DataFrame(out, columns=columns)

    @cached_property
    def _by_place(self):
        """Cells as records by region and year."""
        return {(r["region_code"], r["year"]): r for r in self.cells.to_dict("records")}

    def design(self, *, outcome="extreme", base="employed", lag=1, years=None, regions=None):
        """Outcome and dose intervals of one specification, balanced.

        Parameters
        ----------
        outcome : one of OUTCOMES
        base : {"employed", "informal"}
        lag : int
            Years from dose to outcome: poverty is measured in March, so 1 relates it to the budget of the year before.
        years : sequence of int, optional
            Years of the outcome; by default all in which every region has the outcome and a dose of the year meant.
        regions : sequence of str, optional

        Returns
        -------
        Design

        Raises
        ------
        UcjError
            For a year without outcome or dose (nothing is filled in), fewer than two regions or years.
        """
        if outcome not in OUTCOMES:
            raise UcjError(f"outcome={outcome!r}: expected one of {', '.join(OUTCOMES)}")
        if base not in BASES:
            raise UcjError(f"base={base!r}: expected employed or informal")
        if lag not in (0, 1, 2):
            raise UcjError(f"lag={lag!r}: expected 0, 1 or 2 years from dose to outcome")
        regions = sorted(self.cells["region_code"].unique()) if regions is None else list(regions)
        absent = sorted(set(regions) - set(self.cells["region_code"]))
        if absent:
            raise UcjError(
                f"no cells for {', '.join(absent)}: the panel has {', '.join(self.cells.region_code.unique())}"
            )
        cells = self._by_place
        known = sorted({t for _, t in cells})
        have = [
            t for t in known if all((r, t) in cells and (r, t - lag) in cells and cells[r, t][outcome] == cells[r, t][outcome]
                                    for r in regions)
        ]  # fmt: skip
        if years is None:
            years = have
        missing = [t for t in years if t not in have]
        if missing:
            known = ", ".join(map(str, have)) or "none"
            raise UcjError(f"no {outcome} with a dose {lag} years before for {', '.join(map(str, missing))} in every region; "
                           f"there is {known}: nothing is filled in")  # fmt: skip
        if len(regions) < 2 or len(years) < 2:
            raise UcjError(f"{len(regions)} regions and {len(years)} years: two of each are needed for their effects")
        out = []
        for code in regions:
            for year in sorted(years):
                dose = cells[code, year - lag]
                out.append({"region_code": code, "year": year, "dose_year": year - lag, "y": cells[code, year][outcome],
                            "lower": dose[f"dose_{base}_lower"], "upper": dose[f"dose_{base}_upper"],
                            **{k: dose[k] for k in ("status", "reason", "rows")}, "of": dose[f"{base}_lower"]})  # fmt: skip
        out = pd.DataFrame(out)
        caps = []
        for cap in self.caps.itertuples():
            at = np.flatnonzero(out["dose_year"] == cap.year)
            # the smallest denominator: the cap then never cuts off what could be true
            weight = out["of"].to_numpy()[at] / 100
            if len(at) and np.isfinite(weight).all():
                caps.append((at, weight, cap.persons))
        columns = ["region_code", "year", "dose_year", "y", "lower", "upper", "status", "reason", "rows"]
        return Design(out[columns], caps, {"outcome": outcome, "base": base, "lag": lag, "payers": self.payers,
                                          "strict": self.strict, "basis": self.basis})  # fmt: skip


@dataclass(frozen=True)
class Design:
    """One specification as numbers: rows of region and year with outcome and dose interval.

    Attributes
    ----------
    rows : DataFrame
        region_code, year (of the outcome), dose_year, y, lower, upper, status, reason, rows.
    caps : list of (positions, weights, bound)
        weights @ dose[positions] <= bound; positions of different caps do not overlap.
    about : dict
    """

    rows: pd.DataFrame
    caps: list = field(default_factory=list)
    about: dict = field(default_factory=dict)

    def completion(self, rule="lower"):
        """One dose per cell: ``lower`` counts what the record proves and nothing more, ``middle`` the mid-points.

        A slope on either is one of many that the record allows: never to be shown without the identified set.
        """
        if rule not in COMPLETIONS:
            raise UcjError(f"completion={rule!r}: expected {' or '.join(COMPLETIONS)}")
        low, high = self.rows["lower"].to_numpy(), self.rows["upper"].to_numpy()
        return low.copy() if rule == "lower" else (low + high) / 2


# -- making it ----------------------------------------------------------------------------------------------------------


def of(inputs, *, readings=None, payers="regency", strict=False, years=YEARS, basis="extreme_usd190"):
    """Return the panel of the six from the tables of a data package.

    Parameters
    ----------
    inputs : briefs.facts.Inputs, or anything with coverage, labour, events, extreme and package
    readings : DataFrame, optional
        Table ``readings``.
    """
    if readings is None:
        readings = inputs.package.table("readings")
    extreme = inputs.extreme
    return build(
        inputs.coverage,
        inputs.events,
        inputs.labour,
        readings,
        extreme.series,
        extreme.table,
        socioeconomic=inputs.package.table("socioeconomic"),
        payers=payers,
        strict=strict,
        years=years,
        basis=basis,
    )


def build(
    record,
    events,
    labour,
    readings,
    extreme,
    published,
    *,
    socioeconomic=None,
    payers="regency",
    strict=False,
    years=YEARS,
    basis="extreme_usd190",
):
    """Return the Panel of the regencies of the province.

    Parameters
    ----------
    record, labour : DataFrame of picked observations
        Tables ``coverage`` and ``labour``.
    events, readings : DataFrame
    extreme : DataFrame from `extreme_series.estimates`
    published : DataFrame from `extreme_series.wide`
    socioeconomic : DataFrame of observations, optional
    payers : {"regency", "all"}
        Dues paid by the regency and its villages, or also those paid by the province.
    strict : bool
        True keeps only readings that a source states.
    """
    if payers not in PAYERS:
        raise UcjError(f"payers={payers!r}: expected regency or all")
    regions = [r.code for r in children(PROVINCE)]
    use = readings if not strict else readings[readings["strength"] == "stated"]
    said = _statements(record, events, use, regions, years)
    plans = coverage.by_payer(record, status="planned").assign(year=lambda f: f["period"].str[:4].astype(int))
    totals = _actives(record)
    by_cell = [_by_cell(frame) for frame in (said, plans, totals)]
    rules = list(use.itertuples(index=False))
    cells = pd.DataFrame(
        [
            _cell(code, year, *(by.get((code, year), []) for by in by_cell), rules, PAYERS[payers])
            for code in regions
            for year in years
        ]
    )
    workers = _workers(labour, regions, years)
    cells = cells.merge(workers, how="left", on=["region_code", "year"])
    for base in BASES:
        for side, other in (("lower", "upper"), ("upper", "lower")):
            share = 100 * cells[f"persons_{side}"] / cells[f"{base}_{other}"]
            open_end = 0.0 if side == "lower" else 100.0
            none = cells[f"persons_{side}"] == 0  # zero persons are zero percent, whatever the denominator
            cells[f"dose_{base}_{side}"] = share.where(~none, 0.0).fillna(open_end).clip(0, 100)
    cells["events"] = _events_of(events, cells)
    cells = cells.merge(_outcomes(extreme, published, basis), how="left", on=["region_code", "year"])
    for name, frame in (("labour", labour), ("socioeconomic", socioeconomic)):
        if frame is not None:
            cells = cells.merge(_covariates(frame, name), how="left", on=["region_code", "year"])
    top = totals[(totals["region_code"] == PROVINCE) & totals["year"].isin(list(years))]
    caps = top.groupby("year").agg(persons=("upper", "max"), rows=("rows", _ids)).reset_index()
    return Panel(cells.reindex(columns=CELLS), caps, events, payers, strict, basis)


def _statements(record, events, readings, regions, years):
    """Realised statements of the six: region_code, year, scope (tuple of payers), lower, upper, rows."""
    paid = coverage.by_payer(record)
    paid = paid[(paid["payer"] != "own dues") & paid["region_code"].isin(regions)]
    stopped = coverage.lapsed_since(paid, events)
    # a count of those who lost protection is no count of those who have it
    paid = paid[(stopped == "") | (paid["period"].str[:7] < stopped)]
    paid = paid.assign(year=paid["period"].str[:4].astype(int), scope=paid["funding"].map(_scope))
    parts = set(" ".join(readings.loc[readings["kind"] == "part", "basis"]).split())
    paid = paid[~paid["rows"].isin(parts) & paid["year"].isin(list(years))]
    return paid[["region_code", "year", "scope", "lower", "upper", "rows"]]


def _ids(texts):
    """Ids of several texts, each once."""
    return " ".join(dict.fromkeys(" ".join(texts).split()))


def _scope(funding):
    """Payers that a funding text names."""
    if funding.startswith("government, level not stated"):
        return ("regency", "village")  # the province's programme is recorded from July 2025 only
    parts = [p.strip() for p in funding.split("+")]
    names = {"APBDes": "village", "APBD provinsi": "province", "APBD": "regency", "APBD kabupaten": "regency"}
    out = tuple(names.get(p.split(" (")[0]) for p in parts)
    if None in out:
        raise UcjError(f"funding {funding!r}: names no payer that the panel knows ({', '.join(names)})")
    return out


def _actives(record):
    """Counts of active participants that cap a year (bare years and December): region_code, year, upper, rows."""
    active = coverage.participants(record)
    active = active[active["segment"].isin(["all", "BPU"])][["region_code", "period", "upper", "rows"]]
    counted = coverage.accounts(record).rename(columns={"participants_upper": "upper"})
    both = pd.concat([active, counted[["region_code", "period", "upper", "rows"]]])
    both = both[(both["period"].str.len() == 4) | both["period"].str[5:7].eq("12")]
    return both.assign(year=both["period"].str[:4].astype(int))


def _together(intervals):
    """What intervals share or, where some contradict each other, what holds them all."""
    low, high = max(a for a, _ in intervals), min(b for _, b in intervals)
    if low <= high:
        return low, high, False
    return min(a for a, _ in intervals), max(b for _, b in intervals), True


def _by_cell(frame):
    """Rows by region and year, in their order: a look-up where a filter for each cell would take most of the time."""
    out = {}
    for row in frame.itertuples(index=False):
        out.setdefault((row.region_code, row.year), []).append(row)
    return out


def _cell(code, year, here, plans, actives, readings, scope):
    """Interval of persons of one cell, its status, why, and the rows it rests on.

    ``here``, ``plans`` and ``actives`` are the rows of the cell.
    """
    rules = [r for r in readings if r.first_year <= year <= r.last_year and r.region_code in (code, PROVINCE)]
    rows, why, conflict = [], [], False
    low = high = 0.0
    partly = False
    for payer in scope:
        own = [s for s in here if s.scope == (payer,)]
        closed = [r for r in rules if r.payer == payer]
        if own:
            a, b, odd = _together([(s.lower, s.upper) for s in own])
            conflict |= odd
            rows += [s.rows for s in own]
            if payer == "province":  # what one region is said to have had leaves the rest of the total open
                caps = [r for r in closed if r.kind == "cap"]
                b = min((float(r.persons) for r in caps), default=np.inf)
                rows += [r.reading_id for r in caps]
        else:
            a, b = 0.0, np.inf
            for rule in closed:
                if rule.kind == "part":
                    a = max(a, float(rule.persons)) if rule.region_code == code else a
                    partly |= rule.region_code == code
                elif rule.kind in ("none", "cap"):
                    b = min(b, float(rule.persons))
                rows += [rule.reading_id, *rule.basis.split()]
                why.append(rule.reason)
        low, high = low + a, high + b
    joint = [s for s in here if len(s.scope) > 1 and set(s.scope) <= set(scope)]
    if joint:
        a, b, odd = _together([(s.lower, s.upper) for s in joint])
        b += _province_room(rules) if "province" in scope else 0.0
        rows += [s.rows for s in joint]
        conflict |= odd
        low, high, odd = _together([(low, high), (a, b)])
        conflict |= odd
    if conflict:
        why.append("statements of the year contradict each other: the interval holds them all")
    if actives:
        top = min(actives, key=lambda r: r.upper)
        if top.upper < high:
            if top.upper < low:
                raise UcjError(
                    f"{get(code)} in {year}: {low:,.0f} subsidised ({' '.join(rows)}) exceed {top.upper:,.0f} active "
                    f"participants ({top.rows}); correct the record"
                )
            high = float(top.upper)
            rows += top.rows.split()
            why.append("not more than the active participants of the year")
    if low == high:
        status = "known"
    elif partly or any(set(s.scope) <= set(scope) for s in here) or np.isfinite(high):
        status = "bounded"
    else:
        status = "planned only" if plans else "unknown"
    if status == "planned only":
        why.append("only plans are on record, and a plan is no bound")
    if status == "unknown":
        why.append("no statement")
    return {
        "region_code": code,
        "year": year,
        "persons_lower": low,
        "persons_upper": high if np.isfinite(high) else np.nan,
        "status": status,
        "planned": "; ".join(f"{p.value:,.0f} ({p.funding}, {p.rows})" for p in plans),
        "reason": "; ".join(dict.fromkeys(why)) or "as stated",
        "rows": _ids(rows),
    }


def _province_room(rules):
    """Persons the province may pay for in one region, when a statement covers only the region's own payers."""
    top = [float(r.persons) for r in rules if r.payer == "province" and r.kind in ("none", "cap")]
    return min(top, default=np.inf)


def _workers(labour, regions, years):
    """Employed and estimated informal workers of August, as intervals; NaN where BPS has no count."""
    grid = pd.MultiIndex.from_product([regions, list(years)], names=["region_code", "year"]).to_frame(index=False)
    dummy = grid.assign(period=grid["year"].astype(str) + "-08", value=1.0, lower=1.0, upper=1.0, rows="", sources="")
    out = grid
    for base in BASES:
        over = coverage.over_bps(dummy, labour, base=base)
        same = over["base_period"] == over["period"]  # an earlier August is another year's count
        frame = over[["region_code", "year"]].copy()
        frame[base] = over["base_value"].where(same)
        frame[f"{base}_lower"] = (100 / over["coverage_upper"]).where(same)
        frame[f"{base}_upper"] = (100 / over["coverage_lower"]).where(same)
        out = out.merge(frame, on=["region_code", "year"])
    return out


def _events_of(events, cells):
    """Ids of the events of each cell: of its region, of the province or of the nation."""
    said = [(e.region_code, e.period[:4], e.event_id) for e in events.itertuples()]
    return [
        " ".join(e for code, t, e in said if t == str(year) and code in (region, PROVINCE, "0000"))
        for region, year in zip(cells["region_code"], cells["year"], strict=True)
    ]


def _outcomes(extreme, published, basis):
    own = extreme[extreme["definition"] == basis].rename(
        columns={"unraked": "extreme", "rate": "extreme_raked", "kind": "extreme_kind"}
    )
    # a rate that no national figure calibrates is illustrative: not an outcome
    own = own[own["extreme_kind"] == "calibrated"]
    own = own[["region_code", "year", "extreme", "extreme_raked", "extreme_kind"]]
    out = published[["region_code", "year", "P0", "P1", "P2"]].merge(own, how="left", on=["region_code", "year"])
    return out.assign(extreme_kind=out["extreme_kind"].fillna(""))


def _covariates(frame, name):
    """Published covariates of the year, one column each; August for labour."""
    names = [c for c in COVARIATES if c in set(frame["indicator"])]
    here = frame[frame["indicator"].isin(names) & ~frame["disputed"]]
    if name == "labour":
        here = here[here["period"].str.endswith("-08")]
    here = here.assign(year=here["period"].str[:4].astype(int)).sort_values("observation_id")
    return here.pivot_table(
        index=["region_code", "year"], columns="indicator", values="value", aggfunc="last"
    ).reset_index()
