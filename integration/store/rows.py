"""Many rows in one statement: they travel as one JSON parameter, so a batch of any size costs the same statements.

Both databases unpack JSON themselves (`json_each`, `json_to_recordset`), which spares the limit on parameters and
the compilation of a statement for every size.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Table, TextClause
    from sqlalchemy.engine import Dialect

Names = tuple[str, ...]


def upsert(
    conn: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    update: Mapping[str, str] | None = None,
    returning: Names = (),
) -> Sequence[Row[Any]]:
    """Insert the rows, which all name the same columns; where the key exists, set what `update` says.

    `update` maps columns to SQL in which the table's name stands for the old row and `excluded` for the new one;
    None replaces every column, and an empty one keeps the old row. Returns the rows written, as `returning` names.
    """
    if not rows:
        return ()
    names = tuple(rows[0])
    key = {column.name for column in table.primary_key}
    changes = {name: f"excluded.{name}" for name in names if name not in key} if update is None else update
    statement = _upsert(table, conn.dialect, names, tuple(changes.items()), returning)
    written = conn.execute(statement, {"rows": as_json(rows)})
    return written.all() if returning else ()


def unpacked(conn: Connection, table: Table, names: Names) -> str:
    """SQL that selects the columns `names` of `table` out of the parameter `:rows`, see `as_json`."""
    return _unpacked(table, conn.dialect, names)


def among(conn: Connection, column: ColumnElement[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Compare: the column is one of the ids. One parameter for any number of them."""
    if conn.dialect.name == "postgresql":
        return column == any_(bindparam(None, sorted(ids), type_=ARRAY(BigInteger)))
    listed = func.json_each(as_json(sorted(ids))).table_valued("value")
    return column.in_(select(listed.c.value))


def as_json(value: Iterable[Any]) -> str:
    """Write the parameter that the statements of this module unpack."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=128)
def _upsert(
    table: Table, dialect: Dialect, names: Names, changes: tuple[tuple[str, str], ...], returning: Names
) -> TextClause:
    key = ", ".join(column.name for column in table.primary_key)
    sets = ", ".join(f"{_quoted(name)} = {sql}" for name, sql in changes)
    action = f"DO UPDATE SET {sets}" if sets else "DO NOTHING"
    answer = f" RETURNING {', '.join(returning)}" if returning else ""
    listed = ", ".join(_quoted(name) for name in names)
    # `WHERE true` keeps SQLite from reading ON CONFLICT as the condition of a join.
    source = f"{_unpacked(table, dialect, names)} WHERE true"
    return text(f"INSERT INTO {table.name} ({listed}) {source} ON CONFLICT ({key}) {action}{answer}")


@lru_cache(maxsize=128)
def _unpacked(table: Table, dialect: Dialect, names: Names) -> str:
    columns = [table.c[name] for name in names]
    if dialect.name == "postgresql":
        typed = ", ".join(f"{_quoted(column.name)} {column.type.compile(dialect)}" for column in columns)
        listed = ", ".join(f"r.{_quoted(name)}" for name in names)
        return f"SELECT {listed} FROM json_to_recordset(CAST(:rows AS json)) AS r({typed})"  # noqa: S608 - our own names
    listed = ", ".join(f"json_extract(value, '$.{name}')" for name in names)
    return f"SELECT {listed} FROM json_each(:rows)"  # noqa: S608 - as above


def _quoted(name: str) -> str:
    return f'"{name}"'
