"""The live form for classes: confirm what the rules changed, set a class by hand with a reason, and undo it."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbook.book import Book
from workbook.checks import counted
from workbook.decisions import Decision
from workbook.errors import WorkbookError
from workbook.forms.fallback import with_fallback
from workbook.forms.press import look, on_press, told
from workbook.portfolio.class_record import BY_RULES, Wish, class_override, confirmations
from workbook.portfolio.classes import CLASSES
from workbook.show import Table

#: Accounts offered in the list, largest first; any other is typed.
_OFFERED = 500


class ClassSession:
    """A form over the classes of a book, or a scope of one. It records nothing until a button is pressed with a name given.

    In a notebook, the object itself is the form; where widgets do not live (papermill, a page), the recorded history
    stands as a table.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        view = book.portfolio.view.sort_values(["projected_amount", "account_id"], ascending=[False, True])
        top = view.head(_OFFERED)
        self.account = widgets.Combobox(
            description="account", options=[f"{n} ({i})" for n, i in zip(top["name"], top["account_id"], strict=True)],
            placeholder="type a name or an account_id", ensure_option=False, layout=widgets.Layout(width="420px"),
        )  # fmt: skip
        self.now = widgets.HTML()
        self.to = widgets.Dropdown(description="class", options=[*CLASSES, BY_RULES])
        self.until = widgets.DatePicker(description="until")
        self.why = widgets.Text(description="reason", layout=widgets.Layout(width="420px"))
        self.who = widgets.Text(description="decided by")
        self.set = widgets.Button(description="Set the class", button_style="success")
        self.confirm = widgets.Button(layout=widgets.Layout(width="300px"))
        self.said, self.history = told(), told()
        self.form = widgets.VBox(
            [
                look(), self.who, widgets.HBox([self.account, self.now]), widgets.HBox([self.to, self.until]), self.why,
                widgets.HBox([self.set, self.confirm]), self.said, self.history,
            ]
        )  # fmt: skip
        self.account.observe(lambda _: self._picked(), names="value")
        on_press(self.set, self.said, self.record)
        on_press(self.confirm, self.said, self.record_changes)
        self.redraw()

    @property
    def account_id(self) -> str:
        """The account that is picked or typed."""
        text = str(self.account.value).strip()
        return text[text.rindex("(") + 1 : -1] if text.endswith(")") and "(" in text else text

    def redraw(self) -> None:
        """The history and what waits to be confirmed, as the book stands now."""
        waiting = len(self.book.portfolio.class_changes)
        self.confirm.description = f"Confirm {counted(waiting, 'change')} by the rules"
        self.confirm.disabled = waiting == 0
        self.history.value = str(self.table()._repr_html_())
        self._picked()

    def _picked(self) -> None:
        rows = self.book.portfolio.classes
        found = rows[(rows["account_id"] == self.account_id).to_numpy()]
        self.now.value = escape(str(found["sentence"].iloc[0])) if len(found) else ""

    def table(self) -> Table:
        """What people recorded, newest first."""
        rows: pd.DataFrame = self.book.portfolio.class_history.iloc[::-1].drop(columns="reason").reset_index(drop=True)
        labels = {"at": "recorded", "trigger": "why"}
        return Table(rows, self.book.facts.currency, "Classes as people decided them", labels, limit=12)

    def record(self) -> None:
        """Record the class that is set; what stands in the way is shown in place."""
        wish = Wish(self.account_id, str(self.to.value), str(self.why.value), self.until.value)
        try:
            made = class_override(self.book.portfolio.classes, wish, self.who.value, self.book.as_of, datetime.now())
            self._keep([made])
        except WorkbookError as fault:
            self.said.value = f"<p><b>{escape(str(fault))}</b></p>"
            return
        self.said.value = f"<p role='status'>Recorded: {escape(wish.account_id)} is {escape(wish.to)}.</p>"

    def record_changes(self) -> None:
        """Record what the rules changed since the last review."""
        try:
            made = confirmations(self.book.portfolio.class_changes, self.who.value, self.book.as_of, datetime.now())
            self._keep(made)
        except WorkbookError as fault:
            self.said.value = f"<p><b>{escape(str(fault))}</b></p>"
            return
        self.said.value = f"<p role='status'>Recorded {counted(len(made), 'change')} of class.</p>"

    def _keep(self, made: list[Decision]) -> None:
        from workbook.store import open_store

        held = self.book.facts.decisions
        seen = [held.seen(row.kind, row.subject) if row.kind == "class_override" else None for row in made]
        open_store(self.book.root).record_all(made, seen)
        self.book = self.book.reopened()
        self.redraw()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        table = self.table()
        still = {"text/html": str(table._repr_html_()), "text/plain": "Classes by hand (needs a running kernel)."}
        return with_fallback(self.form, options, still)


def class_session(book: Book) -> ClassSession:
    """The form for the classes of a book, or a scope of one."""
    return ClassSession(book)
