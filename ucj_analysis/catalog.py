"""Open, verify and cite the tables of the data package (data/datapackage.json, Data Package v2).

Every table is checked when it is opened: encoding, header, types, keys, units, ranges, and last its hash. From PUDL
comes the idea that each column is defined once, with its unit, in a file that programs and people both read.

A statement whose source erred is corrected on opening by a row of the table ``corrections``, which names what the source
prints (``expect``): where the source has mended it, opening fails and says so, as in owid/etl. `Package.raw` has what is
printed. Earlier states stay readable: ``vintages/ID.json`` is the descriptor of a state as it was, the contents that have
changed since lie in ``vintages/objects/`` by their hash, and `Package` with ``as_of`` opens them.
"""

import csv
import functools
import gzip
import hashlib
import io
import json
import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pandas as pd

from ucj_analysis import files, paths
from ucj_analysis.errors import DataError, UcjError

DESCRIPTOR = "datapackage.json"
SEALED = "sealed"
VINTAGES = "vintages"
CORRECTIONS = "corrections"
NATURAL_KEY = [
    "region_code",
    "period",
    "indicator",
    "segment",
    "funding",
    "status",
    "definition",
    "source_id",
]
_NUMBER = r"-?\d+(\.\d+)?"
_INTEGER = r"-?\d+"


class Package:
    """The data package in a folder; tables are read and checked on first use.

    Parameters
    ----------
    folder : path, optional
        Folder of ``datapackage.json``; by default that of the clone, or ``UCJ_DATA``.
    check_hashes : bool
        False only while sealing edited tables.
    as_of : str or dict, optional
        Open an earlier state: the last one of a day (YYYY-MM-DD, YYYY-MM or YYYY), the one of an id, or an entry of
        `states`.
    """

    def __init__(self, folder=None, *, check_hashes=True, as_of=None):
        self.folder = Path(folder) if folder is not None else paths.data_dir()
        self.check_hashes = check_hashes
        finish_interrupted(self.folder)
        there = self.folder / DESCRIPTOR
        self.opened = there.read_bytes() if there.is_file() else b""  # before it is parsed: a switch between is noticed
        self.descriptor, self.past = _read_descriptor(self.folder), False
        if as_of is not None:
            wanted = state_at(states(self.descriptor), as_of) if isinstance(as_of, str) else as_of
            if wanted != states(self.descriptor)[-1]:
                self.descriptor, self.past = _read_descriptor(self.folder, wanted), True
        self.resources = {r["name"]: r for r in self.descriptor["resources"]}
        self._frames = {}

    @property
    def names(self):
        """Names of the tables, in the order of the descriptor."""
        return [n for n, r in self.resources.items() if r.get("format") == "csv"]

    def resource(self, name):
        """Descriptor of one resource."""
        try:
            return self.resources[name]
        except KeyError:
            raise UcjError(f"no table {name!r}: the data package has {', '.join(self.names)}") from None

    def table(self, name):
        """Return a verified table as a new frame (text columns as str, empty text as "").

        Raises
        ------
        DataError
            Naming table, row (line of the file, the header being 1), field, value and what was expected.
        """
        if name not in self._frames:
            resource = self.resource(name)
            if resource.get("format") != "csv":
                raise UcjError(f"{name} is not a table but {resource['format']}: use catalog.boundaries()")
            self._frames[name] = _check_table(self, resource)
        return self._frames[name].copy()

    def raw(self, name):
        """Return a table as its sources print it: verified, but without the corrections."""
        self.table(name)
        resource = self.resource(name)
        fields = resource["schema"]["fields"]
        rows = _rows(resource, _decode(resource, _bytes(self, resource)))
        return _typed(fields, pd.DataFrame(rows, columns=[f["name"] for f in fields], dtype="str"))

    def boundaries(self):
        """Return the verified boundaries as a GeoDataFrame: region_code, name, kind, geometry (EPSG:4326)."""
        import geopandas

        features = _check_boundaries(self)
        frame = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4326")
        frame = frame.rename(columns={"code": "region_code", "type": "kind"})
        bad = frame[~frame.geometry.is_valid]
        if len(bad):
            raise DataError(
                f"boundaries: the outline of {bad.region_code.iloc[0]} crosses itself; restore the file",
                table="boundaries",
            )
        frame["kind"] = frame["kind"].str.lower()
        return frame[["region_code", "name", "kind", "geometry"]].sort_values("region_code", ignore_index=True)

    def verify(self):
        """Read and check every table and the boundaries; return rows per table."""
        rows = {name: len(self.table(name)) for name in self.names}
        rows["boundaries"] = len(_check_boundaries(self))
        return rows


