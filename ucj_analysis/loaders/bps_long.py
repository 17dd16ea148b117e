"""Long tables (a heading row, then a row for each figure) as coded columns: each distinct cell is looked at once.

``table`` takes the plainest of CSV files and no other: ASCII, as many cells in each row, none of them blank.
Whatever else a file holds is left to the reader of grids, which reads these files to the same rows, only slower.
"""

import csv
import functools
import os
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from ucj_analysis.loaders.bps_bytes import MAGIC, MAX_CELL
from ucj_analysis.loaders.bps_numbers import Column

MIN_BYTES, MAX_BYTES = 50_000, 20_000_000  # a smaller file takes no time
MAX_ROWS, MAX_COLUMNS = 50_000, 12  # tidy rows, which are read otherwise, have more columns
_HEAD, _KEPT = 4_000, 100_000
_SIGNS = frozenset("+-.0123456789")
_MAGIC = tuple(magic for magic, _ in MAGIC)
_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:\xef\xbb\xbf)+)? *")
_FIRST = re.compile(rb'"?[A-Za-z_]')
_UNCLEAN = ("\n\n", "\n ", " \n", "  ", "<", "&", '"')  # blank cells, spaces to collapse, tags, entities, quotes
TEXT = pd.StringDtype(na_value=np.nan)


class Texts(tuple):
    """Distinct cells that other tables may hold as well: hashed once."""

    def __hash__(self):
        try:
            return self._hash
        except AttributeError:
            self._hash = super().__hash__()
            return self._hash


@dataclass
class Coded:
    """A column: distinct cells in the order of their first row, and for each row which of them it holds.

    Attributes
    ----------
    values : tuple
    codes : array of int, shape (rows,)
    figures : Column or None
        The distinct cells as figures, where the first begins as one.
    text : pyarrow.LargeStringArray or None
        The column, where it has been made.
    """

    values: tuple
    codes: np.ndarray
    figures: Column = None
    text: pa.LargeStringArray = None

    def __getitem__(self, row):
        return self.values[self.codes[row]]

    def made(self, make):
        """The column with each cell turned into another."""
        return coded([make(v) for v in self.values], self.codes)

    def texts(self):
        """The column as pandas holds text; None is missing."""
        return pd.arrays.ArrowStringArray(self._held() if self.text is None else self.text, dtype=TEXT)

    def _held(self):
        if len(self.values) == 1 and self.values[0] is not None:
            return _repeated(self.values[0], len(self.codes))
        return pa.compute.take(_array(self.values), pa.array(self.codes), boundscheck=False)


def coded(values, codes):
    """Column of values that may repeat."""
    distinct = dict.fromkeys(values)
    if len(distinct) == len(values):
        return Coded(tuple(values), codes)
    if len(distinct) == 1:
        return constant(values[0], len(codes))
    which = {v: i for i, v in enumerate(distinct)}
    return Coded(tuple(distinct), np.array([which[v] for v in values], dtype=np.int32)[codes])


def constant(value, rows):
    """Column of one value."""
    return Coded((value,), np.zeros(rows, dtype=np.int32))


@functools.lru_cache(maxsize=32)
def _array(values):
    return pa.array(values, pa.large_string())


def _numbered(columns, rows):
    """Number each row by what its columns hold together: (numbers, a bound of them)."""
    varying = [c for c in columns if len(c.values) > 1]
    if len(varying) == 1:
        return varying[0].codes, len(varying[0].values)
    number, size = np.zeros(rows, dtype=np.int64), 1
    for c in varying:
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
    number, size = _numbered(columns, rows)
    if size == 1:
        return None, [rows]
    ends = (np.flatnonzero(number[1:] != number[:-1]) + 1).tolist()
    alone = sum(len(c.values) > 1 for c in columns) == 1  # then each of its values is held by some row
    distinct = size if alone else len(pd.unique(number))
    if distinct > rows / 2:
        return None, [rows]
    if len(ends) == distinct - 1:
        return None, [*ends, rows]
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
    data = _bytes(path)
    if data is None or data.startswith(_MAGIC):
        return None
    data = data[_START.match(data).end() :]
    tail = data[-100:]
    end = len(data) - len(tail) + len(tail.rstrip(b"\r\n"))  # the whole is not copied
    line = re.split(rb"[\r\n]", data[:_HEAD], maxsplit=1)[0]
    separators = [s for s in (b";", b"\t", b",", b"|") if s in data]
    if (
        not _FIRST.match(line)
        or line.count(b'"') % 2  # a quoted heading goes on below
        or not data.isascii()
        or b"\0" in data
        or b"mime-version:" in data[:_HEAD].lower()
        or not separators
        or len(line) >= end
    ):
        return None
    separator = separators[0]  # where it cuts every row alike, no later one does better
    try:
        head = next(csv.reader([line.decode()], delimiter=separator.decode()))
    except csv.Error:
        return None
    if not 1 < len(head) <= MAX_COLUMNS or not _plain(head):
        return None
    read = _parsed(pa.py_buffer(data).slice(0, end), separator, len(head))
    if read is None:
        return None
    columns = []
    for held in read.columns:
        cells = _distinct(held.dictionary)
        figures = Column(cells, held.dictionary) if cells and cells[0][0] in _SIGNS else None
        if not cells or (figures and not figures.plain and not _plain(cells)):
            return None
        columns.append(Coded(cells, held.indices.to_numpy(), figures))
    return head, columns


