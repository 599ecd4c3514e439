"""What a widget may call on `self` and on APP, against a real server on another origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
from playwright.sync_api import expect

from tests.browser.stage import WON, open_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.stage import Stage


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


def test_writing_to_app_is_reported(page: Page, stage: Stage) -> None:
    open_page(page, stage.card())
    page.evaluate("APP.constant('account').name = 'x'; AMOCRM.data.mine = 1")
    writes = [entry["detail"] for entry in page.evaluate("simulatorTrace") if entry["call"] == "write"]
    assert writes == ["APP.constants.account.name", "APP.data.mine"]
