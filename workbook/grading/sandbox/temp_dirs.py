"""Where the children of the fork server may write: an empty folder for each."""

import contextlib
import os
from pathlib import Path

__all__ = ["TempDirs"]


class TempDirs:
    """The folder of one child after another.

    Parameters
    ----------
    parent : Path
        The folder that each child gets, or in which it gets one.
    exclusive : bool
        Whether every child gets `parent` itself: what it left running is gone then, too.
    """

    def __init__(self, parent: Path, exclusive: bool) -> None:
        self.parent = parent
        self.exclusive = exclusive
        self._count = 0
        self._folder: Path | None = None
        self._original: tuple[int | str, ...] = ()

    def next(self) -> Path:
        """An empty folder, and this process in it: the last one if its child left it as it was.

        Children inherit where they are, and the variable that says where to put what is temporary.
        """
        if self._folder is None:
            self._folder = self.parent if self.exclusive else self._make()
            self._original = _identity(self._folder)
            os.chdir(self._folder)
            os.environ["TMPDIR"] = str(self._folder)
        return self._folder

    def _make(self) -> Path:
        while True:
            self._count += 1
            folder = self.parent / f"home-{os.getpid()}-{self._count}"
            with contextlib.suppress(FileExistsError):
                folder.mkdir(0o700)
                return folder

    def clear(self) -> None:
        """Remove what the last child has written, whatever its rights are."""
        folder = self._folder
        assert folder is not None
        if self.exclusive:
            _restore(folder, self._original)  # First: else it may not be looked into.
            for name in _names(folder):
                _remove(folder / name)
        elif _names(folder) or _changed(folder, self._original):
            # Whoever wrote to it may still be there: nobody else gets it.
            _remove(folder)
            self._folder = None


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _changed(folder: Path, original: tuple[int | str, ...]) -> bool:
    try:
        return _identity(folder) != original
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


def _restore(folder: Path, original: tuple[int | str, ...]) -> None:
    """Give a folder back the rights that it had, and take what was noted down on it."""
    if _changed(folder, original):
        with contextlib.suppress(OSError):
            folder.chmod(int(original[0]) & 0o7777)
            for name in _attributes(folder):
                os.removexattr(folder, name)


def _remove(path: Path) -> None:
    if not path.is_symlink() and path.is_dir():
        import shutil  # With its compressors, which few children need to inherit.

        _open(path)
        for parent, folders, _ in os.walk(path):
            for name in folders:
                _open(Path(parent) / name)
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _open(folder: Path) -> None:
    with contextlib.suppress(OSError):
        if not folder.is_symlink():
            folder.chmod(0o700)
