"""Importing exercise files from their source, never from a cache.

Python's cached bytecode is trusted by time and size, so that an edit within the same second
can run the old code. Exercise files change while a notebook runs, so they are compiled from
what lies on the disk each time, and what cannot be imported becomes one line that says why.

In a notebook that line must not stop the cell that imports, or every name that the cell imports
after it would be missing too. There each name of a broken file is a placeholder.
"""

import ast
import importlib.machinery
import importlib.util
import linecache
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from workbook import curriculum, locale
from workbook.errors import WorkbookError
from workbook.locale.sentence import Sentence
from workbook.student import locations, source_blocks
from workbook.student.placeholder import Placeholder

__all__ = [
    "PUBLIC",
    "ExerciseLoader",
    "FileProblem",
    "add_package",
    "drop_package",
    "has_module",
    "modules_of",
    "problem_of",
    "use_placeholders",
]

PUBLIC = "workbook.exercises"

Sources = Mapping[str, str | ast.Module | CodeType]


class FileProblem(WorkbookError):
    """An exercise file that cannot be imported.

    Attributes
    ----------
    sentence : Sentence
        What it says.
    file : str
        The file as a reader knows it, such as `workbook/exercises/layers.py`.
    line : int or None
        Where in it.
    original : Exception or None
        What Python raised; None for a file that is missing.
    """

    def __init__(
        self, sentence: Sentence, file: str, line: int | None, original: BaseException | None
    ):
        super().__init__(str(sentence))
        self.sentence = sentence
        self.file = file
        self.line = line
        self.original = original


def _location(file: str, line: int | None) -> Sentence | str:
    return Sentence.of("student.file.line", file=file, line=line) if line else file


def _missing_problem(path: str) -> FileProblem:
    file = locations.display_path(path)
    return FileProblem(Sentence.of("student.file.missing", file=file), file, None, None)


def _syntax_problem(path: str, error: Exception) -> FileProblem:
    file = locations.display_path(path)
    line = getattr(error, "lineno", None)
    what = getattr(error, "msg", None) or str(error)
    sentence = Sentence.of("student.file.syntax", place=_location(file, line), what=what)
    return FileProblem(sentence, file, line, error)


def _import_problem(path: str, root: str, error: BaseException) -> FileProblem:
    file = locations.display_path(path)
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    line = lines[-1] if lines else None
    what = str(error).replace(f"{root}.", "")
    if isinstance(error, ImportError) and error.path:
        what = what.replace(f" ({error.path})", "")
    what = f"{type(error).__name__}: {what}" if what else type(error).__name__
    sentence = Sentence.of("student.file.raises", place=_location(file, line), what=what)
    return FileProblem(sentence, file, line, error)


class _AbsoluteImports(ast.NodeTransformer):
    """Let `workbook.exercises` inside a private implementation mean that implementation.

    A student's editor may write absolute imports; they must not reach the implementation that the
    toggle shows when their own file is judged.
    """

    def __init__(self, root: str):
        self.root = root

    def _inside(self, name: str) -> str:
        if name == PUBLIC or name.startswith(f"{PUBLIC}."):
            return self.root + name[len(PUBLIC) :]
        return name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if node.level == 0 and node.module:
            node.module = self._inside(node.module)
        return node

    def visit_Import(self, node: ast.Import) -> ast.Import:
        for alias in node.names:
            if alias.asname:
                alias.name = self._inside(alias.name)
        return node


class ExerciseLoader(importlib.machinery.SourceFileLoader):
    """Compiles one exercise file, or the source that stands in for it.

    Attributes
    ----------
    problem : FileProblem or None
        Why every name of the module is a placeholder; see `use_placeholders`.
    """

    def __init__(
        self, fullname: str, path: str, root: str, source: str | ast.Module | CodeType | None
    ):
        super().__init__(fullname, path)
        self.root = root
        self.source = source
        self.data: bytes | None = None
        self.problem: FileProblem | None = None

    def _bytes(self) -> bytes:
        try:
            return Path(self.path).read_bytes()
        except FileNotFoundError:
            return b""  # a sub-folder without an __init__.py

    def is_current(self) -> bool:
        """Whether the file still holds what was imported."""
        try:
            return self.source is not None or self._bytes() == self.data
        except OSError:
            return False

    def get_code(self, fullname: str) -> CodeType:
        source: Any = self.source
        if isinstance(source, CodeType):
            return source
        linecache.cache.pop(self.path, None)
        try:
            if source is None:
                source = self.data = self._bytes()
            if not isinstance(source, ast.Module):
                tree = ast.parse(source, self.path)
                source = tree if self.root == PUBLIC else _AbsoluteImports(self.root).visit(tree)
            code: CodeType = compile(source, self.path, "exec", dont_inherit=True)
            return code
        except OSError as error:
            file = locations.display_path(self.path)
            sentence = Sentence.of(
                "student.file.unreadable", file=file, why=error.strerror or error
            )
            raise FileProblem(sentence, file, None, error) from error
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise _syntax_problem(self.path, error) from error

    def exec_module(self, module: ModuleType) -> None:
        if self.root not in _finder.with_placeholders:
            self._execute(module)
            return
        empty = dict(vars(module))
        try:
            if self._is_missing():
                self.data = b""
                raise _missing_problem(self.path)
            self._execute(module)
        except FileProblem as problem:
            self.problem = problem
            vars(module).clear()
            vars(module).update(empty)
        if self.problem is not None or not hasattr(module, "__path__"):
            _add_placeholders(module, self.problem)

    def _is_missing(self) -> bool:
        return self.source is None and not (
            os.path.exists(self.path) or self.path.endswith("__init__.py")
        )

    def _execute(self, module: ModuleType) -> None:
        code = self.get_code(module.__name__)
        try:
            exec(code, module.__dict__)
        except FileProblem:
            raise  # of a file that this one imports: that is the one to name
        except (Exception, SystemExit) as error:
            raise _import_problem(self.path, self.root, error) from error


