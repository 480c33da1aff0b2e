"""A copy as `workbook release` builds it."""

import shutil

import pytest

from workbook.release import release
from workbook.release.options import ReleaseOptions
from workbook.student import locations


@pytest.fixture(scope="session")
def _built(tmp_path_factory):
    if locations.solutions_folder() is None:
        pytest.skip("this copy has no solutions/")
    folder = tmp_path_factory.mktemp("release") / "nets"
    folder.mkdir()
    release.build(folder, ReleaseOptions())
    return folder


@pytest.fixture
def copy(_built, tmp_path):
    """A student's copy that a test may change."""
    folder = tmp_path / "nets"
    shutil.copytree(_built, folder)
    return folder
