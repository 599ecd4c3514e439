"""Which pages may read our answers: those of accounts, and nobody else's.

The widget lives in the account's page, so its calls are cross-origin and carry a header of their own; browsers ask
first (OPTIONS, without the token). https://www.amocrm.ru/developers/content/oauth/disposable-tokens
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from integration.amo.hosts import is_account_origin

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

PREFLIGHT_SECONDS = "7200"
"""How long a browser may remember our permission: what Chromium remembers at most."""


def is_allowed(origin: str, extra: frozenset[str]) -> bool:
    """Tell whether the origin is an account's page, or one of the operator's extra ones."""
    return origin in extra or is_account_origin(origin)


def answer_preflight() -> ResponseReturnValue | None:
    """Answer OPTIONS before anything else looks at the request; `permit` adds what the origin deserves."""
    return ("", 204) if request.method == "OPTIONS" else None


def permit(response: Response, extra: frozenset[str]) -> Response:
    """Let the origin's page read the answer, if it may."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if not is_allowed(origin, extra):
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "ETag, X-Request-Id"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "X-Auth-Token, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response
