"""No hint is lost or counted twice, whatever comes in between."""

from __future__ import annotations

import itertools
from contextlib import contextmanager, suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.store import accounts, conservation, dirty
from tests.store.conftest import add_account

NUMBERS = itertools.count(1000)
ENTITIES = [(kind, number) for kind in ("leads", "tasks") for number in (1, 2)]
LAW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HINTS = {"hint", "deletion"}
ACTS = st.lists(st.sampled_from(["hint", "hint", "take", "clear", "clear", "postpone", "deletion"]), max_size=25)


class KilledError(Exception):
    """The process ends in the middle of its transaction."""


def balance(store, account_id):
    with store.read() as conn:
        return conservation.balance(conn, account_id)


@LAW
@given(acts=ACTS, data=st.data())
def test_noted_is_refreshed_and_superseded_and_pending_at_every_moment(store, acts, data):
    account_id, other = next(NUMBERS), next(NUMBERS)
    with store.transaction() as conn:
        for number in (account_id, other):
            add_account(conn, number)
        dirty.mark(conn, other, ENTITIES, 0)
    hints, taken = 0, []
    for now_ms, act in enumerate(acts):
        some = data.draw(st.sets(st.sampled_from(ENTITIES)))
        is_killed = data.draw(st.booleans())
        with killed_if(store, is_killed=is_killed) as conn:
            now_taken = do(conn, account_id, (act, some), taken, now_ms)
        if not is_killed:
            hints, taken = hints + len(some) * (act in HINTS), now_taken
        found = balance(store, account_id)
        assert found.holds, (act, found)
        assert found.noted == hints
    assert balance(store, other) == (4, 0, 0, 4)


@contextmanager
def killed_if(store, *, is_killed):
    """A transaction that may end as that of a killed process does: as if it had never been."""
    with suppress(KilledError), store.transaction() as conn:
        yield conn
        if is_killed:
            raise KilledError


def do(conn, account_id, act, taken, now_ms):
    """One transaction of those that touch marks. Returns the marks that are in hand after it."""
    name, some = act
    if name in HINTS:
        dirty.mark(conn, account_id, some, now_ms, deleted=some if name == "deletion" else ())
    elif name == "take":
        return [mark for kind in ("leads", "tasks") for mark in dirty.take(conn, account_id, kind, now_ms, 9)]
    else:
        accounts.lock(conn, account_id)
        still = dirty.unchanged(conn, account_id, taken)
        if name == "clear":
            dirty.clear(conn, account_id, still)
        else:
            dirty.postpone(conn, account_id, [(mark, now_ms) for mark in still])
    return taken


def test_a_mark_that_got_lost_shows(store, account_id):
    with store.transaction() as conn:
        dirty.mark(conn, account_id, ENTITIES, 0)
        conn.exec_driver_sql("DELETE FROM dirty WHERE entity_id = 1")
    assert balance(store, account_id) == (4, 0, 0, 2)
    assert not balance(store, account_id).holds
