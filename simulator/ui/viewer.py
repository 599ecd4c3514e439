"""Who looks at the page, in which language and colours: cookies that the page's own switches set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request

if TYPE_CHECKING:
    from simulator.account import Account, Row

LANGUAGES = ("ru", "en")
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Viewer:
    """The person at the page. `user` is the row of the users API."""

    user: Row
    lang: str
    theme: str

    @property
    def id(self) -> int:
        """The user's id, which every change is done by."""
        return int(self.user["id"])

    @property
    def role(self) -> str:
        """One of free, admin, head, manager."""
        return role_of(self.user)


def current(account: Account) -> Viewer:
    """Return the viewer that the cookies name; without a valid one an administrator."""
    chosen = request.cookies.get("sim_user", "")
    user = account.users.get(int(chosen)) if chosen.isdecimal() else None
    if user is None or not user["rights"]["is_active"]:
        user = next((row for row in account.users.values() if role_of(row) == "admin"), _first(account))
    lang, theme = request.cookies.get("sim_lang", "ru"), request.cookies.get("sim_theme", "light")
    return Viewer(user, lang if lang in LANGUAGES else "ru", theme if theme in THEMES else "light")


def role_of(user: Row) -> str:
    """Return free, admin, head (sees the group's leads) or manager."""
    rights: dict[str, Any] = user["rights"]
    if rights["is_free"]:
        return "free"
    if rights["is_admin"]:
        return "admin"
    return "head" if rights["leads"]["view"] == "G" else "manager"


def _first(account: Account) -> Row:
    return next(iter(account.users.values()))
