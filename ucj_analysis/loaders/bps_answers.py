"""Answers of BPS's Web API -> tidy rows; what is no answer is refused in one sentence.

The keys of ``datacontent`` are the ids of row, variable, derived variable, year and derived year written one after the other.
The ids differ in length, so a key is never cut up: every key is built from the payload's own lists and looked for.
"""

import html
import json
import math
import re
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from ucj_analysis import regions
from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_files, bps_labels, bps_words
from ucj_analysis.loaders.bps_bytes import clean
from ucj_analysis.loaders.bps_files import COLUMNS, Reading
from ucj_analysis.loaders.bps_numbers import Column

MAX_BUILT = 3_000_000  # keys
MAX_BLANK = 500_000  # places without a figure that are written out as rows
_TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|em|strong|su[bp]|span|font|div|nobr|small|big|ul|ol|li|h[1-6]|t[drh]|table|tbody|center)\b[^<>]*>",
    re.I,
)
_NONE = {"", "tidak ada", "tidak ada turunan", "none", "-"}
_FIREWALL = re.compile(
    r"\bWAF\b|akses ini ditolak|access (?:is |was )?(?:denied|blocked)|blocked by|cloudflare|attention required|captcha|"
    r"request (?:was )?(?:rejected|blocked)|incident id|event id|403 forbidden",
    re.I,
)


class ApiError(UcjError):
    """The Web API gave no rows; ``kind`` says why, for programs.

    Attributes
    ----------
    kind : str
        key, years, too_large, not_available, refused, blocked, network, offline or damaged.
    limit : int or None
        Years that one request may name, where BPS said so (kind "years").
    """

    def __init__(self, message, kind, limit=None):
        super().__init__(message)
        self.kind, self.limit = kind, limit


class Repeated(tuple):
    """Values that one JSON object gives under one name."""


# ---- bytes -> payload ----------------------------------------------------------------------------------------------


def parse(data, what="the answer"):
    """Read the bytes of an answer as JSON.

    Parameters
    ----------
    data : bytes or str
    what : str
        Names the answer in errors.

    Raises
    ------
    ApiError
        blocked (a page of the firewall, whatever its HTTP status) or damaged.
    """
    text = data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data.lstrip("\ufeff")
    text = text.strip()
    if text.startswith("<"):
        if _FIREWALL.search(plain(re.sub(r"<(script|style)\b.*?</\1>", " ", text[:20_000], flags=re.I | re.S))):
            raise ApiError(
                f"{what} is a page of BPS's firewall and no data: wait some minutes, then ask again for less at a time; "
                "a network behind a VPN or in a data centre is often blocked",
                "blocked",
            )
        raise ApiError(f"{what} is a web page and no data: check the address of the service", "damaged")
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise ApiError(f"{what} is no complete JSON ({len(text):,} characters): ask for it again", "damaged") from None


def _object(pairs):
    out = dict(pairs)
    if len(out) == len(pairs):
        return out
    many = {}
    for name, value in pairs:
        many.setdefault(name, []).append(value)
    # JSON readers keep the last silently
    return {k: v[0] if all(x == v[0] for x in v) else Repeated(v) for k, v in many.items()}


def check(payload, what="the answer"):
    """Return the payload, or raise what it says instead of data.

    Raises
    ------
    ApiError
    """
    if payload is None:
        raise ApiError(f"{what} is null, as when it would be too large: ask for fewer years or rows", "too_large")
    if not isinstance(payload, dict):
        raise ApiError(f"{what} is {type(payload).__name__} where an object with a status was expected", "damaged")
    state = _state(payload.get("status", ""))
    if state not in ("ok", "200") and ("status" in payload or "error" in payload):
        raise _refusal(plain(payload.get("message") or payload.get("error")), state, what)
    inner = payload.get("data")
    inner = inner[1] if isinstance(inner, list) and len(inner) > 1 and isinstance(inner[1], dict) else {}
    state = _state(inner.get("condition", inner.get("status", "")))
    if state in ("error", "failed", "false") or (_whole(state) or 0) >= 400:  # SIMDASI says OK around an error
        raise _refusal(plain(inner.get("message")), state, what)
    state = _state(payload.get("data-availability", "available"))
    empty = payload.get("data") in ("", None, [], {}) and not _is_dynamic(payload)
    if state != "available" or empty:
        said = state if state != "available" else "no data in it"
        raise ApiError(f"BPS has nothing for {what} ({said}): check the domain, the ids and the years", "not_available")
    return payload


