"""Maps of regencies: values printed in the regions, dates and bounds shown, missing drawn as missing.

From the BPS and OWID maps: fixed classes across years, so that a colour means the same on every map.
"""

import math
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patches import ConnectionPatch, PathPatch, Rectangle
from matplotlib.path import Path
from shapely import box, contains_properly, get_coordinates, intersects, points, prepare
from shapely.ops import nearest_points

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import layers, style
from ucj_analysis.figures.base import Chart
from ucj_analysis.figures.style import INK, LINE, PAPER, SOFT, word
from ucj_analysis.regions import get

CRS = "EPSG:32651"  # UTM 51N, metres; elsewhere the zone of the province
MANY = 8  # more regions than this are labelled only where their figure fits
SMALL = 0.02  # a region under this share of the map's area is drawn again in an inset
_NO_DATA, _BOUND = "#f3f4f6", "#dfe5ea"
_HATCH = {"no_data": "....", "bounded": "////"}


def choropleth(
    shapes,
    values,
    *,
    alt,
    lang,
    title,
    unit,
    breaks,
    colours,
    source,
    attribution,
    dates=True,
    digits=None,
    highlight=None,
    show_title=True,
    choices=(),
    width=7.5,
):
    """Map of one figure per region.

    Parameters
    ----------
    shapes : GeoDataFrame
        region_code, geometry.
    values : DataFrame
        region_code, value, lower, upper, qualifier, period, unit; a region without a row has no data.
    alt : str
        What the map shows, for readers who cannot see it.
    lang : {"id", "en"}
    title, unit, source, attribution : str
        Heading, legend title, source line, credit for the boundaries.
    breaks : sequence of float
        Class limits, the same for every year.
    colours : callable(n) -> list of colours
    dates : bool
        Print each value's date in the region.
    digits : int, optional
        Digits after the point; by default as many as each value needs.
    highlight : str, optional
        Code of a region to be outlined.
    show_title : bool
        False where the page prints the title itself.
    choices : codes, optional
        Each of them is outlined in a layer of its own (`layers.Layers.pick` chooses one).
    width : float
        Inches; under 6 the map is compact, as for half a page.

    Returns
    -------
    Chart
    """
    shapes = _projected(shapes)
    rows = _rows(shapes, values)
    compact, many = width < 6, len(rows) > MANY or _scattered(shapes)
    with style.apply():
        x0, y0, x1, y1 = shapes.total_bounds
        room = 0.08 if many else 0.55 if compact else 0.30
        above = 0.22 if compact and not many else 0.10
        least = 2.5 if many else 1.5  # beside a long chart of estimates a flat map would leave a gap
        tall = min(max((width - 0.1) * (1 + above + room) * (y1 - y0) / (x1 - x0), least), 3.6) if compact else 3.15
        foot = (0.38 if compact else 0.30) + (0.52 if many else 0.0)
        height = foot + tall + (0.27 if show_title else 0.05)
        figure = plt.figure(figsize=(width, height))
        if show_title:
            _title(figure, title)
        ax = figure.add_axes((0.005, foot / height, 0.99, tall / height))
        palette = colours(len(breaks) - 1)
        small = [] if many else _small(shapes)
        _frame(ax, shapes, room=room, above=above)
        _paint(ax, shapes, rows, breaks, palette)
        for code in choices or [highlight]:
            if code in set(rows.index):
                outline = _outline(shapes.geometry[list(shapes["region_code"]).index(code)])
                edge = PathPatch(outline, facecolor="none", edgecolor=style.MARK, linewidth=2.0, zorder=3)
                ax.add_patch(layers.only(edge, code) if len(choices) else edge)
        step = 0.34 if compact else 0.50
        taken = [_scale_bar(ax, shapes, lang)]
        taken.append(_legend(figure, rows, breaks, palette, unit, lang, over=None if many else ax, step=step))
        if small:
            taken.append(_inset(figure, ax, shapes, rows, small, breaks, palette, lang, dates, digits))
        taken = [t for t in taken if t is not None]
        scale = 0.80 if compact else 1.0
        text = {c: _lines(c, r, lang, dates, digits, scale) for c, r in rows.iterrows() if c not in small}
        _label_all(figure, ax, shapes, rows, breaks, palette, text, taken, crowded=many)
        _credits(figure, source, attribution, lang, wide=not compact)
        plt.close(figure)
    return Chart(figure, alt, title)


