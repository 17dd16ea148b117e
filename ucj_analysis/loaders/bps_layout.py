"""A grid of cells -> blocks: titles, heading rows, body rows, notes, and what each column holds.

Nothing here knows a file: rows are told apart by what they hold (years, figures, marks, text), headings are filled from
merged cells where the source has them and from the left where it has not, and a new heading after figures opens a new
block.
"""

import datetime
import re
from collections import Counter
from dataclasses import dataclass, field

from ucj_analysis.loaders import bps_labels as labels_
from ucj_analysis.loaders.bps_bytes import Merged
from ucj_analysis.loaders.bps_numbers import SIMPLE, is_missing, looks_numeric
from ucj_analysis.loaders.bps_words import is_period, is_year, period_of_cell, period_of_text

_NOTE = re.compile(
    r"(catatan|sumber|source|keterangan|ket\b|notes?\b|penjelasan|footnote|access[_ ]time|diolah|badan pusat statistik|"
    r"bps[ ,-]|data (tahun )?\d{4}|\*+\)?($|\s)|\*+\)?[ :=a-z]|[¹²³]|\d{1,2}\)\s|[a-e]\)\s|https?:|r\s*[:=]|-\s*$|–\s*$)",
    re.I,
)
# what these words begin, with a colon, is a note even where figures follow
_SAID = re.compile(r"(catatan|keterangan|notes?|sumber(?: data)?|source)\s*(/\s*\w+\s*)?:|(catatan|keterangan)$", re.I)
_NUMBER_HEAD = re.compile(r"(no\.?|nomor|nomer|#|urut|no\.? ?urut|id|index|unnamed: \d+|)", re.I)
_CODE_HEAD = re.compile(
    r"\b(kode|code|kd|id)\b[_ ]?(?!pos)|^(kode|code|kd|id)[_ ]?\w*|(^|_)(kode|id)_?(prov|kab|kota|wil|bps|daerah)|kemdagri|kemendagri|"
    r"^k?bps$", re.I,
)  # fmt: skip
_YEAR_HEAD = re.compile(r"(nama[_ ]?)?(tahun|year|thn|periode|period|waktu)(\s*/\s*year)?([_ ]?data)?", re.I)
_PART_HEAD = re.compile(r".*(bulan|semester|triwulan|periode|month|quarter|turunan[_ ]tahun|turtahun).*", re.I)
_UNIT_HEAD = re.compile(r"(nama[_ ]?)?(satuan|unit)(\s*/\s*units?)?", re.I)
_INDICATOR_HEAD = re.compile(
    r"(nama[_ ]?)?(variabel|variable|indikator|indicator|nama[_ ]data|jenis[_ ]data)(\s*/\s*\w+)?", re.I
)
_TURVAR_HEAD = re.compile(r"(nama[_ ])?(variabel[_ ]turunan|turunan[_ ]variabel|turvar)", re.I)
_SMALLER_HEAD = re.compile(r"kecamatan|kelurahan|\bdesa\b|sub-?district|village|puskesmas|sekolah|sls", re.I)
_GROUP_HEAD = re.compile(
    r"pendidikan|kelompok|golongan|\bumur\b|kategori|jenis|status|lapangan|klasifikasi usia|jenjang|education|age", re.I
)
_CORNER = re.compile(
    r"(\d+\s+)?(provinsi|province|kabupaten|kab\b|kab[./]|kota\b|wilayah|nama|daerah|uraian|status|lapangan|pdb|pdrb|kecamatan|no\b|"
    r"jenis|region|regency|tahun$|year$|bulan|rincian|kelompok|golongan|pendidikan|p r o v)", re.I,
)  # fmt: skip
_TITLED = re.compile(
    r"\bmenurut\b|\bby\b|^tabel|^table|\d{4}\s*$|^(jumlah|persentase|rata-rata|indeks|tingkat|banyaknya)\b", re.I
)


