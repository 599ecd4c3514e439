"""Picking somebody and something to act on. Everything is read under the account's lock and nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.account import CLOSED
from simulator.scenario.office import AFTER_SALE

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from simulator.account import Account, Row

TRIES = 40
CANDIDATES = 3


def happens(rng: random.Random, share: float) -> bool:
    """Whether something that happens in this share of cases happens now."""
    return rng.random() < share


def managers(account: Account) -> list[int]:
    """Return the ids of those who sell: active, neither free nor admin, seeing their own leads only."""
    with account.lock:
        return [user_id for user_id, user in account.users.items() if _sells(user["rights"])]


def head(account: Account) -> int:
    """Return the id of the sales head, or of the admin where there is none."""
    with account.lock:
        heads = [user["id"] for user in account.users.values() if user["rights"]["leads"]["view"] == "G"]
        admins = [user["id"] for user in account.users.values() if user["rights"]["is_admin"]]
        return int((heads + admins)[0])


def actor(account: Account, lead: Row) -> int:
    """Return who acts on a lead: its owner, or the head where the owner is gone."""
    owner = lead["responsible_user_id"]
    return int(owner) if owner in account.users else head(account)


def lead(account: Account, rng: random.Random, fits: Callable[[Row], bool]) -> Row | None:
    """Return a random live lead that fits, or None when a fair number of tries found none."""
    return _any(account, account.leads, rng, lambda row: not row["is_deleted"] and fits(row))


def deleted_lead(account: Account, rng: random.Random) -> Row | None:
    """Return a random lead out of the trash that may come back; a declined request does not."""

    def may_return(row: Row) -> bool:
        gone = row["merged_into"] or row["purged"] or is_unsorted(account, row)
        return bool(row["is_deleted"] and not gone)

    return _any(account, account.leads, rng, may_return)


def task(account: Account, rng: random.Random, fits: Callable[[Row], bool] = lambda _row: True) -> Row | None:
    """Return an open task that fits; of several candidates the one that is due first."""
    found = [_any(account, account.tasks, rng, lambda row: _is_open(row) and fits(row)) for _ in range(CANDIDATES)]
    return min(filter(None, found), key=lambda row: int(row["complete_till"]), default=None)


def tasks_of(account: Account, lead_id: int) -> list[Row]:
    """Return the open tasks of a lead."""
    with account.lock:
        return [
            dict(row)
            for row in account.tasks.values()
            if row["entity_id"] == lead_id and row["entity_type"] == "leads" and _is_open(row)
        ]


def done_task(account: Account, rng: random.Random) -> Row | None:
    """Return a random completed task."""
    return _any(account, account.tasks, rng, lambda row: row["is_completed"] and not row["is_deleted"])


def stages(account: Account, pipeline_id: int) -> list[int]:
    """Return the open statuses of a pipeline in their order, «Неразобранное» left out."""
    return [row["id"] for row in account.statuses(pipeline_id) if row["type"] == 0 and row["id"] not in CLOSED]


def is_sale(account: Account, row: Row) -> bool:
    """Whether a lead stands in a pipeline that sells, not in one that delivers what was sold."""
    return bool(account.pipelines[row["pipeline_id"]]["name"] != AFTER_SALE[0])


def is_unsorted(account: Account, row: Row) -> bool:
    """Whether a lead waits in «Неразобранное»."""
    return bool(account.pipelines[row["pipeline_id"]]["statuses"][row["status_id"]]["type"])


def is_open(account: Account, row: Row) -> bool:
    """Whether a lead is worked on: neither closed nor unsorted."""
    return row["status_id"] not in CLOSED and not is_unsorted(account, row)


def after_sale(account: Account) -> int | None:
    """Return the pipeline of deliveries, if the account has one."""
    return next((key for key, row in account.pipelines.items() if row["name"] == AFTER_SALE[0]), None)


def _any(account: Account, rows: dict[int, Row], rng: random.Random, fits: Callable[[Row], bool]) -> Row | None:
    """Try random rows rather than filter all of them: an account may have a hundred thousand."""
    with account.lock:
        ids = list(rows)
        for _ in range(min(TRIES, 4 * len(ids))):
            row = rows[rng.choice(ids)]
            if fits(row):
                return dict(row)
    return None


def _is_open(row: Row) -> bool:
    return not row["is_completed"] and not row["is_deleted"]


def _sells(rights: Row) -> bool:
    return bool(
        rights["is_active"] and not rights["is_free"] and not rights["is_admin"] and rights["leads"]["view"] == "M"
    )
