"""Figures of the relation: ceiling, record of the dose, slopes with their limits, what to ask for first, power."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import style
from ucj_analysis.figures.base import Chart
from ucj_analysis.figures.style import ACCENT, FAINT, INK, LINE, MARK, PAPER, SECOND, SOFT, word
from ucj_analysis.regions import get

_SAY = {
    "id": {
        "known": "diketahui", "bounded": "hanya batasnya diketahui", "planned only": "hanya rencana",
        "unknown": "tidak ada catatan (0 sampai 100)", "no_end": "tidak terbatas",
        "none": "tidak ada kemiringan", "no_test": "tanpa selang", "allowed": "dimungkinkan catatan",
        "tested": "dosis yang ditetapkan, selang 95 persen (kanan)", "ceiling": "batas atas setahun, dengan selangnya",
        "detectable": "selisih terkecil yang terlihat pada dosis itu", "effect": "hubungan sebenarnya, poin per 10 "
        "peserta per 100 pekerja",
    },
    "en": {
        "known": "known", "bounded": "only bounds are known", "planned only": "only plans",
        "unknown": "no record (0 to 100)", "no_end": "no end",
        "none": "no slope", "no_test": "no interval", "allowed": "allowed by the record",
        "tested": "declared doses, 95 percent interval (right)", "ceiling": "ceiling of a year, with its interval",
        "detectable": "smallest difference seen at that dose", "effect": "true relation, points per 10 participants "
        "per 100 workers",
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


_LIMITS = ["label", "slope_per_10", "lower", "upper", "record_lower", "record_upper"]


def slopes(table, *, alt, lang, title, unit, source):
    """Slopes with both their limits, one a row: what the record allows (band) and the 95 percent interval (line).

    A row without an interval keeps its band, with a hollow mark; a row without a slope is written out as such.

    Parameters
    ----------
    table : DataFrame
        label, then as `models.verdict.Slope.record`: slope_per_10, lower, upper, record_lower, record_upper; first row on top.
        Limits are not optional: without these columns there is no picture.
    """
    absent = [c for c in _LIMITS if c not in table]
    if absent:
        raise UcjError(f"slopes are not drawn without their limits: no column {', '.join(absent)}")
    if table.empty:
        raise UcjError("table is empty: expected a row per slope")
    say = _SAY[language.check(lang)]
    values = table[_LIMITS[1:]].to_numpy(float)
    reach = [np.abs(r[np.isfinite(r)]).max() for r in values if np.isfinite(r).any()] or [1.0]
    limit = min(max(reach), 2.5 * float(np.median(reach))) * 1.05

    def show(v):
        return language.number(v, lang, 2, sign=True) if np.isfinite(v) else say["no_end"]

    with style.apply():
        height = 1.15 + 0.27 * len(table)
        figure, ax = _frame(height, title, unit, source, lang, left=0.36, right=0.80, head=0.68)
        for y, r in zip(range(len(table) - 1, -1, -1), table.itertuples(), strict=True):
            if not np.isfinite(r.slope_per_10):
                ax.text(1.03, y, say["none"], transform=ax.get_yaxis_transform(), fontsize=6.6, va="center", color=SOFT)
                continue
            for low, high, wide, shade in ((r.record_lower, r.record_upper, 7, 0.28), (r.lower, r.upper, 1.4, 1.0)):
                if low != low:
                    continue
                a, b = np.clip([low, high], -limit, limit)
                ax.plot([a, b], [y, y], color=ACCENT, linewidth=wide, alpha=shade, solid_capstyle="butt", zorder=2)
                for x, out, mark in ((a, low < -limit, "<"), (b, high > limit, ">")):
                    if out:
                        ax.plot(x, y, mark, color=ACCENT, markersize=5, clip_on=False, alpha=max(shade, 0.5))
            tested = r.lower == r.lower
            ax.plot(np.clip(r.slope_per_10, -limit, limit), y, "o", markersize=4.4, color=INK, zorder=4,
                    markerfacecolor=INK if tested else PAPER)  # fmt: skip
            text = f"{show(r.lower)} … {show(r.upper)}" if tested else say["no_test"]
            ax.text(1.03, y, text, transform=ax.get_yaxis_transform(), fontsize=6.6, va="center")
        ax.axvline(0, color=SOFT, linewidth=0.9, zorder=0)
        ax.set_yticks(range(len(table)), list(table["label"])[::-1], color=INK, fontsize=6.8)
        ax.set(xlim=(-1.03 * limit, 1.03 * limit), ylim=(-0.6, len(table) - 0.4))
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v), sign=True))
        ax.grid(axis="x")
        keys = [plt.Line2D([], [], color=ACCENT, linewidth=7, alpha=0.28, label=say["allowed"]),
                plt.Line2D([], [], color=ACCENT, linewidth=1.4, marker="o", markersize=4.4, markerfacecolor=INK,
                           markeredgecolor=INK, label=say["tested"])]  # fmt: skip
        figure.legend(handles=keys, loc="upper left", bbox_to_anchor=(0.35, 1 - 0.36 / height), ncols=2, fontsize=6.6)
        plt.close(figure)
    return Chart(figure, alt, title)


def ceiling_beside(ceiling, detectable, *, alt, lang, title, unit, source):
    """The largest falls that death benefits could have produced, beside the smallest difference that would be seen.

    Parameters
    ----------
    ceiling : DataFrame from `models.ceiling.table`
    detectable : sequence of float
        Smallest difference seen at the dose of each row, percentage points; infinite where none would be.
    """
    if ceiling.empty:
        raise UcjError("ceiling is empty: no region and year with participants and an estimated rate")
    detectable = np.asarray(detectable, float)
    if detectable.shape != (len(ceiling),):
        raise UcjError(f"detectable: expected {len(ceiling)} values, one a row of the ceiling, got {len(detectable)}")
    say = _SAY[language.check(lang)]
    with style.apply():
        height = 1.25 + 0.32 * len(ceiling)
        figure, ax = _frame(height, title, unit, source, lang, left=0.24, right=0.95, head=0.68)
        ends = np.r_[ceiling["fall_upper"], detectable[np.isfinite(detectable)]]
        top = 1.12 * max(ends)
        for y, r, d in zip(range(len(ceiling) - 1, -1, -1), ceiling.itertuples(), detectable, strict=True):
            ax.barh(y, r.fall, 0.5, color=ACCENT, zorder=2)
            ax.plot([r.fall_lower, r.fall_upper], [y, y], color=INK, linewidth=1.2, zorder=3)
            said, near = language.number(r.fall, lang, 2), np.isfinite(d) and abs(d - r.fall_upper) < 0.16 * top
            if np.isfinite(d):
                ax.plot(d, y, "D", color=MARK, markersize=5.5, zorder=3)
                seen = language.number(d, lang, 1)
                if near:  # side by side, where one would stand on the other
                    said = f"{said} / {seen}"
                else:
                    ax.text(d - 0.015 * top, y, seen, fontsize=7, va="center", ha="right")
            ax.text((max(d, r.fall_upper) if near else r.fall_upper) + 0.015 * top, y, said, fontsize=7, va="center")
        labels = [f"{get(r.region_code).short} {r.year}" for r in ceiling.itertuples()]
        ax.set_yticks(range(len(ceiling)), labels[::-1], color=INK, fontsize=7.4)
        ax.set(xlim=(0, top), ylim=(-0.6, len(ceiling) - 0.4))
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        ax.grid(axis="x")
        keys = [Patch(color=ACCENT, label=say["ceiling"]),
                plt.Line2D([], [], color=MARK, marker="D", linestyle="", markersize=5.5, label=say["detectable"])]  # fmt: skip
        figure.legend(handles=keys, loc="upper left", bbox_to_anchor=(0.23, 1 - 0.36 / height), ncols=2, fontsize=6.6)
        plt.close(figure)
    return Chart(figure, alt, title)


def power_lines(table, *, alt, lang, title, unit, source):
    """Power by size of the effect, one line per design.

    Parameters
    ----------
    table : DataFrame
        label, effect, power (0 to 1).
    """
    if table.empty:
        raise UcjError("table is empty: expected rows of label, effect and power")
    say = _SAY[language.check(lang)]
    with style.apply():
        height = 3.3
        figure, ax = _frame(height, title, unit, source, lang, left=0.09, right=0.74, foot=0.62)
        shades = style.coverage_colours(table["label"].nunique() + 2)[2:]
        marks = ["o", "s", "^", "D", "v", "P"]
        for i, (label, own) in enumerate(table.groupby("label", sort=False)):
            ax.plot(
                own["effect"], 100 * own["power"], color=shades[i], marker=marks[i % 6], markersize=3.8, label=label
            )
        ax.axhline(80, color=SECOND, linewidth=0.9, linestyle=(0, (4, 3)))
        ax.set(ylim=(0, 101), xlim=(0, table["effect"].max()))
        ax.set_xlabel(say["effect"])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        ax.grid(axis="both")
        figure.legend(loc="upper left", bbox_to_anchor=(0.75, 1 - 0.5 / height), fontsize=7)
        plt.close(figure)
    return Chart(figure, alt, title)
