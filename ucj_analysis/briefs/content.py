"""Compose a brief: findings, figures, tables, limits, next steps, sources, from the facts of a region."""

from markupsafe import Markup, escape

from ucj_analysis import __version__, language
from ucj_analysis.briefs import page, prose_en, prose_id, relation
from ucj_analysis.briefs.facts import CHART_START, gather, latest_estimates, load
from ucj_analysis.briefs.quantity import Voice, capital, fill
from ucj_analysis.figures import charts, maps, style
from ucj_analysis.metrics import coverage, extreme_series, poverty
from ucj_analysis.regions import children, get

__all__ = ["compose", "load"]

PROSE = {"id": prose_id, "en": prose_en}
_BOUNDARY_SOURCE = "R004"
SECTIONS = (
    relation.section,
)  # functions (inputs, facts, voice, lang) -> section.Section or None, in the order they stand


def compose(inputs, code, lang):
    """Return what the template needs for one brief.

    Parameters
    ----------
    inputs : facts.Inputs
    code : str
        BPS code of a regency or of the province.
    lang : {"id", "en"}
    """
    say, f, v = PROSE[language.check(lang)], gather(inputs, code), Voice(lang)
    order = [say.coverage, say.payers, say.poverty, say.depth]
    if f.split is not None:
        order.insert(1, say.split)
    findings = []
    for tell in order:
        lead, body = tell(f, v)
        findings.append({"lead": capital(lead), "body": capital(body)})
    tables = [_key_figures(f, v, say, lang)]
    if f.parts:
        tables.append(_parts(f, v, say, lang))
    values = {
        "title": say.title(f),
        "dateline": say.dateline(f, inputs.version),
        "description": say.description(f),
        "province": bool(f.parts),
        "findings": findings,
        "map": coverage_map(inputs, f, lang),
        "ladder": extreme_ladder(inputs, f, lang),
        "chart": poverty_chart(inputs, f, lang),
        "tables": tables,
        "sections": [s for s in (make(inputs, f, v, lang) for make in SECTIONS) if s is not None],
        "limits": [capital(s) for s in say.limits(f, v)],
        "next_steps": [capital(s) for s in say.next_steps(f, v)],
        "method": say.method(f),
        "version": say.version(inputs.version, __version__),
    }
    values["sources"] = [_source(inputs, s, lang) for s in v.cited]  # last: the text decides what is cited
    return {"page": values, "words": say.WORDS, "version": {"code": __version__, "data": inputs.version}}


# -- figures ---------------------------------------------------------------------------------------------------------


def coverage_map(inputs, f, lang):
    """Map of the latest reported UCJ of the regions around ``f``."""
    say = PROSE[lang]
    codes = [r.code for r in children(f.province.code)]
    rows = coverage.latest_known(inputs.coverage)
    rows = rows[rows["region_code"].isin(codes)].assign(unit="percent")
    said = []
    for r in children(f.province.code):
        mine = rows[rows["region_code"] == r.code]
        if mine.empty:
            said.append((r.short, language.word("no_data", lang), ""))
        else:
            row = mine.iloc[0].to_dict()
            said.append((r.short, language.quantity(row, lang), language.period(row["period"], lang)))
    chart = maps.choropleth(
        inputs.boundaries,
        rows,
        alt=say.map_alt(said),
        lang=lang,
        title=say.MAP["title"],
        unit=say.MAP["unit"],
        breaks=style.COVERAGE_BREAKS,
        colours=style.coverage_colours,
        source=say.MAP["source"],
        attribution=attribution(inputs, lang),
        highlight=f.region.code,
        show_title=False,
    )
    return page.picture(chart, say.MAP["caption"], say.MAP["title"])


def attribution(inputs, lang):
    """Credit that the licence of the boundaries asks for."""
    text = inputs.sources.set_index("source_id").loc[_BOUNDARY_SOURCE, "note"]
    if lang == "id":
        text = text.replace("Boundaries:", "Batas wilayah:").replace("generalised", "disederhanakan")
    return text