def _state(said):
    """A word such as "ok", or the beginning of what stands in its place."""
    text = clean(str(said)).casefold()
    return text if len(text) <= 60 else f"{text[:60]}…"


def _refusal(message, state, what):
    limit = re.search(r"maximum allowed number of years .*? is (\d{1,4})\b", message)
    if limit:
        return ApiError(f"BPS gives at most {limit[1]} years at once ({what})", "years", int(limit[1]))
    if re.search(r"\bkey\b|not allowed to take this action|token", message, re.I):
        return ApiError(
            "BPS refused the key: check it in your profile at webapi.bps.go.id/developer and set it again "
            "(UCJ_BPS_KEY, or `python -m keyring set ucj_analysis bps`)",
            "key",
        )
    return ApiError(
        f"BPS refused {what}: {message[:300].rstrip('.') or f'status {state!r} without a message'}", "refused"
    )


def plain(text):
    """Text without markup: tags removed, entities read, white space collapsed."""
    text = "" if text is None else str(text)
    for _ in range(3):  # BPS escapes up to twice
        if "&" not in text or (shown := html.unescape(text)) == text:
            break
        text = shown
    if "<" in text:
        text = re.sub(r"(?<=\w)(?=<sup\b)|<br\s*/?>", " ", text, flags=re.I)  # a raised 1 is no digit of the word
        text = _TAG.sub("", text)
    return clean(text)


# ---- any payload ---------------------------------------------------------------------------------------------------


def decode(payload, *, domain=None, what="the answer"):
    """Tidy rows of one answer of the Web API, whatever its kind.

    Parameters
    ----------
    payload : dict, list, None, bytes, str or Path
        The answer, its text, or a file that holds it.
    domain : str, optional
        BPS code of the domain asked; regions are looked for in its province.
    what : str
        Names the answer in errors.

    Returns
    -------
    Reading
        Dynamic data, a static table and a SIMDASI table give rows as ``bps_files.read`` does, where ``cell`` is the key in
        ``datacontent`` or the place in the table; a list gives one row an item. ``findings`` names keys that fit no place,
        keys that fit two, codes against names, and values that cannot be.

    Raises
    ------
    ApiError, DataError
    """
    if isinstance(payload, Path):
        try:
            payload = payload.read_bytes()
        except OSError as error:
            raise ApiError(f"{payload} cannot be read ({error.strerror}): check the path", "damaged") from None
    if isinstance(payload, (bytes, str)):
        payload = parse(payload, what)
    payload = check(payload, what)
    if _is_dynamic(payload):
        return dynamic(payload, domain=domain, what=what)
    data = payload.get("data")
    if isinstance(data, dict) and _is_dynamic(data):
        return dynamic(data, domain=domain, what=what)
    if isinstance(data, dict) and "table" in data:
        return static(payload, domain=domain, what=what)
    if isinstance(data, list) and len(data) > 1 and isinstance(data[1], dict) and "kolom" in data[1]:
        return simdasi(payload, domain=domain, what=what)
    rows, _ = items(payload, what)
    return Reading(listed(rows), format="web api list")


def _is_dynamic(payload):
    return "datacontent" in payload or ("vervar" in payload and "tahun" in payload)


def items(payload, what="the answer"):
    """Items of a list and its pages: (list of dict, dict with page, pages, total as int where given)."""
    data = payload.get("data")
    if isinstance(data, dict):
        return [data], {}
    if (
        isinstance(data, list)
        and data
        and all(isinstance(x, dict) for x in data)
        and not {"page", "pages", "total"} & set(data[0])
    ):
        return data, {}
    head = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    rest = data[1] if isinstance(data, list) and len(data) > 1 else []
    rest = rest.get("data", []) if isinstance(rest, dict) else rest
    rest = list(rest.values()) if isinstance(rest, dict) else rest
    if not isinstance(rest, list) or not all(isinstance(x, dict) for x in rest):
        raise ApiError(f"{what} holds no list where one was expected (data[1])", "damaged")
    numbers = {k: _whole(head.get(k)) for k in ("page", "pages", "total")}
    return rest, {k: v for k, v in numbers.items() if v is not None}


