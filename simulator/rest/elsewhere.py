"""Parts of amoCRM that the simulated accounts do not use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.web import Problem, no_content

if TYPE_CHECKING:
    from flask import Response

routes = Blueprint("elsewhere", __name__)


@routes.get("/sources")
@routes.get("/catalogs")
@routes.get("/catalogs/<int:entity_id>/elements")
def nothing(entity_id: int = 0) -> Response:  # noqa: ARG001 - Flask names it
    """Answer that there is none (M:crm_platform/sources-api.md, catalogs-api.md)."""
    return no_content()


@routes.get("/talks/<int:entity_id>")
def talk(entity_id: int) -> Response:
    """Answer 404: there are no talks (M:crm_platform/talks-api.md)."""
    raise Problem(404, f"Talk {entity_id} not found")
