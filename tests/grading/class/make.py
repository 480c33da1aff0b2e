"""Makes a class: submissions of every kind, each with what must come of it."""

import ast
import importlib.util
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from workbook import curriculum
from workbook.checks import misconceptions
from workbook.grading.units import Submission
from workbook.student import locations
from workbook.student.implementation import Implementation, load_implementation

ROOT = Path(__file__).resolve().parents[3]
SOLUTIONS = ROOT / "solutions"


def neighbour_module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


hostile = neighbour_module(
    "workbook_hostile_cases", Path(__file__).parents[1] / "hostile" / "cases.py"
)


# What a mistake comes to, and what the rest of its pair or class may come to.
_WRONG = ("fail", "error", "missing")
_TOUCHED = ("pass", "almost", "blocked", "fail", "error")


@dataclass
class Student:
    """A submission and its truth.

    Attributes
    ----------
    outcomes : dict
        By exercise: the outcomes that are right. What is not listed is not judged by anyone.
    mistakes : dict
        By exercise: ids of `<exercise>.<misconception>` any of which names the planted mistake.
    alike : dict
        The same by such an id.
    """

    submission: Submission
    kind: str
    outcomes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    mistakes: dict[str, set[str]] = field(default_factory=dict)
    alike: dict[str, set[str]] = field(default_factory=dict)
    case: object = None

    def wrong(self, results: dict[str, dict[str, object]]) -> list[str]:
        """What differs from the truth, a line each."""
        lines = []
        for name, right in self.outcomes.items():
            if name in results and results[name]["outcome"] not in right:
                lines.append(f"{name}: {results[name]['outcome']}, not {' or '.join(right)}")
        for name, ids in self.mistakes.items():
            if name in results and results[name]["misconception"] not in ids:
                said = results[name]["misconception"]
                lines.append(f"{name}: named {said}, not {' or '.join(sorted(ids))}")
        return lines


def files_of(folder: Path) -> dict[str, bytes]:
    names = curriculum.load().files()
    return {name: (folder / name).read_bytes() for name in names}


def solved(name: str) -> Student:
    right = {exercise_id: ("pass",) for exercise_id in curriculum.load().ids()}
    return Student(Submission(name, files_of(SOLUTIONS)), "solution", right)


def stub(name: str) -> Student:
    right = {exercise_id: ("todo",) for exercise_id in curriculum.load().ids()}
    return Student(Submission(name, files_of(locations.pristine_folder())), "stub", right)


def half_done(name: str, rng: random.Random) -> Student:
    """Some files done, the others as they were handed out."""
    files, pristine = files_of(SOLUTIONS), files_of(locations.pristine_folder())
    left = {file for file in files if rng.random() < 0.5}
    files |= {file: pristine[file] for file in left}
    right = {
        exercise.id: ("todo",) if exercise.file in left else ("pass",)
        for exercise in curriculum.load()
    }
    return Student(Submission(name, files), "half-done", right)


def attacker(case: object, name: str) -> Student:
    files = case.files(SOLUTIONS)  # type: ignore[attr-defined]
    submission = Submission(name, files, case.problems)  # type: ignore[attr-defined]
    return Student(submission, "hostile", case=case)


# Mistakes


def _groups() -> dict[str, str]:
    """The first of those that are judged together, by exercise."""
    known = curriculum.load()
    return {name: min(known.plan(name).own) for name in known.ids()}


def _helpers(path: Path, text: str) -> str:
    """What a replacement uses of its own file."""
    source = path.read_text(encoding="utf-8")
    used = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    kept: list[str] = []
    for node in reversed(ast.parse(source).body):
        segment = ast.get_source_segment(source, node) or ""
        names = {getattr(node, "name", "")}
        if isinstance(node, ast.Assign):
            names = {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = {a.asname or a.name for a in node.names}
        if names & used and not getattr(node, "decorator_list", None):
            kept.insert(0, segment)
            used |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return "\n".join(kept)


def planted(
    source: str, misconception: misconceptions.Rewrite, impl: Implementation
) -> tuple[str, set[str]]:
    """The source of an exercise's file with a mistake in it, and the names that changed."""
    changed: set[str] = set()
    if misconception.edits:
        name, text = misconception.edited_source(impl)
        source = _exchanged(source, name, text)
        changed.add(name)
    path = misconceptions.source_file(misconception.exercise, SOLUTIONS)
    for name in misconception.functions:
        original = path.read_text(encoding="utf-8")
        for node in ast.parse(original).body:
            ids = {
                d.args[0].value
                for d in getattr(node, "decorator_list", [])
                if isinstance(d, ast.Call) and d.args and isinstance(d.args[0], ast.Constant)
            }
            if getattr(node, "name", "") == name and misconception.id in ids:
                text = ast.get_source_segment(original, node) or ""
                source = _followed(source, name, f"{_helpers(path, text)}\n\n\n{text}")
                changed.add(name)
            # `wrong("id")(maker(...))`: the function is made, not written.
            call = node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Call):
                named = call.func.args[0]
                if isinstance(named, ast.Constant) and named.value == misconception.id:
                    made = f"{name} = {ast.unparse(call.args[0])}"
                    source = _followed(source, name, f"{_helpers(path, made)}\n\n\n{made}")
                    changed.add(name)
    if not changed:
        raise ValueError(f"{misconception.id} was not planted")
    return source, changed


