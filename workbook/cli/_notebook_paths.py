"""Where the notebooks are that a command is about."""

import difflib
from pathlib import Path

import workbook
from workbook.errors import UsageError, WorkbookError

__all__ = ["find_notebook", "notebooks_root"]


def notebooks_root(start: Path | None = None) -> Path:
    """The folder with `notebooks/` in it: the nearest one upwards, else the package's own copy.

    Raises
    ------
    WorkbookError
        If there is none.
    """
    here = (start or Path.cwd()).resolve()
    own = Path(workbook.__file__).resolve().parents[1]
    for folder in (here, *here.parents, own):
        if any((folder / "notebooks").glob("*.ipynb")):
            return folder
    raise WorkbookError(
        f"There is no folder `notebooks` in {here} or above it.\n"
        "Go to the folder of your workbook and try again."
    )


def find_notebook(name: str, root: Path) -> Path:
    """The notebook that `name` means: a file, or a name in `notebooks/`, in any case of letters.

    Raises
    ------
    UsageError
        If there is none.
    """
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    notebooks = {path.stem.lower(): path for path in sorted((root / "notebooks").glob("*.ipynb"))}
    wanted = path.name.removesuffix(".ipynb").lower()
    if wanted in notebooks and len(path.parts) == 1:
        return notebooks[wanted]
    near = difflib.get_close_matches(wanted, notebooks, n=1)
    hint = f"Did you mean {notebooks[near[0]].stem}? " if near else ""
    names = ", ".join(path.stem for path in notebooks.values())
    raise UsageError(f"There is no notebook {name!r}. {hint}Here are: {names}.")
