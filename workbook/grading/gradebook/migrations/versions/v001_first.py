"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started", sa.String(40), nullable=False),
        sa.Column("finished", sa.String(40)),
        sa.Column("secret", sa.String(64), nullable=False),
        *(
            sa.Column(name, sa.JSON, nullable=False)
            for name in ("scheme", "settings", "versions", "notes")
        ),
    )
    op.create_table(
        "students",
        sa.Column("id", sa.String(200), primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("name", "login", "email", "sis", "section")
        ),
    )
    op.create_table(
        "exercises",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("notebook", sa.String(200), nullable=False),
        sa.Column("points", sa.Double, nullable=False),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False, index=True),
        sa.Column("student_id", sa.String(200), sa.ForeignKey("students.id"), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("handed_in", sa.String(40)),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.UniqueConstraint("run_id", "student_id", "place"),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(128), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("infra", sa.Boolean, nullable=False),
        sa.Column("made", sa.String(40), nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("log", sa.Text, nullable=False),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "submission_id", sa.Integer, sa.ForeignKey("submissions.id"), nullable=False, index=True
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("units.id"), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("points", sa.Double),
        sa.Column("maximum", sa.Double),
        sa.Column("seed", sa.BigInteger),
        sa.UniqueConstraint("submission_id", "kind", "subject"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "student_id", sa.String(200), sa.ForeignKey("students.id"), nullable=False, index=True
        ),
        sa.Column("exercise_id", sa.String(200), nullable=False),
        sa.Column("points", sa.Double),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("made", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    tables = "corrections outcomes units submissions exercises students runs"
    for table in tables.split():
        op.drop_table(table)
