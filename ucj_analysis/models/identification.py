"""The set of two-way fixed-effects slopes that an inexact record of enrolment allows, with proof of its ends.

With M the annihilator of unit and time effects, y~ = My and x = MD, the slope of a completion D of the record is

    slope(D) = <y~, D> / <D, M D> = <y~, x> / |x|^2,

a linear over a quadratic form, over the polytope of completions: each cell in its interval, sums under their caps. In
the space of x the completions with slope above t > 0 are those inside the ball through the origin with centre y~/(2t).

*Outer end* (largest slope, where some completion has <y~, x> > 0). {slope > t} is convex, so the problem is
quasi-concave: an active set climbs to its end (`active_set`). With other constraints than caps, and wherever it does not
end, Dinkelbach's iteration (1967) on max <y~, D> - t D'MD does, each step being the nearest point of the polytope M D to
y~/(2t), by Wolfe's algorithm (1976). Proof, the same for both: at t (1 + 1e-8), the value plus the gap of the linear bound
(Frank and Wolfe 1956) is at most 0; no completion can then have a larger slope.

*Inner end* (largest slope, where all slopes are negative). The problem is that of a convex function to be made large:
branch and bound over the cells, bounding D'D by its secants and -D'(I-M)D by its tangent. Proof: the open list is
empty, or else its bound is reported beside the best completion found.

*No end.* Where some completion has no variation beyond the effects (x = 0), slopes near it grow without bound on each
side on which <y~, x> takes that sign: the set is then unbounded there, and says so.
"""

import heapq
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from ucj_analysis.errors import UcjError
from ucj_analysis.models import active_set

EXACT = 1e-8  # relative distance of the proven bound from the slope found
_FLAT = 1e-7  # |MD| below this share of the largest |MD|: no variation beyond the effects
_GAP = 1e-13
STEEP = 10.0  # dose points that go with one point of outcome: where the angle scale is half spent
SIGNS = ("positive", "negative", "not determined")


@dataclass(frozen=True)
class End:
    """One end of the set.

    Attributes
    ----------
    slope : float
        inf or -inf where there is no end.
    at : ndarray or None
        Completion that has this slope (None where there is no end).
    bound : float
        No completion has a slope beyond this: proven.
    proof : {"concave", "branch and bound", "no variation", "limit of nodes"}
    exact : bool
        Whether slope and bound agree within 1e-8, relatively.
    """

    slope: float
    at: np.ndarray | None
    bound: float
    proof: str
    exact: bool


@dataclass(frozen=True)
class SlopeSet:
    """All slopes that the record allows, from end to end.

    Every number between the ends is the slope of some completion, but for one case: a single direction is open and
    passes through no variation, where the set consists of the two outer parts.

    Attributes
    ----------
    low, high : End
    least, most : float
        Smallest and largest standard deviation of the dose beyond the effects (roots of D'MD/n), in points of dose.
    cells : int
        Cells known only as an interval.
    """

    low: End
    high: End
    least: float
    most: float
    cells: int

    @property
    def lower(self):
        """Smallest slope."""
        return self.low.slope

    @property
    def upper(self):
        """Largest slope."""
        return self.high.slope

    @property
    def bounded(self):
        """Whether both ends are numbers."""
        return bool(np.isfinite(self.lower) and np.isfinite(self.upper))

    @property
    def exact(self):
        """Whether both ends are proven to 1e-8."""
        return self.low.exact and self.high.exact

    @property
    def sign(self):
        """positive, negative or not determined: what all completions share, by the proven bounds."""
        if self.low.bound > 0:
            return SIGNS[0]
        return SIGNS[1] if self.high.bound < 0 else SIGNS[2]

    def width(self, steep=STEEP):
        """Width on the angle scale, 0 to 1: (arctan(steep upper) - arctan(steep lower)) / pi.

        Unbounded sets have a width too; 1 means that any slope is possible. ``steep`` turns slopes into angles: a
        slope of 1/steep, either way, is half of the way to vertical.
        """
        return float((np.arctan(steep * self.upper) - np.arctan(steep * self.lower)) / np.pi)


