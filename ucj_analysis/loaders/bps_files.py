"""Any table as BPS and its users hand it on -> tidy rows, each with the place it stood in.

``read`` gives the rows; ``examine`` gives them with the findings, titles and notes. A file that cannot be read honestly is
refused in one sentence. Nothing is repaired: what looks wrong is returned as printed and reported as a finding.
"""

import collections
import gc
import hashlib
import io
import itertools
import json
import operator
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.internals import create_dataframe_from_blocks

from ucj_analysis import regions
from ucj_analysis.errors import DataError, RegionError
from ucj_analysis.loaders import bps_labels, bps_layout, bps_long, bps_words
from ucj_analysis.loaders.bps_bytes import MAX_BYTES, Grid, Source, column_letters, open_source, refuse
from ucj_analysis.loaders.bps_numbers import Column

COLUMNS = [
    "region_code", "region_label", "region_note", "period", "subperiod", "indicator", "dimension", "value", "unit", "flag",
    "status", "sheet", "cell", "row", "column",
]  # fmt: skip
_NAMES = pd.Index(COLUMNS)
_GENERIC = re.compile(
    r"(data[_ ]?content|nilai|value|values|angka|isi|data|jumlah|total|datacontent|obs[_ ]?value|\(?persen\)?|persentase|%)",
    re.I,
)
_LETTERHEAD = re.compile(
    r"(badan pusat statistik|bps\b|statistics|pemerintah|dinas|badan perenc|kementerian|jl\.?\s|jalan\s|telp|(provinsi|kabupaten|kota)\s+[\w ]{3,40}$|"
    r"(tabel|table|lampiran)\s*[\d.]*$)", re.I,
)  # fmt: skip
_CONTINUED = re.compile(r"\(?(lanjutan|sambungan|continued|continuation)\b", re.I)
_COUNTED = re.compile(
    r"\b(jumlah|banyaknya|jml|number of)[ _]+(\w+[ _]+)?(penduduk|jiwa|orang|kk|keluarga|rumah[ _]?tangga|desa|kelurahan|kecamatan|sekolah|guru|"
    r"murid|siswa|mahasiswa|kasus|perusahaan|tenaga|pekerja|pencari|angkatan|penganggur|peserta|penerima|population|people|households)", re.I,
)  # fmt: skip
_IN_THOUSANDS = re.compile(r"ribu|juta|thousand|million|000|persen|%|rata|rasio|ratio|indeks|laju|pertumbuhan", re.I)
_CITIES = re.compile(r"(nama\s+)?kota(\s+(inflasi|ihk))?(\s*/\s*cit(y|ies))?", re.I)
_WHOLE = re.compile(r"jiwa|orang|persons?|people|kk|rumah tangga|keluarga|unit", re.I)
_NOTHING = {"tidak ada", "none", "-", "", "tahun", "year", "tidak ada turunan"}


@dataclass
class Reading:
    """What a file holds.

    Attributes
    ----------
    rows : DataFrame
        See ``read``.
    findings : list of dict
        kind, place, message: what looks wrong or was decided, for a person to judge.
    titles, notes : list of str
        Titles, and footnotes, Catatan and Sumber, as printed.
    format : str
        csv, xlsx, xls, html or xml workbook: what the bytes are.
    """

    rows: pd.DataFrame
    findings: list = field(default_factory=list)
    titles: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    format: str = ""


def read(path, *, within=None, indicator=None, year=None):
    """Read a table of BPS into tidy rows.

    Parameters
    ----------
    path : str or Path
        CSV, XLSX, XLS, HTML saved as XLS, or a page. The bytes decide, not the extension.
    within : str or Region, optional
        Province the table speaks of, by name or BPS code: every region is looked for inside it. A table without regions is
        then refused.
    indicator : str, optional
        What the figures measure, where the file does not say. It also tells which range the figures can have.
    year : int or str, optional
        Year of the figures, where the file does not say. Refused where the file says otherwise.

    Returns
    -------
    DataFrame
        region_code (BPS, missing where the row is no region), region_label as printed, region_note (why it is no region,
        or what was decided), period (year), subperiod (month, semester, "Tahunan" as printed), indicator as titled,
        dimension (further headings, joined by " | "), value, unit, flag ("" for a figure, else the mark of a missing one,
        "blank", or "unreadable: ..."), status (provisional, very provisional, revised, estimate), sheet (or HTML table),
        cell, row and column (0-based). ``attrs`` holds findings, titles, notes and format.

    Raises
    ------
    DataError
        When the file cannot be read honestly, with what to do instead.
    RegionError
        When ``within`` is no province.
    """
    reading = examine(path, within=within, indicator=indicator, year=year)
    reading.rows.attrs.update(
        findings=reading.findings, titles=reading.titles, notes=reading.notes, format=reading.format, path=str(path)
    )
    return reading.rows


def examine(path, *, within=None, indicator=None, year=None):
    """Read a table of BPS with everything that was noticed; parameters as for ``read``.

    Returns
    -------
    Reading
    """
    province = province_within(within)
    year = _year(year)
    collecting = gc.isenabled()
    gc.disable()  # thousands of rows of cells and no cycles: collecting would cost a third of the time
    try:
        table = bps_long.table(path)
        if table and (reading := _LongReader(Source(Path(path), "csv", []), province, indicator, year).long(*table)):
            return reading
        if _is_tidy(path):
            return _tidy(Path(path), province, year)
        source = open_source(path)
        reader = _Reader(source, province, indicator, year)
        for grid in source.grids:
            reader.grid(grid)
        return reader.finish()
    finally:
        if collecting:
            gc.enable()


def _is_tidy(path):
    """Whether the heading is that of tidy rows, as `ucj fetch` and `ucj read --format csv` write them."""
    try:
        with open(path, "rb") as file:
            head = file.readline(300).strip()
            file.seek(0, 2)
            if file.tell() > MAX_BYTES:
                return False
    except OSError:
        return False
    return head.removesuffix(b",file") == ",".join(COLUMNS).encode()


def _tidy(path, province, year):
    """Rows that were tidy already; of a fetched table only as the JSON beside it describes it."""
    data, about = path.read_bytes(), {}
    try:
        if path.with_suffix(".json").is_file():
            about = json.loads(path.with_suffix(".json").read_bytes())
            if about["sha256"] != hashlib.sha256(data).hexdigest():
                refuse(
                    path,
                    "it is not the table that the JSON beside it describes (edited, or a fetch that stopped): fetch it again",
                )
        frame = pd.read_csv(
            io.BytesIO(data), dtype={c: "int64" if c in ("row", "column") else "str" for c in COLUMNS}, keep_default_na=False,
            na_values={"region_code": [""]}, on_bad_lines="error",
        )[COLUMNS]  # fmt: skip
        # the shortest text of a float, read back exactly; no other spelling is written
        written = frame["value"].str.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?|")
        frame["value"] = np.array([float(x or "nan") for x in frame["value"].where(written, "no figure")], dtype=float)
        extra = [list(about.get(k, [])) for k in ("findings", "titles", "notes")]
    except DataError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError, OverflowError):
        refuse(path, "its tidy rows or the JSON beside them are damaged: fetch or read the table again")
    if np.isinf(frame["value"]).any():
        refuse(path, "a value in it is larger than any figure: fetch or read the table again", field="value")
    if province is not None and not frame["region_code"].str.startswith(province.code[:2], na=False).any():
        refuse(path, f"none of its rows lies in {province}: leave out within")
    if year and year not in set(frame["period"].str[:4]):
        refuse(path, f"year={year} contradicts its periods: leave out year", field="year", value=year)
    return Reading(frame, *extra, "tidy rows")


