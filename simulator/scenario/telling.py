"""One line of Russian about a change, for the log beside the simulated CRM."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.account import Account, Row


def said(account: Account, user_id: int | None, what: str) -> str:
    """Return `Алина Ветрова: …`; the robot has no name."""
    return f"{user(account, user_id)}: {what}"


def about(account: Account, lead: Row, what: str) -> str:
    """Return `Алина Ветрова: «Окна для склада» …`."""
    return said(account, lead["responsible_user_id"], f"«{lead['name']}» {what}")


def user(account: Account, user_id: int | None) -> str:
    """Return a user's name."""
    row = account.users.get(user_id or 0)
    return str(row["name"]) if row else "Робот"


def status(account: Account, pipeline_id: int, status_id: int) -> str:
    """Return the name of a status."""
    return str(account.pipelines[pipeline_id]["statuses"][status_id]["name"])


def roubles(price: int) -> str:
    """Spell an amount: `240 000 ₽`."""
    return f"{price:,} ₽".replace(",", "\N{NO-BREAK SPACE}") if price else "без бюджета"
