from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from commands.environment import ROOT
from integration.kpi.histogram import bucket
from integration.store import accounts, dirty, drift, runs
from integration.store.accounts import State
from integration.web.words import LANGUAGES, section
from tests.web import office
from tests.web.office import ADMIN, ANNA, GONE, HEAD, NOW

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from integration.sync.context import Context

OURS, THEIRS = 31, 32


def ask(client: FlaskClient, ctx: Context, user: int, query: str = "", *, account: int = OURS) -> TestResponse:
    return client.get(f"/api/v1/sync{query}", headers={"X-Auth-Token": office.token(ctx.settings, account, user)})


def put(ctx: Context, state: State) -> None:
    with ctx.database.transaction() as conn:
        accounts.enter(conn, OURS, state, NOW - 60, retry_at=NOW + 600)


def test_an_administrator_is_told_how_the_synchronisation_is(client: FlaskClient, ctx: Context) -> None:
    with ctx.database.transaction() as conn:
        dirty.mark(conn, OURS, [("leads", 501)], (NOW - 30) * 1000)
        dirty.mark(conn, OURS, [("leads", 502)], (NOW - 5) * 1000)
        runs.record(conn, OURS, runs.HOOKS, {"state": "refused", "reason": "payment_required"}, NOW - 90)
        runs.record(conn, OURS, runs.SWEEP, {}, NOW - 100)
    told: Any = ask(client, ctx, ADMIN).json
    assert (told["detail"], told["state"], told["version"]) == ("full", "active", 17)
    assert (told["pending"], told["oldest_pending"]) == (2, NOW - 30)
    assert told["hooks"] == {"state": "refused", "reason": "payment_required", "checked_at": NOW - 90}
    assert (told["last_sweep"], told["last_full_pass"]) == (NOW - 100, NOW)
    assert told["words"] == {"title": "Всё работает", "text": "Показатели обновляются сами.", "action": None}
    assert told["live"]["url"].startswith("https://pulse.example.ru/live?ticket=")


def test_what_came_without_a_hook_and_the_last_proof_are_told(client: FlaskClient, ctx: Context) -> None:
    empty: Any = ask(client, ctx, ADMIN).json
    assert empty["drift"] == {"healed": 0, "events": 0, "repair": None, "cells": 0}
    assert empty["proof"] is None
    with ctx.database.transaction() as conn:
        drift.add(conn, OURS, NOW - 3600, drift.HEALED, {bucket(300): 6, bucket(9000): 1})
        drift.add(conn, OURS, NOW - 3 * 86_400, drift.HEALED, {bucket(300): 100})
        runs.record(conn, OURS, runs.PROOF, {"cells": 120, "differed": 0, "named": []}, NOW - 7200)
    told: Any = ask(client, ctx, ADMIN).json
    assert told["drift"]["healed"] == 7
    assert told["drift"]["repair"] == pytest.approx(300, rel=0.02)
    assert told["proof"] == {"at": NOW - 7200, "cells": 120, "differed": 0}
    assert "drift" not in ask(client, ctx, ANNA).json


def test_owners_whom_the_account_does_not_list_are_not_seen(client: FlaskClient, ctx: Context) -> None:
    assert ask(client, ctx, ADMIN).json["users"] == {"seen": 4, "of": 4}
    with ctx.database.transaction() as conn:
        stranger = office._lead(509, 777, office.TALKS)
        office.entities.save_leads(conn, OURS, [office.LeadRow(stranger, is_open=True, entered_at=NOW)])
    assert ask(client, ctx, ADMIN).json["users"] == {"seen": 4, "of": 5}


def test_a_head_is_told_the_same_and_a_manager_only_what_concerns_them(client: FlaskClient, ctx: Context) -> None:
    full, brief = ask(client, ctx, HEAD).json, ask(client, ctx, ANNA).json
    assert full["detail"] == "full"
    assert set(brief) == {"detail", "state", "words", "as_of", "importing", "viewer", "live"}
    assert (brief["detail"], brief["state"], brief["as_of"]) == ("brief", "active", NOW - 5)


def test_the_dismissed_are_told_nothing_and_other_accounts_nothing_of_ours(client: FlaskClient, ctx: Context) -> None:
    assert ask(client, ctx, GONE).status_code == 403
    put(ctx, State.RECONNECT_REQUIRED)
    assert ask(client, ctx, ADMIN, account=THEIRS).json["state"] == "active"
    assert ask(client, ctx, ADMIN).json["state"] == "reconnect_required"


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_told_in_words_with_the_way_back(client: FlaskClient, ctx: Context, state: State) -> None:
    put(ctx, state)
    ru, en = ask(client, ctx, ADMIN).json, ask(client, ctx, ADMIN, "?lang=en").json
    assert ru["words"] == {"action": None, **section("ru", "states")[state]}
    assert en["words"]["text"] != ru["words"]["text"]
    assert en["words"]["action"] == ru["words"]["action"]
    assert ru["retry_at"] == NOW + 600


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_words_in_the_widget_too(language: str) -> None:
    notices = json.loads((ROOT / "widget" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))["notice"]
    for state in set(section("ru", "states")) | set(State):
        if state != State.ACTIVE:  # then the card speaks by its figures
            told = notices["importing" if state == State.INSTALLING else state]
            assert told["title"].strip()
            assert told["text"].strip()


def test_an_account_that_loads_its_history_says_so(client: FlaskClient, ctx: Context) -> None:
    with ctx.database.transaction() as conn:
        runs.schedule(conn, OURS, runs.BACKFILL, NOW)
    told = ask(client, ctx, ANNA, "?lang=en").json
    assert told["importing"] is not None
    assert told["words"]["title"] == "Collecting the history"
    put(ctx, State.PAYMENT_REQUIRED)
    assert ask(client, ctx, ANNA, "?lang=en").json["words"]["title"] == "The subscription has ended"


def test_an_unknown_language_is_refused_as_everywhere(client: FlaskClient, ctx: Context) -> None:
    answer = ask(client, ctx, ADMIN, "?lang=fr")
    assert (answer.status_code, answer.json["error"]["field"]) == (400, "lang")
