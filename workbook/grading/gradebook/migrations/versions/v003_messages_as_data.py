"""Store messages and notes as ids and values.

The words that older results hold cannot be traced back to their ids; they become the values of
sentences that consist of nothing else. Their logs repeated these words and are dropped, so there
is no way back.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None

_UNITS = sa.table(
    "units",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("infra", sa.Boolean),
    sa.column("result", sa.JSON),
    sa.column("log", sa.Text),
)


def _as_data(result: dict[str, Any]) -> dict[str, Any]:
    words = {part: result.get(part) or "" for part in ("seen", "looks_like")}
    words = {"why": "", "look": "", **words, **(result.get("message") or {})}
    message = {"id": "finding.literal", "values": words, "case": ""} if words["seen"] else None
    notes = [{"id": "note.literal", "values": {"note": note}} for note in result.get("notes", ())]
    kept = {key: value for key, value in result.items() if key not in ("seen", "looks_like")}
    return {**kept, "message": message, "notes": notes}


def upgrade() -> None:
    connection = op.get_bind()
    units = sa.select(_UNITS).where(_UNITS.c.kind == "judge")
    for unit in connection.execute(units).all():
        change = sa.update(_UNITS).where(_UNITS.c.id == unit.id)
        log = unit.log if unit.infra else ""
        connection.execute(change.values(result=_as_data(unit.result), log=log))
