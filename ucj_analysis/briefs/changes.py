"""What changed since the last acceptance of new data: in the record, in the headline figures, in words.

`record` and `headlines` compare two states of the package as frames; the preview of new data, the section "What changed
since" of a brief and the page ``changes.html`` all say what these frames hold.
"""

import functools
from dataclasses import fields
from itertools import islice
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from ucj_analysis import __version__, catalog, language, observations
from ucj_analysis.briefs import facts, page, quantity
from ucj_analysis.briefs.quantity import Quantity, Voice, fill
from ucj_analysis.briefs.section import Section
from ucj_analysis.language import number, period
from ucj_analysis.observations import FIGURE
from ucj_analysis.regions import children, get

PAGE = "changes.html"
TABLES = ("poverty", "labour", "socioeconomic", "coverage")
MOST = 2  # sentences in a brief, which has two pages
HEADLINES = {
    "ucj": ("cakupan UCJ yang dilaporkan", "reported UCJ coverage"),
    "covered": ("peserta aktif", "active participants"),
    "potential": ("pekerja potensial (penyebut UCJ)", "potential workers (the UCJ denominator)"),
    "uncovered": ("pekerja belum terlindungi", "workers not covered"),
    "gap": ("kekurangan peserta terhadap target", "participants short of the target"),
    "members_all": ("peserta aktif menurut BPJS", "active participants by BPJS"),
    "members_bpu": ("peserta aktif BPU", "active BPU participants"),
    "members_pu": ("peserta aktif PU", "active PU participants"),
    "over_employed": ("peserta aktif terhadap penduduk bekerja BPS", "active participants over BPS employed"),
    "informal": ("perkiraan pekerja informal", "estimated informal workers"),
    "budget": ("anggaran iuran", "budget for dues"),
    "p0": ("persentase penduduk miskin (P0)", "the poverty rate (P0)"),
    "p0_change": ("perubahan P0 sejak awal seri", "the change of P0 since the series began"),
    "p0_province": ("P0 provinsi", "the province's P0"),
    "p1": ("indeks kedalaman kemiskinan (P1)", "the poverty gap index (P1)"),
    "p2": ("indeks keparahan kemiskinan (P2)", "the poverty severity index (P2)"),
    "poor": ("jumlah penduduk miskin", "the number of the poor"),
    "line": ("garis kemiskinan", "the poverty line"),
    "extreme": ("kemiskinan ekstrem, angka resmi", "extreme poverty, official figure"),
    "estimate": ("perkiraan kemiskinan ekstrem", "estimated extreme poverty"),
    "rank": ("peringkat P0, 1 yang terendah", "the rank by P0, 1 the lowest"),
}
_SHOWN = (*facts.INDICATORS, "employed", "informal_share")  # what a brief rests on, the foremost first
_EXTRA = ("p0_province", "p0_change")  # said of the province, or follow from what is said


# -- frames ------------------------------------------------------------------------------------------------------------


def record(before, after):
    """Figures of the observation record that differ between two states: one row per figure.

    Parameters
    ----------
    before, after : catalog.Package

    Returns
    -------
    DataFrame
        table, FIGURE, unit, before, after, difference, percent, kind ("new", "revised", "withdrawn"), row_before,
        row (observation_id), source_id.
    """
    parts = []
    for name in TABLES:
        old, new = (observations.pick(p.table(name), p.table("sources")) for p in (before, after))
        keep = [*FIGURE, "unit", "value", "observation_id", "source_id"]
        both = old[keep].merge(new[keep], on=[*FIGURE, "unit"], how="outer", suffixes=("_old", "_new"), indicator=True)
        apart = (both["_merge"] != "both") | ((both["value_old"] - both["value_new"]).abs() > 1e-9)
        both = both[apart]
        kind = both["_merge"].astype(str).map({"both": "revised", "right_only": "new", "left_only": "withdrawn"})
        parts.append(
            pd.DataFrame(
                {
                    "table": name,
                    **{k: both[k] for k in [*FIGURE, "unit"]},
                    "before": both["value_old"].astype(float),
                    "after": both["value_new"].astype(float),
                    "difference": both["value_new"] - both["value_old"],
                    "percent": 100 * (both["value_new"] / both["value_old"] - 1).where(both["value_old"] != 0),
                    "kind": kind,
                    "row_before": both["observation_id_old"].fillna(""),
                    "row": both["observation_id_new"].fillna(""),
                    "source_id": both["source_id_new"].fillna(both["source_id_old"]),
                }
            )
        )
    order = ["table", "indicator", "period", "region_code", "definition"]
    return pd.concat(parts, ignore_index=True).sort_values(order, ignore_index=True)


