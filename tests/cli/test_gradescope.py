"""`workbook gradescope`: the zip that is uploaded, whole and told about."""

import zipfile

import pytest

from workbook.student import locations


@pytest.mark.skipif(locations.solutions_folder() is None, reason="this copy has no solutions/")
def test_the_zip_is_written_and_said_to_be_secret(workbook, tmp_path):
    out = tmp_path / "auto.zip"
    code, said, _ = workbook("gradescope", out, "--seed", 3, "--no-nbval")
    assert code == 0 and " exercises, " in said and "give it to nobody" in said
    with zipfile.ZipFile(out) as archive:
        assert {"setup.sh", "run_autograder"} <= set(archive.namelist())
    assert workbook("gradescope")[0] == 2
