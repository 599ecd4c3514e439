"""The page that plays amoCRM, in a real browser: the order of calls, the column of widgets, navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.stage import calls, open_page, open_stage, traced
from tests.simulator.ui import archives

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.stage import Stage

LATER = "new Promise(function (resolve) { window.letRender = resolve; })"


def test_a_widget_is_loaded_in_amocrms_own_order(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    assert traced(page) == ["constructor", "set_lang", "set_settings", "render", "loaded", "init", "bind_actions"]
    assert page.evaluate("window.dummy")[:2] == [
        "constructor area=lcard version=undefined i18n=undefined",
        "render version=1.0.0 echo Пример",
    ]


def test_a_promised_render_lets_init_come_last(page: Page, tmp_path: Path) -> None:
    with open_stage(tmp_path, archives.files(rendered=LATER)) as stage:
        open_page(page, stage.card())
        assert calls(page) == ["constructor", "render", "bind_actions"]
        page.evaluate("letRender(false)")
        page.wait_for_function("dummy.includes('init')")


def test_a_falsy_render_means_no_init_and_yet_bind_actions(page: Page, tmp_path: Path) -> None:
    with open_stage(tmp_path, archives.files(rendered="false")) as stage:
        open_page(page, stage.card())
        assert calls(page) == ["constructor", "render", "bind_actions"]


def test_a_widget_that_throws_stops_nobody_else(page: Page, tmp_path: Path) -> None:
    broken = archives.files() | {"script.js": b"define(function () { throw new Error('broken'); });\n"}
    with open_stage(tmp_path, broken, archives.files(rendered="(function () { throw new Error('late'); })()")) as stage:
        open_page(page, stage.card())
        assert "script failed" in [entry["call"] for entry in page.evaluate("simulatorTrace")]
        assert calls(page) == ["constructor", "render", "bind_actions"]


def test_leaving_the_page_destroys_the_widget_and_the_next_page_makes_a_new_one(page: Page, stage: Stage) -> None:
    contact_id = stage.account.create_contact(stage.admin, name="Анна Ветрова")
    open_page(page, stage.card(contact_id=contact_id))
    page.evaluate("dummySelf.mark = 1; $(document).one('page:changed', () => dummy.push('page:changed'))")
    page.click(".linked-box a")
    page.wait_for_function("APP.getWidgetsArea() === 'contacts_card' && APP.widgets.loaded")
    assert calls(page)[4:] == ["page:changed", "destroy", "constructor", "render", "init", "bind_actions"]
    assert page.evaluate("[APP.getBaseEntity(), APP.isCard(), APP.data.current_card.id, dummySelf.mark]") == [
        *("contacts", True, contact_id),
        None,
    ]


def test_an_init_once_widget_lives_on_and_renders_again(page: Page, tmp_path: Path) -> None:
    with open_stage(tmp_path, archives.files(about=archives.manifest(init_once=True))) as stage:
        open_page(page, stage.card())
        page.click(".card-header a.js-navigate-link")
        page.wait_for_function("APP.getWidgetsArea() === 'leads' && APP.widgets.loaded")
        assert calls(page) == ["constructor", "render", "init", "bind_actions", "render"]
        assert page.evaluate("APP.data.current_card") is False


def test_the_column_is_a_strip_until_it_is_opened_and_remembers_that(page: Page, stage: Stage) -> None:
    address = stage.card()
    open_page(page, address)
    body, column = page.locator("#dummy-body"), page.locator("#widgets_block")
    expect(body).to_be_hidden()
    assert column.bounding_box()["width"] == 64
    page.click(".card-widgets__top")
    expect(body).to_be_visible()
    expect(page.locator("#dummy-twig")).to_have_text("hello")
    page.wait_for_function("document.getElementById('widgets_block').offsetWidth === 281")
    assert {"name": "leads_crd_wdgt", "value": "1"}.items() <= page.context.cookies()[0].items()
    page.click(".js-widget-caption-block")
    expect(body).to_be_hidden()
    open_page(page, address)
    expect(body).to_be_visible()


def test_opening_the_column_shows_only_the_first_widgets_body(page: Page, tmp_path: Path) -> None:
    with open_stage(tmp_path, archives.files(), archives.files()) as stage:
        open_page(page, stage.card())
        page.click(".card-widgets__top")
        bodies = page.locator(".card-widgets__widget__body")
        expect(bodies.nth(0)).to_be_visible()
        expect(bodies.nth(1)).to_be_hidden()
        page.locator(".js-widget-caption-block").nth(1).click()
        expect(bodies.nth(1)).to_be_visible()


def test_in_a_small_window_the_open_column_lies_over_the_card(page: Page, stage: Stage) -> None:
    page.set_viewport_size({"width": 1024, "height": 700})
    open_page(page, stage.card())
    page.click(".card-widgets__top")
    expect(page.locator("#dummy-body")).to_be_visible()
    page.click("#card_widgets_overlay", position={"x": 10, "y": 300})
    expect(page.locator("#dummy-body")).to_be_hidden()


def test_a_click_on_the_strip_opens_the_column_with_that_block(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    page.click(".dummy-caption")
    expect(page.locator("#dummy-body")).to_be_visible()
    expect(page.locator(".card-widgets__widget__body")).to_have_class("card-widgets__widget__body js-body-hide")


def test_ticked_rows_offer_the_widget_under_more(page: Page, stage: Stage) -> None:
    stage.lead()
    stage.lead()
    open_page(page, f"{stage.url}/leads/")
    expect(page.locator("#widgets_block")).to_be_hidden()
    for row in page.locator(".list-row[data-id] input").all():
        row.check()
    page.click("[data-act=more]")
    page.click("[data-widget]")
    assert page.evaluate("dummy[dummy.length - 1]") == "selected 2"
    expect(page.locator("#dummy-body")).to_be_visible()


def test_the_page_is_worth_looking_at(page: Page, stage: Stage, shoot: Callable[[str], Path]) -> None:
    lead_id = stage.lead(name="Навес для производства", price=206000)
    stage.account.create_task(
        stage.admin,
        entity_type="leads",
        entity_id=lead_id,
        complete_till=stage.account.clock.now() - 9000,
        text="Позвонить",
    )
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    page.click(".card-widgets__top")
    shoot("light")
    page.click("[data-theme=dark]")
    assert page.get_attribute("html", "data-color-scheme") == "dark"
    shoot("dark")
    with page.expect_navigation():
        page.click("[data-lang=en]")
    page.wait_for_function("window.APP && APP.widgets.loaded")
    assert page.evaluate("[APP.lang_id, dummySelf.i18n('widget.name')]") == ["en", "Sample"]
    shoot("english")
