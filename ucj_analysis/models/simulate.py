"""MADE-UP panels with a known effect, to test estimators with. Nothing here is data; region codes begin with S.

`draw` makes what is true (extreme rate, dose, P0, P1, P2 of each region and year) and what an analyst would see of it: P0, P1,
P2 as published, from a sample and with two decimals; a national extreme rate a year; a record of participants with round
numbers, bounds, plans and gaps. The extreme rate is

    E[i, t] = level[i] + year[t] + effect dose[i, t] / 10 + u[i, t],   u[i, t] = rho u[i, t-1] + e[i, t]

with e correlated between neighbours on a ring. The effect works on the extreme rate alone: P0 is drawn without it, and the gaps
of the poor are such that the extreme rate comes out. Written without the estimators of this package, integration included, so
that it can judge them.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import betaincc

from ucj_analysis.errors import UcjError

SHAPES = ("even", "dominant")
FAMILIES = ("maxent", "beta")
RECORD = {"exact": 0.4, "approximate": 0.25, "at_least": 0.1, "planned": 0.1, "unknown": 0.15}
_CURVE = -3.0  # second parameter of the density of gaps: most of the poor are near the line
_SPREAD = 6.0  # a + b of the Beta
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


@dataclass(frozen=True)
class Design:
    """What is drawn.

    Attributes
    ----------
    regions : int
    first, last : int
        Years.
    effect : float
        Change of the extreme rate, percentage points, per 10 points of dose (participants per 100 workers).
    shape : {"even", "dominant"}
        Ramps of like size that start in different years; or one region early and large, the others late and small.
    sd, rho : float
        Stationary standard deviation (percentage points) and autocorrelation of u.
    spatial : float
        Correlation of neighbours on the ring, to the power of their distance.
    noisy : float
        Factor on sd in the first region.
    people : int or None
        Effective size of the sample behind P0, P1 and P2 in a region and year; None publishes the true values.
    family : {"maxent", "beta"}
        Distribution of the gaps of the poor: the one the estimator assumes, or another.
    r : (float, float)
        Extreme line over poverty line in the first and the last year.
    record : dict
        Shares of cells with a programme that are on record as exact, approximate, at_least, planned or unknown.
    """

    regions: int = 6
    first: int = 2015
    last: int = 2024
    effect: float = -0.3
    shape: str = "even"
    sd: float = 0.4
    rho: float = 0.5
    spatial: float = 0.0
    noisy: float = 1.0
    people: int | None = None
    family: str = "maxent"
    r: tuple = (0.80, 0.70)
    record: tuple = tuple(RECORD.items())

    def __post_init__(self):
        if isinstance(self.record, dict):
            object.__setattr__(self, "record", tuple(self.record.items()))
        checks = {
            "regions": self.regions >= 2, "last": self.last - self.first >= 3, "shape": self.shape in SHAPES,
            "rho": -1 < self.rho < 1, "spatial": 0 <= self.spatial < 1, "sd": self.sd >= 0,
            "family": self.family in FAMILIES, "people": self.people is None or self.people >= 50,
            "r": all(0 < x < 1 for x in self.r),
            "record": set(dict(self.record)) <= set(RECORD) and abs(sum(dict(self.record).values()) - 1) < 1e-9,
        }  # fmt: skip
        for name, good in checks.items():
            if not good:
                raise UcjError(f"{name}={getattr(self, name)!r} makes no panel; see the docstring of simulate.Design")


@dataclass(frozen=True)
class Simulated:
    """One made-up panel: what is true and what is seen.

    Attributes
    ----------
    design : Design
    truth : DataFrame
        region_code, year, workers, participants, dose (per 100 workers), extreme, P0, P1, P2 (percent, index; not rounded),
        error (u), r.
    published : DataFrame
        region_code, year, P0, P1, P2 with two decimals.
    national : DataFrame
        year, rate: mean of the true extreme rates, two decimals; every region weighs the same.
    record : DataFrame
        region_code, year, value, lower, upper (participants), dose_lower, dose_upper (per 100 workers), qualifier, status. The
        truth always lies within lower and upper. Cells of unknown dose have no value and the bounds 0 and all workers.
    """

    design: Design
    truth: pd.DataFrame
    published: pd.DataFrame
    national: pd.DataFrame
    record: pd.DataFrame


def draw(seed, design=None, **changes):
    """Draw one made-up panel.

    Parameters
    ----------
    seed : int or Generator
    design : Design, optional
    **changes
        Attributes of the design that are to differ.

    Returns
    -------
    Simulated

    Raises
    ------
    UcjError
        For a design that is none, or whose extreme rates leave the room between 0 and P0.
    """
    design = replace(design or Design(), **changes)
    rng = np.random.default_rng(seed)
    years = np.arange(design.first, design.last + 1)
    n, T = design.regions, len(years)
    workers = rng.integers(20_000, 60_000, n)
    participants = np.round(_doses(rng, design, T) * workers[:, None] / 100).astype(int)
    dose = 100 * participants / workers[:, None]
    u = errors(rng, design, T)
    fall = np.linspace(0, 3, T) + rng.normal(0, 0.2, T)
    extreme = rng.uniform(7, 9, n)[:, None] - fall + design.effect * dose / 10 + u
    p0 = rng.uniform(15, 20, n)[:, None] - np.linspace(0, 2, T) + rng.normal(0, 0.2, (n, T))
    if not np.all((extreme > 0.02 * p0) & (extreme < 0.95 * p0)):
        raise UcjError(
            f"extreme rates from {extreme.min():.2f} to {extreme.max():.2f} percent do not fit below P0: "
            "make effect, sd or the dose smaller"
        )
    r = np.linspace(*design.r, T)
    r_cell = np.broadcast_to(r, (n, T)).ravel()
    one = _solve(extreme.ravel() / p0.ravel(), r_cell, design.family)
    m, s = _moments(one, design.family)
    names = np.repeat([f"S{i + 1:03d}" for i in range(n)], T)
    keys = {"region_code": names, "year": np.tile(years, n)}
    truth = pd.DataFrame(
        keys | {"workers": np.repeat(workers, T), "participants": participants.ravel(), "dose": dose.ravel(),
                "extreme": extreme.ravel(), "P0": p0.ravel(), "P1": p0.ravel() * m, "P2": p0.ravel() * s,
                "error": u.ravel(), "r": r_cell}
    )  # fmt: skip
    seen = truth[["P0", "P1", "P2"]].to_numpy()
    if design.people is not None:
        seen = _sample(rng, design, p0.ravel() / 100, one)
    published = pd.DataFrame(keys | dict(zip(("P0", "P1", "P2"), np.round(seen, 2).T, strict=True)))
    national = pd.DataFrame({"year": years, "rate": np.round(extreme.mean(axis=0), 2)})
    return Simulated(design, truth, published, national, _record(rng, design, keys, truth))


def errors(rng, design, T):
    """Errors u, array (regions, T), stationary from the first year."""
    n = design.regions
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    apart = np.minimum(apart, n - apart)
    root = np.linalg.cholesky(np.where(apart == 0, 1.0, design.spatial**apart))
    fresh = root @ rng.normal(0, 1, (n, T))
    out = np.empty((n, T))
    out[:, 0] = fresh[:, 0]
    for t in range(1, T):
        out[:, t] = design.rho * out[:, t - 1] + np.sqrt(1 - design.rho**2) * fresh[:, t]
    scale = np.full(n, design.sd)
    scale[0] *= design.noisy
    return out * scale[:, None]


def _doses(rng, design, T):
    """Doses per 100 workers, (regions, T): nothing, then a ramp of three years, then level."""
    n, t = design.regions, np.arange(T)
    if design.shape == "even":
        start = rng.permutation(2 + np.arange(n) % max(1, T - 4))
        top = rng.uniform(20, 45, n)
    else:
        start = np.r_[3, np.full(n - 1, T - 3)]
        top = np.r_[45.0, rng.uniform(4, 10, n - 1)]
    ramp = np.clip((t[None, :] - start[:, None] + 1) / 3, 0, 1)
    return ramp * top[:, None] * np.where(ramp > 0, rng.uniform(0.95, 1.05, (n, T)), 1.0)


# -- gaps of the poor ----------------------------------------------------------------------------------------------------


def _weights(one, g):
    """Density of the gap up to its constant, rows by parameters: exp(one g + _CURVE g^2)."""
    z = one[:, None] * g + _CURVE * g * g
    return np.exp(z - z.max(axis=1, keepdims=True))


def _tail(one, r, family):
    """Share of the poor with a gap above 1 - r."""
    if family == "beta":
        mean = 1 / (1 + np.exp(-one))
        return betaincc(mean * _SPREAD, (1 - mean) * _SPREAD, 1 - r)
    cut = 1 - r[:, None]
    low, high = cut * (_NODES + 1) / 2, cut + r[:, None] * (_NODES + 1) / 2
    nodes = np.hstack([low, high])
    sizes = np.hstack([cut * _WEIGHTS, r[:, None] * _WEIGHTS])
    mass = _weights(one, nodes) * sizes
    return mass[:, len(_NODES) :].sum(axis=1) / mass.sum(axis=1)


def _solve(share, r, family):
    """First parameter at which the tail is the share wanted; by bisection, the tail grows with it."""
    ends = (-30.0, 30.0) if family == "beta" else (-200.0, 200.0)
    low, high = (np.full(share.shape, x) for x in ends)
    for _ in range(48):
        middle = (low + high) / 2
        above = _tail(middle, r, family) > share
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    return (low + high) / 2


def _moments(one, family):
    """Mean and mean square of the gap."""
    if family == "beta":
        mean = 1 / (1 + np.exp(-one))
        return mean, mean**2 + mean * (1 - mean) / (_SPREAD + 1)
    g = np.concatenate([(k + (_NODES + 1) / 2) / 8 for k in range(8)])  # eight panels
    mass = _weights(one, g[None, :]) * np.tile(_WEIGHTS, 8)
    mass /= mass.sum(axis=1, keepdims=True)
    return mass @ g, mass @ (g * g)


def _sample(rng, design, share, one):
    """P0, P1, P2 (percent) of a sample of people in each cell."""
    out = np.empty((len(share), 3))
    grid = np.linspace(0, 1, 1001)
    for i, (p, a) in enumerate(zip(share, one, strict=True)):
        poor = max(2, rng.binomial(design.people, p))
        if design.family == "beta":
            mean = 1 / (1 + np.exp(-a))
            g = rng.beta(mean * _SPREAD, (1 - mean) * _SPREAD, poor)
        else:
            f = _weights(np.array([a]), grid[None, :])[0]
            total = np.r_[0, np.cumsum((f[1:] + f[:-1]) / 2)]
            g = np.interp(rng.uniform(0, total[-1], poor), total, grid)
        out[i] = 100 * poor / design.people * np.array([1, g.mean(), (g * g).mean()])
    return out


# -- the record ----------------------------------------------------------------------------------------------------------


def _round_digits(x, digits, how=np.round):
    """Round to so many significant digits."""
    size = 10 ** (int(np.floor(np.log10(x))) + 1 - digits)
    return int(how(x / size) * size)


def _about(x, digits):
    """A round number for x, with half a unit of its last digit that is not zero either way."""
    value = _round_digits(x, digits)
    unit = 1
    while value % (unit * 10) == 0:
        unit *= 10
    return value, value - unit / 2, value + unit / 2


def _record(rng, design, keys, truth):
    """What the record says of participants, with bounds that hold the truth."""
    names, shares = zip(*design.record, strict=True)
    rows = []
    for count, workers in zip(truth["participants"], truth["workers"], strict=True):
        kind = str(rng.choice(names, p=shares)) if count else "exact"
        digits, ahead = int(rng.integers(1, 3)), rng.uniform(1, 1.4)
        if kind == "approximate":
            value, low, high = _about(count, digits)
            row = (value, max(low, 0.0), min(high, workers), "approximate", "realised")
        elif kind == "at_least":
            value = _round_digits(count, 1, np.floor)
            row = (value, value, workers, "at_least", "realised")
        elif kind == "planned":
            # a plan is taken to be a ceiling; here none is surpassed
            value = min(int(np.ceil(count * ahead / 100) * 100), workers)
            row = (value, 0, value, "exact", "planned")
        elif kind == "unknown":
            row = (np.nan, 0, workers, "", "unknown")
        else:
            row = (count, count, count, "exact", "realised")
        rows.append(row)
    out = pd.DataFrame(keys)
    out[["value", "lower", "upper", "qualifier", "status"]] = pd.DataFrame(rows, index=out.index)
    numbers = ["value", "lower", "upper"]
    out[numbers] = out[numbers].astype(float)
    for side in ("lower", "upper"):
        out[f"dose_{side}"] = 100 * out[side] / truth["workers"]
    return out
