"""Mutants of every kind of export: rows or one sentence, in time and memory, and no figure that the file does not hold.

``python tests/loaders/fuzz.py --count 10000`` runs thousands; the suite runs a few hundred (test_fuzz.py). Each mutant is read
in a process of its own, with a limit of time, and what it returns is held against the bytes by other readers (csv, openpyxl,
lxml) than those of the package.
"""

import argparse
import collections
import csv
import io
import itertools
import os
import random
import re
import resource
import select
import signal
import struct
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

import bombs
import lxml.html
import openpyxl
import python_calamine
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_long

SECONDS, MEGABYTES = 10, 1_000


# ---- mutations


def _text(data):
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _rows(text):
    sep = max(",;\t", key=text.count)
    return sep, [line.split(sep) for line in re.split(r"\r\n|\r|\n", text)]


def _numbers(rng, text):
    """Numbers written in another habit, some or all of them."""
    way = rng.choice([",", ".", "thousands", "spaces", "mark", "percent", "exponent", "minus", "huge"])
    share = rng.choice([0.02, 0.3, 1])

    def again(m):
        if rng.random() > share:
            return m[0]
        x = m[0]
        return {
            ",": x.replace(".", ","), ".": x.replace(",", "."), "spaces": x[:1] + " " + x[1:], "mark": x + rng.choice(["*", "r", "e", " x", "1)"]),
            "thousands": f"{x[:-3]}.{x[-3:]}" if len(x) > 3 else x, "percent": x + "%", "exponent": x + "e5", "minus": "-" + x, "huge": x * 9,
        }[way]  # fmt: skip

    return re.sub(r"\d+(?:[.,]\d+)?", again, text)


# what programs take for digits, numbers, years, dates or nothing, each in its own way
STRANGE = [
    "²", "1²", "①", "½", "٢٠٢٢", "１２", "Ⅳ", "1e999", "-1E+400", "INF", "Infinity", "NaN", "1_000", "0x1F", "9" * 400, "9" * 5_000,
    "0" * 40 + "1", "--5", "+5", "5-", "(5)", "1.2.3.4", "1,2,3", "1'234", "1 2 3", "31/02/2024", "2024-13-45", "00:00", "99999-01-01",
    "2022²", "2O22", "2022.0", "20220", "19 45", "Januari 0", "0/0", "2019/19", "2060/2061", "#REF!", "=1/0", "TRUE", "\u200b", "\u202e7",
    "\ufeff", "\x85", "\u2028", "é" * 300, "😀", "I", "IV", "Semester 9", "Triwulan ²", "Jumlah", "Kota", "Gorontalo", "GORONTALO", "(1)", "(²)",
]  # fmt: skip

WAYS = (
    "cut", "flip", "drop", "double", "insert", "numbers", "swap", "rows", "columns", "encode", "splice", "tangle", "strange",
)  # fmt: skip


