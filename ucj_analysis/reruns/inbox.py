"""What lies in the inbox, as figures in the terms of the package: indicator, region, period, definition, unit.

Nothing is guessed: a row whose indicator, region, period, unit or definition is not clear is refused with the reason.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ucj_analysis.errors import DataError, UcjError
from ucj_analysis.loaders import bps_files

INBOX = "inbox"
FIGURES = [
    "file", "cell", "region_label", "printed_indicator", "printed_period", "indicator", "region_code", "period",
    "definition", "value", "half", "scale", "unit", "note", "status", "reason",
]  # fmt: skip

POVERTY = ("P0", "P1", "P2", "poor", "poverty_line")
SHARES = ("unemployment_rate", "lfpr", "informal_share", "formal_share")
LABOUR = (
    "employed", "unemployed", "labour_force", "working_age_population", "employed_formal", "employed_informal",
    "employed_agriculture", *(f"employed_status_{i}" for i in range(1, 8)), *SHARES,
)  # fmt: skip
SOCIAL = (
    "hdi", "gender_development_index", "mean_years_schooling", "expected_years_schooling", "life_expectancy",
    "adjusted_expenditure", "improved_sanitation", "grdp_constant_2010", "grdp_per_capita_constant_2010",
)  # fmt: skip
TABLE = dict.fromkeys(POVERTY, "poverty") | dict.fromkeys(LABOUR, "labour") | dict.fromkeys(SOCIAL, "socioeconomic")

# first match wins; None: a figure of this kind is not one of the package, with the reason
_TITLES = [
    (r"ekstrem|extreme", "extreme poverty is kept with its basis and comes from official statements, not from a table"),
    (r"rumah tangga miskin|poor households", "households are not persons"),
    (r"kemiskinan (?:bukan |non[- ]?)?makanan|food poverty line", "a line for food or other goods alone is not the poverty line"),
    (r"garis kemiskinan|poverty line", "poverty_line"),
    (r"(?:indeks|index) kedalaman|poverty gap|\bp1\b", "P1"),
    (r"(?:indeks|index) keparahan|poverty severity|\bp2\b", "P2"),
    (r"persentase (?:jumlah )?penduduk miskin|tingkat kemiskinan|persen(?:tase)? kemiskinan|\bp0\b|percentage of poor|"
     r"poverty rate|head ?count (?:index|rate)", "P0"),
    (r"penduduk miskin|number of (?:the )?poor|poor (?:population|people)", "poor"),
    (r"tingkat pengangguran|\btpt\b|unemployment rate|open unemployment", "unemployment_rate"),
    (r"tingkat partisipasi angkatan kerja|\btpak\b|participation rate", "lfpr"),
    (r"(?:persentase|proporsi|share).*\binformal", "informal_share"),
    (r"(?:persentase|proporsi|share).*\bformal", "formal_share"),
    (r"(?:persentase|proporsi|tingkat|rasio|laju|pertumbuhan|upah|pendapatan|jam kerja).*(?:bekerja|kerja|pengangguran|tenaga)",
     "a rate or an amount that the package does not keep"),
    (r"bukan angkatan kerja|outside the labou?r force", "persons outside the labour force are not kept"),
    (r"buruh tidak (?:tetap|dibayar)|temporary or unpaid", "employed_status_2"),
    (r"buruh (?:tetap|dibayar)|permanent", "employed_status_3"),
    (r"berusaha sendiri|own.account", "employed_status_1"),
    (r"buruh ?/ ?karyawan|employees?\b", "employed_status_4"),
    (r"pekerja bebas (?:di |sektor )?pertanian|casual .*\bin agriculture", "employed_status_5"),
    (r"pekerja bebas (?:di |sektor )?non|casual", "employed_status_6"),
    (r"pekerja keluarga|tak dibayar|unpaid family", "employed_status_7"),
    (r"pekerja informal|bekerja .*\binformal|informal (?:workers|employment)", "employed_informal"),
    (r"pekerja formal|bekerja .*\bformal|formal (?:workers|employment)", "employed_formal"),
    (r"angkatan kerja|labou?r force", "labour_force"),
    (r"penduduk usia kerja|working.age", "working_age_population"),
    (r"pengangguran|unemployed", "unemployed"),
    (r"^bekerja$|(?:penduduk|jumlah|orang|tenaga).*\bbekerja|\bemployed\b", "employed"),
    (r"indeks pembangunan gender|\bipg\b", "gender_development_index"),
    (r"indeks pembangunan manusia|\bipm\b|human development|\bhdi\b", "hdi"),
    (r"rata-?\s?rata lama sekolah|\brls\b|mean years of school", "mean_years_schooling"),
    (r"harapan lama sekolah|\bhls\b|expected years of school", "expected_years_schooling"),
    (r"(?:angka|umur|usia) harapan hidup|\b[au]hh\b|life expectancy", "life_expectancy"),
    (r"pengeluaran .*per ?kapita.*disesuaikan|adjusted expenditure", "adjusted_expenditure"),
    (r"sanitasi layak|improved sanitation", "improved_sanitation"),
    (r"(?:pdrb|grdp).*per ?(?:kapita|capita).*(?:konstan|constant)", "grdp_per_capita_constant_2010"),
    (r"(?:laju|pertumbuhan|growth|distribusi|share).*(?:pdrb|grdp)", "growth and shares of GRDP are not kept"),
    (r"(?:pdrb|grdp|produk domestik regional bruto).*(?:konstan|constant)", "grdp_constant_2010"),
]  # fmt: skip
_TITLES = [(re.compile(p, re.I | re.S), what) for p, what in _TITLES]
_WHOLE = re.compile(
    r"(jumlah|total|nilai|persentase|persen|semua|seluruhnya|nama variabel turunan|tidak ada(?: turunan)?|tahunan|"
    r"kota ?\+ ?desa|perkotaan ?\+ ?pe?r?desaan|laki-laki ?\+ ?perempuan|[(%)]|ribu|jiwa|orang|"
    r"15 tahun ke atas)",
    re.I,
)
_PART = re.compile(r"laki-?laki|perempuan|\bmale\b|female|perkotaan|pe?rdesaan|\burban\b|\brural\b|kelompok umur", re.I)
_BY = re.compile(r"menurut|by\b|dan jenis kelamin", re.I)
_BASES = re.compile(r"sp\s?2020|sensus penduduk 2020|back ?cast", re.I)


@dataclass
class File:
    """One file of the inbox: its rows as read, or the reason why it could not be read."""

    path: Path
    sha256: str
    rows: pd.DataFrame | None = None
    titles: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    about: dict = field(default_factory=dict)
    problem: str = ""

    @property
    def name(self):
        """File name; characters that cannot be printed as their codes."""
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in self.path.name)

    @property
    def title(self):
        """What the file calls itself: its title, else its indicators."""
        if self.titles:
            return self.titles[0]
        named = list(dict.fromkeys(self.rows["indicator"])) if self.rows is not None else []
        return "; ".join(n for n in named[:3] if n) or self.path.stem


def read_inbox(folder, *, within=None):
    """Read every file of an inbox.

    A JSON beside a file of the same stem speaks of that file: ``ucj fetch`` writes one; for a download an analyst may
    write ``{"title", "publisher", "url", "published", "retrieved"}``.

    Parameters
    ----------
    folder : path
        The inbox. Its README.md and hidden files are no data.
    within : str, optional
        Province that names of regions are looked for in.

    Returns
    -------
    list of File
    """
    folder, within = Path(folder), bps_files.province_within(within)
    found = sorted(
        p for p in folder.iterdir() if not p.name.startswith(".") and p.name != "README.md"
    ) if folder.is_dir() else []  # fmt: skip
    stems = {p.stem for p in found if p.suffix.lower() != ".json"}
    return [_read(p, within) for p in found if p.suffix.lower() != ".json" or p.stem not in stems]


def _read(path, within):
    out = File(path, "")
    if not path.is_file():
        out.problem = "it is a folder or no file at all: put the files themselves into the inbox"
        return out
    if not path.name.isprintable():
        out.problem = "its name holds a line break, or bytes that are no text: rename the file"
        return out
    try:
        content = path.read_bytes()
    except OSError as error:
        out.problem = f"it cannot be opened ({error.strerror}): check who may read it"
        return out
    out.sha256 = hashlib.sha256(content).hexdigest()
    try:
        if path.suffix.lower() == ".json":
            raise DataError(f"{path.name} is a JSON without its table; `ucj fetch` writes both, or remove it")
        out.about = _about(path)
        tidy = content.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].strip() == ",".join(bps_files.COLUMNS).encode()
        reading = _tidy(path, out) if tidy else bps_files.examine(path, within=within)
    except UcjError as error:
        out.problem = str(error)
        return out
    except Exception as error:  # one file that breaks the reader must not hide the others
        out.problem = f"{path.name} could not be read ({type(error).__name__}: {error})"
        return out
    out.rows, out.titles, out.notes, out.findings = reading.rows, reading.titles, reading.notes, reading.findings
    return out


def _about(path):
    beside = path.with_suffix(".json")
    if not beside.is_file():
        return {}
    try:
        about = json.loads(beside.read_text(encoding="utf-8"))
        if not isinstance(about, dict):
            raise ValueError
    except ValueError:
        raise DataError(f"{beside.name} is no JSON object about {path.name}; mend or remove it") from None
    return about


def _tidy(path, out):
    """Rows that ``ucj fetch`` wrote; the JSON beside them says where they came from."""
    if out.about.get("sha256") != out.sha256:
        what = (
            "is not the file that its JSON describes"
            if out.about
            else "has no JSON beside it that says where it came from"
        )
        raise DataError(f"{path.name} {what}: fetch it again")
    return bps_files.examine(path)


# -- rows to figures -----------------------------------------------------------------------------------------------------


def figures(file, package):
    """Return the figures of one file in the package's terms.

    Parameters
    ----------
    file : File
    package : catalog.Package

    Returns
    -------
    DataFrame
        Columns FIGURES. ``status`` is "read", or "refused" with ``reason``, or "missing" (a mark for no figure).
        ``value`` is in the package's unit; ``half`` is half a unit of the last digit printed, in that unit.
    """
    rows = file.rows.copy()
    text = [c for c in rows.columns if c not in ("value", "row", "column")]
    rows[text] = rows[text].astype(object).where(rows[text].notna(), "")
    made = {k: _indicator(*k) for k in set(zip(rows["indicator"], rows["dimension"], rows["unit"], strict=True))}
    found = [made[k] for k in zip(rows["indicator"], rows["dimension"], rows["unit"], strict=True)]
    levels = package.table("regions").set_index("region_code")["level"]
    local = (rows["region_code"].map(levels) == "regency").any()
    units = package.table("indicators").set_index("indicator")["unit"]
    doubts, said = _doubts(file, rows), " ".join([*file.titles, *file.notes, *rows["indicator"].unique()[:5]])
    digits = pd.Series([_half(v) for v in rows["value"]], index=rows.index)
    digits = digits.where(digits > 0)  # 13.2 and 13 among figures of two decimals are 13.20 and 13.00
    half = digits.groupby([rows["indicator"], rows["dimension"]]).transform("min").fillna(0.0).tolist()
    out = []
    for n, (r, (indicator, why)) in enumerate(zip(rows.to_dict("records"), found, strict=True)):
        cell = " ".join(filter(None, (r["sheet"], r["cell"])))
        period, reason = (None, why) if indicator is None else _period(r["period"], r["subperiod"], indicator, local)
        scale = 1.0
        if not reason and not r["region_code"]:
            reason = r["region_note"] or f"{r['region_label']!r} is no region"
        if not reason:
            scale, reason = _scale(max(r["unit"], _unit_in(r["indicator"]), key=len), units[indicator], indicator)
        definition = ""
        if not reason:
            definition, reason = _definition(indicator, period, said)
        value = r["value"]
        missing = not reason and (value != value)
        if missing:
            reason = r["flag"] or "no figure"
        out.append(
            {
                "file": file.name, "cell": cell, "region_label": r["region_label"],
                "printed_indicator": " | ".join(filter(None, (r["indicator"], r["dimension"]))),
                "printed_period": " ".join(filter(None, (r["period"], r["subperiod"]))),
                "indicator": indicator or "", "region_code": r["region_code"], "period": period or "",
                "definition": definition, "value": round(value * scale, 8) if scale == scale else value,
                "half": half[n] * (scale if scale == scale else 1.0),
                "scale": scale,
                "unit": units[indicator] if indicator else r["unit"], "note": r["status"],
                "status": "missing" if missing else "refused" if reason else "read", "reason": reason or doubts.get(n, ""),
            }
        )  # fmt: skip
    return pd.DataFrame(out, columns=FIGURES)


def _indicator(printed, dimension, unit):
    """Indicator of the package that a heading names, or None and why not."""
    parts = [p.strip() for p in dimension.split(" | ") if p.strip()]
    texts = [*reversed(parts), printed]
    at = next((t for t in texts if _named(t)), None)
    if at is None:
        return None, f"{printed or 'no heading'!r} is no indicator of this package"
    indicator = _named(at)
    if indicator not in TABLE:
        return None, indicator
    rest = [t for t in parts if t != at and not _WHOLE.fullmatch(t)]
    if rest:
        return None, f"{rest[0]!r} is a part of the population, not all of it"
    named = re.split(_BY, at)[0] if _BY.search(at) else at
    if _PART.search(named) and "+" not in named:
        return None, f"{at!r} speaks of a part of the population"
    if indicator == "poor" and re.match(r"persen|percent|%", unit, re.I) and re.search(r"persentase", printed, re.I):
        return "P0", ""
    return indicator, ""


def _named(text):
    plain = text.replace("_", " ")
    return next((what for pattern, what in _TITLES if pattern.search(plain)), None)


def _period(year, part, indicator, local):
    """Period in the package's form, and why it is not clear."""
    if not re.fullmatch(r"\d{4}", year):
        return (
            None,
            f"the period {year!r} is no single year" if year else "no year stands in the table, title or file name",
        )
    month = _month(part)
    if month is None:
        return None, f"{part!r} is no month of this indicator"
    if indicator in SOCIAL:
        return (year, "") if not month else (None, f"{part!r}: this indicator is kept by year")
    rounds = ("03", "09") if indicator in POVERTY else ("02", "08")
    if not month:
        if indicator in POVERTY and year < "2015":
            return year, ""  # BPS's table of those years gives no month
        if not local:
            names = "March or September" if indicator in POVERTY else "February or August"
            return None, f"the table does not say whether {year} is {names}"
        month = rounds[0] if indicator in POVERTY else rounds[1]  # the only round with regencies
    if month not in rounds:
        return None, f"{part!r} is no round of this survey"
    return f"{year}-{month}", ""


