"""Asks one account's API: in its rate, with its token, renewed once when it is refused, list by list."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from integration.amo import hosts
from integration.amo.answers import Answer, decipher, is_stop
from integration.amo.fields import Row, embedded, row
from integration.amo.transport import send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

    from integration.amo.fields import Json
    from integration.amo.rate_limit import RateLimit

MOST_PAGES = 400
"""Where a list that is read as a whole ends, even if amoCRM says there is more."""

STOP_SECONDS = 2.0
"""How long a 429 or a block stops every process at once: until it is remembered with the account, for much longer."""

Query = tuple[tuple[str, object], ...]


def _nothing() -> None:
    pass


class Conversation:
    """The requests to one account; `server_now` is the time of amoCRM's last answer by its own clock, 0 before it.

    `live` requests go before others. `permit` is called before each request and may raise; `welcome` after each
    good answer.
    """

    def __init__(
        self,
        host: str,
        access_token: str,
        *,
        renew: Callable[[str], str],
        limit: RateLimit,
        account_id: int,
        session: requests.Session,
        live: bool = False,
        permit: Callable[[], None] = _nothing,
        welcome: Callable[[], None] = _nothing,
    ) -> None:
        self._address = f"https://{hosts.account_host(host)}/api/v4"
        self._access_token = access_token
        self._renew = renew
        self._limit = limit
        self._account_id = account_id
        self._session = session
        self._live = live
        self._permit = permit
        self._welcome = welcome
        self._place: str | None = None
        self.server_now = 0

    def get(self, path: str, query: Query = ()) -> Json:
        """Return what a path under /api/v4 holds; None when nothing is found. Raises subclasses of AmoError."""
        return decipher(self.ask("GET", f"{path}?{urlencode(query)}" if query else path))

    def page(self, path: str, name: str, query: Query) -> tuple[list[Row], bool]:
        """Return a list's rows and whether a next page is linked: the only sign of the end that amoCRM gives."""
        content = self.get(path, query)
        more = content is not None and "next" in row(row(content).get("_links", {}))
        return embedded(content, name), more

    def every(self, path: str, name: str, query: Query) -> Iterator[Row]:
        """Go through the rows of all pages."""
        for number in range(1, MOST_PAGES + 1):
            found, more = self.page(path, name, (*query, ("page", number)))
            yield from found
            if not more:
                return

    def ask(self, method: str, path: str, json: object = None) -> Answer:
        """Send a request; after a 401 renew the token and send it once more. A second 401 deciphers as GrantDead."""
        answer = self._send(method, path, json)
        if answer.status == 401:  # noqa: PLR2004 - HTTP's own number
            self._access_token = self._renew(self._access_token)
            answer = self._send(method, path, json)
        return answer

    def reserve(self) -> None:
        """Wait for the turn of the next request now: what it asks for can be chosen afterwards."""
        if self._place is None:
            self._place = self._limit.wait(self._account_id, live=self._live)

    def close(self) -> None:
        """Close the connections."""
        if self._place is not None:
            self._limit.release(self._account_id, self._place)
        self._session.close()

    def _send(self, method: str, path: str, json: object) -> Answer:
        self.reserve()
        place, self._place, took = str(self._place), None, 0.0
        try:
            self._permit()
            started = time.monotonic()
            authorization = {"Authorization": f"Bearer {self._access_token}"}
            answer = send(self._session, method, f"{self._address}/{path}", headers=authorization, json=json)
            took = time.monotonic() - started
            if is_stop(answer):
                self._limit.stop(self._account_id, STOP_SECONDS)
        finally:
            self._limit.release(self._account_id, place, _kind(path), took)
        self.server_now = answer.date or self.server_now
        if answer.status < 300:  # noqa: PLR2004 - HTTP's line
            self._welcome()
        return answer


def _kind(path: str) -> str:
    """Name the requests that take about equally long: by their path without ids."""
    return path.partition("?")[0].rstrip("0123456789")