_DIGIT = re.compile(r"\d")
MAX_BLOCKS = 400  # tables on a sheet; BPS prints a dozen at most
MAX_HEADS = 2_000  # rows above the first figures


class TooMuch(Exception):
    """A grid that no table of BPS resembles; the message says what it has."""


def kind_of(cell):
    """What a cell is: "" blank, n figure, y year, m missing mark, i column index "(1)", d date, t text."""
    if isinstance(cell, str):
        if cell == "":
            return ""
        if cell[0].isdigit() and len(cell) > 4 and SIMPLE.fullmatch(cell):
            return "y" if cell.endswith(".0") and is_year(cell) else "n"
        if not _DIGIT.search(cell):
            return "m" if is_missing(cell) else "t"
        if is_year(cell):
            return "y"
        if is_missing(cell):
            return "m"
        if looks_numeric(cell):
            return "n"
        return "i" if re.fullmatch(r"\(\d{1,3}\)", cell) else "t"
    if isinstance(cell, bool):
        return "t"
    if isinstance(cell, datetime.date):
        return "d"
    return "y" if is_year(cell) else "n"


@dataclass
class Field:
    """A column of a block: where it stands, its headings from top to bottom, and its role.

    Roles: value, label, province, code, year, part (of the year), unit, indicator, dimension, skip.
    """

    index: int
    path: list
    role: str = "value"
    texty: bool = False

    @property
    def head(self):
        return " ".join(str(p) for p in self.path).strip()


@dataclass
class Block:
    """One table.

    Attributes
    ----------
    body : list of int
        Rows (of the grid) with figures, or with a label and empty cells.
    sections : list of tuple of str
        Heading rows above each body row, outermost first.
    kinds : list of str
        "kabupaten" or "kota" where a heading row says which follows.
    section_years : list of str
    """

    grid: object
    titles: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    fields: list = field(default_factory=list)
    corner: str = ""
    body: list = field(default_factory=list)
    sections: list = field(default_factory=list)
    kinds: list = field(default_factory=list)
    section_years: list = field(default_factory=list)

    def column(self, f, rows=None):
        """Cells of a field in the body."""
        cells = self.grid.rows
        return [cells[r][f.index] for r in (self.body if rows is None else rows)]

    def first(self, role):
        """First field with a role, or None."""
        return next((f for f in self.fields if f.role == role), None)


class _Kinds(dict):
    """Kinds of cells, each distinct cell looked at once."""

    def __missing__(self, cell):
        kind = self[cell] = kind_of(cell)
        return kind


class _Counts:
    """How many figures (or marks) and texts stand in each column, from the patterns of rows."""

    def __init__(self):
        self.patterns = Counter()
        self._made = None

    def add(self, kinds):
        self.patterns[kinds] += 1
        self._made = None

    def get(self, j, default=(0, 0)):
        if self._made is None:
            self._made = {}
            for kinds, times in self.patterns.items():
                for i, k in enumerate(kinds):
                    if k:
                        n, t = self._made.get(i, (0, 0))
                        self._made[i] = (n + times * (k in "nymd"), t + times * (k == "t"))
        return self._made.get(j, default)

    def __bool__(self):
        return bool(self.patterns)


def blocks(grid):
    """Cut a grid into blocks with figures.

    Returns
    -------
    list of Block, and the list of texts that belong to no block.
    """
    out, loose = [], []
    for part in _side_by_side(grid):
        found, rest = _vertical(grid, *part)
        out += found
        loose += rest
    return out, loose


