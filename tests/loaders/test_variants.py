"""Every kind of table that BPS publishes, in many forms: what must be read from it, and nothing else."""

import datetime

import openpyxl
import pandas as pd
import pytest
from made import csv_bytes, html_page, html_split, xls_bytes, xlsx_bytes

from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_files

SIX = ["Boalemo", "Gorontalo", "Pohuwato", "Bone Bolango", "Gorontalo Utara", "Kota Gorontalo"]
CODES = ["7501", "7502", "7503", "7504", "7505", "7571"]
P0 = "Persentase Penduduk Miskin (P0) Menurut Kabupaten/Kota (Persen)"
CASES = {}


def case(name, data, *want, findings=(), without=(), rows=None, **options):
    """``want``: (code or label, period, subperiod, words of indicator and dimensions, value or mark, [status, unit])."""
    key = name
    while key in CASES:
        key += "+"
    CASES[key] = (name, data, want, findings, without, rows, options)


def six(*columns):
    """The six regencies with columns of figures: 18.3 + column for the first, and so on."""
    return [[n, *[c[i] for c in columns]] for i, n in enumerate(SIX)]


A = [18.38, 17.48, 17.91, 15.61, 16.75, 5.64]
B = [17.83, 17.07, 17.32, 14.91, 16.43, 5.76]
AS, BS = [f"{x:.2f}" for x in A], [f"{x:.2f}" for x in B]
AC, BC = [x.replace(".", ",") for x in AS], [x.replace(".", ",") for x in BS]

# fmt: off
# ---- dynamic tables: CSV and XLSX with one to five header rows
case("p0, 2023.csv", csv_bytes([["Kabupaten/Kota", P0], ["", "2023"], *six(AS)], bom=True),
     ("7501", "2023", "", "persentase", 18.38), ("7502", "2023", "", "", 17.48), ("7571", "2023", "", "", 5.64), rows=6)
case("h2.csv", csv_bytes([["Kabupaten/Kota", "2023", "2024"], *six(AS, BS), ["Gorontalo", "15.15", "14.57"]]),
     ("7501", "2024", "", "", 17.83))
case("h3.csv", csv_bytes([["Kabupaten/Kota", P0, ""], ["", "2023", "2024"], *six(AS, BS)]),
     ("7505", "2024", "", "p0", 16.43), ("7505", "2023", "", "p0", 16.75), rows=12)
case("h4.csv", csv_bytes([["38 Provinsi", "", "", "", ""], ["", "Tingkat Pengangguran Terbuka (Persen)", "", "", ""],
                          ["", "2023", "", "2024", ""], ["", "Februari", "Agustus", "Februari", "Agustus"],
                          ["ACEH", "5.75", "6.03", "5.56", "-"], ["GORONTALO", "3.07", "3.06", "3.05", "-"],
                          ["INDONESIA", "5.45", "5.32", "4.82", "-"]], bom=True),
     ("7500", "2023", "Agustus", "pengangguran", 3.06), ("7500", "2024", "Februari", "", 3.05),
     ("7500", "2024", "Agustus", "", "-"), ("0000", "2023", "Februari", "", 5.45), rows=12)
case("h5.csv", csv_bytes([["Wilayah Jawa Barat", "", "", "", ""], ["", "Penduduk Miskin", "", "", ""],
                          ["", "Jumlah (ribu jiwa)", "", "Persentase", ""], ["", "2023", "2024", "2023", "2024"],
                          ["", "Maret", "Maret", "Maret", "Maret"],
                          ["Bogor", "453.76", "446.79", "7.27", "7.05"], ["Kota Bogor", "74.2", "72.6", "6.67", "6.53"],
                          ["Cirebon", "249.2", "245.1", "11.2", "11"], ["Kota Cirebon", "30.5", "29.9", "9.16", "9.02"]]),
     ("3201", "2024", "Maret", "jumlah", 446.79), ("3271", "2023", "Maret", "persentase", 6.67),
     ("3274", "2024", "Maret", "persentase", 9.02), ("3209", "2023", "Maret", "jumlah", 249.2), rows=16)
case("h5.xlsx", xlsx_bytes({"Sheet1": [["Provinsi", "Angka Harapan Hidup (Tahun)", None, None, None],
                                       [None, "Laki-laki", None, "Perempuan", None],
                                       [None, 2023, 2024, 2023, 2024], ["ACEH", 68.2, 68.4, 72.1, 72.3],
                                       ["GORONTALO", 66.1, 66.4, 70.1, 70.3], ["INDONESIA", 70.2, 70.3, 74.0, "-"]]},
                           ["A1:A3", "B1:E1", "B2:C2", "D2:E2"]),
     ("7500", "2024", "", "laki-laki", 66.4), ("7500", "2023", "", "perempuan", 70.1),
     ("0000", "2024", "", "perempuan", "-"), rows=12)
case("quarters.csv", csv_bytes([["Provinsi", "Laju Pertumbuhan PDRB (Persen)", "", "", "", ""],
                                ["", "2023", "", "", "", ""],
                                ["", "Triwulan I", "Triwulan II", "Triwulan III", "Triwulan IV", "Tahunan"],
                                ["ACEH", "4.63", "4.37", "3.76", "4.15", "4.23"], ["SUMATERA UTARA", "4.9", "5.2", "4.9", "5", "5.01"],
                                ["GORONTALO", "4.05", "4.25", "-0.12", "5.2", "4.5"]]),
     ("7500", "2023", "Triwulan III", "laju", -0.12), ("7500", "2023", "Tahunan", "", 4.5))
case("months.csv", csv_bytes([["Kota", "Inflasi Bulanan (M-to-M) (Persen)", *[""] * 11], ["", "2023", *[""] * 11],
                              ["", "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
                               "Oktober", "November", "Desember"],
                              ["KOTA GORONTALO", *[f"{0.1 * i - 0.5:.2f}" for i in range(12)]],
                              ["KOTA MANADO", *[f"{0.2 * i - 0.5:.2f}" for i in range(12)]]]),
     ("7571", "2023", "Desember", "inflasi", 0.6), ("7571", "2023", "Januari", "", -0.5), rows=24)
case("turvar.csv", csv_bytes([["Provinsi", "Gini Ratio Menurut Provinsi dan Daerah", *[""] * 5],
                              ["", "Perkotaan", "", "Perdesaan", "", "Perkotaan+Perdesaan", ""],
                              ["", "2023", "", "2023", "", "2023", ""],
                              ["", *["Semester 1 (Maret)", "Semester 2 (September)"] * 3],
                              ["ACEH", "0.328", "0.321", "0.267", "0.269", "0.296", "0.294"],
                              ["GORONTALO", "0.409", "0.4", "0.376", "0.37", "0.417", "0.409"],
                              ["INDONESIA", "0.409", "-", "0.313", "-", "0.388", "-"]]),
     ("7500", "2023", "Semester 1 (Maret)", "gini perkotaan+perdesaan", 0.417),
     ("7500", "2023", "Semester 2 (September)", "=perdesaan", 0.37), ("0000", "2023", "Semester 2 (September)", "=perdesaan", "-"))

# ---- year only in the title, in the file name, nowhere
case("Jumlah dan Persentase Penduduk Miskin Menurut Provinsi, 2016.csv",
     csv_bytes([["Provinsi", "Jumlah Penduduk Miskin Maret (Ribu)", "Jumlah Penduduk Miskin September (Ribu)",
                 "Persentase Penduduk Miskin Maret", "Persentase Penduduk Miskin September"],
                ["Aceh", "848.44", "841.31", "16.73", "16.43"], ["Gorontalo", "203.19", "203.69", "17.72", "17.63"],
                ["Indonesia", "28005.39", "27764.32", "10.86", "10.7"]], bom=True),
     ("7500", "2016", "Maret", "jumlah", 203.19), ("7500", "2016", "September", "persentase", 17.63),
     ("0000", "2016", "September", "jumlah", 27764.32), findings=["period"])
case("table.csv", csv_bytes([["Persentase Penduduk Miskin Menurut Kabupaten/Kota di Provinsi Gorontalo, 2023", ""],
                             ["Kabupaten/Kota", "Persentase Penduduk Miskin"], *six(AS), ["Provinsi Gorontalo", "15.15"]]),
     ("7501", "2023", "", "persentase", 18.38), ("7500", "2023", "", "", 15.15), ("7502", "2023", "", "", 17.48))
case("p0 2025.csv", csv_bytes([["Persentase Penduduk Miskin Menurut Kabupaten/Kota, 2022"], ["Kabupaten/Kota", "Persen"], *six(AS)]),
     ("7501", "2022", "", "persentase penduduk miskin", 18.38), findings=["contradiction"])
case("undated.csv", csv_bytes([["Kabupaten/Kota", "Persentase Penduduk Miskin"], *six(AS)]),
     ("7501", "", "", "", 18.38), findings=["period"])
case("undated.csv", csv_bytes([["Kabupaten/Kota", "Persentase Penduduk Miskin"], *six(AS)]),
     ("7501", "2021", "", "", 18.38), year=2021)

# ---- Query Builder
case("Query Builder Result - Senin, 10 Juni 2024 pukul 02.10.03 WITA.csv",
     csv_bytes([["", "Rata-Rata Lama Sekolah (Tahun)"], ["", "2013"], ["SULAWESI TENGGARA", "8.04"], ["BUTON", "6.6"],
                ["GORONTALO", "7.52"], ["BOALEMO", "6.6"], ["GORONTALO", "6.9"], ["POHUWATO", "6.9"], ["BONE BOLANGO", "7.7"],
                ["GORONTALO UTARA", "6.6"], ["KOTA GORONTALO", "10.28"], ["SULAWESI BARAT", "6.87"], ["MAJENE", "8.1"],
                ["INDONESIA", "8.14"]], bom=True),
     ("7500", "2013", "", "lama sekolah", 7.52), ("7502", "2013", "", "", 6.9), ("7571", "2013", "", "", 10.28),
     ("0000", "2013", "", "", 8.14), without=["contradiction"])

# ---- BPS "tidy" CSV
TIDY = ["nama_variabel", "nama_variabel_turunan", "nama_tahun", "nama_turunan_tahun", "data_content", "nama_item_vertical_variabel"]
case("tidy.csv", csv_bytes([TIDY, *[[P0, "Tidak Ada", y, "Tahun", v, n] for y, c in (("2022", AS), ("2023", BS))
                                    for n, v in zip(["GORONTALO", *SIX], ["15.42", *c], strict=False)]], ";", lead=" " * 11, bom=True),
     ("7500", "2022", "", "p0", 15.42), ("7502", "2023", "", "p0", 17.07), ("7571", "2022", "", "p0", 5.64), rows=14)