def _whole(value):
    text = str(value).strip().removesuffix(".0")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def listed(rows):
    """Items of a list as a frame of text: markup removed, lists joined by commas; "" where an item lacks a field."""
    names = list(dict.fromkeys(k for r in rows for k in r))

    def show(value):
        return ",".join(map(plain, value)) if isinstance(value, list) else plain(value)

    return pd.DataFrame({n: pd.array([show(r.get(n)) for r in rows], dtype="str") for n in names})


# ---- dynamic data --------------------------------------------------------------------------------------------------


def dynamic(payload, *, domain=None, what="the answer"):
    """Decode dynamic data (``datacontent``); parameters, result and errors as for ``decode``.

    One row a place that the lists name, in their order, also where ``datacontent`` has nothing (flag "blank"); linear in
    the number of places.
    """
    content = payload.get("datacontent")
    variables, ver, tur, years, parts = (
        _entries(payload, name, what) for name in ("var", "vervar", "turvar", "tahun", "turtahun")
    )
    if isinstance(content, Repeated) or (content and not isinstance(content, dict)):
        raise ApiError(f"{what} has a datacontent that is no object", "damaged")
    if not content:  # PHP writes an empty object as []
        raise ApiError(f"BPS has nothing for {what} (no figures in datacontent): try other years", "not_available")
    for name, entries in (("var", variables), ("vervar", ver), ("tahun", years)):
        if not entries:
            raise ApiError(f"{what} lacks the list {name!r}, so its figures have no names", "damaged")
    findings = []
    absent = [{"val": "0", "label": ""}], [{"val": "", "label": ""}]
    best = None
    for t in [tur] if tur else absent:  # where a list is missing its id can be 0 or left out
        for p in [parts] if parts else absent:
            keys = _keys(variables, ver, t, years, p, what)
            hits = sum(map(content.__contains__, keys))
            if best is None or hits > best[0]:
                best = hits, keys, t, p
    hits, keys, tur, parts = best
    if not hits:
        raise ApiError(
            f"{what}: none of the {len(content):,} keys of datacontent ({next(iter(content))!r}, ...) can be built from its "
            "lists, so no figure has a place",
            "damaged",
        )
    known = set(keys)
    unmatched = [k for k in content if k not in known]
    if unmatched:
        findings.append(_finding(
            "unmatched key", "datacontent",
            f"{len(unmatched)} of {len(content)} keys fit no place that the lists name ({', '.join(unmatched[:3])}"
            f"{', ...' if len(unmatched) > 3 else ''}); their figures were left out",
        ))  # fmt: skip
    shape = len(variables), len(ver), len(tur), len(years), len(parts)
    shared = {k for k, n in Counter(keys).items() if n > 1 and k in content} if len(known) < len(keys) else set()
    _collisions(shared, keys, shape, (variables, ver, tur, years, parts), findings)
    cells = [_cell(content[k]) if k in content else "" for k in keys]
    place = np.unravel_index(np.arange(len(keys)), shape)
    if len(keys) > MAX_BLANK and len(keys) > 4 * hits:
        keep = np.array([c != "" for c in cells])
        findings.append(_finding(
            "sparse", "datacontent",
            f"{len(keys) - int(keep.sum()):,} of {len(keys):,} places hold no figure and are not listed",
        ))  # fmt: skip
        cells, keys = [c for c in cells if c != ""], [k for k, held in zip(keys, keep, strict=True) if held]
        place = tuple(p[keep] for p in place)
    rows = _frame(variables, ver, tur, years, parts, place, cells, keys, findings)
    if shared:
        at = rows["cell"].isin(shared)
        rows.loc[at, "value"] = np.nan
        rows.loc[at, "flag"] = "unreadable: the key " + rows.loc[at, "cell"] + " stands for several places"
    row_place = place[1]
    codes, notes = _regions(ver, plain(payload.get("labelvervar")), domain, variables, findings)
    rows["region_code"] = pd.array(codes, dtype="str")[row_place]
    rows["region_note"] = pd.array(notes, dtype="str")[row_place]
    _impossible(rows, findings)
    return Reading(
        rows[COLUMNS], findings, [v["label"] for v in variables],
        [n for v in variables for k in ("note", "def") if (n := plain(v.get(k)))], "web api data",
    )  # fmt: skip