def open_package(folder=None):
    """Open the data package and verify all of it."""
    package = Package(folder)
    package.verify()
    return package


@functools.cache
def _default(folder):
    return Package(folder)


@functools.cache
def _earlier(folder, as_of):
    return Package(folder, as_of=as_of)


def default():
    """The package of the clone (or of ``UCJ_DATA``), opened once per process."""
    return _default(paths.data_dir())


def forget():
    """Open the default package anew when next asked for it: its files have changed."""
    _default.cache_clear()
    _earlier.cache_clear()


def table(name, *, as_of=None):
    """Return a verified table of the default package, or as it was at an earlier day (see `Package`)."""
    return (default() if as_of is None else _earlier(paths.data_dir(), as_of)).table(name)


def boundaries():
    """Return the verified boundaries of the default package."""
    return default().boundaries()


def cite(source_ids):
    """Return a frame with one row per source: source_id, publisher, title, published, url; in the order asked."""
    sources = table("sources").set_index("source_id")
    wanted = list(dict.fromkeys(source_ids))
    unknown = [s for s in wanted if s not in sources.index]
    if unknown:
        raise UcjError(f"no source {unknown[0]!r} in the table sources")
    return sources.loc[wanted, ["publisher", "title", "published", "url"]].reset_index()


def seal(folder=None):
    """Accept edited tables: check everything but the hashes, then write sealed copies, sizes and hashes.

    Returns
    -------
    list of str
        Names of the tables whose content changed.
    """
    package = Package(folder, check_hashes=False)
    package.verify()
    changed, new = [], {}
    kept = set().union(*(hashes(package.folder, v) for v in states(package.descriptor)[:-1]))
    for resource in package.descriptor["resources"]:
        content = (package.folder / resource["path"]).read_bytes()
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        before = resource.get("hash")
        if before != digest:
            changed.append(resource["name"])
            if before in kept:  # an earlier state has this content too: it must not be lost with the edit
                new |= kept_object(package, resource)
        if resource["format"] == "csv":
            copy = _sealed_path(package.folder, resource)
            if not copy.is_file() or _unzip(copy) != content:
                new[copy.relative_to(package.folder)] = gzip.compress(content, mtime=0)
        resource["bytes"], resource["hash"] = len(content), digest
    text = describe(package.descriptor)
    if (package.folder / DESCRIPTOR).read_bytes() != text:
        new[Path(DESCRIPTOR)] = text
    if new:
        replace_together(package.folder, new)
    forget()
    return changed


