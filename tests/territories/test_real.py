"""Designs on real input, where it is there: AdventureWorks, Helixcore's partner portfolios, the families of Wide World Importers."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.real_data import REAL, Folders
from workbook.book import Book
from workbook.errors import ConflictError
from workbook.sections import territories as land
from workbook.stage import noun
from workbook.territories import Territories, daily
from workbook.territories.families import reunions
from workbook.territories.moves import wins_sentence
from workbook.territories.solver import Effort
from workbook.territories.staffing import in_words
from workbook.territories.wishes import Wishes
from workbook.territories.words import headline

pytestmark = REAL
QUICK = Effort(seconds=1.0, limit=120.0, workers=1)
Opened = Callable[[str], Book]


@pytest.fixture(scope="module")
def book_of(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """A data set's book, imported once."""
    folder = Folders(tmp_path_factory.mktemp("real"))
    return cache(lambda name: Book.open(folder(name)))


@pytest.mark.parametrize("name", ["adventureworks", "helixcore", "maven_crm", "wwi"])
def test_every_noun_and_section_says_what_is_known_and_what_is_not(name: str, book_of: Opened) -> None:
    book = book_of(name)
    for key, value in vars(Territories).items():
        if isinstance(value, noun):
            getattr(book.territories, key)
    shown = [*land.health(book), *land.spread(book), *land.capacity(book), *land.size(book), *land.moves(book)]
    words = " ".join(map(repr, shown))
    assert not re.search(r"\b(nan|NaT|None)\b", words)
    assert wins_sentence(book.territories.moved_wins).startswith("No account changed hands")


def test_maven_has_too_little_history_to_call_anybody_new(book_of: Opened) -> None:
    found = [c for c in book_of("maven_crm").territories.health if c.name == "hunting and farming"]
    assert {c.verdict for c in found} == {"not known"}
    assert all(c.sentence.startswith("Not enough history: sales on record reach back") for c in found)


def test_a_company_without_people_is_told_so(book_of: Opened) -> None:
    with pytest.raises(ConflictError, match="nobody to give accounts to"):
        book_of("wwi").territories.propose(effort=QUICK)


def test_a_plan_that_the_sales_director_of_adventureworks_can_sign(book_of: Opened) -> None:
    """14 sellers, one of whom holds nothing (E-293), two far above the fair share (E-287, E-288)."""
    book = book_of("adventureworks")
    made = book.territories.propose(effort=Effort(seconds=4.0, limit=240.0, workers=1))
    summary, moves = made.summary, made.moves
    assert summary["balance_after"] < 0.05 * summary["balance_before"]
    assert summary["moved"] / summary["accounts"] < 0.15
    assert summary["moved_sales_share"] < 0.25
    assert summary["travel_change_share"] < 0.05
    after = made.cards[made.cards["measure"] == "sales"].set_index("rep_id")["index_after"]
    assert after.between(90, 112).all()
    # nothing leaves its part of the world, and the rep without a book gets one
    node = book.tables.reps.set_index("rep_id")["territory_id"]
    groups = (
        [book.tree.path(str(t))[1] for t in moves["territory_id"]],
        [book.tree.path(str(node[r]))[1] for r in moves["to_rep"]],
    )
    assert groups[0] == groups[1]
    assert (moves["to_rep"] == "E-293").sum() > 10
    told = headline(summary, str)
    assert "potential" not in told[0]
    assert any(line.startswith("Ways to accounts") for line in told)
    assert not moves["told"].str.contains("another territory").any()


def test_who_is_alone_in_a_territory_cannot_be_replaced_within_it(book_of: Opened) -> None:
    """E-295 is the only rep of Germany; France and the United Kingdom lie in the same group."""
    from dataclasses import replace

    book = book_of("adventureworks")
    wishes = daily.empty(book.territories.company.accounts, "E-295", Wishes())
    narrow = replace(book.rules.territories.design, across="territory")
    stuck = book.territories.propose(wishes, QUICK, narrow)
    assert stuck.moves.empty
    assert any("nobody can take 40 accounts" in n and "nobody else sells in Germany" in n for n in stuck.notes)
    wide = book.territories.propose(wishes, QUICK)
    assert len(wide.moves) == 40