def _add_placeholders(module: ModuleType, problem: FileProblem | None) -> None:
    """Let a module offer each name that it should have; all of them if it has a problem."""
    file = f"{module.__name__.removeprefix(f'{PUBLIC}.').replace('.', '/')}.py"
    if problem is not None:
        vars(module)["__all__"] = sorted(source_blocks.stub_names(file))

    def __getattr__(name: str) -> Placeholder:
        if problem is not None and not name.startswith("__"):
            return Placeholder((module.__name__, name), problem)
        if name.startswith("_") or name not in source_blocks.stub_names(file):
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        place = locations.display_path(str(module.__file__))
        text = locale.text("student.hot_reload.no_longer", file=place, name=name)
        return Placeholder((module.__name__, name), WorkbookError(text))

    vars(module).setdefault("__getattr__", __getattr__)


class _Finder:
    """Finds the modules of every implementation by its package's `__path__`.

    Attributes
    ----------
    packages : dict of str to mapping
        By package: what is imported in place of its files.
    found : dict of str to set of str
        By package: the modules found, so that nobody has to look through all of Python's.
    with_placeholders : set of str
        Packages in which a broken file does not stop those who import it.
    """

    def __init__(self) -> None:
        self.packages: dict[str, Sources] = {}
        self.found: dict[str, set[str]] = {}
        self.with_placeholders: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        root = next((name for name in self.packages if fullname.startswith(f"{name}.")), None)
        if root is None or not path:
            return None
        inside = fullname[len(root) + 1 :].replace(".", "/")
        folder = os.path.join(path[0], inside.rpartition("/")[2])
        file = f"{folder}.py"
        self.found.setdefault(root, set()).add(fullname)
        source = self.packages[root].get(f"{inside}.py")
        if source is not None or os.path.isfile(file):
            loader = ExerciseLoader(fullname, file, root, source)
            return importlib.util.spec_from_file_location(fullname, file, loader=loader)
        with_placeholders = root in self.with_placeholders
        files = curriculum.load().files()
        is_folder = os.path.isdir(folder) or (
            with_placeholders and any(name.startswith(f"{inside}/") for name in files)
        )
        if is_folder:
            init = os.path.join(folder, "__init__.py")
            # A private implementation is imported once: nobody adds the file that is missing.
            no_init = root != PUBLIC and not os.path.exists(init)
            loader = ExerciseLoader(fullname, init, root, _EMPTY_MODULE if no_init else None)
            return importlib.util.spec_from_file_location(
                fullname, init, loader=loader, submodule_search_locations=[folder]
            )
        if f"{inside}.py" in files:
            if not with_placeholders:
                raise _missing_problem(file)
            loader = ExerciseLoader(fullname, file, root, None)
            return importlib.util.spec_from_file_location(fullname, file, loader=loader)
        return None


_EMPTY_MODULE = compile("", "<a folder>", "exec")
_finder = _Finder()


def add_package(root: str, sources: Sources | None = None) -> None:
    """Import modules of the package `root` with `ExerciseLoader` from now on.

    Parameters
    ----------
    root : str
        Name of a package whose `__path__` is one exercise folder.
    sources : mapping, optional
        Source, syntax tree or compiled code by file (`classifiers/cnn.py`), used in place of
        the file's.
    """
    _finder.packages[root] = dict(sources or {})
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def use_placeholders(root: str = PUBLIC) -> None:
    """Import every file of the package `root` from now on, even a broken or missing one.

    Its names, and those that a sound file lacks, are placeholders which raise the problem when
    they are used.
    """
    _finder.with_placeholders.add(root)


def problem_of(module: ModuleType) -> FileProblem | None:
    """Return why all names of a module are placeholders, or None."""
    loader = getattr(module, "__loader__", None)
    return loader.problem if isinstance(loader, ExerciseLoader) else None


def modules_of(root: str) -> dict[str, ModuleType]:
    """The imported modules of the package `root`, without itself, by their full names."""
    names = sorted(_finder.found.get(root, ()))
    return {name: sys.modules[name] for name in names if sys.modules.get(name) is not None}


def has_module(folder: str, name: str) -> bool:
    """Whether an exercise folder holds a module or a sub-folder of that name."""
    return name.isidentifier() and any(
        (Path(folder) / end).exists() for end in (name, f"{name}.py")
    )


def drop_package(root: str) -> None:
    """Forget the package and every module of it."""
    _finder.packages.pop(root, None)
    _finder.found.pop(root, None)
    for name in [name for name in sys.modules if name == root or name.startswith(f"{root}.")]:
        del sys.modules[name]
