from __future__ import annotations

import numpy as np

from workbook.book import Book
from workbook.engagement.cadence import STEPS
from workbook.engagement.ladder import published_cadence
from workbook.places import shipped
from workbook.rules.engagement import CadenceRules


def test_rows_are_by_class_and_client_and_alike_ones_are_one() -> None:
    rules = CadenceRules(active_steps=-1, quiet_steps=0, most_steps=1)
    out = published_cadence({"core": 30, "divest": 182}, rules)
    # an active client one step more often; grade A too, and both together move one step at most; A and D cancel with -1 and +1
    assert out.to_numpy().tolist() == [
        ["core", "active", "every two weeks", "every two weeks", "every two weeks", "monthly"],
        ["core", "in between or quiet", "every two weeks", "monthly", "monthly", "quarterly"],
        ["divest", "active", "quarterly", "quarterly", "quarterly", "twice a year"],
        ["divest", "in between or quiet", "quarterly", "twice a year", "twice a year", "twice a year"],
    ]


def test_a_cadence_that_nothing_moves_is_one_row_for_every_client() -> None:
    out = published_cadence({"a × b": 45}, CadenceRules(ladder_days=(45,), grade_steps={}))
    assert out.to_numpy().tolist() == [["a × b", "every client", *["every 45 days"] * 4]]


def test_every_account_is_judged_by_what_is_published() -> None:
    book = Book.open(shipped("data", "sample"))
    rules = book.rules.engagement.cadence
    table = published_cadence(rules.class_days, rules)
    rows = book.engagement.cadence
    rows = rows[~rows["is_key"] & rows["grade"].notna() & rows["class"].notna()]
    published = {
        (start, client, grade): words
        for start, told, *cells in table.to_numpy().tolist()
        for client in told.split(" or ")
        for grade, words in zip("ABCD", cells, strict=True)
    }
    client = rows["client"].replace("", "in between")
    wanted = [published[key] for key in zip(rows["class"], client, rows["grade"], strict=True)]
    assert wanted == [STEPS[d] for d in rows["cadence_days"]]
    assert len(np.unique(rows["cadence_days"])) > 2
