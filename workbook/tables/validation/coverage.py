"""Territories without rep or accounts, reps without accounts, accounts that lie in no territory proper."""

from __future__ import annotations

from workbook.tables.faults import Finding
from workbook.tables.intake import Intake

_LEAF = "territory_id not in (select parent_id from territories where parent_id is not null)"


def check(intake: Intake) -> None:
    """What nobody works, and who works nothing. All of it warnings."""
    if not intake.has("territories", "territory_id", "parent_id") or not intake.has("accounts", "territory_id"):
        return
    if intake.has("reps", "rep_id", "territory_id") and intake.read["reps"]:
        rows = (
            f"select _row, territory_id as value, '' as detail from territories where {_LEAF} and territory_id not in "
            "(select territory_id from reps where left_on is null and territory_id is not null)"
        )
        _warn(intake, "territories", "no rep works in this territory", "Give it a rep, or an open position.", rows)
    rows = (
        f"select _row, territory_id as value, '' as detail from territories where {_LEAF} and territory_id not in "
        "(select territory_id from accounts where territory_id is not null)"
    )
    _warn(intake, "territories", "no account lies in this territory", "Move accounts in, or delete it.", rows)
    rows = (
        "select _row, territory_id as value, '' as detail from accounts where territory_id in "
        "(select parent_id from territories where parent_id is not null)"
    )
    what = "the account lies in a region or team, not in a territory"
    _warn(intake, "accounts", what, "Put it into one of the territories below, if it is worked there.", rows)
    if intake.has("reps", "rep_id") and intake.has("ownership", "rep_id") and intake.read["ownership"]:
        leads = "select manager_rep_id from {} where manager_rep_id is not null"
        rows = (
            "select _row, rep_id as value, name as detail from reps where left_on is null "
            "and (hired_on is null or hired_on <= (select coalesce(max(from_on), date '9999-12-31') from ownership)) "
            "and rep_id not in (select rep_id from ownership where to_on is null and rep_id is not null) "
            f"and rep_id not in ({leads.format('reps')}) and rep_id not in ({leads.format('territories')})"
        )
        _warn(intake, "reps", "this rep holds no account: {}", "Give accounts, or say when the person left.", rows)


def _warn(intake: Intake, table: str, what: str, remedy: str, rows: str) -> None:
    column = "rep_id" if table == "reps" else "territory_id"
    intake.find(Finding(table, column, "coverage", what, remedy, rows, "warning"))