def _month(part):
    """Two digits of a month or semester, "" for a whole year, None for what is neither."""
    text = part.casefold()
    if text in ("", "tahunan", "annual", "setahun"):
        return ""
    for word, month in (("maret", "03"), ("september", "09"), ("februari", "02"), ("agustus", "08")):
        if word in text:
            return month
    if m := re.fullmatch(r"semester\s*(i{1,2}|[12])", text):
        return "03" if m[1] in ("i", "1") else "09"
    return None


def _unit_in(text):
    m = re.findall(r"\(([^()]*(?:jiwa|orang|persen|rupiah|rp|ribu|%)[^()]*)\)", text, re.I)
    return m[-1] if m else ""


_THOUSAND = re.compile(r"ribu|thousand|^000$", re.I)
_MILLION = re.compile(r"juta|million", re.I)


def _scale(printed, unit, indicator):
    """Factor from the printed unit to the package's; NaN where none is printed and the record must tell."""
    text = printed.strip().casefold()
    if unit in ("percent", "index", "years"):
        fits = {
            "percent": r"persen.*|%|percent.*",
            "index": r"indeks|index|poin|skor|persen.*|%",
            "years": r"tahun|years?",
        }
        good = not text or re.fullmatch(fits[unit], text)
        return (1.0, "") if good else (1.0, f"unit differs: printed in {printed!r}, kept in {unit}")
    if not text:
        return float("nan"), ""
    size = (
        1e9
        if re.search(r"mil[iy]ar|billion", text)
        else 1e6
        if _MILLION.search(text)
        else 1e3
        if _THOUSAND.search(text)
        else 1.0
    )
    if unit in ("persons", "thousand persons"):
        if re.search(r"persen|%|rupiah|rp|rumah ?tangga|keluarga|\bkk\b", text):
            return 1.0, f"unit differs: printed in {printed!r}, kept in {unit}"
        return size / (1e3 if unit.startswith("thousand") else 1.0), ""
    if not re.search(r"rp|rupiah|idr", text) or re.search(r"rumah ?tangga|keluarga|\bkk\b", text):
        return 1.0, f"unit differs: printed in {printed!r}, kept in {unit}"
    yearly = re.search(r"tahun|year", text)
    if (indicator == "poverty_line" and yearly) or (
        indicator == "adjusted_expenditure" and re.search(r"bulan|month", text)
    ):
        return 1.0, f"unit differs: printed in {printed!r}, kept in {unit}"
    base = {"IDR/person/month": 1.0, "IDR million": 1e6}.get(unit, 1e3)
    return size / base, ""


