"""Stubs are valid code, hold nothing of the solution, and are what the solutions generate."""

import ast
import io
import re
import shutil
import textwrap
import tokenize
from collections import Counter

import pytest

from workbook import curriculum
from workbook.errors import WorkbookError
from workbook.student import (
    load_implementation,
    locations,
    pristine_stubs,
    snapshots,
    stub_writer,
    stubs,
)

needs_solutions = pytest.mark.skipif(
    locations.solutions_folder() is None, reason="this copy has no solutions/"
)


def stub(text, file="sample.py"):
    return stubs.make_stub(textwrap.dedent(text).lstrip("\n"), file)


def test_a_stub():
    made = stub(
        '''
        """Sample."""

        import numpy as np

        ### BEGIN SOLUTION
        import secret

        LIMIT = secret.limit
        ### END SOLUTION


        def affine_forward(x, w, b):
            """What it does."""
            rows = len(x)

            # TODO: something
            # in two lines.
            ### BEGIN SOLUTION
            # how
            out = rows + LIMIT
            cache = x
            ### END SOLUTION

            return out, cache


        ### BEGIN SOLUTION
        def helper():
            return 1
        ### END SOLUTION


        class Layer:
            """Doc."""

            ### BEGIN SOLUTION
            size = 3
            ### END SOLUTION

            def forward(self):
                ### BEGIN SOLUTION
                return helper()
                ### END SOLUTION
        '''
    )
    assert made == textwrap.dedent(
        '''\
        """Sample."""

        import numpy as np


        def affine_forward(x, w, b):
            """What it does."""
            rows = len(x)

            out, cache = None, None
            # TODO: something
            # in two lines.
            raise NotImplementedError("affine_forward")

            return out, cache


        class Layer:
            """Doc."""

            def forward(self):
                raise NotImplementedError("Layer.forward")
        '''
    )


def test_the_last_block_of_a_file_vanishes_with_its_gap():
    assert stub("x = 1\n\n\n### BEGIN SOLUTION\ny = 2\n### END SOLUTION\n") == "x = 1\n"


def test_an_invalid_stub_is_an_error():
    with pytest.raises(WorkbookError, match=r"^sample\.py, line \d: the stub would not be valid"):
        stub("if True:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION\n")


def generated():
    return pristine_stubs.generate(pristine_stubs.sources(locations.solutions_folder()))


@needs_solutions
def test_the_pristine_folder_is_exactly_what_the_solutions_generate():
    expected = generated()
    assert set(expected) >= set(curriculum.load().files())
    pristine = locations.pristine_folder()
    made = {p.relative_to(pristine).as_posix(): p.read_bytes() for p in pristine.rglob("*.py")}
    assert made == {name: text.encode() for name, text in expected.items()}
    assert "__init__.py" in made


@needs_solutions
def test_nothing_of_a_solution_block_is_left():
    folder = locations.solutions_folder()
    for name, text in generated().items():
        assert "SOLUTION" not in text
        outside: Counter[str] = Counter()
        inside = False
        for line in (folder / name).read_text(encoding="utf-8").split("\n"):
            inside = (inside or "### BEGIN" in line) and "### END" not in line
            outside[line] += not inside
        added = Counter(text.split("\n")) - outside
        for line in added:
            assert re.fullmatch(r" +(raise NotImplementedError\(.*\)|.* = None(, None)*)", line)


def raises(tree):
    """Where each `raise NotImplementedError("<id>")` of a file stands: (top level name, id)."""
    for top in tree.body:
        for node in ast.walk(top):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                call = node.exc
                if isinstance(call.func, ast.Name) and call.func.id == "NotImplementedError":
                    yield top.name, call.args[0].value


@pytest.mark.parametrize("file", curriculum.load().files())
def test_every_exercise_raises_its_own_id_under_a_todo(file):
    text = (locations.pristine_folder() / file).read_text(encoding="utf-8")
    found = list(raises(ast.parse(text)))
    listed = {exercise.id: exercise.qualname for exercise in curriculum.load().in_file(file)}
    assert {exercise for _, exercise in found} == set(listed)
    for name, exercise in found:
        assert name == listed[exercise]
    lines = text.split("\n")
    comments = {
        t.start[0]: t.string
        for t in tokenize.generate_tokens(io.StringIO(text).readline)
        if t.type == tokenize.COMMENT
    }
    for number, line in enumerate(lines, start=1):
        if "raise NotImplementedError(" in line:
            above = number - 1
            while above in comments and not comments[above].startswith("# TODO: "):
                above -= 1
            assert above in comments, f"{file}, line {number}: no TODO text above it."