def moves(before, after):
    """Figures that two states both have, one row a region: those of the record, and of the panel where that has none.

    Parameters
    ----------
    before, after : catalog.Package

    Returns
    -------
    DataFrame
        indicator, period, region_code, revised (bool), percent (of revised figures), row (its name in a brief).
    """
    key = ["indicator", "period", "region_code"]
    parts = []
    for name in (*(t for t in TABLES if t != "coverage"), "panel"):
        if name == "panel":
            old, new = (p.table(name) for p in (before, after))
            new = new.assign(row="panel/" + new["region_code"] + "/" + new["period"] + "/" + new["indicator"])
        else:
            old, new = (observations.pick(p.table(name), p.table("sources")) for p in (before, after))
            new = new.rename(columns={"observation_id": "row"})
        on = key if name == "panel" else [*FIGURE, "unit"]
        both = old[[*on, "value"]].merge(new[[*on, "value", "row"]], on=on, suffixes=("_old", "_new"))
        both["revised"] = (both["value_new"] - both["value_old"]).abs() > 1e-9
        both["percent"] = 100 * (both["value_new"] / both["value_old"] - 1).where(both["value_old"] != 0)
        parts.append(both.sort_values("revised", ascending=False, kind="stable").drop_duplicates(key))
    out = pd.concat(parts, ignore_index=True).drop_duplicates(key, ignore_index=True)
    return out.assign(percent=out["percent"].where(out["revised"]))[[*key, "revised", "percent", "row"]]


def restated(moved):
    """Years of an indicator in which most regions of a province were revised: BPS may have changed weights or method.

    A preview asks the same of the file it reads; this asks it of two states, so that it stays visible afterwards.

    Parameters
    ----------
    moved : DataFrame from `moves`

    Returns
    -------
    DataFrame
        indicator, period, province, revised, of (its regions and itself, at least 5), low, high (least and greatest change
        in percent).
    """
    groups = moved.groupby(["indicator", "period", moved["region_code"].str[:2].rename("province") + "00"])
    out = (
        groups["revised"].agg(revised="sum", of="size").join(groups["percent"].agg(low="min", high="max")).reset_index()
    )
    return out[(out["of"] >= 5) & (2 * out["revised"] > out["of"])].reset_index(drop=True)


def quantities(f):
    """Headline figures of the facts of a region: {name: Quantity, or a number for the rank}."""
    out = {}
    for one in fields(f):
        value = getattr(f, one.name)
        if isinstance(value, Quantity) and one.name in HEADLINES:
            out[one.name] = value
    if f.estimate is not None:
        out["estimate"] = f.estimate.rate
    if f.rank:
        out["rank"] = f.rank
    return out


def headlines(before, after, codes):
    """Effect on the headline figures of the briefs: every one that differs between two states.

    Parameters
    ----------
    before, after : facts.Inputs
    codes : list of str

    Returns
    -------
    DataFrame
        region_code, figure, unit, before, period_before, after, period_after, difference, percent; ``attrs["of"]`` is how
        many headline figures there are.
    """
    rows = []
    old, new = _gathered(before, codes), _gathered(after, codes)
    for code in codes:
        for name, a, b in _differing(old[code], new[code]):
            x, y = (q.value if isinstance(q, Quantity) else q for q in (a, b))
            both = x is not None and y is not None
            any_ = b if b is not None else a
            ratio = both and x and isinstance(any_, Quantity) and any_.unit != "percentage points"
            rows.append(
                {
                    "region_code": code,
                    "figure": name,
                    "unit": any_.unit if isinstance(any_, Quantity) else "rank",
                    "before": x,
                    "period_before": a.period if isinstance(a, Quantity) else "",
                    "after": y,
                    "period_after": b.period if isinstance(b, Quantity) else "",
                    "difference": y - x if both else None,
                    "percent": 100 * (y / x - 1) if ratio else None,
                }
            )
    columns = [
        "region_code",
        "figure",
        "unit",
        "before",
        "period_before",
        "after",
        "period_after",
        "difference",
        "percent",
    ]
    out = pd.DataFrame(rows, columns=columns)
    out = out.astype({c: float for c in ("before", "after", "difference", "percent")})
    out.attrs["of"] = sum(len(quantities(f)) for f in new.values())
    return out


