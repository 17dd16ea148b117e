"""The one style of all figures: fonts, colours, classes and fixed words."""

import matplotlib as mpl
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

from ucj_analysis.errors import UcjError
from ucj_analysis.language import check

INK, SOFT, LINE, FAINT, PAPER = "#1d2733", "#4a5663", "#c9d1d9", "#eef1f4", "#ffffff"
ACCENT, SECOND, WARN, MARK = "#0b4f6c", "#8a4b08", "#b3261e", "#e07b00"

RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same letters on every machine
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "hatch.linewidth": 0.5,
    "hatch.color": "#6b7783",
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "path",
    "svg.hashsalt": "ucj_analysis",
    "path.simplify": False,
}

# Policy breaks, fixed across years: half of all workers; 75 percent is the target of the province's draft regulation.
COVERAGE_BREAKS = (0, 25, 40, 50, 60, 75, 100)
EXTREME_BREAKS = (0, 0.5, 1, 2, 4, 8, 100)
# National rate of poverty about 8.5 percent; twice and three times the five-point steps BPS maps use.
POVERTY_BREAKS = (0, 5, 10, 13, 16, 20, 100)

_WORDS = {
    "id": {
        "no_data": "tidak ada data", "bounded": "hanya batas yang diketahui", "scale": "{} km", "source": "Sumber: {}",
        "province": "Provinsi", "planned": "rencana", "realised": "realisasi", "new_definition": "dasar hitung baru",
        "illustrative": "ilustrasi, r tidak dikalibrasi", "smoothed": "dihaluskan",
        "estimate": "perkiraan", "official": "angka resmi",
        "chosen": "dipakai", "conflicts": "berbeda", "disputed": "diragukan", "unclassed": "tidak dapat digolongkan",
    },
    "en": {
        "no_data": "no data", "bounded": "only a bound is known", "scale": "{} km", "source": "Source: {}",
        "province": "Province", "planned": "planned", "realised": "realised", "new_definition": "new basis",
        "illustrative": "illustrative, r not calibrated", "smoothed": "smoothed",
        "estimate": "estimate", "official": "official rate",
        "chosen": "used", "conflicts": "differs", "disputed": "disputed", "unclassed": "cannot be classed",
    },
}  # fmt: skip


def word(key, lang):
    """Return a fixed word of the figures."""
    return _WORDS[check(lang)][key]


def apply():
    """Return a context in which figures are drawn in this style."""
    return mpl.rc_context(RC)


def ramp(name, n):
    """Return n colours, light to dark, of a perceptual palette that colour-blind readers can order."""
    import seaborn as sns  # half a second, and briefs need none of its palettes

    return sns.color_palette(name, n).as_hex()


def _blend(colours, n):
    """n colours from the first to the last, as seaborn's "blend:" does."""
    ramp = LinearSegmentedColormap.from_list("blend", colours.split(","))
    return [to_hex(ramp(i / (n - 1) if n > 1 else 0.0)) for i in range(n)]


def coverage_colours(n):
    """Colours of coverage classes: light is low."""
    return _blend("#e4f1ee,#8cc3bd,#3b8ea5,#0b4f6c,#08304a", n)


def poverty_colours(n):
    """Colours of poverty classes: dark is poor."""
    return _blend("#fdf0d9,#f6b26b,#d1603d,#7d1d3f,#4a1030", n)


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    """Contrast ratio of WCAG 2."""
    x, y = sorted((luminance(a), luminance(b)), reverse=True)
    return (x + 0.05) / (y + 0.05)


def text_on(colour):
    """Black or white, whichever reads better on a colour."""
    return max((INK, PAPER), key=lambda c: contrast(c, colour))


def class_of(value, breaks):
    """Index of the class [breaks[i], breaks[i+1]) of a value; the last class includes its end."""
    if not breaks[0] <= value <= breaks[-1]:
        raise UcjError(f"{value} lies outside the classes {breaks[0]} to {breaks[-1]}")
    inside = [i for i, b in enumerate(breaks[:-1]) if value >= b]
    return inside[-1]