def describe(descriptor):
    """Bytes of ``datapackage.json``."""
    return (json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n").encode()


def replace_together(folder, changes, *, locked=False):
    """Change files of a package as one (`files.switch`), under its lock, with refusals a person can act on."""
    try:
        if locked:
            files.switch(folder, changes)
        else:
            with files.exclusive(folder):
                files.switch(folder, changes)
    except BlockingIOError:
        raise UcjError(
            f"another process is changing the data in {folder}; wait for it to end, then try again"
        ) from None
    except OSError as error:
        stands = (
            "the change has begun, and the next command ends it"
            if files.interrupted(folder)
            else "nothing was half done"
        )
        raise UcjError(f"cannot change the data in {folder}: {error.strerror or error}; mend that; {stands}") from error


# -- earlier states --------------------------------------------------------------------------------------------------


def states(descriptor):
    """Return the states a package has had, oldest first, the present one last: dicts of id, date and what came after.

    The id is the day of the state; a second state of one day is ``2026-11-25.2``. Entries of earlier states hold under
    ``then`` what the next acceptance brought: its files and tables.
    """
    earlier = descriptor.get("vintages", [])
    today = descriptor["version"].replace(".", "-")
    same = sum(v["date"] == today for v in earlier)
    return [*earlier, {"id": f"{today}.{same + 1}" if same else today, "date": today}]


def state_at(known, as_of):
    """Return the last of some states at a day, month or year, or the one of that id (".1" names the first of a day)."""
    named = [v for v in known if "." in as_of and v["id"] == as_of.removesuffix(".1")]
    if not named and not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", as_of):
        ids = ", ".join(v["id"] for v in known)
        raise UcjError(f"as of {as_of!r}: expected a day (YYYY-MM-DD), a month, a year, or one of {ids}")
    at = named or [v for v in known if v["date"][: len(as_of)] <= as_of]
    if not at:
        raise UcjError(
            f"no data as of {as_of}: the first state kept is that of {known[0]['date']}. Figures for earlier years are in "
            "it; what was known of them earlier was not recorded"
        )
    return at[-1]


def kept_object(package, resource):
    """Return path and content under which an earlier state finds a table again: {relative path: bytes}."""
    if _sealed_content(package.folder, resource) is not None:
        return {object_path(resource["hash"]): _sealed_path(package.folder, resource).read_bytes()}
    content = (package.folder / resource["path"]).read_bytes()
    if "sha256:" + hashlib.sha256(content).hexdigest() != resource["hash"]:
        _fail(resource, "neither the file nor its sealed copy is what was sealed; restore them from version control")
    return {object_path(resource["hash"]): gzip.compress(content, mtime=0)}


def object_path(digest):
    """Where an earlier state finds a content by its hash, below the folder of the package."""
    return Path(VINTAGES, "objects", digest.removeprefix("sha256:") + ".gz")


def hashes(folder, state):
    """Hashes of the resources of an earlier state."""
    return {r["hash"] for r in _read_descriptor(Path(folder), state)["resources"]}


def content(package, name):
    """Bytes of one table as the package has it."""
    return _bytes(package, package.resource(name))


def finish_interrupted(folder, *, locked=False):
    """End or clear what an interrupted change of a package left (`files.recover`), or say why that cannot be."""
    try:
        files.recover(folder, locked=locked)
    except OSError as error:
        raise UcjError(
            f"an acceptance of new data into {folder} was interrupted and cannot be ended now "
            f"({error.strerror or error}); make the folder writable and try again"
        ) from None


def dictionary(descriptor, indicators, definitions):
    """Return the data dictionary as Markdown, from the descriptor and the tables indicators and definitions."""
    out = [
        "# Data dictionary",
        "",
        "Generated from `data/datapackage.json` by `ucj tables --dictionary`; do not edit.",
        "",
    ]
    for r in descriptor["resources"]:
        out += [f"## {r['name']}", "", f"{r['title']}. {r['description']}.", "", f"File: `data/{r['path']}`", ""]
        if r["format"] != "csv":
            continue
        out += ["| field | type | rules | meaning |", "|---|---|---|---|"]
        for f in r["schema"]["fields"]:
            rules = "; ".join(_rules(f)) or "-"
            out.append(f"| {f['name']} | {f['type']} | {rules} | {f['description']} |")
        links = [
            f"`{k['fields'][0]}` is a `{k['reference']['fields'][0]}` of " + (k["reference"]["resource"] or r["name"])
            for k in r["schema"].get("foreignKeys", ())
        ]
        out += ["", f"Key: {', '.join(r['schema']['primaryKey'])}." + (f" {'; '.join(links)}." if links else "")]
        out.append("")
    out += ["## Indicators", "", "| indicator | unit | range | title | judul |", "|---|---|---|---|---|"]
    out += [
        f"| {r.indicator} | {r.unit} | {r.minimum:g} to {r.maximum:g} | {r.title_en} | {r.title_id} |"
        for r in indicators.itertuples()
    ]
    out += ["", "## Definitions", "", "| definition | may be differenced | in English | dalam bahasa Indonesia |"]
    out.append("|---|---|---|---|")
    out += [
        f"| {r.definition} | {'yes' if r.comparable else 'no'} | {r.title_en} | {r.title_id} |"
        for r in definitions.itertuples()
    ]
    return "\n".join(out) + "\n"


# -- reading and checking ------------------------------------------------------------------------------------


def _read_descriptor(folder, state=None):
    path = folder / DESCRIPTOR if state is None else folder / VINTAGES / f"{state['id']}.json"
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        resources = descriptor["resources"]
        for r in resources:
            _ = r["name"], r["path"], r["format"], r["hash"], r["bytes"]
            if r["format"] == "csv":
                _ = r["schema"]["fields"], r["schema"]["primaryKey"]
    except FileNotFoundError:
        if state is not None:
            raise DataError(f"{path} is missing: restore the folder {VINTAGES} from version control") from None
        raise DataError(f"no data package at {folder}: expected {DESCRIPTOR} in it") from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not a data package this program can read ({type(error).__name__}: {error}); "
            "restore it from version control"
        ) from None
    return descriptor


