"""What the platform asks: does the process live, can it serve."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, jsonify
from redis.exceptions import RedisError

from integration.errors import PulseError
from integration.store import schema
from integration.web.session import context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

probes = Blueprint("probes", __name__)


@probes.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Tell that the process lives. Asks nobody, so that a broken database restarts no healthy process."""
    return jsonify(status="ok")


@probes.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Tell whether requests can be served: the database must answer in today's schema; Redis is only reported."""
    database = _database()
    status = HTTPStatus.OK if database == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify(database=database, redis=_redis()), status


def _database() -> str:
    try:
        with context().database.read() as conn:
            return "ok" if schema.is_current(conn) else "not migrated"
    except PulseError:
        return "down"


def _redis() -> str:
    try:
        context().redis.ping()
    except RedisError:
        return "down"
    return "ok"
