"""What a webhook's body hints at: ids of leads and tasks that may have changed. Nothing else of it is believed.

A body is PHP's bracket form, such as `leads[update][0][id]=5`. It is unsigned and comes in many shapes (lists, maps
with numeric keys, a map inside a list, bare ids, notes one level deeper), so it is read pair by pair, straight from
the bytes: whatever is understood becomes a hint, whatever is not is counted, and nothing raises.
https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAIRS = 5_000
DEEPEST = 8

_KEY = re.compile(r"([a-z_]+)((?:\[[^\[\]]*\])*)")
_ID = re.compile(r"[0-9]{1,18}")
_INDEX = re.compile(r"[0-9]*")
_ENTITIES = {"leads": "leads", "task": "tasks", "tasks": "tasks"}
_OF_NO_INTEREST = frozenset(
    # `add` has no entity above it: a WhatsApp template, or a chat message of Kommo.
    ("account", "contacts", "companies", "customers", "catalogs", "talk", "message", "outgoing_message", "add")
)
_NOTE_OF_LEAD = "2"


@dataclass(frozen=True, slots=True)
class Hints:
    """What to look at. Ids are (entity type, id) with the type "leads" or "tasks"; `deleted` is a part of `ids`.

    `unread` counts the parts that could not be understood: when it is not 0, only a sweep tells what changed.
    """

    ids: frozenset[tuple[str, int]]
    deleted: frozenset[tuple[str, int]]
    account_id: int | None
    unread: int


def parse(body: bytes) -> Hints:
    """Read a hook's body of any size in linear time, whatever its bytes and its content type. Never raises."""
    chunks = body.split(b"&", MOST_PAIRS)
    reading = _Reading()
    if len(chunks) > MOST_PAIRS:
        reading.unread += chunks.pop().count(b"&") + 1
    for path, value in _pairs(chunks):
        reading.take(path, value)
    return reading.hints()


def _pairs(chunks: list[bytes]) -> Iterator[tuple[list[str], str]]:
    for chunk in filter(None, chunks):
        key, _, value = chunk.partition(b"=")
        yield _path(_unquoted(key)), _unquoted(value)


def _unquoted(raw: bytes) -> str:
    # Some bodies are in windows-1251. What matters here is ASCII, so other bytes may turn into anything.
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", errors="replace")


def _path(key: str) -> list[str]:
    """Split `a[b][][0]` into ["a", "b", "", "0"]; empty when the key is malformed or too deep."""
    match = _KEY.fullmatch(key)
    if match is None or key.count("[") > DEEPEST:
        return []
    root, brackets = match.groups()
    return [root, *brackets[1:-1].split("][")] if brackets else [root]


@dataclass(slots=True)
class _Reading:
    """The hints gathered so far."""

    ids: set[tuple[str, int]] = field(default_factory=set)
    deleted: set[tuple[str, int]] = field(default_factory=set)
    account_id: int | None = None
    unread: int = 0
    items: dict[tuple[str, ...], bool] = field(default_factory=dict)  # the item's path: is its id known?
    notes: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def take(self, path: list[str], value: str) -> None:
        match path:
            case ["account", "id"]:
                self.account_id = _whole(value)
            case [_, "note", *_, ("element_id" | "element_type") as name]:
                self.notes.setdefault(tuple(path[:-1]), {})[name] = value
            case [_, "note", *_]:
                pass
            case ["unsorted", _, *rest]:
                self._take_unsorted(rest, value)
            case [root, action, *rest] if root in _ENTITIES:
                self._take_field(root, action, rest, value)
            case [root, *_] if root in _OF_NO_INTEREST:
                pass
            case _:
                self.unread += 1

    def hints(self) -> Hints:
        for note in self.notes.values():
            if note.get("element_type") == _NOTE_OF_LEAD:
                self._hint("leads", note.get("element_id", ""), is_deleted=False)
        self.unread += sum(not is_known for is_known in self.items.values())
        return Hints(frozenset(self.ids), frozenset(self.deleted), self.account_id, self.unread)

    def _take_field(self, root: str, action: str, rest: list[str], value: str) -> None:
        indices = list(takewhile(_INDEX.fullmatch, rest))
        item = (root, action, *indices)
        if rest[len(indices) :] in ([], ["id"]):
            self.items[item] = True
            self._hint(_ENTITIES[root], value, is_deleted=action == "delete")
        else:
            self.items.setdefault(item, False)

    def _take_unsorted(self, rest: list[str], value: str) -> None:
        # The lead of an accepted or declined request is named only here.
        match [part for part in rest if not _INDEX.fullmatch(part)]:
            case ["accept_result", "leads"] | ["accept_result" | "data", "leads", "id"]:
                self._hint("leads", value, is_deleted=False)
            case ["decline_result", "leads"] | ["decline_result", "leads", "id"]:
                self._hint("leads", value, is_deleted=True)

    def _hint(self, entity_type: str, value: str, *, is_deleted: bool) -> None:
        entity_id = _whole(value)
        if entity_id is None:
            self.unread += 1
            return
        self.ids.add((entity_type, entity_id))
        if is_deleted:
            self.deleted.add((entity_type, entity_id))


def _whole(value: str) -> int | None:
    # int() alone would take "١٢٣", "1_000" and " 42 ", and the database would refuse twenty digits.
    return (int(value) or None) if _ID.fullmatch(value) else None