def _side_by_side(grid):
    """Column spans of tables that stand beside one another: a blank column, and the corner repeated after it."""
    width = len(grid.rows[0]) if grid.rows else 0
    if width < 5 or len(grid.rows) > 20_000:
        return [(0, width)]
    blank = [j for j in range(1, width - 1) if all(r[j] == "" for r in grid.rows)]
    cuts = [0]
    for j in blank:
        left = {r[cuts[-1]] for r in grid.rows[:12] if isinstance(r[cuts[-1]], str) and r[cuts[-1]]}
        right = next((k for k in range(j + 1, width) if k not in blank), None)
        if right is None:
            continue
        again = {r[right] for r in grid.rows[:12] if isinstance(r[right], str) and r[right]}
        corner = {x for x in left & again if _CORNER.match(x)}
        texts = sum(kind_of(r[right]) == "t" for r in grid.rows)
        if corner and texts > len(grid.rows) / 2:
            cuts.append(right)
    return list(zip(cuts, [*cuts[1:], width], strict=True))


def _is_index(cells, kinds):
    """A row (1) (2) (3) that numbers the columns; Excel turns it into -1 -2 -3."""
    if "t" in kinds or "d" in kinds:
        return False
    used = [c for c in cells if c != ""]
    if len(used) < 2:
        return False
    if all(k in ("i", "") for k in kinds):
        return True
    if all(isinstance(c, (int, float)) and not isinstance(c, bool) for c in used):
        return used[0] in (-1, -2) and all(b - a == -1 for a, b in zip(used, used[1:], strict=False))
    texts = [c for c in used if isinstance(c, str)]
    return (
        len(used) >= 3 and len(texts) == len(used)
        and all(re.fullmatch(r"\(?-?\d{1,3}\)?", c) for c in texts) and texts[0].strip("()-") == "1"
        and all(int(b.strip("()-")) - int(a.strip("()-")) == 1 for a, b in zip(texts, texts[1:], strict=False))
    )  # fmt: skip


def _vertical(grid, lo, hi):
    rows = [r[lo:hi] for r in grid.rows] if (lo, hi) != (0, len(grid.rows[0]) if grid.rows else 0) else grid.rows
    kinder = _Kinds()
    kinds = list(zip(*(map(kinder.__getitem__, c) for c in zip(*rows, strict=True)), strict=True))
    state = {"zone": [], "body": [], "tail": [], "kept": [], "numeric": _Counts()}
    sure, begins_note = {}, _Notes()
    made, loose = [], []

    def close():
        if state["body"]:
            block = _block(grid, rows, kinds, lo, state["zone"], state["body"], state["tail"])
            if block is not None:
                block.notes = [_text(rows[i]) for i in state["kept"]] + block.notes
                made.append(block)
        else:
            loose.extend(_text(rows[i]) for i in [*state["zone"], *state["tail"]])
        state.update(zone=[], body=[], tail=[], kept=[], numeric=_Counts())
        sure.clear()
        if len(made) > MAX_BLOCKS:
            raise TooMuch(f"more than {MAX_BLOCKS} tables")

    for i, k in enumerate(kinds):
        if k in sure and not state["tail"] and not begins_note[rows[i][sure[k]]]:
            state["body"].append(i)
            state["numeric"].patterns[k] += 1
            continue
        if not any(k):
            continue
        if not state["body"]:
            if len(state["zone"]) > MAX_HEADS:
                raise TooMuch(f"more than {MAX_HEADS} rows of text above its figures")
            if grid.head is not None and i < grid.head:
                state["zone"].append(i)
            elif _figures(rows[i], k, None) or _year_like(rows, kinds, state["zone"], i):
                state["body"].append(i)
                state["numeric"].add(k)
            else:
                state["zone"].append(i)
            continue
        if _figures(rows[i], k, state["numeric"]):
            if any(_heads(rows[t], kinds[t], state["numeric"]) for t in state["tail"]):
                keep = next(t for t, r in enumerate(state["tail"]) if _starts_new(rows, kinds, state, r))
                zone = state["tail"][keep:]
                state["tail"] = state["tail"][:keep]
                close()
                state["zone"] = zone
            else:
                notes = [t for t in state["tail"] if _is_note(rows[t], kinds[t])]
                state["body"] += [t for t in state["tail"] if t not in notes]
                state["kept"] += notes
                state["tail"] = []
            state["body"].append(i)
            state["numeric"].add(k)
            if "n" in k and "t" in k and not any(k[: k.index("t")]):
                sure[k] = k.index("t")  # a label, then figures: rows alike need no second look
        else:
            state["tail"].append(i)
    close()
    return made, [x for x in loose if x]


