"""What these data can say of enrolment and extreme poverty: in a fixed order, in one of four tiers of wording.

1. the mechanical ceiling beside the smallest detectable difference, before any regression;
2. the set of slopes that the record allows, and whether it settles the sign;
3. the primary specification, declared beforehand: slope, exact interval, k of n assignments, without each region in turn;
4. every declared specification;
5. one region against its donors, where that was asked for;
6. the tier, by `decide`;
7. the figures to ask for first.

A slope lives in a `Slope`, which cannot be made, printed or put in a table without its limits. What a model refuses (one
treated region, a constant dose, a missing year, collinear covariates, too few assignments) ends in tier 0 with the reason.
"""

import math
from dataclasses import InitVar, dataclass, field

import numpy as np
import pandas as pd

from ucj_analysis import language
from ucj_analysis.errors import UcjError
from ucj_analysis.models import ceiling as ceilings
from ucj_analysis.models import donors, estimators, identification, inference, panel, verdict_words
from ucj_analysis.models.verdict_words import PER, name

LEVEL = 0.95
POWER = 0.8
ESTIMATORS = ("fixed effects", "first differences", "lagged outcome", "long differences")
AMONG = 5  # figures tried at each step of what to ask for
STARTS = 3  # completions from which the set is searched where no proof is offered
TIERS = ("describe", "cannot be told apart from no relation", "suggestive, rests on", "is associated with")
RULE = (
    (0, "a model is refused, or fewer than 20 assignments differ, so that there is no p-value"),
    (1, "the slopes that the record allows do not share one sign"),
    (1, "p exceeds .05 for the declared doses, or for the doses at either end of the set"),
    (2, "without one region the sign turns, or .05 is exceeded, or there is no p-value"),
    (2, "the lagged outcome or another declared specification turns the sign"),
    (3, "none of these"),
)


@dataclass(frozen=True, repr=False, eq=False)
class Slope:
    """A slope that is only ever shown with its limits; per 10 participants per 100 workers.

    There is no attribute, number or format of the slope alone: `record` gives all of it as one row, `text` as words.

    Parameters
    ----------
    at : float
    test : inference.Verdict
        Interval, k of n, or the reason why there is none.
    allowed : (lower, upper)
        Slopes that the record allows.
    proof : {"proven", "searched"}
        Searched: the set is at least that wide.
    sign : str
        As `identification.SlopeSet.sign`.
    """

    at: InitVar[float]
    test: InitVar[object]
    allowed: tuple
    proof: str
    sign: str

    def __post_init__(self, at, test):
        t = test
        if t is None or (t.reason is None and (t.lower is None or t.upper is None)):
            raise UcjError("a slope needs its limits: an interval, or the reason why there is none")
        if len(self.allowed) != 2 or any(x != x for x in self.allowed):
            raise UcjError("a slope needs the set of slopes that the record allows, as (lower, upper)")
        # no slope alone in sight: not by name, not by format
        object.__setattr__(self, "_at", float(at))
        object.__setattr__(self, "_test", test)

    def record(self):
        """One row: the slope and all its limits."""
        t = self._test
        low, high = (np.nan, np.nan) if t.p is None else (t.lower * PER, t.upper * PER)
        a, b = (float(x) * PER for x in self.allowed)
        return {
            "slope_per_10": self._at * PER, "lower": low, "upper": high, "p": np.nan if t.p is None else t.p, "k": t.k,
            "n": t.n, "all_assignments": t.exact, "record_lower": a, "record_upper": b, "record_proof": self.proof,
            "sign": self.sign, "no_interval": t.reason or "",
        }  # fmt: skip

    def same_sign(self, other):
        """Whether two slopes point the same way."""
        return bool(self._at * other._at > 0)

    @property
    def settled(self):
        """Whether its interval leaves zero out."""
        return self.p is not None and self.p <= 1 - LEVEL + 1e-12

    @property
    def p(self):
        """p-value of no relation; None where too few assignments differ."""
        return self._test.p

    @property
    def reason(self):
        """Why there is no p-value; None where there is one."""
        return self._test.reason

    def text(self, lang):
        """In words, limits included."""
        return verdict_words.slope_text(self, lang)

    def __repr__(self):
        return f"<Slope {self.text('en')}>"

    def __format__(self, spec):
        if spec:
            raise UcjError(f"a slope has no format {spec!r}: it is shown with its limits, by text(lang) or record()")
        return self.text("en")

    __str__ = __repr__


