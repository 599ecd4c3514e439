"""GET /account (M:crm_platform/account-info.md)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint

from simulator.oauth.platforms import PLATFORMS
from simulator.rest.caller import caller
from simulator.rest.listing import asked, link, whole
from simulator.web import json_response

if TYPE_CHECKING:
    from flask import Response

    from simulator.account import Account
    from simulator.crm.state import Row

routes = Blueprint("account", __name__)
_SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€"}


@routes.get("/account")
def account() -> Response:
    """Show the account with what `with` asks for."""
    who, with_ = caller(), asked().with_
    with who.account.lock:
        body = {**_card(who.account, who.user_id), **_extra(who.account, with_)}
        embedded = {name: value for name, value in _embedded(who.account).items() if name in with_}
    body["_links"] = link("account")
    return json_response({**body, "_embedded": embedded} if embedded else body)


@routes.get("/currencies")
def currencies() -> Response:
    """List the currencies that an account can have."""
    return whole([{"code": code, "symbol": symbol} for code, symbol in _SYMBOLS.items()], "currencies")


def _card(account: Account, user_id: int) -> Row:
    first_user = next(iter(account.users), 0)
    return {
        "id": account.id,
        "name": account.name,
        "subdomain": account.subdomain,
        "created_at": account.created_at,
        "created_by": first_user,
        "updated_at": account.created_at,
        "updated_by": first_user,
        "current_user_id": user_id,
        "country": PLATFORMS[account.base_domain].country,
        "currency": account.currency,
        "currency_symbol": _SYMBOLS.get(account.currency),
        "customers_mode": account.switches.customers_mode,
        "is_unsorted_on": True,
        "is_loss_reason_enabled": True,
        "is_helpbot_enabled": False,
        "is_technical_account": False,
        "contact_name_display_order": 1,
        "mobile_feature_version": 0,
    }


def _extra(account: Account, with_: frozenset[str]) -> Row:
    ids = {name: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name}:{account.id}")) for name in ("amojo_id", "uuid")}
    extra: Row = {
        **ids,
        "version": 17,
        "drive_url": "https://drive-b.amocrm.ru",
        "is_api_filter_enabled": account.switches.paid_filter,
    }
    return {name: value for name, value in extra.items() if name in with_}


def _embedded(account: Account) -> Row:
    return {
        "amojo_rights": {"can_direct": True, "can_create_groups": True},
        "users_groups": list(account.groups.values()),
        "task_types": list(account.task_types.values()),
        "entity_names": {"leads": {"ru": {"gender": "f", "plural_form": {"dative": "сделкам"}}}},
        "datetime_settings": _datetime_settings(account),
        "invoices_settings": {"lang": None, "invoices_catalog_id": 0},
    }


def _datetime_settings(account: Account) -> Row:
    now = datetime.fromtimestamp(account.clock.now(), UTC).astimezone(ZoneInfo(account.timezone))
    offset = now.strftime("%z")
    return {
        "date_pattern": "d.m.Y H:i",
        "short_date_pattern": "d.m.Y",
        "short_time_pattern": "H:i",
        "date_formant": "d.m.Y",
        "date_format": "d.m.Y",
        "time_format": "H:i:s",
        "timezone": account.timezone,
        "timezone_offset": f"{offset[:3]}:{offset[3:]}",
    }
