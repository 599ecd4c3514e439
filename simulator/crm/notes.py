"""How notes and calls come to entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.crm.lead_traces import LeadTraces

if TYPE_CHECKING:
    from simulator.crm.state import Row

SINGULAR = {"leads": "lead", "contacts": "contact", "companies": "company", "customers": "customer"}
_EVENTS = {
    "common": "common_note_added",
    "call_in": "incoming_call",
    "call_out": "outgoing_call",
    "sms_in": "incoming_sms",
    "sms_out": "outgoing_sms",
    "service_message": "service_note_added",
    "extended_service_message": "service_note_added",
    "message_cashier": "message_to_cashier_note_added",
    "geolocation": "geo_note_added",
    "attachment": "attachment_note_added",
}
LETTER = "amomail_message"
NOTE_TYPES = frozenset(_EVENTS)
"""The types that may be written (M:crm_platform/events-and-notes.md)."""


class NoteChanges(LeadTraces):
    """The notes' part of an account. `by` is the acting user's id, 0 the robot."""

    def add_note(
        self,
        entity_type: str,
        entity_id: int,
        by: int,
        note_type: str = "common",
        params: Row | None = None,
        *,
        responsible_user_id: int | None = None,
        created_at: int | None = None,
    ) -> int:
        """Add a note to an entity (`entity_type` is plural) and return its id. Raises UnknownRow."""
        with self.changing():
            self.live(entity_type, entity_id)
            note = self.new_row(by, by if responsible_user_id is None else responsible_user_id)
            note |= {"entity_type": entity_type, "entity_id": entity_id}
            note |= {"note_type": note_type, "params": params or {}}
            if created_at is not None:
                note["created_at"] = created_at
            note_id = int(note["id"])
            self.notes[note_id] = note
            singular = SINGULAR[entity_type]
            if note_type in _EVENTS:
                self.record(_EVENTS[note_type], singular, entity_id, by, [], [{"note": {"id": note_id}}])
            self.occur(f"note_{singular}", entity_type, "note", note)
            return note_id

    def change_note(self, note_id: int, by: int, params: Row) -> None:
        """Change a note's params, as telephony does when the recording is ready: same id, newer updated_at."""
        with self.changing():
            note = self.live("notes", note_id)
            self.touch("notes", note, by)
            note["params"] = {**note["params"], **params}

    def add_letter(self, places: dict[str, int], by: int, *, income: bool, subject: str = "", address: str = "") -> int:
        """Note a letter, received or sent, on each of the places (plural type: id) and return the last note's id.

        Mail tells the event log nothing. https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
        """
        params: Row = {"thread_id": self.new_id(), "message_id": self.new_id(), "private": False, "income": income}
        params |= {"subject": subject, "content_summary": subject, "attach_cnt": 0, "delivery": None}
        params["from" if income else "to"] = {"email": address, "name": ""}
        with self.changing():
            return [self.add_note(kind, row_id, by, LETTER, params) for kind, row_id in places.items()][-1]

    def add_call(
        self,
        entity_type: str,
        entity_id: int,
        by: int,
        *,
        direction: str = "inbound",
        duration: int | str = 60,
        phone: str = "+74950000000",
        call_status: int | None = 4,
        **more: Any,  # noqa: ANN401 - call_result, call_responsible, link, source, responsible_user_id, created_at
    ) -> int:
        """Add a call as telephony would and return the id of its note. `direction` is inbound or outbound."""
        of_note = {name: more.pop(name) for name in ("responsible_user_id", "created_at") if name in more}
        params = {"uniq": f"{self.rng.getrandbits(64):016x}", "duration": duration, "source": "telephony", "link": None}
        params |= {"phone": phone, **more}
        if call_status is not None:
            params["call_status"] = call_status
        note_type = "call_in" if direction == "inbound" else "call_out"
        return self.add_note(entity_type, entity_id, by, note_type, params, **of_note)
