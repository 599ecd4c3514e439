"""The one client of amoCRM's API: made per account, reads what KPIs need, subscribes to hooks.

https://www.amocrm.ru/developers/content/crm_platform/api-reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from integration.amo import hosts, protocol, rows
from integration.amo.answers import decipher
from integration.amo.fields import Row, embedded, row, whole
from integration.amo.transport import Answer, open_session, send
from integration.errors import AmoError, PaymentRequired, RightsMissing, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from integration.amo.protocol import AccountCard, Named, Pipeline, User, Webhook
    from integration.amo.rate_limit import RateLimit
    from integration.kpi.model import Event, Lead, Task

PAGE = 250
EVENTS_PAGE = 100
MOST_PAGES = 400
"""Where a list that is read as a whole ends, even if amoCRM says there is more."""

_Query = tuple[tuple[str, object], ...]
_WHOLE_PAGE: _Query = (("limit", PAGE),)
_WITH_CONTACTS: _Query = (("limit", PAGE), ("with", "contacts"))

_COMMON_HOOKS = (
    "add_lead", "update_lead", "delete_lead", "restore_lead", "status_lead", "responsible_lead",
    "add_task", "delete_task", "responsible_task",
)  # fmt: skip
_HOOK_SETTINGS = (
    # The richest first. Unsorted codes are undocumented but used; Kommo lists neither them nor update_task.
    (*_COMMON_HOOKS, "update_task", "add_unsorted", "update_unsorted", "delete_unsorted"),
    (*_COMMON_HOOKS, "update_task"),
    _COMMON_HOOKS,
)


class FilterIgnored(AmoError):
    """The account lacks the paid filters of leads: amoCRM refused the filter, or answered as if there were none."""

    code = "filter_ignored"


class AmoClient:
    """Reads one account. Not for several threads at once. Close it, or use it in a `with`.

    Every method may raise the subclasses of AmoError. `renew` takes an access token that was refused and returns the
    one to use instead, or raises GrantDead. `server_now` is amoCRM's clock at its last answer, in unix seconds (0
    before the first): cursors and windows of the API are counted by it.
    """

    def __init__(
        self,
        host: str,
        access_token: str,
        *,
        renew: Callable[[str], str],
        limit: RateLimit,
        account_id: int,
        gateway: str | None,
    ) -> None:
        self._address = f"https://{hosts.account_host(host)}/api/v4"
        self._access_token = access_token
        self._renew = renew
        self._limit = limit
        self._account_id = account_id
        self._session = open_session(gateway)
        self.server_now = 0

    def account(self) -> AccountCard:
        """Return the account's settings. https://www.amocrm.ru/developers/content/crm_platform/account-info."""
        parts = "users_groups,task_types,datetime_settings,is_api_filter_enabled"
        return protocol.account_card(row(self._get("account", (("with", parts),))))

    def users(self) -> list[User]:
        """Return the employees whom amoCRM lists; only an administrator's token may ask."""
        return [protocol.user(source) for source in self._every("users", "users")]

    def pipelines(self) -> list[Pipeline]:
        """Return all pipelines, archived ones too, with their statuses."""
        return [protocol.pipeline(source) for source in embedded(self._get("leads/pipelines"), "pipelines")]

    def loss_reasons(self) -> list[Named]:
        """Return the reasons that a lost lead may have."""
        return [protocol.named(source) for source in self._every("leads/loss_reasons", "loss_reasons")]

    def lead(self, lead_id: int) -> Lead | None:
        """Return a lead, or None when amoCRM does not show it, which does not mean that it is deleted."""
        answer = self._get(f"leads/{lead_id}", (("with", "contacts"),))
        return None if answer is None else rows.lead(row(answer))

    def leads_by_id(self, ids: Collection[int]) -> list[Lead]:
        """Return those of at most 250 leads that amoCRM shows. Raises FilterIgnored; then read them one by one."""
        return self._filtered_leads(_ids(ids), lambda lead: lead.id in ids)[0]

    def leads_page(self, page: int, updated_since: int | None = None) -> tuple[list[Lead], bool]:
        """Return a page of leads in the order of their ids, and whether there are more.

        With `updated_since` only leads updated at that second or later; raises FilterIgnored, then scan
        `leads_newest_first`. Such a list can only grow while it is read: it has no upper bound on purpose.
        """
        query: _Query = (("page", page), ("order[id]", "asc"))
        if updated_since is None:
            return self._leads(query)
        query += (("filter[updated_at][from]", updated_since),)
        return self._filtered_leads(query, lambda lead: lead.updated_at >= updated_since)

    def leads_newest_first(self, page: int) -> tuple[list[Lead], bool]:
        """Return a page of leads, the latest updated first, and whether there are more. Needs no filter."""
        return self._leads((("page", page), ("order[updated_at]", "desc")))

    def deleted_leads_page(self, page: int) -> tuple[list[int], bool]:
        """Return the ids on a page of the trash, and whether there are more. Purged leads are not there any more."""
        query: _Query = (("page", page), ("with", "only_deleted"))
        sources, more = self._page("leads", "leads", _WHOLE_PAGE + query)
        # An account that does not know the word shows living leads: only what says it is deleted is.
        return [whole(source, "id") for source in sources if source.get("is_deleted") is True], more

    def tasks_by_id(self, ids: Collection[int]) -> list[Task]:
        """Return those of at most 250 tasks that exist. Raises FilterIgnored."""
        return self._tasks(_ids(ids), lambda task: task.id in ids)[0]

    def tasks_page(self, page: int, updated_since: int | None = None) -> tuple[list[Task], bool]:
        """Return a page of tasks in the order of their ids, and whether there are more. Raises FilterIgnored."""
        since = updated_since or 0
        query: _Query = (("page", page), ("order[id]", "asc"))
        if since:
            query += (("filter[updated_at][from]", since),)
        return self._tasks(query, lambda task: task.updated_at >= since)

    def events_page(self, start: int, end: int, page: int) -> tuple[list[Event], bool]:
        """Return a page of the events of leads and tasks in a window of UTC seconds, ends included, and if more follow.

        Of every type: whoever did anything at all to a lead was not merely its router. Entries may appear minutes
        after their time, so windows must overlap.
        """
        window = (("filter[created_at][from]", start), ("filter[created_at][to]", end))
        sources, more = self._page("events", "events", (("limit", EVENTS_PAGE), ("page", page), *window))
        return [rows.event(source) for source in sources if source.get("entity_type") in {"lead", "task"}], more

    def webhooks(self, destination: str) -> list[Webhook]:
        """Return the subscriptions of exactly this address, normally one or none."""
        answer = self._get("webhooks", (("filter[destination]", destination),))
        found = [protocol.webhook(source) for source in embedded(answer, "webhooks")]
        return [webhook for webhook in found if webhook.destination == destination]

    def subscribe(self, destination: str) -> None:
        """Subscribe the address to every change of leads and tasks that the account's edition offers.

        A repeated subscription replaces the former list. https://www.amocrm.ru/developers/content/crm_platform/webhooks-api
        """
        for settings in _HOOK_SETTINGS:
            try:
                self._decipher(
                    self._answer("POST", "webhooks", json={"destination": destination, "settings": settings})
                )
            except UnexpectedAnswer:
                # Unknown codes refuse the whole list: ask for fewer.
                if settings is _HOOK_SETTINGS[-1]:
                    raise
            else:
                return

    def unsubscribe(self, destination: str) -> None:
        """Remove the address's subscription; that there is none is as good."""
        answer = self._answer("DELETE", "webhooks", json={"destination": destination})
        if answer.status != 404:  # noqa: PLR2004 - HTTP's own number
            self._decipher(answer)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _filtered_leads(self, query: _Query, obeys: Callable[[Lead], bool]) -> tuple[list[Lead], bool]:
        try:
            leads, more = self._leads(query)
        except (PaymentRequired, RightsMissing, UnexpectedAnswer) as refusal:
            # If the account itself is the reason, the unfiltered request that follows will say the same.
            raise FilterIgnored(str(refusal)) from refusal
        if not all(map(obeys, leads)):
            raise FilterIgnored("leads came that the filter excludes")
        return leads, more

    def _leads(self, query: _Query) -> tuple[list[Lead], bool]:
        sources, more = self._page("leads", "leads", _WITH_CONTACTS + query)
        return [rows.lead(source) for source in sources], more

    def _tasks(self, query: _Query, obeys: Callable[[Task], bool]) -> tuple[list[Task], bool]:
        sources, more = self._page("tasks", "tasks", _WHOLE_PAGE + query)
        tasks = [rows.task(source) for source in sources]
        if not all(map(obeys, tasks)):
            raise FilterIgnored("tasks came that the filter excludes")
        return tasks, more

    def _every(self, path: str, name: str) -> Iterator[Row]:
        for page in range(1, MOST_PAGES + 1):
            sources, more = self._page(path, name, (*_WHOLE_PAGE, ("page", page)))
            yield from sources
            if not more:
                return

    def _page(self, path: str, name: str, query: _Query) -> tuple[list[Row], bool]:
        """Return a list's rows and whether a next page is linked, which is the only sign of the end that amoCRM gives."""
        answer = self._get(path, query)
        more = answer is not None and "next" in row(row(answer).get("_links", {}))
        return embedded(answer, name), more

    def _get(self, path: str, query: Sequence[tuple[str, object]] = ()) -> object:
        return self._decipher(self._answer("GET", f"{path}?{urlencode(query)}" if query else path))

    def _answer(self, method: str, path: str, json: object = None) -> Answer:
        answer = self._send(method, path, json)
        if answer.status == 401:  # noqa: PLR2004 - HTTP's own number
            self._access_token = self._renew(self._access_token)
            answer = self._send(method, path, json)
        return answer

    def _send(self, method: str, path: str, json: object) -> Answer:
        self._limit.wait(self._account_id)
        authorization = {"Authorization": f"Bearer {self._access_token}"}
        answer = send(self._session, method, f"{self._address}/{path}", headers=authorization, json=json)
        self.server_now = answer.date or self.server_now
        return answer

    @staticmethod
    def _decipher(answer: Answer) -> object:
        return decipher(answer.status, answer.content_type, answer.body, retry_after=answer.retry_after)


def _ids(ids: Collection[int]) -> _Query:
    return tuple(("filter[id][]", entity_id) for entity_id in ids)
