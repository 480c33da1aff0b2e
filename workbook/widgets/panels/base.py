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
from workbook.locale import Sentences, table, text
from workbook.student import locations
from workbook.training.results import ProgressUpdate
from workbook.training.runner import ExperimentRunner, Failure, Job
from workbook.widgets.key_guard import guard_keys
from workbook.widgets.panels import components
from workbook.widgets.panels.prediction import Observation, Prediction

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
    answer_keys: ClassVar[tuple[str, ...]] = ()
    # An immediate panel gives up after so many seconds: the code probably never returns.
    timeout: ClassVar[float] = 20.0

    def __init__(self, **start: Any) -> None:
        self._lock = threading.RLock()
        self._idle = threading.Event()
        self._idle.set()
        self._run_again = self._was_touched = self._paused = self.closed = False
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
        self.run_settings: dict[str, Any] = {}
        self.figure: Figure = components.placeholder_figure(self._placeholder_text())
        self._canvases = 0
        self._canvas: components.Canvas | None = None
        self._runner = ExperimentRunner(keep=self.immediate)
        self._code_note = ""
        self._draw_seconds = 0.0
        self._started = self._first_update = 0.0
        self._first_done = 0
        self._build_widgets()

    # What a subclass says.

    def make_controls(self) -> dict[str, Any]:
        """Widgets by the name of what they set."""
        return {}

    def make_views(self) -> dict[str, Any]:
        """Widgets that look differently at what was computed."""
        return {}

    def layout_controls(self) -> Any:
        """The controls as one widget; by default in rows."""
        return w.HBox(list(self.controls.values()), layout=w.Layout(flex_flow="row wrap"))

    def layout_views(self) -> Any:
        """The views as one widget; by default in a row."""
        return w.HBox(list(self.views.values()), layout=w.Layout(flex_flow="row wrap"))

    def animated_artists(self) -> list[Artist]:
        """The artists of the figure that move; in an immediate panel only these are drawn anew.

        Without any, the whole figure is.
        """
        return []

    def layout_picture(self) -> Any:
        """The picture, with what lies over it."""
        return self.picture

    def on_drawn(self) -> None:
        """The picture is on its way to the page."""

    def settings(self) -> dict[str, Any]:
        """The experiment's arguments, from the controls."""
        return {name: control.value for name, control in self.controls.items()}

    def static_settings(self) -> dict[str, Any]:
        """What differs from `settings` in the static form."""
        return {}

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        """A new figure for a run with these settings."""
        raise NotImplementedError

    def on_updates(self, updates: list[ProgressUpdate]) -> None:
        """Show what has happened meanwhile."""

    def on_result(self, result: Any) -> None:
        """Show the result."""

    def update_figure(self) -> None:
        """Follow the views."""

    def table(self) -> components.Rows:
        """The numbers in the picture."""
        return []

    def observation(self) -> Observation:
        """The keys of the answers that came true, and a sentence."""
        return None

    def invalid_reason(self) -> str:
        """Why these controls give no run, in a sentence; empty if they do."""
        return ""

    # What all panels do.

    @contextlib.contextmanager
    def pause_events(self) -> Iterator[None]:
        """Controls that are moved meanwhile start nothing."""
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    def words(self, key: str) -> Sentences:
        """Return one of the tables of the panel's own sentences."""
        return table("panel").table(self.name).table(key)

    def text(self, key: str, otherwise: str | None = None, /, **values: object) -> str:
        """One of the panel's own sentences."""
        own = table("panel").table(self.name)
        return own.text(otherwise if otherwise is not None and key not in own else key, **values)

    def _placeholder_text(self) -> str:
        """What stands in the picture's place before there is one."""
        return text("panel.computes" if self.immediate else "panel.empty")

    def _build_widgets(self) -> None:
        answers = {key: self.words("answer")[key] for key in self.answer_keys}
        self.prediction = Prediction(self.text("question"), answers)
        self.run_button = components.button(text("panel.run"), "play", text("panel.run_tooltip"))
        self.run_button.button_style = "primary"
        self.stop_button = components.button(text("panel.stop"), "stop", text("panel.stop_tooltip"))
        self.reset_button = components.button(
            text("panel.reset"), "undo", text("panel.reset_tooltip")
        )
        self.png_button = components.button(text("panel.png"), "image", text("panel.png_tooltip"))
        self.csv_button = components.button(text("panel.csv"), "table", text("panel.csv_tooltip"))
        self.bar = w.FloatProgress(min=0, max=1, layout=w.Layout(width="130px", height="20px"))
        if self.immediate:
            self.bar.layout.display = "none"
        self.status = w.HTML()
        self.error = w.HTML()
        self.picture = w.Image(
            format="png",
            layout=w.Layout(max_width="100%", object_fit="contain", align_self="flex-start"),
        )
        self.numbers_table = w.HTML()
        row = w.Layout(flex_flow="row wrap", align_items="center")
        self.box: Any = w.VBox(
            [
                w.HTML(f'<div style="font-weight:700;font-size:110%">{self.text("title")}</div>'),
                self.prediction.box,
                self.layout_controls(),
                w.HBox(
                    [self.run_button, self.stop_button, self.reset_button, self.bar, self.status],
                    layout=row,
                ),
                self.error,
                w.HTML(components.screen_reader_only(self.text("alt", "title"))),
                self.layout_picture(),
                *([self.layout_views()] if self.views else []),
                self.numbers_table,
                w.HTML(components.paragraph(self.text("fair"), quiet=True)),
                w.HBox([self.png_button, self.csv_button], layout=row),
            ],
            layout=w.Layout(
                border="1px solid var(--jp-border-color2, #bdbdbd)",
                padding="10px",
                max_width="980px",
                grid_gap="6px",
            ),
        )
        guard_keys(self.box)
        for button, action in (
            (self.run_button, self.run),
            (self.stop_button, self.stop),
            (self.reset_button, self.reset),
            (self.png_button, self.save_png),
            (self.csv_button, self.save_csv),
        ):
            button.on_click(lambda _, action=action: action())
        for control in self.controls.values():
            control.observe(lambda _: self._on_control_change(), names="value")
        for view in self.views.values():
            view.observe(lambda _: self._on_view_change(), names="value")
        self.prediction.choice.observe(lambda _: self._on_prediction(), names="value")
        self._update_buttons()
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
            why = self.invalid_reason()
            self.error.value = components.paragraph(why)
            self._run_again = False
            if why:
                return
            if self.running:
                # A new run waits for an immediate one, unless that one hangs.
                assert self.job is not None
                self._run_again = True
                if not self.immediate or time.monotonic() - self._started > 2:
                    self.job.request_stop()
                return
            settings = self.settings()
            try:
                job = self._runner.run(self.experiment, **settings)
            except WorkbookError as error:
                self.error.value = components.failure_html(Failure("", str(error)))
                return
            # An immediate panel keeps its picture, and so its artists, from run to run.
            if not (self.immediate and self.can_reuse_figure(settings)):
                self.figure = self.make_figure(settings)
            self.run_settings, self.job = settings, job
            self._idle.clear()
            self._code_note = text("panel.solutions" if locations.solutions_on() else "panel.yours")
            self._started, self._first_update, self._first_done = time.monotonic(), 0.0, 0
            if not self.immediate:
                self._complete = False
                self.prediction.show(None)
                self.status.value = components.paragraph(text("panel.starts"))
                self.bar.value = 0
                self._draw()
            self._update_buttons()
            threading.Thread(
                target=self._follow, args=(job,), daemon=True, name=f"panel-{self.name}"
            ).start()

    def can_reuse_figure(self, settings: dict[str, Any]) -> bool:
        """Return whether a run with these settings can be drawn on the figure of the last one."""
        return False

    def show_saved(self, result: Any, settings: dict[str, Any]) -> None:
        """Show a result that was computed before with these settings."""
        with self._lock:
            self.job, self.run_settings, self._complete = None, settings, True
            self.figure = self.make_figure(settings)
            self.on_result(result)
            self.update_figure()
            self._draw()
            self.error.value, self.bar.value = "", 1
            self.status.value = components.paragraph(text("panel.kept"))
            self._update_buttons()
            self._show_observation()

    def stop(self) -> None:
        """End the run; what was computed stays."""
        with self._lock:
            self._run_again = False
            if self.job is not None:
                self.job.request_stop()

    def reset(self) -> None:
        """Everything as at the beginning; an immediate panel computes that."""
        with self._lock:
            with self.pause_events():
                for name, control in {**self.controls, **self.views}.items():
                    control.value = self._defaults[name]
                self.prediction.choice.value = ""
            self._was_touched = False
            if self.job is not None:
                self.job.request_stop()
            self.job, self.run_settings = None, {}
            self._run_again = self._complete = False
            self._idle.set()
            self.prediction.show(None)
            self.status.value = self.error.value = self.numbers_table.value = ""
            self.bar.value = 0
            self.figure = components.placeholder_figure(self._placeholder_text())
            self._update_buttons()
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

    def static_figure(self) -> Figure:
        """The picture of a short run, without any widgets to move.

        Raises
        ------
        WorkbookError
            If the experiment failed.
        """
        settings = {**self.settings(), **self.static_settings()}
        try:
            job = self._runner.run(self.experiment, **settings).wait(_STATIC_SECONDS)
            if job.state != "done":
                why = str(job.failure) if job.failure else text("panel.too_slow")
                raise WorkbookError(why)
            self.run_settings, self.job = settings, job
            self.figure = self.make_figure(settings)
            self.on_updates(job.take_updates())
            self.on_result(job.result)
            self.update_figure()
            return self.figure
        finally:
            self.close()

    def save_png(self) -> None:
        """The picture as a file beside the notebook."""
        self._save("png", components.render_png(self.figure))

    def save_csv(self) -> None:
        """The table as a file beside the notebook."""
        self._save("csv", components.as_csv(self.table() if self.run_settings else []))

    def _save(self, ending: str, content: bytes) -> None:
        with self._lock:
            try:
                said = components.save_file(components.unused_path(self.name, ending), content)
            except WorkbookError as error:
                said = str(error)
            self.status.value = components.paragraph(said)

    def _follow(self, job: Job) -> None:
        """The work of a thread: show a job's news until it has ended or another one is shown."""
        running = True
        while running:
            job.wait(max(_TICK, 2 * self._draw_seconds))
            with self._lock:
                running = job.running
                if self.closed or job is not self.job:
                    return
                try:
                    self._show_news(job)
                except Exception as error:  # A thread's traceback would be seen by nobody.
                    self.job = None
                    job.request_stop()
                    mine = Failure(type(error).__name__, str(error))
                    self.error.value = components.failure_html(mine)
                    running = False
                if not running:
                    self._update_buttons()
            if self.immediate and running and time.monotonic() - self._started > self.timeout:
                job.request_stop()
        with self._lock:
            if self.job is not None and job is not self.job:
                return  # A new run began meanwhile, and another thread follows it.
            if self._run_again and not self.closed:
                self.run()
            else:
                self._idle.set()

    def _show_news(self, job: Job) -> None:
        # In this order: an update that came before the end must not be missed.
        ended, news = not job.running, job.take_updates()
        if news:
            if not self._first_update:
                self._first_update, self._first_done = time.monotonic(), news[0].done
            self.on_updates(news)
        if ended and job.result is not None:
            self.on_result(job.result)
        if news or ended:
            self.update_figure()
            # Where nothing is new on the axes, their layout is the same too, and costs half.
            self._draw(settle=ended and not self.immediate)
        self._show_progress(job, news)
        if ended:
            self.on_end(job)

    def _show_progress(self, job: Job, news: list[ProgressUpdate]) -> None:
        if self.immediate:
            slow = job.running and time.monotonic() - self._started > 1
            self.status.value = components.paragraph(text("panel.computes") if slow else "")
            return
        if not job.total or not news:
            return
        self.bar.value = job.done / job.total
        loss = next((u.values["loss"] for u in reversed(news) if "loss" in u.values), None)
        words = [text("panel.done", done=job.done, total=job.total)]
        words += [text("panel.loss", loss=f"{loss:.3g}")] if loss is not None else []
        time_left = components.time_left(self._first_update, self._first_done, job.done, job.total)
        words += [time_left] if time_left and job.running else []
        self.status.value = components.paragraph(" · ".join(words))

    def on_end(self, job: Job) -> None:
        self._complete = job.state == "done"
        if job.failure is not None:
            self.error.value = components.failure_html(job.failure)
            self.status.value = ""
        elif job.state == "stopped":
            hung = self.immediate and time.monotonic() - self._started > self.timeout
            said = text("panel.too_slow") if hung else text("panel.stopped")
            self.status.value = components.paragraph(said)
        else:
            self.error.value = ""
            self.bar.value = 1
            seconds = f"{time.monotonic() - self._started:.1f}"
            done = "" if self.immediate else text("panel.finished", seconds=seconds)
            self.status.value = components.paragraph(f"{done} {self._code_note}".strip())
            self._show_observation()

    def _show_observation(self) -> None:
        asked = self._was_touched or not self.immediate or bool(self.prediction.choice.value)
        self.prediction.show(self.observation() if asked and self._complete else None)

    def _on_control_change(self) -> None:
        with self._lock:
            if self._paused or self.closed:
                return
            self._was_touched = True
            self.error.value = components.paragraph(self.invalid_reason())
            if self.immediate:
                self.run()

    def _on_view_change(self) -> None:
        with self._lock:
            if not self._paused and self.run_settings and not self.closed:
                self._was_touched = True
                self.update_figure()
                self._draw()
                self._show_observation()

    def _on_prediction(self) -> None:
        with self._lock:
            if not self._paused and self.run_settings and not self.closed:
                self._show_observation()

    def _draw(self, *, settle: bool = False) -> None:
        begun = time.monotonic()
        if settle:
            self.figure.set_layout_engine("constrained")
        animated = self.animated_artists() if self.immediate else []
        another = self._canvas is None or self._canvas.figure is not self.figure
        if self._canvas is None or another or not animated:
            self._canvas = components.Canvas(self.figure, animated)
            self._canvases += another or self.immediate
            # They refer to themselves: left alone, dozens would wait for the collector.
            if self._canvases >= 10:
                self._canvases = 0
                gc.collect()
        self.picture.value = self._canvas.png()
        if self.immediate or (self.job and self.job.total):
            self.figure.set_layout_engine("none")
        self.on_drawn()
        self._draw_seconds = time.monotonic() - begun
        self.numbers_table.value = components.table_html(self.table()) if self.run_settings else ""

    def _update_buttons(self) -> None:
        self.run_button.disabled = self.running and not self.immediate
        self.stop_button.disabled = not self.running
        self.png_button.disabled = self.csv_button.disabled = not self.run_settings


def _close(widget: Any) -> None:
    """Close a widget and all inside it, or the kernel would keep them."""
    for child in getattr(widget, "children", ()):
        _close(child)
    for part in ("layout", "style"):
        if widget.has_trait(part):
            getattr(widget, part).close()
    widget.close()
