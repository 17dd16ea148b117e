"""Extreme poverty estimated from the published triple P0, P1, P2.

Among the poor, the relative gap g = 1 - y/z has mean m = P1/P0 and second moment s = P2/P0 (Foster, Greer and Thorbecke
1984). With an extreme line at a share r of the poverty line, the extreme rate is E = P0 * P(g > 1 - r). The density of g
is the one of maximum entropy given m and s, f(g) ~ exp(l1 g + l2 g^2) on [0, 1] (Wu 2003), or a Beta as cross-check.
From the maximum-entropy literature: the dual is convex, so Newton with step halving finds the one solution.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainc

from ucj_analysis.errors import UcjError

MODELS = ("maxent", "beta")
K = {80: 0.36, 95: 0.53}  # half-widths on the root scale, in root percentage points; from validation on official rates
Z = {80: 1.2815515655446004, 95: 1.959963984540054}
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_FLOOR = 40.0  # exp(-40): what lies this far below the peak does not count
_TOLERANCE = 1e-13
_SOLVED = 1e-6  # moments met within this, in standard deviations; all but the far corners of m and s meet 1e-9
_NARROW = 1e-3  # bounds this close to each other are an answer


def moments(p0, p1, p2, *, labels=None):
    """Return m = P1/P0 and s = P2/P0, checked.

    Parameters
    ----------
    p0, p1, p2 : array_like
        In one unit (percent, or shares); NaN where missing.
    labels : sequence, optional
        Names of the rows, for errors.

    Returns
    -------
    (p0, m, s) : float arrays of one shape; m and s are NaN where a value is missing or nobody is poor.

    Raises
    ------
    UcjError
        Naming the first row whose triple no density has: it needs P1^2/P0 < P2 < P1 < P0 <= 100.
    """
    p0, p1, p2 = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (p0, p1, p2)))
    known = ~(np.isnan(p0) | np.isnan(p1) | np.isnan(p2))
    none = known & (p0 == 0) & (p1 == 0) & (p2 == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        m, s = p1 / p0, p2 / p0
        fits = (p0 > 0) & (p0 <= 100) & (p1 > 0) & (p1 < p0) & (s < m) & (s > m * m)
    bad = known & ~none & ~fits
    if bad.any():
        at = np.flatnonzero(bad.ravel())[0]
        a, b, c = (float(x.ravel()[at]) for x in (p0, p1, p2))
        names = [] if labels is None else list(labels)
        name = str(names[at]) if len(names) == p0.size else f"row {at}"
        raise UcjError(
            f"{name}: P0 = {a:g}, P1 = {b:g}, P2 = {c:g} fit no distribution of gaps (expected 100 >= P0 > P1 > P2 > P1^2/P0 = "
            f"{b * b / a if a else math.nan:.4g}); check for swapped columns or a wrong unit"
        )
    keep = known & ~none
    return p0, np.where(keep, m, np.nan), np.where(keep, s, np.nan)


def _line_share(r):
    """Return r as floats, refused outside 0 to 1."""
    r = np.asarray(r, dtype=float)
    if np.any((r < 0) | (r > 1)):
        raise UcjError("r lies outside 0 to 1: it is the extreme line as a share of the poverty line")
    return r


def within_rounding(p0, p1, p2, *, half=0.005):
    """Return P2 with values that only rounding made impossible moved inside what they can have been.

    A printed P2 of 0.00 stands for anything below 0.005. Where the printed triple fits no distribution, but one within
    half a unit of P2's last digit does, P2 becomes the middle of what is possible.

    Returns
    -------
    (p2, moved) : arrays; moved is True where P2 was changed
    """
    p0, p1, p2 = (np.asarray(x, dtype=float) for x in (p0, p1, p2))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.maximum(p1 * p1 / p0, p2 - half), np.minimum(p1, p2 + half)
        bad = (p0 > 0) & (p1 > 0) & (p1 < p0) & ((p2 <= p1 * p1 / p0) | (p2 >= p1))
        moved = bad & (low < high)
    return np.where(moved, (low + high) / 2, p2), moved


@dataclass(frozen=True)
class Gaps:
    """Distributions of the relative gap among the poor, one a row, fitted to m and s.

    Attributes
    ----------
    p0, m, s : 1-D float arrays
    model : {"maxent", "beta"}
    """

    p0: np.ndarray
    m: np.ndarray
    s: np.ndarray
    model: str = "maxent"

    @cached_property
    def parameters(self):
        """l1, l2 of the maximum-entropy density, or a, b of the Beta; NaN where m is, or where they grow without end."""
        if self.model == "beta":
            k = self.m * (1 - self.m) / (self.s - self.m**2) - 1
            return self.m * k, (1 - self.m) * k
        return _maxent(self.m, self.s)

    @cached_property
    def _total(self):
        a, b = self.parameters
        return _integrate(a, b, np.zeros_like(a))

    def take(self, rows):
        """Return the distributions of some rows, in any order or repeated; nothing is solved again."""
        out = Gaps(self.p0[rows], self.m[rows], self.s[rows], self.model)
        out.__dict__["parameters"] = tuple(x[rows] for x in self.parameters)
        if self.model == "maxent":
            out.__dict__["_total"] = self._total[rows]
        return out

    def tail(self, r):
        """P(g > 1 - r), the share of the poor below r times the poverty line.

        Where the density shrinks to one or two points, m and s leave almost nothing open: there the middle of the
        sharp bounds stands, if they lie within 0.001 of each other.

        Raises
        ------
        UcjError
            Naming a row so near a limit of m and s that neither the density nor the bounds give the share.
        """
        r = np.broadcast_to(np.asarray(r, dtype=float), self.m.shape)
        a, b = self.parameters
        if self.model == "beta":
            return betainc(b, a, r)
        inside = _integrate(a, b, 1 - r)
        with np.errstate(invalid="ignore"):
            out = np.clip(inside / self._total, 0, 1)
        at = np.flatnonzero(np.isnan(a) & ~np.isnan(self.m))
        if at.size:
            lower, upper = _bounds(self.m[at], self.s[at], r[at])
            if np.any(upper - lower > _NARROW):
                i = at[np.argmax(upper - lower)]
                raise UcjError(
                    f"row {i}: P1/P0 = {self.m[i]:.9g} and P2/P0 = {self.s[i]:.9g} lie too near the limit of what a "
                    "distribution can have; check the inputs, or use sharp_bounds"
                )
            out[at] = (lower + upper) / 2
        return out

    def density(self, g):
        """Density of the gap at g."""
        g = np.broadcast_to(np.asarray(g, dtype=float), self.m.shape)
        a, b = self.parameters
        if self.model == "beta":
            from scipy.stats import beta

            return beta.pdf(g, a, b)
        with np.errstate(invalid="ignore"):
            return np.exp(a * g + b * g * g - _peak(a, b)) / self._total

    def rate(self, r):
        """Extreme rate in the unit of P0; 0 where nobody is poor."""
        return np.where(self.p0 == 0, 0.0, self.p0 * self.tail(r))


def gaps(p0, p1, p2, *, model="maxent", labels=None):
    """Fit the distribution of gaps row by row; arguments as `moments`."""
    if model not in MODELS:
        raise UcjError(f"model={model!r}: expected one of {', '.join(MODELS)}")
    p0, m, s = moments(p0, p1, p2, labels=labels)
    return Gaps(np.atleast_1d(p0).ravel(), np.atleast_1d(m).ravel(), np.atleast_1d(s).ravel(), model)


def tail_share(p0, p1, p2, r, model="maxent", *, labels=None):
    """Extreme rate P0 * P(g > 1 - r), in the unit of P0.

    Parameters
    ----------
    p0, p1, p2 : array_like
        Published triple, in one unit.
    r : array_like
        Extreme line over the poverty line, 0 to 1.
    model : {"maxent", "beta"}
    labels : sequence, optional
        Names of the rows, for errors.

    Returns
    -------
    ndarray of the broadcast shape (a float for scalars); NaN where an input is missing.

    Raises
    ------
    UcjError
        For r outside [0, 1], an unknown model, or a triple that no distribution has.
    """
    r = _line_share(r)
    fitted = gaps(p0, p1, p2, model=model, labels=labels)
    shape = np.broadcast_shapes(*(np.shape(x) for x in (p0, p1, p2)))
    # each triple is solved once, however many r it meets
    rows, r = np.broadcast_arrays(np.arange(fitted.m.size).reshape(shape), r)
    out = fitted.take(rows.ravel()).rate(r.ravel()).reshape(rows.shape)
    return float(out) if out.ndim == 0 else out


# -- maximum entropy ---------------------------------------------------------------------------------------------------


def _peak(l1, l2):
    """Largest exponent l1 g + l2 g^2 on [0, 1]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        top = np.clip(np.where(l2 < 0, -l1 / (2 * l2), 0), 0, 1)
    return np.maximum(np.maximum(0.0, l1 + l2), l1 * top + l2 * top * top)


