"""Power by number of regions and years, on MADE-UP panels: what a study of the relation would need. Nothing here is data.

Doses and errors are those of `simulate`: ramps that start in different years (even), or one region early and large
(dominant); errors autocorrelated. Each panel is tested as the real one is, by re-assigning dose paths.
"""

import numpy as np
import pandas as pd

from ucj_analysis.errors import UcjError
from ucj_analysis.models import inference, simulate

PER = 10  # effects are points of the outcome per so many participants per 100 workers


def made_up(seed, regions, years, *, sd, rho=0.5, shape="even"):
    """A made-up panel with no relation: region_code (S001 ...), year, y (errors alone), dose."""
    design = simulate.Design(regions=regions, first=2001, last=2000 + years, sd=sd, rho=rho, shape=shape)
    rng = np.random.default_rng(seed)
    dose = simulate._doses(rng, design, years)
    return pd.DataFrame(
        {
            "region_code": np.repeat([f"S{i + 1:03d}" for i in range(regions)], years),
            "year": np.tile(np.arange(2001, 2001 + years), regions),
            "y": simulate.errors(rng, design, years).ravel(),
            "dose": dose.ravel(),
        }
    )


def by_size(regions, years, effects, *, sd, rho=0.5, shape="even", panels=4, simulations=300, draws=399, seed=1):
    """Share of made-up panels in which the test finds an effect of each size.

    Parameters
    ----------
    regions, years : sequence of int
        Every pair of them is a design.
    effects : sequence of float
        Points of the outcome per 10 participants per 100 workers; only the size counts.
    sd : float
        Of the errors, points of the outcome.
    rho : float
    shape : one of simulate.SHAPES
    panels : int
        Panels (dose paths) per design; each is simulated ``simulations`` times, with ``draws`` assignments where they are
        more than 50,000.

    Returns
    -------
    DataFrame
        regions, years, shape, effect, power (0 to 1), detectable (smallest effect seen in four of five cases, infinite where
        none is).
    """
    if not len(list(effects)) or not len(list(regions)) or not len(list(years)):
        raise UcjError("regions, years and effects: expected at least one of each")
    if panels < 1:
        raise UcjError(f"panels={panels}: expected 1 or more")
    rows = []
    for n in regions:
        for T in years:
            seen = []
            for j in range(panels):
                made = made_up((seed, n, T, j), n, T, sd=sd, rho=rho, shape=shape)
                found = inference.minimum_detectable_effect(
                    made, outcome="y", dose="dose", change=PER, simulations=simulations, draws=draws, seed=seed + j
                )
                seen.append(found.thresholds)
            seen = np.sort(np.concatenate(seen))
            at = float(seen[int(np.ceil(0.8 * len(seen))) - 1])
            for e in effects:
                share = np.searchsorted(seen, abs(e), "left") / len(seen)
                rows.append((n, T, shape, float(abs(e)), float(share), at))
    return pd.DataFrame(rows, columns=["regions", "years", "shape", "effect", "power", "detectable"])


def signs_settled(records, *, panels=20, effect=-0.3, seed=1, **design):
    """How often a record of some quality settles the sign of the slope of a made-up panel, and whether it holds the truth.

    Parameters
    ----------
    records : dict of {name: shares as simulate.RECORD}
    panels : int
    effect : float
        Per 10 points of dose.
    **design
        Attributes of `simulate.Design`.

    Returns
    -------
    DataFrame
        record, panels, settled (share), holds (share of sets that hold the slope of the true doses), width (median, 0 to 1).
    """
    from ucj_analysis.models import identification

    rows = []
    for name, shares in records.items():
        settled, holds, width = [], [], []
        for j in range(panels):
            made = simulate.draw((seed, j), effect=effect, record=shares, **design)
            t, r = made.truth, made.record
            who = {"unit": t["region_code"], "time": t["year"]}
            p = identification.problem(t["extreme"], r["dose_lower"], r["dose_upper"], **who)
            found = identification.slope_set(p, nodes=500)
            x = p.M @ t["dose"].to_numpy()
            slope = p.y @ x / (x @ x)
            settled.append(found.sign != identification.SIGNS[2])
            holds.append(found.low.bound - 1e-9 <= slope <= found.high.bound + 1e-9)
            width.append(found.width())
        rows.append((name, panels, np.mean(settled), np.mean(holds), np.median(width)))
    return pd.DataFrame(rows, columns=["record", "panels", "settled", "holds", "width"])
