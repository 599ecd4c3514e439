"""Builds a generation of counters beside the one that runs, and lets readers see it when it is whole.

A change of time zone, unsorted statuses, after-sale pipelines or formulas is a wish for other rules. A generation by
these rules is counted in chunks, each a short transaction under the account's lock, while live batches go on: what is
counted already they keep up in both. Then one pointer moves. The generation before is kept up for a day, so that the
pointer can move back, and is then removed in pieces.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from integration.errors import NotFound
from integration.kpi import model
from integration.store import accounts, counters, entities, generations, mirrors, runs
from integration.store.generations import UNDER_WAY, Stage
from integration.sync import live, recount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from integration.kpi.model import Rules
    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.store.generations import Generation
    from integration.sync.context import Context

AUDIT = "audit"
"""The reason of a generation that is only there to be compared."""
AUDIT_AGAIN = 600
"""Seconds after which an audit begins again that a wish interrupted, or kept from beginning."""
KEPT = "kept"
"""The reason of a generation that a person went back to: only a person's choice replaces it."""
KEEP_SECONDS = 86_400
"""For how long the generation before is kept up."""
DROP = 20_000
"""Cells that are removed in one transaction."""
TOGETHER = 4
"""So many accounts at a time are counted anew because of another formula."""


def choose_after_sale(ctx: Context, account_id: int, pipeline_ids: Iterable[int]) -> None:
    """Have the account counted with these pipelines as delivery and after-sale. Raises NotFound."""
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        rules = replace(wished(conn, account_id), after_sale_pipelines=frozenset(pipeline_ids))
        _ask(conn, account, rules, "after_sale", ctx.now)


def order(ctx: Context, account_id: int) -> None:
    """Have the account counted anew by the rules that its settings ask for now, whether they changed or not."""
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        rules = replace(
            wished(conn, account_id),
            unsorted_statuses=mirrors.unsorted_statuses(conn, account_id),
            formula=model.FORMULA,
        )
        _begin(conn, account, rules, "order", ctx.now)


def follow(
    conn: Connection, account: Account, *, timezone: str, known_pipelines: Iterable[int], reason: str, now: int
) -> None:
    """Have the locked account counted by what its mirrors say now.

    Statuses of pipelines that were not known add to the rules as they are: no counted lead was ever in them.
    """
    account_id, known = account.account_id, frozenset(known_pipelines)
    unsorted = mirrors.unsorted_statuses(conn, account_id)
    for one in generations.live(conn, account_id):
        new = {pair for pair in unsorted - one.rules.unsorted_statuses if pair[0] not in known}
        if new:
            learned = replace(one.rules, unsorted_statuses=one.rules.unsorted_statuses | new)
            generations.change_rules(conn, one, learned)
    if generations.active(conn, account_id).reason != KEPT:
        rules = replace(wished(conn, account_id), timezone=timezone, unsorted_statuses=unsorted, formula=model.FORMULA)
        _ask(conn, account, rules, reason, now)


def follow_formulas(ctx: Context) -> None:
    """Have some accounts counted anew whose numbers are of another version of the formulas."""
    with ctx.database.read() as conn:
        free = TOGETHER - generations.count_building(conn)
        outdated = generations.outdated(conn, model.FORMULA, free, except_for=KEPT) if free > 0 else []
    for account_id in outdated:
        with ctx.database.transaction() as conn:
            account = accounts.lock(conn, account_id)
            rules = replace(wished(conn, account_id), formula=model.FORMULA)
            _ask(conn, account, rules, "formula", ctx.now)


def audit(conn: Connection, account: Account, now: int) -> bool:
    """Have the locked account counted by the rules it has, to compare. False: another generation is under way."""
    kept_up = generations.live(conn, account.account_id)
    if any(one.stage in UNDER_WAY for one in kept_up):
        return False
    _begin(conn, account, kept_up[0].rules, AUDIT, now)
    return True


def go_back(ctx: Context, account_id: int) -> None:
    """Let readers see the generation before again, and keep it. Raises NotFound when it is gone: after a day."""
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        kept_up = generations.live(conn, account_id)
        before = next((one for one in kept_up if one.stage == Stage.RETIRED), None)
        if before is None:
            raise NotFound(f"The generation before is not kept any more: {KEEP_SECONDS // 3600} hours have passed")
        _drop_under_way(conn, kept_up, ctx.now)
        version = swap(conn, account, replace(before, reason=KEPT), ctx.now)
        runs.schedule(conn, account_id, runs.REBUILD, ctx.now)
    live.announce(ctx, account_id, version)


