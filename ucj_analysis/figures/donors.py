"""Figures of a region against its synthetic twin: paths, placebos, their distribution, weights of donors.

All take a `models.donors.Comparison` and say with every picture what it cannot show: a difference is not what a programme did.
"""

import matplotlib.pyplot as plt
import numpy as np

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import style
from ucj_analysis.figures.base import Chart
from ucj_analysis.figures.style import ACCENT, FAINT, INK, LINE, SECOND, SOFT, WARN
from ucj_analysis.models.donors import BREAKS
from ucj_analysis.regions import get

_WORDS = {
    "en": {
        "P0": "Poverty rate (P0), percent", "P1": "Poverty gap index (P1)", "P2": "Poverty severity index (P2)",
        "extreme": "Estimated extreme-poverty rate (US$1.90), percent", "": "Outcome",
        "sc": "synthetic control", "sdid": "synthetic difference-in-differences, levels aligned before",
        "path": "{region} and its synthetic comparison", "twin": "synthetic comparison", "before": "weights decided here",
        "after": "programme, compared here", "break": "new survey weights",
        "placebos": "{region} among {n} regencies, each less its own comparison", "others": "other regencies",
        "median": "middle half of the regencies",
        "spread": "Mean difference after {year}: {region} among {n} regencies",
        "axis": "mean difference from the own synthetic comparison, {unit}", "count": "regencies",
        "rank": "{region} {value}\nas large or larger: {rank} of {n} (p = {p})",
        "weights": "Donors of {region}", "weight": "weight, percent", "rest": "{n} others together",
        "points": "percentage points", "index": "index points", "matched": "weights sought on {what}",
        "open": "No calibrated year before the programme.",
        "caveat": "A difference is not an effect. Donors may have programmes of their own.",
        "illustrative": "Illustrative: years without calibration.",
        "source": "Source: BPS, Susenas, March (before 2015 as published).",
        "estimated": "Extreme rates estimated from P0, P1, P2.",
        "alt_path": "Lines of {region} and of its synthetic comparison, {years}. {pairs}. Mean difference after {year}: {value}.",
        "alt_placebos": "One line a regency, {n} in all: value less synthetic comparison, {years}. {region} {pairs}.",
        "alt_spread": "Histogram of the mean difference of {n} regencies after {year}. {region}: {value}, {rank} of {n} as large "
        "or larger, p = {p}.",
        "alt_weights": "Bars of donor weights of {region}: {pairs}.",
    },
    "id": {
        "P0": "Persentase penduduk miskin (P0), persen", "P1": "Indeks kedalaman kemiskinan (P1)",
        "P2": "Indeks keparahan kemiskinan (P2)",
        "extreme": "Perkiraan kemiskinan ekstrem (US$1,90), persen", "": "Ukuran",
        "sc": "kontrol sintetis", "sdid": "selisih-dalam-selisih sintetis, tingkat disamakan sebelumnya",
        "path": "{region} dan pembanding sintetisnya", "twin": "pembanding sintetis", "before": "penentu bobot",
        "after": "program, dibandingkan", "break": "penimbang survei baru",
        "placebos": "{region} di antara {n} kabupaten/kota, masing-masing dikurangi pembandingnya",
        "others": "kabupaten/kota lain",
        "median": "separuh tengah kabupaten/kota",
        "spread": "Rata-rata selisih setelah {year}: {region} di antara {n} kabupaten/kota",
        "axis": "rata-rata selisih dari pembanding sintetis sendiri, {unit}", "count": "kabupaten/kota",
        "rank": "{region} {value}\nsebesar itu atau lebih: {rank} dari {n} (p = {p})",
        "weights": "Donor untuk {region}", "weight": "bobot, persen", "rest": "{n} lainnya",
        "points": "persen poin", "index": "poin indeks", "matched": "bobot dicari pada {what}",
        "open": "Tidak ada tahun terkalibrasi sebelum program.",
        "caveat": "Selisih bukan ukuran hasil program. Daerah donor mungkin memiliki program sendiri.",
        "illustrative": "Ilustrasi: memuat tahun tanpa kalibrasi.",
        "source": "Sumber: BPS, Susenas Maret (sebelum 2015 sesuai terbitan).",
        "estimated": "Kemiskinan ekstrem diperkirakan dari P0, P1, P2.",
        "alt_path": "Garis {region} dan pembanding sintetisnya, {years}. {pairs}. Rata-rata selisih setelah {year}: {value}.",
        "alt_placebos": "Satu garis per kabupaten/kota, {n} seluruhnya: nilai dikurangi pembanding sintetis, "
        "{years}. {region} {pairs}.",
        "alt_spread": "Histogram rata-rata selisih {n} kabupaten/kota setelah {year}. {region}: {value}, {rank} dari {n} sebesar "
        "itu atau lebih, p = {p}.",
        "alt_weights": "Batang bobot donor {region}: {pairs}.",
    },
}  # fmt: skip