@dataclass(frozen=True)
class Specification:
    """One row of the table ``specification`` and what came of it: a Slope, or the reason why there is none."""

    spec_id: str
    row: dict
    slope: Slope | None
    refusal: str = ""

    @property
    def years(self):
        return [int(y) for y in str(self.row["years"]).split()]

    def record(self):
        """One row with the choices, the slope and its limits."""
        keep = ("role", "outcome", "base", "payers", "readings", "lag", "completion", "estimator", "covariates")
        empty = dict.fromkeys(
            ("slope_per_10", "lower", "upper", "p", "k", "n", "record_lower", "record_upper", "record_proof", "sign"), np.nan
        )  # fmt: skip
        found = (
            empty | {"record_proof": "", "sign": "", "no_interval": self.refusal}
            if self.slope is None
            else self.slope.record()
        )
        return {"spec_id": self.spec_id, **{k: self.row[k] for k in keep}, "years": self.row["years"], **found}


@dataclass(frozen=True, repr=False, eq=False)
class Verdict:
    """All that the data say, in the order in which it is to be told; made by `judge`.

    Attributes
    ----------
    tier : {0, 1, 2, 3}
    why : str
        The row of RULE that decided, or the refusal.
    rests_on : tuple of str
        Region codes, then specification ids.
    primary : Specification
    curve : tuple of Specification
        All of them, the primary first.
    without : dict of {region code: Specification}
        The primary one without each region.
    leverage : Series or None
        Share of the variation of the dose by region.
    beside : dict of {estimator: Specification}
        The primary one with fixed effects and with the lagged outcome.
    ceiling : DataFrame
        From `ceiling.table`, the regions and years of the primary doses; largest upper end first.
    detectable : inference.Power or None
        For the dose of the first row of the ceiling, or PER where there is none.
    dose : float
        That dose.
    set_ : identification.SlopeSet or None
    cells : dict
        Doses of the primary specification by status.
    requests : DataFrame
        order, region_code, year, width_expected, shrink, known, ask.
    values : DataFrame or None
        From `identification.value_of_information`: each figure alone.
    gaps : DataFrame from `panel.Panel.gaps`
    comparisons : dict of donors.Comparison
    """

    tier: int
    why: str
    rests_on: tuple
    primary: Specification
    curve: tuple
    without: dict
    leverage: object
    beside: dict
    ceiling: pd.DataFrame
    detectable: object
    dose: float
    set_: object
    cells: dict
    rows: tuple
    requests: pd.DataFrame
    values: pd.DataFrame | None
    gaps: pd.DataFrame
    comparisons: dict = field(default_factory=dict)

    def __repr__(self):
        return f"<Verdict, tier {self.tier}: {self.said('en')['verdict']}>"

    __str__ = __repr__

    def curve_table(self):
        """Every specification with its limits, one row each."""
        return pd.DataFrame([s.record() for s in self.curve])

    def without_table(self):
        """The primary specification without each region, with limits."""
        rows = [{"without": c, "region": name(c), "leverage": np.nan if self.leverage is None else self.leverage[c], **s.record()}
                for c, s in self.without.items()]  # fmt: skip
        out = pd.DataFrame(rows)
        return out.drop(columns=[c for c in out if c in self.primary.row or c == "spec_id"])

    def record(self, lang="en"):
        """One flat row: the verdict, its sentences, and every limit beside the slope."""
        c = self.ceiling.iloc[0].to_dict() if len(self.ceiling) else {}
        d = self.detectable
        return {
            "tier": self.tier, "wording": TIERS[self.tier], "why": self.why,
            "rests_on": " ".join(self.rests_on), "verdict": self.said(lang)["verdict"],
            "ceiling_region": c.get("region_code"), "ceiling_year": c.get("year"), "ceiling": c.get("fall"),
            "ceiling_lower": c.get("fall_lower"), "ceiling_upper": c.get("fall_upper"), "dose": self.dose,
            "detectable": None if d is None else d.effect,
            "detectable_per_10": None if d is None else d.effect / d.change * PER,
            **self.primary.record(),
            "ask_first": "; ".join(f"{r.region_code} {r.year}" for r in self.requests.itertuples()),
            "sentences": " ".join(self.said(lang).values()),
        }  # fmt: skip

    def said(self, lang):
        """Sentences by part, in order: ceiling, record, primary, without, beside, curve, donors, verdict, ask."""
        return {part: template.format(**{k: t for k, (t, *_) in values.items()})
                for part, (template, values) in self.parts(lang).items()}  # fmt: skip

    def parts(self, lang):
        """The sentences before numbers are put in: {part: (template, {name: (text, value)})}."""
        return verdict_words.parts(self, language.check(lang))


