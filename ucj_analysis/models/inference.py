"""How much a slope from few clusters can say: tests, intervals, power and sensitivity that hold with six regencies.

======================================  ==================================================================
`randomization_test`, `permutation_test`  exact re-assignment of dose paths; of a treatment in a cross-section
`wild_cluster_bootstrap`                restricted bootstrap of a clustered t (Cameron, Gelbach and Miller 2008)
`minimum_detectable_effect`             the smallest effect that would have been seen, from the panel's own residuals
`leave_one_out`, `lead_placebo`         who carries the slope; whether doses to come already show
`sensitivity`, `robustness_value`, ...  how strong an omitted variable would have to be (Cinelli and Hazlett 2020)
`morans_i`, `variance_ratio`            whether errors are exchangeable, on which the first row rests
======================================  ==================================================================

Every statistic here is linear or quadratic in the null slope. Intervals are therefore inverted from one set of draws.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from ucj_analysis.errors import UcjError
from ucj_analysis.models import estimators
from ucj_analysis.models.estimators import check_level

EXACT = 50_000  # assignments or sign vectors listed in full up to here
LEAST = 20  # distinct assignments below which no p-value is given: none could be under 1/20
DRAWS = 9_999
TIE = 1e-9  # relative difference below which two statistics are equal
STATISTICS = ("abs_slope", "slope", "abs_t")
WEIGHTS = {
    "rademacher": np.array([-1.0, 1.0]),
    "webb": np.array([-1, 1])[:, None].repeat(3, 1).ravel() * np.sqrt(np.tile([0.5, 1.0, 1.5], 2)),
    "mammen": np.array([(1 - 5**0.5) / 2, (1 + 5**0.5) / 2]),
}
CHANCES = {"mammen": np.array([(5**0.5 + 1) / (2 * 5**0.5), (5**0.5 - 1) / (2 * 5**0.5)])}
CHUNK = 2**18  # numbers held at a time


@dataclass(frozen=True, repr=False)
class Verdict:
    """A slope with its test; where ``p`` is None, ``reason`` says why in a sentence.

    Attributes
    ----------
    coef : float
    p, lower, upper : float or None
        Interval by inversion: all nulls whose p exceeds 1 - level (its hull, if they are apart); infinite where no null
        on that side is rejected.
    k, n : int
        k of n assignments or draws are at least as extreme; the observed one counts in assignments.
    distinct : int
        Assignments or weight vectors that differ.
    exact : bool
        All of them were used.
    """

    coef: float
    p: float | None
    lower: float | None
    upper: float | None
    level: float
    k: int
    n: int
    distinct: int
    exact: bool
    method: str
    statistic: str
    null: float = 0.0
    seed: int | None = None
    reason: str | None = None

    def __repr__(self):
        how = f"all of {self.distinct}" if self.exact else f"drawn of about 10^{math.log10(self.distinct):.0f}"
        said = self.reason
        if self.p is not None:
            said = f"p {self.p:.4f}"
            said += "" if self.lower is None else f", {self.level:.0%} [{self.lower:.4g}, {self.upper:.4g}]"
        return f"<{self.method}: slope {self.coef:.4g}; {said}; {self.k} of {self.n} ({how})>"


# ---------------------------------------------------------------------------------------------------------------------
# assignments


def _kinds(paths):
    """Number the paths (G, T) so that equal ones have equal numbers."""
    size = np.abs(paths).max()
    return np.unique(np.round(paths / size if size else paths, 10), axis=0, return_inverse=True)[1].ravel()


def _arrangements(codes):
    """How many ways there are to hand these codes out that differ."""
    out = math.factorial(len(codes))
    for m in np.bincount(codes):
        out //= math.factorial(int(m))
    return out


def _all(codes):
    """Every distinct order of the codes, (number, G); the one given comes first."""
    counts = np.bincount(codes)
    kinds = np.argsort(counts, kind="stable")
    kinds = kinds[counts[kinds] > 0]
    out = np.full((1, len(codes)), -1)
    for kind in kinds:  # rarest first: the last one takes what is left
        free = np.argsort(out >= 0, axis=1, kind="stable")[:, : int((out[0] < 0).sum())]
        pick = np.array(list(itertools.combinations(range(free.shape[1]), int(counts[kind]))))
        rows = np.repeat(np.arange(len(out)), len(pick))
        where = free[rows[:, None], np.tile(pick, (len(out), 1))]
        out = out[rows]
        np.put_along_axis(out, where, kind, axis=1)
    same = (out == codes).all(axis=1)
    return np.concatenate([out[same], out[~same]])


def _assign(codes, blocks, draws, seed):
    """Assignments (B, G) with the one observed first, the number of distinct ones, and whether these are all."""
    parts = [np.flatnonzero(blocks == b) for b in np.unique(blocks)]
    distinct = math.prod(_arrangements(np.unique(codes[i], return_inverse=True)[1]) for i in parts)
    if distinct <= EXACT:
        out = codes[None]
        for i in parts:
            labels, own = np.unique(codes[i], return_inverse=True)
            new = labels[_all(own)]
            out = np.repeat(out, len(new), axis=0)
            out[:, i] = np.tile(new, (len(out) // len(new), 1))
        return out, distinct, True
    draws = DRAWS if draws is None else draws
    if draws < LEAST:
        raise UcjError(f"draws={draws}: expected at least {LEAST}")
    random = np.random.default_rng(seed)
    out = np.empty((draws + 1, len(codes)), dtype=np.uint16 if codes.max() < 2**16 else np.intp)
    out[:] = codes
    for i in parts:
        if len(parts) == 1:
            random.permuted(out[1:], axis=1, out=out[1:])
        else:
            out[1:, i] = random.permuted(out[1:, i], axis=1)
    return out, distinct, False


# ---------------------------------------------------------------------------------------------------------------------
# slopes under every assignment


@dataclass(frozen=True)
class _Tables:
    """What each unit (row) would add if it had the path of each kind (column), the fixed regressors taken out.

    own: outcome times path; dose: observed dose, residual, times path; size: path squared; fixed (K, G, J): basis of
    the fixed regressors times path; y_fixed, d_fixed (K, G) and gram (K, K, G): by unit, for clustered errors.
    """

    own: np.ndarray
    dose: np.ndarray
    size: np.ndarray
    fixed: np.ndarray
    y_fixed: np.ndarray
    d_fixed: np.ndarray
    gram: np.ndarray


def _tables(y, dose, paths, basis, sums, spread):
    """Build them. y, dose (n,): residual; ``spread(path)`` lays each kind's path over the rows, (J, n); basis (n, K)."""
    own, size, at_dose, fixed = [], [], [], []
    for values in spread(paths):  # (n,) per kind
        own.append(sums(y * values))
        at_dose.append(sums(dose * values))
        size.append(sums(values * values))
        fixed.append([sums(b * values) for b in basis.T])
    K, G = basis.shape[1], len(own[0])
    return _Tables(
        own=np.array(own).T,
        dose=np.array(at_dose).T,
        size=np.array(size).T,
        fixed=np.moveaxis(np.array(fixed).reshape(len(own), K, G), 0, 2),
        y_fixed=np.array([sums(b * y) for b in basis.T]).reshape(K, G),
        d_fixed=np.array([sums(b * dose) for b in basis.T]).reshape(K, G),
        gram=np.array([[sums(a * b) for b in basis.T] for a in basis.T]).reshape(K, K, G),
    )


