"""The box "What it would take": people to add, dues, deaths to be expected, each with its range; the chart of the path.

Reads ``inputs.scenario`` (`scenarios.DEFAULT` where there is none). Where a region's own figures are not on record the box
says which are missing and who holds them, and gives what holds for any thousand people.
"""

import copy

from markupsafe import Markup

from ucj_analysis import language, scenarios
from ucj_analysis.briefs import page, store
from ucj_analysis.briefs.facts import gather
from ucj_analysis.briefs.quantity import Quantity, Voice, fill
from ucj_analysis.briefs.section import Section
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import budget as figures
from ucj_analysis.metrics import budget
from ucj_analysis.metrics import scheme as rules

DRAFT = "J0082"  # the draft governor's regulation
WORDS = {
    "id": {
        "heading": "Langkah berikutnya: apa yang diperlukan",
        "people": "Tambahan peserta yang diperlukan sampai {y}",
        "people_note": "menuju {t} dari {d} {w}; tambah {s} bila jumlah itu naik satu persen",
        "workers": {"ucj": "pekerja", "informal": "pekerja informal (BPS)"},
        "dues": "Iuran bagi mereka pada {y}",
        "dues_note": "{r} menurut harga {b}; pembayar: {p}",
        "deaths": "Perkiraan kematian di antara mereka, setahun",
        "deaths_note": "santunan {p}, atau {k} rupiah per rupiah iuran",
        "per_dues": "Iuran setahun tiap seribu peserta tambahan",
        "per_dues_note": "{m} per orang per bulan, tarif pada {y}",
        "per_deaths": "Perkiraan kematian di antara mereka, setahun",
        "per_deaths_note": "menurut klaim di Bone Bolango",
        "per_payout": "Santunan kematian bagi mereka setahun",
        "per_payout_note": "{b} per kematian; {k} rupiah per rupiah iuran",
        "draft": "Target {t} berasal dari rancangan Pergub, yang tidak menyebut tahun; {y} adalah tahun terakhir RPJMN.",
        "scenario": "Skenario “{n}”: target {t} pada {y}, {path}{more}.",
        "path": {
            "linear": "tambahan sama tiap tahun", "front": "tambahan terbesar di awal", "back": "tambahan terbesar di akhir",
        },
        "discount": ", dengan andaian diskon iuran {x}", "growth": ", dengan andaian jumlah pekerja naik {x} setahun",
        "twelve": "Iuran setahun penuh menurut tarif yang berlaku, di luar iuran peserta yang sudah ada.",
        "joining": "Iuran sejak bulan bergabung menurut tarif yang berlaku, di luar iuran peserta yang sudah ada.",
        "observed": "Kematian menurut klaim peserta bersubsidi di Bone Bolango ({o}), dari batas selang Poisson terendah sampai "
        "tertinggi.",
        "period": "{n} dalam {m} bulan {y}",
        "pool": "Santunan yang melebihi iuran adalah transfer yang ditanggung bersama oleh seluruh peserta, bukan imbal hasil.",
        "missing": {
            "ucj": "Untuk {r} belum dapat dihitung berapa orang yang perlu ditambah: jumlah peserta dan penyebut UCJ pada "
            "tanggal yang sama tidak diumumkan. BPJS Ketenagakerjaan Cabang Gorontalo memiliki keduanya.",
            "informal": "Untuk {r} belum dapat dihitung berapa orang yang perlu ditambah: realisasi peserta yang dibayari APBD "
            "tidak diumumkan. Dinas tenaga kerja memiliki angkanya.",
        },
        "reached": "Target {t} tidak di atas cakupan terakhir {r}, {c}; pilih target yang lebih tinggi.",
        "own dues": "iuran sendiri",
        "caption": "Jalan menuju {t}; garis tegak menunjukkan rentang bila ada.",
        "alt": "Dua grafik batang untuk {r}. Peserta yang ditambah: {a}. Iuran setahun: {c}.",
    },
    "en": {
        "heading": "The next step: what it would take",
        "people": "People to add by {y}",
        "people_note": "toward {t} of {d} {w}; if those grow by one percent, {s} more",
        "workers": {"ucj": "workers", "informal": "informal workers (BPS)"},
        "dues": "Dues for them in {y}",
        "dues_note": "{r} in prices of {b}; paid by {p}",
        "deaths": "Deaths to expect among them a year",
        "deaths_note": "payouts {p}, or {k} rupiah per rupiah of dues",
        "per_dues": "Dues a year for each thousand people added",
        "per_dues_note": "{m} a person a month, the rate of {y}",
        "per_deaths": "Deaths to expect among them in a year",
        "per_deaths_note": "going by claims in Bone Bolango",
        "per_payout": "Death benefits for them in a year",
        "per_payout_note": "{b} a death; {k} rupiah per rupiah of dues",
        "draft": "The draft governor's regulation aims at {t} and names no year; {y} is the last year of the national plan.",
        "scenario": "Scenario “{n}”: {t} by {y}, {path}{more}.",
        "path": {"linear": "equal steps each year", "front": "the largest steps first", "back": "the largest steps last"},
        "discount": ", assuming dues discounted by {x}", "growth": ", assuming the number of workers grows by {x} a year",
        "twelve": "Dues are for full years at the rates in force; dues of those already covered come on top.",
        "joining": "Dues run from the month of joining at the rates in force; dues of those already covered come on top.",
        "observed": "Deaths follow the claims of subsidised participants in Bone Bolango ({o}), from the lowest to the highest "
        "Poisson bound.",
        "period": "{n} in {m} months of {y}",
        "pool": "A payout above the dues is a transfer financed by the pool of all participants, not a return.",
        "missing": {
            "ucj": "How many people {r} would have to add cannot be worked out: its participants and UCJ denominator of one date "
            "are not published. BPJS Ketenagakerjaan's Gorontalo branch holds both.",
            "informal": "How many people {r} would have to add cannot be worked out: how many participants its budget pays for "
            "is not published. The labour office holds the figure.",
        },
        "reached": "The target of {t} is not above the latest coverage of {r}, {c}; choose a higher one.",
        "own dues": "own dues",
        "caption": "The way to {t}; upright lines show ranges where there are any.",
        "alt": "Two bar charts for {r}. People added: {a}. Dues a year: {c}.",
    },
}  # fmt: skip


