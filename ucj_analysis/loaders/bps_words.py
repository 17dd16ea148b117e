"""What the words around BPS's figures mean: periods, units, indicators and the range each can have."""

import datetime
import functools
import re
from dataclasses import dataclass

from ucj_analysis.loaders.bps_numbers import STATUS

_MONTHS = (
    "januari|februari|pebruari|maret|april|mei|juni|juli|agustus|september|oktober|november|nopember|desember|"
    "january|february|march|may|june|july|august|october|december"
)
_SHORT = "jan|feb|peb|mar|apr|mei|may|jun|jul|agu|agt|ags|agst|aug|sep|sept|okt|oct|nov|nop|des|dec"
MONTH_NAMES = (
    ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]
)  # fmt: skip
_PART = (
    rf"(?:{_MONTHS})\s*(?:-|–|s/d|s\.d\.?|sampai|hingga)\s*(?:{_MONTHS})|(?:{_MONTHS})|"
    rf"(?:semester|smt\.?|sem\.?)\s*(?:i{{1,2}}|[12])(?:\s*\((?:{_MONTHS})\))?|(?:triwulan|tw\.?)\s*(?:iv|i{{1,3}}|[1-4])|"
    r"caturwulan\s*(?:i{1,3}|[1-3])|(?:kuartal|quarter)\s*(?:iv|i{1,3}|[1-4])|q[1-4]|tahunan|annual(?:ly)?"
)
_PART_ONLY = re.compile(rf"(?:bulan\s+)?((?:{_PART})|(?:{_SHORT})\.?)(?:\s*/\s*(?:{_MONTHS}|annual(?:ly)?))?", re.I)
_PART_IN = re.compile(rf"(?<![a-z])({_PART})(?![a-z])", re.I)
# not a period: base years, series, censuses, classifications
_BASE = re.compile(
    r"(?:seri|tahun dasar|dasar|konstan|adhk|metode|kbli|kbji|kblui|sp|supas|sensus penduduk|susenas|sakernas|proyeksi|"
    r"perka|nomor|no\.?|uu|base|series|constant)\s*(?:tahun\s*)?[:(]?\s*(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?|(?:19|20)\d\d\s*=\s*100",
    re.I,
)
# a day, as of the export: "10 Juni 2024", "2024-06-10", "November 1, 2021"
_DAY = re.compile(
    rf"(?<!\d)\d{{1,2}}[-./ ]+(?:{_MONTHS}|{_SHORT})[-./, ]+(?:19|20)\d\d(?!\d)|(?<!\d)(?:19|20)\d\d[-./]?[01]\d[-./]?[0-3]\d(?!\d)|"
    rf"(?<!\d)[0-3]?\d[-./][01]?\d[-./](?:19|20)\d\d(?!\d)|(?:{_MONTHS})\s+\d{{1,2}},?\s+(?:19|20)\d\d(?!\d)",
    re.I,
)
_YEAR = re.compile(r"(?<![\d.,])(?<!\d/)((?:19[4-9]|20[0-9])\d)(?![\d]|[.,]\d)")
_CENTURY = re.compile(r"(?:19|20)\d\d")
_RANGE = re.compile(
    r"((?:19[4-9]|20[0-9])\d)\s*(?:[-–—]|s/d|s\.d\.|sampai|hingga|to)\s*((?:19[4-9]|20[0-9])\d)(?!\d)", re.I
)
_YEAR_CELL = re.compile(
    r"(?:tahun|year|th\.?|thn\.?|ta\.?)?\s*:?\s*((?:19[4-9]|20[0-9])\d)(?:\.0)?(?:\s*/\s*((?:19|20)?\d\d))?"
    r"\s*(\*{1,3}\)?|\(?(?:xx?|[rep])\)?|\d{1,2}\)|[¹²³⁴⁵⁶⁷⁸⁹]+\)?|[a-d]\))?",
    re.I,
)
_YEAR_SHORT = re.compile(rf"({_MONTHS}|{_SHORT})\.?[-' /.]*((?:19|20)?\d\d)", re.I)


@dataclass(frozen=True)
class Period:
    """Year ("2024", "2019/2020" or ""), part of the year as printed, status a mark gives, and what text is left."""

    year: str = ""
    part: str = ""
    status: str = ""
    rest: str = ""

    @property
    def whole(self):
        """Whether the text was a period and nothing else."""
        return bool(self.year or self.part) and not self.rest


