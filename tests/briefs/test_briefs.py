"""The fourteen briefs: every number traced, nothing fetched, nothing run, both languages, well-formed."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from constants import CODES

from ucj_analysis import catalog, language
from ucj_analysis.briefs import content, export, facts, page, prose_en, prose_id
from ucj_analysis.briefs.quantity import Quantity, Voice, capital, fill, plain
from ucj_analysis.errors import UcjError
from ucj_analysis.regions import get

ALL = [(c, g) for c in CODES for g in ("id", "en")]


def name(code, lang):
    return export.file_name(get(code), lang)


@pytest.fixture(scope="module")
def pages(built):
    return {(c, g): (built / "briefs" / name(c, g)).read_text(encoding="utf-8") for c, g in ALL}


class Outline(HTMLParser):
    """Headings, numbers in <data>, loose text with digits, links, ids, images."""

    VOID = frozenset({"meta", "img", "br", "link", "hr"})

    def __init__(self, text):
        super().__init__()
        self.stack, self.headings, self.data, self.loose, self.ids, self.links, self.images = [], [], [], [], [], [], []
        self.tags = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "img":
            self.images.append(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "data":
            self.data.append([attrs["value"], attrs["data-rows"], ""])
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack[-1] == tag, (self.stack, tag)
        self.stack.pop()

    def handle_data(self, text):
        if "data" in self.stack:
            self.data[-1][2] += text
        elif "time" not in self.stack and "sup" not in self.stack and re.search(r"\d", text):
            self.loose.append((tuple(self.stack), text.strip()))


def known_rows():
    ids = set()
    for table in ("poverty", "labour", "socioeconomic", "coverage"):
        ids |= set(catalog.table(table)["observation_id"])
    return ids | set(catalog.table("scheme")["parameter_id"])


@pytest.mark.parametrize(("code", "lang"), ALL)
def test_every_number_names_its_source_rows(pages, code, lang):
    outline = Outline(pages[code, lang])
    ids = known_rows()
    assert len(outline.data) > 18
    for value, rows, text in outline.data:
        assert rows.split(), (value, text)
        assert set(rows.split()) <= ids, rows
        assert text
    # what stands outside <data>: names of rules, definitions and sources, never a figure
    named = re.compile(
        r"US\$(1[.,]90|2[.,]15)|80 (persen|percent)|PPP 2011|2011 PPP|\bPP \d+/\d{4}|P[0-2]\b|\d+ (Maret|March) \d{4}"
    )
    for stack, text in outline.loose:
        if {"footer", "style", "title", "header", "figcaption", "thead", "h2"} & set(stack):
            continue
        assert not re.search(r"\d", named.sub("", text)), (stack, text)


@pytest.mark.parametrize(("code", "lang"), ALL)
def test_single_row_numbers_equal_the_row_they_name(pages, code, lang):
    values = {}
    for table in ("poverty", "labour", "coverage"):
        frame = catalog.table(table)
        for r in frame.itertuples():
            scale = 1000 if r.unit == "thousand persons" else 1
            values[r.observation_id] = {r.value, r.lower, r.upper, r.value * scale}
    checked = 0
    for value, rows, text in Outline(pages[code, lang]).data:
        if (
            " " in rows
            or rows not in values
            or re.search(r"[a-z]{4}", text.replace("persen", "").replace("percent", ""))
        ):
            continue
        shown = re.sub(r"[^\d.,]", "", text)
        group, point = (".", ",") if lang == "id" else (",", ".")
        number = float(shown.replace(group, "").replace(point, "."))
        if number not in {1, 2, 3, 4, 5, 6} and not (rows.startswith("J") and "bulan" in text):
            checked += 1
            near = any(abs(number - v) <= 0.0051 for v in values[rows] if v == v)
            assert near or float(value) == number, (rows, text, values[rows])
    assert checked >= 6


@pytest.mark.parametrize(("code", "lang"), ALL)
def test_page_is_closed_to_the_world_and_well_formed(pages, code, lang):
    text = pages[code, lang]
    outline = Outline(text)
    assert outline.stack == []
    assert not {"script", "iframe", "link", "object", "embed", "form", "video"} & outline.tags
    assert text.count("Content-Security-Policy") == 1
    assert page.POLICY.replace("'", "&#39;") in text
    assert "default-src 'none'" in page.POLICY
    assert not re.search(r"\son\w+=|url\((?!data:font\/woff2;base64,)|@import|javascript:", text)
    assert all(i["src"].startswith("data:image/svg+xml;base64,") for i in outline.images)
    assert all(len(i["alt"]) > 80 for i in outline.images)
    assert len(outline.images) in (3, 4)  # the fourth is the path of the next step, where it is known
    assert f'<html lang="{lang}">' in text
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    inner = [h[1:] for h in outline.links if h.startswith("#")]
    assert set(inner) <= set(outline.ids)
    assert {"header", "main", "nav", "footer"} <= outline.tags
    assert len(text.encode()) < 1_000_000


@pytest.mark.parametrize(("code", "lang"), ALL)
def test_language_of_every_number(pages, code, lang):
    for _, _, text in Outline(pages[code, lang]).data:
        if lang == "id":
            assert not re.search(r"\d,\d{3}(?!\d)|\d\.\d{1,2}(?!\d)|percent|about", text), text
        else:
            assert not re.search(r"\d\.\d{3}(?!\d)|\d,\d{1,2}(?!\d)|persen|sekitar", text), text


def findings(text):
    return re.sub(r"<sup>.*?</sup>|<[^>]+>", "", re.search(r'<ol class="findings">(.*?)</ol>', text, re.S)[1])


@pytest.mark.parametrize(("code", "lang"), ALL)
def test_three_to_five_findings_and_no_word_of_cause(pages, code, lang):
    text = pages[code, lang]
    count = re.search(r'<ol class="findings">(.*?)</ol>', text, re.S)[1].count("<li>")
    assert 3 <= count <= 5
    body = findings(text).lower()
    causal = r"karena subsidi|akibat|berkat|menyebabkan|mengurangi kemiskinan|because of|thanks to|caused|led to|reduced poverty"
    assert not re.search(causal, body)
    slips = re.findall(r"[{}]|None|\bnan\b| [,.;]|\.\.|\(\)", findings(text))
    assert not slips


def test_figures_as_read_in_the_sources(pages):
    def has(code, *parts):
        for lang, part in parts:
            assert part in findings(pages[code, lang]), (code, part)

    has("7504", ("id", "65,24 persen pada September 2025"), ("id", "35.562 belum"), ("en", "66,754 are active"))
    has("7504", ("id", "tidak dibayari lagi sejak Januari 2024 (keadaan April 2024)"), ("en", "65.24 percent"))
    has("7501", ("id", "di bawah 50 persen"), ("en", "there is only a plan for 5,000 people in 2025"))
    has("7502", ("en", "more than 50 percent in September 2024"), ("id", "hanya 321 pekerja"))
    has("7503", ("id", "sekitar 20.000 pekerja"), ("id", "Rp3,5 miliar"), ("en", "4.91 percent"))
    has("7505", ("id", "48,44 persen pada Desember 2024"), ("en", "19.5 percent of the employed"))
    has("7571", ("id", "Iuran 7.000 pekerja"), ("en", "0.19 percent"))
    has(
        "7500",
        ("id", "267.790 belum"),
        ("id", "25,6 persen poin"),
        ("en", "4,932") if False else ("en", "20.2 percentage"),
    )


def test_plans_are_never_told_as_done(pages):
    body = findings(pages["7501", "id"])
    assert "Realisasi iuran bersubsidi di Kabupaten Boalemo tidak ditemukan" in body
    assert "40.000" not in findings(pages["7504", "id"])  # promised for 2022, never realised


def test_missing_figures_say_who_holds_them(pages):
    assert "BPJS Ketenagakerjaan Cabang Gorontalo" in findings(pages["7501", "id"])
    assert "dinas tenaga kerja" in findings(pages["7501", "id"])
    assert "BPS dan Bappeda" in findings(pages["7501", "id"])


def test_a_region_without_any_figure_says_so(inputs):

    bare = replace(inputs, coverage=inputs.coverage[inputs.coverage["region_code"] != "7501"])
    for lang, words in (("id", "belum diketahui"), ("en", "not known")):
        page_values = content.compose(bare, "7501", lang)["page"]
        assert words in plain(page_values["findings"][0]["lead"])
        lead = plain(page_values["findings"][1]["lead"])
        assert ("Tidak ada angka" if lang == "id" else "There is no figure") in lead


def test_both_languages_have_the_same_parts():
    public = {n for n in vars(prose_id) if not n.startswith("_")}
    assert public - {n for n in vars(prose_en) if not n.startswith("_")} <= {"by"}
    assert prose_id.WORDS.keys() == prose_en.WORDS.keys()
    assert prose_id.LABELS.keys() == prose_en.LABELS.keys()
    assert prose_id.NATURE.keys() == prose_en.NATURE.keys()


def test_index_leads_to_all(built):
    text = (built / "index.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="(briefs/[^"]+)"', text)) - {"briefs/index.html"}
    assert len(links) == 14
    assert all((built / link).is_file() for link in links)


def test_rebuilt_brief_is_the_same_file(built, inputs):
    again = export.brief(facts.load(), "7504", "id")
    assert again == (built / "briefs" / name("7504", "id")).read_text(encoding="utf-8")


def test_a_failing_region_leaves_the_others_and_its_earlier_version(tmp_path, monkeypatch):
    jobs = export.plan(["7501", "7504"], ("id",), with_notebooks=False)
    made, failed = export.build(jobs, tmp_path)
    assert (len(made), len(failed)) == (2, 0)
    before = (tmp_path / jobs[0].path).read_bytes()
    true = content.Brief.trend

    def broken(self):
        if self.facts.region.code == "7501":
            raise KeyError("P0")
        return true(self)

    monkeypatch.setattr(content.Brief, "trend", broken)
    made, failed = export.build(jobs, tmp_path)
    assert [j.region for j in made] == ["7504"]
    assert [j.region for j, _ in failed] == ["7501"]
    assert failed[0][1] == "notebook brief.ipynb, code cell 7 (brief.trend()): KeyError: 'P0'"
    assert (tmp_path / jobs[0].path).read_bytes() == before


def test_unwritable_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    jobs = export.plan(["7504"], ("id",), with_notebooks=False)
    with pytest.raises(UcjError, match="cannot write .*file.*choose another folder"):
        export.build(jobs, tmp_path / "file")


def test_quantities_in_words():
    q = Quantity(
        20000.0, 15000.0, 25000.0, "persons", "approximate", "2025-12", "realised", "as_stated", ("J1",), ("S1",)
    )
    v = Voice("id")
    assert plain(v.amount(q)) == "sekitar 20.000"
    assert v.amount(q) == '<data value="20000" data-rows="J1">sekitar 20.000</data>'
    share = Quantity.derived(35.84, 26.88, 44.81, "percent", q)
    assert plain(v.percent(share)) == "antara 26,9 dan 44,8 persen"
    tight = Quantity.derived(43.05, 43.0485, 43.0563, "percent", q)
    assert "antara" not in plain(v.percent(tight))  # a rounding artefact is no range
    assert str(v.ref(q)) == '<sup>[<a href="#s1">1</a>]</sup>'
    assert capital(fill("{a} dan <b>", a="<x>")).startswith("&lt;x&gt;")
    assert language.missing(float("nan"))


def test_the_poor_of_an_earlier_year_stand_in_the_table_but_not_beside_the_rate(inputs):
    now = facts.gather(inputs, "7504")
    before = replace(now, poor=replace(now.poor, period="2024-03"))
    for say, words in ((prose_en, "are poor"), (prose_id, "penduduk miskinnya")):
        assert words in say.poverty(now, Voice("en"))[1]
        assert words not in say.poverty(before, Voice("en"))[1]
    assert (before.poor.period, before.poor_now) == ("2024-03", None)
