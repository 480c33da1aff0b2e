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
        self._made: tuple[int | str, ...] = ()
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
                self._home = home
        if self._home != self._here:
            os.chdir(self._home)
            os.environ["TMPDIR"] = str(self._home)
            self._here, self._made = self._home, _identity(self._home)
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
            _restore(home, self._made)
        elif names or _identity(home) != self._made:
            # Whoever wrote to it may still be there: nobody else gets it.
            _remove(home)
            self._home = None


def _identity(folder: Path) -> tuple[int | str, ...]:
    about = os.lstat(folder)
    return about.st_mode, about.st_dev, about.st_ino, about.st_uid, *_attributes(folder)


def _attributes(folder: Path) -> list[str]:
    try:
        return [name for name in os.listxattr(folder) if name.startswith("user.")]
    except (AttributeError, OSError):  # Not every system has them.
        return []


def _restore(folder: Path, made: tuple[int | str, ...]) -> None:
    """Give a folder back the rights that it had, and take what was noted down on it."""
    with contextlib.suppress(OSError):
        if _identity(folder) != made:
            folder.chmod(int(made[0]) & 0o7777)
            for name in _attributes(folder):
                os.removexattr(folder, name)


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
