"""The parts of a brief: findings, figures, tables, limits, next steps, sources, from the facts of a region.

`Brief` is what the notebook `brief.ipynb` works with: one method a cell.
"""

import contextlib
import functools
import os
import re
from dataclasses import replace

from markupsafe import Markup, escape

from ucj_analysis import __version__, catalog, language
from ucj_analysis.briefs import changes, page, prose_en, prose_id, relation, step, store
from ucj_analysis.briefs.facts import CHART_START, chosen_events, gather, latest_estimates, load
from ucj_analysis.briefs.quantity import Voice, capital, fill, plain
from ucj_analysis.briefs.section import Part
from ucj_analysis.errors import RegionError
from ucj_analysis.figures import charts, layers, maps, style
from ucj_analysis.loaders import boundaries
from ucj_analysis.metrics import coverage, extreme_series
from ucj_analysis.regions import children, get, resolve

__all__ = ["Brief", "compose", "inputs", "load", "open_brief"]

PROSE = {"id": prose_id, "en": prose_en}
_BOUNDARY_SOURCE = "R004"
PACKAGED = ("7500",)  # provinces whose boundaries the package carries
TALL = 12  # more regions than this make the chart of estimates as tall as map and trend together
HALF = 4.4  # inches of a figure that takes half a page
# functions (inputs, facts, voice, lang) -> section.Section or None, in the order they stand
SECTIONS = (relation.section, step.section, changes.section)


# -- what all regions share --------------------------------------------------------------------------------------------


def inputs_hash():
    """Hash of the data package, the optional boundaries and the code."""
    outline = boundaries.path()
    return store.digest(store.code_hash(), store.data_hash(catalog.default()), outline.read_bytes() if outline else "")


def _open(keep, start):
    package, base = catalog.default(), inputs_hash()
    kept = store.Store(store.default_folder() if keep else None, base)

    def make():
        start(loaded := load(package), kept)
        return _computed(loaded)

    out = kept.get("inputs", make)
    # set past the dataclass: a copy would lose what is computed; and store and base are no fields, so that a copy with
    # another table does not take figures drawn from these
    vars(out).update(package=package, store=kept, base=base)
    return out


def _computed(inputs):
    """Inputs with all that is computed from them, ready to be kept; the package itself is opened anew."""
    inputs.paths, inputs.recorded, inputs.known, inputs.last_estimates  # noqa: B018
    slim = replace(inputs, package=None)
    recent = replace(inputs.recent, table=inputs.recent.table.iloc[:0])
    names = ("paths", "recorded", "known", "last_estimates")
    vars(slim).update({n: vars(inputs)[n] for n in names} | {"recent": recent})
    return slim


_OPEN = {}  # inputs by data folder and whether they are kept


def inputs(*, cache=None, start=None):
    """The tables and all that regions share, opened or computed once per process and kept in the cache folder.

    Parameters
    ----------
    cache : bool, optional
        False neither reads nor writes the cache; by default as ``UCJ_NO_CACHE`` says.
    start : callable(Inputs, Store), optional
        Called as soon as the tables are there and before anything is computed from them, to begin other work beside.
    """
    keep = not os.environ.get("UCJ_NO_CACHE") if cache is None else cache
    place, begun = (catalog.paths.data_dir(), keep), []

    def begin(loaded, kept):
        if start is not None and not begun:
            begun.append(start(loaded, kept))

    if place not in _OPEN:
        _OPEN[place] = _open(keep, begin)
    begin(_OPEN[place], vars(_OPEN[place])["store"])
    return _OPEN[place]


def open_brief(region, lang):
    """Open the brief of a region, by name or BPS code, in one of the languages.

    The notebook calls this; a run on tables that are not those of the data folder sets them with `using`.
    """
    try:
        found = resolve(region, codes="bps")
    except RegionError as error:
        if not error.candidates:
            raise
        found = resolve(region, within=PACKAGED[0][:2], codes="bps")  # "Gorontalo" among the regions of this package
    return Brief(current(), found.code, lang)


_USED = []