case("tidy sex.csv", csv_bytes([TIDY, *[["Angka Harapan Hidup (Tahun)", s, "2023", "Tahun", v, n] for s, d in
                                        (("Laki-laki", 0), ("Perempuan", 4)) for n, v in
                                        (("ACEH", 68 + d), ("GORONTALO", 66 + d), ("INDONESIA", 70 + d))]], ";"),
     ("7500", "2023", "", "harapan hidup perempuan", 70.0), ("7500", "2023", "", "laki-laki", 66.0), rows=6)
case("mac.csv", csv_bytes([["nama_variabel", "nama_tahun", "nama_wilayah", "data_content"],
                           *[["Index Keparahan Kemiskinan", "2021", n, v] for n, v in zip(["GORONTALO", *SIX], ["0.9", "0.64", "1.2", "0.8", "1.1", "0.7", "0.1"], strict=False)]],
                          newline="\r"),
     ("7500", "2021", "", "keparahan", 0.9), ("7502", "2021", "", "", 1.2))

# ---- old site, footers, underscores
case("old.csv", csv_bytes([["Wilayah_Sumatera_Selatan", "Produksi_Padi_(Ton)", "", ""], ["", "2018", "2019", "2020"],
                           ["Ogan_Komering_Ulu", "14124.16", "13000.5", "12000.25"], ["Muara_Enim", "95000.5", "-", "90000"],
                           ["Kota_Palembang", "18000", "17000.25", "16000"], ["Sumatera_Selatan", "2994191.84", "2603396.24", "2743059.68"],
                           ["Sumber_:_BPS,_Survei_Kerangka_Sampel_Area"], ["Source_Url:_https://sumsel.bps.go.id/indicator/53/783/1/x.html"],
                           ["Access_Time:_November_1,_2021,_8:24_pm"]]),
     ("1601", "2018", "", "padi", 14124.16), ("1603", "2019", "", "", "-"), ("1671", "2020", "", "", 16000.0),
     ("1600", "2020", "", "", 2743059.68), rows=12)

# ---- publication: title over the table, bilingual, (1)(2)(3), thousands and decimal marks of both habits
PUB = [["Tabel 4.3.1 Garis Kemiskinan, Jumlah, dan Persentase Penduduk Miskin Menurut Kabupaten/Kota di Provinsi Gorontalo, 2023"],
       ["Kabupaten/Kota Regency/Municipality", "Garis Kemiskinan (rupiah/kapita/bulan)", "Jumlah Penduduk Miskin (ribu)", "Persentase Penduduk Miskin"],
       ["(1)", "(2)", "(3)", "(4)"]]
PUB_ROWS = [["Kabupaten/Regency"], ["1. Boalemo", "388.374", "32,85", "18,38"], ["2. Gorontalo", "430.500", "66,36", "17,48"],
            ["3. Pohuwato", "401.234", "30,02", "17,91"], ["4. Bone Bolango", "410.111", "25,40", "15,61"],
            ["5. Gorontalo Utara", "399.800", "20,00", "16,75"], ["Kota/Municipality"], ["1. Gorontalo", "512.345", "12,10", "5,64"],
            ["Gorontalo", "437.800", "186,73", "15,15"], ["Sumber: BPS, Susenas Maret"]]
PUB_WANT = (("7501", "2023", "", "garis", 388374.0), ("7502", "2023", "", "persentase", 17.48), ("7571", "2023", "", "jumlah", 12.1),
            ("7571", "2023", "", "garis", 512345.0), ("7500", "2023", "", "jumlah", 186.73))
case("pub.csv", csv_bytes(PUB + PUB_ROWS, ";"), *PUB_WANT, rows=21)
case("pub.xlsx", xlsx_bytes({"4.3.1": PUB + PUB_ROWS}), *PUB_WANT)
case("pub.xlsx", xlsx_bytes({"Tabel": [PUB[0], PUB[1], [-1, -2, -3, -4]] + [
    [c if i == 0 else float(c.replace(".", "").replace(",", ".")) for i, c in enumerate(r)] for r in PUB_ROWS]}), *PUB_WANT)
case("pub.html", html_page([PUB[1], PUB[2], *PUB_ROWS], above=f"<h3>{PUB[0][0]}</h3>", heads=2), *PUB_WANT)
case("english.csv", csv_bytes([["Kabupaten/Kota", "Jumlah Penduduk Miskin", "Garis Kemiskinan (Rp)"], ["", "2023", "2023"],
                               ["Boalemo", "32,850", "388,374"], ["Gorontalo", "66,360", "430,500.5"], ["Kota Gorontalo", "12,100", "512,345"]], ";"),
     ("7501", "2023", "", "garis", 388374.0), ("7502", "2023", "", "garis", 430500.5), ("7501", "2023", "", "jumlah", 32850.0))
case("spaces.csv", csv_bytes([["Kabupaten/Kota", "Jumlah Penduduk (Jiwa)"], ["", "2023"], ["Boalemo", "145 868"], ["Gorontalo", "393\u00a0107"],
                              ["Kota Gorontalo", "198\u202f539"]], ";"),
     ("7501", "2023", "", "", 145868.0), ("7502", "2023", "", "", 393107.0), ("7571", "2023", "", "", 198539.0))
case("short.csv", csv_bytes([["Kabupaten/Kota", "2023"], *[[n, v] for n, v in zip(SIX, ["1.234", "2.345", "999", "12.345", "888", "1.000"], strict=False)]], ";"),
     ("7501", "2023", "", "", 1234.0), ("7503", "2023", "", "", 999.0), indicator="Jumlah Penduduk Miskin (jiwa)")
case("p1.csv", csv_bytes([["Kabupaten/Kota", "Indeks Kedalaman Kemiskinan (P1)"], ["", "2023"], *[[n, v] for n, v in zip(SIX, ["3.412", "3.101", "2.955", "2.100", "2.734", "0.622"], strict=False)]], ";"),
     ("7501", "2023", "", "", 3.412))

# ---- true BIFF .xls, merged levels
LEVELS = [["Persentase Penduduk yang Mempunyai Keluhan Kesehatan menurut Provinsi, 2022-2023"], [],
          ["P R O V I N S I", 2022.0, None, None, None, 2023.0, None, None, None],
          [None, "LAKI-LAKI", None, "PEREMPUAN", None, "LAKI-LAKI", None, "PEREMPUAN", None],
          [None, *["Perkotaan", "Perdesaan"] * 4], ["Aceh", *[28.93 + i for i in range(8)]], ["Gorontalo", *[42.03 + i for i in range(8)]],
          ["Papua Selatan", *["-"] * 8], ["INDONESIA", *[32.68 + i for i in range(8)]], [], ["Sumber: BPS RI - Susenas"]]
MERGES = [(2, 4, 0, 0), (2, 2, 1, 4), (2, 2, 5, 8), (3, 3, 1, 2), (3, 3, 3, 4), (3, 3, 5, 6), (3, 3, 7, 8)]
LEVELS_WANT = (("7500", "2022", "", "laki-laki perkotaan", 42.03), ("7500", "2022", "", "perempuan perdesaan", 45.03),
               ("7500", "2023", "", "perempuan perdesaan", 49.03), ("0000", "2023", "", "laki-laki perkotaan", 36.68))
case("old.xls", xls_bytes({"INDONESIA": LEVELS}, MERGES), *LEVELS_WANT, rows=32)
case("unmerged.xls", xls_bytes({"Sheet1": LEVELS}), *LEVELS_WANT)
case("xls named.csv", xls_bytes({"a": LEVELS}, MERGES), *LEVELS_WANT)

# ---- HTML as .xls: labels and values in separate tables
case("split.xls", html_split("Kabupaten/Kota", ["GORONTALO", *SIX], [[(P0 + " ", 2)], ["2024", "2023"]], [["14.57", "15.15"], *zip(BS, AS, strict=False)]),
     ("7500", "2024", "", "p0", 14.57), ("7502", "2023", "", "", 17.48), ("7571", "2024", "", "", 5.76), rows=14)
case("split ids.xls", html_split("Kabupaten/Kota", ["GORONTALO", *SIX], [[(P0, 2)], ["2024", "2023"]], [["14.57", "15.15"], *zip(BS, AS, strict=False)], ids=False),
     ("7502", "2023", "", "", 17.48), rows=14)
case("two.xls", html_split("Kabupaten/Kota", ["Provinsi Gorontalo", *SIX], [[("Indeks Kedalaman Kemiskinan", 2), ("Indeks Keparahan Kemiskinan", 2)], ["2024", "2023"] * 2],
                           [["2.6", "2.9", "0.7", "0.8"], *[[f"{3 + i / 10:.2f}", f"{3.5 + i / 10:.2f}", f"{0.5 + i / 10:.2f}", f"{0.7 + i / 10:.2f}"] for i in range(6)]]),
     ("7500", "2024", "", "kedalaman", 2.6), ("7500", "2023", "", "keparahan", 0.8), ("7501", "2024", "", "keparahan", 0.5), rows=28)
case("down.xls", html_split("Kabupaten/Kota", [[("Boalemo", 1, 2), "2023"], ["2024"], [("Gorontalo", 1, 2), "2023"], ["2024"], [("Kota Gorontalo", 1, 2), "2023"], ["2024"]],
                            [["P0 (Persen)", "P1"]], [["18.38", "3.4"], ["17.83", "3.1"], ["17.48", "3.0"], ["17.07", "2.9"], ["5.64", "0.6"], ["5.76", "0.7"]]),
     ("7501", "2024", "", "p0", 17.83), ("7502", "2023", "", "p1", 3.0), ("7571", "2024", "", "p1", 0.7))
case("page.html", html_page([["No", "Kabupaten/Kota", ("Persentase Penduduk Miskin", 2)], ["", "", "2023", "2024"], *[[str(i + 1), *r] for i, r in enumerate(six(AC, BC))]], heads=2),
     ("7501", "2023", "", "persentase", 18.38), ("7571", "2024", "", "", 5.76), rows=12)
case("rowspan.html", html_page([[("Kabupaten/Kota", 1, 2), ("Persentase Penduduk Miskin", 2)], ["2023", "2024"], *six(AC, BC)], heads=2),
     ("7501", "2023", "", "persentase", 18.38), ("7571", "2024", "", "", 5.76), rows=12)
case("sup.html", html_page([["Kabupaten/Kota", "2023", "2024<sup>*</sup>"], ["Boalemo<sup>1</sup>", "18,38", "17,83<sup>2</sup>"], ["Pohuwato", "17,9", "17,3"], ["Bone Bolango", "15,6", "14,9"]]),
     ("7501", "2023", "", "", 18.38), ("7501", "2024", "", "", 17.83, "provisional"), indicator="P0")
