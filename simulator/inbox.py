"""An address of the simulator's own to which webhooks may go, for whoever has no server at hand to hear them."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Blueprint, Response, jsonify, request

from simulator.web import no_content, universe

routes = Blueprint("inbox", __name__)


@routes.post("/inbox")
def take() -> Response:
    """Keep a webhook; answer as a good receiver does."""
    fields = dict(parse_qsl(request.get_data().decode(errors="replace"), keep_blank_values=True))
    universe().inbox.append({"received_at": universe().clock.now(), "fields": fields})
    return no_content()


@routes.get("/inbox")
def show() -> Response:
    """Show the last webhooks that came here, oldest first, each as its form fields."""
    return jsonify(received=list(universe().inbox))
