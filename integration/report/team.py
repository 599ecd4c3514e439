"""Who is in the account, who looks, and whose numbers they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integration.errors import Forbidden
from integration.report.shapes import Person, Role, ViewerShape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.report.shapes import Language
    from integration.store.mirrors import UserRow

UNKNOWN = 0
"""The row of everybody who left or cannot be resolved, the robot included (rule G18)."""
_UNKNOWN_NAME = {"ru": "бывшие / неизвестные", "en": "former / unknown"}
_GROUP_VIEW = "G"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. `visible` are the users whose numbers are theirs to see; None is everybody."""

    id: int
    role: Role
    visible: frozenset[int] | None

    def sees(self, user_id: int) -> bool:
        """Tell whether this user's numbers may be shown."""
        return self.visible is None or user_id in self.visible


class Team:
    """The users whom the account lists; everybody else falls into the row UNKNOWN."""

    def __init__(self, users: Sequence[UserRow], language: Language) -> None:
        self.members = {user.id: user for user in users if not user.is_removed}
        self._removed = {user.id for user in users if user.is_removed}
        self._language = language

    def row_of(self, user_id: int) -> int:
        """Return the row in which this user's numbers are shown."""
        return user_id if user_id in self.members else UNKNOWN

    def person(self, user_id: int) -> Person:
        """Name a row. A user whom the mirror does not know yet has no name."""
        member = self.members.get(user_id)
        name = _UNKNOWN_NAME[self._language] if user_id == UNKNOWN else ""
        return Person(id=user_id, name=member.name if member else name)

    def viewer(self, user_id: int, *, claims_admin: bool) -> Viewer:
        """Decide what this user may see. Raises Forbidden for whoever the account has dismissed.

        The mirror decides; amoCRM's word in the token counts only for a user whom the mirror does not know yet.
        """
        member = self.members.get(user_id)
        if user_id in self._removed or (member and not member.is_active):
            raise Forbidden("the user is no longer active in the account")
        if member.is_admin if member else claims_admin:
            return Viewer(user_id, "admin", None)
        if member and member.leads_view == _GROUP_VIEW:
            group = frozenset(one.id for one in self.members.values() if one.group_id == member.group_id)
            return Viewer(user_id, "head", group)
        return Viewer(user_id, "manager", frozenset({user_id}))

    def describe(self, viewer: Viewer) -> ViewerShape:
        """Name the viewer for an answer."""
        return ViewerShape(id=viewer.id, name=self.person(viewer.id).name, role=viewer.role)