def _gather(table, codes):
    """Sum over units of table[unit, code of unit], for each assignment."""
    G, J = table.shape
    flat, start = np.ascontiguousarray(table).ravel(), np.arange(G) * J
    out = np.empty(len(codes), table.dtype)
    step = max(1, CHUNK // G)
    for a in range(0, len(codes), step):
        out[a : a + step] = flat.take(codes[a : a + step] + start).sum(axis=1)
    return out


def _slopes(tables, codes):
    """Slope of the outcome, slope of the observed dose, and variation of the assigned dose, for each assignment."""
    flat = np.ptp(tables.size, axis=0).max() <= TIE * tables.size.max()
    # equal for every unit, as in a balanced panel: then it is the same in every assignment
    size = np.full(len(codes), tables.size[0][codes[0]].sum()) if flat else _gather(tables.size, codes)
    for part in tables.fixed:
        size = size - _gather(part, codes) ** 2
    usable = size > TIE * size.max()
    safe = np.where(usable, size, 1.0)
    both = _gather(tables.own + 1j * tables.dose, codes)  # one pass over the assignments for two tables
    return np.where(usable, both.real / safe, 0.0), np.where(usable, both.imag / safe, 0.0), size


def _spreads(tables, codes, a, d):
    """Sum over units of squared scores: of the outcome, its product with the dose's, and of the dose."""
    G = len(tables.own)
    out = np.empty((3, len(codes)))
    unit = np.arange(G)
    step = max(1, CHUNK // G)
    for at in range(0, len(codes), step):
        part = slice(at, at + step)
        c = codes[part]
        y, x, size = tables.own[unit, c], tables.dose[unit, c], tables.size[unit, c]
        if len(tables.fixed):
            own = tables.fixed[:, unit, c]  # (K, b, G)
            load = own.sum(axis=2)  # (K, b)
            y = y - np.einsum("kb,kg->bg", load, tables.y_fixed)
            x = x - np.einsum("kb,kg->bg", load, tables.d_fixed)
            size = size - 2 * np.einsum("kb,kbg->bg", load, own) + np.einsum("kb,lb,klg->bg", load, load, tables.gram)
        u, v = y - a[part, None] * size, x - d[part, None] * size
        out[:, part] = (u * u).sum(1), (u * v).sum(1), (v * v).sum(1)
    return out


# ---------------------------------------------------------------------------------------------------------------------
# inversion


def _invert(a, d, b, level, one_sided=False):
    """Hull of the nulls r at which |a - r d| >= |b - r| in more than 1 - level of the cases, exactly.

    a, d : slopes of outcome and of observed dose under each assignment; b : slope observed. Each case holds on an
    interval around b (or, if |d| > 1, outside one), whose ends are roots of linear equations; the rest is counting.
    """
    need = (1 - level) * len(a) + TIE
    minus, plus = np.abs(d - 1) < TIE, np.abs(d + 1) < TIE
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(minus, np.nan, (a - b) / np.where(minus, 1, d - 1))
        second = np.where(plus, np.nan, (a + b) / np.where(plus, 1, d + 1))
    # equal but for rounding means equal: discrete outcomes have many ties
    unit = max(np.abs(a).max(), 1e-300)
    first, second = (np.round(v / unit, 11) * unit + 0.0 for v in (first, second))
    if one_sided:  # a - r d >= b - r
        low = np.where(minus, np.where(a >= b - TIE * abs(b), -np.inf, np.inf), np.where(d < 1, first, -np.inf))
        high = np.where(minus | (d < 1), np.inf, first)
        low, high = (v[~((low == np.inf) & (high == np.inf))] for v in (low, high))
        return _hull(low, high, need)[0], np.inf
    low, high = np.fmin(first, second), np.fmax(first, second)
    inside = np.abs(d) < 1
    # |d| = 1: a half line, or everything where the statistic is the same for any r
    whole = (minus & (np.abs(a - b) <= TIE * max(abs(b), 1e-300))) | (
        plus & (np.abs(a + b) <= TIE * max(abs(b), 1e-300))
    )
    up = (minus & (a < b)) | (plus & (a + b > 0))
    half = np.where(minus, second, first)
    edge = (minus | plus) & ~whole
    outer = (np.abs(d) > 1) & ~minus & ~plus
    starts = np.concatenate([low[inside & ~minus & ~plus], half[edge & up], high[outer],
                             np.full((edge & ~up).sum() + whole.sum() + outer.sum(), -np.inf)])  # fmt: skip
    ends = np.concatenate([high[inside & ~minus & ~plus], half[edge & ~up], low[outer],
                           np.full((edge & up).sum() + whole.sum() + outer.sum(), np.inf)])  # fmt: skip
    return _hull(starts, ends, need)


def _hull(starts, ends, need):
    """Smallest and largest point that more than ``need`` of the intervals hold."""
    starts, ends = np.sort(starts), np.sort(ends)

    def held(x):
        return np.searchsorted(starts, x, "right") - np.searchsorted(ends, x, "left")

    left, right = starts[held(starts) > need], ends[held(ends) > need]
    return (left[0], right[-1]) if len(left) else (np.nan, np.nan)


def _search(p, centre, scale, level):
    """Smallest and largest null with p above 1 - level, by a scan outward in growing steps and bisection."""
    steps = scale * np.r_[np.arange(0.25, 12, 0.25), 12 * 1.5 ** np.arange(0, 30)]
    found = []
    for sign in (-1, 1):
        at = centre + sign * np.r_[0, steps]
        above = np.array([p(r) > 1 - level + TIE for r in at])
        if above[-1]:
            found.append(sign * np.inf)
            continue
        last = int(np.flatnonzero(above)[-1]) if above.any() else 0
        inner, outer = at[last], at[last + 1]
        for _ in range(60):
            mid = (inner + outer) / 2
            inner, outer = (mid, outer) if p(mid) > 1 - level + TIE else (inner, mid)
        found.append(inner)
    return tuple(found)


def _share(big, small):
    """How many of ``big`` are at least ``small``, ties within rounding counted."""
    return int((big >= small * (1 - TIE)).sum())


# ---------------------------------------------------------------------------------------------------------------------
# randomisation


def randomization_test(
    y, dose, *, unit, time, covariates=None, draws=None, statistic="abs_slope", level=0.95, seed=1, null=0.0
):
    """Test of a slope with unit and time effects by re-assigning whole dose paths to units.

    Under the null, and if the errors of the units are exchangeable, each unit could as well have had another's path.
    Raw paths are permuted, covariates stay where they are, and the regression is run anew. All distinct assignments
    are used when they are at most 50,000, else the observed one and ``draws`` random ones.

    Parameters
    ----------
    y, dose : array_like, shape (n,)
    unit, time : array_like, shape (n,)
        A balanced panel.
    covariates : array_like or DataFrame, shape (n,) or (n, k), optional
    draws : int, optional
        9,999 unless said otherwise; not needed where all assignments are listed.
    statistic : {"abs_slope", "slope", "abs_t"}
        Two-sided; one-sided, large is extreme; the slope over its clustered standard error, which is asymptotically
        right also where variances differ (DiCiccio and Romano 2017).
    level : float
        Of the interval.
    seed : int
    null : float
        Slope to be tested.

    Returns
    -------
    Verdict
        Without a p-value where fewer than 20 assignments differ.

    Raises
    ------
    UcjError
        A gap in the panel, a constant dose, a covariate that explains the dose.

    References
    ----------
    Fisher (1935); Hess (2017), Stata Journal 17(3), for covariates; Young (2019), QJE 134(2).
    """
    made = _design(y, dose, unit, time, covariates)
    return _randomize(
        made.y, made.dose, made.paths, made.basis, made.sums, made.spread, made.codes, np.zeros(len(made.codes)),
        draws, statistic, level, seed, null, "randomisation test", made.single,
    )  # fmt: skip


def permutation_test(
    y, treatment, *, cluster=None, block=None, covariates=None, draws=None, statistic="abs_slope", level=0.95, seed=1, null=0.0
):  # fmt: skip
    """Test of a treatment in a cross-section by re-assigning it, by cluster and within blocks where there are any.

    The slope is that of least squares on the treatment, a constant (one for each block) and the covariates.

    Parameters
    ----------
    y, treatment : array_like, shape (n,)
    cluster : array_like, shape (n,), optional
        Rows treated together; the treatment must be the same within each.
    block : array_like, shape (n,), optional
        The treatment is re-assigned within each; a cluster belongs to one.
    covariates, draws, statistic, level, seed, null
        As in `randomization_test`.

    Returns
    -------
    Verdict
    """
    y, treatment = np.asarray(y, float), np.asarray(treatment, float)
    group = np.arange(len(y)) if cluster is None else pd.factorize(np.asarray(cluster), sort=True)[0]
    blocks = np.zeros(len(y), int) if block is None else pd.factorize(np.asarray(block), sort=True)[0]
    fixed = (blocks[:, None] == np.arange(blocks.max() + 1)).astype(float)
    if covariates is not None:
        fixed = np.column_stack([fixed, estimators.columns(covariates)[0]])
    if np.ptp(treatment) == 0:
        raise UcjError(f"treatment: {treatment[0]:g} in every row; a constant treatment has no slope")
    # reads, and refuses what cannot be estimated
    estimators.ols(y, np.column_stack([treatment, fixed]), cluster=group)
    first = np.unique(group, return_index=True)[1]
    for name, v in (("treatment", treatment), ("block", blocks)):
        if not np.array_equal(v, v[first][group]):
            raise UcjError(f"{name}: differs within a cluster; expected one {name} for all rows of a cluster")
    basis = np.linalg.qr(fixed)[0]
    values, codes = np.unique(treatment[first], return_inverse=True)

    def sums(v):
        return np.bincount(group, v)

    residual = [v - basis @ (basis.T @ v) for v in (y, treatment)]
    return _randomize(
        *residual, values, basis, sums, lambda rows: (np.full(len(y), r) for r in rows), codes, blocks[first],
        draws, statistic, level, seed, null, "permutation test", lambda: "",
    )  # fmt: skip


def _randomize(
    y, dose, paths, basis, sums, spread, codes, blocks, draws, statistic, level, seed, null, method, why
):  # fmt: skip
    check_level(level)
    if statistic not in STATISTICS:
        raise UcjError(f"statistic={statistic!r}: expected one of {', '.join(STATISTICS)}")
    # fixed regressors are out of outcome and dose; those of the assigned dose are counted in the tables
    y, dose = (v - basis @ (basis.T @ v) for v in (y, dose))
    tables = _tables(y, dose, paths, basis, sums, spread)
    assigned, distinct, exact = _assign(codes, blocks, draws, seed)
    a, d, size = _slopes(tables, assigned)
    coef = float(a[0])
    if statistic == "abs_t":
        q = _spreads(tables, assigned, a, d)

        def p(r):
            return _share_t(a, d, size, q, r) / len(a)

        k = _share_t(a, d, size, q, null)
    else:
        wanted = (lambda v: v) if statistic == "slope" else np.abs
        found, seen = wanted(a - null * d), float(wanted(a[0] - null))
        k = int((found >= seen - TIE * max(abs(seen), np.abs(a).max() * TIE)).sum())
    base = {"coef": coef, "level": level, "k": k, "n": len(a), "distinct": distinct, "exact": exact, "method": method,
            "statistic": statistic, "null": null, "seed": None if exact else seed}  # fmt: skip
    if distinct < LEAST:
        reason = (
            f"no p-value: {why()}the dose can be handed out in {distinct} distinct ways, and at least {LEAST} are "
            "needed for a p-value of .05"
        )
        return Verdict(p=None, lower=None, upper=None, reason=reason, **base)
    if statistic == "abs_t":
        scale = float(np.sqrt(q[0, 0]) / size[0]) or 1.0
        lower, upper = _search(p, coef, scale, level)
    else:
        lower, upper = _invert(a, d, coef, level, one_sided=statistic == "slope")
    return Verdict(p=k / len(a), lower=float(lower), upper=float(upper), **base)


def _share_t(a, d, size, q, r):
    """How many clustered t are at least as large as the first at null r; a zero error is the largest t."""
    spread = np.sqrt(np.maximum(q[0] - 2 * r * q[1] + r * r * q[2], 0))
    top = np.abs(a - r * d) * size
    return int((top * spread[0] >= top[0] * spread * (1 - TIE)).sum())


def _balanced(y, dose, unit, time, covariates):
    """Names, outcome (G, T), dose (G, T), covariates (K, G, T) and units of a balanced panel, or a refusal."""
    values, own = estimators.columns(dose, "dose")
    if values.shape[1] != 1:
        raise UcjError(f"dose: expected one column, got {values.shape[1]}")
    name = "dose" if own[0] == "x0" else own[0]
    more, others = (
        (np.empty((len(values), 0)), []) if covariates is None else estimators.columns(covariates, "covariates")
    )
    if covariates is not None and not isinstance(covariates, pd.DataFrame):
        others = [getattr(covariates, "name", None) or f"covariate {j + 1}" for j in range(more.shape[1])]
    X = pd.DataFrame(np.column_stack([values, more]), columns=[name, *map(str, others)])
    parts = [p.index for p in (y, dose, unit, time, covariates) if isinstance(p, (pd.Series, pd.DataFrame))]
    if any(not i.equals(parts[0]) for i in parts):
        raise UcjError("outcome, dose, unit, time and covariates have different indexes: align them first")
    data = estimators._read(np.asarray(y, float), X.to_numpy(), None, unit=np.asarray(unit), time=np.asarray(time))
    if np.ptp(X[name]) == 0:
        raise UcjError(f"{name}: {X[name].iloc[0]:g} in every cell; a constant dose has no slope")
    # refuses gaps, doubled cells, single rows and collinear columns, each in a sentence
    estimators.fit(data["y"], X, unit=data["unit"], time=data["time"])
    units = np.unique(data["unit"])
    order = np.lexsort((data["time"], data["unit"]))
    shape = (len(units), len(order) // len(units))
    C = data["X"][order, 1:].T.reshape(-1, *shape)
    return X.columns, data["y"][order].reshape(shape), data["X"][order, 0].reshape(shape), C, units


def _within(v):
    """Take unit and time means out of (..., G, T)."""
    return v - v.mean(axis=-1, keepdims=True) - v.mean(axis=-2, keepdims=True) + v.mean(axis=(-2, -1), keepdims=True)


@dataclass(frozen=True)
class _Design:
    """A balanced panel with effects taken out, as `_randomize` wants it; paths (J, T) of each kind, codes by unit."""

    y: np.ndarray
    dose: np.ndarray
    paths: np.ndarray
    basis: np.ndarray
    codes: np.ndarray
    units: np.ndarray

    @property
    def shape(self):
        return len(self.units), self.paths.shape[1]

    def spread(self, rows):
        return (np.broadcast_to(r, self.shape).ravel() for r in rows)

    def sums(self, v):
        return v.reshape(self.shape).sum(axis=1)

    def single(self):
        counts = np.bincount(self.codes)
        if len(counts) == 2 and counts.min() == 1:
            return f"only {self.units[np.flatnonzero(self.codes == counts.argmin())[0]]} has a path of its own; "
        return ""


def _design(y, dose, unit, time, covariates, paths=None):
    """The panel made ready; ``paths`` (G, T) are re-assigned instead of the dose."""
    _, Y, D, C, units = _balanced(y, dose, unit, time, covariates)
    Y, D, *C = (_within(v) for v in (Y, D if paths is None else paths, *C))
    basis = np.linalg.qr(np.column_stack([c.ravel() for c in C]))[0] if C else np.empty((Y.size, 0))
    # paths that differ by a constant are one: unit effects take it out; so they are compared without time means, too
    codes = _kinds(D)
    first = np.unique(codes, return_index=True)[1]
    return _Design(Y.ravel(), D.ravel(), D[first], basis, codes, units)


# ---------------------------------------------------------------------------------------------------------------------
# wild cluster bootstrap


def wild_cluster_bootstrap(
    fit, coef=None, *, weights="rademacher", draws=DRAWS, null=0.0, level=0.95, seed=1, impose_null=True, interval=True
):
    """Bootstrap the clustered t of a coefficient by signs (or weights) drawn for whole clusters.

    Residuals are those under the null (WCR), the statistic is CR1's t, the p-value two-sided and symmetric, as in
    boottest and fwildclusterboot. All weight vectors are used when they are at most 50,000: Rademacher up to 15
    clusters, Webb up to 6. Then the two vectors that give back the observed t are among them and count as ties. Of
    drawn ones, p is the share at least as extreme.

    Parameters
    ----------
    fit : estimators.Fit
    coef : str, optional
        Name of the coefficient; the first one.
    weights : {"rademacher", "webb", "mammen"}
        Webb's six points are made for fewer than about a dozen clusters.
    draws : int
    null : float
    level, seed
        Of the interval; of the draws.
    impose_null : bool
        False for unrestricted residuals (WCU).
    interval : bool
        False to leave it out.

    Returns
    -------
    Verdict

    References
    ----------
    Cameron, Gelbach and Miller (2008), REStat 90(3); Roodman, Nielsen, MacKinnon and Webb (2019), Stata Journal 19(1);
    Webb (2023), Canadian Journal of Economics 56(3).
    """
    check_level(level)
    if weights not in WEIGHTS:
        raise UcjError(f"weights={weights!r}: expected one of {', '.join(WEIGHTS)}")
    j = _named(fit, coef)
    G = len(fit.clusters)
    if G < 2:
        raise UcjError(f"one cluster ({fit.clusters[0]}): there is nothing to draw signs for")
    if fit._also:
        raise UcjError("wild bootstrap: clusters of two kinds are not supported")
    points, z = WEIGHTS[weights], fit._pick[:, j]
    b = float(fit.coef.iloc[j])
    x = z / (z @ z)  # the regressor, all else taken out
    e = fit._e
    W = fit._sums(z[:, None] * fit._Q)
    parts = [e + b * x, x] if impose_null else [e, np.zeros_like(x)]
    P = np.array([fit._sums(z * v) for v in parts])  # residual at null r: first - r second
    U = np.array([fit._sums(fit._Q * v[:, None]) for v in parts])
    own = float((fit._sums(z * e) ** 2).sum())
    distinct = len(points) ** G
    exact = distinct <= EXACT and weights != "mammen"  # its points are not equally likely
    if not exact and draws < LEAST:
        raise UcjError(f"draws={draws}: expected at least {LEAST}")
    random = np.random.default_rng(seed)
    n = distinct if exact else draws
    top, q = np.empty((2, n)), np.empty((3, n))
    step = max(1, 4 * CHUNK // G)
    for a in range(0, n, step):
        m = min(step, n - a)
        if exact:
            V = points[(np.arange(a, a + m)[:, None] // len(points) ** np.arange(G)) % len(points)]
        elif weights == "rademacher":
            V = random.integers(0, 2, (m, G), dtype=np.int8) * 2.0 - 1
        else:
            V = random.choice(points, (m, G), p=CHANCES.get(weights))
        top[:, a : a + m] = P @ V.T
        S = [V * p - (V @ u) @ W.T for p, u in zip(P, U, strict=True)]  # score of each cluster
        q[:, a : a + m] = [(u * v).sum(axis=1) for u, v in ((S[0], S[0]), (S[0], S[1]), (S[1], S[1]))]

    def count(r):
        found, seen = (np.abs(top[0] - r * top[1]), abs(b - r)) if impose_null else (np.abs(top[0]), abs(b - r))
        at = r if impose_null else 0.0
        spread = np.maximum(q[0] - 2 * at * q[1] + at * at * q[2], 0)
        return int((found * np.sqrt(own) >= seen * np.sqrt(spread) * (1 - TIE)).sum())

    k = count(null)
    lower, upper = (None, None)
    if interval:
        lower, upper = (float(v) for v in _search(lambda r: count(r) / n, b, float(fit.se("CR1").iloc[j]), level))
    return Verdict(
        coef=b, p=k / n, lower=lower, upper=upper, level=level, k=k, n=n, distinct=distinct, exact=exact,
        method=f"wild cluster bootstrap, {weights}", statistic="abs_t", null=null, seed=None if exact else seed,
    )  # fmt: skip


def _named(fit, coef):
    """Position of a coefficient."""
    if coef is None:
        return 0
    if coef not in fit.names:
        raise UcjError(f"coef={coef!r}: the fit has {', '.join(fit.names)}")
    return fit.names.index(coef)


# ---------------------------------------------------------------------------------------------------------------------
# power


@dataclass(frozen=True, repr=False)
class Power:
    """The smallest effect that a test would have seen.

    Attributes
    ----------
    effect : float
        For ``change`` units of dose, in units of the outcome; infinite if no effect would be seen that often.
    lower, upper : float
        95 percent interval of the simulation itself.
    sd : float
        Residual standard deviation of the panel; ``in_sd`` is the effect in it.
    thresholds : ndarray
        Smallest effect seen in each simulated panel, sorted: `at` reads the power of any effect off them.
    """

    effect: float
    lower: float
    upper: float
    sd: float
    change: float
    power: float
    level: float
    method: str
    simulations: int
    seed: int
    thresholds: np.ndarray

    @property
    def in_sd(self):
        return self.effect / self.sd

    def at(self, effect):
        """Share of simulated panels in which an effect of this size (for ``change`` units of dose) is seen."""
        return float(np.searchsorted(self.thresholds, abs(effect), "left") / len(self.thresholds))

    def __repr__(self):
        return (
            f"<smallest effect seen in {self.power:.0%} of {self.simulations} simulated panels at {1 - self.level:.0%}, "
            f"{self.method}: {self.effect:.4g} [{self.lower:.4g}, {self.upper:.4g}] for {self.change:g} of dose, "
            f"{self.in_sd:.2g} residual SDs>"
        )


def minimum_detectable_effect(
    panel, *, outcome, dose, unit="region_code", time="year", covariates=(), change=1.0, method="randomization",
    power=0.8, level=0.95, simulations=2000, draws=999, seed=1,
):  # fmt: skip
    """Smallest true effect that a test would have found with the given power, by simulation from the panel's residuals.

    Residual paths are handed to other units and their signs flipped, whole, so that what goes together over time still
    does; they are scaled to the errors' variance. Adding an effect moves an interval by that effect, so one interval
    of each simulated panel tells for every effect at once whether it is seen.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, balanced.
    outcome, dose, unit, time : str
        Columns.
    covariates : list of str
    change : float
        Units of dose that the effect is stated for, such as 40 points of coverage.
    method : "randomization" or a kind of `estimators.KINDS`
    power, level : float
    simulations : int
    draws : int
        Of assignments, where they are not all used.
    seed : int

    Returns
    -------
    Power
    """
    check_level(level), check_level(power)
    if method != "randomization" and method not in estimators.KINDS:
        raise UcjError(f"method={method!r}: expected randomization, {', '.join(estimators.KINDS)}")
    missing = [c for c in (outcome, dose, unit, time, *covariates) if c not in panel]
    if missing:
        raise UcjError(f"panel has no column {', '.join(missing)}")
    panel = panel.sort_values([unit, time], kind="stable")
    more = panel[list(covariates)] if len(covariates) else None
    made = _design(panel[outcome], panel[dose], panel[unit], panel[time], more)
    fit = estimators.fit(panel[outcome], panel[[dose, *covariates]], unit=panel[unit], time=panel[time])
    G, T = made.shape
    left = fit.df_resid
    paths = fit.residuals.reshape(G, T)
    # whole paths, reassigned and flipped, lose 1/G of their squares to the time means, and had lost those of the fit
    paths = paths * np.sqrt(G * (T - 1) / left)
    random = np.random.default_rng(seed)
    order = random.permuted(np.tile(np.arange(G), (simulations, 1)), axis=1)
    errors = paths[order] * (random.integers(0, 2, (simulations, G, 1)) * 2.0 - 1)
    if method == "randomization":
        low = _lowest(made, errors, level, draws, seed)
    else:
        coef, se = fit.many(errors.reshape(simulations, -1).T, method)
        low = coef[0] - special.stdtrit(fit.dof(method).iloc[0], (1 + level) / 2) * se[0]
    seen = np.sort(-low) * abs(change)
    z = special.ndtri(0.975) * np.sqrt(power * (1 - power) / simulations)
    at = [seen[min(max(int(np.ceil(q * simulations)) - 1, 0), simulations - 1)] for q in (power, power - z, power + z)]
    return Power(
        *(float(v) for v in at), sd=float(np.sqrt(fit.scale)), change=change, power=power, level=level,
        method=method, simulations=simulations, seed=seed, thresholds=seen,
    )  # fmt: skip


def _assignments(made, draws, seed):
    """Assignments (B, G), slopes of the dose observed on the dose assigned, and the variation of the latter."""
    codes, distinct, _ = _assign(made.codes, np.zeros(len(made.codes)), draws, seed)
    if distinct < LEAST:
        raise UcjError(
            f"{distinct} distinct assignments: no test at any level below 1/{distinct}, so no effect is seen"
        )
    y, dose = (v - made.basis @ (made.basis.T @ v) for v in (made.y, made.dose))
    tables = _tables(y, dose, made.paths, made.basis, made.sums, made.spread)
    _, d, size = _slopes(tables, codes)
    return codes, d, size


def _lowest(made, errors, level, draws, seed):
    """Lower end of the randomisation interval of each simulated outcome (S, G, T)."""
    codes, d, size = _assignments(made, draws, seed)
    E = _within(errors).reshape(len(errors), -1)
    E = E - (E @ made.basis) @ made.basis.T
    out = np.empty(len(E))
    D = made.paths[codes].reshape(len(codes), -1)
    keep = int((1 - level) * len(codes) + TIE)
    ordinary = np.abs(d) < 1 - TIE
    step = max(1, 8 * CHUNK // len(codes))
    for at in range(0, len(E), step):
        a = E[at : at + step] @ D.T / size
        if ordinary[1:].all():
            b, a, rest = a[:, :1], a[:, 1:], d[1:]
            low = np.minimum((a - b) / (rest - 1), (a + b) / (rest + 1))
            # the assignment observed always counts; keep - 1 others may
            out[at : at + step] = -np.inf if keep < 1 else np.partition(low, keep - 1, axis=1)[:, keep - 1]
        else:
            out[at : at + step] = [_invert(row, d, row[0], level)[0] for row in a]
    return out


# ---------------------------------------------------------------------------------------------------------------------
# who carries the slope


def leave_one_out(y, dose, *, unit, time, covariates=None, test=True, draws=None, level=0.95, seed=1):
    """The slope without each unit in turn, with its own randomisation test.

    Parameters
    ----------
    y, dose, unit, time, covariates, draws, level, seed
        As in `randomization_test`.
    test : bool
        False for slopes only (five hundred tests take a minute).

    Returns
    -------
    DataFrame
        Index: the unit left out. Columns: coef, change (from all units), leverage (its share in the variation the
        slope rests on), and with ``test`` p, lower, upper, k, n, reason (why there is no p).
    """
    names, *_ = _balanced(y, dose, unit, time, covariates)
    X = np.column_stack([np.asarray(dose, float)] + ([] if covariates is None else [estimators.columns(covariates)[0]]))
    y, unit, time = np.asarray(y, float), np.asarray(unit), np.asarray(time)
    fit = estimators.fit(y, pd.DataFrame(X, columns=names), unit=unit, time=time)
    name = names[0]
    coef = fit.without()[name]
    out = pd.DataFrame({"coef": coef, "change": coef - fit.coef[name], "leverage": fit.leverage()[name]})
    out.index.name = "left out"
    if not test:
        return out
    rows = []
    for left_out in out.index:
        keep = unit != left_out
        try:
            # the dose keeps its name, so that a refusal speaks of it
            one = randomization_test(
                y[keep], pd.Series(X[keep, 0], name=name), unit=unit[keep], time=time[keep],
                covariates=pd.DataFrame(X[keep, 1:], columns=names[1:]) if X.shape[1] > 1 else None,
                draws=draws, level=level, seed=seed,
            )  # fmt: skip
            rows.append({c: getattr(one, c) for c in ("p", "lower", "upper", "k", "n", "reason")})
        except UcjError as error:
            rows.append({"p": None, "lower": None, "upper": None, "k": 0, "n": 0, "reason": str(error)})
    tests = pd.DataFrame(rows, index=out.index).astype({"p": float, "lower": float, "upper": float})
    return out.join(tests)


def lead_placebo(y, dose, *, unit, time, lead=1, covariates=None, draws=None, level=0.95, seed=1):
    """Does the dose of later periods go with the outcome of today, the dose of today held fixed?

    A slope on doses to come cannot be their effect: it shows anticipation, feedback, or trends that differ. Not finding
    one is weak comfort where the detectable effect is large.

    Parameters
    ----------
    lead : int
        Periods ahead; as many are lost at the end.
    y, dose, unit, time, covariates, draws, level, seed
        As in `randomization_test`; time in numbers.

    Returns
    -------
    fit : estimators.Fit
        Of the outcome on ``lead`` and the dose of today.
    test : Verdict
        Of ``lead``: its path, less what the dose of today explains, is re-assigned.
    """
    names, *_ = _balanced(y, dose, unit, time, covariates)
    if not isinstance(lead, (int, np.integer)) or lead < 1:
        raise UcjError(f"lead={lead!r}: expected a number of periods from 1")
    y, dose, unit, time = np.asarray(y, float), np.asarray(dose, float), np.asarray(unit), np.asarray(time)
    later, now = estimators._pairs(unit, time, lead)
    X = pd.DataFrame({"lead": dose[later], names[0]: dose[now]})
    if covariates is not None:
        for name, values in zip(names[1:], estimators.columns(covariates)[0].T, strict=True):
            X[name] = values[now]
    where = {"unit": unit[now], "time": time[now]}
    fit = estimators.fit(y[now], X, **where)
    _, _, L, C, _ = _balanced(y[now], X["lead"], *where.values(), X.iloc[:, 1:])
    L, C = _within(L), np.array([_within(c).ravel() for c in C])
    Q = np.linalg.qr(C.T)[0]
    paths = L - (Q @ (Q.T @ L.ravel())).reshape(L.shape)
    more = None if covariates is None else X.iloc[:, 2:]
    made = _design(y[now], X["lead"], *where.values(), more, paths=paths)
    return fit, _randomize(
        made.y, made.dose, made.paths, made.basis, made.sums, made.spread, made.codes, np.zeros(len(made.codes)),
        draws, "abs_slope", level, seed, 0.0, "lead placebo", made.single,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# omitted variables (Cinelli and Hazlett 2020, Journal of the Royal Statistical Society B 82(1))


def partial_r2(t, dof):
    """Share of the residual variance that a regressor explains, of its classical t."""
    return t**2 / (t**2 + dof)


def robustness_value(t, dof, *, q=1.0, alpha=None):
    """Partial R2 with both treatment and outcome that an omitted variable needs, to move an estimate by the share q.

    Parameters
    ----------
    t, dof : float
        Classical t of the estimate and residual degrees of freedom.
    q : float
        1 brings it to zero.
    alpha : float, optional
        With it: to make it no longer significantly different from (1-q) times itself at that level. Where a variable
        that explains treatment better than outcome does it sooner, that one counts (as in sensemakr since 0.1.5).

    Returns
    -------
    float
        From 0 to 1.
    """
    if dof <= 1 or q <= 0:
        raise UcjError(f"dof={dof}, q={q}: expected more than one degree of freedom and a positive share")
    f = q * abs(t) / np.sqrt(dof)
    critical = 0.0 if alpha is None else -special.stdtrit(dof - 1, alpha / 2) / np.sqrt(dof - 1)
    g = f - critical
    if g <= 0:
        return 0.0
    if f * critical > 1:
        return float((f**2 - critical**2) / (1 + f**2))
    return float((np.sqrt(g**4 + 4 * g**2) - g**2) / 2)


def adjusted_estimate(estimate, se, dof, *, r2dz_x, r2yz_dx, reduce=True):
    """Estimate had a variable been in with these partial R2 with treatment and outcome; towards zero, or away from it."""
    _strength(r2dz_x, r2yz_dx)
    bias = se * np.sqrt(dof * r2yz_dx * r2dz_x / (1 - r2dz_x))
    return np.sign(estimate) * (np.abs(estimate) + (-bias if reduce else bias))


def adjusted_se(se, dof, *, r2dz_x, r2yz_dx):
    """Its standard error; one degree of freedom less."""
    _strength(r2dz_x, r2yz_dx)
    return se * np.sqrt((1 - r2yz_dx) / (1 - r2dz_x) * dof / (dof - 1))


def confounder_bound(r2dxj_x, r2yxj_dx, *, kd=1.0, ky=None):
    """Largest partial R2 of a variable kd and ky times as strong as a benchmark with these partial R2.

    Returns
    -------
    r2dz_x, r2yz_dx : float
        With the treatment; with the outcome (1 at most: more cannot be).

    Raises
    ------
    UcjError
        kd so large that no such variable exists.
    """
    ky = kd if ky is None else ky
    with_dose = kd * r2dxj_x / (1 - r2dxj_x)
    between = kd * r2dxj_x**2 / ((1 - kd * r2dxj_x) * (1 - r2dxj_x)) if kd * r2dxj_x < 1 else np.inf
    if not 0 <= r2dxj_x < 1 or with_dose >= 1 or between >= 1:
        raise UcjError(
            f"kd={kd}: no omitted variable can be that many times as strong as one of partial R2 {r2dxj_x:.3g}"
        )
    with_outcome = ((np.sqrt(ky) + np.sqrt(between)) / np.sqrt(1 - between)) ** 2 * r2yxj_dx / (1 - r2yxj_dx)
    return float(with_dose), float(min(with_outcome, 1.0))


def _strength(r2dz_x, r2yz_dx):
    if np.any(np.asarray(r2dz_x) < 0) or np.any(np.asarray(r2dz_x) >= 1):
        raise UcjError(f"r2dz_x={r2dz_x}: expected a partial R2 from 0 to below 1")
    if np.any(np.asarray(r2yz_dx) < 0) or np.any(np.asarray(r2yz_dx) > 1):
        raise UcjError(f"r2yz_dx={r2yz_dx}: expected a partial R2 from 0 to 1")


@dataclass(frozen=True)
class Sensitivity:
    """What an omitted variable would have to be; standard errors here are the classical ones, on which the algebra rests.

    Attributes
    ----------
    partial_r2, partial_f2 : float
        Of treatment with outcome; an omitted variable that explains all of the outcome left over must explain the share
        ``partial_r2`` of the treatment to bring the estimate to zero.
    rv, rv_alpha : float
        `robustness_value` without and with significance.
    bounds : DataFrame
        One row per benchmark and strength: benchmark, kd, ky, r2dz_x, r2yz_dx, estimate, se, t, lower, upper.
    """

    treatment: str
    estimate: float
    se: float
    t: float
    dof: float
    partial_r2: float
    partial_f2: float
    rv: float
    rv_alpha: float
    q: float
    alpha: float
    bounds: pd.DataFrame


def sensitivity(fit, coef=None, *, benchmarks=(), kd=1, ky=None, q=1.0, alpha=0.05, reduce=True):
    """Sensitivity of a coefficient to a variable left out, bounded by benchmarks among those that are in.

    Parameters
    ----------
    fit : estimators.Fit
    coef : str, optional
        The treatment; the first coefficient.
    benchmarks : str or list
        Names of covariates; a list among them is one group.
    kd, ky : float or list of float
        How many times as strong as the benchmark, with treatment and with outcome; ky is kd unless given.
    q, alpha
        As in `robustness_value`.
    reduce : bool
        Bias towards zero.

    Returns
    -------
    Sensitivity
    """
    j = _named(fit, coef)
    name, estimate, se = fit.names[j], float(fit.coef.iloc[j]), float(fit.se("iid").iloc[j])
    dof, t = float(fit.df_resid), float(fit.coef.iloc[j] / fit.se("iid").iloc[j])
    r2 = partial_r2(t, dof)
    kds = np.atleast_1d(np.asarray(kd, float))
    kys = kds if ky is None else np.broadcast_to(np.asarray(ky, float), kds.shape)
    rows = []
    for group in [benchmarks] if isinstance(benchmarks, str) else benchmarks:
        members = [_named(fit, c) for c in ([group] if isinstance(group, str) else group)]
        if j in members:
            raise UcjError(f"{name} cannot be its own benchmark")
        with_dose, with_outcome = _group_r2(fit, j, members)
        label = group if isinstance(group, str) else ", ".join(group)
        for a, b in zip(kds, kys, strict=True):
            d, o = confounder_bound(with_dose, with_outcome, kd=a, ky=b)
            new = adjusted_estimate(estimate, se, dof, r2dz_x=d, r2yz_dx=o, reduce=reduce)
            new_se = adjusted_se(se, dof, r2dz_x=d, r2yz_dx=o)
            half = -special.stdtrit(dof - 1, alpha / 2) * new_se
            rows.append([label, a, b, d, o, new, new_se, new / new_se if new_se else np.nan, new - half, new + half])
    columns = ["benchmark", "kd", "ky", "r2dz_x", "r2yz_dx", "estimate", "se", "t", "lower", "upper"]
    return Sensitivity(
        name, estimate, se, t, dof, r2, r2 / (1 - r2), robustness_value(t, dof, q=q),
        robustness_value(t, dof, q=q, alpha=alpha), q, alpha, pd.DataFrame(rows, columns=columns),
    )  # fmt: skip


def _group_r2(fit, j, members):
    """Partial R2 of covariates with a treatment given the other covariates, and with the outcome given all else."""
    X, rest = fit._Xs, [i for i in range(len(fit.names)) if i not in members]

    def left(v, columns):
        return float(np.sum((v - X[:, columns] @ np.linalg.lstsq(X[:, columns], v, rcond=None)[0]) ** 2))

    others = [i for i in rest if i != j]
    y = fit._e + X @ fit.coef.to_numpy()
    dose = (left(X[:, j], others), left(X[:, j], others + members))
    outcome = (left(y, rest), left(y, rest + members))
    return tuple(1 - after / before for before, after in (dose, outcome))


# ---------------------------------------------------------------------------------------------------------------------
# exchangeability


@dataclass(frozen=True)
class Moran:
    """Moran's I and its p-values by normality, randomisation, and permutation (k of n); NaN where not defined."""

    statistic: float
    expected: float
    variance_normal: float
    z_normal: float
    p_normal: float
    variance_random: float
    z_random: float
    p_random: float
    p: float
    k: int
    n: int
    exact: bool
    alternative: str


def morans_i(values, neighbours, *, X=None, standardize=True, alternative="greater", draws=DRAWS, seed=1):
    """Moran's I: do neighbours resemble each other more than chance would have it?

    Parameters
    ----------
    values : array_like, shape (n,) or (n, T)
        One column per period: they are pooled, and units keep their whole rows when permuted.
    neighbours : array_like, shape (n, n)
        Weights w_ij >= 0 with zeros on the diagonal.
    X : array_like, shape (n, k), optional
        If ``values`` are residuals of a regression on these (constant included): moments of Cliff and Ord (1981, 8.3),
        as spdep's lm.morantest. The permutation p is then approximate.
    standardize : bool
        Make the rows of the weights add up to 1.
    alternative : {"greater", "less", "two-sided"}
    draws, seed
        All n! permutations are used where they are at most 50,000 (n up to 8), else these and the order observed.

    Returns
    -------
    Moran

    References
    ----------
    Cliff and Ord (1981), Spatial Processes; Bivand and Wong (2018), TEST 27(3).
    """
    x = np.asarray(values, float)
    x = x[:, None] if x.ndim == 1 else x
    n = len(x)
    W = np.asarray(neighbours, float).copy()
    if W.shape != (n, n):
        raise UcjError(f"neighbours: expected shape ({n}, {n}), got {W.shape}")
    if not np.isfinite(x).all() or (W < 0).any() or np.diag(W).any():
        raise UcjError("expected values without gaps, and weights of at least 0 with zeros on the diagonal")
    if alternative not in ("greater", "less", "two-sided"):
        raise UcjError(f"alternative={alternative!r}: expected greater, less or two-sided")
    alone = np.flatnonzero(W.sum(axis=1) == 0)
    if len(alone):
        raise UcjError(f"neighbours: row {alone[0]} has none")
    if standardize:
        W /= W.sum(axis=1, keepdims=True)
    x = x - x.mean(axis=0)
    M, S0 = x @ x.T, W.sum()
    if np.trace(M) <= 0:
        raise UcjError("values: all equal; there is nothing to compare between neighbours")
    where = np.nonzero(W)
    scale = n / (S0 * np.trace(M))
    observed = float((W[where] * M[where]).sum() * scale)
    if math.factorial(min(n, 20)) <= EXACT:
        orders, exact = np.array(list(itertools.permutations(range(n)))), True
    else:
        orders = np.tile(np.arange(n), (draws + 1, 1))
        np.random.default_rng(seed).permuted(orders[1:], axis=1, out=orders[1:])
        exact = False
    found, step = np.empty(len(orders)), max(1, CHUNK // len(where[0]))
    for a in range(0, len(orders), step):
        o = orders[a : a + step]
        found[a : a + step] = M.ravel().take(o[:, where[0]] * n + o[:, where[1]]) @ W[where] * scale
    middle = found.mean() if alternative == "two-sided" else 0.0
    turn = {"greater": lambda v: v, "less": np.negative, "two-sided": lambda v: np.abs(v - middle)}[alternative]
    k = int((turn(found) >= turn(observed) - TIE * max(1.0, abs(observed))).sum())
    mean, normal, random = _moments(x, W, X)

    def tail(variance):
        if not variance > 0:
            return np.nan, np.nan
        z = (observed - mean) / np.sqrt(variance)
        p = {"greater": special.ndtr(-z), "less": special.ndtr(z), "two-sided": 2 * special.ndtr(-abs(z))}[alternative]
        return float(z), float(p)

    return Moran(
        observed, mean, normal, *tail(normal), random, *tail(random), k / len(found), k, len(found), exact, alternative
    )


def _moments(x, W, X):
    """Mean of I, and its variance under normality and under randomisation."""
    n, T = x.shape
    S0, S1 = W.sum(), ((W + W.T) ** 2).sum() / 2
    S2 = ((W.sum(axis=0) + W.sum(axis=1)) ** 2).sum()
    if T > 1:
        return -1 / (n - 1), np.nan, np.nan
    if X is not None:
        X = np.asarray(X, float).reshape(n, -1)
        k = X.shape[1]
        Q = np.linalg.qr(X)[0]
        A = (W + W.T) / 2
        R = A - Q @ (Q.T @ A)
        R = R - (R @ Q) @ Q.T  # M A M
        mean = n / S0 * np.trace(R) / (n - k)
        square = 2 * (n - k) * (R * R.T).sum() - 2 * np.trace(R) ** 2
        return float(mean), float((n / S0) ** 2 * square / ((n - k) ** 2 * (n - k + 2))), np.nan
    mean = -1 / (n - 1)
    normal = (n**2 * S1 - n * S2 + 3 * S0**2) / ((n**2 - 1) * S0**2) - mean**2
    if n < 4:
        return mean, float(normal), np.nan
    b2 = n * (x**4).sum() / (x**2).sum() ** 2
    top = n * ((n**2 - 3 * n + 3) * S1 - n * S2 + 3 * S0**2) - b2 * ((n**2 - n) * S1 - 2 * n * S2 + 6 * S0**2)
    return mean, float(normal), float(top / ((n - 1) * (n - 2) * (n - 3) * S0**2) - mean**2)


@dataclass(frozen=True)
class VarianceRatio:
    """Whether the units on which a slope rests are noisier than the others.

    Attributes
    ----------
    units : DataFrame
        By cluster: variance (of residuals, per degree of freedom the cluster has left), leverage.
    ratio : float
        Largest variance over smallest.
    inflation : float
        Variances averaged by leverage over their plain mean. 1 where they are unrelated; above 1 the slope varies more
        than re-assignment allows for, and a randomisation test rejects a true null too often.
    p : float or None
        Share of re-assignments of the variances to clusters with an inflation at least as large (k of n).
    reason : str or None
    """

    units: pd.DataFrame
    ratio: float
    inflation: float
    p: float | None
    k: int
    n: int
    exact: bool
    reason: str | None = None


def variance_ratio(fit, coef=None, *, draws=DRAWS, seed=1):
    """Compare residual variances of clusters, and hold them against each cluster's leverage on a coefficient.

    Parameters
    ----------
    fit : estimators.Fit
    coef : str, optional
        The first coefficient.
    draws, seed
        As in `randomization_test`.

    Returns
    -------
    VarianceRatio
    """
    j = _named(fit, coef)
    left = np.array([np.trace(fit._kept(g)) for g in fit._blocks()])
    if (left < estimators.DEPENDENT).any():
        raise UcjError(f"{fit.clusters[int(left.argmin())]} has no residual of its own, so no variance")
    variance = fit._sums(fit._e**2) / left
    leverage = fit.leverage().iloc[:, j].to_numpy()
    units = pd.DataFrame({"variance": variance, "leverage": leverage}, index=fit.clusters)
    codes = np.unique(np.round(variance / variance.max(), 10), return_inverse=True)[1]
    assigned, distinct, exact = _assign(codes, np.zeros(len(codes)), draws, seed)
    values = np.array([variance[codes == c][0] for c in range(codes.max() + 1)])
    table = leverage[:, None] * values / variance.mean()
    found = _gather(table, assigned)
    k = _share(found, found[0])
    few = distinct < LEAST
    return VarianceRatio(
        units, float(variance.max() / variance.min()), float(found[0]), None if few else k / len(found), k, len(found),
        exact, f"{distinct} distinct orders of the variances: at least {LEAST} are needed for a p-value" if few else None,
    )  # fmt: skip
