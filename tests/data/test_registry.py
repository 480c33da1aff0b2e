import re

import numpy as np
import pytest

from workbook import data
from workbook.data.base import UnknownDataSetError
from workbook.data.registry import all_sets, find
from workbook.errors import UsageError

KEYS = ["X_train", "y_train", "X_val", "y_val", "X_test", "y_test"]


def test_every_set_has_a_file_of_its_name_a_summary_and_a_size():
    for name, each in all_sets().items():
        assert type(each).__module__ == f"workbook.data.sets.{name}"
        assert each.summary
        assert each.size
        assert each.licence


def test_names_are_the_documented_ones_bundled_first():
    assert data.names() == ("fashion32", "fashion784", "cifar10", "mnist", "idx:FOLDER")


def test_without_a_name_the_bundled_set_is_loaded(monkeypatch):
    assert find(None).name == "fashion32"
    monkeypatch.setenv("WORKBOOK_DATA", "")
    assert find(None).name == "fashion32"


def test_the_variable_chooses_the_set_and_a_name_beats_it(monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", "fashion784")
    assert data.load(num_training=10)["X_train"].shape == (10, 784)
    assert find("cifar10").name == "cifar10"


def test_an_unknown_name_is_a_usage_error_and_a_value_error_with_the_choice():
    with pytest.raises(UnknownDataSetError, match=r"'cifar'. Did you mean cifar10\?") as raised:
        data.load("cifar")
    assert isinstance(raised.value, UsageError)
    assert isinstance(raised.value, ValueError)
    assert "fashion32, fashion784, cifar10, mnist, idx:FOLDER" in str(raised.value)


def test_idx_needs_its_folder_and_no_other_set_takes_one():
    with pytest.raises(UnknownDataSetError, match="idx:FOLDER"):
        data.load("idx")
    with pytest.raises(UnknownDataSetError, match="no data set 'mnist:here'"):
        data.load("mnist:here")


def test_a_name_that_is_no_text_is_a_type_error():
    with pytest.raises(TypeError, match="name is 3; it must be one of fashion32"):
        data.load(3)


def test_an_unknown_option_names_the_allowed_ones():
    with pytest.raises(TypeError, match=r"fashion32 has no option 'num_train'; it has num_train"):
        data.load("fashion32", num_train=5)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"num_training": 5_001}, ValueError, r"num_training=5001 and num_validation=1000 need"),
        ({"num_training": 0}, ValueError, r"num_training is 0; it must be at least 1"),
        ({"num_validation": -1}, ValueError, r"num_validation is -1; it must be at least 0"),
        ({"num_test": 1_001}, ValueError, r"num_test is 1001; the test file holds 1000"),
        ({"num_test": 2.5}, TypeError, r"num_test is 2.5; it must be a whole number"),
        ({"dtype": "int8"}, ValueError, r"dtype is 'int8'; images can be np.float32"),
        ({"dtype": "nonsense"}, ValueError, r"dtype is 'nonsense'"),
    ],
)
def test_wrong_options_say_which_and_what_is_allowed(options, kind, message):
    with pytest.raises(kind, match=message) as raised:
        data.load("fashion32", **options)
    assert len(str(raised.value).splitlines()) <= 2


def test_class_names_follow_the_labels():
    assert data.class_names("fashion32")[9] == "ankle boot"
    assert data.class_names("cifar10")[0] == "airplane"
    assert data.class_names("mnist") == tuple("0123456789")
    assert all(len(data.class_names(name)) == 10 for name in ("fashion784", "cifar10"))


def test_every_call_gives_new_arrays_that_may_be_changed():
    first = data.load("fashion32", num_training=20)
    assert list(first) == KEYS
    first["X_train"][:] = 0
    assert np.any(data.load("fashion32", num_training=20)["X_train"])


def test_the_package_says_what_it_lacks():
    with pytest.raises(AttributeError, match=re.escape("'workbook.data' has no attribute 'lod'")):
        data.lod  # noqa: B018
