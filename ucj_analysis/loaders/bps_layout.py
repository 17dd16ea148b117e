"""A grid of cells -> blocks: titles, heading rows, body rows, notes, and what each column holds.

Nothing here knows a file: rows are told apart by what they hold (years, figures, marks, text), headings are filled from
merged cells where the source has them and from the left where it has not, and a new heading after figures opens a new
block.
"""

import datetime
import functools
import itertools
import operator
import re
from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np

from ucj_analysis.loaders import bps_labels as labels_
from ucj_analysis.loaders.bps_bytes import Merged
from ucj_analysis.loaders.bps_numbers import MISSING, SIMPLE, is_missing, looks_numeric
from ucj_analysis.loaders.bps_words import is_period, is_year, iso_month, part_names, period_of_cell, period_of_text

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
_LABEL_OF = re.compile(
    r"^(label|nama|name|deskripsi)[_ ]+|[_ ]+(label|nama|name)$", re.I
)  # "tahun_label", as programs write it
_TURVAR_HEAD = re.compile(r"(nama[_ ])?(variabel[_ ]turunan|turunan[_ ]variabel|turvar)", re.I)
_SMALLER_HEAD = re.compile(r"kecamatan|kelurahan|\bdesa\b|sub-?district|village|puskesmas|sekolah|sls", re.I)
_GROUP_HEAD = re.compile(
    r"pendidikan|kelompok|golongan|\bumur\b|kategori|jenis|status|lapangan|klasifikasi usia|jenjang|education|age", re.I
)
_CORNER = re.compile(
    r"(\d+\s+)?(provinsi|province|kabupaten|kab\b|kab[./]|kota\b|wilayah|nama|daerah|uraian|status|lapangan|pdb|pdrb|kecamatan|no\b|"
    r"jenis|region|regency|tahun$|year$|bulan|rincian|kelompok|golongan|pendidikan|p r o v)", re.I,
)  # fmt: skip
_CORNER_ENGLISH = re.compile(
    r"(main |type of |level of )?(industr|sector|age|educat|descript|type|kind|status|sub-?district|district|village|month|class|"
    r"item|indicator|variable|source|group|gender|sex\b|commodit|countr|occupation)", re.I,
)  # fmt: skip
# the number of a table, whose title stands in the cell beside it
_TABLE = re.compile(r"(tabel|table|lampiran|appendix)\.?(\s*[\d.]+\w?)?\s*[:.]?", re.I)
_TITLED = re.compile(
    r"\bmenurut\b|\bby\b|^tabel|^table|\d{4}\s*$|^(jumlah|persentase|rata-rata|indeks|tingkat|banyaknya)\b", re.I
)


_DIGIT = re.compile(r"\d")
_CODE = re.compile(r"\d{1,2}|\d{4}(\.0)?")  # what may be the code of a region
MAX_BLOCKS = 400  # tables on a sheet; BPS prints a dozen at most
MAX_HEADS = 2_000  # rows above the first figures


class TooMuch(Exception):
    """A grid that no table of BPS resembles; the message says what it has."""


_FIGURES = re.compile(r"(?:^\d{1,3}(?:[.,]\d{1,2})?\n)+", re.A | re.M)  # none of them a year
_DECIMALS = re.compile(r"^\d{1,3}[.,]\d{1,2}$", re.A | re.M)  # most figures, and nothing else


def kind_of(cell):
    """What a cell is: "" blank, n figure, y year, m missing mark, i column index "(1)", d date, t text."""
    if type(cell) is float:
        return "y" if is_year(cell) else "n"
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
    filled: dict = field(default_factory=dict)  # columns as read; those whose blank cells mean the cell above, filled

    def column(self, f):
        """Cells of a field in the body, which is complete; not to be changed."""
        if f.index not in self.filled:
            cells, body = self.grid.columns[f.index], self.body
            whole = body and body[-1] - body[0] == len(body) - 1 and body == list(range(body[0], body[-1] + 1))
            self.filled[f.index] = list(cells[body[0] : body[-1] + 1]) if whole else [cells[r] for r in body]
        return self.filled[f.index]

    def first(self, role):
        """First field with a role, or None."""
        return next((f for f in self.fields if f.role == role), None)


class _Kinds(dict):
    """Kinds of cells, each distinct cell looked at once."""

    def __missing__(self, cell):
        kind = self[cell] = kind_of(cell)
        return kind

    def all(self, cells):
        """Kinds of a column."""
        self.update(dict.fromkeys(_DECIMALS.findall("\n".join(c for c in set(cells) if type(c) is str)), "n"))
        return map(self.__getitem__, cells)


