"""The judge's verdict on one submission: what a worker process does."""

import gc
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.checks.checker import Checker
from workbook.checks.messages import BLOCKED, BLOCKED_BY_PAIR, blocked, fill
from workbook.checks.outcomes import Judgement, missed_rules
from workbook.checks.references import FromSolutions, References, choose
from workbook.checks.results import Report
from workbook.checks.summary import points, printed
from workbook.grading.instructor_files import solutions
from workbook.grading.sandbox import bubblewrap, runner
from workbook.grading.units import Pending, Settings, Submission, UnitResult, derived_seed

__all__ = ["judge", "judge_alone", "judge_isolated", "laid_out"]

_LONGEST = 2000


class SeededSolutions(FromSolutions):
    """References at the seeds of one run."""

    def __init__(self, folder: Path, secret: str) -> None:
        super().__init__(folder, derived_seed(secret, ""))
        self._secret = secret

    def seed_of(self, exercise_id: str) -> int:
        """The seed of one exercise's cases."""
        return derived_seed(self._secret, exercise_id)


_kept = threading.local()


def _references(folder: Path, secret: str) -> tuple[SeededSolutions, References]:
    """Return the references at a run's seeds and at the public seed.

    They are kept for the life of a worker's thread: running the solutions takes its time.
    """
    key = (folder, secret)
    if getattr(_kept, "key", None) != key:
        if getattr(_kept, "key", None) is not None:
            for each in _kept.references:
                each.close()
        _kept.key, _kept.references = key, (SeededSolutions(folder, secret), choose(folder, None))
    found: tuple[SeededSolutions, References] = _kept.references
    return found


def _collect_garbage(references: SeededSolutions) -> None:
    """Collect garbage once for what stays, and exempt it from later collections."""
    if references.known() != getattr(_kept, "known", 0):
        _kept.known = references.known()
        gc.collect()
        gc.freeze()


@contextmanager
def laid_out(submission: Submission) -> Iterator[Path]:
    """The submission's files in a folder of their own, readable by the sandbox's user."""
    above = Path(tempfile.mkdtemp(prefix="workbook-grading-"))
    try:
        folder = above / "exercises"
        for file in curriculum.load().files():
            (folder / file).parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            if file in submission.files and file not in submission.problems:
                (folder / file).write_bytes(submission.files[file])
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder
    finally:
        shutil.rmtree(above, ignore_errors=True)


def judge(submission: Submission, settings: Settings, units: Mapping[str, str]) -> list[UnitResult]:
    """Judge the exercises of some units in the student's own stack, without any reference there.

    What a student may see of it besides outcome and points comes from the seed of
    `workbook check` and the answer key, so that it tells nothing about this run's seeds.

    Parameters
    ----------
    submission : Submission
    settings : Settings
    units : mapping of str to str
        Exercise id by key.

    Returns
    -------
    list of UnitResult
        With `pending` set where a requirement may be the reason: see `judge_isolated`.
    """
    keys = {exercise_id: key for key, exercise_id in units.items()}
    with _checkers(submission, settings) as (fresh, public):
        return [
            _integrated(keys[exercise_id], exercise_id, fresh, public)
            for exercise_id in curriculum.load().ids()
            if exercise_id in keys
        ]


def judge_isolated(
    submission: Submission, settings: Settings, pending: Sequence[UnitResult]
) -> list[UnitResult]:
    """Judge exercises of one level with references in the place of their requirements.

    No reference of an exercise may be loaded before every unit that judges this exercise has
    finished, in the whole class: whoever calls this goes level by level.
    """
    with _checkers(submission, settings) as (fresh, _):
        return [_isolated(unit, fresh) for unit in pending]


def judge_alone(
    submission: Submission, settings: Settings, units: Mapping[str, str]
) -> list[UnitResult]:
    """Judge one submission to its end, where no class waits: integrated, then level by level."""
    found = judge(submission, settings, units)
    for level in sorted({unit.pending.level for unit in found if unit.pending}):
        now = [unit for unit in found if unit.pending and unit.pending.level == level]
        done = {unit.key: unit for unit in judge_isolated(submission, settings, now)}
        found = [done.get(unit.key, unit) for unit in found]
    return found


