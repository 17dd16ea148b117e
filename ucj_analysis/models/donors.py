"""One region against the regencies of the whole country: synthetic control and synthetic difference-in-differences.

The twin of a region is a weighted mean of donor regencies, with weights on the simplex that data up to `LAST_PRE` decide:

    min over w >= 0, sum w = 1 of  |A w - b|^2 / 2 + rho |w|^2 / 2

A holds the donors' and b the region's values before the programme (Abadie, Diamond and Hainmueller 2010). With more donors
than years many weights fit equally well; a rho too small to matter for the fit (`TIE`) picks the most even of them, and
`equally_good` says how far the answer hangs on that. Synthetic difference-in-differences (Arkhangelsky, Athey, Hirshberg,
Imbens and Wager 2021) takes out the level of each region, spreads the weights by a rho that grows with the noise, and weights
the years before as well.

One region has the programme, so there is no standard error: the same is done for every donor in turn, and the region is ranked
among them. A difference is what remains after the comparison, not what the programme did: donors may have programmes of
their own, of which there is no national record.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.optimize import linprog, nnls

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.regions import get

REGION = "7504"  # Bone Bolango: 8,250 subsidised in 2018, 20,000 from 2019
LAST_PRE = 2017
FIRST = {"P0": 2010, "P1": 2015, "P2": 2015}
BREAKS = (2015, 2021)  # other months and weights before 2015; weights of the census of 2020 from 2021
BASIS = "extreme_usd190"
TIE = 1e-3  # of the standard deviation of yearly changes: adds at most this to the error of the fit
ROUNDING = 0.005  # half a unit of the last digit printed: a fit closer than that is not a better one
SOLVED = 1e-9  # duality gap that is accepted, as a share of the objective of even weights
_DONE = 1e-12  # gap at which work stops
_ROUNDS = 60
METHODS = ("sc", "sdid")


# -- weights -------------------------------------------------------------------------------------------------------------


def simplex(A, b, ridge, allowed=None):
    """Solve many simplex-constrained ridge regressions on one set of columns, with a certificate each.

    Semismooth Newton on the dual, which has one variable for each row of A: w is the projection of A'v on the simplex, and v
    is sought with rho v + A w(v) = b. All problems go side by side.

    Parameters
    ----------
    A : array, shape (K, N)
        Columns to be mixed.
    b : array, shape (B, K)
        One target a problem.
    ridge : float
        rho > 0.
    allowed : bool array, shape (B, N), optional
        Columns that a problem may use; all by default.

    Returns
    -------
    (W, gap) : arrays of shapes (B, N) and (B,)
        Weights, and the duality gap max over s in the simplex of grad(w)'(w - s): no weights are better by more than this.

    Raises
    ------
    UcjError
        When a gap stays above `SOLVED`, as a share of the objective at even weights; or when nothing is allowed.
    """
    # one layout in memory, so that the same numbers always add up in the same order
    A, b = np.array(A, float, order="C"), np.array(np.atleast_2d(b), float, order="C")
    (K, N), B = A.shape, len(b)
    allowed = np.ones((B, N), bool) if allowed is None else np.asarray(allowed, bool)
    if not ridge > 0:
        raise UcjError(f"ridge={ridge!r}: expected a number above 0; without it the weights are not unique")
    if not np.isfinite(A).all() or not np.isfinite(b).all():
        raise UcjError("values before the programme are missing: leave out regions that lack a year")
    if not allowed.any(axis=1).all():
        raise UcjError("no donor is left")
    centre = A.mean(axis=1)
    A, b = A - centre[:, None], b - centre  # weights add up to one, so this changes nothing but the rounding
    products = (A[:, None, :] * A[None, :, :]).reshape(K * K, N)
    even = allowed / allowed.sum(axis=1, keepdims=True)
    scale = _objective(A, b, even, ridge)
    # from a ridge that nearly decides by itself down to the one asked for: each answer starts the next
    first = max(ridge, float((A * A).mean()) * K)
    stages = np.geomspace(first, ridge, 1 + int(np.ceil(np.log10(first / ridge)))) if first > ridge else [ridge]
    v, before = np.zeros((B, K)), first
    for rho in stages:
        # a target that is met keeps v, one that is not keeps rho v
        grown = v * (before / rho)
        v = np.where((_dual(A, b, grown, rho, allowed)[1] < _dual(A, b, v, rho, allowed)[1])[:, None], grown, v)
        v, W, _ = _newton(A, b, v, rho, allowed, products, 1e-7 * scale, _ROUNDS)
        before = rho
    _, W, gap = _newton(A, b, v, ridge, allowed, products, _DONE * scale, 5)
    for i in np.flatnonzero(gap > _DONE * scale):
        W[i], gap[i] = _polish(A, b[i], W[i], ridge, allowed[i], _DONE * scale[i])
    if np.any(gap > SOLVED * scale):
        i = int(np.argmax(gap / scale))
        raise UcjError(f"weights of problem {i} are not solved: duality gap {gap[i]:.3g} of {scale[i]:.3g}")
    return W, gap


def _newton(A, b, v, ridge, allowed, products, tolerance, rounds):
    """Dual variables, the best weights met and their gaps, at one ridge; stops by the duality gap of each problem."""
    K = len(A)
    W, value = _dual(A, b, v, ridge, allowed)
    gap = _gap(A, b, W, ridge, allowed)
    best, least = W.copy(), gap.copy()
    for _ in range(rounds):
        live = np.flatnonzero(gap > tolerance)
        if not live.size:
            break
        at, w, aim, ok = v[live], W[live], b[live], allowed[live]
        on = (w > 0).astype(float)
        sums = on @ A.T
        H = (on @ products.T).reshape(-1, K, K) - sums[:, :, None] * sums[:, None, :] / on.sum(axis=1)[:, None, None]
        F = ridge * at + w @ A.T - aim
        step = -np.linalg.solve(H + ridge * np.eye(K), F[:, :, None])[:, :, 0]
        slope, old = (step * F).sum(axis=1), value[live]
        length = np.ones(len(live))
        new, fresh = np.empty_like(w), np.empty_like(old)
        todo = np.arange(len(live))
        for _ in range(40):
            trial = at[todo] + length[todo, None] * step[todo]
            new[todo], fresh[todo] = _dual(A, aim[todo], trial, ridge, ok[todo])
            # what rounding cannot tell apart counts as a decrease
            slack = 1e-13 * (np.abs(old[todo]) + np.abs((aim[todo] * trial).sum(axis=1)))
            todo = todo[fresh[todo] > old[todo] + 1e-4 * length[todo] * slope[todo] + slack]
            if not todo.size:
                break
            length[todo] /= 2
        v[live], W[live], value[live] = at + length[:, None] * step, new, fresh
        gap[live] = _gap(A, aim, new, ridge, ok)
        better = gap < least
        best[better], least[better] = W[better], gap[better]
    return v, best, least


def _polish(A, b, w, ridge, allowed, tolerance):
    """Active set from weights that are nearly right, where the dual is at the end of its digits (Wolfe 1976)."""
    C = A - b[:, None]
    w = w.copy()

    def gap():
        return _gap(A, b[None], w[None], ridge, allowed[None])[0]

    best, least = w.copy(), gap()
    for _ in range(_ROUNDS):
        S = np.flatnonzero(w > 0)
        n, a = len(S), C[:, S]
        system = np.block([[a.T @ a + ridge * np.eye(n), np.ones((n, 1))], [np.ones((1, n)), np.zeros((1, 1))]])
        found = np.linalg.solve(system, np.r_[np.zeros(n), 1.0])[:n]
        down = found <= 0
        if down.any():
            # as far as the first weight that would turn negative
            share = w[S][down] / (w[S][down] - found[down])
            w[S] = np.maximum(w[S] + share.min() * (found - w[S]), 0.0)
            w[S[down][np.argmin(share)]] = 0.0
            continue
        w[S] = found / found.sum()
        here = gap()
        if here < least:
            best, least = w.copy(), here
        if here <= tolerance:
            break
        gradient = np.where(allowed, (C @ w) @ C + ridge * w, np.inf)
        enter = int(np.argmin(gradient))
        if w[enter] > 0:
            break
        w[enter] = 1e-12
    return best, least


def _project(Z, allowed):
    """Euclidean projection of each row on the simplex over its allowed entries (Held, Wolfe and Crowder 1974)."""
    Z = np.where(allowed, Z, -np.inf)
    top = -np.sort(-Z, axis=1)
    with np.errstate(invalid="ignore"):
        total = np.cumsum(np.where(np.isfinite(top), top, 0.0), axis=1)
        count = np.arange(1, Z.shape[1] + 1)
        inside = np.isfinite(top) & (top * count > total - 1)
    last = Z.shape[1] - 1 - np.argmax(inside[:, ::-1], axis=1)
    level = (total[np.arange(len(Z)), last] - 1) / (last + 1)
    return np.maximum(Z - level[:, None], 0.0)


def _dual(A, b, v, ridge, allowed):
    """Weights of dual variables, and the dual objective to be made small."""
    Z = v @ A
    w = _project(Z, allowed)
    w /= w.sum(axis=1, keepdims=True)
    value = ridge * (v * v).sum(axis=1) / 2 - (b * v).sum(axis=1) + (Z * w).sum(axis=1) - (w * w).sum(axis=1) / 2
    return w, value


def _objective(A, b, W, ridge):
    return ((W @ A.T - b) ** 2).sum(axis=1) / 2 + ridge * (W * W).sum(axis=1) / 2


def _gap(A, b, W, ridge, allowed):
    gradient = (W @ A.T - b) @ A + ridge * W
    return (gradient * W).sum(axis=1) - np.where(allowed, gradient, np.inf).min(axis=1)


def _year_weights(pre, post, own, ridge):
    """Weights of the years before, one problem a row of ``own``; donors are rows, the intercept is taken out.

    Minimises the mean over donors of (post mean - constant - weighted years before)^2 by non-negative least squares: for
    columns C, the x >= 0 that makes |C x|^2 + (sum x - 1)^2 smallest is a multiple of the weights on the simplex.

    Parameters
    ----------
    pre : array, shape (N, T)
    post : array, shape (N,)
        Mean of the years after.
    own : bool array, shape (B, N)
        Donors of each problem.

    Returns
    -------
    (L, gap) : arrays of shapes (B, T) and (B,)
    """
    C = pre - post[:, None]
    T, out, gaps = C.shape[1], [], []
    for mask in own:
        c = C[mask]
        c = c - c.mean(axis=0)
        R = np.linalg.qr(c / np.sqrt(len(c)), mode="r")
        R = np.vstack([R, np.sqrt(ridge) * np.eye(T)])
        size = np.sqrt((R * R).mean()) or 1.0
        x, _ = nnls(np.vstack([R / size, np.ones(T)]), np.r_[np.zeros(len(R)), 1.0])
        weights = x / x.sum()
        gradient = R.T @ (R @ weights) / size**2
        out.append(weights)
        gaps.append(gradient @ weights - gradient.min())
    gaps = np.array(gaps)
    if np.any(gaps > 1e-8):
        raise UcjError(f"weights of the years are not solved: duality gap {gaps.max():.3g}")
    return np.array(out), gaps


# -- data ----------------------------------------------------------------------------------------------------------------


def outcome(panel, indicator, first=None):
    """Published values of regencies, one row a region and one column a year.

    Parameters
    ----------
    panel : DataFrame, the table ``panel``
    indicator : {"P0", "P1", "P2"}
    first : int, optional
        By default the first year that nearly all regencies have: 2010 for P0, 2015 for P1 and P2.
    """
    if indicator not in FIRST:
        raise UcjError(f"indicator={indicator!r}: expected one of {', '.join(FIRST)}")
    here = panel[(panel["indicator"] == indicator) & ~panel["region_code"].str.endswith("00")]
    years = here["period"].str[:4].astype(int)
    here = here.assign(year=years)[years >= (FIRST[indicator] if first is None else first)]
    return here.pivot(index="region_code", columns="year", values="value").rename_axis(columns=None)


def extreme_outcome(series, *, illustrative=False):
    """Estimated extreme rates of regencies on the basis of US$1.90, one row a region and one column a year.

    Only calibrated years (2018, 2021-2024) unless ``illustrative``: in the others r is a line drawn through calibrated ones,
    and none of the years to 2017 is calibrated. Rates are those before raking: a scale that only some provinces
    have, and in some years, would be taken for a difference between regions.

    Parameters
    ----------
    series : DataFrame from `metrics.extreme_series.estimates`
    """
    here = series[series["definition"] == BASIS]
    if not illustrative:
        here = here[here["kind"] == "calibrated"]
    return here.pivot(index="region_code", columns="year", values="unraked").rename_axis(columns=None)


def pool(Y, region=REGION, *, exclude=None, match=None):
    """Split a table into the region and its donors, and list who is left out and why.

    Parameters
    ----------
    Y : DataFrame, regions x years
    region : str
    exclude : sequence of codes, optional
        By default the other regencies of the region's province: they have programmes of the same kind.
    match : DataFrame, optional
        What the weights are sought on, where that is not Y.

    Returns
    -------
    (Y, excluded) : the complete rows, region first; DataFrame region_code, reason
    """
    if region not in Y.index:
        raise UcjError(f"{region} has no row: expected one of the regions of the table")
    near = [c for c in Y.index if c[:2] == region[:2] and c != region] if exclude is None else list(exclude)
    gaps, names = Y.isna().to_numpy(), [str(y) for y in Y.columns]
    if match is not None:
        gaps = np.hstack([gaps, match.reindex(Y.index).isna().to_numpy()])
        names += [f"{i} of {y}" for i, y in match.columns]
    lacking = {c: [n for n, gone in zip(names, row, strict=True) if gone] for c, row in zip(Y.index, gaps, strict=True)}
    if lacking[region]:
        raise UcjError(f"{region} lacks {', '.join(lacking[region])}: choose years that it has")
    rows = [(c, "same province") for c in near if c in Y.index]
    rows += [(c, f"lacks {_years(lacking[c])}") for c in Y.index if lacking[c] and c not in near and c != region]
    excluded = pd.DataFrame(rows, columns=["region_code", "reason"]).sort_values("region_code", ignore_index=True)
    donors = [c for c in Y.index if c != region and c not in set(excluded["region_code"])]
    if len(donors) < 2:
        raise UcjError(f"{len(donors)} donors have all years: at least two are needed")
    return Y.loc[[region, *donors]], excluded


def _years(names):
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


# -- comparisons ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Comparison:
    """A region beside its synthetic twin, and every donor beside its own.

    Attributes
    ----------
    method : {"sc", "sdid"}
    name : str
        Outcome: P0, P1, or extreme.
    region : str
    Y : DataFrame
        Region first, then donors; years in columns.
    last_pre : int
    W : array, shape (1 + N, N)
        Weights of donors, a row for each unit of Y; a donor has no weight on itself, and the region never is a donor.
    year_weights : array, shape (1 + N, T before) or None
    gap : array
        Duality gap of each row of W: what better weights could still gain in the objective.
    excluded : DataFrame
        Who was left out and why.
    matched : str
        What the weights were sought on.
    illustrative : bool
        Whether years enter in which the outcome is not calibrated.
    ridge : float
    target : tuple
        Features of donors (K, N), of all units (1 + N, K), and what rounding leaves open in each feature (K,).
    """

    method: str
    name: str
    region: str
    Y: pd.DataFrame
    last_pre: int
    W: np.ndarray
    year_weights: np.ndarray | None
    gap: np.ndarray
    excluded: pd.DataFrame
    matched: str
    illustrative: bool
    ridge: float
    target: tuple = field(repr=False)

    @property
    def donors(self):
        return list(self.Y.index[1:])

    @property
    def years(self):
        return [int(y) for y in self.Y.columns]

    @property
    def pre(self):
        return [y for y in self.years if y <= self.last_pre]

    @property
    def post(self):
        return [y for y in self.years if y > self.last_pre]

    @cached_property
    def gaps(self):
        """Unit less twin, DataFrame units x years; for "sdid" less the weighted mean of the gaps before."""
        y = self.Y.to_numpy()
        out = y - self.W @ y[1:]
        if self.method == "sdid":
            before = out[:, : len(self.pre)]
            out = out - (before * self.year_weights).sum(axis=1, keepdims=True)
        return pd.DataFrame(out, index=self.Y.index, columns=self.years)

    @cached_property
    def units(self):
        """Mean gap after, root mean square gap before and after, their ratio, misfit; a row for each unit, region first.

        The gap before is centred for "sdid". A ratio divides by at least `ROUNDING`; it is missing without years before.
        The misfit is the root mean square of what the weights were sought on, in roundings.
        """
        before, after = self.gaps[self.pre], self.gaps[self.post]
        if self.method == "sdid":
            before = before.sub(before.mean(axis=1), axis=0)
        out = pd.DataFrame({"estimate": after.mean(axis=1)})
        out["rmspe_pre"] = np.sqrt((before**2).mean(axis=1)) if self.pre else np.nan
        out["rmspe_post"] = np.sqrt((after**2).mean(axis=1))
        out["ratio"] = out["rmspe_post"] / out["rmspe_pre"].clip(lower=ROUNDING)
        A, B, open_ = self.target
        out["misfit"] = np.sqrt((((B - self.W @ A.T) / open_) ** 2).mean(axis=1))
        return out.rename_axis("region_code")

    @property
    def estimate(self):
        """Mean of region less twin over the years after."""
        return float(self.units["estimate"].iloc[0])

    @property
    def weights(self):
        """Weights of the region's donors, largest first; those above 0."""
        own = pd.Series(self.W[0], index=self.donors, name="weight").rename_axis("region_code")
        return own[own > 0].sort_values(ascending=False, kind="stable")

    @property
    def effective_donors(self):
        """1 / sum of squared weights: how many equally weighted donors would be as spread."""
        return float(1 / (self.W[0] ** 2).sum())

    @property
    def perfect(self):
        """Share of units, the region among them, that their weights meet closer than rounding."""
        return float((self.units["misfit"] < 1).mean())

    def path(self):
        """Year, region, twin, gap and whether the year is before or after."""
        own = self.Y.iloc[0].to_numpy()
        out = pd.DataFrame({"year": self.years, "region": own, "gap": self.gaps.iloc[0].to_numpy()})
        out["twin"] = out["region"] - out["gap"]
        out["when"] = np.where(out["year"] <= self.last_pre, "before", "after")
        return out[["year", "region", "twin", "gap", "when"]]

    def ranks(self, limit=None):
        """Rank of the region among itself and the placebos, and the share of units at least as extreme.

        Parameters
        ----------
        limit : float, optional
            Only placebos whose mean square misfit is at most this many times the region's (Abadie et al. use 2, 5
            and 20), the region's counted as at least one rounding.

        Returns
        -------
        DataFrame
            statistic, value, rank (1 the most extreme), n (units ranked, region included), p. Statistics: lower
            (mean gap, most negative first), upper, two_sided (size of the mean gap), ratio (root mean square gap after
            over before). Ties count as at least as extreme.
        """
        units = self.units
        if limit is not None:
            units = units[units["misfit"] <= np.sqrt(limit) * max(units["misfit"].iloc[0], 1)]
        e = units["estimate"]
        kinds = {"lower": -e, "upper": e, "two_sided": e.abs()}
        if self.pre:
            kinds["ratio"] = units["ratio"]
        rows = []
        for name, x in kinds.items():
            rank = int((x >= x.iloc[0]).sum())
            value = units["ratio"].iloc[0] if name == "ratio" else e.iloc[0]
            rows.append((name, float(value), rank, len(x), rank / len(x)))
        return pd.DataFrame(rows, columns=["statistic", "value", "rank", "n", "p"])

    def interval(self, level=0.95):
        """Constant differences that the two-sided rank test does not reject, (lower, upper).

        Taking d from every year after moves the estimate by d and leaves the placebos as they are, because the region
        is nobody's donor.
        """
        if not 0 < level < 1:
            raise UcjError(f"level={level!r}: expected a share between 0 and 1")
        size = np.sort(self.units["estimate"].abs().to_numpy()[1:])[::-1]
        # p = (1 + how many placebos are as large) / (1 + n) has to stay above 1 - level
        k = int(np.floor((1 - level) * (len(size) + 1) + 1e-9))
        half = size[k - 1] if k >= 1 else np.inf
        return self.estimate - half, self.estimate + half

    def summary(self):
        """One row of everything that is to be shown with the estimate, as a dict."""
        low, high = self.interval()
        own, ranks = self.units.iloc[0], self.ranks().set_index("statistic")
        spread = self.units["estimate"].iloc[1:].std(ddof=0)
        out = {
            "method": self.method, "outcome": self.name, "region_code": self.region,
            "pre": _span(self.pre), "post": _span(self.post), "matched_on": self.matched, "illustrative": self.illustrative,
            "estimate": self.estimate, "lower95": low, "upper95": high, "placebo_sd": spread,
            "misfit": own["misfit"], "rmspe_pre": own["rmspe_pre"], "rmspe_post": own["rmspe_post"], "ratio": own["ratio"],
            "p_lower": ranks["p"]["lower"], "p_upper": ranks["p"]["upper"], "p_two_sided": ranks["p"]["two_sided"],
            "p_ratio": ranks["p"].get("ratio", np.nan), "rank_two_sided": ranks["rank"]["two_sided"],
            "units": len(self.Y), "perfect": self.perfect, "effective_donors": self.effective_donors,
            "excluded": len(self.excluded), "duality_gap": float(self.gap.max()),
        }  # fmt: skip
        return out


