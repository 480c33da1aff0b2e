"""`workbook data`: what data sets there are, and whether they are here."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from workbook.data.base import DataSet, FileReport

__all__ = ["command"]


def _print(table: "Table") -> None:
    from rich.console import Console

    Console().print(table)


@click.group("data", no_args_is_help=True)
def command() -> None:
    """List, fetch and check the data sets.

    The bundled ones need nothing. WORKBOOK_DATA=cifar10 makes the notebooks run on
    CIFAR-10; WORKBOOK_DATA_DIR says where fetched files are kept.
    """


@command.command("list")
def list_() -> None:
    """Show every data set and whether it is here."""
    from rich import box
    from rich.table import Table

    from workbook.data.registry import find, names

    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("name", "here?", "images", "size", "what it shows"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "name")
    for name in names():
        each = find(name)
        table.add_row(name, _whereabouts(each), each.images, each.size, each.summary)
    _print(table)
    click.echo("`workbook data get NAME` fetches one; all but fashion784 run in every notebook.")


def _whereabouts(data_set: "DataSet") -> str:
    if data_set.bundled:
        return "bundled"
    if data_set.needs_folder:
        return "-"
    return "yes" if data_set.present() else "no"


@command.command()
@click.argument("name")
@click.option(
    "--url", metavar="ADDRESS", help="Fetch from this folder, such as your school's copy."
)
def get(name: str, url: str | None) -> None:
    """Fetch a data set (with its name: cifar10 or mnist)."""
    from workbook.data.registry import find

    data_set = find(name)
    if data_set.bundled:
        click.echo(f"{data_set.name} is bundled; there is nothing to fetch.")
        return
    if data_set.needs_folder:
        data_set.verify()
    place = data_set.get(url)
    click.echo(f"{name} is in {place}")
    click.echo(f"licence: {data_set.licence}")


@command.command()
@click.argument("name", required=False)
def verify(name: str | None) -> int:
    """Compare files with their published checksums.

    Without a name, every data set that is here. Leaves with 1 if a file is missing,
    damaged, or not the published one.
    """
    from rich import box
    from rich.table import Table

    from workbook.data.registry import all_sets, find

    if name is not None:
        data_sets = {name: find(name)}
    else:
        data_sets = {
            each.name: each
            for each in all_sets().values()
            if not each.needs_folder and each.present()
        }
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("data set", "file", "state", "seen"):
        table.add_column(heading, overflow="fold")
    reports: list[FileReport] = []
    for label, each in data_sets.items():
        for report in each.verify():
            table.add_row(label, report.file, report.state, report.detail)
            reports.append(report)
    _print(table)
    wrong = [report for report in reports if report.state != "ok"]
    if wrong:
        click.echo(f"{len(wrong)} of {len(reports)} files are not as published.")
        return 1
    return 0


@command.command()
@click.argument("name", required=False)
def path(name: str | None) -> None:
    """Print where a data set is, or is to be put; without a name, the data folder."""
    from workbook.data.folder import data_folder

    if name is None:
        click.echo(data_folder())
        return
    from workbook.data.registry import find

    click.echo(find(name).path())
