"""The class as it handed in."""

import io
import json
import os
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest

from workbook.errors import UsageError
from workbook.grading.intake.file_names import parse_file_name
from workbook.grading.intake.roster import Roster, Student
from workbook.grading.intake.scheme import default_scheme, parse_scheme
from workbook.grading.intake.submissions import gather

LAYERS = b"def affine_forward(x, w, b):\n    raise NotImplementedError\n"


@pytest.fixture
def handed(tmp_path):
    """A folder to hand in to; `zip`, `tar` and `folder` put something in it."""
    root = tmp_path / "handed in"
    root.mkdir()

    class Folder:
        path = root

        @staticmethod
        def zip(name, *, at=None, **files):
            path = root / name
            path.parent.mkdir(exist_ok=True)
            with zipfile.ZipFile(path, "w") as archive:
                for file, data in files.items():
                    archive.writestr(file, data)
            if at is not None:
                os.utime(path, (at, at))
            return path

    return Folder


def one(handed, scheme=None, roster=None):
    [entry] = gather(handed.path, scheme or default_scheme(), roster).entries
    return entry


@pytest.mark.parametrize(
    "name, who, number, late",
    [
        ("alice.zip", "alice", 0, False),
        ("alice.tar.gz", "alice", 0, False),
        ("lastname_12345_67890_workbook.zip", "12345", 67890, False),
        ("doejane_LATE_12345_67890_workbook-2.zip", "12345", 67890, True),
        ("Jane Doe_417_assignsubmission_file_workbook.zip", "417", 0, False),
        ("Jane Doe_417_assignsubmission_file_", "417", 0, False),
        ("alice_attempt2.zip", "alice", 2, False),
        ("alice (3).zip", "alice", 3, False),
        ("jane_doe.zip", "jane_doe", 0, False),
    ],
)
def test_names(name, who, number, late):
    found = parse_file_name(name)
    assert (found.id, found.number, found.late) == (who, number, late)


