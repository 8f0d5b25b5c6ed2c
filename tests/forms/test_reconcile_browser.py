"""The planning session of notebook 07 as people meet it: a real browser in JupyterLab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.forms.conftest import run_until_shown
from workbook.book import Book
from workbook.store.read import read_decisions

pytestmark = pytest.mark.browser

SESSION = "from workbook import Book\nfrom workbook.forms.reconcile import reconcile_session\nreconcile_session(Book.open(), 'T-03')"


def field(page: Any, label: str) -> Any:
    """The input or list beside a label."""
    row = page.locator(".widget-inline-hbox", has=page.locator(f"label:text-is('{label}')"))
    return row.locator("input, select").first


def test_a_number_is_proposed_refused_twice_and_answered_in_the_session(
    lab: Callable[..., str], page: Any, book_root: Path
) -> None:
    page.goto(lab("reconcile", SESSION))
    run_until_shown(page, ".jp-OutputArea-output svg", seconds=100)  # a book's odds are simulated first
    assert "Proposal:" in page.locator(".jp-OutputArea-output").first.inner_text()
    page.get_by_role("tab", name="Rounds").click()

    record = page.get_by_role("button", name="Record")
    record.click()
    page.get_by_text("propose needs an amount").wait_for()
    field(page, "amount, USD").fill("1,450,000.00")
    field(page, "amount, USD").press("Tab")
    record.click()
    page.get_by_text("nobody signed it").wait_for()
    assert not read_decisions(book_root).log("meeting_point")

    field(page, "by").fill("Kim")
    field(page, "by").press("Tab")
    field(page, "reason").fill("<b>new</b> plant in spring")
    field(page, "reason").press("Tab")
    record.click()
    page.get_by_text("Recorded as decision").wait_for()
    page.get_by_text("<b>new</b> plant in spring").wait_for()  # text stays text
    (made,) = read_decisions(book_root).log("meeting_point")
    assert (made.subject, made.payload["amount"], made.by) == ("T-03", 145_000_000, "Kim")
    talks = Book.open(book_root).reconcile.talks.set_index("node")
    assert talks.loc["T-03", "state"] == "proposed"

    team = page.locator("option", has_text="(TM-1)").first.inner_text()
    field(page, "node").select_option(label=team)
    page.get_by_role("tab", name="What it is made of").click()
    page.get_by_text("Below TM-1").wait_for()