class _Counts:
    """How many figures (or marks), texts and years stand in each column, from the patterns of rows."""

    def __init__(self):
        self.patterns = Counter()
        self._made = None

    def add(self, kinds):
        self.patterns[kinds] += 1
        self._made = None

    def get(self, j, default=(0, 0)):
        return self._count().get(j, (*default, 0))[:2]

    def years(self, j):
        """Whether a column holds years more than anything else: a year in it heads nothing."""
        n, t, y = self._count().get(j, (0, 0, 0))
        return 2 * y > n + t

    def _count(self):
        if self._made is None:
            self._made = {}
            for kinds, times in self.patterns.items():
                for i, k in enumerate(kinds):
                    if k:
                        n, t, y = self._made.get(i, (0, 0, 0))
                        self._made[i] = (n + times * (k in "nymd"), t + times * (k == "t"), y + times * (k == "y"))
        return self._made

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


def long_block(grid, columns):
    """Block of a table whose rows are all alike: regions, periods and groups, then one figure.

    Parameters
    ----------
    grid : Grid
        Its heading row and its first row.
    columns : list of bps_long.Coded
        Their distinct cells are told, none of which is blank.

    Returns
    -------
    Block whose columns are those distinct cells, or None where rows must be looked at one by one.
    """
    head, first = grid.rows
    told = [_told(c.values, c.figures) for c in columns]
    held = [t.kinds for t in told]
    figures = [j for j, k in enumerate(held) if "n" in k]
    texts = [j for j, k in enumerate(held) if k == {"t"}]
    if len(figures) != 1 or not texts or figures[0] < texts[0] or not held[figures[0]] <= {"n", "m"}:
        return None
    kinds = [tuple(map(kind_of, r)) for r in grid.rows]
    if (
        any(k not in ({"t"}, {"y"}, {"m"}) for j, k in enumerate(held) if j != figures[0])
        or kinds[1][figures[0]] != "n"
    ):
        return None
    if set(kinds[0]) != {"t"} or _named_by_pandas([head]) != [head] or told[0].note:
        return None
    if any(_numbering(first[j]) for j in texts):
        return None
    if any(k == {"y"} and not _YEAR_HEAD.fullmatch(_LABEL_OF.sub("", h)) for k, h in zip(held, head, strict=True)):
        return None
    # pairs of cells settle which of two columns of regions is meant, and which figures are codes: not here
    if sum(told[j].share >= 0.5 for j in texts) != 1 or _CODE.fullmatch(first[figures[0]]):
        return None
    block = _block(grid, grid.rows, kinds, 0, [0], [1], [])
    if block is None or [f.index for f in block.fields] != list(range(len(head))) or block.notes:
        return None
    block.filled = {j: c.values for j, c in enumerate(columns)}
    _roles(block)
    roles = Counter(f.role for f in block.fields)
    once = ("value", "label", "year", "part", "indicator", "unit")
    alone = all(roles[r] < 2 for r in once) and not roles["province"] and not roles["code"] and not roles["code value"]
    return (
        block
        if alone and roles["value"] and block.first("label") and block.fields[figures[0]].role == "value"
        else None
    )


@dataclass
class _Told:
    """What the distinct cells of a column are: their kinds; of texts the share that names regions, and whether one begins a note."""

    kinds: set
    share: float = 0.0
    note: bool = False


def _told(cells, figures):
    if figures and figures.plain:
        values, marks, _ = figures.plain
        if np.fmax.reduce(values) < 1900 or not ((values > 1900) & (values < 2100)).any():  # none is a year
            return _Told(({"n"} if len(marks) < len(cells) else set()) | ({"m"} if marks else set()))
    return (_told_before if len(cells) <= labels_.MAX_KEPT else _told_before.__wrapped__)(cells)


@functools.lru_cache(maxsize=64)
def _told_before(cells):
    """The same, kept: the regions, years and groups of most tables are the same."""
    text = "\n".join([*cells, ""])
    note = any(map(_Notes().__getitem__, cells)) or any(map(_TABLE.fullmatch, cells))
    if any(d in text for d in "0123456789") or not MISSING.isdisjoint(map(str.casefold, cells)):
        rest = _FIGURES.sub("", text)
        kinds = ({"n"} if len(rest) < len(text) else set()) | set(map(kind_of, rest.splitlines()))
        if kinds != {"t"}:
            return _Told(kinds, note=note)
    return _Told({"t"}, labels_.share(cells), note)


