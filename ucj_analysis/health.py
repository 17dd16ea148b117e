"""What `ucj doctor` looks at: the environment, the data package, fonts, optional parts."""

import platform
import re
import shutil
import sys
from importlib import metadata

import pandas as pd

from ucj_analysis import catalog, paths
from ucj_analysis.errors import UcjError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def report():
    """Return one row per check: check, state ("good", "missing" for optional parts, "wrong"), detail."""
    rows = [_python(), _packages(), *_data(), _fonts(), _notebooks(), _browser()]
    return pd.DataFrame(rows, columns=["check", "state", "detail"])


def _python():
    good = sys.version_info >= (3, 11)
    return "Python", "good" if good else "wrong", f"{platform.python_version()} (3.11 or newer is needed)"


def _packages():
    """Compare what is installed with what the package declares."""
    missing, old = [], []
    for line in metadata.requires("ucj_analysis") or ():
        match = re.match(r"([A-Za-z0-9._-]+)\s*>=\s*([0-9.]+)", line)
        if match is None or "extra ==" in line:
            continue
        name, least = match.groups()
        try:
            have = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if _version(have) < _version(least):
            old.append(f"{name} {have} (needs {least})")
    if missing or old:
        wrong = [f"{n} is not installed" for n in missing] + old
        return "Packages", "wrong", "; ".join(wrong) + "; run `python -m pip install -e .`"
    count = len(metadata.requires("ucj_analysis") or ())
    return "Packages", "good", f"{count} packages as declared"


def _version(text):
    return tuple(int(n) for n in re.findall(r"\d+", text)[:3])


def _data():
    try:
        folder = paths.data_dir()
        counts = catalog.open_package(folder).verify()
    except UcjError as error:
        return [("Data package", "wrong", str(error))]
    version = catalog.default().descriptor["version"]
    return [("Data package", "good", f"version {version}: {len(counts)} resources, every hash and row checked")]


def _fonts():
    from matplotlib import font_manager

    try:
        path = font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    except ValueError:
        return "Fonts", "wrong", "DejaVu Sans, which matplotlib brings, was not found; install matplotlib again"
    return "Fonts", "good", f"DejaVu Sans ({path.rsplit('/', 1)[-1]})"


def _notebooks():
    try:
        count = len(list(paths.notebooks_dir().glob("*.ipynb")))
        metadata.version("ipykernel")
        metadata.version("jupyterlab")
    except UcjError as error:
        return "Notebooks", "wrong", str(error)
    except metadata.PackageNotFoundError as error:
        return "Notebooks", "wrong", f"{error.name} is not installed; run `python -m pip install -e .`"
    return "Notebooks", "good", f"{count} notebooks"


def _browser():
    found = next((b for b in BROWSERS if shutil.which(b)), None)
    if found is None:
        return "Chromium", "missing", "optional: only needed to test briefs in a browser"
    return "Chromium", "good", found
