"""The event log of an account: pages of a window of time, also where amoCRM gives no second page.

https://www.amocrm.ru/developers/content/crm_platform/events-and-notes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.amo.fields import moment, text

if TYPE_CHECKING:
    from integration.amo.conversation import Conversation
    from integration.amo.fields import Row

PAGE = 100


def page(api: Conversation, start: int, end: int, number: int) -> tuple[list[Row], bool]:
    """Return a page of the window's events, ends included, and whether more follow.

    Some accounts were seen to show the first page only and to link no other. A first page that is full, and said to
    be all, is therefore not believed: the part of the window that it does not reach is asked for beside it.
    """
    found, more = _ask(api, start, end, number)
    if number == 1 and not more and len(found) == PAGE:
        return _with_the_unlinked(api, start, end, found), False
    return found, more


def _with_the_unlinked(api: Conversation, start: int, end: int, found: list[Row]) -> list[Row]:
    """Narrow the window behind each full page. Of more than a page in one second, only that page can be had."""
    known = {text(event, "id"): event for event in found}
    while len(found) == PAGE:
        first, last = moment(found[0], "created_at"), moment(found[-1], "created_at")
        if first == last:
            break
        # By custom the newest come first, though nobody promises it.
        start, end = (start, last) if first > last else (last, end)
        found, _ = _ask(api, start, end, 1)
        known |= {text(event, "id"): event for event in found}
    return list(known.values())


def _ask(api: Conversation, start: int, end: int, number: int) -> tuple[list[Row], bool]:
    window = (("filter[created_at][from]", start), ("filter[created_at][to]", end))
    return api.page("events", "events", (("limit", PAGE), ("page", number), *window))