@functools.lru_cache(maxsize=20_000)
def period_of_text(text):
    """Find the period in a heading: "2023*", "TAHUN 2021", "Maret 2022 (Ribu)", "TPT 2023", "Semester 1 (Maret)"."""
    m = _YEAR_CELL.fullmatch(text)
    if m:
        mark = (m[3] or "").strip("()").casefold()
        year = m[1]
        if m[2]:
            second = m[2] if len(m[2]) == 4 else year[:2] + m[2]
            if int(second) != int(year) + 1:
                return Period(rest=text)
            year = f"{year}/{second}"
        return Period(year, "", STATUS.get(mark, ""))
    m = _PART_ONLY.fullmatch(text)
    if m:
        return Period("", _part(m[1]))
    if text.casefold() in ("tahun", "year"):
        return Period(rest="")
    m = _YEAR_SHORT.fullmatch(text)
    if m:
        year = m[2] if len(m[2]) == 4 else f"20{m[2]}" if int(m[2]) < 60 else f"19{m[2]}"
        return Period(year, _part(m[1]))
    masked = _BASE.sub(lambda b: "\1" * len(b[0]), text)
    years = [m for m in _YEAR.finditer(masked.replace("_", " "))]
    part = _PART_IN.search(masked.replace("_", " "))
    if _RANGE.search(masked) or len({y[1] for y in years}) > 1:
        return Period(rest=text)
    cut = []
    if years:
        at = years[0].start()
        before = re.search(r"(?:(?:pada\s+)?tahun|year|th\.?|,)?\s*$", masked[:at], re.I)
        cut.append((before.start() if before else at, years[0].end()))
    if part:
        day = re.search(r"(?:\bper\s+)?(?<!\d)\d{1,2}\s+$", masked[: part.start()], re.I)  # "per 31 Desember"
        cut.append((day.start() if day else part.start(), part.end()))
    if not cut:
        return Period(rest=text)
    rest = text
    for a, b in sorted(cut, reverse=True):
        rest = rest[:a] + " " + rest[b:]
    rest = _tidy(rest)
    mark = re.fullmatch(r"(\*{1,3})\)?|\((xx?|[rep])\)", rest, re.I)
    status = STATUS[(mark[1] or mark[2]).casefold()] if mark else ""
    return Period(years[0][1] if years else "", _part(part[1]) if part else "", status, "" if mark else rest)


def _part(word):
    """Months in one spelling; semesters and quarters as printed."""
    short = word.casefold().rstrip(".")
    if re.search(r"[a-z]\s*(?:-|–|s/d|s\.d|sampai|hingga)\s*[a-z]", short):
        return word  # "Januari-Juni"
    for i, stem in enumerate(
        (
            "jan",
            "feb|peb",
            "mar",
            "apr",
            "mei|may",
            "jun",
            "jul",
            "agu|agt|ags|aug",
            "sep",
            "okt|oct",
            "nov|nop",
            "des|dec",
        )
    ):
        if re.match(stem, short):
            return MONTH_NAMES[i]
    return "Tahunan" if short in ("annual", "annually") else word


def _tidy(text):
    text = re.sub(r"\(\s*\)|\[\s*\]", " ", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"^[\s,\-–:;./_]+|[\s,\-–:;/_]+$", "", text)
    return re.sub(r"\s*[-–]\s*(?=\()|\s+(?=[,)])", lambda m: " " if "-" in m[0] or "–" in m[0] else "", text)


def period_of_cell(cell):
    """Period of a heading cell of any type; an empty Period when it holds none."""
    if isinstance(cell, datetime.date):
        return Period(str(cell.year), MONTH_NAMES[cell.month - 1]) if cell.day == 1 else Period(rest=str(cell))
    if isinstance(cell, bool):
        return Period(rest=str(cell))
    if isinstance(cell, (int, float)):
        return Period(str(int(cell))) if is_year(cell) else Period(rest=f"{cell:g}")
    return period_of_text(cell) if cell else Period()


