"""Bytes of a file -> grids of cells with their places. The bytes decide the format, never the extension.

What is no table of cells (an image, a PDF, a page of a firewall, a frameset whose sheets were left behind) is refused here,
in one sentence that says what to download instead.
"""

import contextlib
import csv
import datetime
import functools
import html
import io
import math
import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import lxml.etree

from ucj_analysis.errors import DataError

MAX_BYTES = 60_000_000
MAX_UNPACKED = 300_000_000
MAX_PAGE_CELLS = 400_000
MAX_STRINGS = 40_000_000
MAX_CELLS = 2_000_000
MAX_COLUMNS = 4_096
MAX_ROWS = 100_000  # Indonesia has 84,000 villages
MAX_CELL = 20_000  # letters
INSTEAD = "download the table again as CSV or XLSX from bps.go.id"


def column_letters(column):
    """Name of a column, 0-based, in a spreadsheet: 0 is A, 26 is AA."""
    name = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        name, column = chr(65 + letter) + name, column - 1
    return name


@dataclass
class Grid:
    """One sheet, table or CSV as rows of cells.

    Attributes
    ----------
    name : str
        Sheet, or id of the HTML table; "" for a CSV.
    rows : list of list or tuple
        Cells: str (white space collapsed, "" when empty), int, float, datetime.date or datetime.datetime. Ragged
        rows are padded. Blank rows are kept, because they separate blocks.
    at : list of int
        Row of the source (0-based) of each row.
    merges : set of int or None
        Rows (index into ``rows``) whose merged cells were already filled; None when the source has no merges.
    titles : list of str
        Text that stands above the table (caption, headings).
    head : int or None
        Number of header rows where the source says so.
    """

    name: str
    rows: list
    at: list
    merges: set | None = None
    titles: list = field(default_factory=list)
    head: int | None = None
    first_column: int = 0
    marker: str = "sheet"  # how a cell is named: "sheet" A1; "table" row and column

    @functools.cached_property
    def columns(self):
        """Columns of ``rows``, which are complete."""
        return list(zip(*self.rows, strict=True))

    def place(self, row, column):
        """Return (row, column) in the source, 0-based."""
        return self.at[row], column + self.first_column

    def cell(self, row, column):
        """Name a cell as a person finds it: "B3", or "row 467 column 0" of an HTML table."""
        r, c = self.place(row, column)
        if self.marker == "table":
            return f"row {r} column {c}"
        return f"{column_letters(c)}{r + 1}"

    def cells(self, rows, column):
        """Names of the cells of a column, as ``cell`` gives them."""
        c = column + self.first_column
        if self.marker == "table":
            return [f"row {r} column {c}" for r in map(self.at.__getitem__, rows)]
        letters = column_letters(c)
        return [f"{letters}{r + 1}" for r in map(self.at.__getitem__, rows)]


@dataclass
class Source:
    """A file, opened: its format, grids, and what was noticed on the way."""

    path: Path
    format: str
    grids: list
    findings: list = field(default_factory=list)
    page_titles: list = field(default_factory=list)


