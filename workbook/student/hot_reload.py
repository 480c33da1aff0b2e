"""Hot reload: a running notebook sees the exercise files as they were last saved.

Python keeps what it imported. So before each cell the imported exercise files are held
against the disk; when one differs, all of them are dropped and imported again, and the
names that the notebook got from them are bound to the new objects. Objects that were made
before keep their old code.
"""

import ast
import importlib
import sys
from types import ModuleType
from typing import Any

from workbook import locale
from workbook.errors import WorkbookError
from workbook.student import locations
from workbook.student.importer import PUBLIC, ExerciseLoader, drop_package, problem_of
from workbook.student.placeholder import Placeholder

__all__ = ["HotReloader", "forget_modules"]

_MISSING = object()
Origin = tuple[str, str]


def _modules() -> dict[str, ModuleType]:
    """The imported modules of the implementation, without its package."""
    return {name: m for name, m in list(sys.modules.items()) if name.startswith(f"{PUBLIC}.")}


def _is_from_exercises(value: object) -> bool:
    return str(getattr(value, "__module__", None)).startswith(f"{PUBLIC}.")


def _is_foreign(value: object) -> bool:
    """Whether a module such as np, or a function or class of one, that `*` brought along."""
    if isinstance(value, ModuleType):
        return not value.__name__.startswith(f"{PUBLIC}.")
    return callable(value) and not _is_from_exercises(value)


def forget_modules() -> None:
    """Forget the implementation's modules, but keep its package: a notebook may hold it by name."""
    package = sys.modules.get(PUBLIC)
    for name in _modules():
        del sys.modules[name]
        top = name.removeprefix(f"{PUBLIC}.").partition(".")[0]
        if package is not None:
            vars(package).pop(top, None)


class _Imports(ast.NodeVisitor):
    """The implementation's names that a cell imports at its top level."""

    def __init__(self) -> None:
        self.names: dict[str, Origin] = {}
        self.star_imports: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        return  # its imports are its own, and run anew with each call

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]
    visit_ClassDef = visit_FunctionDef  # type: ignore[assignment]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module or not node.module.startswith(f"{PUBLIC}."):
            return
        for alias in node.names:
            if alias.name == "*":
                self.star_imports.add(node.module)
            else:
                self.names[alias.asname or alias.name] = (node.module, alias.name)


