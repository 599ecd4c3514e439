"""If-Modified-Since, which Kommo recommends and of which the reference of v4 says nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, g, request

if TYPE_CHECKING:
    from simulator.rest.caller import Caller


def shorten(response: Response) -> Response:
    """Answer 304 where the switch says so and no row of the answer changed after the second that the caller names."""
    who: Caller | None = g.get("caller")
    since = request.if_modified_since
    if since is None or who is None or not who.switches.honours_if_modified_since:
        return response
    stamps = [row.get("updated_at") for row in _rows(response)]
    old = bool(stamps) and all(type(stamp) is int and stamp <= since.timestamp() for stamp in stamps)
    return Response(status=HTTPStatus.NOT_MODIFIED) if old else response


def _rows(response: Response) -> list[dict[str, Any]]:
    if request.method != "GET" or response.status_code != HTTPStatus.OK:
        return []
    body = response.get_json(force=True)
    lists = body.get("_embedded", {}).values() if "_page" in body else [[body]]
    return [row for rows in lists for row in rows]