def poverty_chart(inputs, f, lang):
    """Chart of P0 with the region in front and the province dashed."""
    say = PROSE[lang]
    levels = poverty.levels(inputs.poverty, "P0")
    codes = [f.province.code, *(r.code for r in children(f.province.code))]
    levels = levels[levels["region_code"].isin(codes) & (levels["year"] >= CHART_START)]
    cuts = poverty.breaks(inputs.poverty, "P0")
    cuts = cuts[(cuts["region_code"] == f.region.code) & (cuts["year"] > CHART_START)].to_dict("records")
    events = f.events.to_dict("records")
    marks = f.events.assign(
        year=[event_year(p) for p in f.events["period"]], mark=[str(n) for n in range(1, len(events) + 1)]
    )
    ends = []
    for region in dict.fromkeys([f.region, f.province]):
        own = levels[levels["region_code"] == region.code]
        a, b = own.iloc[0], own.iloc[-1]
        ends.append(
            (region.label(lang), language.percent(a["value"], lang, 2), language.period(a["period"], lang),
             language.percent(b["value"], lang, 2), language.period(b["period"], lang))
        )  # fmt: skip
    chart = charts.trend_lines(
        levels,
        alt=say.chart_alt(f, ends, cuts),
        lang=lang,
        title=say.CHART["title"],
        unit=say.CHART["unit"],
        source=say.CHART["source"],
        highlight=[f.region.code],
        province=f.province.code,
        events=marks,
        height=2.4,
        show_title=False,
    )
    return page.picture(chart, say.chart_caption(cuts, events), say.CHART["title"])


def extreme_ladder(inputs, f, lang):
    """Small chart of the estimated extreme rates around ``f``, with intervals."""
    say = PROSE[lang]
    rows = latest_estimates(inputs, f.province.code)
    year, definition = int(rows["year"].iloc[0]), rows["definition"].iloc[0]
    official = inputs.extreme.official
    official = official[(official["definition"] == definition) & official["period"].str.startswith(str(year))]
    when, basis = language.period(f"{year}-03", lang), extreme_series.BASIS[definition]
    said = [
        (get(r.region_code).short, language.number(r.rate, lang, 1), language.span(r.lower80, r.upper80, lang, 1))
        for r in rows.sort_values("rate", ascending=False).itertuples()
    ]
    chart = charts.ladder(
        rows,
        alt=say.ladder_alt(said, when, basis),
        lang=lang,
        title=say.LADDER["title"],
        unit=say.LADDER["unit"],
        source=say.LADDER["source"],
        highlight=[f.region.code],
        official=official.rename(columns={"rate": "official"}),
        row_height=0.165,
        show_title=False,
    )
    basis = basis.replace(".", ",") if lang == "id" else basis
    return page.picture(chart, say.LADDER["caption"], f"{say.LADDER['title']}, {when} ({basis})")


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
        lines.append((say.LABELS["ucj"], _none(say.NO_FIGURE), "", say.HOLDER_BPJS, ""))
    add(say.LABELS["ucj"], f.ucj)
    for name in ("covered", "potential", "uncovered"):
        add(say.LABELS[name], getattr(f, name))
    if f.covered is None:
        add(say.LABELS["members"], f.members_all)
    add(say.LABELS["over_employed"], f.over_employed, show=lambda q: _percent(v, q))
    for p in f.paid:
        add(say.LABELS["paid"].format(say.payer(p.funding, f.region)), p.count)
    if not f.paid:
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
    add(say.LABELS["poor"], f.poor, bps, v.thousand)
    add(say.LABELS["line"], f.line, bps, v.rupiah)
    add(say.LABELS["extreme"], f.extreme, say.NATURE["official"], lambda q: _percent(v, q, 2))
    header = [{"text": h, "num": i == 1} for i, h in enumerate(say.HEADERS)]
    return {"heading": say.TABLE["heading"], "header": header, "rows": lines, "note": say.TABLE["note"]}


def _nature(q):
    return q.status if q.status in ("planned", "target") else "computed" if q.definition == "computed" else q.qualifier


def _none(text):
    return Markup('<span class="none">{}</span>').format(text)


def _percent(v, q, digits=1):
    return v.data(language.percent(q.value, v.lang, digits, short=True), q.value, q.rows)


def _parts(f, v, say, lang):
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
    return {"heading": say.TABLE["parts"], "header": header, "rows": rows, "note": ""}


def sum_text(v, planned):
    """Plans of one region, each for itself with its year."""
    return v.join([fill("{a} ({t})", a=v.amount(p.count), t=v.when(p.count)) for p in planned])


def _source(inputs, source_id, lang):
    s = inputs.sources.set_index("source_id").loc[source_id]
    title = Markup('<a href="{}">{}</a>').format(s["url"], s["title"]) if s["url"] else escape(s["title"])
    text = Markup("{}. {}").format(title, s["publisher"].rstrip("."))
    if s["published"]:
        text += Markup(", {}").format(language.period(s["published"], lang, short=True))
    return text + Markup(".")
