"""Write accepted figures into a package: a new state beside the old, checked whole, then one switch."""

import csv
import gzip
import hashlib
import io
import re
import shutil
from contextlib import contextmanager
from datetime import date as _date
from pathlib import Path

import numpy as np

from ucj_analysis import __version__, catalog, files, observations
from ucj_analysis.errors import UcjError
from ucj_analysis.reruns.inbox import INBOX

RECEIVED = "received"
STAGED = "ucj-staged-"  # temporary folders
LETTER = "U"  # of sources that came through the inbox
_BPS = "BPS (Statistics Indonesia)"


# -- a new state beside the old --------------------------------------------------------------------------------------------


@contextmanager
def staged(folder, comparison, day):
    """Yield a copy of the package in a temporary folder that holds the accepted figures, sealed and verified.

    Yields
    ------
    (catalog.Package, list of dict)
        The new state, and what was accepted of each file: name, title, source_id, sha256, kept.
    """
    with files.temporary_folder(STAGED) as temporary:
        copy = temporary / "data"
        try:
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(INBOX, RECEIVED, files.STAGE))
            taken = _write(copy, comparison, day)
            descriptor = catalog.Package(copy, check_hashes=False).descriptor
            descriptor |= {"version": day.replace("-", "."), "created": f"{day}T00:00:00Z"}
            (copy / catalog.DESCRIPTOR).write_bytes(catalog.describe(descriptor))
            catalog.seal(copy)
        except (OSError, UcjError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__
            if not isinstance(cause, OSError):
                raise
            raise UcjError(
                f"no copy of the data can be prepared in {temporary}: {_reason(cause)}; mend that, or name another folder in "
                "TMPDIR; nothing was written"
            ) from None
        yield catalog.Package(copy), taken


def _reason(error):
    """What the system says; of many files that could not be copied, of the first."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        return error.args[0][0][2].partition("] ")[2].partition(":")[0]
    return error.strerror or str(error)


def _write(folder, comparison, day):
    package = catalog.Package(folder)
    chosen = comparison.figures[comparison.figures["status"].isin(["new", "revised"])]
    tables = {n: _Table(package, n) for n in ("sources", "poverty", "labour", "socioeconomic", "panel")}
    number = 1 + max([int(s[1:]) for s in tables["sources"].column("source_id") if s[0] == LETTER], default=0)
    taken = []
    for file in comparison.files:
        here = chosen[chosen["file"] == file.name]
        if here.empty:
            continue
        source, number = f"{LETTER}{number:03d}", number + 1
        kept = f"{RECEIVED}/{file.sha256[:12]}-{file.name}"
        tables["sources"].add(_source(source, file, kept, day))
        for r in here[here["table"] != "panel"].to_dict("records"):
            tables[r["table"]].add(_observation(r, source, tables[r["table"]]))
        _panel(tables["panel"], here[here["table"] == "panel"], source)
        _corrections(folder, package, here, source)
        taken.append({"name": file.name, "title": file.title, "source_id": source, "sha256": file.sha256, "kept": kept})
    for table in tables.values():
        table.write()
    for name in ("poverty", "labour", "socioeconomic"):
        _supersede(folder, tables[name], {t["source_id"] for t in taken}, day)
    return taken


class _Table:
    """Rows of one CSV as text: what is not touched stays as it is, to the byte."""

    def __init__(self, package, name):
        resource = package.resource(name)
        self.path, self.name = package.folder / resource["path"], name
        text = self.path.read_text(encoding="utf-8")
        self.header, *self.rows = list(csv.reader(io.StringIO(text, newline="")))
        self.touched = False

    def column(self, name):
        at = self.header.index(name)
        return [row[at] for row in self.rows]

    def add(self, record):
        self.rows.append([str(record.get(h, "")) for h in self.header])
        self.touched = True

    def next_id(self):
        last = max(self.column("observation_id"))
        return f"{last[0]}{int(last[1:]) + 1:04d}"

    def write(self):
        if self.touched:
            out = io.StringIO(newline="")
            csv.writer(out, lineterminator="\n").writerows([self.header, *self.rows])
            self.path.write_bytes(out.getvalue().encode())


def _number(value):
    return np.format_float_positional(round(float(value), 8), trim="-")


def _source(source_id, file, kept, day):
    """Row of the table sources for one accepted file, with what the JSON beside it says."""
    about = file.about
    answers = about.get("answers") or []
    fetched = max((str(a.get("fetched", "")) for a in answers), default="")
    asked = f"; answers: {', '.join(a['sha256'][:12] for a in answers if a.get('sha256'))}" if answers else ""
    published = str(about.get("published") or "")
    if published and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", published):
        raise UcjError(f"{file.name}: published {published!r} in the JSON beside it is no date: expected YYYY-MM-DD")
    return {
        "source_id": source_id,
        "title": " ".join(str(about.get("title") or file.title).split()),
        "publisher": " ".join(str(about.get("publisher") or (f"{_BPS}, Web API" if answers else _BPS)).split()),
        "url": str(about.get("url") or ("https://webapi.bps.go.id" if answers else "")).strip(),
        "published": published,
        "kind": "table",
        "confidence": 1,
        "licence": "BPS table; figures quoted with their source",
        "accessed": str(about.get("retrieved") or fetched or day)[:10],
        "note": f"file {file.name}; sha256 {file.sha256}; kept as {kept}{asked}; read by ucj_analysis {__version__}",
    }


def _observation(r, source, table):
    value = _number(r["printed"])  # what the source prints; a correction stands in its own table
    return {
        "observation_id": table.next_id(), "region_code": r["region_code"], "period": r["period"],
        "indicator": r["indicator"], "segment": "" if table.name == "poverty" else "all", "value": value, "lower": value,
        "upper": value, "unit": r["unit"], "qualifier": "exact", "status": "realised", "definition": r["definition"],
        "source_id": source, "disputed": "false", "note": _note(r),
    }  # fmt: skip


def _note(r):
    said = [f"{r['file']} {r['cell']}", "" if "corrected from" in r["note"] else r["note"]]
    return " ".join("; ".join(filter(None, said)).split())


def _panel(table, here, source):
    if here.empty:
        return
    at = {(row[0], row[1], row[2]): row for row in table.rows}
    for r in here.to_dict("records"):
        key = r["region_code"], r["period"], r["indicator"]
        if key in at:
            at[key][3:] = [_number(r["printed"]), source]
        else:
            table.add({"region_code": key[0], "period": key[1], "indicator": key[2], "value": _number(r["printed"]),
                       "source_id": source})  # fmt: skip
    table.rows.sort(key=lambda row: (row[0], row[2], row[1]))
    table.touched = True


def _corrections(folder, package, here, source):
    """A figure that repeats a corrected error brings its own correction: the source prints the same wrong value."""
    wrong = here[here["note"].str.contains("corrected from")]
    if wrong.empty:
        return
    table = _Table(package, catalog.CORRECTIONS)
    old = package.table(catalog.CORRECTIONS).set_index("correction_id")
    for r in wrong.to_dict("records"):
        c = old.loc[re.search(r"\((C\d{3})", r["note"])[1]]
        number = max(int(x[1:]) for x in table.column("correction_id")) + 1
        keep = c.to_dict() | {"correction_id": f"C{number:03d}", "table": r["table"], "statement": source}
        table.add(keep | {"expect": _number(r["printed"])})
    table.write()


def _supersede(folder, table, new, day):
    """Mark statements that a newly accepted one replaces, where the rule of choice would still prefer them."""
    package = catalog.Package(folder, check_hashes=False)
    obs, sources = package.table(table.name), package.table("sources")
    figures = observations.rank(obs, sources)
    mine = figures[figures["source_id"].isin(new)]
    by = {f: r for f, r in zip(mine["figure"], mine.to_dict("records"), strict=True)}
    if not by:
        return
    columns = [table.header.index(c) for c in ("observation_id", "disputed", "note")]
    rows = {row[columns[0]]: row for row in table.rows}
    changed = True
    while changed:  # the next best of the old ones may still stand before the new
        changed = False
        ahead = figures[figures["chosen"] & figures["figure"].isin(by) & ~figures["source_id"].isin(new)]
        for r in ahead.to_dict("records"):
            if abs(r["value"] - by[r["figure"]]["value"]) > 1e-9:
                row = rows[r["observation_id"]]
                row[columns[1]] = "true"
                said = f"superseded by {by[r['figure']]['observation_id']} ({day})"
                row[columns[2]] = "; ".join(filter(None, [row[columns[2]], said]))
                obs.loc[obs["observation_id"] == r["observation_id"], "disputed"] = True
                table.touched = changed = True
        figures = observations.rank(obs, sources)
    table.write()


# -- the switch ------------------------------------------------------------------------------------------------------------


def changes_to(folder, package, copy, taken, day):
    """Files that turn the package at ``folder`` into the staged state: {relative path: bytes, or None to remove}.

    The old descriptor and the old content of every changed table are among them, so that the old state stays readable.
    """
    before, after = package.descriptor, copy.descriptor
    state = catalog.states(before)[-1]
    out, changed = {}, {}
    for old, new in zip(before["resources"], after["resources"], strict=True):
        if old["hash"] != new["hash"]:
            out |= catalog.kept_object(package, old)
            changed[new["name"]] = new["hash"]
    entry = state | {"then": {"date": day, "files": taken, "tables": changed}}
    descriptor = after | {"vintages": [*before.get("vintages", []), entry]}
    out[Path(catalog.VINTAGES, f"{state['id']}.json")] = catalog.describe(before)
    for t in taken:
        came = Path(INBOX, t["name"])
        out[Path(t["kept"])] = content = (folder / came).read_bytes()
        if hashlib.sha256(content).hexdigest() != t["sha256"]:
            raise UcjError(f"{t['name']} was changed while it was read; try again")
        if (beside := (folder / came).with_suffix(".json")).is_file():
            out[Path(t["kept"]).with_suffix(".json")] = beside.read_bytes()
            out[came.with_suffix(".json")] = None
        out[came] = None
    for new in after["resources"]:
        if new["name"] in changed:
            sealed = Path(catalog.SEALED, Path(new["path"]).name + ".gz")
            out |= {Path(p): (copy.folder / p).read_bytes() for p in (new["path"], sealed)}
    out[Path(catalog.DESCRIPTOR)] = catalog.describe(descriptor)
    return out


def check_day(package, day):
    """Return the day of an acceptance as YYYY-MM-DD: today by default, never before the present state."""
    day = day or _date.today().isoformat()
    try:
        _date.fromisoformat(day)
    except ValueError:
        raise UcjError(f"date {day!r}: expected a day as YYYY-MM-DD") from None
    last = catalog.states(package.descriptor)[-1]["date"]
    if day < last:
        raise UcjError(f"date {day} lies before the present state of the data ({last}): give a later day")
    return day


def undo_changes(folder, package):
    """Files that bring back the state before the last acceptance, to the byte; its files return to the inbox."""
    known = catalog.states(package.descriptor)
    if len(known) < 2:
        raise UcjError("nothing to undo: no new data were accepted into this package")
    last = known[-2]
    old = catalog.Package(folder, as_of=last)
    for name, r in package.resources.items():
        expected = last["then"]["tables"].get(name, old.resource(name)["hash"] if name in old.resources else None)
        if r["hash"] != expected:
            raise UcjError(
                f"the table {name} was edited and sealed after the last acceptance, and undoing would lose that: "
                "use version control"
            )
    later = set()
    out = {}
    for name in last["then"]["tables"]:
        r = old.resource(name)
        content = catalog.content(old, name)
        out[Path(r["path"])] = content
        out[Path(catalog.SEALED, Path(r["path"]).name + ".gz")] = gzip.compress(content, mtime=0)
        later.add(r["hash"])
    earlier = {h for v in known[:-2] for h in catalog.hashes(folder, v)}
    out |= {catalog.object_path(h): None for h in later - earlier}
    cited = {t["kept"] for v in known[:-2] for t in v["then"]["files"]}  # the same bytes, taken before
    for t in last["then"]["files"]:
        for suffix in (Path(t["name"]).suffix, ".json"):
            kept = Path(t["kept"]).with_suffix(suffix)
            if (folder / kept).is_file():
                out[Path(INBOX, t["name"]).with_suffix(suffix)] = (folder / kept).read_bytes()
                if t["kept"] not in cited:
                    out[kept] = None
    out[Path(catalog.VINTAGES, f"{last['id']}.json")] = None
    out[Path(catalog.DESCRIPTOR)] = (folder / catalog.VINTAGES / f"{last['id']}.json").read_bytes()
    return out
