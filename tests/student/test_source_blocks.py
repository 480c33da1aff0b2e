"""Finding an exercise in a student's file, putting its stub back, mending what is broken."""

import ast
import textwrap

import pytest

from workbook import curriculum
from workbook.student import source_blocks

PRISTINE = textwrap.dedent(
    '''\
    """Stub."""

    import numpy as np


    def affine_forward(x):
        """Doc."""
        raise NotImplementedError("affine_forward")


    def affine_backward(x):
        raise NotImplementedError("affine_backward")


    def relu_forward(x):
        raise NotImplementedError("relu_forward")
    '''
)
MINE = textwrap.dedent(
    '''\
    """Mine."""
    import numpy as np
    LIMIT = 3

    # my thoughts on affine_forward
    @np.vectorize
    @staticmethod
    def affine_forward(x):
        """Doc with
    a line at the margin: def relu_forward(x):
        """
        return x  # done
    # thoughts after it

    def affine_backward(x): return 1
    def helper(): pass

    def relu_forward(x):
        return 2'''
)


def test_spans():
    spans = source_blocks.spans(MINE)
    assert list(spans) == ["affine_forward", "affine_backward", "helper", "relu_forward"]
    assert spans["affine_forward"] == source_blocks.LineSpan("affine_forward", 6, 12)
    assert spans["relu_forward"].last == len(MINE.split("\n"))
    twice = source_blocks.spans("def f():\n    pass\n\ndef f():\n    return 1\n")
    assert twice["f"].first == 4  # the one that counts
    with pytest.raises(SyntaxError):
        source_blocks.spans("def f(:\n")


def test_a_reset_puts_the_whole_function_back_and_nothing_else():
    reset = source_blocks.with_stub(MINE, "affine_forward", PRISTINE)
    stub = (
        'def affine_forward(x):\n    """Doc."""\n    raise NotImplementedError("affine_forward")\n'
    )
    before, _, after = reset.partition(stub)
    assert before == MINE[: MINE.index("@np")]
    assert after == MINE[MINE.index("# thoughts after it") :]
    last = source_blocks.with_stub(MINE, "relu_forward", PRISTINE)
    assert last == MINE[: MINE.index("def relu_forward(x):\n    return")] + (
        'def relu_forward(x):\n    raise NotImplementedError("relu_forward")\n'
    )
    with pytest.raises(SyntaxError):
        source_blocks.with_stub(MINE + "\n)", "relu_forward", PRISTINE)


def test_a_reset_brings_a_lost_function_back_to_its_place():
    lost = MINE.replace("def affine_backward(x): return 1\n", "")
    reset = source_blocks.with_stub(lost, "affine_backward", PRISTINE)
    assert list(source_blocks.spans(reset)) == [
        "affine_forward",
        "affine_backward",
        "helper",
        "relu_forward",
    ]
    empty = source_blocks.with_stub("", "affine_forward", PRISTINE)
    assert list(source_blocks.spans(empty)) == ["affine_forward"]


def test_every_exercise_can_be_reset():
    for exercise in curriculum.load():
        pristine = source_blocks.pristine_source(exercise.file)
        assert source_blocks.part_of(exercise.id) in source_blocks.spans(pristine)
        assert source_blocks.with_stub(pristine, exercise.id) == pristine


def test_what_a_reset_takes_along():
    assert source_blocks.class_siblings("affine_forward") == []
    assert source_blocks.class_siblings("scratch.TwoLayerNet") == []
    assert source_blocks.class_siblings("TwoLayerNet.loss") == ["TwoLayerNet.init"]
    assert len(source_blocks.class_siblings("FullyConnectedNet.loss")) == 4


GOOD = {
    "affine_forward": "def affine_forward(x):\n    return 1\n\n",
    "affine_backward": "def affine_backward(x):\n    return 2\n\n",
    "relu_forward": "def relu_forward(x):\n    return 3\n\n",
}


