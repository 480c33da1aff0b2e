"""Reading the roster."""

from datetime import UTC, datetime

import pytest

from workbook.errors import UsageError
from workbook.grading.intake.roster import parse_time, read_roster

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Workbook (77)
    Points Possible,,,,,92
"Doe, Jane",12345,S1,jdoe,A,
"Müller, Jörg",12346,S2,jmueller,B,
"""


@pytest.fixture
def roster(tmp_path):
    def read(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return read_roster(path)

    return read


def test_canvas_own_export_is_a_roster(roster):
    found = roster(CANVAS, "utf-8-sig")
    jane, joerg = found.students
    assert (jane.id, jane.name, jane.login, jane.sis) == ("12345", "Doe, Jane", "jdoe", "S1")
    assert joerg.section == "B"


@pytest.mark.parametrize("word", ["12345", "jdoe", "JDOE", "doejane", "S1", "Doe, Jane"])
def test_a_student_is_found_by_any_of_their_names(roster, word):
    assert roster(CANVAS).find("nobody", word).id == "12345"


def test_a_word_that_means_two_students_means_nobody(roster):
    found = roster("id,name\n1,Jane Doe\n2,Jane Doe\n3,Jim Roe\n")
    assert found.find("doejane") is None
    assert found.find("doejane", "3").id == "3"


def test_an_id_counts_before_anothers_name(roster):
    assert roster("id,name\nann,bob\nbob,Bob Bobson\n").find("bob").id == "bob"


def test_extensions_and_pairs(roster):
    found = roster("id;extension;pair\nann;2026-12-01T12:00:00+00:00;x\nbob;;X\ncarl;;\n")
    ann, bob, carl = found.students
    assert ann.extension == datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert found.together(bob) == [ann, bob]
    assert found.together(carl) == [carl]


def test_a_date_alone_lasts_until_its_end():
    assert parse_time("2026-12-01").astimezone().hour == 23


@pytest.mark.parametrize(
    "text, said",
    [
        ("name\nAnn\n", "no column 'id'"),
        ("", "no column 'id'"),
        ("id,name\nann,A\nANN,B\n", "line 3: ANN stands twice"),
        ("id,name\n,A\n", "line 2, has no id"),
        ("id,extension\nann,soon\n", "the extension 'soon' is no date"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(roster, text, said):
    with pytest.raises(UsageError, match=said):
        roster(text)


def test_another_encoding_is_said(roster):
    with pytest.raises(UsageError, match="not UTF-8"):
        roster("id,name\n1,Jörg\n", "latin-1")


def test_no_roster(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
