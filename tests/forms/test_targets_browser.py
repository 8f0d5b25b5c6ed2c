"""The live forms of notebook 05 as people meet them: in JupyterLab, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.forms.conftest import run_until_shown
from workbook.book import Book

pytestmark = pytest.mark.browser

SESSION = "from workbook import Book\nfrom workbook.forms.targets import target_session\ntarget_session(Book.open())"
DESK = "from workbook import Book\nfrom workbook.forms.target_edits import edit_desk\nedit_desk(Book.open())"


def field(page: Any, label: str) -> Any:
    """The input of a labelled widget."""
    box = page.locator(".jp-OutputArea .widget-inline-hbox", has=page.locator(f".widget-label:text-is('{label}')"))
    return box.locator("input, select").first


def shows(page: Any, pattern: str) -> str:
    """Wait until the form says something that matches."""
    found = page.locator(".jp-OutputArea .widget-html-content", has_text=re.compile(pattern))
    found.first.wait_for()
    return str(found.first.inner_text())


def test_a_session_answers_to_growth_weights_and_hedge_and_keeps_a_draft(
    lab: Callable[..., str], page: Any, book_root: Path
) -> None:
    page.goto(lab("session", SESSION))
    run_until_shown(page, ".jp-OutputArea .unfold")
    first = shows(page, "street quotas")
    assert "28.6 M USD target" in first
    field(page, "growth %").fill("10")
    field(page, "growth %").press("Tab")
    shows(page, r"31\.5 M USD target")
    even = page.locator(".jp-OutputArea .widget-slider", has=page.locator(".widget-label:text-is('even')"))
    even.locator(".widget-readout").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.locator("textarea:disabled").wait_for(state="attached")
    page.wait_for_function("[...document.querySelectorAll('textarea')].some(t => /even = 1/.test(t.value))")
    page.get_by_role("button", name="Keep this draft").click()
    shows(page, "Give the draft a name")
    field(page, "keep as").fill("ten up")
    field(page, "by").first.fill("Kim Lee")
    page.get_by_role("button", name="Keep this draft").click()
    shows(page, r"Kept as ten up \(decision \d+\)")
    kept = Book.open(book_root).facts.decisions.state("scenario")["ten up"]
    assert kept.by == "Kim Lee"
    assert kept.payload["variant"]["growth_share"] == pytest.approx(0.1)
    assert kept.payload["variant"]["basis"]["even"] == 1.0


def test_an_edit_is_previewed_refused_recorded_and_undone(lab: Callable[..., str], page: Any, book_root: Path) -> None:
    page.goto(lab("edits", DESK))
    run_until_shown(page, ".jp-OutputArea .widget-text")
    field(page, "of").fill("T-03")
    field(page, "period").fill("FY2026-Q3")
    field(page, "USD").fill("much")
    page.get_by_role("button", name="Preview").click()
    shows(page, "'much' is not an amount")
    field(page, "of").fill("CO")
    field(page, "USD").fill("1")
    page.get_by_role("button", name="Preview").click()
    assert "the company's FY2026-Q3" in shows(page, "cannot all be met")
    field(page, "of").fill("T-03")
    field(page, "USD").fill("400,000")
    page.get_by_role("button", name="Preview").click()
    page.locator(".jp-OutputArea td", has_text="P-15").first.wait_for()
    page.get_by_role("button", name="Record").click()
    shows(page, "Say who decides")
    field(page, "by").fill("Kim Lee")
    field(page, "why").fill("new plant")
    page.get_by_role("button", name="Record").click()
    shows(page, r"Recorded as decision \d+")
    assert "Kim Lee: new plant" in shows(page, "Edits in force")
    stands = Book.open(book_root).targets.edits
    assert stands[["node", "period", "amount"]].to_numpy().tolist() == [["T-03", "FY2026-Q3", 40_000_000]]
    field(page, "edit").select_option("undo")
    field(page, "of edit").fill(str(stands["revision"].iloc[0]))
    field(page, "of edit").press("Tab")
    page.get_by_role("button", name="Record").click()
    shows(page, "No edits yet")
    assert Book.open(book_root).targets.edits.empty