def _entries(payload, name, what):
    """Entries of a list: dicts with val and label as text, the same entry once."""
    found = payload.get(name) or []
    found = list(found.values()) if isinstance(found, dict) and "val" not in found else found
    found = [found] if isinstance(found, dict) else found
    if isinstance(found, list) and all(isinstance(x, dict) for x in found):  # older answers name them after the list
        named = {"val": (f"kode_{name}", "id"), "label": (f"label_{name}",)}
        found = [{**{k: x[o] for k, others in named.items() for o in others if o in x}, **x} for x in found]
    if not isinstance(found, list) or not all(isinstance(x, dict) and x.get("val") is not None for x in found):
        raise ApiError(f"{what}: {name!r} is no list of entries with val and label", "damaged")
    entries = [{**x, "val": str(x["val"]).strip().removesuffix(".0"), "label": plain(x.get("label"))} for x in found]
    return list({(x["val"], x["label"]): x for x in entries}.values())


def _keys(variables, ver, tur, years, parts, what):
    """Every key that the lists can form, variable by variable, then in the order of the lists."""
    count = math.prod(map(len, (variables, ver, tur, years, parts)))
    if count > MAX_BUILT:
        raise ApiError(
            f"{what} names {count:,} places, more than any BPS table: ask for fewer years or rows", "too_large"
        )
    tails = [y["val"] + p["val"] for y in years for p in parts]
    ends = [t["val"] + tail for t in tur for tail in tails]
    return [r["val"] + v["val"] + end for v in variables for r in ver for end in ends]


def _collisions(shared, keys, shape, lists, findings):
    if not shared:
        return
    places = {}
    for i, key in enumerate(keys):
        if key in shared:
            places.setdefault(key, []).append(i)
    for key, found in list(places.items())[:5]:
        said = [
            " / ".join(entries[i]["label"] or entries[i]["val"] for entries, i in zip(lists, np.unravel_index(n, shape), strict=True))
            for n in found[:3]
        ]  # fmt: skip
        findings.append(
            _finding("key collision", key, f"the key stands for {' and for '.join(said)}; its figure was left out")
        )
    if len(places) > 5:
        findings.append(_finding("key collision", "datacontent", f"{len(places)} keys in all stand for several places"))


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**300:
        return "a number of more than 300 digits"
    return value


def _frame(variables, ver, tur, years, parts, place, cells, keys, findings):
    v, r, t, y, p = place
    figures = {name: np.empty(len(cells), dtype=object) for name in ("value", "flag", "status")}
    for i, variable in enumerate(variables):
        at = np.flatnonzero(v == i)
        column = _read(Column([cells[j] for j in at]), variable, findings)
        for name, found in (("value", column.values), ("flag", column.flags), ("status", column.statuses)):
            figures[name][at] = found
    said = [bps_words.period_of_cell(x["label"]) for x in years]
    for x, period in zip(years, said, strict=True):
        if not period.year:
            findings.append(_finding("period", "tahun", f"{x['label']!r} is no year; returned as printed"))
    dates = _take([s.year or x["label"] for x, s in zip(years, said, strict=True)], y)
    printed = np.array([s.status for s in said], dtype=object)[y]
    status = np.where(figures["status"] != "", figures["status"], printed)
    labels = [_part(x["label"]) for x in parts]
    sub = _take([" ".join(filter(None, (s.part, x))) for s in said for x in labels], y * len(parts) + p)
    dimension = ["" if x["label"].casefold() in _NONE else x["label"] for x in tur]
    return pd.DataFrame({
        "region_label": _take([x["label"] for x in ver], r), "period": dates, "subperiod": sub,
        "indicator": _take([x["label"] for x in variables], v), "dimension": _take(dimension, t),
        "value": figures["value"].astype(float), "unit": _take([_unit(x) for x in variables], v),
        "flag": pd.array(figures["flag"], dtype="str"), "status": pd.array(status, dtype="str"),
        "sheet": _take(["datacontent"], np.zeros_like(r)), "cell": pd.array(keys, dtype="str"),
        "row": r.astype(np.int64), "column": (((v * len(tur) + t) * len(years) + y) * len(parts) + p).astype(np.int64),
    })  # fmt: skip


