"""Sentences of the verdict in two languages, from the same numbers. No verb of cause: a test looks for them."""

import math
import re

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.models import donors, identification
from ucj_analysis.regions import get

PER = 10  # slopes are per so many participants per 100 workers
_REFUSALS = (  # what a refusal is about, for readers of Indonesian; the message itself is English
    (r"no p-value|distinct", "dosis hanya dapat dibagikan dengan terlalu sedikit cara untuk diuji"),
    (r"only \S+ has a dose|one treated", "hanya satu daerah yang memiliki peserta bersubsidi"),
    (r"nothing is filled in|no row for|no number for", "ada tahun tanpa angka, dan tidak ada yang diisi"),
    (r"linear combination|explains the dose", "ada peubah yang merupakan kombinasi linear dari peubah lain"),
    (r"constant|does not vary|no region has a dose", "dosis tidak bervariasi antardaerah dan antartahun"),
    (r"one row|two of each|regions and \d+ years", "kurang dari dua daerah atau dua tahun"),
)
SAY = {
    "en": {
        "extreme": "the estimated extreme-poverty rate", "extreme_raked": "the estimated extreme-poverty rate (raked)",
        "P0": "the poverty rate", "P1": "the poverty gap index", "P2": "the poverty severity index",
        "unit": "points per 10 participants per 100 workers",
        "slope": "{slope} (95 percent {lower} to {upper}; {k} of {n} assignments as large or larger; over the doses that the "
        "record allows, {range})",
        "no_interval": "{slope} (no interval: too few assignments for a test; over the doses that the record allows, {range})",
        "no_end": "no end", "range": "{a} to {b}", "any": "any slope",
        "ceiling": "Before any regression: if every death among up to {persons} participants of {region} in {year} "
        "had struck a "
        "different extremely poor household of {household} members, death benefits could have lifted at most {fall} percentage "
        "points of its people ({fall_lower} to {fall_upper}) over the extreme line in a year.",
        "no_ceiling": "Before any regression: the ceiling of death benefits cannot be computed from this record.",
        "detectable": " At the same dose ({dose} participants per 100 workers), {regions} regencies show only a difference of "
        "{detectable} percentage points or more in four of five cases: {ratio} times the ceiling.",
        "detectable_alone": " At a dose of {dose} participants per 100 workers, {regions} regencies show only a difference of "
        "{detectable} percentage points or more in four of five cases.",
        "undetectable": " No difference of any size would be seen in four of five cases.",
        "record": "The record gives {known} of {cells} doses as one number; the rest are intervals. Over all doses that it "
        "allows the slope runs from {a} to {b} {unit}: {sign}.",
        "all_known": "The record gives all {cells} doses as one number: it allows a single slope, and {sign}.",
        "positive": "its sign is positive throughout", "negative": "its sign is negative throughout",
        "not determined": "its sign is not determined",
        "no_record": "No set of slopes can be computed: {reason}.",
        "primary": "Primary specification ({spec}, declared {declared}): {outcome}, {years}, levels of each regency "
        "and year taken "
        "out. Slope {slope_text} {unit}.",
        "per_ten": " Smallest difference seen in four of five cases: {mde} points per 10.",
        "no_primary": "The primary specification ({spec}, declared {declared}) gives no slope: {reason}.",
        "without": "{region} carries {share} of the variation on which this slope rests; without it the slope is "
        "{slope_text}. ",
        "without_none": "{region} carries {share} of the variation on which this slope rests; without it there is "
        "no slope: {reason}. ",
        "others_keep": "Without any one of the others it keeps its sign.",
        "others_turn": "Without {who} it also turns its sign.",
        "no_without": "There are too few regencies to leave one out.",
        "beside": "With the outcome of the year before in place of the level of each regency, the slope is {slope_text}.",
        "no_beside": "With the outcome of the year before in place of the level of each regency there is no slope: {reason}.",
        "curve": "Of {all} declared specifications, {made} give a slope: {negative} negative, {positive} positive. "
        "Intervals that "
        "leave zero out: {clear}; specifications in which the record settles the sign: {settled}.",
        "no_donors": "",
        "tier0": "These data can only be described: {reason}.",
        "tier1": "In these data the relation between subsidised enrolment and {outcome} cannot be told apart from no relation: "
        "{slope_text} {unit}.",
        "tier2": "The relation between subsidised enrolment and {outcome} is suggestive, and rests on {who}: "
        "{slope_text} {unit}.",
        "tier3": "Subsidised enrolment is associated with {direction} {outcome}: {slope_text} {unit}.",
        "lower": "lower values of", "higher": "higher values of",
        "why1": " The reason: {why}.",
        "sign": "the doses that the record allows give slopes of both signs",
        "and_interval": ", and the interval for the declared doses holds zero",
        "interval": "the interval holds zero, for the declared doses or for those at an end of the set",
        "spec": "the specification ({ids})",
        "ask": "Ask first for the subsidised participants of {what}: from the labour office of the regency or city "
        "and from BPJS "
        "Ketenagakerjaan, Gorontalo branch. With them the set of slopes would shrink by {shrink} on average, if no "
        "value is more "
        "likely than another.",
        "no_ask": "No dose is missing for the primary specification.", "not_asked": "",
        "early": " For {years}, regencies also lack a count of workers: ask BPS for it.",
    },
    "id": {
        "extreme": "perkiraan persentase kemiskinan ekstrem",
        "extreme_raked": "perkiraan persentase kemiskinan ekstrem (disesuaikan)",
        "P0": "persentase penduduk miskin", "P1": "indeks kedalaman kemiskinan", "P2": "indeks keparahan kemiskinan",
        "unit": "poin per 10 peserta per 100 pekerja",
        "slope": "{slope} (95 persen {lower} sampai {upper}; {k} dari {n} pembagian dosis sebesar itu atau lebih; "
        "dengan semua dosis "
        "yang dimungkinkan catatan, {range})",
        "no_interval": "{slope} (tanpa selang: terlalu sedikit pembagian dosis untuk diuji; dengan semua dosis yang "
        "dimungkinkan "
        "catatan, {range})",
        "no_end": "tanpa batas", "range": "{a} sampai {b}", "any": "kemiringan berapa pun",
        "ceiling": "Sebelum regresi apa pun: andai setiap kematian di antara paling banyak {persons} peserta "
        "{region} pada {year} terjadi di rumah "
        "tangga miskin ekstrem yang berbeda dengan {household} anggota, santunan kematian dapat mengangkat paling "
        "banyak {fall} "
        "persen poin penduduknya ({fall_lower} sampai {fall_upper}) ke atas garis kemiskinan ekstrem dalam setahun.",
        "no_ceiling": "Sebelum regresi apa pun: batas atas santunan kematian tidak dapat dihitung dari catatan ini.",
        "detectable": " Pada dosis yang sama ({dose} peserta per 100 pekerja), {regions} kabupaten/kota baru "
        "memperlihatkan selisih "
        "mulai {detectable} persen poin dalam empat dari lima kasus: {ratio} kali batas atas itu.",
        "detectable_alone": " Pada dosis {dose} peserta per 100 pekerja, {regions} kabupaten/kota baru "
        "memperlihatkan selisih mulai "
        "{detectable} persen poin dalam empat dari lima kasus.",
        "undetectable": " Tidak ada selisih sebesar apa pun yang akan terlihat dalam empat dari lima kasus.",
        "record": "Catatan memberi {known} dari {cells} dosis sebagai satu angka; sisanya berupa selang. Dengan "
        "semua dosis yang "
        "dimungkinkannya, kemiringan terletak dari {a} sampai {b} {unit}: {sign}.",
        "all_known": "Catatan memberi semua {cells} dosis sebagai satu angka: hanya satu kemiringan yang mungkin, dan {sign}.",
        "positive": "tandanya selalu positif", "negative": "tandanya selalu negatif", "not determined": "tandanya "
        "tidak tertentu",
        "no_record": "Himpunan kemiringan tidak dapat dihitung: {reason}.",
        "primary": "Spesifikasi utama ({spec}, ditetapkan {declared}): {outcome}, {years}, dengan tingkat tiap "
        "kabupaten/kota dan "
        "tahun dikeluarkan. Kemiringan {slope_text} {unit}.",
        "per_ten": " Selisih terkecil yang terlihat dalam empat dari lima kasus: {mde} poin per 10.",
        "no_primary": "Spesifikasi utama ({spec}, ditetapkan {declared}) tidak memberi kemiringan: {reason}.",
        "without": "{region} memikul {share} dari keragaman yang menjadi tumpuan kemiringan ini; tanpa daerah itu "
        "kemiringannya "
        "{slope_text}. ",
        "without_none": "{region} memikul {share} dari keragaman yang menjadi tumpuan kemiringan ini; tanpa daerah "
        "itu tidak ada "
        "kemiringan: {reason}. ",
        "others_keep": "Tanpa salah satu dari yang lain, tandanya tetap.",
        "others_turn": "Tanpa {who}, tandanya juga berbalik.",
        "no_without": "Daerahnya terlalu sedikit untuk dikeluarkan satu per satu.",
        "beside": "Dengan ukuran tahun sebelumnya sebagai pengganti tingkat tiap kabupaten/kota, kemiringannya {slope_text}.",
        "no_beside": "Dengan ukuran tahun sebelumnya sebagai pengganti tingkat tiap kabupaten/kota tidak ada "
        "kemiringan: {reason}.",
        "curve": "Dari {all} spesifikasi yang ditetapkan, {made} memberi kemiringan: {negative} negatif, {positive} "
        "positif. Selang "
        "yang tidak memuat nol: {clear}; spesifikasi yang tandanya ditentukan oleh catatan: {settled}.",
        "no_donors": "",
        "tier0": "Data ini hanya dapat digambarkan: {reason}.",
        "tier1": "Dengan data ini hubungan antara kepesertaan bersubsidi dan {outcome} tidak dapat dibedakan dari "
        "tidak ada hubungan: "
        "{slope_text} {unit}.",
        "tier2": "Hubungan antara kepesertaan bersubsidi dan {outcome} baru berupa petunjuk, dan bertumpu pada "
        "{who}: {slope_text} "
        "{unit}.",
        "tier3": "Kepesertaan bersubsidi berasosiasi dengan {outcome} yang {direction}: {slope_text} {unit}.",
        "lower": "lebih rendah", "higher": "lebih tinggi",
        "why1": " Alasannya: {why}.",
        "sign": "dosis yang dimungkinkan catatan memberi kemiringan dengan kedua tanda",
        "and_interval": ", dan selang pada dosis yang ditetapkan memuat nol",
        "interval": "selangnya memuat nol, pada dosis yang ditetapkan atau pada dosis di salah satu ujung himpunan",
        "spec": "pilihan spesifikasi ({ids})",
        "ask": "Mintalah lebih dahulu jumlah peserta bersubsidi {what}: kepada dinas tenaga kerja kabupaten/kota dan BPJS "
        "Ketenagakerjaan Cabang Gorontalo. Dengan angka itu himpunan kemiringan rata-rata menyempit {shrink}, bila "
        "tidak ada nilai "
        "yang lebih mungkin daripada yang lain.",
        "no_ask": "Tidak ada dosis yang kurang untuk spesifikasi utama.", "not_asked": "",
        "early": " Untuk {years}, jumlah pekerja per kabupaten/kota juga tidak ada: mintalah kepada BPS.",
    },
}  # fmt: skip
HEADINGS = {
    "en": {
        "ceiling": "Ceiling and smallest detectable difference", "record": "What the record allows",
        "primary": "Primary specification", "without": "Without one regency", "beside": "Beside the lagged outcome",
        "curve": "All specifications", "donors": "Bone Bolango against donors", "verdict": "Verdict", "ask": "Ask first",
    },
    "id": {
        "ceiling": "Batas atas dan selisih terkecil yang terlihat", "record": "Yang dimungkinkan catatan",
        "primary": "Spesifikasi utama", "without": "Tanpa satu kabupaten/kota", "beside": "Di samping ukuran tahun sebelumnya",
        "curve": "Semua spesifikasi", "donors": "Bone Bolango terhadap donor", "verdict": "Simpulan",
        "ask": "Mintalah lebih dahulu",
    },
}  # fmt: skip
ORDER = ("ceiling", "record", "primary", "without", "beside", "curve", "donors", "verdict", "ask")


