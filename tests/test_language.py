"""Numbers and dates as readers of each language write them (EYD; plain English)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucj_analysis import language


@pytest.mark.parametrize(
    ("call", "indonesian", "english"),
    [
        (lambda g: language.number(1234.56, g, 2), "1.234,56", "1,234.56"),
        (lambda g: language.number(-2.37, g, 2), "−2,37", "−2.37"),
        (lambda g: language.number(0.004, g, 2, sign=True), "0,00", "0.00"),
        (lambda g: language.percent(54.61, g), "54,61 persen", "54.61 percent"),
        (lambda g: language.percent(50.0, g), "50 persen", "50 percent"),
        (lambda g: language.percent(65.24, g, short=True), "65,24%", "65.24%"),
        (lambda g: language.points(2.37, g), "2,37 persen poin", "2.37 percentage points"),
        (lambda g: language.rupiah(16800, g), "Rp16.800", "Rp16,800"),
        (lambda g: language.rupiah(3.5e9, g), "Rp3,5 miliar", "Rp3.5 billion"),
        (lambda g: language.rupiah(5e9, g), "Rp5 miliar", "Rp5 billion"),
        (lambda g: language.period("2024-09", g), "September 2024", "September 2024"),
        (lambda g: language.period("2025-08", g), "Agustus 2025", "August 2025"),
        (lambda g: language.period("2025-12-16", g), "16 Desember 2025", "16 December 2025"),
        (lambda g: language.period("2025", g), "2025", "2025"),
        (lambda g: language.period("", g), "tidak ada data", "no data"),
        (lambda g: language.number(None, g), "tidak ada data", "no data"),
        (lambda g: language.join(["a", "b", "c"], g), "a, b, dan c", "a, b and c"),
        (lambda g: language.join(["a", "b"], g), "a dan b", "a and b"),
    ],
)
def test_formats(call, indonesian, english):
    assert call("id") == indonesian
    assert call("en") == english


@pytest.mark.parametrize(
    ("row", "indonesian", "english"),
    [
        ({"value": 22000.0, "unit": "persons", "qualifier": "approximate"}, "sekitar 22.000", "about 22,000"),
        ({"value": 50.0, "lower": 50.0, "unit": "percent", "qualifier": "at_least"}, "di atas 50 persen",
         "more than 50 percent"),
        ({"value": 50.0, "upper": 50.0, "unit": "percent", "qualifier": "at_most"}, "di bawah 50 persen",
         "less than 50 percent"),
        ({"value": 25.0, "lower": 20.0, "upper": 30.0, "unit": "percent", "qualifier": "range"},
         "antara 20 persen dan 30 persen", "between 20 percent and 30 percent"),
        ({"value": float("nan"), "unit": "percent", "qualifier": "exact"}, "tidak ada data", "no data"),
    ],
)  # fmt: skip
def test_qualifiers_in_words(row, indonesian, english):
    row = {"lower": row["value"], "upper": row["value"]} | row
    assert language.quantity(row, "id") == indonesian
    assert language.quantity(row, "en") == english


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="language 'jv': expected one of id, en"):
        language.number(1, "jv")
    with pytest.raises(ValueError, match="period '2025/09'"):
        language.period("2025/09", "id")
    with pytest.raises(ValueError, match="inf"):
        language.number(float("inf"), "en")


@given(st.floats(min_value=-1e12, max_value=1e12), st.integers(min_value=0, max_value=4))
def test_numbers_can_be_read_back(x, digits):
    for lang, point, group in (("id", ",", "."), ("en", ".", ",")):
        text = language.number(x, lang, digits).replace(group, "").replace(point, ".").replace("−", "-")
        assert float(text) == pytest.approx(round(x, digits), abs=10.0**-digits / 2 + abs(x) * 1e-12)