def small_multiples(shapes, frames, *, alt, lang, title, unit, breaks, colours, source, attribution, digits=None):
    """One small map per year, same classes on all.

    Parameters
    ----------
    frames : dict of {str: DataFrame}
        Panel heading -> values as `choropleth` takes them.
    """
    if not frames:
        raise UcjError("frames is empty: expected one frame of values per map")
    shapes = _projected(shapes)
    palette = colours(len(breaks) - 1)
    across = min(3, len(frames))
    down = math.ceil(len(frames) / across)
    with style.apply():
        height = 0.95 + 1.22 * down
        figure, axes = plt.subplots(down, across, figsize=(7.5, height), squeeze=False)
        figure.subplots_adjust(0.005, 0.72 / height, 0.995, 1 - 0.42 / height, 0.02, 0.18)
        _title(figure, title)
        every = []
        for ax, (heading, values) in zip(axes.flat, frames.items(), strict=False):
            rows = _rows(shapes, values)
            every.append(rows)
            _frame(ax, shapes, room=0.12)
            _paint(ax, shapes, rows, breaks, palette, width=0.4)
            ax.set_title(heading, fontsize=8.5, pad=2)
            text = {
                c: [(_short(r, lang, sign=False, digits=digits), 5.8, "normal")]
                for c, r in rows.iterrows()
                if pd.notna(r["value"])
            }
            _label_all(figure, ax, shapes, rows, breaks, palette, text, [])
        for ax in list(axes.flat)[len(frames) :]:
            ax.set_axis_off()
        _legend(figure, pd.concat(every), breaks, palette, unit, lang)
        _credits(figure, source, attribution, lang)
        plt.close(figure)
    return Chart(figure, alt, title)


