"""What solution markers may and may not look like."""

import textwrap

import pytest

from workbook.student.solution_markers import MarkerError, find_blocks


def blocks(text, file="sample.py"):
    return find_blocks(textwrap.dedent(text), file)


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("### BEGIN SOLUTION\nx = 1\n", 1, "BEGIN SOLUTION without an END"),
        ("x = 1\n### END SOLUTION\n", 2, "END SOLUTION without a BEGIN"),
        (
            "### BEGIN SOLUTION\nx = 1\n### BEGIN SOLUTION\ny = 1\n### END SOLUTION\n",
            3,
            "inside the block that begins in line 1",
        ),
        ("# BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", 1, "is no marker"),
        ("### BEGIN SOLUTIONS\nx = 1\n### END SOLUTION\n", 1, "is no marker"),
        ("### begin solution\nx = 1\n### END SOLUTION\n", 1, "is no marker"),
        ("x = 1  ### BEGIN SOLUTION\n### END SOLUTION\n", 1, "is no marker"),
        ("x = '''\n### BEGIN SOLUTION\n'''\n", 2, "is no marker"),
        ("### BEGIN SOLUTION\n# nothing\n### END SOLUTION\n", 1, "holds no statement"),
        ("### BEGIN SOLUTION some.id\nx = 1\n### END SOLUTION\n", 1, "outside of every function"),
        ("def f(:\n", 1, "does not parse"),
        ("x = [\n### BEGIN SOLUTION\n1,\n### END SOLUTION\n]\n", 2, "holds no statement"),
        ("### BEGIN SOLUTION\nx = (1,\n### END SOLUTION\n2)\n", 1, "cuts through a statement"),
        (
            "def f():\n    a = 1\n    ### BEGIN SOLUTION\n    b = 1\ndef g():\n    c = 1\n"
            "    ### END SOLUTION\n    d = 1\n",
            3,
            "cuts through a statement",
        ),
        ("def f():\n    ### BEGIN SOLUTION\n    b = 1\n### END SOLUTION\nx = 1\n", None, None),
        (
            "def f():\n### BEGIN SOLUTION\n    b = 1\n### END SOLUTION\n",
            2,
            "is not indented as its code",
        ),
        (
            "### BEGIN SOLUTION\nhelp_me = 1\n### END SOLUTION\nx = help_me\n",
            1,
            "help_me is set only in this block, which vanishes, but line 4 uses it",
        ),
    ],
)
def test_bad_markers_are_named_with_file_and_line(body, line, says):
    if line is None:
        assert len(blocks(body)) == 1
        return
    with pytest.raises(MarkerError, match=f"^sample.py, line {line}: ") as caught:
        blocks(body)
    assert says in str(caught.value)


def one_function(name="f", indent=""):
    body = f"def {name}():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    return textwrap.indent(body, indent)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("layers.py", one_function("affine_forward"), "affine_forward"),
        ("scratch/functions.py", one_function("sigmoid"), "scratch.sigmoid"),
        ("scratch/layers.py", "class Relu:\n" + one_function("forward", "    "), "scratch.Relu"),
        (
            "classifiers/cnn.py",
            "class ThreeLayerConvNet:\n" + one_function("__init__", "    "),
            "ThreeLayerConvNet.init",
        ),
        (
            "classifiers/fc_net.py",
            "class TwoLayerNet:\n" + one_function("loss", "    "),
            "TwoLayerNet.loss",
        ),
        # A helper inside an exercise belongs to the exercise.
        ("layers.py", "def relu_forward():\n" + one_function("helper", "    "), "relu_forward"),
    ],
)
def test_the_id_is_that_of_the_enclosing_exercise(file, text, expected):
    assert [block.exercise_id for block in blocks(text, file)] == [expected]


def test_the_marker_may_name_another_exercise_of_the_file():
    text = "class FullyConnectedNet:\n" + one_function("norm_forward", "    ")
    with pytest.raises(MarkerError, match=r"'FullyConnectedNet.norm_forward' is no exercise"):
        blocks(text, "classifiers/fc_net.py")
    named = text.replace("BEGIN SOLUTION", "BEGIN SOLUTION FullyConnectedNet.batchnorm")
    [block] = blocks(named, "classifiers/fc_net.py")
    assert block.exercise_id == "FullyConnectedNet.batchnorm"
    wrong = text.replace("BEGIN SOLUTION", "BEGIN SOLUTION affine_forward")
    with pytest.raises(MarkerError, match="line 3: 'affine_forward' is no exercise of this file"):
        blocks(wrong, "classifiers/fc_net.py")


def nones(text):
    return [block.set_to_none for block in blocks(text)]


def test_names_used_after_a_block_are_found():
    assert nones(
        """
        def f(x, *args, key=1, **rest):
            given = 0
            ### BEGIN SOLUTION
            dx, (dw, db) = x, (1, 2)
            x = args = key = rest = given = 0
            for i in range(3):
                unused = [j for j in range(i)]
            def helper(): inner = 1
            self.attribute = 1
            ### END SOLUTION
            return db, dx, dw, x, key, given, i, helper, j
        """
    ) == [["db", "dx", "dw", "i", "helper"]]


def test_what_only_other_blocks_use_is_not_set():
    assert nones(
        """
        def f(y):
            ### BEGIN SOLUTION
            scores, cache = 1, 2
            ### END SOLUTION
            if y is None:
                return scores
            ### BEGIN SOLUTION
            loss = scores + cache
            ### END SOLUTION
            return loss
        """
    ) == [["scores"], ["loss"]]


def test_branches_set_their_own_names_but_never_undo_given_ones():
    assert nones(
        """
        def f(mode):
            if mode == "train":
                ### BEGIN SOLUTION
                out, cache, rate = 1, 2, 3
                ### END SOLUTION
            else:
                rate = 4
                ### BEGIN SOLUTION
                out = rate
                rate = 5
                ### END SOLUTION
            ### BEGIN SOLUTION
            total = cache = 1
            ### END SOLUTION
            return out, total, rate, cache
        """
    ) == [["out", "rate", "cache"], ["out"], ["total", "cache"]]
    assert nones(
        """
        def f():
            ### BEGIN SOLUTION
            out = 1
            ### END SOLUTION
            if out:
                ### BEGIN SOLUTION
                out = 2
                ### END SOLUTION
            return out
        """
    ) == [["out"], []]