def _gathered(inputs, codes):
    """Facts by region; those of a province bring those of its parts."""
    out = {}
    for code in codes:
        if code not in out:
            f = facts.gather(inputs, code)
            out |= {p.region.code: p for p in (f, *f.parts)}
    return out


def _differing(before, after):
    """Headline figures of two facts that differ: (name, before, after), either None where the state has none."""
    a, b = quantities(before), quantities(after)

    def core(q):
        return (round(q.value, 9), round(q.lower, 9), q.period, q.definition) if isinstance(q, Quantity) else q

    return [(n, a.get(n), b.get(n)) for n in HEADLINES if core(a.get(n)) != core(b.get(n))]


# -- in words ------------------------------------------------------------------------------------------------------------


def last_state(package):
    """The state before the present one of a package, or None."""
    known = catalog.states(package.descriptor)
    return known[-2] if len(known) > 1 else None


@functools.lru_cache(maxsize=4)
def _earlier(package):
    """Inputs of the state before a package's, opened once."""
    return facts.load(catalog.Package(package.folder, as_of=last_state(package)))


@functools.lru_cache(maxsize=64)
def _facts_before(package, code):
    return facts.gather(_earlier(package), code)


@functools.lru_cache(maxsize=4)
def _record(package):
    return record(_earlier(package).package, package)


@functools.lru_cache(maxsize=4)
def _moves(package):
    return moves(_earlier(package).package, package)


def _whole(inputs, code, v, say):
    """Sentence on a year of which most figures of the region's province were revised: the first by `_SHOWN`, its latest."""
    moved = _moves(inputs.package)
    moved = moved[moved["indicator"].isin(_SHOWN) & (moved["region_code"].str[:2] == code[:2])]
    own = moved[moved["revised"] & ((moved["region_code"] == code) | (code[2:] == "00"))]
    found = restated(moved).merge(own[["indicator", "period"]].drop_duplicates())
    if found.empty:
        return []
    order = found["indicator"].map(_SHOWN.index)
    first = found.assign(order=order).sort_values(["order", "period"], ascending=[True, False]).iloc[0]
    here = moved[(moved["indicator"] == first["indicator"]) & (moved["period"] == first["period"])]
    k, n = (v.data(number(len(x), v.lang), len(x), x["row"]) for x in (here[here["revised"]], here))
    what = inputs.indicators.set_index("indicator").loc[first["indicator"], f"title_{v.lang}"]
    said = fill(say["restated"], what=what, t=v.when(first["period"]), k=k, n=n)
    return [said, Markup(say["restated_more"])] if len(found) > 1 else [said]


def section(inputs, f, v, lang):
    """Return the section "What changed since" of a brief; None where the package has no earlier state."""
    state = last_state(inputs.package)
    if state is None:
        return None
    say = _SAY[language.check(lang)]
    code = f.region.code
    moved = [m for m in _differing(_facts_before(inputs.package, code), f) if m[0] not in _EXTRA]
    paragraphs = _whole(inputs, code, v, say)
    told = list(islice(filter(None, (_sentence(*m, v, say) for m in moved)), MOST - bool(paragraphs)))
    rows = _record(inputs.package)
    rows = rows[rows["region_code"] == code]
    paragraphs += [_counts(rows, v, say)] if len(rows) else []
    paragraphs += told or [Markup(say["small" if moved else "none"])]
    if told and len(moved) > len(told):
        paragraphs.append(Markup(say["more"]))
    paragraphs.append(Markup('<a href="../{}">{}</a>.').format(PAGE, say["all"]))
    return Section("changes", say["heading"].format(period(state["date"], lang)), (Markup(" ").join(paragraphs),))


