"""What contradicts the reader's question is refused, and one bad file does not hide the good ones."""

import struct
import sys

import pytest
from made import csv_bytes, xls_bytes

from ucj_analysis import cli
from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_files

ROWS = [["Kabupaten/Kota", "P0 (Persen)"], ["", "2023"], ["Bogor", "7.27"], ["Kota Bogor", "6.67"]]


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [(ROWS, {"within": "Gorontalo"}, "none of its regions lies in .*Gorontalo .7500.: leave out within"),
     (ROWS, {"year": 2021}, "year=2021 contradicts its headings, which name 2023"),
     (ROWS, {"year": "soon"}, "is no year: expected four digits"),
     (ROWS, {"within": "Boalemo"}, "is no province: give its name or its two-digit BPS code"),
     ([["Status", "2023"], ["Buruh", "12.5"]], {"within": "Gorontalo"}, "no region column"),
     ([["Bogor", "7.27"], ["Kota Bogor", "6.67"]], {}, "have no headings"),
     ([["Kabupaten/Kota", "2023"], ["Bogor", "1.234"], ["Kota Bogor", "2.345"]], {}, "does not say whether '1.234' is 1.234 or 1234"),
     ([["Kabupaten/Kota", "2023"], ["Bogor", "18.74"], ["Kota Bogor", "18,74"], ["Bekasi", "1.234"]], {}, "writes both '18.74' and '18,74'")],
)  # fmt: skip
def test_refusals_say_what_to_do(rows, options, message, tmp_path):
    (tmp_path / "x.csv").write_bytes(csv_bytes(rows, ";"))
    with pytest.raises(UcjError, match=message):
        bps_files.read(tmp_path / "x.csv", **options)


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("area", [(0, 2**31, 0, 3), (7, 3, 0, 3), (0, 3, 9, 3), (0, 65_536, 0, 300), (0, 2**31, 9, 9)])
def test_a_sheet_that_announces_more_than_a_sheet_has(area, small, tmp_path):
    data = xls_bytes({"P0": ROWS}, small=small)
    (tmp_path / "x.xls").write_bytes(data)
    assert bps_files.read(tmp_path / "x.xls")["value"].tolist() == [7.27, 6.67]
    at = data.index(struct.pack("<HHII", 0x200, 14, 0, len(ROWS)))  # the area of the sheet, before its cells
    (tmp_path / "x.xls").write_bytes(data[: at + 4] + struct.pack("<2I2H", *area) + data[at + 16 :])
    with pytest.raises(UcjError, match="the workbook is damaged: download the table again"):
        bps_files.read(tmp_path / "x.xls")


PAGE = "<table><tr><th>Kabupaten/Kota<th>2022<th>2023</tr><tr><td>Boalemo</td>{}</tr><tr><td>Pohuwato</td><td>1,5</td><td>1,6</td></tr></table>{}"


@pytest.mark.parametrize(
    "cells",
    ["<td>18,9</td <td>18,4</td><td>18,3</td>", "18,9<td>18,4</td>", "<b>18,9</b><td>18,4</td>", "<td>18,9</td>18,4"],
)
def test_figures_beside_the_cells_of_a_page(cells, tmp_path):
    path = tmp_path / "x.html"
    path.write_text(PAGE.format(cells, ""))
    with pytest.raises(
        UcjError, match=r"holds '18,[49]' outside its cells, so which column its figures belong to is unknown: download"
    ):
        bps_files.read(path, indicator="P0")


@pytest.mark.parametrize(
    "cells", ["<td>18,9</td><td>18,4</td> *", "&nbsp;<td>18,9</td>\n<td>18,4</td>", "<td>18,9</td><td>18,4</td><br>"]
)
def test_harmless_text_beside_the_cells_of_a_page(cells, tmp_path):
    path = tmp_path / "x.html"
    path.write_text(PAGE.format(cells, "<table><tr><font>Sumber: Susenas 2023</font></tr></table>"))
    assert bps_files.read(path, indicator="P0")["value"].tolist() == [18.9, 1.5, 18.4, 1.6]


def test_one_bad_file_does_not_hide_the_others(tmp_path, capsys, monkeypatch):
    (tmp_path / "good.csv").write_bytes(csv_bytes(ROWS, ";"))
    (tmp_path / "bad.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    monkeypatch.setattr(sys, "argv", ["ucj", "read", str(tmp_path / "bad.csv"), str(tmp_path / "good.csv")])
    status = cli.main()
    out, err = capsys.readouterr()
    assert status == 1
    assert "good.csv (csv): 2 figures, 2 regions, 2023" in out
    assert "bad.csv: it is an image (PNG)" in err
    assert "1 of 2 files refused" in err
    assert "Traceback" not in err
