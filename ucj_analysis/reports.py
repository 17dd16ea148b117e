"""Tidy tables behind `ucj coverage`, `ucj poverty` and the notebooks: one row a figure, with bounds and source rows."""

from dataclasses import dataclass

import pandas as pd

from ucj_analysis import catalog, observations
from ucj_analysis.errors import UcjError
from ucj_analysis.language import quantity
from ucj_analysis.metrics import coverage, extreme, extreme_series, poverty
from ucj_analysis.regions import children, get, province_of

COVERAGE = [
    "region_code", "region", "measure", "segment", "payer", "funding", "period", "value", "lower", "upper", "unit",
    "qualifier", "status", "definition", "base_period", "age_months", "rows", "sources",
]  # fmt: skip
MEASURES = [
    "reported_ucj", "gap_to_target", "potential_workers", "uncovered_workers", "participants",
    "participants_of_employed", "by_payer", "by_payer_of_informal", "subsidised_share",
]  # fmt: skip
POVERTY = [
    "region_code", "region", "indicator", "year", "period", "value", "unit", "definition", "rank", "of",
    "gap_to_province", "rows", "sources",
]  # fmt: skip
CHANGE = [
    "region_code", "region", "indicator", "start", "end", "value_start", "value_end", "change", "change_unit",
    "per_year", "annual_rate", "break_between", "rows", "sources",
]  # fmt: skip


def coverage_table(inputs, codes, *, target=None, latest=True):
    """All coverage measures of some regions.

    Measures: reported_ucj; participants; potential_workers and uncovered_workers, as stated; by_payer (BPU participants
    whose dues a payer, or they themselves, pay); participants_of_employed and by_payer_of_informal (over BPS workers,
    never UCJ); subsidised_share (of BPU participants); gap_to_target (persons).

    Parameters
    ----------
    inputs : briefs.facts.Inputs or anything with coverage, labour and as_of
    codes : list of str
    target : float, optional
        Percent.
    latest : bool
        True keeps the last figure of each series.

    Returns
    -------
    DataFrame with the columns COVERAGE.
    """
    here = inputs.coverage[inputs.coverage["region_code"].isin(codes)]
    said = coverage.reported(here).assign(measure="reported_ucj", unit="percent")
    counts = coverage.participants(here).assign(measure="participants", unit="persons")
    payers = pd.concat([coverage.by_payer(here), coverage.by_payer(here, status="planned")]).assign(
        measure="by_payer", unit="persons", segment="BPU", definition="as_stated"
    )
    lapsed = coverage.lapsed_since(payers, inputs.events) != ""
    payers.loc[lapsed & (payers["status"] == "realised"), "status"] = "lapsed"
    parts = [said, counts, payers]
    for frame, base, measure in (
        (counts, "employed", "participants_of_employed"),
        (payers[payers["status"] == "realised"], "informal", "by_payer_of_informal"),
    ):
        if len(frame):
            over = coverage.over_bps(frame, inputs.labour, base=base).dropna(subset="coverage")
            parts.append(
                over.assign(measure=measure, unit="percent", qualifier="derived", definition="computed").drop(
                    columns=["value", "lower", "upper"]
                ).rename(columns={"coverage": "value", "coverage_lower": "lower", "coverage_upper": "upper"})
            )  # fmt: skip
    share = coverage.subsidised_share(here)
    if len(share):
        parts.append(
            share.rename(columns={"share": "value", "share_lower": "lower", "share_upper": "upper"}).assign(
                measure="subsidised_share",
                unit="percent",
                qualifier="derived",
                definition="computed",
                status="realised",
                segment="BPU",
                payer=share["funding"].map(coverage.payer),
            )
        )
    parts.append(_gaps(here, target))
    parts += _stated(here)
    out = pd.concat([p for p in parts if len(p)], ignore_index=True) if any(len(p) for p in parts) else pd.DataFrame()
    out = out.reindex(columns=[c for c in COVERAGE if c not in ("region", "age_months")])
    for column in ("segment", "payer", "funding", "base_period"):
        out[column] = out[column].fillna("")
    if latest and len(out):
        order = out.assign(_m=coverage.month_number(out["period"])).sort_values("_m", kind="stable")
        out = order.drop_duplicates(["region_code", "measure", "segment", "funding", "status"], keep="last")
    out["region"] = [get(c).label("id") for c in out["region_code"]]
    out["age_months"] = [coverage.age_in_months(p, inputs.as_of) for p in out["period"]]
    rank = out["measure"].map({k: i for i, k in enumerate(MEASURES)})
    return out.assign(_r=rank).sort_values(
        ["region_code", "_r", "segment", "payer", "funding", "period"], ignore_index=True
    )[COVERAGE]