@dataclass(frozen=True)
class Problem:
    """Outcome and polytope of completions, ready to solve.

    Attributes
    ----------
    y : ndarray (n,)
        Outcome with the effects taken out.
    M : ndarray (n, n)
        Annihilator of the effects.
    lower, upper : ndarray (n,)
    caps : tuple of (positions, weights, bound)
        Disjoint sums with weights of 0 or more.
    A, b : ndarray or None
        Other linear constraints A D <= b, such as those of a dose that a source says never fell.
    """

    y: np.ndarray
    M: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    caps: tuple = ()
    A: np.ndarray | None = None
    b: np.ndarray | None = None
    labels: tuple = field(default=(), compare=False)

    def extreme_point(self, g, lower=None, upper=None):
        """Return a completion that maximises g'D, or None where there is none."""
        low = self.lower if lower is None else lower
        high = self.upper if upper is None else upper
        if self.A is not None:
            return self._by_program(g, low, high)
        d = np.where(g > 0, high, low)
        for at, w, bound in self.caps:
            over = w @ d[at] - bound
            if over <= 1e-12 * max(1.0, abs(bound)):
                continue
            with np.errstate(divide="ignore"):
                order = np.argsort(np.where(w > 0, g[at] / np.where(w > 0, w, 1), np.inf), kind="stable")
            for j in order:
                room = w[j] * (d[at[j]] - low[at[j]])
                take = min(room, over)
                if take > 0:
                    d[at[j]] -= take / w[j]
                    over -= take
            if over > 1e-9 * max(1.0, abs(bound)):
                return None
        return d

    def _by_program(self, g, low, high):
        rows, bounds = [self.A], [self.b]
        for at, w, bound in self.caps:
            row = np.zeros(len(low))
            row[at] = w
            rows.append(row[None])
            bounds.append([bound])
        out = linprog(-g, A_ub=np.vstack(rows), b_ub=np.concatenate(bounds), bounds=np.column_stack([low, high]))
        if out.status == 2:
            return None
        if out.status != 0:
            raise UcjError(f"the linear program did not end well: {out.message}")
        return np.clip(out.x, low, high)

    def fixed(self, positions, values):
        """Return the problem with some cells known."""
        low, high = self.lower.copy(), self.upper.copy()
        low[positions] = high[positions] = values
        return Problem(self.y, self.M, low, high, self.caps, self.A, self.b, self.labels)


