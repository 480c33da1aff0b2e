"""Do a notebook's check cells and its cards agree?

Plants every misconception and every alternative in the solutions, runs the check cells of its
exercise on them, and holds what the cells say against what the cases say:

    python tests/notebooks/agreement.py [--only EXERCISE ...] [--json FILE]

A cell must pass whatever the card calls right, also in the exercises that build on it; `main`
exits with 1 if one does not. A cell may pass what the card does not, as it looks at fewer inputs
and only at values; `main` lists these, too.
"""

import argparse
import ast
import contextlib
import io
import json
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbook import curriculum
from workbook.cases import DEFAULT_SEED
from workbook.checks.compare import compare
from workbook.checks.misconceptions import Catalogue
from workbook.checks.outcomes import combine
from workbook.checks.raw_results import reduced
from workbook.checks.references import FromSolutions
from workbook.checks.worker.recorder import record_case
from workbook.course import cases_of
from workbook.grading.nbval.results import sanitise, verdict_lines
from workbook.numerics.check_cells import CheckCells
from workbook.numerics.verdict import VerdictError, cell_verdicts
from workbook.student.implementation import Implementation, load_implementation
from workbook.student.locations import solutions_folder

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = "workbook.exercises."
# What a check cell uses; importing the rest of a set-up cell takes time.
GIVEN = ("numpy", "time", "types", "workbook.numerics")
CELL_SECONDS = 180
RIGHT = ("pass", "almost")


@dataclass(frozen=True)
class CheckCell:
    """A check cell of a notebook.

    Attributes
    ----------
    notebook, id, exercise, source : str
    stored : str
        Its stored output.
    imports : list of ast.stmt
        The imports of the notebook's set-up cell.
    """

    notebook: str
    id: str
    exercise: str
    source: str
    stored: str
    imports: tuple[ast.ImportFrom | ast.Import, ...]

    def run(self, impl: Implementation) -> str:
        """Return what is wrong with an implementation, in one line; empty if the cell passes."""
        tree = CheckCells().visit(ast.parse(self.source))
        code = compile(tree, f"{self.notebook}:{self.id}", "exec")
        names = self._names(impl)
        printed = io.StringIO()
        np.random.seed(0)
        cell_verdicts.start(collects=True)
        try:
            with contextlib.redirect_stdout(printed), warnings.catch_warnings(), time_limit():
                warnings.simplefilter("ignore")
                exec(code, names)
        except VerdictError as error:
            return str(error)
        except Exception as error:
            return f"{type(error).__name__}: {error}".splitlines()[0]
        finally:
            cell_verdicts.start(collects=False)
        # As nbval compares them.
        same = sanitise(verdict_lines(printed.getvalue())) == sanitise(verdict_lines(self.stored))
        return "" if same else "its output is not the stored one"

    def _names(self, impl: Implementation) -> dict[str, Any]:
        """What the cell finds defined: the imports of the set-up cell, exercises from `impl`."""
        names: dict[str, Any] = {"__name__": "__main__"}
        for node in self.imports:
            module = getattr(node, "module", None) or ""
            if module.startswith(EXERCISES):
                found = vars(impl.module(module.removeprefix(EXERCISES)))
                names |= {a.asname or a.name: found[a.name] for a in node.names}
            elif (module or node.names[0].name).startswith(GIVEN):
                exec(ast.unparse(node), names)
        return names


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    """Raise a `TimeoutError` in code that takes too long, where the system has alarms."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {CELL_SECONDS} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(CELL_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check_cells() -> dict[str, list[CheckCell]]:
    """Return the check cells of every notebook, by exercise."""
    found: dict[str, list[CheckCell]] = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        setup = next(cell for cell in cells if cell["id"] == "setup")
        lines = [line for line in setup["source"] if not line.startswith("%")]
        imports = tuple(
            node
            for node in ast.parse("".join(lines)).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        )
        for cell in cells:
            exercise = cell["metadata"].get("workbook", {}).get("exercise", "")
            if cell["cell_type"] == "code" and exercise:
                stored = "".join("".join(o.get("text", "")) for o in cell["outputs"])
                source = "".join(cell["source"])
                one = CheckCell(path.stem, cell["id"], exercise, source, stored, imports)
                found.setdefault(exercise, []).append(one)
    return found


@dataclass(frozen=True)
class Comparison:
    """What the card and the cells say about one rewrite of a solution.

    Attributes
    ----------
    exercise, rewrite : str
    card : str
        The outcome of the cases.
    cells : dict of str to str
        By cell: what it says is wrong; empty if it passes. For an alternative also the cells of
        the exercises that build on its own and whose cards it passes.
    """

    exercise: str
    rewrite: str
    card: str
    cells: Mapping[str, str]

    @property
    def unfair(self) -> list[str]:
        """The cells that fail what the card calls right."""
        return [name for name, said in self.cells.items() if said and self.card == "pass"]

    @property
    def unseen(self) -> bool:
        """Return whether the cells pass what the card calls wrong."""
        return self.card not in RIGHT and not any(self.cells.values())

    @property
    def stumbles(self) -> list[str]:
        """The cells that end in an exception of their own, before their last verdict."""
        return [
            name
            for name, said in self.cells.items()
            if said and not said.startswith("NOT ok") and self.card == "fail"
        ]


def compare_exercise(
    exercise_id: str,
    cells: Mapping[str, list[CheckCell]],
    impl: Implementation,
    live: FromSolutions,
    wanted: Callable[[str], bool] = lambda name: True,
) -> Iterator[Comparison]:
    """Plant the rewrites of an exercise one after the other."""
    catalogue = Catalogue.read(exercise_id, impl)
    known = curriculum.load()
    builds_on_it = [name for name in known.ids() if exercise_id in known.plan(name).requirements]
    for name in [*catalogue.alternatives, *catalogue.misconceptions]:
        if not wanted(name):
            continue
        others = builds_on_it if name in catalogue.alternatives else []
        with catalogue.planted(name):
            outcome = card(exercise_id, impl, live)
            # An alternative of one half of a pair alone may not fit the other half.
            right = [other for other in others if card(other, impl, live) == "pass"]
            said = {
                f"{cell.notebook}:{cell.id}": cell.run(impl)
                for owner in (exercise_id, *right)
                for cell in cells.get(owner, ())
            }
        yield Comparison(exercise_id, name, outcome, said)


def card(exercise_id: str, impl: Implementation, live: FromSolutions) -> str:
    """Return the outcome of an exercise's cases."""
    outcomes = []
    for case in cases_of(exercise_id):
        record = reduced(
            record_case(case, impl, DEFAULT_SEED, live.folder), case, DEFAULT_SEED
        )
        outcomes.append(compare(record, live.records(exercise_id)[case.name], case).outcome)
    return combine(outcomes)