def section(inputs, f, v, lang):
    """Return the box of one region as a `section.Section`; None in a province of which nothing on Jamsostek is known.

    Parameters
    ----------
    inputs : facts.Inputs
        ``scenario`` may hold a `scenarios.Scenario`.
    f : facts.Facts
    v : quantity.Voice
    lang : {"id", "en"}
    """
    if not f.known:
        return None
    words, chosen = WORDS[language.check(lang)], chosen_for(inputs, f.region.code)
    _, seen = scenarios.experience(inputs)
    try:
        covered, denominator, period, rows = scenarios.covered_and_denominator(inputs, f.region.code, chosen.base)
    except UcjError:
        return _unknown(inputs, f, v, words, chosen, seen)
    target = _target(inputs, v, chosen)
    now = 100 * covered[0] / denominator[0]
    if (
        chosen.target / 100 * denominator[0] * (1 + chosen.growth / 100) ** (chosen.year - int(inputs.as_of[:4]))
        <= covered[0]
    ):
        now = v.data(language.percent(now, lang, 1), now, rows.split())
        text = fill(words["reached"], t=target, r=f.region.label(lang), c=now)
        return Section("next-step", words["heading"], (text,))
    frame = scenarios.table(inputs, f.region.code, chosen)
    last = frame[frame["year"] == chosen.year]
    base = _q(inputs, rows, period)
    people, dues, real = (tuple(float(last[f"{k}{b}"].sum()) for b in budget.BOUNDS) for k in ("extra", "cost", "real"))
    got = budget.protection(people, seen, inputs.scheme, f"{chosen.year}-12", **chosen.how)
    rate, deaths = _q(inputs, rules.DUES, str(chosen.year)), _q(inputs, seen["rows"], "", claims_only=True)
    benefit = _q(inputs, rules.DEATH["now"], "")
    payers = language.join([words.get(p, p) for p in chosen.payers], lang)
    size = denominator[0] * chosen.target / 10_000
    both, all_ = (*base.rows, *rate.rows), (*base.rows, *deaths.rows)
    numbers = (
        (fill(words["people"], y=v.when(str(chosen.year))), _span(v, people, base.rows) + v.ref(base),
         fill(words["people_note"], t=target, d=v.data(language.number(denominator[0], lang), denominator[0], base.rows),
              w=words["workers"][chosen.base], s=v.data(language.number(size, lang), size, base.rows))),
        (fill(words["dues"], y=v.when(str(chosen.year))), _money(v, dues, both) + v.ref(rate),
         fill(words["dues_note"], r=_money(v, real, both), b=v.when("2025"), p=payers)),
        (words["deaths"], _span(v, got["deaths"], all_) + v.ref(deaths),
         fill(words["deaths_note"], p=_money(v, got["payout"], (*all_, *benefit.rows)) + v.ref(benefit),
              k=_span(v, got["per_rupiah"], (*deaths.rows, *benefit.rows, *rate.rows), 1))),
    )  # fmt: skip
    said = [
        _aim(words, v, chosen, target),
        Markup(words[chosen.months]),
        _observed(inputs, words, v),
        Markup(words["pool"]),
    ]
    alt = _alt(words, f, frame, lang)
    chart = figures.path_chart(frame, alt=alt, lang=lang, title=words["heading"], height=1.3, width=3.75)
    caption = fill(words["caption"], t=target)
    return Section("next-step", words["heading"], (Markup(" ").join(said),), numbers, page.picture(chart, caption, ""))