# -- one specification ---------------------------------------------------------------------------------------------------


def slope(design, *, completion="lower", estimator="fixed effects", covariates=None, dose=None):
    """The Slope of a design, its exact test and the set that the record allows.

    Parameters
    ----------
    design : panel.Design
    completion : {"lower", "middle"}
    estimator : one of ESTIMATORS
    covariates : DataFrame, optional
        Rows as in ``design.rows``.
    dose : array_like, optional
        Another completion.

    Raises
    ------
    UcjError
        What the record or the data do not allow, in a sentence.
    """
    if estimator not in ESTIMATORS:
        raise UcjError(f"estimator={estimator!r}: expected one of {', '.join(ESTIMATORS)}")
    if estimator == "long differences":  # fixed effects of the first and the last year are the same thing
        ends = design.rows["year"].isin([design.rows["year"].min(), design.rows["year"].max()]).to_numpy()
        covariates = None if covariates is None else covariates[ends].reset_index(drop=True)
        dose = None if dose is None else np.asarray(dose)[ends]
        design = _only(design, ends)
    rows = design.rows
    x = design.completion(completion) if dose is None else np.asarray(dose, float)
    problem = identification.of(design, covariates=covariates)
    who = {"unit": rows["region_code"], "time": rows["year"]}
    if estimator in ("fixed effects", "long differences"):
        test = inference.randomization_test(rows["y"], x, covariates=covariates, level=LEVEL, **who)
        found = identification.slope_set(problem, nodes=2000)
        return Slope(test.coef, test, (found.lower, found.upper), "proven", found.sign)
    if covariates is not None:
        raise UcjError(f"covariates with {estimator} are not offered: use fixed effects")
    test = reassigned(rows["y"], x, estimator=estimator, **who)
    if not (problem.lower < problem.upper).any():
        return Slope(test.coef, test, (test.coef, test.coef), "proven", identification.SIGNS[0 if test.coef > 0 else 1])
    low, high = _searched(problem, x, *_form(rows, estimator))
    # a search can show that the sign is open, never that it is settled
    return Slope(test.coef, test, (low, high), "searched", identification.SIGNS[2])


def reassigned(y, dose, *, unit, time, estimator):
    """Exact test of a slope in first differences, or beside the lagged outcome, by re-assigning whole dose paths.

    Pairs are of consecutive years; the year is taken out of them, and the outcome before stays where it is.
    """
    _, Y, D, _, _ = inference._balanced(y, dose, unit, time, None)
    Y, paths, basis = _pairs(Y, D, np.unique(np.asarray(time)), estimator)
    G, T = Y.shape
    codes = inference._kinds(paths)
    kinds = paths[np.unique(codes, return_index=True)[1]]
    return inference._randomize(
        Y.ravel(), paths.ravel(), kinds, basis, lambda v: v.reshape(G, T).sum(axis=1),
        lambda rows: (np.broadcast_to(r, (G, T)).ravel() for r in rows), codes, np.zeros(G), None, "abs_slope", LEVEL, 1,
        0.0, "randomisation test", lambda: "",
    )  # fmt: skip


def _pairs(Y, D, years, estimator):
    """Outcome and dose (..., G, T) of pairs of consecutive years, and an orthonormal basis of what is taken out of them."""
    now = np.flatnonzero(np.diff(years) == 1) + 1
    if not len(now):
        raise UcjError(f"{estimator}: no two consecutive years")
    basis = np.tile(np.eye(len(now)), (len(Y), 1))
    if estimator == "first differences":
        return Y[:, now] - Y[:, now - 1], D[..., now] - D[..., now - 1], np.linalg.qr(basis)[0]
    return Y[:, now], D[..., now], np.linalg.qr(np.column_stack([basis, Y[:, now - 1].ravel()]))[0]


