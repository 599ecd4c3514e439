"""What a lead went through, from its events and from what only the snapshot shows."""

from __future__ import annotations

from integration.kpi.history import read_lead
from integration.kpi.model import Holding
from tests.kpi.builders import (
    ANNA,
    BORIS,
    DELIVERY,
    FIRST,
    HOUR,
    LOST,
    NOON,
    RETAIL,
    RULES,
    SALES,
    SECOND,
    SHIPPING,
    THIRD,
    UNSORTED,
    VERA,
    WON,
    event,
    handed,
    lead,
    moved,
    path,
    priced,
)


def read(lead, *events):
    return read_lead(lead, events, RULES)


def stays(history):
    return [(visit.status_id, visit.entered_at, visit.left_at) for visit in history.visits]


def test_without_events_the_snapshot_is_the_whole_life():
    history = read(lead())
    assert stays(history) == [(FIRST, NOON, None)]
    assert history.holdings == [Holding(ANNA, NOON, None)]
    assert (history.start, history.entered_at, history.is_open) == ((NOON, SALES), NOON, True)


def test_every_move_ends_a_visit_and_begins_another():
    history = read(lead(status_id=THIRD), *path(FIRST, SECOND, THIRD))
    assert stays(history) == [
        (FIRST, NOON, NOON + HOUR),
        (SECOND, NOON + HOUR, NOON + 2 * HOUR),
        (THIRD, NOON + 2 * HOUR, None),
    ]
    assert history.entered_at == NOON + 2 * HOUR


def test_the_first_events_tell_what_the_lead_began_with():
    history = read(lead(responsible_user_id=VERA, price=300_000), handed(NOON + 5, BORIS, VERA), priced(NOON, 0, 1))
    assert history.holdings == [Holding(BORIS, NOON, NOON + 5), Holding(VERA, NOON + 5, None)]
    assert history.visits[0].price is None


def test_a_visit_knows_its_owner_and_price_at_the_entry_and_who_held_it():
    history = read(
        lead(status_id=THIRD, responsible_user_id=VERA, updated_at=NOON + 9 * HOUR),
        *path(FIRST, SECOND, THIRD),
        handed(NOON + HOUR + 60, ANNA, VERA),
        priced(NOON + HOUR + 90, 50_000, 100_000),
    )
    second = history.visits[1]
    assert (second.user_id, second.price) == (ANNA, 50_000)
    assert second.held == ((ANNA, 60), (VERA, HOUR - 60))
    assert (history.visits[2].user_id, history.visits[2].price) == (VERA, 100_000)


def test_a_newer_snapshot_adds_the_move_that_no_event_told_of():
    shown = lead(status_id=THIRD, updated_at=NOON + 5 * HOUR)
    assert stays(read(shown, *path(FIRST, SECOND)))[-1] == (THIRD, NOON + 5 * HOUR, None)


def test_an_event_newer_than_the_snapshot_wins_over_it():
    shown = lead(status_id=FIRST, updated_at=NOON + HOUR - 1)
    assert read(shown, *path(FIRST, SECOND)).visits[-1].status_id == SECOND


def test_an_event_of_the_snapshots_own_second_wins_over_it():
    shown = lead(status_id=FIRST, updated_at=NOON + HOUR)
    assert read(shown, *path(FIRST, SECOND)).visits[-1].status_id == SECOND


def test_an_unseen_closing_happened_when_the_lead_says_it_was_closed():
    shown = lead(status_id=WON, closed_at=NOON + 3 * HOUR, updated_at=NOON + 9 * HOUR)
    history = read(shown, *path(FIRST, SECOND))
    assert history.outcome.at == NOON + 3 * HOUR


def test_a_closing_time_from_before_the_last_event_is_not_believed():
    shown = lead(status_id=WON, closed_at=NOON + HOUR - 1, updated_at=NOON + 9 * HOUR)
    assert read(shown, *path(FIRST, SECOND)).outcome.at == NOON + 9 * HOUR