def chosen_for(inputs, code):
    """The scenario of the inputs where it applies to the region, else the default."""
    given = inputs.scenario
    return given if given is not None and given.region in ("", code) else scenarios.DEFAULT


def _unknown(inputs, f, v, words, chosen, seen):
    """The box of a region whose own numbers are not on record: what is missing, and what a thousand people take."""
    lang = v.lang
    monthly = rules.dues(f"{chosen.year}-12", inputs.scheme, **chosen.how)
    yearly = scenarios.PER * sum(rules.month_dues(chosen.year, inputs.scheme, **chosen.how))
    got = budget.protection(float(scenarios.PER), seen, inputs.scheme, f"{chosen.year}-12", **chosen.how)
    rate, deaths = _q(inputs, rules.DUES, ""), _q(inputs, seen["rows"], "", claims_only=True)
    benefit = _q(inputs, rules.DEATH["now"], "")
    paid = (*deaths.rows, *benefit.rows)
    numbers = (
        (words["per_dues"], _money(v, (yearly,) * 3, rate.rows) + v.ref(rate),
         fill(words["per_dues_note"], m=v.data(language.rupiah(monthly, lang), monthly, rate.rows), y=v.when(str(chosen.year)))),
        (words["per_deaths"], _span(v, got["deaths"], deaths.rows) + v.ref(deaths), Markup(words["per_deaths_note"])),
        (words["per_payout"], _money(v, got["payout"], paid) + v.ref(benefit),
         fill(words["per_payout_note"], b=v.data(language.rupiah(got["benefit"], lang), got["benefit"], benefit.rows),
              k=_span(v, got["per_rupiah"], (*paid, *rate.rows), 1))),
    )  # fmt: skip
    said = fill(words["missing"][chosen.base], r=f.region.label(lang))
    return Section("next-step", words["heading"], (said + " " + words["pool"],), numbers)


def _q(inputs, rows, period, *, claims_only=False):
    """A carrier of rows and of their sources, for references; of claims alone where the box has no room for the rest."""
    ids = tuple(dict.fromkeys(rows.split()))
    known = {}
    for frame in (inputs.coverage, inputs.labour):
        known |= dict(zip(frame["observation_id"], frame["source_id"], strict=True))
    known |= dict(zip(inputs.scheme["parameter_id"], inputs.scheme["source_id"], strict=True))
    claims = inputs.coverage.loc[inputs.coverage["indicator"] == "claims_cases", "observation_id"]
    sources = tuple(dict.fromkeys(known[i] for i in ids if not claims_only or i in set(claims)))
    return Quantity(0.0, 0.0, 0.0, "", "derived", period, "realised", "computed", ids, sources)