def bivariate_map(
    shapes, across, down, *, alt, lang, title, across_unit, down_unit, across_breaks, down_breaks, source, attribution
):
    """Map of two figures at once, three classes each; it shows where both are high or low, not why.

    Parameters
    ----------
    across, down : DataFrame
        region_code, value, lower, upper, qualifier, period, unit.
    across_breaks, down_breaks : sequence of 4 floats
    """
    if len(across_breaks) != 4 or len(down_breaks) != 4:
        raise UcjError("a bivariate map has three classes each way: give four breaks for both")
    shapes = _projected(shapes)
    one, two = _rows(shapes, across), _rows(shapes, down)
    # Stevens' teal-rose scheme, readable for the colour-blind
    grid = [["#e8e8e8", "#ace4e4", "#5ac8c8"], ["#dfb0d6", "#a5add3", "#5698b9"], ["#be64ac", "#8c62aa", "#3b4994"]]
    face, label = {}, {}
    for code in shapes["region_code"]:
        known = [
            pd.notna(r.loc[code, "value"]) and r.loc[code, "qualifier"] not in ("at_least", "at_most", "range")
            for r in (one, two)
        ]
        if all(known):
            i = style.class_of(two.loc[code, "value"], down_breaks)
            j = style.class_of(one.loc[code, "value"], across_breaks)
            face[code] = (grid[i][j], None)
        else:
            face[code] = (_NO_DATA, _HATCH["no_data"])
        label[code] = [
            (get(code).short, 6.8, "normal"),
            (f"{_short(one.loc[code], lang)} · {_short(two.loc[code], lang)}", 7.4, "bold"),
        ]
    with style.apply():
        figure = plt.figure(figsize=(7.5, 4.1))
        _title(figure, title)
        ax = figure.add_axes((0.005, 0.07, 0.99, 0.86))
        _frame(ax, shapes, room=0.62)
        for code, shape in zip(shapes["region_code"], shapes.geometry, strict=True):
            _polygon(ax, shape, *face[code])
        taken = [_scale_bar(ax, shapes, lang)]
        figure.canvas.draw()
        key = figure.add_axes((0.60, 0.17, 0.155, 0.27))
        for i in range(3):
            for j in range(3):
                key.add_patch(Rectangle((j, i), 1, 1, facecolor=grid[i][j], edgecolor=PAPER, linewidth=0.8))
        key.set(xlim=(0, 3), ylim=(0, 3))
        key.set_xticks([1, 2], [language.number(b, lang) for b in across_breaks[1:3]], fontsize=6.5)
        key.set_yticks([1, 2], [language.number(b, lang) for b in down_breaks[1:3]], fontsize=6.5)
        key.set_xlabel(f"{across_unit} →", fontsize=6.8, labelpad=1)
        key.set_ylabel(f"{down_unit} →", fontsize=6.8, labelpad=1)
        key.tick_params(length=0)
        key.spines[:].set_visible(False)
        if any(f[1] for f in face.values()):
            key.add_patch(
                Rectangle(
                    (-4.6, 0.1),
                    0.6,
                    0.5,
                    facecolor=_NO_DATA,
                    hatch=_HATCH["no_data"],
                    edgecolor=SOFT,
                    linewidth=0.5,
                    clip_on=False,
                )
            )
            key.text(-3.85, 0.35, word("unclassed", lang), fontsize=6.8, va="center", clip_on=False)
        corner = ax.transData.inverted().transform(figure.transFigure.transform([(0.33, 0.05), (0.79, 0.46)]))
        taken.append(box(*corner[0], *corner[1]))
        _place(
            figure,
            ax,
            shapes,
            label,
            {c: style.text_on(f[0]) for c, f in face.items()},
            taken=taken,
            plates={c for c, f in face.items() if f[1]},
        )
        _credits(figure, source, attribution, lang)
        plt.close(figure)
    return Chart(figure, alt, title)


def tile_grid(
    values, *, alt, lang, title, unit, breaks, colours, source, digits=None, show_title=True, choices=(), width=7.5
):
    """Tiles in place of a map where no boundaries are at hand: one square a region, by code; ``choices`` as in `choropleth`."""
    palette = colours(len(breaks) - 1)
    rows = values.set_index("region_code")
    across = min(8 if width > 6 else 5, max(3, math.ceil(math.sqrt(len(rows) * (2 if width > 6 else 1.1)))))
    down = math.ceil(len(rows) / across)
    with style.apply():
        head = 0.38 if show_title else 0.06
        height = 0.92 + head + (0.62 if width > 6 else 0.44) * down
        figure = plt.figure(figsize=(width, height))
        if show_title:
            _title(figure, title)
        ax = figure.add_axes((0.01, 0.87 / height, 0.98, 1 - (0.87 + head) / height))
        for n, (code, row) in enumerate(rows.iterrows()):
            x, y = n % across, down - 1 - n // across
            face, hatch = _face(row, breaks, palette)
            ax.add_patch(Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor=face, hatch=hatch, edgecolor=PAPER))
            if code in choices:
                edge = Rectangle(
                    (x + 0.03, y + 0.04), 0.94, 0.92, fill=False, edgecolor=style.MARK, linewidth=2.0, zorder=3
                )
                ax.add_patch(layers.only(edge, code))
            ink = style.text_on(face)
            name = textwrap.wrap(get(code).short, 17, max_lines=2, placeholder="…")
            ax.text(x + 0.5, y + 0.66, "\n".join(name), ha="center", va="center", fontsize=6.2 if len(name) < 2 else 5.2,
                    color=ink, linespacing=1.05)  # fmt: skip
            ax.text(x + 0.5, y + 0.26, _short(row, lang, digits=digits), ha="center", va="center", fontsize=7.5, weight="bold",
                    color=ink)  # fmt: skip
        ax.set(xlim=(0, across), ylim=(0, down))
        ax.set_axis_off()
        _legend(figure, rows, breaks, palette, unit, lang, step=0.34 if width < 6 else 0.50)
        _credits(figure, source, "", lang)
        plt.close(figure)
    return Chart(figure, alt, title)


