"""Where amoCRM's webhooks arrive: the hottest address, so it is answered before Flask's router.

A hook waits at most 2 seconds, comes unsigned, and over 100 refusals in two hours switch it off for good. So a valid
address gets 204 for whatever it brings: bodies that cannot be read, methods that make no sense, a database that is
down. https://www.amocrm.ru/developers/content/crm_platform/webhooks-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_input_stream

from integration.store import runs
from integration.sync import hints
from integration.sync.addresses import Addresses

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from integration.sync.context import Context

PREFIX = "/hooks/"
LONGEST_BODY = 4_000_000
"""Bytes. The largest true bodies have some hundred kilobytes; of a longer one a sweep finds what it was about."""

_NOTHING = (("Cache-Control", "no-store"),)

log = structlog.get_logger(__name__)


class HookDoor:
    """The WSGI application in front of `app`: takes what comes to /hooks/<hook_key>, leaves the rest to it."""

    def __init__(self, ctx: Context, app: WSGIApplication) -> None:
        self._ctx = ctx
        self._app = app
        self._addresses = Addresses(ctx)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer 204 at a valid address, 404 at any other below /hooks/."""
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._app(environ, start_response)
        known = self._receive(path.removeprefix(PREFIX), environ)
        start_response("204 No Content" if known else "404 Not Found", list(_NOTHING))
        return [b""]

    def _receive(self, hook_key: str, environ: WSGIEnvironment) -> bool:
        """Take the hook. False: there is no such address."""
        try:
            account_id = self._addresses.account_of(hook_key)
            if account_id is None:
                return False
            body = _body(environ)
            hints.note(self._ctx, account_id, body[:LONGEST_BODY])
            if len(body) > LONGEST_BODY:
                self._sweep(account_id)
        except Exception:
            # Whatever went wrong is ours to repair, by the sweep: a refusal would only cost us the hook.
            log.exception("hook_lost")
        return True

    def _sweep(self, account_id: int) -> None:
        with self._ctx.database.transaction() as conn:
            runs.hasten(conn, account_id, runs.SWEEP, self._ctx.now)


def _body(environ: WSGIEnvironment) -> bytes:
    """Read at most one byte more than is allowed, however the body is sent."""
    try:
        return get_input_stream(environ, safe_fallback=True).read(LONGEST_BODY + 1)
    except (OSError, HTTPException):  # the sender went away in the middle
        return b""
