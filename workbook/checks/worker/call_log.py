"""A recording proxy between a case and an implementation, and the log of the calls.

A case asks for `impl.affine_forward` and gets a function that calls the student's one, copies
the arrays before the call and compares them with what they are after it.
"""

import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.records import Call, Changed

__all__ = ["CallLog", "MissingResult", "RecordingProxy", "shares_memory"]


_VARIABLE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


class MissingResult(Exception):
    """The implementation has no function or class of that name."""


class CallLog:
    """The calls of one case and the arrays that they were given."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.changed: list[Changed] = []
        self.aliases: list[tuple[str, str]] = []
        self.inputs: dict[str, NDArray[Any]] = {}
        self.options: dict[str, object] = {}
        # The array itself is kept, so that its id stays its own.
        self._arrays: dict[int, tuple[NDArray[Any], int, str]] = {}
        self._mappings: dict[int, tuple[Mapping[Any, object], int, str]] = {}

    def call(
        self,
        name: str,
        function: Callable[..., object],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> object:
        """Call, and note what it was given, what it changed and what it returned."""
        number = len(self.calls)
        named = _named_arguments(function, args, kwargs)
        for argument, value in named.items():
            self._note_argument(number, argument, value)
        before = {key: array.copy() for key, (array, _, _) in self._arrays.items()}
        settings = {key: dict(mapping) for key, (mapping, _, _) in self._mappings.items()}
        self.calls.append(Call(name, tuple(named), "raised"))
        try:
            result = function(*args, **kwargs)
        finally:
            self._note_changes(number, before)
            self._note_changed_settings(number, settings)
        self.calls[number] = Call(name, tuple(named), _kind(result))
        self._note_aliases(name, result)
        return result

    def _note_argument(self, number: int, argument: str, value: object) -> None:
        if isinstance(value, np.ndarray):
            if id(value) not in self._arrays:
                self._arrays[id(value)] = (value, number, argument)
                label = argument
                if label in self.inputs:
                    label = f"{argument} (call {number + 1})"
                self.inputs[label] = np.array(value, copy=True, subok=False)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if isinstance(inner, np.ndarray):
                    self._note_argument(number, f"{argument}[{key}]", inner)
            self.options.setdefault(argument, dict(value))
            self._mappings.setdefault(id(value), (value, number, argument))
        elif not isinstance(value, tuple):  # A tuple is a cache: private to its pair.
            self.options.setdefault(argument, value)

    def _note_changes(self, number: int, before: dict[int, NDArray[Any]]) -> None:
        for key, (array, owner, argument) in self._arrays.items():
            if array.shape != before[key].shape or array.tobytes() != before[key].tobytes():
                self.changed.append(Changed(number, owner, argument))

    def _note_changed_settings(self, number: int, before: dict[int, dict[Any, object]]) -> None:
        """Note plain entries of dictionaries that were added, changed or removed."""
        for key, (mapping, owner, argument) in self._mappings.items():
            after, old = dict(mapping), before[key]
            for name in dict.fromkeys([*old, *after]):
                if not _same_setting(old.get(name), after.get(name)):
                    self.changed.append(Changed(number, owner, f"{argument}[{str(name)[:80]}]"))

    def _note_aliases(self, name: str, result: object) -> None:
        results = result if isinstance(result, tuple) else (result,)
        for place, one in enumerate(results):
            if not isinstance(one, np.ndarray):
                continue
            for array, _, argument in self._arrays.values():
                if np.may_share_memory(one, array) and shares_memory(one, array):
                    self.aliases.append((f"{name}[{place}]", argument))


def shares_memory(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays share memory."""
    try:
        return bool(np.shares_memory(one, other, max_work=10_000))  # type: ignore[arg-type]
    except Exception:  # TooHard: an exact answer would take too long.
        return True


def _same_setting(one: object, other: object) -> bool:
    """Return whether an entry is unchanged; arrays that are put there are left to the cases."""
    if one is other or isinstance(other, np.ndarray):
        return True
    try:
        return bool(one == other)
    except Exception:  # Whatever a student puts there may refuse to be compared.
        return False


def _kind(result: object) -> str:
    if isinstance(result, tuple):
        return f"tuple of {len(result)}"
    return type(result).__name__[:80]


def _named_arguments(
    function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> dict[str, object]:
    """The arguments by name; by place if the signature does not fit."""
    plain = _plain_arguments(function, args, kwargs)
    if plain is not None:
        return plain
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return {f"argument {i}": value for i, value in enumerate(args, 1)} | kwargs
    named: dict[str, object] = {}
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            named |= value
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            named |= {f"{name}[{i}]": one for i, one in enumerate(value)}
        else:
            named[name] = value
    return named


def _plain_arguments(
    function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> dict[str, object] | None:
    """The same, read off the code of a plain function or method; None if there is more to it."""
    plain: object = function
    bound = 0
    if isinstance(function, types.MethodType):
        plain, args, bound = function.__func__, (function.__self__, *args), 1
    elif type(function) is type and "__signature__" not in vars(function):
        # Only what `type` itself makes of a call: a new object, and `__init__`.
        if getattr(function, "__new__", None) is not object.__new__:
            return None
        plain, args, bound = getattr(function, "__init__", None), (None, *args), 1
    if not isinstance(plain, types.FunctionType) or plain.__dict__:
        return None  # Decorated, perhaps.
    code = plain.__code__
    if code.co_flags & _VARIABLE or code.co_kwonlyargcount or code.co_posonlyargcount:
        return None
    names = code.co_varnames[: code.co_argcount]
    needed = len(names) - len(plain.__defaults__ or ())
    given = names[: len(args)]
    if len(args) > len(names) or any(name in given or name not in names for name in kwargs):
        return None
    if any(name not in kwargs for name in names[len(args) : needed]):
        return None
    found = dict(zip(given[bound:], args[bound:], strict=True))
    return found | {name: kwargs[name] for name in names if name in kwargs}


class RecordingProxy:
    """An implementation as a case sees it."""

    def __init__(self, impl: object, log: CallLog, prefix: str = "") -> None:
        self._impl = impl
        self._log = log
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        try:
            found = getattr(self._impl, name)
        except AttributeError:
            raise MissingResult(self._prefix + name) from None
        full = self._prefix + name
        if inspect.ismodule(found) or not callable(found):
            return RecordingProxy(found, self._log, full + ".")
        if isinstance(found, type):
            return _RecordedClass(found, self._log, full)
        return _recorded_function(found, self._log, full)


def _recorded_function(function: Any, log: CallLog, name: str) -> Callable[..., object]:
    def called(*args: object, **kwargs: object) -> object:
        return log.call(name, function, args, kwargs)

    return called


class _RecordedClass:
    """A class of the student's; calling it returns a `RecordedInstance`."""

    def __init__(self, kind: type, log: CallLog, name: str) -> None:
        self._kind = kind
        self._log = log
        self._name = name

    def __call__(self, *args: object, **kwargs: object) -> "RecordedInstance":
        instance = self._log.call(self._name, self._kind, args, kwargs)
        return RecordedInstance(instance, self._log, self._name)


class RecordedInstance:
    """An object of the student's; calls of its methods are logged, attributes pass through."""

    def __init__(self, instance: object, log: CallLog, name: str) -> None:
        object.__setattr__(self, "_instance", instance)
        object.__setattr__(self, "_log", log)
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._instance, name)
        if inspect.ismethod(found) or inspect.isfunction(found):
            return _recorded_function(found, self._log, f"{self._name}.{name}")
        return found

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._instance, name, value)
