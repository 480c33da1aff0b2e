"""`portrait()` in a notebook: the page below the cell, and as a file beside the notebook."""

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.display import HTML, display

from workbook.locale import text
from workbook.student import locations
from workbook.widgets.portrait import output_file
from workbook.widgets.portrait.plan import (
    PortraitPlan,
    passing_exercises,
    plan_portrait,
    required_exercises,
)

if TYPE_CHECKING:
    from workbook.widgets.portrait.training import OnProgress

__all__ = ["portrait"]

_SHORT = {"epochs": 1, "images": 200}


def portrait(out: str = output_file.NAME, *, epochs: int = 5, images: int = 4000) -> None:
    """Train what is finished, and show it as a page to give to friends.

    It runs the exercise files as last saved (or the solutions, as the toggle says) in a process
    of its own, and writes the page beside the notebook. ■ stops it. Under WORKBOOK_STATIC=1 the
    training is short, and no file is written.

    Parameters
    ----------
    out : str, optional
        The file.
    epochs, images : int, optional
        How long, and with how many pictures, each net is trained.

    Raises
    ------
    UsageError
        If there is another file in its place.
    WorkbookError
        If the learner's code fails: where, and the check to run.
    """
    static = bool(os.environ.get("WORKBOOK_STATIC"))
    path = Path(out).expanduser()
    if not static:
        output_file.check_replaceable(path)
    sizes: dict[str, Any] = _SHORT if static else {"epochs": epochs, "images": images}
    folder = locations.exercises_folder()
    chosen = plan_portrait(
        folder, passing_exercises(folder, required_exercises()), short=static, **sizes
    )
    if not chosen.parts:
        print(text("portrait.nothing"))
        return
    page = _train_and_render(chosen, keep=not static)
    if page is None:
        print(text("portrait.stopped"))
        return
    if static:
        print(text("portrait.short", images=_SHORT["images"]))
    else:
        print(text("portrait.written", file=path, kilobytes=output_file.write_page(path, page)))
    if chosen.lacking:
        print(text("portrait.lacking", names=", ".join(chosen.lacking)))
    frame = f'<iframe srcdoc="{html.escape(page)}" sandbox style="{_FRAME}"></iframe>'
    # IPython advises an address in place of a frame's content: there may be no file.
    display(HTML(f"<div>{frame}</div>"))  # type: ignore[no-untyped-call]


_FRAME = "width: 100%; height: 640px; border: 1px solid #8884; border-radius: 8px"


def _train_and_render(chosen: PortraitPlan, *, keep: bool) -> str | None:
    """The page, or None if it was stopped."""
    from tqdm.auto import tqdm

    from workbook.widgets.portrait import page, training

    with tqdm(total=1.0, leave=False, disable=not keep, bar_format="{desc} {bar} {n:.0%}") as bar:
        on_progress: OnProgress = _Bar(bar)
        try:
            return page.render_page(chosen, training.train_parts(chosen, on_progress, keep=keep))
        except KeyboardInterrupt:
            return None


class _Bar:
    """Moves a tqdm bar; each part begins it anew."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __call__(self, part: str, done: int, total: int) -> None:
        self._bar.set_description_str(text(f"portrait.part.{part}"), refresh=False)
        self._bar.n = done / total if total else 0.0
        self._bar.refresh()