class _Notes(dict):
    """Whether a text begins a note, each looked at once."""

    def __missing__(self, text):
        note = self[text] = bool(_SAID.match(text) or _NOTE.match(text))
        return note


def _figures(cells, kinds, numeric):
    """Whether a row holds figures (not only years, which head columns)."""
    if _is_index(cells, kinds):
        return False
    used = [j for j, k in enumerate(kinds) if k]
    if len(used) < 2:
        return False
    first = cells[used[0]]
    if isinstance(first, str) and (
        _SAID.match(first) or (_NOTE.match(first) and not any(kinds[j] == "n" for j in used[1:]))
    ):
        return False
    figures = [j for j in used if kinds[j] in "nm"]
    texts = [j for j in used if kinds[j] == "t"]
    years = [j for j in used if kinds[j] == "y"]
    if figures and (len(figures) > 1 or figures[0] > 0 or texts or years):
        # "No. | 1 | 2"-like headings hold no text label; long titles beside one number are titles
        return bool(texts or years or numeric or figures[0] == 0 or len(figures) > 1)
    if years and numeric is not None:
        if (
            kinds[used[0]] == "y"
            and len(texts) > 1
            and all((numeric.get(j, (0, 1))[0] > numeric.get(j, (0, 1))[1]) == (kinds[j] == "y") for j in used)
        ):
            return True  # codes that look like years (1971) between names
        label = first if isinstance(first, str) else ""
        in_numeric = all(numeric.get(j, (0, 1))[0] > numeric.get(j, (0, 1))[1] for j in years)
        few = len(years) <= 2 or (bool(labels_.candidates(label)) and not _steps(cells, years))
        return bool(in_numeric and label and kinds[used[0]] == "t" and not _CORNER.match(label) and few)
    return False


def _steps(cells, years):
    """Whether years follow one another in even steps, as headings do."""
    numbers = [int(re.search(r"\d{4}", str(cells[j]))[0]) for j in years]
    return len(numbers) > 1 and len({b - a for a, b in zip(numbers, numbers[1:], strict=False)}) == 1


def _year_like(rows, kinds, zone, i):
    """Whether a row under complete headings is a region with counts that look like years (2,012 schools)."""
    used = [j for j, k in enumerate(kinds[i]) if k]
    label = next((j for j in used if kinds[i][j] == "t"), None)
    years = [j for j in used if kinds[i][j] == "y"]
    if label is None or not years or len(years) + 1 < len(used) or not labels_.candidates(str(rows[i][label])):
        return False
    corner = any(kinds[z][label] == "t" and _CORNER.match(rows[z][label]) for z in zone)
    headed = all(any(kinds[z][j] for z in zone) for j in years)
    return corner and headed and not _steps(rows[i], years)


def _is_note(cells, kinds):
    first = next((c for c in cells if c != ""), "")
    return isinstance(first, str) and bool(_NOTE.match(first))


def _heads(cells, kinds, numeric):
    """Whether a row without figures heads columns: text or periods where figures stood."""
    if _is_note(cells, kinds):
        return False
    over = [j for j, k in enumerate(kinds) if k and numeric.get(j, (0, 0))[0] > numeric.get(j, (0, 0))[1]]
    if _is_index(cells, kinds):
        return True
    distinct = {str(cells[j]) for j in over}
    used = {str(c) for c in cells if c != ""}
    if len(used) == 1 and any(isinstance(c, Merged) for c in cells):
        return False  # one text across the table is a heading row
    return len(distinct) >= 2 or (len(distinct) == 1 and (len(used) >= 2 or min(over) > 0))


