"""The package build (the name is prescribed): kernels, the course's files, and the stubs.

`workbook init` and `workbook reset` work from an installed wheel, so notebooks, start.py and
the stubs go into it. The solutions never do: the stubs are generated from them here.
"""

import sys
from pathlib import Path
from typing import Any

from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import setup_ext  # noqa: E402 (beside this file)
from workbook.student import pristine_stubs  # noqa: E402 (of this copy; needs no dependency)


def stubs(package: Path) -> dict[Path, bytes]:
    """The pristine stubs by their paths; an sdist or a release has them as files already."""
    solutions = HERE / "solutions"
    if not solutions.is_dir():
        return {}
    made = pristine_stubs.generate(pristine_stubs.sources(solutions))
    return {package / "student/pristine" / name: text.encode() for name, text in made.items()}


def course(package: Path) -> dict[Path, bytes]:
    """What `workbook init` hands out, by its path beside the module that does."""
    files = [HERE / "start.py", HERE / "start.bat", *sorted(HERE.glob("notebooks/*.ipynb"))]
    return {package / "release/files" / f.relative_to(HERE): f.read_bytes() for f in files}


def write(files: dict[Path, bytes]) -> None:
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # setuptools may have linked it to the file in the tree
        path.write_bytes(data)


class BuildPackage(build_py):
    """Adds the stubs and the course to the modules; an editable install finds both in the tree."""

    def _files(self) -> dict[Path, bytes]:
        if getattr(self, "editable_mode", False):
            return {}
        package = Path(self.build_lib, "workbook")
        return {**stubs(package), **course(package)}

    def run(self) -> None:
        super().run()
        write(self._files())

    def get_outputs(self, *args: Any, **options: Any) -> list[str]:
        outputs: list[str] = super().get_outputs(*args, **options)
        return [*outputs, *map(str, self._files())]


class PackSource(sdist):
    """Adds the stubs, in place of the solutions that they are made from."""

    def make_release_tree(self, base_dir: str, files: Any) -> None:
        super().make_release_tree(base_dir, files)
        write(stubs(Path(base_dir, "workbook")))


setup_ext.build(build_py=BuildPackage, sdist=PackSource)
