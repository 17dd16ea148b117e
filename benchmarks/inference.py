"""Randomisation and wild bootstrap against pyfixest and a plain loop, in one run: python benchmarks/inference.py

Needs pyfixest with wildboottest (pip install --group bench); without them only the loop is compared. 514 regencies by ten
years, 9,999 draws; six regencies by ten years, all 720 assignments. The loop refits statsmodels' OLS on demeaned data (the
favourable case: with dummies it is far slower) for some draws, and its time is scaled; so is that of ritest. Each way runs once before it is
timed, so that compilation does not count.
"""

import time as clock

import numpy as np
import pandas as pd
import statsmodels.api as sm

from ucj_analysis.models import estimators, inference

DRAWS, LOOP, SOME, REPEAT = 9_999, 60, 100, 5


def panel(units, seed=1, T=10):
    """Doses that rise, AR(1) errors."""
    random = np.random.default_rng(seed)
    dose = np.sort(random.uniform(0, 40, (units, T)), axis=1)
    e = random.standard_normal((units, T))
    for t in range(1, T):
        e[:, t] += 0.5 * e[:, t - 1]
    return pd.DataFrame({"unit": np.repeat(np.arange(units), T), "time": np.tile(np.arange(T), units),
                         "dose": dose.ravel(), "y": (e + 0.002 * dose).ravel()})  # fmt: skip


def best(run, *args, repeat=REPEAT, **kwargs):
    """Shortest time of a few, after one to warm up, and the last result."""
    run(*args, **kwargs)
    times = []
    for _ in range(repeat):
        start = clock.perf_counter()
        result = run(*args, **kwargs)
        times.append(clock.perf_counter() - start)
    return min(times), result


def within(v, units):
    """Two-way demeaned."""
    v = v.reshape(units, -1)
    return (v - v.mean(1, keepdims=True) - v.mean(0) + v.mean()).ravel()


def loop_randomisation(data, units, draws):
    """One refit a draw, p-value of the absolute slope; time for ``draws``."""
    random = np.random.default_rng(2)
    y, dose = within(data["y"].to_numpy(), units), data["dose"].to_numpy().reshape(units, -1)
    start = clock.perf_counter()
    slopes = [sm.OLS(y, within(dose[random.permutation(units)], units)).fit().params[0] for _ in range(LOOP)]
    return (clock.perf_counter() - start) / LOOP * draws, np.abs(slopes)


def loop_bootstrap(data, units, draws):
    """One refit with clustered errors a draw; time for ``draws``."""
    random = np.random.default_rng(2)
    y, x = within(data["y"].to_numpy(), units), within(data["dose"].to_numpy(), units)
    groups = data["unit"].to_numpy()
    start = clock.perf_counter()
    for _ in range(LOOP):
        new = within(y * random.choice([-1, 1], units)[groups], units)
        sm.OLS(new, x).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    return (clock.perf_counter() - start) / LOOP * draws


def main():
    """Print times and ratios."""
    try:
        import pyfixest
    except ImportError:
        pyfixest = None
        print("pyfixest is not installed: only the loop is compared\n")
    rows = []
    for units in (514, 6):
        data = panel(units)
        how = {"unit": data["unit"], "time": data["time"]}
        n = DRAWS if units > 8 else 720
        ours, test = best(inference.randomization_test, data["y"], data["dose"], **how)
        looped, _ = loop_randomisation(data, units, n)
        row = {
            "task": f"randomisation with interval, {units} x 10, {n} draws",
            "ours": ours,
            "p": test.p,
            "loop": looped,
        }
        if pyfixest:
            # rows are permuted: it cannot re-assign whole paths. The work is alike, the test is another one
            fit = pyfixest.feols("y ~ dose | unit+time", data)
            fit.ritest("dose", reps=10, type="randomization-c")
            took = best(fit.ritest, "dose", reps=SOME, type="randomization-c", repeat=1)[0]
            row["pyfixest"] = took / SOME * n
        rows.append(row)
        fitted = estimators.fit(data["y"], data["dose"], **how)
        for interval in (True, False):
            ours, test = best(inference.wild_cluster_bootstrap, fitted, interval=interval, draws=DRAWS)
            n = test.n
            row = {"task": f"wild bootstrap{' with interval' * interval}, {units} x 10, {n} draws", "ours": ours, "p": test.p,
                   "loop": loop_bootstrap(data, units, n)}  # fmt: skip
            if pyfixest and not interval:
                fit = pyfixest.feols("y ~ dose | unit+time", data, vcov={"CRV1": "unit"})
                try:
                    took, other = best(fit.wildboottest, param="dose", reps=n, seed=1, repeat=1)
                    row |= {"pyfixest": took, "p of pyfixest": other["Pr(>|t|)"]}
                except Exception as error:  # a rival that fails is reported, not hidden
                    print(f"wildboottest, {units} x 10: {type(error).__name__}: {str(error)[:150]}")
            rows.append(row)
    table = pd.DataFrame(rows).set_index("task")
    for name in [c for c in table if c == "loop" or c.startswith("pyfixest")]:
        table[f"{name} / ours"] = table[name] / table["ours"]
    pd.set_option("display.width", 250, "display.max_columns", 20, "display.float_format", "{:.4g}".format)
    print(table.to_string())


if __name__ == "__main__":
    main()
