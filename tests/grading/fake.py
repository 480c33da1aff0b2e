"""An engine that judges nothing: what it finds is written in the submission."""

import json
from collections.abc import Callable

from workbook import curriculum
from workbook.grading.units import Settings, Submission, UnitResult, unit_keys

KNOWN = curriculum.load()


def result(exercise, outcome="pass", share=None, **more):
    """What the judge says about an exercise."""
    known = KNOWN[exercise]
    share = (outcome == "pass") if share is None else share
    return {
        "exercise": exercise,
        "outcome": outcome,
        "integrated_outcome": more.pop("integrated_outcome", outcome),
        "points": known.points * share,
        "max_points": float(known.points),
        "checks": more.pop("checks", [{"name": "a case", "outcome": outcome}]),
        "misconception": None,
        "seen": None,
        "looks_like": None,
        "file": known.file,
        "sha256": "",
        "seed": 7,
        "seconds": 0.01,
        "message": None,
        "notes": [],
        "printed": {"lines": 0, "head": ""},
    } | more


def unit(key, kind, subject, found, log=""):
    return UnitResult(key, kind, subject, found, log)


class Engine:
    """Reads the first comment line of layers.py: JSON, exercise id to outcome (or a dict).

    Attributes
    ----------
    ran : list of str
        The units that were run, as `name subject`.
    stop_after : int or None
        Raise KeyboardInterrupt after so many.
    infra : set of str
        Exercises for which it always is our fault.
    """

    def __init__(self):
        self.ran, self.stop_after, self.infra = [], None, set()
        self.nbval = {}

    def run(
        self,
        submissions: list[Submission],
        settings: Settings,
        *,
        done: Callable[[str], UnitResult | None],
        on_result: Callable[[Submission, list[UnitResult]], None],
        **_,
    ):
        for submission in submissions:
            for key, (kind, subject) in unit_keys(submission, settings).items():
                found = done(key)
                if found is None:
                    if self.stop_after is not None and len(self.ran) >= self.stop_after:
                        raise KeyboardInterrupt
                    found = self.judge(submission, key, kind, subject)
                    self.ran.append(f"{submission.name} {subject}")
                on_result(submission, [found])

    def judge(self, submission, key, kind, subject):
        if kind == "nbval":
            said = {"exercises": self.nbval.get(submission.name, {}), "problem": "", "seconds": 1.0}
            return unit(key, kind, subject, said)
        line = submission.files.get("layers.py", b"# {}").splitlines()[0]
        says = json.loads(line.removeprefix(b"# "))
        found = says.get(subject, says.get("*", "todo"))
        found = found if isinstance(found, dict) else {"outcome": found}
        if subject in self.infra:
            found = {"outcome": "infra"}
        return unit(key, kind, subject, result(subject, **found), "what it \x1b[31mprinted")


def layers(**outcomes):
    """A layers.py that says what is to be found in it."""
    says = {name.replace("all_", "*"): value for name, value in outcomes.items()}
    return f"# {json.dumps(says)}\n".encode()
