"""What a webhook's body hints at: ids of what may have changed. Nothing else of it is believed.

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

from integration.amo.activity import CATEGORIES, is_uid
from integration.kpi.activity import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAIRS = 5_000
DEEPEST = 8

_KEY = re.compile(r"([a-z_]+)((?:\[[^\[\]]*\])*)")
_ID = re.compile(r"[0-9]{1,18}")
_INDEX = re.compile(r"[0-9]*")
_ENTITIES = {"leads": "leads", "task": "tasks", "tasks": "tasks", "contacts": "contacts", "companies": "companies"}
_TYPES = {"contact": ("contacts",), "company": ("companies",)}
_OF_NO_INTEREST = frozenset(
    # `add` has no entity above it: a WhatsApp template, or a chat message of Kommo.
    ("account", "customers", "catalogs", "talk", "message", "outgoing_message", "add")
)
_NOTED_ON = {"1": "contacts", "2": "leads", "3": "companies", "12": "customers"}
_OTHER_NOTES = frozenset({"4", "5", "25"})
"""Texts, files, messages of services. The numbers of calls are known as well, those of letters are not."""
UNSORTED = ("unsorted", 0)
"""Stands for the list of what waits to be sorted: it is read as a whole, its rows have no numbers."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What to look at. Ids are (type, id), the type as the API's path has it; `deleted` is a part of `ids`.

    `unread` counts the parts that could not be understood: when it is not 0, only a sweep tells what changed.
    `requests` are incoming ones: amoCRM forgets them as soon as they are sorted out, so then only hooks name them.
    """

    ids: frozenset[tuple[str, int]]
    deleted: frozenset[tuple[str, int]]
    account_id: int | None
    unread: int
    requests: frozenset[Request] = frozenset()


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
    items: dict[tuple[str, ...], list[str]] = field(default_factory=dict)  # the item's path: the ids under it
    types: dict[tuple[str, ...], str] = field(default_factory=dict)  # contact or company
    notes: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    sorted_out: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def take(self, path: list[str], value: str) -> None:
        match path:
            case ["account", "id"]:
                self.account_id = _whole(value)
            case [_, "note", *_, ("id" | "element_id" | "element_type" | "note_type") as name]:
                self.notes.setdefault(tuple(path[:-1]), {})[name] = value
            case [_, "note", *_]:
                pass
            case ["unsorted", action, *rest]:
                self.ids.add(UNSORTED)
                self._take_unsorted(action, rest, value)
            case [root, action, *rest] if root in _ENTITIES:
                self._take_field(root, action, rest, value)
            case [root, *_] if root in _OF_NO_INTEREST:
                pass
            case _:
                self.unread += 1

    def hints(self) -> Hints:
        for note in self.notes.values():
            self._hint_note(note)
        for item, values in self.items.items():
            for value in values or [""]:
                self._hint_item(item, value)
        requests = frozenset(filter(None, map(_request, self.sorted_out.values())))
        return Hints(frozenset(self.ids), frozenset(self.deleted), self.account_id, self.unread, requests)

    def _take_field(self, root: str, action: str, rest: list[str], value: str) -> None:
        indices = list(takewhile(_INDEX.fullmatch, rest))
        item = (root, action, *indices)
        ids = self.items.setdefault(item, [])
        match rest[len(indices) :]:
            case [] | ["id"]:
                ids.append(value)
            case ["type"]:
                self.types[item] = value

    def _take_unsorted(self, action: str, rest: list[str], value: str) -> None:
        item = self.sorted_out.setdefault((action, *takewhile(_INDEX.fullmatch, rest)), {})
        # The lead of an accepted or declined request is named only here.
        match [part for part in rest if not _INDEX.fullmatch(part)]:
            case [("uid" | "category" | "pipeline_id") as name]:
                item[name] = value
            case ["accept_result", "leads"] | ["accept_result" | "data", "leads", "id"]:
                item["lead"] = value
                self._hint("leads", value, is_deleted=False)
            case ["decline_result", "leads"] | ["decline_result", "leads", "id"]:
                item["lead"] = value
                self._hint("leads", value, is_deleted=True)

    def _hint_item(self, item: tuple[str, ...], value: str) -> None:
        root, action, *_ = item
        first, *others = _types(root, self.types.get(item))
        if self._hint(first, value, is_deleted=action == "delete"):
            for other in others:
                self._hint(other, value, is_deleted=action == "delete")

    def _hint_note(self, note: dict[str, str]) -> None:
        entity_type = _NOTED_ON.get(note.get("element_type", ""))
        if entity_type == "leads":
            self._hint("leads", note.get("element_id", ""), is_deleted=False)
        if entity_type and "id" in note and note.get("note_type") not in _OTHER_NOTES:
            self._hint(f"{entity_type}/notes", note["id"], is_deleted=False)

    def _hint(self, entity_type: str, value: str, *, is_deleted: bool) -> bool:
        """Tell whether the value is an id at all."""
        entity_id = _whole(value)
        if entity_id is None:
            self.unread += 1
            return False
        self.ids.add((entity_type, entity_id))
        if is_deleted:
            self.deleted.add((entity_type, entity_id))
        return True


def _types(root: str, type_: str | None) -> tuple[str, ...]:
    """Companies stand among contacts and are told apart by their type; one that has none may be either."""
    if root != "contacts":
        return (_ENTITIES[root],)
    return _TYPES.get(type_ or "", ("contacts", "companies"))


def _request(item: dict[str, str]) -> Request | None:
    uid, category, lead_id = item.get("uid", ""), item.get("category", ""), _whole(item.get("lead", ""))
    if not is_uid(uid) or category not in CATEGORIES:
        return None
    return Request(uid, category, pipeline_id=_whole(item.get("pipeline_id", "")) or 0, lead_id=lead_id)


def _whole(value: str) -> int | None:
    # int() alone would take "١٢٣", "1_000" and " 42 ", and the database would refuse twenty digits.
    return (int(value) or None) if _ID.fullmatch(value) else None
