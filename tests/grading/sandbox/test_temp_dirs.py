"""Where a child writes: empty before it, gone after it, and nobody else's."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from workbook.grading.sandbox.temp_dirs import TempDirs

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")


@pytest.fixture(autouse=True)
def whatever_it_changes(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture(params=[True, False], ids=["own namespace", "among others"])
def homes(request, tmp_path):
    above = tmp_path / "above"
    above.mkdir()
    return TempDirs(above, request.param)


def test_each_is_empty_whatever_the_last_one_held(homes, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o750)
    (outside / "kept").write_bytes(b"x")
    home = homes.next()
    (home / "deep" / "deeper").mkdir(parents=True)
    (home / "deep" / "deeper" / "file").write_bytes(b"x")
    (home / "deep" / "link").symlink_to(outside)
    (home / "link").symlink_to(outside)
    (home / "file").write_bytes(b"x")
    homes.clear()
    if homes.exclusive:
        assert home.exists()
    else:
        assert not home.exists()
    after = homes.next()
    assert after.exists()
    assert not list(after.iterdir())
    assert Path.cwd() == Path(os.environ["TMPDIR"]) == after
    assert (outside / "kept").exists()
    assert outside.stat().st_mode & 0o777 == 0o750


def test_a_folder_that_nobody_wrote_to_is_the_next_ones(homes):
    first = homes.next()
    homes.clear()
    assert homes.next() == first
    assert Path.cwd() == Path(os.environ["TMPDIR"]) == first


def test_the_folder_of_all_is_given_back_as_it_was(tmp_path):
    above = tmp_path / "above"
    above.mkdir()
    above.chmod(0o1777)
    homes = TempDirs(above, exclusive=True)
    home = homes.next()
    home.chmod(0o500)
    noted = True
    try:
        os.setxattr(home, "user.left", b"x")
    except (AttributeError, OSError):
        noted = False  # Not every file system takes notes.
    homes.clear()
    assert home.stat().st_mode & 0o7777 == 0o1777
    assert not noted or "user.left" not in os.listxattr(home)


@pytest.mark.parametrize("how", ["mode", "removed", "renamed", "replaced"])
def test_a_folder_that_is_another_now_is_nobodys(tmp_path, how):
    homes = TempDirs(tmp_path, exclusive=False)
    first = homes.next()
    if how == "mode":
        first.chmod(0o500)
    elif how == "renamed":
        first.rename(tmp_path / "mine")
    else:
        first.rmdir()
    if how == "replaced":
        first.symlink_to("/")
    homes.clear()
    second = homes.next()
    assert second != first
    assert second.is_dir()
    assert not second.is_symlink()
    assert second.stat().st_mode & 0o777 == 0o700
    assert not os.path.lexists(first)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can ask")
def test_somebody_who_may_not_look_into_it_clears_it_too():
    """As a user whom rights hold back."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o777)
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            os.setresuid(65534, 65534, 65534)
            for exclusive in (False, True):
                base = place / str(exclusive)
                base.mkdir()
                homes = TempDirs(base, exclusive=exclusive)
                home = homes.next()
                (home / "deep" / "deeper").mkdir(parents=True)
                (home / "deep" / "deeper" / "file").write_bytes(b"x")
                (home / "deep" / "deeper").chmod(0)
                (home / "deep").chmod(0)
                home.chmod(0)
                homes.clear()
                assert not list(homes.next().iterdir())
                assert exclusive or not home.exists()
            failed = 0
        finally:
            os._exit(failed)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    shutil.rmtree(place)
    assert code == 0
