"""`workbook watch`: check what you save, as you save it."""

import contextlib
import queue
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli._exercises import exercises_option, folder_to_judge
from workbook.locale import text

if TYPE_CHECKING:
    from rich.console import Console

    from workbook.checks.results import Report

__all__ = ["command"]

_Events = queue.Queue[tuple[str, object]]
_QUIET = ("pass", "todo", "blocked")
_POLL = 0.3


@click.command("watch", short_help="Check what you save, as you save it.")
@click.option("--poll", is_flag=True, help="Look at the files again and again: for network drives.")
@exercises_option
def command(poll: bool, exercises: str | None) -> int:
    """Check what you save, as you save it, until you press q or Ctrl-C.

    Keys: h the next hint, w why it matters and where to look, l the list, q quit.
    """
    folder = folder_to_judge(exercises).resolve()
    from workbook.cli._key_presses import key_presses

    events: _Events = queue.Queue()
    with (
        _leave_on_signals(),
        _file_events(folder, poll, events),
        key_presses(lambda key: events.put(("key", key))) as with_keys,
    ):
        watch = _WatchCommand(folder, events, with_keys)
        try:
            return watch.run()
        except KeyboardInterrupt:
            return 0
        finally:
            watch.checks.close()


@contextlib.contextmanager
def _leave_on_signals() -> Iterator[None]:
    """Leave in good order when the terminal is closed or the process is asked to end."""

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    in_main = threading.current_thread() is threading.main_thread()
    before = {n: signal.signal(getattr(signal, n), leave) for n in names} if in_main else {}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextlib.contextmanager
def _file_events(folder: Path, poll: bool, events: _Events) -> Iterator[None]:
    """Put `("saved", None)` into the queue whenever a file of the folder may have changed."""
    stop = threading.Event()

    def observe() -> None:
        # Where the system cannot tell (too many watches, an odd file system) polling still can.
        if not poll:
            with contextlib.suppress(Exception):
                _watch_files(folder, stop, events)
        _poll_files(folder, stop, events)

    thread = threading.Thread(target=observe, daemon=True, name="workbook-watch")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2)


def _watch_files(folder: Path, stop: threading.Event, events: _Events) -> None:
    """Let the system say when a file changes."""
    import watchfiles

    for _ in watchfiles.watch(
        folder,
        watch_filter=lambda change, path: path.endswith(".py"),
        stop_event=stop,
        debounce=200,
        step=50,
        rust_timeout=500,
        raise_interrupt=False,
    ):
        events.put(("saved", None))


def _poll_files(folder: Path, stop: threading.Event, events: _Events) -> None:
    """Look again and again.

    Not with watchfiles: it compares whole seconds, and misses the second of two quick edits.
    """
    from workbook import curriculum

    def stamps() -> list[tuple[int, int] | None]:
        found: list[tuple[int, int] | None] = []
        for file in curriculum.load().files():
            try:
                about = (folder / file).stat()
                found.append((about.st_mtime_ns, about.st_size))
            except OSError:
                found.append(None)
        return found

    before = stamps()
    while not stop.wait(_POLL):
        now = stamps()
        if now != before:
            before = now
            events.put(("saved", None))