def test_partner_portfolios_are_read_by_workload_and_the_empty_ones_found(book_of: Opened) -> None:
    """Helixcore: one key account manager holds most partners, two none; most leads are nobody's."""
    book = book_of("helixcore")
    stage = book.territories
    load = stage.capacity.set_index("rep_id")
    assert load.loc[["KAM04", "KAM05"], "accounts"].tolist() == [0, 0]
    verdict = {(c.name, c.subject): c for c in stage.health}
    assert {verdict["balance", rep].verdict for rep in ("KAM03", "KAM04", "KAM05")} == {"fail"}
    assert "2026-07-2" not in verdict["movement", "ACC-COL"].sentence
    # three territories without anybody, and nobody to hire: colleagues of the segment have the hours
    now = stage.scenarios[stage.scenarios["scenario"] == "as it is"].set_index("node")
    assert (now["colleague_hours"] > 0).sum() == 3
    assert now["hires"].sum() == 0
    assert "nobody to hire" in in_words(stage.scenarios, str, book.tree.name)[0]
    made = stage.propose(daily.fill("KAM04", Wishes()), QUICK)
    assert 0 < len(made.moves) < 1000
    assert made.summary["given"] > 0


def with_people(book: Book, folder: Path) -> Book:
    """Wide World Importers with two invented reps per territory, who hold its accounts in turn."""
    places = sorted(map(str, book.tree.leaves()))
    reps = [(f"R-{t}-{i}", f"Rep {i} of {t}", t) for t in places for i in (1, 2)]
    accounts = book.tables.accounts.sort_values("account_id")
    turn = accounts.groupby("territory_id").cumcount() % 2 + 1
    owners = "R-" + accounts["territory_id"].astype("str") + "-" + turn.astype("str")
    for name, head, rows in (
        ("reps", ["rep_id", "name", "territory_id", "selling_hours_per_week"], [(*r, 20) for r in reps]),
        ("ownership", ["account_id", "rep_id", "role", "from_on"],
         [(a, o, "owner", "2013-01-01") for a, o in zip(accounts["account_id"], owners, strict=True)]),
    ):  # fmt: skip
        with (folder / "tables" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    return Book.open(folder)


def test_families_of_201_sites_stay_in_one_piece_per_holder_and_are_offered_together(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = Folders(tmp_path_factory.mktemp("alone"))("wwi")
    book = with_people(Book.open(folder), folder)
    made = book.territories.propose(effort=QUICK)
    company = book.territories.company.accounts
    largest = company["family_id"].value_counts().head(2)
    assert largest.tolist() == [201, 201]
    units = made.design.units.assign(family=company["family_id"].to_numpy()[made.design.rows])
    assert not units.drop_duplicates(["family", "home", "unit"]).duplicated(["family", "home"]).any()
    offers = reunions(book.territories.company, made, book.territories.names).set_index("family_id")
    assert set(largest.index) <= set(offers.index)
    row = offers.loc[largest.index[0]]
    assert row["accounts"] == 201
    assert not row["within_rules"]
    assert row["points"] > 0
    assert np.isclose(row["points"], row["moving_points"] + row["balance_points"])
    assert "201 accounts with" in row["sentence"]


def test_the_first_moves_bring_most_of_the_gain(book_of: Opened) -> None:
    made = book_of("adventureworks").territories.propose(Wishes(limit=10), QUICK)
    assert len(made.moves) == 10
    assert made.moves["step"].tolist() == list(range(1, 11))
    assert made.summary["balance_after"] < 0.75 * made.summary["balance_before"]
    assert pd.Series(made.notes).str.contains("they bring").any()