case("years down.html", html_page([["Tahun", "Boalemo", "Gorontalo", "Kota Gorontalo"], ["2022", "18,9", "17,9", "5,5"], ["2023", "18,38", "17,48", "5,64"]]),
     ("7501", "2022", "", "", 18.9), ("7502", "2023", "", "", 17.48), indicator="P0")

# ---- several sheets, blocks, variables side by side
case("sheets.xlsx", xlsx_bytes({"2022": [["Kabupaten/Kota", "Persentase Penduduk Miskin"], *six(A)], "2023": [["Kabupaten/Kota", "Persentase Penduduk Miskin"], *six(B)]}),
     ("7501", "2022", "", "", 18.38), ("7501", "2023", "", "", 17.83), rows=12)
case("tpt.xlsx", xlsx_bytes({"TPT 2023": [["Kabupaten/Kota", "TPT"], *six([3.1, 2.5, 2.2, 3.0, 3.9, 5.4])], "TPAK 2023": [["Kabupaten/Kota", "TPAK"], *six([70.1, 69, 68, 67, 66, 65])]}),
     ("7501", "2023", "", "tpt", 3.1), ("7571", "2023", "", "tpak", 65.0), rows=12)
case("fused.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "Bekerja 2023", "TPT 2023", "Bekerja 2024", "TPT 2024"], *six([70000, 180000, 70000, 80000, 60000, 90000], [3.1, 2.5, 2.2, 3, 3.9, 5.4], [71000, 181000, 71000, 81000, 61000, 91000], [3.06, 2.4, 2.1, 2.9, 3.8, 5.3])]}),
     ("7501", "2023", "", "bekerja", 70000.0), ("7571", "2024", "", "tpt", 5.3), rows=24)
case("blocks.csv", csv_bytes([["Tabel 1. Persentase Penduduk Miskin Menurut Kabupaten/Kota, 2022", ""], ["Kabupaten/Kota", "Persen"], *six(AS), ["", ""],
                              ["Tabel 2. Persentase Penduduk Miskin Menurut Kabupaten/Kota, 2023", ""], ["Kabupaten/Kota", "Persen"], *six(BS)]),
     ("7501", "2022", "", "", 18.38), ("7501", "2023", "", "", 17.83), rows=12)
case("beside.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "P1", None, "Kabupaten/Kota", "P2"], [None, 2023, None, None, 2023],
                                      *[[n, 3 + i / 10, None, n, 0.5 + i / 10] for i, n in enumerate(SIX)]]}),
     ("7501", "2023", "", "p1", 3.0), ("7571", "2023", "", "p2", 1.0), rows=12)
case("grouped.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "TAHUN 2021", None, None, "TAHUN 2022", None, None], [None, "SD", "SMP", "SMA ke atas", "SD", "SMP", "SMA ke atas"],
                                       *[[n, 1000000 + i, 1100000 + i, 1200000 + i, 1300000 + i, 1400000 + i, None if i == 5 else 1500000 + i] for i, n in enumerate(SIX)]]}, ["A1:A2", "B1:D1", "E1:G1"]),
     ("7501", "2021", "", "smp", 1100000.0), ("7504", "2022", "", "sma ke atas", 1500003.0), ("7571", "2022", "", "sma", "blank"))

# ---- provinces and regencies in one column; province beside; codes
CAPS = [["SULAWESI TENGAH", "12.41"], ["Banggai", "7.1"], ["Kota Palu", "6.6"], ["SULAWESI SELATAN", "8.7"], ["Gowa", "7.4"], ["GORONTALO", "15.15"],
        *six(AS), ["SULAWESI BARAT", "11.5"], ["Majene", "14.0"]]
case("caps.csv", csv_bytes([["Wilayah", "Persentase Penduduk Miskin"], ["", "2023"], *CAPS]),
     ("7500", "2023", "", "", 15.15), ("7502", "2023", "", "", 17.48), ("7571", "2023", "", "", 5.64), ("7271", "2023", "", "", 6.6))
case("all caps.csv", csv_bytes([["Wilayah", "Persentase Penduduk Miskin"], ["", "2023"], *[[a.upper(), b] for a, b in CAPS]]),
     ("7500", "2023", "", "", 15.15), ("7502", "2023", "", "", 17.48), ("7571", "2023", "", "", 5.64))
case("title case.csv", csv_bytes([["Wilayah", "Persentase Penduduk Miskin"], ["", "2023"], *[[a.title(), b] for a, b in CAPS]]),
     ("7500", "2023", "", "", 15.15), ("7502", "2023", "", "", 17.48))
case("kab.csv", csv_bytes([["Wilayah", "Persentase Penduduk Miskin"], ["", "2023"], *[["Kab. " + n if i < 5 else "Kota Gorontalo", v] for i, (n, v) in enumerate(zip(SIX, AS, strict=False))], ["Prov. Gorontalo", "15.15"]]),
     ("7500", "2023", "", "", 15.15), ("7502", "2023", "", "", 17.48), ("7571", "2023", "", "", 5.64))
case("beside.csv", csv_bytes([["Provinsi", "Kab/Kota", "Persentase Penduduk Miskin (Persen)"], *[["GORONTALO", n, v] for n, v in zip(SIX, AC, strict=False)], ["PAPUA", "Nduga *", "36,93"], ["PAPUA", "Jayapura", "12,1"], ["PAPUA", "Kota Jayapura", "11,4"]], ";"),
     ("7502", "2023", "", "", 17.48), ("7571", "2023", "", "", 5.64), ("9471", "2023", "", "", 11.4), year=2023)
case("bps codes.csv", csv_bytes([["kode_kabupaten_kota", "nama_kabupaten_kota", "persentase_penduduk_miskin", "tahun"], *[[c, n.upper(), v, "2023"] for c, n, v in zip(CODES, ["Boalemo", "Gorontalo", "Pohuwato", "Bone Bolango", "Gorontalo Utara", "Gorontalo"], AS, strict=False)]]),
     ("7501", "2023", "", "", 18.38), ("7502", "2023", "", "", 17.48), ("7571", "2023", "", "", 5.64), without=["code"])
case("kemendagri.csv", csv_bytes([["kode", "nama_kabupaten_kota", "persentase_penduduk_miskin", "tahun"], *[[c, n, v, "2023"] for c, n, v in zip(["75.02", "75.01", "75.04", "75.03", "75.05", "75.71"], SIX, AS, strict=False)]]),
     ("7501", "2023", "", "", 18.38), ("7502", "2023", "", "", 17.48), ("7504", "2023", "", "", 15.61), ("7503", "2023", "", "", 17.91))
case("lying codes.csv", csv_bytes([["kode_bps", "nama_kabupaten_kota", "persentase_penduduk_miskin", "tahun"], *[[c, n, v, "2023"] for c, n, v in zip(["7502", "7501", "7504", "7503", "7505", "7571"], SIX, AS, strict=False)]]),
     ("7501", "2023", "", "", 18.38), ("7502", "2023", "", "", 17.48), findings=["code"])
case("r.csv", csv_bytes([["", "kabupaten", "P0_2021"], *[[str(i + 1), n, v] for i, (n, v) in enumerate(zip(SIX, AS, strict=False))]]),
     ("7501", "2021", "", "p0", 18.38), rows=6)
case("bridge.csv", csv_bytes([["kode_bps", "nama_bps", "kode_dagri", "nama_dagri"], ["1972", "KOTA X", "1101", "X"], ["1971", "PANGKAL PINANG", "1971", "KOTA PANGKAL PINANG"],
                              ["7501", "BOALEMO", "7502", "KAB. BOALEMO"], ["7502", "GORONTALO", "7501", "KAB. GORONTALO"], ["7571", "GORONTALO", "7571", "KOTA GORONTALO"], ["9471", "JAYAPURA", "9171", "KOTA JAYAPURA"]]),
     ("1971", "", "", "bps", 1971.0), ("9471", "", "", "dagri", 9171.0), ("7502", "", "", "bps", 7502.0), ("7571", "", "", "bps", 7571.0), ("7502", "", "", "dagri", 7501.0), rows=12)

# ---- marks
case("marks.csv", csv_bytes([["Kabupaten/Kota", "2022", "2023*", "2024**"], ["Boalemo", "18,90r", "18,38", "17,83"], ["Gorontalo", "17,9 e", "-", "..."], ["Pohuwato", "17,5x)", "NA", "n/a"],
                             ["Bone Bolango", "15,9***", "tt", "–"], ["Gorontalo Utara", "16,8", "…", ""], ["Kota Gorontalo", "5,5", "5,64", "0"]], ";"),
     ("7501", "2022", "", "", 18.9, "revised"), ("7501", "2023", "", "", 18.38, "provisional"), ("7501", "2024", "", "", 17.83, "very provisional"),
     ("7502", "2022", "", "", 17.9, "estimate"), ("7503", "2022", "", "", 17.5, "provisional"), ("7504", "2022", "", "", 15.9, "very very provisional"),
     ("7502", "2023", "", "", "-"), ("7503", "2024", "", "", "n/a"), ("7504", "2023", "", "", "tt"), ("7505", "2024", "", "", "blank"),
     findings=["zero"], indicator="Persentase Penduduk Miskin")
case("notes.csv", csv_bytes([["Kabupaten/Kota", P0], ["", "2023"], *six(AS), ["Catatan: Angka sementara"], ["* Angka sementara"], ["Sumber: BPS, Susenas"]]),
     ("7571", "2023", "", "", 5.64), rows=6)
case("total.csv", csv_bytes([["No", "Kabupaten/Kota", "Jumlah Penduduk Miskin (ribu)"], ["", "", "2023"], *[[i + 1, n, v] for i, (n, v) in enumerate(zip(SIX, ["32.85", "66.36", "30.02", "25.4", "20", "12.1"], strict=False))], ["", "Jumlah", "186.73"]]),
     ("7500", "2023", "", "", 186.73), ("7501", "2023", "", "", 32.85), rows=7)
case("latin.csv", csv_bytes([["Kabupaten/Kota", "Persentase Penduduk Miskin – 2023"], *six(AS)], encoding="cp1252"), ("7501", "2023", "", "", 18.38), findings=["encoding"])
case("utf16.csv", csv_bytes([["Kabupaten/Kota", "2023"], *six(AS)], "\t", encoding="utf-16"), ("7501", "2023", "", "", 18.38), indicator="P0")
case("kecamatan.csv", csv_bytes([["Kecamatan", "Jumlah Penduduk (jiwa)"], ["", "2023"], ["Kota Barat", "23,456"], ["Kota Selatan", "21,111"], ["Gorontalo", "20,001.5"]], ";"),
     ("Kota Barat", "2023", "", "", 23456.0))
