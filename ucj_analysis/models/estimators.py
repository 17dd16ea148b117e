"""Least squares for panels with few clusters: unit and time effects, differences, and the error of each slope.

`fit` is the two-way within estimator, `ols` any clustered least squares, `differences` and `lagged` the two usual
alternatives to unit effects, `specifications` all of them side by side. Each gives a `Fit`, whose standard errors are
named by kind, because with six regencies the kind decides the answer:

======  ===================================================================  ==========================
kind    variance                                                             degrees of freedom
======  ===================================================================  ==========================
iid     equal variances, no correlation                                      n - p
HC1     unequal variances, n/(n-p)                                           n - p
CR1     clusters, G/(G-1) (n-1)/(n-k), k as ``count`` says                   G - 1
CR2     clusters, bias-reduced (Bell and McCaffrey 2002)                     Satterthwaite, per coefficient
CR3     clusters, the jackknife: slopes with each cluster left out           G - 1
======  ===================================================================  ==========================

n observations, p parameters including all effects, G clusters.
"""

from functools import cached_property

import numpy as np
import pandas as pd
from scipy import linalg, special

from ucj_analysis.errors import UcjError

KINDS = ("iid", "HC1", "CR1", "CR2", "CR3")
COUNTS = ("none", "slopes", "all")
DEPENDENT = 1e-9  # share of a column's length left after the others: less is rounding
NULL = 1e-10  # eigenvalue of a projection that counts as zero


def fit(y, X, *, unit, time, weights=None, count="none", missing="refuse"):
    """Least squares with an effect for each unit and each period; clusters are the units.

    Parameters
    ----------
    y : array_like, shape (n,)
    X : array_like or DataFrame, shape (n,) or (n, k)
        Without a constant: the effects hold it.
    unit, time : array_like, shape (n,)
        At most one row per unit and period.
    weights : array_like, shape (n,), optional
        Positive. The working model of CR2 stays that of equal variances, as in clubSandwich's ``lm``.
    count : {"none", "slopes", "all"}
        Parameters counted in CR1's factor (n-1)/(n-k): none of them (clubSandwich's CR1); slopes and time effects
        (Stata's ``xtreg, fe``, where unit effects are nested in the clusters); all (``regress`` with dummies).
    missing : {"refuse", "allow"}
        What to do where a unit lacks a period: the estimator exists for such a panel, but a gap is to be known of.

    Returns
    -------
    Fit

    Raises
    ------
    UcjError
        A value or a row that is missing, a column that the effects or other columns explain, a unit with one row.
    """
    data = _read(y, X, weights, unit=unit, time=time)
    u, t = pd.factorize(data["unit"], sort=True), pd.factorize(data["time"], sort=True)
    _one_row_per_cell(data["unit"], data["time"])
    if missing not in ("refuse", "allow"):
        raise UcjError(f"missing={missing!r}: expected refuse or allow")
    gaps = absent(data["unit"], data["time"])
    if gaps and missing == "refuse":
        raise UcjError(
            f"no row for {_some([f'{a} in {b}' for a, b in gaps])}: fit the periods that all units have, "
            "or pass missing='allow' to fit the panel with its gaps"
        )
    single = u[1][np.bincount(u[0]) == 1]
    if len(single):
        raise UcjError(f"unit {_some(single)} has one row, which its own effect absorbs: leave it out")
    return Fit(data, cluster=u, time=t[0], absorb=True, count=count)


def ols(y, X, *, cluster, weights=None, count="all"):
    """Least squares with clusters; X as it stands, so with a column of ones where a constant is wanted.

    Parameters
    ----------
    y, X, weights
        As in `fit`.
    cluster : array_like, shape (n,), or a list of two of them, or a DataFrame of two columns
        Two: errors may go together within either. Their CR1 is the first's plus the second's less that of the cells
        of both, each with its own factor, with t(the smaller G - 1) (Cameron, Gelbach and Miller 2011); the bread of
        CR2 and CR3 has no such sum, so these are refused.
    count : {"none", "slopes", "all"}
        Parameters counted in CR1's factor; "all" is Stata's ``regress, cluster()``. "slopes" is the same here.

    Returns
    -------
    Fit
    """
    if isinstance(cluster, pd.DataFrame):
        cluster = [cluster[c] for c in cluster]
    two = isinstance(cluster, (list, tuple)) and len(cluster) == 2 and not np.isscalar(cluster[0])
    labels = {"cluster": cluster[0], "second cluster": cluster[1]} if two else {"cluster": cluster}
    data = _read(y, X, weights, **labels)
    codes = [pd.factorize(data[k], sort=True) for k in labels]
    made = [Fit(data, cluster=c, time=None, absorb=False, count=count) for c in codes]
    if two:
        cells = codes[0][0] * len(codes[1][1]) + codes[1][0]
        both = Fit(data, cluster=pd.factorize(cells, sort=True), time=None, absorb=False, count=count)
        made[0]._also = ((1, made[1]), (-1, both))
    return made[0]


