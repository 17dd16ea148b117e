"""A figure on its way into a sentence: value, bounds, date, qualifier, and the rows it rests on."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from ucj_analysis import language


@dataclass(frozen=True)
class Quantity:
    """One figure with everything a reader may ask of it.

    Attributes
    ----------
    value, lower, upper : float
    unit, qualifier, period, status, definition : str
        As in the observation record.
    rows : tuple of str
        observation_id of the rows it rests on.
    sources : tuple of str
        Their source_id.
    """

    value: float
    lower: float
    upper: float
    unit: str
    qualifier: str
    period: str
    status: str
    definition: str
    rows: tuple
    sources: tuple
    funding: str = ""
    note: str = ""

    @classmethod
    def of(cls, row):
        """From an observation (a mapping)."""
        return cls(
            row["value"],
            row["lower"],
            row["upper"],
            row["unit"],
            row["qualifier"],
            row["period"],
            row["status"],
            row["definition"],
            (row["observation_id"],),
            (row["source_id"],),
            row["funding"],
            row["note"],
        )

    @classmethod
    def derived(cls, value, lower, upper, unit, *parts, period=None):
        """Computed from other quantities; exact only where its parts are."""
        wide = upper - lower > 1e-9 * max(1.0, abs(value))
        rows = tuple(dict.fromkeys(r for p in parts for r in p.rows))
        sources = tuple(dict.fromkeys(s for p in parts for s in p.sources))
        return cls(
            value,
            lower,
            upper,
            unit,
            "approximate" if wide else "derived",
            period or parts[0].period,
            parts[0].status,
            "computed",
            rows,
            sources,
        )

    @property
    def mapping(self):
        """As language.quantity takes it."""
        return {
            "value": self.value,
            "lower": self.lower,
            "upper": self.upper,
            "unit": self.unit,
            "qualifier": self.qualifier,
        }


class Voice:
    """Puts quantities into the prose of one language and numbers the sources as they come up.

    Every number goes through `data`, which leaves its value and source rows in the HTML: a figure in a brief can be
    traced, and a test finds any that is not.
    """

    def __init__(self, lang):
        self.lang = language.check(lang)
        self.cited = []

    def data(self, text, value, rows):
        """Mark up one number."""
        machine = value if isinstance(value, str) else f"{value:.10g}"
        return Markup('<data value="{}" data-rows="{}">{}</data>').format(machine, " ".join(rows), text)

    def amount(self, q, *, plain=False, short=False):
        """The figure with its qualifier in words ("sekitar 22.000"), without it when ``plain``."""
        mapping = q.mapping | ({"qualifier": "exact"} if plain or q.qualifier == "derived" else {})
        return self.data(language.quantity(mapping, self.lang, short=short), q.value, q.rows)

    def percent(self, q, digits=1):
        """A computed percentage with its rounding; a range where its parts allow more than one value."""
        if q.qualifier == "approximate":
            low, high = (language.number(x, self.lang, digits) for x in (q.lower, q.upper))
            if low != high and q.upper - q.lower >= 10.0**-digits:
                unit = language.word("percent", self.lang)
                text = language.word("range", self.lang).format(low, f"{high} {unit}")
                return self.data(text, q.value, q.rows)
        return self.data(language.percent(q.value, self.lang, digits), q.value, q.rows)

    def points(self, q, digits=2):
        """A difference in percentage points, without sign: the sentence says which way."""
        return self.data(language.points(abs(q.value), self.lang, digits), q.value, q.rows)

    def count(self, q, *, thousand=False):
        """Persons, from thousands where the unit is thousands; a range where bounds differ."""
        scale = 1000 if q.unit.startswith("thousand") else 1
        if q.qualifier == "approximate" and q.definition == "computed":
            step = 100
            lo, hi = (round(x * scale / step) * step for x in (q.lower, q.upper))
            if lo != hi:
                text = language.word("range", self.lang).format(*(language.number(x, self.lang) for x in (lo, hi)))
                return self.data(text, q.value * scale, q.rows)
        mapping = q.mapping | {"value": q.value * scale, "unit": "persons"}
        if q.qualifier == "derived":
            mapping["qualifier"] = "exact"
        return self.data(language.quantity(mapping, self.lang), q.value * scale, q.rows)

    def thousand(self, q, digits=2):
        """Persons counted in thousands, as the table prints them: "21,11 ribu"."""
        word = {"id": "ribu", "en": "thousand"}[self.lang]
        return self.data(f"{language.number(q.value, self.lang, digits)} {word}", q.value, q.rows)

    def index(self, q, digits=2):
        """A plain number, such as P1."""
        return self.data(language.number(q.value, self.lang, digits), q.value, q.rows)

    def rupiah(self, q):
        """Rupiah."""
        return self.data(language.rupiah(q.value, self.lang), q.value, q.rows)

    def when(self, q):
        """The period the figure refers to."""
        period = q.period if isinstance(q, Quantity) else q
        return Markup('<time datetime="{}">{}</time>').format(period, language.period(period, self.lang))

    def ref(self, *quantities):
        """Source numbers as links into the list of sources."""
        numbers = []
        for q in quantities:
            for s in q.sources:
                if s not in self.cited:
                    self.cited.append(s)
                numbers.append(self.cited.index(s) + 1)
        links = ", ".join(f'<a href="#s{n}">{n}</a>' for n in sorted(set(numbers)))
        return Markup(f"<sup>[{links}]</sup>") if links else Markup("")

    def join(self, parts):
        """Words joined by commas and "dan"/"and", markup kept."""
        return Markup(language.join([str(escape(p)) for p in parts], self.lang))


def fill(template, **values):
    """Put values into a template; marked-up ones keep their tags, text is escaped."""
    return Markup(template).format(**values)


def capital(markup):
    """Return a text with a capital first letter, behind any tags."""
    return Markup(re.sub(r"^((?:<[^>]+>)*)([a-z])", lambda m: m[1] + m[2].upper(), str(escape(markup))))


def plain(markup):
    """Text without tags, for titles, alt texts and tests."""
    return Markup(re.sub(r"<sup>.*?</sup>", "", str(markup))).striptags()
