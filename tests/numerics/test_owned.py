"""Arrays that belong to a dictionary: made once, copied when they are someone else's."""

import copy
import gc
import pickle

import numpy as np

from workbook.numerics import owned
from workbook.numerics.owned import own_array


def test_zeros_at_first_then_the_same_array():
    config, like = {}, np.ones((2, 3), np.float32)
    first = own_array(config, "m", like)
    assert config["m"] is first
    assert first.shape == (2, 3) and first.dtype == np.float32 and not first.any()
    assert own_array(config, "m", like) is first
    assert own_array(config, "v", like) is not first


def test_an_array_from_outside_is_copied_once():
    given = np.ones(3)
    config = {"m": given}
    mine = own_array(config, "m", given)
    mine += 1
    assert np.array_equal(given, np.ones(3))
    assert own_array(config, "m", given) is mine


def test_copies_of_a_dictionary_get_their_own():
    config = {}
    mine = own_array(config, "m", np.ones(3))
    for other in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        theirs = own_array(other, "m", np.ones(3))
        theirs += 1
    assert not mine.any()


def test_arrays_are_let_go():
    gc.collect()
    before = len(owned._made_here)
    config = {}
    own_array(config, "m", np.ones(3))
    assert len(owned._made_here) == before + 1
    config.clear()
    gc.collect()
    assert len(owned._made_here) == before
