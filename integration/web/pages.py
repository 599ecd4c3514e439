"""The few pages that a person sees outside of amoCRM: words from the language files, markup from templates."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import g, make_response, render_template
from werkzeug.wrappers import Response

from integration.web.words import language, section

REFRESH_SECONDS = 2
"""How often the waiting page asks again."""


def problem(code: str, status: HTTPStatus) -> Response:
    """Show what went wrong, why, and the way out."""
    return _show("problem.html", code, status)


def waiting(host: str) -> Response:
    """Show that the account is being connected; the page reloads itself."""
    return _show("waiting.html", "waiting", host=host, refresh=REFRESH_SECONDS)


def connected(host: str, *, importing: bool, tell_opener: bool) -> Response:
    """Show that the account is connected. `tell_opener` posts the good news to the account's page and closes."""
    page = "importing" if importing else "connected"
    return _show("connected.html", page, host=host, opener_origin=f"https://{host}" if tell_opener else None)


def privacy() -> Response:
    """Show what is stored of an account, and what is not. The widget's settings link here."""
    return _show("privacy.html", "privacy")


def failed(host: str, problem_code: str) -> Response:
    """Show why the connection failed for good and what to do."""
    reasons = section(language(), "problems")
    reason = reasons.get(problem_code, reasons["other"])
    return _show("problem.html", "failed", HTTPStatus.BAD_GATEWAY, host=host, reason=reason)


def plain(text: str) -> Response:
    """Answer amoCRM's server, which does not read."""
    return Response(text, mimetype="text/plain")


def _show(template: str, page: str, status: HTTPStatus = HTTPStatus.OK, **facts: Any) -> Response:  # noqa: ANN401 - a template's own values
    words = section(language(), "pages")
    title, text = (str(words[page][part]).format(**facts) for part in ("title", "text"))
    values = {"title": title, "text": text, **facts}
    body = render_template(template, words=words, lang=language(), request_id=g.request_id, **values)
    return make_response(body, status)
