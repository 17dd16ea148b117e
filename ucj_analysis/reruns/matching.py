"""Hold figures of the inbox against the package: new, revised, unchanged or refused, and what follows from them."""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ucj_analysis import catalog, observations
from ucj_analysis.errors import UcjError
from ucj_analysis.metrics import poverty
from ucj_analysis.regions import children
from ucj_analysis.reruns import inbox

COLUMNS = [
    "status", "table", "region_code", "period", "indicator", "definition", "unit", "old", "new", "difference", "percent",
    "reason", "note", "file", "cell", "region_label", "printed_indicator", "printed_period", "old_source", "printed", "half",
]  # fmt: skip
STATUSES = ("new", "revised", "unchanged", "refused", "missing", "outside")
RESTATED = "definition may break"  # kind of the remark on a year of which most figures were revised
APART = 20  # a figure so many times larger or smaller than the nearest of its series is in another unit


@dataclass
class Comparison:
    """Figures of the inbox held against a package.

    Attributes
    ----------
    files : list of inbox.File
    figures : DataFrame with the columns COLUMNS
    stale : list of str
        Corrections whose error upstream has mended, one sentence each.
    """

    files: list
    figures: pd.DataFrame
    stale: list = field(default_factory=list)

    @property
    def contradictions(self):
        """What files of the inbox say against each other, a sentence each."""
        return list(self.figures.loc[self.figures["reason"].str.startswith(_AGAINST), "reason"].unique())


_AGAINST = "files of the inbox contradict each other"


def compare(files, package, *, trust=()):
    """Compare what the inbox holds with a package.

    Parameters
    ----------
    files : list of inbox.File
    package : catalog.Package
    trust : names of files
        Their contradictions between title, heading and file name were looked at, and the table is right.

    Returns
    -------
    Comparison
    """
    unknown = set(trust) - {f.name for f in files}
    if unknown:
        raise UcjError(
            f"--trust {sorted(unknown)[0]}: no such file in the inbox; there is {_listed(f.name for f in files)}"
        )
    read = []
    for f in files:
        if f.rows is not None:
            if f.name in trust:
                f.findings = [x for x in f.findings if x["kind"] != "contradiction"]
            read.append(inbox.figures(f, package))
    columns = pd.DataFrame(columns=inbox.FIGURES)
    here = pd.concat(read, ignore_index=True) if read else columns
    known = _known(package)
    here, stale = _corrections(here, files, package)
    here = _placed(here, known, package)
    here = _classified(here, known, package)
    here["status"] = pd.Categorical(here["status"], STATUSES)
    order = ["status", "table", "indicator", "period", "region_code", "file"]
    here = here.sort_values(order, ignore_index=True, kind="stable")
    return Comparison(files, here.astype({"status": str})[COLUMNS], stale)


def _listed(names):
    return ", ".join(names) or "none"


def _known(package):
    """Present figures of the observation tables and the panel: table, region, period, indicator, definition, value."""
    sources = package.table("sources")
    keep = ["table", "region_code", "period", "indicator", "definition", "value", "source_id"]
    parts = []
    for name in ("poverty", "labour", "socioeconomic"):
        picked = observations.pick(package.table(name), sources)
        parts.append(picked[picked["status"] == "realised"].assign(table=name)[keep])
    panel = package.table("panel").assign(table="panel", definition="")
    return pd.concat([*parts, panel[keep]], ignore_index=True)


# -- corrections -----------------------------------------------------------------------------------------------------------


def _corrections(here, files, package):
    """Correct figures that repeat a known error of a source; name corrections that their source has mended."""
    here = here.assign(printed=here["value"])
    if catalog.CORRECTIONS not in package.resources:
        return here, []
    titles = package.table("sources").set_index("source_id")["title"]
    named = {f.name: _plain(f.title) for f in files if f.rows is not None}
    stale = []
    for c in package.table(catalog.CORRECTIONS).query("field == 'value'").to_dict("records"):
        at = (here["status"] == "read") & (here["indicator"] == c["indicator"])
        at &= (here["region_code"] == c["region_code"]) & (here["period"] == c["period"])
        for i in here.index[at]:
            if np.isclose(here.at[i, "value"], float(c["expect"]), rtol=0, atol=1e-9):
                here.at[i, "value"] = float(c["correct"])
                said = f"corrected from {c['expect']} ({c['correction_id']}: {c['reason']})"
                here.at[i, "note"] = "; ".join(filter(None, [here.at[i, "note"], said]))
            elif named.get(here.at[i, "file"]) == _plain(titles[c["statement"]]):
                message = (
                    f"correction {c['correction_id']} expects {c['expect']}, and {here.at[i, 'file']} prints "
                    f"{here.at[i, 'value']:g}: upstream has mended its error. Remove the row {c['correction_id']} from "
                    "corrections.csv (and the statement it corrects), run `ucj seal`, then accept"
                )
                stale.append(message)
                here.loc[i, ["status", "reason"]] = "refused", message
    return here, stale


def _plain(title):
    return re.sub(r"[^a-z]+", " ", str(title).casefold()).strip()


# -- where a figure belongs --------------------------------------------------------------------------------------------------


