"""Stubs made from solutions: what students start from.

Inside a function a solution block becomes `raise NotImplementedError("<exercise id>")` under
its TODO text; outside of every function it vanishes.

A build runs this file without the project's dependencies: the standard library alone.
"""

from workbook.student.solution_markers import MarkerError, SolutionBlock, find_blocks

__all__ = ["make_stub", "raised_ids"]


def _nones(names: list[str], indent: str) -> list[str]:
    if len(names) > 4:
        return [f"{indent}{name} = None" for name in names]
    return [f"{indent}{', '.join(names)} = {', '.join(['None'] * len(names))}"] if names else []


def _blank(line: str) -> bool:
    return not line.strip()


def _close_gap(above: list[str], below: list[str]) -> list[str]:
    """Join what a vanished block has left, with no more blank lines than it had on one side."""
    gaps = [0, 0]
    while above and _blank(above[-1]):
        above.pop()
        gaps[0] += 1
    while below and _blank(below[0]):
        below.pop(0)
        gaps[1] += 1
    return [*above, *[""] * (max(gaps) if above and below else min(gaps)), *below]


def _without_block(lines: list[str], block: SolutionBlock) -> list[str]:
    """`lines` with one block replaced; blocks are taken from the last to the first."""
    above, below = lines[: block.begin - 1], lines[block.end :]
    if not block.exercise_id:
        return _close_gap(above, below)
    todo = len(above)
    while todo and above[todo - 1].startswith(f"{block.indent}#"):
        todo -= 1
    nones = _nones(block.set_to_none, block.indent)
    raised = f'{block.indent}raise NotImplementedError("{block.exercise_id}")'
    return [*above[:todo], *nones, *above[todo:], raised, *below]


def make_stub(source: str, file: str, *, only: str | None = None) -> str:
    """The stub of a solution file.

    Parameters
    ----------
    source : str
        The solution.
    file : str
        Its name inside the implementation, such as `classifiers/cnn.py`; ids follow from it.
    only : str, optional
        Replace the blocks of this exercise alone and leave the others as they are.

    Raises
    ------
    MarkerError
        See `find_blocks`; also if the stub would not be valid Python.
    """
    lines = source.replace("\r\n", "\n").split("\n")
    for block in reversed(find_blocks("\n".join(lines), file)):
        if only in (None, block.exercise_id):
            lines = _without_block(lines, block)
    stub = "\n".join(lines)
    try:
        compile(stub, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise MarkerError(file, error.lineno or 1, "bad_stub", what=error.msg) from error
    return stub


def raised_ids(source: str, file: str) -> set[str]:
    """The exercises that a solution file has blocks for."""
    return {block.exercise_id for block in find_blocks(source, file)} - {""}