def problem(y, lower, upper, *, unit, time, covariates=None, caps=(), A=None, b=None):
    """Return the Problem of a balanced panel.

    Parameters
    ----------
    y, lower, upper : array_like, shape (n,)
        Outcome; ends of the interval of each dose.
    unit, time : array_like, shape (n,)
    covariates : array_like, shape (n, k), optional
        Taken out with the effects.
    caps : sequence of (positions, weights, bound), optional
        weights @ D[positions] <= bound, weights 0 or more, no position in two caps.
    A, b : array_like, optional
        A D <= b, where a source supports it.

    Raises
    ------
    UcjError
        A row that is missing, an interval the wrong way round, no completion within the constraints, an outcome or a
        dose that the effects explain entirely.
    """
    y, lower, upper = (np.asarray(v, dtype=float) for v in (y, lower, upper))
    unit, time = np.asarray(unit), np.asarray(time)
    n = len(y)
    for name, v in (("lower", lower), ("upper", upper), ("unit", unit), ("time", time)):
        if v.shape != (n,):
            raise UcjError(f"{name}: expected {n} values as y has, got shape {v.shape}")
    place = [f"{u} in {t}" for u, t in zip(unit, time, strict=True)]
    for name, v in (("y", y), ("lower", lower), ("upper", upper)):
        if not np.isfinite(v).all():
            bad = place[int(np.argmax(~np.isfinite(v)))]
            raise UcjError(
                f"{name}: no number for {bad}; an unknown dose is an interval, an unknown outcome leaves the year out"
            )
    if (lower > upper).any():
        bad = int(np.argmax(lower > upper))
        raise UcjError(f"{place[bad]}: the interval {lower[bad]:g} to {upper[bad]:g} runs backwards")
    u, units = pd.factorize(unit, sort=True)
    t, times = pd.factorize(time, sort=True)
    seen = np.zeros((len(units), len(times)), dtype=int)
    np.add.at(seen, (u, t), 1)
    if (seen != 1).any():
        i, j = np.argwhere(seen != 1)[0]
        what = "no row" if seen[i, j] == 0 else f"{seen[i, j]} rows"
        raise UcjError(
            f"{what} for {units[i]} in {times[j]}: one row per region and year is needed; nothing is filled in"
        )
    if len(units) < 2 or len(times) < 2:
        raise UcjError(f"{len(units)} regions and {len(times)} years: two of each are needed for their effects")
    effects = np.column_stack([np.eye(len(units))[u], np.eye(len(times))[t]])
    if covariates is not None:
        effects = np.column_stack([effects, np.asarray(covariates, dtype=float).reshape(n, -1)])
    left, size, _ = np.linalg.svd(effects, full_matrices=False)
    left = left[:, size > 1e-10 * size[0]]
    M = np.eye(n) - left @ left.T
    M = (M + M.T) / 2
    yy = M @ y
    if np.linalg.norm(yy) <= 1e-10 * max(np.linalg.norm(y), 1e-300):
        raise UcjError("the outcome does not vary beyond the effects of region and year: there is no slope to look for")
    caps = tuple((np.asarray(at), np.asarray(w, dtype=float), float(bound)) for at, w, bound in caps)
    used = np.concatenate([at for at, _, _ in caps]) if caps else np.array([], dtype=int)
    if len(set(used.tolist())) < len(used):
        raise UcjError("a cell stands in two caps: pass one of them as a row of A")
    if any((w < 0).any() for _, w, _ in caps):
        raise UcjError("a cap has a negative weight: pass it as a row of A")
    if (A is None) != (b is None):
        raise UcjError("A and b go together: A D <= b")
    if A is not None:
        A, b = np.atleast_2d(np.asarray(A, dtype=float)), np.atleast_1d(np.asarray(b, dtype=float))
        if A.shape != (len(b), n):
            raise UcjError(f"A: expected shape ({len(b)}, {n}), got {A.shape}")
    out = Problem(yy, M, lower, upper, caps, A, b, tuple(place))
    if out.extreme_point(yy) is None:
        raise UcjError("no completion lies within both the intervals and the caps: the record contradicts itself")
    return out


def of(design, *, covariates=None):
    """Return the Problem of a Design of the panel.

    Raises
    ------
    UcjError
        Where fewer than two regions can have a dose at all: the slope would be one region's story against the others.
    """
    rows = design.rows
    treated = rows.groupby("region_code")["upper"].max()
    some = list(treated.index[treated > 0])
    if not some:
        raise UcjError("no region has a dose in these years: there is no slope to look for")
    if len(some) < 2:
        raise UcjError(
            f"only {some[0]} has a dose in these years: with one treated region a slope compares it with all others and cannot "
            "be told from anything else that happened there; describe its path instead"
        )
    return problem(
        rows["y"], rows["lower"], rows["upper"], unit=rows["region_code"], time=rows["year"], covariates=covariates,
        caps=design.caps,
    )  # fmt: skip


def identify(design, *, covariates=None, nodes=20_000):
    """`slope_set` of a Design, for those who need nothing in between."""
    return slope_set(of(design, covariates=covariates), nodes=nodes)


