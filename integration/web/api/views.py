"""The widget's API. A view chooses what is asked; the report answers."""

from __future__ import annotations

import hashlib
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request
from flask_openapi3.blueprint import APIBlueprint
from werkzeug.wrappers import Response

from integration.errors import BadRequest
from integration.kpi import calendar
from integration.report import sync_status
from integration.report.card import card as read_card
from integration.report.managers import board as read_board
from integration.report.managers import manager as read_manager
from integration.report.shapes import BoardShape, CardShape, ManagerShape
from integration.report.sync_shapes import SyncAnswer
from integration.store import dirty
from integration.web import cors, tickets
from integration.web.api.shapes import CardQuery, KpiQuery, ManagerPath, ProblemBody, SyncQuery
from integration.web.session import authenticate, context, question
from integration.web.words import language, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from pydantic import BaseModel

    from integration.kpi.calendar import Period
    from integration.report.shapes import EntityType
    from integration.report.stamp import Question
    from integration.store.accounts import Account

FRESH_SECONDS = 60
"""Deadlines pass without any change of the account's version: no answer is held for current longer than this."""
FIRST_DAY, LAST_DAY = 20000101, 20991231
"""No account has a past before amoCRM, and no calendar of ours needs to know the far future."""
LONGEST_RANGE = 3660
"""The most days that a chosen range may hold: ten years."""

api = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api/v1",
    abp_security=[{"session": []}],
    abp_responses=dict.fromkeys((400, 401, 403, 404, 503), ProblemBody),
)


@api.before_request
def admit() -> ResponseReturnValue | None:
    """Let browsers ask first, and nobody in without a token."""
    preflight = cors.answer_preflight()
    if preflight is None:
        authenticate()
    return preflight


@api.get("/card", responses={200: CardShape}, summary="The widget's card")
def card(query: CardQuery) -> Response:
    """Return the KPIs of the manager whom the open entity concerns, and the entity's alerts."""
    entity = _entity(query)

    def read(asked: Question) -> CardShape:
        shape = read_card(asked, entity, language())
        return shape.model_copy(update={"live": tickets.live(context(), asked.account.account_id, asked.viewer.id)})

    return _answer(lambda now, account: calendar.period(query.period, now, account.timezone), read)


@api.get("/managers/<id>/kpi", responses={200: ManagerShape}, summary="One manager over a period")
def manager(path: ManagerPath, query: KpiQuery) -> Response:
    """Return the manager's KPIs and the stages of their leads."""
    return _answer(partial(_period, query), lambda asked: read_manager(asked, path.id, query.pipeline_id, language()))


@api.get("/managers", responses={200: BoardShape}, summary="All managers over a period")
def board(query: KpiQuery) -> Response:
    """Return the KPIs of everybody whom the viewer may see, and their total."""
    return _answer(partial(_period, query), lambda asked: read_board(asked, query.pipeline_id, language()))


@api.get("/sync", responses={200: SyncAnswer}, summary="How the synchronisation is")
def sync(query: SyncQuery) -> Response:  # noqa: ARG001 - the language is read from the request
    """Return state, progress and proofs to heads and administrators; to managers the state and the progress."""
    with question(lambda now, account: calendar.period("day", now, account.timezone)) as asked:
        table = section(language(), "states")
        if asked.viewer.role == "manager":
            shape = sync_status.brief(asked.conn, asked.account, table)
        else:
            shape = sync_status.status(asked.conn, asked.account, table, asked.now)
        live = tickets.live(context(), asked.account.account_id, asked.viewer.id)
        viewer = asked.team.describe(asked.viewer)
    # Progress moves without a new version, so there is no tag to recognise an answer by.
    response = _json(shape.model_copy(update={"viewer": viewer, "live": live}))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _answer(period: Callable[[int, Account], Period], read: Callable[[Question], BaseModel]) -> Response:
    with question(period) as asked:
        tag = _tag(asked)
        known = request.if_none_match.contains_weak(tag)
        response = Response(status=HTTPStatus.NOT_MODIFIED) if known else _json(read(asked))
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _json(shape: BaseModel) -> Response:
    return Response(shape.model_dump_json(by_alias=True), mimetype="application/json")


def _entity(query: CardQuery) -> tuple[EntityType, int] | None:
    if query.entity_type is None and query.entity_id is None:
        return None
    if query.entity_type is None:
        raise BadRequest("the id stands alone", field="entity_type")
    if query.entity_id is None:
        raise BadRequest("the type stands alone", field="entity_id")
    return query.entity_type, query.entity_id


def _period(query: KpiQuery, now: int, account: Account) -> Period:
    if query.first is None and query.last is None:
        return calendar.period(query.period, now, account.timezone)
    if query.first is None:
        raise BadRequest("the range has no beginning", field="from")
    if query.last is None:
        raise BadRequest("the range has no end", field="to")
    if not FIRST_DAY <= query.first <= query.last <= LAST_DAY:
        raise BadRequest("the range makes no sense", field="from")
    try:
        chosen = calendar.custom(query.first, query.last, account.timezone)
    except ValueError as error:
        raise BadRequest("there is no such day", field="from") from error
    if chosen.end - chosen.start > LONGEST_RANGE * 86_400:
        raise BadRequest("the range is too long", field="from")
    return chosen


def _tag(asked: Question) -> str:
    """Name what the answer depends on: the account's version, who asks what, and the minute."""
    account, viewer = asked.account, asked.viewer
    pending = dirty.pending(asked.conn, account.account_id)
    state = (account.state, pending, asked.now // FRESH_SECONDS)
    who = (account.account_id, viewer.id, viewer.role, language(), request.full_path)
    digest = hashlib.blake2s(repr((state, who)).encode(), digest_size=8).hexdigest()
    return f"{account.version}-{asked.period.key}-{digest}"
