"""Boundaries of all regencies: an optional download (geoBoundaries), checked, simplified, with BPS codes.

The file names 514 regencies and cities of 2020 and some lakes and forests, without codes. A name becomes a code as
anywhere in the package (`regions.resolve`), a bare name being the regency; the codes are those of today, also in the
provinces of Papua that were founded later. All 514 are found or the file is refused with the list of what is not.
"""

import hashlib
import json
import os
from pathlib import Path

from ucj_analysis.errors import DataError, RegionError, UcjError
from ucj_analysis.files import write_atomic
from ucj_analysis.regions import children, get, resolve

URL = (
    "https://github.com/wmgeolab/geoBoundaries/raw/9469f09/releaseData/gbOpen/IDN/ADM2/"
    "geoBoundaries-IDN-ADM2_simplified.geojson"
)
SHA256 = "35cbe4da8d3c1d7ed2e54e85dd250fe51252fdd84c4b89efc127343e1bbc129a"
CREDIT = (
    "Boundaries: BPS, WFP, OCHA ROAP - COD-AB Indonesia 2020, via geoBoundaries IDN-ADM2-22746128, CC BY 3.0 IGO, "
    "generalised"
)
FILE = "indonesia_adm2.geojson"
TOLERANCE = 0.004  # degrees, some 440 m: a province is drawn 11 cm wide
# Names of 2020 and earlier that regions.csv writes otherwise
RENAMED = {
    "Toba Samosir": "Toba",
    "Maluku Tenggara Barat": "Kepulauan Tanimbar",
    "Mamuju Utara": "Pasangkayu",
    "Mahakam Hulu": "Mahakam Ulu",
    "Kepulauan Siau Tagulandang Biaro": "Siau Tagulandang Biaro",
}


def folder():
    """Folder of optional downloads: ``UCJ_DOWNLOADS``, else the user's data folder."""
    named = os.environ.get("UCJ_DOWNLOADS")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("ucj_analysis", appauthor=False))


def path():
    """Return the file that `fetch` wrote, or None where it has not been called."""
    out = folder() / FILE
    return out if out.is_file() else None


def load():
    """Return the downloaded boundaries as `catalog.Package.boundaries` does, or None where there are none."""
    file = path()
    if file is None:
        return None
    import geopandas

    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        frame = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4326")
        frame = frame.rename(columns={"code": "region_code"})
        return frame[["region_code", "name", "kind", "geometry"]].sort_values("region_code", ignore_index=True)
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(
            f"{file} cannot be read as boundaries; remove it and run `ucj fetch boundaries` again"
        ) from None


def fetch(file=None):
    """Download the boundaries (or take ``file``), check, simplify and keep them; return (number of regions, path).

    Raises
    ------
    UcjError
        When the file is not the one expected, cannot be fetched, or lacks a region.
    """
    content = _given(file) if file is not None else _download()
    found = with_codes(json.loads(content)["features"])
    target = folder() / FILE
    try:
        write_atomic(target, geojson(found))
    except OSError as error:
        raise UcjError(f"cannot write {target}: {error.strerror}; set UCJ_DOWNLOADS to another folder") from None
    return len(found), target


def _given(file):
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise UcjError(f"{file} cannot be read ({error.strerror})") from None
    _check(content, file)
    return content


def _check(content, name):
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        raise UcjError(
            f"{name} is not the file expected (sha256 {digest[:12]}..., expected {SHA256[:12]}...): take it from {URL}"
        )


def _download():
    import pooch
    import requests

    try:
        file = pooch.retrieve(URL, known_hash=f"sha256:{SHA256}", path=folder(), fname="geoboundaries_adm2.geojson")
    except (requests.exceptions.RequestException, OSError) as error:
        raise UcjError(
            f"the download failed ({type(error).__name__}); fetch {URL} by other means and give it with --file"
        ) from None
    except ValueError:
        raise UcjError(f"what came from {URL} is not the file expected (its sha256 differs); try again later") from None
    content = Path(file).read_bytes()
    Path(file).unlink(missing_ok=True)
    return content


def with_codes(features):
    """Return {BPS code: geometry} of all regencies and cities, simplified together so that shared borders stay shared.

    Parameters
    ----------
    features : list of GeoJSON features
        Their name is the property ``shapeName``.

    Raises
    ------
    DataError
        Naming the regions that no feature, or more than one, was found for.
    """
    import shapely
    from shapely.geometry import shape

    wanted = {r.code for p in children("0000") for r in children(p.code)}
    found, rest = {}, []
    for feature in features:
        name = str(feature["properties"]["shapeName"]).strip()
        code = _code(name)
        if code not in wanted:
            rest.append(name)
        else:
            found.setdefault(code, []).append((name, shape(feature["geometry"])))
    lacking = sorted(wanted - set(found))
    twice = sorted(c for c, parts in found.items() if len(parts) > 1)
    if lacking or twice:
        said = [f"none for {', '.join(str(get(c)) for c in lacking)}"] if lacking else []
        said += [f"more than one for {get(c)} ({', '.join(n for n, _ in found[c])})" for c in twice]
        raise DataError(
            f"boundaries: {len(wanted) - len(lacking) - len(twice)} of {len(wanted)} regions found: {'; '.join(said)}; names that "
            f"are no regency: {', '.join(sorted(rest)) or 'none'}"
        )
    codes = sorted(found)
    outlines = shapely.coverage_simplify([found[c][0][1] for c in codes], TOLERANCE)
    # rounding moves a shared point on both sides alike
    rounded = shapely.transform(outlines, lambda x: x.round(4))
    return {c: _mended(g) for c, g in zip(codes, rounded, strict=True)}


def _mended(outline):
    """The polygons of an outline, where rounding made it cross itself."""
    from shapely import MultiPolygon, make_valid

    if outline.is_valid:
        return outline
    parts = make_valid(outline)
    return MultiPolygon(
        [p for g in getattr(parts, "geoms", [parts]) for p in getattr(g, "geoms", [g]) if p.geom_type == "Polygon"]
    )


def _code(name):
    """BPS code that a name of the file means, a bare name being the regency; None where it means no region."""
    try:
        found = resolve(RENAMED.get(name, name))
    except RegionError as error:
        options = [r for r in error.candidates if r.level == "regency"]
        options = [r for r in options if r.kind == "kabupaten"] or options
        return options[0].code if len(options) == 1 else None
    return found.code if found.level == "regency" else _city(found)


def _city(province):
    """Code of the one regency or city that bears its province's name."""
    same = [r for r in children(province.code) if r.name.removeprefix("Kota ").casefold() == province.name.casefold()]
    return same[0].code if len(same) == 1 else None


def geojson(outlines):
    """GeoJSON text of {code: geometry}."""
    from shapely.geometry import mapping

    features = [
        {"type": "Feature", "properties": {"code": c, "name": get(c).name, "kind": get(c).kind}, "geometry": mapping(g)}
        for c, g in outlines.items()
    ]
    return json.dumps({"type": "FeatureCollection", "credit": CREDIT, "features": features}, ensure_ascii=False) + "\n"