def _side_by_side(grid):
    """Column spans of tables that stand beside one another: a blank column, and the corner repeated after it."""
    width = len(grid.rows[0]) if grid.rows else 0
    if width < 5 or len(grid.rows) > 20_000:
        return [(0, width)]
    blank = [0 < j < width - 1 and all(r[j] == "" for r in grid.rows) for j in range(width)]
    cuts = [0]
    for right in (j + 1 for j in range(width - 1) if blank[j] and not blank[j + 1]):
        left = {r[cuts[-1]] for r in grid.rows[:12] if isinstance(r[cuts[-1]], str) and r[cuts[-1]]}
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
    rows = _named_by_pandas(rows)
    columns = grid.columns if rows is grid.rows else list(zip(*rows, strict=True))
    kinds = list(zip(*map(_Kinds().all, columns), strict=True))
    state = {"zone": [], "body": [], "tail": [], "kept": [], "numeric": _Counts()}
    sure, begins_note = {}, _Notes()
    made, loose = [], []

    def close():
        if state["body"]:
            block = _block(grid, rows, kinds, lo, state["zone"], state["body"], state["tail"])
            if block is not None:
                _roles(block)
                block.notes = [_text(rows[i]) for i in state["kept"]] + block.notes
                made.append(block)
        else:
            loose.extend(_text(rows[i]) for i in [*state["zone"], *state["tail"]])
        state.update(zone=[], body=[], tail=[], kept=[], numeric=_Counts())
        sure.clear()
        if len(made) > MAX_BLOCKS:
            raise TooMuch(f"more than {MAX_BLOCKS} tables")

    changes, ends = [*map(operator.ne, kinds, kinds[1:]), True], {}
    ahead = enumerate(kinds)
    for i, k in ahead:
        if k in sure and not state["tail"] and not begins_note[rows[i][sure[k]]]:
            if sure[k] not in ends:  # where the next row is not alike, or begins a note
                noted = [*map(begins_note.__getitem__, columns[sure[k]][1:]), True]
                ends[sure[k]] = list(map(operator.or_, changes, noted))
            done = ends[sure[k]].index(True, i) + 1
            state["body"] += range(i, done)
            state["numeric"].patterns[k] += done - i
            deque(itertools.islice(ahead, done - i - 1), maxlen=0)  # these are looked at
            continue
        if not any(k):
            continue
        if not state["body"]:
            if len(state["zone"]) > MAX_HEADS:
                raise TooMuch(f"more than {MAX_HEADS} rows of text above its figures")
            if (grid.head is not None and i < grid.head) or _zero_corner(rows, kinds, i):
                state["zone"].append(i)
            elif (
                _figures(rows[i], k, None)
                or _year_like(rows, kinds, state["zone"], i)
                or _bare_figure(kinds, state["zone"], i)
            ):
                state["body"].append(i)
                state["numeric"].add(k)
            else:
                state["zone"].append(i)
            continue
        if _figures(rows[i], k, state["numeric"]) or _counts_in_steps(rows, kinds, i, state["numeric"]):
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
            if "n" in k and "t" in k:
                sure[k] = next(j for j, x in enumerate(k) if x)  # a label and figures: rows alike need no second look
        else:
            state["tail"].append(i)
    close()
    return made, [x for x in loose if x]


_AGAIN, _UNNAMED = re.compile(r"(.+)\.\d{1,2}"), re.compile(r"Unnamed: \d+(_level_\d+)?")


def _named_by_pandas(rows):
    """Rows whose first is rid of what pandas adds to headings: "Unnamed: 2" for none, "2015.1" for the second 2015."""
    first = next((i for i, r in enumerate(rows[:3]) if any(c != "" for c in r)), None)
    if first is None:
        return rows
    seen = set(map(str, rows[first]))
    made = []
    for j, c in enumerate(rows[first]):
        again = _AGAIN.fullmatch(c) if isinstance(c, str) and "." in c else None
        if j and isinstance(c, str) and _UNNAMED.fullmatch(c):
            made.append("")
        elif again and again[1] in seen and (again[1] + ".1") in seen:
            made.append(again[1])
        else:
            made.append(c)
    return rows if made == list(rows[first]) else [*rows[:first], made, *rows[first + 1 :]]


