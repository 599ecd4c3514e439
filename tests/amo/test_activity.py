from __future__ import annotations

from typing import Any

import pytest

from integration.amo import activity
from integration.errors import UnexpectedAnswer
from integration.kpi.activity import Contact, Request

KEY = b"secret"
PARAMS = {"uniq": "u-1", "duration": 60, "phone": "+7 (999) 123-45-67", "call_status": 4, "link": "https://x/rec.mp3"}
NOTE: dict[str, Any] = {
    "id": 5, "entity_id": 9, "created_by": 3, "responsible_user_id": 4, "created_at": 1763500000,
    "updated_at": 1763500100, "note_type": "call_in", "params": PARAMS,
}  # fmt: skip
UNSORTED = {
    "uid": "a1", "source_uid": None, "source_name": "Ivan", "category": "sip", "pipeline_id": 3,
    "created_at": 1763500000, "metadata": {"phone": "+79991234567"}, "_embedded": {"leads": [{"id": 8}]},
}  # fmt: skip


def call(**params: object) -> Any:
    return activity.note("leads", NOTE | {"params": PARAMS | params}, KEY)


def test_a_contact_keeps_only_ids_and_times() -> None:
    row = {"id": 5, "name": "Ivan", "responsible_user_id": None, "created_by": 0, "created_at": 1, "updated_at": 2}
    assert activity.contact("contacts", row) == Contact("contacts", 5, 0, 0, 1, 2)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (60, 60),
        ("60", 60),
        (" 7 ", 7),
        (None, 0),
        ("1:05", 0),
        (-5, 0),
        (10**9, 86_400),
        (True, 0),
        ([], 0),
        ("9" * 99, 0),
    ],
)
def test_a_duration_is_seconds_however_telephony_writes_it(told: object, seconds: int) -> None:
    assert call(duration=told).duration == seconds


@pytest.mark.parametrize(("told", "status"), [(4, 4), ("6", 6), (0, None), (9, None), (None, None), ("x", None)])
def test_a_call_status_is_one_of_those_amocrm_knows(told: object, status: int | None) -> None:
    assert call(call_status=told).call_status == status


def test_the_same_uniq_is_the_same_call_wherever_and_however_often_it_is_noted() -> None:
    twin = activity.note("contacts", NOTE | {"id": 6, "entity_id": 1, "updated_at": 1763509999}, KEY)
    assert twin.fingerprint == call(link="later").fingerprint
    assert twin.fingerprint != call(uniq="u-2").fingerprint


@pytest.mark.parametrize("nothing", ["", None, [], {}])
def test_without_uniq_the_last_ten_digits_the_start_and_the_direction_tell(nothing: object) -> None:
    first = call(uniq=nothing)
    assert first.fingerprint == call(uniq=nothing, phone="8 999 1234567", duration=1).fingerprint
    others = [NOTE | {"created_at": 1763500001}, NOTE | {"note_type": "call_out"}]
    found = {activity.note("leads", row | {"params": PARAMS | {"uniq": nothing}}, KEY).fingerprint for row in others}
    assert first.fingerprint not in found
    assert len(found) == 2


def test_a_call_of_which_nothing_is_told_is_like_no_other() -> None:
    bare = [activity.note("leads", NOTE | {"id": number, "params": []}, KEY).fingerprint for number in (1, 2)]
    assert bare[0] != bare[1]


def test_another_account_hashes_otherwise() -> None:
    assert activity.note("leads", NOTE, b"other").fingerprint != call().fingerprint


def test_a_letter_says_which_way_it_went_and_is_one_letter_on_two_entities() -> None:
    params = {"message_id": 77, "income": False, "from": {"email": "a@b.ru"}, "subject": "Secret"}
    sent = activity.note("leads", NOTE | {"note_type": "amomail_message", "params": params}, KEY)
    twin = activity.note("contacts", NOTE | {"id": 6, "note_type": "amomail_message", "params": params}, KEY)
    assert (sent.is_incoming, sent.duration, sent.call_status) == (False, None, None)
    assert sent.fingerprint == twin.fingerprint


def test_nothing_that_was_said_or_dialled_is_kept() -> None:
    kept = repr(call()) + repr(activity.request(UNSORTED, KEY))
    assert not [word for word in ("999", "123-45", "rec.mp3", "u-1", "Ivan") if word in kept]


def test_a_request_keeps_where_it_came_from_as_a_hash() -> None:
    request = activity.request(UNSORTED, KEY)
    assert request == Request("a1", "sip", request.source, 3, 1763500000, 8, is_listed=True)
    assert request.source == activity.request(UNSORTED | {"uid": "a2"}, KEY).source
    assert activity.request(UNSORTED | {"source_name": None}, KEY).source == ""


@pytest.mark.parametrize("wrong", [{"uid": "Иван"}, {"uid": ""}, {"category": "other"}, {"created_at": "now"}])
def test_a_request_outside_the_contract_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UnexpectedAnswer):
        activity.request(UNSORTED | wrong, KEY)
