"""Weights of all placebos, a fifth of the national panel, side by side and by SLSQP: python benchmarks/donors.py"""

import time

import numpy as np
from scipy.optimize import minimize

from ucj_analysis import catalog
from ucj_analysis.models import donors

SOME = 1  # placebos of the slow way; its time is scaled


def one(A, b, ridge):
    """Weights of one unit as one would write it without this package."""
    n = A.shape[1]
    gradient = lambda w: A.T @ (A @ w - b) + ridge * w  # noqa: E731
    return minimize(
        lambda w: ((A @ w - b) ** 2).sum() / 2 + ridge * (w * w).sum() / 2, np.full(n, 1 / n), jac=gradient, method="SLSQP",
        bounds=[(0, 1)] * n, constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
        options={"maxiter": 100, "ftol": 1e-12},
    ).x  # fmt: skip


def main():
    """Print times, their ratio, and which comes closer to the minimum."""
    table = donors.outcome(catalog.table("panel"), "P0")
    # a fifth of the donors: SLSQP grows with their cube and takes minutes for one unit of the whole panel
    table = table.loc[sorted({donors.REGION, *table.index[::5]})]
    for make in (donors.synthetic_control, donors.synthetic_did):
        start = time.perf_counter()
        c = make(table)
        fast = time.perf_counter() - start
        A, B, _ = c.target
        rows = np.random.default_rng(1).choice(np.arange(1, len(B)), SOME, replace=False)
        lost, start = [], time.perf_counter()
        for i in rows:
            keep = np.arange(A.shape[1]) != i - 1
            w = one(A[:, keep], B[i], c.ridge)
            f = [
                ((X @ v - B[i]) ** 2).sum() / 2 + c.ridge * (v * v).sum() / 2 for X, v in ((A[:, keep], w), (A, c.W[i]))
            ]
            lost.append(f[0] - f[1])
        slow = (time.perf_counter() - start) / SOME * len(B)
        print(f"{c.method}: {len(B)} units, {len(c.donors)} donors; side by side {fast:.2f} s; SLSQP {slow:.0f} s; "
              f"ratio {slow / fast:.0f}; objective of SLSQP less ours {min(lost):.1e}; "
              f"largest duality gap {c.gap.max():.1e}")  # fmt: skip


if __name__ == "__main__":
    main()
