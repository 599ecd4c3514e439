"""The history: every type and value that the simulator writes, every filter, and the ways it can be incomplete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.conftest import START, Talk

if TYPE_CHECKING:
    from types import SimpleNamespace


def new_lead(world: SimpleNamespace, **fields: Any) -> int:
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0], "responsible_user_id": world.anna}
    return int(world.account.create_lead(world.anna, **place | fields))


def types_of(amo: Talk, query: str = "") -> list[str]:
    return [row["type"] for row in reversed(amo.rows(f"events?{query}"))]


def only(amo: Talk, type_: str) -> dict[str, Any]:
    (row,) = amo.rows(f"events?filter[type]={type_}")
    return row


def test_an_event_points_at_its_entity(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world)
    event = only(amo, "lead_added")
    assert set(event) == {
        *("id", "type", "entity_id", "entity_type", "created_by", "created_at", "value_after", "value_before"),
        *("account_id", "_links", "_embedded"),
    }
    assert (event["entity_type"], event["entity_id"], event["created_by"]) == ("lead", lead_id, world.anna)
    assert event["_embedded"]["entity"]["_links"]["self"]["href"].endswith(f"/api/v4/leads/{lead_id}")
    assert list(event["value_after"][0]) == ["note"]
    assert amo.get(f"events/{event['id']}").json() == event
    assert amo.get("events/nothing").status_code == 204


def test_one_save_writes_one_event_a_field(world: SimpleNamespace, amo: Talk) -> None:
    second = world.account.add_pipeline("Second", ["One"])
    first_of_second = world.account.first_status(second)
    lead_id = new_lead(world, name="A", price=5)
    changes = {"pipeline_id": second, "status_id": first_of_second, "responsible_user_id": world.boris}
    world.account.change_lead(lead_id, world.admin, name="B", price=7, tags=["hot"], **changes)
    pair = ("value_before", "value_after")
    moved, handed, priced, named = (
        [only(amo, type_)[side] for side in pair]
        for type_ in ("lead_status_changed", "entity_responsible_changed", "sale_field_changed", "name_field_changed")
    )
    assert moved == [
        [{"lead_status": {"id": world.stages[0], "pipeline_id": world.pipeline}}],
        [{"lead_status": {"id": first_of_second, "pipeline_id": second}}],
    ]
    assert handed == [[{"responsible_user": {"id": each}}] for each in (world.anna, world.boris)]
    assert priced == [[{"sale_field_value": {"sale": each}}] for each in (5, 7)]
    assert named == [[{"name_field_value": {"name": each}}] for each in ("A", "B")]
    assert only(amo, "entity_tag_added")["value_after"] == [{"tag": {"name": "hot"}}]


def test_the_life_of_a_lead_in_the_trash(world: SimpleNamespace, amo: Talk) -> None:
    lead_id, other = new_lead(world), new_lead(world)
    world.account.delete_lead(lead_id, world.anna)
    world.account.restore_lead(lead_id, world.anna)
    world.account.merge_leads(lead_id, other, world.boris)
    assert types_of(amo)[2:] == ["lead_deleted", "lead_restored", "entity_merged", "lead_deleted"]
    assert only(amo, "entity_merged")["entity_id"] == lead_id
    world.account.delete_lead(lead_id, world.anna)
    told = len(world.account.events)
    world.account.purge_lead(lead_id)
    assert len(world.account.events) == told


def test_a_merge_may_leave_no_trace_of_the_absorbed(world: SimpleNamespace, amo: Talk) -> None:
    world.switches.turn({"merge_delete_event": False, "merge_in_trash": False, "hook_merge_delete": False})
    kept, absorbed = new_lead(world), new_lead(world)
    task = world.account.create_task(world.anna, entity_type="leads", entity_id=absorbed, complete_till=START)
    heard: list[str] = []
    world.account.listeners.append(lambda _, occurrence: heard.append(occurrence.code))
    world.account.merge_leads(kept, absorbed, world.anna)
    assert types_of(amo, "filter[type]=lead_deleted,entity_merged") == ["entity_merged"]
    assert amo.rows("leads?with=only_deleted") == []
    assert "delete_lead" not in heard
    assert amo.get(f"tasks/{task}").json()["entity_id"] == kept


def test_events_of_a_task(world: SimpleNamespace, amo: Talk) -> None:
    task = world.account.create_task(world.anna, complete_till=START, text="a")
    world.account.change_task(task, world.anna, complete_till=START + 5, text="b", task_type_id=2)
    world.account.complete_task(task, world.boris, "done")
    world.account.reopen_task(task, world.boris)
    world.account.delete_task(task, world.boris)
    assert types_of(amo, "filter[entity]=task") == [
        *("task_added", "task_deadline_changed", "task_type_changed", "task_text_changed"),
        *("task_completed", "task_result_added", "task_deleted"),
    ]
    deadline = only(amo, "task_deadline_changed")
    assert deadline["value_before"] == [{"task_deadline": {"timestamp": START}}]
    assert deadline["value_after"] == [{"task_deadline": {"timestamp": START + 5}}]


@pytest.mark.parametrize(
    ("filter_", "count"),
    [
        ("filter[type]=lead_added,task_added", 3),
        ("filter[type][]=lead_added&filter[type][]=task_added", 3),
        ("filter[entity]=lead&filter[entity_id]={0},{1}", 3),
        ("filter[entity][]=lead&filter[entity_id][]={0}", 2),
        ("filter[created_by]={boris}", 2),
        ("filter[created_by][]={boris}&filter[created_by][]={anna}", 4),
        ("filter[created_at]={late}", 2),
        ("filter[created_at][from]={late}&filter[created_at][to]={late}", 2),
        ("filter[created_at][to]={late}", 4),
        (
            "filter[value_after][leads_statuses][0][pipeline_id]={pipe}&filter[value_after][leads_statuses][0][status_id]=142",
            1,
        ),
        (
            "filter[value_before][leads_statuses][0][pipeline_id]=1&filter[value_before][leads_statuses][0][status_id]=142",
            0,
        ),
        ("filter[value_after][responsible_user_id]=1,{boris}", 0),
    ],
)
def test_filters_in_both_spellings(world: SimpleNamespace, amo: Talk, filter_: str, count: int) -> None:
    ids = [new_lead(world), new_lead(world)]
    world.clock.jump(100)
    world.account.change_lead(ids[0], world.boris, status_id=142)
    world.account.create_task(world.boris, complete_till=START)
    names = {"anna": world.anna, "boris": world.boris, "late": START + 100, "pipe": world.pipeline}
    assert len(amo.rows("events?" + filter_.format(*ids, **names))) == count


@pytest.mark.parametrize(
    "filter_",
    [
        "filter[entity_id]=1",
        "filter[entity]=lead,contact&filter[entity_id]=1",
        "filter[entity]=leads",
        "filter[type]=lead_won",
        "filter[type]=custom_field_5_value_changed,lead_added",
        "filter[entity]=lead&filter[entity_id]=1,2,3,4,5,6,7,8,9,10,11",
        "filter[created_by]=1,2,3,4,5,6,7,8,9,10,11",
    ],
)
def test_filters_that_are_refused(amo: Talk, filter_: str) -> None:
    assert amo.get(f"events?{filter_}").status_code == 400


def test_a_hundred_a_page_newest_first(world: SimpleNamespace, amo: Talk) -> None:
    ids = [new_lead(world) for _ in range(130)]
    first = amo.get("events").json()
    assert len(first["_embedded"]["events"]) == 50
    first = amo.get("events?limit=100").json()
    second = amo.session.get(first["_links"]["next"]["href"]).json()
    listed = [row["entity_id"] for page in (first, second) for row in page["_embedded"]["events"]]
    assert listed == ids[::-1]
    assert "next" not in second["_links"]
    world.switches.events_order = "oldest"
    assert amo.rows("events")[0]["entity_id"] == ids[0]
    world.switches.events_first_page_only = True
    assert "next" not in amo.get("events?limit=100").json()["_links"]


def test_events_may_come_late_and_be_forgotten(world: SimpleNamespace, amo: Talk) -> None:
    new_lead(world)
    world.switches.events_lag_seconds = 60
    assert amo.rows("events") == []
    world.clock.jump(60)
    assert len(amo.rows("events")) == 1
    world.switches.events_retention_days = 1
    world.clock.jump(86400)
    assert world.talk().rows("events") == []


def test_ids_sort_by_time_and_by_chance_inside_a_second_when_asked(world: SimpleNamespace) -> None:
    for _ in range(50):
        new_lead(world)
    ids = [event["id"] for event in world.account.events]
    assert ids == sorted(ids)
    world.switches.event_ids_shuffled = True
    world.clock.jump(1)
    for _ in range(50):
        new_lead(world)
    shuffled = [event["id"] for event in world.account.events][50:]
    assert shuffled != sorted(shuffled)
    assert min(shuffled) > max(ids)


def test_the_types_are_listed_with_their_numbers(amo: Talk) -> None:
    body = amo.get("events/types?language_code=en").json()
    numbers = {row["key"]: row["type"] for row in body["_embedded"]["events_types"]}
    assert (numbers["lead_added"], numbers["sale_field_changed"], numbers["entity_linked"]) == (1, 69, 72)
    assert len(set(numbers.values())) == len(numbers) == body["_total_items"]
