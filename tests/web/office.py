"""A small office for the tests of reports and of the API: five users, two pipelines, wins, open leads and tasks."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jwt
from cryptography.fernet import Fernet

from integration.kpi.histogram import bucket, pack
from integration.kpi.measures import Measure
from integration.kpi.model import Cell, Lead, Task
from integration.store import accounts, counters, entities, mirrors, runs
from integration.store.accounts import State
from integration.store.entities import LeadRow
from integration.store.mirrors import PipelineRow, StatusRow, UserRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from integration.settings import Settings

MOSCOW = "Europe/Moscow"
NOW = int(datetime(2026, 11, 20, 12, tzinfo=ZoneInfo(MOSCOW)).timestamp())
DAY = 86_400
ADMIN, HEAD, ANNA, BORIS, GONE, NEWCOMER = 1, 2, 3, 4, 5, 99
SALES, AFTER = 7, 8
TALKS, OFFER = 71, 72
KEY = Fernet.generate_key().decode()


def environment(database_url: str, redis_url: str) -> dict[str, str]:
    return {
        "PULSE_PUBLIC_URL": "https://pulse.example.ru",
        "PULSE_CLIENT_ID": "11111111-2222-4333-8444-555555555555",
        "PULSE_CLIENT_SECRET": "s3cr3t-" * 6,
        "PULSE_ENCRYPTION_KEYS": KEY,
        "PULSE_DATABASE_URL": database_url,
        "PULSE_REDIS_URL": redis_url,
        "PULSE_ACCOUNT_ORIGINS": "http://127.0.0.1:4000",
    }


def host_of(account_id: int) -> str:
    return f"a{account_id}.amocrm.ru"


def hook_key_of(account_id: int) -> str:
    return f"hook-key-{account_id}"


def token(configured: Settings, account: int, user: int, **changes: object) -> str:
    """A token as amoCRM would make it, but for the changes; a claim changed to None is left out."""
    claims = {
        "iss": f"https://{host_of(account)}",
        "aud": "https://pulse.example.ru",
        "jti": str(uuid.uuid4()),
        "iat": NOW - 10,
        "nbf": NOW - 10,
        "exp": NOW + 1790,
        "account_id": account,
        "user_id": user,
        "subdomain": f"a{account}",
        "client_uuid": configured.client_id,
        "is_admin": user == ADMIN,
        **changes,
    }
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.api_jws.encode(json.dumps(present).encode(), configured.client_secret, "HS256")


def add_account(conn: Connection, account_id: int) -> None:
    accounts.add(
        conn,
        account_id,
        host=host_of(account_id),
        hook_key=hook_key_of(account_id),
        sealed_hook_key="sealed",
        timezone=MOSCOW,
        now=NOW - 30 * DAY,
    )
    accounts.enter(conn, account_id, State.ACTIVE, NOW - 30 * DAY)
    accounts.change(conn, account_id, version=17, as_of=NOW - 5, after_sale_pipelines=[AFTER])
    mirrors.replace(conn, account_id, UserRow, _users(account_id))
    mirrors.replace(conn, account_id, PipelineRow, [
        PipelineRow(AFTER, "Доставка", 2, is_main=False, is_archive=False),
        PipelineRow(SALES, "Продажи", 1, is_main=True, is_archive=False),
    ])  # fmt: skip
    mirrors.replace(conn, account_id, StatusRow, [
        StatusRow(SALES, TALKS, "Переговоры", 10, "#fff", 0),
        StatusRow(SALES, OFFER, "Предложение", 20, "#fff", 0),
    ])  # fmt: skip
    runs.schedule(conn, account_id, runs.BACKFILL, NOW)
    runs.finish(conn, runs.begin(conn, account_id, runs.BACKFILL, NOW), {}, now=NOW, due_at=runs.NEVER)


def fill(conn: Connection, account_id: int) -> None:
    """Wins of this month and the last one, open leads, tasks: numbers that the tests know by heart.

    This month Anna won 2 leads for 3 000.00, Boris 1 for 500.00, the dismissed one 1 for 100.00, the robot 1.
    """
    cells = {}
    for user, day, count, money in (
        (ANNA, 20261103, 1, 100_000),
        (ANNA, 20261118, 1, 200_000),
        (ANNA, 20261005, 3, 900_000),
        (BORIS, 20261110, 1, 50_000),
        (GONE, 20261111, 1, 10_000),
        (GONE, 20261007, 1, 5_000),
        (0, 20261112, 1, 0),
    ):
        cells[Cell(Measure.WON_COUNT, user, SALES, 0, day)] = count
        if money:
            cells[Cell(Measure.WON_SUM, user, SALES, 0, day)] = money
    cells[Cell(Measure.LOST_COUNT, ANNA, SALES, 0, 20261104)] = 2
    cells[Cell(Measure.WON_COUNT, ANNA, AFTER, 0, 20261104)] = 1
    cells[Cell(Measure.OPEN_LEADS, ANNA, SALES, TALKS, 0)] = 2
    cells[Cell(Measure.OPEN_VALUE, ANNA, SALES, TALKS, 0)] = 70_000
    cells[Cell(Measure.OPEN_LEADS, BORIS, SALES, OFFER, 0)] = 1
    cells[Cell(Measure.STAGE_VISITS, ANNA, SALES, TALKS, 20261103)] = 1
    cells[Cell(Measure.STAGE_SECONDS, ANNA, SALES, TALKS, 20261103)] = DAY
    cells[Cell(Measure.STAGE_TIME, ANNA, SALES, pack(TALKS, bucket(DAY)), 20261103)] = 1
    cells[Cell(Measure.TASKS_DUE_CLOSED, ANNA, 0, 0, 20261106)] = 3
    cells[Cell(Measure.TASKS_ON_TIME, ANNA, 0, 0, 20261106)] = 3
    counters.add(conn, account_id, 1, cells)
    entities.save_leads(conn, account_id, [
        LeadRow(_lead(501, ANNA, TALKS, price=70_000, contact=900), is_open=True, entered_at=NOW - 3 * DAY),
        LeadRow(_lead(502, ANNA, TALKS, contact=900, company=800), is_open=True, entered_at=NOW - DAY),
        LeadRow(_lead(503, BORIS, OFFER, contact=900, company=800), is_open=True, entered_at=NOW - DAY),
        LeadRow(_lead(504, BORIS, 142, price=50_000), is_open=False, entered_at=NOW - 10 * DAY),
    ])  # fmt: skip
    entities.save_tasks(conn, account_id, [
        _task(601, ANNA, 501, NOW - 2 * DAY),
        _task(602, ANNA, 501, NOW - DAY),
        _task(603, BORIS, 503, NOW + DAY),
        _task(604, ANNA, 502, NOW - DAY, is_completed=True),
    ])  # fmt: skip


def _users(account_id: int) -> list[UserRow]:
    rights = {"is_active": True, "is_free": False}
    return [
        UserRow(ADMIN, f"Ольга {account_id}", 1, is_admin=True, leads_view="A", **rights),
        UserRow(HEAD, "Глеб", 10, is_admin=False, leads_view="G", **rights),
        UserRow(ANNA, "Анна", 10, is_admin=False, leads_view="M", **rights),
        UserRow(BORIS, "Борис", 20, is_admin=False, leads_view="M", **rights),
        UserRow(GONE, "Ушедший", 10, is_admin=True, leads_view="A", is_removed=True, **rights),
    ]


def _lead(  # noqa: PLR0917 - a row
    lead_id: int,
    owner: int,
    status: int,
    price: int | None = None,
    contact: int | None = None,
    company: int | None = None,
) -> Lead:
    return Lead(
        id=lead_id, pipeline_id=SALES, status_id=status, responsible_user_id=owner, price=price, created_by=owner,
        created_at=NOW - 20 * DAY, updated_at=NOW - DAY, main_contact_id=contact, company_id=company,
    )  # fmt: skip


def _task(task_id: int, owner: int, lead_id: int, complete_till: int, *, is_completed: bool = False) -> Task:
    return Task(
        id=task_id, responsible_user_id=owner, entity_type="leads", entity_id=lead_id, task_type_id=1,
        complete_till=complete_till, is_completed=is_completed, created_at=NOW - 9 * DAY, updated_at=NOW - 9 * DAY,
    )  # fmt: skip