def name(code):
    """Short name of a region; a made-up code stays what it is."""
    try:
        return get(code).short
    except UcjError:
        return str(code)


def refusal(message, lang):
    """A refusal for readers: the message, or what it is about in Indonesian."""
    if language.check(lang) == "en":
        return message.rstrip(".")
    return next((said for pattern, said in _REFUSALS if re.search(pattern, message)), message.rstrip("."))


def signed(x, lang, digits=2):
    """A number with its sign; infinity in words."""
    return language.number(x, lang, digits, sign=True) if math.isfinite(x) else SAY[lang]["no_end"]


def numbers(slope, lang):
    """The numbers of a Slope by name: (text, value)."""
    r = slope.record()
    keys = {"slope": "slope_per_10", "lower": "lower", "upper": "upper", "a": "record_lower", "b": "record_upper"}
    out = {k: (signed(r[v], lang), r[v]) for k, v in keys.items() if r[v] == r[v]}
    return out | {k: (language.number(r[k], lang), r[k]) for k in ("k", "n")}


def _limits(slope, said):
    """Template of a slope with its limits."""
    r = slope.record()
    both = math.isinf(r["record_lower"]) and math.isinf(r["record_upper"])
    template = said["slope"] if r["no_interval"] == "" else said["no_interval"]
    return template.replace("{range}", said["any"] if both else said["range"])


