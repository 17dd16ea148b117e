"""Charts: trends cut where definitions change, planned against realised, what each source said, what is known.

From Our World in Data: lines are named where they end, and a reader needs no colour key.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import layers, style
from ucj_analysis.figures.base import Chart
from ucj_analysis.figures.style import ACCENT, FAINT, INK, LINE, PAPER, SECOND, SOFT, WARN, word
from ucj_analysis.regions import get

_REALISED, _PLANNED = ACCENT, "#c2691c"


def trend_lines(
    levels,
    *,
    alt,
    lang,
    title,
    unit,
    source,
    highlight=(),
    province=None,
    events=None,
    width=7.5,
    height=3.0,
    digits=2,
    show_title=True,
    choices=(),
):
    """Lines over years, one a region, cut where the definition changes; province and events marked.

    Parameters
    ----------
    levels : DataFrame
        region_code, year, value, definition, segment_id, as from `poverty.levels`.
    highlight : codes drawn in full colour; the others stay grey
    province : code, optional
        Drawn dashed.
    events : DataFrame, optional
        year (may be fractional), mark (short text printed above the line at that date); a dict of them by code with ``choices``.
    show_title : bool
        False where the page prints the title itself.
    choices : codes, optional
        Each of them is drawn highlighted and plain, as layers (`layers.Layers.pick` chooses one).
    """
    if levels.empty:
        raise UcjError("levels is empty: expected rows of poverty.levels")
    codes = sorted(levels["region_code"].unique())
    bright = [c for c in codes if c in highlight]
    plain = {
        c: col
        for c, col in zip(bright, ["#0b4f6c", "#b3261e", "#2f6f3e", "#6a3d9a", "#8a4b08", "#444444"], strict=False)
    }
    crowded = len(codes) > 10  # end labels for all would not fit
    with style.apply():
        figure, ax = plt.subplots(figsize=(width, height))
        down = 0.24 if show_title else 0.0
        longest = max(len(_name(c, lang)) for c in codes)
        right = 1.5 if width > 6 else min(1.9, 0.45 + 0.0095 * 6.4 * longest)
        figure.subplots_adjust(0.41 / width, 0.44 / height, 1 - right / width, 1 - (0.26 + down) / height)
        if show_title:
            figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 1 - (0.03 + down) / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        ends = []
        for code in sorted(codes, key=lambda c: (c in plain, c == province)):
            here = levels[levels["region_code"] == code]
            _line(ax, here, code, province, plain.get(code), layers.without if code in choices else None)
            last = here.iloc[-1]
            ends.append((last["value"], last["year"], code, plain.get(code, INK if code == province else SOFT)))
        for code in choices:
            _line(ax, levels[levels["region_code"] == code], code, province, ACCENT, layers.only)
        low, high = levels["value"].min(), levels["value"].max()
        pad = 0.08 * (high - low or 1)
        ax.set_ylim(max(0, low - pad) if low >= 0 else low - pad, high + pad * (2.4 if events is not None else 1))
        first, last = int(levels["year"].min()), int(levels["year"].max())
        ax.set_xlim(first - 0.3, last + 0.25)
        step = 1 if last - first <= width * 1.6 else 2
        ax.set_xticks(range(last, first - 1, -step), [str(y) for y in range(last, first - 1, -step)])
        ax.grid(axis="y")
        ax.yaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        ax.tick_params(length=0)
        ax.spines["left"].set_visible(False)
        _cuts(ax, levels, lang)
        if isinstance(events, dict):
            for code, own in events.items():
                _events(ax, own, code)
        elif events is not None and len(events):
            _events(ax, events)
        if crowded:
            outer = {e[2] for e in (min(ends), max(ends))}
            for code in choices or [*plain, None]:
                kept = [e for e in ends if e[2] in {province, code} | outer]
                _end_labels(figure, ax, kept, [code], lang, digits, layer=(layers.only, code) if choices else None)
        else:
            _end_labels(figure, ax, ends, plain, lang, digits, choices=choices)
        figure.text(0.012, 0.05 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def _line(ax, here, code, province, bright, layer):
    """One region: in full colour when ``bright`` is a colour; parts are marked by ``layer``."""
    look = {
        "color": bright or (INK if code == province else "#9aa5b0"),
        "linewidth": 2.2 if bright else 1.4 if code == province else 1.0,
        "linestyle": (0, (4, 2)) if code == province and not bright else "-",
        "zorder": 4 if bright else 3 if code == province else 2,
    }
    for _, part in here.groupby("segment_id"):
        single = len(part) == 1
        (drawn,) = ax.plot(part["year"], part["value"], marker="o" if single or bright else None, markersize=3, **look)
        if layer:
            layer(drawn, code)


def _cuts(ax, levels, lang):
    """Mark where a definition ends: a dotted rule between the years, named once."""
    one = levels[levels["region_code"] == levels["region_code"].iloc[0]]
    for (_, a), (_, b) in zip(one.iloc[:-1].iterrows(), one.iloc[1:].iterrows(), strict=True):
        if a["segment_id"] != b["segment_id"]:
            x = (a["year"] + b["year"]) / 2
            ax.axvline(x, color=SOFT, linewidth=0.8, linestyle=":", zorder=1)
            ax.text(
                x + 0.06,
                0.012,
                word("new_definition", lang),
                transform=ax.get_xaxis_transform(),
                fontsize=6.3,
                color=SOFT,
                va="bottom",
                ha="left",
            )


def _events(ax, events, code=None):
    for row in events.itertuples():
        rule = ax.axvline(row.year, color=SECOND, linewidth=0.7, alpha=0.55, zorder=1)
        mark = ax.text(
            row.year,
            0.985,
            row.mark,
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=6.6,
            color=PAPER,
            weight="bold",
            bbox={"boxstyle": "circle,pad=0.22", "facecolor": SECOND, "linewidth": 0},
        )
        if code:
            layers.only(rule, code), layers.only(mark, code)


def _end_labels(figure, ax, ends, bright, lang, digits, *, choices=(), layer=None):
    """Name each line at its end; labels that would overlap are moved apart and keep a thin leader.

    ``choices`` get both looks as layers; ``layer`` (mark, code) marks all that is drawn.
    """
    size = 7.4 if figure.get_size_inches()[0] > 6 else 6.4
    low, high = ax.get_ylim()
    gap = (high - low) * 1.55 * size / (ax.get_window_extent().height * 72 / figure.dpi)
    ends = sorted(ends)
    spots = np.array([e[0] for e in ends])
    for _ in range(200):
        moved = False
        for i in range(len(spots) - 1):
            short = gap - (spots[i + 1] - spots[i])
            if short > 1e-9:
                spots[i] -= short / 2
                spots[i + 1] += short / 2
                moved = True
        if not moved:
            break
    spots += max(0.0, low + gap / 3 - spots[0])
    right = ax.get_xlim()[1]
    span = right - ax.get_xlim()[0]
    for (value, year, code, colour), y in zip(ends, spots, strict=True):
        (leader,) = ax.plot(
            [year, right, right + 0.012 * span], [value, value, y], color=LINE, linewidth=0.6, clip_on=False, zorder=1
        )
        looks = [(colour, "bold" if code in bright else "normal", None)]
        if code in choices:
            looks = [(colour, "normal", layers.without), (ACCENT, "bold", layers.only)]
        if layer and code in bright:
            looks = [(ACCENT, "bold", None)]
        for tint, weight, mark in looks:
            name = ax.text(right + 0.018 * span, y, f"{language.number(value, lang, digits)}  {_name(code, lang)}",
                           fontsize=size, va="center", color=tint, weight=weight, clip_on=False)  # fmt: skip
            if mark:
                mark(name, code)
            if layer:
                layer[0](name, layer[1]), layer[0](leader, layer[1])


def dumbbell(rows, *, alt, lang, title, unit, source):
    """Planned against realised, one line a label; an open end where no realisation is known.

    Parameters
    ----------
    rows : DataFrame
        label, planned, planned_note, realised, realised_lower, realised_upper, realised_note; NaN where not stated.
    """
    if rows.empty:
        raise UcjError("rows is empty: expected at least one pair of planned and realised")
    with style.apply():
        height = 1.0 + 0.36 * len(rows)
        figure, ax = plt.subplots(figsize=(7.5, height))
        figure.subplots_adjust(0.03 + 0.0092 * rows["label"].str.len().max(), 0.40 / height, 0.97, 1 - 0.55 / height)
        figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 1 - 0.26 / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        top = rows[["planned", "realised_upper", "realised"]].max().max()
        for y, r in enumerate(rows.iloc[::-1].itertuples()):
            if pd.notna(r.planned) and pd.notna(r.realised):
                ax.plot([r.planned, r.realised], [y, y], color=LINE, linewidth=2.5, zorder=1)
            if pd.notna(r.realised):
                if r.realised_upper > r.realised_lower:
                    ax.plot([r.realised_lower, r.realised_upper], [y, y], color=_REALISED, linewidth=1.2, zorder=2)
                ax.plot(r.realised, y, "o", color=_REALISED, markersize=7, zorder=4)
                _value(
                    ax, r.realised, y, 6.5, f"{language.number(r.realised, lang)} ({r.realised_note})", _REALISED, top
                )
            if pd.notna(r.planned):
                ax.plot(
                    r.planned,
                    y,
                    "D",
                    markerfacecolor=PAPER,
                    markeredgecolor=_PLANNED,
                    markersize=6,
                    zorder=3,
                    markeredgewidth=1.5,
                )
                _value(ax, r.planned, y, -6.5, f"{language.number(r.planned, lang)} ({r.planned_note})", "#8f4a0f", top)
        ax.set_yticks(range(len(rows)), list(rows["label"])[::-1], color=INK)
        ax.set(ylim=(-0.55, len(rows) - 0.5), xlim=(0, top * 1.12))
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang))
        ax.grid(axis="x")
        ax.tick_params(length=0)
        ax.spines["left"].set_visible(False)
        handles = [
            Line2D(
                [],
                [],
                marker="D",
                linestyle="",
                markerfacecolor=PAPER,
                markeredgecolor=_PLANNED,
                markersize=6,
                label=word("planned", lang),
            ),
            Line2D([], [], marker="o", linestyle="", color=_REALISED, markersize=7, label=word("realised", lang)),
        ]
        figure.legend(
            handles=handles,
            loc="upper right",
            bbox_to_anchor=(0.99, 1.0 - 0.18 / height),
            ncols=2,
            handletextpad=0.2,
            columnspacing=1.2,
        )
        figure.text(0.012, 0.05 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def _value(ax, x, y, shift, text, colour, top):
    left = x < 0.6 * top
    ax.annotate(
        text,
        (x, y),
        xytext=(6 if left else -6, shift),
        textcoords="offset points",
        fontsize=6.4,
        color=colour,
        ha="left" if left else "right",
        va="center",
    )


def _name(code, lang):
    region = get(code)
    return word("province", lang) if region.level == "province" else region.short


def interval_bars(values, *, alt, lang, title, unit, source, reference=None):
    """One figure per region as an interval with its date; a bound is a bar to the end of what is possible.

    Parameters
    ----------
    values : DataFrame
        region_code, value, lower, upper, qualifier, period, unit; one row per region.
    reference : (float, str), optional
        A rule across, such as a target, and its name.
    """
    if values.empty:
        raise UcjError("values is empty: expected one row per region")
    rows = values.sort_values(["value", "region_code"])
    with style.apply():
        height = 0.95 + 0.30 * len(rows)
        figure, ax = plt.subplots(figsize=(7.5, height))
        figure.subplots_adjust(0.20, 0.40 / height, 0.80, 1 - 0.48 / height)
        figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 1 - 0.26 / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        for y, r in enumerate(rows.itertuples()):
            bound = r.qualifier in ("at_least", "at_most", "range")
            if r.upper > r.lower:
                ax.plot([r.lower, r.upper], [y, y], color=ACCENT, linewidth=6, alpha=0.30, solid_capstyle="butt")
            if not bound:
                ax.plot(r.value, y, "o", color=ACCENT, markersize=6)
            text = language.quantity(
                {"value": r.value, "lower": r.lower, "upper": r.upper, "unit": r.unit, "qualifier": r.qualifier},
                lang,
                short=True,
            )
            ax.text(
                1.015,
                y,
                f"{text}, {language.period(r.period, lang, short=True)}",
                transform=ax.get_yaxis_transform(),
                fontsize=7.4,
                va="center",
            )
        if reference is not None:
            at, name = reference
            ax.axvline(at, color=SECOND, linewidth=1, linestyle="--", zorder=0)
            ax.text(
                at, 1.0, name, transform=ax.get_xaxis_transform(), fontsize=6.6, color=SECOND, ha="center", va="bottom"
            )
        ax.set_yticks(range(len(rows)), [_name(c, lang) for c in rows["region_code"]], color=INK)
        ax.set(ylim=(-0.6, len(rows) - 0.4))
        if (rows["unit"] == "percent").all():
            ax.set_xlim(0, 100)
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang))
        ax.grid(axis="x")
        ax.tick_params(length=0)
        ax.spines["left"].set_visible(False)
        figure.text(0.012, 0.05 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def conflict_chart(rows, *, alt, lang, title, unit, source):
    """What each source said of the same figure: one line a statement, the one used in full colour.

    Parameters
    ----------
    rows : DataFrame
        figure (heading of the group), said_by, value, lower, upper, role ("chosen", "conflicts", "disputed").
    """
    if rows.empty:
        raise UcjError("rows is empty: there is no conflict to draw")
    colours = {"chosen": ACCENT, "conflicts": _PLANNED, "disputed": WARN}
    with style.apply():
        groups = list(dict.fromkeys(rows["figure"]))
        lines = len(rows) + len(groups)
        height = 0.95 + 0.235 * lines
        figure, ax = plt.subplots(figsize=(7.5, height))
        figure.subplots_adjust(0.50, 0.42 / height, 0.96, 1 - 0.55 / height)
        figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 1 - 0.26 / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        y = lines - 1
        edge = ax.get_yaxis_transform()
        for group in groups:
            ax.axhspan(y - 0.5, y + 0.5, color=FAINT, zorder=0)
            ax.text(-1.06, y, group, transform=edge, fontsize=7.4, weight="bold", va="center")
            y -= 1
            for r in rows[rows["figure"] == group].itertuples():
                colour = colours[r.role]
                if pd.notna(r.upper) and r.upper > r.lower:
                    ax.plot([r.lower, r.upper], [y, y], color=colour, linewidth=4, alpha=0.35, solid_capstyle="butt")
                ax.plot(
                    r.value,
                    y,
                    "o" if r.role == "chosen" else "X" if r.role == "disputed" else "D",
                    color=colour,
                    markersize=5,
                )
                ax.text(-1.04, y, _clip(r.said_by, 62), transform=edge, fontsize=6.6, va="center", color=SOFT)
                ax.annotate(
                    language.number(r.value, lang, language.decimals(r.value)),
                    (r.value, y),
                    xytext=(6, 0),
                    textcoords="offset points",
                    fontsize=6.6,
                    va="center",
                    color=colour,
                )
                y -= 1
        high = max(rows["value"].max(), rows["upper"].max())
        ax.set(ylim=(-0.6, lines - 0.4), xlim=(0, high * 1.18))
        ax.set_yticks([])
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang))
        ax.grid(axis="x")
        ax.tick_params(length=0)
        ax.spines["left"].set_visible(False)
        marks = {"chosen": "o", "conflicts": "D", "disputed": "X"}
        used = [k for k in marks if (rows["role"] == k).any()]
        figure.legend(
            handles=[
                Line2D([], [], marker=marks[k], linestyle="", color=colours[k], markersize=5, label=word(k, lang))
                for k in used
            ],
            loc="upper right",
            bbox_to_anchor=(0.99, 1.0 - 0.18 / height),
            ncols=len(used),
            handletextpad=0.2,
        )
        figure.text(0.012, 0.05 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def _clip(text, most):
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def coverage_matrix(counts, *, alt, lang, title, unit, source):
    """How many figures there are: rows by years; a cell without figures stays white.

    Parameters
    ----------
    counts : DataFrame
        Index of row labels, columns of years, counts as values.
    """
    if counts.empty:
        raise UcjError("counts is empty: expected rows by years")
    with style.apply():
        height = 0.95 + 0.21 * len(counts)
        figure, ax = plt.subplots(figsize=(7.5, height))
        figure.subplots_adjust(0.30, 0.30 / height, 0.985, 1 - 0.75 / height)
        figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 1 - 0.26 / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        import seaborn as sns  # half a second, and only this chart needs it

        shown = np.minimum(counts, 4)
        palette = sns.color_palette("blend:#d4e6ea,#0b4f6c", 4)
        sns.heatmap(
            shown.where(counts > 0),
            ax=ax,
            cmap=palette,
            vmin=0.5,
            vmax=4.5,
            cbar=False,
            linewidths=0.6,
            linecolor=FAINT,
            annot=counts.where(counts > 0),
            fmt=".0f",
            annot_kws={"fontsize": 6.2},
        )
        ax.set(xlabel="", ylabel="")
        ax.xaxis.tick_top()
        ax.tick_params(length=0, labelsize=7)
        ax.tick_params(axis="x", rotation=0, labelsize=7 if counts.shape[1] <= 16 else 5.8)
        ax.tick_params(axis="y", rotation=0)
        figure.text(0.012, 0.05 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def ladder(
    rows,
    *,
    alt,
    lang,
    title,
    unit,
    source,
    highlight=(),
    official=None,
    width=7.5,
    row_height=0.24,
    show_title=True,
    choices=(),
):
    """Estimated rates with 80 % (thick) and 95 % (thin) intervals, highest first; official points where there are any.

    Parameters
    ----------
    rows : DataFrame
        region_code, rate, lower80, upper80, lower95, upper95 (percent).
    official : DataFrame, optional
        region_code, official (percent).
    highlight : codes drawn in full colour
    choices : codes, optional
        Each of them is drawn highlighted and faint, as layers.
    """
    if rows.empty:
        raise UcjError("rows is empty: expected one row of estimates per region")
    order = rows.sort_values(["rate", "region_code"])
    with style.apply():
        lines = unit.count("\n") + 1
        top = (0.46 if show_title else 0.22) + 0.12 * (lines - 1) + (0.14 if width < 6 else 0)
        height = 0.36 + top + row_height * len(order)
        small = min(7.2, 50 * row_height)
        figure, ax = plt.subplots(figsize=(width, height))
        longest = max(len(_name(c, lang)) for c in order["region_code"])
        left = 1.5 if width > 6 else min(1.55, 0.2 + 0.0095 * small * longest)
        right = 1.57 if width > 6 else 0.2 + 0.0095 * small * 15
        figure.subplots_adjust(left / width, 0.36 / height, 1 - right / width, 1 - top / height)
        if show_title:
            figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
        down = 0.27 if show_title else 0.03
        figure.text(0.012, 1 - down / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        edge = ax.get_yaxis_transform()
        ax.set_yticks([])

        def rung(y, r, colour, weight, mark):
            span = language.span(r.lower80, r.upper80, lang, 1)
            drawn = [
                *ax.plot([r.lower95, r.upper95], [y, y], color=colour, linewidth=1.1),
                *ax.plot([r.lower80, r.upper80], [y, y], color=colour, linewidth=min(4.5, 27 * row_height), alpha=0.45,
                         solid_capstyle="butt"),
                *ax.plot(r.rate, y, "o", color=colour, markersize=min(4.5, 27 * row_height)),
                ax.text(1.015, y, f"{language.number(r.rate, lang, 1)}  ({span})", transform=edge, fontsize=small, va="center",
                        weight=weight),
                ax.text(-0.015, y, _name(r.region_code, lang), transform=edge, fontsize=small, va="center", ha="right",
                        weight=weight),
            ]  # fmt: skip
            for artist in drawn if mark else ():
                mark(artist, r.region_code)

        faint = "#8d9aa6"
        for y, r in enumerate(order.itertuples()):
            if len(choices):
                one = r.region_code in choices
                rung(y, r, faint if one else ACCENT, "normal", layers.without if one else None)
                if one:
                    rung(y, r, ACCENT, "bold", layers.only)
                continue
            bright = not len(highlight) or r.region_code in highlight
            rung(y, r, ACCENT if bright else faint, "bold" if bright and len(highlight) else "normal", None)
        handles = [
            Line2D(
                [], [], marker="o", color=ACCENT, markersize=4.5, linewidth=4, alpha=0.8, label=word("estimate", lang)
            )
        ]
        if official is not None and len(official):
            spot = {c: y for y, c in enumerate(order["region_code"])}
            for r in official.itertuples():
                if r.region_code in spot:
                    ax.plot(r.official, spot[r.region_code], "D", color=_PLANNED, markersize=5, zorder=5)
            handles.append(
                Line2D([], [], marker="D", linestyle="", color=_PLANNED, markersize=5, label=word("official", lang))
            )
        ax.set(ylim=(-0.6, len(order) - 0.4), xlim=(0, None))
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        ax.grid(axis="x")
        ax.tick_params(length=0)
        ax.spines["left"].set_visible(False)
        spot = 1 - (top - 0.24) / height if width > 6 else 1 - (top - 0.19) / height
        figure.legend(handles=handles, loc="upper right", bbox_to_anchor=(0.995, spot), ncols=len(handles))
        figure.text(0.012, 0.04 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def against_official(held, *, alt, lang, title, unit, source):
    """Estimates against official rates with 80 % intervals, both axes as square roots so that low rates can be seen.

    Parameters
    ----------
    held : DataFrame
        From `extreme_series.held_against_official`.
    """
    if held.empty:
        raise UcjError("held is empty: there is no official rate to hold estimates against")
    colours = dict(zip(sorted(held["basis"].unique()), ["#0b4f6c", "#c2691c", "#2f6f3e"], strict=False))
    with style.apply():
        figure, ax = plt.subplots(figsize=(5.6, 5.2))
        figure.subplots_adjust(0.11, 0.13, 0.98, 0.90)
        figure.text(0.012, 0.99, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 0.945, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        root = np.sqrt
        end = root(max(held["official"].max(), held["upper80"].max())) * 1.04
        ax.plot([0, end], [0, end], color=LINE, linewidth=1, zorder=0)
        for basis, here in held.groupby("basis"):
            low, high = root(here["estimate"]) - root(here["lower80"]), root(here["upper80"]) - root(here["estimate"])
            ax.errorbar(root(here["official"]), root(here["estimate"]), yerr=[low, high], fmt="none", ecolor=colours[basis],
                        elinewidth=0.7, alpha=0.45)  # fmt: skip
            for level, marker in (("regency", "o"), ("province", "s")):
                part = here[here["level"] == level]
                ax.plot(root(part["official"]), root(part["estimate"]), marker, color=colours[basis], markersize=4, alpha=0.9,
                        label=f"{basis}, {level} ({len(part)})" if len(part) else None)  # fmt: skip
        ticks = [0.1, 0.5, 1, 2, 5, 10, 20, 30]
        ticks = [t for t in ticks if root(t) <= end]
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_ticks([root(t) for t in ticks], [language.number(t, lang, language.decimals(t)) for t in ticks])
        ax.set(xlim=(0, end), ylim=(0, end), xlabel=word("official", lang), ylabel=word("estimate", lang))
        ax.grid()
        ax.tick_params(length=0)
        ax.legend(loc="upper left")
        figure.text(0.012, 0.008, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def estimate_path(series, smoothed, *, alt, lang, title, unit, source, official=None):
    """Estimated rate of one region over years: raw with 80 % intervals, the smoothed companion as a line, bases apart.

    Years whose r is not calibrated are drawn hollow: they are illustrative.

    Parameters
    ----------
    series : DataFrame
        year, definition, kind, rate, lower80, upper80 (percent) of one region.
    smoothed : DataFrame
        year, definition, smoothed, lower80, upper80, kind of the same region; may be empty.
    official : DataFrame, optional
        year, definition, official (percent).
    """
    if series.empty:
        raise UcjError("series is empty: expected the estimates of one region")
    bases = sorted(series["definition"].unique())
    colours = dict(zip(bases, [ACCENT, _PLANNED], strict=False))
    with style.apply():
        figure, ax = plt.subplots(figsize=(7.5, 3.1))
        figure.subplots_adjust(0.055, 0.13, 0.985, 0.83)
        figure.text(0.012, 0.985, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 0.915, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        for n, basis in enumerate(bases):
            here = series[series["definition"] == basis]
            x = here["year"] + (0.08 if n else -0.08)
            colour = colours[basis]
            ax.vlines(x, here["lower80"], here["upper80"], color=colour, linewidth=3.5, alpha=0.3)
            known = (here["kind"] == "calibrated").to_numpy()
            ax.plot(
                x[known],
                here["rate"][known],
                "o",
                color=colour,
                markersize=5,
                label=f"{word('estimate', lang)}, {basis}",
            )
            if (~known).any():
                ax.plot(x[~known], here["rate"][~known], "o", markerfacecolor=PAPER, markeredgecolor=colour, markersize=5,
                        label=word("illustrative", lang))  # fmt: skip
            line = smoothed[smoothed["definition"] == basis] if len(smoothed) else smoothed
            if len(line):
                ax.plot(line["year"], line["smoothed"], color=colour, linewidth=1.2, label=word("smoothed", lang))
                ax.fill_between(line["year"], line["lower80"], line["upper80"], color=colour, alpha=0.10, linewidth=0)
        if official is not None and len(official):
            ax.plot(
                official["year"],
                official["official"],
                "D",
                color=WARN,
                markersize=5,
                label=word("official", lang),
                zorder=5,
            )
        ax.set_xticks(sorted(series["year"].unique()), [str(y) for y in sorted(series["year"].unique())])
        ax.set_ylim(0, None)
        ax.yaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        ax.grid(axis="y")
        ax.tick_params(length=0)
        ax.spines["left"].set_visible(False)
        ax.legend(loc="upper right", ncols=2)
        figure.text(0.012, 0.015, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)


def parts_of_change(rows, *, alt, lang, title, unit, source):
    """Change of estimates split into its parts, one bar a region; parts that lower stand left of zero.

    Parameters
    ----------
    rows : DataFrame
        region_code, change, and the parts r, P0, P1/P0, P2/P0 (percentage points).
    """
    parts = ["r", "P0", "P1/P0", "P2/P0"]
    colours = dict(zip(parts, ["#8d9aa6", ACCENT, "#3b8ea5", "#c2691c"], strict=True))
    with style.apply():
        height = 0.95 + 0.30 * len(rows)
        figure, ax = plt.subplots(figsize=(7.5, height))
        figure.subplots_adjust(0.20, 0.34 / height, 0.90, 1 - 0.52 / height)
        figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
        figure.text(0.012, 1 - 0.26 / height, unit, va="top", ha="left", fontsize=7.2, color=SOFT)
        order = rows.sort_values("change", ascending=False)
        for y, (_, r) in enumerate(order.iterrows()):
            left = {True: 0.0, False: 0.0}
            for p in parts:
                side = bool(r[p] > 0)
                ax.barh(y, r[p], left=left[side], color=colours[p], height=0.6, label=p if y == 0 else None)
                left[side] += r[p]
            ax.plot(r["change"], y, "|", color=INK, markersize=13, markeredgewidth=2)
            ax.text(1.01, y, language.number(r["change"], lang, 1, sign=True), transform=ax.get_yaxis_transform(), fontsize=7.4,
                    va="center", weight="bold")  # fmt: skip
        ax.axvline(0, color=SOFT, linewidth=0.8)
        ax.set_yticks(range(len(order)), [_name(c, lang) for c in order["region_code"]], color=INK)
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        ax.grid(axis="x")
        ax.tick_params(length=0)
        ax.spines["left"].set_visible(False)
        figure.legend(loc="upper right", bbox_to_anchor=(0.99, 1 - 0.16 / height), ncols=4)
        figure.text(0.012, 0.04 / height, word("source", lang).format(source), fontsize=5.8, color=SOFT)
        plt.close(figure)
    return Chart(figure, alt, title)
