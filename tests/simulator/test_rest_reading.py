"""Reading API v4: envelopes, pages, 204s, filters, order, with."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.conftest import START, Talk

if TYPE_CHECKING:
    from types import SimpleNamespace

LEAD_FIELDS = {
    *("id", "name", "price", "responsible_user_id", "group_id", "status_id", "pipeline_id", "loss_reason_id"),
    *("created_by", "updated_by", "created_at", "updated_at", "closed_at", "closest_task_at", "is_deleted"),
    *("custom_fields_values", "score", "account_id", "labor_cost", "_links", "_embedded"),
}


def make_leads(world: SimpleNamespace, count: int, **more: Any) -> list[int]:
    """Create leads a minute apart."""
    ids = []
    for number in range(count):
        world.clock.jump(60)
        fields = {"price": number * 100, "responsible_user_id": world.anna} | more
        ids.append(
            world.account.create_lead(world.admin, pipeline_id=world.pipeline, status_id=world.stages[0], **fields)
        )
    return ids


def ids_of(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_a_lead_has_exactly_the_documented_fields(world: SimpleNamespace, amo: Talk) -> None:
    contact = world.account.create_contact(world.anna, name="Ivan")
    firm = world.account.create_company(world.anna, name="Firm")
    (lead_id,) = make_leads(world, 1, contact_id=contact, company_id=firm, tags=["site"])
    answer = amo.get(f"leads/{lead_id}")
    assert answer.headers["Content-Type"] == "application/hal+json"
    lead = answer.json()
    assert set(lead) == LEAD_FIELDS
    assert lead["_links"] == {"self": {"href": f"{world.url}/api/v4/leads/{lead_id}"}}
    assert set(lead["_embedded"]) == {"tags", "companies"}
    assert lead["_embedded"]["tags"][0]["name"] == "site"
    assert lead["_embedded"]["companies"][0]["id"] == firm
    wide = amo.get(f"leads/{lead_id}?with=contacts,source_id,loss_reason,is_price_modified_by_robot").json()
    assert set(wide) - set(lead) == {"source_id", "is_price_modified_by_robot"}
    assert (wide["_embedded"]["contacts"][0]["id"], wide["_embedded"]["contacts"][0]["is_main"]) == (contact, True)
    assert wide["_embedded"]["loss_reason"] == []


def test_a_lost_lead_shows_its_reason_as_an_array(world: SimpleNamespace, amo: Talk) -> None:
    reason = world.account.add_loss_reason("Expensive")
    (lead_id,) = make_leads(world, 1)
    world.account.change_lead(lead_id, world.anna, status_id=143, loss_reason_id=reason)
    lead = amo.get(f"leads/{lead_id}?with=loss_reason").json()
    assert (lead["loss_reason_id"], lead["closed_at"]) == (reason, world.clock.now())
    assert [each["name"] for each in lead["_embedded"]["loss_reason"]] == ["Expensive"]


def test_pages_end_where_there_is_no_next_link(world: SimpleNamespace, amo: Talk) -> None:
    ids = make_leads(world, 4)
    first = amo.get("leads?limit=2").json()
    assert (first["_page"], ids_of(first["_embedded"]["leads"])) == (1, ids[:2])
    assert "_total_items" not in first
    assert "prev" not in first["_links"]
    second = amo.session.get(first["_links"]["next"]["href"]).json()
    assert ids_of(second["_embedded"]["leads"]) == ids[2:]
    assert set(second["_links"]) == {"self", "first", "prev"}
    assert amo.rows("leads?limit=2&page=3") == []
    world.switches.full_last_page_has_next = True
    promised = amo.get("leads?limit=2&page=2").json()["_links"]["next"]["href"]
    assert amo.session.get(promised).status_code == 204


def test_fifty_rows_unless_asked_and_250_at_most(world: SimpleNamespace, amo: Talk) -> None:
    make_leads(world, 251)
    assert len(amo.rows("leads")) == 50
    assert len(amo.rows("leads?limit=250")) == 250
    assert len(amo.rows("leads?limit=500")) == 250
    assert len(amo.rows("events?limit=250")) == 100
    world.switches.reads_over_limit = "400"
    assert amo.get("leads?limit=251").status_code == 400


def test_what_is_missing_or_empty_is_204(world: SimpleNamespace, amo: Talk) -> None:
    assert world.account.leads == {}
    missing = ["leads", "contacts", "companies", "tasks", "webhooks", "leads/loss_reasons", "leads/notes"]
    for path in [*missing, "leads/1", "contacts/1", "companies/1", "tasks/1", "leads/pipelines/1", "events"]:
        answer = amo.get(path)
        assert (path, answer.status_code, answer.content) == (path, 204, b"")


def test_an_unknown_route_is_a_problem(amo: Talk) -> None:
    answer = amo.get("deals")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("Cannot GET http")
    assert amo.ask("PUT", "leads").status_code == 405


@pytest.mark.parametrize(
    ("filter_", "chosen"),
    [
        ("filter[id]={0}", [0]),
        ("filter[id][]={0}&filter[id][]={2}", [0, 2]),
        ("filter[id][0]={0}&filter[id][1]={2}", [0, 2]),
        ("filter[price][from]=100&filter[price][to]=200", [1, 2]),
        ("filter[created_at][from]={start_120}", [1, 2, 3]),
        ("filter[updated_at][to]={start_120}", [0, 1]),
        ("filter[statuses][0][pipeline_id]={pipeline}&filter[statuses][0][status_id]=142", [3]),
        ("filter[statuses][0][status_id]=142", [3]),
        ("filter[closed_at][from]=1", [3]),
        ("filter[responsible_user_id][]={boris}", [3]),
        ("filter[pipeline_id]=1", []),
        ("filter[name]=none", []),
        ("filter[unheard_of]=1", [0, 1, 2, 3]),
    ],
)
def test_filters_of_leads(world: SimpleNamespace, amo: Talk, filter_: str, chosen: list[int]) -> None:
    ids = make_leads(world, 4)
    world.account.change_lead(ids[3], world.admin, status_id=142, responsible_user_id=world.boris)
    names = {"pipeline": world.pipeline, "boris": world.boris, "start_120": START + 120}
    assert ids_of(amo.rows("leads?" + filter_.format(*ids, **names))) == [ids[place] for place in chosen]


def test_order_and_search(world: SimpleNamespace, amo: Talk) -> None:
    ids = make_leads(world, 3)
    world.clock.jump(5)
    world.account.change_lead(ids[1], world.anna, name="Желтый дом")
    assert ids_of(amo.rows("leads?order[updated_at]=desc")) == [ids[1], ids[2], ids[0]]
    assert ids_of(amo.rows("leads?order[id]=desc")) == ids[::-1]
    assert ids_of(amo.rows("leads?query=желтый")) == [ids[1]]
    assert amo.get("leads?order[price]=desc").status_code == 400


def test_the_paid_filter_may_be_absent_in_several_ways(world: SimpleNamespace, amo: Talk) -> None:
    ids = make_leads(world, 2)
    world.switches.paid_filter = False
    assert amo.get("account?with=is_api_filter_enabled").json()["is_api_filter_enabled"] is False
    assert ids_of(amo.rows(f"leads?filter[id]={ids[0]}")) == ids
    for status in ("400", "402", "403"):
        world.switches.paid_filter_absent = status
        assert amo.get(f"leads?filter[id]={ids[0]}").status_code == int(status)
    assert ids_of(amo.rows("leads?order[updated_at]=desc")) == ids[::-1]
    assert amo.rows("tasks?filter[id]=1") == []


def test_the_trash_shows_a_reduced_model_and_forgets_the_purged(world: SimpleNamespace, amo: Talk) -> None:
    kept, deleted, purged, absorbed = make_leads(world, 4)
    for lead_id in (deleted, purged):
        world.account.delete_lead(lead_id, world.anna)
    world.account.purge_lead(purged)
    world.account.merge_leads(kept, absorbed, world.anna)
    assert ids_of(amo.rows("leads")) == [kept]
    first, second = amo.rows("leads?with=only_deleted")
    assert set(first) == {"id", "updated_at", "updated_by", "is_deleted", "_links"}
    assert (first["id"], first["updated_by"], first["is_deleted"]) == (deleted, world.anna, True)
    assert second["id"] == absorbed
    assert amo.get(f"leads/{deleted}").status_code == 204
    world.account.restore_lead(deleted, world.anna)
    assert deleted in ids_of(amo.rows("leads"))


def test_tasks_filter_order_and_look_as_documented(world: SimpleNamespace, amo: Talk) -> None:
    (lead_id,) = make_leads(world, 1)
    till = START + 7200
    tasks = [
        world.account.create_task(world.anna, entity_type="leads", entity_id=lead_id, text="a", complete_till=till),
        world.account.create_task(world.boris, text="b", complete_till=till - 3600),
        world.account.create_task(world.boris, text="c", complete_till=till, task_type_id=2),
    ]
    world.account.complete_task(tasks[0], world.anna, "fine")
    world.account.delete_task(tasks[2], world.boris)
    done, free = amo.rows("tasks")
    assert (done["is_completed"], done["result"]) == (True, {"text": "fine"})
    assert (free["entity_type"], free["entity_id"], free["result"]) == (None, None, [])
    assert not {"is_deleted", "completed_at"} & set(free)
    assert ids_of(amo.rows("tasks?filter[is_completed]=0")) == [tasks[1]]
    assert ids_of(amo.rows("tasks?filter[is_completed][]=1")) == [tasks[0]]
    assert ids_of(amo.rows(f"tasks?filter[entity_type]=leads&filter[entity_id]={lead_id}")) == [tasks[0]]
    assert amo.get(f"tasks?filter[entity_id]={lead_id}").status_code == 400
    assert ids_of(amo.rows("tasks?order[complete_till]=asc")) == [tasks[1], tasks[0]]
    assert ids_of(amo.rows(f"tasks?filter[updated_at]={START + 61}")) == []
    world.switches.task_result_empty = "object"
    assert amo.get(f"tasks/{tasks[1]}").json()["result"] == {}


def test_the_closest_task_of_a_lead_follows_its_tasks(world: SimpleNamespace, amo: Talk) -> None:
    (lead_id,) = make_leads(world, 1)
    first, second = (
        world.account.create_task(
            world.anna, entity_type="leads", entity_id=lead_id, complete_till=START + hours * 3600
        )
        for hours in (2, 3)
    )
    assert amo.get(f"leads/{lead_id}").json()["closest_task_at"] == START + 7200
    world.account.complete_task(first, world.anna)
    assert amo.get(f"leads/{lead_id}").json()["closest_task_at"] == START + 10800
    world.account.delete_task(second, world.anna)
    assert amo.get(f"leads/{lead_id}").json()["closest_task_at"] is None


def test_the_account_says_only_what_with_asks(world: SimpleNamespace, amo: Talk) -> None:
    world.account.timezone = "Asia/Yekaterinburg"
    bare = amo.get("account").json()
    assert (bare["id"], bare["subdomain"], bare["current_user_id"]) == (world.account.id, "demo", world.admin)
    assert "_embedded" not in bare
    asked = "amojo_id,uuid,amojo_rights,users_groups,task_types,version,entity_names,datetime_settings,drive_url"
    wide = amo.get(f"account?with={asked},invoices_settings").json()
    assert wide["_embedded"]["datetime_settings"]["timezone_offset"] == "+05:00"
    assert [group["id"] for group in wide["_embedded"]["users_groups"]] == [0, world.group]
    assert [type_["code"] for type_ in wide["_embedded"]["task_types"]] == ["FOLLOW_UP", "MEETING"]


def test_won_and_lost_close_every_pipeline(world: SimpleNamespace, amo: Talk) -> None:
    plain = world.account.add_pipeline("After", ["One"], is_unsorted_on=False)
    sales, after = amo.get("leads/pipelines").json()["_embedded"]["pipelines"]
    assert [row["type"] for row in sales["_embedded"]["statuses"]] == [1, 0, 0, 0, 0, 0]
    assert [row["id"] for row in after["_embedded"]["statuses"]][1:] == [142, 143]
    assert [row["sort"] for row in after["_embedded"]["statuses"]][1:] == [10000, 11000]
    assert amo.get(f"leads/pipelines/{plain}/statuses/142").json()["is_editable"] is False
    assert amo.get(f"leads/pipelines/{plain}/statuses").json()["_total_items"] == 3


def test_notes_are_read_for_each_kind_of_entity(world: SimpleNamespace, amo: Talk) -> None:
    contact = world.account.create_contact(world.anna, name="Ivan")
    (lead_id,) = make_leads(world, 1)
    call = world.account.add_call("contacts", contact, world.anna, duration="61", direction="outbound", call_status=4)
    world.account.add_note("leads", lead_id, world.boris, params={"text": "hello"})
    (row,) = amo.rows("contacts/notes?filter[note_type][]=call_out")
    assert (row["id"], row["params"]["duration"], row["params"]["call_status"]) == (call, "61", 4)
    assert ids_of(amo.rows("leads/notes?filter[note_type]=call_in")) == []
    world.clock.jump(30)
    world.account.change_note(call, world.anna, {"link": "https://rec.example/1"})
    (again,) = amo.rows(f"contacts/{contact}/notes?filter[updated_at][from]={world.clock.now()}")
    assert (again["id"], again["params"]["link"]) == (call, "https://rec.example/1")
    assert amo.get(f"leads/notes/{call}").status_code == 204


def test_a_stale_read_shows_the_entity_as_it_was(world: SimpleNamespace, amo: Talk) -> None:
    (lead_id,) = make_leads(world, 1, price=5)
    world.clock.jump(60)
    world.account.change_lead(lead_id, world.anna, price=7)
    world.switches.stale_reads_ms = 1500
    assert amo.get(f"leads/{lead_id}").json()["price"] == 5
    assert amo.rows("leads")[0]["updated_at"] == START + 60
    world.clock.jump(2)
    assert amo.rows("leads")[0]["price"] == 7


def test_links_of_a_lead(world: SimpleNamespace, amo: Talk) -> None:
    contact = world.account.create_contact(world.anna, name="Ivan")
    (lead_id,) = make_leads(world, 1)
    body = [{"to_entity_id": contact, "to_entity_type": "contacts"}]
    assert amo.ask("POST", f"leads/{lead_id}/link", json=body).status_code == 200
    (link,) = amo.rows(f"leads/{lead_id}/links")
    assert link == {"to_entity_id": contact, "to_entity_type": "contacts", "metadata": {"main_contact": True}}
    (bulk,) = amo.rows(f"leads/links?filter[entity_id][]={lead_id}")
    assert bulk["entity_id"] == lead_id
    assert [row["to_entity_id"] for row in amo.rows(f"contacts/{contact}/links")] == [lead_id]
    assert amo.ask("POST", f"leads/{lead_id}/unlink", json=body).status_code == 204
    assert amo.rows(f"leads/{lead_id}/links") == []


def test_if_modified_since_is_honoured_only_by_its_switch(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = world.account.create_lead(world.anna, pipeline_id=world.pipeline, status_id=world.stages[0])

    def statuses(at: int) -> list[int]:
        since = {"If-Modified-Since": formatdate(at, usegmt=True)}
        return [amo.get(path, headers=since).status_code for path in ("leads", f"leads/{lead_id}", "events", "leads/5")]

    assert statuses(START + 5) == [200, 200, 200, 204]
    world.switches.honours_if_modified_since = True
    assert statuses(START + 5) == [304, 304, 200, 204]
    assert statuses(START - 5) == [200, 200, 200, 204]


def test_statuses_have_descriptions_when_asked(world: SimpleNamespace, amo: Talk) -> None:
    path = f"leads/pipelines/{world.pipeline}/statuses"
    assert all(row["descriptions"] == [] for row in amo.rows(f"{path}?with=descriptions"))
    assert all("descriptions" not in row for row in amo.rows(path))
