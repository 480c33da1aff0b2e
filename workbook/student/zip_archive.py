"""Zip archives that are the same bytes for the same files: no times, owners or system names."""

import io
import zipfile
from collections.abc import Collection, Mapping

__all__ = ["zip_files"]

DateTime = tuple[int, int, int, int, int, int]


def zip_files(
    files: Mapping[str, bytes],
    executable: Collection[str] = (),
    date_time: DateTime = (1980, 1, 1, 0, 0, 0),
) -> bytes:
    """Return a zip archive of `files`, by name.

    Parameters
    ----------
    files : mapping of str to bytes
    executable : collection of str
        Files that may be run on Unix.
    date_time : tuple of int
        When every file was written, as far as the archive says.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, date_time=date_time)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, so that the modes count.
            info.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(info, data, compresslevel=9)
    return packed.getvalue()
