"""Formulas as MathML, which browsers draw by themselves: no script and no network."""

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import SphinxError

# It writes these, inside \texttt, as they stand in the source.
ESCAPED = {r"\_": "_"}


def _mathml(node: nodes.Element, display: str) -> str:
    try:
        made: str = convert(node.astext(), display=display)
    except Exception as error:  # Whatever it is: a formula that nobody could read.
        raise SphinxError(f"{node.source}: cannot draw {node.astext()!r}: {error}") from error
    for written, meant in ESCAPED.items():
        made = made.replace(written, meant)
    return made


def visit_inline(translator: Any, node: nodes.Element) -> None:
    """A formula in a line."""
    translator.body.append(_mathml(node, "inline"))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.Element) -> None:
    """A formula of its own; a wide one scrolls on a narrow page."""
    formula = _mathml(node, "block")
    translator.body.append(f'<div class="math" style="overflow-x: auto">{formula}</div>\n')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register the renderer; `html_math_renderer = "mathml"` chooses it."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
