"""Brings the database to the newest schema: `python3 -m integration.store.migrate`, before the rest is started."""

from __future__ import annotations

from integration import settings
from integration.store.database import migrate

if __name__ == "__main__":
    migrate(settings.load().database_url)
