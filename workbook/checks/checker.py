"""Judges a folder of exercises: runs the cases, compares, finds what blocks, diagnoses."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from workbook import curriculum
from workbook.checks import summary
from workbook.checks.case_runner import CaseRun, CaseRunner
from workbook.checks.compare import compare
from workbook.checks.diagnose import diagnose
from workbook.checks.messages import ComparedCase, Message, fill
from workbook.checks.outcomes import (
    ExerciseRun,
    blockers,
    mark_blocked,
    mark_written,
    missed_rules,
    not_done,
)
from workbook.checks.raw_results import reduced
from workbook.checks.references import References, choose
from workbook.checks.results import CaseReport, ExerciseResult, Report
from workbook.checks.worker.messages import CaseJob, ImportProblem, Opened
from workbook.course import cases_of
from workbook.curriculum import DONE
from workbook.errors import UsageError, WorkbookError
from workbook.locale.sentence import Sentence, Value
from workbook.student import locations, source_blocks

__all__ = ["Checker", "check_exercises"]


_STOPPED = frozenset({"timeout", "crashed", "memory"})
# Where the sentences are that a worker may choose.
_ABOUT_FILES = ("student.file.", "finding.not_python.")
# What an exercise gets whose file cannot be used, by the file's outcome.
_FILE_PROBLEMS = {
    "invalid": "finding.invalid",
    "error": "finding.file_error",
    "missing": "finding.no_file",
}


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
        answer key only.
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
        self._stopped = {
            file: ImportProblem("invalid", why) for file, why in (problems or {}).items()
        }
        self._files = Opened(dict(self._stopped))
        self._runs: dict[tuple[str, bool], ExerciseRun] = {}

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
        """Judge one exercise, isolated and integrated."""
        exercise = curriculum.load()[exercise_id]
        path = self.folder / exercise.file
        digest, saved = summary.identify(path)
        try:
            isolated = self.run(exercise_id, isolated=self.solutions is not None)
            outcome = isolated.outcome
            integrated, integrated_outcome, by = isolated, outcome, isolated.blocked_by
            if self.solutions is not None and curriculum.replaced(exercise_id):
                integrated, integrated_outcome, by = self._integrated(exercise_id, isolated)
            messages = self._messages(exercise_id, isolated)
            if not messages and integrated_outcome not in DONE:
                messages = [self._blocked(exercise_id, by)]
        except Exception as error:
            # Our fault: no answer key, a solution that raises, or a case that nobody thought
            # of. Never a zero, and no other exercise's matter.
            detail = str(error)
            if not isinstance(error, WorkbookError):
                detail = f"{type(error).__name__}: {error}"
            isolated = integrated = ExerciseRun(exercise_id, "infra", detail=detail[:500])
            outcome = integrated_outcome = "infra"
            by = ()
            messages = [summary.ended(isolated, self._runner.timeout)]
        message = messages[0] if messages else None
        result = ExerciseResult(
            exercise=exercise_id,
            outcome=outcome,
            integrated_outcome=integrated_outcome,
            points=summary.points(exercise, outcome, isolated.cases),
            max_points=float(exercise.points),
            checks=tuple(summary.check(report) for report in isolated.cases),
            misconception=message.misconception if message else None,
            seen=message.seen if message else None,
            looks_like=message.looks_like if message else None,
            file=exercise.file,
            sha256=digest,
            seed=self._references.seed_of(exercise_id),
            seconds=round(
                isolated.seconds + (integrated.seconds if integrated is not isolated else 0.0), 3
            ),
            rules=missed_rules(isolated.cases),
        )
        return Report(
            result=result,
            cases=isolated.cases,
            integrated=integrated.cases if integrated is not isolated else (),
            message=message,
            also=tuple(messages[1:]),
            notes=summary.notes(
                exercise_id,
                isolated.cases,
                self._files.mended.get(exercise.file, []),
                summary.left_beside(isolated, self._source(exercise_id)),
            ),
            printed=summary.printed(isolated.cases),
            blocked_by=by,
            saved=saved,
            title=exercise.title,
        )

    def run(self, exercise_id: str, *, isolated: bool) -> ExerciseRun:
        """Run an exercise's cases, with reference requirements or not; each is done once."""
        key = (exercise_id, isolated)
        if key not in self._runs:
            # Insert a placeholder first to stop recursion: nothing blocks itself.
            self._runs[key] = ExerciseRun(exercise_id, "todo")
            run = self._hung(exercise_id, isolated) or self._run_cases(exercise_id, isolated)
            run = mark_written(run, self._source(exercise_id))
            if not run.messages and run.outcome not in (*DONE, "todo", "partial", "infra"):
                others = blockers(exercise_id, isolated)
                run = mark_blocked(run, not_done(self.run(o, isolated=isolated) for o in others))
            self._runs[key] = run
        return self._runs[key]

    def _source(self, exercise_id: str) -> str | None:
        return source_blocks.read_source(self.folder / curriculum.load()[exercise_id].file)

    def _stopping(self, exercise_id: str, isolated: bool) -> list[str]:
        """What it requires and is known to hang: it would again, for as long as it is let."""
        known = {n: self._runs.get((n, isolated)) for n in curriculum.closure(exercise_id)}
        return [n for n, a in known.items() if a is not None and a.outcome in _STOPPED]

    def _hung(self, exercise_id: str, isolated: bool) -> ExerciseRun | None:
        # On its own, only the other half of the pair is left to hang, and may do so rarely.
        by = () if isolated else tuple(self._stopping(exercise_id, isolated))
        if not by:
            return None
        empty = self._empty(exercise_id, "blocked", self._blocked(exercise_id, by))
        return replace(empty, blocked_by=by)

    def _integrated(
        self, exercise_id: str, isolated: ExerciseRun
    ) -> tuple[ExerciseRun, str, tuple[str, ...]]:
        required = curriculum.closure(exercise_id)
        if self._stopping(exercise_id, isolated=True):
            integrated = ExerciseRun(exercise_id, "blocked")
        else:
            integrated = self._run_cases(exercise_id, isolated=False)
        if integrated.outcome in DONE:
            return integrated, integrated.outcome, ()
        bad = tuple(not_done(self.run(name, isolated=True) for name in required))
        if isolated.outcome in DONE:
            return (
                integrated,
                "blocked" if bad or integrated.blocked_by else integrated.outcome,
                bad,
            )
        return integrated, isolated.outcome, isolated.blocked_by

    def _run_cases(self, exercise_id: str, isolated: bool) -> ExerciseRun:
        exercise = curriculum.load()[exercise_id]
        run = CaseRun()
        # Twice at most: a file whose import ends the process is left out the second time.
        for _ in range(1 + len(curriculum.load().files())):
            if exercise.file in self._files.problems:
                break
            run = self._runner.run(self._job(exercise_id, isolated))
            if run.opened is not None:
                problems = {**run.opened.problems, **self._stopped}
                self._files = msgspec.structs.replace(run.opened, problems=problems)
            if not run.importing:
                break
            file = run.importing
            line = run.line if run.file == file else 0
            problem = ImportProblem(run.outcome, run.detail, line=line)
            if file not in curriculum.load().files():
                # An __init__.py, say: nothing can stand in for it.
                self._files.problems[exercise.file] = problem
                break
            self._stopped[file] = self._files.problems[file] = problem
        return self._unreadable(exercise_id) or self._compared(exercise_id, run)

    def _job(self, exercise_id: str, isolated: bool) -> CaseJob:
        replacing = isolated and self.solutions is not None and curriculum.replaced(exercise_id)
        return CaseJob(
            exercise=exercise_id,
            seed=self._references.seed_of(exercise_id),
            impl=str(self.folder),
            skip={file: problem.outcome for file, problem in self._stopped.items()},
            reference=str(self.solutions) if replacing else "",
            # The same worker may do the integrated run too, unless that would hang.
            integrated=bool(replacing) and not self._stopping(exercise_id, isolated=True),
        )

    def _unreadable(self, exercise_id: str) -> ExerciseRun | None:
        """Return the run of an exercise whose file or function cannot be had."""
        exercise = curriculum.load()[exercise_id]
        problem = self._files.problems.get(exercise.file)
        file = exercise.file
        if problem is not None:
            outcome = problem.outcome
            kind = _FILE_PROBLEMS.get(outcome)
            if kind is not None:
                message = fill(kind, reason=_reason(problem))
            else:
                ended = ExerciseRun(exercise_id, outcome, file=file, line=problem.line)
                ended.detail = problem.message
                message = summary.ended(ended, self._runner.timeout)
            return self._empty(exercise_id, outcome, message)
        for block in self._files.mended.get(file, []):
            if block.name == exercise.qualname:
                message = fill(
                    "finding.unparsed",
                    file=file,
                    line=block.error_line,
                    error=block.message,
                    name=block.name,
                    first=block.line,
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
        found = ExerciseRun.of(exercise_id, tuple(reports), run.outcome)
        found.file, found.line = run.file, run.line
        found.detail, found.seconds = run.detail, run.seconds
        return found

    # What is said about it

    def compared_cases(self, run: ExerciseRun) -> list[ComparedCase]:
        """Return the cases of a run that came to a record, each with its reference."""
        reference = self._references.records(run.exercise)
        by_name = {case.name: case for case in cases_of(run.exercise)}
        return [
            ComparedCase(by_name[r.name], r.record, reference[r.name], r.comparison)
            for r in run.cases
            if r.record is not None and r.comparison is not None
        ]

    def _messages(self, exercise_id: str, isolated: ExerciseRun) -> list[Message]:
        if isolated.messages:
            return list(isolated.messages)
        if isolated.outcome == "pass":
            return []
        if isolated.outcome in ("todo", "partial"):
            return [summary.unwritten(isolated, self._source(exercise_id))]
        if isolated.outcome in ("timeout", "crashed", "memory", "infra") and isolated.ended:
            return [summary.ended(isolated, self._runner.timeout)]
        found = diagnose(self.compared_cases(isolated), self._references.fingerprints(exercise_id))
        if isolated.outcome == "blocked":
            return [self._blocked(exercise_id, isolated.blocked_by), *found]
        return found

    def _blocked(self, exercise_id: str, by: tuple[str, ...]) -> Message:
        others = ", ".join(by) or Sentence.of("finding.something_else")
        return fill("finding.blocked", others=others, exercise=exercise_id)


def _reason(problem: ImportProblem) -> Value:
    """Return why a file cannot be judged; the process that read it may have been the student's."""
    if problem.sentence is not None and problem.sentence.id.startswith(_ABOUT_FILES):
        with contextlib.suppress(ValueError, RecursionError):
            # Cut to size.
            return Sentence.from_json(problem.sentence.as_json())
    return problem.message


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