def _take(texts, index):
    return pd.array(texts, dtype="str").take(index)


def _unit(variable):
    unit = _unit_text(variable.get("unit"))
    unit = "" if unit.casefold() in _NONE or unit.casefold() == "tidak ada satuan" else unit
    return unit or bps_words.unit_of(variable["label"])


def _unit_text(text):
    return plain(re.sub(r"</?sup>", "", str(text or ""), flags=re.I))  # the raised 2 of km2 is no footnote


def _part(label):
    """Part of the year as ``bps_files`` names it: "Tahun" says nothing more than the year."""
    if label.casefold() in ("tahun", "year", *_NONE):
        return ""
    found = bps_words.period_of_text(label)
    return found.part if found.whole and found.part and not found.year else label


def _read(column, variable, findings, shown=None):
    """Fill a column of figures; text that can be 1.234 or 1234 is decided by what surrounds it, or left unread.

    ``shown`` : Column, optional
        The same figures in another form.
    """
    decimal, name = column.decimal, variable["label"]
    if column.clash:
        return _unread(column, f"{column.clash[0]!r} and {column.clash[1]!r} in one column", name, findings)
    if decimal is None and column.open_:
        decimal = _decide(column, variable, shown)
        both = " or ".join(f"{column.readings()[d][0]:g}" for d in ".,")
        if decimal is None:
            return _unread(column, f"{column.open_[0]!r} can be {both}", name, findings)
        meant = column.readings()[decimal][0]
        findings.append(_finding("decimal", name, f"{column.open_[0]!r} could be {both}; read as {meant:g}"))
    column.read(decimal)
    wrong = [f for f in column.flags if f.startswith("unreadable")]
    if wrong:
        findings.append(_finding("unreadable", name, f"{len(wrong)} values are no figures ({wrong[0]})"))
    return column


def _decide(column, variable, shown):
    point, comma = column.readings()["."], column.readings()[","]
    known = bps_words.known_of(variable["label"])
    if known is not None and known.high < 1e9:
        fits = {
            d: all(x is not None and known.low <= x <= known.high for x in r) for d, r in ((".", point), (",", comma))
        }
        if fits["."] != fits[","]:
            return "." if fits["."] else ","
    if shown is not None and shown.decimal and not shown.clash:
        for d in ".,":
            ours, theirs = Column(column.cells).read(d).values, Column(shown.cells).read(shown.decimal).values
            pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a == a and b == b]
            if pairs and all(a == b for a, b in pairs):
                return d
    marks = {c for x in column.open_ for c in x if c in ".,"}
    digits, mark = _whole(variable.get("decimal")), marks.pop() if len(marks) == 1 else ""
    if mark and (digits == 0 or (digits in (1, 2) and variable.get("printed"))):
        return "," if mark == "." else "."  # three digits behind a decimal mark are more than the table has
    floats = any(isinstance(x, float) for x in column.cells)
    return mark or None if digits == 3 or (floats and mark == ".") else None  # else as a program writes it


def _unread(column, why, name, findings):
    findings.append(_finding("decimal", name, f"{why}, so text in it was not read as figures"))
    numbers = [isinstance(c, (int, float)) and not isinstance(c, bool) for c in column.cells]
    column.read(None)
    column.values = [v if n else math.nan for v, n in zip(column.values, numbers, strict=True)]
    column.flags = [
        f if f or n else f"unreadable: {c}" for f, n, c in zip(column.flags, numbers, column.cells, strict=True)
    ]
    return column


def _finding(kind, place, message):
    return {"kind": kind, "place": place, "message": message}


# ---- regions -------------------------------------------------------------------------------------------------------


