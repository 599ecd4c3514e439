"""The tables that keep numbers exact and say so: generations, what sweeps and audits found, what became of hints."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, SmallInteger, Table, Text

from integration.store.columns import account, key, metadata

generations = Table(
    "generations",  # sets of counters, each with the rules it is counted by; see store.generations
    metadata,
    account(),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),  # see store.generations.Stage
    Column("state_since", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),  # what it was asked for
    Column("rules", JSON, nullable=False),  # kpi.model.Rules without the formula
    Column("formula", Integer, nullable=False),  # version of kpi's formulas
    Column("built", JSON, nullable=False),  # kind of entity → counted up to this id
    Index("generations_by_formula", "state", "formula"),
)

drift = Table(
    "drift",  # what the net under the hooks caught, hour by hour; see store.drift
    metadata,
    account(),
    Column("hour", Integer, primary_key=True, autoincrement=False),  # unix time // 3600
    Column("measure", Text, primary_key=True),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),  # kpi.histogram bucket, else 0
    Column("count", BigInteger, nullable=False),
)

noted = Table(
    "noted",  # how many hints a transaction noted: one row each, so that no two of them wait for each other
    metadata,
    account(),
    key("id"),  # random
    Column("marks", BigInteger, nullable=False),
)

mark_totals = Table(
    "mark_totals",  # what became of all hints whose marks are settled; see store.conservation
    metadata,
    account(),
    Column("noted", BigInteger, nullable=False),
    Column("refreshed", BigInteger, nullable=False),
    Column("superseded", BigInteger, nullable=False),
)