def _starts_new(rows, kinds, state, r):
    """Whether a row after figures is the first of a new block: a heading, or the title above one."""
    if _heads(rows[r], kinds[r], state["numeric"]):
        return True
    tail = state["tail"]
    after = tail[tail.index(r) :]
    # notes belong to the block above; what stands between the last note and the heading is the new title
    return not any(_is_note(rows[t], kinds[t]) for t in after) and not _is_note(rows[r], kinds[r])


def _text(cells):
    seen = dict.fromkeys(str(c) for c in cells if c != "")
    return " ".join(seen)


def _block(grid, rows, kinds, lo, zone, body, tail):
    width = len(rows[0])
    stats = [[0, 0, 0, 0] for _ in range(width)]  # figures, marks, texts, blanks
    notes = _Notes()
    told = Counter()
    begins = {k: k.index("t") if "t" in k and not any(k[: k.index("t")]) else None for k in {kinds[i] for i in body}}
    for i in body:
        first = begins[kinds[i]]
        if first is None or not notes[rows[i][first]]:
            told[kinds[i]] += 1  # notes spread over cells say nothing of their columns
    for pattern, times in told.items():
        for j, k in enumerate(pattern):
            stats[j][0 if k and k in "nyd" else 1 if k == "m" else 2 if k else 3] += times
    texty = [s[2] > s[0] and s[2] >= s[1] * 0.2 for s in stats]
    valued = [not t and (s[0] or s[1]) for t, s in zip(texty, stats, strict=True)]
    for j in range(next((j for j, t in enumerate(texty) if t), 0)):
        # a column of row numbers left of the labels heads nothing: titles may stand in it
        if valued[j] and _sequence([rows[i][j] for i in body if kinds[i][j]] or [9]):
            valued[j], texty[j] = False, None
    if not any(valued):
        return None
    block = Block(grid)
    zone, heads, trailing = _zone(rows, kinds, zone, valued, texty, block)
    paths = _paths(grid, rows, heads, width, valued, texty)
    for j in range(width):
        if any(stats[j][:3]):
            block.fields.append(Field(j + lo, paths[j], texty=bool(texty[j])))
    block.titles += grid.titles
    _body(block, rows, kinds, [*trailing, *body], tail, valued, lo)
    _roles(block)
    return block


def _zone(rows, kinds, zone, valued, texty, block):
    """Split the rows above the figures into titles, heading rows and heading rows of the body."""
    zone = list(zone)
    heads = [i for i in zone if any(k and valued[j] for j, k in enumerate(kinds[i]))]
    index = [i for i in zone if _is_index(rows[i], kinds[i])]
    last = max([*heads, *index], default=None)
    if last is None:
        last = max((i for i in zone if sum(bool(k) for k in kinds[i]) > 1), default=-1)
    trailing = [i for i in zone if i > last]
    zone = [i for i in zone if i <= last and i not in index]
    labelled = [
        i for i in zone
        if any(k and not valued[j] for j, k in enumerate(kinds[i])) and len({str(c) for c in rows[i] if c != ""}) > 1
    ]  # fmt: skip
    out = []
    for i in zone:
        used = [(j, c) for j, c in enumerate(rows[i]) if c != ""]
        distinct = {str(c) for _, c in used}
        at = used[0][0]
        single = len(distinct) == 1 and (not valued[at] or (len(used) > 1 and at == 0))
        if single and isinstance(used[0][1], str) and not is_period(used[0][1]):
            text = str(used[0][1])
            corner_later = any(i < h for h in labelled)
            corner_before = any(h < i for h in labelled)
            spans = len(used) > 1 and any(valued[j] for j, _ in used)
            if corner_later or spans or corner_before or (_TITLED.search(text) and not _CORNER.match(text)):
                block.titles.append(text)
                continue
            if out and not any(h > i and h in heads for h in zone):
                continue
        out.append(i)
    # a text alone over the last heading is a title when another corner follows it
    corners = [i for i in out if len({str(c) for c in rows[i] if c != ""}) == 1 and rows[i][0] != "" and not valued[0]]
    for i in corners[:-1]:
        block.titles.append(_text(rows[i]))
        out.remove(i)
    corner = dict.fromkeys(
        str(c)
        for i in out
        for j, c in enumerate(rows[i])
        if c != "" and not valued[j] and texty[j] and j <= _first(valued)
    )
    block.corner = " ".join(corner)
    return zone, out, trailing