def _form(rows, estimator):
    """c and Q of slope(D) = c'D / D'QD, in the order of ``rows``."""
    years, n = np.unique(rows["year"]), len(rows)
    order = np.lexsort((rows["year"], rows["region_code"]))
    Y = rows["y"].to_numpy()[order].reshape(-1, len(years))
    Y, D, basis = _pairs(Y, np.eye(n)[:, order].reshape(n, *Y.shape), years, estimator)
    L = D.reshape(n, -1).T
    L, y = L - basis @ (basis.T @ L), Y.ravel()
    return L.T @ (y - basis @ (basis.T @ y)), L.T @ L


def _searched(p, x, c, Q):
    """Smallest and largest c'D / D'QD found from several completions by moving one cell at a time to its best."""
    starts = np.vstack([x, identification.completions(p, STARTS)])
    return -max(_climb(p, d.copy(), -c, Q) for d in starts), max(_climb(p, d.copy(), c, Q) for d in starts)


def _climb(p, d, c, Q, rounds=60):
    """Coordinate ascent; inf where a completion has no variation."""
    caps = {int(i): cap for cap in p.caps for i in cap[0]}
    scale = 1e-14 * max(1.0, np.abs(Q).max()) * max(1.0, np.abs(p.upper).max()) ** 2
    g, own = Q @ d, np.diag(Q).tolist()  # single numbers as floats: arrays of four take ten times as long
    top, low = float(c @ d), float(d @ g)
    for _ in range(rounds):
        before = top / low if low > scale else np.inf
        for i in np.flatnonzero(p.lower < p.upper).tolist():
            least, most, at, pull, bend = float(p.lower[i]), float(p.upper[i]), float(d[i]), float(c[i]), float(g[i])
            if i in caps:
                cells, w, bound = caps[i]
                weight = float(w[cells == i][0])
                most = min(most, at + float(bound - w @ d[cells]) / weight) if weight > 0 else most
            # zeros of the derivative of (top + pull s) / (low + 2 bend s + q s^2)
            q = own[i]
            steps = _turning(-pull * q, -2 * top * q, pull * low - 2 * top * bend)
            best, by = -np.inf, 0.0
            for to in (least, most, *(at + x for x in steps)):
                step = min(max(to, least), max(most, at)) - at
                under = low + 2 * step * bend + q * step * step
                if under <= scale:
                    if top + pull * step > 0:
                        return np.inf
                elif (top + pull * step) / under > best:
                    best, by = (top + pull * step) / under, step
            if best > top / low + 1e-12 * abs(top / low):
                d[i] += by
                g = g + by * Q[:, i]
                top, low = float(c @ d), float(d @ g)
        if not top / low > before + 1e-9 * abs(before):
            break
    return float(top / low)


def _turning(a, b, c):
    """Real roots of a s^2 + b s + c."""
    inside = b * b - 4 * a * c
    if inside < 0 or a == 0:
        return [-c / b] if a == 0 and b != 0 else []
    half = -(b + math.copysign(math.sqrt(inside), b)) / 2
    return [half / a] + ([c / half] if half else [])


def _only(design, keep):
    """Some rows of a design; caps follow (a sum over fewer cells stays under its bound)."""
    place = np.cumsum(keep) - 1
    caps = [(place[at[keep[at]]], w[keep[at]], bound) for at, w, bound in design.caps if keep[at].any()]
    return panel.Design(design.rows[keep].reset_index(drop=True), caps, design.about)


def _covariates(cells, rows, names):
    """Covariates of the year of the dose: the last before the March of the outcome."""
    names = str(names or "").replace("nan", "").split()
    if not names:
        return None
    absent = [n for n in names if n not in cells]
    if absent:
        raise UcjError(f"no covariate {', '.join(absent)} in the panel")
    out = rows[["region_code", "dose_year"]].merge(
        cells, left_on=["region_code", "dose_year"], right_on=["region_code", "year"], how="left"
    )[names]
    if out.isna().any(axis=None):
        bad = rows.loc[out.isna().any(axis=1).to_numpy()].iloc[0]
        raise UcjError(f"no {', '.join(names)} for {bad['region_code']} in {bad['dose_year']}: nothing is filled in")
    return out


