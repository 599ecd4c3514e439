"""Counts a chunk of entities anew from their rows and events: what audits compare with and generations are built of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from integration.store import events
from integration.store.generations import EVERYTHING
from integration.sync.changes import LEADS, TASKS, singular

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integration.kpi.model import Contribution, Rules
    from integration.store.database import Connection
    from integration.sync.changes import Kind

KINDS: tuple[Kind[Any, Any], ...] = (LEADS, TASKS)
"""Everything that contributes to counters, in the order in which it is counted."""
CHUNK = 500
"""Entities that are in memory at a time, and that an account's live batches wait for."""


class Chunk(NamedTuple):
    """Some entities: what they add, and how far the whole is counted with them."""

    added: Contribution
    built: dict[str, int]


def chunk(conn: Connection, account_id: int, rules: Rules, built: Mapping[str, int]) -> Chunk | None:
    """Count the entities that come next in the order of kinds and ids. None: there are no more."""
    kind = next((kind for kind in KINDS if built.get(kind.name) != EVERYTHING), None)
    if kind is None:
        return None
    found = kind.walk(conn, account_id, built.get(kind.name, 0), CHUNK)
    lines = events.of(conn, account_id, singular(kind.name), [entity.id for entity in found])
    total: Contribution = defaultdict(int)
    for entity in found:
        for cell, value in kind.count(entity, lines.get(entity.id, ()), rules)[1].items():
            total[cell] += value
    last = found[-1].id if len(found) == CHUNK else EVERYTHING
    return Chunk(total, {**built, kind.name: last})


def whole(conn: Connection, account_id: int, rules: Rules) -> Contribution:
    """Add up the contributions of all stored entities."""
    total: Contribution = defaultdict(int)
    built: dict[str, int] = {}
    while counted := chunk(conn, account_id, rules, built):
        built = counted.built
        for cell, value in counted.added.items():
            total[cell] += value
    return {cell: value for cell, value in total.items() if value}
