"""Rename `stack_outcome` in the stored results of units to `integrated_outcome`."""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None

_UNITS = sa.table("units", sa.column("id", sa.Integer), sa.column("result", sa.JSON))


def _rename(old: str, new: str) -> None:
    connection = op.get_bind()
    for unit_id, result in connection.execute(sa.select(_UNITS.c.id, _UNITS.c.result)).all():
        if old in result:
            renamed = {new if key == old else key: value for key, value in result.items()}
            change = sa.update(_UNITS).where(_UNITS.c.id == unit_id).values(result=renamed)
            connection.execute(change)


def upgrade() -> None:
    _rename("stack_outcome", "integrated_outcome")


def downgrade() -> None:
    _rename("integrated_outcome", "stack_outcome")
