"""The toggle and the live re-reading of files, in a real kernel."""

import os

import pytest

from workbook.student import blas_threads

pytestmark = pytest.mark.slow

STUB = 'raise NotImplementedError("relu_forward")'
FIRST = """
%load_ext workbook
import numpy as np
from workbook.exercises.layers import relu_forward
from workbook.exercises.optim import *
from workbook.exercises.classifiers.fc_net import TwoLayerNet
from workbook.exercises.scratch import graph
import workbook.exercises.scratch.layers as scratch_layers
"""
GIVEN_LAST = FIRST + "from workbook.numerics import verdict\n"


def test_edit_save_and_run_again(make_copy, make_kernel):
    copy = make_copy()
    kernel = make_kernel(copy)
    assert kernel.run(FIRST) == ""

    line = kernel.run("relu_forward(np.ones(3))")
    number = 1 + (copy.exercises / "layers.py").read_text("utf-8").split("\n").index(f"    {STUB}")
    assert line == f"relu_forward is still to do: workbook/exercises/layers.py, line {number}."

    copy.replace("layers.py", STUB, "out, cache = 7, 8")
    assert kernel.run("relu_forward(np.ones(3))") == "(7, 8)"
    # The same size within the same second is what a cache by time and size would miss.
    copy.replace("layers.py", "out, cache = 7, 8", "out, cache = 5, 6")
    assert kernel.run("relu_forward(np.ones(3))") == "(5, 6)"

    # Functions that call a function of another file, classes, modules, star imports.
    assert kernel.run("TwoLayerNet()").startswith("TwoLayerNet.init is still to do: ")
    copy.replace(
        "classifiers/fc_net.py",
        'raise NotImplementedError("TwoLayerNet.init")',
        "self.got = relu_forward(np.ones(3))",
    )
    assert kernel.run("TwoLayerNet().got") == "(5, 6)"
    assert kernel.run("graph.MulLayer().forward(2, 3)").startswith("scratch.MulLayer is still")
    copy.replace("scratch/graph.py", 'raise NotImplementedError("scratch.MulLayer")', "return 42")
    assert kernel.run("graph.MulLayer().forward(2, 3)") == "42"
    line = kernel.run("scratch_layers.Relu().forward(np.ones((1, 1)))")
    assert line.startswith("scratch.Relu is still to do: workbook/exercises/scratch/layers.py")
    copy.replace("scratch/layers.py", 'raise NotImplementedError("scratch.Relu")', "return 43")
    assert kernel.run("scratch_layers.Relu().forward(np.ones((1, 1)))") == "43"
    assert kernel.run("adam(np.ones(1), np.ones(1))").startswith("adam is still to do: ")
    copy.replace("optim.py", 'raise NotImplementedError("adam")', "return 44")
    assert kernel.run("adam(np.ones(1), np.ones(1))") == "44"


def test_a_broken_file_gives_one_line_and_recovers(make_copy, make_kernel):
    copy = make_copy()
    kernel = make_kernel(copy)
    kernel.run(FIRST)
    copy.replace("layers.py", STUB, "out, cache = (7, 8")
    line = kernel.run("relu_forward(np.ones(3))")
    assert line.startswith("workbook/exercises/layers.py, line ")
    assert line.endswith("does not parse: '(' was never closed.")
    assert "\n" not in line
    assert kernel.run("from workbook.exercises.layers import relu_forward") == line
    assert kernel.run("from workbook.exercises.layers import *") == line
    assert kernel.run("from workbook.exercises import layers") == line
    assert kernel.run("import workbook.exercises.layers as L") == line
    assert kernel.run("relu_forward") == line
    # A file that imports the broken one is usable up to where it calls a function of that.
    assert kernel.run("TwoLayerNet(3, 4)").startswith("TwoLayerNet.init is still to do: ")
    todo = 'raise NotImplementedError("TwoLayerNet.init")'
    copy.replace("classifiers/fc_net.py", todo, "relu_forward(0)")
    assert kernel.run("TwoLayerNet(3, 4)").endswith(line)
    copy.replace("classifiers/fc_net.py", "relu_forward(0)", todo)
    # What does not depend on the broken file goes on.
    assert kernel.run("sgd(np.ones(1), np.ones(1), {'learning_rate': 1})[0][0]") != line
    assert kernel.run("np.ones(1).sum() == 1") in ("True", "np.True_")

    copy.replace("layers.py", "out, cache = (7, 8", "out, cache = (7, 8)")
    assert kernel.run("relu_forward(np.ones(3))") == "(7, 8)"
    assert kernel.run("TwoLayerNet()").startswith("TwoLayerNet.init is still to do: ")

    # A file that parses but stops when imported, and a function that is gone.
    copy.replace("layers.py", "import numpy as np", "import numpy as np\nnp.nonsense\n")
    line = kernel.run("relu_forward(np.ones(3))")
    assert line.startswith("workbook/exercises/layers.py, line ")
    assert "stops when it is imported: AttributeError: module 'numpy' has no" in line
    assert "\n" not in line
    copy.replace("layers.py", "np.nonsense\n", "")
    copy.replace("layers.py", "def relu_forward", "def relu_forwards")
    line = kernel.run("relu_forward(np.ones(3))")
    assert line == "workbook/exercises/layers.py no longer has relu_forward."
    # fc_net imports the name, and does without it until it is called.
    assert kernel.run("TwoLayerNet()").startswith("TwoLayerNet.init is still to do: ")
    copy.replace("layers.py", "def relu_forwards", "def relu_forward")
    assert kernel.run("relu_forward(np.ones(3))") == "(7, 8)"


