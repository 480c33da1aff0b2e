"""What `workbook submit` reads, whatever has become of the notebooks."""

import json

import pytest

from workbook.grading.intake.scheme import default_scheme
from workbook.grading.intake.submissions import gather as received
from workbook.release.submission import gather

CELL = {"cell_type": "code", "id": "twice", "metadata": {}, "source": "1", "outputs": []}


def notebook(*cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"this is no JSON", False),
        (b"", False),
        (b"\xff\xfe\x00", False),
        (b"[" * 100_000, False),
        (b'{"cells": {}}', False),
        (notebook({**CELL, "outputs": [1]}), False),
        (notebook(CELL, CELL), True),
        (notebook({**CELL, "source": "\ud800"}), True),
    ],
    ids=[
        "no JSON",
        "empty",
        "no text",
        "deep",
        "no cells",
        "no output",
        "same id",
        "half a letter",
    ],
)
def test_a_spoiled_notebook_is_named_and_hinders_nobody(tmp_path, data, kept):
    exercises = tmp_path / "workbook" / "exercises"
    exercises.mkdir(parents=True)
    (exercises / "layers.py").write_bytes(b"x = 1\n")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "CNN.ipynb").write_bytes(data)
    (tmp_path / "notebooks" / "Dropout.ipynb").write_bytes(notebook(CELL))
    work = gather(exercises, tmp_path)
    assert list(work.exercises) == ["layers.py"] and "Dropout.ipynb" in work.notebooks
    assert ("CNN.ipynb" in work.notebooks) == kept
    assert any("CNN.ipynb" in note for note in work.notes) == (not kept)

    # The grader takes the exercises and never looks at a student's notebook.
    folder = tmp_path / "class" / "ann"
    for name, content in {**work.files(), "notebooks/CNN.ipynb": data}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    [entry] = received(tmp_path / "class", default_scheme()).entries
    [attempt] = entry.attempts
    assert dict(attempt.submission.files) == {"layers.py": b"x = 1\n"} and not attempt.invalid