def current():
    """Inputs in use: those of `using`, else those of the data folder."""
    return _USED[-1] if _USED else inputs()


@contextlib.contextmanager
def using(given):
    """Within this context `current` gives the given inputs (those of the data folder for None)."""
    if given is None:
        yield
        return
    _USED.append(given)
    try:
        yield
    finally:
        _USED.pop()


class Brief:
    """One brief while it is made; the parts share one list of sources, numbered as they come up.

    Parameters
    ----------
    inputs : facts.Inputs
    code : str
        BPS code of a regency or of a province.
    lang : {"id", "en"}
    """

    def __init__(self, inputs, code, lang):
        self.inputs, self.lang, self.say = inputs, language.check(lang), PROSE[lang]
        self.facts, self.voice = gather(inputs, code), Voice(lang)

    def head(self):
        """Heading, date of the data, links to the other pages."""
        f, say = self.facts, self.say
        other = "en" if self.lang == "id" else "id"
        about = {"title": say.title(f), "lang": self.lang, "description": say.description(f), "skip": say.WORDS["skip"]}
        values = about | {"dateline": say.dateline(f, self.inputs.version), "other_lang": other,
                          "other_file": file_name(f.region, other)}  # fmt: skip
        return Part(page.part("head", values, say.WORDS), say.title(f), "head", about)

    def findings(self):
        """Three to five findings: a sentence that says it, and what it rests on."""
        found = self._findings()
        text = "\n".join(f"{n}. {plain(x['lead'])} {plain(x['body'])}" for n, x in enumerate(found, 1))
        return Part(page.part("findings", found, self.say.WORDS), text)

    def _findings(self):
        say, f = self.say, self.facts
        if f.known:
            order = [say.coverage, *([say.split] if f.split is not None else []), say.payers, say.poverty, say.depth]
        else:
            order = [say.poverty, say.depth, *([say.nation] if f.nation else []), say.unknown]
        return [
            {"lead": capital(lead), "body": capital(body)} for lead, body in (tell(f, self.voice) for tell in order)
        ]

    def map(self):
        """Map of the latest UCJ; of P0 where no UCJ is on record; tiles where there are no boundaries."""
        shown = coverage_map if self.facts.known else poverty_map
        return _figure("map", "half", shown(self.inputs, self.facts, self.lang))

    def ladder(self):
        """Estimated extreme poverty of the province's regions, with intervals."""
        drawn = extreme_ladder(self.inputs, self.facts, self.lang)
        if drawn is None:
            return Part("", "")
        return _figure("ladder", "half tall" if self.facts.count > TALL else "half", drawn)

    def trend(self):
        """The poverty rate over the years."""
        kind = "half" if self.facts.count > TALL else "full"
        return _figure("chart", kind, poverty_chart(self.inputs, self.facts, self.lang))

    def key_figures(self):
        """Table of the figures with their dates, nature and sources."""
        return self._table(1, _key_figures(self.facts, self.voice, self.say, self.lang))

    def parts(self):
        """A province's regions side by side; nothing for a regency."""
        return self._table(2, _parts(self.facts, self.voice, self.say, self.lang)) if self.facts.parts else Part("", "")

    def _table(self, number, t):
        text = "\n".join(" | ".join(plain(c) for c in row) for row in t["rows"])
        return Part(page.part("table", t, number), f"{t['heading']}\n{text}")

    def sections(self):
        """The further sections (`SECTIONS`) that have something to say of this region."""
        made = self._sections()
        return Part("".join(page.part("section", s) for s in made), "\n".join(s.heading for s in made))

    def _sections(self):
        made = (make(self.inputs, self.facts, self.voice, self.lang) for make in SECTIONS)
        return [s for s in made if s is not None]

    def limits(self):
        """What the data cannot tell."""
        return self._list("limits", "ul", self.say.limits)

    def next_steps(self):
        """What to do next and whom to ask."""
        return self._list("next", "ol", self.say.next_steps)

    def _list(self, name, kind, tell):
        lines = [capital(s) for s in tell(self.facts, self.voice)]
        return Part(page.part("list", name, self.say.WORDS[name], kind, lines), "\n".join(plain(x) for x in lines))

    def sources(self):
        """Sources that the parts shown so far cite, method and versions; the last cell."""
        say, cited = self.say, [source_line(self.inputs, s, self.lang) for s in self.voice.cited]
        text = "\n".join(f"{n}. {plain(s)}" for n, s in enumerate(cited, 1))
        notes = say.method(self.facts), say.version(self.inputs.version, __version__)
        return Part(page.part("sources", cited, say.WORDS, *notes), text, "foot")


