"""What is damaged or odd costs its sender alone: each beside an honest neighbour."""

import gzip
import importlib.util
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path

import pytest

from workbook.errors import WorkbookError
from workbook.grading.intake import reader as reading
from workbook.grading.intake.file_names import parse_file_name
from workbook.grading.intake.messages import Listed
from workbook.grading.intake.reader import SubmissionReader
from workbook.grading.intake.roster import Roster, Student
from workbook.grading.intake.scheme import default_scheme, parse_scheme
from workbook.grading.intake.submissions import gather

LAYERS = b"def affine_forward(x, w, b):\n    raise NotImplementedError\n"
posix = pytest.mark.skipif(os.name != "posix", reason="pipes, modes and such names")

spec = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
fuzz = importlib.util.module_from_spec(spec)
sys.modules["fuzz"] = fuzz
if os.name == "posix":
    spec.loader.exec_module(fuzz)


@pytest.fixture
def folder(tmp_path):
    """A folder of submissions with an honest one in it."""
    root = tmp_path / "submissions"
    root.mkdir()
    zipped(root / "zoe.zip")
    return root


def zipped(path, name="layers.py", method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, LAYERS)
    return path


def the_other(folder, roster=None):
    """Return the entry beside the neighbour's, which must be as good as ever."""
    found = gather(folder, default_scheme(), roster)
    entries = {entry.student.id: entry for entry in found.entries}
    assert entries.pop("zoe").attempts[0].submission.files == {"layers.py": LAYERS}
    [entry] = entries.values()
    return entry


def reason(folder):
    [attempt] = the_other(folder).attempts
    return attempt.invalid


def header(name, size, kind=tarfile.REGTYPE):
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def test_damaged_lzma(folder):
    path = zipped(folder / "eve.zip", method=zipfile.ZIP_LZMA)
    data = bytearray(path.read_bytes())
    data[data.find(b"layers.py") + 9 + 12] ^= 0xFF
    path.write_bytes(data)
    assert "damaged" in reason(folder)


def test_an_entry_without_a_name(folder):
    data = bytearray(zipped(folder / "eve.zip", "x").read_bytes())
    entry = data.find(b"PK\x01\x02")
    data[entry + 28 : entry + 30] = b"\0\0"
    del data[entry + 46]
    end = data.find(b"PK\x05\x06")
    struct.pack_into("<L", data, end + 12, struct.unpack_from("<L", data, end + 12)[0] - 1)
    (folder / "eve.zip").write_bytes(data)
    assert "None of the exercise files" in reason(folder)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_of_a_gigabyte(folder, kind):
    with gzip.open(folder / "eve.tar.gz", "wb", compresslevel=1) as packed:
        packed.write(header("p", 2**30, kind))
        for _ in range(64):
            packed.write(b"\0" * 2**20)
    assert "far too large" in reason(folder)


