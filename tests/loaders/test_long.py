"""Long tables read column by column give what the reader of grids gives, whatever they hold; other files are left to it."""

import itertools
import random
from pathlib import Path

import fuzz
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucj_analysis import regions
from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_files, bps_long, bps_numbers

HEADS = {
    "indicator": ["nama_variabel", "Indikator", "kategori"],
    "year": ["nama_tahun", "Tahun", "periode", "tahun_label", "Angka"],
    "region": ["nama_wilayah", "Kabupaten/Kota", "nama_item_vertical_variabel", "Wilayah", "Kota", "Kecamatan", "Tahun"],
    "value": ["data_content", "nilai", "Garis Kemiskinan (Rp)", "Jumlah (Ribu)", "Gini 2019", "2021"],
    "group": ["nama_variabel_turunan", "Jenis Kelamin", "Status"],
    "part": ["nama_turunan_tahun", "Bulan", "Triwulan"],
    "unit": ["Satuan"], "number": ["No"], "code": ["kode"],
}  # fmt: skip
SAID = {
    "indicator": [["Indeks Kedalaman Kemiskinan (P1) Menurut Kabupaten/Kota"], ["P0", "P1"], ["Gini"],
                  ["Persentase Penduduk Miskin (Persen)", "Garis Kemiskinan (Rupiah)"], ["Penduduk Miskin 2021"]],
    "year": [["2023"], ["2022", "2023"], ["2019/2020", "2020/2021"], ["2022*", "2021"], ["Maret 2021", "September 2021"],
             ["2021-01", "2021-02"]],
    "part": [["Tahun"], ["Maret", "September"], ["1", "2"], ["I", "II", "III"], ["Semester 1 (Maret)"]],
    "group": [["Tidak Ada"], ["Laki-laki", "Perempuan"], ["Laki-laki", "Perempuan", "Jumlah"], ["15-24", "25+"], ["-"]],
    "unit": [["Persen"], ["Ribu Jiwa"]],
}  # fmt: skip
FIGURES = [
    lambda x: f"{40 * x:.2f}", lambda x: f"{40 * x:.2f}".replace(".", ","), lambda x: f"{99 * x:.0f}", lambda x: f"{x:.3f}",
    lambda x: f"{9e6 * x:,.0f}".replace(",", "."), lambda x: f"{9000 * x:.0f}", lambda x: f"{40 * x - 20:.1f}",
    lambda x: str(round(3000 * x) if x > 0.5 else round(40 * x, 1)), lambda x: f"{9 * x:.2f}" + "*" * (x > 0.7), lambda x: f"{9 * x:.1f}".replace(".", "," if x > 0.5 else "."),
]  # fmt: skip


def long_table(rng, odds=0.5):
    """Bytes of a table with a row for each figure; most as BPS's sites write them, ``odds`` of them with whatever makes rows unlike."""
    odd = rng.random() < odds
    pick = rng.choice if odd else lambda choices: choices[rng.randrange(min(2, len(choices)))]
    columns = [c for c, odds in (("indicator", 0.8), ("year", 0.9), ("region", 0.97), ("group", 0.3), ("part", 0.2), ("unit", 0.3))
               if rng.random() < odds]  # fmt: skip
    columns += rng.choice([["value"], ["value"], ["value", "number"], ["code", "value"]]) if odd else ["value"]
    if odd and rng.random() < 0.5:
        rng.shuffle(columns)
    some = rng.sample([p.code for p in regions.children("0000")], 4)
    units = [r for p in some for r in (regions.get(p), *regions.children(p))]
    labels = [r.name.upper() if r.level == "province" else r.name for r in units]
    labels += pick([[], [], ["INDONESIA"], ["Jumlah"], ["Wakanda"], ["Sumber: BPS"]])
    figure, marks = pick(FIGURES), pick([[], ["-"], ["...", "NA"], ["0"], [""]])
    said = {k: pick(v) for k, v in SAID.items()}
    keys = ["indicator", "year", "part", "group"]
    runs = list(itertools.product(*(said[k] if k in columns else said[k][:1] for k in keys)))[
        : rng.choice([1, 2, 4, 8])
    ]
    rows = []
    for run in runs + runs[:1] * (odd and rng.random() < 0.1):
        row = dict(zip(keys, run, strict=True)) | {"unit": said["unit"][0], "code": "7501"}
        for label in labels:
            value = rng.choice(marks) if marks and rng.random() < 0.1 else figure(rng.random())
            row |= {"region": label, "value": value, "number": str(len(rows) + 1)}
            rows.append([row[c] for c in columns])
    if odd and rng.random() < 0.2:
        rng.shuffle(rows)
    if odd and rng.random() < 0.2:
        rows[rng.randrange(len(rows))][rng.randrange(len(columns))] = rng.choice(
            ["", "2020", "Catatan", "a  b", "<b>x</b>", "é"]
        )
    quote = rng.choice([str, str, lambda c: f'"{c}"' if " " in c else c])
    sep, end = rng.choice(";;,\t" if odd else ";\t"), rng.choice(["\n", "\r\n", "\r"])
    lines = [sep.join(map(quote, r)) for r in [[pick(HEADS[c]) for c in columns], *rows]]
    if odd and rng.random() < 0.2:
        lines.insert(rng.choice([0, 1, len(lines)]), rng.choice(["", "Tabel 1. Kemiskinan 2022", "Sumber: BPS"]))
    return (rng.choice(["", "\ufeff", "  \ufeff"]) + end.join(lines) + rng.choice(["", end, end * 2])).encode()


