"""The shapes of what people are told about the synchronisation. Times are UTC seconds."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, RootModel

from integration.report.shapes import Importing, Live, Shape, ViewerShape


class Words(Shape):
    """A state in words: what is, and what a person has to do about it. `action` names the way back, if there is one."""

    title: str
    text: str
    action: Literal["connect"] | None


class SyncBrief(Shape):
    """What every user of the account is told."""

    detail: Literal["brief"] = "brief"
    state: str
    words: Words
    as_of: int
    importing: Importing | None
    viewer: ViewerShape | None = None
    live: Live | None = None


class UsersSeen(Shape):
    """How many of the people who own open leads or are listed in the account our tokens let us see."""

    seen: int
    of: int


class HookState(Shape):
    """The last look at the hook subscription, and the last hook that came. `refused` tells amoCRM's reason."""

    state: Literal["on", "repaired", "refused"]
    reason: str | None
    checked_at: int


class DriftShape(Shape):
    """What the last 24 hours' sweeps found that no hook had told of, all of it put right; and counters that differed.

    `repair` is how old half of it was at most when it was repaired, in seconds.
    """

    healed: int
    events: int
    repair: int | None
    cells: int


class ProofShape(Shape):
    """The last recount of everything: how many counters there were, and how many of them differed."""

    at: int
    cells: int
    differed: int


class MarksShape(Shape):
    """What became of all hints; `holds`: noted = refreshed + superseded + pending."""

    noted: int
    refreshed: int
    superseded: int
    pending: int
    holds: bool


class SyncShape(SyncBrief):
    """What heads and administrators are told besides."""

    detail: Literal["full"] = "full"  # type: ignore[assignment] # the word that tells the two answers apart
    version: int
    since: int = Field(description="since when the account is in its state")
    retry_at: int | None = Field(description="no request to amoCRM before this time")
    pending: int
    oldest_pending: int | None
    users: UsersSeen
    hooks: HookState | None
    events_read_to: int
    last_sweep: int | None
    last_full_pass: int | None
    drift: DriftShape
    proof: ProofShape | None
    marks: MarksShape
    is_recounting: bool


class SyncAnswer(RootModel[SyncShape | SyncBrief]):
    """What is told depends on who asks; `detail` says which of the two it is."""