@contextmanager
def _checkers(submission: Submission, settings: Settings) -> Iterator[tuple[Checker, Checker]]:
    """Start a sandbox; return what judges there at this run's seeds, and at the public seed."""
    mode = bubblewrap.selected_sandbox(settings.sandbox)
    references, public_references = _references(solutions(), settings.secret)
    limits: dict[str, Any] = {"timeout": settings.timeout, "memory": settings.memory}
    with (
        laid_out(submission) as folder,
        runner.make_runner(folder, sandbox=mode, **limits) as child,
        Checker(
            folder,
            solutions=references.folder,
            references=references,
            runner=child,
            problems=submission.problems,
        ) as fresh,
        Checker(
            folder,
            solutions=None,
            references=public_references,
            runner=child,
            problems=submission.problems,
        ) as public,
    ):
        yield fresh, public
    _collect_garbage(references)


def _integrated(key: str, exercise_id: str, fresh: Checker, public: Checker) -> UnitResult:
    wrong: tuple[str, ...] = ()
    try:
        run = described = fresh.integrated(exercise_id)
        if not run.is_final:
            wrong = fresh.wrong_requirements(exercise_id)
        if run.messages or run.ended:
            messages = fresh.messages(Judgement(run))
        else:
            passed = run.outcome == "pass"
            if not passed or printed(run.cases).lines:
                described = public.integrated(exercise_id, wrong)
            messages = [] if passed else public.messages(Judgement(described))
            if not messages and not passed:
                messages = [fill("finding.other_seed", exercise=exercise_id)]
    except Exception as error:
        run = described = fresh.our_fault(exercise_id, error)
        messages = fresh.messages(Judgement(run))
    result = _plain(fresh.assemble(Judgement(run), messages, described))
    pending = None
    replaced = fresh.replaceable(exercise_id, wrong)
    if replaced:
        plan = curriculum.load().plan(exercise_id)
        # A reference of its own pair comes after everything else of its level.
        level = 2 * plan.level + (not set(replaced).isdisjoint(plan.own))
        # Should the mistake be its own after all, what is said about its requirements goes.
        own = next((m for m in messages if m.id not in (BLOCKED, BLOCKED_BY_PAIR)), None)
        pending = Pending(level, wrong, own)
    return UnitResult(key, "judge", exercise_id, result, pending=pending)


def _isolated(unit: UnitResult, fresh: Checker) -> UnitResult:
    assert unit.pending is not None
    try:
        run = fresh.isolated(unit.subject, unit.pending.wrong)
    except Exception as error:
        run = fresh.our_fault(unit.subject, error)
    result = dict(unit.result)
    outcomes = {report.name: report.outcome for report in run.cases}
    result["outcome"] = run.outcome
    result["integrated_outcome"] = "blocked" if run.is_right else run.outcome
    result["rules"] = list(missed_rules(run.cases))
    exercise = curriculum.load()[unit.subject]
    result["points"] = points(exercise, run.outcome, run.cases)
    result["seconds"] = round(result["seconds"] + run.seconds, 3)
    result["checks"] = [
        {**check, "outcome": outcomes.get(check["name"], run.outcome)} for check in result["checks"]
    ]
    if run.is_right or run.outcome == "blocked":
        by = run.blocked_by or unit.pending.wrong
        result["message"] = blocked(unit.subject, by).as_json()
        result["misconception"] = None
    elif run.ended or run.outcome == "infra":
        result["message"] = fresh.messages(Judgement(run))[0].as_json()
    elif unit.pending.message is not None:
        result["message"] = unit.pending.message.as_json()
        result["misconception"] = unit.pending.message.misconception
    return replace(unit, result=result, pending=None)


def _plain(report: Report) -> dict[str, Any]:
    """Return what is stored of a report: data and ids of messages, no words of the locale."""
    words = ("seen", "looks_like")
    result = {key: value for key, value in report.result.as_json().items() if key not in words}
    return {
        **result,
        "message": report.message.as_json() if report.message is not None else None,
        "notes": [note.as_json() for note in report.notes],
        "printed": {"lines": report.printed.lines, "head": report.printed.head[:_LONGEST]},
    }
