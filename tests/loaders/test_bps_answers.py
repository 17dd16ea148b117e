"""Answers of the Web API: recorded payloads against hand-read values, generated ones against brute force, refusals by message."""

import copy
import csv
import html
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_answers
from ucj_analysis.loaders.bps_answers import ApiError, decode

SIX = [(7501, "Boalemo"), (7502, "Gorontalo"), (7503, "Pohuwato"), (7504, "Bone Bolango"), (7505, "Gorontalo Utara"),
       (7571, "Kota Gorontalo"), (7500, "<b>GORONTALO</b>")]  # fmt: skip


def pairs(*entries):
    return [{"val": v, "label": x} for v, x in entries]


def answer(**over):
    """Poverty rate of two years, town and country, as the API writes it."""
    years, parts = over.pop("years", [(123, "2023"), (124, "2024")]), [(432, "Perkotaan"), (433, "Perdesaan")]
    made = {
        "status": "OK", "data-availability": "available", "labelvervar": "Kabupaten/Kota", "vervar": pairs(*SIX),
        "var": [{"val": 192, "label": "Persentase Penduduk Miskin (P0)", "unit": "Persen", "decimal": "2", "note": "Maret<br>Susenas"}],
        "turvar": pairs(*parts), "tahun": pairs(*years), "turtahun": pairs((0, "Tahun")),
        "datacontent": {f"{r}192{t}{y}0": round(5 + i + j / 10 + k / 100, 2) for i, (r, _) in enumerate(SIX)
                        for j, (t, _) in enumerate(parts) for k, (y, _) in enumerate(years)},
    }  # fmt: skip
    return {**made, **over}


def kinds(reading):
    return {f["kind"] for f in reading.findings}


# ---- recorded payloads