class _Notes(dict):
    """Whether a text begins a note, each looked at once."""

    def __missing__(self, text):
        note = self[text] = isinstance(text, str) and bool(_SAID.match(text) or _NOTE.match(text))
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
        _SAID.match(first)
        or _TABLE.fullmatch(first)
        or (
            _NOTE.match(first) and not any(kinds[j] == "n" for j in used[1:]) and any(kinds[j] != "m" for j in used[1:])
        )
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
        named = bool(labels_.candidates(label))  # "Kota Gorontalo" begins as a corner may and is none
        few = not _steps(cells, years) or (len(years) < 3 and named)
        return bool(in_numeric and kinds[used[0]] == "t" and (named or not _CORNER.match(label)) and label and few)
    return False


def _steps(cells, years):
    """Whether years follow one another in even steps, as headings do."""
    numbers = [int(re.search(r"\d{4}", str(cells[j]))[0]) for j in years]
    steps = {b - a for a, b in zip(numbers, numbers[1:], strict=False)}
    return len(steps) == 1 and (steps <= {1, -1} if len(numbers) == 2 else 0 not in steps)


def _counts_in_steps(rows, kinds, i, numeric):
    """Whether a row below figures is a region with counts that look like years in even steps (2010, 2011, 2012)."""
    used = [j for j, k in enumerate(kinds[i]) if k]
    if len(used) < 2 or kinds[i][used[0]] != "t" or any(kinds[i][j] != "y" for j in used[1:]):
        return False
    over = [numeric.get(j, (0, 1)) for j in used[1:]]
    return all(figures > texts for figures, texts in over) and _among_its_like(rows, i, used[0])


def _among_its_like(rows, i, label):
    """Whether a label names a region, and the next row (of the last, the one before) one like it, both in no other row.

    A heading names what its rows lie in, as "Boalemo" over districts or "GORONTALO" over regencies; and tables that stand one
    below the other repeat their rows.
    """
    named = [r[label] for r in rows]
    near = next((x for x in named[i + 1 :] if x != ""), None) or next((x for x in named[:i][::-1] if x != ""), None)
    both = [x for x in (named[i], near) if isinstance(x, str) and named.count(x) == 1]
    if len(both) < 2:
        return False
    here, there = ({(r.level, r.parent_code) for r in labels_.candidates(x)} for x in both)
    return bool(here & there)


def _year_like(rows, kinds, zone, i):
    """Whether a row under complete headings is a label with counts that look like years (2,012 schools)."""
    used = [j for j, k in enumerate(kinds[i]) if k]
    if _under_year(rows, kinds, zone, i, used):
        return True
    used = [j for j in used if not (kinds[i][j] in "tn" and _numbering(str(rows[i][j])))]  # row numbers
    label = next((j for j in used if kinds[i][j] == "t"), None)
    years = [j for j in used if kinds[i][j] == "y"]
    if label is None or not years or len(years) + 1 < len(used) or label > years[0]:
        return False
    text = str(rows[i][label])
    corner = any(kinds[z][j] == "t" and _CORNER.match(rows[z][j]) for z in zone for j in range(label + 1))
    headed = all(any(kinds[z][j] for z in zone) for j in years)
    if labels_.candidates(text):
        return corner and headed and (not _steps(rows[i], years) or _among_its_like(rows, i, label))
    if _CORNER.match(text) or _CORNER_ENGLISH.match(text) or not any(kinds[z][label] == "t" for z in zone):
        return False
    above = [_left(rows[z], j, label) for j in years for z in zone]
    if any(is_year(c) for c in above):
        return not any(str(_left(rows[z], j, label)) == str(rows[i][j]) for j in years for z in zone)  # dated already
    return corner and headed and not _steps(rows[i], years)


def _under_year(rows, kinds, zone, i, used):
    """Whether a row stands under a heading over each of its cells, one of them "Tahun" over its year, and names no heading."""
    heads = [rows[zone[-1]][j] for j in used] if zone else []
    texts = [rows[i][j] for j in used if kinds[i][j] == "t"]
    if len(used) < 3 or not heads or not all(isinstance(h, str) and h and not is_period(h) for h in heads):
        return False
    dated = [bool(kinds[i][j] == "y" and _YEAR_HEAD.fullmatch(h)) for j, h in zip(used, heads, strict=True)]
    return (
        any(dated)
        and bool(texts)
        and not any(_CORNER_ENGLISH.match(t) or (_CORNER.match(t) and not labels_.candidates(t)) for t in texts)
    )


