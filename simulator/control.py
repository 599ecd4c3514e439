"""The control address /_sim: what a test or a person does to the simulated world, and what it really knows."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from simulator import fates, inbox
from simulator.account import Refused, UnknownRow
from simulator.oauth.session_token import session_token
from simulator.scenario.day import play
from simulator.truth import truth
from simulator.web import origin, universe
from simulator.wishes import account_named, asked, integration_named

routes = Blueprint("control", __name__, url_prefix="/_sim")
routes.register_blueprint(fates.routes)
routes.register_blueprint(inbox.routes)
DEEDS = frozenset(
    {
        *("create_lead", "change_lead", "delete_lead", "restore_lead", "purge_lead", "merge_leads"),
        *("link_lead", "unlink_lead", "add_unsorted", "accept_unsorted", "decline_unsorted"),
        *("create_task", "change_task", "complete_task", "reopen_task", "delete_task"),
        *("add_note", "change_note", "add_call", "add_letter", "create_contact", "change_contact", "delete_contact"),
        *("create_company", "change_company", "delete_company", "create_customer"),
        *("add_user", "change_user", "deactivate_user", "remove_user", "add_group", "add_role"),
        *("add_pipeline", "add_status", "add_loss_reason", "delete_status", "archive_pipeline"),
        *("reassign_leads", "merge_many", "change_settings"),
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
    return jsonify(truth(account_named(request.args.to_dict())))


@routes.post("/act")
def act() -> Response:
    """Do one mutation of an account, `{"do": name, …arguments}`; `id` stands for the first id it takes."""
    deed = asked()
    account, name = account_named(deed), deed.pop("do", "")
    deed.pop("account_id", None)
    if name not in DEEDS:
        raise Refused(f"no deed {name!r}; there are {', '.join(sorted(DEEDS))}")
    first = [deed.pop("id")] if "id" in deed else []
    return jsonify(result=getattr(account, name)(*first, **deed))


@routes.get("/switches")
def switches() -> Response:
    """Show all switches of the world, or those that hold in the account named by `account_id`."""
    wish = request.args.to_dict()
    return jsonify((account_named(wish) if wish else universe()).switches.state())


@routes.patch("/switches")
def turn() -> Response:
    """Set some switches of the world; with `account_id` of that account, which has its own from then on."""
    changes = asked()
    account_id = changes.pop("account_id", None)
    own = None if account_id is None else universe().own_switches(account_named({"account_id": account_id}))
    switches = own or universe().switches
    switches.turn(changes)
    return jsonify(switches.state())


@routes.post("/clock")
def clock() -> Response:
    """Move, stop or start the clock: `{"jump": seconds}`, `{"freeze": unix or true}`, `{"resume": true}`."""
    wish, world = asked(), universe().clock
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


@routes.post("/play")
def play_changes() -> Response:
    """Play changes of a sales day at once, the clock jumping along; answers what happened."""
    wish = asked()
    seed, seconds = int(wish.get("seed", universe().seed)), int(wish.get("seconds", 3600))
    return jsonify(said=play(universe(), account_named(wish), int(wish.get("changes", 10)), seed, seconds))


@routes.get("/session_token")
def show_session_token() -> Response:
    """Mint the token that the widget of a user would send; `origin` is the page's own by default."""
    wish = request.args.to_dict()
    account, integration = account_named(wish), integration_named(wish)
    issuer = wish.get("origin", origin())
    return jsonify(token=session_token(universe(), account, int(wish["user_id"]), integration, issuer))
