"""Zip archives are the same bytes for the same files."""

import io
import zipfile

from workbook.student.zip_archive import zip_files


def test_the_order_of_the_files_makes_no_difference():
    files = {"b/two.txt": b"2", "a.txt": b"1" * 1000}
    packed = zip_files(files)
    assert packed == zip_files(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_what_may_be_run_says_so():
    with zipfile.ZipFile(io.BytesIO(zip_files({"run": b"", "read": b""}, ["run"]))) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes == {"run": 0o755, "read": 0o644}
