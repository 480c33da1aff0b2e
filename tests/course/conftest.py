"""Fixtures of the tests of the course's content."""

import sys
from pathlib import Path

import pytest

from workbook.student import locations
from workbook.student.implementation import load_implementation

# The tests of the topics import hint_cases.py beside this file.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def impl():
    """The solutions."""
    folder = locations.solutions_folder()
    if folder is None:
        pytest.skip("this copy has no solutions/")
    with load_implementation(folder) as opened:
        yield opened