def _first(valued):
    return next((j for j, v in enumerate(valued) if v), len(valued))


def _paths(grid, rows, heads, width, valued, texty):
    """Headings of each column from top to bottom; a heading stands for the empty cells right of it."""
    filled = []
    for n, i in enumerate(heads):
        row = list(rows[i])
        spans_known = grid.head is not None or (grid.merges is not None and i in grid.merges)
        if n < len(heads) - 1 and not spans_known:
            for j in range(1, width):
                if (
                    row[j] == "" and row[j - 1] != "" and valued[j]
                    and valued[j - 1] and not _is_label_column(rows, heads, j - 1, texty)
                    and all(u[j] == u[j - 1] for u in filled)
                ):  # fmt: skip
                    row[j] = Merged(row[j - 1]) if isinstance(row[j - 1], str) else row[j - 1]
        filled.append(row)
    paths = []
    for j in range(width):
        path = []
        for row in filled:
            if row[j] != "" and (not path or str(path[-1]) != str(row[j])):
                path.append(row[j])
        paths.append(path)
    return paths


def _is_label_column(rows, heads, j, texty):
    head = rows[heads[0]][j] if heads else ""
    return texty[j] or bool(isinstance(head, str) and head != "" and _NUMBER_HEAD.fullmatch(head))


def _body(block, rows, kinds, body, tail, valued, lo):
    """Body rows with the heading rows above each; what follows the last figures becomes notes."""
    label_columns = [j for j in range(len(valued)) if not valued[j]]
    holds = {k: any(x and v for x, v in zip(k, valued, strict=True)) for k in {kinds[i] for i in body}}
    has_figures = [holds[kinds[i]] for i in body]
    leaves = set()
    if not all(has_figures):
        for i, f in zip(body, has_figures, strict=True):
            if f:
                leaves.update(labels_.bare(str(rows[i][j]))[0].casefold() for j in label_columns if rows[i][j] != "")
    stack, kind, year, fresh = [], "", "", False
    if all(has_figures):  # no heading rows in between
        n = len(body)
        block.body, block.sections, block.kinds, block.section_years = list(body), [()] * n, [""] * n, [""] * n
    for i, f in zip(body, has_figures, strict=True) if not all(has_figures) else ():
        if not f:
            text = next((str(c) for c in reversed(rows[i]) if c != "" and not _numbering(str(c))), _text(rows[i]))
            plain = labels_.bare(text)[0].casefold()
            if labels_.heading_kind(text):
                kind = labels_.heading_kind(text)
                continue
            if is_year(text) or (period_of_text(text).whole and period_of_text(text).year):
                year = period_of_text(text).year
                continue
            if plain not in leaves and not (len(label_columns) > 0 and labels_.candidates(text)):
                _push(stack, _text(rows[i]), fresh)
                fresh, kind = True, ""
                continue
        elif kind and labels_.is_total(str(next((rows[i][j] for j in label_columns if rows[i][j] != ""), ""))):
            kind = ""
        fresh = False
        block.body.append(i)
        block.sections.append(tuple(s for _, _, s in stack))
        block.kinds.append(kind)
        block.section_years.append(year)
    valueless = []
    for i in tail:
        text = _text(rows[i])
        if (
            not _is_note(rows[i], kinds[i])
            and not valueless
            and sum(map(bool, kinds[i])) <= 2
            and labels_.candidates(str(next((c for c in rows[i] if c != "" and kind_of(c) == "t"), "")))
        ):
            # a last region without figures
            block.body.append(i)
            block.sections.append(tuple(s for _, _, s in stack))
            block.kinds.append(kind)
            block.section_years.append(year)
        else:
            valueless.append(i)
            if text and text not in ("-", "–"):
                block.notes.append(text)


