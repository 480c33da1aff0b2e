"""What holds while one exercise is judged: requirements replaced, equivalents refused."""

import contextlib
import functools
import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

from workbook import curriculum
from workbook.checks.worker import blocked_imports

__all__ = ["Forbidden", "forbidding", "refuse", "replacing"]

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
def replacing(exercise_id: str, impl: Any, reference: Any) -> Iterator[None]:
    """Put the reference in the place of what `exercise_id` requires.

    In the globals of every module of the implementation, by identity, so that `import ... as` and
    `from .layers import *` make no difference.
    """
    replacements: dict[int, object] = {}
    for name in curriculum.replaced(exercise_id):
        theirs, ours = _object(impl, name), _object(reference, name)
        if theirs is not None and ours is not None:
            replacements[id(theirs)] = ours
    replaced: list[tuple[dict[str, object], str, object]] = []
    try:
        for module in _modules(impl):
            names = vars(module)
            for name, value in list(names.items()):
                if id(value) in replacements:
                    replaced.append((names, name, value))
                    names[name] = replacements[id(value)]
        yield
    finally:
        for names, name, value in replaced:
            names[name] = value


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
