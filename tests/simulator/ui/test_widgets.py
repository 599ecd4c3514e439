"""The server side of widgets: files, records, tokens, install and farewell."""

from __future__ import annotations

import hashlib
import hmac
import io
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import jwt

from tests.simulator.ui import archives
from tests.simulator.ui.visits import become, listed

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from simulator.account import Account
    from simulator.universe import Universe


def test_the_archive_is_served_unmodified_under_a_generated_code(client: FlaskClient) -> None:
    (record,) = listed(client, "leads_card")["widgets"].values()
    served = client.get(urlsplit(record["src"]).path + "?v=1.0.0")
    assert served.data == archives.files()["script.js"]
    assert client.get(urlsplit(record["path"]).path + "/secret.txt").status_code == 404


def test_a_new_upload_gets_another_code_and_keeps_the_settings(client: FlaskClient) -> None:
    (before,) = listed(client, "leads_card")["widgets"]
    client.post(f"/ajax/widgets/{before}/save", json={"fields": {"note": "kept"}})
    sent = {"widget": (io.BytesIO(archives.zipped(archives.files())), "widget.zip")}
    assert client.post("/ajax/widgets/upload", data=sent).json["problems"] == []
    ((after, record),) = listed(client, "leads_card")["widgets"].items()
    assert after != before
    assert record["settings"] == {"note": "kept"}
    assert client.get(f"/upl/{before}/widget/script.js").status_code == 404


def test_a_refused_upload_leaves_the_old_widget(client: FlaskClient) -> None:
    before = listed(client, "leads_card")["widgets"]
    sent = {"widget": (io.BytesIO(b"nothing"), "widget.zip")}
    assert client.post("/ajax/widgets/upload", data=sent).json["problems"] == ["Файл не является архивом zip."]
    assert listed(client, "leads_card")["widgets"] == before


def test_a_widget_is_listed_only_where_its_manifest_wants_it(client: FlaskClient) -> None:
    shown = {
        area: bool(listed(client, area)["widgets"]) for area in ("leads_card", "companies_card", "widgetsSettings")
    }
    assert shown == {"leads_card": True, "companies_card": False, "widgetsSettings": True}
    assert listed(client, "leads_card")["system"]["area"] == "lcard"


def test_a_user_without_a_licence_gets_no_widgets(client: FlaskClient, account: Account) -> None:
    become(client, account, is_free=True)
    assert listed(client, "leads_card")["widgets"] == {}


def test_the_token_is_signed_for_the_one_who_looks(client: FlaskClient, account: Account, universe: Universe) -> None:
    user_id = become(client, account, is_admin=False, is_free=False)
    (code,) = listed(client, "leads_card")["widgets"]
    token = client.post(f"/ajax/widgets/{code}/token").json["token"]
    (integration,) = universe.integrations.values()
    audience = integration.redirect_uri.removesuffix("/oauth/callback")
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = jwt.decode(token, integration.client_secret, ["HS256"], audience=audience, options=options)
    assert (claims["user_id"], claims["account_id"], claims["iss"]) == (user_id, account.id, "http://localhost")


def test_installing_calls_the_redirect_address_and_disabling_signs_its_farewell(
    client: FlaskClient, account: Account, universe: Universe, heard: tuple[str, list[str]]
) -> None:
    (code,) = listed(client, "leads_card")["widgets"]
    client.post(f"/ajax/widgets/{code}/install", json={"fields": {}})
    asked = parse_qs(urlsplit(heard[1][0]).query)
    assert heard[1][0].startswith("/oauth/callback?")
    assert asked["referer"] == [account.domain]
    assert asked["from_widget"] == ["1"]
    assert listed(client, "leads_card")["widgets"][code]["active"] == "Y"
    assert listed(client, "leads_card")["system"]["displayed_count_by_area"]["leads_card"] == 1

    client.post(f"/ajax/widgets/{code}/disable", json={"fields": {}})
    (integration,) = universe.integrations.values()
    message = f"{integration.client_id}|{account.id}".encode()
    signature = hmac.new(integration.client_secret.encode(), message, hashlib.sha256).hexdigest()
    assert parse_qs(urlsplit(heard[1][1]).query)["signature"] == [signature]
    assert listed(client, "leads_card")["widgets"][code]["active"] == "N"


def test_only_an_administrator_installs(client: FlaskClient, account: Account, heard: tuple[str, list[str]]) -> None:
    become(client, account, is_admin=False, is_free=False)
    (code,) = listed(client, "leads_card")["widgets"]
    assert client.post(f"/ajax/widgets/{code}/install", json={"fields": {}}).status_code == 403
    assert heard[1] == []


def test_a_custom_field_keeps_json_and_drops_plain_words(client: FlaskClient) -> None:
    (code,) = listed(client, "leads_card")["widgets"]
    saved = [
        client.post(f"/ajax/widgets/{code}/save", json={"fields": {"plan": plan, "unknown": 1}}).json["settings"]
        for plan in ("plain words", '{"sum": 5}', "more words")
    ]
    assert saved == [{}, {"plan": '{"sum": 5}'}, {"plan": '{"sum": 5}'}]
