"""What a killed process leaves beside its target is gone after the next run."""

import os
import subprocess
import sys
import time

import pytest

from workbook.temporary_folder import temporary_folder

SCRIPT = """
import sys, time
from pathlib import Path
from workbook.temporary_folder import temporary_folder
with temporary_folder(Path(sys.argv[1]), "release") as made:
    (made / "half.txt").write_text("half")
    print(made, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="asks for a process by its number")
def test_of_a_killed_process_nothing_stays_and_of_a_running_one_everything(tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        name = running.stdout.readline().strip()
        with temporary_folder(tmp_path, "release") as mine:
            assert os.path.isdir(name) and mine.is_dir()
    finally:
        running.kill()
        running.wait(10)
    assert os.path.isdir(name)
    with temporary_folder(tmp_path, "release") as mine:
        assert list(tmp_path.iterdir()) == [mine]
    assert not list(tmp_path.iterdir())


def test_an_old_one_goes_and_what_is_not_ours_stays(tmp_path):
    old, new = tmp_path / ".workbook-init-abc", tmp_path / ".workbook-init-new"
    other = tmp_path / ".workbook-release-x"
    for path in (old, new, other):
        path.mkdir()
    yesterday = time.time() - 2 * 24 * 3600
    for path in (old, other):
        os.utime(path, (yesterday, yesterday))
    with pytest.raises(KeyError), temporary_folder(tmp_path, "init"):
        raise KeyError
    assert {path.name for path in tmp_path.iterdir()} == {new.name, other.name}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_what_took_its_own_rights_away_is_removed_all_the_same(tmp_path):
    with temporary_folder(tmp_path, "grade") as made:
        (made / "closed" / "inner").mkdir(parents=True)
        (made / "closed" / "inner" / "file").write_text("x")
        (made / "closed" / "inner").chmod(0)
        (made / "closed").chmod(0)
    assert not list(tmp_path.iterdir())
