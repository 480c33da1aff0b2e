"""Packages that only grading needs: one line says what to install if one is missing."""

import importlib
import sys

from workbook.errors import UsageError

__all__ = ["need"]

_GROUPS = {
    "sqlalchemy": "grading",
    "alembic": "grading",
    "jinja2": "grading",
    "psycopg": "postgres",
    "distributed": "cluster",
}


def need(*modules: str) -> None:
    """Make sure that the packages are there.

    Raises
    ------
    UsageError
        Naming what to install.
    """
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            group = _GROUPS[module]
            raise UsageError(
                f"This needs the package {module}. Install it: "
                f'"{sys.executable}" -m pip install "workbook[{group}]"'
            ) from None
