"""A preview or an acceptance in plain words, and as records for programs."""

import json

from ucj_analysis.briefs.changes import HEADLINES
from ucj_analysis.language import decimals, number
from ucj_analysis.regions import get
from ucj_analysis.reruns.matching import RESTATED, refusals

SHOWN = 30  # lines of one kind


def report(found):
    """Return a `Preview` as text for people."""
    if not found.comparison.files:
        return "The inbox is empty: put a release of BPS into data/inbox/, or fetch a table with ucj fetch."
    lines = ["Accepted:" if found.accepted else "In the inbox:"]
    for f in found.files.to_dict("records"):
        said = (f["problem"] or _counts(f)).removeprefix(f"{f['file']}: ")
        lines.append(f"  {said}" if said.startswith(f["file"]) else f"  {f['file']}: {said}")
    for f in found.comparison.files:
        lines += [f"    {x['kind']}, {x['place']}: {x['message']}" for x in f.findings if x["kind"] in _SAID][:6]
    restated = found.checks["kind"] == RESTATED
    lines += _remarks(found.checks[restated], "Perhaps restated" + ("" if found.accepted else ", look at this first"))
    figures = found.distinct
    for status, heading in (("revised", "Revised"), ("new", "New")):
        lines += _listing(figures[figures["status"] == status], heading)
    lines += _refused(figures[figures["status"].isin(["refused", "outside"])])
    lines += _remarks(found.checks[~restated], "To look at" + ("" if found.accepted else " before accepting"))
    fresh = found.count("new") + found.count("revised")
    if fresh and found.headlines:
        lines += ["", f"Headline figures of the briefs: {len(found.effects)} of {found.headlines} change."]
        lines += [_effect(e) for e in found.effects.itertuples()]
    lines += ["", _end(found, fresh)]
    return "\n".join(lines)


def _remarks(checks, heading):
    if checks.empty:
        return []
    said = [f"  {c.kind}: {c.indicator} {c.period} {_region(c.region_code)}: {c.message}".replace(" : ", ": ")
            for c in checks.itertuples()]  # fmt: skip
    return ["", f"{heading}:", *said]


_SAID = ("contradiction", "code", "period", "date", "decimal", "repeated", "formula")


def _counts(f):
    said = [f"{f[s]} {s}" for s in ("new", "revised", "unchanged", "refused", "missing") if f[s]]
    if f["outside"]:
        said.append(f"{f['outside']} of regions the package does not keep")
    return ", ".join(said) or "no figures"


def _figures(n):
    return f"{n} figure{'' if n == 1 else 's'}"


def _region(code):
    return f"{get(code).label('en')} ({code})" if code else ""


def _number(x):
    return "-" if x != x else number(x, "en", decimals(x, 4))


def _listing(rows, heading):
    if rows.empty:
        return []
    lines = ["", f"{heading}: {_figures(len(rows))}"]
    for (table, indicator, period), part in rows.groupby(["table", "indicator", "period"], sort=False):
        head = f"  {indicator} {period} ({table}, {part['unit'].iloc[0]})"
        if len(lines) + len(part) > SHOWN + 2:
            spread = f", by {_number(part['percent'].min())} to {_number(part['percent'].max())} percent" \
                if part["percent"].notna().any() else ""  # fmt: skip
            lines.append(f"{head}: {len(part)} regions{spread}")
            continue
        lines.append(head)
        for r in part.itertuples():
            moved = f"{_number(r.old)} -> {_number(r.new)}, {number(r.difference, 'en', 4).rstrip('0').rstrip('.')}" \
                f" ({number(r.percent, 'en', 2, sign=True)} percent)" if r.old == r.old else _number(r.new)  # fmt: skip
            note = f"; {r.note}" if r.note else ""
            lines.append(f"    {_region(r.region_code)}: {moved}{note}")
    return lines


def _refused(rows):
    if rows.empty:
        return []
    lines = ["", f"Not taken: {_figures(len(rows))}"]
    for file, part in rows.groupby("file", sort=False):
        lines += [f"  {file}: {_why(r)}" for r in refusals(part, SHOWN)]
        if lines[-1].endswith("further reasons"):
            lines[-1] += "; --format csv has all"
    return lines


def _why(r):
    place = f" ({r['first']})" if r["first"] else ""
    return f"{_figures(r['figures'])}{place}: {r['reason']}"


def refused(found):
    """Return what was refused of accepted files (`reruns.refused`) as text for people."""
    if found.empty:
        return "No file was accepted of which a figure was refused."
    lines = ["Refused of files that were accepted, the last acceptance first:"]
    for (day, file), part in found.groupby(["accepted", "file"], sort=False):
        lines += [f"  {file}, accepted {day}: {_figures(part['figures'].sum())}"]
        lines += [f"    {_why(r)}" for r in part.to_dict("records")]
    return "\n".join(
        [*lines, "", "So it was at each acceptance. A mended copy in data/inbox/ brings in what is missing still."]
    )


def _effect(e):
    def show(value, period):
        return "no figure" if value != value else _number(round(value, 4)) + (f" ({period})" if period else "")

    moved = f", {number(e.difference, 'en', 2, sign=True)}" if e.difference == e.difference else ""
    return (
        f"  {_region(e.region_code)}: {HEADLINES[e.figure][1]}: {show(e.before, e.period_before)} -> "
        f"{show(e.after, e.period_after)}{moved}"
    )


def _end(found, fresh):
    if found.accepted:
        kept = ", ".join(f"{a['source_id']} {a['kept']}" for a in found.accepted)
        left = ", ".join(a["name"] for a in found.accepted if a["refused"])
        again = f" What was not taken of {left} comes with a mended copy in the inbox; ucj update --refused shows it again." \
            if left else ""  # fmt: skip
        return (
            f"The data are now of {found.state}. Sources: {kept}.{again} Earlier values: ucj table NAME --as-of DATE. "
            "Back: ucj update --undo."
        )
    if found.comparison.contradictions:
        return "Nothing can be accepted while files contradict each other: take one of them out of the inbox."
    if not fresh:
        return "Nothing can be taken, for the reasons above." if found.all_refused else "Nothing new."
    whole = [f"{c.indicator} {c.period}" for c in found.checks.itertuples() if c.kind == RESTATED]
    named = ", ".join(whole[:3]) + (f" and {len(whole) - 3} more" if whole[3:] else "")
    first = f" First read the notes of the release: most figures of {named} differ from the record." if whole else ""
    return f"Nothing is written yet: ucj update --accept takes {_figures(fresh)}.{first}"


def records(found):
    """Return a `Preview` as JSON: files, figures, checks, effects, accepted, state."""

    def rows(frame):
        return json.loads(frame.to_json(orient="records", double_precision=10))

    out = {
        "files": rows(found.files), "figures": rows(found.figures.drop(columns=["half", "printed"])),
        "checks": rows(found.checks), "effects": rows(found.effects), "headlines": found.headlines,
        "corrections_out_of_date": found.comparison.stale, "accepted": found.accepted, "state": found.state,
    }  # fmt: skip
    return json.dumps(out, ensure_ascii=False, indent=1)
