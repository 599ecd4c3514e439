"""`pulse settings`: an account's choices that decide its numbers."""

from __future__ import annotations

import click
from rich.table import Table

from integration.cli.desk import Commands, Desk, account_id, as_json, pass_desk
from integration.store import accounts, mirrors
from integration.sync import building, rebuild


@click.group(cls=Commands)
def settings() -> None:
    """Look at an account's choices, or make them."""


@settings.command()
@account_id
@click.argument("pipelines", metavar="[PIPELINE]…", nargs=-1)
@click.option("--none", "no_pipelines", is_flag=True, help="No pipeline is after-sale.")
@as_json
@pass_desk
def after_sale(desk: Desk, account_id: int, pipelines: tuple[str, ...], *, no_pipelines: bool, as_json: bool) -> None:
    """Choose the pipelines of delivery and after-sale, by id or by name; without any, show them.

    Their leads are neither new, nor open, nor won. The numbers are counted anew.
    """
    if pipelines or no_pipelines:
        chosen_ids = _ids(desk, account_id, pipelines)
        with desk.progress.status(desk.say("rebuilding")):
            rebuild.choose_after_sale(desk.ctx, account_id, chosen_ids)
            building.to_end(desk.ctx, account_id)
    with desk.ctx.database.read() as conn:
        chosen = accounts.get(conn, account_id).after_sale_pipelines
        known = [pipeline for pipeline in mirrors.pipelines_of(conn, account_id) if not pipeline.is_removed]
    table = Table(*(desk.say(f"columns.{name}") for name in ("pipeline", "name", "after_sale")))
    for pipeline in known:
        table.add_row(str(pipeline.id), pipeline.name, "✓" if pipeline.id in chosen else "")
    facts = [{"id": row.id, "name": row.name, "is_after_sale": row.id in chosen} for row in known]
    desk.answer(facts, table, as_json=as_json)


def _ids(desk: Desk, account_id: int, named: tuple[str, ...]) -> set[int]:
    with desk.ctx.database.read() as conn:
        accounts.get(conn, account_id)
        known = [pipeline for pipeline in mirrors.pipelines_of(conn, account_id) if not pipeline.is_removed]
    found: set[int] = set()
    for name in named:
        matching = {pipeline.id for pipeline in known if name in {str(pipeline.id), pipeline.name}}
        if len(matching) != 1:
            raise click.BadParameter(desk.say("no_pipeline" if not matching else "many_pipelines", name=name))
        found |= matching
    return found
