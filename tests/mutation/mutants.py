"""Small mechanical changes of a solution: operators, constants, axes, indices, arguments, names.

A mutant is known by the text of its line and by what was changed there, so that a list of
survivors outlives edits elsewhere in the file. The programs that are edited are the solutions
and the alternatives of the catalogue, which are right as well.
"""

import ast
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workbook import curriculum
from workbook.checks.misconceptions import Alternative, source_file
from workbook.student.implementation import Implementation
from workbook.student.solution_markers import SolutionBlock, find_blocks

_Edit = Callable[[ast.AST, "_Tree"], None]

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Mod: ast.Mult,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_FUNCTIONS = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
    "maximum": "minimum",
    "minimum": "maximum",
    "var": "std",
    "std": "var",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "empty": "zeros",
    "rand": "randn",
    "randn": "rand",
    "exp": "log",
    "log": "exp",
    "sqrt": "square",
    "tiny": "max",
}


@dataclass(frozen=True)
class Mutant:
    """One change of one exercise's solution.

    Attributes
    ----------
    exercise : str
    number : int
        Its place among the exercise's mutants.
    line : int
        In the solution's file.
    code : str
        That line, without the space around it.
    change : str
        What was changed, in a few words.
    """

    exercise: str
    number: int
    line: int
    code: str
    change: str

    def __str__(self) -> str:
        return f"{self.exercise}: {self.code!r}: {self.change}"


class _Tree:
    """A function or class, its nodes in a fixed order, and the parent of each."""

    def __init__(self, nodes: list[ast.AST], above: list[int]) -> None:
        self.nodes = nodes
        # Operators and contexts are one object wherever they stand, and no edit replaces them.
        self.parents = {id(n): nodes[p] for n, p in zip(nodes[1:], above[1:], strict=True)}

    @classmethod
    def of(cls, top: ast.AST) -> "_Tree":
        """The tree below a node."""
        nodes: list[ast.AST] = []
        above: list[int] = []
        left = deque([(top, 0)])
        while left:
            node, parent = left.popleft()
            left.extend((child, len(nodes)) for child in ast.iter_child_nodes(node))
            nodes.append(node)
            above.append(parent)
        return cls(nodes, above)

    def packed(self) -> bytes:
        """A copy of everything, to be read back many times: much faster than a deep copy."""
        places = {id(node): place for place, node in enumerate(self.nodes)}
        above = [places[id(self.parents.get(id(node), self.nodes[0]))] for node in self.nodes]
        return pickle.dumps((self.nodes, above))

    def put(self, old: ast.AST, new: ast.AST | None) -> None:
        """Put a node in the place of another; None takes it out of its list."""
        parent = self.parents[id(old)]
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                found = [new if one is old else one for one in value]
                value[:] = [one for one in found if one is not None]


@cache
def _parsed(file: str, folder: Path) -> tuple[str, ast.Module, list[SolutionBlock]]:
    source = (folder / file).read_text(encoding="utf-8")
    return source, ast.parse(source), find_blocks(source, file)


def _solution(exercise_id: str, folder: Path) -> tuple[str, ast.stmt, set[int]]:
    """The source of the file, the exercise's function or class, and the lines to be changed."""
    exercise = curriculum.load()[exercise_id]
    source, tree, blocks = _parsed(exercise.file, folder)
    mine = [block for block in blocks if block.exercise_id == exercise_id]
    lines = {line for block in mine for line in range(block.begin + 1, block.end)}
    top = next(n for n in tree.body if getattr(n, "name", "") == exercise.qualname)
    return source, top, lines


def _alternative(rewrite: Alternative, impl: Implementation) -> tuple[str, ast.Module, set[int]]:
    """The source of an alternative, its functions, and the lines to be changed: all."""
    if rewrite.edits:
        _, source = rewrite.edited_source(impl)
        module = ast.parse(source)
        solution = impl.folder / curriculum.load()[rewrite.exercise].file
        inside = _changed_lines(source, solution.read_text(encoding="utf-8"))
    else:
        source = source_file(rewrite.exercise, impl.folder).read_text(encoding="utf-8")
        module = ast.parse(source)
        module.body = [n for n in module.body if _declares(n, rewrite.id)]
        inside = set(range(1, source.count("\n") + 2))
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = []
    return source, module, inside