def province_within(within):
    """Return the province that names are looked for in (name, code or Region), None for None; RegionError for others."""
    if within is None:
        return None
    code = within.code if isinstance(within, regions.Region) else str(within).strip()
    try:
        found = regions.get(code.ljust(4, "0")) if re.fullmatch(r"\d{2}|\d{4}", code) else None
        if found is None:
            found = regions.resolve(code)
    except RegionError as error:
        provinces = [r for r in error.candidates if r.level == "province"]
        found = provinces[0] if len(provinces) == 1 else None
    if found is None or found.level != "province":
        raise RegionError(f"within={within!r} is no province: give its name or its two-digit BPS code, such as 75")
    return found


def _year(year):
    if year is None:
        return ""
    text = re.sub(r"\.0$", "", str(year).strip())
    if not re.fullmatch(r"(19[4-9]|20[0-5])\d", text):
        raise DataError(f"year={year!r} is no year: expected four digits such as 2024", field="year", value=year)
    return text


@dataclass
class _Head:
    """What the headings of one column of figures say."""

    field: object
    year: str = ""
    part: str = ""
    status: str = ""
    texts: list = field(default_factory=list)
    indicator: str = ""
    dimension: str = ""
    unit: str = ""
    region: tuple = None  # (label, code, note) where columns are regions
    known: object = None
    titled_year: str = ""


