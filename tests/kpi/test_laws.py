"""Laws that hold for every history: what the product promises about its numbers."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import groupby, pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from integration.kpi.contribution import delta, of_history, of_lead, of_task
from integration.kpi.history import read_lead
from integration.kpi.measures import Measure
from integration.kpi.model import LOST, WON
from tests.kpi.histories import RULES, lead_stories, task_stories

CHANGES = ("lead_status_changed", "entity_responsible_changed", "sale_field_changed")


def whole(contributions):
    """The counters after a full recount."""
    counters = Counter()
    for contribution in contributions:
        counters.update(contribution)
    return {cell: value for cell, value in counters.items() if value}


def added(counters, change):
    """The counters after an increment."""
    return {cell: value for cell, value in whole([counters, change]).items() if value}


def without_users(contribution):
    sums = defaultdict(int)
    for (measure, _, *address), value in contribution.items():
        sums[(measure, *address)] += value
    return dict(sums)


def total(contribution, measure):
    return sum(value for cell, value in contribution.items() if cell.measure == measure)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True), st.data())
def test_counters_that_follow_every_change_equal_a_full_recount_after_each(lead_ids, data):
    stories = {lead_id: data.draw(lead_stories(lead_id=lead_id, max_steps=6)) for lead_id in lead_ids}
    now, counters = {}, {}
    turns = [lead_id for lead_id, story in stories.items() for _ in story.snapshots]
    steps = dict.fromkeys(stories, -1)
    for lead_id in data.draw(st.permutations(turns)):
        steps[lead_id] += 1
        after = of_lead(*stories[lead_id].known_at(steps[lead_id]), RULES)
        counters = added(counters, delta(now.get(lead_id, {}), after))
        now[lead_id] = after
        assert counters == whole(now.values())
    for contribution in now.values():
        counters = added(counters, delta(contribution, {}))
    assert counters == {}


@given(task_stories())
def test_the_counters_of_tasks_follow_every_change_too(story):
    counters, now = {}, {}
    for step in range(len(story.snapshots)):
        after = of_task(*story.known_at(step), RULES)
        counters, now = added(counters, delta(now, after)), after
        assert counters == after
        assert all(type(value) is int for value in after.values())


@given(lead_stories(), st.data())
def test_the_order_in_which_events_arrive_and_their_repeats_change_nothing(story, data):
    lead, events = story.snapshots[-1], story.events
    repeats = data.draw(st.lists(st.sampled_from(events)))
    shuffled = data.draw(st.permutations(events + repeats))
    assert read_lead(lead, shuffled, RULES) == read_lead(lead, events, RULES)


@given(lead_stories(), st.data())
def test_ids_that_lie_about_the_order_inside_a_second_do_not_change_where_the_lead_is(story, data):
    lead, scrambled = story.snapshots[-1], []
    for _, group in groupby(story.events, key=lambda event: event.created_at):
        events = list(group)
        for kind in CHANGES:
            # A first second that goes round in a full circle could begin anywhere.
            changes = [event for event in events if event.type == kind]
            assume(not changes or changes[0].before != changes[-1].after)
        ids = data.draw(st.permutations([event.id for event in events]))
        scrambled += [replace(event, id=number) for event, number in zip(events, ids, strict=True)]
    truth, read = (read_lead(lead, events, RULES) for events in (story.events, scrambled))
    assert read.visits[-1][:3] == truth.visits[-1][:3]
    assert (read.holdings[-1].user_id, read.price) == (truth.holdings[-1].user_id, truth.price)
    assert len(read.visits) == len(truth.visits)


@given(lead_stories(), st.data())
def test_a_stale_snapshot_with_all_events_gives_the_same_numbers(story, data):
    lead = story.snapshots[-1]
    stale = replace(data.draw(st.sampled_from(story.snapshots)), is_deleted=lead.is_deleted)
    assert of_lead(stale, story.events, RULES) == of_lead(lead, story.events, RULES)


@given(lead_stories())
def test_the_history_ends_in_what_the_api_shows(story):
    lead = story.snapshots[-1]
    history = read_lead(lead, story.events, RULES)
    assert history.visits[-1][:2] == (lead.pipeline_id, lead.status_id)
    assert (history.holdings[-1].user_id, history.price) == (lead.responsible_user_id, lead.price)


@given(lead_stories(), st.sampled_from([0, 60, 600, 10**9]))
def test_who_is_credited_never_changes_the_accounts_total(story, grace):
    lead, events = story.snapshots[-1], story.events
    other = replace(RULES, router_grace=grace)
    assert without_users(of_lead(lead, events, other)) == without_users(of_lead(lead, events, RULES))


@given(lead_stories(), st.sampled_from(["America/Sao_Paulo", "Europe/Moscow", "Pacific/Apia"]))
def test_the_time_zone_moves_numbers_between_days_and_nothing_else(story, timezone):
    def without_days(rules):
        sums = defaultdict(int)
        for (*address, _), value in of_lead(story.snapshots[-1], story.events, rules).items():
            sums[tuple(address)] += value
        return sums

    assert without_days(replace(RULES, timezone=timezone)) == without_days(RULES)


@given(lead_stories())
def test_a_leads_numbers_add_up_among_themselves(story):
    history = read_lead(story.snapshots[-1], story.events, RULES)
    cells = of_history(history, RULES)
    for measure in (Measure.OPEN_LEADS, Measure.NEW_LEADS):
        assert total(cells, measure) <= 1
    won, lost = total(cells, Measure.WON_COUNT), total(cells, Measure.LOST_COUNT)
    assert won + lost <= 1
    assert total(cells, Measure.WON_PRICE) + total(cells, Measure.WON_UNPRICED) == won
    assert total(cells, Measure.CYCLE_TIME) == won
    assert total(cells, Measure.STAGE_TIME) == total(cells, Measure.STAGE_VISITS)
    assert all(type(value) is int and value > 0 for value in cells.values())


@given(lead_stories())
def test_the_time_in_stages_is_given_out_to_the_last_second(story):
    lead = replace(story.snapshots[-1], is_deleted=False)
    history = read_lead(lead, story.events, RULES)
    stays = [
        visit.left_at - visit.entered_at
        for visit in history.visits[:-1]
        if visit.status_id not in (WON, LOST) and visit[:2] not in RULES.unsorted_statuses
    ]
    cells = of_history(history, RULES)
    assert total(cells, Measure.STAGE_SECONDS) == sum(stays)
    assert total(cells, Measure.STAGE_VISITS) == len(stays)


@given(lead_stories())
def test_owners_follow_each_other_without_a_gap_from_birth_on(story):
    holdings = read_lead(story.snapshots[-1], story.events, RULES).holdings
    assert holdings[0].taken_at == story.snapshots[0].created_at
    assert all(one.handed_at == other.taken_at for one, other in pairwise(holdings))
    assert holdings[-1].handed_at is None


@given(lead_stories(), lead_stories())
def test_a_delta_added_to_the_old_gives_the_new(one, other):
    before, after = (of_lead(story.snapshots[-1], story.events, RULES) for story in (one, other))
    assert added(before, delta(before, after)) == after
    assert delta(after, before) == {cell: operator.neg(value) for cell, value in delta(before, after).items()}
