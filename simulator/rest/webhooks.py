"""The subscription to webhooks (M:crm_platform/webhooks-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint

from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.listing import asked, whole
from simulator.web import NO_RIGHTS, Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("webhooks", __name__)
MAX_HOOKS = 100
_KINDS = ("lead", "contact", "company", "customer")
_ACTIONS = ("add", "update", "delete", "restore", "responsible", "note")
CODES = frozenset(
    {
        *(
            f"{action}_{kind}"
            for action in ("add", "update", "delete", "restore", "responsible", "note")
            for kind in _KINDS
        ),
        *("status_lead", "add_task", "update_task", "delete_task", "responsible_task", "add_talk", "update_talk"),
        *("add_chat_template_review", "add_message", "add_outgoing_message"),
        *("add_unsorted", "update_unsorted", "delete_unsorted"),
    }
    - {"restore_customer"}
)
_UNKNOWN = ("NotSupportedChoice", "One or more of the given values is invalid.")


@routes.get("/webhooks")
def webhooks() -> Response:
    """List the hooks, all or the one with this destination; 204 when there is none."""
    who, filter_ = caller(), asked().filter
    who.need_admin()
    wanted = filter_.get("destination")
    with who.account.lock:
        rows = [row for row in who.account.webhooks.values() if wanted in {None, row["destination"]}]
        return whole(rows, "webhooks") if rows else no_content()


@routes.post("/webhooks")
def subscribe() -> Response:
    """Add a hook, or change the one with the same destination."""
    row, who = v.single(), caller()
    who.need_admin()
    _check_tariff()
    checks: dict[str, v.Check] = {"destination": v.text, "settings": v.items(v.text), "sort": v.integer}
    v.check([row], checks, required=("destination", "settings"))
    codes = _known_codes(row["settings"])
    _check_destination(row["destination"])
    with who.account.changing() as now:
        hooks = who.account.webhooks
        hook = next((each for each in hooks.values() if each["destination"] == row["destination"]), None)
        if hook is None:
            if len(hooks) >= MAX_HOOKS:
                raise Problem(422, f"Limit {MAX_HOOKS} webhooks per account")
            hook = _new_hook(row["destination"], now)
            hooks[hook["id"]] = hook
        _subscribe(hook, codes, now)
        return json_response(hook, who.switches.webhook_post_status)


@routes.delete("/webhooks")
def unsubscribe() -> Response:
    """Remove the hook with the destination that the body names."""
    row, who = v.single(), caller()
    who.need_admin()
    v.check([row], {"destination": v.text}, required=("destination",))
    with who.account.lock:
        hook = next((each for each in who.account.webhooks.values() if each["destination"] == row["destination"]), None)
        if hook is None:
            raise Problem(404, "Webhook not found")
        del who.account.webhooks[hook["id"]]
    return no_content()


def _new_hook(destination: str, now: int) -> Row:
    who = caller()
    return {
        "id": who.account.new_id(),
        "destination": destination,
        "created_at": now,
        "updated_at": now,
        "account_id": who.account.id,
        "created_by": who.user_id,
        "sort": 1,
        "disabled": False,
        "settings": [],
    }


def _subscribe(hook: Row, codes: list[str], now: int) -> None:
    switches = caller().switches
    present = hook["settings"] if switches.webhook_post_merges else []
    hook["settings"] = list(dict.fromkeys([*present, *codes]))
    hook["updated_at"] = now
    if switches.webhook_post_reenables:
        hook["disabled"] = False


def _known_codes(settings: list[str]) -> list[str]:
    unknown = [code for code in settings if code not in CODES]
    how = caller().switches.webhook_unknown_code
    if not unknown or how == "accept":
        return settings
    if how == "422":
        raise Problem(422, f"Unknown settings: {', '.join(unknown)}")
    if how == "400":
        _refuse("settings", _UNKNOWN)
    return [code for code in settings if code in CODES]


def _check_destination(destination: str) -> None:
    try:
        parts = urlsplit(destination)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and destination.isascii()
    except ValueError:
        good = False
    if not good:
        _refuse("destination", ("InvalidUrl", "This value is not a valid URL."))


def _check_tariff() -> None:
    match caller().switches.webhook_tariff_refusal:
        case "402":
            raise Problem(402, "Payment required")
        case "403":
            raise Problem(403, NO_RIGHTS)


def _refuse(path: str, complaint: v.Complaint) -> None:
    faults = v.Faults()
    faults.add("0", path, complaint)
    faults.raise_any()
