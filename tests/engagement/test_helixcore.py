"""Engagement on Helixcore's real export, where it is there: read as a sales manager would."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.crm.test_real import DATA, made
from workbook.book import Book

pytestmark = [pytest.mark.real, pytest.mark.skipif(not DATA.is_dir(), reason="not there")]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book.open(made("helixcore", tmp_path_factory.mktemp("real")).book)


def test_what_came_of_a_call_is_read_from_the_call_log(book: Book) -> None:
    calls = book.tables.activities.query("kind == 'call'")
    assert len(calls) == 12_594
    assert calls["outcome"].value_counts().to_dict() == {
        "Connected - Discovery": 3112, "Connected - Follow-up": 2574, "No Answer": 2473, "Connected - Demo Scheduled": 1570,
        "Busy": 1031, "Voicemail": 931, "Wrong Number": 903,
    }  # fmt: skip


def test_a_call_that_reached_nobody_is_no_touch_and_no_flag(book: Book) -> None:
    stage = book.engagement
    touches = stage.touches["kind"].value_counts().to_dict()
    assert touches == {"call": 3112 + 2574 + 1570, "email": 3081 + 2274, "meeting": 1426}  # chat messages are emails
    missed = book.tables.activities["outcome"].isin(["No Answer", "Busy", "Voicemail", "Wrong Number"])
    judged = stage.integrity.set_index("activity_id")["level"]
    assert set(judged[book.tables.activities.loc[missed, "activity_id"]]) == {"none"}


def test_what_a_bot_did_is_flagged_as_a_systems_and_nothing_else_is(book: Book) -> None:
    by_system = (book.tables.activities["source"] == "system").sum()
    signals = book.engagement.by_signal()
    assert signals.to_dict("records") == [{"signal": "system", "yellow": by_system, "red": 0}]
    assert by_system == 4620


def test_books_are_uneven_and_key_account_managers_record_nothing(book: Book) -> None:
    books = book.engagement.books.set_index("rep_id")
    assert books.loc["AE03", "accounts"] > 2 * books.loc["AE09", "accounts"]
    assert books["worked_share"].idxmax() == "AE09"
    managers = books[books.index.str.startswith("KAM")]
    assert managers["accounts"].sum() == 151
    assert (managers["worked"] == 0).all()
    assert (managers["recency_days"].isna()).all()


def test_cadence_fails_where_key_accounts_wait(book: Book) -> None:
    stage = book.engagement
    keys = stage.cadence[stage.cadence["is_key"]]
    late = keys["last_touch_on"].isna() | (book.as_of - pd.Timedelta(days=31) > keys["last_touch_on"].dt.date)
    assert (keys.loc[late, "verdict"] == "fail").all()
    company = next(c for c in stage.checks if c.name == "key accounts touched" and c.subject == book.tree.root)
    assert company.verdict == "fail"


def test_minutes_and_hours_come_from_the_export(book: Book) -> None:
    effort = book.engagement.effort.set_index("kind")
    assert effort.loc[["call", "email", "meeting"], "source"].tolist() == ["learned"] * 3
    assert effort.loc["visit", "source"] == "rule"  # the company makes none
    room = book.engagement.room
    assert room["selling_hours"].between(700, 1300).all()
