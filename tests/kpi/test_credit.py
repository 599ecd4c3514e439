"""Whose a number is: routers, robots, and dividing without losing a unit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from integration.kpi.credit import first_human_owner, longest_holder, split
from integration.kpi.history import read_lead
from tests.kpi.builders import (
    ANNA,
    BORIS,
    HOUR,
    MINUTE,
    NOON,
    ROBOT,
    RULES,
    SALES,
    SECOND,
    UNSORTED,
    VERA,
    event,
    handed,
    lead,
    moved,
)


def first_owner(*events, owner, grace=600, **changed):
    history = read_lead(lead(responsible_user_id=owner, **changed), events, RULES)
    return first_human_owner(history, router_grace=grace)


def test_whoever_has_the_lead_now_is_no_router():
    assert first_owner(owner=ANNA) == ANNA


def test_a_router_hands_on_within_the_grace_and_does_nothing():
    assert first_owner(handed(NOON + 599, ANNA, BORIS), owner=BORIS) == BORIS


def test_whoever_held_the_lead_for_the_whole_grace_is_its_owner():
    assert first_owner(handed(NOON + 600, ANNA, BORIS), owner=BORIS) == ANNA


def test_whoever_did_something_is_an_owner_however_short():
    touch = event("common_note_added", NOON + 30, by=ANNA)
    assert first_owner(touch, handed(NOON + 60, ANNA, BORIS), owner=BORIS) == ANNA


def test_somebody_elses_action_makes_no_owner():
    touch = event("common_note_added", NOON + 30, by=VERA)
    assert first_owner(touch, handed(NOON + 60, ANNA, BORIS), owner=BORIS) == BORIS


def test_creating_a_lead_is_not_yet_working_on_it():
    assert first_owner(event("lead_added", NOON), handed(NOON + 60, ANNA, BORIS), owner=BORIS) == BORIS


def test_what_is_saved_together_with_the_new_owner_is_part_of_the_handing_on():
    together = moved(NOON + 60, (SALES, 101), (SALES, SECOND)), handed(NOON + 60, ANNA, BORIS)
    assert first_owner(*together, owner=BORIS, status_id=SECOND) == BORIS


def test_a_chain_of_routers_leads_to_the_one_who_kept_it():
    events = handed(NOON + 60, ANNA, BORIS), handed(NOON + 120, BORIS, VERA)
    assert first_owner(*events, owner=VERA) == VERA


def test_taking_a_lead_for_oneself_is_an_action():
    events = handed(NOON + 60, ANNA, BORIS, by=BORIS), handed(NOON + 120, BORIS, VERA, by=BORIS)
    assert first_owner(*events, owner=VERA) == BORIS


def test_the_robot_is_never_the_first_owner():
    assert first_owner(handed(NOON + HOUR, ROBOT, BORIS), owner=BORIS) == BORIS


def test_if_only_routers_had_it_the_last_of_them_is_credited():
    events = handed(NOON + 60, ANNA, BORIS), handed(NOON + 120, BORIS, ROBOT)
    assert first_owner(*events, owner=ROBOT) == BORIS


def test_a_lead_that_nobody_ever_had_belongs_to_the_robot():
    assert first_owner(owner=ROBOT) == ROBOT


def test_time_before_the_working_start_does_not_count():
    accepted = moved(NOON + HOUR, (SALES, UNSORTED), (SALES, SECOND), by=ROBOT)
    given_after, given_before = (handed(NOON + HOUR + wait, ANNA, BORIS) for wait in (MINUTE, -MINUTE))
    assert first_owner(accepted, given_after, owner=BORIS, status_id=SECOND) == BORIS
    assert first_owner(accepted, given_before, owner=BORIS, status_id=SECOND) == BORIS


def test_accepting_from_unsorted_is_an_action():
    accepted = moved(NOON + HOUR, (SALES, UNSORTED), (SALES, SECOND), by=ANNA)
    given = handed(NOON + HOUR + MINUTE, ANNA, BORIS)
    assert first_owner(accepted, given, owner=BORIS, status_id=SECOND) == ANNA


def test_without_grace_the_first_person_is_the_owner():
    assert first_owner(handed(NOON + 1, ANNA, BORIS), owner=BORIS, grace=0) == ANNA


def test_the_longest_holder_is_found_over_several_turns():
    assert longest_holder([(ANNA, 5), (BORIS, 9), (ANNA, 5)]) == ANNA


def test_of_two_who_held_it_equally_long_the_later_is_taken():
    assert longest_holder([(ANNA, 5), (BORIS, 5)]) == BORIS
    assert longest_holder([(ANNA, 5), (BORIS, 10), (ANNA, 5)]) == ANNA
    assert longest_holder([(ANNA, 0), (BORIS, 0)]) == BORIS


held = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 10**7)), min_size=1)


@given(st.integers(0, 10**14), held)
def test_a_division_loses_nothing_and_makes_nothing(amount, held):
    parts = split(amount, held)
    assert sum(parts.values()) == amount
    assert min(parts.values()) >= 0


@given(st.integers(0, 10**14), held)
def test_nobodys_part_is_a_whole_unit_off_its_exact_share(amount, held):
    total = sum(seconds for _, seconds in held)
    for user_id, part in split(amount, held).items():
        seconds = sum(taken for user, taken in held if user == user_id)
        assert total == 0 or abs(part * total - amount * seconds) < total


def test_the_unit_that_is_left_goes_to_the_largest_remainder():
    assert split(100, [(ANNA, 1), (BORIS, 1), (VERA, 1)]) == {ANNA: 34, BORIS: 33, VERA: 33}
    assert split(10, [(ANNA, 1), (BORIS, 2)]) == {ANNA: 3, BORIS: 7}


def test_what_nobody_held_for_a_second_goes_to_the_last_holder():
    assert split(7, [(ANNA, 0), (BORIS, 0)]) == {BORIS: 7}
