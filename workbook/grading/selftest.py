"""Is the grader sound on this machine? The solutions must get everything, the stubs nothing."""

from pathlib import Path

from workbook import curriculum
from workbook.errors import UsageError
from workbook.grading import scheduler
from workbook.grading.intake.scheme import Scheme, seed_secret
from workbook.grading.units import Settings, Submission, UnitResult
from workbook.student.locations import pristine_folder, solutions_folder

__all__ = ["run", "summary"]

_EVERYTHING, _NOTHING = "the solutions", "the stubs"


def _read(name: str, folder: Path) -> Submission:
    files = {file: (folder / file).read_bytes() for file in curriculum.load().files()}
    return Submission(name, files, {})


def run(
    scheme: Scheme, *, with_notebooks: bool = True, sandbox: str = "auto", jobs: int = 1
) -> list[str]:
    """Grade both and say what is not as it must be; an empty list if all is well.

    Raises
    ------
    UsageError
        If this copy has no solutions.
    """
    solutions = solutions_folder()
    if solutions is None:
        raise UsageError("Grading needs the folder `solutions`, which this copy does not have.")
    both = [_read(_EVERYTHING, solutions), _read(_NOTHING, pristine_folder())]
    settings = Settings(
        secret=seed_secret(0),
        exercises=scheme.exercises,
        notebooks=scheme.notebooks if with_notebooks else (),
        sandbox=sandbox,
    )
    found: dict[str, list[UnitResult]] = {submission.name: [] for submission in both}

    def on_result(submission: Submission, results: list[UnitResult]) -> None:
        found[submission.name] += results

    scheduler.run(both, settings, jobs=jobs, done=lambda key: None, on_result=on_result)
    wrong = []
    for name, results in found.items():
        judged = {result.subject for result in results if result.kind == "judge"}
        missing = [exercise for exercise in scheme.exercises if exercise not in judged]
        wrong += [f"{name}: {exercise} was not judged" for exercise in missing]
        for result in results:
            wrong += _wrong(name, result)
    return wrong


def _wrong(name: str, result: UnitResult) -> list[str]:
    if result.infra:
        why = result.result.get("problem") or result.result.get("seen") or "no reason given"
        return [f"{name}: {result.kind} gave no verdict on {result.subject}: {why}"]
    if result.kind == "judge":
        points, most = result.result["points"], result.result["max_points"]
        if points == (most if name == _EVERYTHING else 0):
            return []
        outcome = result.result["outcome"]
        return [f"{name}: {result.subject} is {outcome} with {points:g} of {most:g} points"]
    if name == _NOTHING:
        return []
    return [
        f"{name}: nbval says {said['outcome']} to {exercise}: {said['line']}"
        for exercise, said in result.result["exercises"].items()
        if said["outcome"] != "pass"
    ]


def summary(scheme: Scheme, wrong: list[str]) -> str:
    """The result in a sentence."""
    count = len(scheme.exercises)
    if wrong:
        return f"{len(wrong)} things are wrong. Do not grade a class before they are mended."
    return f"All is well: the solutions get everything, the stubs nothing, in {count} exercises."
