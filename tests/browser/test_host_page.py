"""The page that plays amoCRM, in a real browser: the order of calls, the column, tokens, and a person's clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
from playwright.sync_api import expect

from tests.browser.stage import Stage, open_stage, wait_until
from tests.simulator import archives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

WON, LOST = 142, 143
LATER = "new Promise(function (resolve) { window.letRender = resolve; })"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The page with the dummy widget, installed."""
    with open_stage(tmp_path, archives.files()) as opened:
        yield opened


def open_page(page: Page, address: str) -> None:
    """Go to an address and wait until the widgets of the page are loaded."""
    page.goto(address)
    page.wait_for_function("window.APP && APP.widgets.loaded")


def calls(page: Page) -> list[str]:
    """What the dummy widget itself noted, in order."""
    noted: list[str] = page.evaluate("window.dummy || []")
    return [line.split(" ")[0] for line in noted]


def traced(page: Page) -> list[str]:
    """The host's own trace, without its remarks about itself."""
    entries: list[dict[str, Any]] = page.evaluate("window.simulatorTrace")
    return [entry["call"] for entry in entries if entry["widget"] not in {"host", "APP"}]


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


def test_a_click_on_the_strip_opens_the_column_with_that_block(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    page.click(".dummy-caption")
    expect(page.locator("#dummy-body")).to_be_visible()
    expect(page.locator(".card-widgets__widget__body")).to_have_class("card-widgets__widget__body js-body-hide")


def test_an_authorized_call_crosses_origins_with_a_token_for_the_viewer(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    (integration,) = stage.universe.integrations.values()
    server = integration.redirect_uri.removesuffix("/oauth/callback")
    answer = page.evaluate(
        "url => new Promise((done, fail) => dummySelf.$authorizedAjax({url}).then(done, fail))", f"{server}/api/card"
    )
    assert answer == {"path": "/api/card"}
    (preflight, call) = stage.asked
    assert preflight == ("OPTIONS", "/api/card", None)
    claims = jwt.decode(call[2], integration.client_secret, ["HS256"], audience=server)
    assert (claims["user_id"], claims["iss"]) == (stage.admin, stage.url)


def test_proxied_posts_go_through_amocrms_server_one_a_second(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    (integration,) = stage.universe.integrations.values()
    url = integration.redirect_uri.replace("oauth/callback", "proxied")
    post = "url => new Promise((done) => dummySelf.crm_post(url, {a: 1}, done, 'json'))"
    page.evaluate(f"url => Promise.all([1, 2].map(() => ({post})(url)))", url)
    assert stage.asked == [("POST", "/proxied", None)] * 2
    first, second = (entry["at"] for entry in page.evaluate("simulatorTrace") if entry["call"] == "crm_post")
    assert second - first >= 1000


def test_templates_and_native_controls_are_drawn_by_twig(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    assert page.evaluate("dummySelf.render({data: 'Hi {{ who }}'}, {who: 'Ann'})") == "Hi Ann"
    checkbox = page.evaluate("dummySelf.render({ref: '/tmpl/controls/checkbox.twig'}, {text: 'Yes', is_checked: true})")
    assert 'class="control-checkbox is-checked' in checkbox
    own = "{href: '/templates/greeting.twig', base_path: dummySelf.params.path, v: '1', promised: true}"
    drawn = page.evaluate(f"dummySelf.render({own}).then((template) => template.render({{who: 'Ann'}}))")
    assert drawn.startswith("<i>Ann <button")
    assert "Go" in drawn


def test_a_widget_hears_of_changes_through_its_channel(page: Page, stage: Stage) -> None:
    lead_id = stage.lead(name="Навес")
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    page.evaluate(
        "channel => { window.ear = dummySelf.listenSocketChannel(channel, [], (told) => { window.told = told; }); }",
        f"leads:card:{lead_id}",
    )
    stage.account.change_lead(lead_id, 0, status_id=WON)
    page.wait_for_function("window.told && window.told.status_lead")
    assert page.evaluate("told.status_lead.status_id") == WON


def test_a_dismissed_error_is_not_shown_again(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    page.evaluate("APP.notifications.add_error({header: 'Pulse', text: 'Two tasks are overdue'})")
    page.click(".notification_error button")
    page.evaluate("APP.notifications.add_error({header: 'Pulse', text: 'Two tasks are overdue'})")
    expect(page.locator(".notification_error")).to_have_count(0)
    page.evaluate("APP.notifications.add_error({header: 'Pulse', text: 'Three tasks are overdue'})")
    expect(page.locator(".notification_error")).to_have_count(1)


def test_winning_a_lead_by_hand_changes_the_account_and_leaves_the_widget_alone(page: Page, stage: Stage) -> None:
    lead_id = stage.lead(name="Окна", price=1000)
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    page.evaluate("dummySelf.mark = 1")
    page.click("[data-act=status]")
    page.click(f"[data-status='{WON}'] >> nth=0")
    expect(page.locator("[data-shown=status]")).to_have_text("Успешно реализовано")
    assert stage.account.leads[lead_id]["status_id"] == WON
    assert page.evaluate("[dummySelf.mark, APP.data.current_card.model.get('status_id')]") == [1, WON]
    assert "destroy" not in calls(page)


def test_losing_a_lead_asks_for_the_reason(page: Page, stage: Stage) -> None:
    lead_id = stage.lead()
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    reason_id, reason = next((row["id"], row["name"]) for row in stage.account.loss_reasons.values())
    page.click("[data-act=status]")
    page.click(f"[data-status='{LOST}'] >> nth=0")
    page.click(f"[data-reason='{reason_id}']")
    expect(page.locator(".linked-form")).to_contain_text(reason)
    assert stage.account.leads[lead_id]["loss_reason_id"] == reason_id


def test_price_owner_and_trash_are_changed_in_the_card(page: Page, stage: Stage) -> None:
    lead_id = stage.lead(price=1000)
    lead = stage.account.leads[lead_id]
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    page.fill("[data-act=price]", "25 500")
    page.press("[data-act=price]", "Enter")
    wait_until(lambda: lead["price"] == 25500)
    other = next(
        user_id
        for user_id, user in stage.account.users.items()
        if user_id != stage.admin and not user["rights"]["is_free"]
    )
    page.select_option("[data-act=responsible]", str(other))
    wait_until(lambda: lead["responsible_user_id"] == other)
    page.click("[data-act=more]")
    page.click("[data-act=delete_lead]")
    expect(page.locator(".card-header__deleted")).to_be_visible()
    page.click("[data-act=more]")
    page.click("[data-act=restore_lead]")
    expect(page.locator(".card-header__deleted")).to_be_hidden()
    assert lead["is_deleted"] is False


def test_tasks_are_set_moved_and_completed_in_the_feed(page: Page, stage: Stage) -> None:
    lead_id = stage.lead()
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    page.click("[data-compose=task]")
    page.fill(".feed-compose__text", "Позвонить")
    page.click("[data-act=send]")
    expect(page.locator(".feed-task")).to_contain_text("Позвонить")
    page.click("[data-act=reschedule]")
    page.click("[data-when=yesterday]")
    expect(page.locator(".feed-task_late")).to_be_visible()
    page.click("[data-act=complete]")
    expect(page.locator(".feed-task")).to_have_count(0)
    ((_, task),) = stage.account.tasks.items()
    assert task["is_completed"] is True


def test_what_others_do_appears_by_itself_and_takes_nothing_from_under_the_hands(page: Page, stage: Stage) -> None:
    lead_id = stage.lead(name="Навес", price=1000)
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    page.click("[data-compose=note]")
    page.fill(".feed-compose__text", "half a thought")
    stage.account.change_lead(lead_id, 0, price=7000)
    page.wait_for_function("APP.data.current_card.model.get('price') === 7000")
    expect(page.locator("[data-act=price]")).to_have_value("7\u00a0000")
    expect(page.locator(".feed-compose__text")).to_have_value("half a thought")
    expect(page.locator(".ticker__text")).to_contain_text("Навес")


def test_names_written_by_people_are_only_text(page: Page, stage: Stage) -> None:
    name = "<img src=x onerror='window.stolen = 1'>"
    lead_id = stage.lead(name=name)
    stage.account.add_note("leads", lead_id, stage.admin, "common", {"text": name})
    open_page(page, f"{stage.url}/leads/detail/{lead_id}")
    expect(page.locator(".feed-note__text")).to_have_text(name)
    page.click(".card-header a.js-navigate-link")
    expect(page.locator(".list-row__name a")).to_have_text(name)
    assert page.evaluate("window.stolen") is None


def test_installing_and_disabling_go_through_on_save(page: Page, tmp_path: Path) -> None:
    with open_stage(tmp_path, archives.files(), installed=False) as stage:
        open_page(page, f"{stage.url}/settings/widgets/")
        page.click(".widget-tile")
        page.fill("[name=note]", "saved")
        page.click(".js-widget-install")
        expect(page.locator(".widget-state_status_installed")).to_be_visible()
        assert stage.asked[0][1].startswith("/oauth/callback?code=")
        page.click(".widget-tile")
        expect(page.locator("[name=note]")).to_have_value("saved")
        page.click(".js-widget-uninstall")
        expect(page.locator(".widget-tile .widget-state_status_install")).to_be_visible()
        assert "signature=" in stage.asked[1][1]
        noted = page.evaluate("dummy")
        assert noted.index("onSave Y") < noted.index("onSave N") < len(noted) - 1
        assert calls(page)[-1] == "destroy"


@pytest.mark.parametrize("saved", ["false", "Promise.reject(new Error('no'))", "(function () { throw 1; })()"])
def test_a_widget_that_does_not_confirm_is_not_installed(page: Page, tmp_path: Path, saved: str) -> None:
    with open_stage(tmp_path, archives.files(saved=saved), installed=False) as stage:
        open_page(page, f"{stage.url}/settings/widgets/")
        page.click(".widget-tile")
        page.click(".js-widget-install")
        expect(page.locator(".notification_error")).to_be_visible()
        assert stage.asked == []


def test_an_archive_is_uploaded_in_the_settings_or_refused_in_words(page: Page, stage: Stage, tmp_path: Path) -> None:
    open_page(page, f"{stage.url}/settings/widgets/")
    bad = tmp_path / "widget.zip"
    bad.write_bytes(b"nothing")
    page.set_input_files("#widget_archive", bad)
    expect(page.locator(".upload__problems")).to_have_text("Файл не является архивом zip.")
    before = page.locator(".widget-tile").get_attribute("data-code")
    bad.write_bytes(archives.zipped(archives.files()))
    page.set_input_files("#widget_archive", bad)
    expect(page.locator(".widget-tile")).not_to_have_attribute("data-code", before or "")


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


def test_a_user_without_a_licence_sees_no_widgets(page: Page, stage: Stage) -> None:
    address = stage.card()
    open_page(page, address)
    free = next(user_id for user_id, user in stage.account.users.items() if user["rights"]["is_free"])
    with page.expect_navigation():
        page.select_option("[data-switch=user]", str(free))
    page.wait_for_function("window.APP && APP.widgets.loaded")
    assert page.evaluate("[APP.constant('user').id, APP.constant('user_rights').is_free_user]") == [free, True]
    expect(page.locator("#widgets_block")).to_be_hidden()


def test_writing_to_app_is_reported(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    page.evaluate("APP.constant('account').name = 'x'; AMOCRM.data.mine = 1")
    writes = [entry["detail"] for entry in page.evaluate("simulatorTrace") if entry["call"] == "write"]
    assert writes == ["APP.constants.account.name", "APP.data.mine"]


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
