"""What happened, as the body of one webhook request: PHP bracket keys, every value a string, nothing empty.

`leads[status][0][id]=5&leads[status][0][old_status_id]=142&…&account[id]=7`. Items of one action are counted from 0,
several actions and several kinds of things may share a body. Tasks stand under the singular `task`; companies stand
under `contacts` and are told apart by `type`.

https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from simulator.crm.state import Occurrence, Row
from simulator.hooks import activity, cards, dialects, unsorted

if TYPE_CHECKING:
    from simulator.crm.state import AccountState

Wording: TypeAlias = Callable[[Occurrence, tzinfo], Row]

ROOTS = {"tasks": "task", "messages": "message", "talks": "talk"}
USUAL: dict[str, Wording] = {
    "leads": cards.lead,
    "contacts": cards.contact,
    "companies": cards.contact,
    "customers": cards.customer,
    "tasks": activity.task,
    "talks": activity.talk,
    "messages": activity.message,
    "outgoing_message": activity.message,
}
SPECIAL: dict[tuple[str, str], Wording] = {
    ("leads", "delete"): cards.deleted_lead,
    ("contacts", "delete"): cards.deleted_contact,
    ("companies", "delete"): cards.deleted_contact,
    ("tasks", "update"): activity.updated_task,
    ("tasks", "delete"): activity.deleted_task,
    ("unsorted", "add"): unsorted.came,
    ("unsorted", "update"): unsorted.changed,
    ("unsorted", "delete"): unsorted.settled,
}


def encode(occurrences: Iterable[Occurrence], account: AccountState) -> bytes:
    """Return the form-encoded body in which `account` tells of all `occurrences`, in their order.

    The account's switches `hook_*` choose between what is known of real bodies and their reported variants.
    """
    switches = account.switches
    zone = ZoneInfo("UTC" if switches.hook_dates == "utc" else account.timezone)
    groups: dict[tuple[str, str], list[Row]] = {}
    for told in occurrences:
        root = switches.hook_companies_root if told.entity == "companies" else ROOTS.get(told.entity, told.entity)
        item = dialects.spoken(_wording(told)(told, zone), told.action, switches)
        groups.setdefault((root, told.action), []).append(item)
    news: Row = {}
    for (root, action), items in groups.items():
        news.setdefault(root, {})[action] = dialects.grouped(items, root, action, switches)
    links = {"self": f"https://{account.domain}"}
    introduction = {"subdomain": account.subdomain, "id": account.id, "_links": links}
    envelope: Row = {"account": dialects.envelope(introduction, switches)}
    return urlencode(list(pairs(envelope | news if switches.hook_account_first else news | envelope))).encode()


def pairs(tree: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield the bracket keys and string values of a tree; None, empty lists and empty dicts yield nothing."""
    match tree:
        case None:
            return
        case dict():
            for name, below in tree.items():
                yield from pairs(below, f"{key}[{name}]" if key else str(name))
        case list():
            for index, below in enumerate(tree):
                yield from pairs(below, f"{key}[{index}]")
        case bool():
            yield key, str(int(tree))
        case _:
            yield key, str(tree)


def _wording(told: Occurrence) -> Wording:
    if told.action == "note":
        return activity.note
    return SPECIAL.get((told.entity, told.action)) or USUAL[told.entity]
