"""Figures say what they must, in both languages, and are the same bytes every time."""

import hashlib
import inspect
import os
import re
import subprocess
import sys

import matplotlib.text
import pandas as pd
import pytest
from constants import SIX

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import charts, maps, style
from ucj_analysis.figures.base import Chart
from ucj_analysis.metrics import coverage, poverty

PUBLIC = [
    f for m in (maps, charts) for n, f in vars(m).items()
    if inspect.isfunction(f) and f.__module__ == m.__name__ and not n.startswith("_")
]  # fmt: skip


def texts(chart):
    return [t.get_text() for t in chart.figure.findobj(matplotlib.text.Text) if t.get_text().strip()]


@pytest.fixture(scope="module")
def latest(inputs):
    rows = coverage.latest_known(inputs.coverage).assign(unit="percent")
    return rows[rows["region_code"].isin(SIX)]


def draw(inputs, values, lang="id", **more):
    return maps.choropleth(
        inputs.boundaries, values, alt="Peta.", lang=lang, title="Judul", unit="Persen", source="sumber",
        breaks=style.COVERAGE_BREAKS, colours=style.coverage_colours, attribution="batas", **more,
    )  # fmt: skip


@pytest.mark.parametrize("function", PUBLIC, ids=lambda f: f.__name__)
def test_alt_text_is_required_by_the_signature(function):
    parameters = inspect.signature(function).parameters
    for name in ("alt", "lang", "title", "source"):
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default is inspect.Parameter.empty


def test_empty_alt_is_refused(inputs, latest):
    with pytest.raises(UcjError, match="alt is empty"):
        Chart(draw(inputs, latest).figure, " ", "t")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_map_prints_every_value_date_and_bound(inputs, latest, lang):
    said = texts(draw(inputs, latest, lang))
    for row in latest.itertuples():
        assert language.period(row.period, lang, short=True) in said
    assert {"< 50%", "> 50%", "57%", "50%"} <= set(said)
    assert ("65,24%" if lang == "id" else "65.24%") in said
    assert style.word("bounded", lang) in said
    assert "50 km" in said
    assert any("batas" in s for s in said)


def test_missing_region_is_drawn_as_missing(inputs, latest):
    chart = draw(inputs, latest[latest["region_code"] != "7503"], "en")
    assert texts(chart).count("no data") == 2  # in the region and in the legend
    hatched = [p for p in chart.figure.axes[0].patches if p.get_hatch()]
    assert len(hatched) == 3  # two bounds and one missing


def test_labels_do_not_cover_one_another(inputs, latest):
    chart = draw(inputs, latest)
    chart.figure.canvas.draw()
    main = chart.figure.axes[0]
    boxes = [t.get_window_extent() for t in main.texts]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            wide = min(a.x1, b.x1) - max(a.x0, b.x0)
            high = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert not (wide > 1 and high > 2), (a, b)


def test_unknown_or_doubled_regions_are_refused(inputs, latest):
    with pytest.raises(UcjError, match="no shape for region 9999"):
        draw(inputs, pd.concat([latest, latest.iloc[:1].assign(region_code="9999")]))
    with pytest.raises(UcjError, match="stands twice"):
        draw(inputs, pd.concat([latest, latest.iloc[:1]]))


def test_classes_are_fixed_and_readable():
    for breaks, colours in (
        (style.COVERAGE_BREAKS, style.coverage_colours),
        (style.POVERTY_BREAKS, style.poverty_colours),
    ):
        palette = colours(len(breaks) - 1)
        light = [style.luminance(c) for c in palette]
        assert light == sorted(light, reverse=True)  # ordered without colour
        assert all(a - b > 0.02 for a, b in zip(light, light[1:], strict=False))
        assert all(style.contrast(c, style.text_on(c)) >= 4.5 for c in palette)
    assert style.class_of(50, style.COVERAGE_BREAKS) == 3
    assert style.class_of(100, style.COVERAGE_BREAKS) == 5
    with pytest.raises(UcjError, match="outside the classes"):
        style.class_of(101, style.COVERAGE_BREAKS)


def test_trend_is_cut_where_the_definition_changes(inputs):
    levels = poverty.levels(inputs.poverty, "P0").query("region_code in ['7500', '7504'] and year >= 2015")
    chart = charts.trend_lines(
        levels, alt="x", lang="id", title="t", unit="u", source="s", highlight=["7504"], province="7500"
    )
    spans = [sorted(line.get_xdata()) for line in chart.figure.axes[0].lines if len(line.get_xdata()) > 3]
    assert len(spans) == 4  # two regions, two stretches
    assert not any(s[0] <= 2020 and s[-1] >= 2021 for s in spans)
    assert "dasar hitung baru" in texts(chart)
    assert "13,16  Bone Bolango" in texts(chart)


def test_dumbbell_leaves_missing_ends_open():
    rows = pd.DataFrame(
        [["A", 5000.0, "2025", None, None, None, ""], ["B", 17000.0, "2025", 20000.0, 15000.0, 25000.0, "2025-12"]],
        columns=["label", "planned", "planned_note", "realised", "realised_lower", "realised_upper", "realised_note"],
    ).astype({"realised": float, "realised_lower": float, "realised_upper": float})
    chart = charts.dumbbell(rows, alt="x", lang="en", title="t", unit="u", source="s")
    dots = [line for line in chart.figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) == 1
    assert "20,000 (2025-12)" in texts(chart)


def test_bivariate_map_does_not_class_a_bound(inputs, latest):
    p0 = poverty.levels(inputs.poverty, "P0").query("year == 2025 and region_code in @SIX")
    p0 = p0.assign(lower=p0["value"], upper=p0["value"], qualifier="exact")
    chart = maps.bivariate_map(
        inputs.boundaries, latest, p0, alt="x", lang="en", title="t", across_unit="UCJ", down_unit="P0", source="s",
        across_breaks=(0, 50, 60, 100), down_breaks=(0, 10, 15, 100), attribution="a",
    )  # fmt: skip
    assert sum(1 for p in chart.figure.axes[0].patches if p.get_hatch()) == 2
    assert "cannot be classed" in texts(chart)
    with pytest.raises(UcjError, match="four breaks"):
        maps.bivariate_map(
            inputs.boundaries, latest, p0, alt="x", lang="en", title="t", across_unit="UCJ", down_unit="P0", source="s",
            across_breaks=(0, 100), down_breaks=(0, 10, 15, 100), attribution="a",
        )  # fmt: skip


def test_notebook_output_carries_the_alt_text(inputs, latest):
    bundle = draw(inputs, latest)._repr_mimebundle_()
    assert 'alt="Peta."' in bundle["text/html"]
    assert "image/png" not in bundle


SCRIPT = """
import hashlib
from ucj_analysis.briefs import content, facts
i = facts.load()
f = facts.gather(i, "7504")
print(hashlib.sha256((content.coverage_map(i, f, "id")["uri"] + content.poverty_chart(i, f, "en")["uri"]).encode()).hexdigest())
"""


def test_same_bytes_in_another_process_locale_zone_and_hash_seed(tmp_path):
    digests = set()
    for seed, zone, where in (("1", "UTC", tmp_path), ("2", "Asia/Makassar", None)):
        env = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C.UTF-8" if seed == "1" else "C"}
        out = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=env, cwd=where, capture_output=True, text=True, check=True
        )
        digests.add(out.stdout.strip())
    assert len(digests) == 1
    assert re.fullmatch(r"[0-9a-f]{64}", digests.pop())
    assert hashlib.sha256(b"").hexdigest() not in digests
