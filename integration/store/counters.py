"""The counters: every number that is a sum lives here, and only here."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import BigInteger, case, cast, delete, func, or_, select, tuple_

from integration.kpi.model import Cell
from integration.store import rows
from integration.store.tables import counters

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection

    from integration.kpi.model import Contribution

MOST_DIFFERENCES = 1_000
"""More wrong cells than that are counted, but not named."""


class Difference(NamedTuple):
    """A counter that is not what the recount says."""

    cell: Cell
    counted: int
    recounted: int


class Comparison(NamedTuple):
    """How many cells two generations have together, in how many they differ, and the first of those."""

    cells: int
    differed: int
    differences: list[Difference]


Sums = dict[tuple[int, int], int]
"""(measure, item) → sum."""

_KEY = "account_id, generation, user_id, day, measure, pipeline_id, item"
_ON_CONFLICT = f"ON CONFLICT ({_KEY}) DO UPDATE SET value = counters.value + excluded.value"
_ADD_ROW = f"INSERT INTO counters ({_KEY}, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?) {_ON_CONFLICT}"  # noqa: S608 - our own names
_ADD_COLUMNS = (
    f"INSERT INTO counters ({_KEY}, value) SELECT %s, %s, * FROM unnest(%s::bigint[], %s::integer[], "  # noqa: S608
    f"%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[]) {_ON_CONFLICT}"
)

_row = counters.c
_TOTAL = cast(func.sum(_row.value), BigInteger)


def add(conn: Connection, account_id: int, generation: int, delta: Contribution) -> None:
    """Add the delta to the counters, in the order of their keys."""
    cells = sorted((cell.user_id, cell.day, cell.measure, cell.pipeline_id, cell.item, delta[cell]) for cell in delta)
    if not cells:
        return
    # A rebuild adds millions of cells: each database gets them in the form it takes in fastest.
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_ADD_COLUMNS, (account_id, generation, *map(list, zip(*cells, strict=True))))
    else:
        conn.exec_driver_sql(_ADD_ROW, [(account_id, generation, *cell) for cell in cells])


def sums(
    conn: Connection,
    account_id: int,
    generation: int,
    *,
    first_day: int,
    last_day: int,
    user_ids: Collection[int] | None = None,
    pipeline_id: int | None = None,
) -> Sums:
    """Return the sums over the days from first to last and over the levels (day 0), for the users and the pipeline.

    None stands for all. A pipeline leaves out what belongs to no pipeline (tasks).
    """
    chosen = _chosen(conn, account_id, generation, user_ids, pipeline_id)
    days = or_(_row.day == 0, _row.day.between(first_day, last_day))
    query = select(_row.measure, _row.item, _TOTAL).where(*chosen, days).group_by(_row.measure, _row.item)
    return {(measure, item): value for measure, item, value in conn.execute(query) if value}


def sums_by_user(
    conn: Connection,
    account_id: int,
    generation: int,
    *,
    first_day: int,
    last_day: int,
    user_ids: Collection[int] | None = None,
    pipeline_id: int | None = None,
) -> dict[int, Sums]:
    """Return the sums of every user who has any, see `sums`."""
    chosen = _chosen(conn, account_id, generation, user_ids, pipeline_id)
    days = or_(_row.day == 0, _row.day.between(first_day, last_day))
    key = (_row.user_id, _row.measure, _row.item)
    by_user: defaultdict[int, Sums] = defaultdict(dict)
    for user_id, measure, item, value in conn.execute(select(*key, _TOTAL).where(*chosen, days).group_by(*key)):
        if value:
            by_user[user_id][measure, item] = value
    return dict(by_user)


def series(
    conn: Connection,
    account_id: int,
    generation: int,
    *,
    measures: Collection[int],
    first_day: int,
    last_day: int,
    user_ids: Collection[int] | None = None,
    pipeline_id: int | None = None,
) -> dict[int, dict[int, int]]:
    """Return measure → day → sum over all items; days without a value are absent."""
    chosen = _chosen(conn, account_id, generation, user_ids, pipeline_id)
    wanted = (_row.measure.in_(sorted(measures)), _row.day.between(first_day, last_day))
    query = select(_row.measure, _row.day, _TOTAL).where(*chosen, *wanted).group_by(_row.measure, _row.day)
    days: dict[int, dict[int, int]] = {measure: {} for measure in measures}
    for measure, day, value in conn.execute(query):
        days[measure][day] = value
    return days


def all_cells(conn: Connection, account_id: int, generation: int) -> Contribution:
    """Return every counter that is not zero: what an audit compares."""
    own = (_row.account_id == account_id, _row.generation == generation, _row.value != 0)
    key = (_row.measure, _row.user_id, _row.pipeline_id, _row.item, _row.day)
    return {Cell(*cell): value for *cell, value in conn.execute(select(*key, _row.value).where(*own))}


def compare(conn: Connection, account_id: int, counted: int, recounted: int) -> Comparison:
    """Compare two generations cell by cell, as they are at one moment of the database."""
    values = [
        func.sum(case((_row.generation == generation, _row.value), else_=0)).label(name)
        for generation, name in ((counted, "counted"), (recounted, "recounted"))
    ]
    key = (_row.measure, _row.user_id, _row.pipeline_id, _row.item, _row.day)
    both = (_row.account_id == account_id, _row.generation.in_([counted, recounted]))
    cells = select(*key, *values).where(*both).group_by(*key).subquery()
    differs = cells.c.counted != cells.c.recounted
    total, differed = conn.execute(
        select(func.count(), func.coalesce(func.sum(case((differs, 1), else_=0)), 0)).select_from(cells)
    ).one()
    shown = conn.execute(select(cells).where(differs).limit(MOST_DIFFERENCES)) if differed else ()
    return Comparison(total, differed, [Difference(Cell(*cell), int(was), int(is_now)) for *cell, was, is_now in shown])


def drop_some(conn: Connection, account_id: int, generation: int, limit: int) -> bool:
    """Remove about so many cells of a generation that nobody reads any more. False: none is left."""
    own = (_row.account_id == account_id, _row.generation == generation)
    key = (_row.user_id, _row.day, _row.measure, _row.pipeline_id, _row.item)
    last = conn.execute(select(*key).where(*own).order_by(*key).offset(limit).limit(1)).one_or_none()
    until = () if last is None else (tuple_(*key) <= tuple_(*last),)
    conn.execute(delete(counters).where(*own, *until))
    return last is not None


def _chosen(
    conn: Connection, account_id: int, generation: int, user_ids: Collection[int] | None, pipeline_id: int | None
) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [_row.account_id == account_id, _row.generation == generation]
    if user_ids is not None:
        chosen.append(rows.among(conn, _row.user_id, user_ids))
    if pipeline_id is not None:
        chosen.append(_row.pipeline_id == pipeline_id)
    return chosen