# -- parts ---------------------------------------------------------------------------------------------------------


def _title(figure, title):
    height = figure.get_size_inches()[1]
    figure.text(0.012, 1 - 0.06 / height, title, va="top", ha="left", fontsize=10, weight="bold")


def _projected(shapes):
    if shapes.crs is None:
        raise UcjError("the shapes have no coordinate system: set one, such as EPSG:4326")
    x0, _, x1, y1 = shapes.total_bounds
    zone = 1 + int(((x0 + x1) / 2 + 180) // 6)
    out = (
        shapes.to_crs(f"EPSG:{32600 if y1 > 0 else 32700}"[:-2] + f"{zone:02d}") if shapes.crs.is_geographic else shapes
    )
    return out.sort_values("region_code", ignore_index=True)


def _rows(shapes, values):
    """Values per region of the map; a region without a row is missing, a row without a region is refused."""
    codes = list(shapes["region_code"])
    extra = sorted(set(values["region_code"]) - set(codes))
    if extra:
        raise UcjError(f"no shape for region {', '.join(extra)}: leave it out or bring its boundary")
    if values["region_code"].duplicated().any():
        raise UcjError("a region stands twice among the values: one row per region is drawn")
    return values.set_index("region_code").reindex(codes)


def _small(shapes):
    """Codes of regions to be drawn again, larger; none where they are scattered islands, which an inset would not enlarge."""
    area = shapes.geometry.area
    part = shapes[(area / area.sum() < SMALL).to_numpy()]
    if part.empty or _spread(part.total_bounds, shapes.total_bounds) > 0.2:
        return []
    return list(part["region_code"])


def _spread(inner, outer):
    """Longer side of a box as a share of that side of another."""
    return max((inner[2] - inner[0]) / (outer[2] - outer[0]), (inner[3] - inner[1]) / (outer[3] - outer[1]))


def _scattered(shapes):
    """Tell whether a region of little land reaches far: its islands leave no room for labels beside the land."""
    whole = shapes.total_bounds
    share = shapes.geometry.area / shapes.geometry.area.sum()
    return any(a < 0.05 and _spread(b, whole) > 0.3 for a, b in zip(share, shapes.bounds.to_numpy(), strict=True))


def _frame(ax, shapes, room, above=0.10):
    x0, y0, x1, y1 = shapes.total_bounds
    ax.set(xlim=(x0 - 4e3, x1 + 4e3), ylim=(y0 - room * (y1 - y0), y1 + above * (y1 - y0)), aspect="equal")
    ax.set_axis_off()


def _face(row, breaks, palette):
    if pd.isna(row["value"]):
        return _NO_DATA, _HATCH["no_data"]
    if row["qualifier"] in ("at_least", "at_most", "range"):
        return _BOUND, _HATCH["bounded"]
    return palette[style.class_of(row["value"], breaks)], None


def _outline(shape):
    """Outline of a polygon or of several, holes included."""
    rings = [r for g in getattr(shape, "geoms", [shape]) for r in (g.exterior, *g.interiors)]
    return Path.make_compound_path(*(Path(get_coordinates(r), closed=True) for r in rings))


def _polygon(ax, shape, face, hatch, width=0.8):
    edge = PAPER if not hatch else "#8b96a1"
    ax.add_patch(PathPatch(_outline(shape), facecolor=face, edgecolor=edge, linewidth=width, hatch=hatch, zorder=1))


def _paint(ax, shapes, rows, breaks, palette, width=0.8):
    for code, shape in zip(shapes["region_code"], shapes.geometry, strict=True):
        _polygon(ax, shape, *_face(rows.loc[code], breaks, palette), width=width)
    for shape in shapes.geometry:
        ax.add_patch(PathPatch(_outline(shape), facecolor="none", edgecolor="#77838f", linewidth=width * 0.6, zorder=1))


def _short(row, lang, *, sign=True, digits=None):
    """The value as printed in a region: 57%, ≈ 50%, > 50%, < 50%."""
    if pd.isna(row["value"]):
        return word("no_data", lang)
    mark = {"approximate": "≈ ", "at_least": "> ", "at_most": "< "}.get(row["qualifier"], "")
    if row["qualifier"] == "range":
        return language.span(row["lower"], row["upper"], lang, language.decimals(row["lower"]))
    text = language.number(row["value"], lang, language.decimals(row["value"]) if digits is None else digits)
    return mark + text + ("%" if sign and row["unit"] == "percent" else "")


def _lines(code, row, lang, dates, digits, scale=1.0):
    lines = [(get(code).short, 7.2 * scale, "normal"), (_short(row, lang, digits=digits), 9.0 * scale, "bold")]
    if dates and pd.notna(row["value"]):
        lines.append((language.period(row["period"], lang, short=True), 6.3 * scale, "normal"))
    return lines


def _label_all(figure, ax, shapes, rows, breaks, palette, text, taken, *, crowded=False):
    faces = {c: _face(rows.loc[c], breaks, palette) for c in text}
    inks = {c: style.text_on(f[0]) for c, f in faces.items()}
    _place(figure, ax, shapes, text, inks, taken=taken, plates={c for c, f in faces.items() if f[1]}, crowded=crowded)


def _place(figure, ax, shapes, text, inks, *, taken, plates=(), crowded=False):
    """Write each region's lines where they fit: inside it, else beside it with a leader; ``crowded``: only the figure, inside."""
    ax.apply_aspect()
    shape = shapes.set_index("region_code").geometry
    land = shape.union_all()
    scale = abs(np.subtract(*ax.transData.inverted().transform([(0, 0), (1, 0)])[:, 0]))  # metres a pixel
    view = box(*ax.get_xlim()[:1], *ax.get_ylim()[:1], *ax.get_xlim()[1:], *ax.get_ylim()[1:])
    done = list(taken)
    prepare(land)

    def measured(lines):
        extents = []
        for words, size, weight in lines:
            artist = ax.text(0, 0, words, fontsize=size, weight=weight)
            extents.append(artist.get_window_extent())
            artist.remove()
        return max(e.width for e in extents), [max(e.height, 7) * 1.18 for e in extents]

    for code in sorted(text, key=lambda c: -shape[c].area):
        tries = [text[code]]
        if crowded:
            (name, *_), (figure_, *_) = text[code][:2]
            tries = [[(name, 5.6, "normal"), (figure_, 6.6, "bold")], [(figure_, 6.0, "bold")]]
        for lines in tries:
            wide, heights = measured(lines)
            half = np.array([wide / 2 + 2, sum(heights) / 2 + 1]) * scale
            spot, inside = _spot(shape[code], land, half, view, done, beside=not crowded)
            if spot is not None:
                break
        else:
            continue  # too small for its figure, which stands in the table and beside the estimates
        rect = box(*(spot - half), *(spot + half))
        done.append(rect)
        ink = inks[code] if inside else INK
        if inside and code in plates:
            ax.add_patch(Rectangle(spot - half, *(2 * half), facecolor=PAPER, alpha=0.82, linewidth=0, zorder=3))
            ink = INK
        if not inside:
            main = max(getattr(shape[code], "geoms", [shape[code]]), key=lambda g: g.area)  # not an islet
            inner = main.buffer(-0.15 * np.sqrt(main.area))
            target = nearest_points(main if inner.is_empty else inner, rect)[0]
            start = nearest_points(rect, target)[0]
            ax.plot([start.x, target.x], [start.y, target.y], color=SOFT, linewidth=0.7, zorder=4)
            ax.plot(target.x, target.y, "o", color=SOFT, markersize=2, zorder=4)
        y = spot[1] + half[1] - 1 * scale
        for (words, size, weight), height in zip(lines, heights, strict=True):
            ax.text(
                spot[0],
                y - height * scale / 2,
                words,
                ha="center",
                va="center",
                fontsize=size,
                weight=weight,
                color=ink,
                zorder=5,
            )
            y -= height * scale


def _spot(shape, land, half, view, done, *, beside=True):
    """Centre for a label box: inside the shape with most room, else the nearest free place at sea (or None)."""
    prepare(shape)
    x0, y0, x1, y1 = shape.bounds
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    xs, ys = np.meshgrid(np.linspace(x0, x1, 41), np.linspace(y0, y1, 31))
    centres = np.column_stack([xs.ravel(), ys.ravel()])
    boxes = box(*(centres - half).T, *(centres + half).T)
    good = contains_properly(shape, boxes) & ~np.any([intersects(boxes, d) for d in done] or [False], axis=0)
    if good.any():
        from shapely import distance

        room = distance(boxes[good], shape.boundary)
        away = np.hypot(*((centres[good] - middle) / (x1 - x0)).T)
        best = np.argmax(np.minimum(room, half[1]) / half[1] - away)
        return centres[good][best], True
    if not beside:
        return None, False
    vx0, vy0, vx1, vy1 = view.bounds
    xs, ys = np.meshgrid(np.linspace(vx0 + half[0], vx1 - half[0], 90), np.linspace(vy0 + half[1], vy1 - half[1], 60))
    centres = np.column_stack([xs.ravel(), ys.ravel()])
    boxes = box(*(centres - half * 1.05).T, *(centres + half * 1.05).T)
    free = ~intersects(boxes, land) & ~np.any([intersects(boxes, d) for d in done] or [False], axis=0)
    if not free.any():
        return np.array(shape.representative_point().coords[0]), True
    from shapely import distance

    away = distance(points(centres[free]), shape.representative_point())
    return centres[free][np.argmin(away)], False


def _scale_bar(ax, shapes, lang):
    """Bar of a round length near a fifth of the map, lower right; returns its box."""
    x0, _, x1, _ = shapes.total_bounds
    km = max(k for k in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500) if k * 1000 <= max((x1 - x0) / 5, 1000))
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    end, level = right - 0.015 * (right - left), low + 0.035 * (high - low)
    start, tick = end - km * 1e3, 0.014 * (high - low)
    ax.plot(
        [start, start, end, end],
        [level + tick, level, level, level + tick],
        color=SOFT,
        linewidth=1.1,
        solid_joinstyle="miter",
    )
    ax.text(
        (start + end) / 2,
        level + 0.6 * tick,
        word("scale", lang).format(km),
        ha="center",
        va="bottom",
        fontsize=6.8,
        color=SOFT,
    )
    return box(start, low, end, level + 0.08 * (high - low))


