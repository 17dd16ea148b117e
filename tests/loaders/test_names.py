"""The 38 provinces and 514 regencies and cities in every way their names are printed."""

import pytest
from made import csv_bytes

from ucj_analysis import regions
from ucj_analysis.loaders import bps_files, bps_labels


def bare(unit):
    return unit.name.removeprefix("Kabupaten ").removeprefix("Kab. ")


def plain(unit):
    return bare(unit).removeprefix("Kota ") if unit.kind == "kota" else bare(unit)


def is_city(unit):
    return unit.kind == "kota"


STYLES = {
    "as BPS prints": (lambda p: p.name.upper(), lambda r: bare(r)),
    "all capitals": (lambda p: p.name.upper(), lambda r: bare(r).upper()),
    "first letters": (lambda p: p.name, lambda r: bare(r)),
    "with kinds": (lambda p: "Provinsi " + p.name, lambda r: r.kind.title() + " " + plain(r)),
    "short kinds": (lambda p: "Prov. " + p.name, lambda r: ("Kota " if is_city(r) else "Kab. ") + plain(r)),
    "dotted capitals": (lambda p: "PROV. " + p.name.upper(), lambda r: ("KOTA " if is_city(r) else "KAB. ") + plain(r).upper()),
    "kinds behind": (lambda p: p.name.upper(), lambda r: plain(r) + (", Kota" if is_city(r) else ", Kab.")),
    "old site": (lambda p: p.name.upper().replace(" ", "_"), lambda r: bare(r).replace(" ", "_")),
    "numbered": (lambda p: p.name.upper(), lambda r: f"{int(r.code[2:]) % 70}. {bare(r)}"),
    "codes before": (lambda p: f"{p.code} {p.name.upper()}", lambda r: f"{r.code} {bare(r)}"),
    "notes behind": (lambda p: p.name.upper() + "*", lambda r: bare(r) + " *)"),
}  # fmt: skip


def units():
    """Provinces, each with its regencies, in the order of BPS."""
    for p in regions.children("0000"):
        yield p
        yield from regions.children(p.code)


@pytest.mark.parametrize("style", STYLES)
def test_a_national_table_has_every_code(style, tmp_path):
    of_province, of_regency = STYLES[style]
    said = [(u, (of_province if u.level == "province" else of_regency)(u)) for u in units()]
    rows = [[label, f"{5 + i / 100:.2f}"] for i, (_, label) in enumerate(said)]
    data = csv_bytes([["Wilayah", "Persentase Penduduk Miskin"], ["", "2024"], *rows, ["INDONESIA", "9.03"]])
    (tmp_path / "all.csv").write_bytes(data)
    frame = bps_files.read(tmp_path / "all.csv")
    found = dict(zip(frame["region_label"], frame["region_code"], strict=True))
    assert found["INDONESIA"] == "0000"
    wrong = [
        (label, u.code, code) for (u, label), code in zip(said, frame["region_code"], strict=False) if code != u.code
    ]
    assert not wrong, wrong[:12]
    assert len(frame) == len(said) + 1


@pytest.mark.parametrize("style", ["as BPS prints", "with kinds", "short kinds", "all capitals"])
def test_each_province_alone_is_read_with_and_without_its_total(style, tmp_path):
    of_province, of_regency = STYLES[style]
    wrong = []
    for p in regions.children("0000"):
        below = regions.children(p.code)
        if not below:
            continue
        body = [(r, of_regency(r)) for r in below]
        for where, order in {
            "none": body,
            "last": [*body, (p, of_province(p))],
            "first": [(p, of_province(p)), *body],
        }.items():
            data = csv_bytes([["Kabupaten/Kota", f"Persentase Penduduk Miskin di Provinsi {p.name}"], ["", "2024"],
                              *[[label, "9.5"] for _, label in order]])  # fmt: skip
            (tmp_path / "one.csv").write_bytes(data)
            frame = bps_files.read(tmp_path / "one.csv")
            # a code must be right; where the place of a row leaves it open there must be none
            wrong += [
                (where, label, u.code, code)
                for (u, label), code in zip(order, frame["region_code"], strict=True)
                if code != u.code
            ]
    assert not wrong, wrong[:20]