def _counts(rows, v, say):
    said = []
    for kind in ("new", "revised", "withdrawn"):
        here = rows[rows["kind"] == kind]
        if len(here):
            ids = here["row"].where(here["row"] != "", here["row_before"])
            one, more = say[kind]
            said.append(fill(one if len(here) == 1 else more, n=v.data(number(len(here), v.lang), len(here), ids)))
    return fill(say["record"], what=v.join(said))


def _show(v, q):
    """A headline figure in words."""
    if q.unit in ("percent", "index"):
        digits = 1 if q.definition == "computed" else 2
        return (
            v.index(q, digits)
            if q.unit == "index"
            else v.data(language.percent(q.value, v.lang, digits), q.value, q.rows)
        )
    if q.unit == "percentage points":
        return v.data(language.points(q.value, v.lang, 2, sign=True), q.value, q.rows)
    if q.unit.startswith("thousand"):
        return v.thousand(q)
    if q.unit.startswith("IDR"):
        return v.rupiah(q)
    return v.data(number(q.value, v.lang), q.value, q.rows)


def _sentence(name, a, b, v, say):
    what = HEADLINES[name][say["column"]]
    what = what[0].upper() + what[1:]
    if name == "rank":
        return ""  # follows from the figures of all regions; the table of effects has it
    if b is None:
        return fill(say["gone"], what=what, old=_show(v, a), t=v.when(a))
    if a is None:
        return fill(say["first"], what=what, new=_show(v, b), t=v.when(b), r=v.ref(b))
    old, new = _show(v, a), _show(v, b)
    if a.period == b.period and b.definition == "computed":
        same = quantity.plain(old) == quantity.plain(new)
        return "" if same else fill(say["computed"], what=what, t=v.when(b), old=old, new=new, r=v.ref(b))
    if a.period == b.period:
        move = v.data(number(100 * (b.value / a.value - 1), v.lang, 1, sign=True), 100 * (b.value / a.value - 1), b.rows) \
            if a.value else ""  # fmt: skip
        return fill(say["revised_to"], what=what, t=v.when(b), old=old, new=new, p=move, r=v.ref(b))
    return fill(say["moved"], what=what, new=new, t=v.when(b), old=old, u=v.when(a), r=v.ref(b))


_SAY = {
    "id": {
        "column": 0,
        "heading": "Yang berubah sejak data {}",
        "record": "Catatan daerah ini memuat {what}.",
        "new": ("{n} angka baru",) * 2,
        "revised": ("{n} angka yang direvisi",) * 2,
        "withdrawn": ("{n} angka yang ditarik",) * 2,
        "restated": "{what}, {t}: direvisi sekaligus di {k} dari {n} daerah. BPS mungkin menghitung ulang angka tahun itu; "
        "bandingkan dengan tahun lain secara hati-hati.",
        "restated_more": "Hal yang sama terjadi pada tahun atau indikator lain.",
        "none": "Tidak ada angka utama ringkasan ini yang berubah.",
        "small": "Angka utama ringkasan ini hanya berubah sedikit atau bergeser peringkatnya.",
        "more": "Angka utama lain juga berubah.",
        "all": "Semua perubahan",
        "gone": "{what} tidak lagi tersedia; sebelumnya {old} ({t}).",
        "first": "{what} kini diketahui: {new} ({t}).{r}",
        "revised_to": "{what} untuk {t} direvisi dari {old} menjadi {new} ({p} persen).{r}",
        "computed": "{what} untuk {t} kini dihitung {new}, sebelumnya {old}.{r}",
        "moved": "{what} kini {new} ({t}); angka terakhir sebelumnya {old} ({u}).{r}",
    },
    "en": {
        "column": 1,
        "heading": "What changed since the data of {}",
        "record": "The record of this region holds {what}.",
        "new": ("{n} new figure", "{n} new figures"),
        "revised": ("{n} revised figure", "{n} revised figures"),
        "withdrawn": ("{n} withdrawn figure", "{n} withdrawn figures"),
        "restated": "{what}, {t}: revised in {k} of {n} regions at once. BPS may have restated that year; take care when "
        "comparing it with other years.",
        "restated_more": "The same happened to other years or indicators.",
        "none": "No headline figure of this brief has changed.",
        "small": "Headline figures of this brief moved only slightly, or in rank.",
        "more": "Other headline figures changed too.",
        "all": "All changes",
        "gone": "{what} is no longer available; it was {old} ({t}).",
        "first": "{what} is now known: {new} ({t}).{r}",
        "revised_to": "{what} for {t} was revised from {old} to {new} ({p} percent).{r}",
        "computed": "{what} for {t} is now computed as {new}, before as {old}.{r}",
        "moved": "{what} is now {new} ({t}); the last figure before was {old} ({u}).{r}",
    },
}