class _Reader:
    """Turns the grids of one file into rows."""

    def __init__(self, source: Source, province, indicator, year):
        self.source, self.province, self.indicator, self.year = source, province, indicator, year
        self.findings = list(source.findings)
        self.titles, self.notes, self.frames = [], [], []
        self.years_seen, self.any_region, self.dated = set(), False, False
        self.file_years = bps_words.years_in(re.sub(r"\.\w{2,5}$", "", source.path.name))
        self.title_years = {}
        self.undated = []
        self.last, self.spans = None, {}
        self.sheets = self._sheets()

    def find(self, kind, place, message):
        self.findings.append({"kind": kind, "place": place, "message": message})

    def where(self, grid, row, column):
        name = f"{grid.name} " if grid.name else ""
        return f"{name}{grid.cell(row, column)}"

    def _sheets(self):
        """Regions that sheets are named after, {name: (code, note)}; empty where most sheets are named otherwise."""
        names = [g.name for g in self.source.grids if g.marker == "sheet" and g.name]
        if len(names) < 2 or bps_labels.share(names) < 0.5:
            return {}
        answers = bps_labels.Resolver(self.province).run(names)
        return {n: a for n, a in zip(names, answers, strict=True) if a[0]}

    # ---- one grid

    def grid(self, grid: Grid):
        try:
            blocks, loose = bps_layout.blocks(grid)
        except bps_layout.TooMuch as much:
            refuse(
                self.source.path,
                f"{f'sheet {grid.name!r}' if grid.name else 'it'} has {much}, unlike any table of BPS: download the table "
                "again as CSV or XLSX from bps.go.id",
            )
        previous = None
        for text in loose:
            self.notes.append(text)
        for block in blocks:
            said = [p for f in block.fields if f.role == "value" for p in f.path if not bps_words.is_period(p)]
            continued = block.titles and all(_CONTINUED.match(t) for t in block.titles)
            if previous is not None and not block.titles and not said:
                block.titles = previous.titles
            elif continued and self.last is not None:
                block.titles = self.last.titles  # on this sheet or the one before
            self.block(grid, block, loose)
            previous = self.last = block

    def block(self, grid, block, loose):
        values = [f for f in block.fields if f.role in ("value", "code value")]
        if not block.body or not values:
            return
        if not any(f.path for f in block.fields) and not (self.indicator and len(values) == 1):
            refuse(
                self.source.path,
                f"its columns{f' on sheet {grid.name!r}' if grid.name else ''} have no headings, so what the figures are is "
                "unknown: add a heading row, or name one column of figures with indicator=",
            )
        titles = list(dict.fromkeys(block.titles))
        self.titles += [t for t in titles if t not in self.titles]
        self.notes += [n for n in block.notes if n not in self.notes]
        heads = self._heads(grid, block, values, titles)
        rows = self._rows(grid, block, heads, titles)
        self._regions(grid, block, heads, rows, titles)
        self._units(block, heads)
        self._periods(grid, block, heads, rows, titles)
        columns = self._numbers(grid, block, heads, rows)
        self._qa(grid, block, heads, rows, columns)
        self._emit(grid, block, heads, rows, columns)

    # ---- headings

    def _heads(self, grid, block, values, titles):
        heads = []
        for f in values:
            head = _Head(f)
            for cell in f.path:
                p = bps_words.period_of_cell(cell)
                if p.whole or (isinstance(cell, (int, float)) and p.year):
                    if head.year and p.year and p.year != head.year:
                        self.find(
                            "contradiction",
                            self.where(grid, block.body[0], f.index),
                            f"the headings name two years, {head.year} and {p.year}; read as {p.year}",
                        )
                    head.year, head.part = p.year or head.year, p.part or head.part
                    head.status = p.status or head.status
                    continue
                if p.rest == "" and not p.year and not p.part:
                    continue  # "Tahun" alone
                if len(str(cell)) > 60 or re.search(r"\bmenurut\b|\bby\b", str(cell), re.I):
                    # a title inside the headings: its year dates the columns only where nothing else does
                    head.titled_year = p.year or head.titled_year
                    head.texts.append(str(cell))
                    continue
                head.year, head.part = head.year or p.year, head.part or p.part
                head.texts.append(p.rest if p.year or p.part else str(cell))
            heads.append(head)
        _numbered_parts(heads, " ".join([*titles, block.corner]))
        self._name(grid, block, heads, titles)
        return heads

    def _name(self, grid, block, heads, titles):
        """Indicator and dimensions of each column, from its headings and the title."""
        speaking = [t for t in titles if not _LETTERHEAD.match(t) and not bps_words.is_period(t)]
        if speaking and len(speaking[0].split()) < 3 and not bps_words.known_of(speaking[0]):
            # "Kembali", "Tabel P0.1" over the title itself
            speaking = [
                t for t in speaking if bps_words.known_of(t) or re.search(r"\bmenurut\b|\bby\b", t, re.I)
            ] or speaking
        title = (speaking or [t for t in titles if not bps_words.is_period(t)] or [""])[0]
        sheet = (
            grid.name
            if grid.marker == "sheet" and not re.fullmatch(r"(sheet|lembar)\s*\d*|table", grid.name, re.I)
            else ""
        )
        stem = re.sub(r"\.(csv|xlsx?|html?|txt)", "", self.source.path.name, flags=re.I)
        for head in heads:
            texts = [_spaced(t) for t in head.texts if t]
            if title and texts and not any(bps_words.known_of(t) or bps_words.unit_of(t) for t in texts[:1]):
                head.indicator, rest = title, texts
            elif texts:
                head.indicator, rest = texts[0], texts[1:]
                if _GENERIC.fullmatch(head.texts[0]) and title:
                    head.indicator, rest = title, texts
            else:
                corner = block.corner if bps_words.known_of(block.corner) or len(block.corner) > 40 else ""
                head.indicator, rest = title or self.indicator or corner or sheet or stem, []
            head.dimension = " | ".join(rest)
            head.unit = next(
                (u for u in map(bps_words.unit_of, [*reversed(texts), title, self.indicator or ""]) if u), ""
            )
            said = [*reversed(texts), self.indicator or "", title]
            both = re.search(r"jumlah (dan|&) persentase|\bdan persentase", " ".join([*texts, title]), re.I)
            head.known = bps_words.known_of(*[s for s in said if s and not (both and s in (title, head.indicator))])
            if both and head.known and head.known.key in ("percent", "count"):
                head.known = None
            if head.known and head.known.key == "percent":  # "%" under "Perubahan": a change can be negative
                head.unit = head.unit or head.known.unit
                head.known = next((k for k in map(bps_words.known_of, texts) if k and k.key == "growth"), head.known)

    # ---- rows

    def _rows(self, grid, block, heads, titles):
        n = len(block.body)
        label = block.first("label")
        rows = {
            "label": _texts(block.column(label)) if label else [""] * n,
            "year": list(block.section_years), "part": [""] * n, "dimension": [""] * n, "unit": [""] * n,
            "indicator": [""] * n, "status": [""] * n, "printed": [""] * n, "group": [""] * n,
        }  # fmt: skip
        if label and "" in rows["label"] and (block.first("year") or _repeats_below(block, rows["label"])):
            # a region printed once beside its years or groups
            for i, x in enumerate(rows["label"]):
                rows["label"][i] = x or (rows["label"][i - 1] if i else "")
        if label:
            cells = block.column(label)
            dated = set(map(type, cells)) - {str}
            dates = [i for i, c in zip(block.body, cells, strict=True) if hasattr(c, "year")] if dated else []
            for i in dates[:1]:
                self.find(
                    "date",
                    self.where(grid, i, label.index),
                    f"a label was turned into a date by a spreadsheet ({len(dates)} in this column); "
                    f"read as {_label(grid.rows[i][label.index])!r}",
                )
            self._labelled_periods(label, rows)
        dimensions = []
        for f in block.fields:
            cells = block.column(f)
            if f.role in ("year", "part") and not rows["label"][0]:
                rows["printed"] = [f"{p} {_label(c)}".strip() for p, c in zip(rows["printed"], cells, strict=True)]
            if f.role == "year":
                made = bps_words.periods_of(cells)
                rows["year"] = _told(made, "year", cells, rows["year"])
                rows["status"] = _told(made, "status", cells)
                if any(made[c].part for c in made):
                    rows["part"] = _told(made, "part", cells)
            elif f.role == "part":
                made = bps_words.periods_of(cells)
                named = bps_words.part_names(f.head, [c for c in made if c != ""])
                made = (
                    {c: bps_words.Period(part=named[c]) if c in named else p for c, p in made.items()}
                    if named
                    else made
                )
                rows["part"] = _told(made, "part", cells, rows["part"])
                rows["year"] = _told(made, "year", cells, rows["year"])
            elif f.role == "indicator":
                rows["indicator"] = _texts(cells, str)
            elif f.role == "unit":
                rows["unit"] = _texts(cells, str)
            elif f.role == "dimension":
                texts = _texts(cells)
                made = {t: "" if t.casefold() in _NOTHING else t for t in set(texts)}
                dimensions.append([made[t] for t in texts])
        self._region_headings(block, label, rows)
        if any(rows["group"]):
            dimensions.insert(0, rows["group"])
        if any(block.sections):
            dimensions.insert(0, [" | ".join(s) for s in block.sections])
        dimensions = [d for d in dimensions if any(d)]
        if len(dimensions) == 1:
            rows["dimension"] = dimensions[0]
        elif dimensions:
            told = list(zip(*dimensions, strict=True))
            made = {d: " | ".join(filter(None, d)) for d in set(told)}
            rows["dimension"] = [made[d] for d in told]
        return rows

    def _region_headings(self, block, label, rows):
        """Regions that stand as headings over their groups ("Boalemo" over "Laki-laki", "Perempuan") label these rows."""
        heads = [s[-1] if s else "" for s in block.sections] if any(block.sections) else []
        if not any(heads) or bps_labels.share(rows["label"]) >= 0.5 or bps_labels.share(heads) < 0.5:
            return
        if label is None and not any(rows["printed"]):
            return  # over rows that nothing tells apart
        for i, (head, x) in enumerate(zip(heads, rows["label"], strict=True)):
            if head and not bps_labels.candidates(x):
                rows["label"][i], rows["group"][i] = head, x
        block.sections = [s[:-1] for s in block.sections]

    def _labelled_periods(self, label, rows):
        """Rows named by their period: "Januari" among months with a mean, "SP 1971" under the heading Tahun."""
        said = {x: bps_words.period_of_text(x) for x in set(rows["label"]) if x}
        if label.head.casefold() in ("tahun", "year"):
            single = {x: bps_words.plain_years(x) for x in said}
            if single and all(len(y) == 1 for y in single.values()):
                said = {x: bps_words.Period(y[0], said[x].part) for x, y in single.items()}
        if len(said) > 1 and all(map(bps_words.iso_month, said)):
            said = {x: bps_words.iso_month(x) for x in said}
        if sum(p.whole for p in said.values()) <= len(said) / 2:
            return
        rows["year"] = [y or (said[x].year if x else "") for x, y in zip(rows["label"], rows["year"], strict=True)]
        rows["part"] = [p or (said[x].part if x else "") for x, p in zip(rows["label"], rows["part"], strict=True)]

    def _regions(self, grid, block, heads, rows, titles):
        n = len(block.body)
        rows["code"], rows["note"] = [None] * n, ["no region column"] * n
        label = block.first("label")
        named = bps_labels.province_named(" ".join([*titles, block.corner, *(h.indicator for h in heads[:1])]))
        resolver = bps_labels.Resolver(self.province, named)
        labels = rows["label"]
        regional = bps_labels.share(labels) >= 0.5
        over = label.head if label else ""
        head = " ".join([over, block.corner]) if label else ""
        if regional and not re.search(r"kecamatan|kelurahan|\bdesa\b|district", over, re.I):
            self.any_region = True
            told = [rows[k] for k in ("year", "part", "indicator", "dimension") if len(set(rows[k])) > 1]
            runs = _runs(told[0] if len(told) == 1 else list(zip(*told, strict=True)) if told else [()] * n)
            if len(runs) > n / 2:
                runs = [slice(0, n)]  # every row its own key: one run
            province = block.first("province")
            beside = _texts(block.column(province), str) if province else None
            if _CITIES.fullmatch(over) and not any(re.match(r"kota\b|kab", x, re.I) for x in labels):
                block.kinds = ["kota"] * n  # under the heading "Kota", Gorontalo is the city
            kinds = block.kinds if any(block.kinds) else None
            code, note = rows["code"], rows["note"]
            for run in runs:
                if isinstance(run, slice):
                    answers = resolver.run(*(x[run] if x else None for x in (labels, beside, kinds)))
                    code[run], note[run] = zip(*answers, strict=True)
                    continue
                part = [[x[i] for i in run] if x else None for x in (labels, beside, kinds)]
                for i, answer in zip(run, resolver.run(*part), strict=True):
                    code[i], note[i] = answer
            self._codes(grid, block, rows, label)
            self._unresolved(grid, block, rows, label)
            return
        if label is not None:
            what = (
                "a smaller unit than BPS regencies"
                if re.search(r"kecamatan|kelurahan|\bdesa\b", head, re.I)
                else "no region"
            )
            rows["note"] = [f"{x!r} is {what}" if x else "no label" for x in labels]
            if what.startswith("a smaller"):
                self._whole_unit(rows, titles)
            if not any(h.year or h.part for h in heads) and not any(rows["year"]) and not any(rows["part"]):
                # "Pernah Bekerja Februari 2023": the rows are dated, no heading is
                said = [bps_words.period_of_text(x) if x else bps_words.Period() for x in labels]
                rows["year"], rows["part"] = [p.year for p in said], [p.part for p in said]
        self._column_regions(heads, resolver)
        if grid.name in self.sheets and not any(h.region for h in heads) and _told_apart(label, rows):
            for h in heads:
                h.region = (grid.name, *self.sheets[grid.name])
            self.any_region = True
        if not self.any_region and not any(h.region for h in heads):
            corner = block.corner or (label.head if label else "")
            self.find(
                "no regions",
                grid.name or "file",
                f"no region column: the rows are {corner or 'not named'}"
                + (f" ({said!r}, ...)" if (said := labels[0] or rows["printed"][0]) else ""),
            )

    def _whole_unit(self, rows, titles):
        """Rows of a table of subdistricts that are the regency itself: it says so, or it is last and the title names it."""
        unit = bps_labels.named_unit(" ".join(titles))
        last = max((i for i, x in enumerate(rows["label"]) if x), default=None)
        for i, x in enumerate(rows["label"]):
            found = [r for r in bps_labels.candidates(x) if r.level == "regency"] if x else []
            if len(found) == 1 and re.match(r"kab(upaten|\.|\s)", x, re.I):
                rows["code"][i], rows["note"][i] = found[0].code, ""
            elif i == last and i > 1 and unit is not None and (unit in found or bps_labels.is_total(x)):
                rows["code"][i], rows["note"][i] = unit.code, f"{x!r}: the whole of {unit.name}, which the title names"

    def _column_regions(self, heads, resolver):
        """Regions across the columns, years or groups down the rows."""
        depth = max((len(h.texts) for h in heads), default=0)
        for level in range(depth):
            texts = [h.texts[level] if level < len(h.texts) else "" for h in heads]
            distinct = list(dict.fromkeys(t for t in texts if t))
            if len(distinct) < 2 or bps_labels.share(distinct) < 0.6:
                continue
            answers = dict(zip(distinct, resolver.run(distinct), strict=True))
            for h, t in zip(heads, texts, strict=True):
                if t:
                    h.region = (t, *answers[t])
                    if h.indicator == _spaced(t):
                        h.indicator, h.dimension = h.dimension.partition(" | ")[0], h.dimension.partition(" | ")[2]
                        h.indicator = h.indicator or self.indicator or re.sub(r"\.\w{2,5}$", "", self.source.path.name)
                    else:
                        h.dimension = " | ".join(d for d in h.dimension.split(" | ") if d != _spaced(t))
            self.any_region = True
            return

    def _codes(self, grid, block, rows, label):
        """Check codes against names; codes decide between namesakes."""
        made = {x: bps_labels.bare(x)[1] for x in set(rows["label"])}
        in_label = [made[x] for x in rows["label"]] if any(made.values()) else []
        columns = [(f, block.column(f)) for f in block.fields if f.role in ("code", "code value")]
        if len(in_label) - in_label.count(None) > len(in_label) / 2:
            columns.append((label, [c or "" for c in in_label]))
        done = []
        for f, codes in columns:
            system, declared, units, wrong = bps_labels.settle_codes(rows["label"], codes, f.head)
            right = sum(u is not None and u.code == c for u, c in zip(units, rows["code"], strict=True))
            level = {u.level for u in units if u is not None}
            if not any(units) or (level == {"province"} and not right):
                continue  # numbers of rows, or codes of the province column
            done.append((f, system, units, wrong))
            for i in wrong[:3]:
                self.find(
                    "code",
                    self.where(grid, block.body[i], f.index),
                    f"{rows['label'][i]!r} has the code {codes[i]}, which in {regions.SYSTEMS[system]}'s system is {units[i]}; "
                    "the name was followed",
                )
            if declared and declared != system:
                self.find(
                    "code",
                    self.where(grid, block.body[0], f.index),
                    f"the column {f.head!r} holds codes of {regions.SYSTEMS[system]}, not of {regions.SYSTEMS[declared]}",
                )
            doubted = set(wrong)
            for i, u in enumerate(units):
                if u is None or i in doubted:
                    continue
                if self.province is not None and self.province.code not in (u.code, u.parent_code):
                    continue
                named = bps_labels.candidates(rows["label"][i])
                if rows["code"][i] is None or (len(named) > 1 and u in named):
                    if named:
                        rows["code"][i], rows["note"][i] = u.code, ""
                    elif rows["code"][i] is None and not bps_labels.is_total(rows["label"][i]):
                        rows["code"][i] = u.code
                        rows["note"][i] = (
                            f"by the {regions.SYSTEMS[system]} code {codes[i]}; the name is not known here"
                        )

    def _unresolved(self, grid, block, rows, label):
        open_ = [
            i
            for i, c in (enumerate(rows["code"]) if None in rows["code"] else ())
            if c is None and rows["label"][i] and rows["note"][i] != "a total, not a region"
        ]
        for i in open_[:5]:
            self.find("region", self.where(grid, block.body[i], label.index if label else 0), rows["note"][i])
        if len(open_) > 5:
            self.find(
                "region", grid.name or "file", f"{len(open_)} rows in all have no region code; region_note says why"
            )

    def _units(self, block, heads):
        """A column of units speaks for the figures left of it, or for all when they are one indicator."""
        unit = block.first("unit")
        values = [h for h in heads]
        if unit is None:
            return
        one = len({h.indicator for h in values}) == 1
        left = [h for h in values if h.field.index < unit.index]
        chosen = values if one else (left[-1:] or values[:1])
        for h in chosen:
            h.unit = "\0rows"

    # ---- periods

    def _periods(self, grid, block, heads, rows, titles):
        place = self.where(grid, block.body[0], heads[0].field.index)
        singles, span = bps_words.years_in(" ".join([*titles, *[t for h in heads[:1] for t in h.texts]]))
        head_years = {h.year for h in heads if h.year} | {y for y in rows["year"] if y}
        file_single, file_span = self.file_years
        titled = next((h.titled_year for h in heads if h.titled_year), "") or (
            singles[0] if len(singles) == 1 and not span else bps_words.school_year(" ".join(titles)) if span else ""
        )
        sheet_years = bps_words.years_in(grid.name)[0] if grid.marker == "sheet" and grid.name else []
        self.years_seen |= {y[:4] for y in head_years}
        if head_years:
            self._contradicts(place, head_years, singles, span, "the title")
            self._contradicts(place, head_years, file_single, file_span, "the file name")
            if self.year and self.year not in {y[:4] for y in head_years}:
                refuse(
                    self.source.path,
                    f"year={self.year} contradicts its headings, which name {_said(head_years)}: leave out year",
                    field="year",
                    value=self.year,
                )
        fallback, origin = "", ""
        undated = any(not h.year and not h.titled_year for h in heads) and not all(rows["year"])
        if titled:
            fallback, origin = titled, "title"
        elif len(sheet_years) == 1:
            fallback, origin = sheet_years[0], "sheet name"
        elif len(file_single) == 1 and not file_span:
            fallback, origin = file_single[0], "file name"
        if not head_years:
            if titled:
                self._contradicts(place, {titled}, file_single, file_span, "the file name")
            if self.year and titled and self.year != titled:
                refuse(
                    self.source.path,
                    f"year={self.year} contradicts its title, which says {titled}: leave out year",
                    field="year",
                    value=self.year,
                )
            if self.year and fallback and fallback != self.year:
                self.find(
                    "contradiction", place, f"the {origin} says {fallback}, year= says {self.year}; read as {self.year}"
                )
            fallback = self.year or fallback
            if fallback and not titled and not self.year:
                self.find("period", place, f"the year {fallback} stands only in the {origin}")
            if not fallback and undated:
                both = span or file_span
                self.find(
                    "period",
                    grid.name or "file",
                    f"{'the title' if span else 'the file name'} speaks of {both[0]}-{both[1]}, and no heading says which year it is: "
                    "give it with year=" if both else
                    "no year stands in the table, its title or its file name: give it with year=",
                )  # fmt: skip
        elif not fallback:
            fallback = self.year
        said = " ".join([*titles, *(t for h in heads[:1] for t in h.texts)])
        part = bps_words.part_of_year(said, titled) if titled and not any(h.part for h in heads) else ""
        for h in heads:
            if not h.year:
                h.year = h.titled_year or fallback
                h.part = part if part and h.year == titled and not any(rows["part"]) else h.part
        if file_span or span:  # a continued table has the other years
            key = ("file name", file_span) if file_span else ("title", span, *titles)
            self.spans.setdefault(key, (place, set()))[1].update(head_years)

    def _contradicts(self, place, years, singles, span, who):
        plain = {y[:4] for y in years} | {y[:2] + y[-2:] for y in years if "/" in y}
        if span:
            outside = sorted(y for y in plain if not span[0] <= y <= span[1])
            if outside:
                self.find("contradiction", place, f"{who} says {span[0]}-{span[1]}, the table {_said(years)}")
            elif len(plain) == 1 and who == "the file name":
                self.find("contradiction", place, f"{who} says {span[0]}-{span[1]}, the table only {_said(years)}")
        elif singles and not plain & set(singles):
            self.find(
                "contradiction", place, f"{who} says {_said(singles)}, the table {_said(years)}; the table was followed"
            )

    # ---- figures

    def _numbers(self, grid, block, heads, rows):
        columns = [Column(block.column(h.field)) for h in heads]
        decided = {d for c in columns if (d := c.decimal or c.grouped())}
        for h, c in zip(heads, columns, strict=True):
            place = f"column {h.field.head!r}" + (f" of {grid.name!r}" if grid.name else "")
            if c.clash:
                refuse(
                    self.source.path,
                    f"{place} writes both {c.clash[0]!r} and {c.clash[1]!r}, so its decimal separator is "
                    "unknown: mend the column, or download the table again as CSV or XLSX from bps.go.id",
                    field=h.field.head,
                )
            if c.mixed:
                self.find(
                    "decimal",
                    place,
                    f"writes both {c.mixed[0]!r} and {c.mixed[1]!r}; each figure has one possible reading",
                )
            if c.decimal == "," and (lost := c.lost_thousands()):
                self.find(
                    "decimal",
                    place,
                    f"holds the number {lost[0]:g} among thousands such as {lost[1]!r}: a spreadsheet may have read its mark of "
                    "thousands as a decimal point",
                )
            decimal = c.decimal
            if decimal is None and c.open_:
                decimal = self._open(h, c, heads, columns, decided, place, grid, block)
            c.read(decimal)
            unread = {f for f in set(c.flags) if f.startswith("unreadable")}
            bad = [i for i, f in enumerate(c.flags) if f in unread] if unread else []
            for i in bad[:2]:
                self.find("unreadable", self.where(grid, block.body[i], h.field.index), f"{c.cells[i]!r} is no figure")
            if len(bad) > 2:
                self.find("unreadable", place, f"{len(bad)} cells hold no figure")
        return columns

    def _open(self, h, c, heads, columns, decided, place, grid, block):
        """Decide between 1234 and 1.234 where the column does not: by its range, else by the same indicator's other columns."""
        point, comma = c.readings()["."], c.readings()[","]
        known = h.known
        if known is not None and known.high < 1e9:
            fits = {
                d: all(v is not None and known.low <= v <= known.high for v in r)
                for d, r in ((".", point), (",", comma))
            }
            if fits["."] != fits[","]:
                return "." if fits["."] else ","
        if _WHOLE.fullmatch(h.unit) and not re.search(
            r"rata|rasio|ratio|average", " ".join([h.indicator, h.dimension]), re.I
        ):
            return "," if c.open_[0].count(".") else "."  # there is no 1.234th person: the separator marks thousands
        if _COUNTED.search(h.indicator + " " + h.dimension) and not _IN_THOUSANDS.search(
            " ".join([h.indicator, h.dimension, h.unit, *block.titles])
        ):
            decimal = "," if c.open_[0].count(".") else "."
            self.find(
                "decimal",
                place,
                f"{c.open_[0]!r} was read as {_number(c, decimal)} because {_short(h.indicator)} counts whole things",
            )
            return decimal
        thousands = c.grouped()
        if thousands:
            self.find(
                "decimal",
                place,
                f"{c.open_[0]!r} was read as {_number(c, thousands)} because its other figures are whole and below 1000",
            )
            return thousands
        same = {o.decimal for g, o in zip(heads, columns, strict=True) if g.indicator == h.indicator and o.decimal}
        for pool, who in ((same, "the other columns of this indicator"), (decided, "the other columns of the table")):
            if len(pool) == 1:
                decimal = next(iter(pool))
                self.find(
                    "decimal",
                    place,
                    f"{c.open_[0]!r} was read as {_number(c, decimal)} because {who} use "
                    f"{'a comma' if decimal == ',' else 'a point'} for decimals",
                )
                return decimal
        whole = [x for x in c.cells if isinstance(x, int) and not isinstance(x, bool)]
        small = [x for x in c.cells if isinstance(x, float)]
        if whole or small:
            # figures that the spreadsheet understood stand beside text that it did not
            typical = float(np.median([abs(x) for x in (*whole, *small)])) or 1.0
            ratio = {
                d: float(np.median([abs(v) for v in r if v is not None] or [0])) / typical
                for d, r in ((".", point), (",", comma))
            }
            near = [d for d, x in ratio.items() if 0.1 <= x <= 10]
            if len(near) == 1:
                return near[0]
        refuse(
            self.source.path,
            f"{place} does not say whether {c.open_[0]!r} is {_number(c, '.')} or {_number(c, ',')}: say what it "
            "measures with indicator=, or save the table with decimals that show",
            field=h.field.head,
        )

    # ---- findings on the figures

    def _qa(self, grid, block, heads, rows, columns):
        self._ranges(grid, block, heads, rows, [np.array(c.values, dtype=float) for c in columns])
        self._copies(grid, block, heads, columns)

    def _ranges(self, grid, block, heads, rows, columns):
        said = 0
        for h, values in zip(heads, columns, strict=True):
            known = h.known
            by_row = rows["indicator"] if any(_distinct(rows["indicator"])) else None
            made = {t: bps_words.known_of(t) for t in _distinct(by_row)} if by_row else {}
            if h.field.role == "code value" or not len(values):
                continue
            scale = 1_000 if re.match(r"ribu|thousand", h.unit, re.I) else 1
            limits = {t: _limits(k, scale) for t, k in {**made, "": known}.items()}
            for i in _doubtful(values, limits, by_row):
                v, (low, high, _) = values[i], limits[by_row[i] if by_row else ""]
                if not low <= v <= high:
                    said += 1
                    if said <= 20:
                        self.find(
                            "range",
                            self.where(grid, block.body[i], h.field.index),
                            f"{_plain(v)} ({rows['label'][i]}, {_short(h.indicator)}) is outside what is possible "
                            f"({_plain(low)} to {_plain(high)})",
                        )
                else:
                    said += 1
                    if said <= 20:
                        self.find(
                            "zero",
                            self.where(grid, block.body[i], h.field.index),
                            f"0 ({rows['label'][i]}, {h.year or rows['year'][i] or 'no year'}) is hardly a true figure of "
                            f"{_short(by_row[i] if by_row else h.indicator)}: "
                            "a missing mark may have become 0",
                        )
            if (
                known
                and known.unit == "persen"
                and known.low == 0
                and _several(values)
                and 0 < np.fmax.reduce(values) < 1
            ):
                self.find(
                    "scale",
                    self.where(grid, block.body[0], h.field.index),
                    f"every figure of {_short(h.indicator)} is below 1: these may be shares (0.18) and not percent (18)",
                )
            if len(columns) > 1 and _several(values) and not np.nan_to_num(values).any():
                self.find(
                    "zero",
                    self.where(grid, block.body[0], h.field.index),
                    f"every figure of {h.year} {h.part} {h.dimension} is 0: the missing mark may have become 0".replace(
                        "  ", " "
                    ),
                )
        if said > 20:
            self.find(
                "range",
                grid.name or "file",
                f"{said} figures in all lie outside what is possible or are doubtful zeros",
            )

    def _copies(self, grid, block, heads, columns):
        seen = {}
        if len(heads) < 2:
            return
        for h, c in zip(heads, columns, strict=True):
            held = tuple(v for v in c.values if v == v)
            if len(held) < 5 or len(set(held)) < 4:
                continue
            key = (h.indicator, h.dimension, h.part, tuple("" if v != v else v for v in c.values))
            if key in seen and seen[key].year != h.year:
                self.find(
                    "copied column",
                    self.where(grid, block.body[0], h.field.index),
                    f"every figure of {h.year} equals that of {seen[key].year} ({_short(h.indicator)}): one may be a copy",
                )
            seen.setdefault(key, h)

    # ---- rows out

    def _emit(self, grid, block, heads, rows, columns):
        n = len(block.body)
        generic_title = any(rows["indicator"])
        at = list(map(grid.at.__getitem__, block.body))
        measured = any(
            bps_words.known_of(t) and not bps_labels.is_total(t) for t in {t for s in set(block.sections) for t in s}
        )
        for h, c in zip(heads, columns, strict=True):
            j = h.field.index
            indicator = [h.indicator] * n
            dimension = rows["dimension"]
            if generic_title:
                indicator = _filled(rows["indicator"], h.indicator)
                extra = "" if len(heads) == 1 or _GENERIC.fullmatch(h.field.head) else h.indicator
                if extra and len(heads) > 1:
                    dimension = _under(extra, dimension)
            elif h.dimension:
                dimension = _under(h.dimension, dimension)
            if any(block.sections) and not h.texts and (measured or not bps_words.known_of(h.indicator)):
                # under heading rows the last heading says what is measured, and not for whom ("Laki-laki")
                indicator = [s[-1] if s else x for s, x in zip(block.sections, indicator, strict=True)]
            unit = rows["unit"] if h.unit == "\0rows" else [h.unit or (h.known.unit if h.known else "")] * n
            if generic_title and not h.unit:
                made = {x: bps_words.unit_of(x) or getattr(bps_words.known_of(x), "unit", "") for x in set(indicator)}
                unit = [made[x] for x in indicator]
            if h.field.role == "code value":
                unit = ["code"] * n
            label, code, note = rows["label"], rows["code"], rows["note"]
            if not any(label):
                label = rows["printed"]  # years or months down the rows name them
            if h.region:
                dimension = [" | ".join(filter(None, (x, d))) for x, d in zip(rows["label"], dimension, strict=True)]
                label, code, note = [h.region[0]] * n, [h.region[1]] * n, [h.region[2]] * n
            year, part = _filled(rows["year"], h.year), _filled(rows["part"], h.part)
            status = c.statuses
            if h.status or any(rows["status"]):
                status = [s or h.status or r for s, r in zip(status, rows["status"], strict=True)]
            self.frames.append((
                code, label, note, year, part, indicator, dimension, c.values, unit, c.flags, status,
                [grid.name] * n, grid.cells(block.body, j), at, [j + grid.first_column] * n,
            ))  # fmt: skip

    def finish(self):
        path = self.source.path
        if not self.frames:
            if not self.source.grids:
                refuse(path, "it has no sheet with cells: download the table again as CSV or XLSX from bps.go.id")
            refuse(path, "it holds no table with figures: download the table itself as CSV or XLSX from bps.go.id")
        if self.province is not None and not self.any_region:
            refuse(
                path,
                f"it has no region column, so nothing in it can be looked for in {self.province}: leave out within, or "
                "download the table by regency from bps.go.id",
            )
        if self.province is not None and not any(c is not None for f in self.frames for c in f[0]):
            refuse(path, f"none of its regions lies in {self.province}: leave out within, or name another province")
        flat, data = {}, {}
        for k, name in enumerate(COLUMNS):
            parts = [f[k] for f in self.frames]
            held = flat[name] = parts[0] if len(parts) == 1 else list(itertools.chain.from_iterable(parts))
            data[name] = (
                np.array(held, dtype=float) if name == "value" else np.fromiter(held, np.int64, len(held)) if name in ("row", "column")
                else pd.array(pa.repeat(pa.scalar(held[0], pa.large_string()), len(held)), dtype="str") if _one(held)
                else pd.array(pa.array(held, pa.large_string()), dtype="str")
            )  # fmt: skip
        frame = pd.DataFrame(data)
        self._spans()
        if set(flat["unit"]) == {"code"}:
            self.find("codes", "file", "the table holds codes and no figures; each code is returned as a value")
        self._repeats(flat)
        return Reading(frame, self.findings, [*self.titles, *self.source.page_titles], self.notes, self.source.format)

    def _spans(self):
        """Years that a title or file name speaks of and no table has."""
        for (what, span, *_), (place, years) in self.spans.items():
            if gaps := _gaps(years, span):
                said = f"{', '.join(gaps)} {'is' if len(gaps) == 1 else 'are'} not in the table"
                self.find("contradiction", place, f"the {what} speaks of {'-'.join(span)}, but {said}")

    def _repeats(self, flat):
        """The same region, period and indicator twice with different figures."""
        first, differ = {}, {}
        keys = [flat[n] for n in ("region_code", "period", "subperiod", "indicator", "dimension", "unit")]
        varying = [k for k in keys if not _one(k)]
        once = len(set(zip(*varying, strict=True))) == len(keys[0])  # most tables say each thing once
        said = zip(*keys, flat["value"], flat["region_label"], flat["cell"], strict=True)
        for *key, value, label, cell in () if once else said:
            if key[0] is None or value != value:
                continue
            key = tuple(key)
            seen = first.setdefault(key, (value, label, cell))
            if seen[0] != value:
                differ.setdefault(key, {seen[0]}).add(value)
        for key in list(differ)[:3]:
            _, label, cell = first[key]
            self.find(
                "repeated",
                cell,
                f"{label!r} has {len(differ[key])} different figures for {_short(key[3])} {key[1]}".rstrip(),
            )


