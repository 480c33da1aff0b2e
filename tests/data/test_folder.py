import os
import subprocess
import sys
from pathlib import Path

from workbook.data.folder import data_folder


def test_the_variable_says_where_and_is_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBOOK_DATA_DIR", "数据 sets")
    assert data_folder() == tmp_path / "数据 sets"
    monkeypatch.setenv("WORKBOOK_DATA_DIR", "~/sets")
    assert data_folder() == Path.home() / "sets"


def test_otherwise_it_is_the_users_own(monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA_DIR", " ")
    assert data_folder().is_absolute()
    assert data_folder().parts[-2:] == ("workbook", "datasets")


def test_asking_for_the_folder_loads_no_numpy():
    code = (
        "import sys, workbook.data; workbook.data.data_folder(); "
        "print('numpy' in sys.modules, 'requests' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout.split() == ["False", "False"], done.stderr
