"""Row labels of BPS tables -> regions, by name within the province block they stand in.

BPS prints the province, then its regencies by bare name, then its cities as "Kota ...". GORONTALO is then a province and
Gorontalo a regency: the order of rows and the capitals tell, and where they do not the label stays without a code.
"""

import csv
import difflib
import functools
import itertools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ucj_analysis import paths, regions
from ucj_analysis.errors import RegionError

_NUMBERING = re.compile(
    r"^(?:\(?\d{1,3}[.)]|\(?[ivxl]{1,6}[.)](?![a-z]\.)|\(?[a-z][.)](?![a-z]\.))\s*(?=[^\W\d])", re.I
)
_NO_LETTER = re.compile(r"[^a-z]")
_CODED = re.compile(r"^[\[(]?(\d{4}|\d{2})[\])]?[\s.\-_:]+(?=[^\W\d])")
_PREFIX = re.compile(
    r"^(kabupaten|kab|kota|provinsi|propinsi|prov|kotamadya|kodya|pemkab|pemkot)(?![a-z])[\s._]*", re.I
)
_SUFFIX = re.compile(r"[\s,(]+(kabupaten|kab|kota|provinsi|prov|regency|city|municipality|province)[.)]*$", re.I)
_TOTAL = re.compile(
    r"(?:jumlah|total|rata-?rata|average|keseluruhan)(?:\s*/\s*\w+)?(?:\s+(?:provinsi|province|kab\S*\s*(?:/|dan|&)\s*kota))?",
    re.I,
)
_SUBTOTAL = re.compile(
    r"(?:jumlah|total|rata-?rata)\s+(?:kabupaten|kab\.?|kota|regenc(?:y|ies)|municipalit(?:y|ies)|cit(?:y|ies))", re.I
)
_KINDS = [
    (re.compile(r"(?:kabupaten|kab\.?)\s*(?:/\s*regenc(?:y|ies))?\s*:?", re.I), "kabupaten"),
    (re.compile(r"(?:kota|kotamadya)\s*(?:/\s*(?:municipality|municipalities|city|cities))?\s*:?", re.I), "kota"),
]
_ENGLISH_ONLY = {"regency": "kabupaten", "regencies": "kabupaten", "municipality": "kota", "city": "kota"}
# provinces whose regencies BPS still printed under the province they came from
_FAMILIES = [
    {"6400", "6500"},
    {"9100", "9200"},
    {"9400", "9500", "9600", "9700"},
    {"9100", "9200", "9400", "9500", "9600", "9700"},
]


@functools.lru_cache(maxsize=50_000)
def _key(text):
    if text.isascii():
        return _NO_LETTER.sub("", text.casefold())
    text = unicodedata.normalize("NFKD", text)
    return re.sub(r"[^a-z]", "", "".join(c for c in text if not unicodedata.combining(c)).casefold())


@functools.lru_cache(maxsize=50_000)
def bare(label):
    """Label without numbering, code, footnote marks and underscores; and the code that stood before it."""
    text = label.replace("_", " ").strip() if isinstance(label, str) else str(label)
    m = _CODED.match(text)
    code = m.group(1) if m else None
    text = text[m.end() :] if m else _NUMBERING.sub("", text)
    text = re.sub(r"\s*(?:\*+\)?|[†‡]|(?<=\s)\d{1,2}\)|[¹²³⁴⁵⁶⁷⁸⁹]+\)?|\(\d{1,2}\))\s*$", "", text)
    return text.strip(), code


@functools.lru_cache(maxsize=50_000)
def heading_kind(label):
    """ "kabupaten" or "kota" where a row only announces that regencies or cities follow."""
    text = bare(label)[0]
    for pattern, kind in _KINDS:
        if pattern.fullmatch(text):
            return kind
    return _ENGLISH_ONLY.get(text.casefold())


@functools.lru_cache(maxsize=50_000)
def is_total(label):
    """Whether a label says total, sum or mean and no name."""
    return bool(_TOTAL.fullmatch(bare(label)[0]))


@functools.cache
def _known_keys(folder):
    keys = set()
    table = regions.registry()
    with open(folder / "regions" / "aliases.csv", encoding="utf-8", newline="") as f:
        names = [*table["name"], *(r["alias"] for r in csv.DictReader(f))]
    for name in names:
        keys.add(_key(name))
        keys.add(_key(_SUFFIX.sub("", _PREFIX.sub("", name))))
    return keys


