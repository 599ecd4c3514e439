from __future__ import annotations

from itertools import permutations

import pytest

from integration.kpi.ordering import ordered
from tests.kpi.builders import ANNA, BORIS, FIRST, NOON, SALES, SECOND, THIRD, VERA, WON, event, handed, moved

A, B, C, D = ((SALES, status) for status in (FIRST, SECOND, THIRD, WON))


def route(events):
    return [(one.before, one.after) for one in events if one.type == "lead_status_changed"]


def test_events_come_in_the_order_of_time_then_of_ids():
    late, early, second = (moved(NOON + 9, B, C), moved(NOON, A, B, number=1), handed(NOON, ANNA, BORIS, number=2))
    assert ordered([late, second, early]) == [early, second, late]


def test_the_same_event_twice_is_one_event():
    once = moved(NOON, A, B)
    assert ordered([once, once]) == [once]


def test_a_change_to_the_same_status_is_ignored():
    assert ordered([moved(NOON, A, A)]) == []


def test_events_without_values_are_kept():
    added = event("lead_added", NOON)
    assert ordered([added]) == [added]


@pytest.mark.parametrize("numbers", list(permutations(range(3))))
def test_a_chain_inside_one_second_is_put_together_whatever_the_ids(numbers):
    steps = [(A, B), (B, C), (C, D)]
    events = [moved(NOON, *step, number=number) for step, number in zip(steps, numbers, strict=True)]
    assert route(ordered(events)) == steps


@pytest.mark.parametrize("numbers", list(permutations(range(4))))
def test_a_loop_inside_one_second_begins_where_the_second_before_ended(numbers):
    before = moved(NOON - 60, D, A)
    steps = [(A, B), (B, C), (C, A), (A, D)]
    events = [moved(NOON, *step, number=number) for step, number in zip(steps, numbers, strict=True)]
    assert route(ordered([*events, before])) == [(D, A), *steps]


def test_a_full_circle_begins_at_the_known_value():
    before = moved(NOON - 60, D, B)
    circle = [moved(NOON, A, B, number=1), moved(NOON, B, A, number=2)]
    assert route(ordered([before, *circle])) == [(D, B), (B, A), (A, B)]


def test_of_two_possible_chains_the_one_with_the_smaller_ids_is_taken():
    there, elsewhere = moved(NOON, A, B, number=1), moved(NOON, A, C, number=2)
    back, from_elsewhere = moved(NOON, B, A, number=3), moved(NOON, C, A, number=4)
    assert ordered([elsewhere, from_elsewhere, there, back]) == [there, back, elsewhere, from_elsewhere]


def test_events_that_cannot_be_chained_stay_in_the_order_of_their_ids():
    events = [moved(NOON, C, D, number=1), moved(NOON, A, B, number=2)]
    assert ordered(events) == events


def test_kinds_are_chained_apart_and_keep_each_others_places():
    events = [
        moved(NOON, B, C, number=1),
        handed(NOON, ANNA, BORIS, number=2),
        moved(NOON, A, B, number=3),
        handed(NOON, BORIS, VERA, number=4),
    ]
    result = ordered(events)
    assert [one.type for one in result] == [one.type for one in events]
    assert route(result) == [(A, B), (B, C)]
