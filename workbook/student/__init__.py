"""The student's files: where they are, how they are imported, and what restores them.

Nothing is imported before it is asked for, so that `import workbook.student` stays cheap.
"""

import importlib
from typing import Any

_HOME = {
    "Implementation": "implementation",
    "load_implementation": "implementation",
    "exercises_folder": "locations",
    "pristine_folder": "locations",
    "solutions_folder": "locations",
    "solutions_on": "locations",
    "state_folder": "locations",
    "student_folder": "locations",
    "refresh": "notebook_session",
    "use_solutions": "notebook_session",
}

__all__ = [
    "Implementation",
    "exercises_folder",
    "load_implementation",
    "pristine_folder",
    "refresh",
    "solutions_folder",
    "solutions_on",
    "state_folder",
    "student_folder",
    "use_solutions",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
