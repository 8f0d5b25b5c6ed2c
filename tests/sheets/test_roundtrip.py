"""Out and in again: an untouched file changes nothing, what is typed arrives, with the amounts to the minor unit."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.plans.tiny import horizon, outbox
from tests.sheets.files import Sheet, account, edit, sent, taken
from workbook.plans.document import AccountPlan, plan_of
from workbook.sheets.desk import send
from workbook.sheets.entries import digest, document_of, entry_of
from workbook.store.plan import PlanRevision


def plans(found: Any) -> dict[str, Any]:
    return {s.plan.plan_id: plan_of(s.plan.as_dict()) for s in found.saves}


def test_an_untouched_file_gives_the_pre_filled_plans_as_they_were(tmp_path: Path) -> None:
    found = taken(sent(tmp_path))
    assert found.faults == []
    made = plans(found)
    assert set(made) == {"A-1", "A-2", "P-1"}
    assert made["A-1"] == outbox().prefill.account("A-1")
    assert made["A-1"].made_with == "prefill"
    assert [(s.seen, s.plan.state, s.plan.saved_by) for s in found.saves] == [(0, "submitted", "P-1")] * 3


def test_the_same_known_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert sent(tmp_path / "a").read_bytes() == sent(tmp_path / "b").read_bytes()


def fill(book: Any) -> None:
    accounts = account(book)
    accounts.put("A-1", q3=4000.25, y27=99)
    accounts.put(
        "A-2",
        q3=None,
        q4=1234.56,
        objective="=1+1 grow",
        action="Call",
        owner="Ann",
        function="Service",
        due_on=date(2026, 9, 1),
        done_on="2.9.2026",
        channel="CALL",
        note="n",
    )
    accounts.sheet[accounts.ref("A-2", "objective")].data_type = "s"  # a text, though it begins like a formula
    deals = Sheet(book["Deals"], "deal")
    deals.put("O-1#1", planned=90, period="FY2026-Q4", note="sure")
    deals.put(deals.free[0], deal="O-1", planned=10, period="FY2027")
    new = Sheet(book["New business"], "new")
    new.put("1", q3=20, idea="Trial", outcome="Fewer stops")
    new.put(new.free[0], account="Bolt", kind="renewal", family="Pumps", idea="Frame 7", q4=5)
    territory = Sheet(book["Territory"], "territory")
    territory.put("approach", text="Deep\nand slow")
    unnamed = Sheet(book["Territory"], "unnamed")
    unnamed.put(unnamed.free[0], family="Valves", note="New plants", q4=7.5)
    card = book["K1"]
    Sheet(card, "section").put("history", ours="ours", theirs="theirs")
    Sheet(card, "objective").put("text", text="Win")
    for block, values in {
        "outcome": {"outcome": "Less energy", "by_on": date(2026, 12, 31), "priority": 2, "risk_tolerance": "low"},
        "action": {"objective": "Win", "action": "Visit", "owner": "Bo", "function": "product", "due_on": "2026-10-01"},
        "risk": {"risk": "Merger", "answer": "Meet both"},
        "verified": {"by": "Kim Lee", "on": date(2026, 6, 15)},
    }.items():
        sheet = Sheet(card, block)
        sheet.put(sheet.free[0], **values)
    people = Sheet(card, "person")
    people.put(people.free[0], gap="No finance", how="Ask Jo", influence="90 %")
    people.put(people.free[2], name="Fin Dir", known="no", by_on=46295)


def test_what_is_typed_arrives_with_every_amount(tmp_path: Path) -> None:
    found = taken(edit(sent(tmp_path), fill))
    assert [str(f) for f in found.faults] == []
    made = plans(found)
    check_filled(made)


def check_filled(made: dict[str, Any]) -> None:
    acme, bolt, territory = made["A-1"], made["A-2"], made["P-1"]
    by = {(a.period, a.source, a.product_family): a.amount for a in acme.amounts}
    assert by["FY2026-Q1", "run_rate", "Pumps"] == 10000  # booked
    assert by["FY2026-Q3", "run_rate", "Pumps"] + by["FY2026-Q3", "run_rate", "Valves"] == 400025
    assert by["FY2026-Q3", "run_rate", "Pumps"] == 240015  # 3 : 2, as projected
    assert by["FY2026-Q4", "opportunity", "Valves"] == 9000
    assert by["FY2027", "opportunity", "Valves"] == 1000
    assert by["FY2026-Q3", "whitespace", "Filters"] == 2000
    assert acme.planned_amount("FY2027") == 9900 + 1000
    assert (acme.plays[0].product_family, acme.plays[0].idea, acme.plays[0].outcome) == (
        "Filters",
        "Trial",
        "Fewer stops",
    )
    assert (acme.sections["history"].ours, acme.sections["history"].theirs, acme.objective) == ("ours", "theirs", "Win")
    assert (acme.outcomes[0].priority, acme.outcomes[0].by_on) == (2, date(2026, 12, 31))
    assert [(s.name, s.contact_id, s.influence, s.gap, s.known) for s in acme.stakeholders] == [
        ("Kim Lee", "C-1", 0.9, "No finance", True), ("Jo Roe", "C-2", None, "", True), ("Fin Dir", "", None, "", False),
    ]  # fmt: skip
    assert (acme.actions[0].function, acme.actions[0].due_on) == ("product", date(2026, 10, 1))
    assert acme.verified[0].on == date(2026, 6, 15)
    assert acme.made_with == "sheet"
    by = {(a.period, a.source): (a.amount, a.reference) for a in bolt.amounts}
    assert ("FY2026-Q3", "run_rate") not in by
    assert by["FY2026-Q4", "run_rate"] == (123456, "")
    assert by["FY2026-Q4", "renewal"] == (500, "Frame 7")
    assert bolt.objective == "=1+1 grow"
    action = bolt.actions[0]
    assert (action.function, action.channel, action.done_on) == ("service", "call", date(2026, 9, 2))
    assert territory.approach == "Deep\nand slow"
    assert [(a.source, a.amount, a.note) for a in territory.amounts] == [("not_identified", 750, "New plants")]


def held(found: Any) -> dict[str, PlanRevision]:
    out = {}
    for save in found.saves:
        row = save.plan.as_dict() | {"revision": save.seen + 1}
        out[save.plan.plan_id] = PlanRevision(**row)
    return out


def test_a_saved_plan_goes_out_and_comes_back_unchanged(tmp_path: Path) -> None:
    stored = held(taken(edit(sent(tmp_path), fill)))
    again = taken(sent(tmp_path, stored=stored, name="again"), stored=stored)
    assert again.faults == []
    assert again.saves == []
    assert again.unchanged == 3


def test_collecting_the_same_file_twice_saves_once(tmp_path: Path) -> None:
    path = edit(sent(tmp_path), fill)
    stored = held(taken(path))
    second = taken(path, stored=stored)
    assert (second.saves, second.faults, second.unchanged) == ([], [], 3)


def recalculated(path: Path, folder: Path) -> Path:
    """The file as LibreOffice computes and saves it."""
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=180)
    return folder / path.name


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_file_that_libreoffice_saved_again_reads_the_same(tmp_path: Path) -> None:
    edit(sent(tmp_path), fill)
    recalculated(tmp_path / "P-1.xlsx", tmp_path / "out")
    found = taken(tmp_path / "out" / "P-1.xlsx")
    assert [str(f) for f in found.faults] == []
    check_filled(plans(found))
    book = load_workbook(tmp_path / "out" / "P-1.xlsx", data_only=True)
    start = book["Start"]
    texts = {str(start.cell(r, 3).value): r for r in range(1, start.max_row + 1)}
    total = [start.cell(texts["FY2026 in all"], c).value for c in range(4, 10)]
    #  quota Q3; repeat 100+200 booked, 4000.25+30 and 0+1234.56 ahead; deals 90; new 20+5; not identified 7.5
    assert total == pytest.approx([110, 5564.81, 90, 25, 7.5, 5577.31])
    accounts = book["Accounts"]
    labels = {accounts.cell(r, 2).value: r for r in range(5, 8)}
    column = [c.value for c in accounts[4]].index("Plan FY2026") + 1
    assert accounts.cell(labels["Acme"], column).value == pytest.approx(300 + 4000.25 + 30 + 90 + 20)


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("seller", "other"), [("Acme", "A*"), ("Acme", "A?me"), ("A~* Ltd", "A* Ltd"), (">0", "Acme")])
def test_a_name_with_signs_of_search_gets_its_own_deals_only(seller: str, other: str, tmp_path: Path) -> None:
    whole = outbox()
    register = whole.known.register.assign(name=[seller, other, "Crux", "Dune"])
    known = replace(whole.known, register=register)
    box = replace(whole, known=known, prefill=replace(whole.prefill, known=known))
    path = send(box, ["P-1"], tmp_path)[0]
    put = Sheet((book := load_workbook(path))["Deals"], "deal")
    put.put("O-1#1", planned=90, period="FY2026-Q3")
    book.save(path)
    accounts = load_workbook(recalculated(path, tmp_path / "out"), data_only=True)["Accounts"]
    labels = {accounts.cell(r, 2).value: r for r in range(5, 8)}
    column = [c.value for c in accounts[4]].index("Plan FY2026") + 1
    before = load_workbook(send(box, ["P-1"], tmp_path / "again")[0], data_only=True)["Accounts"]
    # the deal was planned with 45, its weighted amount
    was = {label: before.cell(row, column).value for label, row in labels.items() if label in (seller, other)}
    now = {label: accounts.cell(row, column).value for label, row in labels.items() if label in was}
    assert now == pytest.approx({seller: was[seller] + 45, other: was[other]})


AMOUNT = st.integers(0, 10**11)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(q3=AMOUNT, q4=AMOUNT, later=AMOUNT, deal=st.integers(1, 10**9))
def test_any_amounts_keep_their_sums_through_entry_and_document(q3: int, q4: int, later: int, deal: int) -> None:
    base = outbox().prefill.account("A-1")
    entry = entry_of(base, horizon()) | {
        "repeat": {"FY2026-Q3": q3, "FY2026-Q4": q4, "FY2027": later, "FY2028": 0},
        "deals": [["O-1", "FY2026-Q3", deal, ""]],
    }
    plan = document_of(entry, base, base)
    assert plan.planned_amount() == 30000 + q3 + q4 + deal
    assert plan.planned_amount("FY2027") == later
    assert digest(entry_of(plan, horizon())) == digest(entry)
    assert isinstance(plan, AccountPlan)
