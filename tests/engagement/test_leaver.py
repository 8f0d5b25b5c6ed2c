from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.leaver import known_by_one, leaver
from workbook.engagement.log import Log
from workbook.engagement.threads import single_threaded
from workbook.rules.engagement import EngagementRules
from workbook.tables.frames import blank, shaped
from workbook.tables.schema import TABLES

Make = Callable[[list[dict[str, Any]]], Log]


def contacts(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["contact_id", "account_id", "owner_rep_id"]).assign(name="Kim")
    return shaped(TABLES["contacts"], frame)


def test_a_contact_that_two_of_us_know_would_stay(log_of: Make, rules: EngagementRules) -> None:
    known = contacts(("C-1", "A-1", "P-1"), ("C-2", "A-1", "P-1"), ("C-3", "A-5", None), ("C-4", "A-5", None))
    log = log_of([
        {"account_id": "A-1", "rep_id": "P-2", "contact_id": "C-2", "done_on": "2026-06-01"},  # a second person knows C-2
        {"account_id": "A-5", "rep_id": "P-2", "contact_id": "C-3", "done_on": "2026-06-01"},
    ])  # fmt: skip
    alone = known_by_one(log, known, rules)
    assert alone[["contact_id", "rep_id"]].values.tolist() == [["C-1", "P-1"], ["C-3", "P-2"]]


def test_what_would_go_with_each_rep(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    known = contacts(("C-1", "A-1", "P-1"), ("C-3", "A-5", "P-2"), ("C-4", "A-5", "P-2"))
    log = log_of([])
    single = single_threaded(standing_of(), log, known, blank(TABLES["ownership"]), rules)
    out = leaver(standing_of(), single, known_by_one(log, known, rules), rules, "USD").set_index("rep_id")
    assert out.index.tolist() == ["P-1", "P-2", "P-3"]  # 3000 and 1200 in sales, then 50 open
    assert out["sales_12m_amount"].tolist() == [300000, 120000, 0]
    assert out["open_amount"].tolist() == [0, 0, 5000]
    assert out["contacts_only_here"].tolist() == [1, 2, 0]
    assert out.loc["P-1", "sentence"].startswith("4 accounts, 1 contact nobody else knows, 3.00 k USD of sales")


def test_without_contacts_it_says_so(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    single = single_threaded(standing_of(), log_of([]), None, blank(TABLES["ownership"]), rules)
    assert single["contacts"].isna().all()
    out = leaver(standing_of(), single, None, rules, "USD")
    assert out["contacts_only_here"].isna().all()
    assert out["sentence"].str.contains("contacts not known").all()