def _sealed_path(folder, resource):
    return folder / SEALED / (Path(resource["path"]).name + ".gz")


def _unzip(path):
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, ValueError):
        return None


def _fail(resource, message, *, row=None, field=None, value=None, expected=None):
    place = f"table {resource['name']} ({resource['path']})"
    if row is not None:
        place += f", row {row}"
    if field is not None:
        place += f", field {field}"
    raise DataError(f"{place}: {message}", table=resource["name"], row=row, field=field, value=value, expected=expected)


def _sealed_content(folder, resource):
    """Content of the sealed copy, None where it is not what the descriptor says."""
    path = _sealed_path(folder, resource)
    content = _unzip(path) if path.is_file() else None
    good = content is not None and "sha256:" + hashlib.sha256(content).hexdigest() == resource["hash"]
    return content if good else None


def _bytes(package, resource):
    path = package.folder / resource["path"]
    if package.past or (package.check_hashes and _moved_on(package)):
        kept = package.folder / object_path(resource["hash"])
        content = _unzip(kept) if kept.is_file() else None
        if content is not None:
            return content
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        _fail(resource, "the file is missing; restore it from version control", expected="a file")
    except OSError as error:
        _fail(resource, f"the file cannot be read ({error.strerror}); check its permissions")
    if not content.strip():
        _fail(resource, "the file is empty; restore it from version control", expected="a header and rows")
    return content


def _moved_on(package):
    """Whether the folder has taken another state since it was opened; the one opened is then read from the objects."""
    try:
        finish_interrupted(package.folder)
        return (package.folder / DESCRIPTOR).read_bytes() != package.opened
    except OSError:
        return False


_read_already = OrderedDict()  # tables read and checked in themselves in this process, by their bytes
_REMEMBERED = 48


def _check_table(package, resource):
    content = _bytes(package, resource)
    frame, typed = _in_itself(package, resource, content)
    _check_links(package, resource, frame)
    if "qualifier" in typed.columns:
        _check_observations(package, resource, typed, frame)
    elif {"indicator", "value"} <= set(typed.columns):
        _check_range(package, resource, typed, frame)
    if package.check_hashes:
        _check_hash(package, resource, content)
    return typed.reset_index(drop=True)


def _in_itself(package, resource, content):
    """Cells as text and as typed values, after the checks that need no other table but the corrections."""
    other = package.resources.get(CORRECTIONS)
    corrections = b"" if other in (None, resource) else _bytes(package, other)
    parts = content, json.dumps([resource["path"], resource["schema"]], sort_keys=True).encode(), corrections
    key = resource["name"], *(hashlib.sha256(p).digest() for p in parts)
    if key not in _read_already:
        rows = _rows(resource, _decode(resource, content))
        fields = resource["schema"]["fields"]
        frame = pd.DataFrame(rows, columns=[f["name"] for f in fields], dtype="str")
        frame.index = pd.RangeIndex(2, len(frame) + 2)  # line of the file
        frame = _corrected(package, resource, frame)
        _check_fields(resource, frame)
        typed = _typed(fields, frame)
        _check_keys(resource, frame)
        _read_already[key] = frame, typed
        while len(_read_already) > _REMEMBERED:
            _read_already.popitem(last=False)
    _read_already.move_to_end(key)
    return _read_already[key]


