"""How often each method rejects a true null with six regencies: python benchmarks/size.py [--draws 20000] [--brief]

Prints Markdown for docs/method.md: the share of simulated panels (percent) in which a slope of zero is rejected at 5 %.
Errors are AR(1) with variance 1, no effect. Dose in points of coverage:

even       every regency ramps up by 10 points a year to 40, one after the other from west to east
dominant   Bone Bolango has 15 points in its third year and 40 from its fourth; the others 2 to 10 in the last two years
spatial    even, errors (I - 0.6 W)^-1 of independent ones, W the row-standardised map of neighbours, rescaled to variance 1
unequal    dominant, Bone Bolango's errors twice as large
"""

import argparse
import time as clock

import numpy as np
from scipy import stats

from ucj_analysis import catalog
from ucj_analysis.models import estimators, inference

WEST_TO_EAST = ["7503", "7501", "7505", "7502", "7571", "7504"]  # Pohuwato ... Bone Bolango
G, LEVEL, STEP, WEBB = 6, 0.05, 500, 399
HEADS = {
    "iid": "iid",
    "HC1": "HC1",
    "CR1": "CR1, t(5)",
    "CR1, all": "CR1 counting all parameters",
    "CR2": "CR2, Satterthwaite",
    "CR3": "CR3, t(5)",
    "wild, signs": "wild bootstrap, 64 signs",
    "wild, Webb": "wild bootstrap, Webb",
    "randomisation": "**randomisation, slope**",
    "randomised t": "randomisation, clustered t",
    "average difference": "average difference, t(4)",
}
METHODS = list(HEADS)
FITTED = 6  # of the methods: by estimators.Fit
DESIGNS = ["even", "dominant", "spatial", "unequal"]


def doses(design, T):
    """Dose in points, (6, T), regencies from west to east."""
    t = np.arange(T)
    if design in ("even", "spatial"):
        starts = np.linspace(0, T - 3, G)
        return np.clip(10 * (t - starts[:, None] + 1), 0, 40)
    out = np.zeros((G, T))
    out[:5, -2:] = np.linspace(2, 10, 5)[:, None] * [0.5, 1]
    out[5, 2], out[5, 3:] = 15, 40
    return out


def neighbours():
    """Who borders whom, from the map of the data package, row-standardised."""
    shapes = catalog.boundaries()
    code = next(c for c in shapes.columns if set(WEST_TO_EAST) <= set(shapes[c].astype(str)))
    shapes = shapes.set_index(shapes[code].astype(str)).geometry.loc[WEST_TO_EAST]
    # generalised borders may be a hair apart
    W = np.array([[a is not b and a.distance(b) < 1e-6 for b in shapes] for a in shapes], float)
    return W / W.sum(axis=1, keepdims=True)


def errors(design, T, rho, draws, random):
    """(draws, 6, T): AR(1) with variance 1."""
    e = random.standard_normal((draws, G, T))
    for t in range(1, T):
        e[..., t] = rho * e[..., t - 1] + np.sqrt(1 - rho**2) * e[..., t]
    if design == "spatial":
        mix = np.linalg.inv(np.eye(G) - 0.6 * neighbours())
        e = np.einsum("ij,sjt->sit", mix / np.linalg.norm(mix, axis=1, keepdims=True), e)
    if design == "unequal":
        e[:, 5] *= 2
    return e


