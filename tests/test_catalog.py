"""A damaged or edited table is refused with table, row, field, value and expectation."""

import gzip
import hashlib
import json
import re

import pytest

from ucj_analysis import catalog
from ucj_analysis.errors import DataError, UcjError


def lines(package, name):
    path = package / name
    return path, path.read_text(encoding="utf-8").split("\n")


def damage(package, name, row, edit):
    """Change one line (1 = first row below the header)."""
    path, text = lines(package, name)
    text[row] = edit(text[row])
    path.write_text("\n".join(text), encoding="utf-8")


def refused(package, table):
    with pytest.raises(DataError) as caught:
        catalog.Package(package).table(table)
    return caught.value


def test_whole_package_verifies_and_counts_every_row(package):
    counts = catalog.Package(package).verify()
    for name, count in counts.items():
        resource = catalog.Package(package).resource(name)
        if resource["format"] == "csv":
            assert count == len((package / resource["path"]).read_text(encoding="utf-8").splitlines()) - 1


def test_changed_digit_names_row_field_value_and_what_was_sealed(package):
    _, text = lines(package, "bps/poverty.csv")
    row = next(i for i, t in enumerate(text) if t.startswith("P0593,"))
    assert ",13.16,13.16,13.16," in text[row]
    damage(package, "bps/poverty.csv", row, lambda t: t.replace(",13.16,13.16,13.16,", ",13.61,13.61,13.61,"))
    error = refused(package, "poverty")
    assert (error.row, error.field, error.value, error.expected) == (row + 1, "value", "13.61", "13.16")
    assert "poverty" in str(error)
    assert "13.61" in str(error)


def test_swapped_code_is_caught(package):
    _, text = lines(package, "jamsostek/coverage.csv")
    row = next(i for i, t in enumerate(text) if ",7503," in t)
    damage(package, "jamsostek/coverage.csv", row, lambda t: t.replace(",7503,", ",7504,", 1))
    error = refused(package, "coverage")
    assert error.row == row + 1  # as an editor counts lines
    assert error.field == "region_code"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda t: t.replace(",7504,", ",7599,", 1), r"'7599' is no region_code of the table regions"),
        (lambda t: t.replace("13.16,13.16,13.16", "1316,1316,1316"), r"'1316' for P0, expected 0 to 100"),
        (lambda t: t.replace("13.16,13.16,13.16", "13.16,14,13.16"), r"lower.*at most the value"),
        (lambda t: t.replace("13.16,13.16,13.16", "٣,٣,٣"), r"value.*number"),
        (lambda t: t.replace(",exact,", ",surely,"), r"qualifier.*'surely'"),
        (lambda t: t.replace(",2025-03,", ",2025-13,"), r"period.*'2025-13'"),
        (lambda t: t.replace(",B001,", ",B999,"), r"'B999' is no source_id of the table sources"),
        (lambda t: t.replace(",percent,", ",index,"), r"unit.*'index' for P0, expected 'percent'"),
        (lambda t: t.replace("13.16,13.16,13.16", '"13,16","13,16","13,16"'), r"'13,16'"),
        (lambda t: t + ",extra", r"columns|fields|cells"),
        (lambda t: t.replace("P0593", "P0592"), r"'P0592' stands already in row"),
    ],
)
def test_damage_is_named(package, edit, expected):
    _, text = lines(package, "bps/poverty.csv")
    row = next(i for i, t in enumerate(text) if t.startswith("P0593,"))
    damage(package, "bps/poverty.csv", row, edit)
    error = refused(package, "poverty")
    assert re.search(expected, str(error)), str(error)
    assert f"row {row + 1}" in str(error)


def test_duplicate_statement_under_a_new_id(package):
    path, text = lines(package, "bps/poverty.csv")
    row = next(i for i, t in enumerate(text) if t.startswith("P0593,"))
    text.insert(row + 1, text[row].replace("P0593", "P9999"))
    path.write_text("\n".join(text), encoding="utf-8")
    assert "may stand once" in str(refused(package, "poverty"))