def wished(conn: Connection, account_id: int) -> Rules:
    """Return the rules by which the account shall be counted: those being built, else those that hold."""
    kept_up = generations.live(conn, account_id)
    building = [one.rules for one in kept_up if one.stage in UNDER_WAY and one.reason != AUDIT]
    return building[0] if building else kept_up[0].rules


def swap(conn: Connection, account: Account, new: Generation, now: int) -> int:
    """Let readers see this whole generation instead of the active one. Returns the account's version.

    Everything that readers take from the rules moves in the same commit: the zone, the pipelines, which leads are open.
    """
    old = generations.active(conn, account.account_id)
    drop_retired(conn, account.account_id, now)
    entities.reopen(conn, account.account_id, old.rules, new.rules)
    generations.enter(conn, old, Stage.RETIRED, now)
    generations.enter(conn, new, Stage.ACTIVE, now)
    _point(conn, account, new)
    return accounts.advance(conn, account, visible=True)


def drop_retired(conn: Connection, account_id: int, now: int) -> None:
    """Give up the generation before: nobody shall go back to it."""
    for one in generations.live(conn, account_id):
        if one.stage == Stage.RETIRED:
            generations.enter(conn, one, Stage.DROPPED, now)


def step(ctx: Context, account_id: int) -> bool:
    """Do the next piece of work on the account's generations: count a chunk, or remove some cells. False: none left."""
    version = 0
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        known = generations.every(conn, account_id)
        building = next((one for one in known if one.stage == Stage.BUILDING), None)
        if building is not None:
            whole = _count(conn, building, ctx.now)
            if whole is not None and whole.reason != AUDIT:
                version = swap(conn, account, whole, ctx.now)
            is_left = True
        else:
            is_left = _tidy(conn, known, ctx.now)
    if version:
        live.announce(ctx, account_id, version)
    return is_left


def _ask(conn: Connection, account: Account, rules: Rules, reason: str, now: int) -> None:
    kept_up = generations.live(conn, account.account_id)
    if rules == wished(conn, account.account_id):
        return
    if rules == kept_up[0].rules:
        # The wish before is taken back.
        _drop_under_way(conn, kept_up, now)
        runs.schedule(conn, account.account_id, runs.REBUILD, now)
    elif entities.is_empty(conn, account.account_id):
        generations.change_rules(conn, kept_up[0], rules)
        _point(conn, account, replace(kept_up[0], rules=rules))
    else:
        _begin(conn, account, rules, reason, now)


def _begin(conn: Connection, account: Account, rules: Rules, reason: str, now: int) -> None:
    """Build a generation by these rules instead of whatever is under way."""
    _drop_under_way(conn, generations.live(conn, account.account_id), now)
    generations.add(conn, account.account_id, rules, reason, now)
    runs.schedule(conn, account.account_id, runs.REBUILD, now)


def _drop_under_way(conn: Connection, kept_up: Sequence[Generation], now: int) -> None:
    for one in kept_up:
        if one.stage in UNDER_WAY:
            generations.enter(conn, one, Stage.DROPPED, now)
            if one.reason == AUDIT:
                runs.hasten(conn, one.account_id, runs.AUDIT, now + AUDIT_AGAIN)


def _point(conn: Connection, account: Account, new: Generation) -> None:
    accounts.change(
        conn,
        account.account_id,
        generation=new.number,
        timezone=new.rules.timezone,
        after_sale_pipelines=sorted(new.rules.after_sale_pipelines),
    )


def _count(conn: Connection, building: Generation, now: int) -> Generation | None:
    """Add the next chunk to the generation. Returns it once it is whole."""
    counted = recount.chunk(conn, building.account_id, building.rules, building.built)
    if counted is None:
        return generations.enter(conn, building, Stage.READY, now)
    counters.add(conn, building.account_id, building.number, counted.added)
    generations.save_built(conn, building, counted.built)
    return None


def _tidy(conn: Connection, known: Sequence[Generation], now: int) -> bool:
    """Remove some of what nobody wants any more. False: nothing is left to remove now."""
    for one in known:
        if one.stage == Stage.RETIRED and one.since + KEEP_SECONDS <= now:
            generations.enter(conn, one, Stage.DROPPED, now)
            return True
    dropped = next((one for one in known if one.stage == Stage.DROPPED), None)
    if dropped is None:
        return False
    if not counters.drop_some(conn, dropped.account_id, dropped.number, DROP):
        generations.remove(conn, dropped)
    return True
