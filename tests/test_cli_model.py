"""`ucj model`: sentences in two languages, one row for programs, tables, refusals in a sentence."""

import csv
import io
import json

import pytest

from ucj_analysis import cli, language


def run(capsys, *args):
    status = cli.main(list(args))
    out = capsys.readouterr()
    return status, out.out, out.err


@pytest.fixture(scope="module", autouse=True)
def _one_verdict(inputs):
    """The commands here read the same package: one reading, one verdict."""
    from ucj_analysis.briefs import facts
    from ucj_analysis.models import verdict

    patch = pytest.MonkeyPatch()
    patch.setattr(facts, "load", lambda *a, **k: inputs)
    whole = verdict.of

    def kept(i, *, comparisons=None, ask=3, **more):
        from dataclasses import replace

        assert i is inputs
        return replace(i.relation, comparisons=comparisons or {})

    assert callable(whole)
    inputs.relation  # noqa: B018  computed with the real function, before it is replaced
    patch.setattr(verdict, "of", kept)
    yield
    patch.undo()


def test_text_is_told_in_order_in_both_languages(capsys, inputs):
    heads = {
        "en": ["Ceiling and smallest detectable difference", "What the record allows", "Primary specification",
               "All specifications", "Bone Bolango against donors", "Verdict", "Ask first"],
        "id": ["Batas atas dan selisih terkecil yang terlihat", "Yang dimungkinkan catatan", "Spesifikasi utama",
               "Semua spesifikasi", "Bone Bolango terhadap donor", "Simpulan", "Mintalah lebih dahulu"],
    }  # fmt: skip
    for lang, expected in heads.items():
        status, out, err = run(capsys, "model", "--lang", lang)
        assert (status, err) == (0, "")
        lines = out.splitlines()
        assert [h for h in lines if h in expected] == expected
        slope = inputs.relation.primary.record()
        for name in ("slope_per_10", "lower", "upper", "record_lower", "record_upper"):
            assert language.number(slope[name], lang, 2, sign=True) in out


def test_json_and_csv_hold_one_row_with_every_limit(capsys, inputs):
    status, out, _ = run(capsys, "model", "--format", "json", "--lang", "id")
    (row,) = json.loads(out)
    assert status == 0
    want = inputs.relation.primary.record()
    for name in ("slope_per_10", "lower", "upper", "record_lower", "record_upper", "k", "n"):
        assert row[name] == pytest.approx(want[name])
    assert row["tier"] == inputs.relation.tier
    assert row["verdict"] == inputs.relation.said("id")["verdict"]
    keys = list(row)
    assert keys.index("ceiling") < keys.index("detectable") < keys.index("slope_per_10")
    _, out, _ = run(capsys, "model", "--format", "csv")
    (line,) = csv.DictReader(io.StringIO(out))
    assert float(line["slope_per_10"]) == pytest.approx(want["slope_per_10"])
    assert line["verdict"] == inputs.relation.said("en")["verdict"]


@pytest.mark.parametrize(
    ("option", "rows", "columns"),
    [
        ("--curve", 15, {"spec_id", "slope_per_10", "lower", "upper", "record_lower", "record_upper", "k", "n"}),
        ("--leave-one-out", 6, {"without", "slope_per_10", "lower", "upper", "record_lower", "no_interval"}),
        ("--gaps", None, {"region_code", "known_so_far", "ask"}),
        ("--requests", 3, {"order", "region_code", "year", "shrink", "known", "ask"}),
    ],
)
def test_tables(capsys, option, rows, columns):
    status, out, err = run(capsys, "model", option, "--format", "json")
    table = json.loads(out)
    assert (status, err) == (0, "")
    assert columns <= set(table[0])
    assert len(table) == rows if rows else len(table) >= 6
    status, text, _ = run(capsys, "model", option)
    assert status == 0
    assert "slope_per_10" not in text  # a person reads slope and limits in one cell


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--curve", "--gaps"), "--curve and --gaps: one table at a time"),
        (("--lang", "both"), "--lang both: expected id or en"),
        (("--lang", "fr"), "'fr' is not one of"),
    ],
)
def test_wrong_usage_is_a_sentence(capsys, args, message):
    status, out, err = run(capsys, "model", *args)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
