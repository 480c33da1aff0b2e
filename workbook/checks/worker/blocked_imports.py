"""Other array libraries: importing one gives a placeholder; using it while judged is refused.

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


class _Placeholder:
    """Any name of a blocked library."""

    def __init__(self, name: str, finder: "_Finder") -> None:
        self._name = name
        self._finder = finder

    def __getattr__(self, name: str) -> "_Placeholder":
        if name.startswith("__"):
            raise AttributeError(name)
        return _Placeholder(f"{self._name}.{name}", self._finder)

    def __call__(self, *args: object, **kwargs: object) -> "_Placeholder":
        self._finder.refuse(self._name)
        return _Placeholder(self._name, self._finder)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return ()


class _Library(types.ModuleType):
    def __init__(self, name: str, finder: "_Finder") -> None:
        super().__init__(name)
        self._finder = finder

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Placeholder(f"{self.__name__}.{name}", self._finder)


def _allow(name: str) -> None:
    """Let a use of a blocked library pass: nothing is judged now."""


class _Finder:
    """Finds and loads them; without `importlib.abc`, which imports half of the library."""

    def __init__(self) -> None:
        self.refuse: Callable[[str], None] = _allow

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in BLOCKED:
            return None
        self.refuse(fullname)
        loader: Any = self
        return importlib.machinery.ModuleSpec(fullname, loader, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Library(spec.name, self)

    def exec_module(self, module: types.ModuleType) -> None:
        return None


_finder = _Finder()


def install() -> None:
    """Put placeholders in their place for the rest of this process."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


@contextlib.contextmanager
def refused(refuse: Callable[[str], None]) -> Iterator[None]:
    """While inside, call `refuse(name)` whenever a blocked library is imported or called."""
    before, _finder.refuse = _finder.refuse, refuse
    try:
        yield
    finally:
        _finder.refuse = before