def _span(years):
    if not years:
        return ""
    whole = len(years) == years[-1] - years[0] + 1
    return (f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])) if whole else ", ".join(map(str, years))


def synthetic_control(
    Y, region=REGION, *, last_pre=LAST_PRE, match=None, exclude=None, name="", matched=None, illustrative=False
):
    """Compare a region with the mix of donors that follows it most closely before the programme.

    Parameters
    ----------
    Y : DataFrame, regions x years, no region twice
    region : str
    last_pre : int
        Last year that may decide the weights.
    match : DataFrame, regions x features, optional
        Seek the weights on these (each divided by its standard deviation over donors) instead of the years of Y; columns are
        labelled (indicator, year), and a year after ``last_pre`` is refused.
    exclude : sequence of codes, optional
        Regions that may not be donors; by default those of the region's province.

    Returns
    -------
    Comparison
    """
    Y, excluded = pool(Y, region, exclude=exclude, match=match)
    pre = _split(Y, last_pre)
    if match is None:
        if not pre:
            raise UcjError(f"no year up to {last_pre}: pass match, on which the weights can be sought")
        A = _values(Y[pre]).T
        scale, open_ = _noise(Y[pre]), np.full(len(pre), ROUNDING)
    else:
        late = [c for c in match.columns if c[1] > last_pre]
        if late:
            raise UcjError(f"match has {late[0][0]} of {late[0][1]}: nothing after {last_pre} may decide the weights")
        M = _values(match.loc[Y.index])
        A = (M / M[1:].std(axis=0)).T
        scale = 1.0
        open_ = ROUNDING / M[1:].std(axis=0)
    ridge = (TIE * scale) ** 2 * len(A)
    W, gap = simplex(A[:, 1:], A.T, ridge, _others(len(Y)))
    if matched is None:
        matched = f"{name or 'outcome'} {_span(pre)}" if match is None else "other outcomes"
    target = (A[:, 1:], A.T, open_)
    return Comparison("sc", name, region, Y, last_pre, W, None, gap, excluded, matched, illustrative, ridge, target)