def _design(panels, row, regions=None):
    """Design and covariates of one row of the table."""
    key = (row["payers"], row["readings"])
    if key not in panels:
        raise UcjError(f"no panel with payers={key[0]} and readings={key[1]}")
    p = panels[key]
    years = [int(y) for y in str(row["years"]).split()]
    design = p.design(outcome=row["outcome"], base=row["base"], lag=int(row["lag"]), years=years, regions=regions)
    return design, _covariates(p.cells, design.rows, row["covariates"])


def _try(panels, row, regions=None):
    try:
        design, more = _design(panels, row, regions)
        found = slope(design, completion=row["completion"], estimator=row["estimator"], covariates=more)
        return Specification(row["spec_id"], row, found)
    except UcjError as error:
        return Specification(row["spec_id"], row, None, str(error))


# -- all of it -----------------------------------------------------------------------------------------------------------


def decide(primary, worst, without, others):
    """The tier by RULE: (tier, why, rests_on).

    Parameters
    ----------
    primary : Specification
    worst : float or None
        Largest p over the declared doses and those at the ends of the set.
    without : dict of {region: Specification}
    others : iterable of (id, Specification)
        Lagged outcome and alternatives; only their sign counts.
    """
    found = primary.slope
    if found is None or found.p is None:
        return 0, primary.refusal or found.reason, ()
    if found.sign == identification.SIGNS[2]:
        return 1, RULE[1][1], ()
    if worst is None or worst > 1 - LEVEL + 1e-12:
        return 1, RULE[2][1], ()
    regions = [c for c, s in without.items() if s.slope is None or not s.slope.settled or not s.slope.same_sign(found)]
    turned = [c for c, s in others if s.slope is not None and not s.slope.same_sign(found)]
    if regions or turned:
        return 2, RULE[3 if regions else 4][1], (*regions, *turned)
    return 3, RULE[5][1], ()


def judge(panels, specification, ceiling=None, *, comparisons=None, simulations=2000, ask=3, beside=lambda make: make):
    """Return the Verdict.

    Parameters
    ----------
    panels : Panel, or {(payers, readings): Panel}
        readings: "all" or "stated".
    specification : DataFrame
        Table ``specification``; one row has the role primary.
    ceiling : DataFrame from `ceiling.table`, optional
    comparisons : dict of donors.Comparison, optional
    simulations : int
        Of the detectable difference.
    ask : int
        Figures to ask for; 0 for none (they take half of the time).
    beside : callable, optional
        Takes a function of nothing and returns one that gives its value: a way to have the figures to ask for computed
        on another core meanwhile.

    Raises
    ------
    UcjError
        Where the table declares no primary specification, or several. Everything else ends in tier 0.
    """
    if not isinstance(panels, dict):
        panels = {(panels.payers, "stated" if panels.strict else "all"): panels}
    table = [r._asdict() for r in specification.itertuples(index=False)]
    first = [r for r in table if r["role"] == "primary"]
    if len(first) != 1:
        raise UcjError(f"specification: expected one row with the role primary, found {len(first)}")
    row = first[0]
    own = panels.get((row["payers"], row["readings"]))
    gaps = _gaps(own)
    primary = _try(panels, row)
    try:
        design, more = _design(panels, row)
    except UcjError:
        design, more = None, None
    asked = beside(lambda: _requests(design, more, own, gaps, ask)) if ask and primary.slope is not None else None
    curve = (primary, *(_try(panels, r) for r in table if r is not row))
    near = {e: _try(panels, row | {"estimator": e}) for e in ("fixed effects", "lagged outcome")}
    ceiling = _relevant(ceiling, design)
    dose = PER
    if design is not None and len(ceiling):
        top = ceiling.iloc[0]
        at = (own.cells["region_code"] == top["region_code"]) & (own.cells["year"] == top["year"])
        dose = float(own.cells.loc[at, f"dose_{row['base']}_upper"].iloc[0])
    base = {
        "primary": primary, "curve": curve, "beside": near, "ceiling": ceiling, "dose": dose, "gaps": gaps,
        "comparisons": comparisons or {}, "detectable": None, "set_": None, "without": {}, "leverage": None,
        "cells": {} if design is None else dict(design.rows["status"].value_counts()),
        "rows": () if design is None else tuple(dict.fromkeys(" ".join(design.rows["rows"]).split())),
        "requests": pd.DataFrame(columns=REQUESTS), "values": None,
    }  # fmt: skip
    if primary.slope is None:
        return Verdict(*decide(primary, None, {}, ()), **base)
    set_ = base["set_"] = identification.identify(design, covariates=more, nodes=2000)
    codes = sorted(design.rows["region_code"].unique())
    base["without"] = {c: _try(panels, row, [x for x in codes if x != c]) for c in codes} if len(codes) > 2 else {}
    x = design.completion(row["completion"])
    who = {"unit": design.rows["region_code"], "time": design.rows["year"]}
    X = pd.concat([pd.Series(x, name="dose"), *([] if more is None else [more])], axis=1)
    base["leverage"] = estimators.fit(design.rows["y"], X, **who).leverage()["dose"]
    base["detectable"] = _detectable(design, X, dose, simulations)
    p = [primary.slope.p]
    if None not in p and set_.sign != identification.SIGNS[2] and row["estimator"] == "fixed effects":
        for end in (set_.low, set_.high):  # an end without number leaves its sign open and does not come here
            p.append(slope(design, estimator=row["estimator"], covariates=more, dose=end.at).p)
    worst = None if None in p else max(p)
    others = [("lagged outcome", near["lagged outcome"]), *((s.spec_id, s) for s in curve[1:])]
    if asked is not None:
        base["requests"], base["values"] = asked()
    return Verdict(*decide(primary, worst, base["without"], others), **base)


