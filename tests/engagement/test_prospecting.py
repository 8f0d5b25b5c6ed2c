from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from workbook.engagement.cadence import Standing
from workbook.engagement.effort import effort
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import Log
from workbook.engagement.prospecting import at_risk, meetings_per_sale, prospects, touches_before_win
from workbook.rules.engagement import EngagementRules
from workbook.tables.frames import shaped
from workbook.tables.schema import TABLES

Make = Callable[[list[dict[str, Any]]], Log]
ACCOUNTS = pd.Index([f"A-{i}" for i in range(1, 10)])


def ledger(deals: list[dict[str, Any]], sales: list[dict[str, Any]] | None = None) -> Ledger:
    base = {"stage": "x", "amount": 1, "close_on": None}
    rows = [{"opportunity_id": f"O-{i}", **base, **d} for i, d in enumerate(deals)]
    columns = ["opportunity_id", "account_id", "stage", "status", "amount", "created_on", "close_on"]
    deal_frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)
    sale_frame = pd.DataFrame(sales) if sales else pd.DataFrame(columns=["account_id", "booked_on", "amount"])
    return Ledger(shaped(TABLES["sales"], sale_frame), shaped(TABLES["opportunities"], deal_frame), ACCOUNTS)


@pytest.mark.parametrize(
    ("count", "stands"), [(0, "not started"), (11, "on the way"), (12, "in range"), (15, "in range"), (16, "beyond")]
)
def test_where_a_prospect_stands(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules, count: int, stands: str
) -> None:
    rows = [
        {"account_id": "A-8", "done_on": f"2026-06-{d + 1:02d}", "kind": "meeting" if d % 2 else "call"}
        for d in range(count)
    ]
    out = prospects(standing_of(), log_of(rows), rules).set_index("account_id")
    assert out.index.tolist() == ["A-8", "A-9"]  # customers are no prospects
    assert out.loc["A-8", ["touches", "meetings", "stands"]].tolist() == [count, count // 2, stands]
    assert out["first_touch_on"].isna().tolist() == [count == 0, True]


def test_touches_before_the_first_win(log_of: Make) -> None:
    rows = [{"account_id": "A-1", "done_on": "2025-01-01"}]  # the record begins
    rows += [{"account_id": "A-8", "done_on": f"2026-03-{d:02d}"} for d in (1, 2, 3, 20)]
    rows += [{"account_id": "A-9", "done_on": f"2026-03-{d:02d}"} for d in (1, 2)]
    book = ledger(
        [{"account_id": "A-8", "status": "won", "created_on": "2026-03-01", "closed_on": "2026-03-10"}],
        [{"account_id": "A-9", "booked_on": "2026-03-02", "amount": 5}, {"account_id": "A-1", "booked_on": "2025-02-01", "amount": 5}],
    )  # fmt: skip
    out = touches_before_win(log_of(rows), book).iloc[0]
    assert out[["n", "median"]].tolist() == [
        2,
        2.5,
    ]  # three for A-8 by its win, two for A-9; A-1 is as old as the record
    empty = touches_before_win(log_of([]), ledger([])).iloc[0]
    assert empty["n"] == 0
    assert pd.isna(empty["median"])


def test_meetings_per_sale_count_what_deals_name_and_what_falls_into_them(log_of: Make, rules: EngagementRules) -> None:
    log = log_of([
        {"account_id": "A-1", "done_on": "2026-01-01"},  # the record begins, before the deals
        {"account_id": "A-1", "kind": "meeting", "done_on": "2026-02-02", "minutes": 30, "opportunity_id": "O-0"},
        {"account_id": "A-1", "kind": "visit", "done_on": "2026-02-03", "minutes": 90},  # names none: in the time of O-0
        {"account_id": "A-1", "kind": "call", "done_on": "2026-04-03", "minutes": 60},  # after it closed
        {"account_id": "A-2", "kind": "meeting", "done_on": "2026-02-02", "minutes": 60, "opportunity_id": "O-1"},
    ])  # fmt: skip
    book = ledger([
        {"account_id": "A-1", "status": "won", "created_on": "2026-02-01", "closed_on": "2026-03-01", "product_id": "PR-1"},
        {"account_id": "A-2", "status": "lost", "created_on": "2026-02-01", "closed_on": "2026-03-01", "product_id": "PR-1"},
        {"account_id": "A-3", "status": "lost", "created_on": "2026-02-01", "closed_on": "2026-03-01", "product_id": None},
    ])  # fmt: skip
    out = meetings_per_sale(log, book, pd.Series({"PR-1": "Pumps"}), effort(log, rules), rules).set_index(
        "product_family"
    )
    assert out.index.tolist() == ["Pumps", "product not named", "all"]
    assert out.loc["Pumps", ["won", "lost", "meetings", "touches"]].tolist() == [1, 1, 3, 3]
    assert out.loc["Pumps", "hours_per_win"] == 3.0  # 30 + 90 + 60 minutes, one win
    assert pd.isna(out.loc["product not named", "meetings_per_win"])
    assert meetings_per_sale(log, ledger([]), pd.Series(dtype="str"), effort(log, rules), rules).empty


def test_cost_at_risk_is_of_neglected_accounts(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    log = log_of([
        {"account_id": "A-1", "kind": "visit", "done_on": "2025-10-01", "minutes": 90},
        {"account_id": "A-1", "kind": "call", "done_on": "2025-10-02"},  # minutes by the rule: 20
        {"account_id": "A-2", "kind": "visit", "done_on": "2025-10-01", "minutes": 90},
        {"account_id": "A-2", "kind": "call", "done_on": "2026-06-01", "minutes": 9},  # touched lately
        {"account_id": "A-3", "kind": "visit", "done_on": "2023-10-01", "minutes": 90},  # too long ago to be counted
    ])  # fmt: skip
    out = at_risk(standing_of(), log, effort(log, rules), 6000.0, rules)
    assert out[["account_id", "touches", "cost_amount"]].values.tolist() == [["A-1", 2, 11000]]  # 110 minutes at 60.00
    assert at_risk(standing_of(), log, effort(log, rules), None, rules)["cost_amount"].isna().all()


def test_minutes_are_learned_where_enough_are_known(log_of: Make, rules: EngagementRules) -> None:
    rows = [{"kind": "call", "done_on": "2026-06-01", "minutes": 10 + i % 3} for i in range(30)]
    rows += [{"kind": "visit", "done_on": "2026-06-01", "minutes": 45}, {"kind": "call", "done_on": "2026-06-01"}]
    out = effort(log_of(rows), rules).set_index("kind")
    assert out.loc["call"].tolist() == [11.0, 30, "learned"]
    assert out.loc["visit"].tolist() == [120.0, 1, "rule"]
