"""The demonstration office: believable, consistent, quick and the same every time."""

from __future__ import annotations

import queue
import random
import time
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator.account import CLOSED, LOST, WON, Account
from simulator.scenario.choices import managers
from simulator.scenario.day import ANYTHING, next_change, play
from simulator.scenario.hours import DAY, deadline, moments
from simulator.scenario.living import Living
from simulator.scenario.office import open_office
from simulator.scenario.past import office_with_past
from simulator.universe import Universe

START = 1_763_000_000
MOSCOW = "Europe/Moscow"


def world(seed: int = 1) -> Universe:
    universe = Universe(seed=seed, start=START)
    universe.clock.freeze(START)
    return universe


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - seeded, so that the test is the same every time


def truth(account: Account) -> list[Any]:
    """Return everything that an account knows."""
    kinds = (account.users, account.pipelines, account.leads, account.contacts, account.companies, account.tasks)
    return [*kinds, account.notes, account.unsorted, account.events]


@pytest.fixture(scope="module")
def office() -> Account:
    return office_with_past(world())


def test_a_past_of_400_leads_takes_a_moment() -> None:
    started = time.process_time()
    account = office_with_past(world(), days=60, leads=400)
    assert time.process_time() - started < 1.5
    assert 400 <= len(account.leads) <= 420


def test_the_same_seed_and_start_give_the_same_truth() -> None:
    first, second = (office_with_past(world(3), days=20, leads=60) for _ in range(2))
    assert truth(first) == truth(second)
    assert truth(first) != truth(office_with_past(world(4), days=20, leads=60))


def test_the_office_has_its_people_and_pipelines(office: Account) -> None:
    rights = [user["rights"] for user in office.users.values()]
    assert len(managers(office)) == 6
    assert Counter((each["is_admin"], each["is_free"], each["leads"]["view"]) for each in rights) == {
        (False, False, "M"): 6,
        (False, False, "G"): 1,
        (False, True, "A"): 1,
        (True, False, "A"): 1,
    }
    assert [pipeline["name"] for pipeline in office.pipelines.values()] == ["Продажи", "Опт и тендеры", "Доставка"]


def test_history_is_told_in_order_and_ends_before_now(office: Account) -> None:
    times = [event["created_at"] for event in office.events]
    assert times == sorted(times)
    assert [event["seq"] for event in office.events] == list(range(1, len(times) + 1))
    assert times[0] >= START - 60 * DAY
    assert times[-1] < START


def test_every_move_begins_where_the_one_before_it_ended(office: Account) -> None:
    last: dict[int, Any] = {}
    for event in office.events:
        if event["type"] == "lead_status_changed":
            assert last.get(event["entity_id"], event["value_before"]) == event["value_before"]
            last[event["entity_id"]] = event["value_after"]
    for lead_id, value in last.items():
        lead = office.leads[lead_id]
        assert value == [{"lead_status": {"id": lead["status_id"], "pipeline_id": lead["pipeline_id"]}}]


def test_everything_that_numbers_stumble_over_has_happened(office: Account) -> None:
    types = Counter(event["type"] for event in office.events)
    for rare in ("lead_restored", "entity_merged", "task_deleted", "entity_responsible_changed", "sale_field_changed"):
        assert types[rare] > 0, rare
    visits = defaultdict(list)
    for event in office.events:
        if event["type"] == "lead_status_changed":
            visits[event["entity_id"]].append(
                (event["value_before"][0]["lead_status"], event["value_after"][0]["lead_status"])
            )
    steps = [step for path in visits.values() for step in path]
    reopened = [step for step in steps if step[0]["id"] in CLOSED and step[0]["pipeline_id"] == step[1]["pipeline_id"]]
    delivered = [step for step in steps if step[0]["id"] == WON and step[0]["pipeline_id"] != step[1]["pipeline_id"]]
    assert reopened
    assert len(delivered) > 20
    assert {row["action"] for row in office.sorted_out} == {"accept", "decline"}


def test_some_tasks_are_done_in_time_some_late_and_some_wait(office: Account) -> None:
    done = {event["entity_id"]: event["created_at"] for event in office.events if event["type"] == "task_completed"}
    late = [at > office.tasks[task_id]["complete_till"] for task_id, at in done.items()]
    waiting = [task for task in office.tasks.values() if not task["is_completed"] and not task["is_deleted"]]
    assert 0.05 < sum(late) / len(late) < 0.6
    assert any(task["complete_till"] < START for task in waiting)
    assert any(task["complete_till"] > START for task in waiting)


