"""An account's synchronisation as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from integration.store.accounts import State

if TYPE_CHECKING:
    from integration.cli.desk import Desk
    from integration.report.shapes import Importing
    from integration.report.sync_shapes import SyncShape
    from integration.store.accounts import Account

STYLES = {State.ACTIVE: "green", State.INSTALLING: "cyan", State.UNINSTALLED: "dim"}
"""Colours of the states; any other one needs somebody: yellow."""


def table(desk: Desk, account: Account, shape: SyncShape) -> Table:
    """Lay the facts out in two columns, the state in words first."""
    shown = Table(title=f"{account.account_id} · {account.host}", show_header=False, title_justify="left")
    style = STYLES.get(account.state, "yellow")
    shown.add_row(desk.say("columns.state"), f"[{style}]{shape.words.title}[/]\n{shape.words.text}")
    shown.add_row(desk.say("columns.since"), desk.ago(shape.since))
    for name, text in _facts(desk, shape):
        shown.add_row(desk.say(f"columns.{name}"), text)
    return shown


def _facts(desk: Desk, shape: SyncShape) -> list[tuple[str, str]]:
    waiting = f" · {desk.say('oldest', age=desk.ago(shape.oldest_pending))}" if shape.oldest_pending else ""
    hooks = shape.hooks
    facts = [
        ("as_of", desk.ago(shape.as_of)),
        ("pending", f"{shape.pending}{waiting}"),
        ("users", f"{shape.users.seen}/{shape.users.of}"),
        ("hooks", f"{desk.say(f'hooks.{hooks.state}')}, {desk.ago(hooks.checked_at)}" if hooks else desk.say("never")),
        ("events", desk.ago(shape.events_read_to)),
        ("sweep", desk.ago(shape.last_sweep)),
        ("full_pass", desk.ago(shape.last_full_pass)),
        ("drift", desk.say("healed", count=shape.drift.healed)),
        ("proof", _proof(desk, shape)),
    ]
    if shape.importing is not None:
        facts.insert(0, ("importing", "\n".join(_kinds(desk, shape.importing))))
    return facts


def _proof(desk: Desk, shape: SyncShape) -> str:
    if shape.proof is None:
        return desk.say("never")
    found = desk.say("proof", cells=shape.proof.cells, differed=shape.proof.differed)
    return f"{desk.ago(shape.proof.at)}: {found}"


def _kinds(desk: Desk, importing: Importing) -> list[str]:
    """Return a line for each kind of rows, and one for the whole."""
    lines = []
    for kind in importing.kinds:
        share = "—" if kind.share is None else f"{kind.share / 100:.0f} %"
        left = f" · {desk.say('left', age=desk.age(kind.left))}" if kind.left else ""
        lines.append(f"{desk.say(f'kinds.{kind.kind}')}: {kind.rows} · {share}{left}")
    if importing.rate:
        lines.append(desk.say("rate", rate=importing.rate))
    return lines
