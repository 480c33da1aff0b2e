"""Tuning challenges: the learner's settings, a target, and the personal best that is kept."""

import math
import tomllib
from types import SimpleNamespace

from workbook.errors import UsageError, WorkbookError
from workbook.locale import text
from workbook.student.locations import solutions_folder, solutions_on
from workbook.student.state_file import read_state, write_state

__all__ = ["reached", "tune"]


def _solution_settings(challenge: str) -> dict[str, object]:
    folder = solutions_folder()
    if folder is None:
        return {}
    table = tomllib.loads((folder / "tuning.toml").read_text(encoding="utf-8"))
    found = table.get(challenge, {})
    if not isinstance(found, dict):
        raise WorkbookError(f"solutions/tuning.toml: {challenge} must be a table.")
    return found


def tune(challenge: str, **settings: object) -> SimpleNamespace:
    """The settings of a challenge, as attributes.

    They are the learner's own, except while solutions are on: then those in
    `solutions/tuning.toml` replace them, so that the notebook reaches its target.

    Raises
    ------
    UsageError
        If the solutions hold a setting that the cell does not name, or lack the challenge.
    """
    if solutions_on():
        solved = _solution_settings(challenge)
        unknown = sorted(set(solved) - set(settings))
        if unknown or not solved:
            what = f"it sets {', '.join(unknown)}" if unknown else "it has no such table"
            raise UsageError(
                f"solutions/tuning.toml does not fit the challenge {challenge!r}: {what}."
            )
        settings = {**settings, **solved}
        print(text("challenge.solved", settings=_as_text(settings)))
    return SimpleNamespace(**settings)


def _as_text(settings: dict[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())


def reached(challenge: str, value: float, target: float, *, lower_is_better: bool = False) -> bool:
    """Say whether `value` reaches `target`, and keep the personal best.

    Never scored, never raises on a miss; nothing is kept while solutions are on.

    Parameters
    ----------
    value : float
        What the learner's settings gave, such as a validation accuracy in [0, 1].
    target : float
        What counts as reached.
    lower_is_better : bool
        For a loss.

    Returns
    -------
    bool
        Whether the target was reached.
    """
    value = float(value)
    done = value <= target if lower_is_better else value >= target
    best = value
    if not solutions_on():
        bests = read_state("bests")
        before = bests.get(challenge)
        if isinstance(before, (int, float)) and math.isfinite(before):
            best = min(before, value) if lower_is_better else max(before, value)
            if not math.isfinite(value):
                best = float(before)
        if math.isfinite(best):
            bests[challenge] = best
            write_state("bests", bests)
    print(
        text(
            "challenge.reached" if done else "challenge.short",
            value=f"{value:.3g}",
            target=f"{target:.3g}",
            best=f"{best:.3g}",
        )
    )
    return done
