"""The addresses about widgets: their files, the list for an area, install, save, disable, token, upload."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

import requests
from flask import Response, abort, request

from simulator.oauth.session_token import session_token
from simulator.ui import viewer
from simulator.ui.archive import ArchiveRefused
from simulator.ui.widgets import AREAS, Widget, Widgets
from simulator.web import origin

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.account import Account
    from simulator.universe import Universe

_PROXY_SECONDS = 10


def add(routes: Blueprint, universe: Universe) -> None:
    """Add the routes; the archives that the integrations already have are taken in at once."""
    widgets = Widgets(universe)
    _add_loading(routes, universe, widgets)
    _add_settings(routes, universe, widgets)

    @routes.post("/ajax/widgets/<code>/token")
    def token(code: str) -> dict[str, Any]:
        account, integration = universe.first_account(), _found(widgets, code).integration
        user_id = viewer.current(account).id
        return {"token": session_token(universe, account, user_id, integration, origin())}

    @routes.post("/ajax/widgets/crm_post")
    def crm_post() -> Response:
        return _proxy(request.form["url"], request.form["body"])


def _add_loading(routes: Blueprint, universe: Universe, widgets: Widgets) -> None:
    @routes.post("/ajax/widgets/list")
    def listed() -> dict[str, Any]:
        account = universe.first_account()
        who, area = viewer.current(account), request.form["area"]
        # A user without a licence gets no widgets at all.
        shown = [] if who.role == "free" else [widget for widget in widgets.all() if widget.is_shown_in(area)]
        records = {widget.code: widgets.record(widget, account, origin(), who.lang) for widget in shown}
        column = [widget for widget in shown if widget.takes_column_of(area) and records[widget.code]["active"] == "Y"]
        return {"widgets": records, "system": _system(account, who, area, len(column))}

    @routes.get("/upl/<code>/widget/<path:path>")
    def widget_file(code: str, path: str) -> Response:
        content = _found(widgets, code).archive.files.get(path)
        if content is None:
            abort(404)
        return Response(content, content_type=mimetypes.guess_type(path)[0] or "application/octet-stream")


def _add_settings(routes: Blueprint, universe: Universe, widgets: Widgets) -> None:
    @routes.get("/ajax/page/widgets")
    def tiles() -> dict[str, Any]:
        account = universe.first_account()
        lang = viewer.current(account).lang
        return {"widgets": [_tile(widgets, widget, account, lang) for widget in widgets.all()]}

    @routes.post("/ajax/widgets/upload")
    def upload() -> dict[str, Any]:
        sent = request.files["widget"]
        try:
            widget = widgets.upload(next(iter(universe.integrations.values())), sent.filename or "", sent.read())
        except ArchiveRefused as refused:
            return {"problems": refused.problems}
        return {"problems": [], "code": widget.code}

    @routes.post("/ajax/widgets/<code>/<any(install, save, disable):command>")
    def command(code: str, command: str) -> dict[str, Any]:
        account, widget = universe.first_account(), _found(widgets, code)
        who = viewer.current(account)
        if who.role != "admin":
            abort(403)
        fields = request.get_json()["fields"]
        if command == "install":
            widgets.install(widget, account, who.id, fields)
        elif command == "save":
            widgets.save(widget, fields)
        else:
            widgets.disable(widget, account)
        return {"settings": widget.settings}


def _found(widgets: Widgets, code: str) -> Widget:
    widget = widgets.find(code)
    if widget is None:
        abort(404)
    return widget


def _system(account: Account, who: viewer.Viewer, area: str, in_column: int) -> dict[str, Any]:
    """Return the `system` of the list; the page adds amouser and amohash."""
    return {
        "area": AREAS.get(area, area),
        "subdomain": account.subdomain,
        "amouser_id": str(who.id),
        "domain": account.base_domain,
        "server": f".{account.base_domain}",
        "displayed_count": in_column,
        "displayed_count_by_area": {area: in_column, "everywhere": 0},
    }


def _tile(widgets: Widgets, widget: Widget, account: Account, lang: str) -> dict[str, Any]:
    """Return the record with what the settings page shows beside it."""
    about = widget.archive.manifest["widget"]
    settings = widget.archive.manifest.get("settings") or {}
    return {
        **widgets.record(widget, account, origin(), lang),
        "code": widget.code,
        "short_description": widget.archive.text(about["short_description"], lang),
        "fields": {
            code: {
                "type": field["type"],
                "required": bool(field.get("required")),
                "title": widget.archive.text(field["name"], lang),
            }
            for code, field in settings.items()
        },
    }


def _proxy(url: str, body: str) -> Response:
    """POST a form for a widget as amoCRM's server does for `crm_post`: no token, no cookies."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = session.post(url, body.encode(), headers=headers, timeout=_PROXY_SECONDS)
            return Response(answer.content, answer.status_code, content_type=answer.headers.get("Content-Type"))
    except requests.RequestException:
        return Response("", 502)
