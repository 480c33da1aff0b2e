"""Other array libraries: importing one gives a stand-in, and using it while judged is refused.

They are never really loaded, so a stray `import torch` at the top of a file costs neither
seconds nor the exercises that do not use it.
"""

import contextlib
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

__all__ = ["BLOCKED", "install", "refused"]

BLOCKED = frozenset(
    {"torch", "torchvision", "tensorflow", "keras", "jax", "jaxlib", "cupy", "autograd"}
    | {"scipy", "sklearn", "numba", "mxnet", "theano", "aesara", "pytensor", "chainer"}
    | {"paddle", "tinygrad", "mlx", "dask", "skimage", "cv2", "numexpr", "minitorch", "micrograd"}
)

_refuse: Callable[[str], None] | None = None


class _StandIn:
    """Any name of a blocked library."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> "_StandIn":
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn(f"{self._name}.{name}")

    def __call__(self, *args: object, **kwargs: object) -> "_StandIn":
        if _refuse is not None:
            _refuse(self._name)
        return _StandIn(self._name)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return ()


class _Library(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn(f"{self.__name__}.{name}")


class _Finder:
    """Finds and loads them; without `importlib.abc`, which imports half of the library."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in BLOCKED:
            return None
        if _refuse is not None:
            _refuse(fullname)
        loader: Any = self
        return importlib.machinery.ModuleSpec(fullname, loader, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Library(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        return None


def install() -> None:
    """Put the stand-ins in place for the rest of this process."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


@contextlib.contextmanager
def refused(refuse: Callable[[str], None]) -> Iterator[None]:
    """While inside, call `refuse(name)` whenever a blocked library is imported or called."""
    global _refuse
    before, _refuse = _refuse, refuse
    try:
        yield
    finally:
        _refuse = before
