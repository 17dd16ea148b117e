"""Real exports of BPS: every hand-read value, refusals, and no value that the file does not hold."""

import csv
import re

import pandas as pd
import pytest

from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_files
from ucj_analysis.loaders.bps_numbers import Column, to_number


def bare(label):
    """A label without numbering, notes and kind of region."""
    text = re.sub(r"#.*|\(.*?\)|^\d+\.\s*", "", str(label)).lower()
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\b(kab\.?|kabupaten|provinsi)\b", "", text))


def expected(reference):
    with open(reference / "bps_samples" / "expected_values.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def readings(reference):
    folder = reference / "bps_samples"
    out = {}
    for name in sorted({r["file"] for r in expected(reference)}):
        try:
            out[name] = bps_files.read(folder / name)
        except UcjError as error:
            out[name] = error
    return out


def test_every_hand_read_value_is_retrieved(reference, readings):
    lost = []
    for row in expected(reference):
        frame = readings[row["file"]]
        if isinstance(frame, UcjError):
            lost.append((row["file"], str(frame)))
            continue
        here = frame[frame["region_label"].map(bare) == bare(row["region_label"])]
        if row["file"].startswith("h62"):  # a table of codes: the label is the name inside its row
            here = frame[frame["region_label"].str.upper().str.contains(row["region_label"].split(" ")[0])]
        if row["year"]:
            here = here[here["period"].astype(str).str[:4] == row["year"]]
        if row["subperiod"]:
            here = here[here["subperiod"] == row["subperiod"]]
        if row["value"]:
            good = (here["value"] - float(row["value"])).abs().min() < 1e-9
        else:
            good = here["value"].isna().any()
        if not good:
            lost.append((row["file"], row["region_label"], row["year"], row["value"]))
    assert len(expected(reference)) > 100
    assert not lost, lost


def test_the_province_and_the_regency_of_gorontalo_are_told_apart(readings):
    frame = readings["h22_rls_kabkota_2013_querybuilder.csv"]
    here = frame[frame["region_label"].str.contains("GORONTALO") & (frame["region_label"].str.len() < 16)]
    values = here.set_index("region_code")["value"]
    assert (values["7500"], values["7502"], values["7571"]) == (7.52, 6.9, 10.28)


def test_files_without_data_are_refused_with_a_way_out(reference):
    with pytest.raises(UcjError, match="download it as CSV or XLSX"):
        bps_files.read(reference / "bps_samples" / "h11_jatim_frameset_nodata.xls")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "image"), (bytes(range(256)) * 20, "binary|no table|not"),
     (b"just some words\nwithout figures\n", "no table|text without columns")],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path, content, message):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(UcjError, match=message):
        bps_files.read(tmp_path / "x.csv")


def test_small_tables(tmp_path):
    text = "Kabupaten/Kota;Persentase Penduduk Miskin (Persen);\n;2023;2024\nBoalemo;18,38;17,83*\nGorontalo;17,48;-\nKota Gorontalo;5,64;5,76\n"
    (tmp_path / "p0.csv").write_text(text, encoding="utf-8")
    frame = bps_files.read(tmp_path / "p0.csv", within="75")
    at = frame.set_index(["region_code", "period"])
    assert at.loc[("7501", "2023"), "value"] == 18.38
    assert at.loc[("7502", "2023"), "value"] == 17.48
    assert at.loc[("7501", "2024"), "status"] == "provisional"
    assert pd.isna(at.loc[("7502", "2024"), "value"])
    assert at.loc[("7502", "2024"), "flag"] == "-"


def test_separators_are_decided_by_the_column():
    assert Column(["1.234", "2.500,5"]).decimal == ","
    assert Column(["1,234", "2,500.5"]).decimal == "."
    assert Column(["1.234", "2.500"]).decimal is None
    assert Column(["1.234", "2.500"]).readings() == {".": [1.234, 2.5], ",": [1234.0, 2500.0]}
    clash = Column(["18.74", "18,74", "1.234"])
    assert clash.clash == ("18.74", "18,74")
    both = Column(["18.74", "9,5"])
    assert both.mixed
    assert both.read(None).values == [18.74, 9.5]
    assert to_number("18,74", ",") == 18.74
