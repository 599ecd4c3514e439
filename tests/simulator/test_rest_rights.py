"""Whose rights hold: the granting user's, or those of X-Context-User-ID under an admin's grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk


def leads_of(world: SimpleNamespace, *owners: int) -> list[int]:
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0]}
    return [world.account.create_lead(world.admin, responsible_user_id=owner, **place) for owner in owners]


@pytest.mark.parametrize(("view", "seen"), [("A", [0, 1, 2]), ("G", [1, 2]), ("M", [1]), ("D", [])])
def test_a_non_admin_grant_lists_what_its_user_may_see(world: SimpleNamespace, view: str, seen: list[int]) -> None:
    peer = world.account.add_user("Vera", group_id=world.group)
    world.account.change_user(world.boris, leads={"view": view, "edit": view})
    ids = leads_of(world, world.anna, world.boris, peer)
    talk = world.talk(world.boris)
    assert [row["id"] for row in talk.rows("leads")] == [ids[place] for place in seen]
    assert [row["entity_id"] for row in reversed(talk.rows("events"))] == [ids[place] for place in seen]
    hidden = set(range(3)) - set(seen)
    assert [talk.get(f"leads/{ids[place]}").status_code for place in sorted(hidden)] == [403] * len(hidden)
    assert talk.ask("PATCH", f"leads/{ids[0]}", json={"price": 1}).status_code == (200 if view == "A" else 403)


def test_only_admins_read_users_roles_and_hooks(world: SimpleNamespace, amo: Talk) -> None:
    talk = world.talk(world.anna)
    world.account.add_role("Seller")
    for path in ("users", f"users/{world.anna}", "roles", "webhooks"):
        refusal = talk.get(path)
        assert (refusal.status_code, refusal.headers["Content-Type"]) == (403, "application/problem+json")
        assert amo.get(path).status_code in {200, 204}
    body = {"destination": "https://a.example/", "settings": ["add_lead"]}
    assert talk.ask("POST", "webhooks", json=body).status_code == 403
    assert talk.get("account").json()["current_user_id"] == world.anna


def test_the_rights_are_inside_rights(world: SimpleNamespace, amo: Talk) -> None:
    free = world.account.add_user("Free", is_free=True)
    world.account.deactivate_user(world.anna)
    users = {row["id"]: row for row in amo.rows("users?with=role,group,uuid")}
    assert users[world.anna]["rights"]["is_active"] is False
    assert users[free]["rights"]["is_free"] is True
    assert users[world.boris]["rights"]["group_id"] == world.group
    assert users[world.boris]["_embedded"]["groups"] == [{"id": world.group, "name": "North"}]
    assert users[world.anna]["rights"]["group_id"] is None
    assert "is_admin" not in users[world.admin]
    world.account.remove_user(world.anna)
    assert world.anna not in {row["id"] for row in amo.rows("users")}


def test_an_admin_grant_survives_its_user(world: SimpleNamespace, amo: Talk) -> None:
    world.account.deactivate_user(world.admin)
    assert amo.get("users").status_code == 200


def test_a_context_user_narrows_an_admin_grant(world: SimpleNamespace, amo: Talk) -> None:
    mine, _ = leads_of(world, world.anna, world.boris)
    as_anna = {"X-Context-User-ID": str(world.anna)}
    assert [row["id"] for row in amo.get("leads", headers=as_anna).json()["_embedded"]["leads"]] == [mine]
    assert amo.get("users", headers=as_anna).status_code == 403
    assert amo.get("account", headers=as_anna).json()["current_user_id"] == world.anna


def test_a_context_user_must_be_real_active_and_paid_for(world: SimpleNamespace, amo: Talk) -> None:
    free = world.account.add_user("Free", is_free=True)
    world.account.deactivate_user(world.boris)
    for wrong in (free, world.boris, 5, "x", "9" * 30):
        assert amo.get("leads", headers={"X-Context-User-ID": str(wrong)}).status_code == 401
    anna = world.talk(world.anna)
    assert anna.get("leads", headers={"X-Context-User-ID": str(world.anna)}).status_code == 401


def test_a_task_is_seen_by_its_owner_and_by_who_sees_its_lead(world: SimpleNamespace) -> None:
    hers, his = leads_of(world, world.anna, world.boris)
    for lead_id, owner in ((hers, world.boris), (his, world.anna), (his, world.boris)):
        world.account.create_task(owner, entity_type="leads", entity_id=lead_id, complete_till=1)
    rows = world.talk(world.anna).rows("tasks")
    assert [(row["entity_id"], row["responsible_user_id"]) for row in rows] == [(hers, world.boris), (his, world.anna)]


def test_nobody_writes_in_anothers_name_without_being_admin(world: SimpleNamespace) -> None:
    talk = world.talk(world.anna)
    assert talk.ask("POST", "leads", json=[{"name": "x", "created_by": world.boris}]).status_code == 403
    assert talk.ask("POST", "leads", json=[{"name": "x", "created_by": world.anna}]).status_code == 200