def _left(cells, j, label):
    """The heading over a column: its cell, or the nearest one left of it that stands right of the labels."""
    return next((cells[x] for x in range(j, label, -1) if cells[x] != ""), "")


def _zero_corner(rows, kinds, i):
    """Whether a row is "0 | 2024 | 2025" over labels: years under a corner that a program filled with a number."""
    used = [j for j, k in enumerate(kinds[i]) if k]
    if len(used) < 2 or kinds[i][used[0]] != "n" or any(kinds[i][j] != "y" for j in used[1:]):
        return False
    below = next((k for k in kinds[i + 1 : i + 6] if any(k)), None)
    return below is not None and below[used[0]] == "t" and all(below[j] in "nm" for j in used[1:])


def _bare_figure(kinds, zone, i):
    """Whether a row holds one figure and no label under a row of headings."""
    used = [j for j, k in enumerate(kinds[i]) if k]
    return (
        len(used) == 1
        and kinds[i][used[0]] == "n"
        and any(kinds[z][used[0]] == "t" and sum(k == "t" for k in kinds[z]) > 1 for z in zone)
    )


def _is_note(cells, kinds):
    first = next((c for c in cells if c != ""), "")
    return isinstance(first, str) and bool(_NOTE.match(first))


def _heads(cells, kinds, numeric):
    """Whether a row without figures heads columns: text or periods where figures stood."""
    if _is_note(cells, kinds):
        return False
    over = [
        j for j, k in enumerate(kinds)
        if k and numeric.get(j, (0, 0))[0] > numeric.get(j, (0, 0))[1] and not (k == "y" and numeric.years(j))
    ]  # fmt: skip
    if _is_index(cells, kinds):
        return True
    if all(kinds[j] == "n" for j in over):
        return False  # a figure without a label
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
    told = Counter(map(kinds.__getitem__, body))
    doubtful = {k: k.index("t") for k in told if "t" in k and not ("n" in k or "m" in k or any(k[: k.index("t")]))}
    if doubtful:  # notes spread over cells say nothing of their columns
        told.subtract(kinds[i] for i in body if kinds[i] in doubtful and notes[rows[i][doubtful[kinds[i]]]])
    for pattern, times in told.items():
        for j, k in enumerate(pattern):
            stats[j][0 if k and k in "nyd" else 1 if k == "m" else 2 if k else 3] += times
    texty = [s[2] > s[0] and s[2] >= s[1] * 0.2 for s in stats]
    valued = [not t and (s[0] or s[1]) for t, s in zip(texty, stats, strict=True)]
    numbered = []
    names = next((j for j, t in enumerate(texty) if t and not _row_numbers(rows, body, j, j + 1)), 0)
    for j in range(names):
        # a column of row numbers left of the labels heads nothing: titles may stand in it
        if (valued[j] or texty[j]) and _row_numbers(rows, body, j, names):
            valued[j], texty[j] = False, None
            numbered.append(j)
    for j, s in enumerate(stats):
        if valued[j] and s[2] and all(is_period(c) for c in {rows[i][j] for i in body} if c != ""):
            valued[j] = False  # years and "Maret 2007" down the rows
    first = next((j for j, s in enumerate(stats) if any(s[:3])), 0)
    if valued[first] and stats[first][2] and _years_under_headings(rows, kinds, body, first):
        valued[first] = False
    if not any(valued):
        return None
    block = Block(grid)
    zone, heads, trailing = _zone(rows, kinds, zone, valued, texty, block)
    paths = _paths(grid, rows, heads, width, valued, texty)
    for j in range(width):
        if not any(stats[j][:3]):
            if not paths[j] or not is_period(paths[j][-1]):
                continue
            # a year without any figure yet looks missing
            left = next((f.path for f in reversed(block.fields) if valued[f.index - lo]), [])
            if all(map(is_period, paths[j])):
                paths[j] = [p for p in left if not is_period(p)] + paths[j]
        block.fields.append(Field(j + lo, paths[j], texty=bool(texty[j])))
    block.titles += grid.titles
    _body(block, rows, kinds, [*trailing, *body], tail, valued, lo)
    _let_numbers_go(block, {j + lo for j in numbered}, names + lo)
    return block


