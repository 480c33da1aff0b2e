"""Limits of this process and of whatever it starts; what the system does not know is left out."""

import contextlib
import sys
from collections.abc import Mapping

__all__ = ["limit"]


def limit(values: Mapping[str, int]) -> None:
    """Set limits by their names in `resource`, such as `AS` or `CPU`; none of them leaves a core.

    Where a system refuses one, as macOS does `AS`, the others hold.
    """
    if sys.platform == "win32":
        return
    import resource

    for name, value in {**values, "CORE": 0}.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