def differences(y, X, *, unit, time, span=1, weights=None, count="all"):
    """Least squares on differences over ``span`` periods, with an effect for each end period; clusters are the units.

    Parameters
    ----------
    y, X, unit, weights
        As in `fit`; a difference has the weight of its later row.
    time : array_like of numbers, shape (n,)
    span : int or "long"
        1 for first differences; "long" for the last period of the panel less its first, one row per unit.

    Returns
    -------
    Fit

    Raises
    ------
    UcjError
        Where a unit lacks a period in between (nothing is bridged), or has no pair of rows.
    """
    data = _read(y, X, weights, unit=unit, time=time)
    if span == "long":
        periods = np.unique(data["time"])
        if len(periods) < 2:
            raise UcjError("one period: a difference needs two")
        ends = np.isin(data["time"], periods[[0, -1]])
        later, earlier = _pairs(data["unit"][ends], data["time"][ends], periods[-1] - periods[0])
        rows = np.flatnonzero(ends)
        later, earlier = rows[later], rows[earlier]
    elif isinstance(span, (int, np.integer)) and span > 0:
        later, earlier = _pairs(data["unit"], data["time"], span)
    else:
        raise UcjError(f"span={span!r}: expected a number of periods from 1, or 'long'")
    data = data | {
        "y": data["y"][later] - data["y"][earlier],
        "X": data["X"][later] - data["X"][earlier],
        "weights": data["weights"][later],
    }
    cluster = pd.factorize(data["unit"][later], sort=True)
    return Fit(data, cluster=cluster, time=pd.factorize(data["time"][later], sort=True)[0], absorb=False, count=count)


def lagged(y, X, *, unit, time, weights=None, count="all"):
    """Least squares on the outcome of the period before instead of unit effects; time effects, clusters are the units.

    Where units are chosen by their past outcome, this and `fit` bracket the effect (Angrist and Pischke 2009, 5.4).

    Returns
    -------
    Fit
        The coefficient of the outcome before is named ``lagged outcome``.
    """
    data = _read(y, X, weights, unit=unit, time=time)
    later, earlier = _pairs(data["unit"], data["time"], 1)
    data = data | {
        "y": data["y"][later],
        "X": np.column_stack([data["X"][later], data["y"][earlier]]),
        "names": [*data["names"], "lagged outcome"],
        "weights": data["weights"][later],
    }
    cluster = pd.factorize(data["unit"][later], sort=True)
    return Fit(data, cluster=cluster, time=pd.factorize(data["time"][later], sort=True)[0], absorb=False, count=count)


def specifications(y, X, *, unit, time, coef=None, kind="CR2", level=0.95):
    """One slope under four specifications: none of them is to be shown without the others.

    Returns
    -------
    DataFrame
        Index: fixed effects, lagged outcome, first differences, long differences. Columns: coef, se, dof, p, lower,
        upper, n. CR1 counts parameters as each function does by default.
    """
    made = {
        "fixed effects": fit(y, X, unit=unit, time=time),
        "lagged outcome": lagged(y, X, unit=unit, time=time),
        "first differences": differences(y, X, unit=unit, time=time),
        "long differences": differences(y, X, unit=unit, time=time, span="long"),
    }
    name = made["fixed effects"].names[0] if coef is None else coef
    rows = {k: f.table(kind, level).loc[name] for k, f in made.items()}
    return pd.DataFrame(rows).T.assign(n=[f.n for f in made.values()])