MAGIC = [
    (b"%PDF", "a PDF: download the table itself as CSV or XLSX from bps.go.id, or copy it into a sheet"),
    (b"\x89PNG", "an image (PNG): download the table itself as CSV or XLSX from bps.go.id"),
    (b"\xff\xd8\xff", "an image (JPEG): download the table itself as CSV or XLSX from bps.go.id"),
    (b"GIF8", "an image (GIF): download the table itself as CSV or XLSX from bps.go.id"),
    (b"BM", "an image (BMP): download the table itself as CSV or XLSX from bps.go.id"),
    (b"RIFF", "an image or a recording: download the table itself as CSV or XLSX from bps.go.id"),
    (b"II*\0", "an image (TIFF): download the table itself as CSV or XLSX from bps.go.id"),
    (b"MM\0*", "an image (TIFF): download the table itself as CSV or XLSX from bps.go.id"),
    (b"Rar!", "a RAR archive: unpack it and read the files in it"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it and read the files in it"),
    (b"\x1f\x8b", "a gzip archive: unpack it and read the file in it"),
    (b"PAR1", "a Parquet file, which BPS does not publish: read it with pandas"),
    (b"{\\rtf", "a text document (RTF): download the table itself as CSV or XLSX from bps.go.id"),
]


def refuse(path, reason, **place):
    """Raise the one-sentence refusal of a file."""
    raise DataError(f"{Path(path).name}: {reason}", **place)


def open_source(path):
    """Open a file of BPS.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Source

    Raises
    ------
    DataError
        When it is missing, empty, too large, or no table.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is no file; give the path of a download")
    size = path.stat().st_size
    if size > MAX_BYTES:
        refuse(path, f"it has {size:,} bytes and no BPS table is larger than {MAX_BYTES:,}: {INSTEAD}")
    try:
        data = path.read_bytes()
    except OSError as error:
        refuse(path, f"it cannot be read ({error.strerror}): check its permissions")
    if not data.strip(b"\0 \t\r\n"):
        refuse(path, f"it is empty: {INSTEAD}")
    for magic, what in MAGIC:
        # two letters can begin a text: only bytes that no text holds make a BMP
        if data.startswith(magic) and (magic != b"BM" or b"\0" in data[:64]):
            refuse(path, f"it is {what}")
    if data.startswith(b"PK"):
        return _workbook_zip(path, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        span = _biff_span(data)
        if span is None:
            refuse(path, f"the workbook is damaged: {INSTEAD}")
        if span > 2 * MAX_CELLS:
            refuse(path, f"a sheet spans {span:,} cells, more than any BPS table: {INSTEAD}")
        return _workbook(path, data, "xls")
    text, findings = _decode(path, data)
    start = text[:4000].lstrip("\ufeff \t\r\n\0").casefold()
    if start.startswith(("{", "[")) and re.match(r'[{\[]\s*(["{\[]|$)', start):
        refuse(path, "it is an answer of the Web API (JSON), not a table: use `ucj fetch` for it")
    if start.startswith("mime-version:") or "\nmime-version:" in start[:2000]:
        return _mhtml(path, data, findings)
    if start.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in start:
        return _spreadsheetml(path, data, findings)
    if start.startswith("<") and re.search(
        r"<(!doctype html|html|head|body|table|div|meta|style|\?xml|!--|tr|center)", start
    ):
        return _html(path, text, findings)
    return _csv(path, text, findings)


# ---- text ----------------------------------------------------------------------------------------------------------


def _decode(path, data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError:
            refuse(path, f"its UTF-16 text is damaged: {INSTEAD}")
    if b"\0" in data[:100_000]:
        if (text := _unmarked_utf16(data)) is not None:
            message = "the text is UTF-16 without its mark; read as such, check letters with accents"
            return text, [{"kind": "encoding", "place": "line 1", "message": message}]
        refuse(path, f"it is a binary file that is no workbook, page or CSV: {INSTEAD}")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        text = data.decode("cp1252", errors="replace")
        line = data.count(b"\n", 0, error.start) + 1
        message = f"the text is not UTF-8 (line {line}); read as Windows-1252, check letters with accents"
        return text, [{"kind": "encoding", "place": f"line {line}", "message": message}]


def _unmarked_utf16(data):
    """Text of UTF-16 that lacks its mark, told by the zero beside nearly every letter; else None."""
    head = data[:4_000]
    for encoding, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if zeros.count(0) >= 0.9 * len(zeros) and not letters.count(0):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None


_SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\ufeff]+")


class _Clean(dict):
    """Cleaned texts, each distinct one looked at once."""

    def __missing__(self, text):
        made = self[text] = clean(_untagged(text) if "<" in text or "&" in text else text)
        return made

    def all(self, texts):
        """Texts of a column, cleaned; most columns hold nothing to clean."""
        distinct = set(texts)
        joined = "\n".join(["", *distinct, ""])
        if (
            joined.isascii() and joined.replace("\n", "").isprintable()
            and not any(x in joined for x in ("  ", " \n", "\n ", "<", "&"))
        ):  # fmt: skip
            self.update(zip(distinct, distinct, strict=True))
        return map(self.__getitem__, texts)


_TAG = re.compile(r"</?(?:b|i|u|p|br|em|strong|sub|span|font|div|a|nobr|small)\b[^<>]*>", re.I)


def _untagged(text):
    """Text of a cell that BPS's site left with tags and entities: "<b>ACEH</b>", "GORONTALO&nbsp;"."""
    text = re.sub(r"<sup>\s*(\w{1,2})\)?\s*</sup>", r" \1)", html.unescape(text), flags=re.I)
    return _TAG.sub(" ", text)


def clean(text):
    """Collapse white space of every kind."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", text).strip()


def _csv(path, text, findings):
    # BPS writes spaces, then the BOM; a tab that starts the text is an empty heading
    text = re.sub(r"^[ \t]*\ufeff+", "", text[:200]) + text[200:]
    text = text.lstrip(" ")
    if "\0" in text:
        refuse(path, f"it holds NUL characters and is no text table: {INSTEAD}")
    half = MAX_CELL // 2  # a longer line fills one such piece at least
    pieces = (text[i : i + half] for i in range(0, len(text) - half + 1, half))
    far = any("\n" not in x and "\r" not in x for x in pieces) and max(map(len, text.splitlines())) > MAX_CELL
    if far and re.search(rf"[^,;\t|\r\n]{{{MAX_CELL}}}", text):
        refuse(path, f"it has a cell of more than {MAX_CELL:,} letters: {INSTEAD}")
    if "\r" in text:
        # "\0" stands for an end of line until the others are told
        text = text.replace("\r\r\n", "\0").replace("\r\n", "\0").replace("\r", "\n").replace("\0", "\n")
    sep = re.match(r"sep=(.)\n", text)
    if sep:
        delimiter, text = sep.group(1), text[sep.end() :]
    else:
        delimiter = _delimiter(text)
        lines = [x for x in text.splitlines() if x.strip()] if delimiter is None else []
        if len(lines) > 1 and all(re.fullmatch(r'"(?:[^"]|"")*"[,;]*', x.strip()) for x in lines):
            # a spreadsheet put each line into one cell
            text = "\n".join(x.strip().rstrip(",;")[1:-1].replace('""', '"') for x in text.splitlines())
            delimiter = _delimiter(text)
    if delimiter is None:
        refuse(path, f"it is text without columns (no comma, semicolon or tab separates cells): {INSTEAD}")
    cleaned = _Clean()
    try:
        rows = _even(text, delimiter, cleaned)
        if rows is None:
            rows = [list(map(cleaned.__getitem__, r)) for r in _within_bounds(path, _lines(text, delimiter))]
    except csv.Error as error:
        refuse(path, f"its rows cannot be told apart ({error}): {INSTEAD}")
    widths = set(map(len, rows))
    width = max(widths, default=0)
    if width < 2:
        refuse(path, f"it is text without columns: {INSTEAD}")
    if len(widths) > 1:
        _unquoted_commas(path, rows, delimiter, width)
        rows = [r if len(r) == width else r + [""] * (width - len(r)) for r in rows]
    grid = Grid("", rows, list(range(len(rows))))
    return Source(path, "csv", [_trim(grid)], findings)


def _even(text, delimiter, cleaned):
    """Rows of a text that quotes nothing and has as many cells on each line, split at once; None where it has not."""
    n = text.count("\n") + (not text.endswith("\n"))
    width = text.count(delimiter, 0, text.find("\n") % (len(text) + 1)) + 1
    if '"' in text or not 1 < width <= MAX_COLUMNS or n > MAX_ROWS or n * width > MAX_CELLS:
        return None
    cells = text.removesuffix("\n").replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
    ends = cells[width :: width + 1]  # a line ends after each row and nowhere else
    if len(cells) != n * (width + 1) - 1 or ends.count("\n") != n - 1:
        return None
    rows = list(zip(*(cleaned.all(cells[j :: width + 1]) for j in range(width)), strict=True))
    return rows if max(map(len, cleaned)) <= csv.field_size_limit() else None


def _within_bounds(path, reader):
    cells = 0
    for n, row in enumerate(reader):
        cells += len(row)
        if len(row) > MAX_COLUMNS or cells > MAX_CELLS or n > MAX_ROWS:
            refuse(path, f"it has more cells than any BPS table ({len(row):,} in row {n + 1:,}): {INSTEAD}")
        yield row


def _lines(text, delimiter):
    """Cells of each line; where nothing is quoted, csv would only split."""
    lines = text.removesuffix("\n").split("\n")
    if '"' in text or max(map(len, lines)) > csv.field_size_limit():
        return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return (line.split(delimiter) if line else [] for line in lines)


def _delimiter(text):
    """The separator that cuts most lines into the same number of cells."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text[:200_000], maxsplit=400)[:400] if line.strip(" ,;\t|")]
    best = (0, None)
    for d in ";\t,|":
        try:
            counts = [len(r) for r in csv.reader(lines, delimiter=d)] if any(d in line for line in lines) else []
        except csv.Error:
            continue
        if not counts or max(counts) < 2:
            continue
        widths = {}
        for n in counts:
            widths[n] = widths.get(n, 0) + 1
        _width, share = max(((n, k) for n, k in widths.items() if n > 1), key=lambda p: (p[1], p[0]))
        score = share / len(counts)
        if d == "," and best[1] is not None and best[0] >= 0.5:
            continue  # commas inside cells separated by ; or tab are decimals or text
        if score > best[0]:
            best = (score, d)
    return best[1]


def _unquoted_commas(path, rows, delimiter, width):
    """Refuse "Boalemo,18,74" under "Kabupaten,2022": a decimal comma that became a separator."""
    if delimiter != "," or width == len(next((r for r in rows if any(r)), ())):
        return
    used = [(i, len(r)) for i, r in enumerate(rows) if any(r)]
    if len(used) < 4:
        return
    head = used[0][1]
    wide = [i for i, n in used[1:] if n > head]
    if len(wide) > 0.6 * (len(used) - 1) and all(len(rows[i]) == len(rows[wide[0]]) for i in wide[:50]):
        extra = rows[wide[0]][head:]
        if any(extra) and all(re.fullmatch(r"\d{0,3}", c) for c in extra):
            refuse(
                path,
                f"its rows have {len(rows[wide[0]])} cells under {head} headings, as when decimal commas are not quoted "
                "in a comma-separated file: save it with semicolons, or as XLSX",
                row=wide[0] + 1,
            )


def _trim(grid):
    """Drop empty rows at both ends and empty columns at the right."""
    rows, at = grid.rows, grid.at
    lo = next((i for i, r in enumerate(rows) if r.count("") < len(r)), None)
    if lo is None:
        grid.rows, grid.at = [], []
        return grid
    hi = next(i for i in range(len(rows), lo, -1) if rows[i - 1].count("") < len(rows[i - 1]))
    rows = rows[lo:hi]
    last = width = len(rows[0])
    while last > 1 and all(r[last - 1] == "" for r in rows):
        last -= 1
    grid.rows, grid.at = [r[:last] for r in rows] if last < width else rows, at[lo:hi]
    if grid.merges is not None:
        grid.merges = {i - lo for i in grid.merges}
    return grid


# ---- workbooks -----------------------------------------------------------------------------------------------------


def _workbook_zip(path, data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            infos = z.infolist()
            names = {i.filename for i in infos}
            if "xl/workbook.xml" not in names:
                _other_zip(path, names)
            total = sum(i.file_size for i in infos)
            if len(infos) > 4_000:
                refuse(path, f"it holds {len(infos):,} parts, more than any workbook of BPS: {INSTEAD}")
            if total > MAX_UNPACKED:
                refuse(path, f"it unpacks to {total:,} bytes, more than any BPS table: {INSTEAD}")
            if max((i.file_size for i in infos if "sheets/" not in i.filename), default=0) > MAX_STRINGS:
                refuse(path, f"it holds more text than any BPS table: {INSTEAD}")
            sparse, unsaved = {}, []
            for info in infos:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", info.filename):
                    sparse |= _extent(path, z, info, unsaved)
                elif re.fullmatch(r"xl/(sharedStrings|styles|workbook)\.xml", info.filename):
                    z.read(info)  # checks the length and the sum that the archive declares
            if sparse:
                data = _without_blanks(z, infos, sparse)
    except DataError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        refuse(path, f"the workbook is damaged: {INSTEAD}")
    source = _sparse_workbook(path, data) if sparse else _workbook(path, data, "xlsx")
    if unsaved:
        message = (
            f"{len(unsaved):,} formulas have no stored result and read as blank: open the file in a spreadsheet, save it, and "
            "read it again"
        )
        source.findings.append({"kind": "formula", "place": unsaved[0], "message": message})
    return source


def _other_zip(path, names):
    if "word/document.xml" in names:
        refuse(path, "it is a Word document: copy the table into a sheet and save it as XLSX")
    if "mimetype" in names or "content.xml" in names:
        refuse(path, "it is an OpenDocument sheet, which BPS does not publish: save it as XLSX")
    if "xl/workbook.bin" in names:
        refuse(path, "it is a binary workbook (XLSB), which BPS does not publish: save it as XLSX")
    refuse(path, "it is a ZIP archive: unpack it and read the files in it")


def _extent(path, z, info, unsaved):
    """Refuse a sheet too large to hold; give its XML without blanks when its cells are few but far apart.

    ``unsaved`` takes the names of cells whose formula has no stored result.
    """
    rows = columns = count = size = 0
    tail, kept = b"", []
    with z.open(info) as f:
        while True:
            chunk = f.read(4_000_000)
            body, tail = _cut(tail + chunk) if chunk else (tail, b"")
            if b"<f" in body:
                unsaved += [m[1].decode() for m in _UNSAVED.finditer(body)]
            body = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", body))
            for m in _AT.finditer(body):
                count += 1
                rows, columns = max(rows, int(m[2])), max(columns, _letters(m[1]))
            if count > MAX_CELLS or len(tail) > 20_000_000:
                refuse(path, f"a sheet has more cells than any BPS table: {INSTEAD}")
            size += len(body)
            kept.append(body)
            if not chunk:
                break
    far = rows * columns > 300_000 and rows * columns > 4 * count
    if not far and info.file_size <= 2 * size + 1_000_000:
        return {}
    if far and size > MAX_STRINGS:
        refuse(path, f"a sheet has more cells than any BPS table: {INSTEAD}")
    if not far:
        return {}
    body, row = b"".join(kept), None
    for m in _ADDRESS.finditer(body):  # this sheet is read row by row, so its cells must stand in the rows they name
        row = m[1] or row
        if m[2] and m[3] != row:
            refuse(
                path,
                f"the workbook is damaged (cell {(m[2] + m[3]).decode()} stands in row {int(row or 0)}): {INSTEAD}",
            )
    return {info.filename: body}


_UNSAVED = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"[^<>]*><f(?:[^<>]*/>|[^<>]*>[^<>]*</f>)(?:<v ?/>|<v></v>)?</c>')
# cells and rows that say where they stand can be left out; without an address the next ones would move up
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"[^<>]*/>')
_EMPTY_ROW = re.compile(rb'<row r="\d{1,7}"[^<>]*(?:/>|></row>)')
_ADDRESS = re.compile(rb'<row [^>]*?\br="(\d{1,7})"|<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_AT = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')


def _cut(chunk):
    """Split before the last row that may go on in the next chunk."""
    at = chunk.rfind(b"<row ")
    return (chunk, b"") if at < 0 and b"<c " not in chunk else (chunk[: max(at, 0)], chunk[max(at, 0) :])


def _without_blanks(z, infos, sheets):
    """The workbook with some sheets put in the place of theirs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for info in infos:
            made.writestr(info.filename, sheets[info.filename] if info.filename in sheets else z.read(info))
    return out.getvalue()


def _letters(name):
    n = 0
    for c in name:
        n = n * 26 + c - 64
    return n


def _cell(value):
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)  # no figure: more digits than a number has
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float, datetime.date)):
        return value
    return str(value)


# records of a BIFF stream that begin with the row and column of a cell
_BIFF_CELLS = frozenset((0x06, 0x203, 0x204, 0x205, 0x27E, 0xBD, 0xD6, 0xFD))


def _biff_span(data):
    """Cells that the largest sheet of an XLS spans, from first to last; None where its sectors do not form a file.

    A chain of sectors that bites its own tail would keep a reader busy for ever.
    """
    size = 1 << min(int.from_bytes(data[30:32], "little"), 16)
    number = lambda at: int.from_bytes(data[at : at + 4], "little")  # noqa: E731
    end, places = 0xFFFFFFFA, [number(76 + 4 * i) for i in range(109)]  # from here on marks, not sectors

    def chain(first, table):
        seen = set()
        while first < end:
            if first in seen or first >= len(table):
                raise ValueError
            seen.add(first)
            yield first
            first = table[first]

    def read(sectors):
        return b"".join(data[(s + 1) * size : (s + 2) * size] for s in sectors)

    try:
        more, seen = number(68), set()
        while more < end:
            if more in seen or len(seen) > 200:
                raise ValueError
            seen.add(more)
            sector = struct.unpack(f"<{size // 4}I", read([more]))
            places += sector[:-1]
            more = sector[-1]
        table = read([s for s in places if s < end])
        fat = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
        small = read(chain(number(60), fat))
        small = struct.unpack(f"<{len(small) // 4}I", small)
        folder = read(chain(number(48), fat))
        for at in range(0, len(folder) - 127, 128):
            name = folder[at : at + 64].decode("utf-16-le", "ignore").split("\0")[0]
            first, length = struct.unpack_from("<II", folder, at + 116)
            if folder[at + 66] not in (2, 5):  # streams and the root
                continue
            sectors = (
                list(chain(first, small if length < number(56) and folder[at + 66] == 2 else fat)) if length else []
            )
            if name.casefold() in ("workbook", "book"):
                if length >= number(56):
                    return _largest(read(sectors))
                # small streams share that of the root
                held = read(chain(int.from_bytes(folder[116:120], "little"), fat))
                return _largest(b"".join(held[64 * s : 64 * (s + 1)] for s in sectors))
    except (struct.error, IndexError, ValueError):
        pass
    return None


def _largest(stream):
    """Largest span of the sheets in a BIFF stream."""
    at, span = 0, 0
    top, left, bottom, right = nowhere = 1 << 16, 1 << 16, -1, -1
    end, stream, read = len(stream), stream + bytes(8), struct.Struct("<4H").unpack_from
    while at + 4 <= end:
        kind, size, row, column = read(stream, at)
        if kind in _BIFF_CELLS and size >= 4 and at + 8 <= end:
            if not (top <= row <= bottom and left <= column <= right):
                top, left, bottom, right = min(top, row), min(left, column), max(bottom, row), max(right, column)
                span = max(span, (bottom - top + 1) * (right - left + 1))
        elif kind == 0x200 and size in (10, 14) and at + 4 + size <= end:
            a, b, c, d = struct.unpack_from("<4H" if size == 10 else "<2I2H", stream, at + 4)
            # the reader makes room for what a sheet announces; it ends the program where that is more than there is
            if b and d and (a > b or c > d or b * d > 65_536 * 256):
                raise ValueError
        elif kind == 0x809:
            top, left, bottom, right = nowhere
        at += 4 + size
    return span


@contextlib.contextmanager
def _quiet():
    """Keep the Rust reader's own account of a damaged workbook off the terminal: the refusal says what is wrong."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nothing)
        os.close(kept)


def _workbook(path, data, kind):
    import python_calamine

    findings, grids, cells = [], [], 0
    try:
        with _quiet():
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            if meta.visible != python_calamine.SheetVisibleEnum.Visible:
                findings.append(_hidden(meta.name))
                continue
            with _quiet():
                sheet = book.get_sheet_by_name(meta.name)
            if sheet.start is None:
                continue
            (r0, c0), (r1, c1) = sheet.start, sheet.end
            cells += (r1 - r0 + 1) * (c1 - c0 + 1)
            if cells > 4 * MAX_CELLS or c1 - c0 >= MAX_COLUMNS:
                refuse(path, f"sheet {meta.name!r} spans {cells:,} cells, more than any BPS table: {INSTEAD}")
            rows = sheet.to_python()
            grids.append(_sheet(path, meta.name, rows, r0, c0, sheet.merged_cell_ranges))
    except DataError:
        raise
    except BaseException as error:
        # a panic of the Rust reader is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        what = (
            "is protected by a password: save it without one" if "assword" in str(error) else f"is damaged: {INSTEAD}"
        )
        refuse(path, f"the workbook {what}")
    return Source(path, kind, [g for g in grids if g.rows], findings)


def _hidden(name):
    return {"kind": "hidden sheet", "place": name, "message": f"sheet {name!r} is hidden and was not read"}


def _sheet(path, name, rows, r0, c0, merges):
    if rows and len(rows[0]) > MAX_COLUMNS:
        refuse(path, f"sheet {name!r} has {len(rows[0]):,} columns, more than any BPS table: {INSTEAD}")
    kept, at, gap = [], [], False
    moved = {}
    for i, row in enumerate(rows):
        if row.count("") < len(row):
            gap = False
        elif gap:
            continue
        else:
            gap = True
        moved[i + r0] = len(kept)
        kept.append([_cell(c) for c in row])
        at.append(i + r0)
    filled = None
    if merges:
        filled = set()
        for (ra, ca), (rb, cb) in merges:
            top = moved.get(ra)
            if top is None or not 0 <= ca - c0 < len(kept[top]) or rb - ra > 60 or cb - ca > MAX_COLUMNS:
                continue
            value = kept[top][ca - c0]
            for r in range(ra, rb + 1):
                if r not in moved:
                    continue
                if cb > ca:
                    filled.add(moved[r])
                if value == "":
                    continue
                row = kept[moved[r]]
                for c in range(ca - c0, min(cb - c0 + 1, len(row))):
                    if row[c] == "":
                        row[c] = _merged(value)
    return _trim(Grid(name, kept, at, filled, first_column=c0))


class Merged(str):
    """Text repeated from a merged cell."""

    __slots__ = ()


class MergedNumber(float):
    """Number repeated from a merged cell: a year heads all columns under it, but a figure belongs to one cell."""

    __slots__ = ()

    def __str__(self):
        return f"{float(self):.15g}"


def _merged(value):
    if isinstance(value, str):
        return Merged(value)
    return MergedNumber(value) if isinstance(value, (int, float)) else value


def _sparse_workbook(path, data):
    """Read a workbook whose few cells are far apart, without spanning the space between them."""
    import openpyxl

    findings, grids, cells = [], [], 0
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                findings.append(_hidden(sheet.title))
                continue
            sheet.reset_dimensions()
            rows, at, gap = [], [], True
            for i, row in enumerate(sheet.iter_rows(values_only=True)):
                row = [_cell(c) for c in row]
                while row and row[-1] == "":
                    row.pop()
                if not row and gap:
                    continue
                gap = not row
                cells += len(row)
                if len(row) > MAX_COLUMNS or cells > MAX_CELLS:
                    refuse(path, f"sheet {sheet.title!r} has more cells than any BPS table: {INSTEAD}")
                rows.append(row)
                at.append(i)
            width = max(map(len, rows), default=0)
            if width * len(rows) > MAX_CELLS:
                refuse(path, f"sheet {sheet.title!r} has more cells than any BPS table: {INSTEAD}")
            grids.append(_trim(Grid(sheet.title, [r + [""] * (width - len(r)) for r in rows], at)))
    except DataError:
        raise
    except Exception:
        refuse(path, f"the workbook is damaged: {INSTEAD}")
    return Source(path, "xlsx", [g for g in grids if g.rows], findings)


def _whole(text):
    """A whole number of a workbook's XML; 0 where there is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text or "") else 0


def _spreadsheetml(path, data, findings):
    """Read an Excel 2003 XML workbook."""
    ns = "{urn:schemas-microsoft-com:office:spreadsheet}"
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = lxml.etree.fromstring(data.lstrip(), parser)
    except lxml.etree.XMLSyntaxError:
        root = None
    grids = []
    for sheet in root.iter(f"{ns}Worksheet") if root is not None else ():
        rows = []
        for row in sheet.iter(f"{ns}Row"):
            skip = min(_whole(row.get(f"{ns}Index")) - 1, 100_000)
            rows += [[] for _ in range(skip - len(rows))]
            cells = []
            for cell in row.iter(f"{ns}Cell"):
                index = min(_whole(cell.get(f"{ns}Index")) - 1, MAX_COLUMNS)
                cells += [""] * (index - len(cells))
                node = cell.find(f"{ns}Data")
                text = clean("".join(node.itertext())) if node is not None else ""
                kind = node.get(f"{ns}Type") if node is not None else None
                try:
                    cells.append(_cell(float(text)) if kind == "Number" else text)
                except ValueError:
                    cells.append(text)
                across = min(_whole(cell.get(f"{ns}MergeAcross")), MAX_COLUMNS)
                cells += [Merged(text) if text else ""] * across
            rows.append(cells)
            if len(cells) > MAX_COLUMNS or len(rows) > 200_000:
                refuse(path, f"it has more cells than any BPS table: {INSTEAD}")
        width = max(map(len, rows), default=0)
        if width * len(rows) > MAX_CELLS:
            refuse(path, f"it has more cells than any BPS table: {INSTEAD}")
        name = sheet.get(f"{ns}Name") or ""
        grids.append(_trim(Grid(name, [r + [""] * (width - len(r)) for r in rows], list(range(len(rows))))))
    grids = [g for g in grids if g.rows]
    if not grids:
        refuse(path, f"the workbook is damaged or empty: {INSTEAD}")
    return Source(path, "xml workbook", grids, findings)


# ---- pages ---------------------------------------------------------------------------------------------------------

_FOUR = {"leftup": "corner", "leftbottom": "labels", "rightup": "header", "rightbottom": "values"}


def _mhtml(path, data, findings):
    import email
    import email.policy

    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        parts = [p for p in message.walk() if p.get_content_type() == "text/html"]
        pages = [p.get_payload(decode=True).decode(p.get_content_charset() or "utf-8", "replace") for p in parts]
    except Exception:
        refuse(path, f"the web archive is damaged: {INSTEAD}")
    with_tables = [p for p in pages if re.search(r"<td", p, re.I)]
    if not with_tables:
        refuse(path, f"the web archive holds no table: {INSTEAD}")
    return _html(path, max(with_tables, key=len), findings)


def _html(path, text, findings, *, framed=False):
    if not framed and re.search(r"Excel Workbook Frameset|<frameset\b|fnBuildFrameset", text, re.I):
        return _frameset(path, text, findings)
    if len(re.findall(r"<t[dh][\s>]", text, re.I)) > MAX_PAGE_CELLS:
        refuse(path, f"the page has more cells than any BPS table: {INSTEAD}")
    try:
        # a declared encoding no longer holds once the bytes are decoded
        parser = lxml.etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        plain = re.sub(
            r"<br\b[^<>]*>|[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", re.sub(r"^\s*<\?xml[^>]*\?>", "", text), flags=re.I
        )
        tree = lxml.etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        tree = None
    if tree is None:
        refuse(path, f"the page cannot be parsed: {INSTEAD}")
    for sup in tree.iter("sup"):
        mark = "".join(c for c in clean("".join(sup.itertext())) if c.isprintable())
        for child in list(sup):
            sup.remove(child)
        # a raised 2 must not become a digit of the number before it
        sup.text = f" {mark})" if mark[:1].isdigit() and not mark.endswith(")") else f" {mark}"
    title = [clean("".join(t.itertext())) for t in tree.iter("title")]
    tables = [t for t in tree.iter("table") if t.find(".//table") is None]
    read = [(t, *_html_rows(path, t)) for t in tables]
    grids = _paired(path, read)
    if not any(_has_numbers(g.rows) for g in grids):
        said = " ".join([*title, clean(" ".join(tree.itertext())[:3000])])
        if re.search(
            r"403 forbidden|access denied|request (was )?(rejected|blocked)|cloudflare|captcha|incident id", said, re.I
        ):
            refuse(path, "it is the page of a firewall, not a table: wait, and download the table again in a browser")
        refuse(path, f"the page holds no table with figures: {INSTEAD}")
    return Source(path, "html", grids, findings, [t for t in title if t])


def _has_numbers(rows):
    return any(re.search(r"\d", str(c)) for r in rows for c in r)


def _frameset(path, text, findings):
    """Excel saves a page as a shell and a folder; the shell alone has no data."""
    names = re.findall(r'href\s*=\s*"?([^">\s]+sheet\d+\.html?)', text, re.I) or ["sheet001.htm"]
    sheet = Path(path).parent / names[0].replace("%20", " ")
    if re.fullmatch(r"[^/\\:]+/[^/\\:]+", names[0]) and ".." not in names[0] and sheet.is_file():
        inner, more = _decode(sheet, sheet.read_bytes()[:MAX_BYTES])
        return _html(path, inner, [*findings, *more], framed=True)
    refuse(
        path,
        f"it is the empty frame of a web page saved by Excel; its data are in {names[0]}, which was not kept: "
        "open the table at bps.go.id again and download it as CSV or XLSX",
    )


def _span(cell, name):
    said = cell.get(name)
    if said is None:
        return 1
    digits = re.match(r"\s*(\d{1,4})", said)
    return max(int(digits.group(1)), 1) if digits else 1


# what stands in a row and in none of its cells, since the tag of one is broken: before a cell, or last
_CELL = "[following-sibling::td or following-sibling::th]"
_BEFORE = lxml.etree.XPath(
    f".//tr/text()[normalize-space()]{_CELL} | "
    f".//tr/*[not(self::td or self::th or self::script or self::style)]{_CELL}//text()[normalize-space()]",
    smart_strings=False,
)
_LAST = lxml.etree.XPath(".//tr[td or th]/text()[normalize-space()]", smart_strings=False)


def _stray(table):
    """Text with a digit between the cells of a row, or a figure after them; None where there is none."""
    found = [x for x in _BEFORE(table) if re.search(r"\d", x)]
    found += [x for x in _LAST(table) if re.fullmatch(r"\s*-?\d[\d.,\s]*", x)]
    return clean(found[0]) if found else None


def _html_rows(path, table):
    """Cells of a table with row and column spans filled; number of header rows; rows that had spans; caption."""
    rows, pending, merged, head = [], {}, set(), 0
    total = 0
    lines, cleaned = list(table.iter("tr")), _Clean()
    stray = _stray(table)
    if stray is not None:
        refuse(
            path,
            f"a row of a table of the page holds {stray[:60]!r} outside its cells, so which column its figures belong to is "
            f"unknown: {INSTEAD}",
        )
    for n, tr in enumerate(lines):
        row, j, r = [], 0, len(rows)
        cells = [c for c in tr if c.tag in ("td", "th")]
        if len(cells) > MAX_COLUMNS or n > MAX_ROWS:
            refuse(path, f"a table of the page has more cells than any BPS table: {INSTEAD}")
        for c in cells:
            while (r, j) in pending:
                row.append(pending.pop((r, j)))
                j += 1
            text = cleaned["".join(c.itertext()) if len(c) else c.text or ""]
            # a span cannot reach below the table
            across, down = min(_span(c, "colspan"), 1_000), min(_span(c, "rowspan"), 2_000, len(lines) - n)
            if across == down == 1:
                row.append(text)
                j += 1
                while (r, j) in pending:
                    row.append(pending.pop((r, j)))
                    j += 1
                continue
            total += across * down
            if total > MAX_PAGE_CELLS:
                refuse(path, f"a table of the page has more cells than any BPS table: {INSTEAD}")
            if across > 1:
                merged.add(r)
            for k in range(across):
                row.append(text if k == 0 or not text else Merged(text))
                for d in range(1, down):
                    pending[r + d, j + k] = Merged(text) if text else ""
            j += across
        while (r, j) in pending:
            row.append(pending.pop((r, j)))
            j += 1
        if cells and all(c.tag == "th" for c in cells) and head == r:
            head = r + 1
        rows.append(row)
    width = max(map(len, rows), default=0)
    if width > MAX_COLUMNS or width * len(rows) > MAX_CELLS:
        refuse(path, f"a table of the page has more cells than any BPS table: {INSTEAD}")
    return [r + [""] * (width - len(r)) for r in rows], head, merged


def _paired(path, read):
    """Grids of a page; labels and values that BPS puts in separate tables are joined row by row."""
    grids, i, four, names = [], 0, {}, {}
    for t, rows, head, merged in read:
        part = next((v for k, v in _FOUR.items() if k in (t.get("id") or "").casefold()), None)
        if part:
            four.setdefault(part, []).append((rows, head, merged))
            names.setdefault(part, []).append(t.get("id"))
    if four.get("labels") and four.get("values"):
        if len(four["labels"]) != len(four["values"]):
            refuse(
                path,
                f"the page has {len(four['labels'])} tables of labels and {len(four['values'])} of values: {INSTEAD}",
            )
        for k in range(len(four["values"])):
            get = lambda part, k=k: (four.get(part) or [([], 0, set())])[min(k, len(four.get(part) or [0]) - 1)]  # noqa: E731
            grids.append(
                _join(
                    path,
                    get("corner")[0],
                    get("labels")[0],
                    get("header"),
                    get("values")[0],
                    f"{names['labels'][k]}/{names['values'][k]}",
                )
            )
        return grids
    while i < len(read):
        t, rows, head, merged = read[i]
        if i + 3 < len(read) and _looks_split(read[i : i + 4]):
            corner, labels, header, values = (read[i + k] for k in range(4))
            grids.append(_join(path, corner[1], labels[1], header[1:], values[1], f"tables {i + 2}/{i + 4}"))
            i += 4
            continue
        if rows and any(any(r) for r in rows):
            grids.append(
                _trim(
                    Grid(
                        t.get("id") or f"table {i + 1}",
                        [list(r) for r in rows],
                        list(range(len(rows))),
                        merged or None,
                        titles=_above(t),
                        head=head or None,
                        marker="table",
                    )
                )
            )
        i += 1
    return [g for g in grids if g.rows]


def _looks_split(four):
    (_, corner, _, _), (_, labels, _, _), (_, header, _, _), (_, values, _, _) = four
    return (
        len(labels) == len(values) > len(header) >= 1
        and len(corner) <= len(header)
        and labels[0:1]
        and len(labels[0]) == 1
        and header[0:1]
        and values[0:1]
        and len(header[0]) == len(values[0])
    )


def _join(path, corner, labels, header, values, name):
    header_rows, _, _merged = header
    if len(labels) != len(values):
        refuse(
            path,
            f"the page has {len(labels)} labels and {len(values)} rows of values, so which belongs to which is unknown: {INSTEAD}",
        )
    if header_rows and values and len(header_rows[-1]) != len(values[0]):
        refuse(path, f"the page has {len(header_rows[-1])} headings over {len(values[0])} columns of values: {INSTEAD}")
    width = max(map(len, labels), default=1)
    corner_text = clean(" ".join(c for r in corner for c in r))
    top = [
        ([corner_text] + [""] * (width - 1) if k == 0 else [Merged(corner_text)] + [""] * (width - 1)) + r
        for k, r in enumerate(header_rows)
    ]
    body = [a + [""] * (width - len(a)) + b for a, b in zip(labels, values, strict=True)]
    n = len(top)
    return Grid(
        name, top + body, [*range(-n, 0), *range(len(body))], set(range(n)), head=n, first_column=-width, marker="table"
    )


def _above(table):
    """Caption, and headings directly above a table."""
    said = [clean("".join(c.itertext())) for c in table.iter("caption")]
    node, steps = table, 0
    while node is not None and steps < 6:
        previous = node.getprevious()
        while previous is not None and steps < 6:
            if previous.tag in ("h1", "h2", "h3", "h4", "h5", "p", "strong", "b", "div", "span"):
                text = clean("".join(previous.itertext()))
                if 5 < len(text) < 300:
                    said.append(text)
                steps += 1
            elif previous.tag == "table":
                return said
            previous = previous.getprevious()
        node = node.getparent()
        steps += 1
    return said
