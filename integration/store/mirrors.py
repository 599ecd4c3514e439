"""Mirrors of what amoCRM's ids mean: users, pipelines, statuses, groups, reasons, task types.

What the account no longer lists stays as a tombstone (`is_removed`), so that old events keep their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, select, update

from integration.store import rows
from integration.store.tables import names, pipelines, statuses, users

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

UNSORTED = 1
"""The type of a status that is «Неразобранное». https://www.amocrm.ru/developers/content/crm_platform/leads_pipelines"""


class UserRow(NamedTuple):
    """A user. `leads_view`: A all, G own group, M own, D denied."""

    id: int
    name: str
    group_id: int
    is_admin: bool
    is_active: bool
    is_free: bool
    leads_view: str
    is_removed: bool = False


class PipelineRow(NamedTuple):
    """A pipeline; `sort` is its place in the lists."""

    id: int
    name: str
    sort: int
    is_main: bool
    is_archive: bool
    is_removed: bool = False


class StatusRow(NamedTuple):
    """A status of a pipeline. Only the pair of ids names it: 142 and 143 are in every pipeline."""

    pipeline_id: int
    id: int
    name: str
    sort: int
    color: str
    type: int
    is_removed: bool = False


class NameRow(NamedTuple):
    """The name of a `group`, `loss_reason` or `task_type`."""

    kind: str
    id: int
    name: str
    is_removed: bool = False


Mirror = UserRow | PipelineRow | StatusRow | NameRow

_TABLES: Mapping[type[Mirror], Table] = {
    UserRow: users,
    PipelineRow: pipelines,
    StatusRow: statuses,
    NameRow: names,
}


def users_of(conn: Connection, account_id: int) -> list[UserRow]:
    """Return all users, tombstones included, in the order of their names."""
    return sorted((UserRow(*row) for row in _all(conn, account_id, UserRow)), key=lambda user: (user.name, user.id))


def pipelines_of(conn: Connection, account_id: int) -> list[PipelineRow]:
    """Return all pipelines, tombstones included, in the account's order."""
    found = (PipelineRow(*row) for row in _all(conn, account_id, PipelineRow))
    return sorted(found, key=lambda pipeline: (pipeline.sort, pipeline.id))


def pipeline_ids(conn: Connection, account_id: int) -> set[int]:
    """Return the ids of all pipelines that were ever heard of."""
    return set(conn.scalars(select(pipelines.c.id).where(pipelines.c.account_id == account_id)))


def has_all_users(conn: Connection, account_id: int, ids: Collection[int]) -> bool:
    """Tell whether all of these users were ever listed."""
    known = select(func.count()).where(users.c.account_id == account_id, rows.among(conn, users.c.id, ids))
    return conn.scalar(known) == len(set(ids))


def has_all_statuses(conn: Connection, account_id: int, pairs: Collection[tuple[int, int]]) -> bool:
    """Tell whether all of these statuses, (pipeline, status), were ever listed."""
    query = select(statuses.c.pipeline_id, statuses.c.id).where(statuses.c.account_id == account_id)
    return set(pairs) <= {(pipeline_id, status_id) for pipeline_id, status_id in conn.execute(query)}


def bury_pipelines(conn: Connection, account_id: int, ids: Iterable[int]) -> None:
    """Add tombstones for pipelines of which only old events tell."""
    gone = [PipelineRow(key, f"№ {key}", 0, is_main=False, is_archive=True, is_removed=True) for key in sorted(ids)]
    rows.upsert(conn, pipelines, [{"account_id": account_id, **row._asdict()} for row in gone])


def statuses_of(conn: Connection, account_id: int) -> list[StatusRow]:
    """Return all statuses, tombstones included, pipeline by pipeline in the account's order."""
    found = (StatusRow(*row) for row in _all(conn, account_id, StatusRow))
    return sorted(found, key=lambda status: (status.pipeline_id, status.sort, status.id))


def names_of(conn: Connection, account_id: int, kind: str) -> dict[int, str]:
    """Return id → name of one kind, tombstones included."""
    return {row.id: row.name for row in _all(conn, account_id, NameRow) if row.kind == kind}


def replace(conn: Connection, account_id: int, kind: type[Mirror], listed: Sequence[Mirror]) -> bool:
    """Make the mirror what is listed now, all of its kind; the others get a tombstone. True: something changed."""
    table = _TABLES[kind]
    key = _key(table)
    before = {_of(row, key): tuple(row) for row in _all(conn, account_id, kind)}
    after = {_of(row, key): tuple(row) for row in listed}
    changed = [row._asdict() for row in listed if before.get(_of(row, key)) != tuple(row)]
    gone = [row for name, row in before.items() if name not in after and not row[-1]]
    rows.upsert(conn, table, [{"account_id": account_id, **row} for row in changed])
    for row in gone:
        _bury(conn, account_id, table, dict(zip(kind._fields, row, strict=True)))
    return bool(changed or gone)


def unsorted_statuses(conn: Connection, account_id: int) -> frozenset[tuple[int, int]]:
    """Return (pipeline_id, status_id) of all that are «Неразобранное», tombstones included."""
    query = select(statuses.c.pipeline_id, statuses.c.id)
    found = conn.execute(query.where(statuses.c.account_id == account_id, statuses.c.type == UNSORTED))
    return frozenset((pipeline_id, status_id) for pipeline_id, status_id in found)


def _all(conn: Connection, account_id: int, kind: type[Mirror]) -> Sequence[Any]:
    table = _TABLES[kind]
    query = select(*(table.c[name] for name in kind._fields)).where(table.c.account_id == account_id)
    return conn.execute(query).all()


def _bury(conn: Connection, account_id: int, table: Table, row: Mapping[str, Any]) -> None:
    same: Iterable[ColumnElement[bool]] = (table.c[name] == row[name] for name in _key(table))
    conn.execute(update(table).where(and_(table.c.account_id == account_id, *same)).values(is_removed=True))


def _key(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key if column.name != "account_id")


def _of(row: Any, key: tuple[str, ...]) -> tuple[Any, ...]:  # noqa: ANN401 - a row of any mirror
    return tuple(getattr(row, name) for name in key)