def _inset(figure, ax, shapes, rows, small, breaks, palette, lang, dates, digits):
    """Draw the small regions again, larger, at the foot of the map; returns the box it takes."""
    part = shapes[shapes["region_code"].isin(small)]
    ax.apply_aspect()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    compact = figure.get_size_inches()[0] < 6
    view = ax.inset_axes((0.53, 0.0, 0.245, 0.31))
    x0, y0, x1, y1 = part.total_bounds
    pad = (0.22 if compact else 0.10) * max(x1 - x0, y1 - y0)
    bottom, top = y0 - pad, y1 + pad
    frame = view.get_window_extent()
    width = (top - bottom) * frame.width / frame.height
    # the region stands left in the frame, its label right of it
    side = (0.06 if compact else 0.10) * (x1 - x0)
    limits = {"xlim": (x0 - side, x0 - side + width), "ylim": (bottom, top)}
    near = shapes[~shapes["region_code"].isin(small)]
    for shape in near.geometry:
        view.add_patch(PathPatch(_outline(shape), facecolor="#f7f8f9", edgecolor=LINE, linewidth=0.5, zorder=1))
    _paint(view, part, rows, breaks, palette)
    view.set(aspect="equal", xticks=[], yticks=[], xlabel="", ylabel="", **limits)
    view.spines[:].set(visible=True, color=SOFT, linewidth=0.8)
    pixel = (top - bottom) / frame.height
    y = top - 0.12 * (top - bottom)
    for code in small:
        for words, size, weight in _lines(code, rows.loc[code], lang, dates, digits, 0.7 if compact else 1.0):
            view.text(x1 + side, y, words, fontsize=size, weight=weight, va="top", ha="left")
            y -= size * figure.dpi / 72 * 1.35 * pixel
        y -= 4 * pixel
    spot = part.geometry.iloc[0].representative_point()
    ax.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=INK, linewidth=0.8, zorder=4))
    line = ConnectionPatch(
        (spot.x, y0), (0.85, 1.0), "data", view.transAxes, axesA=ax, axesB=view, color=INK, linewidth=0.7, zorder=4
    )
    ax.add_artist(line)
    return box(left + 0.51 * (right - left), low, left + 0.79 * (right - left), low + 0.33 * (high - low))


