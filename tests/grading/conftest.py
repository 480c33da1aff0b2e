"""Small notebooks to run."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def code(source, *tags, **options):
    return new_code_cell(source, metadata={"tags": list(tags)}, **options)


def check(source, exercise, stored=None):
    """A check cell; `stored` is the output that the notebook holds, if any."""
    outputs = [] if stored is None else [new_output("stream", name="stdout", text=stored)]
    return new_code_cell(
        source,
        metadata={"tags": ["nbval-check-output"], "workbook": {"exercise": exercise}},
        outputs=outputs,
        execution_count=None if stored is None else 1,
    )


@pytest.fixture
def write(tmp_path):
    """`write("Name", cell, ...)` writes a notebook and gives its path."""
    folder = tmp_path / "练习 one" / "notebooks"
    folder.mkdir(parents=True)

    def write(name, *cells):
        path = folder / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=[new_markdown_cell("# A title"), *cells]), path)
        return path

    write.code, write.check = code, check
    return write