def _set(comparison, lang):
    """Words, the region's short name, and how a difference is written out and in numbers."""
    words = _WORDS[language.check(lang)]
    unit = words["points" if comparison.name in ("P0", "extreme") else "index"]
    return words, get(comparison.region).short, unit


def _value(x, lang, unit):
    return f"{language.number(x, lang, 2, sign=True)} {unit}"


def _frame(title, comparison, words, height=3.2):
    figure, ax = plt.subplots(figsize=(7.5, height))
    figure.subplots_adjust(0.075, 0.60 / height, 0.97, 1 - 0.55 / height)
    figure.text(0.012, 1 - 0.05 / height, title, va="top", ha="left", fontsize=10, weight="bold")
    what = comparison.matched.split(", less")[0].replace("-", "–")
    under = f"{words[comparison.name]}; {words[comparison.method]}; {words['matched'].format(what=what)}"
    figure.text(0.012, 1 - 0.27 / height, under, va="top", ha="left", fontsize=7.2, color=SOFT)
    also = {"illustrative": comparison.illustrative, "open": not comparison.pre}
    notes = [words["caveat"], *(words[k] for k, holds in also.items() if holds)]
    source = [words["estimated"]] * (comparison.name == "extreme") + [words["source"]]
    figure.text(0.012, 0.17 / height, " ".join(notes), fontsize=6.6, color=INK)
    figure.text(0.012, 0.05 / height, " ".join(source), fontsize=5.8, color=SOFT)
    ax.tick_params(length=0)
    return figure, ax


def _years(ax, comparison, words, lang, *, breaks):
    """Years on the axis, the last year that decides the weights, and changes of survey weights."""
    first, last = comparison.years[0], comparison.years[-1]
    step = 1 if last - first <= 11 else 2
    ax.set_xticks(range(last, first - 1, -step))
    ax.set_xlim(first - 0.3, last + 0.3)
    edge = comparison.last_pre + 0.5
    top = ax.get_xaxis_transform()
    if first < edge:
        ax.axvspan(first - 0.3, edge, color=FAINT, zorder=0, linewidth=0)
        ax.axvline(edge, color=SECOND, linewidth=0.9, zorder=1)
        ax.text(edge - 0.08, 0.985, words["before"], transform=top, ha="right", va="top", fontsize=6.8, color=SECOND)
        ax.text(edge + 0.08, 0.985, words["after"], transform=top, ha="left", va="top", fontsize=6.8, color=SECOND)
    if breaks:
        for year in [b for b in BREAKS if first < b <= last]:
            ax.axvline(year - 0.5, color=SOFT, linewidth=0.8, linestyle=":", zorder=1)
            ax.text(year - 0.44, 0.015, words["break"], transform=top, fontsize=6.3, color=SOFT, va="bottom")
    ax.yaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)


def _runs(years):
    """Cut years where some lie between: a line is not drawn over what is not known."""
    years = np.asarray(years)
    return np.split(np.arange(len(years)), np.flatnonzero(np.diff(years) > 1) + 1)


