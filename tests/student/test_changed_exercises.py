"""Which exercises an edit touches."""

import pytest

from workbook import curriculum
from workbook.student.changed_exercises import touched
from workbook.student.source_blocks import pristine_source

LAYERS = pristine_source("layers.py")
NETS = pristine_source("classifiers/fc_net.py")
ALL = [e.id for e in curriculum.load().in_file("layers.py")]


def edited(source, old, new):
    assert source.count(old) == 1
    return source.replace(old, new)


def test_one_function_is_one_exercise():
    after = edited(
        LAYERS, '    raise NotImplementedError("relu_forward")', "    out = x\n    cache = x"
    )
    assert touched("layers.py", LAYERS, after) == ["relu_forward"]


def test_two_functions_are_two_in_the_order_of_learning():
    after = edited(LAYERS, '    raise NotImplementedError("svm_loss")', "    loss = 0")
    after = edited(after, '    raise NotImplementedError("affine_forward")', "    out = 0")
    assert touched("layers.py", LAYERS, after) == ["affine_forward", "svm_loss"]


def test_a_class_is_all_of_its_parts_and_not_its_neighbour():
    after = edited(
        NETS,
        '        raise NotImplementedError("TwoLayerNet.loss")\n\n        if y',
        "        if y",
    )
    assert touched("classifiers/fc_net.py", NETS, after) == ["TwoLayerNet.init", "TwoLayerNet.loss"]


def test_it_works_on_a_file_that_does_not_parse():
    broken = edited(LAYERS, '    raise NotImplementedError("relu_backward")', "    dx = (dout\n\n")
    assert touched("layers.py", LAYERS, broken) == ["relu_backward"]
    assert touched("layers.py", broken, LAYERS) == ["relu_backward"]


def test_an_import_or_a_helper_touches_the_whole_file():
    assert (
        touched("layers.py", LAYERS, LAYERS.replace("import numpy", "import math\nimport numpy", 1))
        == ALL
    )
    helper = LAYERS + "\n\ndef helper(x):\n    return x\n"
    assert touched("layers.py", LAYERS, helper) == ALL
    assert touched("layers.py", helper, helper.replace("return x", "return -x")) == ALL
    between = LAYERS.replace("\n\n\ndef relu_forward", "\n\n\nSCALE = 2\n\n\ndef relu_forward", 1)
    assert touched("layers.py", LAYERS, between) == ALL


def test_a_removed_or_renamed_function_is_touched():
    renamed = edited(LAYERS, "def relu_forward(x):", "def relu_forwrd(x):")
    assert "relu_forward" in touched("layers.py", LAYERS, renamed)


def test_a_decorator_belongs_to_what_it_decorates():
    after = edited(LAYERS, "def relu_forward(x):", "@print\ndef relu_forward(x):")
    assert touched("layers.py", LAYERS, after) == ["relu_forward"]


def test_blank_lines_and_comments_between_functions_touch_nothing():
    assert touched("layers.py", LAYERS, LAYERS.replace("\n\n\ndef ", "\n\n\n\n\ndef ")) == []
    assert touched("layers.py", LAYERS, LAYERS) == []


@pytest.mark.parametrize(("before", "after"), [(None, LAYERS), (LAYERS, None)])
def test_what_appears_or_disappears_is_touched_as_a_whole(before, after):
    assert touched("layers.py", before, after) == ALL
    assert touched("layers.py", None, None) == []
