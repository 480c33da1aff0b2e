"""Packages in the copy itself, so that setting it up needs no network."""

import subprocess
import sys
import tomllib
from pathlib import Path

from workbook.errors import UsageError, WorkbookError

__all__ = ["PLATFORMS", "command", "fetch"]

# A course's word for a system: pip's tags for it, and what only that system needs.
PLATFORMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "linux": (("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"), ()),
    "windows": (("win_amd64",), ("pywinpty", "colorama")),
    "macos": (("macosx_14_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64"), ("appnope",)),
    "macos-intel": (("macosx_14_0_x86_64", "macosx_10_13_x86_64"), ("appnope",)),
}


def command(platform: str, folder: Path) -> list[str]:
    """The pip command that fetches the packages for one platform.

    Parameters
    ----------
    platform : str
        `linux`, `windows`, `macos`, `macos-intel`, with `:3.12` for another Python than this.

    Raises
    ------
    UsageError
        For another platform.
    """
    system, _, version = platform.partition(":")
    if system not in PLATFORMS:
        listed = ", ".join(PLATFORMS)
        raise UsageError(f"There is no platform {system!r} for wheels; there are {listed}.")
    version = version or "{}.{}".format(*sys.version_info)
    if not version.replace(".", "").isdigit():
        raise UsageError(f"{version!r} is no version of Python, such as 3.12.")
    tags, more = PLATFORMS[system]
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"], *more]
    platform_options = [word for tag in tags for word in ("--platform", tag)]
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--dest", str(folder / "wheels"), "--only-binary=:all:"),
        *("--python-version", version, "--implementation", "cp", *platform_options),
        *("--constraint", str(folder / "constraints.txt"), *needed),
    ]


def fetch(folder: Path, platforms: tuple[str, ...]) -> None:
    """Add `wheels/` to a copy.

    Raises
    ------
    WorkbookError
        If pip cannot fetch them.
    """
    for line in [command(platform, folder) for platform in platforms]:
        done = subprocess.run(
            line,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode:
            errors = [row for row in done.stderr.splitlines() if row.startswith("ERROR")]
            why = (errors or ["pip gave no reason"])[-1].removeprefix("ERROR: ")
            raise WorkbookError(f"The packages for {', '.join(platforms)} were not fetched: {why}")
