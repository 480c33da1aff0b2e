"""`workbook gradescope`: the zip to upload to Gradescope as an autograder."""

import secrets
from pathlib import Path

import click

__all__ = ["command"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("gradescope", short_help="Make an autograder for Gradescope.")
@click.argument("out", type=_FILE)
@click.option("--scheme", type=_FILE, help="TOML that says what counts and for how much.")
@click.option("--seed", type=click.IntRange(min=0), help="Derive the random inputs from this.")
@click.option("--nbval/--no-nbval", default=True, help="Also run the notebooks by nbval.")
def command(out: Path, scheme: Path | None, seed: int | None, nbval: bool) -> None:
    """Write the zip OUT, to upload to Gradescope as the autograder of an assignment.

    It holds the solutions: upload it to Gradescope and give it to nobody.
    """
    from workbook.grading.exports.gradescope import pack
    from workbook.grading.intake.scheme import default_scheme, read_scheme, seed_secret
    from workbook.student.atomic_write import write_bytes

    rules = read_scheme(scheme) if scheme else default_scheme()
    secret = secrets.token_hex(32) if seed is None else seed_secret(seed)
    packed = pack(rules, secret, with_notebooks=nbval)
    write_bytes(out, packed)
    click.echo(
        f"{out} ({len(packed) / 1e6:.1f} MB): {len(rules.exercises)} exercises, "
        f"{rules.maximum:g} points. It holds the solutions; give it to nobody but Gradescope."
    )
