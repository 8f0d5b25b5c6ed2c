"""Bringing a stored plan up to today before it is revised: periods that are over hold what was booked, not what was hoped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbook.money import apportion
from workbook.plans.document import BOOKED, AccountPlan, Planned, TerritoryPlan, changed
from workbook.plans.known import Horizon


def rolled(plan: AccountPlan, fresh: AccountPlan, horizon: Horizon, status: Mapping[str, str]) -> AccountPlan:
    """The plan as it is revised today.

    Periods that are over take the booked amounts of ``fresh``. In a period that runs, what is booked so far is part of the
    repeat business that was planned for it, and comes on top only where it is more. A deal that was planned in a period that is
    over and is still open (``status`` by deal: open, won, lost) is planned in the first open period and says so; a lost deal is
    planned no more; a won one counts where its period is not over (after that it is among the booked). What the customer put
    into deals is kept while they are open or planned. All else of the periods ahead stays as it was planned.
    """
    ahead = (*horizon.open, *horizon.later)
    amounts = [a for a in fresh.amounts if a.reference == BOOKED]
    begun = {a.period for a in (*fresh.amounts, *plan.amounts) if a.reference == BOOKED} & set(ahead)
    repeat = repeat_by_period(plan)
    for period in sorted(begun):
        amounts += still_to_come(period, repeat.get(period, 0), plan, fresh)
    for row in plan.amounts:
        state = status.get(row.reference, "") if row.source == "opportunity" else ""
        if row.reference == BOOKED or state == "lost" or (row.source == "run_rate" and row.period in begun):
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
    counted = {a.reference for a in amounts if a.source == "opportunity"}
    marked = tuple(c for c in plan.commitments if c.deal in counted or status.get(c.deal) == "open")
    return changed(
        plan, amounts=tuple(amounts), commitments=marked, depth=fresh.depth, rep_id=fresh.rep_id or plan.rep_id
    )


def repeat_by_period(plan: AccountPlan) -> dict[str, int]:
    """Repeat business of a plan by period, booked and still to come together; minor units."""
    sums: dict[str, int] = {}
    for a in plan.amounts:
        if a.source == "run_rate":
            sums[a.period] = sums.get(a.period, 0) + a.amount
    return sums


def still_to_come(period: str, total: int, plan: AccountPlan, fresh: AccountPlan) -> list[Planned]:
    """A period's repeat business less what ``fresh`` knows as booked in it, spread over product families; minor units.

    ``total`` is for the whole period, so nothing is left where more is booked already. Families share it as the plan has it in
    the period, else as today's pre-filled plan has it, there or in any period. A family that holds more than its part already
    gets nothing, and the others share what is left.
    """
    booked = _by_family(a for a in fresh.amounts if a.reference == BOOKED and a.period == period)
    rest = total - sum(booked.values())
    if rest == 0 or (booked and rest < 0):
        return []
    mix: dict[str, int] = {}
    for rows in (
        _of(plan, period),
        _of(fresh, period),
        [a for a in fresh.amounts if a.source == "run_rate"],
    ):
        mix = {family: max(amount, 0) for family, amount in _by_family(rows).items()}
        if any(mix.values()):
            break
    left = {family: max(amount - max(booked.get(family, 0), 0), 0) for family, amount in mix.items()}
    mix = left if any(left.values()) else mix
    families = sorted(mix) or [""]
    parts = apportion(rest, [mix.get(f, 1) for f in families]).tolist()
    return [
        Planned(period=period, source="run_rate", amount=part, product_family=family)
        for family, part in zip(families, parts, strict=True)
        if part
    ]


def _of(plan: AccountPlan, period: str) -> list[Planned]:
    return [a for a in plan.amounts if a.source == "run_rate" and a.period == period]


def _by_family(rows: Iterable[Planned]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for a in rows:
        sums[a.product_family] = sums.get(a.product_family, 0) + a.amount
    return sums


def rolled_territory(plan: TerritoryPlan, horizon: Horizon) -> TerritoryPlan:
    """A territory plan as it is revised today: what was not identified in a period that is over is gone."""
    ahead = (*horizon.open, *horizon.later)
    return plan.model_copy(update={"amounts": tuple(a for a in plan.amounts if a.period in ahead)})
