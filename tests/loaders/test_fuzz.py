"""Mutants and bombs: rows or one sentence, in time and memory, and no figure that the file does not hold."""

import subprocess
import sys

import bombs
import fuzz
import pytest
from made import csv_bytes, xls_bytes, xlsx_bytes

from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_files


def test_mutants_of_every_kind(tmp_path):
    failures, tally = fuzz.run(200, 1, fuzz.bases(), tmp_path)
    assert not failures, failures
    assert tally["read"] > 60
    assert tally["refused"] > 25


def test_mutants_of_real_exports(tmp_path, reference):
    files = [(n, d) for n, d in fuzz.bases(reference) if n.startswith("h") and n[1:3].isdigit() and len(d) < 60_000]
    failures, tally = fuzz.run(50, 5, files, tmp_path)
    assert not failures, failures
    assert tally["read"] > 12


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", csv_bytes([["Kabupaten/Kota", "2023"], ["Boalemo", "18,38"], ["Gorontalo", "17,48"]], ";")),
     ("a.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", 2023], ["Boalemo", 18.38], ["Gorontalo", 17.48]]})),
     ("a.xls", xls_bytes({"S": [["Kabupaten/Kota", "2023"], ["Boalemo", 18.38], ["Gorontalo", 17.48]]}))],
)  # fmt: skip
def test_the_judge_sees_a_figure_that_the_file_does_not_hold(name, data, tmp_path, monkeypatch):
    (tmp_path / name).write_bytes(data)
    assert fuzz.judge(tmp_path / name) == ("", "read")
    true = bps_files.examine

    def wrong(path):
        reading = true(path)
        reading.rows.loc[1, "value"] += 0.01
        return reading

    monkeypatch.setattr(bps_files, "examine", wrong)
    assert "the file does not hold" in fuzz.judge(tmp_path / name)[0]


@pytest.mark.parametrize("name", bombs.all_bombs())
def test_bombs_are_refused_or_read_in_time_and_memory(name, tmp_path, monkeypatch):
    def only_read(path):
        try:
            bps_files.examine(path)
        except UcjError as error:
            return ("" if "\n" not in str(error) else "not one sentence"), "refused"
        return "", "read"

    monkeypatch.setattr(fuzz, "judge", only_read)
    (tmp_path / name).write_bytes(bombs.all_bombs()[name]())
    what, how, _, _ = fuzz.attempt(tmp_path / name)
    assert what == ""
    assert how == ("read" if name in bombs.READ else "refused")


def test_a_sheet_of_a_million_rows_with_ten_used_is_read_in_little_memory(tmp_path):
    (tmp_path / "rows.xlsx").write_bytes(bombs.book(bombs.ten_rows()))
    code = (
        "import resource, sys\n"
        "from ucj_analysis.loaders import bps_files\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "before, frame = peak(), bps_files.read(sys.argv[1])\n"
        "said = frame.set_index('region_code')['value']\n"
        "print(len(frame), said['7500'], said['7571'], peak() - before)\n"
    )
    # an interpreter of its own: a child of the test would count what the test holds
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "rows.xlsx"], capture_output=True, text=True, check=True
    )
    rows, province, city, megabytes = done.stdout.split()
    assert (rows, province, city) == ("7", "15.15", "11.75")
    assert float(megabytes) < 200


def test_no_file_outside_is_read(tmp_path):
    (tmp_path / "x.xml").write_bytes(bombs.all_bombs()["outside.xml"]())
    with pytest.raises(UcjError) as error:
        bps_files.read(tmp_path / "x.xml")
    assert "hostname" not in str(error.value)


def test_an_old_workbook_in_a_circle_is_refused(tmp_path):
    data = bytearray(xls_bytes({"S": [["Kabupaten/Kota", "2023"], *[["Boalemo", 18.38]] * 200]}))
    at = 512 + 4 * 5  # the chain of the stream turns back on itself
    data[at : at + 4] = (2).to_bytes(4, "little")
    (tmp_path / "x.xls").write_bytes(data)
    with pytest.raises(UcjError, match="the workbook is damaged: download the table again as CSV or XLSX"):
        bps_files.read(tmp_path / "x.xls")


def test_an_old_workbook_with_cells_far_apart_is_refused(tmp_path):
    data = xls_bytes({"S": [["Kab", "2023"], ["Boalemo", 1.5]]})
    at = data.find(b"\x03\x02\x0e\x00") + 4
    data = data[:at] + b"\xff\xff\xff\x00" + data[at + 4 :]
    (tmp_path / "x.xls").write_bytes(data)
    with pytest.raises(UcjError, match="spans 16,777,216 cells, more than any BPS table"):
        bps_files.read(tmp_path / "x.xls")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf16_is_read_with_or_without_its_mark(encoding, tmp_path):
    text = csv_bytes([["Kabupaten/Kota", "2023"], ["Boalemo", "18,38"], ["Gorontalo", "17,48"]], ";").decode(
        "utf-8-sig"
    )
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    reading = bps_files.examine(tmp_path / "a.csv")
    assert reading.rows["value"].tolist() == [18.38, 17.48]
    assert [f["kind"] for f in reading.findings] == ([] if encoding == "utf-16" else ["encoding"])


@pytest.mark.parametrize(
    ("name", "words"),
    [("cell.csv", "a cell of more than 20,000 letters"), ("members.xlsx", "60,00. parts, more than any workbook of BPS"),
     ("nul.csv", "binary file"), ("row of a million.xlsx", "spans 1,000,001 cells")],
)  # fmt: skip
def test_a_bomb_is_called_what_it_is(name, words, tmp_path):
    (tmp_path / name).write_bytes(bombs.all_bombs()[name]())
    with pytest.raises(UcjError, match=words):
        bps_files.examine(tmp_path / name)


def test_a_far_cell_that_stands_in_another_row_is_refused(tmp_path):
    def rows(far):
        return [f'<row r="1">{bombs.text("A1", "Kabupaten/Kota")}<c r="B1"><v>2023</v></c></row>'
                f'<row r="2">{bombs.text("A2", "Boalemo")}<c r="B2"><v>18.38</v></c></row>'
                f'<row r="3">{bombs.text("A3", "Gorontalo")}<c r="{far}"><v>17.48</v></c></row><row r="1048576">'
                + bombs.text("A1048576", "Catatan: Maret") + "</row>"]  # fmt: skip

    (tmp_path / "a.xlsx").write_bytes(bombs.book(rows("B3")))
    assert bps_files.read(tmp_path / "a.xlsx")["value"].tolist() == [18.38, 17.48]
    (tmp_path / "b.xlsx").write_bytes(bombs.book(rows("B1048575")))
    with pytest.raises(UcjError, match=r"cell B1048575 stands in row 3"):
        bps_files.read(tmp_path / "b.xlsx")
