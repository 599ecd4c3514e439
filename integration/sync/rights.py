"""Whether our grant still sees everything: what is not shown to us must never be taken for deleted (G10).

Only an administrator's grant may read the users, so they are the proof. When they are refused, when many of them are
gone at once, or when many leads are not returned although they were asked for, the rights are doubted: the account
goes on working in the state `rights_suspect`, its numbers stay, and nothing is deleted until the doubt is over.
https://www.amocrm.ru/developers/content/crm_platform/users-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import structlog

from integration.errors import RightsMissing, Unavailable
from integration.store import accounts, dirty, grants, mirrors
from integration.store.accounts import State
from integration.sync import live, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.amo.client import AmoClient
    from integration.amo.protocol import User
    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.sync.context import Context

REFUSED = "users_refused"
SHRUNK = "users_shrunk"
LEADS = "leads_missing"

MISSING_SHARE = 50
"""Doubted when more than one of so many leads is not returned: over 2 %."""
FEW = 3
"""Fewer missing leads than that are an accident, however small the account is."""
GONE_SHARE = 5
"""Doubted when more than one of so many users is gone at once."""
BELIEVED_AFTER = 86_400
"""What stays so for a day, while an administrator's grant looks at it, is how it is."""

_log = structlog.get_logger(__name__)


class Grantor(NamedTuple):
    """A user who let us in. `dead_since` None: the grant lives. The first living one is in use."""

    user_id: int
    name: str | None
    is_admin: bool
    is_used: bool
    dead_since: int | None


class Users(NamedTuple):
    """What was read of the users, and why that is doubted. None: nothing was shown, or nothing is doubted."""

    listed: Sequence[User] | None
    doubt: str | None


def grantors(conn: Connection, account_id: int) -> list[Grantor]:
    """Return everybody who let us in, the one whose grant is used first."""
    names = {user.id: user.name for user in mirrors.users_of(conn, account_id)}
    given = grants.of(conn, account_id)
    return [
        Grantor(
            grant.user_id,
            names.get(grant.user_id),
            grant.is_admin,
            is_used=place == 0 and grant.dead_since is None,
            dead_since=grant.dead_since,
        )
        for place, grant in enumerate(given)
    ]


def presumably_admin(conn: Connection, account_id: int, user_id: int) -> bool:
    """Tell whether a new grant is an administrator's, as far as the mirror knows: the first one always is."""
    known = {user.id: user for user in mirrors.users_of(conn, account_id)}
    return user_id not in known or known[user_id].is_admin


def read_users(ctx: Context, client: AmoClient, account_id: int) -> Users:
    """Read the users, and judge by them whether we still see everything.

    Raises Unavailable when another grant, hopefully an administrator's, has to be tried; RightsMissing at the
    install, when there is none.
    """
    try:
        listed = client.users()
    except RightsMissing:
        if _turn_to_another(ctx, account_id):
            raise Unavailable("another grant is tried instead") from None
        with ctx.database.read() as conn:
            if accounts.get(conn, account_id).state == State.INSTALLING:
                raise
        return Users(None, REFUSED)
    with ctx.database.transaction() as conn:
        account = accounts.get(conn, account_id)
        used = tokens.in_use(conn, account_id).user_id
        grants.appoint(conn, account_id, {user.id: user.is_admin for user in listed} | {used: True})
        doubt = SHRUNK if _has_shrunk(conn, account, listed, used, ctx.now) else None
    return Users(listed, doubt)


def weigh(conn: Connection, account: Account, doubt: str | None, now: int) -> bool:
    """Remember the doubt about the locked account's rights, or that it is over. True: that is news.

    The absence of leads is over when they are returned again, or when the users were shown for a day.
    """
    is_recent = now - account.state_since < BELIEVED_AFTER
    if doubt is None and account.suspicion == LEADS and is_recent and _too_many(conn, account.account_id, 0):
        doubt = LEADS
    if doubt == account.suspicion:
        return False
    _log.warning("rights_doubted", account_id=account.account_id, reason=doubt)
    accounts.change(conn, account.account_id, suspicion=doubt)
    if doubt is None:
        dirty.retry(conn, account.account_id)
    if account.state in {State.ACTIVE, State.RIGHTS_SUSPECT}:
        state = State.ACTIVE if doubt is None else State.RIGHTS_SUSPECT
        accounts.enter(conn, account.account_id, state, now)
    return True


def doubt_leads(ctx: Context, account_id: int, unreturned: int) -> bool:
    """Doubt the rights if too many leads are not returned, `unreturned` more than are known. True: they are doubted.

    A doubt that came of missing leads ends as soon as hooks have told of their deletion.
    """
    with ctx.database.read() as conn:
        account = accounts.get(conn, account_id)
        too_many = _too_many(conn, account_id, unreturned)
        if account.suspicion not in {None, LEADS} or too_many == (account.suspicion == LEADS):
            return account.suspicion is not None
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        weigh(conn, account, LEADS if too_many else None, ctx.now)
        version = accounts.advance(conn, account, visible=True)
    live.announce(ctx, account_id, version)
    return too_many


def _turn_to_another(ctx: Context, account_id: int) -> bool:
    """Note that the grant in use is nobody's with rights. True: another one takes its place."""
    with ctx.database.transaction() as conn:
        used = tokens.in_use(conn, account_id).user_id
        grants.appoint(conn, account_id, {used: False})
        following = tokens.in_use(conn, account_id)
    return following.user_id != used and following.is_admin


def _has_shrunk(conn: Connection, account: Account, listed: Sequence[User], used: int, now: int) -> bool:
    if any(user.id == used and user.is_admin for user in listed):
        return False
    known = {user.id for user in mirrors.users_of(conn, account.account_id) if not user.is_removed}
    gone = known - {user.id for user in listed}
    if account.suspicion == SHRUNK and now - account.state_since >= BELIEVED_AFTER:
        return False
    return len(gone) > 1 and len(gone) * GONE_SHARE > len(known)


def _too_many(conn: Connection, account_id: int, more: int) -> bool:
    missing, alive = dirty.unreturned_leads(conn, account_id)
    missing += more
    return missing >= FEW and missing * MISSING_SHARE > alive
