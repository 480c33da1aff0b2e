"""Implementations: folders of exercises imported under private names, side by side."""

import ast
import importlib
import itertools
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any, ClassVar

from workbook import curriculum, locale
from workbook.errors import WorkbookError
from workbook.student import importer, locations, source_blocks

__all__ = ["Implementation", "MissingName", "dotted", "load_implementation"]


class MissingName(WorkbookError, AttributeError):
    """An implementation has no function or class of that name."""


class _Names:
    """What an implementation or its from-scratch track offers by name."""

    def __init__(self, impl: "Implementation", scratch: bool):
        self._impl = impl
        self._scratch = scratch

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._impl._lookup(name, self._scratch)


class Implementation(_Names):
    """One folder of exercises, imported.

    `impl.affine_forward` and `impl.FullyConnectedNet` look a name up where the curriculum
    says it stands, then in every other module; `impl.scratch.Relu` does so for the
    from-scratch track. A name whose file cannot be imported raises that file's problem.

    Attributes
    ----------
    folder : Path
    package : str
        The private package name.
    problems : dict of str to Exception
        By file: why it could not be imported. The exception is a `FileProblem` whose
        `original` is what Python raised (None for a missing file).
    repaired : dict of str to list of source_blocks.Replacement
        By file: the blocks that do not parse, replaced by their stubs (with `repair=True`).
    """

    _numbers: ClassVar = itertools.count(1)

    def __init__(
        self,
        folder: Path,
        sources: importer.Sources,
        repaired: dict[str, Any],
        files: Iterable[str] | None = None,
    ):
        super().__init__(self, scratch=False)
        self.folder = folder
        self.package = f"_workbook_impl_{next(self._numbers)}"
        self.problems: dict[str, Exception] = {}
        self.repaired: dict[str, list[source_blocks.Replacement]] = repaired
        self.scratch = _Names(self, scratch=True)
        package = ModuleType(self.package, f"Exercises of {folder}.")
        package.__path__ = [str(folder)]
        sys.modules[self.package] = package
        importer.add_package(self.package, sources)
        for file in curriculum.load().files() if files is None else files:
            try:
                importlib.import_module(f"{self.package}.{dotted(file)}")
            except Exception as error:
                self.problems[file] = error

    def __repr__(self) -> str:
        return f"<Implementation {locations.display_path(self.folder)}>"

    def __enter__(self) -> "Implementation":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def module(self, name: str) -> ModuleType:
        """The module `layers` or `classifiers.fc_net`; raises the file's problem if it has one."""
        if self.problems:
            problem = self.problems.get(f"{name.replace('.', '/')}.py")
            if problem is not None:
                raise problem
        full = f"{self.package}.{name}"
        return sys.modules.get(full) or importlib.import_module(full)

    def modules(self) -> dict[str, ModuleType]:
        """Every module that was imported, by its name inside the implementation."""
        inside = f"{self.package}."
        modules = importer.modules_of(self.package)
        return {name.removeprefix(inside): module for name, module in modules.items()}

    def close(self) -> None:
        """Forget the implementation's modules; objects made from it live on."""
        importer.drop_package(self.package)

    def _lookup(self, name: str, scratch: bool) -> Any:
        listed = _exercises_named(name, scratch)
        if listed:
            module = self.module(listed[0].module)
            if hasattr(module, name):
                return getattr(module, name)
        found = [(n, m) for n, m in self.modules().items() if name in vars(m)]
        # A name stands where it is defined before where it is imported, and in its own track.
        found.sort(
            key=lambda pair: (
                pair[0].startswith("scratch.") != scratch,
                getattr(vars(pair[1])[name], "__module__", "") != pair[1].__name__,
            )
        )
        if found and (not scratch or found[0][0].startswith("scratch.")):
            return vars(found[0][1])[name]
        for file, problem in self.problems.items():
            if name in source_blocks.stub_names(file) and file.startswith("scratch/") == scratch:
                raise problem
        where = listed[0].file if listed else locations.display_path(self.folder)
        raise MissingName(locale.text("student.implementation.no_name", name=name, where=where))


@cache
def _exercises_named(name: str, scratch: bool) -> list[curriculum.Exercise]:
    return [e for e in curriculum.load() if e.qualname == name and e.is_scratch == scratch]


def dotted(file: str) -> str:
    """Return the module name of a file such as `classifiers/cnn.py`."""
    return file.removesuffix(".py").replace("/", ".")


def load_implementation(
    folder: Path | str,
    *,
    sources: importer.Sources | None = None,
    repair: bool = False,
    files: Iterable[str] | None = None,
    resolved: bool = False,
) -> Implementation:
    """Import a folder of exercises under a fresh private package name.

    One file that cannot be imported does not keep the others from being imported, unless
    they import it; see `Implementation.problems`.

    Parameters
    ----------
    folder : path
        A folder that mirrors `workbook/exercises`.
    sources : mapping, optional
        Source, syntax tree or compiled code by file (`classifiers/cnn.py`), used in place of
        what the folder holds.
    repair : bool
        Replace a top-level function or class that does not parse by its stub, so that it
        costs only itself; see `Implementation.repaired`.
    files : iterable of str, optional
        The files to import at once, with what they import; the others are imported when they
        are asked for. All by default.
    resolved : bool
        Whether `folder` is known to be an absolute path of a folder; saves looking.

    Raises
    ------
    WorkbookError
        If there is no such folder.
    """
    if not resolved:
        folder = Path(folder).resolve()
        if not folder.is_dir():
            raise WorkbookError(locale.text("student.implementation.no_folder", folder=folder))
    assert isinstance(folder, Path)
    contents: dict[str, str | ast.Module | CodeType] = dict(sources or {})
    repaired: dict[str, list[source_blocks.Replacement]] = {}
    if repair:
        for file in curriculum.load().files():
            text = (
                contents[file]
                if file in contents
                else source_blocks.read_source(folder / file) or ""
            )
            result = source_blocks.repair(text, file) if isinstance(text, str) else None
            if result is not None:
                contents[file], repaired[file] = result.tree, result.replaced
    return Implementation(folder, contents, repaired, files)