def synthetic_did(
    Y, region=REGION, *, last_pre=LAST_PRE, exclude=None, name="", even_years=False, noise=None, illustrative=False
):
    """Compare changes: levels taken out, weights spread with the noise, years before weighted (Arkhangelsky et al. 2021).

    Weights of donors rest on years up to ``last_pre``. Weights of years, by their definition, are those with which the years
    before predict the mean of the years after *among donors*; the region's own years after never enter. ``even_years`` does
    without them, so that nothing after ``last_pre`` decides anything.

    Parameters
    ----------
    Y, region, last_pre, exclude
        As in `synthetic_control`.
    noise : float, optional
        Standard deviation of yearly changes before, over donors; computed by default.

    Returns
    -------
    Comparison
    """
    Y, excluded = pool(Y, region, exclude=exclude)
    pre = _split(Y, last_pre)
    if len(pre) < 2:
        raise UcjError(
            f"{len(pre)} years up to {last_pre}: changes before the programme need two at least; for the extreme rate, of "
            "which no year to 2017 is calibrated, use synthetic_control with match"
        )
    noise = _noise(Y[pre]) if noise is None else noise
    before, after = _values(Y[pre]), _values(Y.drop(columns=pre))
    ridge = noise**2 * np.sqrt(after.shape[1]) * len(pre)  # zeta^2 T, zeta = (treated cells)^(1/4) noise
    others = _others(len(Y))
    A = (before - before.mean(axis=1, keepdims=True)).T
    W, gap = simplex(A[:, 1:], A.T, ridge, others)
    if even_years:
        years = np.full((len(Y), len(pre)), 1 / len(pre))
    else:
        years, _ = _year_weights(before[1:], after[1:].mean(axis=1), others, (1e-6 * noise) ** 2)
    matched = f"{name or 'outcome'} {_span(pre)}, less its mean"
    target = (A[:, 1:], A.T, np.full(len(pre), ROUNDING))
    return Comparison("sdid", name, region, Y, last_pre, W, years, gap, excluded, matched, illustrative, ridge, target)


