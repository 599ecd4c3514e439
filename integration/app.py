"""Wires the rooms into one Flask application. Served by `granian --interface wsgi integration.app:wsgi`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import jsonify, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from integration import log, settings
from integration.sync.context import open_context
from integration.web import cors, headers, pages, problems
from integration.web.api.shapes import ProblemBody
from integration.web.api.views import api
from integration.web.hooks import HookDoor
from integration.web.oauth import oauth
from integration.web.probes import probes

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

    from integration.sync.context import Context

TOKEN = {
    "type": "apiKey",
    "in": "header",
    "name": "X-Auth-Token",
    "description": "The disposable token that amoCRM's $authorizedAjax adds: HS256, signed with the client secret.",
}


def create_app(ctx: Context | None = None) -> Flask:
    """Make the application; without a context of the caller's own, from the environment. Raises SettingsError."""
    if ctx is None:
        configured = settings.load()
        log.configure(configured.log_level)
        ctx = open_context(configured)
    app = OpenAPI(
        "integration.web",
        info=Info(title="Pulse", version="1"),
        security_schemes={"session": TOKEN},
        validation_error_status=400,
        validation_error_model=ProblemBody,
        validation_error_callback=problems.from_validation,
        doc_ui=False,
    )
    app.extensions["pulse"] = ctx
    headers.register(app, https=ctx.settings.public_url.startswith("https:"))
    problems.register(app)
    _open_to_accounts(app, ctx.settings.account_origins)
    app.register_api(api)
    app.register_blueprint(oauth)
    app.register_blueprint(probes)
    app.add_url_rule("/privacy", "privacy", pages.privacy)
    app.add_url_rule("/openapi/openapi.json", "description", lambda: jsonify(app.api_doc))
    app.wsgi_app = HookDoor(ctx, app.wsgi_app)  # type: ignore[method-assign] # Flask's own way to wrap an application
    return app


def _open_to_accounts(app: Flask, extra: frozenset[str]) -> None:
    def permit(response: Response) -> Response:
        return cors.permit(response, extra) if request.path.startswith("/api/") else response

    app.after_request(permit)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """Make `wsgi` when the server asks for it: importing this module reads no environment."""
    if name == "wsgi":
        return create_app()
    raise AttributeError(name)