def _stated(here):
    """Denominators and workers without protection as stated, and participants that follow from them."""
    out = []
    for name in ("potential_workers", "uncovered_workers"):
        rows = here[(here["indicator"] == name) & (here["status"] == "realised")]
        out.append(rows.assign(measure=name, rows=rows["observation_id"], sources=rows["source_id"], funding=""))
    account = coverage.accounts(here)
    stated = coverage.participants(here).query("segment == 'all'")
    keys = stated[["region_code", "period"]].assign(known=True)
    derived = account.merge(keys, how="left").query("known != True")
    names = {"participants": "value", "participants_lower": "lower", "participants_upper": "upper"}
    out.append(
        derived.rename(columns=names).assign(
            measure="participants",
            segment="all",
            unit="persons",
            qualifier="derived",
            status="realised",
            definition="computed",
        )
    )
    return out


def _gaps(here, target):
    """Persons to add until ``target``, where participants and denominator are known."""
    if target is None:
        return pd.DataFrame()
    rows = []
    for _, a in coverage.accounts(here).iterrows():
        n, d = (tuple(a[f"{k}{s}"] for s in ("", "_lower", "_upper")) for k in ("participants", "denominator"))
        value, lower, upper = coverage.gap_to_target(n, d, target)
        rows.append({"region_code": a["region_code"], "measure": "gap_to_target", "period": a["period"], "value": value,
                     "lower": lower, "upper": upper, "unit": "persons", "qualifier": "derived", "status": "realised",
                     "definition": a["definition"], "rows": a["rows"], "sources": a["sources"]})  # fmt: skip
    return pd.DataFrame(rows)


def coverage_change(inputs, code, start, end):
    """Change of reported UCJ between two dates of a region, or the refusal that says why not and what instead."""
    said = coverage.reported(inputs.coverage[inputs.coverage["region_code"] == code])
    rows = []
    for period in (start, end):
        at = said[said["period"] == period]
        if at.empty:
            have = ", ".join(sorted(said["period"].unique())) or "none"
            raise UcjError(f"no reported UCJ of {get(code)} for {period}; there is {have}")
        rows.append(at.iloc[0])
    account = coverage.accounts(inputs.coverage)
    value, lower, upper = coverage.change(rows[0], rows[1], inputs.definitions, account=account)
    return pd.DataFrame([{"region_code": code, "region": get(code).label("id"), "measure": "change_of_ucj",
                          "start": start, "end": end, "value": value, "lower": lower, "upper": upper,
                          "unit": "percentage points", "rows": f"{rows[0]['rows']} {rows[1]['rows']}",
                          "sources": f"{rows[0]['sources']} {rows[1]['sources']}"}])  # fmt: skip


def poverty_table(inputs, codes, *, indicators=poverty.INDICATORS, year=None):
    """Levels of poverty indicators of some regions, with rank among the province's parts and gap to the province.

    Parameters
    ----------
    year : int, optional
        By default the last year of each indicator.

    Returns
    -------
    DataFrame with the columns POVERTY.
    """
    out = []
    for indicator in indicators:
        frame = poverty.levels(inputs.poverty, indicator)
        own = frame[frame["region_code"].isin(codes)]
        at = own["year"].max() if year is None else year
        own = own[own["year"] == at].copy()
        if own.empty:
            years = frame["year"]
            raise UcjError(f"no {indicator} of {year} for these regions; the table has {years.min()} to {years.max()}")
        own["gap_to_province"] = float("nan")
        own["rank"] = own["of"] = pd.array([pd.NA] * len(own), dtype="Int64")
        for province in {province_of(c).code for c in codes if province_of(c)}:
            parts = [r.code for r in children(province)]
            top = frame[(frame["region_code"] == province) & (frame["year"] == at)]
            here = own["region_code"].isin(parts)
            if indicator != "poor" and len(top):
                own.loc[here, "gap_to_province"] = own.loc[here, "value"] - top["value"].iloc[0]
            try:
                ranks = poverty.rank(inputs.poverty, indicator, at, parts).set_index("region_code")
            except UcjError:
                continue
            own.loc[here, "rank"] = own.loc[here, "region_code"].map(ranks["rank"]).astype("Int64")
            own.loc[here, "of"] = len(ranks)
        out.append(own)
    out = pd.concat(out, ignore_index=True)
    out["region"] = [get(c).label("id") for c in out["region_code"]]
    out["gap_to_province"] = out["gap_to_province"].round(10)
    return out.sort_values(["region_code"], kind="stable", ignore_index=True)[POVERTY]