class Fit:
    """A least-squares fit with clusters; made by `fit`, `ols`, `differences` and `lagged`.

    Attributes
    ----------
    coef : Series
    n, parameters : int
        Observations; parameters including all effects.
    clusters : Index
    df_resid : float
        Residual degrees of freedom, effects counted.
    results : statsmodels RegressionResults
        Of the data with the effects taken out.
    """

    def __init__(self, data, *, cluster, time, absorb, count):
        codes, self.clusters = cluster[0], pd.Index(cluster[1])
        if count not in COUNTS:
            raise UcjError(f"count={count!r}: expected {', '.join(COUNTS)}")
        # rows of a cluster side by side: sums by cluster are then one reduceat
        self.order = np.argsort(codes, kind="stable")
        codes = codes[self.order]
        self._starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
        self._codes, self.names = codes, list(data["names"])
        y, X, w = (np.asarray(data[k], float)[self.order] for k in ("y", "X", "weights"))
        self.n, k = X.shape
        self.weights, self._s = w, np.sqrt(w)
        self._unit = self._s / np.sqrt(self._sums(w))[codes] if absorb else None
        ys, Xs = self._demean(y * self._s), self._demean(X * self._s[:, None])
        self._Qt = np.empty((self.n, 0))
        if time is not None:
            dummies = (time[self.order][:, None] == np.arange(time.max() + 1)) * self._s[:, None]
            self._Qt = _basis(self._demean(dummies))
        for _ in range(2):  # twice is enough: the second pass removes what rounding left
            ys = ys - self._Qt @ (self._Qt.T @ ys)
            Xs = Xs - self._Qt @ (self._Qt.T @ Xs)
        self.effects = self._Qt.shape[1] + (len(self.clusters) if absorb else 0)
        self.parameters = k + self.effects
        self._refuse_dependent(X * self._s[:, None], Xs, absorb or time is not None)
        if self.parameters >= self.n:
            raise UcjError(f"{self.n} observations for {self.parameters} parameters: no degree of freedom is left")
        counted = {"none": 1, "slopes": k + self._Qt.shape[1] + absorb, "all": self.parameters}[count]
        self._counted = counted
        self._Qx, R = linalg.qr(Xs, mode="economic")
        beta = linalg.solve_triangular(R, self._Qx.T @ ys, lower=False)
        self.coef = pd.Series(beta, index=self.names, name="coef")
        # rows of (X'WX)^-1 X'W^(1/2): each coefficient is this column times the scaled outcome
        self._pick = linalg.solve_triangular(R, self._Qx.T, lower=False).T
        self._e = ys - Xs @ beta
        self._Xs, self._ys, self._also = Xs, ys, ()
        self.df_resid = float(self.n - self.parameters)
        self._Q = np.column_stack([self._Qt, self._Qx])

    @cached_property
    def results(self):
        """The same fit by statsmodels, for what else it has to say."""
        from statsmodels.regression.linear_model import WLS  # half a second with scipy.stats

        model = WLS(self._ys / self._s, self._Xs / self._s[:, None], weights=self.weights, hasconst=False)
        model.data.xnames[:] = self.names
        model.df_resid, model.df_model = self.df_resid, float(len(self.names))
        return model.fit(method="qr")

    @property
    def scale(self):
        """Variance of the residuals, by degrees of freedom that count the effects."""
        return float(self._e @ self._e) / self.df_resid

    def _sums(self, v):
        return np.add.reduceat(v, self._starts, axis=0)

    def _demean(self, v):
        """Take the unit effects out of scaled values."""
        if self._unit is None:
            return v
        u = self._unit if v.ndim == 1 else self._unit[:, None]
        return v - u * self._sums(u * v)[self._codes]

    def _refuse_dependent(self, raw, left, effects):
        size = np.linalg.norm(raw, axis=0)
        lost = [n for n, a, b in zip(self.names, np.linalg.norm(left, axis=0), size, strict=True) if a <= DEPENDENT * b]
        if lost and effects:
            raise UcjError(
                f"{_some(lost)}: does not vary beyond the effects (constant in each unit, or the same for all units in "
                "each period), so its slope cannot be estimated"
            )
        if lost:
            raise UcjError(f"{_some(lost)}: all zero")
        _, R, order = linalg.qr(left / np.linalg.norm(left, axis=0), mode="economic", pivoting=True)
        small = np.abs(np.diag(R)) <= DEPENDENT
        if small.any() or left.shape[1] > left.shape[0]:
            cut = int(np.argmax(small)) if small.any() else left.shape[0]
            first = order[cut]
            # which of the kept columns make up the first one that adds nothing
            share = linalg.lstsq(R[:cut, :cut], R[:cut, cut])[0]
            others = [self.names[j] for j, c in zip(order[:cut], share, strict=True) if abs(c) > 1e-6]
            raise UcjError(
                f"{self.names[first]} is a linear combination of {_some(others)}"
                f"{' and the effects' if effects else ''}: leave one of them out"
            )

    @property
    def residuals(self):
        """Residuals in the order of the rows given."""
        out = np.empty(self.n)
        out[self.order] = self._e / self._s
        return out

    def _blocks(self):
        ends = np.r_[self._starts[1:], self.n]
        return [slice(a, b) for a, b in zip(self._starts, ends, strict=True)]

    def _kept(self, g):
        """Block of the scaled residual maker I - H that belongs to rows g."""
        M = np.eye(g.stop - g.start) - self._Q[g] @ self._Q[g].T
        return M if self._unit is None else M - np.outer(self._unit[g], self._unit[g])

    @cached_property
    def _cr2(self):
        """Multipliers of the scaled residuals, and Satterthwaite degrees of freedom (Pustejovsky and Tipton 2018)."""
        s, Q = self._s, self._Q
        L, R = Q / s[:, None], Q * s[:, None]
        # I - H = N - LR' with N the unit demeaning; target of equal variances, so B = (I-H)(I-H)' by block
        N_R, inner = R.copy(), R.T @ R
        out = np.empty_like(self._pick)
        own = np.empty((len(self.clusters), len(self.names)))
        for i, g in enumerate(self._blocks()):
            N = np.eye(g.stop - g.start)
            if self._unit is not None:
                N = N - np.outer(self._unit[g] / s[g], self._unit[g] * s[g])
                N_R[g] = N @ R[g]
            cross = N_R[g] @ L[g].T
            B = N @ N.T - cross - cross.T + L[g] @ inner @ L[g].T
            value, vector = np.linalg.eigh(B)
            root = np.where(value > NULL * max(1.0, value[-1]), value, np.inf) ** -0.5
            a = (vector * root) @ (vector.T @ (self._pick[g] * s[g][:, None]))
            out[g] = a / s[g][:, None]
            own[i] = ((N.T @ a) ** 2).sum(axis=0)
        a = out * s[:, None]
        dof = np.empty(len(self.names))
        for j in range(len(self.names)):
            aL, aN = self._sums(a[:, [j]] * L), self._sums(a[:, [j]] * N_R)
            gamma = np.diag(own[:, j]) - aL @ aN.T - aN @ aL.T + aL @ inner @ aL.T
            total = (gamma**2).sum()
            dof[j] = np.trace(gamma) ** 2 / total if total > 0 else np.nan
        return out, dof

    @cached_property
    def _cr3(self):
        """Multipliers of the scaled residuals, and whether a coefficient can be estimated without a cluster."""
        out = np.empty_like(self._pick)
        known = np.ones((len(self.clusters), len(self.names)), dtype=bool)
        size = np.linalg.norm(self._pick, axis=0)
        for i, g in enumerate(self._blocks()):
            value, vector = np.linalg.eigh(self._kept(g))
            zero = value <= NULL
            inverse = np.where(zero, 0.0, 1 / np.where(zero, 1.0, value))
            part = vector.T @ self._pick[g]
            out[g] = (vector * inverse) @ part
            # a direction that only this cluster spans: harmless if the coefficient does not use it (a unit's own effect)
            known[i] = (np.abs(part[zero]) <= 1e-7 * size).all(axis=0)
        return out, known

    def _kind(self, kind):
        if kind not in KINDS:
            raise UcjError(f"kind={kind!r}: expected one of {', '.join(KINDS)}")
        if kind[:2] == "CR" and len(self.clusters) < 2:
            raise UcjError(f"{kind}: one cluster ({self.clusters[0]}) has no clustered error; at least two are needed")
        if kind in ("CR2", "CR3") and self._also:
            raise UcjError(f"{kind}: not defined for clusters of two kinds; CR1 is")
        return kind

    def _multipliers(self, kind):
        """Array a and factor f with variance f * sum over clusters of (sum of a * scaled residual)^2."""
        G = len(self.clusters)
        if kind == "CR1":
            return self._pick, G / (G - 1) * (self.n - 1) / (self.n - self._counted)
        if kind == "CR2":
            return self._cr2[0], 1.0
        out, known = self._cr3
        if not known.all():
            which = [f"{self.names[j]} without {self.clusters[i]}" for i, j in np.argwhere(~known)]
            raise UcjError(f"CR3: cannot estimate {_some(which)}, so there is no jackknife (absorb dummies with fit)")
        return out, (G - 1) / G

    def cov(self, kind):
        """Covariance of the coefficients, DataFrame (k, k)."""
        self._kind(kind)
        left = self.n - self.parameters
        if kind == "iid":
            V = self._pick.T @ self._pick * (self._e @ self._e) / left
        elif kind == "HC1":
            scores = self._pick * self._e[:, None]
            V = scores.T @ scores * self.n / left
        else:
            a, factor = self._multipliers(kind)
            scores = self._sums(a * self._e[:, None])
            V = scores.T @ scores * factor
            for sign, other in self._also:
                V = V + sign * other.cov(kind).to_numpy()
        return pd.DataFrame(V, index=self.names, columns=self.names)

    def se(self, kind):
        """Standard errors, Series by coefficient."""
        variance = np.diag(self.cov(kind))
        if (variance < 0).any():
            bad = _some([n for n, v in zip(self.names, variance, strict=True) if v < 0])
            raise UcjError(f"{kind}: the variance of {bad} over both kinds of clusters is negative; cluster by one")
        return pd.Series(np.sqrt(variance), index=self.names, name="se")

    def dof(self, kind):
        """Degrees of freedom of the t distribution, Series by coefficient."""
        self._kind(kind)
        if kind == "CR2":
            return pd.Series(self._cr2[1], index=self.names, name="dof")
        groups = [len(f.clusters) for f in (self, *(other for sign, other in self._also if sign > 0))]
        left = self.n - self.parameters if kind in ("iid", "HC1") else min(groups) - 1
        return pd.Series(float(left), index=self.names, name="dof")

    def t(self, kind, null=0.0):
        """t statistics, Series by coefficient."""
        return ((self.coef - null) / self.se(kind)).rename("t")

    def p(self, kind, null=0.0):
        """Two-sided p-values from the t distribution, Series by coefficient."""
        p = 2 * special.stdtr(self.dof(kind), -np.abs(self.t(kind, null)))
        return pd.Series(p, index=self.names, name="p")

    def interval(self, kind, level=0.95):
        """Confidence intervals, DataFrame with lower and upper by coefficient."""
        half = special.stdtrit(self.dof(kind), (1 + check_level(level)) / 2) * self.se(kind)
        return pd.DataFrame({"lower": self.coef - half, "upper": self.coef + half})

    def table(self, kind, level=0.95):
        """coef, se, dof, p, lower, upper by coefficient."""
        columns = [self.coef, self.se(kind), self.dof(kind), self.p(kind), self.interval(kind, level)]
        return pd.concat(columns, axis=1)

    def many(self, Y, kind):
        """Coefficients and standard errors of many outcomes on the same regressors, as if each were fitted.

        Parameters
        ----------
        Y : array_like, shape (n, m)
            Outcomes in columns, rows in the order given to the fit.
        kind : str

        Returns
        -------
        coef, se : ndarray, shape (k, m)
        """
        self._kind(kind)
        if self._also:
            raise UcjError("many: one kind of clusters only")
        Ys = self._demean(np.asarray(Y, float)[self.order] * self._s[:, None])
        coef = self._pick.T @ Ys
        E = Ys - self._Q @ (self._Q.T @ Ys)
        left = self.n - self.parameters
        if kind == "iid":
            V = np.outer((self._pick**2).sum(axis=0), (E**2).sum(axis=0) / left)
        elif kind == "HC1":
            V = (self._pick**2).T @ E**2 * self.n / left
        else:
            a, factor = self._multipliers(kind)
            V = np.array([(self._sums(a[:, [j]] * E) ** 2).sum(axis=0) for j in range(a.shape[1])]) * factor
        return coef, np.sqrt(V)

    def leverage(self):
        """Partial leverage per cluster: its share in the variation that a coefficient rests on, after all else.

        Returns
        -------
        DataFrame
            Index clusters, columns coefficients; each column adds up to 1. Above .5, one cluster decides
            (MacKinnon, Nielsen and Webb 2023).
        """
        share = self._sums(self._pick**2) / (self._pick**2).sum(axis=0)
        return pd.DataFrame(share, index=self.clusters, columns=self.names)

    def without(self):
        """Coefficients with each cluster left out, exactly as if refitted; NaN where they cannot be estimated.

        Returns
        -------
        DataFrame
            Index clusters, columns coefficients.
        """
        a, known = self._cr3
        out = np.asarray(self.coef) - self._sums(a * self._e[:, None])
        return pd.DataFrame(np.where(known, out, np.nan), index=self.clusters, columns=self.names)

    def __repr__(self):
        names = ", ".join(self.names)
        return f"<Fit of {names}: {self.n} observations, {len(self.clusters)} clusters, {self.parameters} parameters>"


