"""`pulse tokens`: the secrets at rest."""

from __future__ import annotations

import click

from integration.cli.desk import Commands, Desk, as_json, pass_desk
from integration.sync import rotation


@click.group(cls=Commands)
def tokens() -> None:
    """See to the secrets at rest."""


@tokens.command()
@as_json
@pass_desk
def rotate(desk: Desk, *, as_json: bool) -> None:
    """Seal everything anew with the first of PULSE_ENCRYPTION_KEYS; exit with 1 if something cannot be opened.

    First start every process with the new key before the old one; after this, with the new key alone.
    """
    with desk.progress.status(desk.say("rotating")):
        done = rotation.run(desk.ctx)
    desk.answer(done._asdict(), desk.say("rotated", **done._asdict()), as_json=as_json)
    if done.broken:
        raise SystemExit(1)
