from __future__ import annotations

from dataclasses import replace

from cryptography.fernet import Fernet

from integration.store import accounts, grants, installs, seals
from integration.store.grants import Grant
from integration.store.vault import NO_ACCOUNT, Vault
from integration.sync import rotation
from tests.sync.conftest import KEY, add_account

NEW = Fernet.generate_key().decode()
GONE = Fernet.generate_key().decode()


def fill(ctx, count):
    for account_id in range(1, count + 1):
        add_account(ctx, account_id)
        with ctx.database.transaction() as conn:
            sealed = ctx.vault.seal(account_id, {"access": str(account_id)})
            grants.add(
                conn,
                account_id,
                Grant(
                    7, is_admin=True, sealed_tokens=sealed, expires_at=0, granted_at=0, refreshed_at=0, dead_since=None
                ),
            )
    with ctx.database.transaction() as conn:
        installs.add(conn, "i", host="a.amocrm.ru", sealed_code=ctx.vault.seal(NO_ACCOUNT, "code"), now=1)


def with_keys(ctx, *keys):
    return replace(ctx, vault=Vault(keys))


def test_after_a_rotation_the_newest_key_alone_opens_everything(ctx):
    fill(ctx, 7)
    assert rotation.run(with_keys(ctx, NEW, KEY), batch=3) == rotation.Rotation(resealed=15)
    alone = Vault((NEW,))
    with ctx.database.read() as conn:
        assert installs.get(conn, "i").sealed_code
        assert alone.open(NO_ACCOUNT, installs.get(conn, "i").sealed_code) == "code"
        for account_id in range(1, 8):
            assert alone.open(account_id, accounts.sealed_hook_key(conn, account_id)) == f"key-{account_id}"
            (grant,) = grants.of(conn, account_id)
            assert alone.open(account_id, grant.sealed_tokens) == {"access": str(account_id)}


def test_an_interrupted_rotation_goes_on_where_it_was(ctx, monkeypatch):
    fill(ctx, 5)
    turned = with_keys(ctx, NEW, KEY)
    real, calls = seals.after, []

    def interrupted(*question):
        calls.append(question)
        if len(calls) == 3:
            raise InterruptedError
        return real(*question)

    monkeypatch.setattr(seals, "after", interrupted)
    try:
        rotation.run(turned, batch=2)
    except InterruptedError:
        monkeypatch.setattr(seals, "after", real)
    assert rotation.run(turned, batch=2) == rotation.Rotation(resealed=7, kept=4)
    assert rotation.run(turned) == rotation.Rotation(kept=11)


def test_tokens_that_are_refreshed_under_a_rotation_stay(ctx, monkeypatch):
    fill(ctx, 1)
    turned = with_keys(ctx, NEW, KEY)
    real = seals.after

    def overtaken(conn, place, last, limit):
        found = real(conn, place, last, limit)
        if place.table.name == "grants" and found:
            with ctx.database.transaction() as other:
                fresh = ctx.vault.seal(1, {"access": "fresh"})
                grants.save(other, 1, 7, sealed=fresh, expires_at=9, now=9)
        return found

    monkeypatch.setattr(seals, "after", overtaken)
    rotation.run(turned)
    with ctx.database.read() as conn:
        (grant,) = grants.of(conn, 1)
    assert turned.vault.open(1, grant.sealed_tokens) == {"access": "fresh"}
    monkeypatch.setattr(seals, "after", real)
    assert rotation.run(turned).resealed == 1


def test_what_a_lost_key_sealed_is_counted_and_left(ctx):
    fill(ctx, 1)
    with ctx.database.transaction() as conn:
        accounts.change(conn, 1, sealed_hook_key=Vault((GONE,)).seal(1, "lost"))
    assert rotation.run(with_keys(ctx, NEW, KEY)) == rotation.Rotation(resealed=2, broken=1)
