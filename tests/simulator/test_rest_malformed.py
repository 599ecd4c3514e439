"""Whatever a client sends, the simulator answers like amoCRM and never with a 500."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.app import create_app
from simulator.rest import calls, contacts, lead_writes, links, notes, tasks, unsorted

if TYPE_CHECKING:
    from types import SimpleNamespace

    from flask.testing import FlaskClient

    from tests.simulator.conftest import Talk

BODIES = [
    b"{",
    b"null",
    b"[[]]",
    b"[null]",
    b"[{}]",
    b'"text"',
    b"\xff\xfe",
    b"1e999",
    b"[" * 100_000,
    b'[{"id":1e999}]',
    b'[{"id":NaN,"name":null,"price":-1}]',
    b'[{"id":99999999999999999999999999,"status_id":99999999999999999999999999}]',
    b'{"id":[],"name":{},"_embedded":[],"settings":5,"destination":{}}',
    b'[{"_embedded":{"tags":5,"contacts":[5],"companies":[{"id":{}}]},"tags_to_add":[5]}]',
    b'[{"entity_id":true,"entity_type":[],"text":"","complete_till":1,"note_type":[],"params":[]}]',
    b'[{"text":"x","complete_till":99999999999,"request_id":{"a":1}}]',
    b'[{"custom_fields_values":[5,{"field_id":1,"values":[5]},{"field_code":[]}]}]',
    b'[{"to_entity_id":{},"to_entity_type":"__class__"}]',
    b'[{"source_uid":"u","source_name":"n","metadata":{},"_embedded":{"leads":[5],"contacts":{}}}]',
    b'[{"direction":"inbound","duration":1,"source":"s","phone":"","responsible_user_id":true}]',
    b'{"destination":"http://[::1","settings":["add_lead"]}',
    b'{"destination":"https://\xd0\xbf.example","settings":[null]}',
    b'{"link":{"entity_id":[]},"user_id":99999999999999999999,"status_id":-5}',
    b"[]",
    b"{}",
    b"",
]
GOOD = {
    "text": "x",
    "complete_till": 2_000_000_000,
    "note_type": "common",
    "params": {},
    "direction": "inbound",
    "duration": 1,
    "source": "s",
    "phone": "+79990000000",
    "source_uid": "u",
    "source_name": "n",
    "metadata": {},
    "to_entity_type": "contacts",
    "to_entity_id": 5,
    "destination": "https://a.example/",
    "settings": ["add_lead"],
}
VALUES: list[object] = [
    *(
        None,
        True,
        -1,
        0,
        2**31,
        2**63,
        10**40,
        1.5,
        "",
        "1",
        "\x00",
        "\ud800",
        [],
        {},
        [None],
        [[]],
        [{}],
        [5],
        {"a": []},
    ),
    *(
        [{"name": 5}],
        [{"name": None, "id": []}],
        {"tags": [{"name": "x" * 5000}]},
        {"tags": 5},
        {"contacts": {"id": 1}},
    ),
    *({"contacts": [{"id": []}]}, {"companies": [{"name": 5}]}, {"contacts": [{"name": "x", "tags_to_add": [5]}]}),
    *(
        [{"field_id": 1}],
        [{"field_code": "PHONE", "values": [{"value": {}}]}],
        {"text": {}},
        {"leads": [{"price": "1"}]},
    ),
]
QUERIES = [
    *("page=0", "page=-1", "page=1.5", "page=", "limit=abc", "limit=99999999999999999999999", "with[]=contacts"),
    *("filter", "filter=", "filter[]", "filter[id]", "filter[id][a][b][c]=1", "filter[id][]=", "filter[[id]]=1"),
    *("filter[updated_at]=abc", "filter[updated_at][from]=", "filter[created_at][from][to]=1", "filter[statuses]=5"),
    *("filter[statuses][0]=5", "filter[price][from]=1e5", "filter[value_after][leads_statuses]=1", "filter[type][]=x"),
    *(
        "filter[value_after]=1",
        "filter[value_before][x]=1",
        "order=id",
        "order[id]=sideways",
        "order[]=asc",
        "a" * 5000,
    ),
    *("filter[entity]=lead&filter[entity_id][]=x", "query[]=1", "page=9" * 50, "%FF=%FE", "filter[id]=²", "a[b" * 50),
    *("filter[destination][x]=1", "language_code=xx", "filter[is_completed]=maybe", "filter[uid][]=1"),
]


@pytest.fixture
def client(world: SimpleNamespace, amo: Talk) -> FlaskClient:
    """The application without its server: thousands of requests are sent here."""
    client = create_app(world.universe).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = str(amo.session.headers["Authorization"])
    return client


def routes(world: SimpleNamespace, client: FlaskClient) -> list[tuple[str, str]]:
    """Return every method and path of the API, with something that exists in its holes."""
    account = world.account
    lead_id = account.create_lead(world.anna, pipeline_id=world.pipeline, status_id=world.stages[0])
    ids = {
        "lead_id": lead_id,
        "entity_id": lead_id,
        "row_id": account.create_contact(world.anna, name="Ivan"),
        "task_id": account.create_task(world.anna, complete_till=1),
        "note_id": account.add_note("leads", lead_id, world.anna, params={"text": "x"}),
        "pipeline_id": world.pipeline,
        "status_id": 142,
        "user_id": world.anna,
        "field_id": next(iter(account.custom_fields["contacts"])),
        "uid": account.add_unsorted("chats", name="x"),
        "kind": "leads",
        "category": "forms",
        "action": "link",
        "event_id": account.events[0]["id"],
    }
    adapter = client.application.url_map.bind("localhost")
    found = []
    for rule in client.application.url_map.iter_rules():
        kinds = ("contacts", "leads") if "kind" in rule.arguments else ("",)
        for kind in kinds if rule.rule.startswith("/api/v4/") else ():
            values = {name: ids[name] for name in rule.arguments} | ({"kind": kind} if kind else {})
            try:
                path = adapter.build(rule.endpoint, values)
            except ValueError:
                continue  # a route that this kind does not have
            found += [(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(set(found))


def test_no_body_breaks_a_write(world: SimpleNamespace, client: FlaskClient) -> None:
    writes = [(method, path) for method, path in routes(world, client) if method != "GET"]
    assert len(writes) > 25
    answers = [(client.open(path, method=method, data=body), body) for method, path in writes for body in BODIES]
    assert [(each.request.path, body[:60]) for each, body in answers if each.status_code >= 500] == []
    assert {200, 400, 404} <= {each.status_code for each, _ in answers}


def test_no_query_breaks_a_read(world: SimpleNamespace, client: FlaskClient) -> None:
    reads = [path for method, path in routes(world, client) if method == "GET"]
    assert len(reads) > 30
    answers = [(client.get(f"{path}?{query}"), query) for path in reads for query in QUERIES]
    assert [(each.request.path, query[:60]) for each, query in answers if each.status_code >= 500] == []
    assert {200, 204, 400} <= {each.status_code for each, _ in answers}


def test_no_value_of_a_field_breaks_a_write(world: SimpleNamespace, client: FlaskClient) -> None:
    account = world.account
    lead_id = account.create_lead(world.anna, pipeline_id=world.pipeline, status_id=world.stages[0])
    task_id = account.create_task(world.anna, complete_till=1)
    broken = []
    for method, path, fields in (
        ("POST", "leads", lead_writes.CHECKS),
        ("POST", "leads/complex", lead_writes.CHECKS),
        ("PATCH", f"leads/{lead_id}", lead_writes.CHECKS),
        ("POST", "contacts", contacts.CHECKS),
        ("POST", "companies", contacts.CHECKS),
        ("POST", "tasks", tasks.CHECKS),
        ("PATCH", f"tasks/{task_id}", tasks.CHECKS),
        ("POST", f"leads/{lead_id}/notes", notes.CHECKS),
        ("POST", "calls", calls.CHECKS),
        ("POST", "leads/unsorted/sip", unsorted.CHECKS),
        ("POST", f"leads/{lead_id}/link", links.CHECKS),
        ("POST", "webhooks", {"destination": None, "settings": None, "sort": None}),
    ):
        for name in fields:
            for value in VALUES:
                row = {**GOOD, name: value}
                body = row if method == "PATCH" or path == "webhooks" else [row]
                status = client.open(f"/api/v4/{path}", method=method, json=body).status_code
                if status >= 500:
                    broken.append((method, path, name, value, status))
    assert broken == []
    assert client.get("/_sim/truth").status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"null", b"[5]", b'{"a":1}'])
def test_a_body_that_is_no_array_is_400(amo: Talk, body: bytes) -> None:
    answer = amo.ask("POST", "leads", data=body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
