"""The only place that sends requests to amoCRM: one address in, one bounded answer out."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from integration.amo.answers import Answer
from integration.errors import Unavailable, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUTS = (5.0, 20.0)
"""Seconds to connect, and to wait for the next bytes."""
LONGEST_ANSWER = 60.0
"""Seconds for a whole answer: the time-out above starts anew with every byte."""
LARGEST_ANSWER = 16 * 1024 * 1024
USER_AGENT = "Pulse/0.1 (sales KPIs)"


def open_session(gateway: str | None) -> requests.Session:
    """Return a session that speaks https only, follows no proxies of the environment, and keeps its connection.

    With a gateway every request goes to that address instead, with the true host in its Host header.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = USER_AGENT
    session.headers["Accept"] = "application/hal+json, application/json"
    for adapter in session.adapters.values():
        adapter.close()
    session.adapters.clear()
    session.mount("https://", GatewayAdapter(gateway) if gateway else HTTPAdapter())
    return session


def send(
    session: requests.Session, method: str, url: str, *, headers: Mapping[str, str], json: object = None
) -> Answer:
    """Send one request and read its whole answer. Redirects are not followed.

    Raises Unavailable when there is no answer or not all of it, UnexpectedAnswer when there is too much. The errors
    quote neither the address nor the headers: both may hold secrets.
    """
    try:
        with session.request(
            method, url, headers=dict(headers), json=json, timeout=TIMEOUTS, allow_redirects=False, stream=True
        ) as response:
            return Answer(
                status=response.status_code,
                content_type=response.headers.get("Content-Type", ""),
                body=_body(response),
                retry_after=response.headers.get("Retry-After"),
                date=_unix_seconds(response.headers.get("Date", "")),
            )
    except requests.RequestException as error:
        message = f"amoCRM did not answer: {type(error).__name__}"
        raise Unavailable(message) from None


class GatewayAdapter(HTTPAdapter):
    """Brings requests for any host to one address, as a reverse proxy would get them."""

    def __init__(self, gateway: str) -> None:
        super().__init__()
        self._gateway = gateway.rstrip("/")

    def send(  # type: ignore[override] # the parent's further parameters are passed on as they are
        self, request: requests.PreparedRequest, **options: object
    ) -> requests.Response:
        """Send the request to the gateway."""
        parts = urlsplit(request.url or "")
        redirected = request.copy()
        redirected.url = f"{self._gateway}{request.path_url}"
        redirected.headers["Host"] = parts.netloc
        redirected.headers["X-Forwarded-Proto"] = "https"
        return super().send(redirected, **options)  # type: ignore[arg-type]


def _body(response: requests.Response) -> bytes:
    deadline = time.monotonic() + LONGEST_ANSWER
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise UnexpectedAnswer("the answer is too large")
        if time.monotonic() > deadline:
            raise Unavailable("the answer takes too long")
    return bytes(body)


def _unix_seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None
