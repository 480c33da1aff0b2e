"""The error for a data set that is missing and cannot be downloaded."""

from pathlib import Path

from workbook.data.base import DataSetError
from workbook.data.download import FetchError, RemoteFile, fetch
from workbook.locale import text

__all__ = ["BUNDLED_SET", "fetch_all", "missing_error"]

BUNDLED_SET = "fashion32"


def missing_error(
    name: str, files: tuple[RemoteFile, ...], folder: Path, reason: str | None = None
) -> DataSetError:
    """Two lines: why, what works now, what to download and where to put it."""
    if len(files) == 1:
        urls = files[0].url
    else:
        urls = f"{', '.join(file.name for file in files)} from {files[0].folders[0]}"
    return DataSetError(
        text(
            "data.missing",
            name=name,
            reason=reason or text("data.absent"),
            bundled=BUNDLED_SET,
            urls=urls,
            folder=folder,
        )
    )


def fetch_all(
    name: str, files: tuple[RemoteFile, ...], folder: Path, url: str | None = None
) -> None:
    """Fetch what is missing, or raise `missing_error` with the reason."""
    for file in files:
        try:
            fetch(file, folder, url)
        except FetchError as error:
            raise missing_error(name, files, folder, str(error)) from None