def test_a_kernel_that_starts_with_a_broken_file(make_copy, make_kernel):
    copy = make_copy()
    copy.replace("layers.py", STUB, "return [")
    kernel = make_kernel(copy)
    line = kernel.run(GIVEN_LAST)
    assert "does not parse" in line and "\n" not in line
    # What is given is there, and so is what the file does not concern.
    assert kernel.run("verdict.__name__") == "'verdict'"
    assert kernel.run("relu_forward(np.ones(3))") == line
    assert kernel.run("adam(np.ones(1), np.ones(1))").startswith("adam is still to do: ")
    # Mended: the set-up cell need not run again.
    copy.replace("layers.py", "return [", "return 3")
    assert kernel.run("relu_forward(np.ones(3))") == "3"
    assert kernel.run(GIVEN_LAST) == ""


@pytest.mark.parametrize(
    ("gone", "call"),
    [("layers.py", "relu_forward(np.ones(3))"), ("classifiers", "TwoLayerNet(3, 4)")],
)
def test_a_kernel_that_starts_without_a_file(make_copy, make_kernel, gone, call):
    copy = make_copy()
    kept = copy.folder / "kept"
    (copy.exercises / gone).rename(kept)
    kernel = make_kernel(copy)
    assert "is missing" in kernel.run(GIVEN_LAST)
    assert kernel.run("verdict.__name__") == "'verdict'"
    line = kernel.run(call)
    assert "is missing" in line and gone in line and "\n" not in line
    kept.rename(copy.exercises / gone)
    assert " is still to do: " in kernel.run(call)


def test_a_kernel_that_starts_without_an_optional_function(make_copy, make_kernel):
    copy = make_copy()
    copy.replace("layers.py", "def svm_loss", "def svm_lost")
    kernel = make_kernel(copy)
    kernel.run(FIRST + "from workbook.exercises.layers import svm_loss")
    assert kernel.run("svm_loss(1, 2)") == "workbook/exercises/layers.py no longer has svm_loss."
    assert kernel.run("relu_forward(np.ones(1))").startswith("relu_forward is still to do: ")
    assert "cannot import name" in kernel.run("from workbook.exercises.layers import nothing")
    copy.replace("layers.py", "def svm_lost", "def svm_loss")
    assert "no longer has" not in kernel.run("svm_loss(1, 2)")