class HotReloader:
    """Keeps one namespace in step with the exercise files.

    Parameters
    ----------
    namespace : dict
        The notebook's variables.
    """

    def __init__(self, namespace: dict[str, Any]):
        self.namespace = namespace
        self.imported: dict[str, Origin] = {}
        self.star_imports: dict[str, set[str]] = {}
        self.broken: dict[str, WorkbookError] = {}
        self.location_error: WorkbookError | None = None
        # The cell that runs now; under nbval IPython itself keeps no history.
        self.cell = ""
        self.location = self._locate()

    def _locate(self) -> locations.Location | None:
        """The choice as it stands, or None with the reason in `location_error`."""
        try:
            self.location_error, location = None, locations.current()
        except WorkbookError as problem:
            self.location_error, location = problem, None
        return location

    def note_cell(self, cell: str) -> None:
        """Remember a cell, and which names it is about to import from the implementation."""
        self.cell = cell
        if PUBLIC not in cell:
            return
        try:
            tree = ast.parse(cell)
        except (SyntaxError, ValueError):
            return
        imports = _Imports()
        imports.visit(tree)
        self.imported.update(imports.names)
        for star in imports.star_imports:
            self.star_imports.setdefault(star, set())

    def refresh(self) -> bool:
        """Bring the namespace up to date; True if another folder is shown than before."""
        before, self.location = self.location, self._locate()
        moved = before != self.location
        if self.location_error is not None:
            if moved or sys.modules.get(PUBLIC) is not None:
                self._bind_placeholders(self.location_error)
        elif self._outdated():
            self._reload()
        elif self._broken():
            self._retry_broken()
        return moved

    def problems(self) -> list[str]:
        """Return a line for each imported file that cannot be used at the moment."""
        return list(dict.fromkeys(map(str, self._broken().values())))

    def _broken(self) -> dict[str, WorkbookError]:
        """Return the problems of modules, those that a cell imported as placeholders included."""
        found = {name: problem_of(module) for name, module in _modules().items()}
        return self.broken | {name: problem for name, problem in found.items() if problem}

    def _outdated(self) -> bool:
        package = sys.modules.get(PUBLIC)
        if package is None:
            return any(isinstance(value, Placeholder) for value in self.namespace.values())
        assert self.location is not None
        loaders = [getattr(module, "__loader__", None) for module in _modules().values()]
        return list(package.__path__) != [str(self.location.folder)] or any(
            isinstance(loader, ExerciseLoader) and not loader.is_current() for loader in loaders
        )

    def _find_bindings(self) -> dict[str, Origin]:
        """Return the notebook's names that hold something of an exercise file, with its origin."""
        modules = _modules()
        index: dict[int, Origin] = {id(m): (name, "") for name, m in modules.items()}
        for name, module in modules.items():
            for attribute, value in vars(module).items():
                # The module that defines it wins over those that import it.
                if _is_from_exercises(value) and (
                    id(value) not in index or value.__module__ == name
                ):
                    index[id(value)] = (name, attribute)
        found: dict[str, Origin] = {}
        for name, value in list(self.namespace.items()):
            if isinstance(value, Placeholder):
                found[name] = object.__getattribute__(value, "_origin")
            elif id(value) in index:
                found[name] = index[id(value)]
            else:
                origins = [self.imported[name]] if name in self.imported else []
                if not _is_foreign(value):
                    origins += [(star, name) for star in self.star_imports]
                for module_name, attribute in origins:
                    old = vars(modules[module_name]) if module_name in modules else {}
                    if old.get(attribute, _MISSING) is value:
                        found[name] = (module_name, attribute)
        return found

    def _import(self, name: str) -> ModuleType | WorkbookError:
        try:
            module = importlib.import_module(name)
        except WorkbookError as problem:
            self.broken[name] = problem
            return problem
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            self.broken[name] = WorkbookError(
                locale.text("student.hot_reload.gone", name=name, what=what)
            )
            return self.broken[name]
        broken = problem_of(module)
        if broken is not None:
            self.broken[name] = broken
            return broken
        self.broken.pop(name, None)
        return module

    def _bind(self, bound: dict[str, Origin]) -> None:
        for name, origin in bound.items():
            module_name, attribute = origin
            module = self._import(module_name)
            if isinstance(module, WorkbookError):
                self.namespace[name] = Placeholder(origin, module)
            elif not attribute:
                self.namespace[name] = module
            elif attribute in vars(module):
                self.namespace[name] = vars(module)[attribute]
            else:
                file = locations.display_path(getattr(module, "__file__", module_name))
                text = locale.text("student.hot_reload.no_longer", file=file, name=attribute)
                self.namespace[name] = Placeholder(origin, WorkbookError(text))

    def _record_star_names(self) -> None:
        for star in self.star_imports:
            if star in sys.modules:
                self.star_imports[star] = set(vars(sys.modules[star]))

    def _bind_new_names(self) -> None:
        """Bind what a file that was imported with `*` has gained."""
        for star, known in self.star_imports.items():
            module = sys.modules.get(star)
            if module is None or not known:
                continue
            public = getattr(module, "__all__", [n for n in vars(module) if n[:1] != "_"])
            for name in set(public) - known:
                if name in vars(module):
                    self.namespace.setdefault(name, vars(module)[name])

    def _reload(self) -> None:
        bound, modules = self._find_bindings(), _modules()
        self._record_star_names()
        forget_modules()
        package = sys.modules.get(PUBLIC) or importlib.import_module(PUBLIC)
        assert self.location is not None
        package.__path__ = [str(self.location.folder)]
        to_import = {*modules, *self.broken}
        self.broken.clear()
        for name in sorted(to_import):
            self._import(name)
        self._bind(bound)
        self._bind_new_names()

    def _retry_broken(self) -> None:
        """Try the broken files again; they may rest on a file that is not watched."""
        mended = False
        for name in self._broken():
            old = sys.modules.pop(name, None)
            mended |= isinstance(self._import(name), ModuleType)
            if old is not None:
                sys.modules[name] = old  # names are bound to this one
        if mended:
            self._reload()

    def _bind_placeholders(self, problem: WorkbookError) -> None:
        bound = self._find_bindings()
        self.broken.clear()
        drop_package(PUBLIC)
        for name, origin in bound.items():
            self.namespace[name] = Placeholder(origin, problem)
