"""The editable grid by itself in a real browser: keyboard, pasting more than there is room for, closing the page while typing.

The grid under test has three columns (``rests on`` with choices, ``Q1`` that cannot be changed, ``Q2``) and two empty rows, and a
model in the page instead of a kernel: what it holds is what a kernel would get.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbook.forms.grid as grid_module

pytestmark = pytest.mark.browser

MOUNT = """async ([source, more]) => {
  const held = {label: "Amounts", locked: false, faults: {}, grows: true, cells: [["", "", ""], ["", "", ""]], ...more, columns: [
    {label: "rests on", editable: true, choices: ["open deal", "repeat business", "renewal"]},
    {label: "Q1", editable: false}, {label: "Q2", editable: true}]};
  window.held = held;
  const listeners = {};
  const model = {
    get: (name) => held[name],
    set: (name, value) => { held[name] = value; (listeners["change:" + name] ?? []).forEach((each) => each()); },
    save_changes: () => {},
    on: (name, each) => (listeners[name] ??= []).push(each),
  };
  const {default: grid} = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  grid.render({model, el: document.body});
}"""
PASTE = """(el, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  el.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def mount(page: Any) -> Any:
    """``mount(**more)`` draws the grid; returns a function that gives the cell of a row and column."""

    def draw(**more: Any) -> Any:
        page.set_content("<body></body>")
        page.evaluate(MOUNT, [(Path(grid_module.__file__).parent / "grid.js").read_text(encoding="utf-8"), more])
        return lambda r, c: page.locator("tbody tr").nth(r).locator("input").nth(c)

    return draw


def cells(page: Any) -> list[list[str]]:
    """What the kernel would hold, without empty rows at the end."""
    found: list[list[str]] = page.evaluate("held.cells")
    while found and not any(found[-1]):
        found.pop()
    return found


def paste(cell: Any, text: str) -> None:
    cell.focus()
    cell.evaluate(PASTE, text)


def test_pasting_more_rows_than_there_are_keeps_the_cell_it_started_in(mount: Any, page: Any) -> None:
    at = mount()
    paste(at(0, 0), "renewal\t\t1\nopen deal\t\t2\nopen deal\t\t3\nrenewal\t\t4\n")
    assert cells(page) == [["renewal", "", "1"], ["open deal", "", "2"], ["open deal", "", "3"], ["renewal", "", "4"]]
    assert at(0, 0).input_value() == "renewal"
    assert at(3, 2).input_value() == "4"


def test_what_a_paste_leaves_out_is_said_and_a_paste_can_be_undone(mount: Any, page: Any) -> None:
    at = mount()
    at(0, 2).fill("7")
    paste(at(0, 0), "renewal\t5\t6\t8\nrenewal\t\t\t9")
    assert cells(page) == [["renewal", "", "6"], ["renewal", "", ""]]
    note = page.get_by_role("status")
    assert "Pasted 2 rows. Left out: 1 value in columns that cannot be changed, 2 values right of the last column." in (
        note.inner_text()
    )
    page.get_by_role("button", name="Undo paste").click()
    assert cells(page) == [["", "", "7"]]
    assert at(0, 2).input_value() == "7"
    assert note.inner_text() == ""


def test_a_copied_column_with_a_million_empty_rows_pastes_what_it_holds(mount: Any, page: Any) -> None:
    at = mount()
    paste(at(0, 2), "1\n2\n" + "\n" * 1_048_574)
    assert cells(page) == [["", "", "1"], ["", "", "2"]]
    paste(at(0, 2), "\n".join(map(str, range(1500))))
    assert len(cells(page)) == 1000
    assert "500 values below row 1000" in page.get_by_role("status").inner_text()


def test_a_grid_of_fixed_rows_says_what_did_not_fit(mount: Any, page: Any) -> None:
    at = mount(grows=False)
    paste(at(1, 2), "1\n2\n3")
    assert cells(page) == [["", "", ""], ["", "", "1"]]
    assert "2 values below the last row" in page.get_by_role("status").inner_text()


def test_there_is_always_a_row_to_type_in_and_tab_goes_on(mount: Any, page: Any) -> None:
    at = mount()
    at(1, 0).focus()
    page.keyboard.type("renewal")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "Q2, row 2"
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.ariaLabel") == "Q2, row 3"
    assert cells(page) == [["", "", ""], ["renewal", "", "5"]]


def test_the_beginning_of_a_choice_is_enough(mount: Any, page: Any) -> None:
    at = mount()
    at(0, 0).focus()
    page.keyboard.type("OP")
    page.keyboard.press("Enter")
    page.keyboard.type("re")  # repeat business, or renewal
    page.keyboard.press("Enter")
    assert [row[0] for row in cells(page)] == ["open deal", "re"]
    assert at(0, 0).input_value() == "open deal"


def test_a_page_that_closes_keeps_the_cell_somebody_types_in(mount: Any, page: Any) -> None:
    at = mount()
    at(0, 2).focus()
    page.keyboard.type("12")
    assert cells(page) == []
    page.evaluate("window.dispatchEvent(new Event('beforeunload'))")
    assert cells(page) == [["", "", "12"]]