def run(repaired):
    names: dict[str, object] = {}
    exec(compile(repaired.tree, "repaired", "exec"), names)
    return names


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("def affine_backward(x):\n    return (2\n\n", 2),  # never closed
        ("def affine_backward(x):\n    y = 2\n  return y\n\n", 3),  # unindent
        ("def affine_backward(x):\n    y = 2\n      z = 3\n    return y\n\n", 3),
        ("def affine_backward(x):\ny = 2\nreturn y\n\n", 2),  # slipped to the margin
        ('def affine_backward(x):\n    """Doc\n    return 2\n\n', 2),  # open string
        ("def affine_backward(x)\n    return 2\n\n", 1),
        ("def affine_backward(x):\n    return 2\nreturn 3\n\n", 3),  # parses, does not compile
        ("def affine_backward(x):\n    y == = 2\n    return y\n", 2),
        ("def affine_backward(x):\n\n", 1),
        ("@decorator(\ndef affine_backward(x):\n    return 2\n\n", 1),
    ],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_broken_function_costs_only_itself(broken, line, position):
    parts = [GOOD["affine_forward"], GOOD["relu_forward"]]
    parts.insert(position, broken)
    head = "import math\n\n\n"
    source = head + "".join(parts)
    offset = (head + "".join(parts[:position])).count("\n")
    repaired = source_blocks.repair(source, "layers.py", PRISTINE)
    assert repaired is not None
    [replacement] = repaired.replaced
    assert replacement.name == "affine_backward" and replacement.stubbed
    assert replacement.line == offset + 1
    assert 0 <= replacement.error_line - offset - line <= 1  # Python itself names either
    names = run(repaired)
    assert names["affine_forward"](0) == 1 and names["relu_forward"](0) == 3
    with pytest.raises(NotImplementedError, match="affine_backward"):
        names["affine_backward"](0)
    # Every other line keeps its number, so that errors point to the student's file.
    kept = {n.name: n.lineno for n in repaired.tree.body if isinstance(n, ast.FunctionDef)}
    for name in ("affine_forward", "relu_forward"):
        assert kept[name] == 1 + source[: source.index(f"def {name}")].count("\n")


def test_several_broken_parts_and_the_head():
    source = "import math as\n\n" + GOOD["affine_forward"] + "def relu_forward(x:\n    pass\n"
    source += "\ndef my_helper(:\n    pass\n"
    repaired = source_blocks.repair(source, "layers.py", PRISTINE)
    assert repaired is not None
    assert [(r.name, r.stubbed) for r in repaired.replaced] == [
        ("", True),
        ("relu_forward", True),
        ("my_helper", False),
    ]
    names = run(repaired)
    assert "np" in names and "my_helper" not in names and names["affine_forward"](0) == 1


def test_a_function_at_the_margin_of_a_string_is_no_start():
    text = 'def affine_forward(x):\n    """Doc\ndef relu_forward(x):\n    """\n    return 1\n\n'
    repaired = source_blocks.repair(text + "def relu_forward(x:\n    pass\n", "layers.py", PRISTINE)
    assert repaired is not None
    assert [r.name for r in repaired.replaced] == ["relu_forward"]
    assert run(repaired)["affine_forward"](0) == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": [{"source": [}',
        "Dear professor,\nmy code is attached.\n",
        "def something_else(x:\n    pass\n",
        "\0",
        "<<<<<<< HEAD\n",
    ],
)
def test_what_is_not_python_at_all_is_not_mended(text):
    assert source_blocks.repair(text, "layers.py", PRISTINE) is None


def test_a_whole_file_needs_no_mending(tmp_path):
    assert (
        source_blocks.repair(MINE.replace("@np.vectorize\n@staticmethod\n", ""), "layers.py")
        is None
    )
    (tmp_path / "latin.py").write_bytes("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    assert "é" in source_blocks.read_source(tmp_path / "latin.py")
    (tmp_path / "wrong.py").write_bytes("x = 'é'\n".encode("latin-1"))
    assert source_blocks.read_source(tmp_path / "wrong.py") is None


@pytest.mark.parametrize("file", curriculum.load().files())
def test_any_part_of_any_exercise_file_can_be_mended(file):
    pristine = source_blocks.pristine_source(file)
    spans = source_blocks.spans(pristine)
    lines = pristine.split("\n")
    for name, span in spans.items():
        broken = [*lines[: span.last], "    return (", *lines[span.last :]]
        repaired = source_blocks.repair("\n".join(broken), file)
        assert [replacement.name for replacement in repaired.replaced] == [name]
        compile(repaired.tree, file, "exec")
        assert {n.name for n in repaired.tree.body if hasattr(n, "name")} == set(spans)