REQUESTS = ["order", "region_code", "year", "width_expected", "shrink", "known", "ask"]


def _gaps(own):
    """What is missing and who holds it; nothing for made-up regions, which nobody can be asked about."""
    columns = ["region_code", "first_year", "last_year", "known_so_far", "ask"]
    if own is None or any(str(c).startswith("S") for c in own.cells["region_code"]):
        return pd.DataFrame(columns=columns)
    return own.gaps()


def _relevant(ceiling, design):
    """Rows of the ceiling for the regions, years and basis of a design; largest upper end first."""
    if ceiling is None or design is None:
        return pd.DataFrame(columns=ceilings.COLUMNS)
    pairs = set(zip(design.rows["region_code"], design.rows["dose_year"], strict=True))
    keep = [(c, t) in pairs for c, t in zip(ceiling["region_code"], ceiling["year"], strict=True)]
    out = ceiling[
        np.array(keep, bool) & (ceiling["definition"] == design.about.get("basis", "extreme_usd190")).to_numpy()
    ]
    return out.sort_values("fall_upper", ascending=False, kind="stable", ignore_index=True)


def _detectable(design, X, dose, simulations):
    """Smallest difference seen in four of five cases at this dose; None where there is no test at all."""
    try:
        return inference.minimum_detectable_effect(
            pd.concat([design.rows[["region_code", "year", "y"]], X], axis=1), outcome="y", dose="dose", change=dose,
            covariates=list(X.columns[1:]), power=POWER, level=LEVEL, simulations=simulations,
        )  # fmt: skip
    except UcjError:
        return None


def _requests(design, more, panel_, gaps, first):
    """The figures to ask for first, what is known of them and who holds them; and the value of each figure alone."""
    cells = identification.by_cell(design)
    if not cells:
        return pd.DataFrame(columns=REQUESTS), None
    problem = identification.of(design, covariates=more)
    values = identification.value_of_information(problem, cells)
    best = {n: cells[n] for n in values["name"][:AMONG]}
    found = identification.requests(problem, best, first=first, among=AMONG)
    out = []
    for r in found.itertuples():
        code, year = r.name.split()
        here = gaps[
            (gaps["region_code"] == code) & (gaps["first_year"] <= int(year)) & (gaps["last_year"] >= int(year))
        ]
        known, ask = ("", "") if here.empty else here.iloc[0][["known_so_far", "ask"]]
        out.append((r.order, code, int(year), r.width_expected, r.shrink, known, ask))
    return pd.DataFrame(out, columns=REQUESTS), values


