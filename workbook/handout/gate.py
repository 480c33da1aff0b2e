"""Is a copy fit to be handed out? Each question is a function that names what fails."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbook import curriculum
from workbook.checks import key as keys
from workbook.checks import probe as probes
from workbook.checks.compare import compare
from workbook.checks.diagnose import diagnose
from workbook.checks.judge import Judge
from workbook.checks.messages import Case
from workbook.checks.references import FromSolutions
from workbook.errors import WorkbookError
from workbook.handout import commands, leaks
from workbook.workspace import choice

if TYPE_CHECKING:
    from workbook.handout.release import Wanted

__all__ = [
    "diagnoses",
    "examine",
    "key_is_fresh",
    "no_leak",
    "solutions_earn_all",
    "stubs_earn_none",
]

# Of many failures of one kind the first ones are named.
MOST = 8


def _solutions() -> Path:
    folder = choice.solutions_folder()
    assert folder is not None  # `build` has refused by now
    return folder


def _named(failed: list[str]) -> list[str]:
    more = len(failed) - MOST
    return failed if more <= 0 else [*failed[:MOST], f"... and {more} more of this kind"]


def solutions_earn_all() -> list[str]:
    """Every solution earns all points."""
    failed = []
    with Judge(_solutions()) as judge:
        for report in judge.judge():
            result = report.result
            if result.points < result.max_points or result.stack_outcome != "pass":
                failed.append(f"the solution of {result.exercise} does not pass: {result.outcome}")
    return _named(failed)


def stubs_earn_none(copy: Path, given: tuple[str, ...]) -> list[str]:
    """Every stub earns nothing, and what was given earns everything."""
    failed = []
    with Judge(copy / "workbook" / "exercises", solutions=_solutions()) as judge:
        for report in judge.judge():
            result = report.result
            if result.exercise in given:
                if result.outcome != "pass":
                    failed.append(f"{result.exercise} is given, but it does not pass")
            elif result.outcome == "pass" or result.points:
                failed.append(f"the stub of {result.exercise} earns {result.points:g} points")
    return _named(failed)


def no_leak(copy: Path, given: tuple[str, ...]) -> list[str]:
    """No line that only a solution has stands in the copy."""
    secret = leaks.distinctive(given, _solutions().parent / "workbook")
    return _named(
        [
            f"{file} holds a line of the solution of {exercise}: {line}"
            for file, exercise, line in leaks.find(copy, secret)
        ]
    )


def _key(copy: Path) -> "keys.Key | None":
    try:
        return keys.shipped(copy / "workbook" / "checks")
    except WorkbookError:
        return None


def key_is_fresh(copy: Path) -> list[str]:
    """The copy's answer key is that of these solutions."""
    key = _key(copy)
    if key is None:
        return ["there is no answer key; `workbook key` builds it"]
    stale = [name for name in curriculum.load().ids() if not key.is_fresh(name, _solutions())]
    if stale:
        return [f"the answer key is older than {', '.join(stale)}; run `workbook key`"]
    return []


def diagnoses(copy: Path) -> list[str]:
    """The copy's key alone names a known mistake of every exercise that has one."""
    key = _key(copy)
    if key is None:
        return []  # said already
    failed = []
    live = FromSolutions(_solutions(), key.seed)
    try:
        for name in curriculum.load().ids():
            if name not in key.ids():
                failed.append(f"the answer key does not know {name}")
                continue
            wrong = [row for row in live.catalogue(name) if not row["correct"]]
            if wrong and not _diagnosed(name, str(wrong[0]["id"]), key, live):
                failed.append(f"the answer key does not name the mistake {name}.{wrong[0]['id']}")
    finally:
        live.close()
    return _named(failed)


def _diagnosed(exercise_id: str, variant: str, key: "keys.Key", live: FromSolutions) -> bool:
    reference, records = key.records(exercise_id), live.run(exercise_id, variant)
    cases = [
        Case(p, records[p.name], reference[p.name], compare(records[p.name], reference[p.name], p))
        for p in probes.for_exercise(exercise_id)
        if p.name in records
    ]
    found = diagnose(cases, key.variants(exercise_id))
    return any(message.misconception == f"{exercise_id}.{variant}" for message in found)


def _listed(copy: Path) -> list[str]:
    """The exercises that the copy asks for."""
    source = (copy / "workbook" / "curriculum.toml").read_text(encoding="utf-8")
    return curriculum.parse(source).ids()


def commands_work(copy: Path, given: tuple[str, ...]) -> list[str]:
    """The copy's own two commands do what its README says, in a folder with nothing else."""
    place = Path(tempfile.mkdtemp(prefix="workbook-gate-"))
    try:
        moved = place / "a copy"
        shutil.copytree(copy, moved, ignore=shutil.ignore_patterns("wheels"))
        commands.environment(moved)
        return [*_check(moved, given), *commands.lab(moved)]
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _check(moved: Path, given: tuple[str, ...]) -> list[str]:
    done = commands.run(moved, "test", "--json")
    try:
        results = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing was printed"]
        return [f"`python start.py test` does not check: {said[-1]}"]
    outcomes = {result["exercise"]: result["outcome"] for result in results}
    odd = [
        f"`python start.py test` says {outcome} about {name}"
        for name, outcome in outcomes.items()
        if (outcome == "pass") != (name in given) or outcome in ("infra", "crashed", "timeout")
    ]
    if set(outcomes) != set(_listed(moved)):
        odd.append("`python start.py test` does not check every exercise")
    return _named(odd)


def examine(
    copy: Path, wanted: "Wanted", report: Callable[[str], None] = lambda line: None
) -> list[str]:
    """Everything that fails, one line each; empty if the copy may be handed out."""
    questions: list[tuple[str, Callable[[], list[str]]]] = [
        ("every solution earns all points", solutions_earn_all),
        ("every stub earns none", lambda: stubs_earn_none(copy, wanted.given)),
        ("no line of a solution is in the copy", lambda: no_leak(copy, wanted.given)),
        ("the answer key is fresh", lambda: key_is_fresh(copy)),
        ("it names mistakes without the solutions", lambda: diagnoses(copy)),
        ("the two commands work in an empty folder", lambda: commands_work(copy, wanted.given)),
    ]
    failed = []
    for title, question in questions:
        report(title)
        failed += question()
    return failed
