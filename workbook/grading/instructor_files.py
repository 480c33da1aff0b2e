"""The instructor's own files that grading needs: solutions and notebooks."""

from pathlib import Path

import workbook
from workbook.errors import UsageError
from workbook.student import locations

__all__ = ["notebook", "solutions"]


def solutions() -> Path:
    """Return the folder of solutions.

    Raises
    ------
    UsageError
        In a copy without one.
    """
    found = locations.solutions_folder()
    if found is None:
        raise UsageError("Grading needs the folder `solutions`, which this copy does not have.")
    return found.resolve()


def notebook(name: str) -> Path:
    """Return the path of the instructor's notebook of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    path = Path(workbook.__file__).resolve().parents[1] / "notebooks" / f"{name}.ipynb"
    if not path.is_file():
        raise UsageError(f"There is no notebook {path.name} in {path.parent}.")
    return path