def test_former_and_other_spellings():
    within = {
        "Pasir": ("6400", "6401"), "Bulongan": ("6500", "6502"), "Fak-Fak": ("9100", "9101"), "Kab. Pangkajene Kepulauan": ("7300", "7309"),
        "Labuhan Batu": ("1200", "1207"), "Tulangbawang": ("1800", "1808"), "Kep. Seribu": ("3100", "3101"),
        "Kota Adm. Jakarta Selatan": ("3100", "3171"), "Kodya Bandung": ("3200", "3273"), "D.I. Yogyakarta": ("3400", "3400"),
        "Kota Pematang Siantar": ("1200", "1273"), "Kota Padang Sidimpuan": ("1200", "1277"), "Batang Hari": ("1500", "1504"),
        "Muko Muko": ("1700", "1706"), "Banyu Asin": ("1600", "1607"), "Toba Samosir": ("1200", "1206"), "Kotabaru": ("6300", "6302"),
        "Kota Bau-Bau": ("7400", "7472"), "Kota Palangkaraya": ("6200", "6271"), "Gunung Kidul": ("3400", "3403"),
    }  # fmt: skip
    missed = []
    for label, (province, code) in within.items():
        got = bps_labels.Resolver(regions.get(province)).run([label])[0]
        if got[0] != code:
            missed.append((label, code, got))
    assert not missed, missed


@pytest.mark.parametrize(
    ("labels", "codes"),
    [(["Kulonprogo", "Bantul", "Gunungkidul", "Sleman", "Yogyakarta", "DI Yogyakarta"], ["3401", "3402", "3403", "3404", "3471", "3400"]),
     (["D.I. Yogyakarta", "Kulon Progo", "Yogyakarta"], ["3400", "3401", "3471"]),
     (["Boalemo", "Gorontalo", "Pohuwato", "Provinsi Gorontalo"], ["7501", "7502", "7503", "7500"]),
     (["Boalemo", "Gorontalo", "Pohuwato", "Bone Bolango", "Gorontalo Utara", "Kota Gorontalo", "Gorontalo"],
      ["7501", "7502", "7503", "7504", "7505", "7571", "7500"]),
     (["ACEH", "GORONTALO", "INDONESIA"], ["1100", "7500", "0000"]),
     (["Gorontalo", "Boalemo", "Gorontalo", "Kota Gorontalo"], ["7500", "7501", "7502", "7571"]),
     (["Gorontalo", "Gorontalo", "Boalemo", "Boalemo"], ["7502", "7502", "7501", "7501"]),
     (["Kabupaten Boalemo", "Gorontalo, Kab.", "Gorontalo (Kota)"], ["7501", "7502", "7571"]),
     (["Bekasi", "Kota Bekasi", "Bogor", "Kota Bogor"], ["3216", "3275", "3201", "3271"]),
     (["Malang", "Kota Malang", "Madiun", "Kota Madiun", "Jawa Timur"], ["3507", "3573", "3519", "3577", "3500"])],
)  # fmt: skip
def test_namesakes_are_told_apart_by_their_rows(labels, codes):
    assert [code for code, _ in bps_labels.Resolver().run(labels)] == codes


def test_what_can_mean_two_units_gets_no_code_and_says_why():
    (code, note), *_ = bps_labels.Resolver().run(["Gorontalo"], kinds=[""])
    assert code == "7500" or "can mean" in note
    code, note = bps_labels.Resolver(regions.get("7500")).run(["Bandung"])[0]
    assert code is None
    assert "does not lie in" in note


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("NORTH SUMATERA", "1200"), ("West Sumatera", "1300"), ("WEST JAWA", "3200"), ("East Jawa", "3500"),
        ("Bangka Belitung Islands", "1900"), ("Riau Islands", "2100"), ("Special Region of Yogyakarta", "3400"),
        ("Jakarta Special Capital Region", "3100"), ("Highland Papua", "9700"), ("Kep. Babel", "1900"),
    ],
)  # fmt: skip
def test_provinces_half_in_english(printed, code):
    assert [r.code for r in bps_labels.candidates(printed)] == [code]


@pytest.mark.parametrize("printed", ["Islands", "North Atlantis", "Special Region of Nowhere", "Sumatera"])
def test_what_only_sounds_like_one_is_none(printed):
    assert bps_labels.candidates(printed) == ()
