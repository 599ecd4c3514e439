"""Keeps the mirrors of users, pipelines and names up to date: amoCRM sends no hooks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.store import accounts, mirrors
from integration.store.mirrors import NameRow, PipelineRow, StatusRow, UserRow
from integration.sync import live, rebuild, rights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integration.amo.client import AmoClient
    from integration.amo.protocol import Named, Pipeline, User
    from integration.store.database import Connection
    from integration.sync.context import Context
    from integration.sync.rights import Users


def refresh(ctx: Context, client: AmoClient, account_id: int) -> None:
    """Read the account's settings, people and pipelines; count anew if that changes what the numbers depend on.

    Raises RightsMissing when the first grant is not an administrator's: only they may read the users.
    """
    card, users, pipelines = client.account(), rights.read_users(ctx, client, account_id), client.pipelines()
    reasons = client.loss_reasons()
    names = [*_named("group", card.groups), *_named("loss_reason", reasons), *_named("task_type", card.task_types)]
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        known = mirrors.pipeline_ids(conn, account_id)
        changed = [
            _replace_users(conn, account_id, users),
            mirrors.replace(conn, account_id, PipelineRow, [_pipeline(pipeline) for pipeline in pipelines]),
            mirrors.replace(conn, account_id, StatusRow, _statuses(pipelines)),
            mirrors.replace(conn, account_id, NameRow, names),
            card.currency != account.currency,
            rights.weigh(conn, account, users.doubt, ctx.now),
        ]
        accounts.change(conn, account_id, currency=card.currency, has_filters=card.has_api_filter)
        # The zone and the statuses change what days and leads count: readers see that all at once, when it is counted.
        rebuild.follow(conn, account, timezone=card.timezone, known_pipelines=known, reason="settings", now=ctx.now)
        version = accounts.advance(conn, account, visible=any(changed))
    if any(changed):
        live.announce(ctx, account_id, version)


def _replace_users(conn: Connection, account_id: int, users: Users) -> bool:
    """Make the mirror what is listed; while that is doubted nobody gets a tombstone."""
    listed = [_user(user) for user in users.listed or ()]
    accounts.change(conn, account_id, users_seen=len(listed))
    if users.doubt is not None:
        shown = {user.id for user in listed}
        listed += [user for user in mirrors.users_of(conn, account_id) if user.id not in shown]
    return mirrors.replace(conn, account_id, UserRow, listed)


def _user(user: User) -> UserRow:
    return UserRow(
        user.id, user.name, user.group_id, user.is_admin, user.is_active, user.is_free, leads_view=user.leads_view
    )


def _pipeline(pipeline: Pipeline) -> PipelineRow:
    return PipelineRow(pipeline.id, pipeline.name, pipeline.sort, pipeline.is_main, pipeline.is_archive)


def _statuses(pipelines: Iterable[Pipeline]) -> list[StatusRow]:
    return [
        StatusRow(status.pipeline_id, status.id, status.name, status.sort, status.color, status.type)
        for pipeline in pipelines
        for status in pipeline.statuses
    ]


def _named(kind: str, listed: Iterable[Named]) -> list[NameRow]:
    return [NameRow(kind, named.id, named.name) for named in listed]
