"""A rep's file: pre-filled plans of all accounts, ready to be typed into, printed, and read back."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from workbook.files import replacing
from workbook.money import format_amount
from workbook.plans.document import SECTIONS
from workbook.plans.rolling import repeat_by_period
from workbook.sheets import layout
from workbook.sheets.canvas import Canvas
from workbook.sheets.cover import cover
from workbook.sheets.entries import LINE, territory_entry_of
from workbook.sheets.layout import ACCOUNTS, DEALS, NEW, START, TERRITORY, blocks
from workbook.sheets.rep_file import Held, RepFile, sheets_of, stamp_of
from workbook.sheets.styles import Styles

#: Blank rows for new business and for amounts without an account.
NEW_ROWS, UNNAMED_ROWS, DEAL_ROWS = 12, 6, 4


def write_file(file: RepFile, path: Path) -> None:
    """Write a rep's file, whole or not at all."""
    import xlsxwriter

    with _collector_at_rest(), replacing(path) as temporary:
        options = {
            "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False, "in_memory": True,
            "default_format_properties": {"font_name": "Calibri", "font_size": 10},
        }  # fmt: skip
        with xlsxwriter.Workbook(str(temporary), options) as book:
            made = datetime.fromisoformat(file.as_of)
            title = f"Account plans {file.horizon.year}: {file.rep_name}"
            book.set_properties({"title": title, "company": file.company, "created": made})
            _fill(file, book)


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection while one file is assembled: its thousands of small tuples would be looked through in vain."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _fill(file: RepFile, book: Any) -> None:
    from workbook.sheets.worksheet import PlainWorksheet

    styles, keys = Styles(book, file.currency), sheets_of(file)
    unlisted = frozenset(name for name, values in file.lists.items() if not values)

    def add(name: str) -> Canvas:
        return Canvas(book.add_worksheet(name, PlainWorksheet), name, styles, file.horizon, unlisted)

    start, accounts, deals, new, territory = (add(name) for name in (START, ACCOUNTS, DEALS, NEW, TERRITORY))
    cards = [(add(keys[h.plan.account_id]), h) for h in file.accounts if h.plan.account_id in keys]
    _lists(book, file)
    places = _accounts(accounts, file, keys)
    places |= _deals(deals, file)
    places |= _new(new, file)
    places |= _territory(territory, file)
    for canvas, held in cards:
        _card(canvas, held, file)
    cover(start, file, places)
    hidden = book.add_worksheet(layout.STAMP)
    for at, row in enumerate(stamp_of(file).rows()):
        for column, value in enumerate(row):
            hidden.write_string(at, column, value)
    hidden.very_hidden()


def _lists(book: Any, file: RepFile) -> None:
    sheet = book.add_worksheet(layout.LISTS)
    for column, (name, values) in enumerate(file.lists.items()):
        sheet.write_string(0, column, name)
        for row, value in enumerate(values, start=1):
            sheet.write_string(row, column, value)
        letter = chr(ord("A") + column)
        book.define_name(f"list_{name}", f"={layout.LISTS}!${letter}$2:${letter}${max(len(values), 1) + 1}")
    sheet.very_hidden()


def _accounts(sheet: Canvas, file: RepFile, keys: Mapping[str, str]) -> dict[str, str]:
    block = blocks(file.horizon)["account"]
    sheet.banner(
        f"Accounts of {file.rep_name}",
        f"One row per account. Repeat business by period; deals and new business have sheets of their own. Amounts in {file.currency}. "
        + file.horizon.carried_over,
        block.width,
    )
    first = sheet.heading(block)
    deals, new = len(file.deals) + DEAL_ROWS, max(len(_proposals(file)) + NEW_ROWS, 1)
    every = (*file.horizon.periods, *file.horizon.later)
    sums = dict.fromkeys((*every, "total"), 0)
    for held in file.accounts:
        plan, entry = held.plan, held.entry
        key = keys.get(plan.account_id, "")
        values = dict(held.facts) | {name: entry.get(name) for name in LINE}
        repeat = repeat_by_period(plan)
        values |= {f"p:{p}": repeat.get(p, 0) for p in every}
        values |= {"account": held.label, "objective": plan.objective, "note": plan.note, "sheet": key}
        fixed = set(LINE) - {"note"} if key else set()
        if key:
            values |= dict.fromkeys(fixed, None) | {"objective": f"→ sheet {key}"}
        row = sheet.row(block, f"account:{plan.account_id}", values, fixed)
        planned = plan.planned_amount()
        sheet.total(block, row, planned, (deals, new), (held.label, key))
        for name, amount in (*repeat.items(), ("total", planned)):
            if name in sums:
                sums[name] += amount
    last = sheet.at - 1
    places = sheet.sums(block, first, sums, layout.TOTAL)
    sheet.finish(block, first, last, freeze=(first, 2))
    return {f"repeat:{p}": cell for p, cell in places.items()}