def absent(unit, time):
    """Cells (unit, period) without a row, in order."""
    have = pd.MultiIndex.from_arrays([unit, time])
    full = pd.MultiIndex.from_product([np.unique(unit), np.unique(time)])
    return list(full.difference(have))


def check_level(level):
    """Return level, a share between 0 and 1, or refuse it."""
    if not 0 < level < 1:
        raise UcjError(f"level={level}: expected a share between 0 and 1 (write 0.95 for 95 percent)")
    return level


def columns(X, name="X"):
    """Values (n, k) and names of one or more regressors."""
    if isinstance(X, pd.DataFrame):
        return X.to_numpy(float), [str(c) for c in X.columns]
    values = np.asarray(X, dtype=float)
    if values.ndim == 1:
        said = getattr(X, "name", None)
        return values[:, None], [str(said) if said is not None else "x0"]
    if values.ndim != 2 or values.shape[1] == 0:
        raise UcjError(f"{name}: expected shape (n,) or (n, k), got {values.shape}")
    return values, [f"x{j}" for j in range(values.shape[1])]


def _read(y, X, weights, **labels):
    """Values of equal length, checked; rows are matched by position, so two different indexes are refused."""
    index = None
    for name, part in {"y": y, "X": X, "weights": weights, **labels}.items():
        if isinstance(part, (pd.Series, pd.DataFrame)):
            if index is not None and not part.index.equals(index[1]):
                raise UcjError(f"{name} and {index[0]} have different indexes: align them first")
            index = index or (name, part.index)
    values, names = columns(X)
    if len(set(names)) != len(names):
        raise UcjError(f"X has columns of the same name: {', '.join(names)}")
    out = {"y": np.asarray(y, dtype=float), "X": values, "names": names}
    out["weights"] = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    out |= {k: np.asarray(v) for k, v in labels.items()}
    for name, part in out.items():
        if name != "names" and (len(part) != len(values) or (name != "X" and part.ndim != 1)):
            raise UcjError(f"{name}: expected shape ({len(values)},) as X has rows, got {part.shape}")
    if len(values) == 0:
        raise UcjError("no observations")
    if not np.all(out["weights"] > 0) or not np.all(np.isfinite(out["weights"])):
        raise UcjError("weights: expected positive numbers")
    for name in labels:
        if pd.isna(out[name]).any():
            raise UcjError(f"{name}: row {int(np.argmax(pd.isna(out[name])))} has none")
    bad = {"y": ~np.isfinite(out["y"])} | {n: ~np.isfinite(values[:, j]) for j, n in enumerate(names)}
    for name, where in bad.items():
        if where.any():
            row = int(np.argmax(where))
            place = ", ".join(f"{k} {out[k][row]}" for k in labels)
            raise UcjError(f"{name}: {int(where.sum())} values are missing, the first at {place}; nothing is filled in")
    return out


