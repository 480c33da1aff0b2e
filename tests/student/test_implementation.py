"""Implementations side by side, whole and broken."""

import sys
import textwrap

import numpy as np
import pytest

from workbook import curriculum
from workbook.errors import WorkbookError
from workbook.student import load_implementation, pristine_folder
from workbook.student.implementation import MissingName
from workbook.student.importer import FileProblem


@pytest.fixture
def write(tmp_path):
    """Write a file of a sample implementation; returns the implementation's folder."""

    def write(file, text):
        path = tmp_path / "impl" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return tmp_path / "impl"

    write("layers.py", "SCALE = 2\n\ndef affine_forward(x, w, b):\n    return SCALE * x, None\n")
    write("optim.py", "def sgd(w, dw, config=None):\n    return w - dw, config\n")
    write(
        "classifiers/fc_net.py",
        """
        from ..layers import affine_forward

        class TwoLayerNet:
            def loss(self, X):
                return affine_forward(X, 0, 0)[0]
        """,
    )
    write("scratch/nets.py", "class TwoLayerNet:\n    here = 'scratch'\n")
    write("scratch/layers.py", "from .nets import TwoLayerNet\n\ndef im2col():\n    return 1\n")
    return write


def test_names_are_found_where_the_curriculum_says(write):
    with load_implementation(write("extra.py", "")) as impl:
        assert impl.affine_forward(3, 0, 0) == (6, None)
        assert impl.TwoLayerNet().loss(3) == 6
        assert impl.scratch.TwoLayerNet.here == "scratch"
        assert impl.scratch.im2col() == 1
        assert impl.sgd(3, 1) == (2, None)  # given, so not in the curriculum
        assert impl.SCALE == 2
        assert impl.module("layers").affine_forward is impl.affine_forward
        assert impl.module("classifiers.fc_net").TwoLayerNet is impl.TwoLayerNet
        assert impl.module("extra").__name__ == f"{impl.package}.extra"
        for part in (impl, impl.scratch):
            with pytest.raises(MissingName, match="has no rmsprop_of_mine") as caught:
                _ = part.rmsprop_of_mine
            assert isinstance(caught.value, AttributeError)
        with pytest.raises(MissingName, match=r"optim.py has no adam"):
            _ = impl.adam
        with pytest.raises(MissingName):
            _ = impl.scratch.sgd


def test_impls_do_not_mix_and_close_without_a_trace(write):
    first = load_implementation(
        write("layers.py", "def affine_forward(x, w, b):\n    return 1, 1\n")
    )
    second = load_implementation(
        write("layers.py", "def affine_forward(x, w, b):\n    return 2, 2\n")
    )
    assert first.TwoLayerNet().loss(0) == 1
    assert second.TwoLayerNet().loss(0) == 2
    assert first.package != second.package
    net = first.TwoLayerNet()
    for impl in (first, second):
        impl.close()
        assert not [name for name in sys.modules if name.startswith(impl.package)]
    assert net.loss(0) == 1


def test_an_edit_of_the_same_size_at_the_same_time_is_seen(write):
    import os

    for number in "1234":
        folder = write("optim.py", f"def sgd():\n    return {number}\n")
        os.utime(folder / "optim.py", (1, 1))
        with load_implementation(folder) as impl:
            assert impl.sgd() == int(number)
    assert not list(folder.rglob("*.pyc"))