def _definition(indicator, period, said):
    """Definition that a figure of this indicator and period follows; refused where the file names another base."""
    year, month = period[:4], period[5:7]
    if indicator in POVERTY:
        if month == "09":
            return "susenas_september", ""
        if year < "2015":
            return "susenas_pre2015", ""
        if indicator == "poverty_line":
            return "susenas_march_line", ""
        if year < "2021":
            if _BASES.search(said):
                return "", (
                    f"definition breaks: the file speaks of weights of the 2020 census, and the series of {year} follows "
                    "those of 2010"
                )
            return "susenas_march_2015_2020", ""
        return "susenas_march_2021_on", ""
    if indicator in SHARES:
        return "sakernas_share", ""
    if indicator in LABOUR:
        if month == "02":
            return "sakernas_february", ""
        return ("sakernas_2023_on" if year >= "2023" or _BASES.search(said) else "sakernas_to_2022"), ""
    if re.search(r"metode lama|old method|seri 2000|2000\s*=\s*100", said, re.I):
        return "", "definition breaks: the file follows an older method or base year than the series"
    return "as_published", ""


def _half(value):
    if value != value:
        return 0.0
    text = f"{value:.6f}".rstrip("0").split(".")[1]
    return 0.5 * 10.0 ** -len(text) if text else 0.0