def home(domain):
    """Province of a domain or area code (75, 7500, 7501, 7501000), or None for the nation."""
    digits = re.sub(r"\D", "", str(domain or ""))[:2]
    if digits in ("", "00"):
        return None
    try:
        return regions.get(f"{digits}00")
    except UcjError:
        return None


def _regions(entries, head, domain, variables, findings):
    """Region code and note of each row: by name inside the domain's province, checked against the ids of the rows."""
    labels = [e["label"] for e in entries]
    given = [e["val"] for e in entries]
    regional, units, wrong = bps_labels.share(labels) >= 0.5, [None] * len(labels), []
    if regional:
        units, wrong = bps_labels.settle_codes(labels, given, "bps")[2:]
    agree = sum(u is not None and u in bps_labels.candidates(x) for u, x in zip(units, labels, strict=True))
    smaller = re.search(r"kecamatan|kelurahan|\bdesa\b|district", head, re.I) or 2 * sum(
        len(g) >= 7 for g in given
    ) > len(given)
    if not regional or (smaller and 2 * agree < len(labels)):
        what = "a smaller unit than BPS regencies" if smaller else "no region"
        named = f"{head or 'not named'} ({labels[0]!r}{', ...' if len(labels) > 1 else ''})"
        findings.append(_finding("no regions", "rows", f"the rows are {named}"))
        return [None] * len(labels), [f"{x!r} is {what}" if x else "no label" for x in labels]
    titled = bps_labels.province_named(" ".join([v["label"] for v in variables]))
    answers = bps_labels.Resolver(home(domain), titled).run(labels)
    out, notes = [c for c, _ in answers], [n for _, n in answers]
    if not agree:
        return _said(labels, out, notes, findings)  # ids 1, 2, 3 are no codes
    for i, unit in enumerate(units):
        if i in wrong:
            findings.append(_finding(
                "code", labels[i], f"{labels[i]!r} has the code {given[i]}, which is {unit}; the name was followed"
            ))  # fmt: skip
        elif unit is not None and unit in bps_labels.candidates(labels[i]):
            out[i], notes[i] = unit.code, ""  # the code tells Gorontalo the province from the regency
    return _said(labels, out, notes, findings)


def _said(labels, codes, notes, findings):
    open_ = [i for i, c in enumerate(codes) if c is None and labels[i] and not bps_labels.is_total(labels[i])]
    findings += [_finding("region", labels[i], notes[i]) for i in open_[:5]]
    if len(open_) > 5:
        findings.append(
            _finding("region", "rows", f"{len(open_)} rows in all have no region code; region_note says why")
        )
    return codes, notes


def _impossible(rows, findings):
    """Report figures outside what an indicator can be."""
    for (indicator, unit), part in rows.groupby(["indicator", "unit"], sort=False):
        known = bps_words.known_of(indicator)
        if known is None:
            continue
        scale = 1_000 if re.match(r"ribu|thousand", unit, re.I) else 1
        low = known.low if known.key == "percent" else known.low / scale
        high = known.high / scale if known.key == "poverty_line" else known.high
        value = part["value"]
        out = part[value.notna() & ~value.between(low, high)]
        for row in out.head(20).itertuples():
            findings.append(_finding(
                "range", row.cell,
                f"{row.value:.10g} ({row.region_label}, {indicator[:60]}) is outside what is possible ({low:.10g} to {high:.10g})",
            ))  # fmt: skip
        if len(out) > 20:
            findings.append(
                _finding("range", indicator[:60], f"{len(out)} figures in all are outside what is possible")
            )


# ---- static tables and SIMDASI -------------------------------------------------------------------------------------


def static(payload, *, domain=None, what="the answer"):
    """Rows of a static table, whose HTML the file reader reads; parameters, result and errors as for ``decode``."""
    data = payload["data"]
    title, table = plain(data.get("title")), str(data.get("table") or "")
    for _ in range(3):
        if re.search(r"<t[rdh]\b", table, re.I):
            break
        table = html.unescape(table)
    else:
        raise ApiError(
            f"{what} holds no HTML table: download its Excel file from bps.go.id and use `ucj read`", "damaged"
        )
    page = f"<html><body><h3>{html.escape(title)}</h3>\n{table}</body></html>"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.html"  # no digits: the reader looks for years in names
        path.write_text(page, encoding="utf-8")
        try:
            reading = bps_files.examine(path)
        except UcjError as error:
            raise ApiError(str(error).replace(path.name, what, 1), "damaged") from None
    reading.format = "web api static table"
    reading.titles = list(dict.fromkeys([t for t in (title, *reading.titles) if t]))
    return reading


