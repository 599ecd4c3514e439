"""The addresses of the page: the page itself, its files and what it reads and does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, render_template, request, send_from_directory

from simulator.account import Refused, UnknownRow
from simulator.ui import cards, lists, viewer, widget_routes
from simulator.ui.actions import act
from simulator.ui.bootstrap import bootstrap
from simulator.ui.live_log import LiveLog

if TYPE_CHECKING:
    from simulator.universe import Universe

HERE = Path(__file__).parent
LIBRARIES = HERE / "node_modules"
_FIRST_PAGE = 40


def blueprint(universe: Universe) -> Blueprint:
    """Return the page's routes; it shows the account that was opened first.

    Raises simulator.ui.archive.ArchiveRefused when an integration's archive breaks amoCRM's rules.
    """
    routes = Blueprint("ui", __name__, template_folder="templates")
    log = LiveLog(universe)
    _add_page(routes, universe, log)
    _add_reading(routes, universe, log)
    widget_routes.add(routes, universe)

    @routes.post("/ajax/page/act/<name>")
    def do(name: str) -> Response:
        account = universe.first_account()
        act(account, viewer.current(account).id, name, request.get_json())
        return jsonify({"ok": True})

    @routes.errorhandler(UnknownRow)
    def missing(error: UnknownRow) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 404

    @routes.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    return routes


def _add_page(routes: Blueprint, universe: Universe, log: LiveLog) -> None:
    @routes.get("/", defaults={"_path": ""})
    @routes.get("/<any(leads, contacts, companies, settings):_path>/")
    @routes.get("/<any(leads, contacts, companies, settings):_path>/<path:_rest>")
    def page(_path: str, _rest: str = "") -> Response:
        account = universe.first_account()
        who = viewer.current(account)
        known = {**bootstrap(account, who), "log_position": log.position()}
        answer = Response(render_template("ui/page.html", known=known, viewer=who))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.get("/ui/lib/<path:path>")
    def library(path: str) -> Response:
        return send_from_directory(LIBRARIES, path, max_age=3600)

    @routes.get("/ui/<path:path>")
    def own_file(path: str) -> Response:
        return send_from_directory(HERE / "static", path, max_age=0)


def _add_reading(routes: Blueprint, universe: Universe, log: LiveLog) -> None:
    @routes.get("/ajax/page/card/<any(leads, contacts, companies):kind>/<int:entity_id>")
    def card(kind: str, entity_id: int) -> dict[str, Any]:
        return cards.card(universe.first_account(), kind, entity_id)

    @routes.get("/ajax/page/leads")
    def leads() -> dict[str, Any]:
        limit = request.args.get("limit", _FIRST_PAGE, type=int)
        return lists.leads(universe.first_account(), lists.LeadFilter.read(request.args), limit)

    @routes.get("/ajax/page/<any(contacts, companies):kind>")
    def linked(kind: str) -> dict[str, Any]:
        return lists.linked(universe.first_account(), kind, request.args.get("limit", _FIRST_PAGE, type=int))

    @routes.get("/ajax/page/log")
    def live_log() -> dict[str, Any]:
        account = universe.first_account()
        after = request.args.get("after", 0, type=int)
        entries = log.after(account.id, after)
        # Not the log's own end: what came since the entries were read must be asked for next time.
        last = entries[-1]["seq"] if entries else min(after, log.position())
        return {"entries": entries, "last": last, "now": account.clock.now()}

    @routes.get("/ajax/page/contacts/<any(leads, contacts, companies):kind>/<int:entity_id>")
    def contacts(kind: str, entity_id: int) -> dict[str, Any]:
        read = cards.card(universe.first_account(), kind, entity_id)
        contact = read["entity"] if kind == "contacts" else read.get("contact")
        return {"contacts": [_card_contact(contact)] if contact else []}


def _card_contact(contact: dict[str, Any]) -> dict[str, Any]:
    first, _, last = contact["name"].partition(" ")
    phones = [contact["phone"]] if contact["phone"] else []
    names = {"name": contact["name"], "first_name": first, "last_name": last}
    return {"id": contact["id"], **names, "phones": phones, "emails": []}
