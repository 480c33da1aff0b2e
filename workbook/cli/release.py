"""`workbook release`: make the copy that students get."""

from pathlib import Path

import click

from workbook.errors import UsageError

__all__ = ["command"]


def _words(given: tuple[str, ...]) -> tuple[str, ...]:
    """Words of an option that may be repeated, or hold several with commas between."""
    return tuple(word for one in given for word in one.replace(",", " ").split())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error


@click.command("release", short_help="Make the copy that students get.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--zip", "packed", is_flag=True, help="Write one zip in place of a folder.")
@click.option(
    "--notebooks",
    multiple=True,
    metavar="NAME",
    help="Only these and what they require; Start is added.",
)
@click.option(
    "--given", multiple=True, metavar="ID", help="Exercises, or whole notebooks, to ship solved."
)
@click.option(
    "--wheels",
    multiple=True,
    metavar="PLATFORM",
    help="Add packages, so that set-up needs no network: linux, windows, macos, macos-intel; "
    "`linux:3.12` for another Python than this one.",
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="What students see: diagnosis, hints, when answers open, hunts.",
)
def command(
    out: Path,
    packed: bool,
    notebooks: tuple[str, ...],
    given: tuple[str, ...],
    wheels: tuple[str, ...],
    policy: Path | None,
) -> int:
    """Make OUT, a copy for students: stubs, notebooks and the answer key, no solutions.

    It is written only if every solution earns all points, every stub none, no line of a
    solution stands in the copy, its answer key names mistakes without solutions, and its own
    two commands work in an empty folder. What fails is named.

    Options that take a list may be repeated, or hold it with commas.
    """
    from rich.console import Console

    from workbook.release import course_files, presolved, release
    from workbook.release.options import ReleaseOptions

    options = ReleaseOptions(
        notebooks=_words(notebooks),
        given=tuple(presolved.exercise_ids(_words(given))),
        wheels=_words(wheels),
        policy="" if policy is None else _read(policy),
    )
    console = Console(stderr=True, highlight=False)
    with console.status("") as status:

        def on_step(line: str) -> None:
            status.update(line)
            if not console.is_terminal:
                click.echo(f"{line} ...", err=True)

        made = release.make(out, options, packed=packed, on_step=on_step)
    size = made.stat().st_size if packed else sum(p.stat().st_size for p in made.rglob("*"))
    click.echo(f"Wrote {made} ({size / 1e6:.1f} MB).")
    if options.given:
        click.echo(f"Solved in it: {', '.join(options.given)}.")
    chosen = [path.stem for path in course_files.notebooks(options.notebooks)]
    orphaned = course_files.without_notebook(chosen, options.given)
    if orphaned:
        click.echo(f"Required, but without their notebooks: {', '.join(orphaned)}.")
        click.echo("--given would hand them out solved.")
    click.echo("Students unpack it and run `python start.py`; docs/student.md is for them.")
    return 0