def _placed(here, known, package):
    """Give each readable figure the tables it belongs to, one row a table; what belongs to none is "outside"."""
    regions = {n: set(known.loc[known["table"] == n, "region_code"]) for n in known["table"].unique()}
    own = {n: {r for r in regions[n] if r != "0000"} for n in regions}
    pairs = set(zip(known["table"], known["indicator"], known["region_code"], strict=True))
    rows = []
    for r in here.to_dict("records"):
        if r["status"] != "read":
            rows.append(r | {"table": inbox.TABLE.get(r["indicator"], "")})
            continue
        name, code = inbox.TABLE[r["indicator"]], r["region_code"]
        to = [name] if code in own[name] or (name, r["indicator"], code) in pairs else []
        if r["indicator"] in inbox.POVERTY and code in regions["panel"] and r["period"][5:7] in ("", "03"):
            to.append("panel")
        rows += [r | {"table": t, "definition": "" if t == "panel" else r["definition"]} for t in to]
        if not to:
            said = r["reason"] or f"{name} keeps no {r['indicator']} of this region"
            rows.append(r | {"table": name, "status": "refused" if r["reason"] else "outside", "reason": said})
    return pd.DataFrame(rows, columns=[*here.columns, "table"])


# -- new, revised, unchanged, refused ------------------------------------------------------------------------------------------


def _classified(here, known, package):
    key = ["table", "region_code", "period", "indicator", "definition"]
    old = {tuple(r[:5]): r[5:] for r in known[[*key, "value", "source_id"]].itertuples(index=False, name=None)}
    series = {}
    for name, code, period, indicator, value in known[[*key[:4], "value"]].itertuples(index=False, name=None):
        series.setdefault((name, code, indicator), []).append((_when(period), value))
    rules = package.table("indicators").set_index("indicator")[["minimum", "maximum"]].T.to_dict("list")
    out = here.assign(old=np.nan, new=np.nan, difference=np.nan, percent=np.nan, old_source="")
    records = out.to_dict("records")
    for r in records:
        if r["status"] != "read":
            continue
        found = old.get(tuple(r[k] for k in key))
        r["new"] = value = r["value"]
        near = _nearest(series.get((r["table"], r["region_code"], r["indicator"])), r["period"])
        reason = r["reason"]
        if r["scale"] != r["scale"] and (near is None or not near or not 0.25 <= value / near <= 4):
            near_text = (
                "no figure of this series is known"
                if near is None
                else f"the record has {near:g} where it has {value:g}"
            )
            reason = reason or f"unit not printed, and {near_text}"
        low, high = rules[r["indicator"]]
        if not low <= value <= high:
            reason = f"out of range: {value:g}, possible is {low:g} to {high:g}"
        elif value == 0 and r["indicator"] not in ("grdp_constant_2010",):
            reason = reason or "0 is hardly a true figure; a missing mark may have become 0"
        elif near and not 1 / APART <= value / near <= APART:
            reason = f"unit differs: {value:g} where the nearest figure of the series is {near:g}"
        if found is not None:
            r["old"], r["old_source"] = found
            r["difference"] = round(value - r["old"], 10)
            r["percent"] = 100 * (value / r["old"] - 1) if r["old"] else np.nan
            if abs(value - r["old"]) <= max(r["half"], 1e-9 * abs(value)) * (1 + 1e-9):
                r["status"], r["reason"] = "unchanged", ""
                continue
        r["status"], r["reason"] = ("refused", reason) if reason else ("new" if found is None else "revised", "")
    _twice(records, key)
    return pd.DataFrame(records, columns=[*out.columns])


def _nearest(series, period):
    """Value of a series at the period, else at the one nearest to it; None where there is no series."""
    return min(series, key=lambda x: (abs(x[0] - _when(period)), x))[1] if series else None


def _when(period):
    """A period as a number of years."""
    return int(period[:4]) + (int(period[5:7]) / 12 if len(period) > 4 else 0.25)


def _twice(records, key):
    """Of one figure that stands more than once, the first counts where all agree, and none where they differ."""
    seen = {}
    for r in records:
        if r["status"] in ("new", "revised", "unchanged"):
            seen.setdefault(tuple(r[k] for k in key), []).append(r)
    for group in seen.values():
        values = {round(r["new"], 9) for r in group}
        if len(values) > 1:
            places = "; ".join(f"{r['new']:g} in {r['file']} {r['cell']}" for r in group)
            what = _AGAINST if len({r["file"] for r in group}) > 1 else "the file gives several figures"
            for r in group:
                r["status"], r["reason"] = "refused", f"{what}: {places}"
        for r in group[1:]:
            if len(values) == 1 and r["status"] != "unchanged":
                r["status"], r["reason"] = "unchanged", f"stands also in {group[0]['file']} {group[0]['cell']}"


