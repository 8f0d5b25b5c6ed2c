"""A plan that is revised takes what was booked for what is over, and keeps what is ahead."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.plans.tiny import horizon, outbox
from workbook.plans.document import BOOKED, AccountPlan, Planned, TerritoryPlan
from workbook.plans.rolling import repeat_by_period, rolled, rolled_territory, still_to_come
from workbook.sheets.entries import document_of, entry_of


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


RUNS = "FY2026-Q3"
families = st.sampled_from(["Pumps", "Valves", ""])
repeat = st.dictionaries(families, st.integers(1, 10**9), max_size=3)


def plan_of(planned: dict[str, int], booked: dict[str, int]) -> AccountPlan:
    """A plan of the quarter that runs: what is booked so far, what is still to come, and a deal."""
    rows = [
        Planned(period=RUNS, source="run_rate", amount=amount, reference=reference, product_family=family)
        for reference, part in ((BOOKED, booked), ("", planned))
        for family, amount in part.items()
    ]
    deal = Planned(period=RUNS, source="opportunity", amount=100, reference="O-1")
    return AccountPlan(account_id="A-1", rep_id="P-1", year="FY2026", amounts=(*rows, deal))


def total(plan: AccountPlan) -> int:
    return sum(a.amount for a in plan.amounts if a.period == RUNS)


@given(planned=repeat, was=repeat, ahead=repeat, booked=repeat)
def test_what_is_booked_so_far_is_part_of_what_was_planned_for_the_quarter(
    planned: dict[str, int], was: dict[str, int], ahead: dict[str, int], booked: dict[str, int]
) -> None:
    """Rolled on any day with nothing typed, the running quarter holds the old total, or what is booked where that is more."""
    old, fresh = plan_of(planned, was), plan_of(ahead, booked)
    new = rolled(old, fresh, horizon(), {"O-1": "open"})
    assert total(new) == max(total(old), sum(booked.values()) + 100)
    assert rolled(new, fresh, horizon(), {"O-1": "open"}).amounts == new.amounts
    assert all(a.amount > 0 for a in new.amounts)


@given(was=repeat, ahead=repeat, booked=repeat, typed=st.integers(0, 10**9))
def test_an_amount_typed_for_the_quarter_that_runs_is_its_whole_repeat_business(
    was: dict[str, int], ahead: dict[str, int], booked: dict[str, int], typed: int
) -> None:
    fresh = plan_of(ahead, booked)
    base = rolled(plan_of({}, was), fresh, horizon(), {"O-1": "open"})
    entry = entry_of(base, horizon())
    assert repeat_by_period(document_of(entry, base, fresh)) == repeat_by_period(base)
    entry["repeat"][RUNS] = typed
    made = document_of(entry, base, fresh)
    assert repeat_by_period(made).get(RUNS, 0) == max(typed, sum(booked.values()))


def test_a_family_that_holds_more_than_its_part_gets_nothing_of_what_is_left() -> None:
    fresh = plan_of({}, {"Pumps": 70})
    left = still_to_come(RUNS, 100, plan_of({"Pumps": 60, "Valves": 40}, {}), fresh)
    assert [(a.product_family, a.amount) for a in left] == [("Valves", 30)]
