"""Pages that lead to the briefs: the start page, and the list of all regions with a map whose regions are links."""

import re
from pathlib import Path

from markupsafe import Markup, escape

from ucj_analysis import __version__, catalog
from ucj_analysis.briefs import changes, content, page
from ucj_analysis.figures import style
from ucj_analysis.language import period
from ucj_analysis.loaders import boundaries
from ucj_analysis.regions import children, get, province_of

WIDE = 940  # CSS pixels of a map over the whole page


def pages(out):
    """Return {file below ``out``: HTML} for all briefs and notebooks that are in the folder."""
    out = Path(out)
    found = {}
    for path in sorted((out / "briefs").glob("*.html")):
        match = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.(id|en)\.html", path.name)
        if match:
            found.setdefault(match.group(1), {})[match.group(2)] = path.name
    known = [c for c in found if _known(c)]
    books = []
    for path in sorted((out / "notebooks").glob("*.html")):
        match = re.search(r"<title>(.*?)</title>", path.read_text(encoding="utf-8"), re.S)
        books.append({"href": f"notebooks/{path.name}", "title": Markup(match.group(1)) if match else path.stem})
    version = catalog.default().descriptor["version"]
    common = {
        "dateline": f"Data {period(version.replace('.', '-'), 'id')}",
        "version": f"ucj_analysis {__version__}, data {version}",
    }
    provinces = {}
    for code in sorted(known):
        provinces.setdefault(province_of(code).code, []).append(code)
    groups = [_group(p, codes, found, out) for p, codes in provinces.items()]
    only = get(next(iter(provinces))).name if len(provinces) == 1 else "Indonesia"
    title = f"Perlindungan Jamsostek dan kemiskinan di {only}"
    whole = {"title": title, "groups": groups, "picture": _picture(found, provinces)}
    return {
        "index.html": page.render(
            "index.html.j2",
            prefix="briefs/",
            notebooks=books,
            changes=changes.PAGE if changes.last_state(catalog.default()) else None,
            **whole,
            **common,
        ),
        "briefs/index.html": page.render("briefs.html.j2", **whole, **common),
    }


def _known(code):
    try:
        get(code)
    except LookupError:
        return False
    return True


def _group(province, codes, found, out):
    rows = [{"code": c, "name": get(c).label("id"), "name_en": get(c).label("en"), **_files(found[c])} for c in codes]
    own = get(province)
    pdf = [p.name for p in sorted((out / "briefs").glob(f"{province}-*.pdf"))]
    return {"code": province, "name": own.label("id"), "name_en": own.label("en"), "rows": rows, "pdf": pdf}


def _files(files):
    return {lang: files.get(lang) for lang in ("id", "en")}


def _picture(found, provinces):
    """SVG map whose regions lead to their briefs, as {"svg", "tiles"}; None where there is nothing to show."""
    if not provinces:
        return None
    codes = [r.code for p in provinces for r in children(p)]
    shapes = _shapes(provinces)
    draw = _map if shapes is not None else _tiles
    return {"svg": Markup(draw(shapes, codes, found)), "tiles": shapes is None}


def _shapes(provinces):
    own = catalog.default().boundaries()
    if set(provinces) <= set(content.PACKAGED):
        return own
    return boundaries.load()


def _colour(inputs, code):
    rows = inputs.paths.get(("P0", code))
    if not rows:
        return "#f3f4f6"
    palette = style.poverty_colours(len(style.POVERTY_BREAKS) - 1)
    return palette[style.class_of(rows[-1]["value"], style.POVERTY_BREAKS)]


def _link(found, code, inner):
    """A region as a link where its brief is in the folder; the list below holds the same links for keyboards and readers."""
    files = found.get(code, {})
    name = files.get("id") or files.get("en")
    title = f"<title>{escape(get(code).label('id'))}</title>"
    return f'<a href="{name}" tabindex="-1">{title}{inner}</a>' if name else f"<g>{title}{inner}</g>"


def _map(shapes, codes, found):
    import math

    shapes = shapes[shapes["region_code"].isin(codes)].sort_values("region_code")
    x0, y0, x1, y1 = shapes.total_bounds
    squeeze = math.cos(math.radians((y0 + y1) / 2))
    scale = WIDE / ((x1 - x0) * squeeze)
    inputs, parts = content.current(), []

    def ring(coordinates):
        spots = [(round((x - x0) * squeeze * scale, 1), round((y1 - y) * scale, 1)) for x, y in coordinates]
        kept = [p for i, p in enumerate(spots) if i == 0 or p != spots[i - 1]]
        return "M" + "L".join(f"{x:g},{y:g}" for x, y in kept) + "Z" if len(kept) > 3 else ""

    for code, shape in zip(shapes["region_code"], shapes.geometry, strict=True):
        d = "".join(ring(r.coords) for g in getattr(shape, "geoms", [shape]) for r in (g.exterior, *g.interiors))
        parts.append(_link(found, code, f'<path d="{d}" fill="{_colour(inputs, code)}"/>'))
    return _frame(math.ceil((y1 - y0) * scale), parts)


def _tiles(_, codes, found):
    """Tiles in rows by province, the name of the province before them."""
    inputs, parts, across, names = content.current(), [], 24, 190
    side = (WIDE - names) / across
    column, row, province = 0, -1, None
    for code in codes:
        if province != code[:2] or column == across:
            column, row = 0, row + 1
        top = row * side * 0.7
        if province != code[:2]:
            province = code[:2]
            name = escape(get(province + "00").name)
            parts.append(
                f'<text x="0" y="{top + side * 0.5:.1f}" font-size="14" fill="#1d2733" stroke="none">{name}</text>'
            )
        spot = f'x="{names + column * side + 1:.1f}" y="{top + 1:.1f}" width="{side - 2:.1f}" height="{side * 0.7 - 2:.1f}"'
        parts.append(_link(found, code, f'<rect {spot} fill="{_colour(inputs, code)}"/>'))
        column += 1
    return _frame(round((row + 1) * side * 0.7), parts)


def _frame(height, parts):
    return (
        f'<svg class="regions" viewBox="0 0 {WIDE} {height}" aria-hidden="true" focusable="false" stroke="#77838f" '
        f'stroke-width=".6" fill-rule="evenodd">{"".join(parts)}</svg>'
    )
