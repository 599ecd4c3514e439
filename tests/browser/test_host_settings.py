"""The settings: installing, disabling, uploading; and who gets no widgets at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.stage import calls, open_page, open_stage
from tests.simulator.ui import archives

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.stage import Stage


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
        expect(page.locator("input#widget_active__sw.js-widget-install[name=widget_active]")).to_have_value("Y")
        for mark in (".widget-additional-info .widget-rating-box", ".js-widget-settings-desc-expander"):
            expect(page.locator(mark)).to_have_count(1)
        page.click(".button-cancel.js-widget-uninstall")
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


def test_a_user_without_a_licence_sees_no_widgets(page: Page, stage: Stage) -> None:
    address = stage.card()
    open_page(page, address)
    free = next(user_id for user_id, user in stage.account.users.items() if user["rights"]["is_free"])
    with page.expect_navigation():
        page.select_option("[data-switch=user]", str(free))
    page.wait_for_function("window.APP && APP.widgets.loaded")
    assert page.evaluate("[APP.constant('user').id, APP.constant('user_rights').is_free_user]") == [free, True]
    expect(page.locator("#widgets_block")).to_be_hidden()