def _changed_lines(source: str, solution: str) -> set[int]:
    """The lines between the markers of a solution with edits, and those that edits brought in."""
    known, found, inside = set(solution.splitlines()), set(), False
    for number, line in enumerate(source.splitlines(), 1):
        inside = (inside or "### BEGIN" in line) and "### END" not in line
        if inside or line not in known:
            found.add(number)
    return found


def _declares(node: ast.stmt, rewrite_id: str) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and any(
        isinstance(d, ast.Call) and ast.literal_eval(d.args[0]) == rewrite_id
        for d in node.decorator_list
    )


def _is_check(node: ast.AST) -> bool:
    """Whether a statement only refuses bad input, which the stubs do for the student."""
    value = getattr(node, "value", None)
    called = value.func if isinstance(node, ast.Expr) and isinstance(value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id.startswith("check_")


def _constants(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [v for v in dict.fromkeys((value + 1, value - 1, -value, 0)) if v != value]
    if isinstance(value, float):
        return [v for v in (2 * value, -value, 0.0) if v != value]
    if isinstance(value, str):
        return [value + "_"]
    return []


def _set(field: str, value: object) -> _Edit:
    return lambda node, tree: setattr(node, field, value)


def _replace(find: Callable[[ast.AST], ast.AST | None]) -> _Edit:
    return lambda node, tree: tree.put(node, find(node))


def _take_out(field: str, place: int) -> _Edit:
    return lambda node, tree: getattr(node, field).pop(place)


def _swap(field: str, place: int) -> _Edit:
    def swap(node: ast.AST, tree: _Tree) -> None:
        items = getattr(node, field)
        items[place], items[place + 1] = items[place + 1], items[place]

    return swap


def _of_operators(node: ast.AST) -> Iterator[tuple[str, _Edit]]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        other = _OPERATORS[type(node.op)]
        yield f"{type(node.op).__name__} -> {other.__name__}", _set("op", other())
    if isinstance(node, ast.BinOp):
        yield f"only {ast.unparse(node.left)}", _replace(lambda n: n.left)
        yield f"only {ast.unparse(node.right)}", _replace(lambda n: n.right)
    if isinstance(node, ast.AugAssign):
        yield (
            "augmented -> plain",
            _replace(lambda n: ast.Assign([n.target], n.value, lineno=n.lineno)),
        )
    if isinstance(node, ast.Compare):
        for other in _COMPARISONS.get(type(node.ops[0]), ()):
            name = f"{type(node.ops[0]).__name__} -> {other.__name__}"
            yield name, _set("ops", [other(), *node.ops[1:]])
    if isinstance(node, ast.UnaryOp):
        yield f"no {type(node.op).__name__}", _replace(lambda n: n.operand)
    if isinstance(node, ast.If | ast.IfExp):
        yield (
            "condition negated",
            lambda n, tree: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test)),
        )


def _of_values(node: ast.AST, tree: _Tree) -> Iterator[tuple[str, _Edit]]:
    if isinstance(node, ast.Constant):
        inside_text = isinstance(tree.parents.get(id(node)), ast.JoinedStr | ast.FormattedValue)
        for value in [] if inside_text and isinstance(node.value, str) else _constants(node.value):
            yield f"{node.value!r} -> {value!r}", _set("value", value)
    if isinstance(node, ast.Slice):
        for field in ("lower", "upper", "step"):
            if getattr(node, field) is not None:
                yield f"slice without {field}", _set(field, None)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        for place in range(len(node.elts) - 1):
            if ast.unparse(node.elts[place]) != ast.unparse(node.elts[place + 1]):
                yield f"items {place} and {place + 1} of the tuple swapped", _swap("elts", place)


def _of_calls(node: ast.AST) -> Iterator[tuple[str, _Edit]]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "no .T", _replace(lambda n: n.value)
    name = node.attr if isinstance(node, ast.Attribute) else ""
    if name in _FUNCTIONS:
        yield f"{name} -> {_FUNCTIONS[name]}", _set("attr", _FUNCTIONS[name])
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        yield f"no {ast.unparse(keyword)}", _take_out("keywords", place)
    for place, argument in enumerate(node.args):
        yield f"no argument {ast.unparse(argument)}", _take_out("args", place)
    for place in range(len(node.args) - 1):
        yield f"arguments {place} and {place + 1} swapped", _swap("args", place)
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield f"no .{node.func.attr}()", _replace(lambda n: n.func.value)
    elif len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        yield f"no {ast.unparse(node.func)}", _replace(lambda n: n.args[0])


