"""Identity of regions: codes, names, spellings.

BPS and Kemendagri write the same four digits for different regencies, and one name can be a province, a regency and a
city. A name or code is resolved only where it can mean one unit; otherwise it is refused with the units it could mean.
"""

import csv
import difflib
import functools
import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from ucj_analysis import paths
from ucj_analysis.errors import RegionError, UcjError

SYSTEMS = {"bps": "BPS", "kemendagri": "Kemendagri"}
_KIND = {
    **dict.fromkeys(("kab", "kabupaten", "regency", "pemkab", "kabupatan"), "kabupaten"),
    **dict.fromkeys(("kota", "city", "municipality", "pemkot", "kotamadya", "kodya"), "kota"),
    **dict.fromkeys(("prov", "prop", "provinsi", "propinsi", "province", "pemprov"), "provinsi"),
}
_FILLER = {"of", "adm", "administrasi", "the"}
_ENGLISH = {
    "north": "utara",
    "south": "selatan",
    "east": "timur",
    "west": "barat",
    "central": "tengah",
    "southeast": "tenggara",
}
_SHORT = {
    "kep": "kepulauan", "kepl": "kepulauan", "gtlo": "gorontalo", "ut": "utara", "utr": "utara", "sel": "selatan",
    "slt": "selatan", "tim": "timur", "tmr": "timur", "bar": "barat", "brt": "barat", "tgh": "tengah", "teng": "tengah",
    "tengg": "tenggara", "oku": "ogan komering ulu", "oki": "ogan komering ilir", "hst": "hulu sungai tengah",
    "hss": "hulu sungai selatan", "hsu": "hulu sungai utara", "tj": "tanjung", "tjg": "tanjung",
}  # fmt: skip


@dataclass(frozen=True)
class Region:
    """One unit.

    Attributes
    ----------
    code : str
        BPS code, four digits: 0000 the nation, xx00 a province.
    name, level, kind : str
        Name as BPS writes it; nation, province or regency; negara, provinsi, kabupaten or kota.
    parent_code, kemendagri : str or None
    """

    code: str
    name: str
    level: str
    kind: str
    parent_code: str | None
    kemendagri: str | None

    @property
    def _core(self):
        return re.sub(r"^(Kota|Kabupaten) ", "", self.name)

    def label(self, lang="id"):
        """Full name: "Kabupaten Bone Bolango" or "Bone Bolango Regency"."""
        if self.level == "nation":
            return self.name
        if lang == "id":
            head = {"provinsi": "Provinsi", "kabupaten": "Kabupaten", "kota": "Kota"}[self.kind]
            return f"{head} {self._core}"
        tail = {"provinsi": "Province", "kabupaten": "Regency", "kota": "City"}[self.kind]
        return f"{self._core} {tail}"

    @property
    def short(self):
        """Name for maps and tables; "Kab." only where a city or a province bears the same name."""
        if self.kind == "kota":
            return f"Kota {self._core}"
        if self.kind == "kabupaten" and _core_count()[_key(self._core)] > 1:
            return f"Kab. {self._core}"
        return self._core

    def __str__(self):
        return f"{self.label('id')} ({self.code})"


