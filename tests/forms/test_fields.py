"""Between grids of text and the plan: what was shown is read back the same; what cannot be read is named by its cell."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.forms.amounts import AmountForm
from workbook.forms.fields import PARTS, read, shown
from workbook.plans.document import SOURCES, AccountPlan, Action, Outcome, Planned, Stakeholder
from workbook.plans.known import Horizon

HORIZON = Horizon("FY2026", ("FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4"), frozenset({"FY2026-Q1"}), ("FY2027",))
FORM = AmountForm(HORIZON, "USD", ("Pumps",))


def plan(*amounts: Planned) -> AccountPlan:
    return AccountPlan(account_id="A", rep_id="P", year="FY2026", amounts=amounts)


def rows(cells: list[list[str]], names: list[str]) -> list[tuple[int, dict[str, str]]]:
    return [(at, dict(zip(names, row, strict=True))) for at, row in enumerate(cells)]


planned = st.builds(
    Planned,
    period=st.sampled_from([*HORIZON.periods, "FY2027", "FY2031"]),
    source=st.sampled_from(list(SOURCES)),
    amount=st.integers(1, 10**12),
    reference=st.sampled_from(["", "O-1", "Pumps"]),
    product_family=st.sampled_from(["", "Pumps"]),
)


@given(
    st.lists(planned, max_size=12, unique_by=lambda p: (p.period, p.source, p.reference, p.product_family)),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_amounts_shown_and_read_back_are_the_same(amounts: list[Planned], currency: str) -> None:
    before, form = plan(*amounts), AmountForm(HORIZON, currency, ("Pumps",))
    found, faults = form.read(rows(form.shown(before), [c.name for c in form.columns()]), before)
    assert faults == {}
    key = lambda p: (p.period, p.source, p.reference, p.product_family)  # noqa: E731
    assert sorted(found, key=key) == sorted(amounts, key=key)


@given(st.lists(st.lists(st.text(max_size=12), min_size=8, max_size=8), max_size=6))
def test_any_junk_gives_faults_and_never_a_crash(cells: list[list[str]]) -> None:
    found, faults = FORM.read(rows(cells, [c.name for c in FORM.columns()]), plan())
    assert all(amount.amount > 0 for amount in found)
    assert all(key.count(",") == 1 and text for key, text in faults.items())


@given(st.sampled_from(list(PARTS)), st.data())
def test_any_junk_in_a_list_gives_faults_and_never_a_crash(name: str, data: st.DataObject) -> None:
    form = PARTS[name]
    size = len(form.fields)
    cells = data.draw(st.lists(st.lists(st.text(max_size=10), min_size=size, max_size=size), max_size=4))
    _, faults = read(form, rows(cells, [f.name for f in form.fields]))
    assert all(faults.values())


def test_a_period_that_is_over_keeps_its_amount_whatever_is_typed() -> None:
    before = plan(Planned(period="FY2026-Q1", source="run_rate", amount=500, reference="booked"))
    cells = [["repeat business", "booked", "", "999", "", "", "", ""]]
    found, _ = FORM.read(rows(cells, [c.name for c in FORM.columns()]), before)
    assert [p.amount for p in found] == [500]
    found, _ = FORM.read([], before)
    assert [p.amount for p in found] == [500]


def test_amounts_of_a_currency_with_three_decimals_are_not_guessed_and_shown_as_they_can_be_typed() -> None:
    """1,500 fils are 1.5 dinars; "1.500" may mean them, or 1,500 dinars."""
    form = AmountForm(HORIZON, "KWD")
    columns = [c.name for c in form.columns()]
    _, faults = form.read(rows([["a renewal", "", "", "", "1.500", "", "", ""]], columns), plan())
    assert faults == {"0,4": "FY2026-Q2 can be read as 1500 or as 1.500. Write 1500 or 1.5."}
    amounts = {"FY2026-Q2": 1500, "FY2026-Q3": 12_345, "FY2026-Q4": 1_500_000, "FY2027": 100_000}
    before = plan(*(Planned(period=p, source="renewal", amount=a) for p, a in amounts.items()))
    assert form.shown(before) == [["a renewal", "", "", "", "1.5", "12.3450", "1,500.000", "100"]]


def test_faults_name_cell_and_remedy() -> None:
    cells = [["magic", "", "", "", "1", "", "", ""], ["an open deal", "O-1", "", "", "12.345", "x", "", ""]]
    _, faults = FORM.read(rows(cells, [c.name for c in FORM.columns()]), plan())
    assert "not in the list" in faults["0,0"]
    assert "FY2026-Q3" in faults["1,5"]
    assert set(faults) == {"0,0", "1,4", "1,5"}


def test_what_a_grid_does_not_show_is_kept() -> None:
    before = (Stakeholder(name="Kim", contact_id="C-9", influence=0.5),)
    found, faults = read(
        PARTS["stakeholders"],
        rows(shown(PARTS["stakeholders"], before), [f.name for f in PARTS["stakeholders"].fields]),
        before,
    )
    assert faults == {}
    assert found == before


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("outcomes", Outcome(outcome="grow", by_on=date(2026, 9, 1), priority=2, risk_tolerance="low")),
        (
            "actions",
            Action(
                action="call", objective="meet", owner="Ann", function="sales", due_on=date(2026, 8, 1), channel="call"
            ),
        ),
    ],
)
def test_parts_round_trip(name: str, part: Outcome | Action) -> None:
    form = PARTS[name]
    found, faults = read(form, rows(shown(form, [part]), [f.name for f in form.fields]))
    assert (found, faults) == ((part,), {})


def test_what_is_booked_in_the_quarter_that_runs_is_no_plan_to_type_into() -> None:
    before = plan(Planned(period="FY2026-Q3", source="run_rate", amount=500, reference="booked"))
    names = [c.name for c in FORM.columns()]
    cells = FORM.shown(before)
    assert FORM.read(rows(cells, names), before) == (before.amounts, {})
    assert FORM.read([], before) == (before.amounts, {})
    cells[0][names.index("FY2026-Q3")] = "900"
    _, faults = FORM.read(rows(cells, names), before)
    assert ["booked already" in fault for fault in faults.values()] == [True]