def _panels(l1, l2, start):
    """Edges (rows x 4) of three panels on [start, 1] that hold all of the mass that counts."""
    level = _peak(l1, l2) - _FLOOR
    with np.errstate(divide="ignore", invalid="ignore"):
        flat = np.abs(l2) < 1e-12
        root = np.sqrt(l1 * l1 + 4 * l2 * level)
        one, two = (-l1 - root) / (2 * l2), (-l1 + root) / (2 * l2)
        one, two = np.where(flat, level / l1, one), np.where(flat, level / l1, two)
    low, high = np.fmin(one, two), np.fmax(one, two)
    none = np.isnan(root) & ~flat
    low, high = np.where(none | np.isnan(low), 0.0, low), np.where(none | np.isnan(high), 1.0, high)
    falls, rises = flat & (l1 < 0), flat & (l1 > 0)
    left = np.where((l2 < 0) & ~flat, np.clip(low, 0, 1), np.where(rises, np.clip(low, 0, 1), 0.0))
    right = np.where((l2 < 0) & ~flat, np.clip(high, 0, 1), np.where(falls, np.clip(high, 0, 1), 1.0))
    left = np.maximum(left, start)
    right = np.maximum(right, left)
    third = (right - left) / 3
    a, b = left + third, left + 2 * third
    # two heaps at the ends: the panels end where the heaps do
    split = (l2 > 0) & ~flat & ~none & (low > 0) & (high < 1) & (low < high)
    a = np.where(split, np.maximum(low, left), a)
    b = np.where(split, np.maximum(high, left), b)
    one_end = (l2 > 0) & ~flat & ~none & ~split
    # one heap only: the other root lies outside [0, 1]
    a = np.where(one_end & (high >= 1) & (low > 0) & (low < 1), np.maximum(low / 3, left), a)
    b = np.where(one_end & (high >= 1) & (low > 0) & (low < 1), np.maximum(low, left), b)
    a = np.where(one_end & (low <= 0) & (high > 0) & (high < 1), np.maximum(high, left), a)
    b = np.where(one_end & (low <= 0) & (high > 0) & (high < 1), np.maximum((1 + 2 * high) / 3, left), b)
    return np.stack([left, a, b, right], axis=-1)


