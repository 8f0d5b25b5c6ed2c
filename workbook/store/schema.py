"""The store's tables, as queries see them. The migrations make them; nothing here does."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, String, Table, Text

#: The Alembic revision this program works with.
VERSION = "0002"
#: SQLite's application_id of our files ("TWbk"), so that a foreign file is told from ours.
APPLICATION_ID = 0x5457626B

metadata = MetaData()

decisions = Table(
    "decisions",
    metadata,
    Column("revision", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
)

plan_revisions = Table(
    "plan_revisions",
    metadata,
    Column("plan_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("rep_id", String, nullable=False),
    Column("account_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("saved_by", String, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("comment", Text, nullable=False),
    Column("document", Text, nullable=False),
)

#: The head of each plan: whose it is now, its current revision. The conditional update happens here.
plans = Table(
    "plans",
    metadata,
    Column("plan_id", String, primary_key=True),
    Column("rep_id", String, nullable=False),
    Column("account_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
)

#: PostgreSQL only: which reps' plans a database login may see.
access = Table(
    "store_access",
    metadata,
    Column("login", String, primary_key=True),
    Column("rep_id", String, primary_key=True),
)
