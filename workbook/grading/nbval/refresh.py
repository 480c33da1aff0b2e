"""The stored outputs of the notebooks: only those of check cells, made with the solutions."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.grading.nbval.results import sanitise
from workbook.grading.nbval.run import CELL_TIMEOUT, variables

__all__ = ["CHECK_TAG", "SKIPPED_TAGS", "refresh_notebook"]

CHECK_TAG = "nbval-check-output"

# A check cell needs none of these, and they take nearly all of a notebook's time.
SKIPPED_TAGS = {"experiment", "panel", "card"}

CELL_METADATA = {"tags", "workbook", "jupyter", "editable", "deletable"}
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def _tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def _text_only(outputs: list[Any]) -> list[Any]:
    """Outputs as they are stored: streams joined, no pictures, no counts."""
    from nbval.plugin import coalesce_streams

    kept = []
    for output in coalesce_streams(copy.deepcopy(outputs)):
        if "data" in output:
            for kind in [kind for kind in output.data if kind.startswith("image/")]:
                del output.data[kind]
            output.metadata = {}
            if output.output_type == "execute_result":
                output.execution_count = None
        kept.append(output)
    return kept


def _comparable(outputs: list[Any]) -> str:
    return sanitise(json.dumps(outputs, sort_keys=True))


def _execute(notebook: Any, folder: Path, on_cell: Callable[[int, int], None] | None) -> None:
    """Run the notebook's cells in place, in a kernel of this environment with solutions on."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

    def count(cell: Any, cell_index: int, **_: Any) -> None:
        if on_cell is not None:
            on_cell(cell_index, len(notebook.cells))

    client = NotebookClient(
        notebook,
        timeout=int(CELL_TIMEOUT),
        resources={"metadata": {"path": str(folder)}},
        km=AsyncKernelManager(
            kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
        ),
        on_cell_executed=count,
    )
    # As in nbval's runs, what the kernel itself logs goes nowhere.
    client.execute(env=variables("solutions", 1), stderr=subprocess.DEVNULL)


def _store(cell: Any, executed: Any, number: int) -> None:
    """Give a check cell its new outputs, or leave the old ones if nbval sees no difference."""
    # nbval compares a cell's outputs only if it has a count.
    cell.execution_count = number
    old, new = _text_only(cell.outputs), _text_only(executed.outputs)
    # Digits differ from machine to machine; such a change would be noise in every diff.
    cell.outputs = old if _comparable(old) == _comparable(new) else new


def refresh_notebook(path: Path, on_cell: Callable[[int, int], None] | None = None) -> bool:
    """Rewrite a notebook with the outputs of its check cells alone, in a settled form.

    Parameters
    ----------
    path : Path
    on_cell : callable, optional
        Called as `on_cell(cell, cells)` after each cell.

    Returns
    -------
    bool
        Whether the file has changed.

    Raises
    ------
    WorkbookError
        If it cannot be read, or a cell fails; the file is then as it was.
    """
    import nbformat
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from workbook.student.atomic_write import same_text, write_text

    try:
        notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises whatever its parsers raise
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise WorkbookError(f"{path.name} cannot be read: {why}") from error

    run = copy.deepcopy(notebook)
    run.cells = [
        cell for cell in run.cells if cell.cell_type == "code" and not SKIPPED_TAGS & _tags(cell)
    ]
    for cell in run.cells:
        cell.outputs = []
    if any(CHECK_TAG in _tags(cell) for cell in run.cells):
        try:
            _execute(run, path.parent, on_cell)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            reason = str(getattr(error, "evalue", "")) or str(error).strip().splitlines()[-1]
            at = next(
                (c.id for c in run.cells if any(o.output_type == "error" for o in c.outputs)), ""
            )
            where = f"in its cell {at}, " if at else ""
            raise WorkbookError(f"{path.name} is left as it was: {where}{reason}") from error
    executed = {cell.id: cell for cell in run.cells}

    number = 0
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in CELL_METADATA}
        if cell.cell_type != "code":
            continue
        number += 1
        if CHECK_TAG in _tags(cell) and cell.id in executed:
            _store(cell, executed[cell.id], number)
        else:
            cell.outputs, cell.execution_count = [], None
    kept = {"workbook": notebook.metadata["workbook"]} if "workbook" in notebook.metadata else {}
    notebook.metadata = nbformat.from_dict({**NOTEBOOK_METADATA, **kept})  # type: ignore[no-untyped-call]
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    text = nbformat.writes(notebook).rstrip("\n") + "\n"  # type: ignore[no-untyped-call]
    if same_text(path, text):
        return False
    write_text(path, text)
    return True
