"""What `%load_ext workbook` does: the live implementation, `%solutions`, and errors in one line."""

import ast
import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from workbook import curriculum, locale
from workbook.errors import UsageError, WorkbookError
from workbook.student import diagnostics, locations
from workbook.student.blas_threads import use_one_thread
from workbook.student.hot_reload import HotReloader
from workbook.student.importer import PUBLIC, use_placeholders
from workbook.student.notebook_session import banner, session

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["load", "todo_line"]


def _frames(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _in_implementation(tb: TracebackType) -> bool:
    name = str(tb.tb_frame.f_globals.get("__name__", ""))
    return name.startswith((f"{PUBLIC}.", "_workbook_impl_"))


def todo_line(error: BaseException) -> str | None:
    """The line for a stub that was reached, or None if the error is anything else."""
    if not isinstance(error, NotImplementedError) or len(error.args) != 1:
        return None
    frames = list(_frames(error.__traceback__))
    if not frames or not _in_implementation(frames[-1]) or error.args[0] not in curriculum.load():
        return None
    return locale.text(
        "student.todo.line",
        id=error.args[0],
        file=locations.display_path(frames[-1].tb_frame.f_code.co_filename),
        line=frames[-1].tb_lineno,
    )


def _short_traceback(shell: "InteractiveShell", error: BaseException) -> list[str] | None:
    """A traceback of the cell and the exercise files alone, if the error arose in one."""
    frames = list(_frames(error.__traceback__))
    if not any(map(_in_implementation, frames)):
        return None
    shown = [
        tb for tb in frames if _in_implementation(tb) or tb.tb_frame.f_globals is shell.user_ns
    ]
    chain: TracebackType | None = None
    for tb in reversed(shown):
        chain = TracebackType(chain, tb.tb_frame, tb.tb_lasti, tb.tb_lineno)
    lines: list[str] = shell.InteractiveTB.structured_traceback(
        type(error), error, chain, tb_offset=0
    )
    return lines


def _defined_by(cell: str) -> set[str]:
    """Names that a cell sets at its top level."""
    try:
        tree = ast.parse(cell)
    except (SyntaxError, ValueError):
        return set()
    return {
        node.id
        for statement in tree.body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _todo_message(shell: "InteractiveShell", error: BaseException) -> str | None:
    """The line for an exercise that is still to do, in its own cell or in one that follows."""
    line = todo_line(error)
    if line:
        session.undefined.update(dict.fromkeys(_defined_by(session.cell), line))
        return line
    name = error.name if isinstance(error, NameError) else None
    frames = list(_frames(error.__traceback__))
    in_notebook = bool(frames) and frames[-1].tb_frame.f_globals is shell.user_ns
    if name in session.undefined and name not in shell.user_ns and in_notebook:
        return locale.text("student.todo.follows", line=session.undefined[name], name=name)
    return None


def _show_exception(
    shell: "InteractiveShell",
    kind: type[BaseException],
    error: BaseException,
    tb: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show an exception of a cell: IPython prints what `_render_traceback_` returns."""
    if not hasattr(error, "_render_traceback_") and not isinstance(error, SyntaxError):
        line = _todo_message(shell, error)
        lines = [line] if line else _short_traceback(shell, error)
        if lines:
            error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, tb), tb_offset=tb_offset, running_compiled_code=True)


def _solutions_magic(line: str) -> None:
    """`%solutions on|off|status`: run this notebook with the solutions, or with your files."""
    argument = line.strip() or "status"
    if argument not in ("on", "off", "status"):
        raise UsageError(locale.text("student.toggle.usage", given=argument))
    if argument == "status":
        print(banner())
    else:
        session.use_solutions(argument == "on")


def _warn_if_solutions_on() -> None:
    with contextlib.suppress(WorkbookError):  # whatever imports from the implementation will say it
        if locations.solutions_on():
            print(banner())


def _warn_if_broken() -> None:
    """Nothing if all is well here; else what is wrong and the command that mends it."""
    for found in diagnostics.quick():
        print(
            locale.text(
                "doctor.in_notebook", name=found.name, message=found.message, repair=found.repair
            )
        )


def load(shell: "InteractiveShell") -> None:
    """Make a notebook run the exercises as last saved. Loading it again changes nothing."""
    if session.runs_in(shell.user_ns):
        _warn_if_solutions_on()
        return
    locations.process.start = Path.cwd()
    use_placeholders()
    use_one_thread()
    reloader = session.reloader = HotReloader(shell.user_ns)
    # The cell that loads this is already running, and may import from the implementation.
    cells = shell.user_ns.get("In") or [""]
    reloader.note_cell(str(cells[-1]))

    def before_cell(info: Any) -> None:
        # Students run the first cell again; "already loaded" would look like an error.
        untyped.extension_manager.loaded.discard("workbook")
        moved = reloader.refresh()
        reloader.note_cell(
            str(getattr(info, "transformed_cell", None) or getattr(info, "raw_cell", ""))
        )
        if moved and reloader.location_error is None:
            print(banner(switched=True))

    def after_cell(result: Any) -> None:
        # An import of a broken file succeeds, so that the cell goes on; it does not stay silent.
        if result.success and PUBLIC in str(getattr(result.info, "raw_cell", "")):
            for line in reloader.problems():
                print(line)

    untyped: Any = shell
    shell.events.register("pre_run_cell", before_cell)
    shell.events.register("post_run_cell", after_cell)
    untyped.set_custom_exc((Exception,), _show_exception)
    untyped.register_magic_function(_solutions_magic, "line", "solutions")
    _warn_if_solutions_on()
    _warn_if_broken()
