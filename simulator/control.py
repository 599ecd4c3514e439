"""The control address /_sim: what a test or a person does to the simulated world, and what it really knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from simulator.account import Refused, UnknownRow
from simulator.oauth import hooks
from simulator.oauth.session_token import session_token
from simulator.scenario.day import play
from simulator.truth import truth
from simulator.web import json_body, origin, universe

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Integration

routes = Blueprint("control", __name__, url_prefix="/_sim")
DEEDS = frozenset(
    {
        *("create_lead", "change_lead", "delete_lead", "restore_lead", "purge_lead", "merge_leads"),
        *("link_lead", "unlink_lead", "add_unsorted", "accept_unsorted", "decline_unsorted"),
        *("create_task", "change_task", "complete_task", "reopen_task", "delete_task"),
        *("add_note", "change_note", "add_call", "create_contact", "change_contact", "delete_contact"),
        *("create_company", "change_company", "delete_company"),
        *("add_user", "change_user", "deactivate_user", "remove_user", "add_group", "add_role"),
        *("add_pipeline", "add_status", "add_loss_reason"),
    }
)


@routes.errorhandler(UnknownRow)
def unknown(error: UnknownRow) -> tuple[Response, int]:
    """Answer 404 for an entity that is missing."""
    return jsonify(error=str(error)), 404


@routes.errorhandler(Refused)
@routes.errorhandler(ValueError)
@routes.errorhandler(TypeError)
@routes.errorhandler(KeyError)
def refused(error: Exception) -> tuple[Response, int]:
    """Answer 400 for what cannot be done."""
    return jsonify(error=str(error)), 400


@routes.get("/truth")
def show_truth() -> Response:
    """Show everything that is so in an account."""
    return jsonify(truth(_account(request.args.to_dict())))


@routes.post("/act")
def act() -> Response:
    """Do one mutation of an account, `{"do": name, …arguments}`; `id` stands for the first id it takes."""
    deed = _body()
    account, name = _account(deed), deed.pop("do", "")
    deed.pop("account_id", None)
    if name not in DEEDS:
        raise Refused(f"no deed {name!r}; there are {', '.join(sorted(DEEDS))}")
    first = [deed.pop("id")] if "id" in deed else []
    return jsonify(result=getattr(account, name)(*first, **deed))


@routes.get("/switches")
def switches() -> Response:
    """Show all switches."""
    return jsonify(universe().switches.state())


@routes.patch("/switches")
def turn() -> Response:
    """Set some switches."""
    universe().switches.turn(_body())
    return jsonify(universe().switches.state())


@routes.post("/clock")
def clock() -> Response:
    """Move, stop or start the clock: `{"jump": seconds}`, `{"freeze": unix or true}`, `{"resume": true}`."""
    wish, world = _body(), universe().clock
    if "freeze" in wish:
        world.freeze(None if wish["freeze"] is True else int(wish["freeze"]))
    if "jump" in wish:
        world.jump(float(wish["jump"]))
    if "resume" in wish:
        world.resume()
    return jsonify(now=world.now(), frozen=world.frozen)


@routes.get("/hooks")
def show_hooks() -> Response:
    """Show every delivery attempt, oldest first, and how many letters wait."""
    deliveries = universe().deliveries
    attempts = deliveries.attempts(request.args.get("account_id", type=int)) if deliveries else []
    return jsonify(attempts=[each.row() for each in attempts], waiting=deliveries.waiting() if deliveries else 0)


@routes.post("/hooks/flush")
def flush_hooks() -> Response:
    """Deliver everything that waits, retries included, now."""
    deliveries = universe().deliveries
    return jsonify(delivered=deliveries.flush() if deliveries else 0)


@routes.get("/requests")
def show_requests() -> Response:
    """Show the API requests, by integration and account."""
    return jsonify(universe().traffic.summary())


@routes.post("/forgive")
def forgive() -> Response:
    """Lift the 403 blocks, as support would."""
    universe().traffic.forgive()
    return jsonify(ok=True)


@routes.post("/install")
def install() -> Response:
    """Press «Install»: amoCRM's server sends the code without a state. Tells what the integration answered."""
    wish = _body()
    account, integration = _account(wish), _integration(wish)
    admin = next(user["id"] for user in account.users.values() if user["rights"]["is_admin"])
    status = hooks.install(universe(), account, integration, int(wish.get("user_id", admin)))
    return jsonify(status=status, account_id=account.id)


@routes.post("/disable")
def disable() -> Response:
    """Switch the integration off in the account. Tells what the uninstall hook was answered."""
    wish = _body()
    status = hooks.disable(universe(), _account(wish), _integration(wish))
    return jsonify(status=status)


@routes.post("/expire_tokens")
def expire_tokens() -> Response:
    """Let the account's access tokens expire now; refresh tokens stay."""
    return jsonify(expired=universe().grants.expire_access(_account(_body()).id))


@routes.post("/rename")
def rename() -> Response:
    """Give the account another subdomain; the old one is gone at once."""
    wish = _body()
    account = _account(wish)
    universe().rename(account, str(wish["subdomain"]))
    return jsonify(domain=account.domain)


@routes.post("/play")
def play_changes() -> Response:
    """Play changes of a sales day at once, the clock jumping along; answers what happened."""
    wish = _body()
    seed, seconds = int(wish.get("seed", universe().seed)), int(wish.get("seconds", 3600))
    return jsonify(said=play(universe(), _account(wish), int(wish.get("changes", 10)), seed, seconds))


@routes.get("/session_token")
def show_session_token() -> Response:
    """Mint the token that the widget of a user would send; `origin` is the page's own by default."""
    wish = request.args.to_dict()
    account, integration = _account(wish), _integration(wish)
    issuer = wish.get("origin", origin())
    return jsonify(token=session_token(universe(), account, int(wish["user_id"]), integration, issuer))


def _body() -> dict[str, Any]:
    body = json_body() if request.get_data() else {}
    if not isinstance(body, dict):
        raise Refused("the body must be an object")
    return body


def _account(wish: dict[str, Any]) -> Account:
    if "account_id" not in wish:
        return universe().account_here() or universe().first_account()
    account = universe().accounts.get(int(wish["account_id"]))
    if account is None:
        raise UnknownRow(f"accounts {wish['account_id']}")
    return account


def _integration(wish: dict[str, Any]) -> Integration:
    integrations = universe().integrations
    if "client_id" not in wish and integrations:
        return next(iter(integrations.values()))
    integration = integrations.get(str(wish.get("client_id")))
    if integration is None:
        raise UnknownRow(f"integrations {wish.get('client_id')}")
    return integration
