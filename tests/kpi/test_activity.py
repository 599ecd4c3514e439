from __future__ import annotations

import random
from dataclasses import replace

import pytest

from integration.kpi.activity import ACCEPTED, DECLINED, WAITING, Note, Request, credited, once, settled
from integration.kpi.model import Event, Lead

UNSORTED = {(1, 10)}
CALL = Note(5, "leads", 1, "call_in", 7, 7, 7, 100, 100, is_incoming=True, duration=60, call_status=4, fingerprint="a")
REQUEST = Request("u1", "forms", "s", 1, 100, lead_id=9, is_listed=True)
LEAD = Lead(9, 1, 10, 0, None, 0, 100, 100)
LEFT = Event("02", "lead_status_changed", "lead", 9, 7, 150, (1, 10), (1, 11))
GONE = Event("03", "lead_deleted", "lead", 9, 8, 160)


@pytest.mark.parametrize(
    ("told", "created_by", "user"),
    [(5, 6, 5), ("5", 6, 6), ("+79990000000", 6, 6), (None, 0, 7), (0, 6, 6), (True, 6, 6)],
)
def test_a_call_is_of_whom_telephony_names_by_id_else_of_its_author_else_of_the_owner(told, created_by, user):
    assert credited(told, created_by, 7) == user


def test_one_call_noted_on_two_entities_is_one_call_in_whatever_order_the_notes_come():
    twin = replace(CALL, id=6, entity_type="contacts", created_at=101)
    other = replace(CALL, id=7, fingerprint="b")
    notes = [CALL, twin, other, replace(twin, id=8)]
    for _ in range(10):
        random.shuffle(notes)
        assert {note.id for note in once(notes)} == {5, 7}


def test_an_edit_does_not_change_which_note_counts():
    assert once([replace(CALL, id=6), replace(CALL, updated_at=900, duration=61)])[0].duration == 61


def test_a_request_is_accepted_by_whoever_took_its_lead_out_of_the_unsorted():
    taken = settled(REQUEST, replace(LEAD, status_id=11, updated_at=500), [LEFT], UNSORTED)
    assert (taken.outcome, taken.settled_at, taken.settled_by) == (ACCEPTED, 150, 7)


def test_a_request_is_declined_by_whoever_deleted_its_lead():
    gone = settled(REQUEST, None, [GONE], UNSORTED)
    assert (gone.outcome, gone.settled_at, gone.settled_by) == (DECLINED, 160, 8)


def test_a_lead_that_is_deleted_after_it_was_accepted_stays_accepted():
    assert settled(REQUEST, replace(LEAD, is_deleted=True), [GONE, LEFT], UNSORTED).outcome == ACCEPTED


def test_without_events_the_lead_itself_tells_and_the_event_that_comes_later_corrects_who_and_when():
    moved = replace(LEAD, status_id=11, updated_at=170)
    guessed = settled(REQUEST, moved, [], UNSORTED)
    assert (guessed.outcome, guessed.settled_at, guessed.settled_by) == (ACCEPTED, 170, 0)
    assert settled(guessed, moved, [LEFT], UNSORTED).settled_by == 7
    assert settled(REQUEST, replace(LEAD, is_deleted=True), [], UNSORTED).outcome == DECLINED


def test_a_request_waits_while_its_lead_does_or_is_unknown():
    assert settled(REQUEST, LEAD, [], UNSORTED) == REQUEST
    assert settled(REQUEST, None, [], UNSORTED).outcome == WAITING


def test_hearsay_counts_only_when_the_leads_history_bears_it_out():
    heard = Request("u2", "mail", lead_id=9)
    assert not settled(heard, None, [], UNSORTED).is_proved
    added = Event("01", "lead_added", "lead", 9, 0, 140)
    proved = settled(heard, replace(LEAD, status_id=11), [added, LEFT], UNSORTED)
    assert (proved.is_proved, proved.created_at, proved.pipeline_id) == (True, 140, 1)
