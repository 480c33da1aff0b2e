"""Build the compiled kernels of the fast layers: `python setup_ext.py build_ext --inplace`.

The package build (`pip install .`, wheels) takes the same list through setup.py. Without a
compiler or Cython the install is whole all the same, and the fast layers run on NumPy;
WORKBOOK_REQUIRE_EXTENSION=1 makes that an error.
"""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from setuptools import Extension, setup
    from setuptools.command.build_ext import build_ext
except ImportError:
    required = os.environ.get("WORKBOOK_REQUIRE_EXTENSION", "") not in ("", "0")
    print("workbook: no compiled kernels (setuptools is missing): the fast layers use NumPy.")
    raise SystemExit(1 if required else 0) from None

ROOT = Path(__file__).resolve().parent
NUMERICS = ROOT / "workbook" / "numerics"
MODULE = "workbook.numerics._kernels"

# The vectors of the kernels are written out; these flags are for the loops around them.
# Contraction to fused multiply-add is what the accumulators are made for.
UNIX_FLAGS = [
    "-O3",
    "-g0",
    "-std=gnu11",
    "-fvisibility=hidden",
    "-ffp-contract=fast",
    "-fno-math-errno",
    "-fno-trapping-math",
]
MSVC_FLAGS = ["/O2", "/std:c11"]


def required() -> bool:
    """Whether a missing extension is an error."""
    return os.environ.get("WORKBOOK_REQUIRE_EXTENSION", "") not in ("", "0")


def extensions() -> list[Extension]:
    """The one list of compiled modules."""
    mark = runpy.run_path(str(NUMERICS / "kernels_fingerprint.py"))
    files: list[Path] = mark["sources"](NUMERICS)
    names = [file.relative_to(ROOT).as_posix() for file in files]
    return [
        Extension(
            MODULE,
            sources=[name for name in names if name.endswith((".pyx", ".c"))],
            depends=[name for name in names if name.endswith(".h")],
            include_dirs=["workbook/numerics"],
            define_macros=[("WB_SOURCES", mark["fingerprint"](NUMERICS))],
            libraries=[] if sys.platform == "win32" else ["pthread"],
        )
    ]


class BuildKernels(build_ext):
    """Builds each extension, or says in one line that NumPy takes its place."""

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:  # No compiler at all is found out here.
            self._without(error)

    def build_extension(self, ext: Any) -> None:
        try:
            from Cython.Build import cythonize

            # The C file goes beside the objects: the source tree may be read-only.
            (ext.sources,) = [
                made.sources for made in cythonize([ext], build_dir=self.build_temp, quiet=True)
            ]
            flags = MSVC_FLAGS if self.compiler.compiler_type == "msvc" else UNIX_FLAGS
            ext.extra_compile_args = flags
            super().build_extension(ext)
        except Exception as error:
            self._without(error)

    def copy_extensions_to_source(self) -> None:
        self.extensions = [e for e in self.extensions if self._built(e)]
        super().copy_extensions_to_source()

    def get_outputs(self) -> list[str]:
        return [name for name in super().get_outputs() if Path(name).exists()]

    def _built(self, ext: Any) -> bool:
        return (
            Path(self.build_lib) / self.get_ext_filename(self.get_ext_fullname(ext.name))
        ).exists()

    def _without(self, error: BaseException) -> None:
        line = f"workbook: no compiled kernels ({reason(error)}): the fast layers use NumPy."
        if required():
            raise SystemExit(f"{line} WORKBOOK_REQUIRE_EXTENSION is set: stopping.") from error
        print(line, flush=True)


def reason(error: BaseException | None) -> str:
    """The cause in a few words: compilers' errors quote the whole command line."""
    first = error
    while error is not None:
        if isinstance(error, subprocess.CalledProcessError):
            command = error.cmd if isinstance(error.cmd, str) else str(error.cmd[0])
            return f"`{command}` failed with exit status {error.returncode}"
        error = error.__cause__ or error.__context__
    lines = str(first).strip().splitlines() or [type(first).__name__]
    return lines[0] if len(lines[0]) <= 120 else lines[0][:117] + "..."


def build(**commands: Any) -> None:
    """What setup.py, with further commands of the build, and the command line run."""
    os.chdir(ROOT)
    setup(ext_modules=extensions(), cmdclass={"build_ext": BuildKernels, **commands})


if __name__ == "__main__":
    build()