def poverty_change(inputs, codes, indicator, start, end, *, across_breaks=False):
    """Change of an indicator between two years; columns CHANGE."""
    frame = poverty.change(inputs.poverty, indicator, start, end, across_breaks=across_breaks)
    frame = frame[frame["region_code"].isin(codes)].copy()
    if frame.empty:
        raise UcjError(f"no {indicator} of both {start} and {end} for these regions")
    unit = {"P0": "percentage points", "poor": "thousand persons", "poverty_line": "IDR/person/month"}
    frame["change_unit"] = unit.get(indicator, "index points")
    frame["indicator"] = indicator
    frame[["change", "per_year", "annual_rate"]] = frame[["change", "per_year", "annual_rate"]].round(10)
    frame["region"] = [get(c).label("id") for c in frame["region_code"]]
    return frame[CHANGE].reset_index(drop=True)


def planned_and_realised(inputs, codes, *, since="2024"):
    """Plans beside what was realised of the same payer, as `figures.charts.dumbbell` takes it.

    The last plan and the last realised statement of a payer are paired; lapsed payers are left out.

    Returns
    -------
    DataFrame
        label, planned, planned_note, realised, realised_lower, realised_upper, realised_note, rows.
    """
    here = inputs.coverage[inputs.coverage["region_code"].isin(codes)]
    done = coverage.by_payer(here)
    done = done[coverage.lapsed_since(done, inputs.events) == ""]
    plan = coverage.by_payer(here, status="planned")
    done, plan = done[done["period"] >= since], plan[plan["period"] >= since]
    out = []
    for code, funding in sorted({(r.region_code, r.funding) for r in [*done.itertuples(), *plan.itertuples()]}):
        p = plan[(plan["region_code"] == code) & (plan["funding"] == funding)].tail(1).to_dict("records")
        d = done[(done["region_code"] == code) & (done["funding"] == funding)].tail(1).to_dict("records")
        p, d = (x[0] if x else {} for x in (p, d))
        nan = float("nan")
        out.append(
            {
                "label": f"{get(code).short}, {funding}",
                "planned": p.get("value", nan),
                "planned_note": p.get("period", ""),
                "realised": d.get("value", nan),
                "realised_lower": d.get("lower", nan),
                "realised_upper": d.get("upper", nan),
                "realised_note": d.get("period", ""),
                "rows": f"{p.get('rows', '')} {d.get('rows', '')}".strip(),
            }
        )
    return pd.DataFrame(out)


def known_matrix(frames, *, rows="indicator", years=None):
    """Count how many undisputed statements there are: ``rows`` (indicator or region_code) by year, zeros kept.

    Parameters
    ----------
    frames : DataFrame of observations
    rows : str
        Column that becomes the rows.
    years : range, optional
        By default from the first to the last year present.
    """
    dated = frames[(frames["period"] != "") & ~frames["disputed"]]
    if dated.empty:
        raise UcjError("no dated statements among these rows")
    year = dated["period"].str[:4].astype(int)
    years = range(year.min(), year.max() + 1) if years is None else years
    counts = pd.crosstab(dated[rows], year)
    return counts.reindex(columns=list(years), fill_value=0)


def missing_coverage(inputs, codes, years):
    """Region-years without a realised UCJ or subsidised count, and who holds them.

    Returns
    -------
    DataFrame
        region, measure, missing (years), known (years), ask.
    """
    holders = {"ucj_coverage": "BPJS Ketenagakerjaan, Gorontalo branch", "subsidised_participants": "labour office"}
    out = []
    realised = inputs.coverage[inputs.coverage["status"] == "realised"]
    for code in codes:
        for indicator, holder in holders.items():
            have = realised[(realised["region_code"] == code) & (realised["indicator"] == indicator)]["period"].str[:4]
            known = sorted({int(y) for y in have} & set(years))
            out.append(
                {
                    "region": get(code).label("en"),
                    "measure": indicator,
                    "known": ", ".join(map(str, known)) or "none",
                    "missing": len(set(years) - set(known)),
                    "ask": holder,
                }
            )
    return pd.DataFrame(out)


