"""The map of the course: what there is, in which order, how long it takes, what is done."""

from pathlib import Path

from IPython.display import Markdown, display

from workbook.curriculum import DONE, Curriculum, Exercise, load
from workbook.locale import text
from workbook.student.locations import display_path, student_folder
from workbook.student.state_file import read_state

__all__ = ["course_map", "notebook_visits"]


def notebook_visits(curriculum: Curriculum) -> list[tuple[str, list[Exercise]]]:
    """The walk through the notebooks: each stop is a notebook and its exercises done there.

    A notebook that the order of learning visits twice stands there twice.
    """
    walk: list[tuple[str, list[Exercise]]] = []
    for exercise in curriculum:
        if not walk or walk[-1][0] != exercise.notebook:
            walk.append((exercise.notebook, []))
        walk[-1][1].append(exercise)
    return walk


def _table_row(number: int, name: str, exercises: list[Exercise], passed: set[str]) -> str:
    title = load().notebook(name).title
    needed = [e for e in exercises if not e.optional]
    extra = len(exercises) - len(needed)
    counts = [str(len(needed))] if needed else []
    counts += [text("map.optional", count=extra)] if extra else []
    count = text("map.and").join(counts)
    minutes = sum(e.minutes for e in needed) or sum(e.minutes for e in exercises)
    done = sum(e.id in passed for e in exercises)
    bar = "●" * done + "○" * (len(exercises) - done)
    # A copy for some notebooks lists what they require, though not its notebook.
    others = any(Path().glob("*.ipynb"))
    linked = f"[{title}]({name}.ipynb)" if not others or Path(f"{name}.ipynb").exists() else title
    return f"| {number} | {linked} | {count} | {minutes} | {bar} |"


def course_map() -> None:
    """Show the map, with a filled dot for each exercise that its last check found done."""
    progress = read_state("progress")
    done = {
        name
        for name, kept in progress.items()
        if isinstance(kept, dict) and kept.get("outcome") in DONE
    }
    rows = [text("map.head"), "| -: | :- | :- | -: | :- |"]
    rows += [
        _table_row(number, name, exercises, done)
        for number, (name, exercises) in enumerate(notebook_visits(load()), start=1)
    ]
    where = text("map.files", folder=display_path(student_folder()))
    display(Markdown("\n".join(rows) + f"\n\n{where}"))  # type: ignore[no-untyped-call]
