"""One returned file: what was typed for each account and the territory, and every fault with its sheet and cell."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.plans.document import COMMITTED, SECTIONS
from workbook.plans.known import Horizon
from workbook.rules import Rules
from workbook.sheets import layout
from workbook.sheets.entries import Entry, digest
from workbook.sheets.guard import Inspected, inspect
from workbook.sheets.layout import ACCOUNTS, DEALS, NEW, TERRITORY, Block, blocks, lists
from workbook.sheets.reading import CellFault, Cells, Faults, Reader, Row, rows_of
from workbook.sheets.stamp import Sent, Stamp
from workbook.sheets.values import CellError, text


@dataclass
class Returned:
    """A file as it came back. ``entries``: what was typed, by plan id; ``changed``: plans whose entry is not as it was sent;
    ``where``: the cell that stands for a plan. A file that cannot be read at all has no stamp.
    """

    path: Path
    stamp: Stamp | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    faults: list[CellFault] = field(default_factory=list)
    where: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def blocked(self) -> frozenset[str]:
        """Plans with an error: they are not saved."""
        found = {f.account_id for f in self.faults if f.severity == "error" and f.account_id}
        return frozenset(self.entries) if "*" in found else frozenset(found)


def read_file(path: Path, rules: Rules, horizon: Horizon, families: tuple[str, ...]) -> Returned:
    """Read a returned file. Nothing in it raises: what is wrong is among its faults."""
    out, faults = Returned(path), Faults(path.name)
    out.faults = faults.found
    try:
        inspected = inspect(path, rules.plans)
        sheets = _sheets(inspected)
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
    accounts = _Accounts(out, stamp, reader, horizon)
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


@dataclass
class _Accounts:
    """The three tables of a file, row by row."""

    out: Returned
    stamp: Stamp
    reader: Reader
    horizon: Horizon
    deals_seen: set[str] = field(default_factory=set)

    def account(self, block: Block, row: Row) -> None:
        account = self._whose(row)
        if account is None:
            return
        sent = self.stamp.by_id[account]
        if account in self.out.entries:
            wrong = CellError("the account stands in two rows", "Delete the row that was copied.")
            self.reader.wrong(row, "account", wrong, account)
            return
        typed = {c.key: self.reader.value(row, c, account) for c in block.columns if not c.fixed}
        entry: Entry = {
            "repeat": {c.removeprefix("p:"): v or 0 for c, v in typed.items() if c.startswith("p:")},
            "deals": [], "commitments": [], "new": [], "note": typed["note"] or "",
        }  # fmt: skip
        if sent.sheet:
            entry |= {
                "objective": "",
                "strategy": "",
                "sections": {},
                "outcomes": [],
                "people": [],
                "actions": [],
                "risks": [],
                "verified": [],
            }
        else:
            names = ("objective", "strategy", "action", "owner", "function", "channel")
            entry |= {name: typed[name] or "" for name in names} | {
                "due_on": typed["due_on"],
                "done_on": typed["done_on"],
            }
        self.out.entries[account] = entry
        self.out.where[account] = (row.cells.sheet, row.ref("account"))

    def _whose(self, row: Row) -> str | None:
        label = self.reader.tried(row, "account", text) or ""
        named = self.stamp.by_label.get(label.casefold())
        known = row.key.partition("#")[0]
        if known and (known not in self.stamp.by_id or not self.stamp.by_id[known].label):
            self.reader.wrong(
                row, "account", CellError("is not an account of this file", "Use the file of its own rep.")
            )
            return None
        if known and named and known != named:
            wrong = CellError(
                f"the row was {self.stamp.by_id[known].label!r}: only some of its columns were sorted or pasted",
                "Undo the sorting, or sort whole rows.",
            )
            self.reader.wrong(row, "account", wrong, known)
            self.reader.wrong(row, "account", wrong, named)
            return None
        if known and label and not named:
            wrong = CellError(f"the name was changed from {self.stamp.by_id[known].label!r}", "It is read by its key.")
            self.reader.wrong(row, "account", wrong, severity="warning")
        found = known or named
        if not found:
            wrong = CellError("is not an account of this file", "Choose one from the list.")
            self.reader.wrong(row, "account", wrong)
            return None
        return found

    def look_for_missing(self) -> None:
        """Accounts whose row was deleted keep their plan as it is."""
        for sent in self.stamp.plans:
            if sent.label and sent.plan_id not in self.out.entries and sent.plan_id not in self.out.blocked:
                wrong = CellError("the row was deleted", "Its plan stays as it is; to plan nothing, write zeros.")
                self.reader.faults.add(ACCOUNTS, "", sent.label, wrong, sent.plan_id, "warning")

    def deal(self, block: Block, row: Row) -> None:
        deal = row.key.partition("#")[0] or (self.reader.tried(row, "deal", text) or "")
        owner = dict(self.stamp.deals)
        if not deal and row.is_blank(block):
            return
        if deal not in owner:
            self.reader.wrong(
                row,
                "deal",
                CellError("is not a deal of this file", "Name a deal from the list above, or plan it as new business."),
            )
            return
        account = owner[deal]
        shown = self.reader.tried(row, "deal", text)
        if row.key and shown and shown != deal:
            wrong = CellError(
                f"the row was {deal!r}: only some of its columns were sorted or pasted", "Sort whole rows."
            )
            for one in (account, owner.get(shown, account)):
                self.reader.wrong(row, "deal", wrong, one)
            return
        self.deals_seen.add(deal)
        typed = {c.key: self.reader.value(row, c, account) for c in block.columns if not c.fixed and c.key != "deal"}
        self._commit(account, deal, tuple(typed[name] == "yes" for name in COMMITTED))
        amount, period = typed["planned"], typed["period"]
        if amount and not period:
            if not self._faulty(row, "period"):
                self.reader.wrong(row, "period", CellError("an amount without a period", "Choose the period."), account)
            return
        if amount and account in self.out.entries:
            self.out.entries[account]["deals"].append([deal, period, amount, typed["note"] or ""])

    def _commit(self, account: str, deal: str, marks: tuple[bool, ...]) -> None:
        """What the customer has put into a deal; a deal in several rows counts what any of them says."""
        if account not in self.out.entries or not any(marks):
            return
        held = self.out.entries[account]["commitments"]
        said = next((row for row in held if row[0] == deal), None)
        if said is None:
            held.append([deal, *marks])
        else:
            said[1:] = [a or b for a, b in zip(said[1:], marks, strict=True)]

    def _faulty(self, row: Row, key: str) -> bool:
        return any(f.sheet == row.cells.sheet and f.cell == row.ref(key) for f in self.reader.faults.found)

    def look_for_missing_deals(self) -> None:
        """A deal whose row was deleted is not planned any more; that is said."""
        for deal, account in dict(self.stamp.deals).items():
            if deal not in self.deals_seen and account not in self.out.blocked:
                wrong = CellError("the row of the deal was deleted", "Nothing is planned for it.")
                self.reader.faults.add(DEALS, "", deal, wrong, account, "warning")

    def new(self, block: Block, row: Row) -> None:
        typed_amounts = [c for c in block.columns if c.key.startswith("p:")]
        said = [k for k in ("idea", "outcome", *(c.key for c in typed_amounts)) if row.shown(k).strip()]
        if not said:
            return
        label = self.reader.tried(row, "account", text) or ""
        account = self.stamp.by_label.get(label.casefold())
        if account is None:
            words = "names no account" if not label else "is not an account of this file"
            self.reader.wrong(row, "account", CellError(words, "Choose one from the list; the row is not read."))
            return
        typed = {c.key: self.reader.value(row, c, account) for c in block.columns if not c.fixed and c.key != "account"}
        kind = layout.KINDS_OF_NEW.get(typed["kind"] or "", "")
        amounts = {c.key.removeprefix("p:"): typed[c.key] for c in typed_amounts if typed[c.key]}
        if not kind:
            if not self._faulty(row, "kind"):
                self.reader.wrong(
                    row, "kind", CellError("says not on what it rests", "Choose one from the list."), account
                )
            return
        if kind == "whitespace" and not typed["family"]:
            if not self._faulty(row, "family"):
                wrong = CellError("whitespace without a product family", "Choose the product family.")
                self.reader.wrong(row, "family", wrong, account)
            return
        if account in self.out.entries:
            row_of = [kind, typed["family"] or "", typed["idea"] or "", typed["outcome"] or "", amounts]
            self.out.entries[account]["new"].append(row_of)


def _territory(
    out: Returned, stamp: Stamp, cells: Cells, reader: Reader, every: Mapping[str, Block]
) -> None:  # fmt: skip
    rep = stamp.rep_id
    entry: Entry = {"topics": dict.fromkeys(layout.TOPICS, ""), "unnamed": []}
    wanted = {name: every[name] for name in ("territory", "unnamed")}
    for block, row in rows_of(cells, wanted, reader.faults):
        if block.name == "territory":
            if row.key in layout.TOPICS:
                entry["topics"][row.key] = reader.tried(row, "text", text, rep) or ""
            continue
        typed = {c.key: reader.value(row, c, rep) for c in block.columns}
        amounts = {k.removeprefix("p:"): v for k, v in typed.items() if k.startswith("p:") and v}
        if amounts or typed["note"]:
            entry["unnamed"].append([typed["family"] or "", typed["note"] or "", amounts])
    entry["unnamed"] = [row for row in entry["unnamed"] if row[2]]
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
    for block, row in rows_of(found[0], {n: every[n] for n in names}, reader.faults):
        if block.name == "section":
            if row.key in SECTIONS:
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
