"""Says which of the student's files is being imported, in case the process does not survive it."""

import contextlib
import types
from collections.abc import Callable, Iterator

from workbook.student.importer import ExerciseLoader

__all__ = ["watched_imports"]


@contextlib.contextmanager
def watched_imports(on_import: Callable[[str], None]) -> Iterator[None]:
    """Call `on_import(file)` before an exercise file runs, and when control comes back to it.

    The last report names the innermost file; it is empty when none is being imported.
    """
    run = ExerciseLoader.exec_module
    stack: list[str] = []

    def exec_module(self: ExerciseLoader, module: types.ModuleType) -> None:
        stack.append(module.__name__.partition(".")[2].replace(".", "/") + ".py")
        on_import(stack[-1])
        try:
            run(self, module)
        finally:
            stack.pop()
            on_import(stack[-1] if stack else "")

    ExerciseLoader.exec_module = exec_module  # type: ignore[method-assign]
    try:
        yield
    finally:
        ExerciseLoader.exec_module = run  # type: ignore[method-assign]