def test_added_and_removed_rows_are_seen_by_the_hash(package):
    path, text = lines(package, "jamsostek/events.csv")
    path.write_text("\n".join(text[:-2] + text[-1:]), encoding="utf-8")
    assert "sealed" in str(refused(package, "events"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"observation_id;region_code\nP1;7500\n", "header"),
        ("observation_id,größe\n".encode("latin-1"), "UTF-8"),
        ("\ufeff".encode() + b"observation_id,region_code\n", "BOM|byte order mark"),
    ],
)
def test_wrong_files_are_named(package, content, expected):
    (package / "bps/poverty.csv").write_bytes(content)
    assert re.search(expected, str(refused(package, "poverty")))


def test_missing_file_and_missing_package(package, tmp_path):
    (package / "bps/poverty.csv").unlink()
    with pytest.raises(UcjError, match=r"poverty\.csv"):
        catalog.Package(package).table("poverty")
    (package / "datapackage.json").unlink()
    with pytest.raises(UcjError, match=r"datapackage\.json"):
        catalog.Package(package)


def test_broken_descriptor(package):
    (package / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(UcjError, match=r"datapackage\.json"):
        catalog.Package(package)


def test_moved_boundary_is_refused(package):
    path = package / "boundaries" / "gorontalo_adm2.geojson"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'("code": ?)"7504"', r'\1"7505"', text, count=1), encoding="utf-8")
    with pytest.raises(DataError, match=r"7505"):
        catalog.Package(package).boundaries()
    path.write_text(re.sub(r"(\d{3}\.\d{2})\d", r"\g<1>9", text, count=1), encoding="utf-8")
    with pytest.raises(DataError, match="changed since it was sealed"):
        catalog.Package(package).boundaries()


def test_seal_accepts_an_honest_edit_and_refuses_a_bad_one(package):
    _, text = lines(package, "bps/poverty.csv")
    row = next(i for i, t in enumerate(text) if t.startswith("P0593,"))
    damage(package, "bps/poverty.csv", row, lambda t: t.replace("13.16,13.16,13.16", "13.17,13.17,13.17"))
    assert catalog.seal(package) == ["poverty"]
    table = catalog.Package(package).table("poverty").set_index("observation_id")
    assert table.loc["P0593", "value"] == 13.17
    before = (package / "datapackage.json").read_bytes()
    damage(package, "bps/poverty.csv", row, lambda t: t.replace("13.17,13.17,13.17", "131.7,131.7,131.7"))
    with pytest.raises(DataError, match="131.7"):
        catalog.seal(package)
    assert (package / "datapackage.json").read_bytes() == before


def test_descriptor_says_what_is_on_disk(root):
    descriptor = json.loads((root / "data/datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["$schema"].endswith("/2.0/datapackage.json")
    assert descriptor["licenses"]
    for resource in descriptor["resources"]:
        content = (root / "data" / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        if resource["format"] == "csv":
            fields = [f["name"] for f in resource["schema"]["fields"]]
            assert content.decode("utf-8").split("\n")[0] == ",".join(fields)
            assert all(f["description"] and f["type"] for f in resource["schema"]["fields"])
            assert resource["schema"]["primaryKey"]
            assert "missingValues" in resource["schema"]
            with gzip.open(root / "data/sealed" / (resource["path"].rsplit("/")[-1] + ".gz")) as sealed:
                assert sealed.read() == content


def test_dictionary_is_generated_and_current(root):
    package = catalog.default()
    text = catalog.dictionary(package.descriptor, package.table("indicators"), package.table("definitions"))
    assert (root / "docs/data_dictionary.md").read_text(encoding="utf-8") == text, (
        "run `ucj tables --dictionary > docs/data_dictionary.md`"
    )


def test_tables_are_copies():
    first = catalog.table("events")
    first.loc[:, "title"] = ""
    assert (catalog.table("events")["title"] != "").all()