class _LongReader(_Reader):
    """The same for a long table: each distinct cell is looked at once, and rows are only told by number."""

    def long(self, head, columns):
        """Reading of a table as `bps_long.table` gives it; None where its rows must be looked at one by one."""
        n = len(columns[0].codes)
        grid = Grid("", [head, [c.values[0] for c in columns]], range(n + 1))
        block = bps_layout.long_block(grid, columns)
        if block is None:
            return None
        block.body = range(1, n + 1)
        of = {f.role: columns[f.index] for f in block.fields}
        titles = list(dict.fromkeys(block.titles))
        self.titles += titles
        figures = next(f for f in block.fields if f.role == "value")
        heads = self._heads(grid, block, [figures], titles)
        rows = self._long_rows(block, columns, of, n)
        if rows is None or not self._long_regions(grid, block, heads, rows, titles, n):
            return None
        self._units(block, heads)
        self._periods(grid, block, heads, {k: rows[k].values for k in ("year", "part")}, titles)
        read = self._long_figures(of["value"])
        if read is None:
            return None
        values, flags, statuses = read
        self._ranges(grid, block, heads, rows, [values])
        return self._long_emit(block, heads[0], rows, values, flags, statuses, n)

    def _long_figures(self, column):
        """Values (array), flags and statuses of the rows; None where rows must be counted to decide what is decimal."""
        c = column.figures
        if c is None or c.clash or c.mixed or (c.open_ and c.decimal is None):
            return None
        if c.plain:
            values, marks, _ = c.plain
            which = np.zeros(len(values), dtype=np.int32)
            distinct = ("", *dict.fromkeys(marks.values()))
            for i, mark in marks.items():
                which[i] = distinct.index(mark)
            flags = bps_long.Coded(distinct, which[column.codes]) if marks else bps_long.constant("", len(column.codes))
            return values[column.codes], flags, bps_long.constant("", len(column.codes))
        c.read(c.decimal)
        if any(f.startswith("unreadable") for f in set(c.flags)):
            return None
        return np.array(c.values)[column.codes], *(bps_long.coded(x, column.codes) for x in (c.flags, c.statuses))

    def _long_rows(self, block, columns, of, n):
        """Label, year, part, status, indicator, unit and dimension of the rows, each a coded column."""
        nothing = bps_long.constant("", n)
        rows = {k: of.get(k, nothing) for k in ("label", "indicator", "unit")} | dict.fromkeys(
            ("year", "part", "status"), nothing
        )
        if "year" in of:
            made = bps_words.periods_of(of["year"].values)
            for k in ("year", "part", "status"):
                rows[k] = of["year"].made(lambda c, k=k: getattr(made[c], k))
        if "part" in of:
            made = bps_words.periods_of(of["part"].values)
            named = bps_words.part_names(block.first("part").head, made) or {}
            made |= {c: bps_words.Period(part=name) for c, name in named.items()}
            if any(rows["part"].values) or ("year" in of and any(p.year for p in made.values())):
                return None
            rows["part"] = of["part"].made(lambda c: made[c].part)
            if "year" not in of:
                rows["year"] = of["part"].made(lambda c: made[c].year)
        groups = [columns[f.index] for f in block.fields if f.role == "dimension"]
        groups = [g.made(lambda t: "" if t.casefold() in _NOTHING else t) for g in groups]
        groups = [g for g in groups if any(g.values)]
        rows["dimension"] = nothing
        if groups:
            rows["dimension"] = (
                groups[0] if len(groups) == 1 else bps_long.joined(groups, lambda d: " | ".join(filter(None, d)), n)
            )
        return rows

    def _long_regions(self, grid, block, heads, rows, titles, n):
        """Add code and note to the rows, each run of labels resolved once; whether that was possible."""
        label, column = block.first("label"), rows["label"]
        smaller = re.search(r"kecamatan|kelurahan|\bdesa\b|district", label.head, re.I)
        if smaller or _CITIES.fullmatch(label.head) or label.head.casefold() in ("tahun", "year"):
            return False
        if any(d in said for said in ["".join(column.values)] for d in "0123456789"):
            return False  # codes before names, marks of footnotes
        self.any_region = True
        named = bps_labels.province_named(" ".join([*titles, block.corner, heads[0].indicator]))
        resolver = bps_labels.Resolver(self.province, named)
        order, ends = bps_long.groups([rows[k] for k in ("year", "part", "indicator", "dimension")], n)
        runs, codes, notes = [], (), ()
        code_of, note_of = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
        open_, first = np.zeros(n, dtype=bool), {}
        for a, b in zip([0, *ends], ends, strict=False):
            at = slice(a, b) if order is None else order[a:b]
            runs.append(answers := resolver.coded(column.values, column.codes[at].tobytes()))
            if id(answers) not in first:
                first[id(answers)] = len(codes), len(notes)
                codes, notes = codes + answers.codes, notes + answers.notes
            code, note = first[id(answers)]
            code_of[at] = answers.code_of + code if code else answers.code_of
            note_of[at] = answers.note_of + note if note else answers.note_of
            open_[at] = answers.open_
        made = bps_long.Coded if len(first) == 1 else bps_long.coded  # those of one run are distinct
        rows["code"], rows["note"] = made(codes, code_of), made(notes, note_of)
        # runs differ in what tells them apart, unless a heading says it for one of them
        filled = any("" in rows[k].values and len(rows[k].values) > 1 for k in ("year", "part", "indicator"))
        rows["once"] = not filled and all(len(x.codes) == len(x.code_of) for x in runs)
        for k in ("label", "code", "note") if order is None else ():
            rows[k].text = pa.concat_arrays([x.columns[k] for x in runs])
        if self.province is not None and not any(rows["code"].values):
            return False
        open_ = np.flatnonzero(open_) if open_.any() else ()
        for i in open_[:5]:
            self.find("region", self.where(grid, block.body[i], label.index), rows["note"][i])
        if len(open_) > 5:
            self.find("region", "file", f"{len(open_)} rows in all have no region code; region_note says why")
        return True

    def _long_emit(self, block, head, rows, values, flags, statuses, n):
        j = head.field.index
        dimension, indicator = rows["dimension"], bps_long.constant(head.indicator, n)
        if any(rows["indicator"].values):
            indicator = rows["indicator"].made(lambda x: x or head.indicator)
        elif head.dimension:
            dimension = dimension.made(lambda d: " | ".join(filter(None, (head.dimension, d))))
        if head.unit == "\0rows":
            unit = rows["unit"]
        elif any(rows["indicator"].values) and not head.unit:
            unit = indicator.made(lambda x: bps_words.unit_of(x) or getattr(bps_words.known_of(x), "unit", ""))
        else:
            unit = bps_long.constant(head.unit or (head.known.unit if head.known else ""), n)
        year, part = rows["year"].made(lambda y: y or head.year), rows["part"].made(lambda p: p or head.part)
        if any(statuses.values) and any(rows["status"].values):
            return None
        status = statuses if any(statuses.values) else rows["status"].made(lambda s: head.status or s)
        said = (rows["code"], year, part, indicator, dimension, unit)
        if not (rows["once"] or bps_long.once(said, n)):
            return None
        self._spans()
        nothing = bps_long.constant("", n)
        texts = (
            rows["code"], rows["label"], rows["note"], year, part, indicator, dimension, None, unit, flags, status, nothing,
        )  # fmt: skip
        cell = bps_long.cells(column_letters(j), n)
        places = np.empty((2, n), dtype=np.int64)
        places[0], places[1] = np.arange(1, n + 1), j
        # as pyarrow makes its frames: in half the time of DataFrame(); no column shares what can be changed
        blocks = [(values[None, :], [7])] + [(c.texts(), [k]) for k, c in enumerate(texts) if c is not None]
        blocks += [(cell, [12]), (places, [13, 14])]
        frame = create_dataframe_from_blocks([(b, np.array(k)) for b, k in blocks], pd.RangeIndex(n), _NAMES)
        return Reading(frame, self.findings, self.titles, self.notes, "csv")


