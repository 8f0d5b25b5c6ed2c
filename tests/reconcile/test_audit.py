"""The audit trail of finance: decisions, and the steps of plans, one row per rep, day, step, person and comment.

Plans (amounts of FY2026 in minor units):

    1 (Ann)  rev 1 sent 06-01 by Ann 100   rev 2 returned 06-02 by Kim "too low"   rev 3 sent 06-03 by Ann 150   rev 4 approved 06-04 by Kim
    2 (Ann)  rev 1 sent 06-01 by Ann  40   rev 2 approved 06-04 by Kim
    Ann's territory plan   rev 1 sent 06-01 by Ann 7
    4 (Cid)  rev 1 saved 06-01 by Cid  9
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from tests.reconcile.conftest import facts_of, said
from workbook.book import Book
from workbook.cli.show_reconcile import about
from workbook.facts import Facts
from workbook.reconcile.audit import audit
from workbook.sheets.reconciliation import write_reconciliation
from workbook.store import PlanRevision, open_store
from workbook.store.read import read_plans

STEPS = [
    ("Ann", "1", "submitted", "Ann", 1, "", 100),
    ("Ann", "1", "returned", "Kim", 2, "too low", 100),
    ("Ann", "1", "submitted", "Ann", 3, "", 150),
    ("Ann", "1", "approved", "Kim", 4, "", 150),
    ("Ann", "2", "submitted", "Ann", 1, "", 40),
    ("Ann", "2", "approved", "Kim", 4, "", 40),
    ("Ann", "", "submitted", "Ann", 1, "", 7),
    ("Cid", "4", "draft", "Cid", 1, "", 9),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("book")
    (root / "book.toml").write_text("")
    store, seen = open_store(root), dict[str, int]()
    for rep, account, state, by, day, comment, amount in STEPS:
        rests = "run_rate" if account else "not_identified"
        document: dict[str, Any] = {
            "rep_id": rep,
            "year": "FY2026",
            "amounts": [
                {"period": "FY2026-Q4", "source": rests, "amount": amount},
                {"period": "FY2027", "source": rests, "amount": 5000},
            ],
            **({"account_id": account} if account else {}),
        }
        made = PlanRevision(rep, account, document, state, by, datetime(2026, 6, day, 8), comment)  # type: ignore[arg-type]
        store.save_plan(made, seen.get(made.plan_id, 0))
        seen[made.plan_id] = seen.get(made.plan_id, 0) + 1
    return root


@pytest.fixture(scope="module")
def facts(root: Path) -> Facts:
    base = facts_of(decisions=[said("meeting_point", "A", "Ola", 2, "we agreed", action="propose", amount=5)])
    return replace(base, plans=read_plans(root, date(2026, 6, 30)))


def test_steps_of_plans_stand_beside_decisions_in_the_order_of_time(facts: Facts) -> None:
    rows = audit(facts)
    assert rows["decided_at"].is_monotonic_increasing
    found = [
        (r.decided_at.day, r.node, r.kind, r.decided_by, None if pd.isna(r.plans) else (r.plans, r.amount))
        for r in rows.itertuples()
    ]
    assert found == [
        (1, "Ann", "plan sent", "Ann", (3, 147)),
        (1, "Cid", "plan saved", "Cid", (1, 9)),
        (2, "Ann", "plan returned", "Kim", (1, 100)),
        (2, "A", "meeting point", "Ola", None),
        (3, "Ann", "plan sent", "Ann", (1, 150)),
        (4, "Ann", "plan approved", "Kim", (2, 190)),
    ]
    assert rows["says"].tolist()[0] == "2 account plans and the territory plan of Ann"
    assert rows["says"].tolist()[2] == "account plan of 1, revision 2"
    assert rows["reason"].tolist()[2:4] == ["too low", "we agreed"]
    assert rows["revision"].isna().tolist() == [True, True, True, False, True, True]
    assert rows["plans"].sum() == len(STEPS)


def test_what_was_done_after_the_day_of_the_book_is_not_there(facts: Facts, root: Path) -> None:
    rows = audit(replace(facts, plans=read_plans(root, date(2026, 6, 2))))
    assert rows["kind"].tolist() == ["plan sent", "plan saved", "plan returned", "meeting point"]


def test_a_scoped_statement_shows_the_steps_of_its_own_reps(facts: Facts) -> None:
    book = Book(Path("nowhere"), facts)
    assert set(book.scoped("B").reconcile.statement["audit"]["node"]) == {"Cid"}


def test_the_sheet_lists_them_without_adding_them_up(facts: Facts, tmp_path: Path) -> None:
    book = Book(Path("nowhere"), facts)
    path = write_reconciliation(book.reconcile.statement, about(book), tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(path)["Audit trail"]
    heads = [c.value for c in sheet[4]]
    assert [c.value for c in sheet[5] if c.value] == []  # a plan that is sent, returned and sent again is no sum
    first = dict(zip(heads, [c.value for c in sheet[6]], strict=True))
    assert (first["What was done"], first["About"], first["Plans"], first["Planned FY2026"]) == ("plan sent", "Ann", 3, 1.47)  # fmt: skip
    assert sheet.max_row == 5 + 6
