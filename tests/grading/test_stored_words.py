"""What is stored holds no words of the locale: pages say them as they are today."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import workbook
from workbook import locale
from workbook.checks.references import FromSolutions
from workbook.grading.cache_key import unit_keys
from workbook.grading.judge_submission import judge_alone
from workbook.grading.units import Settings, Submission, derived_seed, message_of, notes_of

ROOT = Path(workbook.__file__).resolve().parents[1]
LAYERS = (ROOT / "solutions" / "layers.py").read_text(encoding="utf-8")
SHORTEST = 20
"""Letters of a fragment of a sentence; shorter ones may be a student's own."""


def edited(*edits):
    text = LAYERS
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def fragments():
    """What stands between the placeholders of the sentences."""
    for sentence in locale.sentences().values():
        found = (literal.strip() for literal in re.split(r"\{[^{}]*\}", sentence))
        yield from (literal for literal in found if len(literal) >= SHORTEST)


SUBMISSIONS = {
    "a misconception": edited(("db = dout.sum(axis=0)", "db = dout.sum(axis=0, keepdims=True)")),
    "a heuristic": edited(("db = dout.sum(axis=0)", "db = 3.25 * dout.sum(axis=0) + 0.5")),
    "a factor": edited(("db = dout.sum(axis=0)", "db = 3 * dout.sum(axis=0)")),
    "an exception": edited(("db = dout.sum(axis=0)", "db = dout + w.reshape(7, 9)")),
    "a print": edited(("db = dout.sum(axis=0)", "print(x); db = dout.sum(axis=0)")),
    "a syntax error": edited(("db = dout.sum(axis=0)", "db = dout.sum(axis=0")),
    "an import": b"import nothing_of_that_name\n" + LAYERS.encode(),
    "bytes": b"\xff\xfe" + LAYERS.encode("utf-16-le"),
    "a crash": edited(("db = dout.sum(axis=0)", "import os; os._exit(3)")),
    "a missing function": edited(("def affine_backward", "def backward_affine")),
    "a stub": edited(
        ("rows = x.reshape(x.shape[0], -1)", "raise NotImplementedError('relu_forward')")
    ),
}
SETTINGS = Settings("c0ffee", ("affine_forward", "affine_backward"), timeout=20.0, sandbox="none")


def judged(data):
    submission = Submission("s", {"layers.py": data} if data else {}, {})
    units = {key: name for key, (_, name) in unit_keys(submission, SETTINGS).items()}
    return judge_alone(submission, SETTINGS, units)


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_stored_result_holds_no_words(name):
    units = judged(SUBMISSIONS[name])
    stored = json.dumps([[unit.result, unit.log] for unit in units], ensure_ascii=False)
    assert [fragment for fragment in fragments() if fragment in stored] == []
    assert len(stored) < 20_000
    said = [message_of(unit.result) for unit in units]
    words = [words for message in said if message for words in message.words().values()]
    words += [note for unit in units for note in notes_of(unit.result)]
    assert words and all(words), "and yet it is told in words"
    assert not re.search(r"[{}\N{HORIZONTAL ELLIPSIS}]", " ".join(words))


def test_a_stored_result_holds_no_reference_array():
    references = FromSolutions(ROOT / "solutions", derived_seed("c0ffee", "affine_backward"))
    try:
        records = references.run("affine_backward").values()
    finally:
        references.close()
    hidden = {
        f"{value:.{digits}g}"
        for record in records
        for array in record.arrays.values()
        for value in np.ravel(array.array).tolist()
        for digits in (4, 6, 9)
    }
    for name in ("a misconception", "a heuristic", "a factor"):
        for unit in judged(SUBMISSIONS[name]):
            message = message_of(unit.result)
            numbers = set(re.findall(r"-?\d+\.\d{3,}", json.dumps(message and message.as_json())))
            # dx and dw are right, so these are the student's own, too; db is not.
            assert not {number for number in numbers if number in hidden}, name


def test_a_changed_sentence_reaches_the_pages_of_a_finished_gradebook(tmp_path):
    """Graded, a sentence edited, graded again: in a copy of the project, as an instructor would."""
    copy = tmp_path / "project"
    for name in ("workbook", "solutions"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    (tmp_path / "submissions" / "ann").mkdir(parents=True)
    (tmp_path / "submissions" / "ann" / "layers.py").write_bytes(SUBMISSIONS["a misconception"])
    (tmp_path / "scheme.toml").write_text('[count]\nexercises = ["affine_backward"]\n')
    env = {k: v for k, v in os.environ.items() if not k.startswith(("WORKBOOK_", "PYTEST"))}

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "workbook", *arguments],
            cwd=tmp_path,
            env={**env, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return (tmp_path / "results" / "feedback" / "ann.html").read_text(encoding="utf-8")

    def grade():
        quick = ("--no-nbval", "--sandbox", "none", "--jobs", "1", "--scheme", "scheme.toml")
        return run("grade", "submissions", *quick)

    messages = copy / "workbook" / "course" / "affine" / "messages.toml"
    old, new = "The axis that was summed over is still there", "An axis of length 1 is left"
    assert old in grade()
    text = messages.read_text(encoding="utf-8")
    messages.write_text(text.replace(old, new), encoding="utf-8")
    # Even without grading again: what is stored are no words.
    page = run("grades", "export") and (tmp_path / "results" / "feedback" / "ann.html").read_text(
        encoding="utf-8"
    )
    assert new in page and old not in page
    messages.write_text(text.replace(old, "Third time"), encoding="utf-8")
    page = grade()
    assert "Third time" in page and old not in page and new not in page
    assert "db has shape (1, 2); b has shape (2,)" in page
