"""The standing win or loss of a lead (rule G5): what its way through the statuses finally came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.kpi.model import LOST, WON, Outcome, Visit

if TYPE_CHECKING:
    from collections.abc import Iterable


def standing_outcome(visits: Iterable[Visit], after_sale_pipelines: frozenset[int]) -> Outcome | None:
    """Return the outcome that stands after all visits, or None while the lead has none.

    The last entry to 142 or 143 counts. Going on to an open status takes it back (a reopened win, a revived loss),
    except that a won lead may go on into another pipeline, say delivery, and stays won. After-sale pipelines decide
    nothing: what happens there happens after the sale.
    """
    outcome: Outcome | None = None
    for visit in visits:
        if visit.pipeline_id in after_sale_pipelines:
            continue
        if visit.status_id in {WON, LOST}:
            is_won = visit.status_id == WON
            outcome = Outcome(is_won, visit.entered_at, visit.pipeline_id, visit.user_id, visit.price)
        elif outcome and not (outcome.is_won and outcome.pipeline_id != visit.pipeline_id):
            outcome = None
    return outcome
