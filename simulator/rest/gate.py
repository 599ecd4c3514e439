"""What every API request passes before its route: authorization, limits, the subscription, and mischief."""

from __future__ import annotations

import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import g, request

from simulator.oauth.platforms import PLATFORMS
from simulator.rest.caller import Caller
from simulator.traffic import Asked
from simulator.universe import is_platform_host
from simulator.web import BLOCKED_PAGE, UNAUTHORIZED, HtmlAnswer, Problem, bearer, origin, universe

if TYPE_CHECKING:
    from flask import Response

    from simulator.account import Account
    from simulator.oauth.grants import Grant

PREFIX = "/api/v4"
TOO_MANY = "You have sent too many requests in a given amount of time. Please try again later."
_RETRY_AFTER = 300


def enter() -> None:
    """Let an API request in, or raise the answer that amoCRM's front gives instead."""
    if not request.path.startswith(PREFIX):
        return
    g.asked_at = time.monotonic()
    grant = universe().grants.grant_of(bearer())
    if grant is None:
        raise Problem(401, UNAUTHORIZED)
    account = universe().accounts[grant.account_id]
    g.caller = _granted(account, grant)
    _check_limits(grant)
    _check_host(account)
    _misbehave(account)
    g.caller = _in_context(account, grant)


def leave(response: Response) -> Response:
    """Record an API request and give every answer amoCRM's headers, dated by the simulated clock."""
    world = universe()
    if "asked_at" in g:
        caller: Caller | None = g.get("caller")
        client_id, account_id = (caller.client_id, caller.account.id) if caller else ("", 0)
        status = response.status_code
        world.traffic.record(Asked(g.asked_at, client_id, account_id, request.method, request.full_path, status))
    now = world.clock.now()
    response.headers["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now))
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and world.switches.limit_retry_after:
        response.headers["Retry-After"] = str(_RETRY_AFTER)
    response.headers["Server"] = "nginx"
    response.headers["X-Request-Id"] = uuid.uuid4().hex
    return response


def _check_limits(grant: Grant) -> None:
    verdict = universe().traffic.admit(grant.client_id, grant.account_id)
    if verdict == "blocked":
        raise HtmlAnswer(403, BLOCKED_PAGE)
    if verdict == "too many":
        refuse_too_many()


def refuse_too_many() -> None:
    """Raise the 429 in the form that the switches ask for."""
    if universe().switches.limit_body == "plain":
        raise HtmlAnswer(429, "Too many requests")
    raise Problem(429, TOO_MANY, retry_after=_RETRY_AFTER)


def _check_host(account: Account) -> None:
    """Refuse a token on the domain of another account, or on one that the account has left."""
    host = request.host.partition(":")[0].lower()
    on_api_domain = host == PLATFORMS[account.base_domain].api_domain and universe().switches.api_domain_serves_api
    if is_platform_host(host) and host != account.domain and not on_api_domain:
        raise Problem(401, UNAUTHORIZED)


def _misbehave(account: Account) -> None:
    switches = account.switches
    if switches.slow_ms and universe().chance.random() < switches.slow_share:
        time.sleep(switches.slow_ms / 1000)
    if switches.payment_required:
        raise Problem(402, "Payment required")
    if universe().chance.random() < switches.fail_share:
        _fail(switches.fail_status)


def _fail(status: int) -> None:
    match status:
        case 500:
            raise Problem(500, "Internal server error", trace_id=f"{universe().chance.getrandbits(64):016x}")
        case 402:
            raise Problem(402, "Payment required")
        case 429:
            refuse_too_many()
    phrases = {403: BLOCKED_PAGE, 502: "<html><head><title>502 Bad Gateway</title></head></html>"}
    raise HtmlAnswer(status, phrases.get(status, f"<html><head><title>{status}</title></head></html>"))


def _granted(account: Account, grant: Grant) -> Caller:
    """Return who asks by this grant; an admin's grant keeps its power whatever becomes of the admin, most likely."""
    user = account.users.get(grant.user_id)
    demoted = account.switches.demotion_weakens_grant and not (user and user["rights"]["is_admin"])
    return Caller(account, grant.client_id, grant.user_id, grant.is_admin and not demoted, origin())


def _in_context(account: Account, grant: Grant) -> Caller:
    """Apply X-Context-User-ID: under an admin's grant a request may run with another user's rights."""
    wanted = request.headers.get("X-Context-User-ID")
    if wanted is None:
        return _granted(account, grant)
    user = account.users.get(int(wanted)) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 20 else None  # noqa: PLR2004 - 64 bits
    rights = user["rights"] if user else None
    if rights is None or not grant.is_admin or rights["is_free"] or not rights["is_active"]:
        raise Problem(401, UNAUTHORIZED)
    return Caller(account, grant.client_id, int(wanted), rights["is_admin"], origin())
