"""The connected accounts: where they live, what state they are in, how far they are read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from integration.errors import NotFound
from integration.kpi.model import Rules
from integration.store import generations
from integration.store.tables import accounts

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select


class State(StrEnum):
    """What an account can do now, and so what its people are told."""

    INSTALLING = "installing"
    ACTIVE = "active"
    RECONNECT_REQUIRED = "reconnect_required"
    PAYMENT_REQUIRED = "payment_required"
    BLOCKED = "blocked"
    RIGHTS_MISSING = "rights_missing"
    RIGHTS_SUSPECT = "rights_suspect"
    UNINSTALLED = "uninstalled"


SILENT = (State.RECONNECT_REQUIRED, State.UNINSTALLED)
"""In these states amoCRM is not asked: only a person's new consent changes them."""

PAUSED = (State.PAYMENT_REQUIRED, State.RIGHTS_MISSING)
"""In these states only the API is closed to us: the grants still live."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of amoCRM. Cursors are amoCRM's time up to which everything was read."""

    account_id: int
    host: str
    api_domain: str | None
    state: State
    state_since: int
    retry_at: int
    failures: int
    timezone: str
    currency: str
    generation: int
    version: int
    as_of: int
    leads_cursor: int
    tasks_cursor: int
    events_cursor: int
    after_sale_pipelines: tuple[int, ...]
    connected_at: int
    suspicion: str | None
    users_seen: int
    has_filters: bool

    def may_ask(self, now: int) -> bool:
        """Tell whether a request to amoCRM makes sense now."""
        return self.state not in SILENT and self.retry_at <= now


_COLUMNS = [accounts.c[field.name] for field in fields(Account)]


def find(conn: Connection, account_id: int) -> Account | None:
    """Return the account, or None if it never connected."""
    return _read(conn, _one(account_id))


def every(conn: Connection) -> list[Account]:
    """Return all accounts that ever connected and were not deleted, in the order of their ids."""
    return [_account(row) for row in conn.execute(select(*_COLUMNS).order_by(accounts.c.account_id))]


def get(conn: Connection, account_id: int) -> Account:
    """Return the account. Raises NotFound."""
    return _present(find(conn, account_id), account_id)


def lock(conn: Connection, account_id: int) -> Account:
    """Return the account and keep everybody else from changing it until the commit. Raises NotFound.

    SQLite has no row locks: there the transaction itself excludes every other writer.
    """
    return _present(_read(conn, _one(account_id).with_for_update()), account_id)


def by_hook_key(conn: Connection, hook_key: str) -> Account | None:
    """Return the account whose hooks come to this address, or None."""
    return _read(conn, select(*_COLUMNS).where(accounts.c.hook_key_hash == digest(hook_key)))


def sealed_hook_key(conn: Connection, account_id: int) -> str:
    """Return the sealed secret part of the account's hook address."""
    return str(conn.scalar(select(accounts.c.sealed_hook_key).where(accounts.c.account_id == account_id)))


def hook_address(conn: Connection, account_id: int) -> str | None:
    """Return the digest of the account's hook address; None if there is no such account."""
    return conn.scalar(select(accounts.c.hook_key_hash).where(accounts.c.account_id == account_id))


def healthy(account: Account) -> State:
    """Return the state of an account with which nothing is wrong at amoCRM's end, as far as its rights are believed."""
    return State.ACTIVE if account.suspicion is None else State.RIGHTS_SUSPECT


def add(
    conn: Connection, account_id: int, *, host: str, hook_key: str, sealed_hook_key: str, timezone: str, now: int
) -> None:
    """Remember a new account, in state `installing`. Its currency comes with its mirrors.

    Its first generation holds nothing, by the rules of the zone alone.
    """
    conn.execute(
        insert(accounts).values(
            account_id=account_id,
            host=host,
            state=State.INSTALLING,
            state_since=now,
            timezone=timezone,
            currency="RUB",
            hook_key_hash=digest(hook_key),
            sealed_hook_key=sealed_hook_key,
            after_sale_pipelines=[],
            connected_at=now,
        )
    )
    generations.first(conn, account_id, Rules(timezone), now)


def change(conn: Connection, account_id: int, **values: Any) -> None:  # noqa: ANN401 - columns of the table
    """Set columns of the account's row."""
    conn.execute(update(accounts).where(accounts.c.account_id == account_id).values(**values))


def enter(conn: Connection, account_id: int, state: State, now: int, *, retry_at: int = 0, failures: int = 0) -> None:
    """Put the account into a state; `state_since` moves only when the state is another one."""
    row = accounts.c
    conn.execute(
        update(accounts).where(row.account_id == account_id, row.state != state).values(state=state, state_since=now)
    )
    change(conn, account_id, retry_at=retry_at, failures=failures)


def claim_retry(conn: Connection, account: Account, until: int) -> bool:
    """Take the right to try whether a trouble is over, whose `retry_at` has come. False: somebody else took it."""
    same = update(accounts).where(accounts.c.account_id == account.account_id, accounts.c.retry_at == account.retry_at)
    return bool(conn.execute(same.values(retry_at=until)).rowcount == 1)


def advance(conn: Connection, account: Account, *, visible: bool, as_of: int = 0, **cursors: int) -> int:
    """Move the cursors and `as_of`, only forward, and count a new version if readers can see a change.

    `account` must be locked. Returns the version.
    """
    moved = {name: value for name, value in cursors.items() if value > getattr(account, name)}
    if as_of > account.as_of:
        moved["as_of"] = as_of
    version = account.version + 1 if visible else account.version
    if moved or visible:
        change(conn, account.account_id, version=version, **moved)
    return version


def digest(hook_key: str) -> str:
    """Hash the secret part of a hook address: who reads the table learns no address."""
    return hashlib.sha256(hook_key.encode("utf-8", "surrogateescape")).hexdigest()


def _one(account_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(accounts.c.account_id == account_id)


def _read(conn: Connection, query: Select[Any]) -> Account | None:
    row = conn.execute(query).one_or_none()
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    values = row._asdict()
    values["state"] = State(values["state"])
    values["after_sale_pipelines"] = tuple(values["after_sale_pipelines"])
    return Account(**values)


def _present(account: Account | None, account_id: int) -> Account:
    if account is None:
        raise NotFound(f"Account {account_id} is not connected")
    return account