def slope_set(p, *, nodes=20_000):
    """Return the smallest and the largest slope over all completions.

    Parameters
    ----------
    p : Problem
    nodes : int
        Most boxes that branch and bound opens; beyond it, bounds stay proven but not exact.

    Returns
    -------
    SlopeSet

    Raises
    ------
    UcjError
        When no completion varies beyond the effects (a constant dose).
    """
    least = np.linalg.norm(_nearest(p, np.zeros_like(p.y))[0])
    most = _largest(p)
    scale = max(np.linalg.norm(p.M @ np.maximum(np.abs(p.lower), np.abs(p.upper))), most)
    if most <= _FLAT * max(1.0, np.abs(p.upper).max(), np.abs(p.lower).max()):
        raise UcjError(
            "the dose does not vary beyond the effects of region and year (constant in each region, or the same for all in each "
            "year): it has no slope"
        )
    flat = least <= _FLAT * scale
    low, high = _ends(p, flat, nodes)
    root = np.sqrt(len(p.y))
    return SlopeSet(low, high, 0.0 if flat else least / root, most / root, int((p.lower < p.upper).sum()))


def _ends(p, flat, nodes, start=(None, None)):
    """Both ends; the lower one is the upper one of the outcome turned over. ``start``: completions near them."""
    high = _top(p, flat, nodes, start[1])
    low = _top(Problem(-p.y, p.M, p.lower, p.upper, p.caps, p.A, p.b, p.labels), flat, nodes, start[0])
    return End(-low.slope, low.at, -low.bound, low.proof, low.exact), high


def _largest(p):
    """Some large |MD| of the polytope: its corners in the directions of M, enough to tell variation from none."""
    corners = [p.extreme_point(s * g) for g in p.M for s in (1.0, -1.0)]
    return max(np.linalg.norm(p.M @ d) for d in corners)


def _top(p, flat, nodes, start=None):
    """Largest slope."""
    best = p.extreme_point(p.y)
    top = p.y @ best
    small = 1e-12 * np.linalg.norm(p.y) * max(1.0, np.linalg.norm(np.maximum(np.abs(p.lower), np.abs(p.upper))))
    if top > small:
        if flat:
            return End(np.inf, None, np.inf, "no variation", True)
        return _outer(p, best, start)
    if abs(top) <= small and np.linalg.norm(p.M @ best) > _FLAT * np.linalg.norm(best):
        return End(0.0, best, 0.0, "concave", True)
    return _inner(p, best, nodes)


# -- outer end: quasi-concave --------------------------------------------------------------------------------------------


def _nearest(p, target, start=None):
    """Nearest point of {M D} to ``target`` (in the range of M), by Wolfe's algorithm.

    Returns
    -------
    x : ndarray
        M D - target at the nearest point.
    d : ndarray
        The completion D.
    corral : list of ndarray
        Corners whose mean it is, to start from again.
    """
    corners = [p.extreme_point(target)] if not start else list(start)
    D = np.array(corners)
    V = D @ p.M - target
    if start:  # the weights are sought anew, on the corners that were enough before
        D, V, w = _affine(D, V, np.full(len(D), 1 / len(D)))
    else:
        w = np.ones(1)
    for _ in range(20 * len(target) + 200):
        x = w @ V
        d = p.extreme_point(-(p.M @ x))
        v = p.M @ d - target
        gap = x @ (x - v)
        size = max(np.abs(V).max() ** 2 * len(x), v @ v)
        if gap <= _GAP * size or (np.abs(D - d).max(axis=1) <= 1e-12 * max(1.0, np.abs(d).max())).any():
            break
        D, V, w = _affine(np.vstack([D, d]), np.vstack([V, v]), np.append(w, 0.0))
    return w @ V, w @ D, list(D)


