"""`pulse doctor`: what is wrong with the installation, in plain words, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.table import Table

from integration import settings
from integration.cli import words
from integration.cli.checks import Finding, asked, installation, stored
from integration.cli.desk import Desk, as_json, pass_desk
from integration.errors import SettingsError
from integration.store import accounts
from integration.store.accounts import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.store.accounts import Account

SIGNS = {"ok": "[green]✓[/]", "notice": "[yellow]![/]", "wrong": "[red]✗[/]"}


@click.command()
@click.argument("account_id", metavar="[ACCOUNT]", type=click.IntRange(min=1), required=False)
@click.option("--offline", is_flag=True, help="Ask amoCRM nothing.")
@as_json
@pass_desk
def doctor(desk: Desk, account_id: int | None, *, offline: bool, as_json: bool) -> None:
    """Say what is wrong with the installation, or with one account, and what to do; exit with 1 if anything is."""
    with desk.progress.status(desk.say("examining")):
        findings = list(_examined(desk, account_id, offline=offline))
    facts = [{**asdict(finding), **_told(desk, finding)} for finding in findings]
    desk.answer(facts, _table(desk, findings), as_json=as_json)
    if any(finding.verdict == "wrong" for finding in findings):
        raise SystemExit(1)


def _examined(desk: Desk, account_id: int | None, *, offline: bool) -> Iterator[Finding]:
    """Look at one thing after the other, as far as each depends on what came before."""
    try:
        if desk.given is None:
            settings.load()
    except SettingsError as error:
        yield Finding("settings", "wrong", "wrong", {"cause": str(error)})
        return
    yield Finding("settings", "ok", "ok")
    found = installation.database(desk.ctx)
    yield found
    yield installation.queue(desk.ctx)
    if found.verdict == "wrong":
        return
    yield installation.clock(desk.ctx)
    for account in _patients(desk, account_id):
        with desk.ctx.database.read() as conn:
            yield from stored.look(desk.ctx, conn, account)
        if not offline:
            yield from asked.look(desk.ctx, account)


def _patients(desk: Desk, account_id: int | None) -> list[Account]:
    if account_id is not None:
        return [desk.account(account_id)]
    with desk.ctx.database.read() as conn:
        return [account for account in accounts.every(conn) if account.state != State.UNINSTALLED]


def _told(desk: Desk, finding: Finding) -> dict[str, str | None]:
    """Put a finding into words; what is well asks nothing of anybody."""
    if finding.check == "state":
        state = f"states.{finding.facts['state']}"
        text, to_do = words.advice(desk.language, state)
    else:
        facts = {
            name.removesuffix("_seconds"): desk.age(value) if name.endswith("_seconds") else value
            for name, value in finding.facts.items()
        }
        text, to_do = words.advice(desk.language, f"doctor.{finding.check}.{finding.reason}", **facts)
    return {"text": text, "do": None if finding.verdict == "ok" else to_do}


def _table(desk: Desk, findings: list[Finding]) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    account_id = None
    for finding in findings:
        if finding.account_id != account_id:
            account_id = finding.account_id
            table.add_row("", "")
            table.add_row("", f"[bold]{desk.say('columns.account')} {account_id}[/]")
        told = _told(desk, finding)
        title = desk.say(f"doctor.{finding.check}.title")
        to_do = f"\n[yellow]→ {told['do']}[/]" if told["do"] else ""
        table.add_row(SIGNS[finding.verdict], title, f"{told['text']}{to_do}")
    return table