def conflict_rows(conflicts, sources, *, indicator=None):
    """Conflicts as `figures.charts.conflict_chart` takes them: figure, said_by, value, lower, upper, role."""
    here = conflicts if indicator is None else conflicts[conflicts["indicator"] == indicator]
    titles = sources.set_index("source_id")["title"]
    names = [get(c).short if get(c).level != "nation" else "Indonesia" for c in here["region_code"]]
    segment = here["segment"].where(~here["segment"].isin(["all", ""]), "")
    figure = [f"{n}, {p} {s}".strip() for n, p, s in zip(names, here["period"], segment, strict=True)]
    return here.assign(figure=figure, said_by=here["source_id"].map(titles))[
        ["figure", "said_by", "value", "lower", "upper", "role", "observation_id"]
    ].reset_index(drop=True)


def listing(frame, lang="en"):
    """Values of a frame in a row of words, for alt texts: "Boalemo 16.37; Kota Gorontalo 5.31"."""
    return "; ".join(f"{get(r['region_code']).short} {quantity(r, lang, short=True)}" for r in frame.to_dict("records"))


# -- extreme poverty -----------------------------------------------------------------------------------------------------

EXTREME = [
    "region_code", "region", "level", "year", "definition", "basis", "kind", "rate", "lower80", "upper80", "lower95",
    "upper95", "bound_lower", "bound_upper", "raked", "official", "official_source", "flag",
]  # fmt: skip


@dataclass(frozen=True)
class Extreme:
    """The national panel made ready for the estimates: wide table, calibration, official rates, all estimates."""

    table: pd.DataFrame
    calibration: pd.DataFrame
    official: pd.DataFrame
    national: pd.DataFrame
    series: pd.DataFrame


def load_extreme(package=None, *, last=False):
    """Open the panel and compute the estimates of all regencies and years (``last``: of the last calibrated year)."""
    package = package or catalog.default()
    picked = observations.pick(package.table("poverty"), package.table("sources"))
    table = extreme_series.wide(package.table("panel"))
    odd = package.table("panel_conflicts")
    odd = odd[odd["indicator"].isin(["P0", "P1", "P2"]) & (odd["period"] >= str(extreme_series.FIRST_YEAR))]
    local = observations.conflicts(package.table("poverty"), package.table("sources"))
    local = local[local["indicator"].isin(["P0", "P1", "P2"]) & local["period"].str.endswith("-03")]
    marks = pd.concat([odd, local])[["region_code", "period", "indicator"]].drop_duplicates()
    marks["year"] = marks["period"].str[:4].astype(int)
    words = marks.groupby(["region_code", "year"])["indicator"].agg(
        lambda x: f"sources differ on {', '.join(sorted(set(x)))}"
    )
    flag = table.set_index(["region_code", "year"]).index.map(words.to_dict()).to_series(index=table.index).fillna("")
    table["flag"] = (table["flag"] + "; " + flag).str.strip("; ")
    calibration, official = package.table("extreme_calibration"), package.table("extreme_official")
    provinces = extreme_series.official_provinces(official, picked)
    known = calibration[calibration["kind"] == "calibrated"]
    wanted = calibration[calibration["year"] == known["year"].max()] if last else calibration
    series = extreme_series.estimates(table, wanted, provinces)
    own = picked[(picked["indicator"] == "extreme_rate") & (picked["region_code"] != "0000")]
    own = own[own["definition"].isin(extreme_series.BASIS)]
    stated = pd.concat(
        [
            official[official["use"]][["region_code", "period", "definition", "rate", "source_id"]],
            own.rename(columns={"value": "rate"})[["region_code", "period", "definition", "rate", "source_id"]],
        ]
    ).drop_duplicates(["region_code", "period", "definition"], keep="last")
    return Extreme(table, calibration, stated, extreme_series.national_rates(picked), series)


