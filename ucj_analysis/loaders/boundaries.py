"""Boundaries of all regencies: an optional download (geoBoundaries), checked, simplified, with BPS codes."""

import os
from pathlib import Path


def folder():
    """Folder of optional downloads: ``UCJ_DOWNLOADS``, else the user's data folder."""
    named = os.environ.get("UCJ_DOWNLOADS")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("ucj_analysis", appauthor=False))


def path():
    """Return the file of `fetch`, or None where it has not been downloaded."""
    out = folder() / "indonesia_adm2.geojson"
    return out if out.is_file() else None


def load():
    return None