def _row_numbers(rows, body, j, names):
    """Whether a column only counts the rows, left of their names; a heading or a total may stand in it where no name is."""
    held = [(rows[i][j], rows[i][names] if names < len(rows[i]) else "") for i in body if rows[i][j] != ""]
    counts = [c for c, _ in held if not isinstance(c, str) or re.fullmatch(r"\(?\d{1,3}[.)]?", c)]
    others = [name for c, name in held if isinstance(c, str) and not re.fullmatch(r"\(?\d{1,3}[.)]?", c)]
    return bool(counts) and _sequence(counts) and all(x == "" or isinstance(x, Merged) for x in others)


def _let_numbers_go(block, numbers, names):
    """Drop columns of row numbers; a total that stands in one of them, where no name is, labels its row."""
    for j in numbers:
        cells = block.column(Field(j, []))
        said = [c if isinstance(c, str) and re.search(r"[^\W\d]", c) else "" for c in cells]
        block.filled[names] = [x if x != "" else c for x, c in zip(block.column(Field(names, [])), said, strict=True)]
    block.fields = [f for f in block.fields if f.index not in numbers]


def _years_under_headings(rows, kinds, body, j):
    """Whether a first column holds years beside figures, and texts only where nothing else stands ("Laki-laki")."""
    alone = [i for i in body if kinds[i][j] == "t" and sum(map(bool, kinds[i])) == 1]
    return all(is_year(rows[i][j]) for i in body if i not in alone and rows[i][j] != "")


def _zone(rows, kinds, zone, valued, texty, block):
    """Split the rows above the figures into titles, heading rows and heading rows of the body."""
    beside = _beside_number(rows, zone)
    block.titles += beside.values()
    zone = [i for i in zone if i not in beside]
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
        if single and len(used) == 1 and is_period(used[0][1]) and i < min(labelled, default=i):
            block.titles.append(str(used[0][1]))  # "Tahun 2021" over a table
            continue
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


def _beside_number(rows, zone):
    """Titles that stand in a cell of their own beside "Tabel 4.1.2", and the English one below: {row: title}."""
    out = {}
    for i in zone:
        used = [c for c in rows[i] if c != ""]
        numbered = isinstance(used[0], str) and bool(_TABLE.fullmatch(used[0]))
        said = [c for c in dict.fromkeys(used[numbered:]) if not re.fullmatch(r"[\d.]+", str(c))]
        if len(said) == 1 and len(str(said[0]).split()) > 2 and (numbered or (i - 1 in out and rows[i][0] == "")):
            out[i] = str(said[0])
    return out


def _first(valued):
    return next((j for j, v in enumerate(valued) if v), len(valued))


def _paths(grid, rows, heads, width, valued, texty):
    """Headings of each column from top to bottom; a heading stands for the empty cells right of it."""
    filled = []
    spacers = {j for j in range(width) if not any(rows[i][j] != "" for i in heads) and not valued[j] and not texty[j]}
    for n, i in enumerate(heads):
        row = list(rows[i])
        spans_known = grid.head is not None or (grid.merges is not None and i in grid.merges)
        if n < len(heads) - 1 and not spans_known:
            for j in range(1, width):
                k = next((k for k in range(j - 1, 0, -1) if k not in spacers), j - 1)
                if (
                    row[j] == "" and row[k] != "" and valued[j]
                    and valued[k] and not _is_label_column(rows, heads, k, texty)
                    and all(u[j] == u[k] for u in filled)
                ):  # fmt: skip
                    row[j] = Merged(row[k]) if isinstance(row[k], str) else row[k]
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
    stack, kind, year, fresh = [], "", "", False
    holds = {k: any(x and v for x, v in zip(k, valued, strict=True)) for k in set(map(kinds.__getitem__, body))}
    leaves = set()
    if all(holds.values()):  # nothing stands over them
        n = len(body)
        block.body, block.sections, block.kinds, block.section_years = list(body), [()] * n, [""] * n, [""] * n
        body = []
    has_figures = [holds[kinds[i]] for i in body]
    for i, f in zip(body, has_figures, strict=True):
        if f:
            leaves.update(labels_.bare(str(rows[i][j]))[0].casefold() for j in label_columns if rows[i][j] != "")

    def told(i):
        return tuple(rows[i][j] != "" and not _numbering(str(rows[i][j])) for j in label_columns)

    over = _over_groups(rows, body, has_figures, label_columns)
    filled = {told(i) for i, f in zip(body, has_figures, strict=True) if f}
    for i, f in zip(body, has_figures, strict=True):
        if not f:
            text = next((str(c) for c in reversed(rows[i]) if c != "" and not _numbering(str(c))), _text(rows[i]))
            plain = labels_.bare(text)[0].casefold()
            if labels_.heading_kind(text):
                kind = labels_.heading_kind(text)
                continue
            if is_year(text) or (period_of_text(text).whole and period_of_text(text).year):
                year = period_of_text(text).year
                continue
            alike = sum(told(i)) > 1 and told(i) in filled  # its labels are those of a row, only the figures are blank
            known = len(label_columns) > 0 and labels_.candidates(text)
            if plain not in leaves and not alike and (i in over or not known):
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


