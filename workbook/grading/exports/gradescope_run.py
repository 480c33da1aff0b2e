"""What runs inside Gradescope: one submission judged, and results.json written.

    python -m workbook.grading.exports.gradescope_run /autograder

Without a verdict because of us nothing is written: Gradescope then says that the autograder
failed, which is no grade.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.checks.card.rows import rules_sentence
from workbook.errors import WorkbookError
from workbook.grading import scheduler
from workbook.grading.exports.gradescope import SETTINGS
from workbook.grading.intake import archives
from workbook.grading.intake.reader import SubmissionReader
from workbook.grading.intake.scheme import Scheme
from workbook.grading.reports.pages import clean
from workbook.grading.sandbox import bubblewrap
from workbook.grading.units import Settings, Submission, UnitResult, message_of
from workbook.locale import table, text
from workbook.student.atomic_write import write_text

__all__ = ["SCHEMA", "main", "results_of"]

VERSION = 2
"""Of `extra_data`, which is ours in the format that Gradescope documents."""

_WORDS = table("outcome")


class NoVerdict(WorkbookError):
    """It is our fault that an exercise could not be judged."""


def results_of(folder: Path, packed: dict[str, Any]) -> dict[str, Any]:
    """Judge what was handed in; gives the content of results.json.

    Raises
    ------
    NoVerdict
    """
    began, scheme = time.monotonic(), Scheme.from_json(packed["scheme"])
    with SubmissionReader() as reader:
        chosen = reader.read(_only_archive(folder))
    if chosen.invalid:
        return _nothing(chosen.invalid, scheme, began)
    mode = bubblewrap.select_sandbox("auto")
    settings = Settings(
        packed["secret"], scheme.exercises, tuple(packed["notebooks"]), sandbox=mode, memory=2048
    )
    submission = Submission("submission", chosen.files, chosen.problems)
    found: list[UnitResult] = []
    scheduler.run(
        [submission],
        settings,
        jobs=2,
        done=lambda key: None,
        on_result=lambda _, new: found.extend(new),
    )
    judged = {each.subject: each for each in found if each.kind == "judge"}
    for name in scheme.exercises:
        if name not in judged or judged[name].infra:
            why = judged[name].reason if name in judged else "it was not judged"
            raise NoVerdict(f"{name} has no verdict: {why}")
    tests = [_test(judged[name].result, scheme) for name in scheme.exercises]
    said = {name: each for u in found for name, each in u.result.get("exercises", {}).items()}
    return {
        "score": round(sum(test["score"] for test in tests), 2),
        "execution_time": round(time.monotonic() - began, 1),
        "output": "\n".join(clean(line) for line in chosen.notes),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "version": VERSION,
            "sandbox": mode,
            "integrated": {
                name: judged[name].result["integrated_outcome"] for name in scheme.exercises
            },
            "nbval": {name: each["outcome"] for name, each in said.items()},
        },
        "tests": tests,
    }


def _only_archive(folder: Path) -> Path:
    """Gradescope unpacks a zip, but not every other archive: then it is the only file."""
    try:
        inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        return folder  # Whoever reads it says why it cannot be read.
    single = inside[0] if len(inside) == 1 else None
    return single if single and single.is_file() and archives.is_archive(single) else folder


def _test(result: dict[str, Any], scheme: Scheme) -> dict[str, Any]:
    exercise, outcome = curriculum.load()[result["exercise"]], result["outcome"]
    maximum = scheme.points[exercise.id]
    share = result["points"] / result["max_points"] if result["max_points"] else 0.0
    bonus = f" ({text('feedback.bonus')})" if exercise.id in scheme.bonus else ""
    lines = [_WORDS[outcome]]
    message = message_of(result)
    words = message.words() if message is not None else {}
    if outcome != "pass":
        parts = ("look",) if outcome == "todo" else ("seen", "looks_like", "why", "look")
        titles = table("feedback.part")
        lines += [f"{titles[part]}: {words[part]}" for part in parts if words.get(part)]
    lost = rules_sentence(exercise.id, outcome, result.get("rules", ()), maximum)
    if lost:
        lines.append(lost)
    if outcome in curriculum.DONE and result["integrated_outcome"] not in curriculum.DONE:
        lines.append(text("feedback.integrated", outcome=_WORDS[result["integrated_outcome"]]))
    return {
        "name": f"{exercise.title}: {exercise.id}{bonus}",
        "score": round(share * maximum, 4),
        "max_score": maximum,
        "status": "passed" if outcome in curriculum.DONE else "failed",
        "output": clean("\n".join(lines)),
        "tags": [exercise.notebook],
        "visibility": "visible",
    }


def _nothing(reason: str, scheme: Scheme, began: float) -> dict[str, Any]:
    return {
        "score": 0.0,
        "execution_time": round(time.monotonic() - began, 1),
        "output": clean(text("feedback.invalid", reason=reason)),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {},
        "tests": [],
    }


def main(root: Path) -> int:
    """Judge the submission in `root/submission`; gives the exit code."""
    out = root / "results" / "results.json"
    out.unlink(missing_ok=True)
    packed = json.loads((root / "source" / SETTINGS).read_text(encoding="utf-8"))
    try:
        found = results_of(root / "submission", packed)
    except WorkbookError as error:
        print(f"workbook: {error}", file=sys.stderr)
        return 1
    write_text(out, json.dumps(found, indent=2, allow_nan=False) + "\n")
    return 0


_VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "results.json as Gradescope documents it",
    "type": "object",
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": _FORMAT,
        "test_output_format": _FORMAT,
        "test_name_format": _FORMAT,
        "visibility": _VISIBILITY,
        "stdout_visibility": _VISIBILITY,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": _FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": _FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": _VISIBILITY,
                    "extra_data": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
    },
    "anyOf": [{"required": ["score"]}, {"required": ["tests"]}],
    "additionalProperties": False,
}
"""JSON schema of what Gradescope reads."""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