def outcome(path, **said):
    try:
        return bps_files.examine(path, **said)
    except UcjError as error:
        return str(error)


def compare(path, monkeypatch, **said):
    """Read a file both ways, hold one against the other, and tell whether it was read column by column."""
    made = []
    true = bps_files._LongReader.long
    with monkeypatch.context() as patched:
        patched.setattr(bps_long, "MIN_BYTES", 0)
        patched.setattr(bps_files._LongReader, "long", lambda *a: made.append(true(*a)) or made[-1])
        fast = outcome(path, **said)
        patched.setattr(bps_long, "table", lambda path: None)
        slow = outcome(path, **said)
    assert type(fast) is type(slow), (fast, slow)
    if isinstance(slow, str):
        assert fast == slow
    else:
        pd.testing.assert_frame_equal(fast.rows, slow.rows)
        assert (fast.findings, fast.titles, fast.notes, fast.format) == (
            slow.findings,
            slow.titles,
            slow.notes,
            slow.format,
        )
    return bool(made) and made[-1] is not None


def test_long_tables_are_read_to_the_same_rows_both_ways(tmp_path, monkeypatch):
    by_column = 0
    for seed in range(250):
        rng = random.Random(seed)
        path = tmp_path / rng.choice(["tabel.csv", "p0_2022.csv", "kemiskinan_2015-2023.csv"])
        path.write_bytes(long_table(rng))
        said = (
            {"within": "75"}
            if seed % 9 == 0
            else {"year": 2023}
            if seed % 11 == 0
            else {"indicator": "P0"}
            if seed % 7 == 0
            else {}
        )
        by_column += compare(path, monkeypatch, **said)
    assert 50 < by_column < 200


def test_damaged_long_tables_are_read_the_same_both_ways(tmp_path, monkeypatch):
    path, by_column = tmp_path / "tabel.csv", 0
    for seed in range(150):
        rng = random.Random(seed)
        path.write_bytes(
            fuzz.mutate(rng, long_table(rng, 0.1), rng.choice([w for w in fuzz.WAYS if w != "swell"])) or b"\n"
        )
        by_column += compare(path, monkeypatch)
    assert by_column > 10


@pytest.mark.parametrize(
    "row",
    ["Sumber: BPS;2023;1.5", "Catatan: sementara;2023;1.5", "Tabel 3;2023;1.5", "Boalemo;Catatan;1.5", "Boalemo;2023;1950", "Boalemo;2023;x",
     "Boalemo;2023;1.500", "Boalemo;2023;1,5", "Boalemo;;1.5", "1. Boalemo;2023;1.5", "Boalemo 1);2023;1.5", "7502 Boalemo;2023;1.5"],
)  # fmt: skip
def test_one_row_unlike_the_others(row, tmp_path, monkeypatch):
    names = ["GORONTALO", "Pohuwato", "Bone Bolango", "Gorontalo Utara", "Kota Gorontalo"]
    path = tmp_path / "tabel.csv"
    for at in range(len(names)):
        rows = [f"{n};2023;{i + 2}.{i}" for i, n in enumerate(names)]
        path.write_text("\n".join(["Kabupaten/Kota;Tahun;Nilai", *rows[:at], row, *rows[at:]]))
        compare(path, monkeypatch)