def test_every_kind_of_submission(handed):
    (handed.path / "ann" / "deep").mkdir(parents=True)
    (handed.path / "ann" / "deep" / "layers.py").write_bytes(LAYERS)
    handed.zip("bob.zip", **{"workbook/exercises/layers.py": LAYERS, "solutions/layers.py": b"#"})
    with tarfile.open(handed.path / "carl.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("exercises/layers.py")
        info.size = len(LAYERS)
        archive.addfile(info, io.BytesIO(LAYERS))
    handed.zip("roe_12345_67890_workbook.zip", **{"layers.py": LAYERS})
    (handed.path / ".DS_Store").write_bytes(b"x")
    (handed.path / "roster.csv").write_text("id\n")
    found = gather(handed.path, default_scheme())
    assert [entry.student.id for entry in found.entries] == ["ann", "bob", "carl", "12345"]
    assert all(e.attempts[0].submission.files == {"layers.py": LAYERS} for e in found.entries)
    assert len({e.attempts[0].submission.digest for e in found.entries}) == 1
    assert [line.partition(": ")[0] for line in found.passed_over] == [".DS_Store", "roster.csv"]


def test_what_cannot_be_read_is_invalid_for_that_student_alone(handed):
    (handed.path / "ann.zip").write_bytes(b"PK\x03\x04 cut short")
    (handed.path / "bob.rar").write_bytes(b"Rar!")
    handed.zip("carl.zip", **{"essay.docx": b"x"})
    handed.zip("dora.zip", **{"layers.py": LAYERS})
    reasons = [e.attempts[0].invalid for e in gather(handed.path, default_scheme()).entries]
    assert "damaged" in reasons[0]
    assert "neither a folder nor a .zip" in reasons[1]
    assert "None of the exercise files" in reasons[2]
    assert reasons[3] == ""


def test_a_link_is_not_followed(handed, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "layers.py").write_bytes(LAYERS)
    try:
        (handed.path / "ann").symlink_to(secret)
    except OSError:
        pytest.skip("this system makes no links")
    assert "is a link" in one(handed).attempts[0].invalid


def test_everyone_on_the_roster_has_one_entry_and_strangers_are_listed(handed):
    handed.zip("doejane_12345_1_workbook.zip", **{"layers.py": LAYERS})
    handed.zip("eve.zip", **{"layers.py": LAYERS})
    roster = Roster((Student("12345", "Jane Doe"), Student("12346", "Jim Roe")))
    found = gather(handed.path, default_scheme(), roster)
    assert [(e.student.id, len(e.attempts)) for e in found.entries] == [("12345", 1), ("12346", 0)]
    assert found.unknown == ["eve.zip"]


def test_the_latest_attempt_counts_and_it_is_said(handed):
    handed.zip("doe_1_100_workbook.zip", **{"layers.py": b"a = 1\n"})
    handed.zip("doe_1_99_workbook.zip", **{"layers.py": b"a = 2\n"})
    entry = one(handed)
    assert [a.source for a in entry.attempts] == ["doe_1_100_workbook.zip"]
    assert entry.notes == ["Of 2 attempts the latest counts, not doe_1_99_workbook.zip."]


def test_without_numbers_the_newer_file_is_the_later(handed):
    handed.zip("ann.zip", at=2e9, **{"layers.py": b"a = 1\n"})
    handed.zip("ann.tar.gz", at=1e9, **{"layers.py": b"a = 2\n"})
    assert one(handed).attempts[0].source == "ann.zip"


def test_a_folder_of_attempts(handed):
    handed.zip("ann/attempt 2.zip", **{"layers.py": b"a = 2\n"})
    handed.zip("ann/attempt 10.zip", **{"layers.py": b"a = 10\n"})
    assert one(handed).attempts[0].source == "ann/attempt 10.zip"


def test_for_the_best_all_are_kept(handed):
    handed.zip("ann_attempt1.zip", **{"layers.py": b"a = 1\n"})
    handed.zip("ann_attempt2.zip", **{"layers.py": b"a = 2\n"})
    entry = one(handed, parse_scheme('[attempts]\ncount = "best"\n'))
    assert [a.number for a in entry.attempts] == [1, 2]


def test_deadline_extension_and_what_is_late(handed):
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    for name in ("ann.zip", "bob.zip"):
        handed.zip(name, at=noon.timestamp() + 60, **{"layers.py": LAYERS})
    roster = Roster((Student("ann"), Student("bob", extension=noon.replace(day=30, hour=13))))
    rules = "[attempts]\ndeadline = 2026-11-30T12:00:00Z\n"
    flagged = gather(handed.path, parse_scheme(rules), roster).entries
    assert [e.attempts[0].late for e in flagged] == [True, False]
    ignored = gather(handed.path, parse_scheme(rules + 'late = "ignore"\n'), roster).entries
    assert [len(e.attempts) for e in ignored] == [0, 1]
    assert "came late" in ignored[0].notes[0]


def test_a_pair_shares_what_either_handed_in(handed):
    handed.zip("ann.zip", **{"layers.py": LAYERS})
    roster = Roster((Student("ann", pair="p"), Student("bob", pair="p"), Student("carl")))
    found = gather(handed.path, default_scheme(), roster).entries
    assert [[a.source for a in e.attempts] for e in found] == [["ann.zip"], ["ann.zip"], []]


@pytest.mark.parametrize(
    "manifest, receipt",
    [
        (json.dumps({"receipt": "K7-Q2"}), "K7-Q2"),
        (json.dumps({"receipt": "\x1b[31mred"}), "[31mred"),
        (json.dumps({"receipt": "x" * 1000}), ""),
        (json.dumps(["receipt"]), ""),
        ("[" * 100_000, ""),
        ("not json", ""),
    ],
)
def test_the_receipt_is_read_from_the_manifest(handed, manifest, receipt):
    handed.zip("ann.zip", **{"layers.py": LAYERS, "manifest.json": manifest})
    [attempt] = one(handed).attempts
    assert attempt.receipt == receipt and not attempt.invalid


def test_two_candidates_are_a_problem_of_that_file(handed):
    handed.zip("ann.zip", **{"a/layers.py": b"a = 1\n", "b/layers.py": b"a = 2\n"})
    [attempt] = one(handed).attempts
    assert "2 different files" in attempt.submission.problems["layers.py"]
    assert not attempt.invalid


def test_no_folder_or_nothing_in_it(handed, tmp_path):
    with pytest.raises(UsageError, match="no submissions in"):
        gather(handed.path, default_scheme())
    with pytest.raises(UsageError, match="There is no folder"):
        gather(tmp_path / "none", default_scheme())
    with pytest.raises(UsageError, match="Unpack it first"):
        gather(handed.zip("all.zip"), default_scheme())
