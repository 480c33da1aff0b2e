"""What of an exercise is written, and which TODOs are left."""

import pytest

from workbook import curriculum
from workbook.student import source_blocks
from workbook.student.todos import is_begun, todos_left

DROPOUT = source_blocks.pristine_source("layers.py")
NET = source_blocks.pristine_source("classifiers/fc_net.py")
TEST_PASS = """        out = None
        # TODO: the test pass.
        raise NotImplementedError("dropout_forward")
"""
GAMMAS = '            raise NotImplementedError("FullyConnectedNet.batchnorm")\n'
PARAMETERS = '        raise NotImplementedError("FullyConnectedNet.init")\n'


@pytest.mark.parametrize("exercise_id", curriculum.load().ids())
def test_a_stub_is_not_begun_and_a_solution_is(exercise_id, solutions):
    file = curriculum.load()[exercise_id].file
    pristine = source_blocks.pristine_source(file)
    assert not is_begun(pristine, exercise_id)
    assert todos_left(pristine, exercise_id)
    solution = (solutions / file).read_text(encoding="utf-8")
    assert is_begun(solution, exercise_id)
    assert todos_left(solution, exercise_id) == ()


@pytest.mark.parametrize(
    "source",
    [
        DROPOUT.replace("# TODO: the test pass.", "# I shall do this tomorrow."),
        DROPOUT.replace("Inverted dropout:", "Dropout, inverted:"),
        DROPOUT.replace("    mask = None\n", "\n\n    mask   =   None\n"),
        DROPOUT + "\n\ndef affine_backward(dout, cache):\n    return None\n",
        DROPOUT.replace('raise NotImplementedError("relu_forward")', "out, cache = x, x"),
        DROPOUT.replace("def relu_forward(x):", "def relu_forward(x:"),
    ],
)
def test_comments_layout_and_other_exercises_are_no_beginning(source):
    assert source != DROPOUT
    assert not is_begun(source, "dropout_forward")


@pytest.mark.parametrize(
    "source",
    [
        DROPOUT.replace("    mask = None\n", "    mask = np.ones(x.shape)\n"),
        DROPOUT.replace(TEST_PASS, "        out = x\n"),
        DROPOUT + "\n\ndropout_forward = my_own\n",
        "x = (",
        None,
    ],
)
def test_anything_else_is_a_beginning(source):
    assert is_begun(source, "dropout_forward")


def test_parts_of_a_class_are_told_apart():
    written = NET.replace(PARAMETERS, "        self.params['W1'] = np.zeros(1)\n")
    assert is_begun(written, "FullyConnectedNet.init")
    for part in ("loss", "batchnorm", "layernorm", "dropout"):
        assert not is_begun(written, f"FullyConnectedNet.{part}")
    begun = NET.replace(GAMMAS, "            self.params['gamma1'] = 1\n" + GAMMAS, 1)
    assert is_begun(begun, "FullyConnectedNet.batchnorm")
    assert not is_begun(begun, "FullyConnectedNet.init")


def test_a_todo_has_its_line_and_the_first_sentence_of_its_comment():
    source = DROPOUT.replace(TEST_PASS, "        out = x\n")
    (left,) = todos_left(source, "dropout_forward")
    assert source.split("\n")[left.line - 1].strip().startswith("raise NotImplementedError(")
    assert left.words == "draw a mask of random numbers from np.random, and apply it"


def test_a_todo_keeps_its_words_when_code_is_written_below_its_comment():
    raised = TEST_PASS.splitlines(keepends=True)[-1]
    half = TEST_PASS.replace(raised, "        scale = 1.0\n" + raised)
    left = todos_left(DROPOUT.replace(TEST_PASS, half), "dropout_forward")
    assert left[-1].words == "the test pass"
    bare = TEST_PASS.replace("        # TODO: the test pass.\n", "")
    left = todos_left(DROPOUT.replace(TEST_PASS, bare), "dropout_forward")
    assert left[-1].words == ""


@pytest.mark.parametrize(
    "source",
    ["#" * 600_000, "(" * 5000, "x = " + "-" * 50_000 + "1", "\0", "x = " + "1+" * 50_000 + "1"],
)
def test_a_file_made_to_trouble_the_parser_counts_as_begun(source):
    assert is_begun(source, "dropout_forward")
    assert todos_left(source, "dropout_forward") == ()
