from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integration.amo import protocol, rows
from integration.amo.fields import LATEST
from integration.errors import UnexpectedAnswer
from integration.kpi.model import Event, Lead, Task
from tests.amo.samples import EVENT, LEAD, TASK


def test_a_lead_keeps_only_ids_times_and_its_price_in_hundredths() -> None:
    assert rows.lead(LEAD) == Lead(
        id=5,
        pipeline_id=3,
        status_id=142,
        responsible_user_id=7,
        price=150_000,
        created_by=0,
        created_at=1763500000,
        updated_at=1763500100,
        closed_at=1763500090,
        loss_reason_id=None,
        main_contact_id=42,
        company_id=40,
    )


@pytest.mark.parametrize(
    ("price", "exact", "expected"),
    [
        (1500, None, 150_000),
        (1500, Decimal("1500.10"), 150_010),
        (0, Decimal("0.29"), 29),
        (1, Decimal("1.005"), 100),
        (None, None, None),
        (0, None, None),
        (0, 0, None),
        (7, 0, None),
        (10**40, None, 10**17),
        (1, Decimal("1e+999999"), 10**17),
        (Decimal("19.99"), None, 1999),
    ],
)
def test_a_price_is_exact_and_no_budget_is_none(price: object, exact: object, expected: int | None) -> None:
    assert rows.lead(LEAD | {"price": price, "price_with_minor_units": exact}).price == expected


def test_what_a_lead_lacks_is_none_or_the_robot() -> None:
    bare = LEAD | {"closed_at": None, "responsible_user_id": None, "created_by": None, "_embedded": {}}
    lead = rows.lead(bare)
    assert (lead.closed_at, lead.responsible_user_id, lead.created_by) == (None, 0, 0)
    assert (lead.main_contact_id, lead.company_id) == (None, None)
    assert rows.lead({name: value for name, value in LEAD.items() if name != "_embedded"}).company_id is None
    assert rows.lead(LEAD | {"closed_at": 0}).closed_at is None


def test_times_that_no_calendar_bears_are_bounded() -> None:
    lead = rows.lead(LEAD | {"created_at": -5, "updated_at": 10**15})
    assert (lead.created_at, lead.updated_at) == (0, LATEST)


@pytest.mark.parametrize(
    "change",
    [{"id": None}, {"id": "5"}, {"id": 5.0}, {"id": True}, {"id": 2**63}, {"status_id": None}, {"price": "1500"},
     {"price": True}, {"updated_at": "yesterday"}, {"_embedded": []}, {"_embedded": {"contacts": {}}},
     {"_embedded": {"companies": [5]}}],
    ids=repr,
)  # fmt: skip
def test_a_lead_outside_the_contract_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedAnswer):
        rows.lead(LEAD | change)


def test_a_task_hangs_on_its_lead() -> None:
    assert rows.task(TASK) == Task(
        id=8,
        responsible_user_id=7,
        entity_type="leads",
        entity_id=5,
        task_type_id=1,
        complete_till=1763510000,
        is_completed=True,
        created_at=1763500000,
        updated_at=1763500100,
    )


@pytest.mark.parametrize("entity_id", [None, 0])
def test_a_task_may_hang_on_nothing(entity_id: int | None) -> None:
    task = rows.task(TASK | {"entity_id": entity_id, "entity_type": None})
    assert (task.entity_type, task.entity_id) == (None, None)


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        ("lead_added", [], [{"note": {"id": 1}}], ((), ())),
        ("lead_deleted", [], [], ((), ())),
        (
            "lead_status_changed",
            [{"lead_status": {"id": 11, "pipeline_id": 3}}],
            [{"lead_status": {"id": 142, "pipeline_id": 4}}],
            ((3, 11), (4, 142)),
        ),
        (
            "entity_responsible_changed",
            [{"responsible_user": {"id": 7}}],
            [{"responsible_user": {"id": 9}}],
            ((7,), (9,)),
        ),
        (
            "sale_field_changed",
            [{"sale_field_value": {"sale": None}}],
            [{"sale_field_value": {"sale": 1500}}],
            ((0,), (150_000,)),
        ),
        ("sale_field_changed", [], [{"sale_field_value": {"sale": Decimal("0.5")}}], ((), (50,))),
        (
            "task_deadline_changed",
            [{"task_deadline": {"timestamp": 1763500000}}],
            [{"task_deadline": {"timestamp": 1763600000}}],
            ((1763500000,), (1763600000,)),
        ),
        ("name_field_changed", [{"name_field_value": {"name": "a"}}], [{"name_field_value": {"name": "b"}}], ((), ())),
        ("lead_status_changed", None, {}, ((), ())),
    ],
)
def test_an_event_keeps_the_integers_that_kpis_read(kind: str, before: object, after: object, expected: object) -> None:
    event = rows.event(EVENT | {"type": kind, "value_before": before, "value_after": after})
    assert (event.before, event.after) == expected


