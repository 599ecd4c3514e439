"""How an account leaves."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from integration.store import accounts
from integration.store.accounts import State

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from integration.sync.context import Context

OURS = 31


def farewell(ctx: Context, account_id: int) -> dict[str, str]:
    message = f"{ctx.settings.client_id}|{account_id}".encode()
    signature = hmac.new(ctx.settings.client_secret.encode(), message, hashlib.sha256).hexdigest()
    return {"account_id": str(account_id), "client_uuid": ctx.settings.client_id, "signature": signature}


def test_a_signed_farewell_stops_the_account(client: FlaskClient, ctx: Context) -> None:
    assert client.get("/oauth/disconnected", query_string=farewell(ctx, OURS)).status_code == 200
    with ctx.database.read() as conn:
        assert accounts.get(conn, OURS).state == State.UNINSTALLED
        assert accounts.get(conn, 32).state == State.ACTIVE
    assert client.get("/oauth/disconnected", query_string=farewell(ctx, 4711)).status_code == 200


def test_a_farewell_with_another_s_signature_changes_nothing(client: FlaskClient, ctx: Context) -> None:
    theirs = farewell(ctx, 32)["signature"]
    for change in ({"signature": theirs}, {"signature": ""}, {"client_uuid": "x"}, {"account_id": "31x"}):
        answer = client.get("/oauth/disconnected", query_string={**farewell(ctx, OURS), **change})
        assert answer.status_code in {400, 401}, change
    with ctx.database.read() as conn:
        assert accounts.get(conn, OURS).state == State.ACTIVE
