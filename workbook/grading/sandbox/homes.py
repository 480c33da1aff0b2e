"""Where the children of the fork server may write: an empty folder for each."""

import contextlib
import os
from pathlib import Path

__all__ = ["Homes"]


class Homes:
    """The folder of one child after another.

    Parameters
    ----------
    above : Path
        The folder that each child gets, or in which it gets one.
    alone : bool
        Whether every child gets `above` itself: what it left running is gone then, too.
    """

    def __init__(self, above: Path, alone: bool) -> None:
        self.above = above
        self.alone = alone
        self._count = 0
        self._home: Path | None = above if alone else None
        self._made: tuple[int, ...] = ()
        self._here: Path | None = None

    def next(self) -> Path:
        """An empty folder, and this process in it: the last one if its child left it as it was.

        Children inherit where they are, and the variable that says where to put what is temporary.
        """
        while self._home is None:
            self._count += 1
            home = self.above / f"home-{os.getpid()}-{self._count}"
            with contextlib.suppress(FileExistsError):
                home.mkdir(0o700)
                self._home, self._made = home, _identity(home)
        if self._home != self._here:
            os.chdir(self._home)
            os.environ["TMPDIR"] = str(self._home)
            self._here = self._home
        return self._home

    def clear(self) -> None:
        """Remove what the last child has written, whatever its rights are."""
        home, names = self._home, [""]
        assert home is not None
        with contextlib.suppress(OSError):
            names = os.listdir(home)
        if self.alone:
            for name in filter(None, names):
                _remove(home / name)
        elif names or _identity(home) != self._made:
            # Whoever wrote to it may still be there: nobody else gets it.
            _remove(home)
            self._home = None


def _identity(folder: Path) -> tuple[int, ...]:
    about = os.lstat(folder)
    return about.st_dev, about.st_ino, about.st_mode, about.st_uid


def _remove(path: Path) -> None:
    if not path.is_symlink() and path.is_dir():
        import shutil  # With its compressors, which few children need to inherit.

        _open(path)
        for above, folders, _ in os.walk(path):
            for name in folders:
                _open(Path(above) / name)
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _open(folder: Path) -> None:
    with contextlib.suppress(OSError):
        if not folder.is_symlink():
            folder.chmod(0o700)
