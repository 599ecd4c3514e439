"""An account full of leads with their events, written into the store by a few statements of the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVENTS_PER_LEAD = 6
BORN = 1_700_000_000
SPREAD = 63_072_000
"""The leads were created within two years."""
USERS = 40
PIPELINES = 3

_EVENTS = {
    # what happened: type, seconds after the creation, before, after
    1: ("lead_added", "0", "'[]'", "'[]'"),
    2: ("sale_field_changed", "60 + h % 3000", "'[0]'", "'[' || (100000 + h % 9000000) || ']'"),
    3: ("lead_status_changed", "3600 + h % 90000", "'[' || p || ',101]'", "'[' || p || ',102]'"),
    4: ("entity_responsible_changed", "100000 + h % 90000", "'[' || u || ']'", "'[' || v || ']'"),
    5: ("lead_status_changed", "200000 + h % 400000", "'[' || p || ',102]'", "'[' || p || ',103]'"),
    6: ("lead_status_changed", "700000 + h % 900000", "'[' || p || ',103]'", "'[' || p || ',' || s || ']'"),
}


def fill(conn: Connection, account_id: int, leads: int) -> None:
    """Write the leads 1 … `leads` of the account, each with six events: won, lost or still open, of forty managers."""
    numbers = _numbers(conn.dialect.name, leads)
    shared = {"account_id": account_id}
    conn.execute(
        text(
            f"INSERT INTO leads (account_id, id, pipeline_id, status_id, responsible_user_id, price, created_by, "  # noqa: S608 - our own text
            f"created_at, updated_at, closed_at, is_deleted, is_open, entered_at) "
            f"SELECT :account_id, n, p, s, v, 100000 + h % 9000000, u, c, {_at(6)}, "
            f"CASE WHEN s IN (142, 143) THEN {_at(6)} END, false, s NOT IN (142, 143), {_at(6)} FROM ({numbers}) AS x"
        ),
        shared,
    )
    for number, (kind, _, before, after) in _EVENTS.items():
        conn.execute(
            text(
                f"INSERT INTO events (account_id, id, type, entity_type, entity_id, created_by, created_at, before, "  # noqa: S608 - as above
                f"after, received_at) SELECT :account_id, n || '-{number}', '{kind}', 'lead', n, u, {_at(number)}, "
                f"{before}, {after}, {_at(number)} FROM ({numbers}) AS x"
            ),
            shared,
        )


def _at(number: int) -> str:
    return f"c + {_EVENTS[number][1]}"


def _numbers(dialect: str, count: int) -> str:
    """SQL of the rows n, h (a scattered number), p (pipeline), s (status), u and v (owners), c (created at)."""
    if dialect == "postgresql":
        series = f"SELECT n::bigint AS n FROM generate_series(1, {count}) AS n"  # noqa: S608 - as above
    else:
        series = f"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {count}) SELECT n FROM r"  # noqa: S608
    scattered = f"SELECT n, (n * 2654435761) % 1000000007 AS h FROM ({series}) AS a"  # noqa: S608
    return (
        f"SELECT n, h, 1 + h % {PIPELINES} AS p, CASE h % 5 WHEN 0 THEN 142 WHEN 1 THEN 143 WHEN 2 THEN 143 "  # noqa: S608
        f"ELSE 104 END AS s, 11 + h % {USERS} AS u, 11 + (h / 7) % {USERS} AS v, {BORN} + h % {SPREAD} AS c "
        f"FROM ({scattered}) AS b"
    )
