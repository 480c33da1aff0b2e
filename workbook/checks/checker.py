"""Judges a folder of exercises: runs the cases, compares, finds what blocks, diagnoses."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from workbook import curriculum
from workbook.checks import summary
from workbook.checks.case_runner import CaseRun, CaseRunner
from workbook.checks.compare import compare
from workbook.checks.diagnose import diagnose
from workbook.checks.messages import ComparedCase, Message, blocked, fill
from workbook.checks.outcomes import (
    ExerciseRun,
    Judgement,
    mark_blocked,
    mark_written,
    missed_rules,
)
from workbook.checks.raw_results import reduced
from workbook.checks.references import References, choose
from workbook.checks.results import CaseReport, ExerciseResult, Report
from workbook.checks.worker.messages import CaseJob, ImportProblem, Opened
from workbook.course import cases_of
from workbook.curriculum import DONE
from workbook.errors import UsageError, WorkbookError
from workbook.locale.sentence import Sentence, Value
from workbook.records import Record
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
        self._integrated: dict[str, ExerciseRun] = {}
        self._isolated: dict[str, ExerciseRun] = {}
        # By file: its text, as it was when the first of its exercises was judged.
        self._sources: dict[str, str | None] = {}

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
        """Judge one exercise."""
        try:
            judgement = self.judgement(exercise_id)
            messages = self.messages(judgement)
        except Exception as error:
            judgement = Judgement(self.our_fault(exercise_id, error))
            messages = self.messages(judgement)
        return self.assemble(judgement, messages, judgement.decisive)

    def assemble(
        self, judgement: Judgement, messages: Sequence[Message], described: ExerciseRun
    ) -> Report:
        """Return the report on an exercise.

        Parameters
        ----------
        judgement : Judgement
            Outcome and points come from it.
        messages : sequence of Message
            Best first.
        described : ExerciseRun
            Errors, notes and prints come from it: `judgement.decisive`, or a run with another
            seed.
        """
        run = judgement.decisive
        exercise = curriculum.load()[run.exercise]
        digest, saved = summary.identify(self.folder / exercise.file)
        message = messages[0] if messages else None
        result = ExerciseResult(
            exercise=exercise.id,
            outcome=run.outcome,
            integrated_outcome=judgement.integrated_outcome,
            points=summary.points(exercise, run.outcome, run.cases),
            max_points=float(exercise.points),
            checks=summary.checks(run.cases, described.cases),
            misconception=message.misconception if message else None,
            seen=message.seen if message else None,
            looks_like=message.looks_like if message else None,
            file=exercise.file,
            sha256=digest,
            seed=self._references.seed_of(exercise.id),
            seconds=round(judgement.seconds, 3),
            rules=missed_rules(run.cases),
        )
        mended = self._files.mended.get(exercise.file, [])
        left = summary.left_beside(described, self._source(exercise.id))
        return Report(
            result=result,
            cases=run.cases,
            integrated=judgement.integrated.cases if judgement.isolated else (),
            message=message,
            also=tuple(messages[1:]),
            notes=summary.notes(exercise.id, described.cases, mended, left),
            printed=summary.printed(described.cases),
            blocked_by=judgement.blocked_by,
            saved=saved,
            title=exercise.title,
        )

    def our_fault(self, exercise_id: str, error: Exception) -> ExerciseRun:
        """Return the run of an exercise that we failed to judge: never a zero.

        There is no answer key, a solution raises, or a case was not thought of.
        """
        known = isinstance(error, WorkbookError)
        detail = str(error) if known else f"{type(error).__name__}: {error}"
        return ExerciseRun(exercise_id, "infra", ended=True, detail=detail[:500])

    def judgement(self, exercise_id: str) -> Judgement:
        """Judge an exercise integrated, and isolated if a requirement may be the reason."""
        integrated = self.integrated(exercise_id)
        wrong = () if integrated.is_final else self.wrong_requirements(exercise_id)
        if self.solutions is None or not self.replaceable(exercise_id, wrong):
            return Judgement(integrated)
        return Judgement(integrated, self.isolated(exercise_id, wrong))

    def integrated(self, exercise_id: str, wrong: Sequence[str] | None = None) -> ExerciseRun:
        """Return the run with the student's own requirements; it is done once.

        `wrong` are the requirements that are not right; by default they are judged, too.
        """
        if exercise_id not in self._integrated:
            hanging = self._hanging(curriculum.load().plan(exercise_id))
            if hanging:
                run = self._empty(exercise_id, "blocked", blocked(exercise_id, hanging))
                run = replace(run, blocked_by=hanging)
            else:
                run = self._run_cases(exercise_id)
            if not run.is_final:
                run = mark_blocked(
                    run, self.wrong_requirements(exercise_id) if wrong is None else wrong
                )
            self._integrated[exercise_id] = run
        return self._integrated[exercise_id]

    def wrong_requirements(self, exercise_id: str) -> tuple[str, ...]:
        """Return what an exercise requires and is not right in the student's own stack."""
        required = curriculum.load().plan(exercise_id).requirements
        return tuple(name for name in required if not self.integrated(name).is_right)

    def replaceable(self, exercise_id: str, wrong: Sequence[str]) -> tuple[str, ...]:
        """Return what references stand in for in an isolated run; empty if that cannot help.

        Of its own pair, only a wrong forward function whose cache is known.
        """
        known = curriculum.load()
        plan = known.plan(exercise_id)
        own = tuple(n for n in wrong if n in plan.own and known[n].given_cache)
        return () if set(wrong).isdisjoint((*plan.replaced, *own)) else (*plan.replaced, *own)

    def isolated(self, exercise_id: str, wrong: Sequence[str]) -> ExerciseRun:
        """Return the run with reference requirements; it is done once.

        `wrong` are the requirements that are not right in the student's own stack.
        """
        if exercise_id not in self._isolated:
            own = curriculum.load().plan(exercise_id).own
            replaced = self.replaceable(exercise_id, wrong)
            run = self._run_cases(exercise_id, replaced)
            if not run.is_final:
                # These are not replaced.
                left = [n for n in wrong if n in own and n not in replaced]
                run = mark_blocked(run, [n for n in left if not self._right_alone(n, wrong)])
            self._isolated[exercise_id] = run
        return self._isolated[exercise_id]

    def _right_alone(self, exercise_id: str, wrong: Sequence[str]) -> bool:
        replaceable = self.replaceable(exercise_id, wrong)
        return bool(replaceable) and self.isolated(exercise_id, wrong).is_right

    def _source(self, exercise_id: str) -> str | None:
        file = curriculum.load()[exercise_id].file
        if file not in self._sources:
            self._sources[file] = source_blocks.read_source(self.folder / file)
        return self._sources[file]

    def _hanging(self, plan: curriculum.ExercisePlan) -> tuple[str, ...]:
        """Return what is required and known to hang: it would again, for as long as it is let.

        The other half of a pair may hang in one case only, and the rest is still judged.
        """
        runs = {n: self._integrated[n] for n in plan.requirements if n in self._integrated}
        return tuple(
            name
            for name, run in runs.items()
            if run.outcome in _STOPPED
            and not run.messages  # Of a file that cannot be imported the stub stands in.
            and (name not in plan.own or all(case.record is None for case in run.cases))
        )

    def _run_cases(self, exercise_id: str, replaced: tuple[str, ...] = ()) -> ExerciseRun:
        exercise = curriculum.load()[exercise_id]
        run = CaseRun()
        # Twice at most: a file whose import ends the process is left out the second time.
        for _ in range(1 + len(curriculum.load().files())):
            if exercise.file in self._files.problems:
                break
            job = CaseJob(
                exercise=exercise_id,
                seed=self._references.seed_of(exercise_id),
                impl=str(self.folder),
                skip={file: problem.outcome for file, problem in self._stopped.items()},
                replaced=replaced,
                reference=str(self.solutions) if replaced else "",
            )
            run = self._runner.run(job)
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
        found = self._unreadable(exercise_id) or self._compared(exercise_id, run)
        return mark_written(found, self._source(exercise_id))

    def _unreadable(self, exercise_id: str) -> ExerciseRun | None:
        """Return the run of an exercise whose file or function cannot be had."""
        exercise = curriculum.load()[exercise_id]
        problem = self._files.problems.get(exercise.file)
        file = exercise.file
        if problem is not None:
            outcome = problem.outcome
            kind = _FILE_PROBLEMS.get(outcome)
            if kind is not None:
                message = fill(kind, reason=_reason(problem), file=file)
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
            try:
                comparison = compare(record, reference[case.name], case)
            except Exception:
                # A record that nobody thought of is as good as none.
                record = Record(exercise_id, case.name)
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

    def messages(self, judgement: Judgement) -> list[Message]:
        """Return what is wrong, best first."""
        run = judgement.decisive
        if run.outcome == "pass":
            by = judgement.blocked_by
            return [blocked(run.exercise, by)] if judgement.integrated_outcome not in DONE else []
        if run.messages:
            return list(run.messages)
        if run.outcome in ("todo", "partial"):
            return [summary.unwritten(run, self._source(run.exercise))]
        if run.outcome in (*_STOPPED, "infra") and run.ended:
            return [summary.ended(run, self._runner.timeout)]
        compared = self.compared_cases(run)
        fingerprints = self._references.fingerprints(run.exercise)
        try:
            found = diagnose(compared, fingerprints)
        except Exception:
            found = []  # Of odd results there may be nothing to say. The verdict stands.
        if run.outcome == "blocked":
            return [blocked(run.exercise, run.blocked_by), *found]
        return found


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
