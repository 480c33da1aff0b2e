"""The given layers and gradient checks, which exercises must not call.

No file of the sandbox holds them: functions that refuse a call stand in their place. Exercises
that may use the fast layers are sent these as code, so that what an exercise may not use is not
in its process either.
"""

import ast
import importlib.machinery
import marshal
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

__all__ = ["FILES", "compiled", "install", "refusing"]

_NUMERICS = Path(__file__).resolve().parents[2] / "numerics"
_LAYERS = ("fast_layers.py", "kernels_numpy.py", "kernels_compiled.py")
FILES = (*_LAYERS, "gradient_check.py")
"""Files of `workbook.numerics` that no sandbox holds; nor does it hold compiled kernels."""


def refusing(file: str) -> str:
    """Return the source of a module whose functions refuse to be called."""
    tree = ast.parse((_NUMERICS / file).read_text(encoding="utf-8"))
    names = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    functions = "".join(
        f"\n\ndef {name}(*args, **kwargs):\n"
        f"    from workbook.checks.worker.isolation import refuse\n\n    refuse({name!r})\n"
        for name in names
    )
    return f'"""What an exercise must not call."""\n\n__all__ = {names!r}\n{functions}'


@cache
def compiled() -> bytes:
    """Return the fast layers as code by module, marshalled."""
    code = {}
    for file in _LAYERS:
        name = f"workbook.numerics.{file.removesuffix('.py')}"
        code[name] = compile((_NUMERICS / file).read_text(encoding="utf-8"), name, "exec")
    return marshal.dumps(code)


def install(layers: bytes) -> None:
    """Have this process import the fast layers from code, the next time that it needs them."""
    code: dict[str, CodeType] = marshal.loads(layers)
    numerics = sys.modules["workbook.numerics"]
    for name in code:
        sys.modules.pop(name, None)
        vars(numerics).pop(name.rpartition(".")[2], None)
    finder: Any = _Finder(code)
    sys.meta_path.insert(0, finder)


class _Finder:
    def __init__(self, code: dict[str, CodeType]) -> None:
        self._code = code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        loader: Any = self
        if fullname not in self._code:
            return None
        return importlib.machinery.ModuleSpec(fullname, loader)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code[module.__name__], vars(module))
