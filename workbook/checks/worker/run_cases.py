"""Run the cases of one exercise in this process. A fork server's child needs only this."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.checks.worker.isolation import forbidding, replacing, watching
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
    replaced: Sequence[str] = (),
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
        Stands in for the exercises in `replaced`; it needs nothing but those.
    replaced : sequence of str
    only : iterable of str, optional
        Names of the cases to run; all by default.
    on_case : callable, optional
        Told the name of each case before it runs.
    """
    names = None if only is None else set(only)
    required = curriculum.load().plan(exercise_id).requirements

    @contextlib.contextmanager
    def wrap(used: set[str]) -> Iterator[None]:
        with (
            replacing(replaced, impl, reference),
            watching(required, impl, used),
            forbidding(exercise_id, impl),
        ):
            yield

    for case in cases_of(exercise_id):
        if names is None or case.name in names:
            if on_case is not None:
                on_case(case.name)
            yield record_case(case, impl, seed, folder, wrap=wrap)