def _is_module(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "np") or (
        isinstance(node, ast.Attribute) and _is_module(node.value)
    )


def _others(name: str, known: list[str]) -> list[str]:
    """The two names after this one, in a fixed order that goes round."""
    if name not in known or len(known) < 2:
        return []
    place = known.index(name)
    after = dict.fromkeys(known[(place + step) % len(known)] for step in range(1, len(known)))
    return [other for other in after if other != name]


def _of_names(
    node: ast.AST, locals_: list[str], attributes: list[str]
) -> Iterator[tuple[str, _Edit]]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in _others(node.id, locals_):
            yield f"{node.id} -> {other}", _set("id", other)
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    ):
        for other in _others(node.attr, attributes):
            yield f"self.{node.attr} -> self.{other}", _set("attr", other)


def _of_statements(node: ast.AST) -> Iterator[tuple[str, _Edit]]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        yield "statement left out", _replace(lambda n: ast.Pass())


def _scopes(tree: _Tree) -> dict[int, list[str]]:
    """For each node the local variables of the function that it lies in."""
    found: dict[int, list[str]] = {}
    for function in tree.nodes:
        if not isinstance(function, ast.FunctionDef):
            continue
        inner = list(ast.walk(function))
        names = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        names |= {n.arg for n in inner if isinstance(n, ast.arg)} - {"self"}
        found |= {id(node): sorted(names) for node in inner}
    return found


def _attributes(tree: _Tree) -> list[str]:
    return sorted(
        {
            node.attr
            for node in tree.nodes
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        }
    )


def _edits(tree: _Tree, lines: set[int]) -> Iterator[tuple[int, int, str, _Edit]]:
    """(index of the node, line, what is changed, how)."""
    scopes, attributes = _scopes(tree), _attributes(tree)
    checks = {id(n) for c in tree.nodes if _is_check(c) for n in ast.walk(c)}
    for index, node in enumerate(tree.nodes):
        # Keywords and slices have a line too; operators and contexts have none.
        if getattr(node, "lineno", 0) not in lines or id(node) in checks:
            continue
        found = [
            *_of_operators(node),
            *_of_values(node, tree),
            *_of_calls(node),
            *_of_names(node, scopes.get(id(node), []), attributes),
            *_of_statements(node),
        ]
        for change, edit in found:
            yield index, node.lineno, change, edit


class Mutants:
    """All mutants of one exercise's solution, or of an alternative.

    Parameters
    ----------
    exercise_id : str
    folder : Path
        The solutions.
    alternative : Alternative, optional
    impl : Implementation, optional
        The solutions, opened; needed for an alternative.
    """

    def __init__(
        self,
        exercise_id: str,
        folder: Path,
        alternative: Alternative | None = None,
        impl: Implementation | None = None,
    ) -> None:
        if alternative is None or impl is None:
            source, top, lines = _solution(exercise_id, folder)
            module = ast.Module([top], [])
        else:
            source, module, lines = _alternative(alternative, impl)
        text = source.splitlines()
        tree = _Tree.of(module)
        self._packed = tree.packed()
        self._edits = list(_edits(tree, lines))
        self.all = [
            Mutant(exercise_id, number, line, text[line - 1].strip(), change)
            for number, (_, line, change, _) in enumerate(self._edits)
        ]

    def code(self, *numbers: int) -> ast.Module:
        """The functions or the class with these changes made, one after the other."""
        tree = _Tree(*pickle.loads(self._packed))
        changed = [tree.nodes[self._edits[number][0]] for number in numbers]
        parents = [tree.parents[id(node)] for node in changed]
        for node, number in zip(changed, numbers, strict=True):
            self._edits[number][3](node, tree)
        # Only new nodes lack a line, and they stand below these.
        for parent in parents:
            ast.fix_missing_locations(parent)
        module = tree.nodes[0]
        assert isinstance(module, ast.Module)
        return module