class Panel:
    """One design: what does not change from draw to draw."""

    def __init__(self, dose):
        self.dose, T = dose, dose.shape[1]
        self.unit, self.time = np.repeat(np.arange(G), T), np.tile(np.arange(T), G)
        how = {"unit": self.unit, "time": self.time}
        self.fit = estimators.fit(dose.ravel() ** 2, dose.ravel(), **how)
        counted = estimators.fit(dose.ravel() ** 2, dose.ravel(), count="all", **how)
        self.fits = [(counted if k == "CR1, all" else self.fit, k[:3]) for k in METHODS[:FITTED]]
        self.x = dose - dose.mean(1, keepdims=True) - dose.mean(0) + dose.mean()
        self.size = (self.x**2).sum()
        self.orders = inference._all(np.arange(G))
        half = T // 2
        gap = dose[:, -half:].mean(1) - dose[:, :half].mean(1)
        self.half, self.gap = half, gap - gap.mean()
        self.signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * G)).reshape(G, -1).T

    def p_values(self, E, random):
        """(methods, draws) for outcomes (draws, 6, T)."""
        S = len(E)
        Y = E.reshape(S, -1).T
        out = []
        for fit, kind in self.fits:
            coef, se = fit.many(Y, kind)
            out.append(2 * stats.t.sf(np.abs(coef[0] / se[0]), fit.dof(kind).iloc[0]))
        u = E - E.mean(2, keepdims=True) - E.mean(1, keepdims=True) + E.mean((1, 2), keepdims=True)
        out += [self.wild(u, self.signs), self.wild(u, random.choice(inference.WEIGHTS["webb"], (WEBB, G)))]
        out += self.randomised(u)
        gap = E[..., -self.half :].mean(2) - E[..., : self.half].mean(2)
        gap = gap - gap.mean(1, keepdims=True)
        b = gap @ self.gap / (self.gap @ self.gap)
        left = ((gap - b[:, None] * self.gap) ** 2).sum(1) / (G - 2)
        out.append(2 * stats.t.sf(np.abs(b) / np.sqrt(left / (self.gap @ self.gap)), G - 2))
        return np.array(out)

    def wild(self, u, V):
        """Restricted wild bootstrap of CR1's t, as inference.wild_cluster_bootstrap, for many outcomes."""
        z = self.x / self.size
        Q = self.fit._Q.reshape(G, -1, self.fit._Q.shape[1])
        own = np.einsum("gt,sgt->sg", z, u)
        J = np.einsum("gtr,gt->gr", Q, z) @ np.einsum("sgt,gtr->srg", u, Q)  # (S, 6, 6)
        J = own[:, :, None] * np.eye(G) - J
        top, spread = own @ V.T, ((J @ V.T) ** 2).sum(1)
        seen = own.sum(1)
        scores = own - seen[:, None] * np.einsum("gt,gt->g", z, self.x)
        error = (scores**2).sum(1)
        return (top**2 * error[:, None] >= seen[:, None] ** 2 * spread * (1 - 2 * inference.TIE)).mean(1)

    def randomised(self, u):
        """Slope and clustered t under all 720 orders, as inference.randomization_test, for many outcomes."""
        A = np.einsum("sgt,jt->sgj", u, self.x)
        each = A[:, np.arange(G), self.orders]  # (S, 720, 6)
        slope = each.sum(2)
        error = ((each - slope[..., None] / self.size * (self.x**2).sum(1)[self.orders]) ** 2).sum(2)
        by_slope = np.abs(slope) >= np.abs(slope[:, :1]) * (1 - inference.TIE)
        by_t = slope**2 * error[:, :1] >= slope[:, :1] ** 2 * error * (1 - 2 * inference.TIE)
        return [by_slope.mean(1), by_t.mean(1)]

    def check(self, E, random):
        """The short cuts above must be the package's own functions."""
        ours = self.p_values(E, random)
        how = {"unit": self.unit, "time": self.time}
        for s, e in enumerate(E):
            y, d = e.ravel(), self.dose.ravel()
            fit = estimators.fit(y, d, **how)
            package = {k: fit.p(k).iloc[0] for k in estimators.KINDS}
            package["wild, signs"] = inference.wild_cluster_bootstrap(fit, interval=False).p
            for method, p in package.items():
                assert np.isclose(ours[METHODS.index(method), s], p), method
            for method, statistic in (("randomisation", "abs_slope"), ("randomised t", "abs_t")):
                row = METHODS.index(method)
                assert np.isclose(ours[row, s], inference.randomization_test(y, d, statistic=statistic, **how).p)


def rejections(design, T, rho, draws, seed):
    """Share of draws rejected by each method."""
    random = np.random.default_rng([seed, T, round(10 * rho), DESIGNS.index(design)])
    panel = Panel(doses(design, T))
    panel.check(errors(design, T, rho, 3, random), random)
    hits = np.zeros(len(METHODS))
    for at in range(0, draws, STEP):
        E = errors(design, T, rho, min(STEP, draws - at), random)
        hits += (panel.p_values(E, random) <= LEVEL + 1e-12).sum(1)
    return hits / draws


def detectable(T, rho, simulations, seed):
    """Effect of 40 points seen in 80 % of panels, in standard deviations of the error, by design and number of regencies."""
    random = np.random.default_rng(seed)
    out = []
    for name, copies in (("even", 1), ("dominant", 1), ("even", 86)):
        dose = np.tile(doses(name, T), (copies, 1))
        n = len(dose)
        unit, time = np.repeat(np.arange(n), T), np.tile(np.arange(T), n)
        made = inference._design(np.arange(n * T) % 7.0, dose.ravel(), unit, time, None)
        some = simulations if copies == 1 else max(200, simulations // 10)
        E = errors(name, T, rho, some * copies, random).reshape(some, n, T)
        low = inference._lowest(made, E, 0.95, 999, seed)
        out.append((f"{name}, {n} regencies", np.quantile(-low, 0.8) * 40))
    return out


def mark(share):
    """Percent; bold where it is not 4 to 6."""
    text = f"{100 * share:.1f}"
    return f"**{text}**" if not 0.04 <= round(share, 3) <= 0.06 else text


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brief", action="store_true", help="eight years and rho .5 only")
    asked = parser.parse_args()
    start = clock.perf_counter()
    print(
        f"{asked.draws:,} draws a cell; simulation error at 5: "
        f"{196 * np.sqrt(0.05 * 0.95 / asked.draws):.2f} points either way.\n"
    )
    print("| design | T | rho | " + " | ".join(HEADS.values()) + " |")
    print("|---" * (len(HEADS) + 3) + "|")
    for design in DESIGNS:
        for T in (8,) if asked.brief else (8, 10):
            for rho in (0.5,) if asked.brief else (0.0, 0.5, 0.8):
                found = rejections(design, T, rho, asked.draws, asked.seed)
                print(
                    f"| {design} | {T} | {rho} | " + " | ".join(mark(v) for v in found) + " |",
                    flush=True,
                )
    print("\n| design | largest partial leverage | Satterthwaite degrees of freedom |\n|---|---|---|")
    for design in ("even", "dominant"):
        fit = Panel(doses(design, 8)).fit
        print(f"| {design} | {fit.leverage().iloc[:, 0].max():.2f} | {fit.dof('CR2').iloc[0]:.1f} |")
    print(
        "\n| effect of 40 points seen in 80 % of panels (T 8, rho .5), randomisation at 5 % | in error SDs |\n|---|---|"
    )
    for name, effect in detectable(8, 0.5, max(1000, asked.draws // 10), asked.seed):
        print(f"| {name} | {effect:.1f} |")
    print(f"\n<!-- {clock.perf_counter() - start:.0f} s -->")


if __name__ == "__main__":
    main()
