"""What the page knows from the start: the account, its people and pipelines, and the constants of APP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.ui.viewer import role_of

if TYPE_CHECKING:
    from simulator.account import Account, Row
    from simulator.ui.viewer import Viewer

_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "UAH": "₴", "GBP": "£"}


def bootstrap(account: Account, viewer: Viewer) -> dict[str, Any]:
    """Return the page's first knowledge as JSON, without the position of the live log."""
    with account.lock:
        return {
            "lang": viewer.lang,
            "theme": viewer.theme,
            "user": _person(viewer.user),
            "account": {
                "id": account.id,
                "subdomain": account.subdomain,
                "timezone": account.timezone,
                "currency": account.currency,
                "currency_symbol": _SIGNS.get(account.currency, account.currency),
            },
            "users": [_person(user) for user in account.users.values()],
            "pipelines": [_pipeline(row) for row in account.pipelines.values()],
            "loss_reasons": [{"id": row["id"], "name": row["name"]} for row in account.loss_reasons.values()],
            "task_types": [{"id": row["id"], "name": row["name"]} for row in account.task_types.values()],
            "constants": _constants(account, viewer),
        }


def _person(user: Row) -> dict[str, Any]:
    rights = user["rights"]
    return {
        "id": user["id"],
        "name": user["name"],
        "role": role_of(user),
        "is_admin": rights["is_admin"],
        "is_active": rights["is_active"],
    }


def _pipeline(pipeline: Row) -> dict[str, Any]:
    statuses = sorted(pipeline["statuses"].values(), key=lambda row: int(row["sort"]))
    shown = [{name: row[name] for name in ("id", "name", "color", "type")} for row in statuses]
    return {"id": pipeline["id"], "name": pipeline["name"], "statuses": shown}


def _constants(account: Account, viewer: Viewer) -> dict[str, Any]:
    """Return what APP.constant(key) gives, in the shapes that amoCRM's pages use."""
    user, rights = viewer.user, viewer.user["rights"]
    theme = 2 if viewer.theme == "dark" else 1
    return {
        "user": {"id": user["id"], "login": user["email"], "name": user["name"], "theme": theme, "settings": {}},
        "user_rights": {"is_admin": rights["is_admin"], "is_free_user": rights["is_free"]},
        "account": {
            "id": account.id,
            "name": account.name,
            "subdomain": account.subdomain,
            "timezone": account.timezone,
            "currency": account.currency,
            "language": viewer.lang,
            "cf": {},
        },
        "managers": {str(row["id"]): _manager(row) for row in account.users.values()},
        "groups": {f"group_{group_id}": group["name"] for group_id, group in account.groups.items()},
        "task_types": {
            str(row["id"]): {"id": row["id"], "option": row["name"], "color": row["color"], "icon_id": row["icon_id"]}
            for row in account.task_types.values()
        },
    }


def _manager(user: Row) -> dict[str, Any]:
    rights = user["rights"]
    return {
        "id": str(user["id"]),
        "title": user["name"],
        "option": user["name"],
        "login": user["email"],
        "active": rights["is_active"],
        "is_admin": "Y" if rights["is_admin"] else "N",
        "free_user": "Y" if rights["is_free"] else "N",
        "group": f"group_{rights['group_id'] or 0}",
    }
