"""Runs the cases on mutants, in a process of its own that may be ended at any time.

Called by `run.py`: reads lines `exercise number` and answers each with a line of JSON.
"""

import ast
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutants import Mutant, Mutants

from workbook import curriculum
from workbook.cases import DEFAULT_SEED, Case
from workbook.checks.compare import compare
from workbook.checks.raw_results import reduced
from workbook.checks.worker.recorder import record_case
from workbook.course import cases_of
from workbook.records import Record
from workbook.student import load_implementation


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))


class Bench:
    """The solutions, and what their cases saw."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.impl = load_implementation(folder)
        self._mutants: dict[str, Mutants] = {}
        self._references: dict[str, list[tuple[Case, Record]]] = {}

    def mutants(self, exercise_id: str) -> Mutants:
        if exercise_id not in self._mutants:
            self._mutants[exercise_id] = Mutants(exercise_id, self.folder)
        return self._mutants[exercise_id]

    def _record(self, case: Case) -> Record:
        record = record_case(case, self.impl, DEFAULT_SEED, self.folder)
        return reduced(record, case, DEFAULT_SEED)

    def _runs(self, exercise_id: str) -> Iterator[tuple[Case, Record]]:
        """The cases of the exercise, of its pair and of its class: caches pass between them."""
        for name in curriculum.load().plan(exercise_id).own:
            if name not in self._references:
                self._references[name] = [(p, self._record(p)) for p in cases_of(name)]
            yield from self._references[name]

    @contextlib.contextmanager
    def _planted(self, exercise_id: str, code: ast.Module) -> Iterator[None]:
        exercise = curriculum.load()[exercise_id]
        home = self.impl.module(exercise.module)
        right = getattr(home, exercise.qualname)
        names: dict[str, Any] = dict(vars(home))
        exec(compile(code, "<mutant>", "exec"), names)
        places = [
            (vars(module), name)
            for module in self.impl.modules().values()
            for name, value in list(vars(module).items())
            if value is right
        ]
        try:
            for where, name in places:
                where[name] = names[exercise.qualname]
            yield
        finally:
            for where, name in places:
                where[name] = right

    def caught_by(self, mutant: Mutant) -> str:
        """The first case that fails, `syntax` if there is no such program, or nothing."""
        runs = list(self._runs(mutant.exercise))
        try:
            code = self.mutants(mutant.exercise).code(mutant)
            compile(code, "<mutant>", "exec")
        except (SyntaxError, TypeError, ValueError):
            return "syntax"
        with self._planted(mutant.exercise, code):
            for case, reference in runs:
                # A missed rule is caught as well: `almost` is not what the solution gets.
                if compare(self._record(case), reference, case).outcome != "pass":
                    return f"{case.exercise}: {case.name}"
        return ""


def main() -> None:
    """Answer until no more mutants come."""
    _limit_memory()
    bench = Bench(Path(sys.argv[1]))
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        exercise, number = line.split()
        mutant = bench.mutants(exercise).all[int(number)]
        answers.write(json.dumps(bench.caught_by(mutant)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
