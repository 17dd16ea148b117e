"""Figures of the relation show every status and number, in both languages, and refuse what cannot be drawn."""

import inspect
import math

import matplotlib.text
import pandas as pd
import pytest

from ucj_analysis.errors import UcjError
from ucj_analysis.figures import relation
from ucj_analysis.models import panel

SAY = {"alt": "What it shows.", "title": "Title", "unit": "Unit", "source": "source"}


def texts(chart):
    return [t.get_text() for t in chart.figure.findobj(matplotlib.text.Text) if t.get_text().strip()]


@pytest.mark.parametrize("function", [relation.dose_record, relation.identified_sets, relation.value_bars])
def test_alt_text_is_required_and_empty_frames_are_refused(function):
    parameters = inspect.signature(function).parameters
    for name in ("alt", "lang", "title", "source"):
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default is inspect.Parameter.empty
    with pytest.raises(UcjError, match="is empty: expected"):
        function(pd.DataFrame(), lang="en", **SAY)


@pytest.mark.parametrize(("lang", "share", "status"), [("en", "26.8", "only plans"), ("id", "26,8", "hanya rencana")])
def test_record_shows_each_status_and_known_number(inputs, lang, share, status):
    cells = panel.of(inputs).cells
    chart = relation.dose_record(cells, lang=lang, **SAY)
    said = texts(chart)
    assert share in said
    assert status in said
    assert "32–35" in said
    stated = cells["status"].isin(["known", "bounded"])
    boxes = [p for p in chart.figure.axes[0].patches if p.get_height() > 0]
    assert len(boxes) == (cells["status"] != "known").sum()  # each open cell is drawn, none as a number
    assert len([t for t in chart.figure.axes[0].texts if t.get_text()]) == stated.sum()
    assert chart.svg() == relation.dose_record(cells, lang=lang, **SAY).svg()


def test_sets_print_both_ends_or_that_there_is_none():
    rows = pd.DataFrame(
        [("a", -0.296, 0.11, -0.05), ("b", -math.inf, math.inf, math.nan), ("c", 0.2, math.inf, math.nan)],
        columns=["label", "lower", "upper", "slope"],
    )
    english, indonesian = (texts(relation.identified_sets(rows, lang=k, **SAY)) for k in ("en", "id"))
    assert {"−0.30 … +0.11", "no end", "+0.20 … no end", "a", "b", "c"} <= set(english)
    assert {"−0,30 … +0,11", "tidak terbatas"} <= set(indonesian)


def test_bars_are_printed_and_those_left_out_counted():
    rows = pd.DataFrame({"label": [f"cell {i}" for i in range(15)], "shrink": [0.5 - 0.03 * i for i in range(15)]})
    said = texts(relation.value_bars(rows, lang="en", **SAY))
    assert {"50%", "cell 0", "cell 11", "3 more figures, each worth less"} <= set(said)
    assert "cell 12" not in said
