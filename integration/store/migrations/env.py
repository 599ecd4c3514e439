"""Runs the revisions inside the transaction that `store.database.migrate` opened."""

from __future__ import annotations

from alembic import context

from integration.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