def test_names_of_every_kind_are_bound_anew(make_copy, make_kernel):
    copy = make_copy()
    head = "import numpy as np\nRATE = 300\nTAG = ['a']\n"
    body = "def sgd():\n    return 'old'\n\n\ndef sgd_momentum():\n    return 'old'\n"
    copy.write("optim.py", head + body)
    kernel = make_kernel(copy)
    kernel.run(
        """
        %load_ext workbook
        from workbook.exercises.optim import *
        from workbook.exercises.optim import sgd as plain, TAG as tag
        import workbook.exercises
        from workbook import exercises
        sgd_momentum = "the notebook's own"
        """
    )
    assert kernel.run("RATE, tag") == "(300, ['a'])"
    copy.write("optim.py", (head + "NEW = 1\n" + body).translate({ord("0"): "1"}))
    copy.replace("optim.py", "['a']", "['b']")
    copy.replace("optim.py", "'old'", "'new'")
    assert kernel.run("RATE, tag, NEW, plain(), sgd()") == "(311, ['b'], 1, 'new', 'new')"
    assert kernel.run("exercises.optim.sgd(), workbook.exercises.optim.sgd()") == "('new', 'new')"
    assert kernel.run("sgd_momentum") == '"the notebook\'s own"'
    copy.replace("optim.py", "RATE = 311", "RATE = = 311")
    assert "line 2" in kernel.run("RATE + 1")
    assert kernel.run("np.__name__") == "'numpy'"


def test_errors_in_student_code_keep_a_short_traceback(make_copy, make_kernel):
    copy = make_copy()
    copy.replace("layers.py", STUB, "out = x @ np.ones((5, 6))")
    kernel = make_kernel(copy)
    kernel.run(FIRST)
    shown = kernel.run(
        """
        from workbook.numerics import eval_numerical_gradient
        eval_numerical_gradient(lambda x: relu_forward(x)[0], np.ones((2, 3)))
        """
    )
    assert "out = x @ np.ones((5, 6))" in shown
    assert "ValueError" in shown and "eval_numerical_gradient(lambda" in shown
    assert "gradient_check.py" not in shown
    # An error with nothing of the student's in it is Python's own, and so is a stray one.
    assert "ZeroDivisionError" in kernel.run("1 / 0")
    assert "NotImplementedError" in kernel.run("raise NotImplementedError('relu_forward')")
    assert "SyntaxError" in kernel.run("eval('1 +')")


def test_a_cell_that_needs_what_a_stopped_cell_makes(make_copy, make_kernel):
    copy = make_copy()
    kernel = make_kernel(copy)
    kernel.run(FIRST)
    line = kernel.run("model, other = TwoLayerNet(3, 4), 1")
    assert line.startswith("TwoLayerNet.init is still to do: ") and "\n" not in line
    follows = kernel.run("model.loss(np.ones((2, 3)))")
    assert follows.startswith(f"{line} The cell that makes `model` stopped there")
    assert "\n" not in follows
    assert "NameError: name 'typo' is not defined" in kernel.run("typo")
    # The same name missing in the student's own file is another matter.
    copy.replace("layers.py", STUB, "return model")
    assert "NameError: name 'model' is not defined" in kernel.run("relu_forward(np.ones(3))")
    kernel.run("model = 3")
    assert kernel.run("model") == "3"


def test_solutions_on_off_and_back(make_copy, make_kernel):
    copy = make_copy(solutions=True)
    copy.replace("layers.py", STUB, "out, cache = 7, 8")
    before = (copy.exercises / "layers.py").read_bytes()
    kernel = make_kernel(copy)
    kernel.run(FIRST)
    assert kernel.run("%solutions") == kernel.run("%solutions status")
    assert kernel.run("%solutions status").startswith("Solutions are off: ")
    kernel.run("old = relu_forward")
    shown = kernel.run("%solutions on")
    assert shown.startswith("Solutions are ON: workbook.exercises shows solutions (")
    assert "Objects made before keep their old code" in shown and "\n" not in shown
    assert kernel.run("relu_forward(np.array([-1., 2.]))[0].tolist()") == "[0.0, 2.0]"
    assert kernel.run("old is relu_forward") == "True"  # a name, not an object, is renewed
    assert kernel.run("TwoLayerNet(3, 4, 2).params['W1'].shape") == "(3, 4)"
    assert kernel.run("graph.MulLayer().forward(2, 3)") == "6"
    assert kernel.run("relu_forward.__code__.co_filename").endswith("solutions/layers.py'")
    assert "Solutions are ON" in kernel.run("%solutions status")
    # While they are on, an edit of the student's file changes nothing.
    copy.replace("layers.py", "out, cache = 7, 8", "out, cache = 8, 9")
    assert kernel.run("relu_forward(np.array([-1., 2.]))[0].tolist()") == "[0.0, 2.0]"
    assert "Solutions are off" in kernel.run("%solutions off")
    assert kernel.run("relu_forward(np.ones(3))") == "(8, 9)"
    assert "TwoLayerNet.init is still to do" in kernel.run("TwoLayerNet()")
    assert before.replace(b"7, 8", b"8, 9") == (copy.exercises / "layers.py").read_bytes()

    # The function does the same, at once and in one cell.
    shown = kernel.run(
        """
        from workbook.student import use_solutions
        use_solutions(True)
        print(relu_forward(np.array([-1., 2.]))[0].tolist())
        use_solutions(False)
        print(relu_forward(np.ones(3)))
        """
    )
    assert [line.split(":")[0] for line in shown.split("\n")] == [
        "Solutions are ON",
        "[0.0, 2.0]",
        "Solutions are off",
        "(8, 9)",
    ]
    assert kernel.run("%solutions maybe") == (
        "Use %solutions on, %solutions off or %solutions status; not 'maybe'."
    )


