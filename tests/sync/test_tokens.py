from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from integration.amo.token_client import Tokens
from integration.errors import GrantDead, Unavailable
from integration.sync import connection, install, tokens
from tests.sync import refresh_race

CROWD = 64


def current(world):
    with world.ctx.database.read() as conn:
        return tokens.current(world.ctx, conn, world.account.id)


def refreshes(world, monkeypatch):
    """Count what reaches the token endpoint."""
    asked = []
    spend = world.universe.grants.spend_refresh

    def counted(*grant):
        asked.append(grant)
        return spend(*grant)

    monkeypatch.setattr(world.universe.grants, "spend_refresh", counted)
    return asked


def test_a_crowd_that_needs_new_tokens_asks_for_them_once(both_worlds, monkeypatch):
    world = both_worlds
    install.exchange(world.ctx, world.install())
    asked = refreshes(world, monkeypatch)
    for _ in range(3):
        old = current(world).access_token
        together = threading.Barrier(CROWD)

        def renew(together=together, old=old):
            together.wait()
            return tokens.renew(world.ctx, world.account.id, old)

        with ThreadPoolExecutor(CROWD) as crowd:
            renewed = {future.result() for future in [crowd.submit(renew) for _ in range(CROWD)]}
        assert renewed == {current(world).access_token} != {old}
    assert len(asked) == 3


PROCESS = """
import sys
from integration.sync import tokens
from workers import jobs
print(tokens.renew(jobs.context(), int(sys.argv[1]), sys.stdin.read()))
"""


def test_processes_that_need_new_tokens_ask_for_them_once(both_worlds, monkeypatch):
    world = both_worlds
    install.exchange(world.ctx, world.install())
    asked = refreshes(world, monkeypatch)
    old = current(world).access_token
    command = [sys.executable, "-c", PROCESS, str(world.account.id)]
    started = [
        subprocess.Popen(  # noqa: S603 - this interpreter
            command, env=world.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    renewed = {process.communicate(old, timeout=60)[0].strip() for process in started}
    assert renewed == {current(world).access_token} != {old}
    assert len(asked) == 1


def test_an_expired_token_is_renewed_in_passing(world):
    world.set_up()
    world.universe.grants.expire_access(world.account.id)
    with connection.client(world.ctx, world.account.id) as client:
        assert client.account().id == world.account.id


def test_the_lost_answer_of_a_refresh_does_not_keep_the_claim(world):
    install.exchange(world.ctx, world.install())
    world.universe.switches.turn({"refresh_answer_lost": True, "refresh_grace_seconds": 60})
    old = current(world).access_token
    with pytest.raises(Unavailable):
        tokens.renew(world.ctx, world.account.id, old)
    assert tokens.renew(world.ctx, world.account.id, old) != old


def test_an_account_that_was_renamed_is_found_at_its_new_address(world):
    world.set_up()
    world.universe.rename(world.account, "renamed")
    with pytest.raises(Unavailable):
        tokens.renew(world.ctx, world.account.id, current(world).access_token)
    assert world.stored().host == "renamed.amocrm.ru"
    with connection.client(world.ctx, world.account.id) as client:
        assert client.account().subdomain == "renamed"


def test_tokens_do_not_show(world):
    install.exchange(world.ctx, world.install())
    held = current(world)
    assert isinstance(held, Tokens)
    assert held.refresh_token not in repr(held)
    with world.ctx.database.read() as conn:
        row = conn.exec_driver_sql("SELECT * FROM grants").one()
    assert held.refresh_token not in str(row)


def test_without_tokens_there_is_no_client(world):
    world.set_up()
    world.universe.grants.disable(world.integration.client_id, world.account.id)
    with pytest.raises(GrantDead):
        tokens.renew(world.ctx, world.account.id, current(world).access_token)


def test_a_race_of_processes_costs_one_refresh_a_round(database_url):
    with refresh_race.connected(database_url) as world:
        assert refresh_race.race(world, 16, 5) == {"refreshes": 5, "dead": 0, "disagreed": 0}
