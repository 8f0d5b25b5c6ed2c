"""Edits of targets by hand: say what, see what it would do, record it with who and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbook.book import Book
from workbook.decisions import signed_at
from workbook.errors import WorkbookError
from workbook.forms.fallback import with_fallback
from workbook.forms.press import look, on_press, told
from workbook.money import to_decimal, typed
from workbook.show import Note
from workbook.targets.allocated import Allocated
from workbook.targets.edits import Edit, edits_of
from workbook.targets.previews import as_it_stands, decisions_of, in_words, preview, without, worth_showing

#: What each action needs besides node and period.
NEEDS = {"pin": ("amount",), "lock": (), "scale": ("percent",), "transfer": ("amount", "to_node"), "shift": ("amount", "to_period"), "undo": ("revision",)}  # fmt: skip


_WRAP = {"flex_flow": "row wrap"}


class EditDesk:
    """A form for one edit after another. ``preview`` changes nothing; ``record`` refuses what cannot be met.

    In a notebook the object itself is the form; where widgets do not live the list of edits stands.
    """

    def __init__(self, book: Book) -> None:
        self.book, self.currency = book, book.facts.currency
        self.standing = edits_of(book.facts.decisions.log("target_edit"))
        self.made = made = book.targets.required()
        families = [""] + [
            f for m, f in made.draft.prepared.cells.slots if f and m == made.draft.prepared.cells.slots[0][0]
        ]
        self.action = widgets.Dropdown(options=list(NEEDS), value="pin", description="edit")
        self.node = widgets.Text(placeholder="node, rep or account", description="of")
        self.period = widgets.Text(book.facts.year, description="period")
        # no option is None: whether ipywidgets then holds it for chosen depends on how this process hashes text
        self.family = widgets.Dropdown(options=[(f or "all", f) for f in families], description="family")
        self.amount = widgets.Text(placeholder="1234.56", description=self.currency)
        self.percent = widgets.FloatText(100.0, description="percent")
        self.to_node = widgets.Text(description="to node")
        self.to_period = widgets.Text(description="to period")
        self.revision = widgets.IntText(0, description="of edit")
        self.who, self.why = widgets.Text(description="by"), widgets.Text(description="why")
        self.look = widgets.Button(description="Preview")
        self.save = widgets.Button(description="Record", button_style="primary")
        self.answer, self.listed = told(), told()
        self.action.observe(lambda change: self._asked(), names="value")
        on_press(self.look, self.answer, self.preview)
        on_press(self.save, self.answer, self.record)
        first = widgets.VBox([self.action, self.node, self.period, self.family])
        second = widgets.VBox([self.amount, self.percent, self.to_node, self.to_period, self.revision])
        third = widgets.VBox([self.who, self.why, widgets.HBox([self.look, self.save])])
        self.form = widgets.VBox([look(), widgets.HBox([first, second, third], layout=_WRAP), self.answer, self.listed])
        self._asked()
        self._list()

    def _asked(self) -> None:
        """Show only the fields that the action needs."""
        for name in ("amount", "percent", "to_node", "to_period", "revision"):
            getattr(self, name).layout.display = "" if name in NEEDS[self.action.value] else "none"
        for box in (self.node, self.period, self.family):
            box.layout.display = "none" if self.action.value == "undo" else ""

    def edit(self) -> Edit:
        """The edit as it stands in the form; :class:`UsageError` says what is missing."""
        action = self.action.value
        said: dict[str, Any] = {
            "action": action,
            "node": self.node.value.strip(),
            "period": self.period.value.strip(),
            "family": self.family.value or None,
        }
        if "amount" in NEEDS[action]:
            said["amount"] = typed(self.amount.value, self.currency)
        if action == "scale":
            said["factor"] = self.percent.value / 100
        if "to_node" in NEEDS[action]:
            said["to_node"] = self.to_node.value.strip()
        if "to_period" in NEEDS[action]:
            said["to_period"] = self.to_period.value.strip()
        if action == "lock":
            said["amount"] = as_it_stands(self.made, said)
        return Edit.of(0, said)

    def preview(self) -> pd.DataFrame | None:
        """Show what the edit would change; a refusal shows the numbers in conflict."""
        try:
            rows, after = self._tried()
        except WorkbookError as fault:
            self._told(str(fault), wrong=True)
            return None
        moved = worth_showing(rows)
        lines = "".join(
            f"<tr><td style='text-align:left'>{escape(r.name)} ({escape(r.node)})</td>"
            + "".join(
                f"<td>{to_decimal(a, self.currency):,}</td>" for a in (r.before_amount, r.after_amount, r.change_amount)
            )
            + "</tr>"
            for r in moved.head(40).itertuples(index=False)
        )
        more = f"<p>… and {len(moved) - 40} more</p>" if len(moved) > 40 else ""
        told = in_words(rows, self.currency)
        gave = f"<p>Could not stay: {escape(', '.join(after.given_way))}.</p>" if after.given_way else ""
        gave += "".join(f"<p>Not applied: {escape(text)}</p>" for text in after.not_applied)
        period = rows["period"].iloc[0] if len(rows) else ""
        head = "".join(f"<th>{t}</th>" for t in (f"{period}, {self.currency}", "before", "after", "change"))
        table = f"<table><tr>{head}</tr>{lines}</table>" if len(moved) else ""
        self.answer.value = f"{table}{more}{f'<p>{escape(told)}</p>' if told else ''}{gave}"
        return rows

    def _tried(self) -> tuple[pd.DataFrame, Allocated]:
        if self.action.value != "undo":
            return preview(self.made, [self.edit()])
        rows, after, _ = without(self.made, self.standing, self.revision.value)
        return rows, after

    def record(self) -> None:
        """Record the edit in the book's store, if it can be met."""
        from workbook.store.store import open_store

        who, why = self.who.value.strip(), self.why.value.strip()
        if not who:
            self._told("Say who decides.", wrong=True)
            return
        try:
            at = signed_at(self.book.as_of, datetime.now())
            if self.action.value == "undo":
                taken_back = without(self.made, self.standing, self.revision.value)[2]
                rows = [replace(taken_back, by=who, at=at, reason=why)]
            else:
                self._tried()
                rows = decisions_of([self.edit()], who, at, why)
            stored = open_store(self.book.root).record_all(rows)
        except WorkbookError as fault:
            self._told(str(fault), wrong=True)
            return
        self.book = self.book.reopened()
        self.standing = edits_of(self.book.facts.decisions.log("target_edit"))
        self.made = self.book.targets.required()
        self._told(f"Recorded as decision {stored[0].revision}. Open the book again to see it everywhere.", wrong=False)
        self._list()

    def _told(self, text: str, *, wrong: bool) -> None:
        self.answer.value = f"<p style='color:{'#A33F00' if wrong else '#00664B'}'>{escape(text)}</p>"

    def _list(self) -> None:
        rows = "".join(
            f"<li>{escape(e.label)}, {escape(e.by)}{': ' + escape(e.reason) if e.reason else ''}</li>"
            for e in self.standing
        )
        self.listed.value = f"<p>Edits in force:</p><ul>{rows}</ul>" if rows else "<p>No edits yet.</p>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return with_fallback(
            self.form,
            options,
            {"text/html": self.listed.value, "text/plain": "Edits of targets (needs a running kernel)."},
        )


def edit_desk(book: Book) -> EditDesk | Note:
    """The form for edits; a note for a part of the company, or without a target."""
    if book.scope is not None:
        return Note("Targets are edited for the whole company: open the book without a node.")
    if book.targets.allocated is None:
        return Note(f"No target for {book.facts.year}: nothing to edit.", "warn")
    return EditDesk(book)