def _split(Y, last_pre):
    if not Y.index.is_unique:
        raise UcjError(f"{Y.index[Y.index.duplicated()][0]} stands twice: expected one row a region")
    if list(Y.columns) != sorted(Y.columns):
        raise UcjError("years are not in order: sort the columns")
    pre = [y for y in Y.columns if y <= last_pre]
    if len(pre) == len(Y.columns):
        raise UcjError(f"no year after {last_pre}: there is nothing to compare")
    return pre


def _noise(before):
    """Standard deviation of yearly changes over donors, years to the last before the programme."""
    if before.shape[1] < 2:
        return float(_values(before)[1:].std()) or 1.0
    return float(np.diff(_values(before)[1:], axis=1).std(ddof=1)) or 1.0


def _values(table):
    """Values in one layout, whatever the table went through: weights are to be the same to the last bit."""
    return np.array(table.to_numpy(), float, order="C")


def _others(n):
    """Donors that each of n units may use: all but itself; the first unit is never a donor."""
    return ~np.eye(n, dtype=bool)[:, 1:]


def leave_one_out(comparison):
    """Estimate with each weighted donor left out in turn, largest change first.

    Returns
    -------
    DataFrame
        region_code, weight, estimate, change (from the full pool), rmspe_pre.
    """
    c = comparison
    weights = c.weights
    allowed = np.ones((len(weights), len(c.donors)), bool)
    allowed[np.arange(len(weights)), [c.donors.index(d) for d in weights.index]] = False
    A, B, _ = c.target
    W, _ = simplex(A, np.tile(B[0], (len(weights), 1)), c.ridge, allowed)
    y = c.Y.to_numpy()
    gaps = y[0] - W @ y[1:]
    k = len(c.pre)
    if c.method == "sdid":
        if np.ptp(c.year_weights, axis=0).max() == 0:
            years = c.year_weights[: len(W)]
        else:
            years, _ = _year_weights(y[1:, :k], y[1:, k:].mean(axis=1), allowed, (1e-6 * _noise(c.Y[c.pre])) ** 2)
        gaps = gaps - (gaps[:, :k] * years).sum(axis=1, keepdims=True)
    before = gaps[:, :k] - (gaps[:, :k].mean(axis=1, keepdims=True) if c.method == "sdid" else 0)
    out = weights.reset_index()
    out["estimate"] = gaps[:, k:].mean(axis=1)
    out["change"] = out["estimate"] - c.estimate
    out["rmspe_pre"] = np.sqrt((before**2).mean(axis=1)) if k else np.nan
    order = out["change"].abs().sort_values(ascending=False, kind="stable").index
    return out.loc[order].reset_index(drop=True)