def _bytes(path):
    """Bytes of a file that is large, and not too large; None of any other."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        size = os.fstat(file).st_size
        data = os.read(file, size + 1) if MIN_BYTES <= size <= MAX_BYTES else b""
    except OSError:
        return None
    finally:
        os.close(file)
    return data if data and len(data) == size else None  # a file that grows is read by the reader of grids


def _parsed(rows, separator, width):
    """Rows below the heading as a batch of dictionary columns; None where one is longer or shorter."""
    names, parse, convert = _options(separator, width)
    read = pa.csv.ReadOptions(use_threads=False, block_size=len(rows) + 1, column_names=names, skip_rows=1)
    try:
        reader = pa.csv.open_csv(pa.BufferReader(rows), read_options=read, parse_options=parse, convert_options=convert)
        batch = reader.read_next_batch()  # of one block, which is all
    except (pa.ArrowInvalid, StopIteration):
        return None
    return batch if 0 < batch.num_rows < MAX_ROWS else None


@functools.lru_cache(maxsize=64)
def _options(separator, width):
    names = [str(j) for j in range(width)]
    types = dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
    convert = pa.csv.ConvertOptions(column_types=types, null_values=[], strings_can_be_null=False, check_utf8=False)
    return names, pa.csv.ParseOptions(delimiter=separator.decode(), ignore_empty_lines=False), convert


def _distinct(held):
    """Cells of a dictionary; None where one of a column of texts must be cleaned, or where the first is blank.

    Regions, groups and years are the same in most tables: texts met before come as the tuple they were then.
    """
    if len(held) < 20:
        cells = tuple(held.to_pylist())
        return cells if cells[0][:1] in _SIGNS or _kept_plain(cells) else None
    first = held[0].as_py()
    if first[:1] in _SIGNS:
        return tuple(held.to_pylist())
    parts = [b.to_pybytes() for b in held.buffers()[1:]] if first else []
    return (_texts if len(parts[-1]) <= _KEPT else _texts.__wrapped__)(len(held), *parts) if first else None


@functools.lru_cache(maxsize=64)
def _texts(count, ends, data):
    held = pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(ends), pa.py_buffer(data)])
    cells = Texts(held.to_pylist())
    return cells if _plain(cells) else None


def _kept_plain(cells):
    return (_plain_before if sum(map(len, cells)) < 2_000 else _plain)(cells)


def _plain(cells):
    """Whether cells, ASCII, hold nothing that must be cleaned away."""
    text = "\n".join(["", *cells, ""])
    return (
        text.count("\n") == len(cells) + 1 and not any(x in text for x in _UNCLEAN)
        and text.replace("\n", "").isprintable() and (len(text) <= MAX_CELL or max(map(len, cells)) <= MAX_CELL)
    )  # fmt: skip


_plain_before = functools.lru_cache(maxsize=64)(_plain)


@functools.lru_cache(maxsize=8)
def _cells(letters, rows):
    texts = pa.array(range(2, rows + 2)).cast(pa.large_string())
    letters, nothing = (pa.scalar(x, pa.large_string()) for x in (letters, ""))
    return pa.compute.binary_join_element_wise(letters, texts, nothing)


def cells(letters, rows):
    """Names of the cells of a column below its heading: "D2", "D3", ..."""
    return pd.arrays.ArrowStringArray(_cells(letters, _longer(rows)).slice(0, rows), dtype=TEXT)


def _longer(rows):
    """A length that tables of about as many rows share."""
    return 1 << (rows - 1).bit_length()


def _repeated(text, rows):
    if len(text) * rows > _KEPT:
        return pa.repeat(pa.scalar(text, pa.large_string()), rows)
    return _kept_repeated(text, _longer(rows)).slice(0, rows)


@functools.lru_cache(maxsize=16)
def _kept_repeated(text, rows):
    return pa.repeat(pa.scalar(text, pa.large_string()), rows)


__all__ = ["Coded", "cells", "coded", "constant", "groups", "joined", "once", "table"]
