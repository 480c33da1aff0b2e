"""Judges a folder of exercises: runs the cases, compares, decides who is to blame, diagnoses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbook import curriculum, locale
from workbook.checks import summary
from workbook.checks.case_runner import CaseRun, CaseRunner
from workbook.checks.compare import compare
from workbook.checks.diagnose import diagnose
from workbook.checks.messages import ComparedCase, Message, fill
from workbook.checks.outcomes import ExerciseRun, blockers, mark_blocked
from workbook.checks.raw_results import reduced
from workbook.checks.references import References, choose
from workbook.checks.results import CaseReport, ExerciseResult, Report
from workbook.course import cases_of
from workbook.errors import UsageError, WorkbookError
from workbook.student import locations

__all__ = ["Checker", "check_exercises"]


_STOPPED = frozenset({"timeout", "crashed", "memory"})


@dataclass
class _ImportedFiles:
    """What importing the folder showed, as the child tells it."""

    problems: dict[str, dict[str, Any]] = field(default_factory=dict)
    mended: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)


class Checker:
    """Judges the exercises of one folder; keep it to judge several, close it at the end.

    Parameters
    ----------
    folder : path, optional
        The student's files; by default those of `student.locations.student_folder()`. The toggle
        is not followed.
    seed : int, optional
        By default that of the answer key.
    solutions : Path or None, optional
        The instructor's solutions; by default the one beside the package. None judges from the
        answer key alone.
    timeout : float
        Seconds for one exercise.
    memory : int
        Megabytes for the process that runs student code.
    references : References, optional
        The right answers, if they are kept from one folder to the next; not closed here.
    runner : Runner, optional
        What runs student code in its place, with its own limits; closed here.
    problems : mapping of str to str, optional
        By file: why it cannot be judged; its exercises are `invalid` for that reason.

    Raises
    ------
    UsageError
        If the folder does not exist, or another seed is asked for without solutions.
    WorkbookError
        If there is neither an answer key nor solutions.
    """

    def __init__(
        self,
        folder: Path | str | None = None,
        *,
        seed: int | None = None,
        solutions: Path | str | None = "beside",
        timeout: float = 30.0,
        memory: int = 4096,
        references: References | None = None,
        runner: CaseRunner | None = None,
        problems: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = Path(folder if folder is not None else locations.student_folder()).resolve()
        if not self.folder.is_dir():
            raise UsageError(f"There is no folder {self.folder}.")
        beside = locations.solutions_folder() if solutions == "beside" else solutions
        self.solutions = Path(beside).resolve() if beside is not None else None
        self._references = references or choose(self.solutions, seed)
        self.seed = self._references.seed
        self._own_references = references is None
        self._runner = runner or CaseRunner(timeout=timeout, memory=memory)
        self._runner.start()  # It gets ready while the answer key is read.
        # Files that are not imported: unreadable, or their import hung or ended the process.
        self._stopped: dict[str, dict[str, Any]] = {
            file: {"outcome": "invalid", "message": why} for file, why in (problems or {}).items()
        }
        self._files = _ImportedFiles(dict(self._stopped))
        self._attempts: dict[tuple[str, bool], ExerciseRun] = {}

    def __enter__(self) -> "Checker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._runner.close()
        if self._own_references:
            self._references.close()

    def start(self) -> None:
        """Have a process ready for student code, if the last one is gone."""
        self._runner.start()

    def judge(self, exercise_ids: Iterable[str] | None = None) -> Iterator[Report]:
        """Judge exercises in the order of learning; all of them by default."""
        known = curriculum.load()
        wanted = known.ids() if exercise_ids is None else list(exercise_ids)
        for name in wanted:
            known[name]  # An unknown id is an error before anything runs.
        for exercise in known:
            if exercise.id in wanted:
                yield self.report(exercise.id)

    # One exercise

    def report(self, exercise_id: str) -> Report:
        """Judge one exercise on its own and within the student's stack."""
        exercise = curriculum.load()[exercise_id]
        path = self.folder / exercise.file
        digest, saved = summary.identify(path)
        try:
            alone = self.attempt(exercise_id, alone=self.solutions is not None)
            outcome = alone.outcome
            stack, stack_outcome, by = alone, outcome, alone.blocked_by
            if self.solutions is not None and curriculum.replaced(exercise_id):
                stack, stack_outcome, by = self._stack(exercise_id, alone)
            messages = self._messages(exercise_id, alone)
            if not messages and stack_outcome != "pass":
                messages = [self._blocked(exercise_id, by)]
        except Exception as error:
            # Our fault: no answer key, a solution that raises, or a case that nobody thought
            # of. Never a zero, and no other exercise's matter.
            detail = str(error)
            if not isinstance(error, WorkbookError):
                detail = f"{type(error).__name__}: {error}"
            alone = stack = ExerciseRun(exercise_id, "infra", detail=detail[:500])
            outcome = stack_outcome = "infra"
            by = ()
            messages = [summary.ended(alone, self._runner.timeout)]
        message = messages[0] if messages else None
        result = ExerciseResult(
            exercise=exercise_id,
            outcome=outcome,
            stack_outcome=stack_outcome,
            points=summary.points(exercise.points, outcome, alone.cases),
            max_points=float(exercise.points),
            checks=tuple(summary.check(report) for report in alone.cases),
            misconception=message.misconception if message else None,
            seen=message.seen if message else None,
            looks_like=message.looks_like if message else None,
            file=exercise.file,
            sha256=digest,
            seed=self._references.seed_of(exercise_id),
            seconds=round(alone.seconds + (stack.seconds if stack is not alone else 0.0), 3),
        )
        return Report(
            result=result,
            cases=alone.cases,
            stack=stack.cases if stack is not alone else (),
            message=message,
            also=tuple(messages[1:]),
            notes=summary.notes(
                exercise_id, alone.cases, self._files.mended.get(exercise.file, [])
            ),
            printed=summary.printed(alone.cases),
            blocked_by=by,
            saved=saved,
            title=exercise.title,
        )

    def attempt(self, exercise_id: str, *, alone: bool) -> ExerciseRun:
        """One run of an exercise, with its requirements replaced or not; remembered."""
        key = (exercise_id, alone)
        if key not in self._attempts:
            # Put down first: an exercise cannot be blocked by itself.
            self._attempts[key] = ExerciseRun(exercise_id, "todo")
            attempt = self._hung(exercise_id, alone) or self._run(exercise_id, alone)
            if not attempt.messages and attempt.outcome not in ("pass", "todo", "infra"):
                others = blockers(exercise_id, alone)
                bad = [o for o in others if self.attempt(o, alone=alone).outcome != "pass"]
                attempt = mark_blocked(attempt, bad)
            self._attempts[key] = attempt
        return self._attempts[key]

    def _stopping(self, exercise_id: str, alone: bool) -> list[str]:
        """What it requires and is known to hang: it would again, for as long as it is let."""
        known = {n: self._attempts.get((n, alone)) for n in curriculum.closure(exercise_id)}
        return [n for n, a in known.items() if a is not None and a.outcome in _STOPPED]

    def _hung(self, exercise_id: str, alone: bool) -> ExerciseRun | None:
        # On its own, only the other half of the pair is left to hang, and may do so rarely.
        by = () if alone else tuple(self._stopping(exercise_id, alone))
        if not by:
            return None
        empty = self._empty(exercise_id, "blocked", self._blocked(exercise_id, by))
        return replace(empty, blocked_by=by)

    def _stack(
        self, exercise_id: str, alone: ExerciseRun
    ) -> tuple[ExerciseRun, str, tuple[str, ...]]:
        required = curriculum.closure(exercise_id)
        if self._stopping(exercise_id, alone=True):
            stack = ExerciseRun(exercise_id, "blocked")
        else:
            stack = self._run(exercise_id, alone=False)
        if stack.outcome == "pass":
            return stack, "pass", ()
        bad = tuple(n for n in required if self.attempt(n, alone=True).outcome != "pass")
        if alone.outcome == "pass":
            return stack, "blocked" if bad or stack.blocked_by else stack.outcome, bad
        return stack, alone.outcome, alone.blocked_by

    def _run(self, exercise_id: str, alone: bool) -> ExerciseRun:
        exercise = curriculum.load()[exercise_id]
        run = CaseRun()
        # Twice at most: a file whose import ends the process is left out the second time.
        for _ in range(1 + len(curriculum.load().files())):
            if exercise.file in self._files.problems:
                break
            run = self._runner.run(self._job(exercise_id, alone))
            impl = self._runner.impl
            if impl is not None:
                problems = {**impl["problems"], **self._stopped}
                self._files = _ImportedFiles(problems, impl["mended"], impl["absent"])
            if not run.importing:
                break
            file = run.importing
            line = run.line if run.file == file else 0
            problem = {"outcome": run.outcome, "line": line, "message": run.detail}
            if file not in curriculum.load().files():
                # An __init__.py, say: nothing can stand in for it.
                self._files.problems[exercise.file] = problem
                break
            self._stopped[file] = self._files.problems[file] = problem
        attempt = self._unreadable(exercise_id)
        return attempt or self._compared(exercise_id, run)

    def _job(self, exercise_id: str, alone: bool) -> dict[str, Any]:
        job: dict[str, Any] = {
            "exercise": exercise_id,
            "seed": self._references.seed_of(exercise_id),
        }
        skip = {file: problem["outcome"] for file, problem in self._stopped.items()}
        job |= {"impl": str(self.folder), "skip": skip}
        if alone and self.solutions is not None and curriculum.replaced(exercise_id):
            job["reference"] = str(self.solutions)
            # The same child may run the student's stack too, unless that would hang.
            job["stack"] = not self._stopping(exercise_id, alone=True)
        return job

    def _unreadable(self, exercise_id: str) -> ExerciseRun | None:
        """The attempt of an exercise whose file or function cannot be had."""
        exercise = curriculum.load()[exercise_id]
        problem = self._files.problems.get(exercise.file)
        file = exercise.file
        if problem is not None:
            outcome = problem["outcome"]
            kind = {"invalid": "invalid", "error": "file_error", "missing": "no_file"}.get(outcome)
            if kind is not None:
                message = fill(f"finding.{kind}", reason=problem.get("message", ""))
            else:
                ended = ExerciseRun(exercise_id, outcome, file=file, line=problem.get("line", 0))
                ended.detail = problem.get("message", "")
                message = summary.ended(ended, self._runner.timeout)
            return self._empty(exercise_id, outcome, message)
        for block in self._files.mended.get(file, []):
            if block["name"] == exercise.qualname:
                message = fill(
                    "finding.unparsed",
                    file=file,
                    line=block["error_line"],
                    error=block["message"],
                    name=block["name"],
                    first=block["line"],
                )
                return self._empty(exercise_id, "invalid", message)
        if exercise_id in self._files.absent:
            message = fill(
                "finding.absent", file=file, name=exercise.qualname, exercise=exercise_id
            )
            return self._empty(exercise_id, "missing", message)
        return None

    def _empty(self, exercise_id: str, outcome: str, message: Message) -> ExerciseRun:
        reports = tuple(
            CaseReport(p.name, p.asks, p.weight, outcome) for p in cases_of(exercise_id)
        )
        return ExerciseRun(exercise_id, outcome, reports, messages=(message,))

    def _compared(self, exercise_id: str, run: CaseRun) -> ExerciseRun:
        reference = self._references.records(exercise_id)
        records = {record.case: record for record in run.records}
        if not run.outcome and len(records) < len(cases_of(exercise_id)):
            run.outcome, run.detail = "crashed", "it said that it was done before it was"
        reports = []
        for case in cases_of(exercise_id):
            record = records.get(case.name)
            if record is None:
                # The case during which it ended, and those that could not follow.
                reports.append(CaseReport(case.name, case.asks, case.weight, run.outcome))
                continue
            record = reduced(record, case, self._references.seed_of(exercise_id))
            comparison = compare(record, reference[case.name], case)
            reports.append(
                CaseReport(
                    *(case.name, case.asks, case.weight, comparison.outcome),
                    comparison,
                    record,
                )
            )
        attempt = ExerciseRun.of(exercise_id, tuple(reports), run.outcome)
        attempt.file, attempt.line = run.file, run.line
        attempt.detail, attempt.seconds = run.detail, run.seconds
        return attempt

    # What is said about it

    def compared_cases(self, attempt: ExerciseRun) -> list[ComparedCase]:
        """The cases of an attempt that ran to a record, each with its reference."""
        reference = self._references.records(attempt.exercise)
        by_name = {case.name: case for case in cases_of(attempt.exercise)}
        return [
            ComparedCase(by_name[r.name], r.record, reference[r.name], r.comparison)
            for r in attempt.cases
            if r.record is not None and r.comparison is not None
        ]

    def _messages(self, exercise_id: str, alone: ExerciseRun) -> list[Message]:
        if alone.messages:
            return list(alone.messages)
        if alone.outcome == "pass":
            return []
        if alone.outcome in ("timeout", "crashed", "memory", "infra") and alone.ended:
            return [summary.ended(alone, self._runner.timeout)]
        found = diagnose(self.compared_cases(alone), self._references.fingerprints(exercise_id))
        if alone.outcome == "blocked":
            return [self._blocked(exercise_id, alone.blocked_by), *found]
        return found

    def _blocked(self, exercise_id: str, by: tuple[str, ...]) -> Message:
        others = ", ".join(by) or locale.text("finding.something_else")
        return fill("finding.blocked", others=others, exercise=exercise_id)


def check_exercises(
    exercise_ids: Iterable[str] | None = None,
    *,
    folder: Path | str | None = None,
    seed: int | None = None,
    solutions: Path | str | None = "beside",
    timeout: float = 30.0,
) -> list[Report]:
    """Judge exercises of a folder in one go; see `Checker` for the arguments."""
    with Checker(folder, seed=seed, solutions=solutions, timeout=timeout) as session:
        return list(session.judge(exercise_ids))
