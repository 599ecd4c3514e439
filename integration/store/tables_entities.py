"""The tables of leads and tasks with their history: what live numbers are counted from. See `tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, text

from integration.store.columns import account, key, metadata

leads = Table(
    "leads",
    metadata,
    account(),
    key("id"),
    Column("pipeline_id", BigInteger, nullable=False),
    Column("status_id", BigInteger, nullable=False),
    Column("responsible_user_id", BigInteger, nullable=False),
    Column("price", BigInteger),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("loss_reason_id", BigInteger),
    Column("main_contact_id", BigInteger),
    Column("company_id", BigInteger),
    Column("is_deleted", Boolean, nullable=False),
    Column("is_open", Boolean, nullable=False),  # derived: counted in open_leads now
    Column("entered_at", BigInteger, nullable=False),  # derived: entry to the present status
    Index(
        "leads_of_contact",
        "account_id",
        "main_contact_id",
        sqlite_where=text("is_open"),
        postgresql_where=text("is_open"),
    ),
    Index(
        "leads_of_company", "account_id", "company_id", sqlite_where=text("is_open"), postgresql_where=text("is_open")
    ),
    Index(
        "leads_open",
        "account_id",
        "responsible_user_id",
        sqlite_where=text("is_open"),
        postgresql_where=text("is_open"),
    ),
    Index(
        "leads_open_by_contact",
        "account_id",
        "main_contact_id",
        sqlite_where=text("is_open"),
        postgresql_where=text("is_open"),
    ),
    Index(
        "leads_open_by_company",
        "account_id",
        "company_id",
        sqlite_where=text("is_open"),
        postgresql_where=text("is_open"),
    ),
)

tasks = Table(
    "tasks",
    metadata,
    account(),
    key("id"),
    Column("responsible_user_id", BigInteger, nullable=False),
    Column("entity_type", Text),
    Column("entity_id", BigInteger),
    Column("task_type_id", BigInteger, nullable=False),
    Column("complete_till", BigInteger, nullable=False),
    Column("is_completed", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Index(
        "tasks_open_by_entity",
        "account_id",
        "entity_type",
        "entity_id",
        sqlite_where=text("NOT is_completed AND NOT is_deleted"),
        postgresql_where=text("NOT is_completed AND NOT is_deleted"),
    ),
    Index(
        "tasks_open_by_user",
        "account_id",
        "responsible_user_id",
        "complete_till",
        sqlite_where=text("NOT is_completed AND NOT is_deleted"),
        postgresql_where=text("NOT is_completed AND NOT is_deleted"),
    ),
)

events = Table(
    "events",
    metadata,
    account(),
    Column("id", Text, primary_key=True),  # amoCRM's ULID: a set, so repeats change nothing
    Column("type", Text, nullable=False),
    Column("entity_type", Text, nullable=False),  # singular, as in the log
    Column("entity_id", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("before", Text, nullable=False),  # compact JSON: a list of integers, see kpi.model.Event
    Column("after", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("events_of_entity", "account_id", "entity_type", "entity_id"),
    Index(
        "events_merges",
        "account_id",
        "created_at",
        sqlite_where=text("type = 'entity_merged'"),
        postgresql_where=text("type = 'entity_merged'"),
    ),
)
