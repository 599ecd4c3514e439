"""The command `pulse` and what stands under it."""

from __future__ import annotations

import click

from integration import log
from integration.cli.accounts import accounts
from integration.cli.choices import settings
from integration.cli.desk import Commands, Desk
from integration.cli.doctor import doctor
from integration.cli.keys import tokens
from integration.cli.sync import sync


@click.group(cls=Commands, commands=[accounts, sync, settings, tokens, doctor])
@click.option("--lang", type=click.Choice(["ru", "en"]), help="Language of the answers; by $LANG unless it is given.")
@click.option("--log-level", default="ERROR", help="Which log lines to show on standard error.")
@click.option("locale", "--locale", envvar="LANG", default="", hidden=True)
@click.pass_context
def cli(context: click.Context, lang: str | None, log_level: str, locale: str) -> None:
    """See to the accounts that Pulse is connected to. Reads the same PULSE_… settings as the servers."""
    desk = context.ensure_object(Desk)
    if desk.given is None:
        log.configure(log_level)
    desk.language = "ru" if (lang or locale[:2]) == "ru" else "en"
    context.call_on_close(desk.close)


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code: 0, 1 when something is wrong, 2 when it was typed wrong."""
    try:
        cli(arguments, prog_name="pulse")
    except SystemExit as end:
        return int(end.code or 0)
    return 0