def slope_text(slope, lang):
    """A slope with its limits, in words."""
    said = SAY[language.check(lang)]
    return _limits(slope, said).format(**{k: t for k, (t, _) in numbers(slope, lang).items()})


def _span(years, lang):
    """2018, 2021 to 2024."""
    runs = []
    for y in sorted(years):
        if runs and y == runs[-1][-1] + 1:
            runs[-1].append(y)
        else:
            runs.append([y])
    return language.join([f"{r[0]}–{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs], lang)


def _slope_parts(template, slope, lang, **more):
    """Put the text of a slope into a template, its numbers staying apart."""
    said = SAY[lang]
    return template.replace("{slope_text}", _limits(slope, said)), {**numbers(slope, lang), **more}


def parts(v, lang):
    """Sentences of a Verdict before numbers are put in.

    Returns
    -------
    dict of {part: (template, {name: (text, value)})}
        In ORDER; value is a number, or None for a word.
    """
    made = {part: _PARTS[part](v, lang) for part in ORDER}
    return {k: found for k, found in made.items() if found[0]}


def _word(text):
    return text, None


def _ceiling(v, lang):
    say, number = SAY[lang], language.number
    template, values = say["no_ceiling"], {}
    if len(v.ceiling):
        c = v.ceiling.iloc[0]
        template = say["ceiling"]
        values = {k: (number(c[k], lang, 2), c[k]) for k in ("fall", "fall_lower", "fall_upper")}
        values |= {"persons": (number(c["persons"], lang), c["persons"]), "year": (str(c["year"]), c["year"]),
                   "household": (number(c["household"], lang), c["household"]),
                   "region": _word(name(c["region_code"]))}  # fmt: skip
    d = v.detectable
    if d is None:
        return template, values
    if not math.isfinite(d.effect):
        return template + say["undetectable"], values
    values |= {"dose": (number(v.dose, lang, 1), v.dose), "detectable": (number(d.effect, lang, 1), d.effect),
               "regions": (number(len(v.leverage), lang), len(v.leverage))}  # fmt: skip
    if not len(v.ceiling):
        return template + say["detectable_alone"], values
    ratio = d.effect / v.ceiling.iloc[0]["fall"]
    return template + say["detectable"], values | {"ratio": (number(ratio, lang, 1), ratio)}


def _record(v, lang):
    say, s = SAY[lang], v.set_
    if s is None:
        return say["no_record"], {"reason": _word(refusal(v.primary.refusal, lang))}
    cells = sum(v.cells.values())
    if s.cells == 0:  # both ends are the slope itself, which is not said without its interval
        return say["all_known"], {"cells": (str(cells), cells), "sign": _word(say[s.sign])}
    known = int(cells - s.cells)
    return say["record"], {
        "known": (str(known), known), "cells": (str(cells), cells), "a": (signed(s.lower * PER, lang), s.lower * PER),
        "b": (signed(s.upper * PER, lang), s.upper * PER), "unit": _word(say["unit"]), "sign": _word(say[s.sign]),
    }  # fmt: skip


def _primary(v, lang):
    say, p = SAY[lang], v.primary
    common = {"spec": _word(p.spec_id), "declared": _word(language.period(str(p.row.get("declared", ""))[:10], lang)),
              "outcome": _word(say[p.row["outcome"]]), "years": _word(_span(p.years, lang)),
              "unit": _word(say["unit"])}  # fmt: skip
    if p.slope is None:
        return say["no_primary"], common | {"reason": _word(refusal(p.refusal, lang))}
    template, values = _slope_parts(say["primary"], p.slope, lang, **common)
    d = v.detectable
    if d is not None and math.isfinite(d.effect):
        each = d.effect / d.change * PER
        template, values = template + say["per_ten"], values | {"mde": (language.number(each, lang, 2), each)}
    return template, values


def _without(v, lang):
    say = SAY[lang]
    if not v.without:
        return ("", {}) if v.primary.slope is None else (say["no_without"], {})
    top = v.leverage.idxmax()
    share = 100 * float(v.leverage[top])
    values = {"region": _word(name(top)), "share": (language.percent(share, lang, 0), share)}
    found = v.without[top]
    if found.slope is None:
        template, values = say["without_none"], values | {"reason": _word(refusal(found.refusal, lang))}
    else:
        template, values = _slope_parts(say["without"], found.slope, lang, **values)
    turned = [name(c) for c, s in v.without.items()
              if c != top and s.slope is not None and not s.slope.same_sign(v.primary.slope)]  # fmt: skip
    if turned:
        return template + say["others_turn"], values | {"who": _word(language.join(turned, lang))}
    return template + say["others_keep"], values


def _beside(v, lang):
    say, s = SAY[lang], v.beside["lagged outcome"]
    if v.primary.slope is None:
        return "", {}
    if s.slope is None:
        return say["no_beside"], {"reason": _word(refusal(s.refusal, lang))}
    return _slope_parts(say["beside"], s.slope, lang)


def _curve(v, lang):
    made = [s.slope for s in v.curve if s.slope is not None]
    if not made:
        return "", {}
    signs = [s.record()["slope_per_10"] for s in made]
    count = {"all": len(v.curve), "made": len(made), "negative": sum(x < 0 for x in signs), "positive": sum(x > 0 for x in signs),
             "clear": sum(s.settled for s in made), "settled": sum(s.sign != identification.SIGNS[2] for s in made)}  # fmt: skip
    return SAY[lang]["curve"], {k: (str(n), n) for k, n in count.items()}


def _donors(v, lang):
    said = [donors.sentence(c, lang) for c in v.comparisons.values()]
    return " ".join(said).replace("{", "").replace("}", ""), {}


def _verdict(v, lang):
    say, s = SAY[lang], v.primary.slope
    if v.tier == 0:
        return say["tier0"], {"reason": _word(refusal(v.why, lang))}
    common = {"outcome": _word(say[v.primary.row["outcome"]]), "unit": _word(say["unit"])}
    template = say[f"tier{v.tier}"]
    if v.tier == 1:
        template += say["why1"]
        open_ = s.sign == identification.SIGNS[2]
        common["why"] = _word(
            say["interval"] if not open_ else say["sign"] + ("" if s.settled else say["and_interval"])
        )
    if v.tier == 2:
        common["who"] = _word(rests(v, lang))
    if v.tier == 3:
        common["direction"] = _word(say["lower" if s.record()["slope_per_10"] < 0 else "higher"])
    return _slope_parts(template, s, lang, **common)


def rests(v, lang):
    """What a suggestive relation rests on: regions, then specifications."""
    regions = [name(c) for c in v.rests_on if c in v.without]
    ids = [language_of(c, lang) for c in v.rests_on if c not in v.without]
    return language.join([*regions, *([SAY[lang]["spec"].format(ids=", ".join(ids))] if ids else [])], lang)


_CHOICES = {
    "id": {
        "primary": "utama", "informal": "per pekerja informal", "all": "dengan iuran provinsi", "stated": "hanya "
        "yang dinyatakan",
        "lag": "jeda {} tahun", "middle": "titik tengah", "first differences": "selisih tahunan",
        "lagged outcome": "ukuran tahun sebelumnya", "long differences": "awal-akhir", "unemployment_rate": "pengangguran tetap",
        "extreme_raked": "disesuaikan",
    },
    "en": {
        "primary": "primary", "informal": "per informal worker", "all": "with dues of the province", "stated": "stated only",
        "lag": "lag {}", "middle": "mid-points", "first differences": "yearly changes", "lagged outcome": "lagged outcome",
        "long differences": "first to last", "unemployment_rate": "unemployment held", "extreme_raked": "raked",
    },
}  # fmt: skip


def label(spec, primary, lang):
    """Id of a specification and what differs from the primary one."""
    say, row, first = _CHOICES[language.check(lang)], spec.row, primary.row
    if spec is primary:
        return f"{spec.spec_id} {say['primary']}"
    said = [
        say.get(row[k], str(row[k]))
        for k in ("outcome", "base", "payers", "readings", "completion", "estimator")
        if row[k] != first[k]
    ]
    if row["lag"] != first["lag"]:
        said.append(say["lag"].format(row["lag"]))
    said += [say.get(c, c) for c in str(row["covariates"] or "").split()]
    if str(row["years"]) != str(first["years"]):
        years = spec.years
        said.append(f"{years[0]}–{years[-1]}")
    return f"{spec.spec_id} {', '.join(said)}"


def language_of(spec, lang):
    """Name of a specification in a list."""
    return {"id": "ukuran tahun sebelumnya"}.get(lang, spec) if spec == "lagged outcome" else spec


def _ask(v, lang):
    say = SAY[lang]
    if v.primary.slope is None or not len(v.requests):
        return say["no_ask" if v.set_ is not None and v.set_.cells == 0 else "not_asked"], {}
    what = [f"{name(r.region_code)} {r.year}" for r in v.requests.itertuples()]
    shrink = 100 * float(v.requests["shrink"].iloc[-1])
    values = {"what": _word(language.join(what, lang)), "shrink": (language.percent(shrink, lang, 0), shrink)}
    early = sorted({int(y) for y in v.requests["year"] if y < 2018})
    template = say["ask"]
    if early:
        template, values = template + say["early"], values | {"years": _word(language.join(early, lang))}
    return template, values


_PARTS = {"ceiling": _ceiling, "record": _record, "primary": _primary, "without": _without, "beside": _beside,
          "curve": _curve, "donors": _donors, "verdict": _verdict, "ask": _ask}  # fmt: skip