def file_name(region, lang):
    """File name of a brief: 7504-bone-bolango.id.html."""
    slug = re.sub(r"[^a-z0-9]+", "-", region.name.lower()).strip("-")
    return f"{region.code}-{slug}.{lang}.html"


def compose(inputs, code, lang):
    """The words of one brief as values, without rendering: for programs and tests."""
    b = Brief(inputs, code, lang)
    f, say = b.facts, b.say
    values = {"title": say.title(f), "province": bool(f.parts), "findings": b._findings()}
    values["tables"] = [_key_figures(f, b.voice, say, lang)]
    if f.parts:
        values["tables"].append(_parts(f, b.voice, say, lang))
    values["sections"] = b._sections()
    values["limits"] = [capital(s) for s in say.limits(f, b.voice)]
    values["next_steps"] = [capital(s) for s in say.next_steps(f, b.voice)]
    values["sources"] = [source_line(inputs, s, lang) for s in b.voice.cited]  # last: the text decides what is cited
    return {"page": values, "words": say.WORDS, "version": {"code": __version__, "data": inputs.version}}


def _figure(name, kind, picture):
    return Part(page.part("figure", name, kind, picture), f"{picture['heading']}: {picture['alt']}")


# -- figures ---------------------------------------------------------------------------------------------------------


def _drawn(inputs, f, lang, kind, make):
    """Figure of a province in layers: drawn once per process, kept in the cache, picked by each of its regions."""
    name = f"{kind} {f.province.code} {lang}"
    if name not in vars(inputs).setdefault("drawn", {}):
        kept = vars(inputs).get("store")
        cut = functools.partial(_cut, make)
        inputs.drawn[name] = kept.get(name, cut) if kept else cut()
    return inputs.drawn[name]


def _cut(make):
    return layers.Layers.of(make())


def _codes(f):
    return [r.code for r in children(f.province.code)]


def shapes(inputs, province):
    """Boundaries of a province's regions: of the package, else of the optional download; None without."""
    codes = {r.code for r in children(province)}
    own = inputs.boundaries
    if codes <= set(own["region_code"]):
        return own[own["region_code"].isin(codes)]
    everywhere = boundaries.load()
    return None if everywhere is None else everywhere[everywhere["region_code"].isin(codes)]


def coverage_map(inputs, f, lang):
    """Map of the latest reported UCJ of the regions around ``f``."""
    say = PROSE[lang]

    def make():
        rows = coverage.latest_known(inputs.coverage)
        rows = rows[rows["region_code"].isin(_codes(f))].assign(unit="percent")
        said = []
        for r in children(f.province.code):
            mine = rows[rows["region_code"] == r.code]
            if mine.empty:
                said.append((r.short, language.word("no_data", lang), ""))
            else:
                row = mine.iloc[0].to_dict()
                said.append((r.short, language.quantity(row, lang), language.period(row["period"], lang)))
        return maps.choropleth(
            shapes(inputs, f.province.code), rows, alt=say.map_alt(said), lang=lang, title=say.MAP["title"],
            unit=say.MAP["unit"], breaks=style.COVERAGE_BREAKS, colours=style.coverage_colours, source=say.MAP["source"],
            attribution=attribution(inputs, lang), choices=_codes(f), show_title=False, width=HALF,
        )  # fmt: skip

    return page.picked(_drawn(inputs, f, lang, "coverage", make), f.region.code, say.MAP["caption"], say.MAP["title"])