case("copied.csv", csv_bytes([["Kabupaten/Kota", "2022", "2023", "2024"], *six(AS, BS, BS)], ";"), ("7501", "2024", "", "", 17.83), findings=["copied column"], indicator="P0")
case("line.csv", csv_bytes([["Kabupaten/Kota", "Garis Kemiskinan (Rp)"], ["", "2023"], ["Boalemo", "388374"], ["Gorontalo", "430500"], ["Kota Gorontalo", "505"]]),
     ("7571", "2023", "", "", 505.0), findings=["range"])

# ---- forms met in open-data portals, spreadsheets of users, scripts
case("opendata.csv", csv_bytes([["id", "kode_provinsi", "nama_provinsi", "kode_kabupaten_kota", "nama_kabupaten_kota", "persentase_penduduk_miskin", "satuan", "tahun"],
                                *[[i + 1, 32, "JAWA BARAT", c, n, v, "PERSEN", y] for i, (c, n, v, y) in enumerate(
                                    [(3201, "KABUPATEN BOGOR", 9.7, 2007), (3271, "KOTA BOGOR", 9.47, 2007), (3201, "KABUPATEN BOGOR", 8.9, 2008), (3271, "KOTA BOGOR", 9.1, 2008)])]]),
     ("3201", "2007", "", "miskin", 9.7), ("3271", "2008", "", "miskin", 9.1), rows=4)
case("r names.csv", csv_bytes([["", "kabupaten", "X2022", "X2023"], *[[i + 1, *r] for i, r in enumerate(six(AS, BS))]]), ("7501", "2022", "", "", 18.38), ("7571", "2023", "", "", 5.76), rows=12, indicator="P0")
case("snake.csv", csv_bytes([["kab_kota", "p0_2022", "p0_2023", "garis_kemiskinan_2022", "jml_penduduk_miskin_2022"], *six(AS, BS, ["388374"] * 6, ["32.85"] * 6)]),
     ("7501", "2022", "", "p0", 18.38), ("7571", "2023", "", "p0", 5.76), ("7501", "2022", "", "garis", 388374.0), rows=24)
case("long.csv", csv_bytes([["Kabupaten/Kota", "Indikator", "Tahun", "Nilai", "Satuan"], *[[n, ind, y, v, u] for n in SIX for ind, v, u in (("P0", "18.38", "Persen"), ("Garis Kemiskinan", "388374", "Rp")) for y in ("2022", "2023")]]),
     ("7501", "2022", "", "p0", 18.38), ("7502", "2023", "", "garis", 388374.0), rows=24)
case("semesters down.csv", csv_bytes([["Provinsi", "Tahun", "Semester", "Gini Ratio"], *[[p, y, s, v] for p, v in (("Aceh", "0.29"), ("Gorontalo", "0.41"), ("Indonesia", "0.38")) for y in (2022, 2023) for s in ("Semester 1 (Maret)", "Semester 2 (September)")]]),
     ("7500", "2022", "Semester 2 (September)", "gini", 0.41), ("0000", "2023", "Semester 1 (Maret)", "", 0.38), rows=12)
case("quoted.csv", csv_bytes([["Kabupaten/Kota", "Jumlah Penduduk", "Garis Kemiskinan (Rp)"], ["", "2023", "2023"], *six(["145,868", "393,107", "146,432", "162,778", "124,957", "198,539"], ["388,374.00", "430,500.50", "1,000.25", "410,111.00", "399,800.00", "512,345.00"])]),
     ("7501", "2023", "", "penduduk", 145868.0), ("7502", "2023", "", "garis", 430500.5))
case("comma title.csv", b"Persentase Penduduk Miskin Menurut Kabupaten/Kota di Provinsi Gorontalo, 2023\r\nKabupaten/Kota,Persentase\r\n" + "".join(f"{n},{v}\r\n" for n, v in zip(SIX, AS, strict=False)).encode() + b"Sumber: BPS, Susenas Maret 2023\r\n",
     ("7501", "2023", "", "", 18.38), ("7571", "2023", "", "", 5.64), rows=6)
case("offset.xlsx", xlsx_bytes({"S": [[], [None, None, "Persentase Penduduk Miskin Menurut Kabupaten/Kota, 2022-2023"], [], [None, None, "No", "Kabupaten/Kota", 2022, 2023], *[[None, None, i + 1, *r] for i, r in enumerate(six(A, B))], [], [None, None, "Sumber: BPS"]]}),
     ("7501", "2022", "", "miskin", 18.38), ("7571", "2023", "", "", 5.76), rows=12)
case("units row.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "Persentase Penduduk Miskin", "Jumlah Penduduk Miskin", "Garis Kemiskinan"], [None, "(persen)", "(ribu jiwa)", "(rupiah/kapita/bulan)"], *six(A, [32.85, 66.36, 30.02, 25.4, 20.1, 12.1], [388374, 430500, 401234, 410111, 399800, 512345])]}),
     ("7501", "2023", "", "persentase", 18.38, "", "persen"), ("7502", "2023", "", "jumlah", 66.36, "", "ribu jiwa"), ("7571", "2023", "", "garis", 512345.0, "", "rupiah/kapita/bulan"), year=2023)