def test_a_copy_without_solutions(make_copy, make_kernel):
    copy = make_copy()
    kernel = make_kernel(copy)
    kernel.run(FIRST)
    line = kernel.run("%solutions on")
    assert line == "This copy has no solutions/ folder, so there are none to switch on."
    assert kernel.run("from workbook.student import use_solutions; use_solutions(True)") == line
    assert kernel.run("relu_forward(np.ones(3))").startswith("relu_forward is still to do: ")
    assert kernel.run("%solutions off").startswith("Solutions are off: ")


def test_the_saved_choice_reaches_an_open_notebook(make_copy, make_kernel):
    copy = make_copy(solutions=True)
    kernel = make_kernel(copy)
    kernel.run(FIRST)
    saved = copy.folder / ".workbook" / "choice.toml"
    saved.parent.mkdir()
    saved.write_text('exercises = "solutions"\n', encoding="utf-8")
    shown = kernel.run("print(relu_forward(np.array([-1., 2.]))[0].tolist())")
    assert shown.startswith("Solutions are ON") and shown.endswith("[0.0, 2.0]")
    assert kernel.run("print(1)") == "1"  # said once
    assert "saved by" in kernel.run("%solutions")
    (copy.folder / "solutions").rename(copy.folder / "elsewhere")
    line = kernel.run("relu_forward(np.ones(3))")
    assert line.startswith("The saved choice asks for solutions") and "\n" not in line
    assert kernel.run("from workbook.exercises.layers import relu_forward") == line
    saved.unlink()
    assert "relu_forward is still to do" in kernel.run("relu_forward(np.ones(3))")


def test_the_variable_and_loading_twice(make_copy, make_kernel):
    copy = make_copy(solutions=True)
    kernel = make_kernel(copy, WORKBOOK_EXERCISES="solutions")
    shown = kernel.run(FIRST)
    assert shown.startswith("Solutions are ON") and "\n" not in shown
    kernel.run("%load_ext workbook")
    kernel.run("%reload_ext workbook")
    kernel.run("%cd /")
    assert "Solutions are off" in kernel.run("%solutions off")
    assert kernel.run("relu_forward(np.ones(3))").count("still to do") == 1
    copy.replace("layers.py", STUB, "return 3")
    assert kernel.run("relu_forward(np.ones(3))") == "3"


THREADS = """
%load_ext workbook
import numpy
from threadpoolctl import threadpool_info
max((lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"), default=1)
"""


def test_the_linear_algebra_uses_one_thread(make_copy, make_kernel, monkeypatch):
    for name in blas_threads.NAMES:
        monkeypatch.delenv(name, raising=False)
    copy = make_copy()
    assert make_kernel(copy).run(THREADS) == "1"
    # 2, or as many as there are.
    chosen = make_kernel(copy, OPENBLAS_NUM_THREADS="2")
    assert chosen.run(THREADS) == str(min(2, os.cpu_count() or 1))


@pytest.mark.parametrize("name", blas_threads.NAMES)
def test_a_number_of_threads_that_was_asked_for_stays(name):
    environment = {name: "3"}
    blas_threads.use_one_thread(environment)
    assert environment == {name: "3"}
