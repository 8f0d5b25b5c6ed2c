"""Who holds what: two owners at a time, accounts without one, owners who left, credit of more than the whole."""

from __future__ import annotations

from workbook.tables.faults import Finding
from workbook.tables.intake import Intake


def check(intake: Intake) -> None:
    """Exactly one owner at a time, of those who are still here. A table without rows is said once, elsewhere."""
    if not intake.has("ownership", "account_id", "rep_id", "role", "from_on") or not intake.read["ownership"]:
        return
    _two_owners(intake)
    if intake.has("accounts", "account_id"):
        rows = (
            "select _row, account_id as value, '' as detail from accounts a where account_id is not null "
            "and disqualified_on is null and account_id not in "
            "(select account_id from ownership where role = 'owner' and to_on is null and account_id is not null)"
        )
        what = "no rep owns this account"
        intake.find(
            Finding("accounts", "account_id", "ownership", what, "Name its owner in ownership.", rows, "warning")
        )
    if intake.has("reps", "left_on"):
        rows = (
            "select o._row, o.rep_id as value, r.left_on as detail from ownership o join reps r using (rep_id) "
            "where o.to_on is null and r.left_on is not null"
        )
        what = "the rep left on {} and still holds the account"
        intake.find(
            Finding("ownership", "rep_id", "ownership", what, "Move the account, or end the loan.", rows, "warning")
        )
    if intake.has("ownership", "share"):
        rows = (
            "select min(_row) as _row, account_id as value, round(sum(share), 4) as detail from ownership "
            "where to_on is null group by account_id having sum(share) > 1.0001"
        )
        what = "the open shares of this account add up to {}"
        intake.find(Finding("ownership", "share", "ownership", what, "Let them add up to 1 at most.", rows, "warning"))


def _two_owners(intake: Intake) -> None:
    """An owner's loan that starts before another's on the same account ended (to_on is the last day)."""
    many = "select account_id from ownership where role = 'owner' and account_id is not null group by 1 having count(*) > 1"
    if not intake.db.execute(f"select 1 from ({many}) limit 1").fetchall():
        return
    rows = (
        f"with loans as (select _row, account_id, rep_id, from_on, coalesce(to_on, date '9999-12-31') as until "
        f"from ownership where role = 'owner' and from_on is not null and account_id in ({many})), "
        "lined as (select *, max(until) over before as earlier_until, max_by(rep_id, until) over before as earlier_rep "
        "from loans window before as (partition by account_id order by from_on, _row "
        "rows between unbounded preceding and 1 preceding)) "
        "select _row, account_id as value, earlier_rep || ' and ' || rep_id as detail from lined where earlier_until >= from_on"
    )
    what = "two owners at a time: {}"
    intake.find(Finding("ownership", "from_on", "ownership", what, "End the earlier loan the day before.", rows))
