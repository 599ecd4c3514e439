"""The consent window, the token endpoint and the question where an account lives now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request

from simulator.oauth.grants import Grant, GrantRefused
from simulator.oauth.platforms import API_DOMAINS, PLATFORMS
from simulator.server import HangUp
from simulator.universe import is_platform_host
from simulator.web import UNAUTHORIZED, Problem, bearer, json_body, json_response, origin, universe

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from simulator.account import Account
    from simulator.universe import Integration

_PROBLEM_TYPE = "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"
_BAD_REQUEST = ("Некорректный запрос", "В запросе отсутствует ряд параметров или параметры невалидны")
_BAD_CLIENT = ("Некорректный клиент", "Авторизация клиента не прошла")

routes = Blueprint("oauth", __name__, template_folder="templates")


@routes.get("/oauth")
def consent() -> str | tuple[str, int]:
    """Show the window in which a user grants access."""
    integration = universe().integrations.get(request.args.get("client_id", ""))
    if integration is None:
        return render_template("oauth/unknown.html"), 404
    accounts = list(universe().accounts.values())
    return render_template("oauth/consent.html", integration=integration, accounts=accounts, args=request.args)


@routes.post("/oauth")
def decide() -> AnyResponse:
    """Send the user on to the redirect URI, by this window or by its opener."""
    integration = universe().integrations.get(request.form.get("client_id", ""))
    account, user_id = _chosen(request.form["user"]) if "user" in request.form else _first_admin()
    if integration is None or account is None:
        raise Problem(400, "Unknown integration or user")
    target = _redirect_target(integration, account, user_id)
    if request.form.get("mode") != "popup":
        return redirect(target)
    return Response(render_template("oauth/popup.html", target=target))


@routes.post("/oauth2/access_token")
def access_token() -> Response:
    """Trade a code or a refresh token for a pair of tokens."""
    return _exchange()


@routes.get("/oauth2/account/current/subdomain")
def current_subdomain() -> Response:
    """Tell where the account lives now, on the domain of the API server only."""
    grant = universe().grants.grant_of_refresh(request.headers.get("X-Refresh-Token", ""))
    if grant is None or not _is_api_host():
        raise Problem(401, UNAUTHORIZED)
    return json_response(_whereabouts(universe().accounts[grant.account_id]), content_type="application/json")


@routes.get("/oauth2/account/subdomain")
def subdomain() -> Response:
    """Tell the same by an access token: the deprecated way."""
    grant = universe().grants.grant_of(bearer())
    if grant is None:
        raise Problem(401, UNAUTHORIZED)
    return json_response(_whereabouts(universe().accounts[grant.account_id]), content_type="application/json")


def _whereabouts(account: Account) -> dict[str, Any]:
    top = account.base_domain.rpartition(".")[2]
    return {"id": account.id, "subdomain": account.subdomain, "domain": account.domain, "top_level_domain": top}


def _is_api_host() -> bool:
    return request.host.partition(":")[0] in API_DOMAINS or not is_platform_host(request.host)


def _chosen(choice: str) -> tuple[Account | None, int]:
    """Read the `account:user` of the form."""
    account_id, _, user_id = choice.partition(":")
    account = universe().accounts.get(int(account_id)) if account_id.isdecimal() else None
    if account is None or not user_id.isdecimal() or int(user_id) not in account.users:
        return None, 0
    return account, int(user_id)


def _first_admin() -> tuple[Account, int]:
    """Return who answers when the form does not say: for scripts, which see no window."""
    account = universe().first_account()
    return account, next(int(user["id"]) for user in account.users.values() if user["rights"]["is_admin"])


def _redirect_target(integration: Integration, account: Account, user_id: int) -> str:
    """Return the redirect URI with a code, or with the refusal (M:oauth/step-by-step.md)."""
    state = request.form.get("state")
    echoed = {} if state is None else {"state": state}
    rights = account.users[user_id]["rights"]
    first = (integration.client_id, account.id) not in universe().grants.installed
    may = rights["is_active"] and (rights["is_admin"] or not first)
    if request.form.get("answer") != "allow" or not may:
        query = {"error": "access_denied", **(echoed if universe().switches.refusal_echoes_state else {})}
    else:
        grant = Grant(integration.client_id, account.id, user_id, is_admin=rights["is_admin"])
        query = {"code": universe().grants.issue_code(grant), "referer": account.domain, **echoed}
        query |= {"platform": PLATFORMS[account.base_domain].number, "client_id": integration.client_id}
    glue = "&" if "?" in integration.redirect_uri else "?"
    return f"{integration.redirect_uri}{glue}{urlencode(query)}"


def _exchange() -> Response:
    account = universe().account_here()
    if account is None:
        raise Problem(404, f"Cannot POST {origin()}{request.path}")
    body = _sent()
    if not isinstance(body.get("client_id"), str):
        return _oauth_problem(400, *_BAD_REQUEST)
    integration = universe().integrations.get(body["client_id"])
    if integration is None or body.get("client_secret") != integration.client_secret:
        return _oauth_problem(401, *_BAD_CLIENT)
    status = universe().switches.grant_error_status
    if body.get("redirect_uri") != integration.redirect_uri:
        return _oauth_problem(status, *_BAD_REQUEST)
    try:
        grant = _spend(body, integration, account)
    except GrantRefused as refusal:
        return _oauth_problem(status, *_BAD_REQUEST, hint=refusal.hint)
    if grant is None:
        return _oauth_problem(400, *_BAD_REQUEST)
    tokens = universe().grants.issue_tokens(grant, account)
    if body["grant_type"] == "refresh_token" and universe().switches.refresh_answer_lost:
        universe().switches.refresh_answer_lost = False
        raise HangUp
    return json_response(tokens, content_type="application/json")


def _sent() -> dict[str, Any]:
    """Return the JSON object of the request, empty for anything else."""
    try:
        body = json_body()
    except Problem:
        return {}
    return body if isinstance(body, dict) else {}


def _spend(body: dict[str, Any], integration: Integration, account: Account) -> Grant | None:
    match body:
        case {"grant_type": "authorization_code", "code": str(code)}:
            return universe().grants.spend_code(code, integration.client_id, account)
        case {"grant_type": "refresh_token", "refresh_token": str(refresh)}:
            return universe().grants.spend_refresh(refresh, integration.client_id, account)
    return None


def _oauth_problem(status: int, title: str, detail: str, **hint: str) -> Response:
    body = {**hint, "title": title, "type": _PROBLEM_TYPE, "status": status, "detail": detail}
    return json_response(body, status, "application/problem+json")