def simdasi(payload, *, domain=None, what="the answer"):
    """Rows of a SIMDASI table; parameters, result and errors as for ``decode``."""
    data = payload["data"][1]
    columns = data.get("kolom") or {}
    body = data.get("data") or []
    body = list(body.values()) if isinstance(body, dict) else body
    if not isinstance(body, list) or not all(isinstance(r, dict) for r in body):
        raise ApiError(f"{what}: its rows are no list of objects", "damaged")
    if not isinstance(columns, dict) or not columns or not body:
        raise ApiError(f"BPS has nothing for {what} (the table has no rows or no columns)", "not_available")
    title = plain(data.get("judul_tabel") or data.get("judul"))
    findings, frames = [], []
    entries = [
        {"val": _area(r.get("kode_wilayah")), "label": plain(r.get("label") or r.get("label_raw"))} for r in body
    ]
    codes, notes = _regions(
        entries, plain(data.get("lingkup_id") or data.get("lingkup")), domain or _area(data.get("kode_wilayah")),
        [{"label": title}], findings,
    )  # fmt: skip
    year = (
        bps_words.period_of_cell(str(data.get("tahun_data") or "")).year or (bps_words.years_in(title)[0] or [""])[-1]
    )
    if not year:
        findings.append(_finding("period", "tahun_data", "the table names no year"))
    for j, (key, meta) in enumerate(columns.items()):
        meta = meta if isinstance(meta, dict) else {"nama_variabel": meta}
        label = plain(meta.get("nama_variabel")) or key
        held = [r.get("variables") for r in body]
        held = [h.get(key) if isinstance(h, dict) else None for h in held]
        raw, shown = (
            [_cell(h.get(k, h.get(other)) if isinstance(h, dict) else h) for h in held]
            for k, other in (("value_raw", "value"), ("value", "value_raw"))
        )
        marks = [_cell(h.get("value_code")) if isinstance(h, dict) else "" for h in held]
        raw = [r if r != "" else s if s != "" else m for r, s, m in zip(raw, shown, marks, strict=True)]
        column = _read(
            Column(raw),
            {"label": label, "decimal": meta.get("angka_desimal_dibelakang_koma"), "printed": True},
            findings,
            Column(shown),
        )
        n = len(body)
        unit = (
            _unit_text(meta.get("satuan") or meta.get("unit")) or bps_words.unit_of(label) or bps_words.unit_of(title)
        )
        frames.append(pd.DataFrame({
            "region_code": pd.array(codes, dtype="str"), "region_label": [e["label"] for e in entries], "region_note": notes,
            "period": year, "subperiod": "", "indicator": title or label, "dimension": label if title else "",
            "value": column.values, "unit": unit, "flag": column.flags, "status": column.statuses, "sheet": "simdasi",
            "cell": [f"row {i} column {key}" for i in range(n)], "row": np.arange(n), "column": j,
        }).astype({c: "str" for c in COLUMNS if c not in ("value", "row", "column")}))  # fmt: skip
    rows = pd.concat(frames, ignore_index=True)
    said = data.get("keterangan_data") or []
    said = (
        [f"{k}: {v}" for k, v in said.items()] if isinstance(said, dict) else said if isinstance(said, list) else [said]
    )
    notes = [n for x in said if (n := plain(x))]
    notes += [n for k in ("catatan", "sumber") if isinstance(data.get(k), str) and (n := plain(data[k]))]
    return Reading(rows[COLUMNS], findings, [title] if title else [], notes, "web api simdasi table")


def _area(code):
    """BPS code of a seven-digit area: 7501000 -> 7501; smaller areas keep their digits."""
    text = re.sub(r"\D", "", str(code or ""))
    return text[:4] if len(text) == 7 and text.endswith("000") else text
