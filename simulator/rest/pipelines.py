"""Pipelines, their statuses and the loss reasons (M:crm_platform/leads_pipelines.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest import shapes
from simulator.rest.caller import caller
from simulator.rest.listing import asked, link, whole
from simulator.web import Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("pipelines", __name__)


@routes.get("/leads/pipelines")
def pipelines() -> Response:
    """List all pipelines with their statuses; there are no pages."""
    who = caller()
    with who.account.lock:
        rows = sorted(who.account.pipelines.values(), key=lambda row: int(row["sort"]))
        return whole([shapes.pipeline(row, who.base, asked().with_) for row in rows], "pipelines")


@routes.get("/leads/pipelines/<int:pipeline_id>")
def pipeline(pipeline_id: int) -> Response:
    """Show one pipeline; 204 when there is none."""
    who = caller()
    with who.account.lock:
        row = who.account.pipelines.get(pipeline_id)
        return no_content() if row is None else json_response(shapes.pipeline(row, who.base, asked().with_))


@routes.get("/leads/pipelines/<int:pipeline_id>/statuses")
def statuses(pipeline_id: int) -> Response:
    """List the statuses of a pipeline."""
    who = caller()
    with who.account.lock:
        rows = shapes.shown_statuses(_pipeline(pipeline_id))
        return whole([shapes.status(row, who.base, asked().with_) for row in rows], "statuses")


@routes.get("/leads/pipelines/<int:pipeline_id>/statuses/<int:status_id>")
def status(pipeline_id: int, status_id: int) -> Response:
    """Show one status; 204 when the pipeline has none such."""
    who = caller()
    with who.account.lock:
        row = _pipeline(pipeline_id)["statuses"].get(status_id)
        return no_content() if row is None else json_response(shapes.status(row, who.base, asked().with_))


@routes.get("/leads/loss_reasons")
def loss_reasons() -> Response:
    """List the loss reasons; 204 when there are none."""
    who = caller()
    with who.account.lock:
        rows = [_reason(row) for row in who.account.loss_reasons.values()]
    return whole(rows, "loss_reasons") if rows else no_content()


def _reason(row: Row) -> Row:
    return {**row, "_links": link(f"leads/loss_reasons/{row['id']}")}


def _pipeline(pipeline_id: int) -> Row:
    row = caller().account.pipelines.get(pipeline_id)
    if row is None:
        raise Problem(404, f"There is no pipeline {pipeline_id}")
    return row