def poverty_map(inputs, f, lang):
    """Map of the last P0 of the regions around ``f``; tiles where there are no boundaries."""
    say = PROSE[lang]
    words = say.POVERTY_MAP
    title = words["title"].format(language.period(f.p0.period, lang))
    tiles = f.province.code not in PACKAGED and boundaries.path() is None

    def make():
        rows = poverty_now(inputs, f)
        values = dict(zip(rows["region_code"], rows["value"], strict=True))
        said = [
            (r.short, language.percent(values[r.code], lang, 2) if r.code in values else language.word("no_data", lang))
            for r in children(f.province.code)
        ]
        look = {
            "alt": say.poverty_map_alt(f, said, tiles=tiles), "lang": lang, "title": title, "unit": words["unit"],
            "breaks": style.POVERTY_BREAKS, "colours": style.poverty_colours, "source": words["source"], "show_title": False,
            "choices": _codes(f), "width": HALF, "digits": 2,
        }  # fmt: skip
        if tiles:
            return maps.tile_grid(rows.set_index("region_code").reindex(_codes(f)).reset_index(), **look)
        return maps.choropleth(
            shapes(inputs, f.province.code), rows, attribution=attribution(inputs, lang), dates=False, **look
        )

    caption = f"{words['caption']} {words['tiles']}" if tiles else words["caption"]
    return page.picked(_drawn(inputs, f, lang, "poverty", make), f.region.code, caption, title)


def poverty_now(inputs, f):
    """P0 of the regions around ``f`` in its last year, as the maps take it."""
    year = int(f.p0.period[:4])
    rows = [r for c in _codes(f) for r in inputs.paths.get(("P0", c), ()) if r["year"] == year]
    frame = poverty_frame(rows)
    return frame.assign(lower=frame["value"], upper=frame["value"], qualifier="exact")


def poverty_frame(rows):
    """Rows of `Inputs.paths` as a frame."""
    import pandas as pd

    return pd.DataFrame(rows)


def attribution(inputs, lang):
    """Credit that the licence of the boundaries asks for."""
    text = inputs.sources.set_index("source_id").loc[_BOUNDARY_SOURCE, "note"]
    if lang == "id":
        text = text.replace("Boundaries:", "Batas wilayah:").replace("generalised", "disederhanakan")
    return text


def poverty_chart(inputs, f, lang):
    """Chart of P0 with the region in front and the province dashed."""
    say = PROSE[lang]
    codes = [f.province.code, *_codes(f)]
    paths = {c: [r for r in inputs.paths.get(("P0", c), ()) if r["year"] >= CHART_START] for c in codes}
    own = paths[f.region.code]
    cuts = [
        {"year_before": a["year"], "year": b["year"], "from_definition": a["definition"]}
        for a, b in zip(own[:-1], own[1:], strict=True)
        if a["segment_id"] != b["segment_id"]
    ]
    ends = []
    for region in dict.fromkeys([f.region, f.province]):
        a, b = paths[region.code][0], paths[region.code][-1]
        ends.append(
            (region.label(lang), language.percent(a["value"], lang, 2), language.period(a["period"], lang),
             language.percent(b["value"], lang, 2), language.period(b["period"], lang))
        )  # fmt: skip

    def make():
        last = f.p0.period[:4]
        marks = {c: _marks(chosen_events(inputs.events, c, last, national=f.known)) for c in codes}
        common = _marks(f.events) if all(m.equals(marks[codes[0]]) for m in marks.values()) else marks
        return charts.trend_lines(
            poverty_frame([r for c in codes for r in paths[c]]), alt="P0", lang=lang, title=say.CHART["title"],
            unit=say.CHART["unit"], source=say.CHART["source"], province=f.province.code, events=common, show_title=False,
            choices=codes, **({"width": HALF, "height": 2.7} if f.count > TALL else {"height": 2.1}),
        )  # fmt: skip

    drawn = replace(_drawn(inputs, f, lang, "trend", make), alt=say.chart_alt(f, ends, cuts))
    caption = say.chart_caption(cuts, f.events.to_dict("records"))
    return page.picked(drawn, f.region.code, caption, say.CHART["title"])


