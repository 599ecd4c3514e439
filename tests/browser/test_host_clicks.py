"""What a person does in the lead's card, and what appears there by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.stage import LOST, WON, calls, open_page, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.stage import Stage


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
