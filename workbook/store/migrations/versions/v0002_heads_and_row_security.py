"""A head per plan for the conditional update, and on PostgreSQL row-level security by rep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

#: Whose rows the login may see: null for everybody's. A login in store_access sees its own reps whatever it sets; the
#: owner sees all, or the reps it limits the session to; any other login sees none.
REPS = """
CREATE FUNCTION workbook_reps() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema} AS $$
  WITH listed AS (SELECT array_agg(rep_id::text) AS reps FROM store_access WHERE login = session_user),
       asked AS (SELECT CASE WHEN coalesce(current_setting('workbook.reps', true), '') = '' THEN NULL
                 ELSE ARRAY(SELECT jsonb_array_elements_text(current_setting('workbook.reps', true)::jsonb)) END AS reps)
  SELECT CASE
    WHEN listed.reps IS NOT NULL AND asked.reps IS NOT NULL
      THEN ARRAY(SELECT unnest(listed.reps) INTERSECT SELECT unnest(asked.reps))
    WHEN listed.reps IS NOT NULL THEN listed.reps
    WHEN NOT pg_has_role(session_user, current_user, 'MEMBER') THEN '{{}}'::text[]
    ELSE asked.reps END
  FROM listed, asked
$$
"""
FREE = "(SELECT workbook_reps()) IS NULL"
POLICIES = {
    "plans": f"{FREE} OR rep_id = ANY((SELECT workbook_reps())::text[])",
    "plan_revisions": f"{FREE} OR plan_id IN (SELECT plan_id FROM plans)",
    "decisions": f"{FREE} OR subject = ANY((SELECT workbook_reps())::text[])",
}


def upgrade() -> None:
    """Make the heads from the last revisions; nothing of the logs changes."""
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.String, primary_key=True),
        sa.Column("rep_id", sa.String, nullable=False),
        sa.Column("account_id", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
    )
    op.execute(
        "INSERT INTO plans (plan_id, rep_id, account_id, revision, state) "
        "SELECT r.plan_id, r.rep_id, r.account_id, r.revision, r.state FROM plan_revisions r "
        "JOIN (SELECT plan_id, max(revision) AS last FROM plan_revisions GROUP BY plan_id) h "
        "ON h.plan_id = r.plan_id AND h.last = r.revision"
    )
    op.create_table(
        "store_access",
        sa.Column("login", sa.String, primary_key=True),
        sa.Column("rep_id", sa.String, primary_key=True),
    )
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        schema = bind.execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
        op.execute(sa.text(REPS.format(schema=schema).replace(":", "\\:")))
        for table, rule in POLICIES.items():
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY {table}_by_rep ON {table} USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    """Back to the logs alone."""
    if op.get_bind().dialect.name == "postgresql":
        for table in POLICIES:
            op.execute(f"DROP POLICY {table}_by_rep ON {table}")
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute("DROP FUNCTION workbook_reps()")
    op.drop_table("store_access")
    op.drop_table("plans")
