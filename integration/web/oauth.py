"""How an account gives us access, and how it takes it back.

The redirect address serves two callers: the browser of a person who started at /oauth/start, and amoCRM's server after
«Install» in the widget's window, which waits 3 seconds, ignores the answer and never tries again.
https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for

from integration.amo import disconnect
from integration.amo.hosts import account_host
from integration.errors import BadRequest, NotFound, Unauthorized
from integration.report.stamp import importing
from integration.store import accounts, installs
from integration.store.accounts import State
from integration.sync import farewell, install
from integration.web import pages
from integration.web.passes import Passes
from integration.web.session import context

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

oauth = Blueprint("oauth", __name__, url_prefix="/oauth")


class BadState(BadRequest):
    """The consent was not started here, or is over: it has to be started again."""

    code = "bad_state"


WORKING = (State.ACTIVE, State.RIGHTS_SUSPECT)
STATE = "consent"
COOKIE = "pulse_consent"
CONSENT_SECONDS = 600
MODES = ("popup", "post_message")
LONGEST_CODE = 4096
"""Characters. Real codes have about a thousand."""


@oauth.get("/start")
def start() -> Response:
    """Send the browser to amoCRM's consent window, with a state that only this browser can bring back."""
    mode = request.args.get("mode", MODES[0])
    if mode not in MODES:
        raise BadRequest("no such mode", field="mode")
    settings, now = context().settings, context().now
    nonce = secrets.token_urlsafe(24)
    state = _passes().issue(STATE, {"nonce": nonce, "mode": mode}, expires_at=now + CONSENT_SECONDS)
    query = urlencode({"client_id": settings.client_id, "state": state, "mode": mode})
    answer = redirect(f"{settings.oauth_url}?{query}")
    answer.set_cookie(
        COOKIE,
        nonce,
        max_age=CONSENT_SECONDS,
        path=oauth.url_prefix or "/",
        secure=settings.public_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return answer


@oauth.get("/callback")
def callback() -> Response:
    """Take the authorization code, from either caller."""
    if request.args.get("error"):
        return pages.problem("denied", HTTPStatus.FORBIDDEN)
    if request.args.get("from_widget") == "1" and "state" not in request.args:
        _take_code()
        return pages.plain("ok")
    consent = _consent()
    install_id = _install_id(consent["nonce"])
    _take_code(install_id)
    answer = redirect(url_for("oauth.status", install_id=install_id, mode=consent["mode"]))
    answer.delete_cookie(COOKIE, path=oauth.url_prefix or "/")
    return answer


@oauth.get("/status/<install_id>")
def status(install_id: str) -> Response:
    """Show how far the connection is; the page reloads itself until it is done or has failed for good."""
    with context().database.read() as conn:
        found = installs.get(conn, install_id)
        if found is None:
            raise NotFound("no such install")
        if found.problem:
            return pages.failed(found.host, found.problem)
        account = accounts.find(conn, found.account_id) if found.account_id else None
        if account is None or account.state == State.INSTALLING:
            return pages.waiting(found.host)
        if account.state not in WORKING:
            return pages.failed(account.host, account.state)
        loading = importing(conn, account) is not None
    tell_opener = request.args.get("mode") == "post_message"
    return pages.connected(account.host, importing=loading, tell_opener=tell_opener)


@oauth.get("/disconnected")
def disconnected() -> Response:
    """Hear from amoCRM that the account disabled us. Anyone can repeat what it signed: sync asks before it acts."""
    settings = context().settings
    account_id = disconnect.verify_query(request.args, client_id=settings.client_id, secret=settings.client_secret)
    with suppress(NotFound):  # an account that never came needs no farewell
        farewell.reported(context(), account_id)
    return pages.plain("ok")


def _consent() -> dict[str, str]:
    """Return what the state says, if this browser started the consent and did not use it yet. Raises BadState."""
    try:
        consent = _passes().read(STATE, request.args.get("state", ""), now=context().now)
    except Unauthorized as error:
        raise BadState(str(error)) from error
    # Bytes, because compare_digest raises for strings beyond ASCII.
    cookie = request.cookies.get(COOKIE, "").encode(errors="replace")
    if not secrets.compare_digest(cookie, consent["nonce"].encode()):
        raise BadState("another browser started this")
    with context().database.read() as conn:
        if installs.get(conn, _install_id(consent["nonce"])) is not None:
            raise BadState("the state was used before")
    return consent


def _take_code(install_id: str | None = None) -> None:
    """Store the code and have it exchanged in the background. Raises BadRequest before anything is stored."""
    host = account_host(request.args.get("referer", ""))
    code = request.args.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE or not code.isascii() or not code.isprintable():
        raise BadRequest("no code", field="code")
    if request.args.get("client_id", context().settings.client_id) != context().settings.client_id:
        raise BadRequest("the code is for another integration", field="client_id")
    install.accept(context(), host, code, install_id=install_id)


def _install_id(nonce: str) -> str:
    # Made from the nonce, so that a state brought twice names an install that is already there.
    return hashlib.sha256(nonce.encode()).hexdigest()[:32]


def _passes() -> Passes:
    return Passes(context().settings.encryption_keys)
