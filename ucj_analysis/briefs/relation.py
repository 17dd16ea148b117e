"""Section of the brief on enrolment and extreme poverty: ceiling, verdict with its limits, figures to ask for."""

import math

from markupsafe import Markup

from ucj_analysis import language
from ucj_analysis.briefs.quantity import fill
from ucj_analysis.briefs.section import Section
from ucj_analysis.models import verdict_words
from ucj_analysis.models.panel import PROVINCE

_SAY = {
    "id": {
        "heading": "Kepesertaan dan kemiskinan ekstrem: yang dapat dikatakan",
        "ceiling": "Secara hitungan, santunan kematian dapat mengangkat paling banyak {fall} persen poin penduduk "
        "{region} ke atas "
        "garis kemiskinan ekstrem dalam setahun ({year})",
        "detectable": "; data enam kabupaten/kota baru memperlihatkan selisih mulai {detectable}.",
        "nothing": "; data enam kabupaten/kota tidak memperlihatkan selisih sebesar apa pun.",
        0: "Data ini hanya dapat digambarkan: {reason}.",
        1: "Hubungan kepesertaan bersubsidi dengan perkiraan kemiskinan ekstrem tidak dapat dibedakan dari tidak "
        "ada hubungan: ",
        2: "Hubungan kepesertaan bersubsidi dengan perkiraan kemiskinan ekstrem baru berupa petunjuk dan bertumpu pada {who}: ",
        3: "Kepesertaan bersubsidi berasosiasi dengan perkiraan kemiskinan ekstrem yang {direction}: ",
        "slope": "{slope} persen poin per sepuluh peserta per seratus pekerja (selang eksak {lower} sampai {upper}; "
        "dengan dosis lain "
        "menurut catatan, {a} sampai {b}).",
        "ask": "Mintalah lebih dahulu jumlah peserta bersubsidi {what} kepada dinas tenaga kerja dan BPJS Ketenagakerjaan.",
    },
    "en": {
        "heading": "Enrolment and extreme poverty: what can be said",
        "ceiling": "Death benefits could at most have lifted {fall} percentage points of the people of {region} over "
        "the extreme line in a year ({year})",
        "detectable": "; six regencies only show differences from {detectable} on.",
        "nothing": "; six regencies show no difference of any size.",
        0: "These data can only be described: {reason}.",
        1: "The relation of subsidised enrolment to the estimated extreme-poverty rate cannot be told apart from no relation: ",
        2: "The relation of subsidised enrolment to the estimated extreme-poverty rate is suggestive and rests on {who}: ",
        3: "Subsidised enrolment is associated with {direction} the estimated extreme-poverty rate: ",
        "slope": "{slope} percentage points per ten participants per hundred workers (exact interval {lower} to "
        "{upper}; with other doses on "
        "record, {a} to {b}).",
        "ask": "Ask first for the subsidised participants of {what}: labour office, BPJS Ketenagakerjaan.",
    },
}  # fmt: skip


def section(inputs, f, v, lang):
    """Return the section, None outside the province of the panel.

    Parameters
    ----------
    inputs : facts.Inputs
    f : facts.Facts
    v : quantity.Voice
    lang : {"id", "en"}
    """
    if f.province.code != PROVINCE:
        return None
    found, say = inputs.relation, _SAY[language.check(lang)]
    rows = _rows(inputs, " ".join(found.rows))
    paragraphs = [
        p for p in (_ceiling(inputs, found, v, lang), _verdict(found, v, lang, rows), _ask(found, v, lang)) if p
    ]
    # one block: the brief has two pages
    return Section("relation", say["heading"], (Markup(" ").join(paragraphs),) if paragraphs else ())


def _rows(inputs, text):
    """Of these ids those of observations; events and readings have no figure of their own."""
    known = set(inputs.coverage["observation_id"]) | set(inputs.labour["observation_id"])
    return [r for r in text.split() if r in known]


def _ceiling(inputs, found, v, lang):
    if not len(found.ceiling):
        return None
    say, top, d = _SAY[lang], found.ceiling.iloc[0], found.detectable
    rows = _rows(inputs, top["rows"])
    values = {
        "fall": v.data(language.number(top["fall"], lang, 1), float(top["fall"]), rows),
        "region": verdict_words.name(top["region_code"]),
        "year": v.when(str(top["year"])),
    }
    text = fill(say["ceiling"], **values)
    if d is None or not math.isfinite(d.effect):
        return text + say["nothing"]
    seen = v.data(language.points(d.effect, lang, 1), float(d.effect), _rows(inputs, " ".join(found.rows)))
    return text + fill(say["detectable"], detectable=seen)


def _verdict(found, v, lang, rows):
    say, s = _SAY[lang], found.primary.slope
    if found.tier == 0:
        return fill(say[0], reason=verdict_words.refusal(found.why, lang))
    words = verdict_words.SAY[lang]
    numbers = verdict_words.numbers(s, lang)
    marked = {k: v.data(numbers[k][0], float(numbers[k][1]), rows) for k in ("slope", "lower", "upper", "a", "b")}
    down = numbers["slope"][1] < 0
    who = verdict_words.rests(found, lang) if found.tier == 2 else ""
    return fill(say[found.tier], who=who, direction=words["lower" if down else "higher"]) + fill(say["slope"], **marked)


def _ask(found, v, lang):
    if found.tier == 0 or not len(found.requests):
        return None
    what = [
        fill("{n} {t}", n=verdict_words.name(r.region_code), t=v.when(str(r.year))) for r in found.requests.itertuples()
    ]
    return fill(_SAY[lang]["ask"], what=v.join(what))