def _exchanged(source: str, name: str, text: str) -> str:
    for node in ast.parse(source).body:
        if getattr(node, "name", "") == name:
            old = ast.get_source_segment(source, node) or ""
            return source.replace(old, text)
    raise ValueError(f"the solution has no {name}")


def _followed(source: str, name: str, text: str) -> str:
    """As `_exchanged`, but the right one stays above: a mistake may build on it."""
    for node in ast.parse(source).body:
        if getattr(node, "name", "") == name:
            old = ast.get_source_segment(source, node) or ""
            return source.replace(old, f"{old}\n\n\n{text}\n")
    raise ValueError(f"the solution has no {name}")


def mistaken(
    name: str, chosen: list[misconceptions.Rewrite], alike: dict[str, set[str]]
) -> Student:
    """The solutions with several mistakes, no two of which are judged together."""
    known = curriculum.load()
    files = files_of(SOLUTIONS)
    right = {exercise_id: ("pass",) for exercise_id in known.ids()}
    student = Student(Submission(name, files), "mistakes", right, alike=alike)  # type: ignore[arg-type]
    with load_implementation(SOLUTIONS) as impl:
        for misconception in chosen:
            exercise = known[misconception.exercise]
            own = known.plan(misconception.exercise).own
            text = files[exercise.file].decode()
            text, changed = planted(text, misconception, impl)
            files[exercise.file] = text.encode()
            for other in known.in_file(exercise.file):
                if other.qualname in changed or other.id in own:
                    for touched in known.plan(other.id).own:
                        student.outcomes[touched] = _TOUCHED
    for misconception in chosen:
        if isinstance(misconception, misconceptions.Alternative):
            continue
        assert isinstance(misconception, misconceptions.Misconception)
        almost = misconception.outcome == "almost"
        student.outcomes[misconception.exercise] = ("almost",) if almost else _WRONG
        student.mistakes[misconception.exercise] = alike[misconception.id]
    return student


def every_misconception(
    *, correct: bool = False, exercises: Iterable[str] | None = None
) -> tuple[list[list[misconceptions.Rewrite]], dict[str, set[str]]]:
    """Every misconception once, in as few submissions as the groups allow; and what is alike.

    With `correct`, everything right in other words; with `exercises`, theirs alone.
    """
    rows: list[tuple[list[misconceptions.Rewrite], set[str]]] = []
    by_message: dict[str, set[str]] = {}
    groups = _groups()
    with load_implementation(SOLUTIONS) as impl:
        for exercise_id in exercises or curriculum.load().ids():
            catalogue = misconceptions.Catalogue.read(exercise_id, impl)
            rewrites = catalogue.alternatives if correct else catalogue.misconceptions
            for misconception in rewrites.values():
                leans_on = _leans_on(misconception)
                if not correct:
                    # A mistake is named only where nothing that it requires is wrong.
                    leans_on |= set(curriculum.load().plan(exercise_id).requirements)
                meets = {groups[exercise_id], *(groups[name] for name in leans_on)}
                if not (free := [row for row in rows if not meets & row[1]]):
                    rows.append(row := ([], set()))
                    free = [row]
                chosen, taken = free[0]
                chosen.append(misconception)
                # What it leans on has to be right in this submission.
                taken |= meets
                message = misconception.id if correct else misconception.message
                by_message.setdefault(message, set()).add(misconception.id)
    alike = {name: names for names in by_message.values() for name in names}
    # One draw for all entries keeps all of them for some seeds, and then nothing tells it apart.
    alike.setdefault("dropout_forward.exactly_one_value", set()).add(
        "dropout_forward.nothing_dropped"
    )
    return [chosen for chosen, _ in rows], alike


def _leans_on(misconception: misconceptions.Rewrite) -> set[str]:
    """Exercises that a mistake calls although its own does not require them.

    No reference stands in for them, so that a mistake of theirs would change what this one does.
    """
    words = [
        set(re.findall(r"\w+", " ".join(texts))) for texts in zip(*misconception.edits, strict=True)
    ]
    new = words[1] - words[0] if words else set()
    known = curriculum.load()
    plan = known.plan(misconception.exercise)
    behind = {*plan.own, *plan.replaced}
    impl = known[misconception.exercise].file.startswith("scratch/")
    return {
        other.id
        for other in known
        if other.qualname in new
        and other.id not in behind
        and other.file.startswith("scratch/") == impl
    }


def make(number: int, seed: int = 1) -> Iterator[Student]:
    """A class of that many students, the same each time; small ones have some of each kind."""
    rng = random.Random(seed)
    mistakes, alike = every_misconception()
    attackers = list(hostile.CASES)
    few = max(1, number // 20)
    kinds = ["solution"] * few + ["stub"] * few
    kinds += ["hostile"] * min(len(attackers), max(1, number // 3))
    kinds += ["mistakes"] * min(len(mistakes), max(1, number * 13 // 20))
    kinds = kinds[:number] + ["half-done"] * max(0, number - len(kinds))
    rng.shuffle(kinds)
    for index, kind in enumerate(kinds):
        name = f"s{index:04d}"
        if kind == "solution":
            yield solved(name)
        elif kind == "stub":
            yield stub(name)
        elif kind == "hostile":
            yield attacker(attackers.pop(0), name)
        elif kind == "mistakes":
            yield mistaken(name, mistakes.pop(0), alike)
        else:
            yield half_done(name, rng)
