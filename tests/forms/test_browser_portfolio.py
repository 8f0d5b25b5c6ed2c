"""The live forms of notebook 02 as people meet them: in JupyterLab, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.forms.conftest import run_until_shown
from workbook.book import Book

pytestmark = pytest.mark.browser
VIEW = "from workbook.book import Book\n"


def test_cuts_of_segments_change_the_grid_and_the_rules_at_once(lab: Callable[..., str], page: Any) -> None:
    page.goto(lab("cuts", VIEW + "from workbook.forms.segments import segment_cuts\nsegment_cuts(Book.open())"))
    picker = run_until_shown(page, ".jp-OutputArea select")
    form = page.locator(".jp-OutputArea-output").filter(has=page.locator("select")).last
    grid = form.locator("svg[role=img], svg").first
    grid.wait_for()
    before = grid.inner_html()
    picker.select_option(label="industry")
    page.get_by_text("industry: as it is").first.wait_for()
    page.wait_for_function(
        "([old, css]) => document.querySelector(css).innerHTML !== old", arg=[before, ".jp-OutputArea svg"]
    )
    page.get_by_text("Rules for book.toml").first.click()
    rules = page.locator(".jp-OutputArea textarea >> visible=true").first
    rules.wait_for()
    assert 'column = "industry"' in rules.input_value()


def test_a_class_is_set_in_the_form_and_stands_in_the_book(lab: Callable[..., str], page: Any, book_root: Path) -> None:
    page.goto(lab("classes", VIEW + "from workbook.forms.classes import class_session\nclass_session(Book.open())"))
    picker = run_until_shown(page, ".jp-OutputArea select")
    boxes = {
        name: page.locator(".widget-text", has=page.get_by_text(name, exact=True)).locator("input").first
        for name in ("decided by", "reason")
    }
    account = page.locator(".jp-OutputArea input[list]").first
    account.fill("A-0042")
    account.press("Tab")
    picker.select_option(label="divest")
    boxes["reason"].fill("no budget")
    boxes["reason"].press("Tab")
    page.get_by_role("button", name="Set the class").click()
    page.get_by_text("nobody signs it").first.wait_for()
    boxes["decided by"].fill("Kim Lee")
    boxes["decided by"].press("Tab")
    page.get_by_role("button", name="Set the class").click()
    page.get_by_text("Recorded: A-0042 is divest").first.wait_for()
    page.get_by_text("Divest: set by Kim Lee").first.wait_for()
    row = Book.open(book_root).portfolio.classes.set_index("account_id").loc["A-0042"]
    assert row["class"] == "divest"
    assert row["overridden"]
