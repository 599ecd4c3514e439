"""The page's server side: archives, records, tokens, what a card reads and what a person may do."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import io
import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from flask import Flask

from commands.frontend import PAGE
from simulator.scenario.office import open_office
from simulator.ui.archive import ArchiveRefused, unpack
from simulator.ui.routes import blueprint
from simulator.universe import Universe
from tests.simulator import archives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from simulator.account import Account

START = 1_763_460_000  # 2025-11-18 10:00 UTC, 13:00 in Moscow


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """An integration's server: its address and the paths it was asked for."""
    paths: list[str] = []

    class Integration(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Integration)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def universe(heard: tuple[str, list[str]], tmp_path: Any) -> Universe:
    world = Universe(seed=3, start=START)
    open_office(world)
    integration = world.add_integration(
        redirect_uri=f"{heard[0]}/oauth/callback", disconnect_uri=f"{heard[0]}/disconnected"
    )
    integration.archive = tmp_path / "widget.zip"
    integration.archive.write_bytes(archives.zipped(archives.files()))
    return world


@pytest.fixture
def account(universe: Universe) -> Account:
    return universe.first_account()


@pytest.fixture
def client(universe: Universe) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint(universe))
    return app.test_client()


def become(client: FlaskClient, account: Account, **rights: bool) -> int:
    """Look at the page as the first user with these rights; return the user's id."""
    user = next(row for row in account.users.values() if all(row["rights"][name] == on for name, on in rights.items()))
    client.set_cookie("sim_user", str(user["id"]))
    return int(user["id"])


def new_lead(account: Account, **fields: Any) -> int:
    pipeline = account.main_pipeline()
    by = next(iter(account.users))
    return account.create_lead(by, pipeline_id=pipeline, status_id=account.first_status(pipeline), **fields)


def listed(client: FlaskClient, area: str) -> dict[str, Any]:
    return client.post("/ajax/widgets/list", data={"area": area}).json


def without(path: str) -> dict[str, bytes]:
    return {name: data for name, data in archives.files().items() if name != path}


def changed(path: str, data: bytes) -> dict[str, bytes]:
    return {**archives.files(), path: data}


def about(**changes: Any) -> dict[str, bytes]:
    return changed("manifest.json", json.dumps({**archives.manifest(), **changes}).encode())


TWO_CUSTOM = {name: {"name": "settings.note", "type": "custom"} for name in ("one", "two")}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({f"widget/{path}": data for path, data in archives.files().items()}, "в корне архива"),
        (without("manifest.json"), "нет manifest.json"),
        (without("script.js"), "нет script.js"),
        (without("images/logo_min.png"), "нет картинки images/logo_min.png"),
        (without("i18n/en.json"), "i18n/en.json: нет файла i18n"),
        (changed("i18n/en.json", b'{"widget": {"name": "Sample"}}'), "нет текста «widget.description»"),
        (changed("i18n/de.json", b"{}"), "языка нет в widget.locale"),
        (changed("manifest.json", b"{not json}"), "ошибка в JSON"),
        (changed("script.js", b"\xef\xbb\xbfdefine()"), "BOM"),
        (changed("script.js", b"define();\r\n"), "CRLF"),
        (changed("script.js", "дефайн".encode("cp1251")), "не в кодировке UTF-8"),
        (changed("images/logo.png", bytes(400_000)), "больше 300 КБ"),
        (about(locations=["lcard-1", "lcard-0"]), "исключают друг друга"),
        (about(locations=["desktop"]), "неизвестная область «desktop»"),
        (about(settings=TWO_CUSTOM), "custom может быть только одно"),
        (about(widget={**archives.manifest()["widget"], "interface_version": "2"}), "interface_version"),
        (about(widget={**archives.manifest()["widget"], "name": "widget.title"}), "«widget.title»"),
    ],
)
def test_a_bad_archive_is_refused_in_clear_words(content: dict[str, bytes], words: str) -> None:
    with pytest.raises(ArchiveRefused) as refused:
        unpack("widget.zip", archives.zipped(content))
    assert any(words in problem for problem in refused.value.problems), refused.value.problems


def test_the_archive_must_be_a_zip_of_the_right_name() -> None:
    with pytest.raises(ArchiveRefused, match=r"должен называться widget\.zip"):
        unpack("pulse.zip", archives.zipped(archives.files()))
    with pytest.raises(ArchiveRefused, match="не является архивом zip"):
        unpack("widget.zip", b"PK?")


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


