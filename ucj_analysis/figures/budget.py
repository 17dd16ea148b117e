"""The path to a target: people added and dues a year side by side, with ranges; drawn anew in place for widgets."""

import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import style
from ucj_analysis.figures.base import Chart
from ucj_analysis.figures.style import ACCENT, INK, LINE, SOFT

_COLOURS = {
    "APBD kabupaten": ACCENT,
    "APBD provinsi": "#3b8ea5",
    "ADD": "#2f6f3e",
    "CSR": "#c2691c",
    "own dues": "#6b7783",
}
_WORDS = {
    "id": {
        "people": "Orang yang ditambah, seluruhnya",
        "cost": "Iuran setahun, {} rupiah",
        "own dues": "iuran sendiri",
    },
    "en": {"people": "People added, in all", "cost": "Dues a year, {} rupiah"},
}


def path_chart(frame, *, alt, lang, title, height=1.4, width=7.5, show_title=False):
    """People added and dues a year on the way to a target, whiskers where they are ranges.

    Parameters
    ----------
    frame : DataFrame
        As from `scenarios.table`: year, payer, extra, extra_lower, extra_upper, cost, cost_lower, cost_upper.
    alt, lang, title : str
    height, width : float
        Inches.
    """
    with style.apply():
        figure, axes = plt.subplots(1, 2, figsize=(width, height))
        _fill(figure, axes, frame, lang, title if show_title else "")
        plt.close(figure)
    return Chart(figure, alt, title)


class LivePath:
    """The same chart kept and filled again: what a slider needs.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    """

    def __init__(self, lang="en", *, width=7.5, height=2.2, dpi=100):
        with style.apply():
            self.figure = Figure(figsize=(width, height), dpi=dpi)
            self.canvas = FigureCanvasAgg(self.figure)
            self.axes = self.figure.subplots(1, 2)
        self.lang, self.drawn = language.check(lang), []

    def png(self, frame, title=""):
        """Fill the chart with another path and return it as PNG bytes."""
        out = io.BytesIO()
        for artist in self.drawn:
            artist.remove()
        self.drawn = []
        with style.apply():
            self.drawn = _fill(self.figure, self.axes, frame, self.lang, title)
            self.canvas.draw()
        # a fast encoder: the picture lives until the next move of a slider
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())[..., :3]).save(out, format="png", compress_level=1)
        return out.getvalue()


def _fill(figure, axes, frame, lang, title):
    """Draw the frame and return the artists, so that they can be taken out again."""
    if frame.empty:
        raise UcjError("frame is empty: expected rows of scenarios.table")
    height = figure.get_size_inches()[1]
    top = 0.40 if title else 0.20
    figure.subplots_adjust(0.03, 0.20 / height, 0.99, 1 - (top + 0.14) / height, wspace=0.08)
    drawn = []
    if title:
        drawn.append(
            figure.text(0.012, 1 - 0.04 / height, title, va="top", ha="left", fontsize=9.5, weight="bold", color=INK)
        )
    most = frame.groupby("year")["cost_upper"].sum().max()
    size, name = (1e9, "billion") if most >= 1e9 else (1e6, "million")
    words = _WORDS[language.check(lang)]
    heads = words["people"], words["cost"].format(language.word(name, lang))
    for ax, column, scale, head in zip(axes, ("extra", "cost"), (1.0, size), heads, strict=True):
        drawn += _bars(ax, frame, column, scale, lang, 2 if column == "cost" and most / size < 100 else 0)
        drawn.append(ax.text(0, 1.04, head, transform=ax.transAxes, fontsize=7.2, color=SOFT, va="bottom"))
    payers = list(dict.fromkeys(frame["payer"]))
    if len(payers) > 1:
        handles = [Rectangle((0, 0), 1, 1, color=_COLOURS[p]) for p in payers]
        names = [words.get(p, p) for p in payers]
        drawn.append(
            axes[1].legend(handles, names, loc="upper left", fontsize=6.2, handlelength=0.8, borderaxespad=0.1)
        )
    return drawn


def _bars(ax, frame, column, scale, lang, digits):
    """Stacked bars a year with whiskers; no axis is drawn, whose ticks would take most of the time."""
    names = [column, f"{column}_lower", f"{column}_upper"]
    by_payer = {p: part.set_index("year")[column] / scale for p, part in frame.groupby("payer", sort=False)}
    total = frame.groupby("year")[names].sum() / scale
    x, (value, low, high) = np.arange(len(total)), total.to_numpy().T
    base, drawn = np.zeros(len(x)), []
    for payer, part in by_payer.items():
        heights = part.reindex(total.index, fill_value=0).to_numpy()
        sides = [
            [(i - 0.31, b), (i + 0.31, b), (i + 0.31, b + h), (i - 0.31, b + h)]
            for i, b, h in zip(x, base, heights, strict=True)
        ]
        drawn.append(
            ax.add_collection(
                PolyCollection(sides, facecolors=_COLOURS.get(payer, ACCENT), linewidths=0), autolim=False
            )
        )
        base = base + heights
    wide = high - low > 0.005 * np.maximum(value, 1e-12)
    whiskers = [
        s
        for i, a, b in zip(x[wide], low[wide], high[wide], strict=True)
        for s in ([(i, a), (i, b)], [(i - 0.09, a), (i + 0.09, a)], [(i - 0.09, b), (i + 0.09, b)])
    ]
    drawn.append(ax.add_collection(LineCollection(whiskers, colors=INK, linewidths=1.0), autolim=False))
    tall = max(float(high.max()), float(value.max()), 1e-12)
    drawn.append(
        ax.add_collection(LineCollection([[(-0.6, 0), (len(x) - 0.4, 0)]], colors=LINE, linewidths=1.2), autolim=False)
    )
    for i in x[:: -max(1, int(np.ceil(len(x) / 6)))]:
        said, place = language.number(value[i], lang, digits), max(value[i], high[i] if wide[i] else 0) + 0.03 * tall
        drawn.append(ax.text(i, place, said, ha="center", va="bottom", fontsize=6.8, color=INK))
        drawn.append(ax.text(i, -0.03 * tall, str(total.index[i]), ha="center", va="top", fontsize=7.2, color=SOFT))
    ax.set_ylim(0, 1.22 * tall)
    ax.set_xlim(-0.6, len(x) - 0.4)
    ax.set_axis_off()
    return drawn