def _rows(name):
    with open(paths.data_dir() / "regions" / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


@functools.cache
def _units(folder):
    try:
        return {
            r["region_code"]: Region(
                r["region_code"],
                r["name"],
                r["level"],
                r["kind"],
                r["parent_code"] or None,
                r["code_kemendagri"] or None,
            )
            for r in _rows("regions.csv")
        }
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise UcjError(
            f"the table of regions in {folder} cannot be read ({type(error).__name__}); run `ucj doctor`"
        ) from None


def _all():
    return _units(paths.data_dir())


@functools.cache
def _core_count():
    counts = {}
    for r in _all().values():
        counts[_key(r._core)] = counts.get(_key(r._core), 0) + 1
    return counts


def registry():
    """Return all units: region_code, name, level, kind, parent_code, code_kemendagri."""
    return pd.DataFrame(
        [(r.code, r.name, r.level, r.kind, r.parent_code or "", r.kemendagri or "") for r in _all().values()],
        columns=["region_code", "name", "level", "kind", "parent_code", "code_kemendagri"],
    )


def get(code):
    """Return the unit of a BPS code; RegionError when there is none."""
    try:
        return _all()[code]
    except KeyError:
        raise RegionError(f"{code!r} is no BPS region code: expected four digits such as 7504") from None


def children(code):
    """Return the units directly below one, in code order."""
    get(code)
    return [r for r in sorted(_all().values(), key=lambda r: r.code) if r.parent_code == code]


def province_of(code):
    """Return the province a unit lies in (a province lies in itself); None for the nation."""
    r = get(code)
    return r if r.level == "province" else None if r.level == "nation" else get(r.parent_code)


def _words(text):
    """Lower-case words of a name; footnote marks, dots, dashes and accents gone."""
    text = str(text)
    if text.isascii() and text.replace(" ", "").isalpha():  # most names
        return text.casefold().split()
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    text = re.sub(r"(?<=\w)[*†‡]+|[*†‡]+|\b\d+\)|[\d¹²³]+\)?\s*$", " ", text)
    return re.sub(r"[^a-z0-9]+", " ", text).split()


def _key(name):
    """What spellings of one name share: letters only."""
    return "".join(_words(name))


def _split(text):
    """Kind the text names ("kabupaten", "kota", "provinsi" or None) and the words of the name."""
    words = _words(text)
    kind = None
    for at in (0, -1):  # "Kab. Gorontalo", "Gorontalo (Kota)"; inside a name "Kota" is part of it
        if len(words) > 1 and words[at] in _KIND:
            kind = _KIND[words.pop(at)]
            break
    core = [w for w in words if w not in _FILLER]
    joined = re.fullmatch(r"(kab|kota|pemkab|pemkot|prov)([a-z]{4,})", "".join(core)) if not kind else None
    return kind, core, joined


@functools.cache
def _index(folder):
    """Codes by key of name and alias, and by (kind, key)."""
    names, kinds = {}, {}

    def put(d, key, code):
        if key:
            d.setdefault(key, set()).add(code)

    for r in _units(folder).values():
        put(names, _key(r._core), r.code)
        put(kinds, (r.kind, _key(r._core)), r.code)
    for row in _rows("aliases.csv"):
        code, alias = row["region_code"], row["alias"]
        kind, core, _ = _split(alias)
        put(names, _key(alias), code)
        if not kind:
            put(kinds, (_units(folder)[code].kind, "".join(core)), code)
        else:
            put(kinds, (kind, "".join(core)), code)
            if "".join(core) not in names:
                put(names, "".join(core), code)
    return names, kinds


@functools.cache
def _by_kemendagri(folder):
    return {r.kemendagri.replace(".", ""): r for r in _units(folder).values() if r.kemendagri}


def _province(within):
    if within is None:
        return None
    if isinstance(within, Region):
        found = within
    else:
        digits = re.fullmatch(r"\s*(\d{2})(00)?\s*", str(within))
        found = _all().get(digits.group(1) + "00") if digits else _by_name(str(within), level="province")
    if found is None or found.level != "province":
        raise RegionError(f"within={within!r} is no province: give its name or its two-digit BPS code, such as 75")
    return found


def resolve(text, *, within=None, codes=None):
    """Return the unit a name or code means.

    Parameters
    ----------
    text : str, int or float
        A name as people write it, or a code (7504, "75.03", "ID7504", 7504.0).
    within : str or Region, optional
        Province it lies in; inside a province a bare name is the regency, as in BPS tables, where the city is "Kota".
    codes : {"bps", "kemendagri"}, optional
        System of the code. A bare code needs none only where both systems mean the same unit by it.

    Raises
    ------
    RegionError
        When it is unknown, or can mean more than one unit (``candidates``).
    """
    if codes not in (None, *SYSTEMS):
        raise RegionError(f"codes={codes!r}: expected bps or kemendagri")
    province = _province(within)
    if isinstance(text, float) and text == text and text == int(text):
        text = int(text)
    shown = str(text).strip() if text is not None and text == text else ""
    if not shown:
        raise RegionError("an empty cell names no region: give a name or a code")
    code = re.fullmatch(r"(?:(ID)[- ]?)?(\d{4}|\d{2})(?:\.0)?|(\d{2})\.(\d{2})", shown, re.I | re.A)
    if code:
        pcode, plain, head, tail = code.groups()
        found = _by_code(shown, plain or head + tail, "bps" if pcode else codes)
    else:
        found = _by_name(shown, province=province)
    if province is not None and found.code != province.code and found.parent_code != province.code:
        raise RegionError(
            f"{shown!r} is {found}, which does not lie in {province}; leave out within, or name another province",
            (found,),
        )
    return found


def _by_code(shown, digits, codes):
    folder = paths.data_dir()
    bps = _all().get(digits if len(digits) == 4 else digits + "00")
    if digits == "0000":
        return bps
    kemendagri_digits = digits[:2] if len(digits) == 4 and digits.endswith("00") else digits
    ministry = _by_kemendagri(folder).get(kemendagri_digits)
    if codes == "bps" or codes == "kemendagri":
        found = bps if codes == "bps" else ministry
        if found is None:
            raise RegionError(f"{shown!r} is no {SYSTEMS[codes]} code of a region")
        return found
    if bps is not None and bps == ministry:
        return bps
    readings = [(r, s) for r, s in ((bps, "BPS"), (ministry, "Kemendagri")) if r is not None]
    if not readings:
        raise RegionError(f"{shown!r} is no region code of BPS or Kemendagri")
    said = " or ".join(f"{r.label('id')} ({s})" for r, s in readings)
    only = "" if len(readings) == 2 else f", and no code of {'BPS' if readings[0][1] == 'Kemendagri' else 'Kemendagri'}"
    raise RegionError(
        f'{shown!r} means {said}{only}: say which system with codes="bps" or codes="kemendagri" '
        "(--codes bps or --codes kemendagri)",
        [r for r, _ in readings],
    )


def _by_name(shown, *, province=None, level=None):
    units = _all()
    names, kinds = _index(paths.data_dir())
    kind, core, joined = _split(shown)
    key = "".join(core)
    pools = [names.get(_key(shown), set()), kinds.get((kind, key), set()) if kind else names.get(key, set())]
    if joined and not any(pools):
        kind = _KIND[joined.group(1)]
        pools.append(kinds.get((kind, joined.group(2)), set()))
    if not any(pools) and any(w in _ENGLISH for w in core):
        turned = [w for w in core if w not in _ENGLISH] + [_ENGLISH[w] for w in core if w in _ENGLISH]
        pools.append(kinds.get((kind, "".join(turned)), set()) if kind else names.get("".join(turned), set()))
    if not any(pools):  # short words written out; islands named without "Kepulauan"
        full = "".join(_SHORT.get(w, w) for w in core).replace(" ", "")
        for key_ in (full, "kepulauan" + full):
            pools.append(kinds.get((kind, key_), set()) if kind else names.get(key_, set()))
    # the first pool that knows the text as written decides; kinds named in the text bind
    found = next((p for p in pools if p), set())
    if kind:
        found = {c for c in found if units[c].kind == kind} or (set() if kind != "kota" else found)
    if level:
        found = {c for c in found if units[c].level == level}
    if province is not None:
        inside = {c for c in found if c == province.code or units[c].parent_code == province.code}
        if len(inside) > 1:
            # BPS tables print the regency by its bare name and the city as "Kota ..."
            inside = {c for c in inside if units[c].kind == "kabupaten"} or inside
        if not inside and found:
            said = ", ".join(str(units[c]) for c in sorted(found))
            raise RegionError(
                f"{shown!r} is {said}, which does not lie in {province}; leave out within, or name another province",
                [units[c] for c in sorted(found)],
            )
        found = inside
    if len(found) == 1:
        return units[next(iter(found))]
    if found:
        candidates = [units[c] for c in sorted(found)]
        said = "; ".join(str(r) for r in candidates)
        raise RegionError(
            f"{shown!r} can mean {said}: write Provinsi, Kabupaten or Kota before the name, or give the BPS code",
            candidates,
        )
    near = difflib.get_close_matches(key, names, n=3, cutoff=0.75) if key else []
    hint = sorted({units[c].label("id") for k in near for c in names[k]})[:3]
    raise RegionError(
        f"{shown!r} is no region known here"
        + (f"; did you mean {' or '.join(hint)}?" if hint else "; give a name as BPS writes it, or a BPS code")
    )


def resolve_column(series, *, within=None, codes=None, errors="raise"):
    """Resolve a column of names or codes; each distinct value once.

    Parameters
    ----------
    series : Series
    within : str, Region or Series, optional
        Province, one for all or one per row.
    codes : {"bps", "kemendagri"}, optional
    errors : {"raise", "missing"}
        What an unclear value becomes: RegionError naming row and value, or NA.

    Returns
    -------
    Series of BPS codes (str), index kept.
    """
    if errors not in ("raise", "missing"):
        raise ValueError(f"errors={errors!r}: expected raise or missing")
    frame = pd.DataFrame({"value": series, "within": within if isinstance(within, pd.Series) else None})
    keys = frame.astype(object).where(frame.notna(), None)
    single = None if isinstance(within, pd.Series) else within
    pairs = list(zip(keys["value"], keys["within"], strict=True))
    cache = {}
    for i, pair in enumerate(pairs):
        if pair in cache:
            continue
        try:
            cache[pair] = resolve(pair[0], within=pair[1] if pair[1] is not None else single, codes=codes).code
        except RegionError as error:
            if errors == "raise":
                raise RegionError(f"row {series.index[i]}: {error}", error.candidates) from None
            cache[pair] = None
    return pd.Series([cache[p] for p in pairs], index=series.index, name="region_code", dtype="str")


def code_system(names, codes, *, within=None):
    """Tell from names which system a column of codes is in.

    Returns
    -------
    "bps", "kemendagri", or None where both fit every row.

    Raises
    ------
    RegionError
        When neither fits all rows, naming the first row that contradicts each.
    """
    fits = {}
    for system in SYSTEMS:
        fits[system] = None
        for i, (name, code) in enumerate(zip(names, codes, strict=True)):
            try:
                a, b = resolve(name, within=within), resolve(code, codes=system)
            except RegionError:
                continue
            if a != b:
                fits[system] = f"row {i}: {name!r} is {a.code} and {code!r} would be {b.label('id')}"
                break
    good = [s for s, wrong in fits.items() if wrong is None]
    if not good:
        raise RegionError("codes and names fit neither system (BPS: {bps}; Kemendagri: {kemendagri})".format(**fits))
    return good[0] if len(good) == 1 else None
