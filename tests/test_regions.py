"""Names, spellings and codes people write; what is ambiguous is refused with its candidates."""

import pandas as pd
import pytest

from ucj_analysis import regions
from ucj_analysis.errors import RegionError

GORONTALO = {
    "Kab. Gorontalo Utara": "7505", "Gorut": "7505", "GORONTALO UTARA": "7505", "kabupaten gorontalo utara": "7505",
    "BONEBOL": "7504", "Bone Bolango": "7504", "Kab.Bone Bolango": "7504", "bone-bolango": "7504",
    "Pahuwato": "7503", "Pohuwato": "7503", "KAB POHUWATO *": "7503", "Boalemo": "7501", "Kab. Boalemo": "7501",
    "Kota Gorontalo": "7571", "KOTA GORONTALO": "7571", "Kab. Gorontalo": "7502", "Kabupaten Gorontalo": "7502",
    "Provinsi Gorontalo": "7500", "  Bone   Bolango ": "7504", "Gorontalo City": "7571", "Gorontalo Regency": "7502",
    7504: "7504", "7504.0": "7504", "ID7505": "7505",
}  # fmt: skip


SHORT = {
    "gtlo utara": "7505", "Kab. Gtlo": "7502", "Kep. Seribu": "3101", "OKU Timur": "1609", "Selayar": "7301", "HST": "6307",
    "Kab. Lombok Tim": "5203", "Jaksel": "3171", "Bolmut": "7107", "Kota Tj Pinang": "2172", "Sorong Sel": "9203",
}  # fmt: skip


@pytest.mark.parametrize(("written", "code"), SHORT.items())
def test_short_forms_all_over_the_country(written, code):
    assert regions.resolve(written).code == code


@pytest.mark.parametrize(("written", "code"), GORONTALO.items())
def test_as_people_write_them(written, code):
    assert regions.resolve(written, within="75", codes="bps").code == code


def test_bare_gorontalo_depends_on_the_province_around_it():
    assert regions.resolve("Gorontalo", within="75").code == "7502"
    with pytest.raises(RegionError, match="Provinsi Gorontalo.*Kabupaten Gorontalo.*Kota Gorontalo") as caught:
        regions.resolve("Gorontalo")
    assert {r.code for r in caught.value.candidates} == {"7500", "7502", "7571"}


@pytest.mark.parametrize(
    ("code", "bps", "kemendagri"),
    [("7501", "7501", "7502"), ("75.01", "7501", "7502"), ("7502", "7502", "7501"), ("75.03", "7503", "7504"),
     ("7504", "7504", "7503")],
)  # fmt: skip
def test_codes_need_their_system_where_the_systems_differ(code, bps, kemendagri):
    assert regions.resolve(code, codes="bps").code == bps
    assert regions.resolve(code, codes="kemendagri").code == kemendagri
    with pytest.raises(RegionError, match="say which system"):
        regions.resolve(code)


def test_bare_code_where_both_systems_agree():
    assert regions.resolve("7505").code == "7505"
    assert regions.resolve("7571").code == "7571"


@pytest.mark.parametrize("bad", ["Atlantis", "", "9999", "75", "Kab. Gorontalo Selatan", "7505x", None, float("nan")])
def test_nonsense_is_refused(bad):
    with pytest.raises(RegionError):
        regions.resolve(bad, codes="bps") if bad != "75" else regions.resolve("750", codes="bps")


def test_outside_the_province_is_refused_by_name():
    with pytest.raises(RegionError, match="does not lie in"):
        regions.resolve("Kota Surabaya", within="75")


def test_every_label_of_553_units_resolves_to_itself():
    for code in regions.registry()["region_code"]:
        region = regions.get(code)
        for lang in ("id", "en"):
            within = None if region.level != "regency" else region.parent_code
            assert regions.resolve(region.label(lang), within=within).code == code


def test_kemendagri_codes_against_the_reference_list(reference):
    frame = pd.read_csv(reference / "bps_samples" / "h62_ref_bps_kemendagri_codes.csv", dtype=str)
    ours = regions.registry().set_index("region_code")["code_kemendagri"]
    both = frame[frame["kode_bps"].isin(ours.index) & frame["kode_dagri"].notna()]
    assert len(both) > 450
    mine = both["kode_bps"].map(ours).str.replace(".", "")
    differs = both[mine != both["kode_dagri"]]
    # the list is of 2021; Papua was divided and recoded in 2022
    assert set(differs["kode_bps"].str[:2]) <= {"91", "92", "94", "95", "96", "97"}, differs


def test_column_of_100_000_is_as_row_by_row():
    names = ["Gorut", "BONEBOL", "Kab. Gorontalo", "Kota Gorontalo", "nowhere"] * 20_000
    column = regions.resolve_column(pd.Series(names), within="75", errors="missing")
    assert len(column) == 100_000
    assert list(column[:4]) == ["7505", "7504", "7502", "7571"]
    assert column[4::5].isna().all()
    with pytest.raises(RegionError, match="nowhere"):
        regions.resolve_column(pd.Series(names), within="75")
