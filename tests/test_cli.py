"""The command line: text, json, csv, exit status, one sentence for bad input, no traceback."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
from constants import CODES

from ucj_analysis import cli


@pytest.fixture
def ucj(capsys):
    """Run a command in this process: (status, stdout, stderr)."""

    def run(*arguments):
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return status, captured.out, captured.err

    return run


def test_every_command_shows_an_example(ucj):
    _, out, _ = ucj("--help")
    commands = [c.name or c.callback.__name__ for c in cli.app.registered_commands]
    assert {
        "lab",
        "tables",
        "table",
        "regions",
        "coverage",
        "poverty",
        "extreme",
        "budget",
        "read",
        "briefs",
        "doctor",
    } <= set(commands)
    for command in commands:
        status, out, _ = ucj(command, "--help")
        assert status == 0
        assert f"Example: ucj {command}" in out


EXAMPLES = [
    ("tables",), ("table", "conflicts", "--region", "7504"), ("regions", "Gorut", "BONEBOL", "--within", "75"),
    ("coverage", "--region", "Bone Bolango", "--target", "75"), ("poverty", "--indicator", "P0", "--from", "2021", "--to", "2025"),
    ("extreme", "--region", "Bone Bolango", "--year", "2025"), ("doctor",),
    ("budget", "--region", "Bone Bolango", "--target", "0.8", "--year", "2029"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", EXAMPLES, ids=lambda a: a[0])
def test_examples_work_in_all_three_forms(ucj, arguments):
    status, text, _ = ucj(*arguments)
    assert status == 0
    assert len(text.splitlines()) > 2
    status, text, _ = ucj(*arguments, "--format", "json")
    records = json.loads(text)
    assert status == 0
    status, text, _ = ucj(*arguments, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(records) > 0
    assert list(rows[0]) == list(records[0])


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("nonsense",), 2, "No such command 'nonsense'"),
        (("table",), 2, "Missing argument"),
        (("table", "nonsense"), 1, "no table 'nonsense': the data package has regions"),
        (("table", "events", "--indicator", "P0"), 1, "the table events has no indicators"),
        (("table", "poverty", "--indicator", "P7"), 1, "no indicator 'P7' among these rows; there is P0"),
        (("regions", "Atlantis"), 1, "'Atlantis' is no region known here"),
        (("regions", "7501"), 1, "Kabupaten Boalemo (BPS) or Kabupaten Gorontalo (Kemendagri)"),
        (("regions", "Gorontalo"), 1, "can mean Provinsi Gorontalo (7500)"),
        (("coverage", "--region", "Surabaya"), 1, "the data package covers Gorontalo (75)"),
        (("coverage", "--target", "0.0"), 1, "write 80 for 80 percent"),
        (("coverage", "--from", "2021-12"), 2, "give both dates"),
        (("coverage", "--from", "2021-12", "--to", "2025-12"), 1, "+25.6 from participants"),
        (
            ("coverage", "--from", "2020-01", "--to", "2025-12"),
            1,
            "no reported UCJ of Provinsi Gorontalo (7500) for 2020-01",
        ),
        (("poverty", "--indicator", "P9"), 2, "expected one of P0, P1, P2, poor, poverty_line"),
        (("poverty", "--from", "2015", "--to", "2025"), 1, "follow two definitions"),
        (("poverty", "--year", "1999"), 1, "the table has 2004 to 2025"),
        (("extreme", "--from", "2023", "--to", "2025"), 1, "two bases"),
        (("extreme", "--year", "2010"), 1, "no estimates for 2010: there is 2015 to 2025"),
        (("extreme", "--from", "2022"), 2, "give both years"),
        (("read", "nothing.csv"), 1, "nothing.csv is no file"),
        (("budget", "--region", "7503", "--target", "80", "--year", "2029"), 1, "use --base informal"),
        (
            ("budget", "--region", "7504", "--target", "0.5", "--year", "2029"),
            1,
            "at or below today's coverage of 65.2 percent",
        ),
        (("briefs", "--region", "7599"), 1, "'7599' is no BPS code"),
        (("briefs", "--lang", "jv"), 2, "jv"),
    ],
)
def test_bad_input_is_one_sentence(ucj, arguments, status, message):
    got, out, err = ucj(*arguments)
    assert got == status
    assert message in err
    assert err.startswith("ucj: ")
    assert len(err.strip().splitlines()) == 1
    assert out == ""


def test_coverage_json_against_the_table(ucj):
    _, text, _ = ucj("coverage", "--format", "json")
    records = json.loads(text)
    assert {r["region_code"] for r in records} == set(CODES)
    ucj_now = {
        r["region_code"]: (r["value"], r["lower"], r["upper"])
        for r in records
        if r["measure"] == "reported_ucj" and r["segment"] == "all"
    }
    assert ucj_now["7504"] == (65.24, 65.24, 65.24)
    assert ucj_now["7501"] == (50, 0, 50)
    assert all(r["rows"] and r["sources"] and r["period"] for r in records)
    village = [
        r for r in records if r["funding"] == "APBDes" and r["region_code"] == "7504" and r["measure"] == "by_payer"
    ]
    assert {r["status"] for r in village} == {"planned", "lapsed"}


def test_poverty_json(ucj):
    _, text, _ = ucj("poverty", "--region", "Gorut", "--format", "json")
    by = {r["indicator"]: r for r in json.loads(text)}
    assert by["P0"]["value"] == 15.89
    assert (by["P0"]["rank"], by["P0"]["of"]) == (5, 6)
    assert by["P0"]["gap_to_province"] == pytest.approx(2.65)
    assert set(by) == {"P0", "P1", "P2", "poor", "poverty_line"}


def test_damaged_data_reaches_the_user_as_one_sentence(root, tmp_path):
    shutil.copytree(root / "data", tmp_path / "data")
    path = tmp_path / "data/bps/poverty.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("13.16,13.16,13.16", "13.61,13.61,13.61"), encoding="utf-8"
    )
    done = run("poverty", env={"UCJ_DATA": str(tmp_path / "data")})
    assert done.returncode == 1
    assert "row 594, field value: '13.61' where '13.16' was sealed" in done.stderr
    assert "Traceback" not in done.stderr
    doctor = run("doctor", env={"UCJ_DATA": str(tmp_path / "data")})
    assert doctor.returncode == 1
    assert "wrong" in doctor.stdout


def run(*arguments, env=None, **more):
    return subprocess.run(
        [sys.executable, "-m", "ucj_analysis.cli", *arguments],
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        **more,
    )


def test_briefs_say_where_and_how_long(tmp_path):
    done = run("briefs", "--region", "7504", "--lang", "id", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^\[1 done, 0 failed, 0 left, [\d.]+ a second\] Kabupaten Bone Bolango \(id\)$", done.stderr, re.M
    )
    assert done.stdout.startswith("1 of 1 files in ")
    assert str(tmp_path / "out" / "index.html") in done.stdout
    assert (tmp_path / "out/briefs/7504-bone-bolango.id.html").is_file()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_build_leaves_earlier_briefs_whole(tmp_path, how):
    command = ["briefs", "--province", "75", "--no-notebooks", "--out", str(tmp_path)]
    first = run(*command)
    assert first.returncode == 0, first.stderr
    before = {p: p.read_bytes() for p in tmp_path.rglob("*.html")}
    assert len(before) == 16
    process = subprocess.Popen(
        [sys.executable, "-m", "ucj_analysis.cli", *command], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        # what runs in the background of a shell ignores Ctrl-C, and so would its children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    process.stderr.readline()  # the first brief is written
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in err
    after = {p: p.read_bytes() for p in tmp_path.rglob("*.html")}
    assert after == before  # the same data give the same bytes, so every file is the old one or the same new one


def test_extreme_json_says_estimate_interval_and_official(ucj):
    _, text, _ = ucj("extreme", "--year", "2022", "--format", "json")
    by = {r["region_code"]: r for r in json.loads(text)}
    assert set(by) == set(CODES)
    assert by["7500"]["rate"] == pytest.approx(4.28)
    assert (by["7503"]["official"], by["7503"]["raked"]) == (4.91, True)
    for r in by.values():
        assert 0 <= r["lower95"] <= r["lower80"] <= r["rate"] <= r["upper80"] <= r["upper95"]
        assert r["basis"] == "US$1.90"
    _, text, _ = ucj("extreme", "--region", "Kab. Malang", "--year", "2022", "--format", "json")
    assert json.loads(text)[0]["region_code"] == "3507"  # any regency of the country


def test_read_gives_tidy_rows_and_tells_findings(ucj, tmp_path):
    path = tmp_path / "p0_2024.csv"
    path.write_text(
        "Kabupaten/Kota,Persentase Penduduk Miskin 2024\nBoalemo,17.83\nKota Gorontalo,5.76\n", encoding="utf-8"
    )
    status, out, _ = ucj("read", str(path), "--within", "75", "--format", "json")
    rows = json.loads(out)
    assert status == 0
    assert [(r["region_code"], r["period"], r["value"]) for r in rows] == [
        ("7501", "2024", 17.83),
        ("7571", "2024", 5.76),
    ]
    (tmp_path / "x.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    status, _, err = ucj("read", str(tmp_path / "x.csv"))
    assert status == 1
    assert "image" in err
