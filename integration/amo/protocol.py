"""The account, its people and its pipelines as the API describes them.

Pure; a row outside the contract raises UnexpectedAnswer.
https://www.amocrm.ru/developers/content/crm_platform/api-reference
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from integration.amo.fields import embedded, is_true, optional, row, text, whole

if TYPE_CHECKING:
    from integration.amo.fields import Row


@dataclass(frozen=True, slots=True)
class Named:
    """A group, a loss reason or a task type."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class AccountCard:
    """The account: `timezone` is an IANA name, `currency` ISO 4217, `has_api_filter` the paid filters of leads."""

    id: int
    subdomain: str
    timezone: str
    currency: str
    has_api_filter: bool
    groups: tuple[Named, ...]
    task_types: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class User:
    """An employee. `leads_view` is A (all), G (own group), M (own) or D (none); group 0 is the first department."""

    id: int
    name: str
    group_id: int
    is_admin: bool
    is_active: bool
    is_free: bool
    leads_view: str


@dataclass(frozen=True, slots=True)
class Status:
    """A stage of a pipeline. Type 1 is «Неразобранное»; 142 and 143 repeat in every pipeline."""

    id: int
    pipeline_id: int
    name: str
    sort: int
    color: str
    type: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline with its statuses."""

    id: int
    name: str
    sort: int
    is_main: bool
    is_archive: bool
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. `is_disabled`: amoCRM switched it off after too many failures."""

    destination: str
    is_disabled: bool
    settings: frozenset[str]


def account_card(source: Row) -> AccountCard:
    """Read GET /account. https://www.amocrm.ru/developers/content/crm_platform/account-info."""
    inner = row(source.get("_embedded", {}))
    settings = row(inner.get("datetime_settings", {}))
    return AccountCard(
        id=whole(source, "id"),
        subdomain=text(source, "subdomain"),
        timezone=_timezone(text(settings, "timezone", ""), text(settings, "timezone_offset", "")),
        currency=text(source, "currency", "RUB"),
        has_api_filter=is_true(source, "is_api_filter_enabled"),
        groups=tuple(named(group) for group in embedded(source, "users_groups")),
        task_types=tuple(named(task_type) for task_type in embedded(source, "task_types")),
    )


def named(source: Row) -> Named:
    """Read what has only an id and a name for us."""
    return Named(id=whole(source, "id"), name=text(source, "name", ""))


def user(source: Row) -> User:
    """Read an employee. https://www.amocrm.ru/developers/content/crm_platform/users-api."""
    rights = row(source.get("rights"))
    return User(
        id=whole(source, "id"),
        name=text(source, "name", ""),
        group_id=optional(rights, "group_id") or 0,
        is_admin=is_true(rights, "is_admin"),
        is_active=is_true(rights, "is_active"),
        is_free=is_true(rights, "is_free"),
        leads_view=text(row(rights.get("leads", {})), "view", "D"),
    )


def pipeline(source: Row) -> Pipeline:
    """Read a pipeline. https://www.amocrm.ru/developers/content/crm_platform/leads_pipelines."""
    pipeline_id = whole(source, "id")
    return Pipeline(
        id=pipeline_id,
        name=text(source, "name", ""),
        sort=whole(source, "sort"),
        is_main=is_true(source, "is_main"),
        is_archive=is_true(source, "is_archive"),
        statuses=tuple(_status(pipeline_id, status) for status in embedded(source, "statuses")),
    )


def webhook(source: Row) -> Webhook:
    """Read a subscription. https://www.amocrm.ru/developers/content/crm_platform/webhooks-api."""
    settings = source.get("settings")
    return Webhook(
        destination=text(source, "destination"),
        is_disabled=is_true(source, "disabled"),
        settings=frozenset(str(code) for code in settings) if isinstance(settings, list) else frozenset(),
    )


def _status(pipeline_id: int, source: Row) -> Status:
    return Status(
        id=whole(source, "id"),
        pipeline_id=pipeline_id,
        name=text(source, "name", ""),
        sort=whole(source, "sort"),
        color=text(source, "color", ""),
        type=optional(source, "type") or 0,
    )


def _timezone(name: str, offset: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):  # unknown, no name of a zone at all, a folder of zones
        hours = re.fullmatch(r"([+-])(\d\d):00", offset)
    # The names of fixed zones are those of POSIX, whose sign is the other way round.
    return f"Etc/GMT{'-' if hours[1] == '+' else '+'}{int(hours[2])}" if hours else "UTC"
