"""The form as people meet it: in a real browser, on the page (Voilà) and in JupyterLab."""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from tests.forms.conftest import ROOT, run_until_shown
from workbook.book import Book
from workbook.forms.desk import PlanDesk, visitor_of
from workbook.plans.document import changed

pytestmark = pytest.mark.browser


def open_plan(page: Any, address: str, account: int) -> str:
    """Open the page and pick an account by its place in the list; its id. Each test takes another one."""
    page.goto(address)
    page.wait_for_selector("select")
    page.select_option("select", index=account)
    page.wait_for_selector(".wb-grid input >> visible=true")
    label = page.eval_on_selector("select", "s => s.options[s.selectedIndex].text")
    return str(re.search(r"\(([^)]+)\)$", label).group(1))  # type: ignore[union-attr]


def said(page: Any, pattern: str) -> str:
    """Wait until the form says something that matches."""
    found = page.locator("[role=status]", has_text=re.compile(pattern))
    found.first.wait_for()
    return str(found.first.inner_text())


def holds(field: Any, pattern: str) -> None:
    """Wait until a field holds text that matches: the form is drawn anew by a process that may be busy."""
    from playwright.sync_api import expect

    expect(field).to_have_value(re.compile(pattern), timeout=30_000)


def is_kernel(process: psutil.Process) -> bool:
    try:
        return "ipykernel_launcher" in " ".join(process.cmdline())
    except psutil.Error:  # it has ended meanwhile
        return False


def eventually(true: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def cell(page: Any, label: str) -> Any:
    return page.locator(f".wb-grid input[aria-label='{label}'] >> visible=true").first


def paste(target: Any, text: str) -> None:
    """Paste as from a spreadsheet."""
    target.evaluate(
        "(el, text) => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " el.focus(); el.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }",
        text,
    )


def paste_new_amounts(page: Any) -> None:
    """Paste two rows of amounts below what the plan is pre-filled with."""
    amounts_grid = page.locator(".wb-grid >> visible=true").filter(has=page.locator("input[aria-label^='rests on']"))
    rows = amounts_grid.locator("tbody tr").count()
    first = cell(page, f"rests on, row {rows - 1}")
    paste(
        first,
        "not yet identified\t\tPumps\t\t\t1,500.50\t2500\t\t\r\nnamed whitespace\tService\tService\t\t\t700\t\t\t\r\n",
    )


def test_fill_paste_save_and_reload(served: Callable[..., str], page: Any, book_root: Path) -> None:
    address = served()
    account = open_plan(page, address, 1)
    page.locator("textarea >> visible=true").first.fill("Be their only supplier of pumps by 2027")
    paste_new_amounts(page)
    said(page, "Draft kept at")
    page.get_by_role("tab", name="People, actions, risks").click()
    people = page.locator(".wb-grid-room >> visible=true").first
    assert people.evaluate("room => room.scrollWidth > room.clientWidth && getComputedStyle(room).overflowX") == "auto"
    page.get_by_role("button", name="Save draft").click()
    said(page, "Saved at .* as revision 1")
    nameless = "[...document.querySelectorAll('textarea, select, .wb-grid input')].filter(e => !(e.ariaLabel || e.labels?.[0]?.innerText))"
    assert page.evaluate(f"{nameless}.map(e => e.outerHTML)") == []

    store = PlanDesk(Book.open(book_root), visitor_of(Book.open(book_root), None)).store
    saved = store.plan(account)
    assert saved is not None
    amounts = {
        (a["source"], a["period"]): a["amount"]
        for a in saved.document["amounts"]
        if a["source"] in ("not_identified", "whitespace")
    }
    assert amounts == {
        ("not_identified", "FY2026-Q3"): 150_050,
        ("not_identified", "FY2026-Q4"): 250_000,
        ("whitespace", "FY2026-Q3"): 70_000,
    }
    assert saved.document["objective"].startswith("Be their only")

    assert open_plan(page, address, 1) == account
    page.get_by_text("Revision 1, draft").wait_for()
    holds(page.locator("textarea >> visible=true").first, r"^Be their only")


def test_a_cell_that_cannot_be_read_is_marked_and_nothing_is_saved(
    served: Callable[..., str], page: Any, book_root: Path
) -> None:
    account = open_plan(page, served(), 2)
    target = cell(page, "2026-Q4, row 1")
    target.fill("1.234")
    target.press("Tab")
    page.wait_for_selector(".wb-grid-fault >> visible=true")
    page.get_by_role("button", name="Submit").click()
    assert "can be read as 1234 or as 1.234" in said(page, r"^not saved:")
    book = Book.open(book_root)
    assert PlanDesk(book, visitor_of(book, None)).store.plan(account) is None