case("text thousands.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "Upah Minimum (Rp)"], [None, "2024"], *six(["2.989.350", "3.025.100", "3.025.100", "3.025.100", "3.025.100", "3.025.100"])]}), ("7501", "2024", "", "upah", 2989350.0))
case("months.xlsx", xlsx_bytes({"S": [["Provinsi", "Persentase Penduduk Miskin", None, None], [None, "Maret 2022", "Sep-22", "Maret 2023*"], ["Aceh", 14.64, 14.75, 14.45], ["Gorontalo", 15.42, 15.51, 15.15], ["Indonesia", 9.54, 9.57, 9.36]]}),
     ("7500", "2022", "Maret", "miskin", 15.42), ("7500", "2022", "September", "", 15.51), ("7500", "2023", "Maret", "", 15.15, "provisional"), rows=9)
case("dates.xlsx", xlsx_bytes({"S": [["Provinsi", datetime.date(2022, 3, 1), datetime.date(2022, 9, 1)], ["Aceh", 14.64, 14.75], ["Gorontalo", 15.42, 15.51]]}), ("7500", "2022", "September", "", 15.51), indicator="P0")
case("urban.csv", csv_bytes([["Provinsi", "Garis Kemiskinan (Rp)", "", "", "Persentase Penduduk Miskin", "", ""], ["", "Kota", "Desa", "Kota+Desa", "Kota", "Desa", "Kota+Desa"], ["Aceh", "650000", "600000", "620000", "10.1", "16.2", "14.2"], ["Gorontalo", "480000", "470000", "475000", "4.1", "23.2", "15.15"]]),
     ("7500", "2023", "", "garis =kota", 480000.0), ("7500", "2023", "", "persentase =desa", 23.2), ("7500", "2023", "", "persentase =kota+desa", 15.15), year=2023)
case("page breaks.xlsx", xlsx_bytes({"S": [["Tabel 5. Persentase Penduduk Miskin, 2022-2023"], ["Provinsi", 2022, 2023], ["Aceh", 14.6, 14.4], ["Sumatera Utara", 8.4, 8.1], ["Lanjutan Tabel 5"], ["Provinsi", 2022, 2023], ["Gorontalo", 15.42, 15.15], ["Sulawesi Barat", 11.7, 11.5], ["Indonesia", 9.54, 9.36]]}),
     ("7500", "2022", "", "", 15.42), ("1200", "2023", "", "", 8.1), ("0000", "2023", "", "", 9.36), rows=10)
case("sections.csv", csv_bytes([["Kabupaten/Kota", "2022", "2023"], ["Laki-laki", "", ""], *six(AS, BS), ["Perempuan", "", ""], *six(BS, AS)]), ("7501", "2022", "", "laki-laki", 18.38), ("7571", "2022", "", "perempuan", 5.76), rows=24, indicator="TPT")
case("years as rows.csv", csv_bytes([["Kabupaten/Kota", "P0", "P1"], ["2022", "", ""], *six(AS, ["3.1"] * 6), ["2023", "", ""], *six(BS, ["2.9"] * 6)]), ("7501", "2022", "", "p0", 18.38), ("7571", "2023", "", "p1", 2.9), rows=24)
case("blank labels.csv", csv_bytes([["Kabupaten/Kota", "Tahun", "P0 (Persen)"], *[[n if k == 0 else "", y, v] for n, a, b in zip(SIX, AS, BS, strict=False) for k, (y, v) in enumerate((("2022", a), ("2023", b)))]]),
     ("7501", "2023", "", "p0", 17.83), ("7502", "2022", "", "", 17.48), ("7571", "2023", "", "", 5.76), rows=12)
case("merged labels.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "Tahun", "P0 (Persen)"], ["Boalemo", 2022, 18.9], [None, 2023, 18.38], ["Gorontalo", 2022, 17.9], [None, 2023, 17.48]]}, ["A2:A3", "A4:A5"]), ("7501", "2023", "", "p0", 18.38), ("7502", "2023", "", "p0", 17.48), rows=4)
case("province above.xlsx", xlsx_bytes({"S": [["Provinsi", "Kabupaten/Kota", "P0 2023 (Persen)"], ["Gorontalo", "Boalemo", 18.38], [None, "Gorontalo", 17.48], [None, "Kota Gorontalo", 5.64], ["Papua", "Jayapura", 12.1], [None, "Kota Jayapura", 11.4]]}),
     ("7502", "2023", "", "p0", 17.48), ("9471", "2023", "", "p0", 11.4), rows=5)
case("indicators down.csv", csv_bytes([["Indikator Kemiskinan Kabupaten Boalemo, 2021-2023", "", "", ""], ["Indikator", "2021", "2022", "2023"], ["Garis Kemiskinan (Rp)", "350.100", "370.200", "388.374"], ["Jumlah Penduduk Miskin (ribu)", "33,5", "32,9", "32,85"], ["Persentase Penduduk Miskin", "19", "18,9", "18,38"]], ";"),
     ("Garis Kemiskinan (Rp)", "2022", "", "", 370200.0), ("Persentase Penduduk Miskin", "2023", "", "", 18.38), rows=9, without=["range"])
case("simdasi.xlsx", xlsx_bytes({"Sheet1": [["Jumlah Penduduk Miskin Menurut Kabupaten/Kota di Provinsi Gorontalo, 2023"], [], ["Kabupaten/Kota", "Jumlah Penduduk Miskin (ribu jiwa)", "Persentase Penduduk Miskin (persen)"], ["Kabupaten Boalemo", 32.85, 18.38], ["Kabupaten Gorontalo", 66.36, 17.48], ["Kota Gorontalo", 12.1, 5.64], ["Provinsi Gorontalo", 186.73, 15.15], [], ["Catatan: Angka Maret"], ["Sumber: BPS, Susenas"]]}),
     ("7500", "2023", "", "jumlah", 186.73), ("7502", "2023", "", "persentase", 17.48), rows=8)
case("kecamatan simdasi.xlsx", xlsx_bytes({"Sheet1": [["Jumlah Penduduk Menurut Kecamatan di Kabupaten Boalemo, 2023"], ["Kecamatan", "Laki-laki", "Perempuan", "Jumlah"], ["Mananggu", 7000, 6800, 13800], ["Tilamuta", 15000, 14800, 29800], ["Wonosari", 13000, 12800, 25800], ["Boalemo", 35000, 34400, 69400]]}),
     ("Tilamuta", "2023", "", "laki-laki", 15000.0), rows=12)
case("nav.html", html_page([["Kabupaten/Kota", "2022", "2023"], *six(AC, BC)], above="<table><tr><td>Beranda</td><td>Produk</td></tr></table><h2>Persentase Penduduk Miskin (Persen)</h2>", after="<table><tr><td>Hak Cipta</td><td>2023</td></tr></table>"),
     ("7501", "2022", "", "miskin", 18.38), ("7571", "2023", "", "", 5.76), rows=12)
case("nbsp.html", html_page([["Kabupaten/Kota", "Jumlah<br>Penduduk (Jiwa)"], ["Boalemo", "145&nbsp;868"], ["Gorontalo", "393.107"], ["Kota Gorontalo", "198.539"]]), ("7501", "2023", "", "jumlah penduduk", 145868.0), ("7502", "2023", "", "", 393107.0), year=2023)
case("islands.csv", csv_bytes([["Pulau/Provinsi", "Persentase Penduduk Miskin"], ["", "2023"], ["Sumatera", "9.27"], ["Aceh", "14.45"], ["Jawa", "8.79"], ["DKI Jakarta", "4.44"], ["DI Yogyakarta", "11.04"], ["Sulawesi", "10.08"], ["Gorontalo", "15.15"], ["Maluku dan Papua", "19.68"], ["Maluku", "16.42"], ["Papua", "26.03"], ["Jumlah/Total", "9.36"]]),
     ("7500", "2023", "", "", 15.15), ("3400", "2023", "", "", 11.04), ("Sulawesi", "2023", "", "", 10.08), ("8100", "2023", "", "", 16.42), ("Maluku dan Papua", "2023", "", "", 19.68))
case("school years.csv", csv_bytes([["Kabupaten/Kota", "2021/2022", "2022/2023"], *six(AS, BS)]), ("7501", "2022/2023", "", "", 17.83), indicator="APM")
case("total below.csv", csv_bytes([["Provinsi", "Jumlah Penduduk Miskin (ribu)"], ["", "2023"], ["Aceh", "806.75"], ["Gorontalo", "183.71"], ["Jumlah", "990.46"]]), ("7500", "2023", "", "", 183.71), ("Jumlah", "2023", "", "", 990.46))
case("shares.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "Persentase Penduduk Miskin"], [None, 2023], *six([x / 100 for x in A])]}), ("7501", "2023", "", "", 18.38 / 100), findings=["scale"])
case("2019 to 2023.csv", csv_bytes([["Kabupaten/Kota", "P0"], ["", "2022"], *six(AS)]), ("7501", "2022", "", "", 18.38), findings=["contradiction"])
case("variables.xls", html_split("Provinsi", ["ACEH", "GORONTALO", "INDONESIA"], [[("Gini Ratio Menurut Provinsi dan Daerah ", 2), ("Jumlah Penduduk Miskin (Ribu Jiwa) Menurut Provinsi dan Daerah ", 2)], [("Perkotaan+Perdesaan", 2)] * 2, [("2022", 2)] * 2, ["Semester 1 (Maret)", "Semester 2 (September)"] * 2],
                                 [["0.311", "0.291", "806.82", "818.47"], ["0.418", "0.423", "185.44", "187.35"], ["0.384", "0.381", "26161.16", "26363.27"]]),
     ("7500", "2022", "Semester 1 (Maret)", "gini", 0.418), ("0000", "2022", "Semester 2 (September)", "jumlah", 26363.27), rows=12)
case("provinces across.xlsx", xlsx_bytes({"S": [["Tahun", "Aceh", "Gorontalo", "Indonesia"], [2021, 15.3, 15.6, 10.1], [2022, 14.6, 15.42, 9.5], [2023, 14.4, 15.15, 9.4]]}), ("7500", "2022", "", "", 15.42), ("0000", "2023", "", "", 9.4), indicator="P0", rows=9)
case("regency before city.csv", csv_bytes([["Wilayah", "P0 2023"], ["Kabupaten", ""], ["Boalemo", "18.38"], ["Gorontalo", "17.48"], ["Kota", ""], ["Gorontalo", "5.64"], ["Provinsi Gorontalo", "15.15"]]), ("7502", "2023", "", "", 17.48), ("7571", "2023", "", "", 5.64), ("7500", "2023", "", "", 15.15))
case("note with figures.csv", csv_bytes([["Kabupaten/Kota", "P0"], ["", "2023"], *six(AS), ["Catatan: garis kemiskinan", "505.25"], ["Keterangan:", "12.5"]]), ("7571", "2023", "", "", 5.64), rows=6)
case("year-like counts.csv", csv_bytes([["Kabupaten/Kota", "Jumlah Sekolah"], ["", "2023"], ["Boalemo", "2012"], ["Gorontalo", "1999"], ["Pohuwato", "1850"], ["Kota Gorontalo", "2050"]]), ("7501", "2023", "", "", 2012.0), ("7571", "2023", "", "", 2050.0), rows=4)
case("crlf in cells.csv", csv_bytes([["Kabupaten/\nKota", "Persentase\nPenduduk\nMiskin"], ["", "2023"], *six(AS)]), ("7501", "2023", "", "persentase penduduk miskin", 18.38), rows=6)
case("trailing separators.csv", csv_bytes([["Kabupaten/Kota", "P0 2023", "", ""], *[[*r, "", ""] for r in six(AC)], *[["", "", "", ""]] * 30], ";"), ("7501", "2023", "", "p0", 18.38), rows=6)
# ---- forms met in published files: years and months down the rows, figures without a label, programs' headings
case("years down.csv", csv_bytes([["Tahun", "Laki-laki", "Perempuan", "Bidan"], ["1971", "", "1.288.810", "37"], ["1980", "822.165", "1.001.835", "107"], ["2013", "975.629", "957.437", "1.226"], ["2014", "", "", "840"]], ";"),
     ("@1971", "1971", "", "laki-laki", "blank"), ("@1980", "1980", "", "laki-laki", 822165.0), ("@2013", "2013", "", "bidan", 1226.0), rows=12, findings=["decimal"])
case("region of blanks.csv", csv_bytes([["Tahun", "Kota", "Sandang", "Umum"], ["2013", "Gorontalo", "1.1", "6.4"], ["2013", "Meulaboh", "", ""], ["2013", "Manado", "0.2", "5.3"], ["2013", "Sulawesi Utara", "0.3", "5.1"],
                                        ["Apr-14", "Manado", "-0.4", "0.1"], ["Mei 2014", "Manado", "0.3", "0.2"]], ";"),
     ("7171", "2013", "", "umum", 5.3), ("7571", "2013", "", "umum", 6.4), ("7100", "2013", "", "umum", 5.1), ("7171", "2014", "April", "sandang", -0.4), ("7171", "2014", "Mei", "umum", 0.2), ("Meulaboh", "2013", "", "umum", "blank"), rows=12)
case("annually.csv", csv_bytes([["38 Province", "", ""], ["", "Gini Ratio", ""], ["", "2005", ""], ["", "Semester 1 (March)", "Annually"], ["ACEH", "-", "0.288"], ["GORONTALO", "-", "0.248"]]),
     ("7500", "2005", "Tahunan", "gini", 0.248), ("7500", "2005", "Semester 1 (March)", "gini", "-"), rows=4)
case("months and a mean, 2013.csv", csv_bytes([["Bulan", "Suhu (oC)", "Hujan (mm)"], ["Januari", "23.1", "283.3"], ["Februari", "23.0", "136.1"], ["Rata-rata", "23.05", "209.7"]], ";"),
     ("Januari", "2013", "Januari", "hujan", 283.3, "", "mm"), ("Rata-rata", "2013", "", "suhu", 23.05), rows=6)
case("censuses.csv", csv_bytes([["Tahun", "Laki-laki", "Perempuan"], ["SP 1971", "155", "131"], ["SP 2010", "32", "24"]], ";"), ("SP 1971", "1971", "", "laki-laki", 155.0), ("SP 2010", "2010", "", "perempuan", 24.0), rows=4)
case("iso months.csv", csv_bytes([["Bulan", "Inflasi"], ["2011-01", "0.87"], ["2011-12", "-0.03"], ["2012-01", "0.4"]]), ("2011-12", "2011", "Desember", "inflasi", -0.03), rows=3)
case("periods as dates.csv", csv_bytes([["periode", "kab_kota", "pendidikan", "tpt_persen"], ["2023-08", "Boalemo", "SD", "1.12"], ["2023-08", "Kota Gorontalo", "SD", "8.26"], ["2024-12", "Boalemo", "SD", "1.33"]]), ("7501", "2023", "Agustus", "tpt sd", 1.12), ("7501", "2024", "Desember", "tpt sd", 1.33), rows=3)
case("dated rows.csv", csv_bytes([["Indikator", "Aceh", "Gorontalo"], ["Penduduk Miskin Maret 2023 (ribu)", "806.7", "183.7"], ["Penduduk Miskin September 2023 (ribu)", "800.1", "180.2"]]), ("7500", "2023", "Maret", "miskin", 183.7), ("1100", "2023", "September", "miskin", 800.1), rows=4)
case("years over rows.csv", csv_bytes([["Tahun", "Kabupaten/Kota", "P0"], ["2022", "Boalemo", "18.9"], ["", "Gorontalo", "17.9"], ["", "Kota Gorontalo", "5.5"], ["2023", "Boalemo", "18.4"], ["", "Gorontalo", "17.5"]]),
     ("7502", "2022", "", "p0", 17.9), ("7571", "2022", "", "p0", 5.5), ("7502", "2023", "", "p0", 17.5), rows=5)
case("years over groups.csv", csv_bytes([["Tahun", "Jenis Kelamin", "Boalemo", "Gorontalo"], ["2022", "Laki-laki", "1.1", "2.1"], ["", "Perempuan", "1.2", "2.2"], ["2023", "Laki-laki", "1.3", "2.3"], ["", "Perempuan", "1.4", "2.4"]]),
     ("7501", "2022", "", "perempuan", 1.2), ("7502", "2023", "", "perempuan", 2.4), rows=8, indicator="TPT")
case("indicators over rows.csv", csv_bytes([["Indikator", "Kabupaten/Kota", "2022", "2023"], ["P0", "Boalemo", "18.9", "18.4"], ["", "Gorontalo", "17.9", "17.5"], ["TPT", "Boalemo", "3.1", "3.2"], ["", "Gorontalo", "2.9", "2.8"]]),
     ("7502", "2022", "", "p0", 17.9), ("7502", "2023", "", "tpt", 2.8), rows=8)
case("quarters over years.xlsx", xlsx_bytes({"S": [["Kabupaten", "Tahun", "Triwulan", "PDRB"], ["Boalemo", 2022, "I", 10], [None, None, "II", 11], [None, 2023, "I", 12], [None, None, "II", 13], ["Gorontalo", 2022, "I", 20], [None, None, "II", 21]]}),
     ("7501", "2023", "Triwulan II", "pdrb", 13.0), ("7502", "2022", "Triwulan II", "pdrb", 21.0), rows=6)
case("numbered months.csv", csv_bytes([["nama_provinsi", "tahun", "bulan", "inflasi"], ["GORONTALO", "2023", "1", "0.4"], ["GORONTALO", "2023", "12", "0.6"], ["SULAWESI UTARA", "2023", "1", "0.3"]]), ("7500", "2023", "Desember", "inflasi", 0.6), rows=3)
case("villages.csv", csv_bytes([["Kecamatan", "Desa/Kelurahan", "Jumlah Penduduk 2023"], ["Tilamuta", "Hungayonaa", "2.345"], ["", "Limbato", "1.987"], ["Wonosari", "Harapan", "987"]], ";"), ("Limbato", "2023", "", "penduduk tilamuta", 1987.0), rows=3, findings=["decimal"])
case("labels like notes.csv", csv_bytes([["Uraian", "2022", "2023"], ["1) Boalemo", "-", "-"], ["2) Gorontalo", "17,9", "17,5"], ["3) Kota Gorontalo", "5,5", "-"], ["4) Pohuwato", "-", "-"]], ";"), ("7501", "2022", "", "", "-"), ("7502", "2023", "", "", 17.5), ("7503", "2023", "", "", "-"), rows=8, indicator="P0")
case("subdistricts like sources.csv", csv_bytes([["Kecamatan", "2022", "2023"], ["Sumberrejo", "-", "-"], ["Sumber", "12", "13"], ["Kedung", "1", "2"]]), ("Sumberrejo", "2022", "", "", "-"), ("Sumber", "2022", "", "", 12.0), rows=6, indicator="Jumlah KK")
case("a year of marks.csv", csv_bytes([["Provinsi", "2019", "2020", "2023"], ["Aceh", "–", "N/A", "14,45"], ["Gorontalo", "tad", "*)", "15,15"], ["Riau", "NULL", "belum ada", "6,68"]], ";"), ("1100", "2020", "", "", "N/A"), ("7500", "2020", "", "", "*)"), ("1400", "2020", "", "", "unreadable: belum ada"), ("7500", "2023", "", "", 15.15), rows=9, indicator="P0")
case("apostrophes.csv", csv_bytes([["Kode", "Kabupaten", "P0 2023"], ["'7501", "Boalemo", "'18.38"], ["'7571", "Kota Gorontalo", "'5.64"]]), ("7501", "2023", "", "p0", 18.38), rows=2)
case("continued.csv", csv_bytes([["Tabel 1. Persentase Penduduk Miskin, 2015-2018"], ["Provinsi", "2015", "2016"], ["Aceh", "17,1", "16,7"], ["Gorontalo", "18,3", "17,7"], ["Lanjutan Tabel 1"], ["Provinsi", "2017", "2018"], ["Aceh", "16,9", "15,9"], ["Gorontalo", "17,6", "16,8"]], ";"), ("7500", "2015", "", "miskin", 18.3), ("7500", "2018", "", "miskin", 16.8), rows=8)
case("tags.csv", csv_bytes([["Provinsi", "<b>P0</b>"], ["", "2023"], ["<b>ACEH</b>", "14.45<sup>1</sup>"], ["GORONTALO&nbsp;", "15.15"]]), ("1100", "2023", "", "p0", 14.45), ("7500", "2023", "", "p0", 15.15), rows=2)
case("years under a name.csv", csv_bytes([["Gorontalo", "P0"], ["2022", "15.42"], ["2023", "15.15"]]), ("@2022", "2022", "", "p0", 15.42), rows=2)
case("a year to come.xlsx", xlsx_bytes({"S": [["Kembali"], ["Gini Ratio Menurut Provinsi"], ["Provinsi", "Gini Ratio", None], [None, "Maret 2023", "September 2023"], ["Aceh", 0.296, None], ["Gorontalo", 0.417, None]]}), ("7500", "2023", "Maret", "gini", 0.417), ("7500", "2023", "September", "gini", "blank"), rows=4)
case("half years.csv", csv_bytes([["Tahun", "Penduduk Miskin (juta)", "", "Persentase", ""], ["", "Kota", "Desa", "Kota", "Desa"], ["1976", "10", "44.2", "38.8", "40.4"], ["1996 1)", "9.42", "24.6", "13.4", "19.8"], ["Maret 2007", "13.6", "23.6", "12.5", "20.4"], ["Sept 2013", "10.6", "17.9", "8.5", "14.4"]], ";"),
     ("1996 1)", "1996", "", "miskin =kota", 9.42), ("Maret 2007", "2007", "Maret", "persentase =desa", 20.4), ("Sept 2013", "2013", "September", "miskin =desa", 17.9), rows=16)
case("no label.csv", csv_bytes([["tahun", "kelompok", "jumlah"], ["", "", "281"], ["", "", "216"], ["2021", "60+", "172"], ["", "", "99"], ["2021", "Total", "5466"]]), ("60+", "2021", "", "jumlah", 172.0), ("Total", "2021", "", "", 5466.0), rows=5)
case("zero corner.csv", csv_bytes([["38 Province", ""], ["", "Youth Not in Education (Percent)"], ["0", "2025"], ["ACEH", "24.5"], ["GORONTALO", "23.9"]], ";"), ("7500", "2025", "", "youth", 23.9), rows=2, without=["range"])
case("kod_wil.csv", csv_bytes([["tahun_data", "kod_wil", "kab_kota", "indikator", "indeks"], ["2024", "3301", "Kabupaten Cilacap", "Rata-rata Lama Sekolah (tahun)", "7,4"], ["2024", "3376", "Kota Tegal", "Rata-rata Lama Sekolah (tahun)", "9,28"]], ";"), ("3301", "2024", "", "lama sekolah", 7.4), rows=2)
case("parts of codes.csv", csv_bytes([["Propinsi", "Kabupaten", "Kode", "Nama Kabupaten", "P0 2010"], ["32", "01", "3201", "Bogor", "12.110"], ["32", "71", "3271", "Bogor", "9.720"], ["34", "71", "3471", "Yogyakarta", "10.8"]]), ("3201", "2010", "", "p0", 12.11), ("3271", "2010", "", "p0", 9.72), rows=3, without=["code"])
case("tab.txt", csv_bytes([["", "Kabupaten/Kota", "P0 2023"], *[[i + 1, *r] for i, r in enumerate(six(AS))]], "\t"), ("7501", "2023", "", "p0", 18.38), rows=6)
case("year-like groups.csv", csv_bytes([["Pendidikan", "Jumlah Penganggur"], ["", "2023"], ["SD", "2012"], ["SMP", "1999"], ["SMA", "1850"], ["Diploma", "2001"]]), ("SD", "2023", "", "", 2012.0), ("Diploma", "2023", "", "", 2001.0), rows=4)
case("year-like across.csv", csv_bytes([["Jenis", "2021", "2022", "2023"], ["Puskesmas", "2012", "2010", "2009"], ["Posyandu", "1999", "2013", "2044"], ["Klinik", "85", "90", "2001"]]), ("Puskesmas", "2021", "", "", 2012.0), ("Posyandu", "2023", "", "", 2044.0), rows=9, indicator="Jumlah fasilitas")
case("year-like villages.csv", csv_bytes([["Kecamatan", "Jumlah KK"], ["Tilamuta", "2011"], ["Wonosari", "1987"], ["Mananggu", "3500"]]), ("Tilamuta", "2023", "", "kk", 2011.0), ("Wonosari", "2023", "", "kk", 1987.0), rows=3, year=2023)
case("bilingual heading.csv", csv_bytes([["Lapangan Usaha", "PDRB", ""], ["Industry", "2022", "2023"], ["Pertanian", "10.5", "11.5"], ["Industri", "1.5", "1.6"]]), ("Pertanian", "2022", "", "pdrb", 10.5), ("Industri", "2023", "", "pdrb", 1.6), rows=4)
case("sheets of regions.xlsx", xlsx_bytes({n: [["Tahun", "P0 (Persen)"], [2022, 18 + i], [2023, 17 + i]] for i, n in enumerate(["Boalemo", "Gorontalo", "Kota Gorontalo"])}), ("7501", "2022", "", "p0", 18.0), ("7502", "2023", "", "p0", 18.0), ("7571", "2023", "", "p0", 19.0), rows=6)
case("whole regency.csv", csv_bytes([["Tabel 3.1 Penduduk Menurut Kecamatan di Kabupaten Gorontalo, 2023", ""], ["Kecamatan", "Penduduk (ribu)"], ["1. Limboto", "53,1"], ["2. Telaga", "24,4"], ["Kabupaten Gorontalo", "402,6"]], ";"), ("7502", "2023", "", "penduduk", 402.6), ("1. Limboto", "2023", "", "", 53.1), rows=3)
case("groups below.csv", csv_bytes([["Kabupaten/Kota", "Jenis Kelamin", "2022", "2023"], ["Boalemo", "Laki-laki", "10.1", "11.1"], ["", "Perempuan", "10.2", "11.2"], ["Gorontalo", "Laki-laki", "20.1", "21.1"], ["", "Perempuan", "20.2", "21.2"]]), ("7501", "2022", "", "perempuan", 10.2), ("7502", "2023", "", "perempuan", 21.2), rows=8, indicator="TPT")
case("region headings.csv", csv_bytes([["Wilayah / Jenis Kelamin", "2022", "2023"], ["Boalemo", "", ""], ["Laki-laki", "10.1", "11.1"], ["Perempuan", "10.2", "11.2"], ["Gorontalo", "", ""], ["Laki-laki", "20.1", "21.1"], ["Perempuan", "20.2", "21.2"], ["Provinsi Gorontalo", "15.1", "16.1"]]),
     ("7501", "2022", "", "perempuan", 10.2), ("7502", "2023", "", "laki-laki", 21.1), ("7500", "2023", "", "", 16.1), rows=10, indicator="TPT")
case("letterhead.xlsx", xlsx_bytes({"S": [["BADAN PUSAT STATISTIK"], ["PROVINSI GORONTALO"], [], ["Persentase Penduduk Miskin Menurut Kabupaten/Kota, 2022-2023 (persen)"], ["No", "Kabupaten/Kota", 2022, 2023], *[[i + 1, *r] for i, r in enumerate(six(A, B))]]}), ("7501", "2022", "", "miskin", 18.38, "", "persen"), rows=12)
case("year titles.xlsx", xlsx_bytes({"S": [["Tahun 2021"], ["Kabupaten/Kota", "P0"], *six(A), [], ["Tahun 2022"], ["Kabupaten/Kota", "P0"], *six(B)]}), ("7501", "2021", "", "p0", 18.38), ("7571", "2022", "", "p0", 5.76), rows=12)
case("pandas.csv", csv_bytes([["38 Provinsi", "2015", "2015.1", "Unnamed: 3"], ["", "Maret", "September", "Tahunan"], ["ACEH", "17.08", "17.11", "-"], ["GORONTALO", "18.32", "18.16", "-"]]), ("7500", "2015", "September", "", 18.16), ("7500", "2015", "Tahunan", "", "-"), rows=6, indicator="P0")
case("lines in quotes.csv", b'"Provinsi,P0 2022,P0 2023"\r\n"ACEH,14.64,14.45"\r\n"GORONTALO,15.42,15.15"\r\n', ("7500", "2023", "", "p0", 15.15), rows=4)
case("labels of programs.csv", csv_bytes([["vervar_id", "vervar_label", "turvar_label", "tahun_label", "value"], ["7501", "Boalemo", "Tidak ada", "2023", "18.38"], ["7571", "Kota Gorontalo", "Tidak ada", "2023", "5.64"]]), ("7501", "2023", "", "", 18.38), rows=2, indicator="P0")
case("subtotals.csv", csv_bytes([["Kabupaten/Kota", "Penduduk Miskin (ribu) 2023"], *[[n, v] for n, v in zip(SIX[:5], ["32.85", "66.36", "30.02", "25.4", "20"], strict=True)], ["Jumlah Kabupaten", "174.63"], ["Kota Gorontalo", "12.1"], ["Rata-rata", "31.1"], ["Jumlah", "186.73"]]),
     ("Jumlah Kabupaten", "2023", "", "", 174.63), ("Rata-rata", "2023", "", "", 31.1), ("7500", "2023", "", "", 186.73), rows=9)
case("brackets.csv", csv_bytes([["Provinsi", "Laju Pertumbuhan 2020 (Persen)"], ["Aceh", "(0,37)"], ["Gorontalo", "(0,02)"], ["Sulawesi Tengah", "4,86"]], ";"), ("1100", "2020", "", "laju", "unreadable: (0,37)"), ("7200", "2020", "", "", 4.86), rows=3, findings=["unreadable"])
case("lost thousands.xlsx", xlsx_bytes({"S": [["Golongan Umur", "Penganggur 2023"], ["15-19", "1.045.299"], ["20-24", "2.278.376"], ["25-29", 607.437]]}), ("15-19", "2023", "", "", 1045299.0), rows=3, findings=["decimal"])
case("half-year heads.csv", csv_bytes([["Provinsi", "TW I 2023", "Smt II 2023", "Januari-Juni 2023", "Maros 23"], ["Aceh", "1.1", "1.2", "1.3", "1.4"], ["Gorontalo", "2.1", "2.2", "2.3", "2.4"]]), ("7500", "2023", "TW I", "", 2.1), ("7500", "2023", "Smt II", "", 2.2), ("7500", "2023", "Januari-Juni", "", 2.3), ("7500", "", "", "maros", 2.4), rows=8, indicator="P0")
case("quarters across.csv", csv_bytes([["Laju Pertumbuhan PDRB Triwulanan Menurut Provinsi (Persen)", "", "", "", "", ""], ["Provinsi", "2022", "", "2023", "", ""], ["", "I", "II", "I", "II", "Jumlah"], ["ACEH", "3,1", "4,3", "4,6", "4,3", "4,2"], ["GORONTALO", "3,2", "4,4", "4,1", "4,2", "4,5"]], ";"),
     ("7500", "2022", "Triwulan II", "laju =", 4.4), ("1100", "2023", "Triwulan I", "laju =", 4.6), ("7500", "2023", "", "jumlah", 4.5), rows=10)
case("numerals without a word.csv", csv_bytes([["Kabupaten/Kota", "I", "II"], ["Boalemo", "3,1", "4,3"], ["Gorontalo", "3,2", "4,4"]], ";"), ("7501", "2023", "", "ii", 4.3), ("7502", "2023", "", "ii", 4.4), rows=4, year=2023)
case("a number without end.csv", csv_bytes([["No", "Kabupaten/Kota", "P0 2023"], ["1", "Boalemo", "18.38"], ["9" * 400, "Pohuwato", "17.91"]]), ("7503", "2023", "", "p0", 17.91))
case("a figure without end.csv", csv_bytes([["Kabupaten/Kota", "P0 2023"], ["Boalemo", "18.38"], ["Pohuwato", "9" * 400]]), ("7501", "2023", "", "p0", 18.38), ("7503", "2023", "", "p0", "unreadable: " + "9" * 400), rows=2, findings=["unreadable"])
# ---- publications: the number of the table in a cell of its own, row numbers beside names, continued sheets
case("beside number.xlsx", xlsx_bytes({"4.1.2": [["Tabel", "4.1.2", "Angkatan Kerja Menurut Kabupaten/Kota dan Jenis Kelamin di Provinsi Gorontalo, Agustus 2023"], ["Table", None, "Economically Active by Regency/Municipality and Sex in Gorontalo, August 2023"], [], ["Kabupaten/Kota\nRegency/Municipality", None, None, "Laki-Laki\nMale", "Jumlah\nTotal"], ["(1)", None, None, "(2)", "(3)"], ["Kabupaten/Regency"], *[[f"{i + 1}.", n, None, 100 + i, 200 + i] for i, n in enumerate(SIX[:5])], ["Kota/Municipality"], ["1.", "Gorontalo", None, 105, 205], ["Gorontalo", None, None, 615, 1215]]}, ["A4:C4", "A5:C5"]),
     ("7502", "2023", "Agustus", "angkatan male", 101), ("7571", "2023", "Agustus", "male", 105), ("7500", "2023", "Agustus", "total", 1215), rows=14, without=["repeated", "region"])
case("title beside number.xlsx", xlsx_bytes({"S": [["Tabel 3.1.1", "Penduduk Menurut Kecamatan di Kabupaten Boalemo, 2023"], [None, "Population by Subdistrict in Boalemo, 2023"], ["Kecamatan", "Penduduk (ribu)"], ["Mananggu", "16,54"], ["Tilamuta", "33,21"], ["Boalemo", "49,75"]]}), ("7501", "2023", "", "penduduk", 49.75), rows=3)
case("number of a table.xlsx", xlsx_bytes({"S": [["Tabel", 4.1, "Persentase Penduduk Miskin Menurut Kabupaten/Kota, 2023"], ["Kabupaten/Kota", None, "Persen"], *[[n, None, a] for n, a in zip(SIX, A, strict=True)]]}), ("7501", "2023", "", "miskin", 18.38), rows=6)
case("row numbers.xlsx", xlsx_bytes({"S": [["Jumlah Desa dan Kelurahan Menurut Kabupaten/Kota, 2022"], ["Kabupaten/Kota", None, "Desa", "Kelurahan"], ["Kabupaten"], *[[i + 1, n, 82 + i, 3] for i, n in enumerate(SIX[:5])], ["Kota"], [1, "Gorontalo", None, 50], ["Jumlah", None, 420, 65]]}, ["A2:B2", "A11:B11"]),
     ("7502", "2022", "", "=kelurahan", 3), ("7571", "2022", "", "=kelurahan", 50), ("7500", "2022", "", "=desa", 420), rows=14, without=["unreadable"])
case("continued sheet.xlsx", xlsx_bytes({"4.1": [["Tabel 4.1 Produksi Padi Menurut Kabupaten/Kota (ton), 2021-2024"], ["Kabupaten/Kota", "2021", "2022"], *six([1] * 6, [2] * 6)], "4.1 (2)": [["Lanjutan Tabel/Continued Table 4.1"], ["Kabupaten/Kota", "2023", "2024"], *six([3] * 6, [4] * 6)]}),
     ("7502", "2024", "", "produksi padi", 4), ("7571", "2021", "", "produksi padi", 1), rows=24, without=["contradiction"])
case("years under groups.xlsx", xlsx_bytes({"S": [["Rata-rata Lama Sekolah Menurut Jenis Kelamin dan Kabupaten/Kota (tahun)"], ["Jenis Kelamin / Tahun", *SIX], ["Laki-laki"], [2021, 6, 6.1, 6.2, 6.3, 6.4, 6.5], [2022, 7, 7.1, 7.2, 7.3, 7.4, 7.5], ["Perempuan"], [2021, 8, 8.1, 8.2, 8.3, 8.4, 8.5], [2022, 9, 9.1, 9.2, 9.3, 9.4, 9.5]]}),
     ("7502", "2021", "", "laki-laki", 6.1), ("7571", "2022", "", "perempuan", 9.5), rows=24, without=["range", "unreadable"])
case("spacers.xlsx", xlsx_bytes({"S": [["Kabupaten/Kota", "P1", None, None, "P2", None, None], [None, "2021", None, "2022", "2021", None, "2022"], *[[n, 3, None, 3.1, 0.8, None, 0.9] for n in SIX]]}),
     ("7501", "2022", "", "p1", 3.1), ("7502", "2022", "", "p2", 0.9), rows=24, without=["repeated"])
case("month in the title.xlsx", xlsx_bytes({"S": [["Persentase Penduduk Miskin Menurut Kabupaten/Kota, Maret 2024"], ["Kabupaten/Kota", "Persen"], *six(A)]}), ("7501", "2024", "Maret", "miskin", 18.38), rows=6)
case("months in the title.xlsx", xlsx_bytes({"S": [["TPT Menurut Kabupaten/Kota, Februari dan Agustus 2024"], ["Kabupaten/Kota", "Persen"], *six(A)]}), ("7501", "2024", "", "tpt", 18.38), rows=6)
case("small stream.xls", xls_bytes({"P0": [["Kabupaten/Kota", 2022, 2023], ["Boalemo", 18.9, 18.4], ["Pohuwato", 17.9, None]]}, small=True), ("7501", "2023", "", "", 18.4), ("7503", "2022", "", "", 17.9), rows=4, indicator="P0")
case("counts in even steps.csv", csv_bytes([["Kabupaten/Kota", "SD", "SMP", "SMA"], ["Boalemo", "2010", "2011", "2012"], ["Pohuwato", "2500", "1300", "900"], ["Bone Bolango", "1990", "1980", "1970"], ["Gorontalo Utara", "2001", "2002", "2003"]]),
     ("7501", "2023", "", "smp", 2011), ("7504", "2023", "", "sma", 1970), ("7505", "2023", "", "sd", 2001), rows=12, year=2023)
case("years under the name of what follows.csv", csv_bytes([["Kabupaten/Kota", "2010", "2011", "2012"], ["Boalemo", "1.5", "1.6", "1.7"], ["Pohuwato", "2.5", "2.6", "2.7"], ["Gorontalo", "2013", "2014", "2015"], ["Boalemo", "3.5", "3.6", "3.7"], ["Pohuwato", "4.5", "4.6", "4.7"]]),
     ("7501", "2011", "", "", 1.6), ("7503", "2015", "", "", 4.7), rows=12, indicator="P0")
case("a city with a count like a year.csv", csv_bytes([["Kabupaten/Kota", "SD", "SMP"], ["Kab. Boalemo", "1500", "1980"], ["Kota Gorontalo", "2012", "2020"], ["Kab. Pohuwato", "1800", "500"], ["Provinsi Gorontalo", "2000", "1999"]]),
     ("7571", "2023", "", "sd", 2012), ("7503", "2023", "", "sd", 1800), ("7500", "2023", "", "smp", 1999), rows=8, year=2023)
case("numbered counts like years.csv", csv_bytes([["Jumlah Desa Menurut Kabupaten/Kota, 2016", "", ""], ["Kabupaten/Kota", "", "Desa"], *[[f"{i + 1}.", n, str(2058 - 7 * i)] for i, n in enumerate(SIX)], ["Gorontalo", "", "12247"]]),
     ("7501", "2016", "", "desa", 2058), ("7571", "2016", "", "desa", 2023), ("7500", "2016", "", "desa", 12247), rows=7)
case("year and province first.csv", csv_bytes([["Tahun", "Provinsi", "Kabupaten/Kota", "Jumlah Guru"], ["2021", "Gorontalo", "Boalemo", "1947"], ["2021", "Gorontalo", "Gorontalo", "2025"], ["2021", "Gorontalo", "Pohuwato", "1712"]]), ("7501", "2021", "", "guru", 1947), ("7502", "2021", "", "guru", 2025), rows=3)
case("for whom.csv", csv_bytes([["Tingkat Pengangguran Terbuka Menurut Kabupaten/Kota dan Jenis Kelamin", "", ""], ["Kabupaten/Kota", "2022", "2023"], ["Laki-laki", "", ""], *six(AS, BS), ["Perempuan", "", ""], *six(BS, AS)]), ("7502", "2022", "", "pengangguran perempuan", 17.07), ("7571", "2023", "", "pengangguran laki-laki", 5.76), rows=24)
case("bengkulu.csv", csv_bytes([["Wilayah", "P0 2023"], ["Bengkulu", "14.04"], ["Bengkulu Selatan", "18.1"], ["Kota Bengkulu", "13.9"], ["Gorontalo", "15.15"], ["Boalemo", "18.38"], ["Gorontalo", "17.48"], ["Kota Gorontalo", "5.64"]]), ("1700", "2023", "", "", 14.04), ("1771", "2023", "", "", 13.9), ("7500", "2023", "", "", 15.15), ("7502", "2023", "", "", 17.48), rows=7)
case("rupiah.csv", csv_bytes([["Kabupaten/Kota", "Garis Kemiskinan 2023"], ["Boalemo", "Rp 401.233,-"], ["Pohuwato", "Rp410.002"]], ";"), ("7501", "2023", "", "garis", 401233), ("7503", "2023", "", "", 410002), rows=2)
case("two in one.csv", csv_bytes([["Provinsi", "Garis Kemiskinan 2022"], ["Aceh", "3.85e5e"], ["Gorontalo", "411906"], ["Bali", "4.1e5"]]), ("1100", "2022", "", "garis", "unreadable: 3.85e5e"), ("5100", "2022", "", "", 410000), rows=3, findings=["unreadable"])
case("changes.csv", csv_bytes([["Rumah Tangga Usaha Pertanian, 2023", "", "", ""], ["Kabupaten/Kota", "Rumah Tangga", "Perubahan", ""], ["", "", "Absolut", "%"], ["Boalemo", "24567", "434", "1,77"], ["Gorontalo", "55012", "-22", "-0,04"]], ";"), ("7502", "2023", "", "perubahan %", -0.04, "", "persen"), rows=6, without=["range"])
# fmt: on


@pytest.mark.parametrize("key", CASES)
def test_it_is_read(key, tmp_path):
    name, data, want, findings, without, rows, options = CASES[key]
    (tmp_path / name).write_bytes(data)
    reading = bps_files.examine(tmp_path / name, **options)
    frame = reading.rows
    said = (frame["indicator"] + " | " + frame["dimension"]).str.casefold()
    for who, period, part, words, value, *status in want:
        here = frame[(frame["region_code"] == who) if who.isdigit() else (frame["region_label"] == who.lstrip("@"))]
        here = here[(here["period"] == period) & (here["subperiod"] == part)]
        here = here[
            [
                all(w in said[i] if w[0] != "=" else said[i].endswith(f"| {w[1:]}") for w in words.split())
                for i in here.index
            ]
        ]
        assert len(here) == 1, (who, period, part, words, here)
        row = here.iloc[0]
        if isinstance(value, str):
            assert pd.isna(row["value"])
            assert row["flag"] == value
        else:
            assert row["value"] == value, (who, period, part, words)
            assert row["flag"] == ""
        if status:
            assert [row["status"], row["unit"]][: len(status)] == status
    kinds = {f["kind"] for f in reading.findings}
    assert set(findings) <= kinds, reading.findings
    assert not set(without) & kinds, reading.findings
    assert rows is None or len(frame) == rows, len(frame)


def test_formulas_without_results_are_told(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Kabupaten/Kota", 2023, 2024], ["Boalemo", 18.38, "=B2-0.4"], ["Pohuwato", 17.02, "=B3-0.3"]):
        book.active.append(row)
    book.save(tmp_path / "p0.xlsx")
    reading = bps_files.examine(tmp_path / "p0.xlsx")
    assert reading.rows["value"].notna().sum() == 2
    (said,) = [f for f in reading.findings if f["kind"] == "formula"]
    assert said["place"] == "C2"
    assert said["message"].startswith(
        "2 formulas have no stored result and read as blank: open the file in a spreadsheet"
    )


@pytest.mark.parametrize("text", ["1e999", "INF", "-1E+400"])
def test_a_number_without_an_end_is_no_figure(text, tmp_path):
    book = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="P0"><Table>{}</Table></Worksheet></Workbook>'
    )
    rows = (["Kabupaten/Kota", 2022, 2023], ["Boalemo", text, 18.3], ["Pohuwato", 17.2, 17.1])
    cells = [
        [f'<Cell><Data ss:Type="{"Number" if j else "String"}">{c}</Data></Cell>' for j, c in enumerate(r)]
        for r in rows
    ]
    (tmp_path / "p0.xls").write_text(book.format("".join(f"<Row>{''.join(r)}</Row>" for r in cells)))
    reading = bps_files.examine(tmp_path / "p0.xls", indicator="P0")
    assert reading.rows["value"].tolist()[1:] == [17.2, 18.3, 17.1]
    assert reading.rows["flag"][0] in ("unreadable: inf", "unreadable: -inf")
    assert [(f["kind"], f["place"]) for f in reading.findings] == [("unreadable", "P0 B2")]


@pytest.mark.parametrize("where", ['ss:Index="²"', f'ss:Index="{"9" * 5_000}"', 'ss:MergeAcross="¹"'])
def test_places_of_a_workbook_that_are_no_numbers(where, tmp_path):
    rows = ["<Cell><Data>Kabupaten/Kota</Data></Cell><Cell><Data>2023</Data></Cell>"]
    rows.append(f"<Cell><Data>Boalemo</Data></Cell><Cell {where}><Data>18.3</Data></Cell>")
    (tmp_path / "p0.xls").write_text(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="P0"><Table>'
        + "".join(f"<Row>{r}</Row>" for r in rows) + "</Table></Worksheet></Workbook>"
    )  # fmt: skip
    assert bps_files.read(tmp_path / "p0.xls", indicator="P0")["value"].tolist() == [18.3]


def test_figures_of_thousands_of_digits(tmp_path):
    rows = [["Kabupaten/Kota", "Bulan", "Jumlah"], ["Boalemo", "²", "1.234"], ["Pohuwato", "9" * 5_000, "9" * 5_000],
            ["Gorontalo", "3", "12"], ["Bone Bolango", "4", "840"], ["Gorontalo Utara", "5", "77"]]  # fmt: skip
    (tmp_path / "a.csv").write_bytes(csv_bytes(rows, ";"))
    with pytest.raises(UcjError, match="does not say whether '1.234' is 1.234 or 1234"):
        bps_files.read(tmp_path / "a.csv")
    read = bps_files.read(tmp_path / "a.csv", indicator="Jumlah penduduk miskin (jiwa)")
    assert read["value"].max() < 1e5


def test_columns_are_named_as_a_spreadsheet_names_them():
    from ucj_analysis.loaders.bps_bytes import column_letters

    assert [column_letters(j) for j in range(18_278)] == [
        openpyxl.utils.get_column_letter(j + 1) for j in range(18_278)
    ]


def test_lines_in_quotes_stand_in_the_rows_of_the_file_whatever_ends_them(tmp_path):
    for end in ("\n", "\r\n", "\r\r\n", "\r"):
        path = tmp_path / "a.csv"
        path.write_bytes(
            end.join(['"Provinsi,P0 2022,P0 2023"', '"ACEH,14.64,14.45"', '"GORONTALO,15.42,15.15"', ""]).encode()
        )
        assert list(bps_files.read(path)["cell"]) == ["B2", "B3", "C2", "C3"]