def _corrected(package, resource, frame):
    """Put right what `corrections` says a source prints wrongly; refuse where the source no longer prints it."""
    key = ["region_code", "period", "indicator", "source_id"]
    if (
        CORRECTIONS not in package.resources
        or resource["name"] == CORRECTIONS
        or not {*key, "value"} <= set(frame.columns)
    ):
        return frame
    rows = package.table(CORRECTIONS)
    for c in rows[rows["table"] == resource["name"]].to_dict("records"):
        where = [c["region_code"], c["period"], c["indicator"], c["statement"]]
        lines = frame.index[(frame[key] == where).all(axis=1)]
        remedy = f"remove its row from {package.resources[CORRECTIONS]['path']} and run `ucj seal`"
        if len(lines) != 1:
            _fail(
                resource,
                f"correction {c['correction_id']} speaks of the statement {', '.join(where)}, which stands "
                f"{len(lines)} times; mend the correction, or {remedy}",
            )
        row, field = lines[0], c["field"]
        printed = frame.at[row, field]
        if printed != c["expect"]:
            _fail(
                resource,
                f"correction {c['correction_id']} expects that the source prints {c['expect']!r}, and it prints {printed!r}: "
                f"where the source has mended its error, {remedy}",
                row=row,
                field=field,
                value=printed,
                expected=c["expect"],
            )
        for column in (field, "lower", "upper") if field == "value" else (field,):
            if column in frame.columns and frame.at[row, column] == printed:
                frame.at[row, column] = c["correct"]
        if "note" in frame.columns:
            said = f"corrected from {printed} ({c['correction_id']})"
            frame.at[row, "note"] = "; ".join(filter(None, [frame.at[row, "note"], said]))
    return frame


