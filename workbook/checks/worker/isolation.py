"""What holds while one exercise is judged: requirements replaced, equivalents refused."""

import contextlib
import functools
import importlib
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from workbook import curriculum
from workbook.checks.worker import blocked_imports

__all__ = ["Forbidden", "forbidding", "refuse", "replacing", "watching"]

# Refused to every exercise.
_GRADIENT_CHECKS = "workbook.numerics.gradient_check"
# Refused to exercises with `refuses = ["fast_layers"]`: the layers, and what they rest on, in
# NumPy and compiled.
_LAYERS = "workbook.numerics.fast_layers"
_KERNELS = "workbook.numerics.kernels_numpy"
_COMPILED = "workbook.numerics._kernels"


class Forbidden(RuntimeError):
    """The code under judgement called something that does its work for it."""


def refuse(name: str) -> None:
    """Stand in for a given equivalent."""
    raise Forbidden(name)


def _modules(impl: Any) -> list[types.ModuleType]:
    return list(impl.modules().values())


def _object(impl: Any, exercise_id: str) -> Any:
    exercise = curriculum.load()[exercise_id]
    try:
        return getattr(impl.module(exercise.module), exercise.qualname, None)
    except Exception:  # Its file could not be imported; there is nothing to replace.
        return None


@contextlib.contextmanager
def replacing(names: Sequence[str], impl: Any, reference: Any) -> Iterator[None]:
    """Put the reference in the place of some exercises.

    In the globals of every module of the implementation, by identity, so that `import ... as` and
    `from .layers import *` make no difference.
    """
    replacements: dict[int, object] = {}
    for name in names:
        theirs, ours = _object(impl, name), _object(reference, name)
        if theirs is not None and ours is not None:
            replacements[id(theirs)] = ours
    replaced: list[tuple[dict[str, object], str, object]] = []
    try:
        for module in _modules(impl):
            scope = vars(module)
            for name, value in list(scope.items()):
                if id(value) in replacements:
                    replaced.append((scope, name, value))
                    scope[name] = replacements[id(value)]
        yield
    finally:
        for scope, name, value in replaced:
            scope[name] = value


@contextlib.contextmanager
def watching(names: Iterable[str], impl: Any, used: set[str]) -> Iterator[None]:
    """Add to `used` which of some exercises run, however they were imported.

    As in `forbidding`, the code is exchanged and not the name.
    """
    exchanged: list[tuple[types.FunctionType, types.CodeType]] = []
    try:
        for name in names:
            found = _object(impl, name)
            if found is None:
                used.add(name)  # What would call it cannot.
            for function in vars(found).values() if isinstance(found, type) else [found]:
                if not isinstance(function, types.FunctionType):
                    continue
                if function.__closure__ or function.__dict__:
                    used.add(name)  # Decorated: it may run in a way that is not seen here.
                    continue
                exchanged.append((function, function.__code__))
                _exchange(function, name, used)
        yield
    finally:
        for function, code in reversed(exchanged):
            function.__code__ = code
            vars(function).pop("__wrapped__", None)


def _exchange(function: types.FunctionType, name: str, used: set[str]) -> None:
    original = types.FunctionType(
        *(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    )
    original.__kwdefaults__ = function.__kwdefaults__

    def noted(*args: Any, **kwargs: Any) -> Any:
        used.add(name)
        return original(*args, **kwargs)

    # A constant of the code holds what a closure would: the number of closed-over variables of a
    # function cannot change.
    constants = _call_constant.__code__.co_consts
    function.__code__ = _call_constant.__code__.replace(
        co_consts=tuple(noted if one == "noted" else one for one in constants)
    )
    function.__wrapped__ = original  # type: ignore[attr-defined]  # For its signature.


def _call_constant(*args: Any, **kwargs: Any) -> Any:
    noted: Any = "noted"
    return noted(*args, **kwargs)


@functools.cache
def _refusal(name: str) -> types.CodeType:
    scope: dict[str, Any] = {}
    source = (
        "def refusal(*args, **kwargs):\n"
        "    from workbook.checks.worker.isolation import refuse\n"
        f"    refuse({name!r})\n"
    )
    exec(compile(source, "<workbook>", "exec"), scope)
    code = scope["refusal"].__code__
    assert isinstance(code, types.CodeType)
    return code


def _refuses_fast_layers(exercise_id: str) -> bool:
    return curriculum.FAST_LAYERS in curriculum.load()[exercise_id].refuses


def _equivalents(exercise_id: str, impl: Any) -> Iterator[tuple[str, object]]:
    layers = (_LAYERS, _KERNELS) if _refuses_fast_layers(exercise_id) else ()
    for module in (_GRADIENT_CHECKS, *layers):
        with contextlib.suppress(ImportError):
            given = importlib.import_module(module)
            yield from ((name, getattr(given, name, None)) for name in given.__all__)
    for name in curriculum.load()[exercise_id].refuses:
        if name != curriculum.FAST_LAYERS:
            yield name, _object(impl, name)


@contextlib.contextmanager
def _without_compiled(exercise_id: str) -> Iterator[None]:
    """Compiled functions have no code to exchange: their module's names are replaced."""
    module = sys.modules.get(_COMPILED)
    if module is None or not _refuses_fast_layers(exercise_id):
        yield
        return
    names = importlib.import_module(_KERNELS).__all__
    originals = {name: getattr(module, name) for name in names if hasattr(module, name)}
    try:
        for name in originals:
            setattr(module, name, types.FunctionType(_refusal(name), {}))
        yield
    finally:
        for name, function in originals.items():
            setattr(module, name, function)


@contextlib.contextmanager
def forbidding(exercise_id: str, impl: Any) -> Iterator[None]:
    """Refuse every call of a given equivalent, however it was imported.

    The function's code is exchanged, not its name: aliases, star imports and tables of
    functions all lead to the refusal.
    """
    replaced: list[tuple[types.FunctionType, types.CodeType]] = []
    try:
        for name, function in _equivalents(exercise_id, impl):
            if isinstance(function, types.FunctionType) and not function.__closure__:
                replaced.append((function, function.__code__))
                function.__code__ = _refusal(name)
        with blocked_imports.refused(refuse), _without_compiled(exercise_id):
            yield
    finally:
        for function, code in replaced:
            function.__code__ = code