def test_a_person_changes_a_lead_under_their_own_name(client: FlaskClient, account: Account) -> None:
    lead_id, user_id = new_lead(account, price=100), become(client, account, is_admin=False, is_free=False)
    reason = next(iter(account.loss_reasons))
    lost = {"id": lead_id, "price": 250, "status_id": 143, "loss_reason_id": reason}
    assert client.post("/ajax/page/act/change_lead", json=lost).status_code == 200
    lead = account.leads[lead_id]
    assert (lead["price"], lead["status_id"], lead["loss_reason_id"]) == (250, 143, reason)
    assert lead["updated_by"] == user_id
    assert account.events[-1]["created_by"] == user_id


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("change_lead", {"id": 1, "price": 5}, 404),
        ("change_lead", {"price": 5}, 400),
        ("change_lead", {"id": "many"}, 400),
        ("drop_table", {}, 400),
        ("add_note", {"entity_type": "users", "entity_id": 1, "text": "x"}, 400),
    ],
)
def test_what_cannot_be_done_is_answered_with_the_reason(
    client: FlaskClient, name: str, asked: dict[str, Any], status: int
) -> None:
    answer = client.post(f"/ajax/page/act/{name}", json=asked)
    assert answer.status_code == status
    assert answer.json["error"]


def test_a_deleted_lead_stays_readable_and_comes_back(client: FlaskClient, account: Account) -> None:
    lead_id = new_lead(account)
    client.post("/ajax/page/act/delete_lead", json={"id": lead_id})
    assert client.get(f"/ajax/page/card/leads/{lead_id}").json["entity"]["is_deleted"] is True
    assert client.get("/ajax/page/leads").json["total"] == 0
    client.post("/ajax/page/act/restore_lead", json={"id": lead_id})
    assert client.get("/ajax/page/leads").json["total"] == 1


def test_a_deadline_is_noon_on_the_accounts_own_clock(client: FlaskClient, account: Account) -> None:
    target = {"entity_type": "leads", "entity_id": new_lead(account), "text": "call"}
    noon_in_moscow = START - 3600
    for words, expected in (
        ({"when": "tomorrow"}, noon_in_moscow + 86400),
        ({"when": "yesterday"}, noon_in_moscow - 86400),
        ({"local": "2025-11-18T12:00"}, noon_in_moscow),
        ({"when": "in_hour"}, account.clock.now() + 3600),
    ):
        client.post("/ajax/page/act/create_task", json={**target, **words})
        assert abs(list(account.tasks.values())[-1]["complete_till"] - expected) <= 2, words


def test_completing_and_moving_a_task_shows_in_the_card(client: FlaskClient, account: Account) -> None:
    lead_id = new_lead(account)
    client.post("/ajax/page/act/create_task", json={"entity_type": "leads", "entity_id": lead_id, "when": "tomorrow"})
    ((task_id, task),) = account.tasks.items()
    client.post("/ajax/page/act/move_deadline", json={"id": task_id, "when": "yesterday"})
    card = client.get(f"/ajax/page/card/leads/{lead_id}").json
    assert card["tasks"][0]["complete_till"] == task["complete_till"] < card["now"]
    client.post("/ajax/page/act/complete_task", json={"id": task_id})
    card = client.get(f"/ajax/page/card/leads/{lead_id}").json
    assert card["tasks"] == []
    assert [entry["type"] for entry in card["feed"]][-3:] == ["task_added", "task_deadline_changed", "task_completed"]


def test_the_list_is_filtered_by_manager_stage_and_words(client: FlaskClient, account: Account) -> None:
    first, second = list(account.users)[:2]
    wanted = new_lead(account, name="Окна для кафе", responsible_user_id=first)
    new_lead(account, name="Двери", responsible_user_id=second)
    won = new_lead(account, name="Окна в дом", responsible_user_id=first)
    account.change_lead(won, first, status_id=142)

    def found(**query: str) -> list[int]:
        return [row["id"] for row in client.get("/ajax/page/leads", query_string=query).json["rows"]]

    assert found(user=str(first), status="open") == [wanted]
    assert set(found(name="ОКНА")) == {wanted, won}
    assert found(status=f"{account.main_pipeline()}:142") == [won]


def test_the_live_log_names_every_card_that_a_change_touches(client: FlaskClient, account: Account) -> None:
    by = next(iter(account.users))
    contact_id = account.create_contact(by, name="Анна Ветрова")
    lead_id = new_lead(account, name="Навес", contact_id=contact_id)
    position = client.get("/ajax/page/log").json["last"]
    account.change_lead(lead_id, by, status_id=142)
    entries = client.get(f"/ajax/page/log?after={position}").json["entries"]
    (moved,) = [entry for entry in entries if entry["code"] == "status_lead"]
    assert (moved["by"], moved["name"], moved["status_id"]) == (by, "Навес", 142)
    assert moved["touches"] == [f"leads:{lead_id}", f"contacts:{contact_id}"]


def test_names_cannot_break_out_of_the_page(client: FlaskClient, account: Account) -> None:
    account.add_user("</script><script>stolen()</script>")
    assert b"<script>stolen" not in client.get("/leads/").data


def test_the_lock_of_the_libraries_keeps_hashes_and_names_no_address() -> None:
    lock = json.loads((PAGE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all("integrity" in package and "resolved" not in package for package in packages.values())
    versions = {name.removeprefix("node_modules/"): package["version"] for name, package in packages.items()}
    assert (versions["jquery"], versions["twig"], versions["moment"]) == ("2.1.3", "0.8.9", "2.24.0")