def _numbered_parts(heads, said):
    """Columns I, II, III, IV under their years are what the title or a heading counts so: "Triwulan", "Semester"."""
    numbered = [h for h in heads if h.texts and h.texts[-1] in ("I", "II", "III", "IV") and not h.part]
    if not {"I", "II"} <= {h.texts[-1] for h in numbered}:
        return
    said = " ".join([said, *(t for h in heads for t in h.texts)])
    words = {w.casefold() for w in re.findall(r"triwulan|quarter|kuartal|semester|caturwulan", said, re.I)}
    named = bps_words.part_names(words.pop(), {h.texts[-1] for h in numbered}) if len(words) == 1 else None
    for h in numbered if named else ():
        h.part = named[h.texts.pop()]


def _one(held):
    """Whether a column holds one text throughout."""
    return held[0] == held[-1] and len(set(held)) == 1


def _runs(keys):
    """Rows by key, in order: a slice each where all stand together, else lists."""
    starts = [0, *itertools.compress(itertools.count(1), map(operator.ne, keys, keys[1:]))]
    if len({keys[i] for i in starts}) == len(starts):
        return [slice(a, b) for a, b in itertools.pairwise([*starts, len(keys)])]
    out = collections.defaultdict(list)
    for i, k in enumerate(keys):
        out[k].append(i)
    return list(out.values())