def mutate(rng, data, way=None):
    """A damaged copy of a file."""
    zipped = data[:2] == b"PK"
    way = way or rng.choice(WAYS)
    if way == "tangle":
        return tangle(rng, data)
    if way == "strange":
        return strange(rng, data)
    if way == "swell":
        return swell(rng, data)
    if zipped and way in ("numbers", "swap", "rows", "columns"):
        return _inside(rng, data, way)
    if way == "cut":
        a = rng.randrange(len(data))
        return data[:a] if rng.random() < 0.7 else data[a:]
    if way == "flip":
        out = bytearray(data)
        for _ in range(rng.choice([1, 5, 60])):
            out[rng.randrange(len(out))] = rng.randrange(256)
        return bytes(out)
    if way in ("drop", "double"):
        a = rng.randrange(len(data))
        b = min(len(data), a + rng.choice([1, 40, 4000]))
        return data[:a] + (data[a:b] * 2 if way == "double" else b"") + data[b:]
    if way == "insert":
        a = rng.randrange(len(data))
        junk = rng.choice(
            [
                b"\0",
                b'"',
                b"\xff\xfe",
                b";",
                b",",
                b"\r",
                b"\n\n\n",
                b"<td>",
                b"</table>",
                b"1.234",
                b"-",
                "\u202f".encode(),
                bytes(rng.randrange(256) for _ in range(30)),
            ]
        )
        return data[:a] + junk * rng.choice([1, 3, 50]) + data[a:]
    if way == "splice":
        a, b = rng.randrange(len(data)), rng.randrange(len(data))
        return data[: min(a, b)] + data[max(a, b) :]
    if data[:4] == b"\xd0\xcf\x11\xe0":
        return data[: len(data) - rng.randrange(600)] + bytes(rng.randrange(256) for _ in range(30))
    text = _text(data)
    if way == "numbers":
        return _numbers(rng, text).encode("utf-8", "replace")
    if way == "encode":
        return text.encode(rng.choice(["utf-16", "utf-16-le", "cp1252", "utf-8-sig", "utf-7", "utf-32"]), "replace")
    if "<t" in text:
        cells = list(re.finditer(r"<t[dh][^>]*>.*?</t[dh]>", text, re.S))
        return _exchange(rng, text, cells)
    sep, rows = _rows(text)
    if way == "swap":
        for _ in range(rng.choice([1, 4, 40])):
            a, b = rng.choice(rows), rng.choice(rows)
            if a and b:
                i, j = rng.randrange(len(a)), rng.randrange(len(b))
                a[i], b[j] = b[j], a[i]
    elif way == "rows":
        what = rng.choice(["shuffle", "repeat", "reverse", "half", "blank"])
        if what == "shuffle":
            rng.shuffle(rows)
        elif what == "repeat":
            rows *= 2
        elif what == "reverse":
            rows.reverse()
        elif what == "half":
            rows = rng.sample(rows, len(rows) // 2 or 1)
        else:
            rows = [r for x in rows for r in ([x, []] if rng.random() < 0.3 else [x])]
    else:
        n = max(map(len, rows))
        order = list(range(n))
        rng.shuffle(order)
        order = order[: rng.randrange(1, n + 1)]
        rows = [[r[j] for j in order if j < len(r)] for r in rows]
    return "\n".join(sep.join(r) for r in rows).encode("utf-8", "replace")


def _exchange(rng, text, cells):
    if len(cells) < 2:
        return text.encode()
    for _ in range(rng.choice([1, 10])):
        a, b = sorted(rng.sample(range(len(cells)), 2))
        a, b = cells[a], cells[b]
        if text[a.start() : a.end()] == a[0] and text[b.start() : b.end()] == b[0] and a.end() <= b.start():
            text = text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]
            if len(a[0]) != len(b[0]):
                break
    return text.encode()


