"""Numbers, dates and fixed words for readers of Indonesian and of English.

Indonesian follows EYD: decimal comma, thousands dot, "persen" in prose, "Rp" without a space. CLDR data: Babel.
"""

import math
import re
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

LANGUAGES = ("id", "en")

_WORDS = {
    "id": {
        "no_data": "tidak ada data", "percent": "persen", "points": "persen poin",
        "million": "juta", "billion": "miliar", "trillion": "triliun",
        "approximate": "sekitar {}", "at_least": "sedikitnya {}", "at_most": "paling banyak {}",
        "range": "antara {} dan {}", "exact": "{}", "derived": "{} (turunan)",
        "above": "di atas {}", "below": "di bawah {}", "to": "{} sampai {}",
    },
    "en": {
        "no_data": "no data", "percent": "percent", "points": "percentage points",
        "million": "million", "billion": "billion", "trillion": "trillion",
        "approximate": "about {}", "at_least": "at least {}", "at_most": "at most {}",
        "range": "between {} and {}", "exact": "{}", "derived": "{} (derived)",
        "above": "more than {}", "below": "less than {}", "to": "{} to {}",
    },
}  # fmt: skip


def word(key, lang):
    """Return a fixed word of the reader's language."""
    return _WORDS[check(lang)][key]


def check(lang):
    """Return ``lang`` when it is one of the two languages, else raise ValueError."""
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r}: expected one of {', '.join(LANGUAGES)}")
    return lang


def missing(x):
    """True for None, NaN and NA."""
    return x is None or (not isinstance(x, str) and bool(x != x)) or str(x) == "<NA>"


def decimals(x, most=2):
    """Digits after the point that ``x`` needs, at most ``most``: 54.61 -> 2, 50.0 -> 0."""
    text = f"{float(x):.{most}f}".rstrip("0")
    return len(text.split(".")[1]) if "." in text else 0


def number(x, lang, digits=0, *, sign=False):
    """Format a number: 1.234,56 in Indonesian, 1,234.56 in English; a real minus sign; missing in words."""
    check(lang)
    if missing(x):
        return word("no_data", lang)
    x = float(x)
    if not math.isfinite(x):
        raise ValueError(f"{x} cannot be shown as a number")
    x = round(x, digits) + 0.0  # -0.0 shows as 0
    text = format_decimal(abs(x), format="#,##0." + "0" * digits if digits else "#,##0", locale=lang)
    head = "\N{MINUS SIGN}" if x < 0 else "+" if sign and x > 0 else ""
    return head + text


def percent(x, lang, digits=None, *, short=False):
    """Format a percentage given in percent: "54,61 persen"/"54.61 percent", or "54,61%"/"54.61%" when ``short``."""
    if missing(x):
        return word("no_data", lang)
    text = number(x, lang, decimals(x) if digits is None else digits)
    return text + "%" if short else f"{text} {word('percent', lang)}"


def points(x, lang, digits=2, *, sign=False):
    """Format a difference of percentages: "2,37 persen poin"/"2.37 percentage points"."""
    if missing(x):
        return word("no_data", lang)
    return f"{number(x, lang, digits, sign=sign)} {word('points', lang)}"


def rupiah(x, lang):
    """Format rupiah: "Rp16.800", from a million on in words: "Rp3,5 miliar"/"Rp3.5 billion"."""
    if missing(x):
        return word("no_data", lang)
    x = float(x)
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(x) >= size:
            scaled = x / size
            return f"Rp{number(scaled, lang, decimals(scaled))} {word(name, lang)}"
    return f"Rp{number(x, lang)}"


def period(p, lang, *, short=False):
    """Format a period: "2025", "2024-09" -> "September 2024", "2025-12-16" -> "16 Desember 2025"."""
    check(lang)
    if missing(p) or p == "":
        return word("no_data", lang)
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", str(p))
    if match is None:
        raise ValueError(f"period {p!r}: expected YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = match.groups()
    if month is None:
        return year
    form = ("d " if day else "") + ("MMM" if short else "MMMM") + " y"
    return format_date(date(int(year), int(month), int(day or 1)), format=form, locale=lang)


def span(lower, upper, lang, digits=0):
    """Format a range of numbers: "21.500–22.500"."""
    a, b = number(lower, lang, digits), number(upper, lang, digits)
    return a if a == b else f"{a}–{b}"


def join(parts, lang):
    """Join words: "a, b, dan c" / "a, b and c"."""
    parts = [str(p) for p in parts]
    if len(parts) < 2:
        return "".join(parts)
    last = " dan " if check(lang) == "id" else " and "
    if lang == "id" and len(parts) > 2:
        last = ", dan "  # EYD V sets a comma before the last of three or more
    return ", ".join(parts[:-1]) + last + parts[-1]


def quantity(row, lang, *, short=False):
    """Say an observation's value with its unit and its qualifier in words.

    Parameters
    ----------
    row : mapping with ``value``, ``lower``, ``upper``, ``unit``, ``qualifier``
    """
    unit, qualifier = row["unit"], row["qualifier"]

    def show(x):
        if unit == "percent":
            return percent(x, lang, short=short)
        if unit.startswith("IDR"):
            return rupiah(x, lang)
        return number(x, lang, decimals(x))

    if missing(row["value"]) and qualifier not in ("at_least", "at_most", "range"):
        return word("no_data", lang)
    if qualifier == "range":
        return word("range", lang).format(show(row["lower"]), show(row["upper"]))
    if qualifier == "at_least" and unit == "percent":
        return word("above", lang).format(show(row["lower"]))
    if qualifier == "at_most" and unit == "percent":
        return word("below", lang).format(show(row["upper"]))
    return word(qualifier, lang).format(show(row["value"]))
