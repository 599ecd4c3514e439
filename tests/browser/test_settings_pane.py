"""The settings window of Pulse in a simulated amoCRM: an import that runs, its end, a connection that broke."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from commands.stack import Stack, open_stack
from integration.store import accounts
from integration.store.accounts import State
from integration.store.progress import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

TITLE = ".pulse-state-title"


@pytest.fixture(scope="module")
def importing(browser) -> Iterator[Stack]:  # noqa: ARG001 - no browser, no need for the rest
    """Every part in its own process; the first import has begun, and nobody goes on with it."""
    stack = open_stack("--past-days", "40", "--leads", "400", "--seed", "3")
    try:
        stack.connect()
        stack.parts.wait_until(lambda: rows_of(stack, "leads") > 0, "the first page of leads")
        send(stack, signal.SIGSTOP)
        yield stack
    finally:
        send(stack, signal.SIGCONT)
        stack.close()


def send(stack: Stack, number: int) -> None:
    """Stop those who import, or let them go on."""
    for part in stack.parts.running:
        if part.name in {"worker", "clock"}:
            os.kill(part.process.pid, number)


def rows_of(stack: Stack, kind: str) -> int:
    run = stack.first_import()
    return sum(one.rows for one in shown(run.progress if run else {}).kinds if one.kind == kind)


def open_settings(page: Page, stack: Stack, *, lang: str = "ru", theme: str = "light", user: int | None = None) -> None:
    cookies = {"sim_user": str(user or stack.administrator), "sim_lang": lang, "sim_theme": theme}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": stack.simulator_url} for name, value in cookies.items()]
    )
    page.goto(f"{stack.simulator_url}/settings/widgets/")
    page.click(".widget-tile")


def test_a_running_import_is_shown_kind_by_kind_and_ends_before_the_persons_eyes(page, importing, shoot):
    open_settings(page, importing, lang="en", theme="dark")
    expect(page.locator(TITLE)).to_have_text("Collecting the history")
    shoot("importing-dark")
    open_settings(page, importing)
    expect(page.locator(TITLE)).to_have_text("Собираем историю")
    expect(page.locator("[data-pulse-kind=leads] .pulse-import-rows")).not_to_be_empty()
    shoot("importing")
    page.evaluate("window.neverReloaded = true")
    send(importing, signal.SIGCONT)
    expect(page.locator(TITLE)).to_have_text("Всё работает", timeout=90_000)
    assert page.evaluate("window.neverReloaded") is True
    expect(page.locator("[data-pulse-kind]")).to_have_count(0)
    expect(page.locator("[data-pulse-fact=users]")).to_contain_text("Видно")
    expect(page.locator("[data-pulse-fact=hooks]")).to_contain_text("изменения приходят сразу")
    shoot("ended")


def test_a_connection_that_broke_says_what_to_do_and_offers_the_way_back(page, importing, shoot):
    importing.parts.wait_until(importing.is_imported, "the first import", seconds=90)
    with importing.ctx.database.transaction() as conn:
        accounts.enter(conn, importing.account_id, State.RECONNECT_REQUIRED, importing.ctx.now)
    open_settings(page, importing, lang="en", theme="dark")
    expect(page.locator(TITLE)).to_have_text("Please connect again")
    expect(page.locator(".pulse-settings .pulse-button")).to_have_attribute("href", f"{importing.web_url}/oauth/start")
    shoot("reconnect-dark")
    open_settings(page, importing)
    expect(page.locator(TITLE)).to_have_text("Нужно переподключить")
    shoot("reconnect")
    with importing.ctx.database.transaction() as conn:
        accounts.enter(conn, importing.account_id, State.ACTIVE, importing.ctx.now)
    page.click("[data-pulse-check]")
    expect(page.locator(TITLE)).to_have_text("Всё работает")
