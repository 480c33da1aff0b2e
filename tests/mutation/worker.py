"""Runs the cases on mutants, in a process of its own that may be ended at any time.

Called by `run.py`: reads a question from each line, as JSON, and answers each with a line of JSON.
"""

import ast
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from inputs import more_cases
from mutants import Mutants

from workbook import curriculum
from workbook.cases import DEFAULT_SEED, Case
from workbook.checks.compare import compare
from workbook.checks.misconceptions import Alternative, Catalogue
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
    """The solutions and the alternatives, and what the cases saw of the solutions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.impl = load_implementation(folder)
        self._catalogues: dict[str, Catalogue] = {}
        self._mutants: dict[tuple[str, str], Mutants] = {}
        self._references: dict[tuple[str, int, bool], list[tuple[Case, Record]]] = {}
        self._passed: dict[tuple[str, int], list[tuple[Case, Record]]] = {}

    def catalogue(self, exercise_id: str) -> Catalogue:
        if exercise_id not in self._catalogues:
            self._catalogues[exercise_id] = Catalogue.read(exercise_id, self.impl)
        return self._catalogues[exercise_id]

    def _alternative(self, exercise_id: str, program: str) -> Alternative | None:
        return self.catalogue(exercise_id).alternatives[program] if program else None

    def mutants(self, exercise_id: str, program: str = "") -> Mutants:
        """The mutants of the solution, or of the alternative with that id."""
        key = (exercise_id, program)
        if key not in self._mutants:
            alternative = self._alternative(*key)
            self._mutants[key] = Mutants(exercise_id, self.folder, alternative, self.impl)
        return self._mutants[key]

    def _record(self, case: Case, seed: int) -> Record:
        return reduced(record_case(case, self.impl, seed, self.folder), case, seed)

    def _runs(self, exercise_id: str, seed: int, more: bool) -> Iterator[tuple[Case, Record]]:
        """The cases of the exercise, of its pair and of its class: caches pass between them."""
        for name in curriculum.load().plan(exercise_id).own:
            key = (name, seed, more)
            if key not in self._references:
                cases = [*cases_of(name), *(more_cases(name) if more else ())]
                self._references[key] = [(case, self._record(case, seed)) for case in cases]
            yield from self._references[key]

    def _judging(self, exercise_id: str, program: str, seed: int) -> list[tuple[Case, Record]]:
        """The cases that a program passes before it is edited.

        An alternative is right as its own exercise; its cache need not suit the solution's half
        of the pair.
        """
        runs = list(self._runs(exercise_id, seed, more=seed != DEFAULT_SEED))
        if not program:
            return runs
        if (program, seed) not in self._passed:
            with self._planted(exercise_id, program, self.mutants(exercise_id, program).code()):
                self._passed[program, seed] = [
                    (case, reference)
                    for case, reference in runs
                    if self._passes(case, reference, seed)
                ]
        return self._passed[program, seed]

    def _passes(self, case: Case, reference: Record, seed: int) -> bool:
        return compare(self._record(case, seed), reference, case).outcome == "pass"

    def _names(self, exercise_id: str, program: str) -> dict[str, Any]:
        """What an edited program finds: its module's names, and those of its catalogue."""
        home = vars(self.impl.module(curriculum.load()[exercise_id].module))
        if not program:
            return dict(home)
        catalogue = self.catalogue(exercise_id)
        rewrites = [*catalogue.alternatives.values(), *catalogue.misconceptions.values()]
        functions = [f for r in rewrites for f in r.functions.values()]
        beside = next((f.__globals__ for f in functions if isinstance(f, FunctionType)), {})
        return {**beside, **home}

    @contextlib.contextmanager
    def _planted(self, exercise_id: str, program: str, code: ast.Module) -> Iterator[None]:
        home = self.impl.module(curriculum.load()[exercise_id].module)
        names = self._names(exercise_id, program)
        exec(compile(code, "<mutant>", "exec"), names)
        undo: list[tuple[dict[str, Any], str, object]] = []
        for top in [getattr(node, "name", "") for node in code.body]:
            right = getattr(home, top)
            for module in self.impl.modules().values():
                for name, value in list(vars(module).items()):
                    if value is right:
                        undo.append((vars(module), name, value))
                        vars(module)[name] = names[top]
        try:
            yield
        finally:
            for where, name, value in undo:
                where[name] = value

    def caught_by(
        self, exercise_id: str, *numbers: int, program: str = "", seed: int = DEFAULT_SEED
    ) -> str:
        """The first case that fails, `syntax` if there is no such program, or nothing.

        With another seed than the public one, inputs of random sizes are tried as well.
        """
        runs = self._judging(exercise_id, program, seed)
        try:
            code = self.mutants(exercise_id, program).code(*numbers)
            compile(code, "<mutant>", "exec")
        except (SyntaxError, TypeError, ValueError, IndexError, KeyError, AttributeError):
            # No program, or two changes in one place.
            return "syntax"
        with self._planted(exercise_id, program, code):
            for case, reference in runs:
                if not self._passes(case, reference, seed):
                    return f"{case.exercise}: {case.name}"
        return ""


def main() -> None:
    """Answer until no more mutants come."""
    _limit_memory()
    bench = Bench(Path(sys.argv[1]))
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        found = bench.caught_by(
            asked["exercise"], *asked["numbers"], program=asked["program"], seed=asked["seed"]
        )
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
