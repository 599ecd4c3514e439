"""How leads go and come back. Each deed does one thing and says so, or returns None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario import choices, telling

if TYPE_CHECKING:
    import random

    from simulator.account import Account, Row


def delete(account: Account, rng: random.Random) -> str | None:
    """A lead goes to the trash: an open one or, seldom, a closed one."""
    row = choices.lead(account, rng, lambda row: choices.is_open(account, row) or _is_odd(account, rng, row))
    if row is None:
        return None
    account.delete_lead(row["id"], choices.actor(account, row))
    return telling.about(account, row, "удалена")


def restore(account: Account, rng: random.Random) -> str | None:
    """A lead comes back out of the trash."""
    row = choices.deleted_lead(account, rng)
    if row is None:
        return None
    account.restore_lead(row["id"], choices.head(account))
    return telling.about(account, row, "восстановлена")


def merge(account: Account, rng: random.Random) -> str | None:
    """Two open leads turn out to be one."""
    absorbed = choices.lead(account, rng, lambda row: choices.is_open(account, row))
    survivor = choices.lead(
        account, rng, lambda row: choices.is_open(account, row) and row["id"] != (absorbed or row)["id"]
    )
    if absorbed is None or survivor is None:
        return None
    account.merge_leads(survivor["id"], absorbed["id"], choices.actor(account, survivor))
    return telling.about(account, survivor, f"объединена с «{absorbed['name']}»")


def _is_odd(account: Account, rng: random.Random, row: Row) -> bool:
    return not choices.is_unsorted(account, row) and choices.happens(rng, 0.2)