def test_a_conflict_shows_both_versions_and_asks(served: Callable[..., str], page: Any, book_root: Path) -> None:
    account = open_plan(page, served(), 3)
    book = Book.open(book_root)
    desk = PlanDesk(book, visitor_of(book, None))
    opened = desk.open(account)
    desk.save(opened, changed(opened.plan, objective="Theirs"), "draft")

    page.locator("textarea >> visible=true").first.fill("Mine")
    said(page, "Draft kept")
    page.get_by_role("button", name="Save draft").click()
    said(page, "saved revision 1")
    page.get_by_role("cell", name="Theirs").wait_for()
    page.get_by_role("cell", name="Mine").wait_for()
    assert page.get_by_role("button", name="Keep mine").bounding_box()["y"] < 1000  # in sight without scrolling
    page.get_by_role("button", name="Keep mine").click()
    said(page, "Saved at .* as revision 2")
    assert [r.document["objective"] for r in desk.store.history(account)] == ["Theirs", "Mine"]


def test_a_killed_kernel_loses_nothing_that_was_typed(served: Callable[..., str], page: Any, book_root: Path) -> None:
    address = served()
    open_plan(page, address, 4)
    page.locator("textarea >> visible=true").first.fill("Typed before the crash")
    target = cell(page, "2026-Q4, row 1")
    target.fill("not a number")
    target.press("Tab")
    drafts = book_root / ".drafts"
    eventually(lambda: any("not a number" in p.read_text(encoding="utf-8") for p in drafts.rglob("*.json")))
    here = psutil.Process()
    kernels = [p for p in here.children(recursive=True) if is_kernel(p)]
    assert kernels
    for kernel in kernels:
        os.kill(kernel.pid, signal.SIGKILL)
    page.locator("textarea >> visible=true").first.fill("Typed into a page that keeps nothing any more")
    page.get_by_role("alert").get_by_text("what you type now is not kept").wait_for()
    open_plan(page, address, 4)
    said(page, "Recovered")
    holds(page.locator("textarea >> visible=true").first, "^Typed before the crash$")
    holds(cell(page, "2026-Q4, row 1"), "^not a number$")


def test_a_closed_tab_keeps_the_cell_in_work_and_ends_its_kernel(
    served: Callable[..., str], page: Any, book_root: Path
) -> None:
    def kernels() -> set[int]:
        return {p.pid for p in psutil.Process().children(recursive=True) if is_kernel(p)}

    address, others = served(), kernels()
    account = open_plan(page, address, 6)
    assert kernels() - others
    rooms = page.locator(".wb-grid-room >> visible=true")
    assert rooms.evaluate_all("all => all.every(room => room.scrollWidth <= room.clientWidth)")  # nothing is cut off
    cell(page, "2026-Q4, row 1").fill("4711")
    page.close(run_before_unload=True)
    drafts = book_root / ".drafts"
    eventually(lambda: any("4711" in p.read_text(encoding="utf-8") for p in drafts.rglob(f"{account}.json")))
    eventually(lambda: not kernels() - others)


def test_a_token_is_asked_for(served: Callable[..., str]) -> None:
    address = served(token="secret-token")
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert "/login" in answer.geturl()
    with urllib.request.urlopen(f"{address}?token=secret-token", timeout=30) as answer:
        assert "/login" not in answer.geturl()


def test_behind_a_proxy_the_header_decides_whose_plans_are_shown(
    served: Callable[..., str], browser: Any, book_root: Path
) -> None:
    address = served(user_header="X-Remote-User")
    reps = Book.open(book_root).tables.reps
    mail = reps.loc[(reps["rep_id"] == "P-21").to_numpy(), "email"].iloc[0]
    for headers, expected in (
        ({"X-Remote-User": mail}, "choose an account"),
        ({}, "is nobody in the reps table"),
        ({"X-Remote-User": "eve@example.com"}, "is nobody"),
    ):
        context = browser.new_context(extra_http_headers=headers)
        tab = context.new_page()
        tab.set_default_timeout(90_000)
        tab.goto(address)
        tab.get_by_text(expected).first.wait_for(state="attached")
        if expected.startswith("choose"):
            shown = set(
                tab.eval_on_selector(
                    "select", "s => [...s.options].slice(1).map(o => /\\(([^)]+)\\)$/.exec(o.text)[1])"
                )
            )
            register = Book.open(book_root).portfolio.register
            assert shown == set(register.loc[(register["owner_rep_id"] == "P-21").to_numpy(), "account_id"])
        else:
            assert tab.locator("select").count() == 0
        context.close()


def test_the_same_form_works_in_notebook_06(lab: Callable[..., str], page: Any) -> None:
    made = nbformat.read(ROOT / "notebooks/06-account-plans.ipynb", as_version=4)
    code = [cell.source for cell in made.cells if cell.cell_type == "code"]
    form = next(source for source in code if "plan_form(view)" in source)
    page.goto(lab("plans", "\n".join([code[0], code[1].split("sections.show")[0], form])))
    picker = run_until_shown(page, ".jp-OutputArea select")
    picker.select_option(index=5)
    cell(page, "2026-Q4, row 1").wait_for()
    paste_new_amounts(page)
    said(page, "Draft kept")
    page.get_by_role("button", name="Save draft").click()
    said(page, "Saved at .* as revision 1")