def _over_groups(rows, body, has_figures, label_columns):
    """Region rows without figures that head the same groups each ("Boalemo" over "Laki-laki" and "Perempuan")."""
    groups, at = {}, None
    for i, f in zip(body, has_figures, strict=True):
        text = next(
            (str(rows[i][j]) for j in label_columns if rows[i][j] != "" and not _numbering(str(rows[i][j]))), ""
        )
        if not f and labels_.candidates(text):
            at = i
            groups[at] = []
        elif f and at is not None:
            groups[at].append(text)
    first = next(iter(groups.values()), [])
    alike = len(groups) > 1 and bool(first) and all(g[: len(first)] == first for g in groups.values())
    return set(groups) if alike and not any(labels_.candidates(x) for x in first) else set()


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
    cells = {f.index: block.column(f) for f in fields}
    # a tuple is distinct cells already, of a long table: texts, and none of them blank
    distincts = {j: held if isinstance(held, tuple) else dict.fromkeys(held) for j, held in cells.items()}
    blank = {j for j, held in distincts.items() if type(held) is dict and "" in held}
    cells = {j: [c for c in held if c != ""] if j in blank else held for j, held in cells.items()}
    leaf = lambda f: str(f.path[-1]) if f.path else ""  # noqa: E731
    regional = []
    for f in fields:
        held = cells[f.index]
        distinct = distincts[f.index] if len(held) < 50_000 else dict.fromkeys(held[:50_000])
        distinct = [c for c in distinct if c != ""] if f.index in blank else distinct
        head = leaf(f).replace("_", " ").strip()
        raw = leaf(f).strip()
        raw = _LABEL_OF.sub("", raw) if _LABEL_OF.search(raw) and not f.texty else raw
        if not held:
            f.role = "skip" if not f.path else "value"
        elif _TURVAR_HEAD.fullmatch(raw):
            f.role = "dimension"
        elif f.texty and any(is_period(p) for p in f.path):
            pass  # a year of nothing but marks and remarks
        elif f.texty:
            if _UNIT_HEAD.fullmatch(raw):
                f.role = "unit"
            elif _NUMBER_HEAD.fullmatch(head) and all(_numbering(str(c)) for c in distinct):
                f.role = "skip"
            elif (
                all(period_of_cell(c).whole or str(c).casefold() in ("tahun", "year") for c in distinct)
                or (_YEAR_HEAD.fullmatch(raw) and all(iso_month(str(c)) for c in distinct))
                or (_PART_HEAD.fullmatch(raw) and part_names(raw, distinct))
            ) and (_PART_HEAD.fullmatch(raw) or len(distinct) > 1 or _YEAR_HEAD.fullmatch(raw)):
                f.role = "part"
            elif _INDICATOR_HEAD.fullmatch(raw):
                f.role = "indicator"
            else:
                f.role = "dimension"
                said = labels_.share(distinct if isinstance(distinct, tuple) else map(str, distinct))
                if said >= 0.5 and not _SMALLER_HEAD.search(raw):
                    regional.append((f, said, len(distinct)))
        elif _NUMBER_HEAD.fullmatch(head) and _sequence(held):
            f.role = "skip"
        elif _PART_HEAD.fullmatch(raw) and not _CODE_HEAD.search(raw) and part_names(raw, distinct):
            f.role = "part"
        elif _CODE_HEAD.search(raw) and all(re.fullmatch(r"(ID|')?\d{1,10}(\.\d{2})*(\.0)?", str(c)) for c in distinct):
            f.role = "code"
        elif (
            (_YEAR_HEAD.fullmatch(raw) and all(is_period(c) and period_of_cell(c).year for c in distinct))
            or (
                all(is_year(c) for c in distinct)
                and (
                    _YEAR_HEAD.fullmatch(raw)
                    or _YEAR_HEAD.fullmatch(head)
                    or ((not raw or raw == block.corner) and _beside_label(fields, f))
                    or _only_years(fields, f, distinct)
                )
            )
            or (_YEAR_HEAD.fullmatch(raw) and sum(is_year(c) for c in distinct) >= 0.9 * len(distinct))
        ):
            f.role = "year"
    _labels(block, regional, cells, leaf)
    _code_columns(block, cells, leaf)
    _fill_down(block)
    if not any(f.role == "value" for f in fields):
        codes = [f for f in fields if f.role == "code"]
        for f in codes:
            f.role = "code value"


