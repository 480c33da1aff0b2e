import subprocess
import sys

import pytest

from workbook import numerics


def test_fast_layers_are_fetched_on_first_use():
    program = (
        "import sys, workbook.numerics as numerics\n"
        "assert 'workbook.numerics.fast_layers' not in sys.modules\n"
        "assert callable(numerics.verdict) and callable(numerics.im2col)\n"
        "assert 'workbook.numerics.fast_layers' in sys.modules\n"
        "assert 'matplotlib' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", numerics.__all__)
def test_every_name_is_there(name):
    assert callable(getattr(numerics, name))
    assert name in dir(numerics)


def test_a_verdict_is_the_function_and_not_its_module():
    import workbook.numerics.verdict  # noqa: F401

    assert callable(numerics.verdict)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'conv_fast'"):
        _ = numerics.conv_fast
