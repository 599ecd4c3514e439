"""Reads the lists of contacts, companies, notes and unsorted of one account.

A kind is named by its path in the API: `contacts`, `companies`, `leads/notes`, `contacts/notes`, and so on.
https://www.amocrm.ru/developers/content/crm_platform/api-reference
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from integration.amo import activity
from integration.amo.client import FilterIgnored
from integration.amo.fields import optional, row
from integration.errors import PaymentRequired, RightsMissing, UnexpectedAnswer
from integration.kpi.activity import Contact, Note, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from integration.amo.client import AmoClient
    from integration.amo.conversation import Conversation, Query
    from integration.amo.fields import Row

Record: TypeAlias = Contact | Note

CONTACT_KINDS = ("contacts", "companies")
NOTE_KINDS = ("leads/notes", "contacts/notes", "companies/notes", "customers/notes")
PAGE = 250

REFUSALS = (PaymentRequired, RightsMissing, UnexpectedAnswer)
"""What an account answers that may not use a list: the module is off, not paid for, or there are no rights."""


class Summary(NamedTuple):
    """What amoCRM itself counts of the unsorted of a time."""

    total: int
    accepted: int
    declined: int


def of(client: AmoClient) -> Records:
    """Return the lists of the client's account."""
    return Records(client.api, client.key)


@dataclass(frozen=True, slots=True)
class Records:
    """The lists that one conversation can read. `key` is the account's secret for the hashes.

    Every method may raise the subclasses of AmoError; those of REFUSALS mean this kind only.
    """

    api: Conversation
    key: bytes

    def page(self, kind: str, page: int, since: int = 0) -> tuple[list[Record], bool]:
        """Return a page in the order of the ids, and whether there are more; with `since` only what changed since.

        Raises FilterIgnored, then scan `newest_first`.
        """
        query: Query = (("page", page), ("order[id]", "asc"))
        if since:
            query += (("filter[updated_at][from]", since),)
        return self._obeying(kind, query, lambda record: record.updated_at >= since)

    def newest_first(self, kind: str, page: int) -> tuple[list[Record], bool]:
        """Return a page, the latest updated first, and whether there are more. Needs no paid filter."""
        return self._read(kind, (("page", page), ("order[updated_at]", "desc")))

    def by_id(self, kind: str, ids: Collection[int]) -> list[Record]:
        """Return those of at most 250 that amoCRM shows. Raises FilterIgnored; then ask `one` by one."""
        query: Query = tuple(("filter[id][]", number) for number in ids)
        return self._obeying(kind, query, lambda record: record.id in ids)[0]

    def one(self, kind: str, number: int) -> Record | None:
        """Return what amoCRM shows under this id: None also for a note that is neither call nor letter."""
        answer = self.api.get(f"{kind}/{number}")
        return None if answer is None else self._record(kind, row(answer))

    def waiting_page(self, page: int, *, newest_first: bool = False) -> tuple[list[Request], bool]:
        """Return a page of the requests that wait to be sorted, in the order they came in, and whether more follow."""
        direction = "desc" if newest_first else "asc"
        query: Query = (("limit", PAGE), ("page", page), ("order[created_at]", direction))
        sources, more = self.api.page("leads/unsorted", "unsorted", query)
        return [activity.request(source, self.key) for source in sources], more

    def summary(self, start: int, end: int) -> Summary:
        """Return what amoCRM counts of the requests of a time in UTC seconds, ends included."""
        window: Query = (("filter[created_at][from]", start), ("filter[created_at][to]", end))
        told = row(self.api.get("leads/unsorted/summary", window))
        return Summary(*(optional(told, name) or 0 for name in Summary._fields))

    def _obeying(self, kind: str, query: Query, obeys: Callable[[Record], bool]) -> tuple[list[Record], bool]:
        try:
            records, more = self._read(kind, query)
        except REFUSALS as refusal:
            if kind in CONTACT_KINDS and any(name.startswith("filter[") for name, _ in query):
                # If the list itself is refused, the unfiltered request that follows will say the same.
                raise FilterIgnored(str(refusal)) from refusal
            raise
        if not all(map(obeys, records)):
            raise FilterIgnored("rows came that the filter excludes")
        return records, more

    def _read(self, kind: str, query: Query) -> tuple[list[Record], bool]:
        whole_page: Query = (("limit", PAGE),)
        if kind in NOTE_KINDS:
            whole_page += tuple(("filter[note_type][]", note_type) for note_type in activity.NOTE_TYPES)
        sources, more = self.api.page(kind, kind.rpartition("/")[2], whole_page + query)
        read = [self._record(kind, source) for source in sources]
        return [record for record in read if record is not None], more

    def _record(self, kind: str, source: Row) -> Record | None:
        if kind in CONTACT_KINDS:
            return activity.contact(kind, source)
        if source.get("note_type") not in activity.NOTE_TYPES:
            return None
        return activity.note(kind.partition("/")[0], source, self.key)
