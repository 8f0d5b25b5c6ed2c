"""What the session's and the board's tables say: nothing twice, nothing of nobody, no empty column."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.reconcile.conftest import facts_of, tables_of
from workbook.book import Book
from workbook.forms.held import held_review
from workbook.sections import (
    audience_of,
    decisions,
    early_warning,
    headline,
    odds,
    odds_basis,
    open_points,
    territory_health,
)

MANAGER, REP = audience_of("manager"), audience_of("rep")


def test_early_warning_gives_the_signs_beside_the_chance_and_does_not_say_it_again(book: Book) -> None:
    rows = early_warning(book.scoped("T-03"), MANAGER).frame.set_index("name")
    assert rows.loc["Priya Quinn", "leading_signs"].startswith(
        "18 accounts (56%) wait for an overdue touch; 5 open deals"
    )
    assert not rows["leading_signs"].str.contains("Chance").any()
    assert early_warning(book.scoped("R-1"), MANAGER).frame["leading_signs"].eq("none stands out").any()


def test_open_points_show_no_column_that_is_empty(book: Book) -> None:
    assert list(open_points(book.scoped("R-1"), MANAGER).frame.columns) == ["name", "point", "waits_for", "sentence"]


def test_evidence_of_one_of_many_says_whose_it_is(book: Book) -> None:
    rows = decisions(book, MANAGER).frame.set_index("decision")
    for decision in ("Put touches where the value is", "Bring the class mix to the published one"):
        first = rows.loc[decision, "where"].split(", ")[0]
        assert rows.loc[decision, "evidence"].startswith(f"{first}: "), decision
    assert rows.loc["Touch the key accounts that wait", "evidence"].startswith("45 of 83 key accounts")


def test_of_many_places_the_worst_is_the_evidence(book: Book) -> None:
    rows = decisions(book, MANAGER).frame.set_index("decision")
    gap = rows.loc["Close the gap between plan and target, or change the number"]
    assert gap["where"].startswith("Ohio and Michigan, ")
    assert "short of the target 2.17 M USD by 584 k USD, 73% of it" in gap["evidence"]
    assert rows.loc["Send the account plans that are missing", "evidence"].startswith("Erik Ramos: 0 of 300 plans")


def test_the_review_asks_once_and_dates_once_what_it_asks_of_every_account(book: Book) -> None:
    text = repr(held_review(book.scoped("T-03")).still())
    assert "do class, grade and plan stay?" in text
    assert "Do class, grade or plan follow?" not in text
    assert text.count("since 2026-03-31") == 1
    assert "Since 2026-03-31" not in text


def test_odds_say_that_their_deals_are_the_companys(book: Book) -> None:
    assert "the whole company knows: 10 year-on-year" in repr(odds_basis(book.scoped("T-03"), MANAGER))


def test_a_reps_copy_speaks_of_the_quota_and_of_the_node_alone(book: Book) -> None:
    view = book.against_street().scoped("R-1")
    labels = {label: note for label, _, note in headline(view, REP).items}
    assert "Odds of quota" in labels
    assert labels["Gap"].endswith("of quota")
    assert "Odds of target" not in labels
    assert repr(territory_health(view, REP)) == "East as a whole is within bounds."


def test_the_odds_stand_in_the_order_of_the_tree(book: Book) -> None:
    ax = odds(book).axes[0]
    names = [label.get_text() for label in ax.get_yticklabels()][::-1]
    assert names[:5] == ["Larkfield Fluid Systems", "East", "Northeast", "New England", "New York Metro"]


def test_a_target_of_nothing_has_no_odds() -> None:
    tables = tables_of()
    none = replace(tables, targets=tables.targets.assign(amount=0))
    assert "not known" in repr(odds(Book(Path("nowhere"), facts_of(none))))