def _decode(resource, content):
    if content.startswith(b"\xef\xbb\xbf"):
        _fail(resource, "the file starts with a byte order mark; save it as UTF-8 without BOM", row=1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        _fail(
            resource,
            f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8",
            row=row,
            value=content[error.start],
            expected="UTF-8",
        )


def _rows(resource, text):
    names = [f["name"] for f in resource["schema"]["fields"]]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        header = next(reader)
        if header != names:
            wrong = next((i for i, (a, b) in enumerate(zip(header, names, strict=False)) if a != b), None)
            got = header[wrong] if wrong is not None else f"{len(header)} columns"
            want = names[wrong] if wrong is not None else f"{len(names)} columns"
            _fail(resource, f"the header has {got!r} where {want!r} was expected", row=1, value=got, expected=want)
        for row in reader:
            if len(row) != len(names):
                _fail(
                    resource,
                    f"{len(row)} cells where {len(names)} were expected; a comma inside a cell needs quotes, "
                    "and decimals take a point",
                    row=len(rows) + 2,
                    value=len(row),
                    expected=len(names),
                )
            if any("\n" in cell or "\r" in cell for cell in row):
                _fail(resource, "a line break inside a cell; each row is one line", row=len(rows) + 2)
            rows.append(row)
    except csv.Error as error:
        _fail(resource, f"not a CSV row ({error}); check the quotes", row=reader.line_num)
    if not rows:
        _fail(resource, "the table has a header and no rows; restore it from version control", row=1)
    return rows


def _rules(field):
    """Say a field's constraints in words; also what an error says was expected."""
    c = field.get("constraints", {})
    kind = field["type"]
    out = []
    if kind == "number":
        out.append("a number with a decimal point and no thousands mark")
    elif kind == "integer":
        out.append("a whole number")
    elif kind == "boolean":
        out.append("true or false")
    if "enum" in c:
        out.append("one of " + ", ".join(c["enum"]))
    if "pattern" in c:
        out.append(f"the form `{c['pattern']}`".replace("|", "\\|"))
    if "minimum" in c:
        out.append(f"at least {c['minimum']}")
    if "maximum" in c:
        out.append(f"at most {c['maximum']}")
    if c.get("required"):
        out.append("not empty")
    if c.get("unique"):
        out.append("no value twice")
    return out


def _good(field):
    """What a text column must be by the constraints of its field: a function of the column, true where a cell is good."""
    c, kind = field.get("constraints", {}), field["type"]
    pattern = {"number": _NUMBER, "integer": _INTEGER, "boolean": "true|false"}.get(kind, c.get("pattern"))

    def good(s):
        filled = s != ""
        ok = filled if c.get("required") else pd.Series(True, index=s.index)
        if pattern:
            ok &= ~filled | s.str.fullmatch(pattern, flags=re.ASCII)
        if "enum" in c:
            ok &= ~filled | s.isin(c["enum"])
        if kind in ("number", "integer") and {"minimum", "maximum"} & set(c):
            x = pd.to_numeric(s, errors="coerce")
            ok &= ~filled | x.between(c.get("minimum", -np.inf), c.get("maximum", np.inf))
        if kind == "string":
            ok &= s == s.str.strip()
        return ok

    return good


def _schema(fields):
    """Translate the fields of a table schema into a pandera schema over text columns."""
    import pandera.pandas as pa

    def check(field):
        c = field.get("constraints", {})
        expected = "; ".join(_rules({**field, "constraints": {k: v for k, v in c.items() if k != "unique"}}))
        return pa.Check(_good(field), error=expected or "no blanks at either end")

    return pa.DataFrameSchema({f["name"]: pa.Column(str, check(f), coerce=False) for f in fields}, strict=True)


def _check_fields(resource, frame):
    fields = resource["schema"]["fields"]
    # pandera says what is wrong; half a second of its imports is for tables that are
    if all(_good(f)(frame[f["name"]]).all() for f in fields):
        return
    import pandera.errors

    try:
        _schema(fields).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        order = {f["name"]: i for i, f in enumerate(fields)}
        cases = cases.assign(_order=cases["column"].map(order)).sort_values(["index", "_order"])
        first = cases.iloc[0]
        row, field = int(first["index"]), first["column"]
        value = frame.at[row, field]
        expected = first["check"] if str(first["check"]) != "None" else "text"
        shown = "empty" if value == "" else repr(value)
        more = f" ({len(cases) - 1} more like it)" if len(cases) > 1 else ""
        _fail(resource, f"{shown}, expected {expected}{more}", row=row, field=field, value=value, expected=expected)


def _typed(fields, frame):
    out = {}
    for f in fields:
        s = frame[f["name"]]
        if f["type"] == "number":
            out[f["name"]] = pd.to_numeric(s.replace("", None)).astype("float64")
        elif f["type"] == "integer":
            out[f["name"]] = s.astype("int64")
        elif f["type"] == "boolean":
            out[f["name"]] = s == "true"
        else:
            out[f["name"]] = s
    return pd.DataFrame(out, index=frame.index)


def _check_keys(resource, frame):
    schema = resource["schema"]
    keys = [schema["primaryKey"]] + [[f["name"]] for f in schema["fields"] if f.get("constraints", {}).get("unique")]
    if "qualifier" in frame.columns:
        keys.append(NATURAL_KEY)
    for key in keys:
        part = frame[frame["period"] != ""] if key == NATURAL_KEY else frame
        twice = part.duplicated(key)
        if twice.any():
            row = twice.idxmax()
            same = (part[key] == part.loc[row, key]).all(axis=1)
            value = ", ".join(v for v in part.loc[row, key] if v)
            _fail(
                resource,
                f"{value!r} stands already in row {same.idxmax()}; a key may stand once",
                row=row,
                field=key[0] if len(key) == 1 else "+".join(key),
                value=value,
                expected="a key once",
            )


def _check_links(package, resource, frame):
    for link in resource["schema"].get("foreignKeys", ()):
        (field,), (to,) = link["fields"], link["reference"]["fields"]
        other = link["reference"]["resource"]
        known = set(frame[to]) if other in ("", resource["name"]) else set(package.table(other)[to])
        wrong = ~frame[field].isin(known) & (frame[field] != "")
        if wrong.any():
            row = wrong.idxmax()
            value = frame.at[row, field]
            target = other or resource["name"]
            _fail(
                resource,
                f"{value!r} is no {to} of the table {target}",
                row=row,
                field=field,
                value=value,
                expected=f"a {to} of {target}",
            )


def _check_observations(package, resource, typed, frame):
    indicators = package.table("indicators").set_index("indicator")
    rules = indicators.loc[typed["indicator"]].set_index(typed.index)

    def refuse(bad, field, expected):
        if bad.any():
            row = bad.idxmax()
            value = frame.at[row, field]
            what = expected(row) if callable(expected) else expected
            _fail(
                resource,
                f"{value!r} for {frame.at[row, 'indicator']}, expected {what}",
                row=row,
                field=field,
                value=value,
                expected=what,
            )

    refuse(typed["unit"] != rules["unit"], "unit", lambda r: repr(rules.at[r, "unit"]))
    for field in ("value", "lower", "upper"):
        x = typed[field]
        outside = x.notna() & ~x.between(rules["minimum"], rules["maximum"])
        refuse(outside, field, lambda r: f"{rules.at[r, 'minimum']:g} to {rules.at[r, 'maximum']:g}")
    refuse(typed["lower"] > typed["value"], "lower", "at most the value")
    refuse(typed["upper"] < typed["value"], "upper", "at least the value")
    q = typed["qualifier"]
    exact = q.isin(["exact", "derived"])
    refuse(exact & (typed["lower"] != typed["value"]), "lower", "the value itself, for an exact figure")
    refuse(exact & (typed["upper"] != typed["value"]), "upper", "the value itself, for an exact figure")
    refuse((q == "at_least") & (typed["lower"] != typed["value"]), "lower", "the value itself, for at_least")
    refuse((q == "at_most") & (typed["upper"] != typed["value"]), "upper", "the value itself, for at_most")


def _check_range(package, resource, typed, frame):
    indicators = package.table("indicators").set_index("indicator")
    rules = indicators.loc[typed["indicator"]].set_index(typed.index)
    outside = typed["value"].notna() & ~typed["value"].between(rules["minimum"], rules["maximum"])
    if outside.any():
        row = outside.idxmax()
        value, what = frame.at[row, "value"], f"{rules.at[row, 'minimum']:g} to {rules.at[row, 'maximum']:g}"
        _fail(
            resource,
            f"{value!r} for {frame.at[row, 'indicator']}, expected {what}",
            row=row,
            field="value",
            value=value,
            expected=what,
        )


def _check_hash(package, resource, content):
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    if digest == resource["hash"]:
        return
    remedy = "put it back, or run `ucj seal` if you mean the change"
    sealed = _sealed_content(package.folder, resource)
    if sealed is None:
        _fail(
            resource,
            f"the file has changed since it was sealed ({digest[:19]}..., expected "
            f"{resource['hash'][:19]}...); {remedy}",
            value=digest,
            expected=resource["hash"],
        )
    names = [f["name"] for f in resource["schema"]["fields"]]
    old = list(csv.reader(io.StringIO(sealed.decode("utf-8"), newline="")))
    new = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    for row, (was, now) in enumerate(zip(old, new, strict=False), start=1):
        if was == now:
            continue
        if len(old) == len(new):
            i = next(i for i, (a, b) in enumerate(zip(was, now, strict=True)) if a != b)
            _fail(
                resource,
                f"{now[i]!r} where {was[i]!r} was sealed; {remedy}",
                row=row,
                field=names[i],
                value=now[i],
                expected=was[i],
            )
        change = "rows were added" if len(new) > len(old) else "rows were removed"
        _fail(
            resource,
            f"{change}, the first difference is here ({now[0]!r}, sealed: {was[0]!r}); {remedy}",
            row=row,
            field=names[0],
            value=now[0],
            expected=was[0],
        )
    if len(old) != len(new):
        _fail(
            resource,
            f"{len(new) - 1} rows where {len(old) - 1} were sealed; {remedy}",
            row=min(len(old), len(new)) + 1,
            value=len(new) - 1,
            expected=len(old) - 1,
        )
    _fail(
        resource, f"line ends or quotes differ from the sealed file; {remedy}", value=digest, expected=resource["hash"]
    )


def _check_boundaries(package):
    resource = package.resource("boundaries")
    content = _bytes(package, resource)
    try:
        features = json.loads(content.decode("utf-8"))["features"]
        codes = [f["properties"]["code"] for f in features]
        for f in features:
            if f["geometry"]["type"] not in ("Polygon", "MultiPolygon"):
                raise KeyError("Polygon")
    except (ValueError, KeyError, TypeError):
        _fail(resource, "not the GeoJSON expected; restore it from version control", expected="GeoJSON polygons")
    known = set(package.table("regions").query("level == 'regency'")["region_code"])
    for i, code in enumerate(codes):
        if code not in known or codes.index(code) != i:
            _fail(resource, f"{code!r} is no regency code, or stands twice", row=i + 1, field="code", value=code)
    if package.check_hashes:
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        if digest != resource["hash"]:
            _fail(
                resource,
                f"the file has changed since it was sealed ({digest[:19]}..., expected "
                f"{resource['hash'][:19]}...); put it back, or run `ucj seal` if you mean the change",
                value=digest,
                expected=resource["hash"],
            )
    return features
