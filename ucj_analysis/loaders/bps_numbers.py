"""Cells of one column -> numbers, missing marks and status marks.

"1.234" can be 1234 or 1.234. The decimal separator is decided once per column, from every value in it and from the range
the indicator can have; never per cell. Where both readings remain possible the column is refused with both named.
"""

import datetime
import re
from collections import Counter

import numpy as np
import pyarrow as pa

NAN = float("nan")
RARE = 0.02  # share of figures with the other separator that is a slip and not a second habit

# BPS: "-" no data or not applicable, "..." not available, "tt" not available, "NA" too few cases
MISSING = frozenset(
    "- -- --- – — − . .. ... …. …… … na n/a n.a n.a. #n/a null none nan tt t.t td t.d tad tidak~ada tidak~tersedia "
    "data~tidak~tersedia belum~tersedia not~available xxx * ** *** *) **) ***)".replace("~", "_").split()
)
MISSING = frozenset(m.replace("_", " ") for m in MISSING)
ERRORS = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)", re.I)
STATUS = {
    "*": "provisional", "x": "provisional", "p": "provisional",
    "**": "very provisional", "xx": "very provisional",
    "***": "very very provisional", "xxx": "very very provisional",
    "r": "revised", "e": "estimate",
}  # fmt: skip
SUPERSCRIPTS = str.maketrans("ᵉʳˣᵖ⁺", "erxp+")