def test_an_event_of_a_robot_has_no_author() -> None:
    assert rows.event(EVENT | {"created_by": None}) == Event(
        id="01jcz0000000000000000000aa",
        type="lead_added",
        entity_type="lead",
        entity_id=5,
        created_by=0,
        created_at=1763500000,
    )


@pytest.mark.parametrize("event_id", ["", "x" * 41, "a-b", "ы", 5, None])
def test_an_events_id_is_checked(event_id: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        rows.event(EVENT | {"id": event_id})


def _account(**settings: object) -> protocol.AccountCard:
    return protocol.account_card(
        {
            "id": 77,
            "subdomain": "example",
            "currency": "RUB",
            "is_api_filter_enabled": True,
            "_embedded": {
                "users_groups": [{"id": 0, "name": "Отдел продаж", "uuid": None}],
                "task_types": [{"id": 1, "name": "Связаться", "code": "FOLLOW_UP"}],
                "datetime_settings": settings,
            },
        }
    )


def test_an_account_tells_its_zone_currency_groups_and_filters() -> None:
    account = _account(timezone="Asia/Yekaterinburg", timezone_offset="+05:00")
    assert account == protocol.AccountCard(
        id=77,
        subdomain="example",
        timezone="Asia/Yekaterinburg",
        currency="RUB",
        has_api_filter=True,
        groups=(protocol.Named(0, "Отдел продаж"),),
        task_types=(protocol.Named(1, "Связаться"),),
    )


@pytest.mark.parametrize(
    ("name", "offset", "hours"),
    [
        (None, "+03:00", 3),
        ("Mars/Olympus", "-05:00", -5),
        ("../etc", "+00:00", 0),
        ("", "", 0),
        ("Europe", "+05:30", 0),
    ],
)
def test_an_unknown_zone_falls_back_to_its_offset(name: str | None, offset: str, hours: int) -> None:
    zone = ZoneInfo(_account(timezone=name, timezone_offset=offset).timezone)
    assert datetime(2026, 11, 21, tzinfo=zone).utcoffset() == timedelta(hours=hours)


def test_a_users_rights_are_inside_rights() -> None:
    user = protocol.user(
        {
            "id": 7,
            "name": "Анна",
            "is_admin": True,
            "rights": {
                "leads": {"view": "G"},
                "is_admin": False,
                "is_free": False,
                "is_active": True,
                "group_id": None,
                "role_id": None,
            },
        }
    )
    assert user == protocol.User(7, "Анна", 0, is_admin=False, is_active=True, is_free=False, leads_view="G")


def test_a_pipeline_brings_its_statuses() -> None:
    status = {"id": 142, "name": "Успех", "sort": 10000, "color": "#CCFF66", "type": 0, "pipeline_id": 3}
    pipeline = protocol.pipeline(
        {
            "id": 3,
            "name": "Продажи",
            "sort": 1,
            "is_main": True,
            "is_archive": False,
            "_embedded": {"statuses": [status]},
        }
    )
    assert pipeline == protocol.Pipeline(
        3,
        "Продажи",
        1,
        is_main=True,
        is_archive=False,
        statuses=(protocol.Status(142, 3, "Успех", 10000, "#CCFF66", 0),),
    )


def test_a_name_that_no_database_would_take_is_cleaned() -> None:
    assert protocol.named({"id": 1, "name": "a\x00b\ud800c"}).name == "ab?c"