def _one_row_per_cell(unit, time):
    twice = pd.MultiIndex.from_arrays([unit, time]).duplicated()
    if twice.any():
        row = int(np.argmax(twice))
        raise UcjError(f"two rows for {unit[row]} in {time[row]}: one row per unit and period is needed")


def _pairs(unit, time, span):
    """Positions of rows and of the rows of the same unit ``span`` periods before."""
    _one_row_per_cell(unit, time)
    if not np.issubdtype(np.asarray(time).dtype, np.number):
        raise UcjError("time: expected numbers (years), so that the distance of two periods is known")
    gaps = absent(unit, time)
    if gaps:
        raise UcjError(f"no row for {_some([f'{a} in {b}' for a, b in gaps])}: no difference is taken across a gap")
    periods = np.unique(time)
    steps = np.unique(np.diff(periods))
    if span == 1 and len(steps) and np.any(steps != 1):
        raise UcjError(f"periods {_some(periods)} are not consecutive: no difference is taken across a gap")
    place = pd.Series(np.arange(len(unit)), index=pd.MultiIndex.from_arrays([unit, time]))
    before = place.reindex(pd.MultiIndex.from_arrays([unit, time - span])).to_numpy()
    later = np.flatnonzero(~np.isnan(before))
    if len(later) == 0:
        raise UcjError(f"no two periods are {span} apart")
    return later, before[later].astype(int)


def _basis(A):
    """Orthonormal basis of the columns of A."""
    Q, R, _ = linalg.qr(A, mode="economic", pivoting=True)
    size = np.abs(np.diag(R))
    return Q[:, size > DEPENDENT * max(size[0], 1e-300)]


def _some(items, most=4):
    """A short list for a message."""
    items = [str(x) for x in items]
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