def describe(reading, name):
    """Say in a few lines what was read from a file: size, regions, years, titles and notes."""
    rows = reading.rows
    missing = int(rows["value"].isna().sum())
    years = sorted({str(y)[:4] for y in rows["period"] if y})
    said = [
        f"{len(rows):,} figures" + (f", {missing:,} of them missing" if missing else ""),
        f"{n} regions" if (n := rows["region_code"].nunique()) else "no regions",
        "-".join(dict.fromkeys((years[0], years[-1]))) if years else "no year",
    ]
    lines = [f"{name} ({reading.format}): {', '.join(said)}", *(f"  {t}" for t in reading.titles[:4])]
    return "\n".join([*lines, *(f"  note: {n}" for n in reading.notes[:4])])


def _repeats_below(block, labels):
    """Whether each label stands over the same groups ("Laki-laki", "Perempuan"), the first beside it, the others below it."""
    groups = [f for f in block.fields if f.role == "dimension"]
    if not groups or not labels[0] or not any(labels[1:]):
        return False
    under, at = {}, 0
    told = zip(*(map(str, block.column(f)) for f in groups), strict=True)
    for i, (x, group) in enumerate(zip(labels, told, strict=True)):
        at = i if x else at
        under.setdefault(at, []).append(group)
    first = under[0]
    return len(first) > 1 and len(set(first)) == len(first) and all(g == first for g in under.values())