def _legend(figure, rows, breaks, palette, unit, lang, over=None, step=0.50):
    """Class colours side by side with their limits, and the marks for bounds and missing that occur.

    On a map (``over``) the marks stand below the classes; returns the box taken in the map's coordinates.
    """
    width, height = figure.get_size_inches()
    tall = 0.60 if over is not None else 0.42
    ax = figure.add_axes((0.012, (0.32 if step > 0.4 else 0.38) / height, 0.976, tall / height))
    ax.set(xlim=(0, width), ylim=(0, tall))
    ax.set_axis_off()
    base, size = tall - 0.26, 7.2 if step > 0.4 else 6.0
    ax.text(0, tall - 0.05, unit, fontsize=size, color=SOFT, va="center")
    for i, colour in enumerate(palette):
        ax.add_patch(Rectangle((i * step, base), step, 0.12, facecolor=colour, edgecolor=PAPER, linewidth=0.6))
        if i:
            ax.text(
                i * step,
                base - 0.08,
                language.number(breaks[i], lang, language.decimals(breaks[i])),
                fontsize=size - 0.4,
                ha="center",
                va="center",
                color=SOFT,
            )
    x, y = (0.0, 0.02) if over is not None else (len(palette) * step + 0.25, base)
    for name, present in (
        ("bounded", rows["qualifier"].isin(["at_least", "at_most", "range"]).any()),
        ("no_data", rows["value"].isna().any()),
    ):
        if present:
            face = _BOUND if name == "bounded" else _NO_DATA
            ax.add_patch(
                Rectangle((x, y), 0.3, 0.12, facecolor=face, hatch=_HATCH[name] * 2, edgecolor="#8b96a1", linewidth=0.5)
            )
            ax.text(x + 0.36, y + 0.055, word(name, lang), fontsize=size, va="center")
            x += 0.36 + 0.0086 * size * len(word(name, lang)) + 0.2
    if over is None:
        return None
    over.apply_aspect()
    right = max(len(palette) * step, x) + 0.1
    corners = ax.transData.transform([(0, -0.1), (right, tall + 0.05)])
    (a, b), (c, d) = over.transData.inverted().transform(corners)
    return box(a, b, c, d)


def _credits(figure, source, attribution, lang, *, wide=True):
    height = figure.get_size_inches()[1]
    lines = [word("source", lang).format(source), attribution]
    if not wide:
        lines = [part for line in lines for part in textwrap.wrap(line, 104)]
    text = "\n".join(line for line in lines if line)
    figure.text(
        0.012, 0.04 / height, text, fontsize=5.6 if wide else 5.0, color=SOFT, va="bottom", ha="left", linespacing=1.25
    )
