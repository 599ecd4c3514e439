"""Asks one account's API: in its rate, with its token, renewed once when it is refused, list by list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from integration.amo import hosts
from integration.amo.answers import Answer, decipher
from integration.amo.fields import Row, embedded, row
from integration.amo.transport import send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

    from integration.amo.fields import Json
    from integration.amo.rate_limit import RateLimit

MOST_PAGES = 400
"""Where a list that is read as a whole ends, even if amoCRM says there is more."""

Query = tuple[tuple[str, object], ...]


class Conversation:
    """The requests to one account; `server_now` is the time of amoCRM's last answer by its own clock, 0 before it."""

    def __init__(
        self,
        host: str,
        access_token: str,
        *,
        renew: Callable[[str], str],
        limit: RateLimit,
        account_id: int,
        session: requests.Session,
    ) -> None:
        self._address = f"https://{hosts.account_host(host)}/api/v4"
        self._access_token = access_token
        self._renew = renew
        self._limit = limit
        self._account_id = account_id
        self._session = session
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

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send(self, method: str, path: str, json: object) -> Answer:
        self._limit.wait(self._account_id)
        authorization = {"Authorization": f"Bearer {self._access_token}"}
        answer = send(self._session, method, f"{self._address}/{path}", headers=authorization, json=json)
        self.server_now = answer.date or self.server_now
        return answer