def test_a_heading_whose_quote_stays_open(tmp_path, monkeypatch):
    path = tmp_path / "tabel.csv"
    path.write_text('Kabupaten/Kota;Tahun;"Nilai\nBoalemo;2023;1.5\nPohuwato;2023;1.6\n')
    assert not compare(path, monkeypatch)


@pytest.mark.parametrize("indicator", ["P1", "P2"])
def test_groups_that_do_not_all_meet(indicator, tmp_path, monkeypatch):
    names = ["GORONTALO", "Boalemo", "Pohuwato", "KALIMANTAN SELATAN", "Tanah Laut", "Banjar", "ACEH", "Simeulue"]
    path = tmp_path / "tabel.csv"
    for at in range(len(names)):  # one row of one year has an indicator of its own
        rows = [
            f"{indicator if (i, year) == (at, 2022) else 'P1'};{n};{year};{i + 2}.{i}"
            for year in (2023, 2022)
            for i, n in enumerate(names)
        ]
        path.write_text("\n".join(["Indikator;Kabupaten/Kota;Tahun;Nilai", *rows]))
        assert compare(path, monkeypatch)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=40))
def test_groups_are_the_rows_that_hold_the_same(rows):
    columns = []
    for cells in zip(*rows, strict=True):
        values = tuple(dict.fromkeys(cells))
        columns.append(bps_long.Coded(values, np.array([values.index(c) for c in cells], dtype=np.int32)))
    order, ends = bps_long.groups(columns, len(rows))
    order = range(len(rows)) if order is None else order.tolist()
    made = [[int(i) for i in order[a:b]] for a, b in zip([0, *ends], ends, strict=False)]
    true = {r: [i for i, x in enumerate(rows) if x == r] for r in rows}
    assert sorted(made) == sorted(
        true.values() if len(true) <= len(rows) / 2 or len(true) == 1 else [list(range(len(rows)))]
    )
    assert bps_long.once(columns, len(rows)) == (len(true) == len(rows))
    both = bps_long.joined(columns, tuple, len(rows))
    assert [both[i] for i in range(len(rows))] == rows


@pytest.mark.parametrize("size", [9, 90])
def test_figures_that_leave_no_choice_are_read_as_one_by_one(size, monkeypatch):
    rng = random.Random(1)
    for _ in range(300):
        style = rng.choice(["{:.2f}", "{:.1f}", "{:.0f}", "-{:.2f}"]).format
        cells = [
            rng.choice(["-", "NA", "..."]) if rng.random() < 0.1 else style(99 * rng.random()) for _ in range(size)
        ]
        cells = [c.replace(".", ",") if rng.random() < 0.9 else c for c in cells] if rng.random() < 0.5 else cells
        for decimal in (None, ".", ","):
            both = []
            for slow in (False, True):
                with monkeypatch.context() as patched:
                    if slow:
                        patched.setattr(bps_numbers, "plain", lambda cells, held=None: None)
                    c = bps_numbers.Column(cells)
                    both.append(
                        (c.decimal, c.open_, c.clash, c.mixed, str(c.read(decimal).values), c.flags, c.statuses)
                    )
            assert both[0] == both[1], (cells, decimal)


@pytest.mark.parametrize("name", ["h12_p1_tidy_2022_2023.csv", "h13_p1p2_cr_newlines.csv"])
def test_the_long_tables_of_bps_are_read_column_by_column(name, reference, monkeypatch):
    assert compare(Path(reference) / "bps_samples" / name, monkeypatch)


def test_tidy_rows_are_no_long_table(reference, tmp_path):
    rows = bps_files.read(reference / "bps_samples" / "h12_p1_tidy_2022_2023.csv")
    path = tmp_path / "rows.csv"
    rows.replace("", "x").to_csv(path, index=False)  # no blank cell either
    assert path.stat().st_size > bps_long.MIN_BYTES
    assert bps_long.table(path) is None
    assert bps_files.examine(path).format == "tidy rows"


def test_a_small_table_and_a_missing_one_are_left_to_the_reader_of_grids(tmp_path):
    small = tmp_path / "a.csv"
    small.write_bytes(b"Wilayah;Tahun;Nilai\nBoalemo;2023;18.38\n")
    assert bps_long.table(small) is None
    assert bps_long.table(tmp_path / "no.csv") is None
