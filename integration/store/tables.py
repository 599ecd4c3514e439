"""The tables. Every key starts with `account_id`: tenants never meet, and partitions or shards stay possible.

Times are UTC seconds unless a name ends in `_ms`. Money is in hundredths. No personal data of the accounts' clients.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, SmallInteger, Table, Text, text

metadata = MetaData()


def _account() -> Column[int]:
    return Column("account_id", BigInteger, primary_key=True, autoincrement=False)


def _key(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


accounts = Table(
    "accounts",
    metadata,
    _account(),
    Column("host", Text, nullable=False),  # example.amocrm.ru; may be renamed, never a key
    Column("api_domain", Text),  # where a renamed account is looked up
    Column("state", Text, nullable=False),  # see store.accounts.State
    Column("state_since", BigInteger, nullable=False),
    Column("retry_at", BigInteger, nullable=False, server_default="0"),  # no request before this time
    Column("failures", Integer, nullable=False, server_default="0"),  # troubles in a row: the back-off grows with them
    Column("timezone", Text, nullable=False),  # IANA name
    Column("currency", Text, nullable=False),  # ISO 4217
    Column("sealed_tokens", Text),  # Fernet: access, refresh, expiry, account id; NULL after the uninstall
    Column("token_expires_at", BigInteger, nullable=False, server_default="0"),
    Column("hook_key_hash", Text, nullable=False, unique=True),  # SHA-256 of the address's secret part
    Column("sealed_hook_key", Text, nullable=False),
    Column("generation", Integer, nullable=False, server_default="1"),  # the counters that readers see
    Column("version", BigInteger, nullable=False, server_default="0"),  # grows with every committed change
    Column("as_of", BigInteger, nullable=False, server_default="0"),  # time of the newest applied change
    Column("leads_cursor", BigInteger, nullable=False, server_default="0"),  # updated_at read up to here
    Column("tasks_cursor", BigInteger, nullable=False, server_default="0"),
    Column("events_cursor", BigInteger, nullable=False, server_default="0"),  # created_at read up to here
    Column("token_lease_until_ms", BigInteger, nullable=False, server_default="0"),  # someone is refreshing the tokens
    Column("lease_owner", Text),  # who serves the lane now
    Column("lease_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("after_sale_pipelines", JSON, nullable=False),  # list of pipeline ids
)

installs = Table(
    "installs",  # authorization codes waiting to be exchanged; there is no account yet, so none in the key
    metadata,
    Column("install_id", Text, primary_key=True),  # random, also what the waiting page asks about
    Column("host", Text, nullable=False),
    Column("sealed_code", Text),  # Fernet; NULL once exchanged
    Column("created_at", BigInteger, nullable=False),
    Column("account_id", BigInteger),  # set when the exchange succeeded
    Column("problem", Text),  # code of errors.py when it failed for good
    Column("taken_until", BigInteger, nullable=False, server_default="0"),  # claimed by a worker until then
)

dirty = Table(
    "dirty",
    metadata,
    _account(),
    Column("entity_type", Text, primary_key=True),  # leads or tasks
    _key("entity_id"),
    Column("seq", BigInteger, nullable=False),  # grows with every hint: a mark is cleared only if it did not
    Column("deletion_hinted", Boolean, nullable=False),
    Column("first_ms", BigInteger, nullable=False),  # when the oldest uncleared hint came
    Column("not_before_ms", BigInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),  # how often the API was asked in vain since the last hint
    Index("dirty_first", "account_id", "not_before_ms", "first_ms"),
)

leads = Table(
    "leads",
    metadata,
    _account(),
    _key("id"),
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
    _account(),
    _key("id"),
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
    _account(),
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

counters = Table(
    "counters",
    metadata,
    _account(),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    # A card reads one user's days of a period: one range of this key.
    _key("user_id"),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("measure", SmallInteger, primary_key=True, autoincrement=False),
    _key("pipeline_id"),
    _key("item"),
    Column("value", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    _account(),
    _key("id"),
    Column("name", Text, nullable=False),
    Column("group_id", BigInteger, nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_free", Boolean, nullable=False),
    Column("leads_view", Text, nullable=False),  # A all, G own group, M own, D denied
    Column("is_removed", Boolean, nullable=False),  # tombstone: no longer listed
)

pipelines = Table(
    "pipelines",
    metadata,
    _account(),
    _key("id"),
    Column("name", Text, nullable=False),
    Column("sort", Integer, nullable=False),
    Column("is_main", Boolean, nullable=False),
    Column("is_archive", Boolean, nullable=False),
    Column("is_removed", Boolean, nullable=False),
)

statuses = Table(
    "statuses",
    metadata,
    _account(),
    _key("pipeline_id"),
    _key("id"),
    Column("name", Text, nullable=False),
    Column("sort", Integer, nullable=False),
    Column("color", Text, nullable=False),
    Column("type", SmallInteger, nullable=False),  # 1 is unsorted
    Column("is_removed", Boolean, nullable=False),
)

names = Table(
    "names",  # groups, loss reasons, task types: what events and entities name by id
    metadata,
    _account(),
    Column("kind", Text, primary_key=True),  # group, loss_reason, task_type
    _key("id"),
    Column("name", Text, nullable=False),
    Column("is_removed", Boolean, nullable=False),
)

runs = Table(
    "runs",  # backfills, sweeps, audits: what was done, how far it is, what it found
    metadata,
    _account(),
    Column("kind", Text, primary_key=True),  # see store.runs: one row each, the latest
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("due_at", BigInteger, nullable=False),  # when the clock starts it next
    Column("progress", JSON, nullable=False),  # phase, next page, window, counts
)

freshness = Table(
    "freshness",  # how long hints waited until their numbers were committed: a histogram per day
    metadata,
    _account(),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),  # kpi.histogram bucket of milliseconds
    Column("marks", BigInteger, nullable=False),
)
