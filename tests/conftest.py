"""Shared fixtures. Reference material beside the repository is optional: tests that need it skip, saying why."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


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
