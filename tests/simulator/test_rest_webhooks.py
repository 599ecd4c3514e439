"""The subscription to webhooks, and every doubt about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.conftest import START, Talk

if TYPE_CHECKING:
    from types import SimpleNamespace

URL = "https://pulse.example/hooks/k"


def subscribe(amo: Talk, *codes: str, destination: str = URL) -> int:
    return amo.ask(
        "POST", "webhooks", json={"destination": destination, "settings": list(codes), "sort": 10}
    ).status_code


def test_a_hook_is_made_changed_and_removed(world: SimpleNamespace, amo: Talk) -> None:
    assert subscribe(amo, "add_lead") == 201
    world.clock.jump(9)
    assert subscribe(amo, "update_lead", "update_lead") == 201
    (hook,) = amo.rows("webhooks")
    assert (hook.pop("id") > 0, hook) == (
        True,
        {
            "destination": URL,
            "created_at": START,
            "updated_at": START + 9,
            "account_id": world.account.id,
            "created_by": world.admin,
            "sort": 1,
            "disabled": False,
            "settings": ["update_lead"],
        },
    )
    subscribe(amo, "add_task", destination=URL + "2")
    assert amo.get("webhooks").json()["_total_items"] == 2
    assert len(amo.rows(f"webhooks?filter[destination]={URL}")) == 1
    assert amo.ask("DELETE", "webhooks", json={"destination": URL}).status_code == 204
    assert amo.ask("DELETE", "webhooks", json={"destination": URL}).status_code == 404
    assert amo.rows(f"webhooks?filter[destination]={URL}") == []


def test_the_doubts_are_switches(world: SimpleNamespace, amo: Talk) -> None:
    world.switches.turn({"webhook_post_merges": True, "webhook_post_status": 200, "webhook_post_reenables": False})
    assert subscribe(amo, "add_lead") == 200
    (stored,) = world.account.webhooks.values()
    stored["disabled"] = True
    subscribe(amo, "update_lead")
    (hook,) = amo.rows("webhooks")
    assert (hook["settings"], hook["disabled"]) == (["add_lead", "update_lead"], True)
    world.switches.webhook_post_reenables = True
    subscribe(amo, "update_lead")
    assert amo.rows("webhooks")[0]["disabled"] is False


@pytest.mark.parametrize(
    ("how", "status", "left"), [("400", 400, []), ("422", 422, []), ("accept", 201, 2), ("ignore", 201, 1)]
)
def test_unknown_codes(world: SimpleNamespace, amo: Talk, how: str, status: int, left: object) -> None:
    world.switches.webhook_unknown_code = how
    assert subscribe(amo, "add_lead", "win_lead") == status
    hooks = amo.rows("webhooks")
    assert (len(hooks[0]["settings"]) if hooks else []) == left


def test_tariff_destination_and_number_are_limits(world: SimpleNamespace, amo: Talk) -> None:
    world.switches.webhook_tariff_refusal = "402"
    assert subscribe(amo, "add_lead") == 402
    world.switches.webhook_tariff_refusal = "none"
    for wrong in ("ftp://a", "nothing", "https://пример.рф/", "http://[::1"):
        assert subscribe(amo, "add_lead", destination=wrong) == 400
    for number in range(100):
        assert subscribe(amo, "add_lead", destination=f"{URL}{number}") == 201
    assert subscribe(amo, "add_lead", destination=URL) == 422


def test_hooks_may_outlive_the_integration(world: SimpleNamespace, amo: Talk) -> None:
    subscribe(amo, "add_lead")
    amo.session.post(f"{world.url}/_sim/disable")
    assert len(world.account.webhooks) == 1
    world.switches.webhooks_die_on_disable = True
    amo.session.post(f"{world.url}/_sim/disable")
    assert world.account.webhooks == {}