def _affine(D, V, w):
    """Minor cycle: weights of the point of least norm of the convex hull's face, dropping corners that turn negative."""
    while True:
        gram = V @ V.T
        gram += max(gram.trace() / len(gram), 1e-300)  # the same number everywhere: no weights with sum 1 notice it
        one = np.ones(len(gram))
        try:
            new = np.linalg.solve(gram, one)
        except np.linalg.LinAlgError:
            new = np.linalg.lstsq(gram, one, rcond=1e-14)[0]
        new = new / new.sum()
        if (new >= -1e-12).all():
            new = np.maximum(new, 0.0)
            return D, V, new / new.sum()
        down = new < w
        down &= new < 0
        step = min(1.0, (w[down] / (w[down] - new[down])).min())
        w = w + step * (new - w)
        keep = w > 1e-14
        if keep.all():
            keep[np.argmin(w)] = False
        D, V, w = D[keep], V[keep], w[keep] / w[keep].sum()


def _slope(p, d):
    x = p.M @ d
    return p.y @ d / (x @ x)


def _outer(p, d, start=None):
    """Largest slope from a completion with <y~, D> > 0, and its proof; ``start``: one that may be nearer."""
    d, corral = _climbed(p, d, start)
    t = _slope(p, d)
    for margin in (EXACT, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0):
        bound = t * (1 + margin)
        if _beyond(p, bound, d, corral) <= 0:
            return End(t, d, bound, "concave", margin == EXACT)
    return End(t, d, np.inf, "concave", False)


def _climbed(p, d, start):
    """Completion with the largest slope, and the corral of Wolfe's algorithm where it was needed."""
    if p.A is None:
        near = None if start is None else active_set.moved_into(p, start)
        found = active_set.highest(p, d if near is None or not p.y @ near > 0 else near)
        if found is not None:
            return found, None
    t, corral = _slope(p, d), None
    for _ in range(200):  # Dinkelbach: t rises to the largest slope; each step is a nearest point
        _, new, corral = _nearest(p, p.y / (2 * t), corral)
        risen = _slope(p, new)
        if not risen > t * (1 + 1e-13):
            break
        t, d = risen, new
    return d, corral


def _beyond(p, t, d, corral=None):
    """Proven upper bound of max <y, D> - t D'MD: a value and the gap of its tangent."""
    near = active_set.highest(p, d, t) if p.A is None else None
    d = _nearest(p, p.y / (2 * t), corral)[1] if near is None else near
    x = p.M @ d
    slope = p.y - 2 * t * x
    return p.y @ d - t * (x @ x) + slope @ (p.extreme_point(slope) - d)


# -- inner end: branch and bound -----------------------------------------------------------------------------------------


