"""Fetch a file whose size and checksum are known.

What arrives is kept as `NAME.part` in a folder beside the final name, so that an
interrupted transfer goes on where it stopped; only a file whose checksum is right gets
the final name.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbook.data.base import DataSetError
from workbook.errors import UsageError
from workbook.file_lock import locked
from workbook.locale import text

__all__ = ["FetchError", "RemoteFile", "checksum_problem", "fetch"]

ATTEMPTS = 3
"""How often a transfer that broke off is taken up again before we give up."""

PAUSE = 1.0
"""Seconds before it is taken up again."""

TIMEOUT = (10, 60)
"""Seconds to wait for a connection and for the next bytes."""

CHUNK = 1 << 16
"""Bytes; a transfer that breaks off loses less than this."""


class FetchError(DataSetError):
    """A file could not be fetched; the text is one line without a full stop."""


class NoConnectionError(FetchError):
    """A server cannot be reached; the text is its name."""


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes
    ----------
    name : str
        Its file name, on the server and here.
    size : int
        In bytes.
    md5 : str
        As its makers publish it: it finds accidents, and no more is needed, because what
        comes out of the file is read as plain data.
    folders : tuple of str
        Addresses of the folders that hold it, best first, each ending in a slash.
    """

    name: str
    size: int
    md5: str
    folders: tuple[str, ...]

    @property
    def url(self) -> str:
        """The address to name to a person."""
        return self.folders[0] + self.name


def checksum_problem(file: Path, remote: RemoteFile) -> str | None:
    """What tells `file` from the published one, or None if nothing does."""
    import pooch

    size = file.stat().st_size
    if size < remote.size:
        return f"it holds {size:,} of {remote.size:,} bytes"
    if size > remote.size:
        return f"it holds {size:,} bytes, the official file {remote.size:,}"
    found = pooch.file_hash(str(file), alg="md5")
    return None if found == remote.md5 else f"its md5 is {found}, not {remote.md5}"


def fetch(remote: RemoteFile, folder: Path, url: str | None = None) -> Path:
    """Put the published file into `folder`, unless it is there, and return its path.

    Parameters
    ----------
    remote : RemoteFile
    folder : Path
        Made if need be.
    url : str, optional
        Address of another folder that holds the file, such as a school's own copy.

    Raises
    ------
    FetchError
        If it cannot be fetched. What arrived is kept for the next attempt.
    """
    if url is not None and urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"{url!r} is no address of a folder; it begins with https:// or http://.")
    target = folder / remote.name
    folders = (url.rstrip("/") + "/",) if url else remote.folders
    staging = folder / f".{remote.name}.partial"
    try:
        staging.mkdir(parents=True, exist_ok=True)
        waiting = text("data.waiting", folder=folder)
        # Notebooks that run side by side may ask for the same file.
        with locked(staging / "lock", lambda: print(waiting, flush=True)):
            # Another process may have fetched it while this one waited.
            if not target.is_file() or checksum_problem(target, remote):
                _require_space(staging, remote)
                os.replace(_from_first(folders, remote, staging), target)
    except OSError as error:
        raise FetchError(
            f"{folder} cannot be written to ({error.strerror or type(error).__name__})"
        ) from None
    finally:
        if not (staging / f"{remote.name}.part").exists():
            shutil.rmtree(staging, ignore_errors=True)
    return target


def _from_first(folders: tuple[str, ...], remote: RemoteFile, staging: Path) -> Path:
    """Fetch from the first address that has the right file."""
    problems, silent = [], []
    for address in folders:
        try:
            return _retrieve(address + remote.name, remote, staging)
        except NoConnectionError as error:
            silent.append(str(error))
        except FetchError as error:
            problems.append(str(error))
    if silent:
        problems.append(f"no connection to {', '.join(silent)}")
    raise FetchError("; ".join(problems))


def _retrieve(url: str, remote: RemoteFile, staging: Path) -> Path:
    import pooch

    log = pooch.get_logger()
    level = log.level
    # Its notes would stand between the lines of the progress bar.
    log.setLevel("WARNING")
    download = _Resuming(remote, staging / f"{remote.name}.part")
    try:
        while True:
            try:
                # It compares the checksum and gives the file its name only if that is right.
                done = pooch.retrieve(
                    url,
                    known_hash=f"md5:{remote.md5}",
                    fname=remote.name,
                    path=staging,
                    downloader=download,
                )
                return Path(done)
            except ValueError:
                # The half from an earlier day may have been at fault; a whole transfer is not.
                if not download.resumed:
                    raise FetchError(
                        f"{url} is not the official file: its checksum is wrong"
                    ) from None
    finally:
        log.setLevel(level)


class _Resuming:
    """Downloads for pooch, going on with what an earlier attempt left behind."""

    def __init__(self, remote: RemoteFile, part: Path) -> None:
        self.remote = remote
        self.part = part
        self.resumed = False

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        import requests
        from tqdm.auto import tqdm

        self.resumed = self._have() > 0
        bar = tqdm(
            total=self.remote.size,
            unit="B",
            unit_scale=True,
            desc=self.remote.name,
            leave=False,
            # Nothing is shown before the first bytes come.
            delay=0.1,
        )
        with bar:
            attempt = 1
            while self._have() != self.remote.size:
                before = self._have()
                try:
                    self._transfer(url, bar)
                except (requests.RequestException, ConnectionError) as error:
                    # An address that gave nothing is not asked again; one that broke off is.
                    if self._have() <= before or attempt == ATTEMPTS:
                        raise self._failure(url, error) from None
                    attempt += 1
                    time.sleep(PAUSE)
        os.replace(self.part, output_file)

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _transfer(self, url: str, bar: Any) -> None:
        """Fetch what is missing of the file, once."""
        import requests

        have = self._have()
        if have > self.remote.size:
            self.part.unlink()
            have = 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            answer.raise_for_status()
            goes_on = answer.status_code == requests.codes.partial_content
            start = have if goes_on else 0
            announced = answer.headers.get("Content-Length")
            if announced is not None and start + int(announced) != self.remote.size:
                raise FetchError(
                    f"{url} is not the official file: {start + int(announced):,} bytes, "
                    f"not {self.remote.size:,}"
                )
            bar.n = start
            bar.refresh()
            with self.part.open("ab" if goes_on else "wb") as file:
                for chunk in answer.iter_content(CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
                    if file.tell() > self.remote.size:
                        raise FetchError(f"{url} is not the official file: it goes on too long")
        if self._have() < self.remote.size:
            raise ConnectionError("it ended early")

    def _failure(self, url: str, error: Exception) -> FetchError:
        import requests

        host = urlsplit(url).netloc
        if isinstance(error, requests.HTTPError) and error.response is not None:
            return FetchError(
                f"{url} answered {error.response.status_code} {error.response.reason}"
            )
        have = self._have()
        if have:
            return FetchError(
                f"{host} broke off after {have / 1e6:,.1f} of {self.remote.size / 1e6:,.1f} MB, "
                "which are kept: the next attempt goes on from there"
            )
        return NoConnectionError(host)


def _require_space(folder: Path, remote: RemoteFile) -> None:
    free = shutil.disk_usage(folder).free
    if free < remote.size:
        raise FetchError(
            f"{folder.parent} has {free / 1e6:,.0f} MB free; "
            f"{remote.name} takes {remote.size / 1e6:,.0f} MB"
        )
