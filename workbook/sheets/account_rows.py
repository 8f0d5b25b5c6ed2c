"""The three tables of a returned file, row by row: accounts, deals, new business."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbook.plans.document import COMMITTED
from workbook.sheets import layout
from workbook.sheets.entries import Entry
from workbook.sheets.layout import ACCOUNTS, DEALS, Block
from workbook.sheets.reading import Reader, Row
from workbook.sheets.returned import Returned
from workbook.sheets.stamp import Stamp
from workbook.sheets.values import CellError, text


@dataclass
class AccountRows:
    """The three tables of a file, row by row."""

    out: Returned
    stamp: Stamp
    reader: Reader
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
        if typed["note"] and not amount and not self._faulty(row, "planned"):
            wrong = CellError("a note on a deal without an amount", "It is not read; write it to the account.")
            self.reader.wrong(row, "note", wrong, severity="warning")
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
        if kind != "whitespace" and not amounts and not any(self._faulty(row, c.key) for c in typed_amounts):
            wrong = CellError("the row has no amount", "It is not read; give an amount, or write it to the account.")
            self.reader.wrong(row, "idea" if typed["idea"] else "outcome", wrong, severity="warning")
        if account in self.out.entries:
            row_of = [kind, typed["family"] or "", typed["idea"] or "", typed["outcome"] or "", amounts]
            self.out.entries[account]["new"].append(row_of)