def _marks(events):
    return events.assign(
        year=[event_year(p) for p in events["period"]], mark=[str(n) for n in range(1, len(events) + 1)]
    )


def extreme_ladder(inputs, f, lang):
    """Small chart of the estimated extreme rates around ``f``, with intervals; None where there are none."""
    say = PROSE[lang]
    rows = latest_estimates(inputs, f.province.code)
    if rows.empty:
        return None
    year, definition = int(rows["year"].iloc[0]), rows["definition"].iloc[0]
    when, basis = language.period(f"{year}-03", lang), extreme_series.BASIS[definition]

    def make():
        official = inputs.recent.official
        official = official[(official["definition"] == definition) & official["period"].str.startswith(str(year))]
        said = [
            (get(r.region_code).short, language.number(r.rate, lang, 1), language.span(r.lower80, r.upper80, lang, 1))
            for r in rows.sort_values("rate", ascending=False).itertuples()
        ]
        step = 0.30 if len(rows) <= TALL else min(0.17, 4.7 / len(rows))
        return charts.ladder(
            rows, alt=say.ladder_alt(said, when, basis), lang=lang, title=say.LADDER["title"], unit=say.LADDER["unit"],
            source=say.LADDER["source"], official=official.rename(columns={"rate": "official"}), show_title=False,
            row_height=step, choices=list(rows["region_code"]), width=HALF,
        )  # fmt: skip

    shown = basis.replace(".", ",") if lang == "id" else basis
    heading = f"{say.LADDER['title']}, {when} ({shown})"
    return page.picked(_drawn(inputs, f, lang, "ladder", make), f.region.code, say.LADDER["caption"], heading)


def event_year(period):
    """Place of a date on an axis whose years stand for March; a bare year stands at its March."""
    return int(period[:4]) + (int(period[5:7]) - 3) / 12 if len(period) > 4 else float(period)


# -- tables ----------------------------------------------------------------------------------------------------------


def _key_figures(f, v, say, lang):
    lines = []

    def add(label, q, nature=None, show=None):
        if q is None:
            return
        text = show(q) if show else v.amount(q, plain=q.qualifier == "derived", short=True)
        lines.append((label, text, v.when(q), nature or say.NATURE[_nature(q)], v.ref(q)))

    if f.ucj is None:
        lines.append((say.LABELS["ucj"], _none(say.NO_FIGURE), "", say.holder_bpjs(f), ""))
    add(say.LABELS["ucj"], f.ucj)
    add(say.LABELS["potential"], f.potential)  # the covered and uncovered stand in the first finding
    if f.covered is None:
        add(say.LABELS["members"], f.members_all)
    add(say.LABELS["over_employed"], f.over_employed, show=lambda q: _percent(v, q))
    for p in f.paid:
        add(say.LABELS["paid"].format(say.payer(p.funding, f.region)), p.count)
    if not f.known:
        lines.append((say.LABELS["dues"], _none(say.NO_FIGURE), "", say.HOLDER_LABOUR, ""))
    elif not f.paid:
        lines.append((say.LABELS["paid"].format(say.payer("APBD kabupaten", f.region)), _none(say.NO_FIGURE), "",
                      say.HOLDER_LABOUR, ""))  # fmt: skip
    if f.lapsed is not None:
        add(say.LABELS["lapsed"], f.lapsed.count)
    for p in f.planned:
        add(say.LABELS["planned"].format(say.payer(p.funding, f.region)), p.count, say.NATURE["planned"])
    add(say.LABELS["budget"], f.budget, say.NATURE["planned"], v.rupiah)
    add(say.LABELS["informal"], f.informal, show=lambda q: v.data(language.number(q.value, lang), q.value, q.rows))
    bps = say.NATURE["bps"]
    add(say.LABELS["p0"], f.p0, bps, lambda q: _percent(v, q, 2))
    add(say.LABELS["p1"], f.p1, bps, v.index)
    if not f.known:
        add(say.LABELS["p2"], f.p2, bps, v.index)
    add(say.LABELS["poor"], f.poor, bps, v.thousand)
    add(say.LABELS["line"], f.line, bps, v.rupiah)
    add(say.LABELS["extreme"], f.extreme, say.NATURE["official"], lambda q: _percent(v, q, 2))
    if f.estimate is not None:
        e = f.estimate
        bounds = v.data(language.span(e.low.value, e.high.value, lang, 1), e.low.value, e.low.rows)
        add(say.LABELS["estimate"], e.rate, Markup(say.NATURE["estimate"]).format(bounds), lambda q: _percent(v, q))
    header = [{"text": h, "num": i == 1} for i, h in enumerate(say.HEADERS)]
    return {"heading": say.TABLE["heading"], "header": header, "rows": lines, "note": say.TABLE["note"]}