def path(comparison, lang):
    """The region and its synthetic twin over the years, before and after marked.

    Returns
    -------
    Chart
    """
    words, name, unit = _set(comparison, lang)
    frame = comparison.path()
    title = words["path"].format(region=name)
    with style.apply():
        figure, ax = _frame(title, comparison, words)
        for column, colour, look in (("twin", WARN, (0, (4, 2))), ("region", ACCENT, "-")):
            for run in _runs(frame["year"]):
                part = frame.iloc[run]
                ax.plot(
                    part["year"], part[column], color=colour, linestyle=look, linewidth=2, marker="o", markersize=3.2
                )
        low, high = frame[["region", "twin"]].min().min(), frame[["region", "twin"]].max().max()
        ax.set_ylim(max(0, low - 0.15 * (high - low)), high + 0.22 * (high - low))
        _years(ax, comparison, words, lang, breaks=True)
        figure.subplots_adjust(right=0.80)
        last, (bottom, top) = frame.iloc[-1], ax.get_ylim()
        apart = 0.09 * (top - bottom)
        half = max(0.0, apart - abs(last["region"] - last["twin"])) / 2
        up = 1 if last["region"] >= last["twin"] else -1
        for column, colour, text, side in (("region", ACCENT, name, up), ("twin", WARN, words["twin"], -up)):
            ax.text(last["year"] + 0.45, last[column] + side * half, text, va="center", fontsize=7.8, color=colour,
                    weight="bold", clip_on=False)  # fmt: skip
        plt.close(figure)
    marks = {0, max(len(comparison.pre) - 1, 0), len(frame) - 1}
    show = frame.iloc[sorted(marks)]
    pairs = "; ".join(
        f"{r.year}: {language.number(r.region, lang, 2)} / {language.number(r.twin, lang, 2)}"
        for r in show.itertuples()
    )
    alt = words["alt_path"].format(
        region=name,
        years=_span(comparison),
        pairs=pairs,
        year=comparison.last_pre,
        value=_value(comparison.estimate, lang, unit),
    )
    return Chart(figure, alt, title)


def _span(comparison):
    return f"{comparison.years[0]}–{comparison.years[-1]}"


def placebo_paths(comparison, lang):
    """Every regency less its own twin, the region in colour; the axis holds 98 percent of values, and the region.

    Returns
    -------
    Chart
    """
    words, name, _ = _set(comparison, lang)
    gaps, n = comparison.gaps, len(comparison.Y)
    title = words["placebos"].format(region=name, n=language.number(n, lang))
    with style.apply():
        figure, ax = _frame(title, comparison, words, 3.5)
        own, rest = gaps.iloc[0], gaps.iloc[1:]
        for run in _runs(gaps.columns):
            years = gaps.columns[run]
            low, high = (rest[years].quantile(q) for q in (0.25, 0.75))
            if len(years) == 1:  # a year by itself has no line
                ax.plot(
                    years.repeat(len(rest)), rest[years[0]], "_", color="#9aa5b0", alpha=0.35, markersize=6, zorder=2
                )
                ax.bar(years, high - low, 0.16, low, color="#5c6b7a", alpha=0.35, zorder=3)
            ax.plot(years, rest[years].T, color="#9aa5b0", linewidth=0.4, alpha=0.35, zorder=2)
            ax.fill_between(years, low, high, color="#5c6b7a", alpha=0.35, zorder=3, linewidth=0)
            ax.plot(years, own[years], color=ACCENT, linewidth=2.2, marker="o", markersize=3.2, zorder=4)
        size = max(np.quantile(np.abs(rest.to_numpy()), 0.98), own.abs().max()) * 1.25
        ax.set_ylim(-size, size)
        ax.axhline(0, color=INK, linewidth=0.8, zorder=3)
        _years(ax, comparison, words, lang, breaks=False)
        handles = [
            plt.Line2D([], [], color=ACCENT, linewidth=2.2), plt.Line2D([], [], color="#9aa5b0", linewidth=1),
            plt.Rectangle((0, 0), 1, 1, color="#5c6b7a", alpha=0.35),
        ]  # fmt: skip
        ax.legend(handles, [name, words["others"], words["median"]], loc="lower left", ncols=3)
        plt.close(figure)
    pairs = "; ".join(f"{y}: {language.number(own[y], lang, 2, sign=True)}" for y in comparison.post)
    alt = words["alt_placebos"].format(n=language.number(n, lang), years=_span(comparison), region=name, pairs=pairs)
    return Chart(figure, alt, title)


