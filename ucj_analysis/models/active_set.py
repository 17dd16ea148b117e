"""The steepest completion by a primal active set: cells are at an end of their interval or free, caps are met or not.

For fixed sets of free cells F and met caps C, the completions with stationary <y, D> s - D'MD/2 are a line in s = 1/(2t)
(t being the slope), from one linear system with two right-hand sides,

    [M_FF C'; C 0] [D_F; multipliers] = s [y_F; 0] + [-M_FB D_B; b - C_B D_B],

and s itself solves s^2 p + 2 s q = c, with p = <y, u>, q = <y, D> at s = 0 and c = |MD|^2 there. One goes towards that
point until an interval or a cap ends the step, and there frees what its gradient or multiplier asks for (Nocedal and Wright
2006, ch. 16.5). The slope never falls on the way: it is quasi-concave. What comes out is proven elsewhere.
"""

import numpy as np

_EDGE = 1e-12  # this near its end, relatively, a cell is at it
_STILL = 1e-11  # a gradient this small, relatively, asks for nothing


def moved_into(p, d):
    """Return the completion of a problem that is near ``d``, or None where its caps leave none there."""
    d = np.minimum(np.maximum(d, p.lower), p.upper)
    for at, w, bound in p.caps:
        least, sum_ = w @ p.lower[at], w @ d[at]
        if sum_ > bound:
            if least > bound:
                return None
            d[at] = p.lower[at] + (bound - least) / (sum_ - least) * (d[at] - p.lower[at])
    return d


def highest(p, d, slope=None):
    """Return the completion with the largest slope, or with the largest <y, D> - slope D'MD.

    Parameters
    ----------
    p : identification.Problem
        Without further constraints A.
    d : ndarray (n,)
        Completion to start from; with <y, d> > 0 where ``slope`` is not given.
    slope : float, optional

    Returns
    -------
    ndarray (n,) or None
        None where the search does not end (to be sought in another way).
    """
    y, M, lower, upper = p.y, p.M, p.lower, p.upper
    n, s = len(y), None if slope is None else 1 / (2 * slope)
    W, bounds = np.zeros((len(p.caps), n)), np.array([c[2] for c in p.caps])
    for row, (at, w, _) in zip(W, p.caps, strict=True):
        row[at] = w
    edge = _EDGE * max(1.0, np.abs(lower).max(), np.abs(upper).max())
    d = np.where(d <= lower + edge, lower, np.where(d >= upper - edge, upper, d))
    free, met = (lower < d) & (d < upper), W @ d >= bounds - _EDGE * np.maximum(1.0, np.abs(bounds))
    for _ in range(10 * n + 50):
        F, at, weights = np.flatnonzero(free), s, np.zeros(len(W))
        if len(F):
            held = np.flatnonzero(met & W[:, F].any(axis=1))
            u, v, push = _stationary(y, M, d, F, W[held], bounds[held])
            at = _steepest(y, M, u, v) if s is None else s
            step = (at * u + v - d)[F]
            share, end, cap = _room(step, d, F, lower, upper, W, bounds, met)
            d = d.copy()
            if share < 1:
                d[F] += share * step
                if cap is None:
                    d[end], free[end] = (upper if step[end == F][0] > 0 else lower)[end], False
                else:
                    met[cap] = True
                continue
            d[F] += step
            weights[held] = push @ [at, 1.0]
        elif s is None:
            at = (x := M @ d) @ x / (2 * (y @ d))
        if not np.isfinite(at):
            return None
        pull = at * y - M @ d - weights @ W
        small = _STILL * at * np.abs(y).max()
        if len(W) and (weights * W.max(axis=1)).min() < -small:
            met[np.argmin(weights * W.max(axis=1))] = False
            continue
        worst = np.where(free | (lower == upper), 0.0, np.where(d > lower, -pull, pull))
        if worst.max() <= small:
            return d
        free[np.argmax(worst)] = True
    return None


def _stationary(y, M, d, F, C, bounds):
    """u, v (n,) of the completions s u + v that are stationary with all but F where they are, and the caps' multipliers."""
    k, rest = len(F), d.copy()
    rest[F] = 0.0
    left = np.zeros((k + len(C), k + len(C)))
    left[:k, :k], left[:k, k:], left[k:, :k] = M[np.ix_(F, F)], C[:, F].T, C[:, F]
    right = np.zeros((len(left), 2))
    right[:k, 0], right[:k, 1], right[k:, 1] = y[F], -(M[F] @ rest), bounds - C @ rest
    try:
        z = np.linalg.solve(left, right)
        sound = np.abs(left @ z - right).max() <= 1e-9 * np.abs(right).max()
    except np.linalg.LinAlgError:
        sound = False
    if not sound:  # some cells together change nothing beyond the effects
        z = np.linalg.lstsq(left, right, rcond=1e-12)[0]
    u, v = np.zeros_like(d), rest
    u[F], v[F] = z[:k].T
    return u, v, z[k:]


def _steepest(y, M, u, v):
    """s at the largest slope of s u + v."""
    p, q, x = y @ u, y @ v, M @ v
    root = np.sqrt(q * q + max(p, 0.0) * (c := x @ x))
    with np.errstate(divide="ignore", invalid="ignore"):
        return (root - q) / p if q <= 0 else c / (q + root)


def _room(step, d, F, lower, upper, W, bounds, met):
    """Share of a step that intervals and caps leave, the cell or the cap (or None) that ends it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(step == 0, np.inf, (np.where(step > 0, upper[F], lower[F]) - d[F]) / step)
    first = int(np.argmin(room))
    share, cap = max(room[first], 0.0), None
    rise, left = W[:, F] @ step, bounds - W @ d
    for k in np.flatnonzero(~met & (rise > 0)):
        if left[k] < share * rise[k]:
            share, cap = max(left[k] / rise[k], 0.0), k
    return share, F[first], cap