_MARKED = re.compile(
    r"(?P<num>.*?\d[.,]?)\s*(?P<mark>\*{1,3}\)?|\(?(?:xx?|[rep])\)|(?:xx?|[rep])(?=$)|(?<=\s)\d{1,2}\)|[¹²³⁴⁵⁶⁷⁸⁹⁰]+\)?|(?<=\s)[a-d]\))$",
    re.I,
)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([ ']|[.,])\d{3})(?:\1\d{3})*")
_PLAIN = re.compile(r"[+-]?\d+")
_EXPONENT = re.compile(r"[+-]?\d(\.\d+)?[eE][+-]?\d{1,3}")
BRACKETED = re.compile(
    r"\([\d.]*[.,]\d+\)", re.A
)  # "(0,37)": negative in accounts, an error in surveys; "(1)" numbers a column
SIMPLE = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.A)  # most figures: nothing to strip from them
_FITS = {
    d: re.compile(rf"[+-]?(\d*|\d{{1,3}}([ '{t}])\d{{3}}(\2\d{{3}})*)({re.escape(d)}\d+)?", re.A)
    for d, t in ((".", ","), (",", "."))
}
_LONG = re.compile(r"[+-]?\d{1,3}(?:[.,' ]\d{3})+[.,]\d+")
_MONEY = re.compile(r"^(Rp\.?|IDR)\s*|\s*%$|(?<=\d),-$", re.I)
_SINGLE = re.compile(r"([+-]?)(\d*)([.,])(\d+)")


def is_missing(text):
    """Whether a text is one of BPS's marks of a missing figure (an empty cell is not)."""
    return text.casefold() in MISSING


def strip_marks(text):
    """Split a printed figure into the figure, its status and its footnote: "12,5*" -> ("12,5", "provisional", "")."""
    if SIMPLE.fullmatch(text):
        return text, "", ""
    text = text.removeprefix("'")
    text = text.translate(SUPERSCRIPTS).replace("−", "-").replace("–", "-") if not text.isascii() else text
    status = note = ""
    m = _MARKED.fullmatch(text)
    if m:
        mark = m["mark"].strip("()").casefold()
        status = STATUS.get(mark, "")
        note = "" if status else m["mark"]
        text = m["num"]
    text = _MONEY.sub("", text).strip()
    return text, status, note


def looks_numeric(text):
    """Whether a text can be a printed figure, whatever its separators."""
    text = text[1:] if text[:1] == "'" else text  # a spreadsheet's mark of text
    c = text[:1]
    if not (c.isdigit() or c in "+-.,−–R(r"):
        return False
    if SIMPLE.fullmatch(text) or BRACKETED.fullmatch(text):
        return True
    core = strip_marks(text)[0]
    return bool(
        _PLAIN.fullmatch(core) or _SINGLE.fullmatch(core) or _GROUPED.fullmatch(core)
        or _LONG.fullmatch(core) or _EXPONENT.fullmatch(core)
    )  # fmt: skip


def vote(core):
    """What a printed figure says of the decimal separator: ".", "," or "" (nothing), or None when it is no figure.

    Returns
    -------
    (separator, ambiguous) : ambiguous is True where one separator stands before exactly three digits.
    """
    if _PLAIN.fullmatch(core):
        return "", False
    m = _SINGLE.fullmatch(core)
    if m:
        _, whole, sep, after = m.groups()
        if len(after) != 3 or len(whole) > 3 or not whole or whole.startswith("0"):
            return sep, False
        return "", True
    if _EXPONENT.fullmatch(core):
        return ".", False
    m = re.fullmatch(r"[+-]?\d{1,3}(?:([.,' ])\d{3})+([.,])\d+", core)
    if m and m[1] != m[2] and core.count(m[2]) == 1 and len(set(re.findall(r"[.,' ]", core))) == 2:
        return m[2], False
    m = _GROUPED.fullmatch(core)
    if m and len(set(re.findall(r"[.,' ]", core))) == 1:
        return {".": ",", ",": "."}.get(m[1], ""), False
    return None, False


def to_number(core, decimal):
    """Read one figure under a decimal separator; None when it does not fit it, or is larger than any number."""
    number = _number(core, decimal)
    return None if number in (float("inf"), float("-inf")) else number


def _number(core, decimal):
    if decimal in core and SIMPLE.fullmatch(core):
        return float(core.replace(decimal, "."))
    if _PLAIN.fullmatch(core) or (decimal == "." and _EXPONENT.fullmatch(core)):
        return float(core)
    if not _FITS[decimal].fullmatch(core):
        return None
    for mark in (" ", "'", "," if decimal == "." else "."):
        core = core.replace(mark, "")
    return float(core.replace(decimal, "."))


_PLAIN_FIGURES = re.compile(r"(?:^-?[0-9]{1,15}+(?:[.,][0-9]{1,2}+)?+\n)++", re.M)


def plain(cells, held=None):
    """Read texts that leave no choice: figures of at most two decimals with one separator, and marks of missing ones.

    Parameters
    ----------
    cells : sequence of str
    held : pyarrow.StringArray, optional
        The same cells.

    Returns
    -------
    (values, marks, decimal) : array of float, NaN where missing; the marks of the missing, {position: mark}; and the separator,
    as `Column` has it. None where `Column` must decide.
    """
    text = "\n".join([*cells, ""])
    marks, at = set(_PLAIN_FIGURES.sub("", text).split("\n")[:-1]), {}
    if not MISSING.issuperset(map(str.casefold, marks)) or text.count("\n") != len(cells):
        return None
    if marks:
        cells, held = list(cells), None
        for mark in sorted(marks):
            i = -1
            for _ in range(cells.count(mark)):
                i = cells.index(mark, i + 1)
                at[i], cells[i] = mark, None
        if any("." in m or "," in m for m in marks):
            text = "\n".join(filter(None, cells))
    decimal = "." if "." in text else "," if "," in text else None
    if decimal == "." and "," in text:
        return None
    if decimal == ",":
        cells, held = [c and c.replace(",", ".") for c in cells], None
    if len(cells) < 50:
        return np.array([NAN if c is None else float(c) for c in cells]), at, decimal
    held = pa.array(cells, pa.string()) if held is None else held
    values = held.cast(pa.float64())  # rounds as float does, in a tenth of the time
    return values.to_numpy(zero_copy_only=False), at, decimal


class Column:
    """One column of printed figures, read.

    Attributes
    ----------
    values : list of float
        NaN where missing or unreadable.
    flags : list of str
        "" for a figure; the mark printed for a missing one; "blank"; "unreadable: ..." for what is no figure.
    statuses : list of str
        provisional, very provisional, revised, estimate or "".
    decimal : str or None
        Separator that the column itself decides; None when it holds no separator or leaves it open.
    open_ : list of str
        Figures that both separators could explain, when nothing in the column decides.
    clash : tuple of str or None
        Two figures that ask for different separators, in a column where others could be read both ways.
    mixed : tuple of str or None
        Two figures that ask for different separators, in a column where every figure has one possible reading.
    """

    __slots__ = (
        "cells",
        "clash",
        "decimal",
        "flags",
        "mixed",
        "notes",
        "open_",
        "parsed",
        "plain",
        "statuses",
        "values",
    )

    def __init__(self, cells, held=None):
        self.cells = cells
        self.decimal, self.clash, self.mixed, self.open_ = None, None, None, []
        self.plain = plain(cells, held) if held is not None or set(map(type, cells)) == {str} else None
        if self.plain:
            self.decimal = self.plain[2]
        else:
            self._parse(cells)

    def _parse(self, cells):
        self.parsed = {}
        first, votes = {}, Counter()
        texts = cells if set(map(type, cells)) == {str} else [c for c in cells if isinstance(c, str)]
        for cell, times in Counter(texts).items():
            if SIMPLE.fullmatch(cell) and cell[-4:-3] not in (".", ","):
                sep = "," if "," in cell else "." if "." in cell else ""  # as `vote` says, and most figures are such
                if sep:
                    first.setdefault(sep, cell)
                    votes[sep] += times
                self.parsed[cell] = ("plain", cell, "", "", sep)
            elif cell == "":
                self.parsed[cell] = ("flag", "blank", "")
            elif cell.casefold() in MISSING:
                self.parsed[cell] = ("flag", cell, "")
            else:
                core, status, note = strip_marks(cell)
                sep, unsure = vote(core)
                # no table marks 3.85e5 as an estimate
                if sep is None or ((status or note) and _EXPONENT.fullmatch(core)):
                    bare = cell.casefold().rstrip("*) ")
                    kind = "flag" if bare in MISSING or ERRORS.fullmatch(cell) else "text"
                    self.parsed[cell] = (kind, cell, "")
                    continue
                if unsure:
                    self.open_.append(core)
                elif sep:
                    first.setdefault(sep, cell)
                    votes[sep] += times
                self.parsed[cell] = ("figure", core, status, note, sep)
        if len(first) == 2:
            (most, many), (_, few) = votes.most_common()
            if not self.open_:
                self.mixed = (first["."], first[","])  # each figure has one possible reading all the same
            elif few <= RARE * many:
                self.decimal = most  # a slip among hundreds: that cell stays unreadable, the column is read
            else:
                self.clash = (first["."], first[","])
        elif first:
            self.decimal = next(iter(first))

    def readings(self):
        """Values of the open figures under "." and under ","."""
        return {d: [to_number(c, d) for c in self.open_] for d in ".,"}

    def lost_thousands(self):
        """A number with decimals beside a text of millions ("1.045.299"), as (number, text), or None."""
        number = next((c for c in self.cells if type(c) is float and c != int(c) and round(c, 3) == c), None)
        if number is None:
            return None
        text = next((c for c in self.cells if isinstance(c, str) and re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", c)), None)
        return (number, text) if text else None

    def grouped(self):
        """Decimal separator where the open figures can only be thousands, else None.

        Counts printed with a mark of thousands: the others are whole and below 1000 (12, 840, 1.137). Among figures with
        three decimals a whole one is one in a thousand, so three of them decide.
        """
        if self.decimal or self.clash or self.mixed or len({x for c in self.open_ for x in c if x in ".,"}) != 1:
            return None
        figures = {c: p[1] for c, p in self.parsed.items() if p[0] in ("plain", "figure")}
        plain = {c: abs(float(x)) for c, x in figures.items() if _PLAIN.fullmatch(x)}
        whole = [plain[c] for c in self.cells if isinstance(c, str) and plain.get(c)]
        if len(whole) < 3 or len(set(whole)) < 2 or max(whole) >= 1_000:
            return None
        return "," if "." in self.open_[0] else "."

    def read(self, decimal):
        """Fill values, flags and statuses under a separator (None where no figure needs one)."""
        if self.plain and self.plain[2] in (None, decimal or "."):
            values, marks, _ = self.plain
            self.values = values.tolist()
            self.flags, self.statuses = [""] * len(self.cells), [""] * len(self.cells)
            for i, mark in marks.items():
                self.flags[i] = mark
            return self
        if self.plain:
            self._parse(self.cells)
        made = {}
        for cell, p in self.parsed.items():
            fits = self.mixed or p[-1] in ("", decimal or ".")
            if p[0] == "plain" and fits and len(cell) < 300:  # a longer one may be larger than any number
                made[cell] = float(cell.replace(",", ".")), "", ""
            elif p[0] in ("plain", "figure"):
                number = to_number(p[1], (self.mixed and p[4]) or decimal or ".")
                made[cell] = (NAN, f"unreadable: {cell}", "") if number is None else (number, "", p[2])
            else:
                made[cell] = (NAN, p[1] if p[0] == "flag" else f"unreadable: {p[1]}", "")
        if self.cells and set(map(type, self.cells)) == {str}:
            if not any(f or s for _, f, s in made.values()):
                self.values = [made[c][0] for c in self.cells]
                self.flags, self.statuses = [""] * len(self.cells), [""] * len(self.cells)
                return self
            self.values, self.flags, self.statuses = map(list, zip(*map(made.__getitem__, self.cells), strict=True))
            return self
        values, flags, statuses = [], [], []
        for cell in self.cells:
            if type(cell) in (float, int):
                v, f, s = float(cell), "", ""
            elif isinstance(cell, str):
                v, f, s = made[cell]
                if v == v and type(cell) is not str:
                    v, f, s = NAN, "merged with the cell above or before", ""
            elif isinstance(cell, bool):
                v, f, s = NAN, f"unreadable: {cell}", ""
            elif isinstance(cell, float):
                v, f, s = NAN, "merged with the cell above or before", ""
            elif isinstance(cell, datetime.date):
                v, f, s = NAN, f"unreadable: the date {cell:%Y-%m-%d}", ""
            else:
                v, f, s = NAN, f"unreadable: {cell}", ""
            values.append(v)
            flags.append(f)
            statuses.append(s)
        self.values, self.flags, self.statuses = values, flags, statuses
        return self
