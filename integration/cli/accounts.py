"""`pulse accounts`: who is connected, and how each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.table import Table

from integration.cli.desk import Desk, as_json, pass_desk
from integration.cli.status import STYLES
from integration.report import sync_status
from integration.store import accounts as connected
from integration.web.words import section

if TYPE_CHECKING:
    from integration.report.sync_shapes import SyncShape
    from integration.store.accounts import Account

COLUMNS = ("account", "host", "state", "since", "users", "proof", "pending")


@click.command()
@as_json
@pass_desk
def accounts(desk: Desk, *, as_json: bool) -> None:
    """List the connected accounts."""
    table = section(desk.language, "states")
    with desk.ctx.database.read() as conn:
        found = [(account, sync_status.status(conn, account, table, desk.ctx.now)) for account in connected.every(conn)]
    facts = [{"account_id": one.account_id, "host": one.host, **shape.model_dump()} for one, shape in found]
    desk.answer(facts, _table(desk, found), as_json=as_json)


def _table(desk: Desk, found: list[tuple[Account, SyncShape]]) -> Table:
    table = Table(*(desk.say(f"columns.{name}") for name in COLUMNS))
    for account, shape in found:
        table.add_row(
            str(account.account_id),
            account.host,
            f"[{STYLES.get(account.state, 'yellow')}]{shape.words.title}",
            desk.ago(shape.since),
            f"{shape.users.seen}/{shape.users.of}",
            desk.ago(shape.proof.at if shape.proof else None),
            str(shape.pending),
        )
    return table