def _points(edges):
    """Gauss-Legendre points and weights on the three panels: rows x 96."""
    half = np.diff(edges, axis=-1) / 2
    middle = (edges[:, 1:] + edges[:, :-1]) / 2
    g = (middle[:, :, None] + half[:, :, None] * _NODES).reshape(len(edges), -1)
    w = (half[:, :, None] * _WEIGHTS).reshape(len(edges), -1)
    return g, w


def _integrate(l1, l2, start):
    """Integral of exp(l1 g + l2 g^2 - peak) from ``start`` to 1."""
    g, w = _points(_panels(l1, l2, start))
    return (w * np.exp(l1[:, None] * g + l2[:, None] * g * g - _peak(l1, l2)[:, None])).sum(axis=1)


@np.errstate(all="ignore")  # a step too far overflows, and is halved
def _maxent(m, s):
    """Solve for l1, l2 by Newton with step halving, in the standardised gap t = (g - m)/sd; NaN where unsolved."""
    a, b = np.full(m.shape, np.nan), np.full(m.shape, np.nan)
    todo = np.flatnonzero(~np.isnan(m))
    sd = np.sqrt(s - m * m)
    x, y = np.zeros(len(todo)), np.full(len(todo), -0.5)
    mm, ss = m[todo], sd[todo]

    def state(x, y, mm, ss):
        """Dual log Z(x, y) - y, its gradient and second derivatives."""
        l2 = y / ss**2
        l1 = x / ss - 2 * y * mm / ss**2
        peak = _peak(l1, l2)
        g, w = _points(_panels(l1, l2, np.zeros_like(l1)))
        f = w * np.exp(l1[:, None] * g + l2[:, None] * g * g - peak[:, None])
        t = (g - mm[:, None]) / ss[:, None]
        z = f.sum(axis=1)
        e1, e2, e3, e4 = ((f * t**k).sum(axis=1) / z for k in (1, 2, 3, 4))
        # x t + y t^2 = l1 g + l2 g^2 + constant: put the constant back into log Z
        constant = -x * mm / ss + y * (mm / ss) ** 2
        dual = np.log(z) + peak + constant - y
        return dual, e1, e2 - 1, e2 - e1 * e1, e3 - e1 * e2, e4 - e2 * e2

    live = np.arange(len(todo))
    now = state(x, y, mm, ss)
    off = np.hypot(now[1], now[2])
    for _ in range(100):
        _, g1, g2, h11, h12, h22 = now
        moving = np.hypot(g1, g2) > _TOLERANCE
        if not moving.any():
            break
        live, now = live[moving], tuple(v[moving] for v in now)
        dual, g1, g2, h11, h12, h22 = now
        det = np.maximum(h11 * h22 - h12 * h12, 1e-300)
        dx, dy = -(h22 * g1 - h12 * g2) / det, -(h11 * g2 - h12 * g1) / det
        slope = g1 * dx + g2 * dy
        step = np.ones(len(live))
        new = state(x[live] + dx, y[live] + dy, mm[live], ss[live])
        for _ in range(40):
            rising = ~(new[0] <= dual + 1e-4 * step * slope + 1e-13 * (1 + np.abs(dual)))
            if not rising.any():
                break
            step[rising] /= 2
            part = live[rising]
            again = state(x[part] + step[rising] * dx[rising], y[part] + step[rising] * dy[rising], mm[part], ss[part])
            for old, fresh in zip(new, again, strict=True):
                old[rising] = fresh
        x[live] += step * dx
        y[live] += step * dy
        off[live] = np.hypot(new[1], new[2])
        stuck = np.maximum(np.abs(step * dx), np.abs(step * dy)) < 1e-15 * (1 + np.abs(x[live]) + np.abs(y[live]))
        live, now = live[~stuck], tuple(v[~stuck] for v in new)
    solved = off < _SOLVED  # False for NaN
    b[todo] = np.where(solved, y / ss**2, np.nan)
    a[todo] = np.where(solved, x / ss - 2 * y * mm / ss**2, np.nan)
    return a, b


