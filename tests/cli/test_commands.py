from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from integration.cli.main import cli, main
from integration.kpi.model import Cell
from integration.store import accounts, counters, runs
from integration.store.accounts import State
from integration.store.vault import Vault

on_both = pytest.mark.parametrize("world", ["sqlite", "postgresql"], indirect=True)


@on_both
def test_accounts_are_listed_with_their_states_in_words(world, pulse, told):
    shown = pulse("accounts").stdout
    assert world.account.domain in shown
    assert "Всё работает" in shown
    [account] = told("accounts")
    assert (account["account_id"], account["host"]) == (world.account.id, world.account.domain)
    assert (account["state"], account["pending"]) == ("active", 0)
    assert account["users"]["seen"] == account["users"]["of"] > 0
    assert account["last_full_pass"] is not None


def test_the_status_of_an_account_is_told_in_both_languages(world, pulse, told):
    assert "Последний полный проход" in pulse("sync", "status", world.account.id).stdout
    assert "Last full pass" in pulse("sync", "status", world.account.id, lang="en").stdout
    status = told("sync", "status", world.account.id)
    assert status["hooks"]["state"] == "repaired"  # there was none before the install
    assert status["importing"] is None


def test_an_account_that_is_not_connected_is_one_line_and_no_traceback(pulse):
    result = pulse("sync", "status", 404)
    assert result.exit_code == 1
    assert result.stderr == "Error: Account 404 is not connected\n"


def test_a_sweep_finds_what_no_hook_told(world, pulse, told):
    world.universe.switches.hook_lost = 1.0
    lead = next(lead for lead in world.account.leads.values() if not lead["is_deleted"] and lead["closed_at"] is None)
    world.account.change_lead(lead["id"], by=world.admin, price=lead["price"] + 123)
    assert pulse("sync", "sweep", world.account.id).exit_code == 0
    assert world.lead(lead["id"]).price == (lead["price"]) * 100
    assert told("sync", "sweep", world.account.id)["last_sweep"] is not None


def test_a_sweep_of_an_account_without_a_grant_says_what_a_person_must_do(world, pulse):
    with world.ctx.database.transaction() as conn:
        accounts.enter(conn, world.account.id, State.RECONNECT_REQUIRED, world.ctx.now)
    before = world.requests()
    result = pulse("sync", "sweep", world.account.id)
    assert result.exit_code == 1
    assert "Нужно переподключить" in result.stderr
    assert world.requests() == before


@on_both
def test_a_full_pass_is_followed_to_its_end(world, pulse):
    with world.ctx.database.read() as conn:
        before = runs.get(conn, world.account.id, runs.NIGHTLY)
    result = pulse("sync", "backfill", world.account.id)
    assert result.exit_code == 0, result.output
    assert "Сделки" in result.stderr
    with world.ctx.database.read() as conn:
        after = runs.get(conn, world.account.id, runs.NIGHTLY)
    assert after.finished_at is not None
    assert before.finished_at is None
    world.settle()
    assert world.wrong_cells() == []


def test_a_pass_left_to_the_workers_is_only_due(world, pulse):
    assert pulse("sync", "backfill", world.account.id, "--detach").exit_code == 0
    with world.ctx.database.read() as conn:
        assert (world.account.id, runs.NIGHTLY) in runs.due(conn, world.ctx.now)


@on_both
def test_an_audit_names_the_counter_that_is_wrong_and_puts_it_right(world, pulse, told):
    assert pulse("sync", "audit", world.account.id).exit_code == 0
    with world.ctx.database.transaction() as conn:
        generation = accounts.get(conn, world.account.id).generation
        counters.add(conn, world.account.id, generation, {Cell(1, world.admin, 7, 0, 20261101): 5})
    result = pulse("sync", "audit", world.account.id)
    assert (result.exit_code, "Отличалось счётчиков: 1 из" in result.stdout) == (1, True)
    assert told("sync", "status", world.account.id)["proof"]["differed"] == 1
    assert told("sync", "audit", world.account.id)["differed"] == 0
    assert world.wrong_cells() == []


def test_a_rebuild_counts_anew_and_goes_back(world, pulse):
    before = world.stored().generation
    assert pulse("sync", "rebuild", world.account.id).exit_code == 0
    assert world.stored().generation != before
    assert world.wrong_cells() == []
    assert pulse("sync", "rebuild", world.account.id, "--back").exit_code == 0
    assert world.stored().generation == before
    again = pulse("sync", "rebuild", 404)
    assert (again.exit_code, again.stderr) == (1, "Error: Account 404 is not connected\n")


def test_after_sale_pipelines_are_chosen_by_name_and_shown(world, pulse, told):
    assert [row["name"] for row in told("settings", "after-sale", world.account.id) if row["is_after_sale"]] == [
        "Доставка"
    ]
    assert pulse("settings", "after-sale", world.account.id, "--none").exit_code == 0
    assert world.wrong_cells() == []
    told("settings", "after-sale", world.account.id, "Доставка")
    assert world.stored().after_sale_pipelines != ()
    assert world.wrong_cells() == []
    unknown = pulse("settings", "after-sale", world.account.id, "Отгрузка")
    assert (unknown.exit_code, "нет воронки «Отгрузка»" in unknown.stderr) == (2, True)


def test_a_new_key_seals_everything_anew_and_a_lost_one_is_told(world, pulse, told):
    given = world.ctx
    new = Fernet.generate_key().decode()
    world.ctx = replace(given, vault=Vault((new, *given.settings.encryption_keys)))
    done = told("tokens", "rotate")
    assert (done["resealed"] > 0, done["broken"]) == (True, 0)
    assert told("tokens", "rotate")["resealed"] == 0
    world.ctx = replace(given, vault=Vault((Fernet.generate_key().decode(),)))
    result = pulse("tokens", "rotate")
    assert result.exit_code == 1
    assert f"не открылось: {done['resealed']}" in result.stdout
    world.ctx = given


def test_wrong_settings_are_told_in_one_line(monkeypatch, capsys):
    monkeypatch.delenv("PULSE_PUBLIC_URL", raising=False)
    assert main(["accounts"]) == 1
    assert capsys.readouterr().err == "Error: PULSE_PUBLIC_URL is not set\n"


def test_the_language_is_that_of_the_terminal():
    wrong = CliRunner().invoke(cli, ["doctor"], env={"LANG": "ru_RU.UTF-8", "PULSE_PUBLIC_URL": ""})
    assert "Настройки" in wrong.stdout
    assert wrong.exit_code == 1
    english = CliRunner().invoke(cli, ["doctor", "--json"], env={"LANG": "C.UTF-8", "PULSE_PUBLIC_URL": ""})
    assert json.loads(english.stdout)[0]["do"].startswith("Correct the environment variable")
