"""The API's contacts, companies, notes and unsorted as the nouns of the core. Pure.

Names and texts are not read at all. A telephone number, the key of a call and the name of a source are read to be
hashed with a key: no personal data goes further than this file. A row outside the contract raises UnexpectedAnswer.
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING

from integration.amo.fields import embedded, is_true, moment, optional, row, text, whole
from integration.errors import UnexpectedAnswer
from integration.kpi.activity import Contact, Note, Request, credited

if TYPE_CHECKING:
    from integration.amo.fields import Row

LETTER = "amomail_message"
CALLS = ("call_in", "call_out")
NOTE_TYPES = (*CALLS, "sms_in", "sms_out", LETTER)
CATEGORIES = frozenset({"sip", "mail", "forms", "chats"})
LONGEST_CALL = 86_400
"""Seconds. Telephony writes what it likes; a longer call would spoil every mean."""

_UID = re.compile(r"[0-9A-Za-z-]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,9}")
_SIGNIFICANT_DIGITS = 10
_CALL_STATUSES = range(1, 9)


def contact(kind: str, source: Row) -> Contact:
    """Read a contact or a company (`kind` is contacts or companies).

    https://www.amocrm.ru/developers/content/crm_platform/contacts-api
    """
    return Contact(
        kind=kind,
        id=whole(source, "id"),
        responsible_user_id=optional(source, "responsible_user_id") or 0,
        created_by=optional(source, "created_by") or 0,
        created_at=moment(source, "created_at"),
        updated_at=moment(source, "updated_at"),
        is_deleted=is_true(source, "is_deleted"),
    )


def note(entity_type: str, source: Row, key: bytes) -> Note:
    """Read a note of one of NOTE_TYPES. `key` is secret: it keeps the fingerprint from being turned back.

    https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
    """
    kind = text(source, "note_type")
    inside = source.get("params")
    params = row(inside) if inside else {}  # PHP writes an empty object as []
    created_by = optional(source, "created_by") or 0
    responsible_user_id = optional(source, "responsible_user_id") or 0
    status = params.get("call_status")
    return Note(
        id=whole(source, "id"),
        entity_type=entity_type,
        entity_id=whole(source, "entity_id"),
        kind=kind,
        user_id=credited(params.get("call_responsible"), created_by, responsible_user_id),
        created_by=created_by,
        responsible_user_id=responsible_user_id,
        created_at=moment(source, "created_at"),
        updated_at=moment(source, "updated_at"),
        is_incoming=is_true(params, "income") if kind == LETTER else kind.endswith("_in"),
        duration=_seconds(params.get("duration")) if kind in CALLS else None,
        call_status=_status(status) if kind in CALLS else None,
        fingerprint=_hash(key, _identity(kind, source, params)),
    )


def request(source: Row, key: bytes) -> Request:
    """Read an incoming request that waits. https://www.amocrm.ru/developers/content/crm_platform/unsorted-api."""
    uid, category = text(source, "uid"), text(source, "category")
    if not is_uid(uid) or category not in CATEGORIES:
        raise UnexpectedAnswer("an unsorted without a uid or a category")
    origin = text(source, "source_uid", "") or text(source, "source_name", "")
    return Request(
        uid=uid,
        category=category,
        source=_hash(key, ["source", origin]) if origin else "",
        pipeline_id=optional(source, "pipeline_id") or 0,
        created_at=moment(source, "created_at"),
        lead_id=next((whole(lead, "id") for lead in embedded(source, "leads")), None),
        is_listed=True,
    )


def is_uid(value: str) -> bool:
    """Tell whether this can be the uid of an incoming request."""
    return _UID.fullmatch(value) is not None


def _identity(kind: str, source: Row, params: Row) -> list[object]:
    """Return what is the same wherever the same call or letter is noted; its own id when nothing tells."""
    told = params.get("message_id" if kind == LETTER else "uniq")
    if told and isinstance(told, str | int):
        return ["letter" if kind == LETTER else "call", str(told)]
    digits = "".join(re.findall(r"\d", str(params.get("phone") or "")))
    if digits and kind != LETTER:
        return [kind, digits[-_SIGNIFICANT_DIGITS:], source.get("created_at")]
    return [kind, "alone", source.get("id")]


def _hash(key: bytes, parts: list[object]) -> str:
    return hmac.digest(key, json.dumps(parts).encode(), "sha256").hex()[:32]


def _seconds(value: object) -> int:
    """Read a duration, which telephony gives as a number or as a string; 0 for what is neither."""
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = int(value)
    return min(max(value, 0), LONGEST_CALL) if type(value) is int else 0


def _status(value: object) -> int | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    return value if type(value) is int and value in _CALL_STATUSES else None