# -- bounds, calibration, raking, intervals ----------------------------------------------------------------------------


def sharp_bounds(p0, p1, p2, r, *, labels=None):
    """Smallest and largest extreme rate that any distribution with these moments has.

    Two-moment Chebyshev-Markov-Stieltjes inequality on [0, 1] (Krein and Nudelman 1977): the canonical representation
    with an atom at c = 1 - r has either one more atom in [0, 1] or atoms at both ends.

    Returns
    -------
    (lower, upper) in the unit of P0
    """
    p0, m, s = moments(p0, p1, p2, labels=labels)
    p0, m, s, r = np.broadcast_arrays(p0, m, s, _line_share(r))
    known = ~np.isnan(m)
    shares = _bounds(m, s, r)
    out = tuple(np.where(p0 == 0, 0.0, np.where(known, p0 * x, np.nan)) for x in shares)
    return tuple(float(x) for x in out) if out[0].ndim == 0 else out


def _bounds(m, s, r):
    """Sharp bounds of P(g > 1 - r) given the moments; all are poor, so g > 0, and none lies at 1 for r = 0."""
    c = 1 - r
    with np.errstate(divide="ignore", invalid="ignore"):
        y = (s - m * c) / (m - c)
        weight = (m - c) / (y - c)
        pair = (y >= 0) & (y <= 1)
        above = np.where(y > c, weight, 0.0)
        pair_lower, pair_upper = above, np.where(y > c, 1.0, 1 - weight)
        at_c = (m - s) / (c * (1 - c))
        at_one = m - at_c * c
        lower = np.where(pair, pair_lower, at_one)
        upper = np.where(pair, pair_upper, at_c + at_one)
    lower, upper = np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    lower, upper = np.where(c <= 0, 1.0, lower), np.where(c <= 0, 1.0, upper)
    return np.where(c >= 1, 0.0, lower), np.where(c >= 1, 0.0, upper)