class _WatchCommand:
    """Takes events and prints what they mean."""

    def __init__(self, folder: Path, events: _Events, with_keys: bool) -> None:
        from workbook.cli._tables import console
        from workbook.cli._watched_folder import WatchedChecks, WatchedFiles

        self.folder = folder
        self.events = events
        self.with_keys = with_keys
        self.out: Console = console()
        self.files = WatchedFiles(folder)
        self.checks = WatchedChecks(folder, events)
        self.reports: dict[str, Report] = {}
        # Exercises whose code was just saved: each gets a line, the first wrong one its message.
        self.pending: list[str] = []
        self.checked: list[str] = []
        self.current: str | None = None
        self.overview_shown = False

    def run(self) -> int:
        """Go on until somebody wants to stop."""
        from workbook import curriculum

        self.out.print(text("watch.begin", folder=self.folder), markup=False)
        self.checks.check_later(curriculum.load().ids())
        while True:
            try:
                # With a time limit, so that Ctrl-C gets through on Windows.
                kind, value = self.events.get(timeout=1.0)
            except queue.Empty:
                continue
            if kind == "saved":
                self.on_saved()
            elif kind == "report":
                assert isinstance(value, tuple)
                self.on_report(*value)
            elif kind == "key" and not self.on_key(str(value)):
                return 0

    # Files

    def on_saved(self) -> None:
        """Judge what an edit touches, and later what stands on it."""
        from workbook.cli._watched_folder import dependants

        found = self.files.changed()
        ids = list(dict.fromkeys(name for touched in found.values() for name in touched))
        if not found:
            return
        now = time.strftime("%H:%M:%S")
        self.out.print()
        self.out.print(text("watch.saved", time=now, files=", ".join(found)), markup=False)
        if not ids:
            self.out.print(text("watch.nothing"), markup=False)
            return
        self.pending, self.checked = ids, []
        self.checks.check_first(ids)
        self.checks.check_later(dependants(ids))

    def on_report(self, name: str, result: "Report | Exception", turn: int) -> None:
        """Take a report; say what is new about it."""
        from workbook.student import progress

        if name in self.pending and turn != self.checks.turn:
            return  # It was begun before the file was saved, and is judged once more.
        if isinstance(result, Exception):
            raise result  # Nothing at all can be judged: no answer key, no folder.
        before = self.reports.get(name)
        self.reports[name] = result
        progress.record(self.folder, [result.result.as_json()])
        if name in self.pending:
            self.pending.remove(name)
            self.checked.append(name)
            self._line(result)
            if not self.pending:
                self._message()
        elif before is not None and before.result.outcome != result.result.outcome:
            self._line(result)
        if not self.overview_shown and not self._missing():
            self._show_overview()

    def _line(self, report: "Report") -> None:
        from workbook.cli._tables import line

        self.out.print(line(report))

    def _message(self) -> None:
        """Say what is wrong with the first exercise of the edit that is not right."""
        from workbook.cli._tables import message

        wrong = [n for n in self.checked if self.reports[n].result.outcome not in _QUIET]
        self.current = wrong[0] if wrong else None
        if self.current is not None:
            self.out.print()
            self.out.print(message(self.reports[self.current], why=False))
        self._keys_line()

    def _missing(self) -> list[str]:
        """Exercises that were not judged yet."""
        from workbook import curriculum

        return [name for name in curriculum.load().ids() if name not in self.reports]

    def _show_overview(self) -> None:
        """When everything was judged once: where one stands."""
        self.overview_shown = True
        self._list()
        self._keys_line()

    def _keys_line(self) -> None:
        if self.with_keys:
            self.out.print(text("watch.keys"), markup=False, style="dim")

    # Keys

    def on_key(self, key: str) -> bool:
        """Do what a key asks for; False to stop."""
        key = key.lower()
        if key in ("q", "\x03", "\x04"):
            return False
        if key == "h":
            self._hint()
        elif key == "l":
            self._list()
        elif key == "w":
            self._why()
        elif key.strip() and self.with_keys:
            self._keys_line()
        return True

    def _current_exercise(self) -> str | None:
        """The exercise that is in question: the one just shown, else the next to do."""
        from workbook.cli._course_progress import next_exercise

        if self.current is None:
            found = next_exercise({n: r.result.outcome for n, r in self.reports.items()})
            return found.id if found is not None else None
        return self.current

    def _hint(self) -> None:
        from workbook.cli.hint import hint_lines

        name = self._current_exercise()
        for words in hint_lines(name) if name is not None else [text("cli.all_done")]:
            self.out.print(words, markup=False)

    def _why(self) -> None:
        from workbook.cli._tables import message

        name = self._current_exercise()
        if name is None or name not in self.reports:
            self.out.print(text("cli.all_done" if name is None else "watch.wait"), markup=False)
            return
        self.out.print(message(self.reports[name], why=True))

    def _list(self) -> None:
        from workbook.cli.status import overview

        if self._missing():
            self.out.print(text("watch.wait"), markup=False)
            return
        for part in overview(self.reports, self.folder):
            self.out.print(part)
