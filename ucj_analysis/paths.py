"""Where the data package, the notebooks and the build folder are."""

import functools
import os
from pathlib import Path

from ucj_analysis.errors import UcjError

_TOP = Path(__file__).resolve().parents[1]


def data_dir():
    """Return the folder of the data package.

    ``UCJ_DATA`` names another one; otherwise it is ``data/`` beside the package (a clone, or an editable install).

    Raises
    ------
    UcjError
        When there is no data package.
    """
    return _data(os.environ.get("UCJ_DATA"))


@functools.cache  # asked for each name of a region; a refusal is not kept
def _data(named):
    folder = Path(named) if named else _TOP / "data"
    if not (folder / "datapackage.json").is_file():
        where = f"UCJ_DATA names {folder}" if named else f"looked in {folder}"
        raise UcjError(
            f"no data package ({where}, expected datapackage.json in it): run from a clone installed with "
            "`python -m pip install -e .`, or set UCJ_DATA to the data folder"
        )
    return folder


def notebooks_dir():
    """Return the folder of the notebooks beside the package."""
    folder = _TOP / "notebooks"
    if not folder.is_dir():
        raise UcjError(f"no notebooks at {folder}: run from a clone installed with `python -m pip install -e .`")
    return folder


def top_dir():
    """Return the top of the clone."""
    return _TOP
