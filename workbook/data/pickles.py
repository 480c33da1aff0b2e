"""Read a pickle that may hold arrays of numbers and built-in containers, nothing else.

A pickle is a small program: it can name any function of any module and call it. This
reader answers the few names that NumPy writes into its pickles with stand-ins of its own
and refuses all others, so that no code of NumPy's (whose own restoring functions trust
what they are given) or anyone else's runs on bytes from a download. The names of every
NumPy version are known to it, back to those in the files of 2009.
"""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from workbook.data.base import DataSetError

__all__ = ["read_pickle"]

PLAIN_KINDS = "biufcSU"
"""Kinds of array elements that hold no reference to an object."""


class _NotPlainError(Exception):
    """The pickle asks for something that is not data."""


class _Sealed:
    """Its state cannot be set from inside a pickle."""

    __slots__ = ()

    def __setstate__(self, state: object) -> NoReturn:
        raise _NotPlainError("a changed function")


class _Function(_Sealed):
    """A function that a pickle may call."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., object]) -> None:
        self._call = call

    def __call__(self, *args: object) -> object:
        return self._call(*args)


class _Type(_Sealed):
    """Stands for `numpy.ndarray` where a pickle only names it."""

    __slots__ = ()


_ARRAY_TYPE = _Type()


class _Element:
    """Stands for a `numpy.dtype` while it is read."""

    __slots__ = ("code",)

    def __init__(self, code: object) -> None:
        plain = code.decode("ascii") if isinstance(code, bytes) else code
        if not isinstance(plain, str) or np.dtype(plain).kind not in PLAIN_KINDS:
            raise _NotPlainError(f"arrays of {plain!r}")
        self.code = plain

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        # (version, byte order, subarray, names, fields, size, alignment, flags)
        order = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        if order not in "<>|=" or any(part is not None for part in state[2:5]):
            raise _NotPlainError("arrays of records")
        if order in "<>":
            self.code = order + self.code.lstrip("<>|=")

    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.code)


class _Array:
    """Stands for a `numpy.ndarray` while it is read."""

    __slots__ = ("value",)

    def __init__(self, value: NDArray[Any] | None = None) -> None:
        self.value = value

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        # (version, shape, dtype, Fortran order?, bytes)
        _, shape, element, fortran, content = state
        if not isinstance(element, _Element) or not isinstance(content, bytes):
            raise _NotPlainError("an array of objects")
        self.value = _array(content, element, shape, "F" if fortran else "C")


def _array(content: Any, element: _Element, shape: Any, order: str) -> NDArray[Any]:
    flat = np.frombuffer(content, dtype=element.dtype())
    # Copied: a view of the file's bytes could not be written to.
    return flat.reshape(shape, order="F" if order == "F" else "C").copy()


def _reconstruct(kind: object, shape: object, code: object) -> _Array:
    if kind is not _ARRAY_TYPE:
        raise _NotPlainError("a subclass of numpy.ndarray")
    return _Array()


def _from_buffer(content: Any, element: object, shape: object, order: object) -> _Array:
    if not isinstance(element, _Element) or not isinstance(order, str):
        raise _NotPlainError("an array of objects")
    return _Array(_array(content, element, shape, order))


def _latin1(content: object, encoding: object) -> bytes:
    # How Python 3 writes bytes into a pickle that Python 2 can read.
    if not isinstance(content, str) or encoding not in ("latin1", "latin-1"):
        raise _NotPlainError(f"_codecs.encode to {encoding!r}")
    return content.encode("latin-1")


_ALLOWED: dict[tuple[str, str], object] = {
    ("numpy", "ndarray"): _ARRAY_TYPE,
    ("numpy", "dtype"): _Function(lambda code, *_: _Element(code)),
    ("_codecs", "encode"): _Function(_latin1),
    # Empty bytes, from the same writer.
    ("__builtin__", "bytes"): _Function(lambda: b""),
    ("builtins", "bytes"): _Function(lambda: b""),
}
for _core in ("numpy.core", "numpy._core"):
    _ALLOWED[f"{_core}.multiarray", "_reconstruct"] = _Function(_reconstruct)
    _ALLOWED[f"{_core}.numeric", "_frombuffer"] = _Function(_from_buffer)
for _module in ("__builtin__", "builtins"):
    _ALLOWED[_module, "set"] = _Function(lambda items=(): set(items))
    _ALLOWED[_module, "frozenset"] = _Function(lambda items=(): frozenset(items))


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise _NotPlainError(f"{module}.{name}") from None


class _Settler:
    """Puts arrays in place of the stand-ins.

    Each object is settled once, however often it is referred to: a few bytes of pickle can
    refer to one list a billion times over.
    """

    def __init__(self) -> None:
        self.done: dict[int, Any] = {}

    def settle(self, value: Any) -> Any:
        if isinstance(value, _Sealed | _Element):
            raise _NotPlainError("a function or a type")
        if not isinstance(value, _Array | dict | list | tuple | set | frozenset):
            return value
        if id(value) not in self.done:
            self.done[id(value)] = self._settled(value)
        return self.done[id(value)]

    def _settled(self, value: Any) -> Any:
        if isinstance(value, _Array):
            if value.value is None:
                raise _NotPlainError("an array without content")
            return value.value
        if isinstance(value, dict):
            return {self.settle(key): self.settle(item) for key, item in value.items()}
        return type(value)(self.settle(item) for item in value)


def read_pickle(file: Path) -> Any:
    """The content of a pickle that holds data only.

    Texts that Python 2 wrote come back as bytes, as with ``encoding="bytes"``.

    Raises
    ------
    DataSetError
        If the pickle names anything but arrays and built-in containers (nothing of it has
        been run), or is damaged.
    """
    # pickle.load would use NumPy's own restoring; see above why it must not.
    try:
        with file.open("rb") as stream:
            content = _PlainUnpickler(stream, encoding="bytes").load()
        return _Settler().settle(content)
    except _NotPlainError as refused:
        raise DataSetError(
            f"{file.name} was refused: it asks for {refused}, which is no image data.\n"
            f"Delete {file} and fetch the data set again."
        ) from None
    except OSError as error:
        raise DataSetError(f"{file} cannot be read: {error.strerror or error}.") from None
    except Exception as error:  # a damaged pickle fails in every way there is
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataSetError(
            f"{file.name} is damaged or no batch of images ({what}).\n"
            f"Delete {file} and fetch the data set again."
        ) from None