def is_year(cell):
    """Whether a cell is a year: 2024, "2024", "2024*", "Tahun 2024"."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, (int, float)):
        return 1945 <= cell <= 2060 and cell == int(cell)
    return bool(isinstance(cell, str) and cell and _YEAR_CELL.fullmatch(cell))


def is_period(cell):
    """Whether a cell is a period and nothing else."""
    return (isinstance(cell, datetime.date) and cell.day == 1) or period_of_cell(cell).whole


def years_in(text):
    """Years a title or file name speaks of: (years named singly, (first, last) of a range or None)."""
    if not _CENTURY.search(text):
        return [], None
    text = text.replace("_", " ")
    masked = _BASE.sub(" ", _DAY.sub(" ", text))
    span = _RANGE.search(masked)
    if span and int(span[1]) < int(span[2]):
        masked = masked[: span.start()] + " " + masked[span.end() :]
        return sorted({m[1] for m in _YEAR.finditer(masked)}), (span[1], span[2])
    return sorted({m[1] for m in _YEAR.finditer(masked)}), None


def part_of_year(text, year):
    """Month, semester or quarter that stands before a year in a title ("..., Maret 2024"); "" where none or several stand."""
    plain = _BASE.sub(" ", _DAY.sub(" ", text.replace("_", " ")))
    found = {_part(m[1]) for m in _PART_IN.finditer(plain)}
    at = re.search(rf"(?<![a-z])(?:{_PART})[\s,]*(?:tahun\s*|year\s*)?{year}(?!\d)", plain, re.I)
    return found.pop() if at and len(found) == 1 else ""


def plain_years(text):
    """Every year in a text, also of censuses and base years: "SP 1971" -> ["1971"]."""
    return [m[1] for m in _YEAR.finditer(text.replace("_", " "))]


def iso_month(text):
    """Period of "2011-01" or "2011-01-01", None for any other text: among such labels "2011-12" is a month, not two years."""
    m = re.fullmatch(r"((?:19|20)\d\d)[-/](0[1-9]|1[0-2])(?:[-/]01)?", text)
    return Period(m[1], MONTH_NAMES[int(m[2]) - 1]) if m else None


def part_names(head, cells):
    """Names of numbered months, quarters or semesters under their heading: {1: "Januari", ...}, or None.

    Quarters and semesters keep the heading's word: "Triwulan" over "II" is "Triwulan II".
    """
    word = re.search(r"bulan|month|triwulan|quarter|kuartal|semester|caturwulan", head, re.I)
    most = {"bu": 12, "mo": 12, "tr": 4, "qu": 4, "ku": 4, "se": 2, "ca": 3}.get(word[0][:2].casefold()) if word else 0
    named = {}
    for c in set(cells):
        text = str(c).strip().removesuffix(".0").lstrip("0").upper()
        number = ["", "I", "II", "III", "IV"].index(text) if text in ("I", "II", "III", "IV") else text
        if not re.fullmatch(r"[0-9]{1,2}", str(number)) or not 1 <= int(number) <= most:
            return None
        named[c] = MONTH_NAMES[int(number) - 1] if most == 12 else f"{word[0].capitalize()} {text}"
    return named or None


def periods_of(cells):
    """Period of each distinct cell of a column of periods: {cell: Period}."""
    distinct = set(cells)
    dated = {c: iso_month(c) if isinstance(c, str) and c else None for c in distinct}
    if all(dated[c] or c == "" for c in distinct):
        return {c: dated[c] or Period() for c in distinct}
    return {c: period_of_cell(c) for c in distinct}


def school_year(text):
    """School year that a title names: "Tahun Ajaran 2022-2023" -> "2022/2023", else ""."""
    m = re.search(r"tahun\s+(?:ajaran|pelajaran|akademik)\s+((?:19|20)\d\d)\s*[-–/]\s*((?:19|20)\d\d)", text, re.I)
    return f"{m[1]}/{m[2]}" if m and int(m[2]) == int(m[1]) + 1 else ""


# ---- units and indicators ------------------------------------------------------------------------------------------

_UNIT = (
    r"persen(?:tase)?(?:\s+poin)?|percent|%|ribu\s*(?:jiwa|orang|rupiah(?:/orang/tahun)?|rp|kk|rumah tangga|ton)?|"
    r"juta\s*(?:jiwa|orang|rupiah|ton)?|mil[iy]ar\s*(?:rupiah|rp\.?)?|triliun\s*(?:rupiah)?|jiwa|orang|ribuan|"
    r"rp\.?(?:/\S+)*|rupiah(?:\s*/\s*\S+)*|ton(?:/ha)?|ha|hektar(?:e)?|kw/ha|kuintal/ha|tahun|year|indeks|index|unit|rumah tangga|keluarga|kk|"
    r"km2|km²|km|orang/km2|jiwa/km2|poin|skor|kali|ribu|000|ekor|batang|pohon|buah|butir|kg|kilogram|kuintal|kw|liter|m2|m²|m3|m³|mm|"
    r"(?:ribu|juta|miliar)?\s*(?:usd?\$?|us\s*dollar)|kwh|mwh|gwh|kva|mva|mw|kasus|kejadian|sekolah|murid|siswa|guru|kelas|"
    r"desa(?:/kelurahan)?|kelurahan|kecamatan|hari|bulan|jam|menit|pasang|perusahaan|usaha|kamar|malam|"
    r"thousand\s*(?:people|persons)?|people|person|persons|million|billion\s*(?:rupiahs)?|rupiahs?"
)
_UNIT_ONLY = re.compile(rf"\s*(?:{_UNIT})\s*(?:/\s*[\w\s]+)?", re.I)
_PARENS = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]")


@functools.lru_cache(maxsize=20_000)
def unit_of(text):
    """Unit that a heading names in brackets; "" when none.

    The last one wins: "Jumlah (ribu) (Ribu)" is thousands.
    """
    for said in reversed(_PARENS.findall(text.replace("_", " "))):
        if _UNIT_ONLY.fullmatch(said):
            return said.strip()
    return ""


@dataclass(frozen=True)
class Known:
    """An indicator known here, with the values it can have in Indonesia."""

    key: str
    low: float
    high: float
    unit: str = ""
    zero: bool = True  # whether 0 can be a true figure


_KNOWN = [
    (r"garis kemiskinan|poverty line", Known("poverty_line", 2_000, 10_000_000, "Rp", False)),
    (r"kedalaman kemiskinan|poverty gap|\bp1\b", Known("P1", 0, 60, "", False)),
    (r"keparahan kemiskinan|poverty severity|\bp2\b", Known("P2", 0, 50, "", False)),
    (
        r"persentase (?:jumlah )?penduduk miskin|tingkat kemiskinan|persen(?:tase)? kemiskinan|\bp0\b|headcount|percentage of poor",
        Known("P0", 0, 90, "persen", False),
    ),
    (r"(?:jumlah )?penduduk miskin|number of poor", Known("poor", 0, 100_000_000, "", False)),
    (r"tingkat pengangguran terbuka|\btpt\b|open unemployment", Known("TPT", 0, 60, "persen", False)),
    (r"tingkat partisipasi angkatan kerja|\btpak\b|participation rate", Known("TPAK", 10, 100, "persen", False)),
    (r"gini", Known("gini", 0, 1, "", False)),
    (r"indeks pembangunan manusia|\bipm\b|human development|\bhdi\b", Known("HDI", 10, 100, "", False)),
    (
        r"(?:angka|umur|usia) harapan hidup|\bahh\b|\buhh\b|life expectancy",
        Known("life_expectancy", 25, 100, "tahun", False),
    ),
    (r"rata-?\s?rata lama sekolah|\brls\b|mean years of school", Known("RLS", 0, 25, "tahun", False)),
    (r"harapan lama sekolah|\bhls\b|expected years of school", Known("HLS", 0, 25, "tahun", False)),
    (
        r"upah|\bump\b|\bumk\b|\bumr\b|gaji|pendapatan (?:bersih|berdasarkan|pekerja)|\bwage",
        Known("wage", 5_000, 1_000_000_000, "Rp", False),
    ),
    (r"pengeluaran per kapita", Known("expenditure", 100, 1_000_000_000, "", False)),
    (r"inflasi|laju|pertumbuhan|growth|perubahan|kenaikan|selisih", Known("growth", -1_000, 100_000)),
    (r"rasio|ratio|kontribusi|kepadatan", Known("ratio", -1e18, 1e18)),
    (r"persen(?:tase)?|percent|%|proporsi|\btingkat\b", Known("percent", 0, 100, "persen")),
    (r"jumlah|banyaknya|number of|bekerja|pengangguran|penduduk|produksi|\bluas\b", Known("count", 0, 1e15)),
]
_KNOWN = [(re.compile(pattern, re.I), known) for pattern, known in _KNOWN]


@functools.lru_cache(maxsize=20_000)
def known_of(*texts):
    """The known indicator that the first speaking text names, or None."""
    for text in texts:
        plain = text.replace("_", " ")
        for pattern, known in _KNOWN:
            if pattern.search(plain):
                if known.key == "count" and re.search(r"persen(?!tase penduduk miskin)|percent|%", unit_of(text), re.I):
                    return next(k for _, k in _KNOWN if k.key == "percent")
                return known
    return None