def manifest(reference):
    with open(reference / "bps_samples" / "json" / "manifest.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_recorded_payloads_give_the_values_read_by_hand(reference):
    tried = 0
    for row in manifest(reference):
        expected = json.loads(row["expected_values_json"])
        if not expected:
            continue
        rows = decode(reference / "bps_samples" / "json" / row["file"]).rows
        for want in expected:
            here = rows[(rows["region_label"] == want["row"]) & (rows["period"] == want["year"])]
            column = "" if want["column"] == "Tahun" else want["column"]
            here = here[(here["subperiod"] == column) | here["dimension"].str.endswith(column) & (column != "")]
            assert len(here) == 1, (row["file"], want)
            got = here["value"].iloc[0]
            assert got == want["value"] if want["value"] is not None else got != got, (row["file"], want, got)
            tried += 1
    assert tried == 12


@pytest.mark.parametrize(
    ("file", "kind", "message"),
    [
        ("looker_list_not_available.json", "not_available", "BPS has nothing for the answer .list-not-available"),
        ("looker_null_too_large.json", "too_large", "is null, as when it would be too large: ask for fewer years"),
        ("looker_error_bad_key.json", "key", "BPS refused the key: check it"),
        ("looker_error_too_many_th_province.json", "years", "at most 2 years at once"),
        ("looker_waf_block_403.html", "blocked", "a page of BPS's firewall and no data: wait"),
    ],
)
def test_recorded_refusals(reference, file, kind, message):
    with pytest.raises(ApiError, match=message) as caught:
        decode(reference / "bps_samples" / "json" / file)
    assert caught.value.kind == kind
    assert caught.value.limit == (2 if kind == "years" else None)


def test_recorded_lists(reference):
    folder = reference / "bps_samples" / "json"
    years = decode(folder / "looker_th_list_1804.json").rows
    assert list(years["th"]) == [str(y) for y in range(2019, 2012, -1)]
    assert list(years["th_id"]) == [str(y) for y in range(119, 112, -1)]
    domains = decode(folder / "flutter_domain_list_fixture.json").rows
    assert list(domains["domain_id"]) == ["7201", "7202", "7203", "7204", "7205"]


# ---- datacontent


def test_rows_are_places_with_code_period_dimension_unit_and_key():
    reading = decode(answer(), domain="7500")
    rows = reading.rows.set_index("cell")
    assert len(rows) == 7 * 2 * 2
    got = rows.loc["75021924331240"]
    assert (got["region_code"], got["region_label"], got["period"], got["dimension"]) == (
        "7502",
        "Gorontalo",
        "2024",
        "Perdesaan",
    )
    assert (got["value"], got["unit"], got["flag"], got["subperiod"]) == (6.11, "Persen", "", "")
    assert rows.loc["75001924321230", "region_code"] == "7500"
    assert rows.loc["75001924321230", "region_label"] == "GORONTALO"
    assert reading.notes == ["Maret Susenas"]
    assert reading.findings == []


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_decoding_agrees_with_brute_force(data):
    """Ids of any length: a value is returned where exactly one place forms its key, and nowhere else."""
    ids = st.lists(st.integers(0, 130), min_size=1, max_size=4, unique=True)
    lists = [data.draw(ids) for _ in range(4)]
    lists.insert(1, [data.draw(st.integers(1, 300))])
    places = list(itertools.product(*lists))
    keys = ["".join(map(str, p)) for p in places]
    held = data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    content = {k: i + 0.5 for i, k in enumerate(held)} | {"x9": 1.0}
    names = ("vervar", "var", "turvar", "tahun", "turtahun")
    made = {n: pairs(*((v, f"{n} {v}") for v in vs)) for n, vs in zip(names, lists, strict=True)}
    rows = decode({"status": "OK", "data-availability": "available", "datacontent": content, **made})
    shared = {k for k in held if keys.count(k) > 1}
    assert len(rows.rows) == len(places)
    for row in rows.rows.itertuples():
        r, v, t, y, p = (
            int(x.split()[-1]) for x in (row.region_label, row.indicator, row.dimension, row.period, row.subperiod)
        )
        key = f"{r}{v}{t}{y}{p}"
        assert row.cell == key
        if key in shared:
            assert row.flag == f"unreadable: the key {key} stands for several places"
        elif key in content:
            assert (row.value, row.flag) == (content[key], "")
        else:
            assert row.flag == "blank"
        assert (row.value == row.value) == (key in content and key not in shared)
    assert ("key collision" in kinds(rows)) == bool(shared)
    assert "unmatched key" in kinds(rows)


def test_a_collision_names_both_places_and_an_unmatched_key_is_named():
    made = answer(vervar=pairs((1, "Satu"), (11, "Sebelas")), var=[{"val": 1, "label": "A"}], turvar=pairs((1, "t1"), (11, "t11")),
                  years=[(24, "2024")], datacontent={"111240": 1, "1111240": 2, "11111240": 3, "777": 4})  # fmt: skip
    reading = decode(made)
    said = {f["kind"]: f["message"] for f in reading.findings}
    assert "A / Satu / t11 / 2024 / Tahun and for A / Sebelas / t1 / 2024 / Tahun" in said["key collision"]
    assert "1 of 4 keys fit no place that the lists name (777)" in said["unmatched key"]
    values = reading.rows.set_index(["region_label", "dimension"])["value"]
    assert values["Satu", "t1"] == 1
    assert values["Sebelas", "t11"] == 3
    assert values[["Sebelas", "Satu"]].isna().sum() == 2


@pytest.mark.parametrize("drop", [["turvar"], ["turtahun"], ["turvar", "turtahun"]])
@pytest.mark.parametrize(("mark", "empty"), [("0", "gone"), ("", "gone"), ("0", []), ("", None)])
def test_lists_that_are_missing(drop, mark, empty):
    made = answer(turvar=pairs((0, "Tidak ada")))
    tur, part = (mark if n in drop else "0" for n in ("turvar", "turtahun"))
    made["datacontent"] = {f"{r}192{tur}{y}{part}": r + y / 1000 for r, _ in SIX for y in (123, 124)}
    for name in drop:
        if empty == "gone":
            del made[name]
        else:
            made[name] = empty
    rows = decode(made).rows
    assert rows["value"].notna().all()
    assert rows.set_index(["region_code", "period"]).loc[("7571", "2024"), "value"] == 7571.124
    assert (rows["dimension"] == "").all()


def test_lists_as_objects_ids_as_text_and_an_entry_twice():
    made = answer(turvar={"1": {"val": "432", "label": "Perkotaan"}, "2": {"val": "433", "label": "Perdesaan"}})
    made["tahun"] = [*pairs(("123", "2023"), (124.0, "2024")), {"val": 124, "label": "2024"}]
    rows = decode(made).rows
    assert rows["value"].notna().all()
    assert len(rows) == 28


def test_lists_of_an_older_form_and_codes_that_contradict_their_heading():
    made = answer(labelvervar="Kecamatan", turvar=[], vervar=[{"kode_vervar": 7504, "label_vervar": "Bone Bolango", "group_vervar": 0}],
                  datacontent={"750419201230": 4.5})  # fmt: skip
    row = decode(made).rows.iloc[0]
    assert (row["region_code"], row["region_label"], row["value"]) == ("7504", "Bone Bolango", 4.5)


def test_markup_in_labels_goes_and_comparisons_stay():
    made = answer(vervar=pairs((1, "<i>Umur</i> &lt;5 tahun"), (2, "Dokter<sup>1</sup>"), (3, "a&amp;b<br/>c")), turvar=[],
                  datacontent={"119201230": 1, "219201230": 2, "319201230": 3})  # fmt: skip
    assert list(dict.fromkeys(decode(made).rows["region_label"])) == ["Umur <5 tahun", "Dokter 1", "a&b c"]


def test_text_figures_marks_and_what_is_no_figure():
    keys = list(answer()["datacontent"])
    texts = ["12.5", "7", "-", None, "", "3,75*", "8.25", True, [1], {"a": 1}, "abc", "...", 6, 5.5]
    made = answer(datacontent=dict(zip(keys, texts, strict=False)))
    rows = decode(made).rows.set_index("cell").loc[keys[: len(texts)]]
    assert list(rows["value"].dropna()) == [12.5, 7, 3.75, 8.25, 6, 5.5]
    assert list(rows["flag"].iloc[[2, 3, 4, 11]]) == ["-", "blank", "blank", "..."]
    assert rows["status"].iloc[5] == "provisional"
    assert rows["flag"].iloc[[7, 8, 9, 10]].str.startswith("unreadable").all()


@pytest.mark.parametrize(
    ("variable", "cells", "values"),
    [
        ({"label": "Jumlah Ternak", "decimal": "0"}, ["1.234", "12"], [1234, 12]),  # no decimals: thousands
        ({"label": "Jumlah Ternak", "decimal": "0"}, ["1,234", "12"], [1234, 12]),
        ({"label": "Koefisien", "decimal": "3"}, ["1.234", "12"], [1.234, 12]),
        ({"label": "Koefisien", "decimal": ""}, ["1.234", 0.5], [1.234, 0.5]),
        ({"label": "Gini Ratio", "decimal": ""}, ["0.334", "0.401"], [0.334, 0.401]),
        (
            {"label": "Persentase Penduduk Miskin", "decimal": ""},
            ["17.123", "9"],
            [17.123, 9],
        ),  # 17123 is no percentage
        ({"label": "Jumlah Ternak", "decimal": ""}, ["1.234", "1.5"], [1.234, 1.5]),  # 1.5 decides
        ({"label": "Jumlah Ternak", "decimal": ""}, ["1.234", 12], [None, 12]),  # left open: not read
    ],
)
def test_a_point_before_three_digits_is_decided_or_not_read(variable, cells, values):
    made = answer(var=[{"val": 192, **variable}], turvar=[], vervar=pairs((1, "a"), (2, "b")), years=[(124, "2024")],
                  datacontent={"119201240": cells[0], "219201240": cells[1]})  # fmt: skip
    reading = decode(made)
    assert [None if v != v else v for v in reading.rows["value"]] == values
    if None in values:
        assert any("'1.234' can be 1.234 or 1234" in f["message"] for f in reading.findings)


def test_a_value_given_twice_for_one_key_is_not_read():
    text = json.dumps(answer()).replace('"75011924321240": ', '"75011924321240": 99.0, "75011924321240": ')
    row = decode(text).rows.set_index("cell").loc["75011924321240"]
    assert row["value"] != row["value"]
    assert row["flag"] == "unreadable: (99.0, 5.01)"


def test_parts_of_the_year_and_marks_of_years():
    made = answer(vervar=pairs((1, "a")), turvar=[], years=[(123, "2023"), (124, "2024*")],
                  turtahun=pairs((1, "Januari"), (31, "Triwulan I"), (13, "Tahunan"), (0, "Tahun"), (5, "Musim Tanam")))  # fmt: skip
    made["datacontent"] = {f"11920{y}{p}": y + p for y in (123, 124) for p in (1, 31, 13, 0, 5)}
    rows = decode(made).rows
    assert list(rows["subperiod"][:5]) == ["Januari", "Triwulan I", "Tahunan", "", "Musim Tanam"]
    assert dict(zip(rows["period"], rows["status"], strict=True)) == {"2023": "", "2024": "provisional"}
    assert rows.set_index(["period", "subperiod"]).loc[("2024", "Triwulan I"), "value"] == 155


def test_codes_against_names_and_impossible_figures_are_reported():
    made = answer(vervar=pairs((7501, "Pohuwato"), (7503, "Boalemo"), (7504, "Bone Bolango")))
    made["datacontent"]["75041924321240"] = 170.5
    reading = decode(made, domain="7500")
    assert dict(zip(reading.rows["region_label"], reading.rows["region_code"], strict=True))["Pohuwato"] == "7503"
    messages = " ".join(f["message"] for f in reading.findings)
    assert "'Pohuwato' has the code 7501, which is" in messages
    assert "170.5 (Bone Bolango, Persentase Penduduk Miskin (P0)) is outside what is possible (0 to 90)" in messages


def test_rows_that_are_no_regions_have_no_code():
    reading = decode(answer(labelvervar="Kecamatan", vervar=pairs((7504010, "Tapa"), (7504011, "Boalemo")), turvar=[],
                            datacontent={"750401019201240": 1}))  # fmt: skip
    assert reading.rows["region_code"].isna().all()
    assert "'Boalemo' is a smaller unit than BPS regencies" in set(reading.rows["region_note"])


def test_a_sparse_table_lists_what_it_holds():
    wide = [(i, f"r{i}") for i in range(540)]
    made = answer(vervar=pairs(*wide), turvar=pairs(*wide), datacontent={"71925" + "1230": 4.5})
    reading = decode(made)
    assert reading.rows[["region_label", "dimension", "value"]].to_numpy().tolist() == [["r7", "r5", 4.5]]
    assert "583,199 of 583,200 places hold no figure" in reading.findings[0]["message"]


@pytest.mark.parametrize(
    ("over", "kind", "message"),
    [
        ({"datacontent": []}, "not_available", "no figures in datacontent"),
        ({"datacontent": {}}, "not_available", "no figures in datacontent"),
        ({"datacontent": None}, "not_available", "no figures in datacontent"),
        ({"datacontent": [1, 2]}, "damaged", "datacontent that is no object"),
        ({"datacontent": {"5": 1}}, "damaged", "none of the 1 keys of datacontent"),
        ({"vervar": []}, "damaged", "lacks the list 'vervar'"),
        ({"tahun": None}, "damaged", "lacks the list 'tahun'"),
        ({"vervar": [{"label": "no id"}]}, "damaged", "'vervar' is no list of entries with val and label"),
        ({"vervar": "7501"}, "damaged", "'vervar' is no list of entries"),
        ({"status": "Error", "message": "Data <b>rusak</b>."}, "refused", "BPS refused the answer: Data rusak$"),
        ({"status": "Error"}, "refused", "status 'error' without a message"),
        ({"data-availability": "not-available"}, "not_available", "not-available"),
        ({"vervar": [{"val": i, "label": "x"} for i in range(5000)], "turvar": [{"val": i, "label": "x"} for i in range(5000)]},
         "too_large", "names 50,000,000 places"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_figures_is_refused(over, kind, message):
    with pytest.raises(ApiError, match=message) as caught:
        decode(answer(**over))
    assert caught.value.kind == kind
    assert len(str(caught.value).splitlines()) == 1


def test_a_table_without_datacontent_at_all():
    made = answer()
    del made["datacontent"]
    with pytest.raises(ApiError, match="no figures in datacontent"):
        decode(made)


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (b"", "damaged", "no complete JSON"), (b'{"status": "OK", "da', "damaged", "no complete JSON"),
        (b"[" * 100_000, "damaged", "no complete JSON"), (b"[1]", "damaged", "is list where an object"),
        (b'{"error": "UserNotFound"}', "refused", "UserNotFound"), (b"9" * 5000, "damaged", "no complete JSON"),
        (b"\xef\xbb\xbf<html><title>Attention Required! | Cloudflare</title>", "blocked", "firewall"),
        (b"<html><h1>404 - Unable to resolve the request</h1>", "damaged", "is a web page and no data"),
        (b'{"status": "OK", "data-availability": "available", "data": ""}', "not_available", "no data in it"),
        (b'{"status": "OK", "data-availability": "available", "data": [{"page": 1}, "x"]}', "damaged", "holds no list"),
        (b'{"status":"OK","data":[{"page":1},{"status":400,"condition":"ERROR","message":"Invalid Parameter"}]}', "refused", "Invalid Parameter"),
        (b'{"status": "' + b"x" * 9_000 + b'", "message": ""}', "refused", "^BPS refused the answer: status 'x{60}…' without a message$"),
        (b'{"status": "Error", "message": "maximum allowed number of years for it is ' + b"9" * 5_000 + b'"}', "refused", "maximum allowed"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_answer(data, kind, message):
    with pytest.raises(ApiError, match=message) as caught:
        decode(data)
    assert caught.value.kind == kind


@given(st.binary(max_size=40), st.integers(0, 2000), st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_damaged_answers_are_read_or_refused(junk, at, cut):
    text = json.dumps(answer()).encode()
    at %= len(text)
    try:
        rows = decode(text[:at] + junk + text[at + cut :]).rows
    except UcjError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert rows["value"].notna().sum() <= 28


ODD = [
    None,
    "",
    0,
    -1,
    True,
    1.5,
    float("nan"),
    10**400,
    "abc",
    "<b>x",
    [],
    {},
    [1],
    {"a": 1},
    [None],
    "2017",
    "-",
    "\x00",
    "²",
    "12,5",
    "9" * 5_000,
    "1e999",
]


def places(x, path=()):
    """Every node of a payload."""
    yield path
    for k, v in x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, list) else ():
        yield from places(v, (*path, k))


@given(st.integers(0, 3), st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(ODD)), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_payloads_with_other_types_inside_are_read_or_refused(base, changes):
    made = [answer(), simdasi(), {"status": "OK", "data": {"table_id": 1, "title": "P0", "table": TABLE}},
            {"status": "OK", "data": [{"page": 1, "pages": 2}, [{"a": 1, "b": [1, 2]}]]}][base]  # fmt: skip
    made = json.loads(json.dumps(made))
    for n, odd in changes:
        found = [p for p in places(made) if p]
        *up, last = found[n % len(found)]
        node = made
        for step in up:
            node = node[step]
        node[last] = copy.deepcopy(odd)
    try:
        decode(made, domain="7500")
    except UcjError as error:
        assert len(str(error).splitlines()) == 1
        assert len(str(error)) < 600  # a sentence, whatever stands in the place of a word


# ---- static tables and SIMDASI


TABLE = """<table><tr><td>Kabupaten/Kota</td><td>2023</td><td>2024</td></tr><tr><td>Boalemo</td><td>18,38</td><td>17,83</td></tr>
<tr><td>Bone Bolango</td><td>15,50</td><td>-</td></tr></table>"""


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_static_table_is_read_whatever_times_it_was_escaped(times):
    table = TABLE
    for _ in range(times):
        table = html.escape(table)
    reading = decode({"status": "OK", "data-availability": "available",
                      "data": {"table_id": 1, "title": "Persentase Penduduk Miskin", "table": table}})  # fmt: skip
    rows = reading.rows.set_index(["region_code", "period"])
    assert rows.loc[("7501", "2024"), "value"] == 17.83
    assert rows.loc[("7504", "2024"), "flag"] == "-"
    assert set(rows["indicator"]) == {"Persentase Penduduk Miskin"}


@pytest.mark.parametrize("table", ["", None, "lihat lampiran", "&lt;img src=x&gt;"])
def test_a_static_table_without_a_table_is_refused(table):
    with pytest.raises(ApiError, match="static 5 holds no HTML table: download its Excel file"):
        decode({"status": "OK", "data": {"table_id": 5, "title": "x", "table": table}}, what="static 5")


def simdasi(**over):
    body = {
        "status": 200, "condition": "OK", "judul_tabel": "Luas Panen dan Produksi Padi", "lingkup_id": "Kabupaten/Kota",
        "tahun_data": "2023", "wilayah": "Gorontalo",
        "kolom": {"a1": {"nama_variabel": "Luas Panen (ha)"}, "b2": {"nama_variabel": "Produksi", "satuan": "ton"}},
        "data": [
            {"label": "<b>Boalemo</b>", "kode_wilayah": "7501000", "variables": {
                "a1": {"value": "1.234", "value_raw": "1234", "value_code": None}, "b2": {"value": "5.018,6", "value_raw": "5018.6"}}},
            {"label": "Gorontalo", "kode_wilayah": "7502000", "variables": {
                "a1": {"value": "18.836", "value_raw": "18836"}, "b2": {"value": "–", "value_raw": ""}}},
            {"label": "Gorontalo", "kode_wilayah": "7500000", "variables": []},
        ],
    }  # fmt: skip
    return {
        "status": "OK",
        "data-availability": "available",
        "data": [{"page": 1, "pages": 1, "total": 1}, {**body, **over}],
    }


def test_simdasi_tables():
    reading = decode(simdasi())
    rows = reading.rows.set_index(["region_code", "dimension"])
    assert rows.loc[("7501", "Luas Panen (ha)"), "value"] == 1234
    assert rows.loc[("7502", "Luas Panen (ha)"), "value"] == 18836
    assert rows.loc[("7501", "Produksi"), "value"] == 5018.6
    assert rows.loc[("7502", "Produksi"), "flag"] == "–"
    assert rows.loc[("7500", "Produksi"), "flag"] == "blank"
    assert set(rows["period"]) == {"2023"}
    assert rows.loc[("7501", "Produksi"), "unit"] == "ton"
    assert rows.loc[("7501", "Luas Panen (ha)"), "unit"] == "ha"


def test_simdasi_figures_printed_only_are_decided_by_their_column():
    made = simdasi(kolom={"a1": {"nama_variabel": "Produksi"}})
    for row, text in zip(made["data"][1]["data"], ("1.234", "12.500,5", "..."), strict=True):
        row["variables"] = {"a1": {"value": text}}
    assert decode(made).rows["value"].tolist()[:2] == [1234, 12500.5]


def test_simdasi_as_printed_with_declared_decimals_marks_and_districts():
    column = {"nama_variabel": "Luas Wilayah", "satuan": "km<sup>2</sup>", "angka_desimal_dibelakang_koma": 2}
    cells = [{"value": "1.180", "value_raw": "1.180", "value_code": None}, {"value": "2.039", "value_raw": "2.039", "value_code": None},
             {"value": "", "value_raw": None, "value_code": "..."}]  # fmt: skip
    body = [{"label": x, "kode_wilayah": c, "variables": {"a": cell}}
            for (x, c), cell in zip((("Tapa", 7504010), ("Boalemo", 7504011), ("Bone", 7504012)), cells, strict=True)]  # fmt: skip
    reading = decode(simdasi(kolom={"a": column}, data=body, keterangan_data={"...": "Data tidak tersedia"}))
    assert reading.rows["value"].tolist()[:2] == [1180, 2039]
    assert reading.rows["flag"].tolist() == ["", "", "..."]
    assert reading.rows["region_code"].isna().all()
    assert set(reading.rows["unit"]) == {"km2"}
    assert reading.notes == ["...: Data tidak tersedia"]


def test_simdasi_without_rows_is_refused():
    with pytest.raises(ApiError, match="the table has no rows or no columns"):
        decode(simdasi(data=[]))


def test_lists_of_other_shapes():
    plain = bps_answers.items({"data": [{"value": 1}, {"value": 2}]})
    assert plain == ([{"value": 1}, {"value": 2}], {})
    nested = bps_answers.items(
        {"data": [{"page": "1", "pages": "3.0"}, {"data": [{"id_tabel": "x", "ketersediaan_tahun": [2022, 2023]}]}]}
    )
    assert nested[1] == {"page": 1, "pages": 3}
    assert bps_answers.listed(nested[0]).to_dict("list") == {"id_tabel": ["x"], "ketersediaan_tahun": ["2022,2023"]}
