"""Keeps the mirrors of users, pipelines and names up to date: amoCRM sends no hooks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.store import accounts, mirrors
from integration.store.mirrors import NameRow, PipelineRow, StatusRow, UserRow
from integration.sync import live, rebuild

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integration.amo.client import AmoClient
    from integration.amo.protocol import Named, Pipeline, User
    from integration.sync.context import Context


def refresh(ctx: Context, client: AmoClient, account_id: int) -> None:
    """Read the account's settings, people and pipelines; count anew if that changes what the numbers depend on.

    Raises RightsMissing when the tokens are not an administrator's: only they may read the users.
    """
    card, users, pipelines = client.account(), client.users(), client.pipelines()
    reasons = client.loss_reasons()
    names = [*_named("group", card.groups), *_named("loss_reason", reasons), *_named("task_type", card.task_types)]
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        known = mirrors.pipeline_ids(conn, account_id)
        changed = [
            mirrors.replace(conn, account_id, UserRow, [_user(user) for user in users]),
            mirrors.replace(conn, account_id, PipelineRow, [_pipeline(pipeline) for pipeline in pipelines]),
            mirrors.replace(conn, account_id, StatusRow, _statuses(pipelines)),
            mirrors.replace(conn, account_id, NameRow, names),
            card.currency != account.currency,
        ]
        accounts.change(conn, account_id, currency=card.currency)
        # The zone and the statuses change what days and leads count: readers see that all at once, when it is counted.
        rebuild.follow(conn, account, timezone=card.timezone, known_pipelines=known, reason="settings", now=ctx.now)
        version = accounts.advance(conn, account, visible=any(changed))
    if any(changed):
        live.announce(ctx, account_id, version)


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