def refusals(rows, most):
    """Figures that were not taken, by reason: dicts of figures (how many), first (where the first stands), reason.

    Parameters
    ----------
    rows : DataFrame
        Such figures of one file, once each.
    most : int
        Reasons to give one by one; the others are one entry, without a place.
    """
    parts = [
        {
            "figures": len(part),
            "first": f"{a['cell']}, {a['region_label']} {a['printed_period']}".strip(", "),
            "reason": why,
        }
        for why, part in rows.groupby(rows["reason"].str.slice(0, 300), sort=False)
        for a in [part.iloc[0]]
    ]
    if left := parts[most:]:
        said = f"{len(left)} further reasons"
        parts[most:] = [{"figures": sum(p["figures"] for p in left), "first": "", "reason": said}]
    return parts


# -- what follows ------------------------------------------------------------------------------------------------------------


def checks(figures, before, after):
    """What accepting would break or begin, one row a remark.

    Definitions that change along a series or that a whole year's revision suggests; parts that no longer add up to
    their province; P0 times population that no longer gives the poor; P2 <= P1 <= P0.

    Parameters
    ----------
    figures : DataFrame from `compare`
    before, after : catalog.Package

    Returns
    -------
    DataFrame
        kind, indicator, period, region_code, message.
    """
    out = [*_breaks(figures, before), *_restated(figures)]
    years = {int(p[:4]) for p in figures.loc[figures["status"].isin(["new", "revised"]), "period"]}
    for province in sorted({c[:2] + "00" for c in before.table("coverage")["region_code"]} - {"0000"}):
        was, now = (_identities(p, province) for p in (before, after))
        for (name, when, code), message in now.items():
            if (name, when, code) not in was and int(when[:4]) in years:
                out.append(_remark("no longer adds up", name, when, code, message))
    return pd.DataFrame(out, columns=["kind", "indicator", "period", "region_code", "message"])


def _remark(kind, indicator, period, code, message):
    return {"kind": kind, "indicator": indicator, "period": period, "region_code": code, "message": message}


def _breaks(figures, before):
    known = _known(before)
    fresh = figures[(figures["status"] == "new") & (figures["table"] != "panel")]
    for (table, indicator, period), part in fresh.groupby(["table", "indicator", "period"]):
        r = part.iloc[0]
        same = known[
            (known["table"] == table) & (known["indicator"] == indicator) & (known["region_code"] == r["region_code"])
        ]
        same = same[(same["period"].str[4:] == period[4:]) & (same["period"] < period)]
        if len(same):
            last = same.sort_values("period").iloc[-1]
            if last["definition"] != r["definition"]:
                yield _remark(
                    "definition", indicator, period, "",
                    f"{period} follows {r['definition']}, {last['period']} follows {last['definition']}: a change between them "
                    "is refused, not computed",
                )  # fmt: skip


def _restated(figures):
    seen = figures[figures["status"].isin(["revised", "unchanged"])]
    seen = seen.sort_values("status", kind="stable")  # "revised" first: a second file that says the same is "unchanged"
    seen = seen.drop_duplicates(["region_code", "period", "indicator"])
    for (indicator, period), part in seen.groupby(["indicator", "period"]):
        revised = int((part["status"] == "revised").sum())
        if len(part) >= 5 and 2 * revised > len(part):
            yield _remark(
                RESTATED, indicator, period, "",
                f"{revised} of {len(part)} figures differ from the record: BPS may have restated the year on "
                "other weights; read the notes of the release",
            )  # fmt: skip


def _identities(package, province):
    """Identities that do not hold, {(indicator, year, region): message}."""
    parts = [r.code for r in children(province)]
    sources = package.table("sources")
    picked = observations.pick(package.table("poverty"), sources)
    out = {}
    for r in poverty.parts_add_up(picked, province, parts).query("not agrees").itertuples():
        out["poor", str(r.year), province] = (
            f"poor persons of the parts sum to {r.parts:.2f} thousand, the province has {r.total:.2f} (rounding allows "
            f"{r.tolerance:.3f})"
        )
    for r in poverty.rate_times_population(picked, province, parts).query("not agrees").itertuples():
        out["P0", str(r.year), province] = (
            f"P0 x population = poor does not hold: the populations that the parts imply sum to {r.parts_lower:.0f} to "
            f"{r.parts_upper:.0f} thousand, the province's P0 and poor imply {r.lower:.0f} to {r.upper:.0f}"
        )
    labour = observations.pick(package.table("labour"), sources)
    here = labour[labour["unit"] == "persons"]
    for (name, when, _), part in here.groupby(["indicator", "period", "definition"]):
        value = part.set_index("region_code")["value"]
        if (
            province in value.index
            and set(parts) <= set(value.index)
            and abs(value[parts].sum() - value[province]) > len(parts)
        ):
            out[name, when, province] = (
                f"the parts sum to {value[parts].sum():,.0f}, the province has {value[province]:,.0f}"
            )
    wide = picked[picked["indicator"].isin(["P0", "P1", "P2"])].drop_duplicates(["region_code", "period", "indicator"])
    wide = wide.pivot(index=["region_code", "period"], columns="indicator", values="value").dropna()
    for (code, when), r in wide[(wide["P1"] > wide["P0"]) | (wide["P2"] > wide["P1"])].iterrows():
        out["P1", when, code] = f"P2 <= P1 <= P0 does not hold: {r['P2']:g}, {r['P1']:g}, {r['P0']:g}"
    return out
