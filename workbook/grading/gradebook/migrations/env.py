"""Called by Alembic; the connection is handed over by `store.open_gradebook`."""

from alembic import context

from workbook.grading.gradebook.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