def equally_good(comparison):
    """Smallest and largest mean gap over all weights that fit as well: each feature within `ROUNDING` of this fit.

    Published values are rounded, so weights that differ by less than a rounding in what they match cannot be told apart. Two
    linear programs. For "sc" only: the weights of "sdid" are held together by their penalty.

    Returns
    -------
    (lower, upper)
    """
    c = comparison
    if c.method != "sc":
        raise UcjError("equally_good is for synthetic_control: the penalty of synthetic_did leaves one answer")
    A, _, open_ = c.target
    after = c.Y[c.post].to_numpy()
    aim, own = after[1:].mean(axis=1), after[0].mean()
    met = A @ c.W[0]
    rows, limits = np.vstack([A, -A]), np.r_[met + open_, open_ - met]
    ends = []
    for sign in (1, -1):
        done = linprog(sign * aim, rows, limits, np.ones((1, len(aim))), [1.0], bounds=(0, 1), method="highs")
        if not done.success:
            raise UcjError(f"equally good weights were not found: {done.message}")
        ends.append(float(own - aim @ done.x))
    return min(ends), max(ends)


def study(panel, series, region=REGION, *, exclude=None):
    """All comparisons of a region: P0 from 2010 and from 2015, P1, and the estimated extreme rate.

    For the extreme rate no year to 2017 is calibrated. Its weights are therefore sought on the published P0, P1 and P2 of
    2015 to 2017, and only calibrated years are compared; what its own extrapolated years would give is kept apart and marked
    illustrative.

    Parameters
    ----------
    panel : DataFrame, the table ``panel``
    series : DataFrame from `metrics.extreme_series.estimates`

    Returns
    -------
    dict of Comparison, by name
    """
    p0, p1 = outcome(panel, "P0"), outcome(panel, "P1")
    short = p0[[y for y in p0.columns if y >= 2015]]
    parts = {i: outcome(panel, i, 2015) for i in ("P0", "P1", "P2")}
    match = pd.concat({i: t[[y for y in t.columns if y <= LAST_PRE]] for i, t in parts.items()}, axis=1)
    rates, drawn = extreme_outcome(series), extreme_outcome(series, illustrative=True)
    common = {"region": region, "exclude": exclude}
    out = {}
    for key, table, name in (("P0", p0, "P0"), ("P0 from 2015", short, "P0"), ("P1", p1, "P1")):
        out[f"{key}, sc"] = synthetic_control(table, name=name, **common)
        out[f"{key}, sdid"] = synthetic_did(table, name=name, **common)
        out[f"{key}, sdid, even years"] = synthetic_did(table, name=name, even_years=True, **common)
    out["extreme, sc"] = synthetic_control(rates, match=match, name="extreme", matched="P0, P1, P2 2015-2017", **common)
    out["extreme, sc, illustrative"] = synthetic_control(drawn, name="extreme", illustrative=True, **common)
    out["extreme, sdid, illustrative"] = synthetic_did(drawn, name="extreme", illustrative=True, **common)
    return out


