"""Who asks: the widget's token, the account it belongs to, and what its user may see."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app, g, request

from integration.amo import session_token
from integration.amo.hosts import is_account_origin
from integration.errors import NotFound, Unauthorized
from integration.report.stamp import Question
from integration.report.team import Team
from integration.store import accounts, mirrors, runs
from integration.web.words import language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from integration.kpi.calendar import Period
    from integration.settings import Settings
    from integration.store.accounts import Account
    from integration.sync.context import Context


class NotInstalled(NotFound):
    """The token is genuine, and its account never connected Pulse."""


def context() -> Context:
    """Return what the app was made with: settings, database, Redis, clock."""
    ctx: Context = current_app.extensions["pulse"]
    return ctx


def authenticate() -> None:
    """Verify X-Auth-Token before anything else of the request is looked at. Raises Unauthorized.

    A browser says where the call comes from: it must be the page that the token was made for.
    """
    settings = context().settings
    token = session_token.verify(
        request.headers.get("X-Auth-Token", ""),
        secret=settings.client_secret,
        audience=settings.audience,
        client_id=settings.client_id,
        now=context().now,
    )
    if request.headers.get("Origin", token.issuer) != token.issuer:
        raise Unauthorized("the token was made for another page")
    g.token = token


@contextmanager
def question(period: Callable[[int, Account], Period]) -> Iterator[Question]:
    """Open one moment of the database for the viewer. `period` is chosen by the time and the account's zone.

    Raises NotInstalled, Unauthorized if the token comes from another host than the account's, Forbidden.
    """
    token, now = g.token, context().now
    with context().database.read() as conn:
        account = accounts.find(conn, token.account_id)
        if account is None:
            raise NotInstalled("the account is not connected")
        _check_host(token.issuer, account, context().settings)
        team = Team(mirrors.users_of(conn, account.account_id), language())
        viewer = team.viewer(token.user_id, claims_admin=token.is_admin)
        yield Question(conn, account, team, viewer, period(now, account), now)


def _check_host(issuer: str, account: Account, settings: Settings) -> None:
    if issuer == f"https://{account.host}" or issuer in settings.account_origins:
        return
    if is_account_origin(issuer):
        # The signature is amoCRM's, so the account may have been renamed: the mirrors' next reading finds out.
        with context().database.transaction() as conn:
            runs.hasten(conn, account.account_id, runs.MIRRORS, context().now)
    raise Unauthorized("the token comes from another account's page")