def _deals(sheet: Canvas, file: RepFile) -> dict[str, str]:
    block = blocks(file.horizon)["deal"]
    sheet.banner(
        "Open deals",
        "Say in which period you plan each deal, how much of it, and what the customer has put into it: time, money, people. Those come first.",
        block.width,
    )
    first = sheet.heading(block)
    for number, deal in enumerate(file.deals, start=1):
        sheet.row(block, f"deal:{deal['deal']}#{number}", deal, {"deal"})
    for _ in range(DEAL_ROWS):
        sheet.row(block, "", {}, set())
    last = sheet.at - 1
    sheet.finish(block, first, last, freeze=(first, 3))
    return {"deals": f"{first + 1}:{last + 1}"}


def _proposals(file: RepFile) -> list[dict[str, Any]]:
    labels = {h.plan.account_id: h.label for h in file.accounts}
    kinds = {v: k for k, v in layout.KINDS_OF_NEW.items()}
    sizes = {(w["account_id"], w["product_family"]): w["sized_amount"] for w in file.whitespace}
    rows, named = [], set()
    for held in file.accounts:
        for kind, family, idea, outcome, amounts in held.entry["new"]:
            named.add((held.plan.account_id, family))
            size = sizes.get((held.plan.account_id, family))
            rows.append(
                {
                    "account": held.label,
                    "kind": kinds[kind],
                    "family": family,
                    "idea": idea,
                    "outcome": outcome,
                    "size": size,
                }
                | {f"p:{p}": a for p, a in amounts.items()}
            )
    largest = sorted(
        file.whitespace, key=lambda w: (-int(w["sized_amount"]), str(w["account_id"]), str(w["product_family"]))
    )
    rows += [
        {
            "account": labels[w["account_id"]],
            "kind": "whitespace",
            "family": w["product_family"],
            "size": w["sized_amount"],
        }
        for w in largest
        if (w["account_id"], w["product_family"]) not in named and w["account_id"] in labels
    ]
    return rows


def _new(sheet: Canvas, file: RepFile) -> dict[str, str]:
    block = blocks(file.horizon)["new"]
    sheet.banner(
        "New business",
        "What you plan beyond repeat business and open deals. Proposed rows are what comparable accounts buy: give an amount, or leave them blank. Add your own below.",
        block.width,
    )
    first = sheet.heading(block)
    rows = _proposals(file)
    for number, row in enumerate(rows, start=1):
        sheet.row(block, f"new:{number}", row, set())
    for _ in range(NEW_ROWS):
        sheet.row(block, "", {}, set())
    last = sheet.at - 1
    sheet.finish(block, first, last, freeze=(first, 2))
    return {"new": f"{first + 1}:{last + 1}"}