def comparisons(exercise_ids: list[str]) -> Iterator[Comparison]:
    """Compare all rewrites of some exercises."""
    folder = solutions_folder()
    assert folder is not None, "this copy has no solutions"
    cells = check_cells()
    live = FromSolutions(folder, DEFAULT_SEED)
    try:
        with load_implementation(folder) as impl:
            for exercise_id in exercise_ids:
                yield from compare_exercise(exercise_id, cells, impl, live)
    finally:
        live.close()


def main() -> int:
    """Compare and print what does not agree."""
    parser = argparse.ArgumentParser(description="Hold check cells against cards.")
    parser.add_argument("--only", nargs="*", metavar="EXERCISE")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all results")
    given = parser.parse_args()
    found = []
    for one in comparisons(given.only or curriculum.load().ids()):
        found.append(one)
        for name in one.unfair:
            print(f"UNFAIR   {one.rewrite}: {name} says {one.cells[name]}", flush=True)
        for name in one.stumbles:
            print(f"STUMBLES {one.rewrite}: {name} ends in {one.cells[name]}", flush=True)
        if one.unseen:
            print(f"UNSEEN   {one.rewrite}: {one.card}", flush=True)
    unfair = sum(bool(one.unfair) for one in found)
    unseen = sum(one.unseen for one in found)
    print(f"{len(found)} rewrites; a cell fails what is right: {unfair}; unseen: {unseen}")
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=1))
    return int(unfair > 0)


if __name__ == "__main__":
    sys.exit(main())
