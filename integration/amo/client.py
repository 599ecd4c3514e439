"""The one client of amoCRM's API: made per account, reads what KPIs need, subscribes to hooks.

https://www.amocrm.ru/developers/content/crm_platform/api-reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.amo import event_log, protocol, rows
from integration.amo.answers import decipher
from integration.amo.conversation import Conversation
from integration.amo.fields import embedded, row, whole
from integration.amo.transport import open_session
from integration.errors import AmoError, PaymentRequired, RightsMissing, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType
    from typing import Self

    from integration.amo.conversation import Query
    from integration.amo.protocol import AccountCard, Named, Pipeline, User, Webhook
    from integration.amo.rate_limit import RateLimit
    from integration.kpi.model import Event, Lead, Task

PAGE = 250

_WHOLE_PAGE: Query = (("limit", PAGE),)
_WITH_CONTACTS: Query = (("limit", PAGE), ("with", "contacts"))

_COMMON_HOOKS = (
    "add_lead", "update_lead", "delete_lead", "restore_lead", "status_lead", "responsible_lead", "note_lead",
    "add_contact", "update_contact", "delete_contact", "restore_contact", "responsible_contact", "note_contact",
    "add_company", "update_company", "delete_company", "restore_company", "responsible_company", "note_company",
    "add_task", "delete_task", "responsible_task",
)  # fmt: skip
_HOOK_SETTINGS = (
    # The richest first. Unsorted codes are undocumented but used; Kommo lists neither them nor update_task.
    (*_COMMON_HOOKS, "update_task", "note_customer", "add_unsorted", "update_unsorted", "delete_unsorted"),
    (*_COMMON_HOOKS, "update_task"),
    _COMMON_HOOKS,
)


class FilterIgnored(AmoError):
    """The account lacks the paid filters of leads: amoCRM refused the filter, or answered as if there were none."""

    code = "filter_ignored"


class AmoClient:
    """Reads one account. Not for several threads at once. Close it, or use it in a `with`.

    Every method may raise the subclasses of AmoError. `renew` takes an access token that was refused and returns the
    one to use instead, or raises GrantDead. `live` requests go before others; `permit` is called before each request
    and may raise, `welcome` after each good answer. `key` is the account's secret for what `amo.activity` hashes.
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
        key: bytes,
        live: bool = False,
        permit: Callable[[], None] = lambda: None,
        welcome: Callable[[], None] = lambda: None,
    ) -> None:
        self.key = key
        self._api = Conversation(
            host,
            access_token,
            renew=renew,
            limit=limit,
            account_id=account_id,
            session=open_session(gateway),
            live=live,
            permit=permit,
            welcome=welcome,
        )

    @property
    def api(self) -> Conversation:
        """The conversation itself, for the lists that `records` reads."""
        return self._api

    @property
    def server_now(self) -> int:
        """AmoCRM's clock at its last answer in unix seconds, 0 before the first; its windows are counted by it."""
        return self._api.server_now

    def reserve(self) -> None:
        """Wait for the turn of the next request now: what it asks for can be chosen afterwards."""
        self._api.reserve()

    def account(self) -> AccountCard:
        """Return the account's settings. https://www.amocrm.ru/developers/content/crm_platform/account-info."""
        parts = "users_groups,task_types,datetime_settings,is_api_filter_enabled"
        return protocol.account_card(row(self._api.get("account", (("with", parts),))))

    def users(self) -> list[User]:
        """Return the employees whom amoCRM lists; only an administrator's token may ask."""
        return [protocol.user(source) for source in self._api.every("users", "users", _WHOLE_PAGE)]

    def may_read_users(self) -> bool:
        """Tell whether the token is an administrator's: it sees every lead and task then."""
        try:
            self._api.get("users", (("limit", 1),))
        except RightsMissing:
            return False
        return True

    def pipelines(self) -> list[Pipeline]:
        """Return all pipelines, archived ones too, with their statuses."""
        return [protocol.pipeline(source) for source in embedded(self._api.get("leads/pipelines"), "pipelines")]

    def loss_reasons(self) -> list[Named]:
        """Return the reasons that a lost lead may have."""
        return [protocol.named(source) for source in self._api.every("leads/loss_reasons", "loss_reasons", _WHOLE_PAGE)]

    def lead(self, lead_id: int) -> Lead | None:
        """Return a lead, or None when amoCRM does not show it, which does not mean that it is deleted."""
        try:
            answer = self._api.get(f"leads/{lead_id}", (("with", "contacts"),))
        except RightsMissing:
            return None  # this lead is hidden from the token's user; others need not be
        return None if answer is None else rows.lead(row(answer))

    def leads_by_id(self, ids: Collection[int]) -> list[Lead]:
        """Return those of at most 250 leads that amoCRM shows. Raises FilterIgnored; then read them one by one."""
        return self._filtered_leads(_ids(ids), lambda lead: lead.id in ids)[0]

    def leads_page(self, page: int, updated_since: int | None = None) -> tuple[list[Lead], bool]:
        """Return a page of leads in the order of their ids, and whether there are more.

        With `updated_since` only leads updated at that second or later; raises FilterIgnored, then scan
        `leads_newest_first`. Such a list can only grow while it is read: it has no upper bound on purpose.
        """
        query: Query = (("page", page), ("order[id]", "asc"))
        if updated_since is None:
            return self._leads(query)
        query += (("filter[updated_at][from]", updated_since),)
        return self._filtered_leads(query, lambda lead: lead.updated_at >= updated_since)

    def leads_newest_first(self, page: int) -> tuple[list[Lead], bool]:
        """Return a page of leads, the latest updated first, and whether there are more. Needs no filter."""
        return self._leads((("page", page), ("order[updated_at]", "desc")))

    def deleted_leads_page(self, page: int) -> tuple[list[int], bool]:
        """Return the ids on a page of the trash, and whether there are more. Purged leads are not there any more."""
        query: Query = (("page", page), ("with", "only_deleted"))
        sources, more = self._api.page("leads", "leads", _WHOLE_PAGE + query)
        # An account that does not know the word shows living leads: only what says it is deleted is.
        return [whole(source, "id") for source in sources if source.get("is_deleted") is True], more

    def tasks_by_id(self, ids: Collection[int]) -> list[Task]:
        """Return those of at most 250 tasks that exist. Raises FilterIgnored."""
        return self._tasks(_ids(ids), lambda task: task.id in ids)[0]

    def tasks_page(self, page: int, updated_since: int | None = None) -> tuple[list[Task], bool]:
        """Return a page of tasks in the order of their ids, and whether there are more. Raises FilterIgnored."""
        since = updated_since or 0
        query: Query = (("page", page), ("order[id]", "asc"))
        if since:
            query += (("filter[updated_at][from]", since),)
        return self._tasks(query, lambda task: task.updated_at >= since)

    def events_page(self, start: int, end: int, page: int) -> tuple[list[Event], bool]:
        """Return a page of the events of a window of UTC seconds, ends included, and if more follow.

        Of every type: whoever did anything at all to a lead was not merely its router. Only the elements of lists
        are left out, nobody counts them. Entries may appear minutes after their time, so windows must overlap.
        """
        sources, more = event_log.page(self._api, start, end, page)
        return [rows.event(source) for source in sources if source.get("entity_type") in rows.EVENTFUL], more

    def webhooks(self, destination: str) -> list[Webhook]:
        """Return the subscriptions of exactly this address, normally one or none."""
        answer = self._api.get("webhooks", (("filter[destination]", destination),))
        found = [protocol.webhook(source) for source in embedded(answer, "webhooks")]
        return [webhook for webhook in found if webhook.destination == destination]

    def subscribe(self, destination: str) -> None:
        """Subscribe the address to every change of what is counted that the account's edition offers.

        A repeated subscription replaces the former list. https://www.amocrm.ru/developers/content/crm_platform/webhooks-api
        """
        for settings in _HOOK_SETTINGS:
            try:
                decipher(self._api.ask("POST", "webhooks", json={"destination": destination, "settings": settings}))
            except UnexpectedAnswer:
                # Unknown codes refuse the whole list: ask for fewer.
                if settings is _HOOK_SETTINGS[-1]:
                    raise
            else:
                return

    def unsubscribe(self, destination: str) -> None:
        """Remove the address's subscription; that there is none is as good."""
        answer = self._api.ask("DELETE", "webhooks", json={"destination": destination})
        if answer.status != 404:  # noqa: PLR2004 - HTTP's own number
            decipher(answer)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _filtered_leads(self, query: Query, obeys: Callable[[Lead], bool]) -> tuple[list[Lead], bool]:
        try:
            leads, more = self._leads(query)
        except (PaymentRequired, RightsMissing, UnexpectedAnswer) as refusal:
            # If the account itself is the reason, the unfiltered request that follows will say the same.
            raise FilterIgnored(str(refusal)) from refusal
        if not all(map(obeys, leads)):
            raise FilterIgnored("leads came that the filter excludes")
        return leads, more

    def _leads(self, query: Query) -> tuple[list[Lead], bool]:
        sources, more = self._api.page("leads", "leads", _WITH_CONTACTS + query)
        return [rows.lead(source) for source in sources], more

    def _tasks(self, query: Query, obeys: Callable[[Task], bool]) -> tuple[list[Task], bool]:
        sources, more = self._api.page("tasks", "tasks", _WHOLE_PAGE + query)
        tasks = [rows.task(source) for source in sources]
        if not all(map(obeys, tasks)):
            raise FilterIgnored("tasks came that the filter excludes")
        return tasks, more


def _ids(ids: Collection[int]) -> Query:
    return tuple(("filter[id][]", entity_id) for entity_id in ids)