def _told_apart(label, rows):
    """Whether rows are told apart by period, group or indicator, and not by places within the region of their sheet."""
    said = [x for x in dict.fromkeys(rows["label"]) if x]
    if (
        label is None
        or not said
        or re.search(r"umur|pendidikan|kelamin|status|lapangan|indikator|uraian", label.head, re.I)
    ):
        return True
    dated = sum(bps_words.period_of_text(x).whole for x in said)
    return dated > len(said) / 2 or sum(bps_words.known_of(x) is not None for x in said) > len(said) / 2


def _short(text):
    return text if len(text) <= 60 else text[:59].rstrip() + "…"


def _limits(known, scale):
    """Lowest and highest figure of an indicator in its unit, and whether a 0 is doubtful."""
    if known is None:
        return -np.inf, np.inf, False
    low = known.low if known.key == "percent" else known.low / scale
    return low, known.high / scale if known.key == "poverty_line" else known.high, not known.zero


def _doubtful(values, limits, by_row):
    """Positions of values that the indicator of the table, or of their row, cannot have or hardly has."""
    low, high, zero = zip(*limits.values(), strict=True)
    found = (values < max(low)) | (values > min(high))
    if any(zero):
        found |= values == 0
    at = np.flatnonzero(found)
    if by_row and len(at):  # what one of the indicators cannot have: not always that of the row
        which = {t: n for n, t in enumerate(limits)}
        if isinstance(by_row, bps_long.Coded):
            of_row = np.array([which[t] for t in by_row.values])[by_row.codes[at]]
        else:
            of_row = [which[by_row[i]] for i in at.tolist()]
        (low, high, zero), held = np.array([low, high, zero])[:, of_row], values[at]
        at = at[(held < low) | (held > high) | ((held == 0) & (zero == 1))]
    return at