def calibrate(p0, p1, p2, weights, national, *, model="maxent", labels=None):
    """Find the r at which the weighted regency rates give the published national rate.

    Parameters
    ----------
    p0, p1, p2 : arrays, percent
    weights : array
        Population of each regency; rows with a missing value are left out.
    national : float
        Published national extreme rate, percent.

    Returns
    -------
    (r, slope) : floats
        slope = d(national rate)/dr, percent per unit of r: it turns the rounding of ``national`` into that of r.

    Raises
    ------
    UcjError
        When no r gives the rate.
    """
    fitted = gaps(p0, p1, p2, model=model, labels=labels)
    weights = np.asarray(weights, dtype=float).ravel()
    if np.any(weights < 0):
        at = np.flatnonzero(weights < 0)[0]
        raise UcjError(f"row {at}: weight {weights[at]:g}: expected a population, 0 or more")
    use = ~np.isnan(fitted.p0) & ~np.isnan(weights) & (~np.isnan(fitted.m) | (fitted.p0 == 0))
    if not use.any():
        raise UcjError("no row has P0, P1, P2 and a weight: there is nothing to calibrate on")
    w = weights[use] / weights[use].sum()
    small = fitted.take(use)

    def mean(r):
        return float(np.nansum(w * small.rate(r)))

    if not 0 < national < mean(1.0):
        raise UcjError(
            f"national rate {national}: expected above 0 and below the mean P0 of these rows, {mean(1.0):.2f}"
        )
    from scipy.optimize import brentq  # a tenth of a second that only this needs

    r = brentq(lambda x: mean(x) - national, 0.0, 1.0, xtol=1e-10)
    h = min(1e-4, r / 2, (1 - r) / 2)
    return r, (mean(r + h) - mean(r - h)) / (2 * h)


def rake(rates, weights, group, official, *, p0=None):
    """Scale the rates of each group so that its weighted mean is the official one; others stay.

    Parameters
    ----------
    rates, weights : arrays
    group : array of group names
    official : dict of {group: percent}
    p0 : array, optional
        Ceiling of each rate: a row that reaches it stays there, and the others of its group take up the rest.

    Returns
    -------
    (rates, raked) : arrays; raked is True where a factor was applied

    Raises
    ------
    UcjError
        When ``p0`` is given and the official rate of a group lies above its mean P0.
    """
    rates, weights = np.asarray(rates, dtype=float), np.asarray(weights, dtype=float)
    group = np.asarray(group)
    out, raked = rates.copy(), np.zeros(len(rates), dtype=bool)
    for name, target in official.items():
        here = (group == name) & ~np.isnan(rates) & ~np.isnan(weights)
        if not here.any():
            continue
        mean = np.average(rates[here], weights=weights[here])
        if mean > 0:
            ceiling = np.full(here.sum(), np.inf) if p0 is None else np.asarray(p0, dtype=float)[here]
            out[here] = _scale(rates[here], weights[here], target, ceiling, name)
            raked[here] = True
    return out, raked