def _numbering(text):
    return bool(re.fullmatch(r"\(?(?:\d{1,3}|[IVXLivxl]{1,6}|[A-Za-z])[.)]?", text))


def _ordinal(text):
    """Style and number that begin a heading: "2. Jumlah" -> ("1", 2); "II. ..." -> ("I", 2)."""
    m = re.match(r"\(?(\d{1,3}|[IVXL]{1,6}|[a-z]|[A-Z])[.)]\s*", text)
    if not m:
        return "", 0
    s = m.group(1)
    if s.isdigit():
        return "1", int(s)
    if re.fullmatch(r"[IVXL]+", s):
        values = {"I": 1, "V": 5, "X": 10, "L": 50}
        total = 0
        for a, b in zip(s, [*s[1:], None], strict=True):
            total += -values[a] if b and values[b] > values[a] else values[a]
        return "I", total
    return ("a" if s.islower() else "A"), ord(s.casefold()) - 96


def _push(stack, text, fresh):
    """Put a heading on the stack: below the last where it follows it directly, else in the place of the one before it."""
    style, number = _ordinal(text)
    if style:
        for depth in range(len(stack) - 1, -1, -1):
            if stack[depth][0] == style and stack[depth][1] == number - 1:
                del stack[depth:]
                break
        else:
            if number == 1 and not fresh and stack and stack[-1][0] == style:
                stack.pop()
    elif stack:
        depth = len(stack) - 1 if not fresh else len(stack)
        del stack[depth:]
    stack.append((style, number, re.sub(r"^\(?(?:\d{1,3}|[IVXL]{1,6}|[A-Za-z])[.)]\s*", "", text) or text))


# ---- roles ---------------------------------------------------------------------------------------------------------


def _roles(block):
    fields = block.fields
    cells = {f.index: [c for c in block.column(f) if c != ""] for f in fields}
    leaf = lambda f: str(f.path[-1]) if f.path else ""  # noqa: E731
    regional = []
    for f in fields:
        held = cells[f.index]
        distinct = list(dict.fromkeys(held)) if len(held) < 50_000 else list(dict.fromkeys(held[:50_000]))
        head = leaf(f).replace("_", " ").strip()
        raw = leaf(f).strip()
        if not held:
            f.role = "skip" if not f.path else "value"
        elif _TURVAR_HEAD.fullmatch(raw):
            f.role = "dimension"
        elif f.texty:
            if _UNIT_HEAD.fullmatch(raw):
                f.role = "unit"
            elif _NUMBER_HEAD.fullmatch(head) and all(_numbering(str(c)) for c in distinct):
                f.role = "skip"
            elif all(period_of_cell(c).whole or str(c).casefold() in ("tahun", "year") for c in distinct) and (
                _PART_HEAD.fullmatch(raw) or len(distinct) > 1 or _YEAR_HEAD.fullmatch(raw)
            ):
                f.role = "part"
            elif _INDICATOR_HEAD.fullmatch(raw):
                f.role = "indicator"
            else:
                f.role = "dimension"
                names = [str(c) for c in distinct]
                said = labels_.share(names)
                if said >= 0.5 and not _SMALLER_HEAD.search(raw):
                    regional.append((f, said, len(distinct)))
        elif _NUMBER_HEAD.fullmatch(head) and _sequence(held):
            f.role = "skip"
        elif _CODE_HEAD.search(raw) and all(re.fullmatch(r"(ID)?\d{1,10}(\.\d{2})*(\.0)?", str(c)) for c in distinct):
            f.role = "code"
        elif (
            all(is_year(c) for c in distinct)
            and (
                _YEAR_HEAD.fullmatch(raw)
                or _YEAR_HEAD.fullmatch(head)
                or ((not raw or raw == block.corner) and _beside_label(fields, f))
            )
        ) or (_YEAR_HEAD.fullmatch(raw) and sum(is_year(c) for c in distinct) >= 0.9 * len(distinct)):
            f.role = "year"
    _labels(block, regional, cells, leaf)
    if not any(f.role == "value" for f in fields):
        codes = [f for f in fields if f.role == "code"]
        for f in codes:
            f.role = "code value"


