"""Contacts, calls, letters and incoming requests through real processes, with hooks that get lost on the way."""

from __future__ import annotations

from integration.store import runs
from tests.flow.test_exactness import play, settle
from tests.sync.activity_truth import everything, twins, wrong_rows

PHONE, WORD = "79990001122", "Слово-пароль"


def plant(stack):
    """Let a client with a telephone number call and write."""
    contact = stack.simulator("act", {"do": "create_contact", "by": 0, "name": WORD, "phone": f"+{PHONE}"})["result"]
    places = {"by": 0, "entity_type": "contacts", "entity_id": contact}
    stack.simulator("act", {"do": "add_call", **places, "phone": f"+{PHONE}", "uniq": WORD, "duration": "61"})
    letter = {"do": "add_letter", "places": {"contacts": contact}, "by": 0, "income": True, "subject": WORD}
    stack.simulator("act", {**letter, "address": f"{PHONE}@example.com"})
    incoming = {"do": "add_unsorted", "category": "sip", "name": WORD, "contact_name": WORD, "source_name": PHONE}
    stack.simulator("act", {**incoming, "metadata": {"phone": PHONE}})


def test_rows_are_the_truths_after_lost_doubled_and_reordered_hooks(open_whole, database_url):
    with open_whole(database_url=database_url) as stack:
        since = stack.simulator("truth")["now"]
        mischief = {"hook_lost": 0.1, "hook_doubled": 0.1, "hook_reordered": 0.1, "hook_reorder_ms": 500}
        stack.simulator("switches", mischief, method="PATCH")
        for seed in range(4):
            play(stack, 20, rounds=2, seed=seed)
            settle(stack)
            stack.sweep(runs.ACTIVITY)
        plant(stack)
        settle(stack)
        for kind in (runs.SWEEP, runs.ACTIVITY):
            stack.sweep(kind)
        with stack.ctx.database.read() as conn:
            assert wrong_rows(conn, stack.account_id, stack.simulator("truth"), since=since) == []
            assert {len(ids) for ids in twins(conn, stack.account_id).values()} == {1, 2}
            kept = everything(conn)
        assert [word for word in (PHONE, PHONE[-10:], WORD) if word in kept] == []
