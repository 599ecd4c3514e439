"""A client of the account's API, with its tokens and our rate limit."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from integration.amo.client import AmoClient
from integration.store import accounts
from integration.sync import tokens
from integration.sync.permit import Permit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.sync.context import Context


@contextmanager
def client(ctx: Context, account_id: int, *, live: bool = False) -> Iterator[AmoClient]:
    """Open a client; the requests of a `live` one go before others. Raises GrantDead when the account has no tokens.

    Its requests raise Halted as soon as the account is not to be asked any more, whoever found that out.
    """
    with ctx.database.read() as conn:
        account = accounts.get(conn, account_id)
        held = tokens.current(ctx, conn, account_id)
    permit = Permit(ctx, account)
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
    ) as opened:
        yield opened