def _doubts(file, rows):
    """Rows that a finding of the reader speaks of: {position: reason}."""
    places = {}
    for n, (sheet, cell) in enumerate(zip(rows["sheet"], rows["cell"], strict=True)):
        places.setdefault(" ".join(filter(None, (sheet, cell))), []).append(n)
    out = {}
    whole = [f for f in file.findings if f["kind"] == "contradiction"]
    for finding in file.findings:
        at = places.get(finding["place"].strip(), [])
        if finding["kind"] in ("range", "zero", "unreadable"):
            out |= dict.fromkeys(at, finding["message"])
        elif finding["kind"] == "copied column":
            columns = set(zip(rows["sheet"].iloc[at], rows["column"].iloc[at], strict=True))
            hit = np.flatnonzero([k in columns for k in zip(rows["sheet"], rows["column"], strict=True)])
            out |= dict.fromkeys(hit.tolist(), finding["message"])
        elif finding["kind"] == "repeated":
            r = rows.iloc[at]
            same = rows[["region_code", "period", "subperiod", "indicator", "dimension"]].apply(tuple, axis=1)
            hit = np.flatnonzero(same.isin(set(same.iloc[at]))) if len(r) else []
            out |= dict.fromkeys([int(i) for i in hit], finding["message"])
    if whole:
        message = f"{whole[0]['message']}; name the file after its year, or accept it with --trust"
        out = dict.fromkeys(range(len(rows)), message) | out
    return out
