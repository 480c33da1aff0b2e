import pytest

from workbook.cli import main
from workbook.data.cifar_files import FOLDER


@pytest.fixture(autouse=True)
def data_dir(tmp_path, monkeypatch):
    """A data folder of this test, on a computer without a network."""
    folder = tmp_path / "datasets"
    monkeypatch.setenv("WORKBOOK_DATA_DIR", str(folder))
    monkeypatch.delenv("WORKBOOK_DATA", raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return folder


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main(["data", *arguments])
        printed = capsys.readouterr()
        return left.value.code, printed.out, printed.err

    return call


def test_list_shows_every_set_and_whether_it_is_here(run, data_dir):
    code, out, _ = run("list")
    assert code == 0
    rows = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert rows["fashion32"].split()[1] == rows["fashion784"].split()[1] == "bundled"
    assert rows["cifar10"].split()[1] == "no"
    assert "170 MB" in rows["cifar10"]
    assert "idx:FOLDER" in rows
    data_dir.mkdir()
    (data_dir / "cifar-10-python.tar.gz").write_bytes(b"")
    rows = {line.split()[0]: line for line in run("list")[1].splitlines() if line.strip()}
    assert rows["cifar10"].split()[1] == "yes"


def test_list_survives_a_narrow_console_that_knows_only_ascii(run, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code, out, _ = run("list")
    assert code == 0
    assert "fashion32" in out


def test_path_is_the_folder_or_the_place_of_one_set(run, data_dir):
    assert run("path") == (0, f"{data_dir}\n", "")
    assert run("path", "cifar10") == (0, f"{data_dir / FOLDER}\n", "")
    assert run("path", "mnist") == (0, f"{data_dir / 'mnist'}\n", "")
    assert run("path", "fashion32")[1].strip().endswith("fashion.npz")


@pytest.mark.parametrize("action", ["get", "verify", "path"])
def test_an_unknown_name_is_wrong_usage(run, action):
    code, _, err = run(action, "cifar")
    assert code == 2
    assert "Did you mean cifar10?" in err


def test_wrong_usage_leaves_with_2(run):
    assert run("get")[0] == 2
    assert run("fetch")[0] == 2
    code, _, err = run("get", "cifar10", "--url", "my school")
    assert code == 2
    assert "'my school' is no address" in err


def test_get_of_a_bundled_set_has_nothing_to_do(run):
    code, out, _ = run("get", "fashion32")
    assert code == 0
    assert "bundled" in out


def test_get_without_a_network_says_what_to_do_in_two_lines(run, data_dir):
    code, _, err = run("get", "cifar10")
    assert code == 1
    message = err[err.index("workbook: ") :].strip()
    assert len(message.splitlines()) == 2
    assert "fashion32" in message
    assert "cifar-10-python.tar.gz" in message
    assert str(data_dir) in message


def test_verify_without_a_name_looks_at_what_is_here(run):
    code, out, _ = run("verify")
    assert code == 0
    assert out.count("fashion.npz") == 2
    assert "cifar10" not in out


def test_verify_leaves_with_1_if_a_file_is_missing_or_damaged(run, data_dir):
    code, out, _ = run("verify", "cifar10")
    assert code == 1
    assert out.count("missing") == 6
    assert "6 of 6 files are not as published." in out
    data_dir.mkdir()
    (data_dir / "cifar-10-python.tar.gz").write_bytes(b"half")
    code, out, _ = run("verify")
    assert code == 1
    assert "it holds 4 of 170,498,071 bytes" in out
    code, _, err = run("verify", f"idx:{data_dir / 'absent'}")
    assert code == 1
    assert "There is no folder" in err


def test_help_explains_the_variables(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "WORKBOOK_DATA_DIR" in out
    assert [word for word in ("get", "list", "path", "verify") if word not in out] == []
