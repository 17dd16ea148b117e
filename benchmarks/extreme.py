"""Maximum-entropy tail shares of the whole panel against scipy.optimize row by row: python benchmarks/extreme.py"""

import time

import numpy as np
from scipy.optimize import minimize

from ucj_analysis import catalog
from ucj_analysis.metrics import extreme, extreme_series

ROWS = 60  # of the slow way; its time is scaled


def one_row(m, s, r, g, w):
    """One density by scipy's BFGS on a grid, as one would write it without this package."""

    def dual(x):
        e = x[0] * g + x[1] * g * g
        return np.log((w * np.exp(e - e.max())).sum()) + e.max() - x[0] * m - x[1] * s

    v = s - m * m
    x = minimize(dual, [m / v, -0.5 / v], method="BFGS").x
    f = w * np.exp(x[0] * g + x[1] * g * g - (x[0] * g + x[1] * g * g).max())
    return f[g > 1 - r].sum() / f.sum()


def main():
    """Print times, their ratio, and how far the two are apart."""
    table = extreme_series.wide(catalog.table("panel"))
    table = table[table["level"] == "regency"]
    start = time.perf_counter()
    ours = extreme.tail_share(table["P0"], table["P1"], table["P2"], 0.75)
    fast = time.perf_counter() - start
    some = table.sample(ROWS, random_state=1)
    g = np.linspace(0, 1, 2001)
    w = np.full_like(g, 1 / len(g))
    start = time.perf_counter()
    theirs = [one_row(x.P1 / x.P0, x.P2 / x.P0, 0.75, g, w) * x.P0 for x in some.itertuples()]
    slow = (time.perf_counter() - start) / ROWS * len(table)
    apart = np.abs(np.array(theirs) - ours[table.index.get_indexer(some.index)]).max()
    print(f"rows {len(table)}; vectorised {fast:.2f} s; scipy.optimize per row {slow:.1f} s; ratio {slow / fast:.0f}")
    print(f"largest difference on {ROWS} rows {apart:.4f} points (grid of the slow way)")


if __name__ == "__main__":
    main()
