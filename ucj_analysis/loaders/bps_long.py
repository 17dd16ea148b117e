"""Long tables (a heading row, then a row for each figure) as coded columns: each distinct cell is looked at once.

``table`` takes the plainest of CSV files and no other: ASCII, as many cells in each row, none of them blank.
Whatever else a file holds is left to the reader of grids, which reads these files to the same rows, only slower.
"""

import csv
import functools
import itertools
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from ucj_analysis.loaders.bps_bytes import MAGIC, MAX_CELL

MIN_BYTES, MAX_BYTES = 50_000, 20_000_000  # a smaller file takes no time
MAX_ROWS, MAX_COLUMNS = 50_000, 16
_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:\xef\xbb\xbf)+)? *")
_FIRST = re.compile(rb'"?[A-Za-z_]')
_UNCLEAN = ("\n\n", "\n ", " \n", "  ", "<", "&", '"')  # blank cells, spaces to collapse, tags, entities, quotes
_NOTHING = pa.scalar("", pa.large_string())
TEXT = pd.StringDtype(na_value=np.nan)


@dataclass
class Coded:
    """A column: distinct cells in the order of their first row, and for each row which of them it holds.

    Attributes
    ----------
    values : list
    codes : array of int, shape (rows,)
    """

    values: list
    codes: np.ndarray

    def __getitem__(self, row):
        return self.values[self.codes[row]]

    def made(self, make):
        """The column with each cell turned into another."""
        return coded(list(map(make, self.values)), self.codes)

    def texts(self):
        """The column as pandas holds text; None is missing."""
        return pd.arrays.ArrowStringArray(self.held(), dtype=TEXT)

    def held(self):
        if self.values == [""]:
            return _blanks(_longer(len(self.codes))).slice(0, len(self.codes))
        if len(self.values) == 1 and self.values[0] is not None:
            return pa.repeat(pa.scalar(self.values[0], pa.large_string()), len(self.codes))
        return pa.array(self.values, pa.large_string()).take(pa.array(self.codes))


def coded(values, codes):
    """Column of values that may repeat."""
    distinct = set(values)
    if len(distinct) == len(values):
        return Coded(values, codes)
    if len(distinct) == 1:
        return constant(values[0], len(codes))
    seen = {}
    again = np.array([seen.setdefault(v, len(seen)) for v in values], dtype=np.int32)
    return Coded(list(seen), again[codes])


def constant(value, rows):
    """Column of one value."""
    return Coded([value], np.zeros(rows, dtype=np.int32))


def _numbered(columns, rows):
    """Number each row by what its columns hold together: (numbers, a bound of them)."""
    number, size = np.zeros(rows, dtype=np.int64), 1
    for c in columns:
        if len(c.values) > 1:
            number, size = number * len(c.values) + c.codes, size * len(c.values)
            if size > 2**31:
                number, distinct = pd.factorize(number)
                size = len(distinct)
    return number, size


def once(columns, rows):
    """Whether no two rows hold the same in all columns."""
    number, size = _numbered(columns, rows)
    return np.bincount(number).max() == 1 if size <= 20 * rows else len(pd.unique(number)) == rows


def groups(columns, rows):
    """Rows that hold the same in all columns, one group after the other.

    Returns
    -------
    (order, ends) : the rows in groups (None where they stand so already), and where each group ends. Where more than half
    of the rows differ, all are one group.
    """
    number, _ = _numbered(columns, rows)
    ends = np.flatnonzero(number[1:] != number[:-1]) + 1
    distinct = len(pd.unique(number))
    if distinct > rows / 2:
        return None, [rows]
    if len(ends) == distinct - 1:
        return None, [*ends.tolist(), rows]
    order = np.argsort(number, kind="stable")
    return order, [*(np.flatnonzero(np.diff(number[order])) + 1).tolist(), rows]


def joined(columns, join, rows):
    """One column of several: ``join`` of what each row holds in them."""
    number, distinct = pd.factorize(_numbered(columns, rows)[0])
    first = np.empty(len(distinct), dtype=np.int64)
    first[number[::-1]] = np.arange(rows - 1, -1, -1)
    return coded([join([c[i] for c in columns]) for i in first], number)


def table(path):
    """Return the heading row and the columns of a long table.

    Parameters
    ----------
    path : Path

    Returns
    -------
    (list of str, list of Coded), or None for any other file.
    """
    try:
        if not MIN_BYTES <= path.stat().st_size <= MAX_BYTES:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    if data.startswith(tuple(magic for magic, _ in MAGIC)):
        return None
    data = data[_START.match(data).end() :].rstrip(b"\r\n")
    separators = [s for s in b";\t,|" if s in data]
    if (
        not _FIRST.match(data)
        or not data.isascii()
        or b"\0" in data
        or b"mime-version:" in data[:4_000].lower()
        or not separators
    ):
        return None
    separator = chr(separators[0])  # where it cuts every row alike, no later one does better
    first = re.split(rb"[\r\n]", data[:4_000], maxsplit=1)[0]
    try:
        head = next(csv.reader([first.decode()], delimiter=separator))
    except csv.Error:
        return None
    if not 1 < len(head) <= MAX_COLUMNS or len(first) == len(data):
        return None
    columns = _columns(data, separator, len(head))
    return (head, columns) if columns and _plain([*head, *itertools.chain(*(c.values for c in columns))]) else None


def _columns(data, separator, width):
    """Columns below the heading row; None where a row is longer, shorter or blank."""
    names = [str(j) for j in range(width)]
    kind = pa.dictionary(pa.int32(), pa.string())
    try:
        read = pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(
                use_threads=False, block_size=len(data) + 1, column_names=names, skip_rows=1
            ),
            parse_options=pa.csv.ParseOptions(delimiter=separator, ignore_empty_lines=False),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, kind), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if not 0 < read.num_rows < MAX_ROWS or any(c.num_chunks != 1 for c in read.columns):
        return None
    held = [c.chunk(0) for c in read.columns]
    return [Coded(c.dictionary.to_pylist(), c.indices.to_numpy()) for c in held]


def _plain(cells):
    """Whether cells, ASCII, hold nothing that must be cleaned away."""
    text = "\n".join(["", *cells, ""])
    return (
        text.count("\n") == len(cells) + 1 and not any(x in text for x in _UNCLEAN)
        and text.replace("\n", "").isprintable() and (len(text) <= MAX_CELL or max(map(len, cells)) <= MAX_CELL)
    )  # fmt: skip


@functools.lru_cache(maxsize=8)
def _cells(letters, rows):
    texts = pa.array(range(2, rows + 2)).cast(pa.large_string())
    return pa.compute.binary_join_element_wise(pa.scalar(letters, pa.large_string()), texts, _NOTHING)


def cells(letters, rows):
    """Names of the cells of a column below its heading: "D2", "D3", ..."""
    return pd.arrays.ArrowStringArray(_cells(letters, _longer(rows)).slice(0, rows), dtype=TEXT)


def _longer(rows):
    """A length that tables of about as many rows share."""
    return 1 << (rows - 1).bit_length()


@functools.lru_cache(maxsize=4)
def _blanks(rows):
    return pa.repeat(_NOTHING, rows)


__all__ = ["Coded", "cells", "coded", "constant", "groups", "joined", "once", "table"]
