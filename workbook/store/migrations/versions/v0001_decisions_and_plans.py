"""Decisions and plan revisions, append-only by trigger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LOGS = ("decisions", "plan_revisions")


def upgrade() -> None:
    """Make both logs, and triggers that refuse to change or delete what is in them."""
    op.create_table(
        "decisions",
        sa.Column(
            "revision",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.Identity(always=False),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("decisions_of_subject", "decisions", ["kind", "subject", "revision"])
    op.create_table(
        "plan_revisions",
        sa.Column("plan_id", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("rep_id", sa.String, nullable=False),
        sa.Column("account_id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("saved_by", sa.String, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.CheckConstraint("revision > 0", name="revision_counts_from_1"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION workbook_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for log in LOGS:
            op.execute(
                f"CREATE TRIGGER {log}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log} "
                "FOR EACH STATEMENT EXECUTE FUNCTION workbook_append_only()"
            )
    else:
        for log in LOGS:
            for what in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {log}_no_{what.lower()} BEFORE {what} ON {log} "
                    f"BEGIN SELECT RAISE(ABORT, '{log} is append-only'); END"
                )


def downgrade() -> None:
    """Drop everything."""
    for log in LOGS:
        op.drop_table(log)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION workbook_append_only()")