def _scale(rates, weights, target, ceiling, name):
    """Multiply by the one factor that gives the mean ``target`` with no rate above its ceiling."""
    share = weights / weights.sum()
    if target > (share * ceiling)[(rates > 0) & (weights > 0)].sum():
        raise UcjError(f"{name}: official rate {target:g} lies above the mean P0 of its regions; check unit and year")
    full = np.zeros(len(rates), dtype=bool)
    factor = 1.0
    for _ in range(len(rates)):
        factor = (target - (share * ceiling)[full].sum()) / (share * rates)[~full].sum()
        over = ~full & (rates * factor > ceiling)
        if not over.any():
            break
        full |= over
    return np.where(full, ceiling, rates * factor)


def interval(rate, p0, *, level=80, slope=0.0, sd_r=0.0):
    """Where the published figure would fall: (sqrt(E) -+ w)^2, clipped to [0, P0].

    w = sqrt(k^2 + (z sd_r d sqrt(E)/dr)^2), with k from validation against official rates.

    Parameters
    ----------
    rate, p0 : arrays, percent
    level : {80, 95}
    slope : array
        dE/dr, percent per unit of r.
    sd_r : array or float
    """
    if level not in K:
        raise UcjError(f"level={level}: expected 80 or 95")
    rate, p0 = np.asarray(rate, dtype=float), np.asarray(p0, dtype=float)
    root = np.sqrt(np.maximum(rate, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        steep = np.where(root > 0, np.asarray(slope) / (2 * root), 0.0)
    w = np.sqrt(K[level] ** 2 + (Z[level] * np.asarray(sd_r) * steep) ** 2)
    lower = np.where(root > w, (root - w) ** 2, 0.0)
    upper = np.minimum((root + w) ** 2, p0)
    missing = np.isnan(rate) | np.isnan(p0)
    return np.where(missing, np.nan, np.minimum(lower, p0)), np.where(missing, np.nan, upper)


def rate_slope(p0, p1, p2, r, *, model="maxent"):
    """dE/dr = P0 f(1 - r), percent per unit of r."""
    fitted = gaps(p0, p1, p2, model=model)
    return np.where(fitted.p0 == 0, 0.0, fitted.p0 * fitted.density(1 - _line_share(r)))


PARTS = ("r", "P0", "P1/P0", "P2/P0")


def decompose(before, after, *, model="maxent", labels=None):
    """Split the change of the extreme rate into the parts of r, P0, P1/P0 and P2/P0 (Shapley value; they add up).

    P1/P0 of one year with P2/P0 of the other can be a pair that no distribution has; such a mixture, never a year
    itself, is moved to the nearest pair that one has.

    Parameters
    ----------
    before, after : (p0, p1, p2, r) of arrays or floats
    labels : sequence, optional
        Names of the rows, for errors.

    Returns
    -------
    dict of {"change", "r", "P0", "P1/P0", "P2/P0"} of arrays, in the unit of P0; parts are NaN where nobody is poor
    in one of the years
    """
    states = []
    for p0, p1, p2, r in (before, after):
        p0, m, s = (np.atleast_1d(x).ravel() for x in moments(p0, p1, p2, labels=labels))
        states.append((np.broadcast_to(_line_share(r), p0.shape), p0, m, s))
    n = len(PARTS)
    value = {}
    for bits in range(2**n):
        r, p0, m, s = (states[bits >> i & 1][i] for i in range(n))
        if (bits >> 2 & 1) != (bits >> 3 & 1):
            low, high = m * m, m
            eps = 1e-3 * (high - low)
            s = np.clip(s, low + eps, high - eps)
        value[bits] = Gaps(p0, m, s, model).rate(r)
    out = {"change": value[2**n - 1] - value[0]}
    for i, name in enumerate(PARTS):
        total = 0.0
        for bits in range(2**n):
            if not bits >> i & 1:
                size = bits.bit_count()
                share = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
                total = total + share * (value[bits | 1 << i] - value[bits])
        out[name] = total
    return out
