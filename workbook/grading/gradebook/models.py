"""The tables of the gradebook.

A run never changes an earlier one. A unit's result belongs to no run: it is filed under the hash
of all that it depends on, and runs point at it.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "Base",
    "Correction",
    "ExerciseRow",
    "GradingRun",
    "OutcomeRow",
    "StudentRow",
    "SubmissionRow",
    "UnitRow",
]


def now() -> str:
    """The time as the gradebook writes it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {dict[str, Any]: JSON, list[str]: JSON, float: Double}  # noqa: RUF012


class GradingRun(Base):
    """One grading of the class.

    Attributes
    ----------
    secret : str
        What the seeds derive from.
    state : str
        `running` until its pages are written, then `finished`.
    scheme, settings, versions : dict
        What counted, the limits, and what it ran with.
    notes : dict
        Of the class: unknown senders, files passed over.
    """

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16), default="running")
    started: Mapped[str] = mapped_column(String(40), default=now)
    finished: Mapped[str | None] = mapped_column(String(40))
    secret: Mapped[str] = mapped_column(String(64))
    scheme: Mapped[dict[str, Any]]
    settings: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    notes: Mapped[dict[str, Any]]
    submissions: Mapped[list["SubmissionRow"]] = relationship(
        back_populates="run", cascade="all, delete-orphan", order_by="SubmissionRow.id"
    )


class StudentRow(Base):
    """One student, as last heard of."""

    __tablename__ = "students"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    login: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    sis: Mapped[str] = mapped_column(Text, default="")
    section: Mapped[str] = mapped_column(Text, default="")


class ExerciseRow(Base):
    """One exercise, and what it was worth when it was last graded."""

    __tablename__ = "exercises"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    notebook: Mapped[str] = mapped_column(String(200))
    points: Mapped[float]


class SubmissionRow(Base):
    """One attempt of one student in one run; `number` 0 and no source for who sent nothing.

    Attributes
    ----------
    digest : str
        Hash of the files that were judged.
    status : str
        `graded` (or to be), `invalid`, or `missing`.
    """

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("run_id", "student_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id"))
    place: Mapped[int]
    source: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    handed_in: Mapped[str | None] = mapped_column(String(40))
    late: Mapped[bool] = mapped_column(default=False)
    receipt: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[list[str]]
    run: Mapped[GradingRun] = relationship(back_populates="submissions")
    student: Mapped[StudentRow] = relationship()
    outcomes: Mapped[list["OutcomeRow"]] = relationship(
        cascade="all, delete-orphan", order_by="OutcomeRow.id"
    )


class UnitRow(Base):
    """The result of one unit of work, by content."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(128), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(200))
    infra: Mapped[bool]
    made: Mapped[str] = mapped_column(String(40), default=now)
    result: Mapped[dict[str, Any]]
    log: Mapped[str] = mapped_column(Text, default="")


class OutcomeRow(Base):
    """One exercise (or notebook's run) of one submission: which unit says what became of it."""

    __tablename__ = "outcomes"
    __table_args__ = (UniqueConstraint("submission_id", "kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    outcome: Mapped[str] = mapped_column(String(16), default="")
    points: Mapped[float | None]
    maximum: Mapped[float | None]
    seed: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[UnitRow] = relationship()


class Correction(Base):
    """Points that an instructor set by hand; the latest for an exercise holds, in every run."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id"), index=True)
    exercise_id: Mapped[str] = mapped_column(String(200))
    points: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text, default="")
    made: Mapped[str] = mapped_column(String(40), default=now)