def _fill_down(block):
    """Years, indicators and provinces printed once over their rows stand for the blank cells below them."""
    keys = [f for f in block.fields if f.role in ("label", "province", "year", "part", "indicator", "dimension")]
    for f in keys:
        cells = block.column(f)
        smaller = f.role == "dimension" and f.path and _SMALLER_HEAD.search(str(f.path[-1]))
        if (
            f.role == "label"
            or (f.role == "dimension" and not smaller)
            or "" not in cells
            or cells[0] == ""
            or len(keys) < 2
        ):
            continue
        groups, told = [], zip(*(block.column(g) for g in keys if g is not f), strict=True)
        for c, others in zip(cells, told, strict=True):
            if c != "":
                groups.append([])
            groups[-1].append(others)
        if all(len(set(map(str, g))) == len(g) and all(any(x != "" for x in row) for row in g) for g in groups):
            made, last = [], ""
            for c in cells:
                last = c if c != "" else last
                made.append(last)
            block.filled[f.index] = made


def _code_columns(block, cells, leaf):
    """Columns of region codes that no heading calls so: each code is the one of the region beside it."""
    label = block.first("label")
    if label is None or not any(labels_.candidates(str(c)) for c in cells[label.index][:20]):
        return
    values = [f for f in block.fields if f.role == "value"]
    for f in values:
        if not cells[f.index] or not _CODE.fullmatch(str(cells[f.index][0])):
            continue
        held = list(dict.fromkeys(map(str, cells[f.index])))
        if not all(map(_CODE.fullmatch, held)):
            continue
        region_head = re.fullmatch(r"(kode|kd)?[ _]?(prov?insi|propinsi|prov|kab\w*)([ _/]\w+)*", leaf(f).strip(), re.I)
        if not region_head and not all(len(c) >= 4 for c in held):
            continue
        pairs = [(str(c), labels_.candidates(str(x))) for c, x in
                 zip(block.column(f), block.column(label), strict=True) if c != ""]  # fmt: skip
        told = [(c.removesuffix(".0"), units) for c, units in pairs if units]
        fits = sum(any(r.code == c or (region_head and c.zfill(2) in (r.code[:2], r.code[2:])) for r in units)
                   for c, units in told)  # fmt: skip
        if told and fits >= 0.9 * len(told) and len(values) > 1:
            f.role = "code" if all(len(c) >= 4 for c in held) else "skip"


def _beside_label(fields, f):
    """Whether a column stands left of all figures, or directly right of the last label."""
    k = fields.index(f)
    return k == 0 or (all(g.texty for g in fields[:k]) and k < len(fields) - 1)


def _only_years(fields, f, distinct):
    """Whether the first column counts years up or down and no other names the rows, whatever stands over it."""
    numbers = [int(re.search(r"\d{4}", str(c))[0]) for c in distinct]
    steps = {b - a for a, b in zip(numbers, numbers[1:], strict=False)}
    return fields[0] is f and steps in ({1}, {-1}) and len(fields) > 1 and not any(g.texty for g in fields)


def _sequence(held):
    try:
        numbers = [int(float(str(c).strip(". "))) for c in held]
    except (ValueError, OverflowError):
        return False
    if numbers[0] not in (0, 1):
        return False
    steps = [b - a for a, b in zip(numbers, numbers[1:], strict=False)]
    return all(s in (0, 1) or b == 1 for s, b in zip(steps, numbers[1:], strict=True))


def _labels(block, regional, cells, leaf):
    fields = block.fields
    smaller = [f for f in fields if f.role == "dimension" and _SMALLER_HEAD.search(leaf(f))]
    label = None
    if len(regional) > 1:
        provincial = [
            (f, n) for f, _, n in regional
            if all(any(r.level != "regency" for r in labels_.candidates(str(c))) for c in dict.fromkeys(cells[f.index])
                   if labels_.candidates(str(c)))
        ]  # fmt: skip
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
        label = max(smaller, key=lambda f: len(set(map(str, cells[f.index]))))  # the village, beside its subdistrict
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