def _inside(rng, data, way):
    """Change the text of a sheet or of the shared strings of a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            parts = {n: z.read(n) for n in z.namelist()}
    except Exception:  # already damaged
        return data
    names = [n for n in parts if n.startswith("xl/worksheets/") or "sharedStrings" in n or n.endswith("workbook.xml")]
    if not names:
        return data
    name = rng.choice(names)
    text = parts[name].decode("utf-8", "replace")
    if way == "numbers":
        text = re.sub(r"(?<=<v>)[^<]*(?=</v>)|(?<=>)[\d.,]+(?=</t>)", lambda m: _numbers(rng, m[0]), text)
    elif way == "swap":
        text = _exchange(rng, text, list(re.finditer(r"<v>[^<]*</v>|<t[^>]*>[^<]*</t>", text))).decode()
    elif way == "rows":
        found = re.findall(r"<row .*?</row>", text, re.S)
        for row in rng.sample(found, min(len(found), rng.choice([1, 5]))):
            text = text.replace(row, rng.choice(["", row * 2]), 1)
    else:
        text = re.sub(
            r'r="([A-Z]+)(\d+)"', lambda m: f'r="{rng.choice("ABCXFD")}{m[2]}"' if rng.random() < 0.1 else m[0], text
        )
    parts[name] = text.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for n, body in parts.items():
            z.writestr(n, body)
    return out.getvalue()


def _kind(data):
    head = data[:4]
    marks = b"<table", b"<TABLE", b"<html", b"<Workbook", b"<?xml"
    return (
        "xlsx" if head[:2] == b"PK" else "xls" if head == b"\xd0\xcf\x11\xe0" else
        "html" if any(m in data[:20_000] for m in marks) else "csv"
    )  # fmt: skip


def _sub(rng, pattern, text, new, some=3):
    """Replace a few of the matches of a pattern, wherever they stand."""
    found = list(re.finditer(pattern, text, re.S))
    for m in sorted(rng.sample(found, min(len(found), some)), key=re.Match.start, reverse=True):
        text = text[: m.start()] + (new(m) if callable(new) else m.expand(new)) + text[m.end() :]
    return text


def _part(rng, data, change):
    """Change one sheet, or the shared strings, of a workbook; ``change`` may return further members."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            parts = {n: z.read(n) for n in z.namelist()}
    except Exception:  # already damaged
        return data
    names = [n for n in parts if n.startswith("xl/worksheets/sheet") or "sharedStrings" in n] or list(parts)
    name = rng.choice(names)
    parts |= change(name, parts[name].decode("utf-8", "replace"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        for n, body in parts.items():
            z.writestr(n, body)
    return out.getvalue()


def tangle(rng, data):
    """Break what holds a format together: dimensions, chains of sectors, spans, quotes, ends of lines, nesting."""
    kind = _kind(data)
    if kind == "xls":
        out = bytearray(data)
        sector = 1 << int.from_bytes(out[30:32], "little") % 16
        announced = [m.end() for m in re.finditer(rb"\x00\x02\x0e\x00", data)]
        if announced and rng.random() < 0.3:  # a sheet announces another area than it has
            area = rng.choice(
                [(0, 2**31, 0, 9), (9, 1, 0, 9), (0, 65_536, 0, 256), (0, 1, 0, 1), (0, 2**32 - 1, 0, 65_535)]
            )
            out[announced[0] : announced[0] + 12] = struct.pack("<2I2H", *area)
        elif rng.random() < 0.6:  # an entry of the allocation table points back, or nowhere
            first = int.from_bytes(out[76:80], "little")
            for _ in range(rng.choice([1, 4])):
                at = (1 + first) * sector + 4 * rng.randrange(sector // 4 or 1)
                if at + 4 <= len(out):
                    out[at : at + 4] = rng.choice([0, 1, 2, 5, 2**31 - 1, 2**32 - 2]).to_bytes(4, "little")
        else:  # a record says another length, row or column than it has
            at = 512 + 2 * rng.randrange(max((len(out) - 512) // 2, 1))
            out[at : at + 2] = rng.choice([b"\xff\xff", b"\0\0", b"\x0a\0", b"\x09\x08"])
        return bytes(out)
    if kind == "xlsx":
        what = rng.choice(["dimension", "members", "refs", "strings", "spans"])

        def change(name, text):
            if what == "dimension":
                area = rng.choice(["A1:A1", "A1:XFD1048576", "B7", "ZZZZ1:A9", ""])
                text = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{area}"', text)
            elif what == "refs":
                text = _sub(
                    rng, r'r="([A-Z]+)(\d+)"', text, rng.choice(['r="XFD\\2"', 'r="\\g<1>1048576"', 'r="A0"', ""])
                )
            elif what == "strings":
                text = _sub(
                    rng,
                    r't="s"([^>]*><v>)\d+',
                    text,
                    rng.choice([r't="s"\g<1>99999999', r't="s"\g<1>-1', r't="d"\g<1>7']),
                )
            elif what == "spans":
                text = text.replace(
                    "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
                )
            more = {f"xl/media/{i}.bin": b"" for i in range(3_000)} if what == "members" else {}
            return {name: text.encode(), **more}

        return _part(rng, data, change)
    text = _text(data)
    what = rng.choice(
        ["newlines", "nul", "quote", "span", "nest", "entity"] if kind == "html" else ["newlines", "nul", "quote"]
    )
    if what == "newlines":
        text = re.sub(r"\r\n|\r|\n", lambda _: rng.choice(["\r\n", "\r", "\n", "\r\r\n", "\x0b", "\u2028"]), text)
    elif what == "nul":
        text = _sub(rng, r"[\w,;]", text, "\0", rng.choice([1, 50]))
    elif what == "quote":
        text = _sub(rng, r"[,;\t>]", text, '\\g<0>"', rng.choice([1, 7]))
    elif what == "span":
        many = rng.choice(["1000000000", "99999999999999999999", "0", "-1", "3"])
        text = _sub(rng, r"<t([dh])\b", text, rf'<t\1 {rng.choice(["colspan", "rowspan"])}="{many}"')
    elif what == "nest":
        text = _sub(rng, r"(<t[dh][^>]*>)", text, r"\1" + rng.choice(["<div>", "<table><tr><td>", "<b>"]) * 300)
    else:
        text = bombs.LAUGHS + "]>" + _sub(rng, r"(<t[dh][^>]*>)", text, r"\1&a9;")
    return text.encode("utf-8", "surrogatepass")


def strange(rng, data):
    """Put strange texts and numbers in the place of cells; in a BIFF workbook, of eight bytes that may be a number."""
    kind, times = _kind(data), rng.choice([1, 3, 30])

    def some(_):
        return rng.choice(STRANGE)

    if kind == "xls":
        out = bytearray(data)
        for _ in range(times):
            at = 512 + 2 * rng.randrange(max((len(out) - 520) // 2, 1))
            number = rng.choice([float("inf"), float("-inf"), float("nan"), 5e-324, 1.7e308, 2.0**53, 2022.0, -0.0])
            out[at : at + 8] = struct.pack("<d", number)
        return bytes(out)
    if kind == "xlsx":
        found = r"(?<=<v>)[^<]*(?=</v>)|(?<=<t>)[^<]*(?=</t>)|(?<= r=\")[A-Z]+\d+(?=\")"
        return _part(
            rng, data, lambda name, text: {name: _sub(rng, found, text, some, times).encode("utf-8", "replace")}
        )
    found = r'(?<=>)[^<>]+(?=<)|(?<=span=")[^"]*(?=")' if kind == "html" else r"(?<![^,;\t\n])[^,;\t\n]+"
    return _sub(rng, found, _text(data), some, times).encode("utf-8", "replace")


def swell(rng, data):
    """Make a file huge: a million columns, one cell of tens of megabytes, bombs of zip and entities, a deep page."""
    kind = _kind(data)
    if kind == "xls":
        return data + bytes(rng.choice([1_000_000, 150_000_000]))
    if kind == "xlsx":
        what = rng.choice(["columns", "cell", "zip", "strings", "entities"])
        row = "".join(f"<c><v>{i % 9}.5</v></c>" for i in range(1_000)) * 1_000 if what == "columns" else ""

        def change(name, text):
            if what == "columns":
                return {name: _sub(rng, r"(<row [^>]*>)", text, lambda m: m[0] + row, 1).encode()}
            if what == "cell":
                return {name: _sub(rng, r"(<t[^>]*>)|(?<=<v>)", text, lambda m: m[0] + "7" * 50_000_000, 1).encode()}
            if what == "entities":
                text = re.sub(r"^(<\?xml[^>]*>)?", lambda m: m[0] + bombs.LAUGHS + "]>", text, count=1)
                return {name: _sub(rng, r"(<t[^>]*>)|(?<=<v>)", text, lambda m: m[0] + "&a9;", 1).encode()}
            if what == "strings":
                return {"xl/sharedStrings.xml": b"<sst>" + b"<si><t>" + b"x" * 300_000_000 + b"</t></si></sst>"}
            return {name: text.replace("</sheetData>", "<row>" + " " * 300_000_000 + "</row></sheetData>").encode()}

        return _part(rng, data, change)
    text = _text(data)
    if kind == "html":
        what = rng.choice(["columns", "cell", "deep", "tables"])
        more = {
            "columns": "<td>1.5</td>" * 1_000_000,
            "cell": "7" * 50_000_000,
            "deep": "<div>" * 200_000,
            "tables": "<table><tr><td>" * 20_000,
        }[what]
        return _sub(
            rng, r"<t[dh][^>]*>", text, (lambda m: more + m[0]) if what != "cell" else (lambda m: m[0] + more), 1
        ).encode("utf-8", "replace")
    more = rng.choice(
        [",1.5" * 1_000_000, ";1,5" * 1_000_000, "7" * 50_000_000, '"' + "x" * 50_000_000, "\nBoalemo,1.5" * 1_000_000]
    )
    at = rng.choice([m.end() for m in re.finditer(r"[^\r\n,;]+", text)] or [0])
    return (text[:at] + more + text[at:]).encode("utf-8", "replace")


# ---- what may not happen


def readings(cell):
    """Every figure a cell can be read as, under any separator."""
    if isinstance(cell, bool) or cell is None:
        return set()
    if isinstance(cell, (int, float)):
        return {float(cell)}
    text = str(cell).replace("−", "-").replace("–", "-")
    text = re.sub(r"^\s*(Rp\.?|IDR)\s*", "", text, flags=re.I)
    m = re.match(r"\s*([+-]?[\d.,'\s\u00a0\u2000-\u200b\u202f\ufeff]*(?:\d[eE][+-]?\d+)?)", text)
    core = re.sub(r"[^\d.,eE+-]", "", m[1]) if m else ""
    # a mark behind the figure may begin with a digit: "12,5 1)"
    cores = {core, re.sub(r"[^\d.,eE+-]", "", re.sub(r"\s\d{1,2}\)?\s*$", "", text.strip()))}
    out = set()
    for core in cores:
        for c in (
            core,
            core.replace(",", ""),
            core.replace(".", "").replace(",", "."),
            core.replace(",", "."),
            core.replace(".", ""),
        ):
            try:
                out.add(float(c.rstrip(".,")))
            except ValueError:
                continue
    return out


def _held_csv(data, frame):
    text = re.sub(r"\r\r\n|\r\n|\r", "\n", _decoded(data).lstrip("\ufeff \t"))
    text = re.sub(r"^sep=.\n", "", text)
    worst = None
    # a spreadsheet may have put each line into one cell
    lines = ["".join(row[:1]) for row in csv.reader(io.StringIO(text, newline=""))]
    for sep, source in itertools.product(",;\t|", (io.StringIO(text, newline=""), lines)):
        if source is not lines:
            source.seek(0)
        elif any("\n" in line for line in lines):
            continue
        rows = list(csv.reader(source, delimiter=sep))
        lost = []
        for cell, value in frame:
            column, row = coordinate_from_string(cell)
            r, c = row - 1, column_index_from_string(column) - 1
            held = rows[r][c] if r < len(rows) and c < len(rows[r]) else None
            if value not in readings(held):
                lost.append((cell, value, held))
        if not lost:
            return []
        worst = lost if worst is None or len(lost) < len(worst) else worst
    return worst


def _decoded(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    if data[1:40:2].count(0) > 15 or data[:40:2].count(0) > 15:
        return data.decode("utf-16-le" if data[1:40:2].count(0) > 15 else "utf-16-be")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _merges_all(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        sheets = [z.read(n) for n in z.namelist() if n.startswith("xl/worksheets/sheet")]
    return any(re.search(rb'<mergeCell ref="[^"]*1048576"', sheet) for sheet in sheets)


def _held_xlsx(data, frame):
    try:
        if _merges_all(data):  # openpyxl makes a cell for each of the 17 billion
            return _held_calamine(data, frame)
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception:
        return _held_calamine(data, frame)  # more lenient than openpyxl, as the package is
    lost = []
    for sheet, cell, value in frame:
        held = book[sheet][cell].value if sheet in book.sheetnames else None
        if value not in readings(held):
            lost.append((sheet, cell, value, held))
    return lost and _held_calamine(data, frame)


def _held_calamine(data, frame):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets, lost = {}, []
    for sheet, cell, value in frame:
        if sheet not in sheets:
            s = book.get_sheet_by_name(sheet)
            sheets[sheet] = (s.to_python(), s.start)
        rows, (r0, c0) = sheets[sheet]
        column, row = coordinate_from_string(cell)
        r, c = row - 1 - r0, column_index_from_string(column) - 1 - c0
        held = rows[r][c] if 0 <= r < len(rows) and 0 <= c < len(rows[r]) else None
        if value not in readings(held):
            lost.append((sheet, cell, value, held))
    return lost


def _held_page(data, frame):
    held = set()
    for node in lxml.html.fromstring(_decoded(data).encode(), parser=lxml.html.HTMLParser(encoding="utf-8")).iter(
        "td", "th"
    ):
        for text in (node.text_content(), node.text or ""):
            held |= readings(text)
            held |= readings(" ".join(text.split()))
    return [x for x in frame if x[-1] not in held]


def judge(path):
    """Read a file; a sentence on what went wrong, "" when all is well, and whether it was refused."""
    from ucj_analysis.loaders import bps_files

    try:
        reading = bps_files.examine(path)
    except UcjError as error:
        said = str(error)
        return ("" if "\n" not in said and 10 < len(said) < 600 else f"not one sentence: {said[:300]!r}"), "refused"
    rows = reading.rows
    if (rows["value"].notna() != (rows["flag"] == "")).any():
        return "a missing value without a flag, or a flag beside a figure", "read"
    held = rows[rows["value"].notna()]
    data = Path(path).read_bytes()
    places = list(zip(held["sheet"], held["cell"], held["value"], strict=True))
    if reading.format == "csv":
        lost = _held_csv(data, [(c, v) for _, c, v in places])
    elif reading.format == "xlsx":
        lost = _held_xlsx(data, places)
    elif reading.format == "xls":
        lost = _held_calamine(data, places)
    else:
        lost = _held_page(data, places)
    return (f"{len(lost)} figures that the file does not hold, as {lost[0]}" if lost else ""), "read"


def attempt(path, seconds=SECONDS):
    """Judge a file in a child: (what went wrong or "", "read" or "refused" or "lost", seconds, megabytes)."""
    out, into = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            said, how = judge(path)
        except BaseException:
            said, how = "crash: " + traceback.format_exc()[-1500:], "lost"
        os.write(into, f"{how}\0{said}".encode()[:60_000])
        os._exit(0)
    os.close(into)
    # the judge's own second reading takes time as well: the limit is for the reader, doubled for both
    ready, _, _ = select.select([out], [], [], 2 * seconds)
    if not ready:
        os.kill(child, signal.SIGKILL)
    said = os.read(out, 65_536) if ready else b"lost\0"
    os.close(out)
    _, _, usage = os.wait4(child, 0)
    how, _, what = said.decode("utf-8", "replace").partition("\0")
    took, size = time.monotonic() - began, usage.ru_maxrss / 1024
    if not ready:
        what = f"no answer in {2 * seconds} s"
    elif not said:
        what, how = "the reader was killed", "lost"
    elif size > MEGABYTES and not what:
        what = f"{size:.0f} MB of memory"
    elif took > seconds and not what:
        what = f"{took:.1f} s"
    return what, how, took, size


def bases(reference=None):
    """Files to damage: the generated ones, and the samples where they are."""
    import test_long
    import test_variants

    made = [(name, data) for name, data, *_ in test_variants.CASES.values()]
    made += [(f"long{n}.csv", test_long.long_table(random.Random(n), 0.2)) for n in range(12)]
    if reference is not None and Path(reference).is_dir():
        made += [(p.name, p.read_bytes()) for p in sorted((Path(reference) / "bps_samples").glob("h*"))]
    return made


def run(count, seed, files, folder, report=lambda *_: None, huge=0):
    """Damage files and judge them; the list of (seed of the mutant, file, what went wrong), and a tally.

    One mutant in ``huge`` is made huge as well; 0: none.
    """
    failures, tally, slowest, largest = [], {}, 0.0, 0.0
    ways, least = collections.Counter(), bps_long.MIN_BYTES
    for n in range(seed, seed + count):
        rng = random.Random(n)
        bps_long.MIN_BYTES = rng.choice([0, least])  # half of the small long tables are read as large ones are
        name, data = rng.choice(files)
        for _ in range(rng.choice([1, 1, 2, 3])):
            way = rng.choice(WAYS)
            ways[way] += 1
            data = mutate(rng, data, way) or b"\n"
        if huge and rng.randrange(huge) == 0:
            ways["swell"] += 1
            data = swell(rng, data)
        path = Path(folder) / name
        path.write_bytes(data)
        what, how, took, size = attempt(path)
        tally[how] = tally.get(how, 0) + 1
        slowest, largest = max(slowest, took), max(largest, size)
        if what:
            failures.append((n, name, what))
            report(n, name, what)
    bps_long.MIN_BYTES = least
    return failures, {**tally, "slowest (s)": round(slowest, 2), "largest (MB)": round(largest), **ways}


def main():
    """Run thousands of mutants and say what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--huge", type=int, default=50, help="one mutant in so many is made huge; 0: none")
    parser.add_argument("--keep", help="folder for the mutants that fail")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files = bases(os.environ.get("UCJ_REFERENCE"))
    with tempfile.TemporaryDirectory() as folder:

        def report(n, name, what):
            print(f"{n} {name}: {what}", flush=True)
            if asked.keep:
                Path(asked.keep).mkdir(exist_ok=True)
                (Path(asked.keep) / f"{n}_{name}").write_bytes((Path(folder) / name).read_bytes())

        failures, tally = run(asked.count, asked.seed, files, folder, report, asked.huge)
    print(f"{asked.count} mutants of {len(files)} files: {tally}; {len(failures)} failed")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
