from __future__ import annotations

import pytest

from integration.errors import Forbidden
from integration.report.team import UNKNOWN, Team
from integration.store.mirrors import UserRow


def user(user_id: int, *, view: str = "M", group: int = 10, **rights: bool) -> UserRow:
    given = {"is_admin": False, "is_active": True, "is_free": False, "is_removed": False, **rights}
    return UserRow(user_id, f"U{user_id}", group, leads_view=view, **given)


TEAM = Team(
    [
        user(1, is_admin=True),
        user(2, view="G"),
        user(3),
        user(4, group=20),
        user(5, is_removed=True, is_admin=True),
        user(6, is_active=False),
        user(7, view="A", group=20),
        user(8, view="D"),
    ],
    "ru",
)


@pytest.mark.parametrize(
    ("user_id", "role", "visible"),
    [
        (1, "admin", None),
        (2, "head", {2, 3, 6, 8, 1}),
        (3, "manager", {3}),
        (7, "manager", {7}),
        (8, "manager", {8}),
    ],
)
def test_rights_in_the_crm_decide_what_is_seen(user_id: int, role: str, visible: set[int] | None) -> None:
    viewer = TEAM.viewer(user_id, claims_admin=False)
    assert (viewer.role, viewer.visible) == (role, visible)


@pytest.mark.parametrize("user_id", [5, 6])
def test_the_dismissed_see_nothing_whatever_their_token_says(user_id: int) -> None:
    with pytest.raises(Forbidden):
        TEAM.viewer(user_id, claims_admin=True)


def test_the_token_is_believed_only_about_whom_the_mirror_does_not_know() -> None:
    assert TEAM.viewer(99, claims_admin=True).role == "admin"
    assert TEAM.viewer(99, claims_admin=False).visible == {99}
    assert TEAM.viewer(3, claims_admin=True).role == "manager"


def test_the_robot_the_removed_and_strangers_share_the_last_row() -> None:
    assert [TEAM.row_of(user_id) for user_id in (0, 5, 99, 3, 6)] == [UNKNOWN, UNKNOWN, UNKNOWN, 3, 6]
    assert TEAM.person(UNKNOWN).name == "бывшие / неизвестные"
    assert Team([], "en").person(UNKNOWN).name == "former / unknown"


def test_only_who_sees_everybody_sees_the_last_row() -> None:
    seen = [user_id for user_id in (1, 2, 3) if TEAM.viewer(user_id, claims_admin=False).sees(UNKNOWN)]
    assert seen == [1]
