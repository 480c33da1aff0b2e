"""Cases, comparison, diagnosis and the answer key.

What runs student code (`checks.worker`) imports NumPy, the curriculum and the implementation
loader, and holds no expected value. Everything else runs in the parent process. Nothing is
imported here, so that a worker starts quickly and a sandbox can leave the rest out;
`from workbook.checks import check, failing`, as notebooks do, imports them then.
"""

from typing import Any

__all__ = ["check", "failing"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from workbook.checks import notebook_api

    return getattr(notebook_api, name)