def extreme_table(data, codes, *, year=None):
    """Estimates of some regions, official rates beside them.

    A province is the weighted mean of its regencies: of those scaled to its official rate, or else over the benchmark.

    Returns
    -------
    DataFrame with the columns EXTREME.
    """
    weights = data.table[["region_code", "year", "weight", "P0", "province"]]
    own = data.series[data.series["region_code"].isin(codes)].assign(level="regency")
    parts = [own]
    for code in [c for c in codes if c.endswith("00") and c != "0000"]:
        inside = data.series.merge(weights.drop(columns="P0"), on=["region_code", "year"])
        inside = inside[inside["province"] == code]
        for (at, definition), here in inside.groupby(["year", "definition"]):
            mean = {n: (here[n] * here["weight"]).sum() / here["weight"].sum() for n in ("rate", "P0")}
            raked = bool(here["raked"].all())
            if not raked:  # regencies fall short of their province by the benchmark
                mean["rate"] /= here["benchmark"].iloc[0]
            bounds = {n: extreme.interval(mean["rate"], mean["P0"], level=n) for n in (80, 95)}
            parts.append(pd.DataFrame([{
                "region_code": code, "year": at, "definition": definition, "kind": here["kind"].iloc[0], "level": "province",
                "rate": mean["rate"], "raked": raked,
                "flag": "weighted mean of the regencies" + ("" if raked else " over the benchmark"),
                **{f"{side}{n}": float(b[i]) for n, b in bounds.items() for i, side in enumerate(("lower", "upper"))},
            }]))  # fmt: skip
    out = pd.concat(parts, ignore_index=True)
    if out.empty:
        raise UcjError("no estimates for these regions: P0, P1 and P2 of one year are needed")
    if year is not None:
        if year not in set(out["year"]):
            raise UcjError(f"no estimates for {year}: there is {out['year'].min()} to {out['year'].max()}")
        out = out[out["year"] == year]
    said = data.official.assign(year=data.official["period"].str[:4].astype(int)).rename(
        columns={"rate": "official", "source_id": "official_source"}
    )
    out = out.merge(said[["region_code", "year", "definition", "official", "official_source"]], how="left",
                    on=["region_code", "year", "definition"])  # fmt: skip
    out["official_source"] = out["official_source"].fillna("")
    out["region"] = [get(c).label("id") for c in out["region_code"]]
    out["basis"] = out["definition"].map(extreme_series.BASIS)
    numbers = [c for c in EXTREME if c in out.columns and pd.api.types.is_float_dtype(out[c])]
    out[numbers] = out[numbers].round(6)
    return out.sort_values(["region_code", "year", "definition"], ignore_index=True)[EXTREME]


def extreme_change(data, codes, start, end):
    """Change of the raw estimates between two years of one basis, with its parts; refused across bases."""
    out = extreme_series.change(data.series, start, end)
    out = out[out["region_code"].isin(codes)].copy()
    if out.empty:
        raise UcjError("a change is split for regencies only: name a regency")
    out.insert(1, "region", [get(c).label("id") for c in out["region_code"]])
    numbers = out.select_dtypes("float").columns
    out[numbers] = out[numbers].round(6)
    return out.reset_index(drop=True)


# -- the relation ----------------------------------------------------------------------------------------------------------

MODEL = ("verdict", "curve", "leave-one-out", "gaps", "requests", "donors")


def model_table(part, lang="en", *, text=False):
    """One table behind `ucj model`, from the data package.

    Parameters
    ----------
    part : one of MODEL
    lang : {"id", "en"}
    text : bool
        As a person reads it: a slope and its limits in one cell.
    """
    from ucj_analysis.briefs import facts  # above this layer's files, below its data: read when asked for
    from ucj_analysis.models import donors, panel, verdict

    if part not in MODEL:
        raise UcjError(f"part={part!r}: expected one of {', '.join(MODEL)}")
    inputs = facts.load()
    if part == "gaps":
        return panel.of(inputs).gaps()
    if part == "donors":
        out = donors.table(donors.study(inputs.package.table("panel"), inputs.extreme.series))
        keep = ["comparison", "pre", "post", "estimate", "lower95", "upper95", "rank_two_sided", "units", "p_two_sided",
                "perfect", "illustrative"]  # fmt: skip
        return out[keep] if text else out
    found = verdict.of(inputs, ask=3 if part in ("verdict", "requests") else 0)
    if part == "verdict":
        return pd.DataFrame([found.record(lang)])
    if part == "requests":
        return found.requests
    out = found.curve_table() if part == "curve" else found.without_table()
    return verdict.readable(out) if text else out


def model_text(lang):
    """The verdict in sentences, under headings, in the order in which it is to be told."""
    import textwrap

    from ucj_analysis.briefs import facts
    from ucj_analysis.models import verdict

    inputs = facts.load()
    found = verdict.of(inputs, comparisons=verdict.compared(inputs))
    said = found.said(lang)
    return "\n\n".join(f"{verdict.heading(k, lang)}\n" + textwrap.fill(t, 100) for k, t in said.items())
