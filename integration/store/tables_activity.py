"""The tables of whom people dealt with and how: contacts, calls and letters, incoming requests. See `tables`.

Ids, times and numbers only: no name, telephone number, address or text is in any column.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, Table, Text, text

from integration.store.columns import account, key, metadata

contacts = Table(
    "contacts",
    metadata,
    account(),
    Column("kind", Text, primary_key=True),  # contacts or companies
    key("id"),
    Column("responsible_user_id", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
)

notes = Table(
    "notes",  # calls, letters and short messages; other notes are not kept
    metadata,
    account(),
    key("id"),
    Column("entity_type", Text, nullable=False),  # where it hangs: leads, contacts, companies, customers
    Column("entity_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # call_in, call_out, sms_in, sms_out, amomail_message
    Column("user_id", BigInteger, nullable=False),  # whose it is, see kpi.activity.credited
    Column("created_by", BigInteger, nullable=False),
    Column("responsible_user_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("is_incoming", Boolean, nullable=False),
    Column("duration", Integer),  # seconds; NULL for what is no call
    Column("call_status", SmallInteger),
    Column("fingerprint", Text, nullable=False),  # keyed hash: the same for the same call, wherever it was noted
    Index("notes_same", "account_id", "fingerprint"),
)

unsorted = Table(
    "unsorted",  # incoming requests and what became of them
    metadata,
    account(),
    Column("uid", Text, primary_key=True),
    Column("category", Text, nullable=False),  # sip, mail, forms, chats
    Column("source", Text, nullable=False),  # keyed hash: sources can be told apart, not read
    Column("pipeline_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("lead_id", BigInteger),
    Column("outcome", Text, nullable=False),  # waiting, accepted, declined
    Column("settled_at", BigInteger),
    Column("settled_by", BigInteger),
    Column("is_listed", Boolean, nullable=False),  # amoCRM showed it; else a hook spoke of it, see kpi.activity
    Index("unsorted_of_lead", "account_id", "lead_id"),
    Index(
        "unsorted_waiting",
        "account_id",
        "created_at",
        sqlite_where=text("outcome = 'waiting'"),
        postgresql_where=text("outcome = 'waiting'"),
    ),
)

cursors = Table(
    "cursors",  # how far the lists of these kinds are read, by amoCRM's clock
    metadata,
    account(),
    Column("kind", Text, primary_key=True),  # see sync.kinds
    Column("read_to", BigInteger, nullable=False),
)
