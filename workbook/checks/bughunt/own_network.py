"""Plays a round of the bug hunt with the learner's own network."""

from dataclasses import replace
from pathlib import Path

from workbook.checks.bughunt import model as bughunt
from workbook.checks.bughunt import planted_code
from workbook.checks.case_runner import CaseRunner
from workbook.checks.worker.messages import HuntJob
from workbook.student import locations, progress

__all__ = ["on_own_network"]

# Further from the measured right curve than this, as a share of what is learnt, it is another
# network: the files have changed since they passed.
MAX_DEVIATION = 0.25
# A mistake that does less than this to the curves cannot be seen: the learner's network does
# not call the function in which it is planted.
MIN_EFFECT = 0.02


def on_own_network(
    hunt_round: bughunt.HuntRound, folder: Path | None = None, *, timeout: float = 30.0
) -> bughunt.HuntRound:
    """The same round, its curves measured now with the learner's own code.

    Parameters
    ----------
    hunt_round : HuntRound
    folder : Path, optional
        The learner's files, by default those of `student.locations.student_folder()`.
    timeout : float
        Seconds.

    Returns
    -------
    HuntRound
        The round as it was given if the learner's network has not passed, if this copy holds no
        code for the mistake, or if that network does not come to its end.
    """
    found = hunt_round.hunt
    passed = progress.done()
    if folder is None and bughunt.missing_exercises(found.network, passed):
        return hunt_round
    code = planted_code.code_of(found)
    if code is None:
        return hunt_round
    job = HuntJob(
        exercise=found.exercise,
        impl=str((folder or locations.student_folder()).resolve()),
        network=found.network.name,
        code=code,
        names=list(planted_code.planted_functions(found)),
    )
    with CaseRunner(timeout=timeout) as runner:
        measured = runner.run(job).measured
    if measured is None:
        return hunt_round
    right, wrong = (
        bughunt.HuntCurves(curves.loss, curves.val_loss)
        for curves in (measured.right, measured.wrong)
    )
    if (
        not bughunt.effect(found.right, right) <= MAX_DEVIATION
        or bughunt.effect(right, wrong) < MIN_EFFECT
    ):
        return hunt_round
    changed = replace(found, right=right, wrong=wrong, gradients=measured.gradients)
    return replace(hunt_round, own=True, hunt=changed)