def _inner(p, d, nodes):
    """Largest slope where none is positive: the least of <u, D> / D'MD with u = -y, by branch and bound."""
    u, away = -p.y, np.eye(len(p.y)) - p.M
    boxed = not p.caps and p.A is None

    def ratio(d):
        x = p.M @ d
        square = x @ x
        # a completion without variation has no slope: it is no candidate
        return u @ d / square if square > (_FLAT * max(1.0, np.linalg.norm(d))) ** 2 else np.inf

    def bound(low, high, s):
        """Upper bound of s D'MD - <u, D> over a box, the completion that gives it."""
        middle = (low + high) / 2
        tangent = away @ middle
        g = s * (low + high) - 2 * s * tangent - u
        d = p.extreme_point(g, low, high)
        if d is None:
            return -np.inf, None
        return g @ d - s * (low @ high) + s * (middle @ tangent), d

    def better(d, value):
        """Move single cells to their other end as long as that helps."""
        if not boxed:
            return d, value
        moving = True
        while moving:
            moving = False
            for i in np.flatnonzero(p.lower < p.upper):
                for other in (p.lower[i], p.upper[i]):
                    trial = d.copy()
                    trial[i] = other
                    r = ratio(trial)
                    if r < value - 1e-13 * abs(value):
                        d, value, moving = trial, r, True
        return d, value

    best, value = d, ratio(d)
    for g in [p.y, *p.M, *-p.M]:
        trial = p.extreme_point(g)
        r = ratio(trial)
        if r < value:
            best, value = trial, r
    best, value = better(best, value)

    def none():
        """Whether the least ratio is zero but for rounding: it cannot fall further."""
        return value <= 1e-12 * np.linalg.norm(u) / np.linalg.norm(p.M @ best)

    counter = 0
    heap = [(-np.inf, counter, p.lower, p.upper)]
    opened = 0
    while heap and opened < nodes and not none():
        _, _, low, high = heapq.heappop(heap)
        if bound(low, high, value * (1 - EXACT))[0] <= 0:
            continue
        opened += 1
        wide = high - low
        i = int(np.argmax(wide))
        if wide[i] == 0:
            continue
        middle = (low[i] + high[i]) / 2
        for a, b in ((low[i], low[i]), (high[i], high[i])) if boxed else ((low[i], middle), (middle, high[i])):
            l2, h2 = low.copy(), high.copy()
            l2[i], h2[i] = a, b
            over, d = bound(l2, h2, value * (1 - EXACT))
            if d is not None:
                r = ratio(d)
                if r < value:
                    best, value = better(d, r)
            if over > 0:
                counter += 1
                heapq.heappush(heap, (-over, counter, l2, h2))
    if none():
        return End(0.0, best, 0.0, "concave", True)
    if not heap:
        return End(-value, best, -value * (1 - EXACT), "branch and bound", True)
    low, high = 0.0, value * (1 - EXACT)
    for _ in range(60):  # largest s for which no open box can hold a smaller ratio
        s = (low + high) / 2
        if all(bound(a, b, s)[0] <= 0 for _, _, a, b in heap):
            low = s
        else:
            high = s
    return End(-value, best, -low, "limit of nodes", False)


# -- value of information ------------------------------------------------------------------------------------------------


def value_of_information(p, groups=None, *, steep=STEEP, points=5, draws=16, seed=20260101):
    """How much the set shrinks if cells were known, on the angle scale of `SlopeSet.width`.

    Unbounded sets have a width there, so a cell that gives the set an end counts. A single cell is set to ``points``
    even steps of its interval, a group of cells to ``draws`` completions spread evenly over the box (Sobol), those that
    break a cap left out. The mean over them says what to expect if nothing in the interval is more likely than
    anything else, which is a convention and not a belief; the largest is what is certain.

    Parameters
    ----------
    p : Problem
    groups : dict of {name: positions}, optional
        Cells that one answer would fill; by default every open cell alone.
    steep : float

    Returns
    -------
    DataFrame
        name, cells, width_now, width_expected, width_worst, shrink (1 - expected/now), sign_settled (share of the values
        after which the sign is determined); largest shrink first.
    """
    groups = _single(p) if groups is None else groups
    base = slope_set(p)
    now, sample = base.width(steep), None
    out = []
    for name, at in groups.items():
        at = np.atleast_1d(np.asarray(at))
        at = at[p.lower[at] < p.upper[at]]
        if len(at) == 0:
            raise UcjError(f"{name}: all its cells are known already")
        if len(at) == 1:
            values = np.linspace(*_reach(p, at[0]), points)[:, None]
            weights = np.r_[0.5, np.ones(points - 2), 0.5] / (points - 1)
        else:
            sample = completions(p, draws, seed) if sample is None else sample
            values, weights = sample[:, at], np.full(len(sample), 1 / len(sample))
        sets = [_known(p, at, v, base) for v in values]
        width = np.array([s.width(steep) if s else 0.0 for s in sets])
        settled = np.array([s is None or s.sign != SIGNS[2] for s in sets])
        mean = float(weights @ width)
        out.append((name, len(at), now, mean, float(width.max()), 1 - mean / now, float(weights @ settled)))
    columns = ["name", "cells", "width_now", "width_expected", "width_worst", "shrink", "sign_settled"]
    return pd.DataFrame(out, columns=columns).sort_values("shrink", ascending=False, kind="stable", ignore_index=True)


