"""Which account a webhook's address belongs to. Addresses never change hands, so what was found once is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from integration.store import accounts, hook_addresses
from integration.store.database import DatabaseDown

if TYPE_CHECKING:
    from integration.sync.context import Context

REMEMBERED_SECONDS = 30 * 86_400


class Addresses:
    """Belongs to one process. Redis remembers for those that start while the database is down."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: dict[str, int] = {}

    def account_of(self, hook_key: str) -> int | None:
        """Return the account's id, None for an address that is nobody's.

        Raises DatabaseDown if the database is needed and does not answer.
        """
        address = accounts.digest(hook_key)
        if address not in self._known:
            account_id = self._look_up(address)
            if account_id is None:
                return None
            self._known[address] = account_id
        return self._known[address]

    def _look_up(self, address: str) -> int | None:
        try:
            account_id = self._ctx.patience.within(lambda: self._stored(address))
        except DatabaseDown:
            remembered = self._remembered(address)
            if remembered is None:
                raise
            return remembered
        if account_id is not None:
            self._remember(address, account_id)
        return account_id

    def _stored(self, address: str) -> int | None:
        with self._ctx.database.read() as conn:
            return hook_addresses.account_of(conn, address)

    def _remember(self, address: str, account_id: int) -> None:
        try:
            self._ctx.redis.set(key(address), account_id, ex=REMEMBERED_SECONDS)
        except RedisError:
            self._ctx.counts["address_not_remembered"] += 1

    def _remembered(self, address: str) -> int | None:
        try:
            found = self._ctx.redis.get(key(address))
        except RedisError:
            return None
        return None if found is None else int(found)


def key(address: str) -> str:
    """Return the Redis key under which the address's account is remembered."""
    return f"hook:{address}"
