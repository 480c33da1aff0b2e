"""`workbook portrait`: my network, one page of what was built and trained, to show to friends."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from workbook.cli._exercises import check_with_progress, exercises_option, folder_to_judge
from workbook.errors import WorkbookError
from workbook.locale import table, text

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = ["command"]


@click.command("portrait", short_help="Make a page about your network, to show to friends.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("my-network.html"),
    show_default=True,
    metavar="FILE",
    help="Where to write it.",
)
@click.option("--epochs", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option(
    "--images",
    type=click.IntRange(100),
    default=4000,
    show_default=True,
    help="How many pictures each net is trained on.",
)
@exercises_option
def command(out: Path, epochs: int, images: int, exercises: str | None) -> int:
    """Make one page of what you built and trained: curves, filters, accuracy, speed.

    What is finished decides what is on it. Your nets are trained in a process of their own, some
    30 seconds in all; Ctrl-C stops it. The page is one file, without names or paths.
    """
    from workbook import curriculum
    from workbook.student import progress
    from workbook.widgets.portrait import output_file, page, training
    from workbook.widgets.portrait.plan import plan_portrait

    output_file.check_replaceable(out)
    folder = folder_to_judge(exercises)
    results = [report.result for report in check_with_progress(folder, curriculum.load().ids())]
    progress.record(folder, [result.as_json() for result in results])
    passed = {r.exercise for r in results if {r.outcome, r.integrated_outcome} <= curriculum.DONE}
    chosen = plan_portrait(folder, passed, epochs=epochs, images=images)
    if not chosen.parts:
        raise WorkbookError(text("portrait.nothing"))
    with _PortraitProgress() as progress_view:
        try:
            found = training.train_parts(chosen, progress_view.on_progress)
        except KeyboardInterrupt:
            raise WorkbookError(text("portrait.stopped")) from None
    size = output_file.write_page(out, page.render_page(chosen, found))
    click.echo(text("portrait.written", file=out, kilobytes=size))
    if chosen.lacking:
        click.echo(text("portrait.lacking", names=", ".join(chosen.lacking)))
    return 0


class _PortraitProgress:
    """A bar for each part; where there is no terminal, a line for each."""

    def __init__(self) -> None:
        from rich import progress
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        self._plain = not console.is_terminal
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TaskProgressColumn(),
            progress.TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=self._plain,
        )
        self._tasks: dict[str, TaskID] = {}

    def on_progress(self, part: str, done: int, total: int) -> None:
        """Show how far it is."""
        words = table("portrait.part")[part]
        if part not in self._tasks:
            self._tasks[part] = self._bar.add_task(words, total=None)
            if self._plain:
                state = text("portrait.kept") if 0 < total == done else "..."
                click.echo(f"{words} {state}", err=True)
        if total:
            self._bar.update(self._tasks[part], completed=done, total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