def requests(p, groups=None, *, first=3, among=6, steep=STEEP, draws=16, seed=20260101):
    """The figures to ask for first: each the best one beside those before it.

    Parameters
    ----------
    groups : dict of {name: positions}, optional
        As in `value_of_information`.
    first : int
        How many.
    among : int
        How many of the best alone are tried at each step.

    Returns
    -------
    DataFrame
        order, name, width_now, width_expected (with it and all before it known), shrink (against now).
    """
    groups = _single(p) if groups is None else groups
    alone = value_of_information(p, groups, steep=steep, draws=draws, seed=seed)
    sample, base = completions(p, draws, seed), slope_set(p)
    chosen, out = [], []
    left = list(alone["name"][:among])
    while left and len(chosen) < first:
        mean = {}
        for name in left:
            at = np.unique(np.concatenate([np.atleast_1d(groups[g]) for g in [*chosen, name]]))
            sets = [_known(p, at, row[at], base) for row in sample]
            mean[name] = float(np.mean([s.width(steep) if s else 0.0 for s in sets]))
        best = min(left, key=mean.get)
        chosen.append(best)
        left.remove(best)
        now = float(alone["width_now"].iloc[0])
        out.append((len(chosen), best, now, mean[best], 1 - mean[best] / now))
    return pd.DataFrame(out, columns=["order", "name", "width_now", "width_expected", "shrink"])


def by_region(design):
    """Groups for `value_of_information`: all open cells of a region, as one answer of its labour office would fill."""
    open_ = np.flatnonzero(design.rows["lower"] < design.rows["upper"])
    codes = design.rows["region_code"].to_numpy()[open_]
    return {code: open_[codes == code] for code in dict.fromkeys(codes)}


def by_cell(design):
    """Groups of one cell each, named by region and year of the dose."""
    rows = design.rows
    open_ = np.flatnonzero(rows["lower"] < rows["upper"])
    return {f"{rows['region_code'].iloc[i]} {rows['dose_year'].iloc[i]}": np.array([i]) for i in open_}


def completions(p, draws, seed=20260101):
    """Completions spread evenly over the box (Sobol), those outside the constraints left out; seeded."""
    from scipy.stats import qmc

    open_ = np.flatnonzero(p.lower < p.upper)
    engine = qmc.Sobol(len(open_), seed=seed) if len(open_) else None
    out = []
    for _ in range(200):
        if engine is None:
            return np.tile(p.lower, (draws, 1))
        D = np.tile(p.lower, (256, 1))
        D[:, open_] += engine.random(256) * (p.upper - p.lower)[open_]
        keep = np.ones(len(D), dtype=bool)
        for at, w, bound in p.caps:
            keep &= D[:, at] @ w <= bound
        if p.A is not None:
            keep &= (p.b >= D @ p.A.T).all(axis=1)
        out += list(D[keep])
        if len(out) >= draws:
            return np.array(out[:draws])
    raise UcjError(
        "the constraints leave less than a thousandth of the box: no completions can be drawn evenly from it"
    )


def _single(p):
    return {p.labels[i]: np.array([i]) for i in np.flatnonzero(p.lower < p.upper)}


def _reach(p, i):
    """Smallest and largest value of a cell within the constraints."""
    g = np.zeros(len(p.lower))
    g[i] = 1.0
    return p.extreme_point(-g)[i], p.extreme_point(g)[i]


def _known(p, at, values, base):
    """Slope set with cells known; None where then nothing varies any more, so that there is no slope at all."""
    known = p.fixed(at, values)
    if base.least > 0:  # what varies in every completion varies in some of them
        return SlopeSet(
            *_ends(known, False, 200, (base.low.at, base.high.at)), base.least, base.most, base.cells - len(at)
        )
    try:
        return slope_set(known, nodes=200)
    except UcjError:
        return None
