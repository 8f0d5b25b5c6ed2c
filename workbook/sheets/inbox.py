"""One returned file: what was typed for each account and the territory, and every fault with its sheet and cell."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.plans.document import SECTIONS
from workbook.plans.known import Horizon
from workbook.rules import Rules
from workbook.sheets import layout
from workbook.sheets.account_rows import AccountRows
from workbook.sheets.entries import Entry, digest
from workbook.sheets.guard import Inspected, inspect
from workbook.sheets.layout import ACCOUNTS, DEALS, NEW, TERRITORY, Block, blocks, lists
from workbook.sheets.reading import Cells, Faults, Reader, Row, rows_of
from workbook.sheets.returned import Returned
from workbook.sheets.stamp import Sent, Stamp
from workbook.sheets.values import CellError, text


def read_file(path: Path, rules: Rules, horizon: Horizon, families: tuple[str, ...]) -> Returned:
    """Read a returned file. Nothing in it raises: what is wrong is among its faults."""
    out, faults = Returned(path), Faults(path.name)
    out.faults = faults.found
    try:
        inspected = inspect(path, rules.plans)
        sheets, out.tables = _sheets(inspected), inspected.tables
        if layout.STAMP not in sheets:
            raise WorkbookError(
                "is not a plan file: it has no stamp", remedy="Copy your entries into a newly sent file."
            )
        stamp = Stamp.read([list(row) for row in sheets[layout.STAMP].rows])
        _same_book(stamp, rules)
    except WorkbookError as fault:
        faults.add("", "", "", CellError(fault.what, fault.remedy))
        return out
    out.stamp = stamp
    labels = tuple(p.label for p in stamp.plans if p.label)
    reader = Reader(faults, rules.book.currency, lists(labels, families, horizon, rules.plans))
    _read_all(out, stamp, sheets, reader, horizon)
    out.changed = frozenset(
        i for i, e in out.entries.items() if i in stamp.by_id and digest(e) != stamp.by_id[i].digest
    )
    return out


def _same_book(stamp: Stamp, rules: Rules) -> None:
    if stamp.layout != layout.LAYOUT:
        raise WorkbookError(f"has layout {stamp.layout}, this program reads {layout.LAYOUT}", remedy="Send a new file.")
    if (stamp.book, stamp.year) != (rules.book.name, rules.book.year):
        raise WorkbookError(
            f"was made for {stamp.book}, {stamp.year}, and this book is {rules.book.name}, {rules.book.year}",
            remedy="Name the right book with --book, or send a new file.",
        )
    if stamp.currency != rules.book.currency:
        raise WorkbookError(f"has amounts in {stamp.currency}", remedy="Send a new file.")


def _sheets(inspected: Inspected) -> dict[str, Cells]:
    from python_calamine import CalamineError, CalamineWorkbook

    if inspected.tables is not None:
        return {
            name: Cells(name, rows, inspected.errors[name], inspected.unvalued[name])
            for name, rows in inspected.tables.items()
            if name not in (layout.START, layout.LISTS)
        }
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(inspected.content))
        return {
            name: Cells(
                name,
                book.get_sheet_by_name(name).to_python(skip_empty_area=False),
                inspected.errors.get(name, {}),
                inspected.unvalued.get(name, frozenset()),
            )
            for name in book.sheet_names
            if name in (ACCOUNTS, DEALS, NEW, TERRITORY, layout.STAMP) or name not in (layout.START, layout.LISTS)
        }
    except (CalamineError, OSError, ValueError) as fault:
        raise WorkbookError(
            f"is damaged: {fault}", remedy="Open and save it again in a spreadsheet program."
        ) from fault
    except BaseException as fault:  # the parser's own panics are no Exceptions
        if type(fault).__name__ != "PanicException":
            raise
        raise WorkbookError("is damaged", remedy="Open and save it again in a spreadsheet program.") from None


def _read_all(out: Returned, stamp: Stamp, sheets: Mapping[str, Cells], reader: Reader, horizon: Horizon) -> None:
    every = blocks(horizon)
    missing = [name for name in (ACCOUNTS, DEALS, NEW, TERRITORY) if name not in sheets]
    for name in missing:
        reader.faults.add(name, "", "", CellError("the sheet is missing", "Put it back, or use a new file."), "*")
    if missing:
        return
    accounts = AccountRows(out, stamp, reader)
    for block, row in rows_of(sheets[ACCOUNTS], {"account": every["account"]}, reader.faults):
        accounts.account(block, row)
    accounts.look_for_missing()
    for block, row in rows_of(sheets[DEALS], {"deal": every["deal"]}, reader.faults):
        accounts.deal(block, row)
    accounts.look_for_missing_deals()
    for block, row in rows_of(sheets[NEW], {"new": every["new"]}, reader.faults):
        accounts.new(block, row)
    _territory(out, stamp, sheets[TERRITORY], reader, every)
    cards = {cells.sheet: cells for name, cells in sheets.items() if name not in (ACCOUNTS, DEALS, NEW, TERRITORY)}
    for sent in stamp.plans:
        if sent.sheet and sent.label:
            _card(out, sent, cards, reader, every)


def _territory(
    out: Returned, stamp: Stamp, cells: Cells, reader: Reader, every: Mapping[str, Block]
) -> None:  # fmt: skip
    rep = stamp.rep_id
    entry: Entry = {"topics": dict.fromkeys(layout.TOPICS, ""), "unnamed": []}
    wanted = {name: every[name] for name in ("territory", "unnamed")}
    for block, row in rows_of(cells, wanted, reader.faults, rep):
        if block.name == "territory":
            if row.key in layout.TOPICS:
                entry["topics"][row.key] = reader.tried(row, "text", text, rep) or ""
            else:
                reader.own_row(row, ("text",))
            continue
        before = len(reader.faults.found)
        typed = {c.key: reader.value(row, c, rep) for c in block.columns}
        amounts = {k.removeprefix("p:"): v for k, v in typed.items() if k.startswith("p:") and v}
        if amounts:
            entry["unnamed"].append([typed["family"] or "", typed["note"] or "", amounts])
        elif len(reader.faults.found) == before:
            wrong = CellError("the row has no amount", "It is not read; give an amount, or write it under Note above.")
            reader.wrong(row, "note" if typed["note"] else "family", wrong, severity="warning")
    out.entries[rep] = entry
    out.where[rep] = (cells.sheet, "B1")


def _card(out: Returned, sent: Sent, cards: Mapping[str, Cells], reader: Reader, every: Mapping[str, Block]) -> None:
    account, entry = sent.plan_id, out.entries.get(sent.plan_id)
    mine = [c for c in cards.values() if c.rows and f"card:{account}" in [str(v) for v in c.rows[0][:4]]]
    found = mine or [c for c in (cards.get(sent.sheet),) if c is not None]
    if entry is None:
        return
    if len(found) != 1:
        words = "the sheet is missing" if not found else "the sheet is there twice"
        reader.faults.add(sent.sheet, "", sent.label, CellError(words, "Put it back, or use a new file."), account)
        return
    names = ("section", "objective", "strategy", "outcome", "person", "action", "risk", "verified")
    lists_of = {"outcome": "outcomes", "person": "people", "action": "actions", "risk": "risks", "verified": "verified"}
    for block, row in rows_of(found[0], {n: every[n] for n in names}, reader.faults, account):
        if block.keyed and row.key not in (*SECTIONS, "text"):
            reader.own_row(row, [c.key for c in block.columns[1:]])
        elif block.name == "section":
            ours, theirs = (reader.tried(row, side, text, account) or "" for side in ("ours", "theirs"))
            if ours or theirs:
                entry["sections"][row.key] = [ours, theirs]
        elif block.name == "objective":
            entry["objective"] = reader.tried(row, "text", text, account) or ""
        elif block.name == "strategy":
            entry["strategy"] = reader.value(row, block.columns[1], account) or ""
        else:
            made = _part(block, row, reader, account)
            if made is not None:
                entry[lists_of[block.name]].append(made)


#: The column without which a row of a block says nothing.
_NEEDED = {"outcome": "outcome", "person": "name", "action": "action", "risk": "risk", "verified": "by"}


def _part(block: Block, row: Row, reader: Reader, account: str) -> dict[str, Any] | None:
    before = len(reader.faults.found)
    typed = {c.key: reader.value(row, c, account) for c in block.columns}
    if len(reader.faults.found) > before:
        return None
    needed = [_NEEDED[block.name], *(["on"] if block.name == "verified" else [])]
    for key in needed:
        if not typed[key]:
            title = next(c.title for c in block.columns if c.key == key)
            reader.wrong(row, key, CellError(f"the row has no {title!r}", "Fill it in, or clear the row."), account)
            return None
    if block.name == "person":
        typed["known"] = typed["known"] != "no"
    empty = {c.key: None if c.kind in ("date", "share", "support", "count") else "" for c in block.columns}
    return {k: empty[k] if v is None else v for k, v in typed.items()}
