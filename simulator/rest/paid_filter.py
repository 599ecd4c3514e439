"""The paid «API filter» of leads, contacts and companies (M:crm_platform/filters-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.rest.caller import caller
from simulator.web import Problem

if TYPE_CHECKING:
    from simulator.crm.state import Row


def allowed(filter_: Row) -> Row:
    """Return the filter that holds in this account. Raises the Problem that an account without the add-on gives."""
    switches = caller().switches
    if switches.paid_filter or not filter_:
        return filter_
    match switches.paid_filter_absent:
        case "400":
            raise Problem(400, "Filter is not available")
        case "402":
            raise Problem(402, "Payment required")
        case "403":
            raise Problem(403, "Недостаточно прав")
    return {}
