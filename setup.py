"""The package build (the name is prescribed): the kernels of setup_ext.py, and the course.

`workbook init` works from an installed wheel, so the notebooks and start.py go into it.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import setup_ext  # noqa: E402 (beside this file)


class BuildCourse(build_py):
    """Lays notebooks, start.py and start.bat beside the modules that hand them out."""

    def _course(self) -> dict[Path, Path]:
        if getattr(self, "editable_mode", False):
            return {}
        to = Path(self.build_lib, "workbook", "release", "files")
        course = [HERE / "start.py", HERE / "start.bat", *sorted(HERE.glob("notebooks/*.ipynb"))]
        return {path: to / path.relative_to(HERE) for path in course}

    def run(self) -> None:
        super().run()
        for path, to in self._course().items():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)

    def get_outputs(self, *args: Any, **options: Any) -> list[str]:
        outputs: list[str] = super().get_outputs(*args, **options)
        return [*outputs, *map(str, self._course().values())]


setup_ext.build(build_py=BuildCourse)
