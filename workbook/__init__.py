"""Learn how neural networks work by writing them.

Importing this package is cheap: no matplotlib, no Jupyter, no exercise.
"""

from typing import TYPE_CHECKING

from workbook.version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["__version__", "load_ipython_extension"]


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """`%load_ext workbook`: exercises as last saved, `%solutions`, errors in one line."""
    from workbook.student import ipython

    ipython.load(shell)  # First: it says how many threads NumPy uses, before NumPy is imported.

    from workbook.numerics import check_cells

    check_cells.install(shell)
