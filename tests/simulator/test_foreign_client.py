"""A client that nobody here wrote, `aioamocrm`, lives with the simulator over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aioamocrm import (
    AccountMovedError,
    AmoCRMClient,
    AuthError,
    Contact,
    ForbiddenError,
    Lead,
    MemoryTokenStorage,
    Note,
    NotFoundError,
    OAuth2,
    RateLimitError,
    RetryPolicy,
    Task,
    TokenSet,
    ValidationError,
)

from simulator.oauth.grants import Grant
from tests.simulator.conftest import REDIRECT

if TYPE_CHECKING:
    from types import SimpleNamespace


def code_for(world: SimpleNamespace, user_id: int) -> str:
    rights = world.account.users[user_id]["rights"]
    grant = Grant(world.integration.client_id, world.account.id, user_id, is_admin=rights["is_admin"])
    return world.universe.grants.issue_code(grant)


def auth_of(world: SimpleNamespace, storage: MemoryTokenStorage | None = None) -> OAuth2:
    secret = world.integration.client_secret
    return OAuth2(world.integration.client_id, secret, REDIRECT, storage, clock=world.clock.now)


def client_of(world: SimpleNamespace, auth: OAuth2, **options: Any) -> AmoCRMClient:
    return AmoCRMClient(auth=auth, base_url=world.url, rate_limit=options.pop("rate_limit", None), **options)


def live(world: SimpleNamespace, story: Any, **options: Any) -> Any:
    """Run a coroutine function with a connected client."""

    async def whole() -> Any:
        async with client_of(world, auth_of(world), **options) as amo:
            await amo.exchange_code(code_for(world, world.admin))
            return await story(amo)

    return asyncio.run(whole())


def test_it_refreshes_by_itself_and_rotates(world: SimpleNamespace) -> None:
    storage = MemoryTokenStorage()

    async def story() -> tuple[TokenSet, TokenSet]:
        async with client_of(world, auth_of(world, storage)) as amo:
            first = await amo.exchange_code(code_for(world, world.admin))
            world.clock.jump(86400)
            assert (await amo.account.get()).id == world.account.id
            second = await storage.load()
            world.universe.grants.expire_access(world.account.id)
            assert (await amo.account.get()).current_user_id == world.admin
            third = await storage.load()
            assert second
            assert third
            assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
            return first, third

    first, third = asyncio.run(story())

    async def spent() -> None:
        world.clock.jump(86400)
        async with client_of(world, auth_of(world, MemoryTokenStorage(first))) as amo:
            with pytest.raises(AuthError, match="Token has been revoked"):
                await amo.account.get()
        async with client_of(world, auth_of(world, MemoryTokenStorage(third))) as amo:
            assert (await amo.account.get()).subdomain == "demo"

    asyncio.run(spent())


def test_it_reads_the_account_its_users_and_pipelines(world: SimpleNamespace) -> None:
    async def story(amo: AmoCRMClient) -> None:
        account = await amo.account.get(with_=["users_groups", "task_types", "datetime_settings"])
        assert isinstance(account.embedded, dict)
        assert account.embedded["datetime_settings"]["timezone"] == "Europe/Moscow"
        assert [group["id"] for group in account.embedded["users_groups"]] == [0, world.group]
        users = {user.id: user async for user in amo.users.iterate(limit=1)}
        assert list(users) == [world.admin, world.anna, world.boris]
        rights = users[world.boris].rights
        assert rights
        assert rights["group_id"] == world.group
        (pipeline,) = await amo.pipelines.list()
        assert pipeline.id == world.pipeline
        assert [status.type for status in pipeline.statuses] == [1, 0, 0, 0, 0, 0]
        won = pipeline.status(142)
        assert won
        assert won.is_editable is False

    live(world, story)


def test_it_creates_iterates_gets_and_updates_leads(world: SimpleNamespace) -> None:
    async def story(amo: AmoCRMClient) -> None:
        made = await amo.leads.create(
            [Lead(name=f"Deal {n}", price=n, responsible_user_id=world.anna) for n in range(7)], batch_size=3
        )
        ids = [each.id for each in made]
        assert [each.request_id for each in made] == ["0", "1", "2", "0", "1", "2", "0"]
        listed = [lead async for lead in amo.leads.iterate(limit=2, with_=["contacts"])]
        assert [lead.id for lead in listed] == ids
        assert {lead.status_id for lead in listed} == {world.stages[0]}
        (changed,) = await amo.leads.update([Lead(id=ids[3], status_id=142, price=900)])
        assert changed.updated_at == world.clock.now()
        won = await amo.leads.get(ids[3] or 0)
        assert (won.status_id, won.price, won.closed_at) == (142, 900, world.clock.now())
        chosen = [lead.id async for lead in amo.leads.iterate(filter={"id": ids[:2]})]
        assert chosen == ids[:2]
        with pytest.raises(NotFoundError):
            await amo.leads.get(1)
        with pytest.raises(ValidationError) as refusal:
            await amo.leads.create([{"name": "good"}, {"status_id": 1}])
        assert [(issue.request_id, issue.path) for issue in refusal.value.errors] == [("1", "status_id")]

    live(world, story)


def test_it_works_with_tasks_contacts_companies_and_notes(world: SimpleNamespace) -> None:
    async def story(amo: AmoCRMClient) -> None:
        contact = Contact(name="Ivan Petrov")
        contact.set_field("PHONE", "+7 912 345-67-89", enum_code="WORK")
        (made,) = await amo.contacts.create([contact])
        read = await amo.contacts.get(made.id or 0, with_=["leads"])
        assert read.field_value("PHONE") == "+7 912 345-67-89"
        (firm,) = await amo.companies.create([{"name": "Firm"}])
        (lead,) = await amo.leads.create([{"name": "Deal", "_embedded": {"contacts": [{"id": made.id}]}}])
        await amo.leads.link(lead.id or 0, "companies", firm.id or 0)
        linked = await amo.leads.get(lead.id or 0, with_=["contacts"])
        assert [each.id for each in linked.embedded.companies] == [firm.id]
        assert [(each.id, each.is_main) for each in linked.embedded.contacts] == [(made.id, True)]
        till = world.clock.now() + 3600
        (task,) = await amo.tasks.create(
            [Task(text="Call", complete_till=till, entity_id=lead.id, entity_type="leads", task_type_id=1)]
        )
        assert (await amo.tasks.get(task.id or 0)).result is None
        await amo.tasks.update([{"id": task.id, "is_completed": True, "result": {"text": "done"}}])
        done = await amo.tasks.get(task.id or 0)
        assert done.is_completed
        assert done.result
        assert done.result.text == "done"
        (note,) = await amo.leads.notes.create([Note.common(lead.id or 0, "Later")])
        assert (await amo.leads.notes.get(note.id or 0, entity_id=lead.id or 0)).text == "Later"
        assert [each.name async for each in amo.companies.iterate()] == ["Firm"]

    live(world, story)


def test_it_reads_events_by_its_generic_request(world: SimpleNamespace) -> None:
    lead_id = world.account.create_lead(world.anna, pipeline_id=world.pipeline, status_id=world.stages[0])
    world.account.change_lead(lead_id, world.anna, status_id=142)

    async def story(amo: AmoCRMClient) -> None:
        params = {"filter": {"entity": ["lead"], "entity_id": [lead_id], "type": ["lead_added", "lead_status_changed"]}}
        answer = await amo.request("GET", "events", params=params)
        moved, added = answer["_embedded"]["events"]
        assert (added["type"], added["created_by"], len(added["id"])) == ("lead_added", world.anna, 26)
        assert moved["value_before"] == [{"lead_status": {"id": world.stages[0], "pipeline_id": world.pipeline}}]
        assert moved["value_after"] == [{"lead_status": {"id": 142, "pipeline_id": world.pipeline}}]
        assert await amo.request("GET", "events", params={"filter": {"type": "task_added"}}) is None

    live(world, story)


def test_it_waits_out_429_and_its_own_limiter_never_meets_one(world: SimpleNamespace) -> None:
    world.switches.limits = True

    async def burst(amo: AmoCRMClient) -> None:
        answers = await asyncio.gather(*(amo.account.get() for _ in range(10)))
        assert len(answers) == 10

    live(world, burst, retry=RetryPolicy(max_attempts=6, backoff_base=1.2))
    (row,) = world.universe.traffic.summary()["integrations"]
    assert row["statuses"]["200"] == 10
    assert row["statuses"]["429"] >= 3

    async def impatient(amo: AmoCRMClient) -> None:
        for _ in range(8):
            await amo.account.get()

    with pytest.raises(RateLimitError):
        live(world, impatient, retry=RetryPolicy(max_attempts=1))
    before = world.universe.traffic.summary()["integrations"][0]["statuses"]["429"]
    time.sleep(1.01)  # the sliding second of the limit is a real one
    live(world, burst, rate_limit=6.0)
    assert world.universe.traffic.summary()["integrations"][0]["statuses"]["429"] == before


def test_repeated_violations_end_in_a_block(world: SimpleNamespace) -> None:
    world.switches.turn({"limits": True, "block_after": 2})

    async def rude(amo: AmoCRMClient) -> None:
        for _ in range(12):
            with contextlib.suppress(RateLimitError):
                await amo.account.get()

    with pytest.raises(ForbiddenError, match="nginx"):
        live(world, rude, retry=RetryPolicy(max_attempts=1))


class Gateway(httpx.AsyncBaseTransport):
    """Carries what is meant for https://*.amocrm.ru to the simulator, as a gateway in front of it would."""

    def __init__(self, url: str) -> None:
        self._to = httpx.URL(url)
        self._wire = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on in plain HTTP; the Host header stays."""
        assert request.url.scheme == "https"
        request.headers["X-Forwarded-Proto"] = "https"
        request.url = request.url.copy_with(scheme="http", host=self._to.host, port=self._to.port)
        return await self._wire.handle_async_request(request)

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._wire.aclose()


def test_it_learns_that_the_account_was_renamed(world: SimpleNamespace) -> None:
    async def story() -> None:
        auth = auth_of(world)
        async with httpx.AsyncClient(transport=Gateway(world.url)) as http:
            amo = AmoCRMClient(auth=auth, subdomain="demo", http=http)
            await amo.exchange_code(code_for(world, world.admin))
            account = await amo.account.get()
            assert account.links
            assert account.links["self"]["href"] == "https://demo.amocrm.ru/api/v4/account"
            world.universe.rename(world.account, "renamed")
            with pytest.raises(AccountMovedError) as moved:
                await amo.account.get()
            assert moved.value.domain == "renamed.amocrm.ru"
            there = AmoCRMClient(auth=auth, subdomain="renamed", http=http)
            assert (await there.account.get()).subdomain == "renamed"

    asyncio.run(story())