class _Panels(dict):
    """Panels by payers and readings, made when they are asked for: the primary one's work begins before the others'."""

    def __init__(self, keys, make):
        self.known, self.make = set(keys), make

    def __contains__(self, key):
        return key in self.known

    def __missing__(self, key):
        if key not in self.known:
            raise KeyError(key)
        self[key] = self.make(*key)
        return self[key]

    def get(self, key, default=None):
        return self[key] if key in self.known else default


def of(inputs, *, comparisons=None, simulations=2000, ask=3, beside=lambda make: make):
    """`judge` from the tables of a data package."""
    specification = inputs.package.table("specification")
    keys = zip(specification["payers"], specification["readings"], strict=True)
    panels = _Panels(keys, lambda payers, readings: panel.of(inputs, payers=payers, strict=readings == "stated"))
    row = specification[specification["role"] == "primary"].iloc[0]
    try:
        top = ceilings.of(inputs, panels[row["payers"], row["readings"]])
    except UcjError:
        top = None
    more = {"comparisons": comparisons, "simulations": simulations, "ask": ask, "beside": beside}
    return judge(panels, specification, top, **more)


def compared(inputs, region=donors.REGION, *, extreme=False):
    """Comparisons with donors for the verdict to quote: P0, and on request the estimated extreme rate (several seconds)."""
    table = inputs.package.table("panel")
    out = {"P0, sdid": donors.synthetic_did(donors.outcome(table, "P0"), name="P0", region=region)}
    if extreme:
        parts = {i: donors.outcome(table, i, 2015) for i in ("P0", "P1", "P2")}
        match = pd.concat({i: t[[y for y in t.columns if y <= donors.LAST_PRE]] for i, t in parts.items()}, axis=1)
        out["extreme, sc"] = donors.synthetic_control(
            donors.extreme_outcome(inputs.extreme.series), match=match, name="extreme", matched="P0, P1, P2 2015-2017",
            region=region,
        )  # fmt: skip
    return out


def heading(part, lang):
    """Heading of a part of the verdict."""
    return verdict_words.HEADINGS[language.check(lang)][part]


def readable(table):
    """A table of slopes with each slope and its limits in one cell."""

    def span(a, b):
        return "" if a != a else f"{a:+.2f} to {b:+.2f}"

    out = table.drop(
        columns=["lower", "upper", "record_lower", "record_upper", "record_proof", "slope_per_10", "k", "n", "p"]
    )
    says = [
        "" if r["slope_per_10"] != r["slope_per_10"] or r["slope_per_10"] is None
        else f"{r['slope_per_10']:+.2f} ({span(r['lower'], r['upper']) or 'no interval'}; {r['k']:.0f} of {r['n']:.0f})"
        for r in table.to_dict("records")
    ]  # fmt: skip
    place = list(out.columns).index("sign")
    out.insert(place, "slope per 10 (95%; assignments)", says)
    out.insert(
        place + 1,
        "allowed by the record",
        [span(a, b) for a, b in zip(table["record_lower"], table["record_upper"], strict=True)],
    )
    return out.loc[:, (out.astype(str) != "").any()]


def labels(found, lang):
    """A line for each specification of a verdict: id and what differs from the primary one."""
    return [verdict_words.label(s, found.primary, lang) for s in found.curve]


def detectable_at(found, cells):
    """Smallest difference seen at the dose of each row of a verdict's ceiling; infinite where none is."""
    if found.detectable is None:
        return np.full(len(found.ceiling), np.inf)
    dose = cells.set_index(["region_code", "year"])[f"dose_{found.primary.row['base']}_upper"]
    at = [dose[r.region_code, r.year] for r in found.ceiling.itertuples()]
    return found.detectable.effect / found.detectable.change * np.array(at)


def source_ids(inputs, found):
    """Sources of the observations, readings and events behind the doses of a verdict, of BPS workers and of poverty."""
    ids = set(found.rows)
    record = inputs.coverage[inputs.coverage["observation_id"].isin(ids)]["source_id"]
    events = inputs.events[inputs.events["event_id"].isin(ids)]["source_id"]
    labour = inputs.labour[inputs.labour["observation_id"].isin(ids)]["source_id"]
    return list(dict.fromkeys(" ".join([*record, *events, *labour]).split()))
