"""Boundaries of all regencies: names become codes or the file is refused, borders stay shared, the hash is pinned."""

import hashlib
import json
import re

import pytest
import shapely
from shapely.geometry import shape

from ucj_analysis import catalog
from ucj_analysis.errors import DataError, UcjError
from ucj_analysis.loaders import boundaries


@pytest.fixture(scope="module")
def reference_features(reference):
    return json.loads((reference / "boundaries" / "indonesia_adm2.geojson").read_text(encoding="utf-8"))["features"]


@pytest.fixture(scope="module")
def upstream(reference_features):
    """The reference outlines under the names that the download has: bare for a regency, "Kota ..." for a city."""
    lake = {"properties": {"shapeName": "Danau Toba"}, "geometry": reference_features[0]["geometry"]}
    return [
        {"properties": {"shapeName": f["properties"]["name"]}, "geometry": f["geometry"]} for f in reference_features
    ] + [lake]


@pytest.fixture(scope="module")
def resolved(upstream):
    return boundaries.with_codes(upstream)


def test_all_514_names_become_the_codes_of_today(resolved, reference_features):
    regions = catalog.table("regions").query("level == 'regency'")
    now = dict(zip(regions["code_pre2023"], regions["region_code"], strict=True))
    assert set(resolved) == set(regions["region_code"])
    assert len(resolved) == 514
    for f in reference_features:  # the reference file carries the codes of 2020: an independent way to each outline
        mine, theirs = resolved[now[f["properties"]["code"]]], shape(f["geometry"])
        assert mine.intersection(theirs).area > 0.8 * theirs.area, f["properties"]["name"]


def test_borders_stay_shared(resolved):
    outlines = list(resolved.values())
    assert all(g.is_valid and not g.is_empty for g in outlines)
    land = shapely.union_all(outlines)
    overlap = sum(g.area for g in outlines) - land.area
    assert overlap < 1e-5 * land.area
    # simplified one by one, neighbours no longer meet: slivers open, and the union has more holes
    apart = shapely.union_all(shapely.simplify(outlines, boundaries.TOLERANCE))
    assert _holes(land) < _holes(apart)


def _holes(g):
    return sum(len(p.interiors) for p in getattr(g, "geoms", [g]))


def test_a_missing_region_and_a_double_one_are_named(upstream):
    bad = [f for f in upstream if f["properties"]["shapeName"] != "Bone Bolango"]
    with pytest.raises(
        DataError, match=r"513 of 514 regions found: none for Kabupaten Bone Bolango \(7504\).*Danau Toba"
    ):
        boundaries.with_codes(bad)
    with pytest.raises(DataError, match=r"more than one for Kabupaten Boalemo \(7501\) \(Boalemo, Boalemo\)"):
        boundaries.with_codes([*upstream, next(f for f in upstream if f["properties"]["shapeName"] == "Boalemo")])


def test_only_the_pinned_file_is_taken(tmp_path, monkeypatch, upstream):
    monkeypatch.setenv("UCJ_DOWNLOADS", str(tmp_path / "downloads"))
    file = tmp_path / "other.geojson"
    file.write_text(json.dumps({"features": upstream}))
    with pytest.raises(UcjError, match=r"other\.geojson is not the file expected \(sha256 .*take it from https"):
        boundaries.fetch(file)
    assert boundaries.path() is None
    assert boundaries.load() is None
    assert re.fullmatch(r"[0-9a-f]{64}", boundaries.SHA256)
    monkeypatch.setattr(boundaries, "SHA256", hashlib.sha256(file.read_bytes()).hexdigest())
    count, target = boundaries.fetch(file)
    assert (count, target) == (514, boundaries.path())
    frame = boundaries.load()
    assert len(frame) == 514
    assert frame.loc[frame["region_code"] == "7504", "name"].item() == "Bone Bolango"
    target.write_text("{}")
    with pytest.raises(DataError, match="run `ucj fetch boundaries` again"):
        boundaries.load()


def test_a_failed_download_says_how_to_go_on(tmp_path, monkeypatch):
    import pooch
    import requests

    def down(*args, **kwargs):
        raise requests.exceptions.ConnectionError("no route")

    monkeypatch.setenv("UCJ_DOWNLOADS", str(tmp_path))
    monkeypatch.setattr(pooch, "retrieve", down)
    with pytest.raises(UcjError, match=r"the download failed \(ConnectionError\); fetch .* and give it with --file"):
        boundaries.fetch()
