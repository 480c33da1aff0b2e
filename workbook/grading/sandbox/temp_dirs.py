"""Where the children of the fork server may write: an empty folder for each."""

import contextlib
import os
from pathlib import Path

__all__ = ["TempDirs"]


class TempDirs:
    """The folder of one child after another.

    Parameters
    ----------
    above : Path
        The folder that each child gets, or in which it gets one.
    own_namespace : bool
        Whether every child gets `above` itself: what it left running is gone then, too.
    """

    def __init__(self, above: Path, own_namespace: bool) -> None:
        self.above = above
        self.own_namespace = own_namespace
        self._count = 0
        self._home: Path | None = None
        self._made: tuple[int | str, ...] = ()

    def next(self) -> Path:
        """An empty folder, and this process in it: the last one if its child left it as it was.

        Children inherit where they are, and the variable that says where to put what is temporary.
        """
        if self._home is None:
            self._home = self.above if self.own_namespace else self._new()
            self._made = _identity(self._home)
            os.chdir(self._home)
            os.environ["TMPDIR"] = str(self._home)
        return self._home

    def _new(self) -> Path:
        while True:
            self._count += 1
            home = self.above / f"home-{os.getpid()}-{self._count}"
            with contextlib.suppress(FileExistsError):
                home.mkdir(0o700)
                return home

    def clear(self) -> None:
        """Remove what the last child has written, whatever its rights are."""
        home = self._home
        assert home is not None
        if self.own_namespace:
            _restore(home, self._made)  # First: else it may not be looked into.
            for name in _names(home):
                _remove(home / name)
        elif _names(home) or _changed(home, self._made):
            # Whoever wrote to it may still be there: nobody else gets it.
            _remove(home)
            self._home = None


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _changed(folder: Path, made: tuple[int | str, ...]) -> bool:
    try:
        return _identity(folder) != made
    except OSError:  # It is gone.
        return True


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
    if _changed(folder, made):
        with contextlib.suppress(OSError):
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
