"""Is a copy fit to be handed out? Each question is a function that names what fails."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from workbook import curriculum
from workbook.checks import answer_key
from workbook.checks.checker import Checker
from workbook.checks.compare import compare
from workbook.checks.diagnose import diagnose
from workbook.checks.messages import ComparedCase
from workbook.checks.references import FromSolutions
from workbook.course import cases_of
from workbook.errors import WorkbookError
from workbook.release import leak_scan, run_copy
from workbook.release.options import ReleaseOptions
from workbook.student import locations

__all__ = [
    "key_is_fresh",
    "misconceptions_are_named",
    "no_leak",
    "no_stored_output",
    "run_checks",
    "solutions_earn_all",
    "stubs_earn_none",
]

# Of many failures of one kind the first ones are named.
MAX_LISTED = 8


def _solutions() -> Path:
    folder = locations.solutions_folder()
    assert folder is not None  # `build` has refused by now
    return folder


def _first_few(failed: list[str]) -> list[str]:
    more = len(failed) - MAX_LISTED
    return failed if more <= 0 else [*failed[:MAX_LISTED], f"... and {more} more of this kind"]


def solutions_earn_all() -> list[str]:
    """Every solution earns all points."""
    failed = []
    with Checker(_solutions()) as checker:
        for report in checker.judge():
            result = report.result
            if result.points < result.max_points or result.integrated_outcome != "pass":
                failed.append(f"the solution of {result.exercise} does not pass: {result.outcome}")
    return _first_few(failed)


def stubs_earn_none(copy: Path, given: tuple[str, ...]) -> list[str]:
    """Every stub earns nothing, and what was given earns everything."""
    failed = []
    with Checker(copy / "workbook" / "exercises", solutions=_solutions()) as checker:
        for report in checker.judge():
            result = report.result
            if result.exercise in given:
                if result.outcome != "pass":
                    failed.append(f"{result.exercise} is given, but it does not pass")
            elif result.outcome in curriculum.DONE or result.points:
                failed.append(f"the stub of {result.exercise} earns {result.points:g} points")
    return _first_few(failed)


def no_leak(copy: Path, given: tuple[str, ...]) -> list[str]:
    """No line that only a solution has stands in the copy."""
    secret = leak_scan.distinctive_lines(given, _solutions().parent / "workbook")
    return _first_few(
        [
            f"{file} holds a line of the solution of {exercise}: {line}"
            for file, exercise, line in leak_scan.find_leaks(copy, secret)
        ]
    )


def no_stored_output(copy: Path) -> list[str]:
    """No notebook of the copy shows what the solutions gave."""
    failed = []
    for path in sorted((copy / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        stored = sum(bool(cell.get("outputs") or cell.get("execution_count")) for cell in cells)
        if stored:
            failed.append(f"{path.name} stores the outputs of {stored} cells")
    return failed


def _key(copy: Path) -> "answer_key.AnswerKey | None":
    try:
        return answer_key.shipped(copy / "workbook" / "checks")
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


def misconceptions_are_named(copy: Path) -> list[str]:
    """The copy's key alone names a misconception of every exercise that has one."""
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
                failed.append(f"the answer key does not name the mistake {wrong[0]['id']}")
    finally:
        live.close()
    return _first_few(failed)


def _diagnosed(
    exercise_id: str, misconception: str, key: "answer_key.AnswerKey", live: FromSolutions
) -> bool:
    reference, records = key.records(exercise_id), live.run(exercise_id, misconception)
    compared_cases = [
        ComparedCase(
            p, records[p.name], reference[p.name], compare(records[p.name], reference[p.name], p)
        )
        for p in cases_of(exercise_id)
        if p.name in records
    ]
    found = diagnose(compared_cases, key.fingerprints(exercise_id))
    return any(message.misconception == misconception for message in found)


def _exercise_ids(copy: Path) -> list[str]:
    """The exercises that the copy asks for."""
    return curriculum.read(copy / "workbook" / "course").ids()


def commands_work(copy: Path, given: tuple[str, ...]) -> list[str]:
    """The copy's own two commands do what its README says, in a folder with nothing else."""
    place = Path(tempfile.mkdtemp(prefix="workbook-gate-"))
    try:
        moved = place / "a copy"
        shutil.copytree(copy, moved, ignore=shutil.ignore_patterns("wheels"))
        run_copy.environment(moved)
        return [*_check(moved, given), *run_copy.lab(moved)]
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _check(moved: Path, given: tuple[str, ...]) -> list[str]:
    done = run_copy.run(moved, "test", "--json")
    try:
        results = json.loads(done.stdout)["results"]
    except (ValueError, TypeError, KeyError):
        last_lines = (done.stderr or done.stdout).strip().splitlines() or ["nothing was printed"]
        return [f"`python start.py test` does not check: {last_lines[-1]}"]
    outcomes = {result["exercise"]: result["outcome"] for result in results}
    failed = [
        f"`python start.py test` says {outcome} about {name}"
        for name, outcome in outcomes.items()
        if (outcome == "pass") != (name in given) or outcome in ("infra", "crashed", "timeout")
    ]
    if set(outcomes) != set(_exercise_ids(moved)):
        failed.append("`python start.py test` does not check every exercise")
    return _first_few(failed)


def run_checks(
    copy: Path, options: ReleaseOptions, on_step: Callable[[str], None] = lambda line: None
) -> list[str]:
    """Everything that fails, one line each; empty if the copy may be handed out."""
    checks: list[tuple[str, Callable[[], list[str]]]] = [
        ("every solution earns all points", solutions_earn_all),
        ("every stub earns none", lambda: stubs_earn_none(copy, options.given)),
        ("no line of a solution is in the copy", lambda: no_leak(copy, options.given)),
        ("no notebook stores an output", lambda: no_stored_output(copy)),
        ("the answer key is fresh", lambda: key_is_fresh(copy)),
        ("it names mistakes without the solutions", lambda: misconceptions_are_named(copy)),
        ("the two commands work in an empty folder", lambda: commands_work(copy, options.given)),
    ]
    failed = []
    for title, check in checks:
        on_step(title)
        failed += check()
    return failed
