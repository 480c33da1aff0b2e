"""What stands in a notebook for a name whose file cannot be imported at the moment.

Anything that is done with it raises the one line that says why. Without it a name would
silently keep the code from before the file broke.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from workbook.errors import WorkbookError

__all__ = ["Placeholder"]


class Placeholder:
    """A name that cannot be used now.

    Attributes
    ----------
    _origin : tuple of (str, str)
        The module and the name in it; an empty name means the module itself.
    _problem : WorkbookError
        What any use raises.
    """

    _origin: tuple[str, str]
    _problem: WorkbookError

    def __init__(self, origin: tuple[str, str], problem: WorkbookError):
        object.__setattr__(self, "_origin", origin)
        object.__setattr__(self, "_problem", problem)

    def __repr__(self) -> str:
        return str(self._problem)

    def __getattr__(self, name: str) -> NoReturn:
        # Displays and completion ask for these; repr already tells what is wrong.
        if name.startswith(("__", "_repr_", "_ipython_")):
            raise AttributeError(name)
        raise self._problem.with_traceback(None)


def _raising(name: str) -> Callable[..., NoReturn]:
    def refuse(self: Placeholder, *args: Any, **kwargs: Any) -> NoReturn:
        raise self._problem.with_traceback(None)

    refuse.__name__ = name
    return refuse


# Python looks these up on the type, where __getattr__ is not asked.
_UNARY = "call iter next len bool int float complex index enter exit contains neg pos abs invert"
_ITEMS = "getitem setitem delitem setattr delattr mro_entries array lt le gt ge"
_BINARY = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift divmod"
for _name in [*_UNARY.split(), *_ITEMS.split(), *_BINARY.split()]:
    setattr(Placeholder, f"__{_name}__", _raising(f"__{_name}__"))
for _name in _BINARY.split():
    setattr(Placeholder, f"__r{_name}__", _raising(f"__r{_name}__"))
