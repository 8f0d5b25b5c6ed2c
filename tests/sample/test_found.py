"""The reasoning packages find the stories that were planted."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.sample.conftest import Made
from workbook.book import Book


@pytest.fixture(scope="session")
def book(made: Made) -> Book:
    return Book.open(made.root)


def test_phantom_activity_is_found_and_honest_work_stays_clean(made: Made, book: Book) -> None:
    label = made.labelled.set_index("activity_id")["label"]
    judged = book.engagement.integrity.set_index("activity_id")["level"]
    flagged, phantom = judged != "none", label.reindex(judged.index) == "phantom"
    assert (flagged & phantom).sum() / flagged.sum() >= 0.95
    assert (flagged & phantom).sum() / phantom.sum() >= 0.98


def test_the_classes_of_the_three_territories_are_found(made: Made, book: Book) -> None:
    found = book.portfolio.classes
    share = pd.crosstab(found["territory_id"], found["class"], normalize="index")
    lumpy = share.loc[made.stories["lumpy"]["territory_id"]]
    assert lumpy["opportunistic"] + lumpy["invest"] >= 0.95
    assert share.loc[made.stories["all_core"]["territory_id"], "core"] >= 0.98
    assert share["divest"].idxmax() == made.stories["divest"]["territory_id"]
    assert share["divest"].max() >= 0.4


def test_the_missing_product_is_whitespace_of_that_subsidiary(made: Made, book: Book) -> None:
    facts, gaps = made.stories["family"]["facts"], book.portfolio.whitespace
    here = gaps[(gaps["account_id"] == facts["without"]) & (gaps["product_family"] == facts["product_family"])]
    assert len(here) == 1
    assert here["sized_amount"].iloc[0] > 0


def test_the_company_sells_about_what_its_targets_ask_for_but_for_one_territory(made: Made, book: Book) -> None:
    projected = book.portfolio.projection.groupby("territory_id")["projected_amount"].sum()
    targets = book.tables.targets
    target = targets[targets["period"] == "FY2026"].set_index("territory_id")["amount"]
    whole = projected.sum() / target[book.tree.root].max()
    assert 0.85 < whole < 1.2
    assert projected[made.stories["short"]["territory_id"]] < 0.8 * target[made.stories["short"]["territory_id"]]