def _several(values):
    """Whether more than a few figures stand in a column."""
    return np.count_nonzero(~np.isnan(values)) > 4


def _under(heading, texts):
    """Texts below a heading: "heading | text"."""
    made = {t: " | ".join(filter(None, (heading, t))) for t in set(texts)}
    return [made[t] for t in texts]


def _told(periods, what, cells, otherwise=()):
    """Year, part or status of the period in each cell; ``otherwise`` where it has none."""
    made = {c: getattr(p, what) for c, p in periods.items()}
    told = list(map(made.__getitem__, cells)) if any(made.values()) else [""] * len(cells)
    return [x or y for x, y in zip(told, otherwise, strict=True)] if any(otherwise) else told


def _filled(texts, otherwise):
    """Texts with another in the place of empty ones."""
    if not any(texts):
        return [otherwise] * len(texts)
    return [x or otherwise for x in texts] if "" in texts else texts


def _distinct(column):
    return column.values if isinstance(column, bps_long.Coded) else set(column)


def _texts(cells, text=None):
    """Cells as texts; most columns hold nothing else."""
    return list(cells) if set(map(type, cells)) <= {str} else [(text or _label)(c) for c in cells]


def _label(cell):
    if hasattr(cell, "year"):
        return f"{cell.day}-{cell.month}"  # "5-9" typed into an Indonesian spreadsheet
    return str(cell)


def _spaced(text):
    return text.replace("_", " ").strip() if "_" in text else text


def _said(years):
    years = sorted(years)
    return ", ".join(years) if len(years) < 4 else f"{years[0]} to {years[-1]}"


def _gaps(head_years, span):
    if not span or len(head_years) < 2:
        return []
    have = {y[:4] for y in head_years}
    return [str(y) for y in range(int(span[0]), int(span[1]) + 1) if str(y) not in have][:6]


def _number(column, decimal):
    value = column.readings()[decimal][0]
    return "no figure" if value is None else _plain(value)


def _plain(value):
    return f"{value:.10g}" if value != int(value) or abs(value) > 1e15 else str(int(value))


__all__ = ["COLUMNS", "Reading", "describe", "examine", "read"]