def _target(inputs, v, chosen):
    """The target in words: of the draft regulation where it is that one, else of the scenario."""
    rows = (DRAFT,) if chosen.target == float(_draft(inputs)["value"]) else ("scenario",)
    return v.data(language.percent(chosen.target, v.lang), chosen.target, rows)


def _draft(inputs):
    return inputs.coverage[inputs.coverage["observation_id"] == DRAFT].iloc[0]


def _aim(words, v, chosen, target):
    if chosen == scenarios.DEFAULT:
        return fill(words["draft"], t=target, y=v.when(str(chosen.year)))
    more = Markup("")
    for key, x in (("discount", chosen.discount), ("growth", chosen.growth or None)):
        if x is not None:
            more += fill(words[key], x=v.data(language.percent(x, v.lang), x, ("scenario",)))
    return fill(
        words["scenario"],
        n=chosen.name,
        t=target,
        y=v.when(str(chosen.year)),
        path=words["path"][chosen.path],
        more=more,
    )


def _observed(inputs, words, v):
    periods, _ = scenarios.experience(inputs)
    said = []
    for r in periods.to_dict("records"):
        rows = r["rows"].split()
        said.append(fill(words["period"], n=v.data(language.number(r["deaths"], v.lang), r["deaths"], rows[:1]),
                         m=v.data(str(r["months"]), r["months"], rows[:1]), y=v.when(r["period"][:4])))  # fmt: skip
    return fill(words["observed"], o=v.join(said))


def _span(v, three, rows, digits=0):
    """A number with its range: "81 (44–111)"."""
    value, low, high = three
    text = language.number(value, v.lang, digits)
    spread = language.span(low, high, v.lang, digits)
    return v.data(text if spread in (text, language.number(low, v.lang, digits)) else f"{text} ({spread})", value, rows)


def _money(v, three, rows):
    """Rupiah with their range in one unit: "Rp3,4 miliar (1,87–4,67)"."""
    value, low, high = three
    size, name = next(
        ((s, n) for s, n in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")) if value >= s), (1.0, "")
    )
    digits = 2 if size >= 1e9 else 1 if value < 1e8 or value == low else 0
    text = f"Rp{language.number(value / size, v.lang, digits)} {language.word(name, v.lang) if name else ''}".rstrip()
    spread = language.span(low / size, high / size, v.lang, digits)
    return v.data(text if "–" not in spread else f"{text} ({spread})", value, rows)


def _alt(words, f, frame, lang):
    by_year = frame.groupby("year")[["extra", "cost"]].sum()
    people = "; ".join(f"{y}: {language.number(r['extra'], lang)}" for y, r in by_year.iterrows())
    dues = "; ".join(f"{y}: {scenarios.money(r['cost'], lang)}" for y, r in by_year.iterrows())
    return words["alt"].format(r=f.region.label(lang), a=people, c=dues)


def page_of(inputs, code, lang):
    """Return the box of a region as an HTML page of its own, with its sources."""
    from ucj_analysis.briefs.content import source_line

    v = Voice(lang)
    made = section(inputs, gather(inputs, code), v, lang)
    cited = [source_line(inputs, s, lang) for s in v.cited]
    return page.render("step.html.j2", lang=lang, s=made, sources=cited, title=made.heading)


def with_scenario(inputs, scenario):
    """Return inputs that carry a scenario, checked as far as that does not depend on a region.

    Raises
    ------
    UcjError
        For a year that is past or a payer that may not pay.
    """
    if scenario is None:
        return inputs
    budget.path((0.0,) * 3, (1.0,) * 3, scenario.target, int(inputs.as_of[:4]), scenario.year, shape=scenario.path)
    budget.payers_of(scenario.payers, inputs.scheme, scenario.year)
    out = copy.copy(inputs)  # with all that was computed from it
    vars(out)["scenario"] = scenario
    if "base" in vars(out):
        vars(out)["base"] = store.digest(vars(out)["base"], repr(scenario))
    return out
