"""What a person may do on the page: every action is one change of the account, done by the chosen user."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from simulator.account import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.account import Account, Row

_LEAD_FIELDS = frozenset({"name", "price", "status_id", "pipeline_id", "responsible_user_id", "loss_reason_id"})
_PERSON_FIELDS = frozenset({"name", "responsible_user_id"})
_HOUR = 3600
_NOON = 12


def act(account: Account, by: int, name: str, asked: Row) -> None:
    """Carry an action out. Raises UnknownRow for what is missing, Refused for what is not allowed or not understood."""
    action = _ACTIONS.get(name)
    if action is None:
        raise Refused(f"there is no action {name}")
    try:
        action(account, by, asked)
    except (KeyError, TypeError, ValueError) as error:
        raise error if isinstance(error, Refused) else Refused(f"{name} is not understood: {error}") from error


def _change_lead(account: Account, by: int, asked: Row) -> None:
    fields = {name: asked[name] for name in _LEAD_FIELDS & asked.keys()}
    if "price" in fields:
        fields["price"] = max(0, int(fields["price"]))
    if "responsible_user_id" in fields and fields["responsible_user_id"] not in account.users:
        raise Refused(f"there is no user {fields['responsible_user_id']}")
    account.change_lead(int(asked["id"]), by, **fields)


def _change_person(change: Callable[..., None], by: int, asked: Row) -> None:
    change(int(asked["id"]), by, **{name: asked[name] for name in _PERSON_FIELDS & asked.keys()})


def _create_task(account: Account, by: int, asked: Row) -> None:
    owner = getattr(account, _kind(asked))[int(asked["entity_id"])]["responsible_user_id"]
    account.create_task(
        by,
        entity_type=_kind(asked),
        entity_id=int(asked["entity_id"]),
        text=str(asked.get("text", "")),
        complete_till=deadline(account, asked),
        responsible_user_id=owner,
    )


def _add_note(account: Account, by: int, asked: Row) -> None:
    account.add_note(_kind(asked), int(asked["entity_id"]), by, "common", {"text": str(asked["text"])})


def _kind(asked: Row) -> str:
    kind: str = asked["entity_type"]
    if kind not in {"leads", "contacts", "companies"}:
        raise Refused(f"there are no {kind}")
    return kind


def deadline(account: Account, asked: dict[str, Any]) -> int:
    """Return the second that `local` (a moment on the account's wall clock) or the word `when` means."""
    zone = ZoneInfo(account.timezone)
    if "local" in asked:
        return int(datetime.fromisoformat(asked["local"]).replace(tzinfo=zone).timestamp())
    now = account.clock.now()
    if asked["when"] == "in_hour":
        return now + _HOUR
    days = {"tomorrow": 1, "in_week": 7, "yesterday": -1}[asked["when"]]
    day = datetime.fromtimestamp(now, zone) + timedelta(days=days)
    return int(day.replace(hour=_NOON, minute=0, second=0, microsecond=0).timestamp())


_ACTIONS: dict[str, Callable[[Account, int, Row], None]] = {
    "change_lead": _change_lead,
    "change_contact": lambda account, by, asked: _change_person(account.change_contact, by, asked),
    "change_company": lambda account, by, asked: _change_person(account.change_company, by, asked),
    "delete_lead": lambda account, by, asked: account.delete_lead(int(asked["id"]), by),
    "restore_lead": lambda account, by, asked: account.restore_lead(int(asked["id"]), by),
    "create_task": _create_task,
    "complete_task": lambda account, by, asked: account.complete_task(int(asked["id"]), by),
    "move_deadline": lambda account, by, asked: account.change_task(
        int(asked["id"]), by, complete_till=deadline(account, asked)
    ),
    "add_note": _add_note,
}