def _territory(sheet: Canvas, file: RepFile) -> dict[str, str]:
    all_blocks = blocks(file.horizon)
    block, unnamed = all_blocks["territory"], all_blocks["unnamed"]
    sheet.banner(
        "The territory", "Your approach, and what you expect from accounts that are not identified yet.", unnamed.width
    )
    sheet.title("How you will work it", block.width + 1)
    sheet.heading(block)
    entry = territory_entry_of(file.plan)
    for name, (title, question) in layout.TOPICS.items():
        sheet.row(
            block,
            f"territory:{name}",
            {"topic": f"{title}\n{question}", "text": entry["topics"][name]},
            set(),
            height=54,
        )
    sheet.gap()
    sheet.title("Not yet identified", unnamed.width + 1)
    sheet.heading(unnamed)
    first = sheet.at
    for family, note, amounts in entry["unnamed"]:
        sheet.row(unnamed, "", {"family": family, "note": note} | {f"p:{p}": a for p, a in amounts.items()}, set())
    for _ in range(UNNAMED_ROWS):
        sheet.row(unnamed, "", {}, set())
    last = sheet.at - 1
    sheet.finish(unnamed, None, None, freeze=None)
    return {"unnamed": f"{first + 1}:{last + 1}"}


def _card(sheet: Canvas, held: Held, file: RepFile) -> None:
    all_blocks, plan = blocks(file.horizon), held.plan
    sheet.card_columns()
    sheet.banner(
        held.label,
        f"Account plan {file.horizon.year} · {file.rep_name} · {plan.account_id}",
        all_blocks["section"].width,
        f"card:{plan.account_id}",
    )
    sheet.facts(held.facts.get("sentences", ()), _numbers(held, file))
    entry = held.entry
    sheet.gap()
    sheet.title("Start from the end: what we want to reach, and what they want to achieve", 11)
    sheet.heading(all_blocks["objective"])
    sheet.row(
        all_blocks["objective"], "objective:text", {"topic": "Objective", "text": entry["objective"]}, set(), height=30
    )
    sheet.heading(all_blocks["strategy"])
    sheet.row(
        all_blocks["strategy"], "strategy:text", {"topic": "Serves", "strategy": entry["strategy"]}, set(), height=18
    )
    _rows(sheet, all_blocks["outcome"], entry["outcomes"])
    sheet.gap()
    sheet.title("Then work back: the plan in two views", 11)
    sheet.heading(all_blocks["section"])
    for key, (title, ours, theirs) in SECTIONS.items():
        said = entry["sections"].get(key, ["", ""])
        sheet.row(
            all_blocks["section"],
            f"section:{key}",
            {"topic": f"{title}\n{ours}\n{theirs}", "ours": said[0], "theirs": said[1]},
            set(),
            height=54,
            hints={"ours": ours, "theirs": theirs},
        )
    titles = {
        "person": ("Who decides and who cares", entry["people"]),
        "action": ("Actions", entry["actions"]), "risk": ("Risks, barriers, limits", entry["risks"]),
        "verified": ("Verified with the customer", entry["verified"]),
    }  # fmt: skip
    for name, (title, rows) in titles.items():
        sheet.gap()
        sheet.title(title, 11)
        _rows(sheet, all_blocks[name], rows)
    sheet.finish(all_blocks["section"], None, None, freeze=(3, 0), portrait=False)


def _rows(sheet: Canvas, block: layout.Block, rows: Sequence[Mapping[str, Any]]) -> None:
    """A block's heading, its rows and blank ones for more."""
    sheet.heading(block)
    for row in rows:
        sheet.row(
            block, "", {**row, "known": "yes" if row["known"] else "no"} if block.name == "person" else row, set()
        )
    for _ in range(layout.BLANK_ROWS[block.name]):
        sheet.row(block, "", {}, set())


def _numbers(held: Held, file: RepFile) -> list[tuple[str, str]]:
    facts, short = held.facts, {"short": True}
    amounts = [
        ("Sales, last 12 months", facts.get("sales")),
        ("12 months before", facts.get("prior")),
        ("Open deals", facts.get("open")),
        ("Planned so far", held.plan.planned_amount()),
    ]
    said = [(title, format_amount(value, file.currency, **short)) for title, value in amounts]
    touch = facts.get("last_touch_on")
    return [
        *said,
        ("Class, grade", f"{facts.get('class') or 'not known'}, {facts.get('grade') or 'not known'}"),
        ("Last touch", str(touch) if touch else "not known"),
    ]
