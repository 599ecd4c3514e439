"""What every answer carries: its request's number, and the rules that browsers shall hold it to."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import structlog
from flask import g, request

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
"""A number that the proxy in front of us may have given the request."""

RULES = {
    # Nothing inline, nothing foreign, never inside somebody's frame.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address of a page may hold an authorization code.
    "Referrer-Policy": "no-referrer",
}
ALWAYS_HTTPS = "max-age=31536000"


def register(app: Flask, *, https: bool) -> None:
    """Number every request, for the logs as well, and add the rules to every answer."""

    def number() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    def mark(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in RULES.items():
            response.headers[name] = value
        if https:
            response.headers["Strict-Transport-Security"] = ALWAYS_HTTPS
        return response

    app.before_request(number)
    app.after_request(mark)
