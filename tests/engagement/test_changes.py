from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbook.decisions import Decision, Decisions
from workbook.engagement.cadence import Standing
from workbook.engagement.changes import changes, last_two, review_days, summary
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import NO_DAY, Log, dates, day_number
from workbook.engagement.sight import sight
from workbook.facts import Facts
from workbook.rules import Rules
from workbook.rules.engagement import EngagementRules
from workbook.tables.frames import Tables, shaped
from workbook.tables.schema import TABLES

Make = Callable[[list[dict[str, Any]]], Log]
ACCOUNTS = pd.Index([f"A-{i}" for i in range(1, 10)])


def ledger(deals: list[tuple[str, str, int, str, str]], sales: list[tuple[str, str, int]]) -> Ledger:
    made = pd.DataFrame(deals, columns=["account_id", "status", "amount", "created_on", "closed_on"]).assign(
        stage="x", close_on=None
    )
    made.insert(0, "opportunity_id", [f"O-{i}" for i in range(len(made))])
    sold = pd.DataFrame(sales, columns=["account_id", "booked_on", "amount"])
    return Ledger(shaped(TABLES["sales"], sold), shaped(TABLES["opportunities"], made), ACCOUNTS)


def test_the_last_two_touch_points(log_of: Make) -> None:
    rows = [
        ("A-1", "2026-06-01"),
        ("A-1", "2026-06-01"),
        ("A-1", "2026-05-01"),
        ("A-1", "2026-04-01"),
        ("A-2", "2026-06-03"),
    ]
    last, before = last_two(log_of([{"account_id": a, "done_on": d} for a, d in rows]))
    assert dates(last)[:2].tolist() == [pd.Timestamp("2026-06-01"), pd.Timestamp("2026-06-03")]
    assert dates(before)[0] == pd.Timestamp("2026-05-01")  # two rows of one day are one touch point
    assert (before[1:] == NO_DAY).all()
    assert (last_two(log_of([]))[0] == NO_DAY).all()


def test_what_changed_since_a_day(log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    since = np.full(9, day_number(date(2026, 3, 31)), dtype=np.int64)
    since[8] = NO_DAY
    book = ledger(
        [
            ("A-1", "won", 50000, "2026-02-01", "2026-04-01"),  # more than 30 % of the year's 90000
            ("A-2", "won", 100, "2026-04-01", "2026-05-01"),
            ("A-3", "lost", 100, "2026-04-01", "2026-05-01"),
            ("A-4", "won", 90000, "2026-01-01", "2026-03-31"),  # on the day itself: before
        ],
        [("A-1", "2026-04-02", 700), ("A-1", "2026-01-01", 900), ("A-4", "2026-04-02", -50)],
    )  # fmt: skip
    standing = standing_of(nps=[float("nan")] * 4 + [3.0, 3.0] + [float("nan")] * 3,
                           nps_on=pd.to_datetime([None] * 4 + ["2026-05-01", "2025-05-01"] + [None] * 3))  # fmt: skip
    out = changes(standing, log_of([{"account_id": "A-1", "done_on": "2026-06-01"}]), book, since, rules).set_index(
        "account_id"
    )
    assert len(out) == 8  # nothing to compare A-9 with
    assert out.loc["A-1", ["touches", "sales_amount", "deals_won_amount", "deals_new"]].tolist() == [1, 700, 50000, 0]
    assert out["look_again"].to_dict() == {f"A-{i}": i in (1, 5) for i in range(1, 9)}
    assert out.loc["A-1", "sentence"] == "Since 2026-03-31: a deal won; new sales. Do class, grade or plan follow?"
    assert out.loc["A-5", "sentence"] == "Since 2026-03-31: NPS answer 3. Do class, grade or plan follow?"
    assert out.loc["A-6", "sentence"] == "Since 2026-03-31: nothing new on record."
    assert pd.isna(out.loc["A-6", "nps_now"])
    assert summary(out.reset_index(), "USD").startswith(
        "1 of 8 accounts touched, sales of 6 USD, 2 deals won (501 USD), 1 lost"
    )
    assert summary(out.iloc[:0], "USD") == "Nothing to compare with."


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("T-1", ["2026-05-05", "2026-03-31"]), ("CO", ["2026-05-05", "2026-05-05"]), (None, ["2026-03-31", "2026-03-31"])],
)
def test_the_last_review_of_a_node_or_one_above(subject: str | None, expected: list[str]) -> None:
    tree = pd.DataFrame(
        {"territory_id": ["CO", "T-1", "T-2"], "name": ["C", "One", "Two"], "parent_id": [None, "CO", "CO"]}
    )
    held = [Decision("review", subject, {}, "ann", datetime(2026, 5, 5))] if subject else []
    facts = Facts(Tables.of({"territories": tree}), Rules(), date(2026, 6, 30), Decisions.of(held))
    got = review_days(facts, pd.Series(["T-1", "T-2"]))
    assert dates(got).dt.strftime("%Y-%m-%d").tolist() == expected


def test_what_a_family_does_elsewhere(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    # A-1 (T-1), A-2 (T-1) and A-8 (T-2) are one family
    standing = standing_of(family_id=["F", "F"] + [f"A-{i}" for i in range(3, 8)] + ["F", "A-9"])
    book = ledger([("A-1", "won", 1, "2026-01-01", "2026-06-01")], [("A-1", "2026-06-02", 5), ("A-9", "2026-06-02", 5)])
    log = log_of([{"account_id": "A-8", "kind": "visit", "done_on": "2026-06-10", "rep_id": "P-3"}])
    out = sight(standing, log, book, rules)
    assert out[["account_id", "signal"]].values.tolist() == [
        ["A-1", "meeting"], ["A-2", "meeting"], ["A-8", "bought"], ["A-8", "won"],
    ]  # fmt: skip
    assert (
        out["sentence"][3]
        == "Another part of its family won us a deal elsewhere on 2026-06-01; nothing was won here since."
    )
    named = [*standing.frame["name"], "T-1", "T-2", "P-1", "P-3", "A-1", "A-8"]
    assert not any(word in text for text in out["sentence"] for word in named)


def test_old_news_and_single_accounts_give_no_sight(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    standing = standing_of(family_id=["F", "F"] + [None] * 5 + ["F", None])
    book = ledger([], [("A-1", "2025-06-02", 5), ("A-9", "2026-06-02", 5)])
    assert sight(standing, log_of([]), book, rules).empty


def test_sales_that_grew_tenfold_are_told_in_times(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    standing = standing_of(sales_12m_amount=[54_000, 150] + [100] * 7, sales_prior_12m_amount=[1_000, 100] + [100] * 7)
    since = np.full(9, day_number(date(2026, 3, 31)), dtype=np.int64)
    book = ledger([], [("A-1", "2026-04-02", 700), ("A-2", "2026-04-02", 70)])
    told = changes(standing, log_of([]), book, since, rules)["sentence"]
    assert "12 months' sales 54 times those before" in told[0]
    assert "12 months' sales 50% up" in told[1]
