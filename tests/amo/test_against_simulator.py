"""The clients against a simulated amoCRM over real HTTP, through the gateway."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from integration.amo import disconnect, hooks, rows, session_token
from integration.amo.client import AmoClient, FilterIgnored
from integration.amo.rate_limit import RateLimit
from integration.amo.rows import EVENTFUL
from integration.amo.token_client import TokenClient, Tokens
from integration.errors import Blocked, GrantDead, RateLimited, UnexpectedAnswer, WrongClient
from tests.amo.simulation import CLIENT_ID, CLIENT_SECRET, Simulation, simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from integration.kpi.model import Lead


@pytest.fixture(scope="module")
def amo() -> Iterator[Simulation]:
    with simulation() as running:
        yield running


@pytest.fixture(autouse=True)
def well_behaved(amo: Simulation) -> Iterator[None]:
    """Every test begins with the usual amoCRM, but for its limits, which only slow the tests down."""
    before = amo.ask("switches")
    amo.switch(limits=False)
    yield
    amo.switch(**before)


@pytest.fixture
def token_client(amo: Simulation) -> Iterator[TokenClient]:
    with TokenClient(amo.settings) as opened:
        yield opened


@pytest.fixture
def tokens(amo: Simulation, token_client: TokenClient) -> Tokens:
    installed = amo.install()
    return token_client.exchange(installed["referer"], installed["code"])


@pytest.fixture
def connect(amo: Simulation, tokens: Tokens) -> Iterator[Callable[..., AmoClient]]:
    opened: list[AmoClient] = []

    def make(renew: Callable[[str], str] = lambda old: old, per_second: int = 1000) -> AmoClient:
        client = AmoClient(
            amo.domain,
            tokens.access_token,
            renew=renew,
            limit=RateLimit(None, per_second),
            account_id=amo.account_id,
            gateway=amo.settings.amo_gateway,
            key=b"key",
        )
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def client(connect: Callable[..., AmoClient]) -> AmoClient:
    return connect()


def _all(read: Callable[[int], tuple[list[Any], bool]]) -> list[Any]:
    found, page, more = [], 0, True
    while more:
        page += 1
        part, more = read(page)
        found += part
    return found


def _living(truth: dict[str, Any]) -> dict[int, Lead]:
    return {row["id"]: rows.lead(row) for row in truth["leads"] if not (row["is_deleted"] or row.get("purged"))}


def test_a_code_works_once_and_names_its_account(amo: Simulation, token_client: TokenClient) -> None:
    installed = amo.install()
    tokens = token_client.exchange(installed["referer"], installed["code"])
    assert tokens.account_id == amo.account_id
    assert tokens.api_domain is not None
    with pytest.raises(GrantDead):
        token_client.exchange(installed["referer"], installed["code"])


def test_a_refresh_token_works_once(amo: Simulation, token_client: TokenClient, tokens: Tokens) -> None:
    renewed = token_client.refresh(amo.domain, tokens.refresh_token)
    assert renewed.refresh_token != tokens.refresh_token
    with pytest.raises(GrantDead):
        token_client.refresh(amo.domain, tokens.refresh_token)


def test_a_wrong_secret_does_not_look_like_a_dead_grant(amo: Simulation, tokens: Tokens) -> None:
    with TokenClient(replace(amo.settings, client_secret="wrong")) as other, pytest.raises(WrongClient):
        other.refresh(amo.domain, tokens.refresh_token)


def test_the_account_its_people_and_pipelines_are_read(amo: Simulation, client: AmoClient) -> None:
    truth = amo.ask("truth")
    account = client.account()
    assert (account.id, account.timezone) == (amo.account_id, truth["account"]["timezone"])
    assert account.groups
    assert account.task_types
    assert {user.id for user in client.users()} == {user["id"] for user in truth["users"]}
    pipelines = client.pipelines()
    assert {pipeline.id for pipeline in pipelines} == {pipeline["id"] for pipeline in truth["pipelines"]}
    assert all({142, 143} <= {status.id for status in pipeline.statuses} for pipeline in pipelines)
    assert {reason.id for reason in client.loss_reasons()} == {reason["id"] for reason in truth["loss_reasons"]}
    assert client.server_now == pytest.approx(truth["now"], abs=5)


def test_all_leads_are_read_as_they_are_with_their_contacts(amo: Simulation, client: AmoClient) -> None:
    leads = {lead.id: lead for lead in _all(client.leads_page)}
    assert leads == _living(amo.ask("truth"))
    assert any(lead.main_contact_id for lead in leads.values())
    newest = _all(client.leads_newest_first)
    assert [lead.updated_at for lead in newest] == sorted((lead.updated_at for lead in newest), reverse=True)
    assert {lead.id for lead in newest} == set(leads)


def test_leads_are_found_by_id_and_by_the_time_of_their_change(amo: Simulation, client: AmoClient) -> None:
    living = _living(amo.ask("truth"))
    some = sorted(living)[:7]
    assert {lead.id for lead in client.leads_by_id(some)} == set(some)
    assert client.leads_by_id([10**17]) == []
    assert client.lead(some[0]) == living[some[0]]
    assert client.lead(10**17) is None
    since = sorted(lead.updated_at for lead in living.values())[-5]
    found = _all(lambda page: client.leads_page(page, updated_since=since))
    assert {lead.id for lead in found} == {lead.id for lead in living.values() if lead.updated_at >= since}


@pytest.mark.parametrize("variant", ["ignored", "400", "402", "403"])
def test_an_account_without_the_paid_filter_is_noticed(amo: Simulation, client: AmoClient, variant: str) -> None:
    amo.switch(paid_filter=False, paid_filter_absent=variant)
    assert not client.account().has_api_filter
    some = sorted(_living(amo.ask("truth")))[:2]
    with pytest.raises(FilterIgnored):
        client.leads_by_id(some)
    with pytest.raises(FilterIgnored):
        client.leads_page(1, updated_since=amo.ask("truth")["now"])
    assert client.lead(some[0]) is not None
    assert client.leads_newest_first(1)[0]


def test_tasks_and_events_are_read_as_they_are(amo: Simulation, client: AmoClient) -> None:
    truth = amo.ask("truth")
    tasks = {row["id"]: rows.task(row) for row in truth["tasks"] if not row.get("is_deleted")}
    assert {task.id: task for task in _all(client.tasks_page)} == tasks
    some = sorted(tasks)[:3]
    assert {task.id for task in client.tasks_by_id(some)} == set(some)
    events = {row["id"]: rows.event(row) for row in truth["events"]}
    found = _all(lambda page: client.events_page(0, truth["now"], page))
    assert {event.id: event for event in found} == events


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_all_events_are_found_where_only_the_first_page_is_shown(
    amo: Simulation, client: AmoClient, order: str
) -> None:
    amo.switch(events_first_page_only=True, events_order=order)
    truth = amo.ask("truth")
    expected = {row["id"] for row in truth["events"] if row["entity_type"] in EVENTFUL}
    found, more = client.events_page(0, truth["now"], 1)
    assert not more
    assert sorted(event.id for event in found) == sorted(expected)
    assert len(expected) > 300
    assert all(event.before and event.after for event in found if event.type == "lead_status_changed")


def test_a_deleted_lead_is_in_the_trash_and_nowhere_else(amo: Simulation, client: AmoClient) -> None:
    lead_id = next(iter(_living(amo.ask("truth"))))
    amo.act("delete_lead", id=lead_id, by=0)
    assert lead_id in _all(client.deleted_leads_page)
    assert client.leads_by_id([lead_id]) == []
    amo.act("restore_lead", id=lead_id, by=0)
    assert lead_id not in _all(client.deleted_leads_page)
    assert client.leads_by_id([lead_id])


def test_expired_tokens_are_renewed_on_the_way(
    amo: Simulation, token_client: TokenClient, tokens: Tokens, connect: Callable[..., AmoClient]
) -> None:
    refused: list[str] = []

    def renew(old: str) -> str:
        refused.append(old)
        return token_client.refresh(amo.domain, tokens.refresh_token).access_token

    client = connect(renew)
    amo.ask("expire_tokens", account_id=amo.account_id)
    assert client.account().id == amo.account_id
    assert client.account().id == amo.account_id
    assert refused == [tokens.access_token]


def test_a_renamed_account_is_found_again(amo: Simulation, token_client: TokenClient, tokens: Tokens) -> None:
    assert tokens.api_domain is not None
    amo.ask("rename", subdomain="renamed-office")
    try:
        with pytest.raises((GrantDead, UnexpectedAnswer)):
            token_client.refresh(amo.domain, tokens.refresh_token)
        host = token_client.current_host(tokens.api_domain, tokens.refresh_token)
        assert host == "renamed-office.amocrm.ru"
        assert token_client.refresh(host, tokens.refresh_token).account_id == amo.account_id
    finally:
        amo.ask("rename", subdomain=amo.domain.partition(".")[0])


def test_a_subscription_is_made_seen_and_removed(amo: Simulation, client: AmoClient) -> None:
    destination = f"{amo.integration.url}/hooks/one"
    client.subscribe(destination)
    (hook,) = client.webhooks(destination)
    assert {"status_lead", "update_task", "delete_lead"} <= hook.settings
    assert not hook.is_disabled
    client.unsubscribe(destination)
    client.unsubscribe(destination)
    assert client.webhooks(destination) == []


@pytest.mark.parametrize("batch", [1, 20])
def test_a_days_hooks_hint_at_everything_that_changed(amo: Simulation, client: AmoClient, batch: int) -> None:
    destination = f"{amo.integration.url}/hooks/two"
    client.subscribe(destination)
    amo.switch(hook_batch=batch, hook_forged=0.0)
    before = _versions(amo)
    amo.integration.bodies.clear()
    amo.ask("play", changes=80, seed=batch, seconds=3600)
    amo.ask("hooks/flush", now=True)
    changed = {key for key, version in _versions(amo).items() if before.get(key) != version}
    assert changed
    deadline = time.monotonic() + 10
    while (missing := changed - _hinted(amo)) and time.monotonic() < deadline:
        time.sleep(0.05)  # some letters were already on their way when the rest was flushed
    assert missing == set()
    read = [hooks.parse(body) for body in amo.integration.bodies]
    assert {hints.account_id for hints in read} == {amo.account_id}
    assert [hints.unread for hints in read] == [0] * len(read)
    client.unsubscribe(destination)


def _hinted(amo: Simulation) -> frozenset[tuple[str, int]]:
    bodies = list(amo.integration.bodies)
    return frozenset[tuple[str, int]]().union(*(hooks.parse(body).ids for body in bodies))


def _versions(amo: Simulation) -> dict[tuple[str, int], object]:
    """Tell states apart, of all but the leads in unsorted: a hook names those only when they are accepted."""
    truth = amo.ask("truth")
    statuses = [status for pipeline in truth["pipelines"] for status in pipeline["_embedded"]["statuses"]]
    unsorted = {status["id"] for status in statuses if status["type"] == 1}
    return {
        (kind, row["id"]): (row["updated_at"], row.get("is_deleted"), row.get("status_id"), row.get("is_completed"))
        for kind in ("leads", "tasks")
        for row in truth[kind]
        if row.get("status_id") not in unsorted
    }


def test_a_burst_of_requests_stays_under_the_limit(amo: Simulation, connect: Callable[..., AmoClient]) -> None:
    amo.switch(limits=True)
    started = time.monotonic()
    client = connect(per_second=6)
    for _ in range(15):
        assert client.lead(1) is None
    assert time.monotonic() - started > 2
    times = amo.ask("requests")["integrations"][0]["timestamps"][-15:]
    assert max(sum(1 for time in times[start:] if time < first + 1) for start, first in enumerate(times)) <= 7


def test_too_many_requests_and_the_block_that_follows_are_told_apart(
    amo: Simulation, client: AmoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integration.amo.conversation.STOP_SECONDS", 0.0)  # we do what nobody else would
    amo.switch(limits=True, limit_integration=0, block_after=1)
    try:
        with pytest.raises(RateLimited):
            client.lead(1)
        with pytest.raises(Blocked):
            client.lead(1)
    finally:
        amo.ask("forgive", now=True)


def test_the_widgets_token_is_verified(amo: Simulation) -> None:
    truth = amo.ask("truth")
    user = truth["users"][0]["id"]
    token = amo.ask(f"session_token?user_id={user}&origin=https://{amo.domain}")["token"]
    session = session_token.verify(
        token, secret=CLIENT_SECRET, audience=amo.settings.audience, client_id=CLIENT_ID, now=truth["now"]
    )
    assert (session.account_id, session.user_id, session.issuer) == (amo.account_id, user, f"https://{amo.domain}")


@pytest.mark.parametrize("spelling", ["client_uuid", "client_id", "both"])
def test_a_disabled_integration_is_told_and_its_tokens_die(amo: Simulation, client: AmoClient, spelling: str) -> None:
    amo.switch(disconnect_parameters=spelling)
    amo.ask("disable", account_id=amo.account_id)
    notice = amo.integration.queries["/oauth/disconnected"][-1]
    assert disconnect.verify_query(notice, client_id=CLIENT_ID, secret=CLIENT_SECRET) == amo.account_id
    with pytest.raises(GrantDead):
        client.account()
