"""Run the cases of one exercise in this process. A fork server's child needs only this."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from workbook.checks.worker.isolation import forbidding, replacing
from workbook.checks.worker.recorder import record_case
from workbook.course import cases_of
from workbook.records import Record

__all__ = ["run_exercise"]


def run_exercise(
    exercise_id: str,
    impl: Any,
    *,
    seed: int,
    folder: Path,
    reference: Any = None,
    only: Iterable[str] | None = None,
    on_case: Callable[[str], None] | None = None,
) -> Iterator[Record]:
    """Run an exercise's cases one after another.

    Parameters
    ----------
    exercise_id : str
    impl : Implementation
        The code under judgement.
    seed : int
    folder : Path
        Its files, to tell the student's lines from ours.
    reference : Implementation, optional
        Stands in for what the exercise requires; None judges with the student's own. It
        needs nothing but the requirements.
    only : iterable of str, optional
        Names of the cases to run; all by default.
    on_case : callable, optional
        Told the name of each case before it runs.
    """
    names = None if only is None else set(only)

    @contextlib.contextmanager
    def wrap() -> Iterator[None]:
        replacements: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
        if reference is not None:
            replacements = replacing(exercise_id, impl, reference)
        with replacements, forbidding(exercise_id, impl):
            yield

    for case in cases_of(exercise_id):
        if names is None or case.name in names:
            if on_case is not None:
                on_case(case.name)
            yield record_case(case, impl, seed, folder, wrap=wrap)
