"""Odd answers of the API. What a well-behaved amoCRM does is tested against the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from responses import matchers

from integration.amo.client import AmoClient, FilterIgnored
from integration.amo.rate_limit import RateLimit
from integration.errors import (
    BadRequest,
    Blocked,
    GrantDead,
    PaymentRequired,
    RateLimited,
    RightsMissing,
    Unavailable,
    UnexpectedAnswer,
)
from tests.amo.samples import EVENT, LEAD, TASK

if TYPE_CHECKING:
    from collections.abc import Iterator

API = "https://example.amocrm.ru/api/v4"
HAL = "application/hal+json"
DESTINATION = "https://pulse.example.ru/hooks/sentinel-key"


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def renewed() -> list[str]:
    """The access tokens that were refused."""
    return []


@pytest.fixture
def client(renewed: list[str]) -> Iterator[AmoClient]:
    def renew(old: str) -> str:
        renewed.append(old)
        return "second"

    limit = RateLimit(None, 1000)
    with AmoClient(
        "example.amocrm.ru", "first", renew=renew, limit=limit, account_id=77, gateway=None, key=b"key"
    ) as opened:
        yield opened


def _list(name: str, rows: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    links = {"self": {"href": API}} | ({"next": {"href": "https://evil.com/"}} if more else {})
    return {"_page": 1, "_links": links, "_embedded": {name: rows}}


def _query(call: Any) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(call.request.url).query)


@pytest.mark.parametrize("host", ["evil.com", "example.amocrm.ru.evil.com", "www.amocrm.ru", ""])
def test_no_client_is_made_for_a_host_that_is_not_amocrms(host: str) -> None:
    with pytest.raises(BadRequest):
        AmoClient(host, "t", renew=str, limit=RateLimit(None, 1), account_id=77, gateway=None, key=b"key")


def test_a_refused_token_is_renewed_once_and_the_request_repeated(
    web: responses.RequestsMock, client: AmoClient, renewed: list[str]
) -> None:
    first, second = ([matchers.header_matcher({"Authorization": f"Bearer {token}"})] for token in ("first", "second"))
    web.get(f"{API}/leads/5", status=401, match=first)
    web.get(f"{API}/leads/5", json=LEAD, content_type=HAL, match=second)
    web.get(f"{API}/leads/6", status=204, match=second)
    lead = client.lead(5)
    assert lead is not None
    assert lead.id == 5
    assert client.lead(6) is None  # with the new token, without asking for another
    assert renewed == ["first"]


def test_a_token_refused_twice_means_that_the_grant_is_dead(
    web: responses.RequestsMock, client: AmoClient, renewed: list[str]
) -> None:
    web.get(f"{API}/leads/5", status=401)
    with pytest.raises(GrantDead):
        client.lead(5)
    assert renewed == ["first"]
    assert len(web.calls) == 2


def test_a_lead_that_is_hidden_from_us_is_not_shown_and_refuses_nothing_else(web, client):
    web.get(f"{API}/leads/5", status=403, body='{"title": "Forbidden"}')
    assert client.lead(5) is None


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (402, "{}", PaymentRequired),
        (403, "<html>", Blocked),
        (429, "", RateLimited),
        (502, "<html>", Unavailable),
        (504, "", Unavailable),
        (302, "", UnexpectedAnswer),
    ],
)
def test_a_refusal_comes_out_under_its_name(
    web: responses.RequestsMock, client: AmoClient, status: int, body: str, error: type[Exception]
) -> None:
    web.get(f"{API}/leads/5", status=status, body=body, headers={"Location": "https://evil.com/"})
    with pytest.raises(error):
        client.lead(5)
    assert len(web.calls) == 1


def test_leads_are_asked_for_by_id_with_their_contacts(web: responses.RequestsMock, client: AmoClient) -> None:
    web.get(f"{API}/leads", json=_list("leads", [LEAD]), content_type=HAL)
    assert [lead.id for lead in client.leads_by_id([5, 6])] == [5]
    assert _query(web.calls[0]) == [
        ("limit", "250"),
        ("with", "contacts"),
        ("filter[id][]", "5"),
        ("filter[id][]", "6"),
    ]


def test_250_long_ids_fit_into_one_request_line(web: responses.RequestsMock, client: AmoClient) -> None:
    web.get(f"{API}/leads", status=204)
    assert client.leads_by_id(range(10**9, 10**9 + 250)) == []
    assert len(web.calls[0].request.url or "") < 8192


def test_an_account_that_ignores_the_filter_is_noticed(web: responses.RequestsMock, client: AmoClient) -> None:
    web.get(f"{API}/leads", json=_list("leads", [LEAD, LEAD | {"id": 9}]), content_type=HAL)
    with pytest.raises(FilterIgnored):
        client.leads_by_id([5, 6])
    with pytest.raises(FilterIgnored):
        client.leads_page(1, updated_since=LEAD["updated_at"] + 1)


@pytest.mark.parametrize("status", [400, 402, 403, 422])
def test_an_account_that_refuses_the_filter_is_noticed(
    web: responses.RequestsMock, client: AmoClient, status: int
) -> None:
    web.get(f"{API}/leads", status=status, json={"title": "no"})
    with pytest.raises(FilterIgnored):
        client.leads_by_id([5])


def test_a_block_is_not_taken_for_a_refused_filter(web: responses.RequestsMock, client: AmoClient) -> None:
    web.get(f"{API}/leads", status=403, body="<html>")
    with pytest.raises(Blocked):
        client.leads_by_id([5])


def test_the_second_of_the_cursor_itself_is_asked_for_and_accepted(
    web: responses.RequestsMock, client: AmoClient
) -> None:
    web.get(f"{API}/leads", json=_list("leads", [LEAD], more=True), content_type=HAL)
    leads, more = client.leads_page(3, updated_since=LEAD["updated_at"])
    assert (len(leads), more) == (1, True)
    query = dict(_query(web.calls[0]))
    assert query["filter[updated_at][from]"] == str(LEAD["updated_at"])
    assert "filter[updated_at][to]" not in query
    assert (query["page"], query["order[id]"]) == ("3", "asc")


def test_the_trash_never_names_a_living_lead(web: responses.RequestsMock, client: AmoClient) -> None:
    rows = [{"id": 5, "updated_at": 1, "is_deleted": True}, LEAD | {"id": 6}]
    web.get(f"{API}/leads", json=_list("leads", rows), content_type=HAL)
    assert client.deleted_leads_page(1) == ([5], False)


def test_a_page_of_nothing_is_the_end(web: responses.RequestsMock, client: AmoClient) -> None:
    for path in ("leads", "tasks", "events"):
        web.get(f"{API}/{path}", status=204)
    nothing: tuple[list[Any], bool] = ([], False)
    assert client.leads_page(7) == client.leads_newest_first(7) == client.deleted_leads_page(7) == nothing
    assert client.tasks_page(7) == client.events_page(0, 1, 7) == nothing


def test_tasks_that_the_filter_excludes_are_noticed(web: responses.RequestsMock, client: AmoClient) -> None:
    web.get(f"{API}/tasks", json=_list("tasks", [TASK]), content_type=HAL)
    assert [task.id for task in client.tasks_by_id([8])] == [8]
    with pytest.raises(FilterIgnored):
        client.tasks_by_id([9])


def test_events_of_the_elements_of_lists_are_dropped(web: responses.RequestsMock, client: AmoClient) -> None:
    rows = [
        EVENT,
        EVENT | {"entity_type": "contact"},
        EVENT | {"entity_type": "task"},
        EVENT | {"entity_type": "catalog_5"},
    ]
    web.get(f"{API}/events", json=_list("events", rows, more=True), content_type=HAL)
    events, more = client.events_page(10, 20, 2)
    assert [event.entity_type for event in events] == ["lead", "contact", "task"]
    assert more
    assert dict(_query(web.calls[0])) == {
        "limit": "100",
        "page": "2",
        "filter[created_at][from]": "10",
        "filter[created_at][to]": "20",
    }


def test_the_clock_of_amocrm_is_known_from_any_answer(web: responses.RequestsMock, client: AmoClient) -> None:
    assert client.server_now == 0
    web.get(f"{API}/leads/5", status=204, headers={"Date": "Sat, 21 Nov 2026 22:00:00 GMT"})
    web.get(f"{API}/leads/6", status=204)
    client.lead(5)
    client.lead(6)
    assert client.server_now == 1795298400


def test_a_list_that_never_ends_is_left(
    web: responses.RequestsMock, client: AmoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integration.amo.conversation.MOST_PAGES", 3)
    web.get(
        f"{API}/leads/loss_reasons", json=_list("loss_reasons", [{"id": 1, "name": "a"}], more=True), content_type=HAL
    )
    assert len(client.loss_reasons()) == 3


HOOK = {"id": 1, "destination": DESTINATION, "disabled": True, "settings": ["add_lead"]}


def test_only_our_own_subscription_is_returned(web: responses.RequestsMock, client: AmoClient) -> None:
    rows = [HOOK, HOOK | {"destination": f"{DESTINATION}/other"}]
    web.get(f"{API}/webhooks", json=_list("webhooks", rows), content_type=HAL)
    (hook,) = client.webhooks(DESTINATION)
    assert (hook.destination, hook.is_disabled, hook.settings) == (DESTINATION, True, {"add_lead"})


def test_codes_that_an_edition_does_not_know_are_left_out(web: responses.RequestsMock, client: AmoClient) -> None:
    web.post(f"{API}/webhooks", status=400, json={"detail": f"bad {DESTINATION}"})
    web.post(f"{API}/webhooks", status=422, json={})
    web.post(f"{API}/webhooks", status=201, json=HOOK, content_type=HAL)
    client.subscribe(DESTINATION)
    tried = [call.request.body or b"" for call in web.calls]
    assert [b"delete_unsorted" in body for body in map(_bytes, tried)] == [True, False, False]
    assert [b"update_task" in body for body in map(_bytes, tried)] == [True, True, False]
    assert all(b"status_lead" in body for body in map(_bytes, tried))


def _bytes(body: str | bytes) -> bytes:
    return body if isinstance(body, bytes) else body.encode()


def test_a_subscription_refused_in_every_form_says_so_without_the_address(
    web: responses.RequestsMock, client: AmoClient
) -> None:
    web.post(f"{API}/webhooks", status=400, json={"detail": f"bad {DESTINATION}"})
    with pytest.raises(UnexpectedAnswer) as refusal:
        client.subscribe(DESTINATION)
    assert "sentinel" not in str(refusal.value)
    assert len(web.calls) == 3


def test_an_edition_without_hooks_is_asked_once(web: responses.RequestsMock, client: AmoClient) -> None:
    web.post(f"{API}/webhooks", status=402, json={})
    with pytest.raises(PaymentRequired):
        client.subscribe(DESTINATION)
    assert len(web.calls) == 1


@pytest.mark.parametrize("status", [204, 404])
def test_unsubscribing_what_is_not_subscribed_is_fine(
    web: responses.RequestsMock, client: AmoClient, status: int
) -> None:
    web.delete(f"{API}/webhooks", status=status, match=[matchers.json_params_matcher({"destination": DESTINATION})])
    client.unsubscribe(DESTINATION)


def test_unsubscribing_without_rights_says_so(web: responses.RequestsMock, client: AmoClient) -> None:
    web.delete(f"{API}/webhooks", status=403, json={"title": "Forbidden"})
    with pytest.raises(RightsMissing):
        client.unsubscribe(DESTINATION)
