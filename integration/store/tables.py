"""The tables. Every key starts with `account_id`: tenants never meet, and partitions or shards stay possible.

Times are UTC seconds unless a name ends in `_ms`. Money is in hundredths. No personal data of the accounts' clients.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, SmallInteger, Table, Text, text

from integration.store.columns import account, key, metadata
from integration.store.tables_activity import contacts, cursors, notes, unsorted
from integration.store.tables_entities import events, leads, tasks
from integration.store.tables_exactness import drift, generations, mark_totals, noted

__all__ = [
    "accounts", "contacts", "counters", "cursors", "dirty", "drift", "events", "freshness", "generations",
    "installs", "leads", "mark_totals", "metadata", "names", "noted", "notes", "pipelines", "runs", "statuses",
    "tasks", "unsorted", "users",
]  # fmt: skip

accounts = Table(
    "accounts",
    metadata,
    account(),
    Column("host", Text, nullable=False),  # example.amocrm.ru; may be renamed, never a key
    Column("api_domain", Text),  # where a renamed account is looked up
    Column("state", Text, nullable=False),  # see store.accounts.State
    Column("state_since", BigInteger, nullable=False),
    Column("retry_at", BigInteger, nullable=False, server_default="0"),  # no request before this time
    Column("failures", Integer, nullable=False, server_default="0"),  # troubles in a row: the back-off grows with them
    Column("timezone", Text, nullable=False),  # IANA name
    Column("currency", Text, nullable=False),  # ISO 4217
    Column("hook_key_hash", Text, nullable=False, unique=True),  # SHA-256 of the address's secret part
    Column("sealed_hook_key", Text, nullable=False),
    Column("generation", Integer, nullable=False, server_default="1"),  # the counters that readers see
    Column("version", BigInteger, nullable=False, server_default="0"),  # grows with every committed change
    Column("as_of", BigInteger, nullable=False, server_default="0"),  # time of the newest applied change
    Column("leads_cursor", BigInteger, nullable=False, server_default="0"),  # updated_at read up to here
    Column("tasks_cursor", BigInteger, nullable=False, server_default="0"),
    Column("events_cursor", BigInteger, nullable=False, server_default="0"),  # created_at read up to here
    Column("lease_owner", Text),  # who serves the lane now
    Column("lease_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("after_sale_pipelines", JSON, nullable=False),  # list of pipeline ids
    Column("has_filters", Boolean, nullable=False, server_default=text("true")),  # the paid filters of leads
    Column("connected_at", BigInteger, nullable=False, server_default="0"),  # when it was installed, lately
    Column("suspicion", Text),  # why the rights of the grant are doubted, see sync.rights; NULL: they are not
    Column("users_seen", Integer, nullable=False, server_default="0"),  # how many users the last reading listed
)

grants = Table(
    "grants",  # one pair of tokens for every user who let us in
    metadata,
    account(),
    key("user_id"),  # 0: amoCRM did not say who
    Column("is_admin", Boolean, nullable=False),  # as far as is known: an administrator's grant sees everything
    Column("sealed_tokens", Text, nullable=False),  # Fernet: access, refresh, expiry, account id
    Column("expires_at", BigInteger, nullable=False),  # of the access token
    Column("granted_at", BigInteger, nullable=False),
    Column("refreshed_at", BigInteger, nullable=False),  # the refresh token lives for three months from then
    Column("dead_since", BigInteger),  # amoCRM refused the refresh token; kept, to confirm an uninstall with
    Column("lease_until_ms", BigInteger, nullable=False, server_default="0"),  # someone is refreshing the tokens
)

deletions = Table(
    "deletions",  # the journal of what was deleted for good, to be repeated on a restored backup
    metadata,
    account(),
    Column("deleted_at", BigInteger, nullable=False),
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
    account(),
    Column("entity_type", Text, primary_key=True),  # leads or tasks
    key("entity_id"),
    Column("seq", BigInteger, nullable=False),  # grows with every hint: a mark is cleared only if it did not
    Column("deletion_hinted", Boolean, nullable=False),
    Column("first_ms", BigInteger, nullable=False),  # when the oldest uncleared hint came
    Column("not_before_ms", BigInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),  # how often the API was asked in vain since the last hint
    Index("dirty_first", "account_id", "not_before_ms", "first_ms"),
)

counters = Table(
    "counters",
    metadata,
    account(),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    # A card reads one user's days of a period: one range of this key.
    key("user_id"),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("measure", SmallInteger, primary_key=True, autoincrement=False),
    key("pipeline_id"),
    key("item"),
    Column("value", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    account(),
    key("id"),
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
    account(),
    key("id"),
    Column("name", Text, nullable=False),
    Column("sort", Integer, nullable=False),
    Column("is_main", Boolean, nullable=False),
    Column("is_archive", Boolean, nullable=False),
    Column("is_removed", Boolean, nullable=False),
)

statuses = Table(
    "statuses",
    metadata,
    account(),
    key("pipeline_id"),
    key("id"),
    Column("name", Text, nullable=False),
    Column("sort", Integer, nullable=False),
    Column("color", Text, nullable=False),
    Column("type", SmallInteger, nullable=False),  # 1 is unsorted
    Column("is_removed", Boolean, nullable=False),
)

names = Table(
    "names",  # groups, loss reasons, task types: what events and entities name by id
    metadata,
    account(),
    Column("kind", Text, primary_key=True),  # group, loss_reason, task_type
    key("id"),
    Column("name", Text, nullable=False),
    Column("is_removed", Boolean, nullable=False),
)

runs = Table(
    "runs",  # backfills, sweeps, audits: what was done, how far it is, what it found
    metadata,
    account(),
    Column("kind", Text, primary_key=True),  # see store.runs: one row each, the latest
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("due_at", BigInteger, nullable=False),  # when the clock starts it next
    Column("progress", JSON, nullable=False),  # phase, next page, window, counts
)

freshness = Table(
    "freshness",  # how long hints waited until their numbers were committed: a histogram per day
    metadata,
    account(),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),  # kpi.histogram bucket of milliseconds
    Column("marks", BigInteger, nullable=False),
)
