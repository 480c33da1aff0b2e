"""Arrays that an update rule keeps between its steps, and may therefore change in place."""

from collections.abc import MutableMapping
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

__all__ = ["own_array"]

# Which arrays were made here. Weak, so that an array is freed with the last dictionary that
# holds it; by identity, so that a copied or restored dictionary is not taken for the original.
_made_here: WeakValueDictionary[int, NDArray[Any]] = WeakValueDictionary()


def own_array(config: MutableMapping[str, Any], key: str, like: NDArray[Any]) -> NDArray[Any]:
    """The array `config[key]`, safe to change in place.

    It is made of zeros where the key is missing, and copied where it came from a caller, whose
    array must not change. From then on the same array comes back, so a shallow copy of `config`
    does not preserve what it holds now; a deep copy does.

    Parameters
    ----------
    config : dict
        Gets the array under `key`.
    key : str
    like : ndarray
        Gives shape and dtype of a new array.

    Returns
    -------
    ndarray
    """
    found: NDArray[Any] | None = config.get(key)
    if found is not None and _made_here.get(id(found)) is found:
        return found
    array = np.zeros_like(like) if found is None else np.array(found)
    _made_here[id(array)] = array
    config[key] = array
    return array
