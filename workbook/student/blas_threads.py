"""How many threads the linear algebra of a notebook uses: one, unless its user asked for more.

The small matrices of this course gain little from a second thread. On a machine that is busy,
threads that wait for one another make the same training ten times slower, or worse.
"""

import os
from collections.abc import MutableMapping

__all__ = ["NAMES", "use_one_thread"]

# The compiled layers, which follow OMP_NUM_THREADS alone, keep their threads.
_BLAS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
NAMES = (*_BLAS, "OMP_NUM_THREADS")
"""The variables in which a user asks for a number."""


def use_one_thread(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set one thread, before NumPy is imported, where no variable asks for a number."""
    if not any(environment.get(name) for name in NAMES):
        environment.update(dict.fromkeys(_BLAS, "1"))
