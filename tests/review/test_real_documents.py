"""Review documents of real input: every section runs, numbers are those of the raw files, and what is not known says why."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.real_data import DATA, REAL, Folders
from tests.review.shown import shown
from workbook.book import Book
from workbook.cli.app import run as command
from workbook.sections import audience_of, early_warning, headline, nodes_table, summary

pytestmark = REAL

#: Data set, as-of, a region, two territories.
CASES = {
    "adventureworks 2020": ("adventureworks", "2020-05-31", "G-EUROPE", ("T-04", "T-08")),
    "adventureworks 2019": ("adventureworks", "2019-05-31", "G-EUROPE", ("T-04", "T-08")),
    "maven": ("maven_crm", "2017-12-31", "office-east", ("team-cara-losch", "team-dustin-brinkmann")),
    "northwind": ("northwind", "1998-05-06", "R-1", ("P-1", "P-open-4")),
}
Opened = Callable[[str], Path]


@pytest.fixture(scope="module")
def book_of(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The folder of a data set's book, imported once."""
    return Folders(tmp_path_factory.mktemp("real"))


def raw(folder: str, file: str) -> list[dict[str, str]]:
    """The rows of an export's file, untouched."""
    with (DATA / folder / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def cents(amounts: Any) -> int:
    return int(sum((Decimal(a) for a in amounts), Decimal(0)) * 100)


@pytest.mark.parametrize("case", CASES)
def test_every_section_of_every_level_runs_and_asks_nothing_of_the_web(
    case: str, book_of: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, day, region, territories = CASES[case]
    folder = str(book_of(name))
    texts = {"company": shown("09-company-review.ipynb", monkeypatch, book=folder, as_of=day)}
    for node in (region, *territories):
        texts[node] = shown("08-territory-review.ipynb", monkeypatch, book=folder, node=node, as_of=day)
    for node, text in texts.items():
        assert len(text) > 5000, node
        assert not re.search(r"(href|src)=[\"']\s*(https?:)?//", text.replace("xlink:href", "href")), node
        for odd in (">nan<", ">NaT<", ">None<", "&lt;NA&gt;", "nan%"):
            assert odd not in text, (node, odd)


def fiscal(day: str) -> date:
    return datetime.fromisoformat(day[:10]).date()


@pytest.mark.parametrize(("day", "planned"), [("2020-05-31", "FY2020"), ("2019-05-31", "FY2020")])
def test_adventureworks_headlines_are_sums_of_the_raw_files(day: str, planned: str, book_of: Opened) -> None:
    home = {row["account_id"]: int(row["territory_id"]) for row in raw("adventureworks", "accounts.csv")}
    begun, as_of = date(2019, 7, 1), date.fromisoformat(day)
    lines = raw("adventureworks", "order_lines.csv")
    for territory in (4, 8):
        own = [row for row in lines if home[row["ResellerKey"]] == territory and fiscal(row["OrderDate"]) <= as_of]
        told = summary(Book.open(book_of("adventureworks"), as_of=day, node=f"T-{territory:02}"))
        assert told["actual_amount"] == cents(r["Sales"] for r in own if fiscal(r["OrderDate"]) >= begun)
        assert told["gap_amount"] == told["plan_amount"] - told["target_amount"]
    whole = Book.open(book_of("adventureworks"), as_of=day)
    quotas = [q for q in raw("adventureworks", "quotas_quarterly.csv") if q["quarter_start"] >= "2019-07-01"]
    assert summary(whole)["target_amount"] == cents(q["SalesQuota"] for q in quotas)
    assert whole.facts.year == planned


def test_the_quotas_of_a_territory_with_reps_only_are_its_target(book_of: Opened) -> None:
    """Canada (6): two reps hold quotas there over all of FY2020; managers' own quotas are the only other part."""
    now = {r["EmployeeKey"]: r for r in raw("adventureworks", "rep_territory_history.csv") if not r["end"].strip()}
    reps = {key for key, row in now.items() if row["TerritoryID"].split(".")[0] == "6"}
    quotas = raw("adventureworks", "quotas_quarterly.csv")
    own = cents(q["SalesQuota"] for q in quotas if q["EmployeeKey"] in reps and q["quarter_start"] >= "2019-07-01")
    book = Book.open(book_of("adventureworks"), as_of="2020-05-31", node="T-06")
    given = book.tables.targets
    year = given[(given["territory_id"] == "T-06").to_numpy() & given["period"].str.startswith("FY2020").to_numpy()]
    assert summary(book)["target_amount"] == int(year["amount"].sum())
    assert 0 <= int(year["amount"].sum()) - own < 0.1 * own


@pytest.mark.parametrize(
    ("name", "day", "year"), [("maven_crm", "2017-12-31", "2017"), ("northwind", "1998-05-06", "1998")]
)
def test_sales_without_targets_are_sums_of_the_raw_files(name: str, day: str, year: str, book_of: Opened) -> None:
    row = summary(Book.open(book_of(name), as_of=day))
    assert row["target_amount"] is None
    assert row["gap_amount"] is None
    if name == "maven_crm":
        totals = Book.open(book_of(name), as_of=day).reconcile.totals
        won = [r for r in raw(name, "sales_pipeline.csv") if r["deal_stage"] == "Won" and r["account"]]
        assert int(totals.iloc[0]["last_year_amount"]) == cents(r["close_value"] for r in won)
        return
    days = {r["OrderID"]: datetime.strptime(r["OrderDate"].split(" ")[0], "%m/%d/%Y").year for r in raw(name, "Orders.csv")}  # fmt: skip
    lines = [r for r in raw(name, "OrderDetails.csv") if days[r["OrderID"]] == int(year)]
    exact = sum(Decimal(r["UnitPrice"]) * int(r["Quantity"]) * (1 - Decimal(r["Discount"])) for r in lines)
    assert abs(row["actual_amount"] - exact * 100) < len(lines)  # every line is rounded to the cent


def test_before_the_year_begins_nothing_booked_is_no_zero(book_of: Opened) -> None:
    book = Book.open(book_of("adventureworks"), as_of="2019-05-31", node="T-08")
    told = {label: (value, note) for label, value, note in headline(book, audience_of("manager")).items}
    assert "actual_amount" not in nodes_table(book).frame
    assert told["Booked so far"] == ("not begun", "FY2020 begins 2019-07-01")
    assert told["Last year"][1] == "FY2019 until 2019-05-31"
    assert told["Odds of target"] == ("not known", "no sale and no deal to simulate from")  # Germany had sold nothing
    assert "the chance of the target is not known" in repr(early_warning(book, audience_of("manager")))


def test_missing_owners_and_targets_say_so_and_are_never_zero(book_of: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown("08-territory-review.ipynb", monkeypatch, book=str(book_of("maven_crm")), node="team-cara-losch")
    for said in (
        "no ownership table: leaver test not known",
        "no ownership table: who owes account plans not known",
        "no ownership table: owner not known",
        "No target is given: the chance to reach it is not known.",
        "no sale is on record here before 2017-03-01: trend not known",
        "12 months before: none on record",
        "in 12 months, no sales on record before",
    ):
        assert said in text, said
    assert "Nobody owns accounts" not in text
    assert text.count("No account plan is in the store yet") == 2  # once as HTML, once as text


def test_an_empty_patch_says_that_no_account_lies_in_it(book_of: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown("08-territory-review.ipynb", monkeypatch, book=str(book_of("northwind")), node="P-open-4")
    assert "No accounts lie in this node." in text
    assert "Top 0 accounts" not in text
    assert "0% (0)" not in text


def test_rows_below_a_territory_add_up_to_it(book_of: Opened) -> None:
    from workbook.sections import reconciliation

    book = Book.open(book_of("adventureworks"), as_of="2020-05-31", node="T-04")
    rows = reconciliation(book, audience_of("manager")).frame.set_index("what")
    below = rows.loc[["Linda Mitchell", "Shu Ito", "with none of these"]]
    for column in ("target_amount", "plan_amount", "actual_amount"):
        assert below[column].sum() == rows.loc["FY2020", column]


@pytest.mark.parametrize("case", CASES)
def test_the_command_makes_documents_of_it(case: str, book_of: Opened, tmp_path: Path) -> None:
    name, day, region, territories = CASES[case]
    out = tmp_path / "documents"
    chosen = [region, territories[0]]
    asked = ["review", *chosen, "--book", str(book_of(name)), "--as-of", day, "--out", str(out), "--workers", "2"]
    assert command(asked) == 0
    for page in [*(out / f"{node}.html" for node in chosen), out / "index.html"]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(href|src)=[\"']\s*(https?:)?//", text)
        assert "not complete" not in text
        assert page.stat().st_size < 1_000_000
