"""Figures of a region against its synthetic twin: what they print is what was computed, in both languages."""

import re

import matplotlib.text
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ucj_analysis import catalog, language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import donors as figures
from ucj_analysis.models import donors

ALL = [figures.path, figures.placebo_paths, figures.placebo_distribution, figures.donor_weights]
CAVEAT = {"en": "Donors may have programmes of their own", "id": "Daerah donor mungkin memiliki program sendiri"}


def texts(chart):
    return [t.get_text() for t in chart.figure.findobj(matplotlib.text.Text) if t.get_text().strip()]


@pytest.fixture(scope="module")
def table():
    table = donors.outcome(catalog.table("panel"), "P0")
    return table.loc[sorted({c for c in table.index if c[:2] == "75"} | set(table.index[::15]))]


@pytest.fixture(scope="module", params=["sc", "sdid"])
def comparison(table, request):
    return (donors.synthetic_control if request.param == "sc" else donors.synthetic_did)(table, name="P0")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("draw", ALL, ids=lambda f: f.__name__)
def test_every_figure_carries_the_caveat_and_speaks_one_language(comparison, draw, lang):
    chart = draw(comparison, lang)
    said = " ".join(texts(chart))
    assert CAVEAT[lang] in said
    assert "Bone Bolango" in chart.alt
    assert not re.search(r"impact|because|dampak|pengaruh|akibat", said + chart.alt, re.I)
    other = {"en": r"\b(bobot|selisih|dari)\b", "id": r"\b(weight|difference|from|of)\b"}[lang]
    assert not re.search(other, said + chart.alt)
    assert chart.svg() == draw(comparison, lang).svg()
    # nothing is cut off at the right
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    edge = chart.figure.bbox.width
    for text in [*chart.figure.texts, *chart.figure.axes[0].texts]:
        if text.get_text().strip():
            assert text.get_window_extent(renderer).x1 <= edge, text.get_text()


def test_the_lines_of_the_path_are_the_values(comparison, table):
    lines = {tuple(np.round(line.get_ydata(), 6)) for line in figures.path(comparison, "en").figure.axes[0].lines}
    assert tuple(table.loc["7504"].round(6)) in lines
    assert tuple((comparison.path()["twin"]).round(6)) in lines


def test_the_rank_printed_is_the_rank(comparison):
    two = comparison.ranks().set_index("statistic").loc["two_sided"]
    said = " ".join(texts(figures.placebo_distribution(comparison, "en")))
    assert f"as large or larger: {int(two['rank'])} of {int(two['n'])} (p = {two['p']:.2f})" in said
    assert language.number(comparison.estimate, "en", 2, sign=True) in said
    heights = [p.get_height() for p in figures.placebo_distribution(comparison, "en").figure.axes[0].patches]
    assert sum(heights) == len(comparison.Y)


def test_a_line_for_every_placebo_and_none_over_gaps(table):
    gappy = table.drop(columns=[2019, 2020])
    c = donors.synthetic_control(gappy, name="P0")
    axes = figures.placebo_paths(c, "id").figure.axes[0]
    spans = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) > 2]
    assert all(np.all(np.diff(np.asarray(x, float)) == 1) for x in spans)
    assert sum(len(x) == 9 for x in spans) == len(c.Y)  # 2010-2018 of each
    assert sum(len(x) == 5 for x in spans) == len(c.Y)  # 2021-2025


def test_weights_drawn_add_up(comparison):
    axes = figures.donor_weights(comparison, "en", most=3).figure.axes[0]
    assert sum(p.get_width() for p in axes.patches) == pytest.approx(100)
    assert len(axes.patches) == min(len(comparison.weights), 4)
    with pytest.raises(UcjError, match="most=0"):
        figures.donor_weights(comparison, "en", most=0)


def test_illustrative_and_uncalibrated_are_said(table):
    c = donors.synthetic_control(table, name="extreme", illustrative=True)
    assert "Illustrative: years without calibration." in " ".join(texts(figures.path(c, "en")))
    late = table[[2018, 2021, 2022]]
    match = table[[2016, 2017]].copy()
    match.columns = [("P0", 2016), ("P0", 2017)]
    c = donors.synthetic_control(late, name="extreme", match=match, matched="P0 2016-2017")
    for draw in ALL:
        said = " ".join(texts(draw(c, "id")))
        assert "Tidak ada tahun terkalibrasi sebelum program." in said
        assert "bobot dicari pada P0 2016–2017" in said
