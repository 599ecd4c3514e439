"""Whether the database has the schema that this code was written for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection


def is_current(conn: Connection) -> bool:
    """Tell whether every migration has been applied, and none that we do not know."""
    return MigrationContext.configure(conn).get_current_heads() == (_head(),)


@cache
def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()
