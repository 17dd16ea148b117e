"""The data hold together, and agree with an independent reading of the sources."""

import csv

import pandas as pd
import pytest
from constants import CODES, SIX

from ucj_analysis import catalog, observations, regions
from ucj_analysis.metrics import coverage, poverty

TABLES = ("poverty", "labour", "socioeconomic", "coverage")


def test_parts_add_up_to_the_province(inputs):
    sums = poverty.parts_add_up(inputs.poverty, "7500", SIX)
    assert list(sums["year"]) == list(range(2007, 2026))
    assert sums["agrees"].all(), sums[~sums["agrees"]]
    assert (sums["difference"].abs() > 0).any()  # rounding is real: the check is not comparing a thing to itself


def test_employed_add_up_to_the_province(inputs):
    here = inputs.labour.query("indicator == 'employed' and period.str.endswith('-08')")
    wide = here[here["region_code"].isin(CODES)].pivot_table(
        index=["period", "definition"], columns="region_code", values="value"
    )
    wide = wide.dropna()
    assert len(wide) >= 6
    assert ((wide[SIX].sum(axis=1) - wide["7500"]).abs() <= 3).all()


def test_rate_times_population_is_the_poor(inputs):
    implied = poverty.rate_times_population(inputs.poverty, "7500", SIX)
    assert implied["agrees"].all()
    assert implied.set_index("year").loc[2025, "implied"] == pytest.approx(1229, abs=1)


def test_reported_percentages_against_their_own_parts(inputs):
    both = coverage.reported_against_parts(inputs.coverage)
    assert set(both["region_code"]) == {"7500", "7504"}
    assert len(both) >= 5
    assert both["agrees"].all(), both


@pytest.mark.parametrize("name", TABLES)
def test_every_source_resolves_and_every_code_is_a_bps_code(name):
    table, sources = catalog.table(name), catalog.table("sources")
    assert set(table["source_id"]) <= set(sources["source_id"])
    assert set(table["region_code"]) <= set(regions.registry()["region_code"])


def test_every_event_and_parameter_has_its_source():
    known = set(catalog.table("sources")["source_id"])
    assert set(catalog.table("events")["source_id"]) <= known
    assert set(catalog.table("scheme")["source_id"]) <= known


def test_no_synthetic_figures():
    for name in TABLES:
        text = catalog.table(name)[["definition", "note"]].agg(" ".join, axis=1).str.lower()
        assert not text.str.contains("synthetic|simulated|dummy|interpolat").any()


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def everything():
    frames = [catalog.table(n) for n in TABLES]
    return {
        (r.region_code, r.period, round(x, 6))
        for f in frames
        for r in f.itertuples()
        for x in (r.value, r.lower, r.upper)
    }


def numeric(row):
    try:
        return round(float(row["value"]), 6)
    except ValueError:
        return None


def test_every_statement_of_the_coverage_record_is_here(reference):
    rows = [r for r in rows_of(reference / "jamsostek" / "coverage.csv") if numeric(r) is not None]
    have = everything()

    def found(r):
        scale = 1000 if r["indicator"] == "population" else 1  # kept in thousands
        return (r["region_code"], r["as_of"][:7], round(numeric(r) / scale, 6)) in have

    lost = [r for r in rows if not found(r)]
    assert len(rows) > 240
    assert not lost, [(r["region_code"], r["as_of"], r["indicator"], r["value"]) for r in lost]


def test_every_figure_of_the_poverty_record_is_here(reference):
    rows = [r for r in rows_of(reference / "poverty" / "poverty.csv") if numeric(r) is not None]
    have = everything()

    def found(r):
        month = f"-{int(r['month']):02d}" if r["month"] else ""
        periods = {r["year"] + month, r["year"]} if month else {r["year"], r["year"] + "-03"}
        return any((r["region_code"], p, numeric(r)) in have for p in periods)

    lost = [r for r in rows if not found(r)]
    assert len(rows) > 400
    assert not lost, [(r["region_code"], r["year"], r["month"], r["indicator"], r["value"], r["note"]) for r in lost]


def test_poverty_against_hand_read_figures():
    """Figures of BPS releases read by hand."""
    picked = observations.pick(catalog.table("poverty"), catalog.table("sources"))
    at = picked.set_index(["region_code", "period", "indicator"])["value"]
    for code, year, value in [
        ("7500", "2025-03", 13.24), ("7500", "2021-03", 15.61), ("7504", "2025-03", 13.16), ("7501", "2025-03", 16.37),
        ("7571", "2025-03", 5.31), ("7505", "2021-03", 17.23),
    ]:  # fmt: skip
        assert at[(code, year, "P0")] == value


def test_boundaries_are_the_six_and_do_not_overlap():
    shapes = catalog.boundaries()
    assert list(shapes["region_code"]) == SIX
    flat = shapes.to_crs("EPSG:32651")
    assert flat.area.sum() / 1e6 == pytest.approx(12_000, rel=0.06)
    overlap = flat.overlay(flat, how="intersection", keep_geom_type=True)
    overlap = overlap[overlap["region_code_1"] < overlap["region_code_2"]]
    assert overlap.area.sum() < 1e5  # under 0.1 km2
    assert isinstance(shapes.crs.to_epsg(), int)
    assert shapes.crs.to_epsg() == 4326


def test_conflicts_are_visible():
    table, sources = catalog.table("coverage"), catalog.table("sources")
    found = observations.conflicts(table, sources)
    assert {"chosen", "conflicts", "disputed"} <= set(found["role"])
    pohuwato = found[(found["region_code"] == "7503") & (found["indicator"] == "uncovered_workers")]
    assert list(pohuwato["role"]) == ["disputed"]
    assert isinstance(pohuwato, pd.DataFrame)
