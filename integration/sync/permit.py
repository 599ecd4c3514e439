"""Whether an account may be asked this very moment: looked up before each request, so that all processes stop at once.

When the time of a pause is over, one request tries whether the reason is gone; the others wait for what it finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.errors import Halted
from integration.store import accounts

if TYPE_CHECKING:
    from integration.store.accounts import Account
    from integration.sync.context import Context

PROBE_SECONDS = 60
"""How long the others wait for the one that tries."""


class Permit:
    """The permission for one client's requests, beginning in the state that `account` shows."""

    def __init__(self, ctx: Context, account: Account) -> None:
        self._ctx = ctx
        self._account_id = account.account_id
        self._state = account.state
        self._tries = False

    def ask(self) -> None:
        """Return if the account may be asked now. Raises Halted."""
        if self._tries:
            return
        with self._ctx.database.read() as conn:
            account = accounts.find(conn, self._account_id)
        if account is None or (account.state in accounts.SILENT and account.state != self._state):
            raise Halted("the account is not to be asked any more")
        if account.retry_at == 0:
            return
        now = self._ctx.now
        if account.retry_at <= now:
            with self._ctx.database.transaction() as conn:
                self._tries = accounts.claim_retry(conn, account, now + PROBE_SECONDS)
        if not self._tries:
            raise Halted("the account rests")

    def welcome(self) -> None:
        """The request that tried was answered well: the others may ask too."""
        if self._tries:
            self._tries = False
            with self._ctx.database.transaction() as conn:
                accounts.change(conn, self._account_id, retry_at=0)
