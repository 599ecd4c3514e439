"""What all tables share: one collection of them, and the columns that their keys are made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData

metadata = MetaData()


def account() -> Column[int]:
    """Return the first column of every key: tenants never meet."""
    return Column("account_id", BigInteger, primary_key=True, autoincrement=False)


def key(name: str) -> Column[int]:
    """Return a column of a key that holds one of amoCRM's ids."""
    return Column(name, BigInteger, primary_key=True, autoincrement=False)