def _beside_label(fields, f):
    """Whether a column stands left of all figures, or directly right of the last label."""
    k = fields.index(f)
    return k == 0 or (all(g.texty for g in fields[:k]) and k < len(fields) - 1)


def _sequence(held):
    try:
        numbers = [int(float(str(c).strip(". "))) for c in held]
    except ValueError:
        return False
    if numbers[0] not in (0, 1):
        return False
    steps = [b - a for a, b in zip(numbers, numbers[1:], strict=False)]
    return all(s in (0, 1) or b == 1 for s, b in zip(steps, numbers[1:], strict=True))


def _labels(block, regional, cells, leaf):
    fields = block.fields
    smaller = [f for f in fields if f.role == "dimension" and _SMALLER_HEAD.search(leaf(f))]
    provincial = [
        (f, n) for f, _, n in regional
        if all(any(r.level != "regency" for r in labels_.candidates(str(c))) for c in dict.fromkeys(cells[f.index])
               if labels_.candidates(str(c)))
    ]  # fmt: skip
    label = None
    if len(regional) > 1:
        for f, n in provincial:
            others = [(g, m) for g, _, m in regional if g is not f]
            if any(m >= n for _, m in others) and ("prov" in leaf(f).casefold() or any(m > n for _, m in others)):
                f.role = "province"
                break
    rest = [f for f, _, _ in regional if f.role != "province"]
    for f in rest[1:]:
        if not smaller and _same_units(block, rest[0], f):
            f.role = "skip"  # the same regions in a second spelling
    if smaller:
        label = smaller[0]
        for f in rest:
            f.role = "dimension"
    elif rest:
        label = rest[0]
    else:
        texts = [f for f in fields if f.role == "dimension"]
        if texts:
            label = texts[0]
        else:
            label = _numeric_label(block, cells, leaf)
    if label is not None:
        label.role = "label"
    else:
        # rows told apart only by indicator: it is what the row says
        f = next((f for f in fields if f.role == "indicator"), None)
        if f is not None and len(dict.fromkeys(cells[f.index])) > 1 and block.first("year") is None:
            f.role = "label"


def _same_units(block, a, b):
    """Whether two columns of labels name the same regions row by row."""
    pairs = {(str(x), str(y)) for x, y in zip(block.column(a), block.column(b), strict=True) if x != "" and y != ""}
    both = [(labels_.candidates(x), labels_.candidates(y)) for x, y in pairs]
    known = [set(x) & set(y) for x, y in both if x and y]
    return bool(known) and sum(map(bool, known)) >= 0.9 * len(known)


def _numeric_label(block, cells, leaf):
    """A column of codes for groups ("Pendidikan" 0-3, an age that Excel made a date) where rows have no other label."""
    values = [f for f in block.fields if f.role == "value"]
    if len(values) < 2:
        return None
    f = values[0]
    held = cells[f.index]
    if _GROUP_HEAD.search(leaf(f)) and len(set(map(str, held))) <= max(25, len(held) // 2):
        whole = all(
            isinstance(c, datetime.date) or (isinstance(c, (int, float)) and c == int(c)) or str(c).isdigit()
            for c in held
        )
        return f if whole else None
    return None
