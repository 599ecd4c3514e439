"""The main job, seen by a person: Pulse installed in a simulated amoCRM, a lead's card open, a number that moves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from commands.stack import Stack, open_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

WON_SUM = "[data-pulse-figure=won_sum] .pulse-hero-value"


@pytest.fixture(scope="module")
def whole(browser) -> Iterator[Stack]:  # noqa: ARG001 - no browser, no need for the rest
    """Every part in its own process, the history imported."""
    stack = open_stack("--past-days", "25", "--leads", "120", "--seed", "3")
    try:
        stack.install()
        yield stack
    finally:
        stack.close()


def an_open_lead(stack: Stack) -> dict:
    """Return an open priced lead of a manager who also has sales in this month's past."""
    truth = stack.simulator("truth")
    managers = {user["id"] for user in truth["users"] if user["rights"]["leads"]["view"] == "M"}
    main = next(pipeline["id"] for pipeline in truth["pipelines"] if pipeline["is_main"])
    open_leads = (
        lead
        for lead in truth["leads"]
        if not lead["is_deleted"] and lead["status_id"] not in {142, 143} and lead["pipeline_id"] == main
    )
    return next(lead for lead in open_leads if lead["responsible_user_id"] in managers and lead["price"])


def open_card(page: Page, stack: Stack, lead: dict, *, lang: str = "ru", theme: str = "light") -> None:
    """Open the lead's card as its responsible manager, then the column of widgets."""
    cookies = {"sim_user": str(lead["responsible_user_id"]), "sim_lang": lang, "sim_theme": theme}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": stack.simulator_url} for name, value in cookies.items()]
    )
    page.goto(f"{stack.simulator_url}/leads/detail/{lead['id']}")
    page.click(".card-widgets__top")
    expect(page.locator(WON_SUM)).to_be_visible()


def roubles(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_a_win_moves_the_managers_number_without_reloading(page, whole, shoot):
    lead = an_open_lead(whole)
    open_card(page, whole, lead)
    shoot("before")
    before = roubles(page.locator(WON_SUM).inner_text())
    page.evaluate("window.neverReloaded = true")

    page.click("[data-act=status]")
    page.click("[data-status='142'] >> nth=0")
    expect(page.locator(WON_SUM)).not_to_have_text(re.compile(rf"^\D*{before}\D*$"), timeout=10_000)

    page.wait_for_function(
        "([selector, sum]) => Number(document.querySelector(selector).innerText.replace(/\\D/g, '')) === sum",
        arg=[WON_SUM, before + lead["price"]],
    )
    assert page.evaluate("window.neverReloaded") is True
    shoot("after")


@pytest.mark.parametrize(("lang", "theme"), [("ru", "dark"), ("en", "light")])
def test_the_card_speaks_the_persons_language_in_the_persons_colours(page, whole, shoot, lang, theme):
    open_card(page, whole, an_open_lead(whole), lang=lang, theme=theme)
    heading = {"ru": "Мои показатели", "en": "My figures"}[lang]
    expect(page.locator(".pulse-heading")).to_have_text(heading)
    shoot(f"{lang}-{theme}")


def test_a_managers_change_elsewhere_shows_in_the_open_card(page, whole):
    lead = an_open_lead(whole)
    open_card(page, whole, lead)
    value = page.locator("[data-pulse-figure=open_leads] .pulse-stock-detail")
    before = value.inner_text()
    whole.simulator("act", {"do": "change_lead", "id": lead["id"], "by": 0, "price": lead["price"] + 1_000_000})
    expect(value).not_to_have_text(before, timeout=10_000)
