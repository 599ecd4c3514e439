"""What goes wrong is told in the reader's language: what happened, and what to do about it.

The API answers with a typed body, the pages with a page; both carry the request's number.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from integration.errors import BadRequest, PulseError
from integration.web import pages
from integration.web.api.shapes import Problem, ProblemBody
from integration.web.session import NotInstalled
from integration.web.words import language, section

if TYPE_CHECKING:
    from flask import Flask
    from pydantic import ValidationError

STATUS = {
    "bad_request": HTTPStatus.BAD_REQUEST,
    "bad_state": HTTPStatus.BAD_REQUEST,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "database_down": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Any other code is our own fault: 500."""

_CODES = {HTTPStatus.NOT_FOUND: "not_found", HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed"}

log = structlog.get_logger(__name__)


def register(app: Flask) -> None:
    """Let the app answer every error in this way."""
    app.register_error_handler(PulseError, _known)
    app.register_error_handler(HTTPException, _refused_by_flask)
    app.register_error_handler(Exception, _unforeseen)


def from_validation(error: ValidationError) -> Response:
    """Answer a request that does not fit its model, naming the first parameter at fault."""
    location = error.errors()[0]["loc"]
    return answer("bad_request", field=str(location[0]) if location else None)


def answer(code: str, *, field: str | None = None, wording: str | None = None) -> Response:
    """Tell the problem: as JSON under /api, as a page elsewhere. `wording` names closer words than the code's own."""
    status = STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)
    shown = code if code in STATUS else "internal"
    if not request.path.startswith("/api/"):
        return pages.problem(shown, status)
    words = section(language(), "errors")[wording or ("bad_field" if field else shown)]
    fields = section(language(), "fields")
    problem = Problem(
        code=shown,
        message=words["message"].format(field=field),
        hint=fields.get(field, words["hint"]) if field else words["hint"],
        field=field,
    )
    body = ProblemBody(error=problem, request_id=g.request_id)
    return Response(body.model_dump_json(), status, mimetype="application/json")


def _known(error: PulseError) -> Response:
    if error.code not in STATUS or error.code == "database_down":
        log.error("request_failed", problem=error.code, exc_info=error)
    return answer(
        error.code,
        field=error.field if isinstance(error, BadRequest) else None,
        wording="not_installed" if isinstance(error, NotInstalled) else None,
    )


def _refused_by_flask(error: HTTPException) -> Response:
    if isinstance(error.response, Response):  # the validation's own answer travels as an exception
        return error.response
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer("internal")
    return answer(_CODES.get(status, "bad_request"))


def _unforeseen(error: Exception) -> Response:
    log.error("request_broke", exc_info=error)
    return answer("internal")
