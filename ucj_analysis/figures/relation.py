"""Figures of the relation: what the record says of the dose, the set of slopes it allows, what to ask for first."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import style
from ucj_analysis.figures.base import Chart
from ucj_analysis.figures.style import ACCENT, FAINT, INK, LINE, PAPER, SECOND, SOFT, word
from ucj_analysis.regions import get

_SAY = {
    "id": {
        "known": "diketahui", "bounded": "hanya batasnya diketahui", "planned only": "hanya rencana",
        "unknown": "tidak ada catatan (0 sampai 100)", "no_end": "tidak terbatas",
    },
    "en": {
        "known": "known", "bounded": "only bounds are known", "planned only": "only plans",
        "unknown": "no record (0 to 100)", "no_end": "no end",
    },
}  # fmt: skip
_LOOK = {
    "bounded": {"color": ACCENT, "alpha": 0.45},
    "planned only": {"facecolor": PAPER, "edgecolor": SECOND, "hatch": "////", "linewidth": 0.6},
    "unknown": {"facecolor": FAINT, "edgecolor": LINE, "hatch": "....", "linewidth": 0.6},
}


def _frame(height, title, unit, source, lang, left=0.11, right=0.97, head=0.50, foot=0.44):
    figure, ax = plt.subplots(figsize=(7.5, height))
    figure.subplots_adjust(left, foot / height, right, 1 - head / height)
    figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
    figure.text(0.012, 1 - 0.26 / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
    figure.text(0.012, 0.05 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
    ax.tick_params(length=0)
    ax.spines["left"].set_visible(False)
    return figure, ax


def dose_record(cells, *, alt, lang, title, unit, source, base="employed"):
    """Dose of each region and year as an interval, the status drawn as such; a strip a region.

    Parameters
    ----------
    cells : DataFrame
        Of a Panel: region_code, year, status, dose_BASE_lower and dose_BASE_upper (persons per 100 workers).
    base : {"employed", "informal"}
    """
    if cells.empty:
        raise UcjError("cells is empty: expected the cells of a panel")
    say = _SAY[language.check(lang)]
    codes, years = sorted(cells["region_code"].unique()), sorted(cells["year"].unique())
    low, high = f"dose_{base}_lower", f"dose_{base}_upper"
    with style.apply():
        height = 0.95 + 0.62 * len(codes)
        figure, ax = _frame(height, title, unit, source, lang, left=0.17, head=0.72)
        scale = 0.82 / 100
        for i, code in enumerate(codes):
            floor = len(codes) - 1 - i
            ax.axhline(floor, color=LINE, linewidth=0.7, zorder=1)
            for r in cells[cells["region_code"] == code].itertuples():
                a, b = getattr(r, low), getattr(r, high)
                if r.status == "known":
                    ax.plot([r.year - 0.32, r.year + 0.32], [floor + scale * a] * 2, color=ACCENT, linewidth=2.4, zorder=3,
                            solid_capstyle="butt")  # fmt: skip
                else:
                    # a narrow interval stays visible
                    ax.bar(
                        r.year, max(scale * (b - a), 0.03), 0.64, bottom=floor + scale * a, zorder=2, **_LOOK[r.status]
                    )
                if r.status in ("known", "bounded"):
                    digits = 0 if max(a, b) == 0 or b - a > 1 else 1
                    top = floor + scale * b + 0.03 if b < 80 else floor + 0.36
                    ax.text(r.year, top, language.span(a, b, lang, digits), fontsize=5.8,
                            ha="center", va="bottom", color=INK, zorder=4)  # fmt: skip
        ax.set_yticks([len(codes) - 1 - i + 0.4 for i in range(len(codes))], [get(c).short for c in codes], color=INK)
        ax.set_xticks(years, [str(y) for y in years])
        ax.set(xlim=(min(years) - 0.5, max(years) + 0.5), ylim=(-0.02, len(codes)))
        keys = [plt.Line2D([], [], color=ACCENT, linewidth=2.4, label=say["known"])]
        keys += [Patch(label=say[s], **_LOOK[s]) for s in _LOOK]
        figure.legend(handles=keys, loc="upper left", bbox_to_anchor=(0.16, 1 - 0.38 / height), ncols=4, fontsize=6.6,
                      handlelength=1.6, columnspacing=1.2)  # fmt: skip
        plt.close(figure)
    return Chart(figure, alt, title)


def identified_sets(sets, *, alt, lang, title, unit, source):
    """Slopes that the record allows, one specification a row; an arrow where the set has no end on the axis.

    Parameters
    ----------
    sets : DataFrame
        label, lower, upper (may be infinite), slope (of one completion, NaN for none); first row on top.
    """
    if sets.empty:
        raise UcjError("sets is empty: expected a row per specification")
    say = _SAY[language.check(lang)]
    values = sets[["lower", "upper", "slope"]].to_numpy(float)
    ends = values[np.isfinite(values)]
    # one wide set must not press the others flat: the axis ends at three times the median reach
    reach = np.median([np.abs(r[np.isfinite(r)]).max() for r in values if np.isfinite(r).any()] or [1.0])
    limit = min(np.abs(ends).max() if len(ends) else 1.0, 3 * reach) * 1.1
    with style.apply():
        height = 0.98 + 0.30 * len(sets)
        figure, ax = _frame(height, title, unit, source, lang, left=0.31, right=0.79)
        for i, r in enumerate(sets.itertuples()):
            y = len(sets) - 1 - i
            a, b = max(r.lower, -limit), min(r.upper, limit)
            ax.plot([a, b], [y, y], color=ACCENT, linewidth=6, alpha=0.40, solid_capstyle="butt")
            for x, out, mark in ((a, r.lower < -limit, "<"), (b, r.upper > limit, ">")):
                if out:
                    ax.plot(x, y, mark, color=ACCENT, markersize=6, clip_on=False)
            if np.isfinite(r.slope):
                ax.plot(r.slope, y, "|", color=INK, markersize=11, markeredgewidth=1.6)
            text = [
                language.number(v, lang, 2, sign=True) if np.isfinite(v) else say["no_end"] for v in (r.lower, r.upper)
            ]
            text = text[:1] if text[0] == text[1] == say["no_end"] else text
            ax.text(1.03, y, " … ".join(text), transform=ax.get_yaxis_transform(), fontsize=7.2, va="center")
        ax.axvline(0, color=SOFT, linewidth=0.9, zorder=0)
        ax.set_yticks(range(len(sets)), list(sets["label"])[::-1], color=INK, fontsize=7.4)
        ax.set(xlim=(-1.03 * limit, 1.03 * limit), ylim=(-0.6, len(sets) - 0.4))
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v), sign=True))
        ax.grid(axis="x")
        plt.close(figure)
    return Chart(figure, alt, title)


def value_bars(values, *, alt, lang, title, unit, source, most=12):
    """How much the set would shrink if a figure were known, largest first; 0 to 100 percent.

    Parameters
    ----------
    values : DataFrame
        label and shrink (share of the width of today), from `identification.value_of_information` or `requests`.
    most : int
        Bars drawn; the number left out is printed.
    """
    if values.empty:
        raise UcjError("values is empty: expected a row per figure that could be asked for")
    language.check(lang)
    rows, rest = values.head(most), len(values) - most
    with style.apply():
        height = 1.0 + 0.24 * len(rows)
        figure, ax = _frame(height, title, unit, source, lang, left=0.28, right=0.92)
        at = np.arange(len(rows))[::-1]
        ax.barh(at, 100 * rows["shrink"].clip(lower=0), 0.62, color=ACCENT)
        for y, v in zip(at, 100 * rows["shrink"], strict=True):
            ax.text(max(v, 0) + 1, y, language.percent(v, lang, 0, short=True), fontsize=7.2, va="center")
        ax.set_yticks(at, list(rows["label"]), color=INK, fontsize=7.4)
        ax.set(xlim=(0, 100), ylim=(-0.6, len(rows) - 0.4))
        ax.xaxis.set_major_formatter(lambda v, _: language.percent(v, lang, 0, short=True))
        ax.grid(axis="x")
        if rest > 0:
            text = {
                "id": f"{rest} angka lain, masing-masing kurang dari itu",
                "en": f"{rest} more figures, each worth less",
            }
            ax.text(0.99, 0.02, text[lang], transform=ax.transAxes, ha="right", va="bottom", fontsize=6.6, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)
