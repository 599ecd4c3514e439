"""What every answer of the simulator has in common: problems, HAL JSON, the address that the caller used."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, request

if TYPE_CHECKING:
    from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from simulator.universe import Universe

BLOCKED_PAGE = (
    "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
UNAUTHORIZED = "Неверный логин или пароль"
NO_RIGHTS = "Недостаточно прав для выполнения операции"


class Problem(Exception):
    """An answer that is an error; `more` joins the body."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:  # noqa: ANN401 - any JSON
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.more = more

    def response(self) -> Response:
        """Return the problem+json answer (M:crm_platform/error-codes.md)."""
        title = HTTPStatus(self.status).phrase
        body = {"title": title, "type": f"https://httpstatus.es/{self.status}", "status": self.status}
        return json_response({**self.more, **body, "detail": self.detail}, self.status, "application/problem+json")


class HtmlAnswer(Exception):
    """An answer of the proxy in front of amoCRM: HTML whatever was asked for."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


def universe() -> Universe:
    """Return the world that this application shows."""
    world: Universe = current_app.extensions["universe"]
    return world


def json_response(body: object, status: int = 200, content_type: str = "application/hal+json") -> Response:
    """Return a JSON answer."""
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=content_type)


def no_content() -> Response:
    """Return 204 with an empty body: nothing found."""
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    return answer


def problem_of(error: HTTPException) -> Response:
    """Turn an error of the framework (no route, wrong method) into amoCRM's words."""
    status = error.code or 500
    asked = f"{origin()}{request.full_path.removesuffix('?')}"
    answer = Problem(status, f"Cannot {request.method} {asked}" if status == HTTPStatus.NOT_FOUND else error.name)
    response = answer.response()
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response


def origin() -> str:
    """Return scheme and host as the caller wrote them, behind a gateway too."""
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme).partition(",")[0].strip()
    return f"{'https' if scheme == 'https' else 'http'}://{request.host}"


def bearer() -> str:
    """Return the access token that the request carries, empty when it carries none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def json_body() -> Any:  # noqa: ANN401 - whatever JSON the caller sent
    """Return the request's JSON. Raises Problem 400 when it is none."""
    try:
        body = json.loads(request.get_data())
        # What cannot be written again (lone surrogates, infinities) cannot be kept either.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise Problem(400, "Request data is not valid JSON") from None
    return body
