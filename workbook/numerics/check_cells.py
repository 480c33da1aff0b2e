"""Check cells of a notebook: each prints all its verdicts before it stops."""

import ast
from typing import TYPE_CHECKING, Any

from workbook.numerics.verdict import cell_verdicts

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["CheckCells", "install"]

_STOP = (
    "__import__('workbook.numerics.verdict', fromlist=['cell_verdicts'])"
    ".cell_verdicts.stop_if_not_ok()"
)


def _calls_verdict(node: ast.AST) -> bool:
    called = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
    return any("verdict" in (getattr(f, "id", ""), getattr(f, "attr", "")) for f in called)


class CheckCells(ast.NodeTransformer):
    """Adds a statement to each cell that calls `verdict`: stop if one of them was NOT ok.

    IPython hands it the syntax tree of every cell, just before the cell runs.
    """

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Add the statement behind the last verdict; what a cell shows at its end stays last."""
        places = [i for i, statement in enumerate(node.body) if _calls_verdict(statement)]
        if places:
            cell_verdicts.collects = True
            at = len(node.body)
            if isinstance(node.body[-1], ast.Expr) and places[-1] != at - 1:
                at -= 1
            node.body[at:at] = ast.parse(_STOP).body
        return node


def install(shell: "InteractiveShell") -> None:
    """Have the verdicts of each cell collected. Installing it again changes nothing."""
    untyped: Any = shell
    if any(isinstance(known, CheckCells) for known in untyped.ast_transformers):
        return

    def before_cell(info: object) -> None:
        cell_verdicts.start(collects=False)

    untyped.events.register("pre_run_cell", before_cell)
    untyped.ast_transformers.append(CheckCells())