def test_absolute_imports_stay_in_the_impl(write):
    folder = write(
        "classifiers/cnn.py",
        """
        import workbook.exercises.layers as layers
        from workbook.exercises import optim
        from workbook.exercises.layers import *

        class ThreeLayerConvNet:
            got = affine_forward(3, 0, 0), layers.SCALE, optim.sgd(3, 1)
        """,
    )
    with load_implementation(folder) as impl:
        assert impl.ThreeLayerConvNet.got == ((6, None), 2, (2, None))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("x = 1\ndef adam(:\n", 2, "optim.py, line 2, does not parse: invalid syntax."),
        ("def adam():\n    x = 1\n  return x\n", 3, "does not parse: unindent does not match"),
        ("def adam():\n    pass\nreturn 3\n", 3, "does not parse: 'return' outside function."),
        ("x = 1\nadam = y\n", 2, "line 2, stops when it is imported: NameError: name 'y' is"),
        ("raise SystemExit(3)\n", 1, "stops when it is imported: SystemExit: 3."),
        ("from .layers import nix\n", 1, "cannot import name 'nix' from 'layers'."),
        (b"x = '\xff'\n", None, "does not parse: (unicode error) 'utf-8' codec"),
        (b"x = 1\0\n", None, "null bytes"),
    ],
)
def test_one_broken_file_costs_only_itself(write, text, line, says):
    with load_implementation(write("optim.py", text)) as impl:
        problem = impl.problems["optim.py"]
        assert isinstance(problem, FileProblem)
        assert says in str(problem) and "\n" not in str(problem)
        assert "_workbook_impl" not in str(problem)
        if line:
            assert problem.line == line
        assert problem.original is not None
        for name in ("adam", "sgd"):  # one of the curriculum, one that is given
            with pytest.raises(FileProblem, match=r"optim\.py"):
                getattr(impl, name)
        with pytest.raises(FileProblem):
            impl.module("optim")
        assert impl.affine_forward(3, 0, 0) == (6, None)
        assert impl.TwoLayerNet().loss(3) == 6


def test_a_broken_file_is_named_also_by_those_that_import_it(write):
    with load_implementation(write("layers.py", "def affine_forward(x, w, b:\n    pass\n")) as impl:
        assert "layers.py" in str(impl.problems["classifiers/fc_net.py"])
        with pytest.raises(FileProblem, match=r"impl.layers\.py, line 1, does not parse"):
            _ = impl.TwoLayerNet
        assert impl.scratch.TwoLayerNet.here == "scratch"


def test_missing_files_and_folders(write, tmp_path):
    folder = write("optim.py", "")
    with load_implementation(folder) as impl:
        problem = impl.problems["layer_utils.py"]
        assert isinstance(problem, FileProblem) and problem.original is None
        assert str(problem).endswith("layer_utils.py is missing.")
        with pytest.raises(FileProblem):
            _ = impl.affine_bn_relu_forward
    with pytest.raises(WorkbookError, match="There is no folder"):
        load_implementation(tmp_path / "nowhere")


def test_sources_stand_in_for_files(write):
    folder = write("optim.py", "def sgd():\n    return 'file'\n")
    sources = {
        "optim.py": "def sgd():\n    return 'given'\n",
        "layer_utils.py": "from .optim import sgd\naffine_bn_relu_forward = sgd\n",
    }
    with load_implementation(folder, sources=sources) as impl:
        assert impl.sgd() == "given"
        assert impl.affine_bn_relu_forward() == "given"
        assert "layer_utils.py" not in impl.problems
    with load_implementation(folder) as impl:
        assert impl.sgd() == "file"


def test_mending_a_impl_replaces_only_what_does_not_parse():
    folder = pristine_folder()
    text = (folder / "layers.py").read_text(encoding="utf-8")
    stub = 'raise NotImplementedError("relu_forward")'
    broken = text.replace(stub, "out = np.maximum(0, x", 1)
    line = 1 + broken.split("\n").index("    out = np.maximum(0, x")
    with load_implementation(folder, sources={"layers.py": broken}) as impl:
        assert {"layers.py", "classifiers/fc_net.py"} <= set(impl.problems)
    with load_implementation(folder, sources={"layers.py": broken}, repair=True) as impl:
        assert impl.problems == {}
        [replacement] = impl.repaired["layers.py"]
        assert (replacement.name, replacement.error_line) == ("relu_forward", line)
        for name in ("relu_forward", "softmax_loss"):
            with pytest.raises(NotImplementedError, match=f"^{name}$"):
                getattr(impl, name)(np.ones((2, 3)), *[np.zeros(2, int)] * (name != "relu_forward"))


def test_the_shipped_stubs_are_a_whole_impl():
    with load_implementation(pristine_folder()) as impl:
        assert impl.problems == {}
        for exercise in curriculum.load():
            part = impl.scratch if exercise.is_scratch else impl
            found = getattr(part, exercise.qualname)
            assert found.__module__ == f"{impl.package}.{exercise.module}"
            if exercise.part in ("init", "loss"):
                assert hasattr(found, exercise.part.replace("init", "__init__"))