def test_stubs_are_formatted_code():
    for file in curriculum.load().files():
        text = (locations.pristine_folder() / file).read_text(encoding="utf-8")
        assert text.endswith("\n") and not text.endswith("\n\n")
        assert "\n\n\n\n" not in text and " \n" not in text and "\t" not in text
        assert max(map(len, text.split("\n"))) <= 100


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A small checkout with one solution file."""
    for folder in ("solutions/scratch", "workbook/exercises"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "workbook/exercises/__init__.py").write_text("# the switch\n")
    solution = tmp_path / "solutions" / "sample.py"
    monkeypatch.setattr(locations, "solutions_folder", lambda: tmp_path / "solutions")
    monkeypatch.setattr(locations, "_package", lambda: tmp_path / "workbook")
    monkeypatch.setattr(locations, "state_folder", lambda: tmp_path / ".workbook")
    listed = curriculum.Exercise("f", "F", "sample.py", "CNN", 1, 1, "relu")
    small = curriculum.Curriculum((), (listed,))
    monkeypatch.setattr(curriculum, "load", lambda: small)
    write = solution.write_text
    write(
        "def f():\n    # TODO: one.\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    )
    return tmp_path


STUB = 'def f():\n    # TODO: one.\n    raise NotImplementedError("f")\n'


def test_writing_and_checking(workshop):
    assert len(stub_writer.stale()) == 1
    done = stub_writer.write_stubs()
    assert done.written == ["workbook/exercises/sample.py"]
    assert stub_writer.stale() == []
    assert (workshop / "workbook/exercises/sample.py").read_bytes() == STUB.encode()
    assert (workshop / "workbook/exercises/__init__.py").read_text() == "# the switch\n"
    again = stub_writer.write_stubs()
    assert again.written == [] and len(again.unchanged) == 1 and again.snapshot is None

    # An unedited stub follows its solution without ado.
    solution = workshop / "solutions/sample.py"
    solution.write_text(solution.read_text().replace("one", "two"))
    assert "is not what solutions/sample.py generates" in stub_writer.stale()[0]
    assert stub_writer.write_stubs().snapshot is None
    assert "two" in (workshop / "workbook/exercises/sample.py").read_text()


def test_what_jupyter_keeps_of_its_own_is_no_stub(workshop):
    stub_writer.write_stubs()
    for impl in ("workbook/exercises", "solutions"):
        kept = workshop / impl / ".ipynb_checkpoints" / "sample-checkpoint.py"
        kept.parent.mkdir()
        kept.write_text("x = 1\n")
    assert stub_writer.stale() == []


def test_a_students_edits_are_never_lost(workshop):
    stub_writer.write_stubs()
    mine = workshop / "workbook/exercises/sample.py"
    mine.write_text("def f():\n    return 'my own work'\n")
    own = workshop / "workbook/exercises/helper.py"
    own.write_text("# mine\n")
    assert [line.split()[0] for line in stub_writer.stale()] == [
        "workbook/exercises/helper.py",
        "workbook/exercises/sample.py",
    ]
    done = stub_writer.write_stubs()
    assert mine.read_text() == STUB
    assert done.kept == ["workbook/exercises/helper.py"] and own.read_text() == "# mine\n"
    assert done.snapshot is not None
    snapshots.restore(done.snapshot.id, mine.parent)
    assert "my own work" in mine.read_text()


def test_an_old_stub_that_nobody_remembers_is_kept_in_a_snapshot(workshop):
    stub_writer.write_stubs()
    shutil.rmtree(workshop / ".workbook")
    solution = workshop / "solutions/sample.py"
    solution.write_text(solution.read_text().replace("one", "two"))
    done = stub_writer.write_stubs()
    assert done.snapshot is not None and done.snapshot.read("sample.py") == STUB.encode()


def test_a_stub_whose_solution_is_gone_goes_too(workshop):
    extra = workshop / "solutions/scratch/extra.py"
    extra.write_text("x = 1\n")
    stub_writer.write_stubs()
    assert (workshop / "workbook/exercises/scratch/extra.py").is_file()
    extra.unlink()
    assert stub_writer.write_stubs().removed == ["workbook/exercises/scratch/extra.py"]
    assert not (workshop / "workbook/exercises/scratch/extra.py").exists()


def test_an_exercise_without_a_block_is_an_error(workshop):
    (workshop / "solutions/sample.py").write_text("def f():\n    return 1\n")
    with pytest.raises(WorkbookError, match="no solution block: f"):
        stub_writer.write_stubs()
    assert not (workshop / "workbook/exercises/sample.py").exists()


def test_a_copy_without_solutions(monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    with pytest.raises(WorkbookError, match="no solutions/ folder"):
        stub_writer.stale()


@needs_solutions
def test_solutions_and_stubs_offer_the_same_names():
    with (
        load_implementation(locations.solutions_folder()) as right,
        load_implementation(locations.pristine_folder()) as stub,
    ):
        assert right.problems == {} and stub.problems == {}
        assert set(right.modules()) == set(stub.modules())