@functools.cache
def _children(folder, code):
    return tuple(regions.children(code))


@functools.cache
def _former(folder):
    """Codes before the recoding of 2023 -> codes now, where they differ."""
    with open(folder / "regions" / "regions.csv", encoding="utf-8", newline="") as f:
        pairs = [(r["code_pre2023"], r["region_code"]) for r in csv.DictReader(f)]
    return {old: new for old, new in pairs if old and old != new}


@functools.lru_cache(maxsize=50_000)
def candidates(label):
    """Units a label can mean, tuple of Region; empty when it is no region known here."""
    text = bare(label)[0]
    known = _known_keys(paths.data_dir())
    for shown in dict.fromkeys((text, *_spelt(text), *_halves(text))):
        core = _SUFFIX.sub("", _PREFIX.sub("", shown))
        # the gate is cheap; resolving an unknown name searches for similar ones
        if not _key(shown) or (_key(shown) not in known and _key(core) not in known):
            continue
        try:
            return (regions.resolve(shown),)
        except RegionError as error:
            if error.candidates:
                return error.candidates
    return ()


_ENGLISH = [
    (re.compile(r"((?:north|south|west|east|central)\s.*)sumatera", re.I), r"\1Sumatra"),
    (re.compile(r"((?:west|east|central)\s+)jawa", re.I), r"\1Java"),
    (re.compile(r"(.+) islands", re.I), r"Kepulauan \1"),
    (re.compile(r"special region of (.+)", re.I), r"DI \1"),
    (re.compile(r"(?:special )?capital region of jakarta|jakarta (?:special )?capital region", re.I), "DKI Jakarta"),
    (re.compile(r"highland papua|papua highlands?", re.I), "Papua Pegunungan"),
]


def _spelt(text):
    """Other spellings of one name: "Kep." for Kepulauan, "Kota Adm." for Kota, "D.I." for DI, half in English."""
    plain = text.casefold()
    yield from (pattern.sub(name, text) for pattern, name in _ENGLISH if pattern.fullmatch(text))
    if "kep" in plain:
        yield re.sub(r"\bkep\.?\s", "Kepulauan ", text, flags=re.I)
    if "adm" in plain:
        yield re.sub(r"\b(?:adm\.?|administrasi)\s", "", text, flags=re.I)
    if "." in plain:
        yield re.sub(r"\b([A-Z])\.\s?(?=[A-Z]\b)", r"\1", text)


def _halves(text):
    """Parts of a bilingual name: "Sulawesi Utara/North Sulawesi"."""
    return [h.strip() for h in text.split("/") if len(h.strip()) > 2] if "/" in text else []


@functools.lru_cache(maxsize=50_000)
def _inside(label, province):
    """The unit a label means inside a province (code), or None."""
    text = bare(label)[0]
    found = candidates(label)
    near = [r for r in found if province in (r.code, r.parent_code)]
    if len(near) < 2:
        return near[0] if near else _initials(text, province) or (None if found else _slip(text, province))
    try:
        return regions.resolve(text, within=regions.get(province))
    except RegionError:
        return None


