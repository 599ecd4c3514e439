"""Generations: sets of counters side by side, each counted by rules of its own.

Readers see the one that the account's row points to. Every batch adds its deltas to all the live ones, so that the
pointer may move from one to another at any time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from integration.errors import NotFound
from integration.kpi.model import Rules
from integration.store import rows
from integration.store.tables import accounts, generations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

EVERYTHING = 2**62
"""No entity has a greater id."""

_row = generations.c


class Stage(StrEnum):
    """The life of a generation."""

    BUILDING = "building"
    """Counted chunk by chunk; whatever is counted already is kept up with."""
    READY = "ready"
    """Counted to the end, and nobody reads it yet."""
    ACTIVE = "active"
    """What readers see."""
    RETIRED = "retired"
    """What readers saw before; kept up for some time, so that the pointer can move back."""
    DROPPED = "dropped"
    """Nobody wants it any more; its cells are removed in pieces."""


UNDER_WAY = frozenset({Stage.BUILDING, Stage.READY})


@dataclass(frozen=True, slots=True)
class Generation:
    """One set of counters. `built` says for every kind of entity up to which id it is counted."""

    account_id: int
    number: int
    stage: Stage
    since: int
    reason: str
    rules: Rules
    built: Mapping[str, int]

    def holds(self, kind: str, entity_id: int) -> bool:
        """Tell whether this entity is in the counters: if so, its changes have to be, too."""
        return self.stage != Stage.BUILDING or entity_id <= self.built.get(kind, 0)


def first(conn: Connection, account_id: int, rules: Rules, now: int) -> None:
    """Begin an account's counters: nothing is counted, so nothing is missing."""
    _insert(conn, Generation(account_id, 1, Stage.ACTIVE, now, "first", rules, {}))


def add(conn: Connection, account_id: int, rules: Rules, reason: str, now: int) -> Generation:
    """Begin to build a generation beside the others. The account must be locked."""
    last = conn.scalar(select(func.max(_row.generation)).where(_row.account_id == account_id)) or 0
    begun = Generation(account_id, last + 1, Stage.BUILDING, now, reason, rules, {})
    _insert(conn, begun)
    return begun


def every(conn: Connection, account_id: int) -> list[Generation]:
    """Return all generations of the account, the oldest first."""
    query = select(generations).where(_row.account_id == account_id).order_by(_row.generation)
    return [_generation(row) for row in conn.execute(query)]


def live(conn: Connection, account_id: int) -> list[Generation]:
    """Return those that are kept up with every change, the active one first."""
    kept = [one for one in every(conn, account_id) if one.stage != Stage.DROPPED]
    return sorted(kept, key=lambda one: one.stage != Stage.ACTIVE)


def active(conn: Connection, account_id: int) -> Generation:
    """Return the one that readers see. Raises NotFound for an account that is not connected."""
    query = select(generations).join(
        accounts, (accounts.c.account_id == _row.account_id) & (accounts.c.generation == _row.generation)
    )
    row = conn.execute(query.where(_row.account_id == account_id)).one_or_none()
    if row is None:
        raise NotFound(f"Account {account_id} is not connected")
    return _generation(row)


def outdated(conn: Connection, formula: int, limit: int, *, except_for: str) -> list[int]:
    """Return some accounts whose numbers are of another version of the formulas, and that build none of this one.

    Those stay as they are whose active generation has the reason `except_for`.
    """
    newer = generations.alias()
    is_building = (
        select(newer.c.generation)
        .where(newer.c.account_id == _row.account_id, newer.c.state.in_(UNDER_WAY), newer.c.formula == formula)
        .exists()
    )
    query = select(_row.account_id).where(
        _row.state == Stage.ACTIVE, _row.formula != formula, _row.reason != except_for, ~is_building
    )
    return list(conn.scalars(query.order_by(_row.account_id).limit(limit)))


def count_building(conn: Connection) -> int:
    """Count the generations under construction, of all accounts."""
    return conn.scalar(select(func.count()).where(_row.state == Stage.BUILDING)) or 0


def enter(conn: Connection, generation: Generation, stage: Stage, now: int) -> Generation:
    """Put the generation into another stage of its life."""
    _set(conn, generation, state=stage, state_since=now, reason=generation.reason)
    return replace(generation, stage=stage, since=now)


def save_built(conn: Connection, generation: Generation, built: Mapping[str, int]) -> Generation:
    """Remember how far the generation is counted."""
    _set(conn, generation, built=dict(built))
    return replace(generation, built=built)


def change_rules(conn: Connection, generation: Generation, rules: Rules) -> None:
    """Write other rules over the old ones: only right if no counted entity counts differently by them."""
    _set(conn, generation, rules=_packed(rules), formula=rules.formula)


def remove(conn: Connection, generation: Generation) -> None:
    """Forget a generation that has no cells any more."""
    conn.execute(generations.delete().where(_row.account_id == generation.account_id, _is(generation)))


def _insert(conn: Connection, one: Generation) -> None:
    values = {
        "account_id": one.account_id,
        "generation": one.number,
        "state": one.stage,
        "state_since": one.since,
        "reason": one.reason,
        "rules": _packed(one.rules),
        "formula": one.rules.formula,
        "built": dict(one.built),
    }
    rows.upsert(conn, generations, [values])


def _set(conn: Connection, one: Generation, **values: Any) -> None:  # noqa: ANN401 - columns of the table
    conn.execute(update(generations).where(_row.account_id == one.account_id, _is(one)).values(**values))


def _is(one: Generation) -> Any:  # noqa: ANN401 - a comparison of SQLAlchemy
    return _row.generation == one.number


def _packed(rules: Rules) -> dict[str, Any]:
    return {
        "timezone": rules.timezone,
        "unsorted": sorted(rules.unsorted_statuses),
        "after_sale": sorted(rules.after_sale_pipelines),
        "router_grace": rules.router_grace,
    }


def _generation(row: Any) -> Generation:  # noqa: ANN401 - a row of the table
    rules = Rules(
        timezone=row.rules["timezone"],
        unsorted_statuses=frozenset((pipeline_id, status_id) for pipeline_id, status_id in row.rules["unsorted"]),
        after_sale_pipelines=frozenset(row.rules["after_sale"]),
        router_grace=row.rules["router_grace"],
        formula=row.formula,
    )
    return Generation(
        row.account_id, row.generation, Stage(row.state), row.state_since, row.reason, rules, built=row.built
    )
