import numpy as np
import pytest

from workbook import data


@pytest.mark.parametrize("name", data.photo_names())
def test_a_photograph_is_a_small_colour_image_of_ones_own(name):
    image = data.photo(name)
    assert image.shape == (200, 200, 3)
    assert image.dtype == np.uint8
    assert image.std() > 30
    assert not np.array_equal(image[..., 0], image[..., 2])
    image[:] = 0
    assert data.photo(name).any()


def test_an_unknown_photograph_names_the_known_ones():
    with pytest.raises(ValueError, match="no photograph 'dog'; there are 'cat' and 'coffee'"):
        data.photo("dog")
