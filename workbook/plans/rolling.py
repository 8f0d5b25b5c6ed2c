"""Bringing a stored plan up to today before it is revised: periods that are over hold what was booked, not what was hoped."""

from __future__ import annotations

from collections.abc import Mapping

from workbook.plans.document import BOOKED, AccountPlan, Planned, TerritoryPlan, changed
from workbook.plans.known import Horizon


def rolled(plan: AccountPlan, fresh: AccountPlan, horizon: Horizon, status: Mapping[str, str]) -> AccountPlan:
    """The plan as it is revised today.

    Periods that are over take the booked amounts of ``fresh``. A deal that was planned in one and is still open (``status``
    by deal: open, won, lost) is planned in the first open period and says so; a lost deal is planned no more; a won one counts
    where its period is not over (after that it is among the booked). All else of the periods ahead stays as it was planned.
    """
    ahead = (*horizon.open, *horizon.later)
    amounts = [a for a in fresh.amounts if a.reference == BOOKED]
    for row in plan.amounts:
        state = status.get(row.reference, "") if row.source == "opportunity" else ""
        if row.reference == BOOKED or state == "lost":
            continue
        if row.period in ahead:
            amounts.append(row)
        elif state == "open" and ahead:
            note = f"was planned in {row.period}" + (f"; {row.note}" if row.note else "")
            amounts.append(
                Planned(
                    period=ahead[0], source=row.source, amount=row.amount, reference=row.reference,
                    product_family=row.product_family, note=note,
                )
            )  # fmt: skip
    return changed(plan, amounts=tuple(amounts), depth=fresh.depth, rep_id=fresh.rep_id or plan.rep_id)


def rolled_territory(plan: TerritoryPlan, horizon: Horizon) -> TerritoryPlan:
    """A territory plan as it is revised today: what was not identified in a period that is over is gone."""
    ahead = (*horizon.open, *horizon.later)
    return plan.model_copy(update={"amounts": tuple(a for a in plan.amounts if a.period in ahead)})
