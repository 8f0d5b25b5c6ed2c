"""Flagged activity by rep and sign, on the tiny book of conftest: T-1 holds A-1 … A-7, T-2 holds A-8 and A-9.

P-1 made on 2026-01-01 a weekly task for 12 weeks on each of A-1, A-2 and A-3, closed none, and made real calls on A-1 only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from tests.engagement.conftest import ACCOUNTS
from tests.engagement.test_integrity import real_calls, weekly
from workbook.engagement.integrity import integrity, real_rows
from workbook.engagement.log import Log
from workbook.engagement.patterns import examples, flagged, patterns
from workbook.rules.engagement import EngagementRules

Make = Callable[[list[dict[str, Any]]], Log]
TERRITORY = pd.Series(["T-1"] * 7 + ["T-2"] * 2, dtype="str")


def judged(log: Log, rules: EngagementRules) -> pd.DataFrame:
    rows = integrity(log, rules)
    return flagged(rows, log, log.only(real_rows(log, rows, rules)), TERRITORY)


def tasks() -> list[dict[str, Any]]:
    made = {"kind": "task", "subject": "Check in", "created_on": "2026-01-01"}
    return [row for a in ("A-1", "A-2", "A-3") for row in weekly(12, "2026-01-05", account_id=a, **made)]


def calls_on(account: str, rep: str) -> list[dict[str, Any]]:
    return [row | {"account_id": account, "rep_id": rep} for row in real_calls()]


def test_rows_of_the_same_signs_are_one_sentence(log_of: Make, rules: EngagementRules) -> None:
    log = log_of(tasks() + calls_on("A-1", "P-1") + calls_on("A-9", "P-3"))
    found = patterns(judged(log, rules), log.today)
    assert len(found) == 1
    row = found.iloc[0]
    assert (row["territory_id"], row["rep_id"], row["signs"]) == ("T-1", "P-1", "fixed interval, created in bulk")
    assert (row["activities"], row["accounts"], row["done"], row["real_touches"]) == (36, 3, 0, 10)
    assert row["sentence"] == (
        "3 accounts, 12 tasks each: every 7 days, made on one day (2026-01-01), never done, without contact, outcome or "
        "minutes. Real touches by the same rep are on record on 1 of them."
    )
    assert (str(row["first_on"].date()), str(row["last_on"].date())) == ("2026-01-05", "2026-03-23")


def test_three_dated_rows_stand_as_evidence(log_of: Make, rules: EngagementRules) -> None:
    log = log_of(tasks() + calls_on("A-9", "P-3"))
    shown = examples(judged(log, rules))
    assert shown["due_on"].dt.strftime("%m-%d").tolist() == ["01-05", "02-16", "03-23"]
    assert shown["activity_id"].tolist() == ["V-0", "V-18", "V-35"]  # of three on a day, in the order of their ids
    assert shown["account_id"].tolist() == ["A-1", "A-2", "A-3"]
    assert set(shown["subject"]) == {"Check in"}


def test_a_rep_is_shown_per_territory_and_the_sentence_counts_only_there(log_of: Make, rules: EngagementRules) -> None:
    made = {"kind": "task", "subject": "Check in", "created_on": "2026-01-01"}
    log = log_of(tasks() + weekly(12, "2026-01-05", account_id="A-8", **made) + calls_on("A-9", "P-3"))
    found = patterns(judged(log, rules), log.today).set_index("territory_id")
    assert found["accounts"].to_dict() == {"T-1": 3, "T-2": 1}
    assert found.loc["T-2", "sentence"].startswith("1 account, 12 tasks each: ")


def test_clean_activity_shows_no_pattern(log_of: Make, rules: EngagementRules) -> None:
    log = log_of(real_calls())
    rows = judged(log, rules)
    assert len(rows) == 0
    assert list(patterns(rows, log.today)["sentence"]) == []
    assert list(examples(rows)["subject"]) == []


def test_nobody_is_accused(log_of: Make, rules: EngagementRules) -> None:
    log = log_of(tasks() + calls_on("A-9", "P-3"))
    sentence = patterns(judged(log, rules), log.today)["sentence"][0]
    assert not any(
        word in sentence.lower() for word in ("phantom", "fake", "false", "cheat", "pretend", *ACCOUNTS, "p-1")
    )