# -- the page --------------------------------------------------------------------------------------------------------------

_WORDS = {
    "id": {
        "title": "Apa yang berubah",
        "since": "Sejak data {}",
        "got": "Yang diterima",
        "heads": ("Berkas", "Judul", "Sumber", "Diterima"),
        "restated": "Tahun yang sebagian besar angkanya direvisi",
        "whole": ("Indikator", "Periode", "Wilayah", "Daerah direvisi", "Dari", "Perubahan dari (%)", "sampai (%)"),
        "provinces": "{} provinsi",
        "refused": "Yang ditolak dari berkas itu",
        "why": ("Berkas", "Yang pertama", "Alasan", "Banyaknya angka"),
        "headlines": "Pengaruh pada angka utama ringkasan",
        "record": "Angka yang baru atau direvisi",
        "effect": ("Daerah", "Angka", "Sebelum", "Sesudah", "Selisih", "Persen"),
        "rows": ("Indikator", "Daerah", "Periode", "Sebelum", "Sesudah", "Selisih", "Persen", "Sumber"),
        "panel": "Tabel seluruh Indonesia (panel): {} angka baru, {} direvisi, {} ditarik.",
        "nothing": "Tidak ada.",
        "states": "Keadaan data yang disimpan",
        "read": "Keadaan lama dapat dibaca dengan ucj table NAMA --as-of TANGGAL.",
    },
    "en": {
        "title": "What has changed",
        "since": "Since the data of {}",
        "got": "What was accepted",
        "heads": ("File", "Title", "Source", "Accepted"),
        "restated": "Years of which most figures were revised",
        "whole": ("Indicator", "Period", "Area", "Regions revised", "Of", "Change from (%)", "to (%)"),
        "provinces": "{} provinces",
        "refused": "What was refused of these files",
        "why": ("File", "The first", "Reason", "Number of figures"),
        "headlines": "Effect on the headline figures of the briefs",
        "record": "Figures that are new or revised",
        "effect": ("Region", "Figure", "Before", "After", "Difference", "Percent"),
        "rows": ("Indicator", "Region", "Period", "Before", "After", "Difference", "Percent", "Source"),
        "panel": "Table of all Indonesia (panel): {} new figures, {} revised, {} withdrawn.",
        "nothing": "None.",
        "states": "States of the data that are kept",
        "read": "An earlier state is read with ucj table NAME --as-of DATE.",
    },
}


def panel_changes(before, after):
    """Number of new, revised and withdrawn figures of the panel between two packages."""
    key = ["region_code", "period", "indicator"]
    old, new = (p.table("panel").set_index(key)["value"] for p in (before, after))
    both = new.index.intersection(old.index)
    revised = int(((old[both] - new[both]).abs() > 1e-9).sum())
    return len(new) - len(both), revised, len(old) - len(both)