def _initials(text, province):
    """ "PALI" in Sumatera Selatan is the only unit with these initials: Penukal Abab Lematang Ilir."""
    if not re.fullmatch(r"[A-Za-z]{3,6}", text):
        return None
    fits = [
        r for r in _children(paths.data_dir(), province)
        if "".join(w[0] for w in r.name.split() if w not in ("Kota", "Kabupaten")).casefold() == text.casefold()
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None


def _slip(text, province):
    """The one unit of a province whose name differs by a slip of spelling ("Parigi Mautong"), or None."""
    key = _key(_SUFFIX.sub("", _PREFIX.sub("", text)))
    if len(key) < 6:
        return None
    said = "kota" if re.match(r"(kota|kodya)", text, re.I) else "kabupaten" if re.match(r"kab", text, re.I) else None
    alike = []
    for r in _children(paths.data_dir(), province):
        if said in (None, r.kind):
            name = _key(_PREFIX.sub("", r.name))
            alike.append((difflib.SequenceMatcher(None, key, name, autojunk=False).ratio(), name[:1] == key[:1], r))
    alike.sort(key=lambda x: -x[0])
    best = [(ratio, r) for ratio, first, r in alike if ratio >= 0.9 and first]
    if not best or (len(alike) > 1 and alike[1][0] > best[0][0] - 0.05):
        return None
    return best[0][1]


def province_named(text):
    """The one province that a title names ("... di Provinsi Jawa Timur, 2024"), or None."""
    m = re.search(r"(?:provinsi|propinsi|province of)\s+((?:[A-Z][\w.]*\s?){1,4})", text) or re.search(
        r"(?:\bdi\b|\bse\b|\bse-|wilayah|\bin\b)\s+((?:[A-Z][\w.]*\s?){1,4})", text
    )
    words = m.group(1).split() if m else []
    for n in range(len(words), 0, -1):
        found = [r for r in candidates(" ".join(words[:n])) if r.level == "province"]
        if len(found) == 1:
            return found[0]
    return None


def named_unit(text):
    """The one regency or city that a title names with its kind ("... Menurut Kecamatan di Kabupaten Boalemo"), or None."""
    found = {}
    for m in re.finditer(r"\b(?:Kabupaten|Kab\.|Kota)\s+(?:[A-Z][\w'-]*\s?){1,4}", text):
        words = m.group(0).split()
        for n in range(len(words), 1, -1):
            units = [r for r in candidates(" ".join(words[:n]).rstrip(",.")) if r.level == "regency"]
            if len(units) == 1:
                found[units[0].code] = units[0]
                break
    return next(iter(found.values())) if len(found) == 1 else None


def share(labels):
    """Share of distinct labels (a tuple holds none twice) that name a region; totals and headings do not count."""
    named = labels if isinstance(labels, tuple) else tuple(dict.fromkeys(labels))
    if len(named) > 2_000:  # there are 553 regions: a sample tells
        named = named[:: len(named) // 1_000]
    return _share(named)


@functools.lru_cache(maxsize=64)
def _share(named):
    named = [x for x in named if x and not is_total(x) and not heading_kind(x)]
    return sum(bool(candidates(x)) for x in named) / len(named) if named else 0.0


@functools.lru_cache(maxsize=50_000)
def _levels(label):
    """Units a label can mean, whether all are provinces, whether all are regencies."""
    units = candidates(label) if label else ()
    levels = {r.level for r in units}
    return units, levels == {"province"}, levels == {"regency"}


MAX_KEPT = 2_000  # labels of a run whose answers are kept; BPS lists 553


@functools.lru_cache(maxsize=64)
def _answers(within, titled, labels, provinces, kinds):
    return Resolver(within, titled)._answers(labels, provinces, kinds)


@dataclass(frozen=True)
class Answers:
    """What the labels of a run mean.

    Attributes
    ----------
    codes, notes : tuple
        Distinct codes (None where there is none) and notes, in the order of their first label.
    code_of, note_of : array of int, shape (labels,)
        Which of them each label has.
    open_ : array of bool, shape (labels,)
        Labels that are neither a region nor a total.
    columns : dict of pyarrow.LargeStringArray
        label, code and note of each label.
    """

    codes: tuple
    notes: tuple
    code_of: np.ndarray
    note_of: np.ndarray
    open_: np.ndarray
    columns: dict


def _run_answers(within, titled, distinct, run):
    labels = [distinct[i] for i in np.frombuffer(run, dtype=np.int32).tolist()]
    answers = Resolver(within, titled).run(labels)
    code, note = zip(*answers, strict=True)
    (codes, code_of), (notes, note_of) = map(_numbered, (code, note))
    open_ = np.array([c is None and n != "a total, not a region" for c, n in answers])
    columns = {k: pa.array(x, pa.large_string()) for k, x in (("label", labels), ("code", code), ("note", note))}
    return Answers(codes, notes, code_of, note_of, open_, columns)


def _numbered(texts):
    """Distinct texts, and which of them stands at each place."""
    which = {x: i for i, x in enumerate(dict.fromkeys(texts))}
    return tuple(which), np.array([which[x] for x in texts], dtype=np.int32)


_kept_answers = functools.lru_cache(maxsize=64)(_run_answers)


class Resolver:
    """Resolves runs of row labels; equal runs once, also those of other files.

    Parameters
    ----------
    within : Region or None
        Province that the caller names.
    titled : Region or None
        Province that the title names: decides only where the rows leave it open.
    """

    def __init__(self, within=None, titled=None):
        self.within, self.titled = within, titled

    def run(self, labels, provinces=None, kinds=None):
        """Resolve labels in order.

        Parameters
        ----------
        labels : sequence of str
        provinces : sequence of str, optional
            Province printed beside each label.
        kinds : sequence of str, optional
            "kabupaten" or "kota" where a heading row says so.

        Returns
        -------
        list of (code or None, note)
        """
        labels, provinces, kinds = tuple(labels), tuple(provinces or ()), tuple(kinds or ())
        if len(labels) > MAX_KEPT:
            return self._answers(labels, provinces, kinds)
        return _answers(self.within, self.titled, labels, provinces, kinds)

    def coded(self, distinct, run):
        """Resolve labels in order, told by their place among the distinct ones.

        Parameters
        ----------
        distinct : tuple of str
        run : bytes
            Of an array of 32-bit integers.

        Returns
        -------
        Answers
        """
        resolve = _kept_answers if max(len(distinct), len(run) // 4) <= MAX_KEPT else _run_answers
        return resolve(self.within, self.titled, distinct, run)

    def _answers(self, labels, provinces, kinds):
        return self._beside(labels, provinces) if provinces else self._walk(labels, kinds)

    def _beside(self, labels, provinces):
        out = [None] * len(labels)
        groups = {}
        for i, p in enumerate(provinces):
            groups.setdefault(p, []).append(i)
        for name, rows in groups.items():
            found = [r for r in candidates(name) if r.level == "province"] if name else []
            home = found[0] if len(found) == 1 else None
            part = [labels[i] for i in rows]
            inner = Resolver(self.within or home, self.titled)
            for i, answer in zip(rows, inner._walk(part, None, caps=True), strict=True):
                out[i] = answer
        return out

    def _walk(self, labels, kinds=None, caps=False):
        n = len(labels)
        cand, only_prov, only_reg = map(list, zip(*map(_levels, labels), strict=True)) if labels else ([], [], [])
        homes = {r.parent_code for c, o in zip(cand, only_reg, strict=True) if o and len(c) == 1 for r in c}
        scope = self.within
        if (
            scope is None
            and len(homes) == 1
            and not any(o and c[0].code not in homes for c, o in zip(cand, only_prov, strict=True))
        ):
            scope = regions.get(next(iter(homes)))
        if scope is None and not homes and self.titled is not None and any(only_reg):
            scope = self.titled
        level_only_provinces = not any(only_reg) and not (scope and self.within)
        upper_prov = (
            any(only_prov) and any(only_reg)
            and all(labels[i].isupper() for i in range(n) if only_prov[i])
            and not any(bare(labels[i])[0].isupper() for i in range(n) if only_reg[i])
        )  # fmt: skip
        title_regs = any(only_reg) and not any(bare(labels[i])[0].isupper() for i in range(n) if only_reg[i])
        following = _following(cand, only_reg)
        out, block, heading, used = [], scope, False, set()
        spelt = {r.code for x in cand if len(x) == 1 for r in x}
        lengths = [sum(1 for _ in rows) for _, rows in itertools.groupby(labels)]
        repeated = sum(n > 1 for n in lengths) > len(lengths) / 2
        for i, label in enumerate(labels):
            c, slip = cand[i], ""
            kind = kinds[i] if kinds else None
            again = i and repeated and label and label == labels[i - 1]
            if again and out[-1][0] and (not kinds or kind == kinds[i - 1]):
                out.append(out[-1])  # the same unit again, one row for each year
                continue
            if not c and block is not None:
                unit = _inside(label, block.code)
                c = (unit,) if unit and unit.code not in spelt else ()
                slip = f"{label!r} read as {c[0].name}" if c else ""
            if not c:
                out.append(self._no_region(label, block, used))
                continue
            if c[0].level == "nation":
                out.append((c[0].code, ""))
                continue
            provs = [r for r in c if r.level == "province"]
            regs = [r for r in c if r.level == "regency"]
            if provs and regs:
                if kind and not any(r.kind == kind and r.code not in used for r in regs):
                    kind = None  # the units of this kind are through: the total follows
                is_province = not kind and self._is_province(
                    i, labels, cand, provs[0], block, heading, used, level_only_provinces, upper_prov, title_regs,
                    following, only_prov,
                )  # fmt: skip
                if is_province is None:
                    said = " or ".join(str(r) for r in (*provs, *regs[:1]))
                    out.append((None, f"{label!r} can mean {said}, and its place in the table leaves it open"))
                    continue
                if is_province:
                    regs = []
                else:
                    provs = []
                    if not any(block and r.parent_code == block.code for r in regs) and following[i]:
                        block = regions.get(following[i])
            if provs:
                p = provs[0]
                if self.within is not None and p.code != self.within.code:
                    out.append((None, f"{label!r} is {p}, which is not {self.within}"))
                    continue
                block, heading = p, True
                used = set()
                out.append((p.code, ""))
                continue
            code, note, block = self._regency(label, regs, block, heading, kind, following[i], used)
            out.append((code, note or (slip if code else "")))
        if scope is not None:
            out = _totals(labels, out, scope)
        return out

    def _is_province(self, i, labels, cand, p, block, heading, used, only_provinces, upper_prov, title_regs,
                     following, only_prov):  # fmt: skip
        """Whether a label that is a province's and a regency's name ("Gorontalo") means the province; None: open."""
        label = labels[i]
        if only_provinces:
            return True
        name = bare(label)[0]
        if any(o and cand[j][0].code == p.code for j, o in enumerate(only_prov) if j != i):
            return False  # "DI Yogyakarta" is in the table: "Yogyakarta" is the city
        if upper_prov:
            return name.isupper()
        end = i
        while end < len(labels) and labels[end] == label:
            end += 1  # one unit with a row for each year
        same = [j for j in range(len(labels)) if not i <= j < end and _key(bare(labels[j])[0]) == _key(name)]
        regs = [r for r in cand[i] if r.level == "regency" and r.parent_code == p.code]
        if regs and all(any(len(c) == 1 and c[0].code == r.code for c in cand) for r in regs):
            return True  # "Kota Bengkulu" is in the table: "Bengkulu" is the province
        if title_regs and name.isupper() and len(name) > 3:
            return True
        if title_regs and any(bare(labels[j])[0].isupper() for j in same):
            return False
        if block is not None and block.code == p.code and heading:
            return all(r.code in used for r in regs)
        if block is not None and block.code == p.code:
            if all(r.code in used for r in regs if r.kind == "kabupaten"):
                return True
            if any(j > i for j in same):
                return not used
            if i == len(labels) - 1 and i > 1 and used and max(used) > min(r.code for r in regs):
                return None  # a last row out of the order of codes: the total, or the regency?
            return False
        if any(j > i and _before_next_province(i, j, only_prov) for j in same):
            return True
        if any(only_prov):
            return True
        return following[i] != p.code

    def _regency(self, label, regs, block, heading, kind, following, used):
        if kind:
            of_kind = [r for r in regs if r.kind == kind]
            regs = of_kind or regs
        note = ""
        pool = [r for r in regs if block is not None and r.parent_code == block.code]
        if not pool and block is not None:
            for family in _FAMILIES:
                if block.code in family:
                    pool = pool or [r for r in regs if r.parent_code in family]
            if pool:
                note = f"printed under {block.name}, today in {regions.get(pool[0].parent_code).name}"
        if not pool:
            if self.within is not None:
                return None, f"{label!r} is {regs[0]}, which does not lie in {self.within}", block
            pool = [r for r in regs if r.parent_code == following] or list(regs)
            if block is not None and heading and len(pool) == 1:
                note = f"printed under {block.name}"
        if len(pool) > 1:
            bare_name = [r for r in pool if r.kind == "kabupaten"] if len({r.parent_code for r in pool}) == 1 else []
            fresh = [r for r in pool if r.code not in used]
            if len(bare_name) == 1 and (kind or bare_name[0].code not in used):
                pool = bare_name
            elif len(fresh) == 1 and len({r.parent_code for r in pool}) == 1:
                pool = fresh
            else:
                said = "; ".join(str(r) for r in pool[:3])
                return None, f"{label!r} can mean {said}: name the province with within=", block
        unit = pool[0]
        used.add(unit.code)
        if not heading and (block is None or unit.parent_code != block.code) and self.within is None:
            block = regions.get(unit.parent_code)
            used.intersection_update({unit.code})
        return unit.code, note, block

    def _no_region(self, label, block, used):
        if not label:
            return None, "no label"
        if is_total(label) or _SUBTOTAL.fullmatch(bare(label)[0]):
            return None, "a total, not a region"
        return None, f"{label!r} is no region known here"


def _following(cand, only_reg):
    """Province of the nearest unambiguous regency after (else before) each row."""
    n = len(cand)
    out, last = [None] * n, None
    for i in range(n - 1, -1, -1):
        if only_reg[i] and len({r.parent_code for r in cand[i]}) == 1:
            last = cand[i][0].parent_code
        out[i] = last
    last = None
    for i in range(n):
        if only_reg[i] and len({r.parent_code for r in cand[i]}) == 1:
            last = cand[i][0].parent_code
        out[i] = out[i] or last
    return out


def _before_next_province(i, j, only_prov):
    return not any(only_prov[i + 1 : j])


def _totals(labels, out, scope):
    """A row "Jumlah" under all units of one province is that province."""
    found = {code for code, _ in out if code}
    whole = [x for x in labels if is_total(x) and not re.match(r"rata|average", bare(x)[0], re.I)]
    if not whole:
        return out
    if not {r.code for r in _children(paths.data_dir(), scope.code)} <= found:
        return out
    return [
        (scope.code, f"{x!r}: all units of {scope.name} are listed") if code is None and x in whole else (code, note)
        for x, (code, note) in zip(labels, out, strict=True)
    ]


def by_code(codes, header):
    """Units of a column of codes under each system: {"bps": [...], "kemendagri": [...]}, None where there is none."""
    folder = str(paths.data_dir())  # compared by each look into the cache
    made = {code: [_coded(folder, code, system) for system in regions.SYSTEMS] for code in set(map(str, codes))}
    return {system: [made[str(code)][k] for code in codes] for k, system in enumerate(regions.SYSTEMS)}


@functools.lru_cache(maxsize=20_000)
def _coded(folder, code, system):
    """Unit of a code (now or before 2023) in a system, or None."""
    digits = re.sub(r"\.0$|\D", "", code)
    if len(digits) not in (2, 4):
        return None
    for code in dict.fromkeys((digits, _former(Path(folder)).get(digits, digits) if system == "bps" else digits)):
        try:
            return regions.resolve(code, codes=system)
        except RegionError:
            continue
    return None


class _Fits(dict):
    """Whether a label can mean the unit with a code, each pair looked at once; None where it names no region."""

    def __missing__(self, pair):
        label, code = pair
        meant = {r.code for r in candidates(label)}
        fit = self[pair] = (code in meant) if meant else None
        return fit


def settle_codes(labels, codes, header):
    """Check a column of codes against the names beside it.

    Returns
    -------
    system : "bps" or "kemendagri"
    units : list of Region or None
    against : list of int
        Rows whose code means a unit that the name cannot mean.

    Where both systems explain the names, BPS's is taken unless the heading names the ministry's.
    """
    plain = header.casefold()
    declared = "kemendagri" if re.search(r"dagri|permendagri", plain) else "bps" if "bps" in plain else None
    both = by_code(codes, header)
    fits = _Fits()
    score = {}
    for system, units in both.items():
        told = [None if u is None else fits[x, u.code] for x, u in zip(labels, units, strict=True)]
        wrong = [i for i, fit in enumerate(told) if fit is False]
        score[system] = (told.count(True), -len(wrong), wrong)
    best = max(both, key=lambda s: (score[s][:2], s == (declared or "bps")))
    system = declared if declared and score[declared][0] >= score[best][0] * 0.9 else best
    units = list(both[system])
    if system == "bps":
        # a code given up in 2023 may stand for another unit today: the name decides
        by_old = _former(paths.data_dir())
        for i in score[system][2]:
            old = by_old.get(re.sub(r"\.0$|\D", "", str(codes[i])))
            if old and regions.get(old) in candidates(labels[i]):
                units[i] = regions.get(old)
    wrong = [i for i in score[system][2] if not fits[labels[i], units[i].code]]
    return system, declared, units, wrong
