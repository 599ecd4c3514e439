"""`pulse sync`: look at an account's synchronisation, or have a part of it done now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from integration.cli import passes, status
from integration.cli.desk import Commands, Desk, account_id, as_json, pass_desk
from integration.kpi.model import Cell
from integration.report import sync_status
from integration.store import accounts, runs
from integration.sync import audit as proof
from integration.sync import building, refresh
from integration.sync import rebuild as generations
from integration.sync import sweep as net
from integration.web.words import section

if TYPE_CHECKING:
    from integration.report.sync_shapes import SyncShape


@click.group(cls=Commands)
def sync() -> None:
    """Look at an account's synchronisation, or have a part of it done now."""


@sync.command("status")
@account_id
@as_json
@pass_desk
def show(desk: Desk, account_id: int, *, as_json: bool) -> None:
    """Show how far and how well an account is read."""
    _show(desk, account_id, as_json=as_json)


@sync.command()
@account_id
@as_json
@pass_desk
def sweep(desk: Desk, account_id: int, *, as_json: bool) -> None:
    """Read now everything that was updated since the cursors, hooks or not."""
    _must_be_askable(desk, account_id)
    before = _read(desk, account_id).version
    with desk.progress.status(desk.say("sweeping")):
        net.run(desk.ctx, account_id)
        refresh.run(desk.ctx, account_id)
    _must_be_askable(desk, account_id)
    changes = _read(desk, account_id).version - before
    desk.progress.print(desk.say("swept", changes=changes))
    _show(desk, account_id, as_json=as_json)


@sync.command()
@account_id
@click.option("--detach", is_flag=True, help="Leave the work to the workers.")
@as_json
@pass_desk
def backfill(desk: Desk, account_id: int, *, detach: bool, as_json: bool) -> None:
    """Read the account from end to end. What is there stays in use; an unfinished first import is resumed."""
    _must_be_askable(desk, account_id)
    kind = passes.request(desk.ctx, account_id)
    if not detach:
        passes.follow(desk, account_id, kind)
        _must_be_askable(desk, account_id)
    _show(desk, account_id, as_json=as_json)


@sync.command()
@account_id
@click.option("--back", is_flag=True, help="Let readers see the numbers before the last rebuild again.")
@as_json
@pass_desk
def rebuild(desk: Desk, account_id: int, *, back: bool, as_json: bool) -> None:
    """Count all numbers anew from the stored rows and events, beside those that are read meanwhile."""
    desk.account(account_id)
    with desk.progress.status(desk.say("rebuilding")):
        (generations.go_back if back else generations.order)(desk.ctx, account_id)
        building.to_end(desk.ctx, account_id)
    desk.progress.print(desk.say("rebuilt", generation=desk.account(account_id).generation))
    _show(desk, account_id, as_json=as_json)


@sync.command()
@account_id
@as_json
@pass_desk
def audit(desk: Desk, account_id: int, *, as_json: bool) -> None:
    """Compare every counter with a recount; exit with 1 if any differed. Those that differ are put right."""
    desk.account(account_id)
    with desk.progress.status(desk.say("auditing")):
        building.to_end(desk.ctx, account_id)  # an audit waits while anything else is built
        proof.run(desk.ctx, account_id)
        building.to_end(desk.ctx, account_id)
    with desk.ctx.database.read() as conn:
        found = runs.get(conn, account_id, runs.PROOF)
    facts = found.progress if found else {}
    desk.answer(facts, _differences(desk, facts), as_json=as_json)
    if facts.get("differed"):
        raise SystemExit(1)


def _differences(desk: Desk, facts: dict[str, Any]) -> Table | str:
    if not facts["differed"]:
        return desk.say("audit_equal", cells=facts["cells"])
    table = Table(*Cell._fields, "counted", "recounted")
    for cell, counted, recounted in facts["named"]:
        table.add_row(*map(str, [*cell, counted, recounted]))
    table.caption = desk.say("audit_differs", count=facts["differed"], cells=facts["cells"])
    return table


def _read(desk: Desk, account_id: int) -> SyncShape:
    with desk.ctx.database.read() as conn:
        return sync_status.status(conn, accounts.get(conn, account_id), section(desk.language, "states"), desk.ctx.now)


def _show(desk: Desk, account_id: int, *, as_json: bool) -> None:
    shape = _read(desk, account_id)
    desk.answer(shape, status.table(desk, desk.account(account_id), shape), as_json=as_json)


def _must_be_askable(desk: Desk, account_id: int) -> None:
    """Raise ClickException with the state's words while amoCRM may not be asked: nothing would come of it."""
    account = desk.account(account_id)
    if not account.may_ask(desk.ctx.now):
        words = section(desk.language, "states")[account.state]
        raise click.ClickException(f"{words['title']}. {words['text']}")