def table(comparisons):
    """Summaries side by side, one row a comparison."""
    return pd.DataFrame([{"comparison": k} | c.summary() for k, c in comparisons.items()])


# -- words ---------------------------------------------------------------------------------------------------------------

_SAID = {
    "en": {
        "P0": "the poverty rate", "P1": "the poverty gap index", "P2": "the poverty severity index",
        "extreme": "the estimated extreme-poverty rate", "": "the outcome",
        "whole": "In {post}, {outcome} of {region} differs from its synthetic comparison by {estimate} on average "
        "(95 percent by rank: {low} to {high}); {rank} of {n} regencies, each held against its own comparison, differ by as much "
        "or more (p = {p}). Donors may have programmes of their own.",
        "perfect": " {share} of the regencies are met before {first} as closely as figures are rounded: such a fit "
        "shows nothing.",
        "illustrative": " Illustrative: years without calibration enter.",
        "index": "{} index points",
    },
    "id": {
        "P0": "persentase penduduk miskin", "P1": "indeks kedalaman kemiskinan", "P2": "indeks keparahan kemiskinan",
        "extreme": "perkiraan persentase kemiskinan ekstrem", "": "ukuran ini",
        "whole": "Pada {post}, {outcome} {region} berbeda dari pembanding sintetisnya sebesar {estimate} rata-rata "
        "(95 persen menurut peringkat: {low} sampai {high}); {rank} dari {n} kabupaten/kota, masing-masing terhadap "
        "pembandingnya sendiri, berbeda sebesar itu atau lebih (p = {p}). Daerah donor mungkin memiliki program sendiri.",
        "perfect": " {share} kabupaten/kota cocok sebelum {first} sampai batas pembulatan angka: kecocokan seperti itu tidak "
        "menunjukkan apa-apa.",
        "illustrative": " Ilustrasi: memuat tahun tanpa kalibrasi.",
        "index": "{} poin indeks",
    },
}  # fmt: skip


def sentence(comparison, lang):
    """Say a comparison with its limits, in the reader's language; a difference, never what a programme did."""
    c, words = comparison, _SAID[language.check(lang)]

    def show(x):
        if c.name in ("P1", "P2", ""):
            return words["index"].format(language.number(x, lang, 2, sign=True))
        return language.points(x, lang, sign=True)

    low, high = c.interval()
    two = c.ranks().set_index("statistic").loc["two_sided"]
    short = language.number
    text = words["whole"].format(
        post=_span(c.post).replace("-", "–"), outcome=words[c.name], region=get(c.region).short, estimate=show(c.estimate),
        low=short(low, lang, 2, sign=True), high=short(high, lang, 2, sign=True), rank=short(two["rank"], lang),
        n=short(two["n"], lang), p=short(two["p"], lang, 2),
    )  # fmt: skip
    if c.units["misfit"].iloc[0] < 1:
        share = language.percent(100 * c.perfect, lang, 0)
        text += words["perfect"].format(share=share[:1].upper() + share[1:], first=min(c.post))
    return text + (words["illustrative"] if c.illustrative else "")
