"""A client of the account's API, with its tokens and our rate limit, at the address where the account lives now."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from integration.amo.client import AmoClient
from integration.amo.token_client import TokenClient
from integration.errors import GrantDead, Unavailable, UnexpectedAnswer
from integration.store import accounts
from integration.store.accounts import State
from integration.sync import tokens
from integration.sync.permit import Permit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.amo.token_client import Tokens
    from integration.store.accounts import Account
    from integration.sync.context import Context


@contextmanager
def client(ctx: Context, account_id: int, *, live: bool = False, after_farewell: bool = False) -> Iterator[AmoClient]:
    """Open a client; the requests of a `live` one go before others.

    Raises GrantDead when no grant works, or the account left: then only its farewell may ask. Its requests raise
    Halted as soon as the account is not to be asked any more, whoever found that out. An answer that makes no sense
    may mean that the account was renamed: then its new address is stored, and Unavailable asks for the same again.
    """
    with ctx.database.read() as conn:
        account = accounts.get(conn, account_id)
        if account.state == State.UNINSTALLED and not after_farewell:
            raise GrantDead("the account left")
        held = tokens.current(ctx, conn, account_id)
        sealed_key = accounts.sealed_hook_key(conn, account_id)
    permit = Permit(ctx, account)
    try:
        with AmoClient(
            account.host,
            held.access_token,
            renew=partial(tokens.renew, ctx, account_id),
            limit=ctx.limit,
            account_id=account_id,
            gateway=ctx.settings.amo_gateway,
            live=live,
            permit=permit.ask,
            welcome=permit.welcome,
            # Nobody else's, kept sealed, gone when the account goes: what it hashed can never be told then.
            key=ctx.vault.open(account_id, sealed_key).encode(),
        ) as opened:
            yield opened
    except UnexpectedAnswer as refusal:
        if _has_moved(ctx, account, held):
            raise Unavailable("the account moved to another address: ask again there") from refusal
        raise


def _has_moved(ctx: Context, account: Account, held: Tokens) -> bool:
    with TokenClient(ctx.settings) as asked:
        host = tokens.present_address(asked, held)
    if host in {None, account.host}:
        return False
    with ctx.database.transaction() as conn:
        accounts.change(conn, account.account_id, host=host)
    return True
