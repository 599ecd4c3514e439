"""All routes of API v4 under one prefix."""

from __future__ import annotations

from flask import Blueprint

from simulator.rest import (
    account,
    calls,
    complex,  # noqa: A004 - the vendor's name of the route
    contacts,
    custom_fields,
    customers,
    elsewhere,
    events,
    lead_writes,
    leads,
    links,
    notes,
    pipelines,
    tasks,
    unmodified,
    unsorted,
    users,
    webhooks,
)
from simulator.rest.gate import PREFIX


def blueprint() -> Blueprint:
    """Return API v4."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    for module in (account, users, pipelines, leads, lead_writes, complex, contacts, custom_fields, tasks, events):
        api.register_blueprint(module.routes)
    for module in (notes, calls, unsorted, webhooks, links, customers, elsewhere):
        api.register_blueprint(module.routes)
    api.after_request(unmodified.shorten)
    return api