def test_a_header_of_more_bytes_than_a_number_has(folder):
    head = bytearray(header("p", 0, tarfile.XHDTYPE))
    head[124:136] = b"\x80\x7f" + b"\xff" * 10
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    (folder / "eve.tar.gz").write_bytes(gzip.compress(bytes(head) + b"\0" * 1024))
    assert "far too large" in reason(folder)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_bomb_whose_header_lies(folder, method):
    size = 100_000_000
    with (
        zipfile.ZipFile(folder / "eve.zip", "w", method) as archive,
        archive.open("layers.py", "w") as member,
    ):
        for _ in range(100):
            member.write(bytes(size // 100))
    data = (folder / "eve.zip").read_bytes()
    (folder / "eve.zip").write_bytes(data.replace(struct.pack("<L", size), struct.pack("<L", 900)))
    [attempt] = the_other(folder).attempts
    assert attempt.invalid or attempt.submission.problems


def test_an_archive_of_nothing_but_folders(folder):
    with tarfile.open(folder / "eve.tar.gz", "w:gz", compresslevel=1) as archive:
        for number in range(20_001):
            info = tarfile.TarInfo(f"{number}")
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
    assert "more than 20,000" in reason(folder)


def test_code_that_is_far_too_much_altogether(folder):
    with zipfile.ZipFile(folder / "eve.zip", "w") as archive:
        for name in ("layers.py", "optim.py"):
            archive.writestr(name, os.urandom(1_900_000))
    assert "larger than 3,000,000 bytes together" in reason(folder)


@pytest.mark.parametrize("name", ["L\u00f6sung m\u00b2.zip", "attempt \u00b3.zip", "\u2460.zip"])
def test_a_digit_that_is_no_number(folder, name):
    (folder / "eve").mkdir()
    zipped(folder / "eve" / name)
    [attempt] = the_other(folder).attempts
    assert attempt.submission.files == {"layers.py": LAYERS} and attempt.number == 0


@posix
@pytest.mark.parametrize("depth", [1500, 6000])
def test_folders_in_one_another(folder, depth):
    (folder / "eve").mkdir()
    (folder / "eve" / "layers.py").write_bytes(LAYERS)
    fuzz.nested(folder / "eve", depth)
    try:
        [attempt] = the_other(folder).attempts
        assert attempt.submission.files == {"layers.py": LAYERS}
    finally:
        subprocess.run(["rm", "-rf", folder / "eve"], check=True)


@posix
@pytest.mark.skipif(not getattr(os, "geteuid", lambda: 0)(), reason="root may read anything")
def test_a_folder_without_rights(folder):
    (folder / "eve").mkdir(mode=0)
    try:
        assert "cannot be read: Permission denied" in reason(folder)
    finally:
        (folder / "eve").chmod(0o700)


def test_a_folder_that_cannot_be_read_has_the_systems_reason(folder, monkeypatch):
    from workbook.grading.intake import handler, messages

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(handler, "list_attempts", refuse)
    found = handler.answer(messages.ListJob(os.fsencode(folder)))
    assert found == messages.Refused("submissions cannot be read: Permission denied.")


@posix
@pytest.mark.parametrize("name", ["eve.zip", "eve", "eve.tar.gz"])
def test_a_pipe_is_not_waited_for(folder, name):
    os.mkfifo(folder / name)
    assert "neither a file nor a folder" in reason(folder)


@posix
def test_a_pipe_and_a_socket_in_a_folder(folder):
    (folder / "eve").mkdir()
    os.mkfifo(folder / "eve" / "layers.py")
    (folder / "eve" / "optim.py").write_bytes(LAYERS)
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(folder / "eve")
        made.bind("x.zip")
        os.chdir(here)
    [attempt] = the_other(folder).attempts
    assert list(attempt.submission.files) == ["optim.py"]
    assert "not an ordinary file" in attempt.notes[0]


@pytest.mark.parametrize("name", ["eve.zip", "eve.txt", "eve.pdf", "eve.docx", "eve.rar", "eve"])
@pytest.mark.parametrize("data", [b"", b"hello"])
def test_what_is_no_archive_is_invalid_for_its_sender(folder, name, data):
    (folder / name).write_bytes(data)
    entry = the_other(folder)
    assert entry.student.id == "eve" and entry.attempts[0].invalid


def test_an_archive_without_files(folder):
    with zipfile.ZipFile(folder / "eve.zip", "w"):
        pass
    assert "None of the exercise files" in reason(folder)


@posix
@pytest.mark.parametrize("seconds", [-(2.0**40), 2.0**45])
def test_a_time_that_no_calendar_has(folder, seconds):
    path = zipped(folder / "eve.zip")
    try:
        os.utime(path, (seconds, seconds))
    except (OSError, OverflowError):
        pytest.skip("this file system has no such times")
    assert the_other(folder).attempts[0].submission.files


# Nobody is lost

LOST = (
    ".frank",
    ".gina.zip",
    "bob.txt",
    "carl.pdf",
    "dora.json",
    "eva.toml",
    "zero.zip",
    "h.md.zip",
)


def lost(folder):
    for name in LOST:
        if name.endswith(".zip") and name != "zero.zip":
            zipped(folder / name)
        else:
            (folder / name).write_bytes(b"" if name == "zero.zip" else LAYERS)
    (folder / "ines.md").mkdir()
    (folder / "ines.md" / "layers.py").write_bytes(LAYERS)


def test_without_a_roster_everything_has_a_row_or_a_line(folder):
    lost(folder)
    found = gather(folder, default_scheme())
    rows = {entry.student.id: entry.attempts[0] for entry in found.entries}
    assert set(rows) == {"gina", "bob", "carl", "zero", "h.md", "ines.md", "zoe"}
    assert {name for name, attempt in rows.items() if attempt.invalid} == {"bob", "carl", "zero"}
    lines = [line.partition(": ") for line in found.passed_over]
    assert [name for name, _, _ in lines] == [".frank", "dora.json", "eva.toml"]
    assert all(why for _, _, why in lines)


def test_with_a_roster_who_is_on_it_has_a_verdict_whatever_the_file_is(folder):
    lost(folder)
    ids = ("frank", "gina", "bob", "carl", "dora", "eva", "zero", "ines.md", "zoe")
    found = gather(folder, default_scheme(), Roster(tuple(map(Student, ids))))
    attempts = {entry.student.id: entry.attempts for entry in found.entries}
    assert all(len(of_one) == 1 for of_one in attempts.values())
    judged = {name for name, [attempt] in attempts.items() if attempt.submission.files}
    assert judged == {"gina", "ines.md", "zoe"}
    assert (found.unknown, found.passed_over) == (["h.md.zip"], [])


def test_a_document_beside_an_archive_harms_nobody(folder):
    zipped(folder / "eve.zip")
    os.utime(folder / "eve.zip", (1, 1))
    for name in ("eve.txt", "eve.tgz", ".eve.zip"):
        (folder / name).write_bytes(b"")
    entry = the_other(folder)
    assert [attempt.source for attempt in entry.attempts] == ["eve.zip"]
    assert "does not count: .eve.zip, eve.tgz, eve.txt" in entry.notes[0]


def test_what_a_system_writes_is_nobodys_even_with_a_students_name(folder):
    zipped(folder / "eve.zip")
    (folder / "._eve.zip").write_bytes(b"resource fork")
    found = gather(folder, default_scheme(), Roster((Student("eve"), Student("zoe"))))
    assert all(entry.attempts[0].submission.files for entry in found.entries)
    assert found.passed_over[0].startswith("._eve.zip: ")


@posix
def test_names_that_are_no_text_stay_apart_and_print(folder):
    for name in (b"J\xe4n.zip", b"J\xf6n.zip", b"\x1b[31mJ.zip", b"\x9b.zip"):
        zipped(os.path.join(os.fsencode(folder), name).decode("utf-8", "surrogateescape"))
    found = gather(folder, default_scheme())
    assert len(found.entries) == 5
    for entry in found.entries:
        assert entry.attempts[0].submission.files
        assert entry.student.id.isprintable() and entry.attempts[0].source.isprintable()


def test_long_names_are_ids_that_a_database_holds_and_no_two_alike():
    one, other = (parse_file_name(f"{'x' * 240}{end}.zip").id for end in "ab")
    assert one != other and len(one) <= 120


def test_many_attempts_are_bounded(folder):
    (folder / "eve").mkdir()
    for number in range(60):
        zipped(folder / "eve" / f"attempt {number}.zip")
    [_, *_] = entries = gather(folder, parse_scheme('[attempts]\ncount = "best"\n')).entries
    eve = next(entry for entry in entries if entry.student.id == "eve")
    assert [attempt.number for attempt in eve.attempts] == list(range(10, 60))


def test_an_archive_that_was_not_opened_is_named(folder):
    (folder / "eve").mkdir()
    (folder / "eve" / "work.rar").write_bytes(b"Rar!")
    assert "Not opened: work.rar." in reason(folder)


# The process that reads


@posix
def test_a_reader_that_is_killed_or_hangs_is_replaced(folder):
    with SubmissionReader(seconds=0.5) as reader:
        assert reader.read(folder / "zoe.zip").files
        os.kill(reader._worker._process.pid, signal.SIGKILL)
        assert reader.read(folder / "zoe.zip").files == {"layers.py": LAYERS}
        os.kill(reader._worker._process.pid, signal.SIGSTOP)
        began = time.monotonic()
        found = reader.read(folder / "zoe.zip")
        assert found.files == {"layers.py": LAYERS} and time.monotonic() - began < 30


@posix
def test_an_archive_that_ends_its_reader_every_time_is_invalid(folder):
    """A kill stands for whatever ends a process."""
    zipped(folder / "eve.zip")
    killed = []
    with SubmissionReader() as reader:
        original = reader._worker.ask

        def ask(*messages, seconds):
            if b"eve.zip" in messages[0]:
                next(original(b"".join(messages).replace(b"eve.zip", b"zoe.zip"), seconds=seconds))
                killed.append(reader._worker.start().pid)
                os.kill(killed[-1], signal.SIGSTOP)
                threading.Timer(0.3, os.kill, (killed[-1], signal.SIGKILL)).start()
            return original(*messages, seconds=seconds)

        reader._worker.ask = ask
        found = reader.read(folder / "eve.zip")
        assert found.invalid == "eve.zip ends the process that reads it."
        assert len(set(killed)) == 2
        assert reader.read(folder / "zoe.zip").files == {"layers.py": LAYERS}
        assert isinstance(reader.list_attempts(folder), Listed)


def test_without_a_process_it_is_our_fault_and_nobodys_zero(folder, monkeypatch):
    monkeypatch.setattr(reading, "SpawnLauncher", _Nothing)
    with SubmissionReader() as reader, pytest.raises(WorkbookError, match="does not start"):
        reader.read(folder / "zoe.zip")


class _Nothing:
    def __init__(self, *_, **__):
        pass

    def command(self):
        from workbook.worker.process import Command

        return Command([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))

    def close(self):
        pass


@posix
def test_out_of_memory_is_tried_again_in_a_new_process(folder):
    """A file system of names: 60 MB of them do not fit into a process of 150 MB."""
    with zipfile.ZipFile(folder / "eve.zip", "w") as archive:
        for number in range(1200):
            archive.writestr(f"{number}/{'x' * 60_000}", b"")
    with SubmissionReader(memory=150) as reader:
        found = reader.read(folder / "eve.zip")
        assert found.invalid
        assert reader.read(folder / "zoe.zip").files == {"layers.py": LAYERS}


# By the hundred


@posix
@pytest.mark.parametrize("start", [0, 200])
def test_every_input_of_the_fuzzer_ends_in_a_verdict(start):
    kinds, failed = fuzz.run_class(20261129, range(start, start + 200))
    assert failed == []
    assert len(kinds) == 3 and kinds.total() == 200


def test_the_fuzzer_notices_what_it_should(folder):
    if os.name != "posix":
        pytest.skip("the fuzzer makes pipes")
    [entry] = gather(folder, default_scheme()).entries
    assert fuzz.wrong(entry) == ""
    assert fuzz.wrong(None) == "no entry"
    entry.attempts = []
    assert fuzz.wrong(entry) == "no attempt"


def test_the_archives_of_other_kinds_are_named_in_the_reason(folder):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        archive.addfile(tarfile.TarInfo("layers.py"))
    (folder / "eve.tar.xz").write_bytes(data.getvalue())
    assert "neither a folder nor a .zip nor a .tar.gz" in reason(folder)
