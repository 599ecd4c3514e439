"""What the page reads of the account, and what a person changes there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from commands.frontend import PAGE
from tests.simulator.ui.conftest import START
from tests.simulator.ui.visits import become, new_lead

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from simulator.account import Account


def test_a_person_changes_a_lead_under_their_own_name(client: FlaskClient, account: Account) -> None:
    lead_id, user_id = new_lead(account, price=100), become(client, account, is_admin=False, is_free=False)
    reason = next(iter(account.loss_reasons))
    lost = {"id": lead_id, "price": 250, "status_id": 143, "loss_reason_id": reason}
    assert client.post("/ajax/page/act/change_lead", json=lost).status_code == 200
    lead = account.leads[lead_id]
    assert (lead["price"], lead["status_id"], lead["loss_reason_id"]) == (250, 143, reason)
    assert lead["updated_by"] == user_id
    assert account.events[-1]["created_by"] == user_id


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("change_lead", {"id": 1, "price": 5}, 404),
        ("change_lead", {"price": 5}, 400),
        ("change_lead", {"id": "many"}, 400),
        ("drop_table", {}, 400),
        ("add_note", {"entity_type": "users", "entity_id": 1, "text": "x"}, 400),
    ],
)
def test_what_cannot_be_done_is_answered_with_the_reason(
    client: FlaskClient, name: str, asked: dict[str, Any], status: int
) -> None:
    answer = client.post(f"/ajax/page/act/{name}", json=asked)
    assert answer.status_code == status
    assert answer.json["error"]


def test_a_deleted_lead_stays_readable_and_comes_back(client: FlaskClient, account: Account) -> None:
    lead_id = new_lead(account)
    client.post("/ajax/page/act/delete_lead", json={"id": lead_id})
    assert client.get(f"/ajax/page/card/leads/{lead_id}").json["entity"]["is_deleted"] is True
    assert client.get("/ajax/page/leads").json["total"] == 0
    client.post("/ajax/page/act/restore_lead", json={"id": lead_id})
    assert client.get("/ajax/page/leads").json["total"] == 1


def test_a_deadline_is_noon_on_the_accounts_own_clock(client: FlaskClient, account: Account) -> None:
    target = {"entity_type": "leads", "entity_id": new_lead(account), "text": "call"}
    noon_in_moscow = START - 3600
    for words, expected in (
        ({"when": "tomorrow"}, noon_in_moscow + 86400),
        ({"when": "yesterday"}, noon_in_moscow - 86400),
        ({"local": "2025-11-18T12:00"}, noon_in_moscow),
        ({"when": "in_hour"}, account.clock.now() + 3600),
    ):
        client.post("/ajax/page/act/create_task", json={**target, **words})
        assert abs(list(account.tasks.values())[-1]["complete_till"] - expected) <= 2, words


def test_completing_and_moving_a_task_shows_in_the_card(client: FlaskClient, account: Account) -> None:
    lead_id = new_lead(account)
    client.post("/ajax/page/act/create_task", json={"entity_type": "leads", "entity_id": lead_id, "when": "tomorrow"})
    ((task_id, task),) = account.tasks.items()
    client.post("/ajax/page/act/move_deadline", json={"id": task_id, "when": "yesterday"})
    card = client.get(f"/ajax/page/card/leads/{lead_id}").json
    assert card["tasks"][0]["complete_till"] == task["complete_till"] < card["now"]
    client.post("/ajax/page/act/complete_task", json={"id": task_id})
    card = client.get(f"/ajax/page/card/leads/{lead_id}").json
    assert card["tasks"] == []
    assert [entry["type"] for entry in card["feed"]][-3:] == ["task_added", "task_deadline_changed", "task_completed"]


def test_the_list_is_filtered_by_manager_stage_and_words(client: FlaskClient, account: Account) -> None:
    first, second = list(account.users)[:2]
    wanted = new_lead(account, name="Окна для кафе", responsible_user_id=first)
    new_lead(account, name="Двери", responsible_user_id=second)
    won = new_lead(account, name="Окна в дом", responsible_user_id=first)
    account.change_lead(won, first, status_id=142)

    def found(**query: str) -> list[int]:
        return [row["id"] for row in client.get("/ajax/page/leads", query_string=query).json["rows"]]

    assert found(user=str(first), status="open") == [wanted]
    assert set(found(name="ОКНА")) == {wanted, won}
    assert found(status=f"{account.main_pipeline()}:142") == [won]


def test_the_live_log_names_every_card_that_a_change_touches(client: FlaskClient, account: Account) -> None:
    by = next(iter(account.users))
    contact_id = account.create_contact(by, name="Анна Ветрова")
    lead_id = new_lead(account, name="Навес", contact_id=contact_id)
    position = client.get("/ajax/page/log").json["last"]
    account.change_lead(lead_id, by, status_id=142)
    entries = client.get(f"/ajax/page/log?after={position}").json["entries"]
    (moved,) = [entry for entry in entries if entry["code"] == "status_lead"]
    assert (moved["by"], moved["name"], moved["status_id"]) == (by, "Навес", 142)
    assert moved["touches"] == [f"leads:{lead_id}", f"contacts:{contact_id}"]


def test_names_cannot_break_out_of_the_page(client: FlaskClient, account: Account) -> None:
    account.add_user("</script><script>stolen()</script>")
    assert b"<script>stolen" not in client.get("/leads/").data


def test_the_lock_of_the_libraries_keeps_hashes_and_names_no_address() -> None:
    lock = json.loads((PAGE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all("integrity" in package and "resolved" not in package for package in packages.values())
    versions = {name.removeprefix("node_modules/"): package["version"] for name, package in packages.items()}
    assert (versions["jquery"], versions["twig"], versions["moment"]) == ("2.1.3", "0.8.9", "2.24.0")
