"""Stocks: what is true at this moment, counted from rows and never stored (rule G16).

Grouped by the responsible user, as everything the reports read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, exists, func, or_, select

from integration.kpi.model import LOST, WON
from integration.store import rows
from integration.store.mirrors import UNSORTED
from integration.store.tables import leads, statuses, tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, ColumnElement, Connection

    from integration.kpi.calendar import Period

_is_open_task = and_(~tasks.c.is_completed, ~tasks.c.is_deleted)
_hangs_on_lead = and_(
    tasks.c.account_id == leads.c.account_id,
    tasks.c.entity_type == "leads",
    tasks.c.entity_id == leads.c.id,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose numbers are asked for, and of when."""

    account_id: int
    users: frozenset[int] | None
    """None is everybody, those included whom the mirror does not know."""
    pipeline_id: int | None
    """None is every pipeline. Tasks belong to none, so they are counted whatever the pipeline."""
    period: Period
    before: Period
    """The period to compare with."""
    now: int


class DueRow(NamedTuple):
    """A user's open tasks whose deadline has passed: all of them, and those due in either period."""

    user_id: int
    overdue: int
    oldest: int
    due_in_period: int
    due_before: int


class LeadAtRisk(NamedTuple):
    """An open lead that an overdue task of the user hangs on. `price` in hundredths, None without a budget."""

    user_id: int
    lead_id: int
    price: int | None


class WithoutTask(NamedTuple):
    """How many of the user's open leads nobody plans to touch."""

    user_id: int
    leads: int


class StageAge(NamedTuple):
    """How long one lead has been in its present status, in seconds."""

    user_id: int
    pipeline_id: int
    status_id: int
    seconds: int


def due_tasks(conn: Connection, scope: Scope) -> list[DueRow]:
    """Return the overdue tasks of each user who has any."""
    deadline, owner = tasks.c.complete_till, tasks.c.responsible_user_id
    query = (
        select(
            owner,
            func.count(),
            func.min(deadline),
            func.count().filter(deadline >= scope.period.start, deadline < scope.period.end),
            func.count().filter(deadline >= scope.before.start, deadline < scope.before.end),
        )
        .where(tasks.c.account_id == scope.account_id, _is_open_task, deadline < scope.now, *_among(conn, scope, owner))
        .group_by(owner)
    )
    return [DueRow(*row) for row in conn.execute(query)]


def leads_at_risk(conn: Connection, scope: Scope) -> list[LeadAtRisk]:
    """Return the open leads under overdue tasks, a row for each task."""
    owner = tasks.c.responsible_user_id
    query = (
        select(owner, leads.c.id, leads.c.price)
        .join_from(tasks, leads, _hangs_on_lead)
        .where(tasks.c.account_id == scope.account_id, _is_open_task, tasks.c.complete_till < scope.now)
        .where(leads.c.is_open, *_among(conn, scope, owner))
    )
    return [LeadAtRisk(*row) for row in conn.execute(query)]


def leads_without_task(conn: Connection, scope: Scope) -> list[WithoutTask]:
    """Return how many open leads of each user have no open task on the lead itself."""
    owner = leads.c.responsible_user_id
    query = (
        select(owner, func.count())
        .where(leads.c.account_id == scope.account_id, leads.c.is_open, *_among(conn, scope, owner))
        .where(*_inside(scope, leads.c.pipeline_id), ~exists().where(_hangs_on_lead, _is_open_task))
        .group_by(owner)
    )
    return [WithoutTask(*row) for row in conn.execute(query)]


def owners(conn: Connection, account_id: int) -> set[int]:
    """Return everybody who owns an open lead."""
    query = select(leads.c.responsible_user_id).where(leads.c.account_id == account_id, leads.c.is_open).distinct()
    return set(conn.scalars(query))


def stage_ages(conn: Connection, scope: Scope, after_sale: Sequence[int]) -> list[StageAge]:
    """Return the age of each unfinished visit: leads in work, and those on their way through after-sale pipelines."""
    unsorted = exists().where(
        statuses.c.account_id == leads.c.account_id,
        statuses.c.pipeline_id == leads.c.pipeline_id,
        statuses.c.id == leads.c.status_id,
        statuses.c.type == UNSORTED,
    )
    in_delivery = and_(
        leads.c.pipeline_id.in_(after_sale), leads.c.status_id.not_in([WON, LOST]), ~leads.c.is_deleted, ~unsorted
    )
    owner, pipeline = leads.c.responsible_user_id, leads.c.pipeline_id
    query = (
        select(owner, pipeline, leads.c.status_id, scope.now - leads.c.entered_at)
        .where(
            leads.c.account_id == scope.account_id, or_(leads.c.is_open, in_delivery) if after_sale else leads.c.is_open
        )
        .where(*_among(conn, scope, owner), *_inside(scope, pipeline))
    )
    # A lead may enter its status a moment later than our clock says.
    return [StageAge(user, of, status, max(0, seconds)) for user, of, status, seconds in conn.execute(query)]


def _among(conn: Connection, scope: Scope, user: Column[int]) -> list[ColumnElement[bool]]:
    return [] if scope.users is None else [rows.among(conn, user, scope.users)]


def _inside(scope: Scope, pipeline: Column[int]) -> list[ColumnElement[bool]]:
    return [] if scope.pipeline_id is None else [pipeline == scope.pipeline_id]
