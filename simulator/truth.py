"""What is really so in an account, whatever the API shows of it: for checks, never for clients."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from simulator.rest import shapes

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.crm.state import Row


def truth(account: Account) -> Row:
    """Return everything as JSON: REST shapes, with deletions, merges and the true order of events (`seq`)."""
    with account.lock:
        return {
            "now": account.clock.now(),
            "account": {"id": account.id, "timezone": account.timezone, "currency": account.currency},
            "users": copy.deepcopy([*account.users.values(), *account.removed_users.values()]),
            "pipelines": copy.deepcopy([shapes.pipeline(row, "") for row in account.pipelines.values()]),
            "loss_reasons": copy.deepcopy(list(account.loss_reasons.values())),
            "leads": [_lead(row) for row in account.leads.values()],
            "contacts": copy.deepcopy(list(account.contacts.values())),
            "companies": copy.deepcopy(list(account.companies.values())),
            "tasks": copy.deepcopy([{**row, "result": row["result"] or []} for row in account.tasks.values()]),
            "events": copy.deepcopy(account.events),
            "notes": copy.deepcopy(list(account.notes.values())),
            "unsorted": copy.deepcopy(list(account.unsorted.values())),
            "sorted_out": copy.deepcopy(account.sorted_out),
        }


def _lead(row: Row) -> Row:
    inside = row["_embedded"]
    main = next((each["id"] for each in inside["contacts"] if each["is_main"]), None)
    company = inside["companies"][0]["id"] if inside["companies"] else None
    return {**copy.deepcopy(row), "contact_id": main, "company_id": company}
