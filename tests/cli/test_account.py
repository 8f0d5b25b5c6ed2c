"""One account whole: on the terminal, as a page, and as a rep may see it."""

import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.territories.tiny import AS_OF, tables
from workbook.book import Book
from workbook.cli.app import run
from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.places import shipped
from workbook.plans.document import Action, changed
from workbook.rules import Rules
from workbook.rules.company import CompanyRules
from workbook.sections import account_parts
from workbook.sections.account import account_page, account_view, whole_account
from workbook.sections.account_parts import plan
from workbook.sections.audience import audience_of
from workbook.sections.page import as_notebook
from workbook.show import Note
from workbook.store import PlanRevision, open_store

SAMPLE = str(shipped("data", "sample"))


def test_everything_of_an_account_stands_on_one_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["account", "A-0832", "--book", SAMPLE]) == 0
    text = capsys.readouterr().out
    for heading in ("Where does it stand?", "What did it buy?", "Whom do we know?", "How is it worked?", "What is in the pipeline?",
                    "What could it buy that it does not?", "Which family", "What is planned?", "Who holds it?"):  # fmt: skip
        assert f"== {heading}" in text
    assert "Varbrook Chemicals (A-0832)" in text
    assert "Core: it bought in 3 or more of the last four quarters." in text
    assert (
        "The second could be: senior lead Luis Costa (manages Northeast) or specialist Erik Petrov (on 1 account here)."
        in text
    )
    sold = Book.open(SAMPLE).tables.sales
    mine = sold[(sold["account_id"] == "A-0832").to_numpy()]
    assert f"{len(mine)} bookings since" in text


def test_a_rep_reads_of_no_other_territory(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["account", "A-0832", "--book", SAMPLE]) == 0
    assert "Varbrook Houston" in capsys.readouterr().out  # a manager sees the whole family
    view = account_view(Book.open(SAMPLE), audience_of("rep"), "A-0832")
    assert view.node == "T-02"
    shown = "\n".join(repr(one) for part in account_page(view, "A-0832") for one in part.shown)
    assert "1 of 6 members in view" in shown
    elsewhere = Book.open(SAMPLE).tables.reps
    elsewhere = elsewhere[(elsewhere["territory_id"] != "T-02").to_numpy()]["name"]
    assert [name for name in elsewhere if name in shown] == []


def test_the_page_is_offline_and_takes_data_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.html"
    assert run(["account", "A-0832", "--book", SAMPLE, "--html", "--out", str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    page = path.read_text(encoding="utf-8")
    assert "Varbrook Chemicals" in page
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    from workbook.review.render import Page, html

    made = html(as_notebook("<b>A *B*</b>", [("<i>x</i>", [Note("<script>1</script>")])]), Page("t"))
    assert "<script>1" not in made
    assert "<i>x" not in made
    assert "<b>A" not in made


def test_json_holds_the_account_in_minor_units(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["account", "A-0832", "--book", SAMPLE, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    register = Book.open(SAMPLE).portfolio.register.set_index("account_id")
    assert answer["summary"]["sales_12m_amount"] == register.loc["A-0832", "sales_12m_amount"]


def test_a_name_is_answered_with_the_keys_that_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["account", "varbrook chem", "--book", SAMPLE]) == 2
    assert "Did you mean A-0832 (Varbrook Chemicals)?" in capsys.readouterr().err
    with pytest.raises(UsageError, match="no account 'A-0832'"):
        whole_account(Book.open(SAMPLE, node="T-03"), "A-0832")


def test_what_is_missing_is_named_and_never_a_zero(tmp_path: Path) -> None:
    facts = Facts(tables(), Rules(book=CompanyRules(fiscal_year=2026)), AS_OF)
    book = Book(tmp_path, facts)
    shown = "\n".join(map(repr, whole_account(book, "A1")))
    for words in (
        "no contacts table: whom we know not known",
        "no activities table",
        "no opportunities table",
        "No account plan yet",
    ):
        assert words in shown
    never = "\n".join(map(repr, whole_account(book, "A4")))
    assert "Never bought." in never
    assert "No sale is on record." in never
    none = tables(**{name: tables()[name].iloc[:0] for name in ("accounts", "ownership", "sales")})
    empty = Book(tmp_path, Facts(none, facts.rules, AS_OF))
    assert "No accounts" in repr(whole_account(empty)[0])


def test_open_deals_without_any_expected_close_are_shown_all_the_same() -> None:
    """On an earlier day a deal that closed since has no expected close where the export overwrote it."""
    whole = Book.open(shipped("data", "sample"))
    tables = whole.tables.scoped({"T-03"})
    deals = tables.opportunities.assign(close_on=pd.Series(pd.NaT, tables.opportunities.index, "datetime64[us]"))
    facts = Facts(replace(tables, opportunities=deals), whole.rules, whole.as_of)
    shown = account_parts.deals(Book(Path("."), facts), "A-0454")[0]
    assert len(shown.frame) > 0
    assert "close_on" not in shown.frame


def test_a_plan_stands_there_with_what_it_rests_on(tmp_path: Path) -> None:
    made = tmp_path / "book"
    shutil.copytree(SAMPLE, made, ignore=shutil.ignore_patterns("documents", ".cache", "*.sqlite*"))
    book = Book.open(made)
    (drafted,) = book.plans.prefill.accounts(pd.Series(["A-0832"])).values()
    full = changed(
        drafted, objective="A second contact", actions=(Action(action="Lunch with the plant", owner="Sofia"),)
    )
    saved = PlanRevision(full.rep_id, "A-0832", full.as_json(), "submitted", "Sofia", datetime(2026, 6, 1, 12))
    open_store(made).save_plans([(saved, 0)])
    shown = "\n".join(map(repr, plan(Book.open(made), "A-0832")))
    assert "Plan submitted:" in shown
    assert re.search(r"Objective +A second contact", shown)
    assert "run rate" in shown
    assert "Lunch with the plant" in shown
