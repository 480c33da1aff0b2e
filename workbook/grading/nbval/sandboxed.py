"""What runs inside the sandbox for nbval: a message for each cell, one at the end.

Arguments: the folder of notebooks, the student's files, seconds for a cell, a folder with
matplotlib's font cache, the user to become (0 for none) and the kind of sandbox. The notebooks are
the instructor's; the student's are never seen.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from workbook.grading.nbval.messages import ANSWERS, CellJudged, Finished
from workbook.grading.nbval.results import CellResult, NotebookResult, quick_nbformat
from workbook.grading.nbval.run import run_group
from workbook.grading.sandbox import fork_server
from workbook.worker.channel import Channel, private_descriptors
from workbook.worker.limits import limit


def main() -> None:
    """Run all notebooks of a folder, one after the other."""
    notebooks, student, cell_timeout = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    if int(sys.argv[5]):
        fork_server.drop_privileges(int(sys.argv[5]))
    fork_server.harden_process(sandboxed=sys.argv[6] == "bwrap", sockets=True)
    incoming, outgoing = private_descriptors()
    channel = Channel(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb"))
    limit({"AS": 8 * 2**30, "NPROC": 400, "FSIZE": 64 * 2**20})
    quick_nbformat()
    home = Path(tempfile.mkdtemp(prefix="workbook-home-"))
    os.environ["MPLCONFIGDIR"] = str(home / "matplotlib")
    with contextlib.suppress(OSError):
        shutil.copytree(sys.argv[4], home / "matplotlib")
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        os.environ[name] = str(home / name.lower())

    def on_cell(result: NotebookResult, cell: CellResult) -> None:
        judged = CellJudged(
            notebook=result.path.stem,
            exercise=cell.exercise,
            outcome=cell.outcome,
            line=cell.line[:1000],
            cell=cell.cell,
            seconds=cell.seconds,
        )
        channel.send(ANSWERS.encode(judged))

    results = run_group(
        sorted(notebooks.glob("*.ipynb")),
        exercises=student,
        cell_timeout=cell_timeout,
        on_cell=on_cell,
    )
    for result in results:
        # Cells that were not reported: the kernel was gone, or the run was ended.
        for cell in result.cells:
            if cell.outcome in ("missing", "timeout"):
                on_cell(result, cell)
    problems = {result.path.stem: result.problem for result in results if result.problem}
    channel.send(ANSWERS.encode(Finished(problems)))


if __name__ == "__main__":
    main()
