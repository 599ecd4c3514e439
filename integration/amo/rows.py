"""The API's leads, tasks and events as the nouns of the core. Pure; a row outside the contract raises UnexpectedAnswer.

Names, texts and custom fields are not read at all: no personal data goes further than this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from integration.amo.fields import Row, embedded, hundredths, is_true, moment, optional, row, text, whole
from integration.errors import UnexpectedAnswer
from integration.kpi.model import Event, Lead, Task

EVENTFUL = frozenset({"lead", "contact", "company", "customer", "task"})
"""Whose events are kept, as the log names them. Elements of lists have events as well."""

_EVENT_ID = re.compile(r"[0-9A-Za-z]{1,40}")


def lead(source: Row) -> Lead:
    """Read a lead; its main contact is known when it was asked for `with=contacts`.

    https://www.amocrm.ru/developers/content/crm_platform/leads-api
    """
    contacts = embedded(source, "contacts")
    companies = embedded(source, "companies")
    # The undocumented exact price exists in accounts whose currency is used with its minor units.
    exact = source.get("price_with_minor_units")
    return Lead(
        id=whole(source, "id"),
        pipeline_id=whole(source, "pipeline_id"),
        status_id=whole(source, "status_id"),
        responsible_user_id=optional(source, "responsible_user_id") or 0,
        price=hundredths(source.get("price") if exact is None else exact) or None,
        created_by=optional(source, "created_by") or 0,
        created_at=moment(source, "created_at"),
        updated_at=moment(source, "updated_at"),
        closed_at=moment(source, "closed_at") if optional(source, "closed_at") else None,
        loss_reason_id=optional(source, "loss_reason_id"),
        main_contact_id=next((whole(contact, "id") for contact in contacts if is_true(contact, "is_main")), None),
        company_id=next((whole(company, "id") for company in companies), None),
        is_deleted=is_true(source, "is_deleted"),
    )


def task(source: Row) -> Task:
    """Read a task. https://www.amocrm.ru/developers/content/crm_platform/tasks-api."""
    entity_id = optional(source, "entity_id")
    return Task(
        id=whole(source, "id"),
        responsible_user_id=optional(source, "responsible_user_id") or 0,
        entity_type=text(source, "entity_type") if entity_id else None,
        entity_id=entity_id,
        task_type_id=optional(source, "task_type_id") or 0,
        complete_till=moment(source, "complete_till"),
        is_completed=is_true(source, "is_completed"),
        created_at=moment(source, "created_at"),
        updated_at=moment(source, "updated_at"),
    )


def event(source: Row) -> Event:
    """Read an entry of the event log, keeping the integers that KPIs read and dropping everything else.

    https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
    """
    event_id, event_type = text(source, "id"), text(source, "type")
    if not _EVENT_ID.fullmatch(event_id):
        raise UnexpectedAnswer("an event's id is not a ULID")
    return Event(
        id=event_id,
        type=event_type,
        entity_type=text(source, "entity_type"),
        entity_id=whole(source, "entity_id"),
        created_by=optional(source, "created_by") or 0,
        created_at=moment(source, "created_at"),
        before=_side(event_type, source.get("value_before")),
        after=_side(event_type, source.get("value_after")),
    )


_SideReader: TypeAlias = Callable[[Row], tuple[int, ...]]
_NOTE: tuple[str, _SideReader] = ("note", lambda side: (whole(side, "id"),))
_SIDES: Mapping[str, tuple[str, _SideReader]] = {
    "lead_status_changed": ("lead_status", lambda side: (whole(side, "pipeline_id"), whole(side, "id"))),
    "entity_responsible_changed": ("responsible_user", lambda side: (optional(side, "id") or 0,)),
    "sale_field_changed": ("sale_field_value", lambda side: (hundredths(side.get("sale")),)),
    "incoming_call": _NOTE,
    "outgoing_call": _NOTE,
    "incoming_sms": _NOTE,
    "outgoing_sms": _NOTE,
    "task_deadline_changed": ("task_deadline", lambda side: (moment(side, "timestamp"),)),
}


def _side(event_type: str, values: object) -> tuple[int, ...]:
    name, read = _SIDES.get(event_type, ("", None))
    if read is None or not isinstance(values, list) or not values:
        return ()
    return read(row(row(values[0]).get(name)))