def test_an_unseen_win_has_the_owner_and_the_price_that_came_with_it():
    shown = lead(status_id=WON, responsible_user_id=BORIS, price=700, updated_at=NOON + 9 * HOUR)
    history = read(shown, *path(FIRST, SECOND), handed(NOON, VERA, ANNA), priced(NOON, 0, 1))
    assert (history.outcome.user_id, history.outcome.price) == (BORIS, 700)


def test_an_unseen_closing_takes_its_place_among_the_events():
    shown = lead(status_id=WON, responsible_user_id=BORIS, closed_at=NOON + 3 * HOUR, updated_at=NOON + 9 * HOUR)
    history = read(shown, *path(FIRST, SECOND), handed(NOON + 4 * HOUR, ANNA, BORIS))
    assert (history.outcome.at, history.outcome.user_id) == (NOON + 3 * HOUR, ANNA)


def test_a_lead_closed_without_any_event_was_closed_at_its_closing_time():
    history = read(lead(status_id=WON, closed_at=NOON + 3 * HOUR, updated_at=NOON + 9 * HOUR))
    assert (history.start.at, history.outcome.at) == (NOON, NOON + 3 * HOUR)


def test_a_lead_created_closed_was_closed_at_its_creation():
    assert read(lead(status_id=WON, closed_at=NOON)).outcome.at == NOON
    assert read(lead(status_id=LOST)).outcome.at == NOON


def test_a_lead_older_in_its_events_than_in_its_creation_was_born_with_the_first_event():
    history = read(lead(created_at=NOON + 9 * HOUR, status_id=SECOND), *path(FIRST, SECOND))
    assert stays(history)[0] == (FIRST, NOON + HOUR, NOON + HOUR)
    assert history.start.at == NOON + 9 * HOUR


def test_a_price_event_with_an_empty_side_means_no_budget():
    history = read(lead(price=None), event("sale_field_changed", NOON + 5, (500,), ()))
    assert (history.visits[0].price, history.price) == (500, None)
    history = read(lead(price=500), event("sale_field_changed", NOON + 5, (), (500,)))
    assert (history.visits[0].price, history.price) == (None, 500)


def test_a_move_that_does_not_name_both_statuses_tells_nothing():
    assert stays(read(lead(), event("lead_status_changed", NOON + 5, (), (SALES, SECOND)))) == [(FIRST, NOON, None)]


def test_an_owner_named_again_goes_on_holding():
    history = read(lead(responsible_user_id=BORIS), handed(NOON, ANNA, BORIS), handed(NOON + 5, VERA, BORIS))
    assert history.holdings[-1] == Holding(BORIS, NOON, None)


def test_work_starts_when_the_lead_leaves_unsorted():
    accepted = moved(NOON + HOUR, (SALES, UNSORTED), (SALES, SECOND))
    history = read(lead(status_id=SECOND), accepted)
    assert history.start == (NOON + HOUR, SALES)


def test_moving_from_unsorted_to_unsorted_starts_no_work():
    history = read(
        lead(pipeline_id=RETAIL, status_id=FIRST),
        moved(NOON + HOUR, (SALES, UNSORTED), (RETAIL, UNSORTED)),
        moved(NOON + 2 * HOUR, (RETAIL, UNSORTED), (RETAIL, FIRST)),
    )
    assert history.start == (NOON + 2 * HOUR, RETAIL)


def test_an_unsorted_lead_has_not_started_and_is_not_open():
    history = read(lead(status_id=UNSORTED))
    assert (history.start, history.is_open) == (None, False)


def test_a_lead_put_back_into_unsorted_keeps_its_start_and_is_not_open():
    history = read(lead(status_id=UNSORTED), *path(FIRST, UNSORTED))
    assert (history.start, history.is_open) == ((NOON, SALES), False)


def test_closed_deleted_and_delivered_leads_are_not_open():
    assert not read(lead(status_id=WON)).is_open
    assert not read(lead(status_id=LOST)).is_open
    assert not read(lead(is_deleted=True)).is_open
    assert not read(lead(pipeline_id=DELIVERY, status_id=SHIPPING)).is_open