def _nature(q):
    return q.status if q.status in ("planned", "target") else "computed" if q.definition == "computed" else q.qualifier


def _none(text):
    return Markup('<span class="none">{}</span>').format(text)


def _percent(v, q, digits=1):
    return v.data(language.percent(q.value, v.lang, digits, short=True), q.value, q.rows)


def _parts(f, v, say, lang):
    heading = say.TABLE["parts"].format(say.several(len(f.parts)))
    if not f.known:
        return _parts_poor(f, v, say, lang, heading)
    rows = []
    none = _none(say.NO_FIGURE)
    for p in f.parts:
        paid = p.paid[0].count if p.paid else None
        plan = sum_text(v, p.planned)
        rows.append(
            (
                p.region.short,
                fill("{a} ({t})", a=v.amount(p.ucj, short=True), t=v.when(p.ucj)) if p.ucj else none,
                fill("{a}, {w} ({t})", a=v.amount(paid), w=say.payer(p.paid[0].funding, p.region), t=v.when(paid))
                if paid
                else none,
                plan or none,
                _percent(v, p.p0, 2),
                v.data(language.number(p.p0_change.value, lang, 2, sign=True), p.p0_change.value, p.p0_change.rows),
            )
        )
    header = [{"text": h, "num": i >= 4} for i, h in enumerate(say.parts_headers(f))]
    return {"heading": heading, "header": header, "rows": rows, "note": ""}


def _parts_poor(f, v, say, lang, heading):
    """Poverty of a province's regions where nothing else is on record."""
    none, rows = _none(say.NO_FIGURE), []
    for p in f.parts:
        step, e = p.p0_change, p.estimate
        rows.append(
            (
                p.region.short,
                _percent(v, p.p0, 2),
                v.data(language.number(step.value, lang, 2, sign=True), step.value, step.rows) if step else none,
                v.index(p.p1) if p.p1 else none,
                v.thousand(p.poor_now) if p.poor_now else none,
                fill("{a} ({b})", a=_percent(v, e.rate),
                     b=v.data(language.span(e.low.value, e.high.value, lang, 1), e.low.value, e.low.rows)) if e else none,
            )
        )  # fmt: skip
    header = [{"text": h, "num": i > 0} for i, h in enumerate(say.parts_headers(f))]
    return {"heading": heading, "header": header, "rows": rows, "note": ""}


def sum_text(v, planned):
    """Plans of one region, each for itself with its year."""
    return v.join([fill("{a} ({t})", a=v.amount(p.count), t=v.when(p.count)) for p in planned])


def source_line(inputs, source_id, lang):
    """One line of the list of sources."""
    s = _by_id(inputs)[source_id]
    title = Markup('<a href="{}">{}</a>').format(s["url"], s["title"]) if s["url"] else escape(s["title"])
    text = Markup("{}. {}").format(title, s["publisher"].rstrip("."))
    if s["published"]:
        text += Markup(", {}").format(language.period(s["published"], lang, short=True))
    return text + Markup(".")


def _by_id(inputs):
    if "by_id" not in vars(inputs):
        vars(inputs)["by_id"] = {r["source_id"]: r for r in inputs.sources.to_dict("records")}
    return inputs.by_id