def placebo_distribution(comparison, lang):
    """Histogram of the mean differences after, the region marked with its rank.

    Returns
    -------
    Chart
    """
    words, name, unit = _set(comparison, lang)
    e, two = comparison.units["estimate"], comparison.ranks().set_index("statistic").loc["two_sided"]
    title = words["spread"].format(region=name, year=comparison.last_pre, n=language.number(len(e), lang))
    said = {
        "region": name, "value": _value(comparison.estimate, lang, unit), "rank": language.number(two["rank"], lang),
        "n": language.number(two["n"], lang), "p": language.number(two["p"], lang, 2), "year": comparison.last_pre,
    }  # fmt: skip
    with style.apply():
        figure, ax = _frame(title, comparison, words)
        counts, _, bars = ax.hist(
            e, bins=np.histogram_bin_edges(e, "fd"), color="#b5bfc9", edgecolor="white", linewidth=0.5
        )
        for bar in bars:
            middle = bar.get_x() + bar.get_width() / 2
            if abs(middle) >= abs(comparison.estimate):
                bar.set_facecolor("#7f93a6")
        top = counts.max()
        ax.set_ylim(0, top * 1.3)
        ax.plot([comparison.estimate] * 2, [0, top * 1.08], color=ACCENT, linewidth=2)
        right = comparison.estimate > e.median()
        ax.annotate(words["rank"].format(**said), (comparison.estimate, top * 1.08), xytext=(-4 if right else 4, 0),
                    textcoords="offset points", ha="right" if right else "left", va="bottom", fontsize=7.6, color=ACCENT,
                    weight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
        ax.axvline(0, ymax=1 / 1.3, color=INK, linewidth=0.8)
        ax.set_xlabel(words["axis"].format(unit=unit), labelpad=2)
        ax.set_ylabel(words["count"])
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        plt.close(figure)
    return Chart(figure, words["alt_spread"].format(**said), title)


def donor_weights(comparison, lang, *, most=12):
    """Largest weights of donors and the sum of the others.

    Returns
    -------
    Chart
    """
    if most < 1:
        raise UcjError(f"most={most}: expected at least one donor")
    words, name, _ = _set(comparison, lang)
    weights = 100 * comparison.weights
    shown = weights.head(most)
    labels = [get(c).label(lang) for c in shown.index]
    values = list(shown)
    if len(weights) > most:
        labels.append(words["rest"].format(n=language.number(len(weights) - most, lang)))
        values.append(weights.iloc[most:].sum())
    title = words["weights"].format(region=name)
    height = 1.45 + 0.19 * len(values)
    with style.apply():
        figure, ax = _frame(title, comparison, words, height)
        figure.subplots_adjust(left=0.30, bottom=0.78 / height)
        colours = [ACCENT] * len(shown) + [LINE] * (len(values) - len(shown))
        ax.barh(range(len(values)), values, color=colours, height=0.7)
        ax.set_yticks(range(len(values)), labels)
        ax.invert_yaxis()
        for i, v in enumerate(values):
            ax.text(v, i, f" {language.number(v, lang, 1)}", va="center", fontsize=7.2, color=INK)
        ax.set_xlim(0, max(values) * 1.12)
        ax.set_xlabel(words["weight"], labelpad=2)
        ax.xaxis.set_major_formatter(lambda v, _: language.number(v, lang, language.decimals(v)))
        ax.spines["left"].set_visible(False)
        plt.close(figure)
    pairs = "; ".join(f"{a} {language.number(v, lang, 1)}" for a, v in zip(labels, values, strict=True))
    return Chart(figure, words["alt_weights"].format(region=name, pairs=pairs), title)
