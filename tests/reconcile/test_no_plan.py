"""A node whose reps owe a plan and have none has no plan: that is no plan of nothing, wherever it is shown.

The company of ``conftest``; only Ann has planned (account 1, 500.00). So A has a plan, B (Cid) and S (Dee) have none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.reconcile.conftest import facts_of
from workbook.book import Book
from workbook.charts.nodes import plan_against_target
from workbook.cli.show_reconcile import about
from workbook.forms.reconcile import walk
from workbook.sections.audience import audience_of
from workbook.sections.headline import headline, summary
from workbook.sections.nodes import nodes_table
from workbook.sections.reconciliation import bridge
from workbook.sheets.reconciliation import write_reconciliation

DOCUMENT = {
    "account_id": "1",
    "rep_id": "Ann",
    "year": "FY2026",
    "amounts": [{"period": "FY2026-Q4", "source": "run_rate", "amount": 50_000}],
}


@pytest.fixture(scope="module")
def book() -> Book:
    plan = {"rep_id": "Ann", "account_id": "1", "revision": 1, "state": "submitted", "saved_by": "Ann",
            "saved_at": datetime(2026, 6, 1), "comment": "", "document": DOCUMENT}  # fmt: skip
    return Book(Path("nowhere"), replace(facts_of(), plans=(plan,)))


def test_the_totals_of_a_node_without_any_plan_are_missing(book: Book) -> None:
    rows = book.reconcile.totals.set_index("node")
    assert rows["plan_amount"].isna().to_dict() == {"CO": False, "N": False, "S": True, "A": False, "B": True}
    assert rows["gap_amount"].isna().to_dict() == {"CO": False, "N": False, "S": True, "A": False, "B": True}
    assert rows.loc[["CO", "N", "A"], "plan_amount"].tolist() == [50_000] * 3


def test_the_table_of_nodes_shows_a_dash_and_no_share(book: Book) -> None:
    shown = nodes_table(book).frame.set_index("name")
    at = next(name for name in shown.index if name.strip() == "B")
    assert pd.isna(shown.loc[at, "plan_amount"])
    assert pd.isna(shown.loc[at, "plan_of_target_share"])
    top = next(name for name in shown.index if name.strip() == "CO")
    assert shown.loc[top, "plan_of_target_share"] == pytest.approx(50_000 / 400_003)


def test_the_headline_says_none_yet_and_the_index_holds_no_zero(book: Book) -> None:
    scoped = book.scoped("B")
    text = repr(headline(scoped, audience_of("manager")))
    assert "none yet" in text
    assert "0% of target" not in text
    assert summary(scoped)["plan_amount"] is None
    assert summary(book.scoped("A"))["plan_amount"] == 50_000


def test_the_chart_names_who_has_no_plan_and_draws_no_bar(book: Book) -> None:
    totals = book.reconcile.totals
    ax = plan_against_target(totals[totals["node"].isin(["A", "B"])], "USD")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["B (no plan yet)", "A"]
    assert [bar.get_width() for bar in ax.containers[0]] == [0, 50_000]


def test_the_bridge_of_such_a_node_has_its_target_only(book: Book) -> None:
    steps = book.reconcile.bridge
    assert steps[(steps["node"] == "B").to_numpy()]["step"].tolist() == ["target"]
    assert "nobody of b has an account plan yet" in bridge(book.scoped("B")).text.lower()


def test_finances_walk_shows_them_as_missing_and_still_adds_up(book: Book) -> None:
    table = walk(book, "CO").frame.set_index("node")
    assert pd.isna(table.loc["S", "plan_amount"])
    assert table["plan_amount"].sum() == 50_000
    assert "nobody has a plan yet" in walk(book, "B").caption


def test_the_spreadsheet_leaves_the_cells_blank(book: Book, tmp_path: Path) -> None:
    path = write_reconciliation(book.reconcile.statement, about(book), tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(path)["Bridge"]
    heads = [c.value for c in sheet[4]]
    rows = {r[0].value: dict(zip(heads, [c.value for c in r], strict=True)) for r in sheet.iter_rows(min_row=6)}
    assert rows["B"]["Plan"] is None
    assert rows["B"]["Target"] == 1300.01
    assert str(rows["A"]["Plan"]).startswith("=SUM(")


def test_without_a_plan_there_is_no_chance_of_reaching_it(book: Book) -> None:
    rows = book.reconcile.odds
    year = rows[(rows["period"] == "FY2026").to_numpy()].set_index("node")["plan_probability"]
    assert year.isna()[["CO", "A", "Ann", "B", "Cid", "S"]].tolist() == [False, False, False, True, True, True]
