"""The control address, second part: what befalls whole accounts and the integration in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify

from simulator.account import Refused, UnknownRow
from simulator.oauth import hooks
from simulator.oauth.grants import Grant
from simulator.oauth.platforms import PLATFORMS
from simulator.scenario.past import office_with_past
from simulator.web import universe
from simulator.wishes import account_named, asked, integration_named

if TYPE_CHECKING:
    from simulator.account import Account

routes = Blueprint("fates", __name__)


@routes.get("/accounts")
def show_accounts() -> Response:
    """List the accounts."""
    return jsonify(accounts=[_card(account) for account in universe().accounts.values()])


@routes.post("/accounts")
def open_account() -> Response:
    """Open another account with an office and a past of its own: `subdomain`, `base_domain`, `days`, `leads`."""
    wish = asked()
    base_domain = wish.get("base_domain", "amocrm.ru")
    if base_domain not in PLATFORMS:
        raise Refused(f"no base_domain {base_domain!r}; there are {', '.join(PLATFORMS)}")
    past = {name: int(wish[name]) for name in ("days", "leads") if name in wish}
    account = office_with_past(universe(), subdomain=str(wish["subdomain"]), **past)
    account.base_domain, account.currency = base_domain, PLATFORMS[base_domain].currency
    return jsonify(_card(account))


@routes.post("/token")
def token() -> Response:
    """Grant access in one step, without a window: the tokens that `user_id`, an admin by default, would give."""
    wish = asked()
    account, integration = account_named(wish), integration_named(wish)
    user_id = int(wish.get("user_id", _admin_of(account)))
    if user_id not in account.users:
        raise UnknownRow(f"users {user_id}")
    is_admin = account.users[user_id]["rights"]["is_admin"]
    grants, grant = universe().grants, Grant(integration.client_id, account.id, user_id, is_admin=is_admin)
    grants.spend_code(grants.issue_code(grant), integration.client_id, account)
    return jsonify(grants.issue_tokens(grant, account))


@routes.post("/install")
def install() -> Response:
    """Press «Install»: amoCRM's server sends the code without a state. Tells what the integration answered."""
    wish = asked()
    account, integration = account_named(wish), integration_named(wish)
    status = hooks.install(universe(), account, integration, int(wish.get("user_id", _admin_of(account))))
    return jsonify(status=status, account_id=account.id)


@routes.post("/disable")
def disable() -> Response:
    """Switch the integration off in the account. Tells what the uninstall hook was answered."""
    wish = asked()
    status = hooks.disable(universe(), account_named(wish), integration_named(wish))
    return jsonify(status=status)


@routes.post("/revoke")
def revoke() -> Response:
    """Let every token of the integration in the account die; no hook tells of it."""
    wish = asked()
    universe().grants.disable(integration_named(wish).client_id, account_named(wish).id)
    return jsonify(ok=True)


@routes.post("/expire_tokens")
def expire_tokens() -> Response:
    """Let the account's access tokens expire now; refresh tokens stay."""
    return jsonify(expired=universe().grants.expire_access(account_named(asked()).id))


@routes.post("/rename")
def rename() -> Response:
    """Give the account another subdomain; the old one is gone at once."""
    wish = asked()
    account = account_named(wish)
    universe().rename(account, str(wish["subdomain"]))
    return jsonify(domain=account.domain)


@routes.post("/block")
def block() -> Response:
    """Block an account by the 403 page for `seconds` of real time, whatever it did."""
    wish = asked()
    universe().traffic.block(account_named(wish).id, float(wish.get("seconds", 3600)))
    return jsonify(ok=True)


@routes.post("/forgive")
def forgive() -> Response:
    """Lift the 403 blocks, as support would."""
    universe().traffic.forgive()
    return jsonify(ok=True)


def _admin_of(account: Account) -> int:
    return next(int(user["id"]) for user in account.users.values() if user["rights"]["is_admin"])


def _card(account: Account) -> dict[str, Any]:
    return {"account_id": account.id, "domain": account.domain}
