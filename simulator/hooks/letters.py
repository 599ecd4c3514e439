"""A webhook request on its way, the record of an attempt to bring it, and the vendor's table of retries."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from simulator.hooks.bodies import encode

if TYPE_CHECKING:
    from simulator.crm.state import AccountState, Occurrence

DELAYS = {2: 5 * 60, 3: 15 * 60, 4: 15 * 60, 5: 60 * 60}
"""Seconds from an attempt to the next one, by the number of the next."""


def is_success(status: int) -> bool:
    """Whether amoCRM counts an answer as valid: 100 to 299, so that a redirect is a failure."""
    return 100 <= status <= 299  # noqa: PLR2004 - the vendor's own bounds


def delay_before(attempt: int, status: int) -> int | None:
    """Return the seconds to wait before attempt number `attempt`, when the one before it ended with `status`.

    None means that there will be none. Attempts 2 and 3 follow any invalid answer (0 is no answer at all), 4 and 5
    only 499 and 5xx. https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
    """
    if is_success(status) or attempt not in DELAYS:
        return None
    server_failed = status == 499 or 500 <= status <= 599  # noqa: PLR2004 - the vendor's own bounds
    return DELAYS[attempt] if attempt <= 3 or server_failed else None  # noqa: PLR2004 - as above


@dataclass(order=True)
class Letter:
    """One request to one address.

    Attributes:
        due_ms: when to send it, by the simulator's clock; letters sort by this, then by `number`.
        not_before: the same in the machine's monotonic seconds: a network's latency knows no virtual time.
        kind: `true`, `stale`, `doubled` or `forged`, for the log.
    """

    due_ms: int
    number: int
    account: AccountState = field(compare=False)
    hook_id: int = field(compare=False)
    url: str = field(compare=False)
    occurrences: list[Occurrence] = field(compare=False)
    kind: str = field(compare=False, default="true")
    request_id: str = field(compare=False, default="")
    attempt: int = field(compare=False, default=1)
    not_before: float = field(compare=False, default=0.0)
    body: bytes = field(compare=False, default=b"")

    @property
    def code(self) -> str:
        """The subscription code of what the letter tells."""
        return self.occurrences[0].code

    def may_join(self, other: Letter, *, mixed: bool) -> bool:
        """Whether this letter was never sent and may travel inside the other, which tells the same or, `mixed`, not."""
        alike = (self.account.id, self.hook_id, self.kind) == (other.account.id, other.hook_id, other.kind)
        return alike and self.attempt == 1 and (mixed or self.code == other.code)

    def is_wanted(self) -> bool:
        """Whether the subscription still stands."""
        with self.account.lock:
            hook = self.account.webhooks.get(self.hook_id)
            return hook is not None and not hook["disabled"]

    def sealed(self) -> bytes:
        """Return the body; once written it stays, so that a retry carries the old snapshot."""
        self.body = self.body or encode(self.occurrences, self.account)
        return self.body

    def again(self, due_ms: int, request_id: str) -> Letter:
        """Return the next attempt to bring the same body."""
        return replace(self, due_ms=due_ms, attempt=self.attempt + 1, request_id=request_id, not_before=0.0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the delivery log remembers. `status` is None when nothing was sent; `ms` is the receiver's time."""

    account_id: int
    hook_id: int
    url: str
    code: str
    items: int
    attempt: int
    status: int | None
    ms: int
    sent_at: int
    request_id: str
    kind: str

    @classmethod
    def of(cls, letter: Letter, status: int | None, ms: int, sent_at: int) -> Attempt:
        """Record that `letter` was sent at the second `sent_at` and how it ended."""
        return cls(
            account_id=letter.account.id,
            hook_id=letter.hook_id,
            url=letter.url,
            code=letter.code,
            items=len(letter.occurrences),
            attempt=letter.attempt,
            status=status,
            ms=ms,
            sent_at=sent_at,
            request_id=letter.request_id,
            kind=letter.kind,
        )

    def row(self) -> dict[str, object]:
        """Return the attempt ready for JSON, with `lost` and `doubled` said outright."""
        return {**asdict(self), "lost": self.status is None, "doubled": self.kind == "doubled"}
