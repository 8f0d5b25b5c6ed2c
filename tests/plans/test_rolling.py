"""A plan that is revised takes what was booked for what is over, and keeps what is ahead."""

from __future__ import annotations

from tests.plans.tiny import horizon, outbox
from workbook.plans.document import AccountPlan, Planned, TerritoryPlan
from workbook.plans.rolling import rolled, rolled_territory


def test_over_is_booked_open_deals_move_on_lost_ones_go_and_the_rest_stays() -> None:
    def deal(period: str, reference: str, note: str = "") -> Planned:
        return Planned(period=period, source="opportunity", amount=100, reference=reference, note=note)

    old = AccountPlan(
        account_id="A-1", rep_id="P-0", year="FY2026", objective="grow",
        amounts=(
            Planned(period="FY2026-Q1", source="run_rate", amount=99999),
            Planned(period="FY2026-Q3", source="run_rate", amount=7),
            Planned(period="FY2026-Q2", source="whitespace", amount=55, product_family="Filters"),
            deal("FY2026-Q1", "O-1", "hot"), deal("FY2026-Q3", "O-2"), deal("FY2026-Q2", "O-2"), deal("FY2026-Q3", "O-3"),
        ),
    )  # fmt: skip
    new = rolled(old, outbox().prefill.account("A-1"), horizon(), {"O-1": "open", "O-2": "won", "O-3": "lost"})
    assert [(a.period, a.source, a.amount, a.reference, a.note) for a in new.amounts] == [
        ("FY2026-Q1", "run_rate", 10000, "booked", ""),
        ("FY2026-Q2", "run_rate", 20000, "booked", ""),
        ("FY2026-Q3", "run_rate", 7, "", ""),
        ("FY2026-Q3", "opportunity", 100, "O-1", "was planned in FY2026-Q1; hot"),
        ("FY2026-Q3", "opportunity", 100, "O-2", ""),
    ]
    assert (new.objective, new.rep_id, new.depth) == ("grow", "P-1", "full")
    assert rolled(new, outbox().prefill.account("A-1"), horizon(), {"O-1": "open", "O-2": "won"}) == new


def test_what_was_not_identified_in_time_is_gone() -> None:
    amounts = tuple(Planned(period=p, source="not_identified", amount=5) for p in ("FY2026-Q1", "FY2026-Q4", "FY2027"))
    plan = TerritoryPlan(rep_id="P-1", year="FY2026", amounts=amounts)
    assert [a.period for a in rolled_territory(plan, horizon()).amounts] == ["FY2026-Q4", "FY2027"]
