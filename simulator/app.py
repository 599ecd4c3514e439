"""Wires the simulated amoCRM together: OAuth, API v4, the control address and the page, in one WSGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from simulator import control
from simulator.account import Refused, UnknownRow
from simulator.hooks.delivery import Deliveries
from simulator.oauth.routes import routes as oauth
from simulator.rest import gate
from simulator.rest.routes import blueprint as api
from simulator.ui import routes as ui
from simulator.web import HtmlAnswer, Problem, problem_of

if TYPE_CHECKING:
    from simulator.universe import Universe


def create_app(universe: Universe) -> Flask:
    """Return the application that shows `universe`, and let its webhooks be delivered.

    Register the integrations first, so that their archives are found by the page.
    """
    app = Flask(__name__, static_folder=None)
    app.extensions["universe"] = universe
    if universe.deliveries is None:
        universe.deliveries = Deliveries(universe)
    app.before_request(gate.enter)
    app.after_request(gate.leave)
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HtmlAnswer, _html)
    app.register_error_handler(UnknownRow, _gone)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, problem_of)
    app.register_blueprint(oauth)
    app.register_blueprint(api())
    app.register_blueprint(control.routes)
    app.register_blueprint(ui.blueprint(universe))
    return app


def _problem(problem: Problem) -> Response:
    return problem.response()


def _gone(_: UnknownRow) -> Response:
    """Answer a write whose entity was deleted between its check and its turn."""
    return Problem(404, "Entity not found").response()


def _refused(refusal: Refused) -> Response:
    return Problem(400, str(refusal)).response()


def _html(answer: HtmlAnswer) -> Response:
    return Response(answer.body, answer.status, content_type="text/html")
