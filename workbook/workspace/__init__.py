"""Rooms of exercises, the toggle, stubs, snapshots and reset.

Nothing is imported before it is asked for, so that `import workbook.workspace` stays cheap.
"""

import importlib
from typing import Any

_HOME = {
    "Room": "rooms",
    "load_room": "rooms",
    "exercises_folder": "choice",
    "pristine_folder": "choice",
    "solutions_folder": "choice",
    "solutions_on": "choice",
    "state_folder": "choice",
    "student_folder": "choice",
    "refresh": "live",
    "use_solutions": "live",
}

__all__ = [
    "Room",
    "exercises_folder",
    "load_room",
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
