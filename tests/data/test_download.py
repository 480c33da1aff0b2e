"""All against a server on this machine."""

import threading

import pytest

from workbook.data import download
from workbook.data.download import FetchError, RemoteFile, fetch
from workbook.errors import UsageError

CONTENT = bytes(range(256)) * 4_000
NAME = "file.bin"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(download, "PAUSE", 0)


@pytest.fixture
def remote(server):
    server.files[NAME] = CONTENT
    return server.remote(NAME)


@pytest.fixture
def part(data_dir):
    """What an interrupted transfer leaves behind."""
    return data_dir / f".{NAME}.partial" / f"{NAME}.part"


def fails(remote, folder, *parts, url=None):
    with pytest.raises(FetchError) as raised:
        fetch(remote, folder, url)
    for text in parts:
        assert text in str(raised.value)
    assert not (folder / NAME).exists()


def test_a_file_arrives_whole_and_leaves_nothing_else(server, remote, data_dir):
    assert fetch(remote, data_dir) == data_dir / NAME
    assert (data_dir / NAME).read_bytes() == CONTENT
    assert [entry.name for entry in data_dir.iterdir()] == [NAME]


def test_a_file_that_is_here_is_not_fetched_again(server, remote, data_dir):
    fetch(remote, data_dir)
    fetch(remote, data_dir)
    assert len(server.asked) == 1


def test_a_damaged_file_under_the_final_name_is_replaced(server, remote, data_dir):
    data_dir.mkdir()
    (data_dir / NAME).write_bytes(CONTENT[:-1] + b"?")
    fetch(remote, data_dir)
    assert (data_dir / NAME).read_bytes() == CONTENT


def test_a_transfer_that_breaks_off_is_taken_up_where_it_stopped(server, remote, data_dir):
    server.break_after = [300_000, 200_000]
    fetch(remote, data_dir)
    assert (data_dir / NAME).read_bytes() == CONTENT
    assert server.asked[0] is None
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in server.asked[1:]]
    assert 0 < starts[0] <= 300_000
    assert starts[0] < starts[1] <= 500_000


def test_what_arrived_is_kept_for_the_next_attempt(server, remote, data_dir, part):
    server.break_after = [300_000, 0]
    fails(remote, data_dir, "broke off after 0.3 of 1.0 MB", "the next attempt goes on from there")
    kept = part.stat().st_size
    assert 0 < kept <= 300_000
    fetch(remote, data_dir)
    assert server.asked[-1] == f"bytes={kept}-"
    assert (data_dir / NAME).read_bytes() == CONTENT
    assert not part.parent.exists()


def test_an_interrupt_keeps_what_arrived(server, remote, data_dir, part, monkeypatch):
    server.break_after = [300_000]

    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(download.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(remote, data_dir)
    assert part.stat().st_size > 0
    assert not (data_dir / NAME).exists()


def test_a_server_that_cannot_resume_starts_again(server, remote, data_dir, part):
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:500])
    server.ranges = False
    fetch(remote, data_dir)
    assert server.asked == ["bytes=500-"]
    assert (data_dir / NAME).read_bytes() == CONTENT


def test_a_wrong_half_is_thrown_away_and_the_whole_fetched(server, remote, data_dir, part):
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 500)
    fetch(remote, data_dir)
    assert server.asked == ["bytes=500-", None]
    assert (data_dir / NAME).read_bytes() == CONTENT


def test_a_half_that_is_whole_already_needs_no_server(server, remote, data_dir, part):
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT)
    fetch(remote, data_dir)
    assert server.asked == []


def test_a_half_that_is_too_long_is_thrown_away(server, remote, data_dir, part):
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT + b"?")
    fetch(remote, data_dir)
    assert server.asked == [None]
    assert (data_dir / NAME).read_bytes() == CONTENT


def test_a_wrong_checksum_never_gets_the_final_name(server, remote, data_dir, part):
    server.files[NAME] = CONTENT[:-1] + b"?"
    fails(remote, data_dir, "not the official file: its checksum is wrong")
    assert len(server.asked) == 1
    assert not part.exists()


def test_a_wrong_size_is_refused_before_it_is_fetched(server, remote, data_dir, part):
    server.files[NAME] = CONTENT + b"?"
    fails(remote, data_dir, "1,024,001 bytes, not 1,024,000")
    assert not part.exists()


def test_an_absent_file_is_told_with_the_servers_answer(server, remote, data_dir):
    del server.files[NAME]
    fails(remote, data_dir, f"{server.address}{NAME} answered 404")
    assert len(server.asked) == 1


def test_without_a_network_the_host_is_named(data_dir):
    remote = RemoteFile(NAME, 5, "0" * 32, ("https://one.invalid/", "https://two.invalid/x/"))
    fails(remote, data_dir, "no connection to one.invalid, two.invalid")


def test_the_next_address_is_tried(server, remote, data_dir):
    both = RemoteFile(NAME, remote.size, remote.md5, ("https://one.invalid/", server.address))
    fetch(both, data_dir)
    assert (data_dir / NAME).read_bytes() == CONTENT


def test_an_address_of_ones_own_is_used_alone(server, remote, data_dir):
    elsewhere = RemoteFile(NAME, remote.size, remote.md5, ("https://one.invalid/",))
    fetch(elsewhere, data_dir, server.address.rstrip("/"))
    assert (data_dir / NAME).read_bytes() == CONTENT
    with pytest.raises(UsageError, match="'ftp://x' is no address"):
        fetch(elsewhere, data_dir, "ftp://x")


def test_a_full_disk_is_told_beforehand(remote, data_dir, monkeypatch, server):
    monkeypatch.setattr(
        download.shutil, "disk_usage", lambda place: type("Usage", (), {"free": 1_000})
    )
    fails(remote, data_dir, "has 0 MB free; file.bin takes 1 MB")
    assert server.asked == []


def test_a_folder_that_cannot_be_made_is_told(remote, data_dir):
    data_dir.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(FetchError, match="cannot be written to"):
        fetch(remote, data_dir)


def test_two_at_once_fetch_it_once(server, remote, data_dir, capsys):
    problems = []

    def run():
        try:
            fetch(remote, data_dir)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert problems == []
    assert (data_dir / NAME).read_bytes() == CONTENT
    assert len(server.asked) == 1