def test_managers_win_some_and_lose_some(office: Account) -> None:
    for manager in managers(office):
        own = Counter(lead["status_id"] for lead in office.leads.values() if lead["responsible_user_id"] == manager)
        assert own[WON] > 0
        assert own[LOST] > 0
        assert own.total() > own[WON] + own[LOST]


def test_a_lost_lead_mostly_has_a_reason(office: Account) -> None:
    lost = [lead for lead in office.leads.values() if lead["status_id"] == LOST]
    explained = sum(lead["loss_reason_id"] in office.loss_reasons for lead in lost)
    assert len(lost) * 0.5 < explained < len(lost)


@pytest.mark.parametrize("frozen", [True, False])
def test_the_clock_is_given_back_as_it_was(*, frozen: bool) -> None:
    universe = Universe(seed=1, start=START)
    if frozen:
        universe.clock.freeze(START)
    office_with_past(universe, days=5, leads=5)
    assert universe.clock.frozen is frozen
    assert 0 <= universe.clock.now() - START <= 5


def test_a_played_day_moves_the_clock_and_says_what_happened() -> None:
    universe = world()
    account = office_with_past(universe, days=10, leads=30)
    before = len(account.events)
    said = play(universe, account, changes=200, seed=5, seconds=8 * 3600)
    assert len(said) == 200
    assert universe.clock.now() == START + 8 * 3600
    assert len(account.events) - before >= 200
    assert all(START <= event["created_at"] <= START + 8 * 3600 for event in account.events[before:])


def test_a_played_day_is_the_same_every_time() -> None:
    def day() -> tuple[list[str], list[Any]]:
        universe = world()
        account = office_with_past(universe, days=10, leads=30)
        return play(universe, account, changes=100, seed=5, seconds=3600), truth(account)

    assert day() == day()


@pytest.mark.parametrize("deed", ANYTHING, ids=lambda deed: deed.__name__)
def test_every_deed_happens_and_says_so_in_russian(deed: Any) -> None:
    universe = world()
    account = office_with_past(universe, days=30, leads=150)
    account.add_unsorted("forms", name="Окна для кафе")
    rng = chance(9)
    said = next(filter(None, (deed(account, rng) for _ in range(30))))
    assert any("а" <= letter <= "я" for letter in said.lower())


def test_a_burst_falls_into_one_second() -> None:
    universe = world()
    account = office_with_past(universe, days=10, leads=30)
    before = len(account.events)
    burst = next(deed for deed in ANYTHING if deed.__name__ == "burst")
    assert burst(account, chance(1)) is not None
    moves = [event for event in account.events[before:] if event["type"] == "lead_status_changed"]
    assert len(moves) == 3
    assert {event["created_at"] for event in moves} == {START}


def test_an_empty_office_begins_with_a_lead() -> None:
    account = open_office(world())
    assert next_change(account, chance(2))
    assert account.leads


def test_a_living_office_goes_on_until_it_is_stopped() -> None:
    account = open_office(Universe(seed=1))
    said: queue.Queue[str] = queue.Queue()
    living = Living(account, seed=1, seconds=0.01, tell=said.put)
    living.start()
    for _ in range(5):
        assert said.get(timeout=5)
    living.stop()
    events = len(account.events)
    assert events >= 5
    assert len(account.events) == events


def test_work_is_done_in_working_hours() -> None:
    zone = ZoneInfo(MOSCOW)
    chosen = [datetime.fromtimestamp(at, zone) for at in moments(chance(1), 500, START - 28 * DAY, START, MOSCOW)]
    assert all(8 <= moment.hour < 20 for moment in chosen)
    assert sum(moment.weekday() == 6 for moment in chosen) < 25


def test_moments_of_a_night_are_found_too() -> None:
    assert len(moments(chance(1), 3, START, START + 60, MOSCOW)) == 3


def test_a_deadline_lies_ahead_at_an_hour_sharp_or_at_the_end_of_the_day() -> None:
    rng, zone = chance(1), ZoneInfo(MOSCOW)
    evening = START + 13 * 3600
    for now in [START, evening] * 100:
        at = deadline(now, MOSCOW, rng)
        moment = datetime.fromtimestamp(at, zone)
        assert at > now
        assert (moment.minute, moment.second) in {(0, 0), (59, 0)}
