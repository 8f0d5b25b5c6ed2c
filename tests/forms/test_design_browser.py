"""Notebook 04 as a manager meets it: live in JupyterLab, in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.forms.conftest import ROOT, run_until_shown
from workbook.book import Book

pytestmark = pytest.mark.browser


def picture(page: Any, name: str) -> None:
    """Keep a picture where somebody wants to look (``WORKBOOK_PICTURES``: a folder)."""
    if folder := os.environ.get("WORKBOOK_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def proposed(page: Any, before: str = "") -> str:
    """The words of the proposal, once they are others than ``before``."""
    words = page.locator(".widget-html", has_text=re.compile("No plan under these rules"))
    words.first.wait_for()
    page.wait_for_function(
        "before => [...document.querySelectorAll('.widget-html')].some("
        "e => e.innerText.includes('No plan under these rules') && e.innerText !== before)",
        arg=before,
    )
    return str(words.first.inner_text())


def tag(page: Any, place: int, text: str) -> None:
    """Type a tag into the n-th field for tags, whose input shows once it is clicked."""
    field = page.locator(".jupyter-widget-tagsinput").nth(place)
    field.click(position={"x": 300, "y": 12})
    inner = field.locator("input")
    inner.fill(text)
    inner.press("Enter")


def session() -> str:
    """The cells of notebook 04 up to its session, for one territory and short searches, as one cell."""
    made = nbformat.read(ROOT / "notebooks/04-territories.ipynb", as_version=4)
    code = [cell.source for cell in made.cells if cell.cell_type == "code"]
    upto = next(at for at, source in enumerate(code) if "land.session" in source)
    parameters = code[0].replace('node: str = ""', 'node: str = "T-11"').replace("= 3.0", "= 0.5")
    return "\n".join([parameters, code[1], code[upto]])


def test_weights_locks_and_accepted_lines_in_the_live_notebook(
    lab: Callable[..., str], page: Any, book_root: Path
) -> None:
    page.goto(lab("territories", session()))
    run_until_shown(page, ".jp-OutputArea button:has-text('Propose again')")
    again = page.get_by_role("button", name="Propose again")
    again.scroll_into_view_if_needed()
    first = proposed(page)
    picture(page, "design-proposed")
    assert re.search(r"\d+ of \d+ accounts change hands", first)
    # nothing is cut off: the whole slider with its number stands left of the words
    readout = page.locator(".widget-readout").first.bounding_box()
    words = page.locator(".widget-html", has_text="No plan under these rules").first.bounding_box()
    assert readout["x"] + readout["width"] <= words["x"] + 1

    # a weight: sales do not count any more, nor potential
    for place in (0, 1):
        weight = page.locator(".widget-readout").nth(place)
        weight.click()
        weight.fill("0")
        weight.press("Enter")
    again.click()
    second = proposed(page, first)
    assert second != first

    # a limit and a lock: the account that helps most stays
    page.get_by_text("Moves to accept, line by line").click()
    page.locator(".widget-checkbox").first.wait_for()
    helps = page.locator(".widget-checkbox").first.inner_text().strip()
    page.get_by_text("Moves to accept, line by line").click()
    tag(page, 0, helps)
    again.click()
    third = proposed(page, second)
    page.get_by_text("Moves to accept, line by line").click()
    page.locator(".widget-checkbox").first.wait_for()
    listed = [text.strip() for text in page.locator(".widget-checkbox").all_inner_texts()]
    assert helps not in listed
    assert third != second
    picture(page, "design-lines")

    # lines: one is refused, with a reason; nothing is recorded without a name
    refused = page.locator(".widget-checkbox").first.inner_text().strip()
    page.locator(".widget-checkbox input").first.uncheck()
    record = page.get_by_role("button", name="Record the ticked moves")
    record.click()
    page.get_by_text("Say who decides.").wait_for()
    page.get_by_label("decided by").fill("Kim Lee")
    page.get_by_label("if refused").fill("promised to the customer")
    page.get_by_label("if refused").press("Tab")
    record.click()
    told = page.get_by_text(re.compile(r"Recorded \d+ moves as proposal"))
    told.wait_for()
    count = int(re.search(r"Recorded (\d+)", told.inner_text()).group(1))  # type: ignore[union-attr]
    picture(page, "design-recorded")
    moves = Book.open(book_root).territories.moves
    # a family that moves as one is refused as one, so more than the unticked line may be left out
    assert len(moves) == count < len(listed)
    assert set(moves["decided_by"]) == {"Kim Lee"}
    assert not {refused, helps} & set(moves["account_id"])
