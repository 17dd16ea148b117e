"""Shared fixtures. Reference material beside the repository is optional: tests that need it skip, saying why."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Cache and optional downloads of the user stay out of the tests."""
    os.environ["UCJ_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["UCJ_DOWNLOADS"] = str(tmp_path_factory.mktemp("downloads"))


@pytest.fixture(scope="session")
def root():
    """Top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def reference():
    """Folder of reference material (samples and published results that may not be committed)."""
    folder = Path(os.environ.get("UCJ_REFERENCE", ROOT.parent / "shared" / "reference"))
    if not folder.is_dir():
        pytest.skip(f"no reference material at {folder}: set UCJ_REFERENCE to its folder to run this test")
    return folder


@pytest.fixture(scope="session")
def inputs():
    """The tables a brief draws on."""
    from ucj_analysis.briefs import facts

    return facts.load()


@pytest.fixture
def package(tmp_path):
    """A copy of the data package that a test may damage."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture(scope="session")
def built(tmp_path_factory, inputs):
    """The fourteen briefs, built once per worker."""
    from ucj_analysis.briefs import export

    out = tmp_path_factory.mktemp("build")
    jobs = export.plan(with_notebooks=False)
    made, failed = export.build(jobs, out)
    assert not failed, failed
    assert len(made) == 14
    return out
