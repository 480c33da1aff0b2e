"""What every panel has: a question, controls, Run, Stop and Reset, progress, picture, table."""

import contextlib
import gc
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import ipywidgets as w
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from workbook.errors import UsageError, WorkbookError
from workbook.locale import has, text
from workbook.student import locations
from workbook.training.results import ProgressUpdate
from workbook.training.runner import ExperimentRunner, Failure, Job
from workbook.widgets.panels import components
from workbook.widgets.panels.prediction import Outcome, Prediction

__all__ = ["Panel"]

# Seconds between two looks at a job; drawing takes at most a third of the time.
_TICK = 0.25
_STATIC_SECONDS = 120.0


class Panel:
    """One panel; see the package's notes on what a subclass says.

    Attributes
    ----------
    controls, views : dict of widgets
    job : Job or None
        The run that is shown.
    ran : dict
        The settings of that run.
    figure : Figure
        The picture as it stands.
    """

    name: ClassVar[str]
    experiment: ClassVar[str]
    immediate: ClassVar[bool] = False
    guesses: ClassVar[tuple[str, ...]] = ()
    # An immediate panel gives up after so many seconds: the code probably never returns.
    patience: ClassVar[float] = 20.0

    def __init__(self, **start: Any) -> None:
        self._lock = threading.RLock()
        self._idle = threading.Event()
        self._idle.set()
        self._again = self._touched = self._quiet = self.closed = False
        self._complete = False
        self.controls: dict[str, Any] = self.make_controls()
        self.views: dict[str, Any] = self.make_views()
        for name, value in start.items():
            known = {**self.controls, **self.views}
            if name not in known:
                raise UsageError(
                    text("panel.no_control", name=name, panel=self.name, known=", ".join(known))
                )
            known[name].value = value
        self._defaults = {k: c.value for k, c in {**self.controls, **self.views}.items()}
        self.job: Job | None = None
        self.ran: dict[str, Any] = {}
        self.figure: Figure = components.empty_figure(self._invitation())
        self._canvases = 0
        self._canvas: components.Canvas | None = None
        self._runner = ExperimentRunner(keep=self.immediate)
        self._whose = ""
        self._slowest = 0.0
        self._begun = self._first_news = 0.0
        self._first_done = 0
        self._build()

    # What a subclass says.

    def make_controls(self) -> dict[str, Any]:
        """Widgets by the name of what they set."""
        return {}

    def make_views(self) -> dict[str, Any]:
        """Widgets that look differently at what was computed."""
        return {}

    def arrange(self) -> Any:
        """The controls as one widget; by default in rows."""
        return w.HBox(list(self.controls.values()), layout=w.Layout(flex_flow="row wrap"))

    def arrange_views(self) -> Any:
        """The views as one widget; by default in a row."""
        return w.HBox(list(self.views.values()), layout=w.Layout(flex_flow="row wrap"))

    def moving(self) -> list[Artist]:
        """The artists of the figure that move; in an immediate panel only these are drawn anew.

        Without any, the whole figure is.
        """
        return []

    def arrange_picture(self) -> Any:
        """The picture, with what lies over it."""
        return self.picture

    def drawn(self) -> None:
        """The picture is on its way to the page."""

    def settings(self) -> dict[str, Any]:
        """The experiment's arguments, from the controls."""
        return {name: control.value for name, control in self.controls.items()}

    def short(self) -> dict[str, Any]:
        """What differs from `settings` in the static form."""
        return {}

    def begin(self, settings: dict[str, Any]) -> Figure:
        """A new figure for a run with these settings."""
        raise NotImplementedError

    def take(self, updates: list[ProgressUpdate]) -> None:
        """Show what has happened meanwhile."""

    def finish(self, outcome: Any) -> None:
        """Show the result."""

    def look(self) -> None:
        """Follow the views."""

    def table(self) -> components.Rows:
        """The numbers in the picture."""
        return []

    def outcome(self) -> Outcome:
        """The keys of the answers that came true, and a sentence."""
        return None

    def invalid(self) -> str:
        """Why these controls give no run, in a sentence; empty if they do."""
        return ""

    # What all panels do.

    @contextlib.contextmanager
    def quietly(self) -> Iterator[None]:
        """Controls that are moved meanwhile start nothing."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    def say(self, key: str, otherwise: str | None = None, /, **values: object) -> str:
        """One of the panel's own sentences."""
        own = f"panel.{self.name}.{key}"
        return text(own if otherwise is None or has(own) else otherwise, **values)

    def _invitation(self) -> str:
        """What stands in the picture's place before there is one."""
        return text("panel.computes" if self.immediate else "panel.empty")

    def _build(self) -> None:
        answers = {key: self.say(f"guess.{key}") for key in self.guesses}
        self.guess = Prediction(self.say("question"), answers)
        self.run_button = components.button(text("panel.run"), "play", text("panel.run_told"))
        self.run_button.button_style = "primary"
        self.stop_button = components.button(text("panel.stop"), "stop", text("panel.stop_told"))
        self.reset_button = components.button(text("panel.reset"), "undo", text("panel.reset_told"))
        self.png_button = components.button(text("panel.png"), "image", text("panel.png_told"))
        self.csv_button = components.button(text("panel.csv"), "table", text("panel.csv_told"))
        self.bar = w.FloatProgress(min=0, max=1, layout=w.Layout(width="130px", height="20px"))
        if self.immediate:
            self.bar.layout.display = "none"
        self.status = w.HTML()
        self.trouble = w.HTML()
        self.picture = w.Image(
            format="png",
            layout=w.Layout(max_width="100%", object_fit="contain", align_self="flex-start"),
        )
        self.numbers = w.HTML()
        row = w.Layout(flex_flow="row wrap", align_items="center")
        self.box: Any = w.VBox(
            [
                w.HTML(f'<div style="font-weight:700;font-size:110%">{self.say("title")}</div>'),
                self.guess.box,
                self.arrange(),
                w.HBox(
                    [self.run_button, self.stop_button, self.reset_button, self.bar, self.status],
                    layout=row,
                ),
                self.trouble,
                w.HTML(components.unseen(self.say("alt", f"panel.{self.name}.title"))),
                self.arrange_picture(),
                *([self.arrange_views()] if self.views else []),
                self.numbers,
                w.HTML(components.paragraph(self.say("fair"), quiet=True)),
                w.HBox([self.png_button, self.csv_button], layout=row),
            ],
            layout=w.Layout(
                border="1px solid var(--jp-border-color2, #bdbdbd)",
                padding="10px",
                max_width="980px",
                grid_gap="6px",
            ),
        )
        for button, action in (
            (self.run_button, self.run),
            (self.stop_button, self.stop),
            (self.reset_button, self.reset),
            (self.png_button, self.save_png),
            (self.csv_button, self.save_csv),
        ):
            button.on_click(lambda _, action=action: action())
        for control in self.controls.values():
            control.observe(lambda _: self._moved(), names="value")
        for view in self.views.values():
            view.observe(lambda _: self._viewed(), names="value")
        self.guess.choice.observe(lambda _: self._guessed(), names="value")
        self._buttons()
        self._draw()

    def show(self) -> None:
        """Display it; an immediate panel begins to compute."""
        from IPython.display import display

        display(self.box)  # type: ignore[no-untyped-call]
        if self.immediate:
            self.run()

    @property
    def running(self) -> bool:
        """Whether an experiment is under way."""
        return self.job is not None and self.job.running

    def run(self) -> None:
        """Start the experiment with what the controls say; returns at once."""
        with self._lock:
            if self.closed:
                return
            why = self.invalid()
            self.trouble.value = components.paragraph(why)
            self._again = False
            if why:
                return
            if self.running:
                # A new run waits for an immediate one, unless that one hangs.
                assert self.job is not None
                self._again = True
                if not self.immediate or time.monotonic() - self._begun > 2:
                    self.job.ask_to_stop()
                return
            settings = self.settings()
            try:
                job = self._runner.run(self.experiment, **settings)
            except WorkbookError as error:
                self.trouble.value = components.failure_html(Failure("", str(error)))
                return
            # An immediate panel keeps its picture, and so its artists, from run to run.
            if not (self.immediate and self.same_figure(settings)):
                self.figure = self.begin(settings)
            self.ran, self.job = settings, job
            self._idle.clear()
            self._whose = text("panel.solutions" if locations.solutions_on() else "panel.yours")
            self._begun, self._first_news, self._first_done = time.monotonic(), 0.0, 0
            if not self.immediate:
                self._complete = False
                self.guess.show(None)
                self.status.value = components.paragraph(text("panel.starts"))
                self.bar.value = 0
                self._draw()
            self._buttons()
            threading.Thread(
                target=self._follow, args=(job,), daemon=True, name=f"panel-{self.name}"
            ).start()

    def same_figure(self, settings: dict[str, Any]) -> bool:
        """Whether the figure of the last run serves for this one; needs `look` to fill it."""
        return False

    def accept(self, outcome: Any, settings: dict[str, Any]) -> None:
        """Show a result that was computed before with these settings."""
        with self._lock:
            self.job, self.ran, self._complete = None, settings, True
            self.figure = self.begin(settings)
            self.finish(outcome)
            self.look()
            self._draw()
            self.trouble.value, self.bar.value = "", 1
            self.status.value = components.paragraph(text("panel.kept"))
            self._buttons()
            self._tell()

    def stop(self) -> None:
        """End the run; what was computed stays."""
        with self._lock:
            self._again = False
            if self.job is not None:
                self.job.ask_to_stop()

    def reset(self) -> None:
        """Everything as at the beginning; an immediate panel computes that."""
        with self._lock:
            with self.quietly():
                for name, control in {**self.controls, **self.views}.items():
                    control.value = self._defaults[name]
                self.guess.choice.value = ""
            self._touched = False
            if self.job is not None:
                self.job.ask_to_stop()
            self.job, self.ran = None, {}
            self._again = self._complete = False
            self._idle.set()
            self.guess.show(None)
            self.status.value = self.trouble.value = self.numbers.value = ""
            self.bar.value = 0
            self.figure = components.empty_figure(self._invitation())
            self._buttons()
            self._draw()
            if self.immediate:
                self.run()

    def close(self) -> None:
        """End its process and take its widgets out of the notebook."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            self._runner.close()
            self.job = None
            _close(self.box)

    def wait(self, seconds: float = 60.0) -> bool:
        """Wait until it shows the end of its run; whether it does."""
        return self._idle.wait(seconds)

    def static(self) -> Figure:
        """The picture of a short run, without any widgets to move.

        Raises
        ------
        WorkbookError
            If the experiment failed.
        """
        settings = {**self.settings(), **self.short()}
        try:
            job = self._runner.run(self.experiment, **settings).wait(_STATIC_SECONDS)
            if job.state != "done":
                why = str(job.failure) if job.failure else text("panel.too_slow")
                raise WorkbookError(why)
            self.ran, self.job = settings, job
            self.figure = self.begin(settings)
            self.take(job.take())
            self.finish(job.outcome)
            self.look()
            return self.figure
        finally:
            self.close()

    def save_png(self) -> None:
        """The picture as a file beside the notebook."""
        self._keep("png", components.render(self.figure))

    def save_csv(self) -> None:
        """The table as a file beside the notebook."""
        self._keep("csv", components.as_csv(self.table() if self.ran else []))

    def _keep(self, ending: str, content: bytes) -> None:
        with self._lock:
            try:
                said = components.keep(components.free_name(self.name, ending), content)
            except WorkbookError as error:
                said = str(error)
            self.status.value = components.paragraph(said)

    def _follow(self, job: Job) -> None:
        """The work of a thread: show a job's news until it has ended or another one is shown."""
        running = True
        while running:
            job.wait(max(_TICK, 2 * self._slowest))
            with self._lock:
                running = job.running
                if self.closed or job is not self.job:
                    return
                try:
                    self._advance(job)
                except Exception as error:  # A thread's traceback would be seen by nobody.
                    self.job = None
                    job.ask_to_stop()
                    mine = Failure(type(error).__name__, str(error))
                    self.trouble.value = components.failure_html(mine)
                    running = False
                if not running:
                    self._buttons()
            if self.immediate and running and time.monotonic() - self._begun > self.patience:
                job.ask_to_stop()
        with self._lock:
            if self.job is not None and job is not self.job:
                return  # A new run began meanwhile, and another thread follows it.
            if self._again and not self.closed:
                self.run()
            else:
                self._idle.set()

    def _advance(self, job: Job) -> None:
        # In this order: what is told after the end was there before it.
        ended, news = not job.running, job.take()
        if news:
            if not self._first_news:
                self._first_news, self._first_done = time.monotonic(), news[0].done
            self.take(news)
        if ended and job.outcome is not None:
            self.finish(job.outcome)
        if news or ended:
            self.look()
            # Where nothing is new on the axes, their layout is the same too, and costs half.
            self._draw(settle=ended and not self.immediate)
        self._progress(job, news)
        if ended:
            self._ended(job)

    def _progress(self, job: Job, news: list[ProgressUpdate]) -> None:
        if self.immediate:
            slow = job.running and time.monotonic() - self._begun > 1
            self.status.value = components.paragraph(text("panel.computes") if slow else "")
            return
        if not job.total or not news:
            return
        self.bar.value = job.done / job.total
        loss = next((u.values["loss"] for u in reversed(news) if "loss" in u.values), None)
        words = [text("panel.done", done=job.done, total=job.total)]
        words += [text("panel.loss", loss=f"{loss:.3g}")] if loss is not None else []
        time_left = components.left(self._first_news, self._first_done, job.done, job.total)
        words += [time_left] if time_left and job.running else []
        self.status.value = components.paragraph(" · ".join(words))

    def _ended(self, job: Job) -> None:
        self._complete = job.state == "done"
        if job.failure is not None:
            self.trouble.value = components.failure_html(job.failure)
            self.status.value = ""
        elif job.state == "stopped":
            hung = self.immediate and time.monotonic() - self._begun > self.patience
            said = text("panel.too_slow") if hung else text("panel.stopped")
            self.status.value = components.paragraph(said)
        else:
            self.trouble.value = ""
            self.bar.value = 1
            seconds = f"{time.monotonic() - self._begun:.1f}"
            done = "" if self.immediate else text("panel.finished", seconds=seconds)
            self.status.value = components.paragraph(f"{done} {self._whose}".strip())
            self._tell()

    def _tell(self) -> None:
        told = self._touched or not self.immediate or bool(self.guess.choice.value)
        self.guess.show(self.outcome() if told and self._complete else None)

    def _moved(self) -> None:
        with self._lock:
            if self._quiet or self.closed:
                return
            self._touched = True
            self.trouble.value = components.paragraph(self.invalid())
            if self.immediate:
                self.run()

    def _viewed(self) -> None:
        with self._lock:
            if not self._quiet and self.ran and not self.closed:
                self._touched = True
                self.look()
                self._draw()
                self._tell()

    def _guessed(self) -> None:
        with self._lock:
            if not self._quiet and self.ran and not self.closed:
                self._tell()

    def _draw(self, *, settle: bool = False) -> None:
        begun = time.monotonic()
        if settle:
            self.figure.set_layout_engine("constrained")
        moving = self.moving() if self.immediate else []
        another = self._canvas is None or self._canvas.figure is not self.figure
        if self._canvas is None or another or not moving:
            self._canvas = components.Canvas(self.figure, moving)
            self._canvases += another or self.immediate
            # They refer to themselves: left alone, dozens would wait for the collector.
            if self._canvases >= 10:
                self._canvases = 0
                gc.collect()
        self.picture.value = self._canvas.png()
        if self.immediate or (self.job and self.job.total):
            self.figure.set_layout_engine("none")
        self.drawn()
        self._slowest = time.monotonic() - begun
        self.numbers.value = components.table_html(self.table()) if self.ran else ""

    def _buttons(self) -> None:
        self.run_button.disabled = self.running and not self.immediate
        self.stop_button.disabled = not self.running
        self.png_button.disabled = self.csv_button.disabled = not self.ran


def _close(widget: Any) -> None:
    """Close a widget and all inside it, or the kernel would keep them."""
    for child in getattr(widget, "children", ()):
        _close(child)
    for part in ("layout", "style"):
        if widget.has_trait(part):
            getattr(widget, part).close()
    widget.close()
