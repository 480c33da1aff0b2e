"""Plays a round of the bug hunt with the learner's own network."""

from dataclasses import replace
from pathlib import Path

from workbook.checks.bughunt import model as bughunt
from workbook.checks.bughunt import planted_code
from workbook.checks.case_runner import CaseRunner
from workbook.student import locations, progress

__all__ = ["on_own_network"]

# Further from the measured right curve than this, as a share of what is learnt, it is another
# network: the files have changed since they passed.
MAX_DEVIATION = 0.25
# A mistake that does less than this to the curves cannot be seen: the learner's network does
# not call the function in which it is planted.
MIN_EFFECT = 0.02


def on_own_network(
    played: bughunt.HuntRound, folder: Path | None = None, *, timeout: float = 30.0
) -> bughunt.HuntRound:
    """The same round, its curves measured now with the learner's own code.

    Parameters
    ----------
    played : Round
    folder : Path, optional
        The learner's files, by default those of `student.locations.student_folder()`.
    timeout : float
        Seconds.

    Returns
    -------
    Round
        The round as it was given if the learner's network has not passed, if this copy holds no
        code for the mistake, or if that network does not come to its end.
    """
    found = played.hunt
    passed = {name for name, outcome in progress.outcomes().items() if outcome == "pass"}
    if folder is None and bughunt.missing_exercises(found.network, passed):
        return played
    code = planted_code.code_of(found)
    if code is None:
        return played
    job = {
        "exercise": found.exercise,
        "impl": str((folder or locations.student_folder()).resolve()),
        "hunt": {
            "network": found.network.name,
            "code": code,
            "names": planted_code.planted_functions(found),
        },
    }
    with CaseRunner(timeout=timeout) as runner:
        measured = runner.run(job).measured
    if not measured:
        return played
    right, wrong = (bughunt.HuntCurves.read(measured[name]) for name in ("right", "wrong"))
    if (
        not bughunt.effect(found.right, right) <= MAX_DEVIATION
        or bughunt.effect(right, wrong) < MIN_EFFECT
    ):
        return played
    errors = bughunt.errors(measured["gradients"])
    return replace(
        played, own=True, hunt=replace(found, right=right, wrong=wrong, gradients=errors)
    )