def changes_page(package):
    """Return the page on what the last acceptance changed, in both languages; None where nothing was accepted."""
    state = last_state(package)
    if state is None:
        return None
    before, after = _earlier(package), facts.load(package)
    rows = _record(package)
    own = [c for c in after.coverage["region_code"].unique() if c != "0000"]
    codes = sorted({c[:2] + "00" for c in own})
    codes += [r.code for c in list(codes) for r in children(c)]
    effects = headlines(before, after, codes)
    whole = restated(_moves(package)).groupby(["indicator", "period"], as_index=False)
    whole = whole.agg({"province": list, "revised": "sum", "of": "sum", "low": "min", "high": "max"})
    refused = [(g["name"], r) for g in state["then"]["files"] for r in g.get("refused", ())]
    counts = panel_changes(before.package, package)
    sources = after.sources.set_index("source_id")["title"]
    titles = after.indicators.set_index("indicator")
    known = catalog.states(package.descriptor)
    parts = []
    for lang in language.LANGUAGES:
        w, v = _WORDS[lang], Voice(lang)
        parts.append(
            {
                "lang": lang,
                "title": w["title"],
                "since": w["since"].format(period(state["date"], lang)),
                "tables": [
                    _table(w["got"], w["heads"], [
                        (g["name"], g["title"], g["source_id"], period(known[-1]["date"], lang)) for g in state["then"]["files"]
                    ], w["nothing"]),
                    *([_table(w["restated"], w["whole"], [
                        (titles.loc[r.indicator, f"title_{lang}"], period(r.period, lang), _provinces(r.province, w, lang),
                         number(r.revised, lang), number(r.of, lang), _cell(v, r.low, "", "", True, 1),
                         _cell(v, r.high, "", "", True, 1))
                        for r in whole.itertuples()
                    ], "", 3)] if len(whole) else []),
                    *([_table(w["refused"], w["why"], [
                        (name, r["first"], Markup('<span lang="en">{}</span>').format(r["reason"]), number(r["figures"], lang))
                        for name, r in refused
                    ], "", 3)] if refused else []),
                    _table(w["headlines"], w["effect"], [
                        (get(r.region_code).label(lang), HEADLINES[r.figure][_SAY[lang]["column"]],
                         _cell(v, r.before, r.unit, r.period_before), _cell(v, r.after, r.unit, r.period_after),
                         _cell(v, r.difference, "", "", True), _cell(v, r.percent, "", "", True, 1))
                        for r in effects.itertuples()
                    ], w["nothing"], 2),
                    _table(w["record"], w["rows"], [
                        (titles.loc[r.indicator, f"title_{lang}"], get(r.region_code).label(lang), period(r.period, lang),
                         _cell(v, r.before, r.unit, "", rows=r.row_before), _cell(v, r.after, r.unit, "", rows=r.row),
                         _cell(v, r.difference, "", "", True), _cell(v, r.percent, "", "", True, 1),
                         f"{r.source_id}: {sources.get(r.source_id, '')}")
                        for r in rows.itertuples()
                    ], w["nothing"], 3),
                ],
                "notes": [
                    w["panel"].format(*(number(n, lang) for n in counts)),
                    f"{w['states']}: {', '.join(s['id'] for s in known)}. {w['read']}",
                ],
            }
        )  # fmt: skip
    return page.render("changes.html.j2", parts=parts, version=f"ucj_analysis {__version__}, data {after.version}")


def _provinces(codes, w, lang):
    return get(codes[0]).label(lang) if len(codes) == 1 else w["provinces"].format(number(len(codes), lang))


def _table(heading, header, rows, nothing, first=99):
    heads = [{"text": h, "num": first <= i < first + 4} for i, h in enumerate(header)]
    return {"heading": heading, "header": heads, "rows": rows, "nothing": nothing}


def _cell(v, value, unit, when, sign=False, digits=None, rows=""):
    """One figure of a table with its date; a missing one as a dash."""
    if language.missing(value):
        return "–"
    fixed = 2 if unit in ("percent", "index", "percentage points") else language.decimals(value)
    text = number(value, v.lang, fixed if digits is None else digits, sign=sign)
    text += "%" if unit == "percent" else ""
    out = v.data(text, value, [rows] if rows else [])
    return out if not when else out + f" ({period(when, v.lang, short=True)})"


def write_page(out):
    """Write ``changes.html`` of the default package below a build folder; return its path, or None."""
    from ucj_analysis.files import write_atomic

    html = changes_page(catalog.default())
    path = Path(out) / PAGE
    if html is None:
        path.unlink(missing_ok=True)
        return None
    return write_atomic(path, html)
