"""The end of a review: what was decided of each account that it asks about, who held it, and a note; recorded at a press."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbook.book import Book
from workbook.engagement.reviews import ANSWERS, TOPICS
from workbook.errors import WorkbookError
from workbook.forms.fallback import with_fallback
from workbook.forms.press import on_press, told
from workbook.reconcile.held import asked, review_decision, seen, with_rest
from workbook.show import Table

#: Accounts with a line of their own; all others are answered by the box below them, or by ``workbook held``.
LINES = 15


class HeldReview:
    """A form for one review of a node. Nothing is recorded until the button is pressed with a name given.

    In a notebook the object itself is the form; where widgets do not live, the accounts that the review asks about stand.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.rows: pd.DataFrame = asked(book.reconcile)
        self.answers: dict[str, dict[str, widgets.Dropdown]] = {}
        self.start = widgets.Button(description="Answer and record the review", layout=widgets.Layout(width="260px"))
        self.start.on_click(lambda _: self.open())
        self.form = widgets.VBox([self.start])

    def open(self) -> None:
        """Make the lines to answer: only now, so that a document does not carry them."""
        cell = widgets.Layout(width="90px")
        choices = [("–", ""), *((answer, answer) for answer in ANSWERS)]
        self.answers = {
            account: {topic: widgets.Dropdown(options=choices, layout=cell) for topic in TOPICS}
            for account in self.rows["account_id"].head(LINES)
        }
        self.rest = widgets.Checkbox(False, description="keep whatever is not answered", indent=False)
        self.who = widgets.Text(description="held by")
        self.note = widgets.Textarea(description="note", layout=widgets.Layout(width="560px", height="70px"))
        self.save = widgets.Button(description="Record the review", button_style="success")
        self.said = told()
        on_press(self.save, self.said, self.record)
        self.form.children = (*self._lines(), self.rest, self.who, self.note, self.save, self.said)

    def _lines(self) -> list[widgets.Widget]:
        first = self.rows.head(LINES)
        if first.empty:
            return [widgets.HTML("<p>No account has to be looked at again.</p>")]
        wide, cell = widgets.Layout(width="620px"), widgets.Layout(width="90px")
        head = widgets.HBox([widgets.HTML("<b>To look at again</b>", layout=wide)] + [widgets.HTML(f"<b>{t}</b>", layout=cell) for t in TOPICS])  # fmt: skip
        out = [head]
        for row in first.itertuples():
            text = f"<b>{escape(row.name)}</b> ({escape(row.account_id)}): {escape(row.sentence)}"
            out.append(widgets.HBox([widgets.HTML(text, layout=wide), *self.answers[row.account_id].values()]))
        return out

    def given(self) -> dict[str, dict[str, str]]:
        """The answers as they stand in the form."""
        chosen = {a: {t: box.value for t, box in boxes.items() if box.value} for a, boxes in self.answers.items()}
        chosen = {a: said for a, said in chosen.items() if said}
        return with_rest(chosen, self.rows) if self.rest.value else chosen

    def record(self) -> None:
        """Record the review; what stands in the way is shown in place."""
        from workbook.store.store import open_store

        stage, node = self.book.reconcile, self.book.node
        try:
            decision = review_decision(stage, node, self.given(), (self.who.value, self.note.value), datetime.now())
            made = open_store(self.book.root).record(decision, seen(stage, node))
        except WorkbookError as fault:
            self.said.value = f"<p style='color:#A33F00'>{escape(str(fault))}</p>"
            return
        self.book = self.book.reopened()
        self.said.value = (
            f"<p style='color:#00664B'>Review held on {made.at:%Y-%m-%d}, recorded as decision {made.revision}. "
            "The next one compares with it.</p>"
        )

    def still(self) -> Table:
        """What stands where widgets do not live."""
        caption = f"To answer at the end: do class, grade and plan stay? Record it with: workbook held {self.book.node} --by NAME"
        since = self.rows["sentence"].str.partition(": ")
        one = len(self.rows) > 0 and len(set(since[0])) == 1
        rows = self.rows.assign(sentence=since[2]) if one else self.rows
        told = f"what happened {since[0].iloc[0].lower()}" if one else "what happened"
        return Table(rows, self.book.facts.currency, caption, {"sentence": told}, limit=LINES)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        still = self.still()
        return with_fallback(self.form, options, {"text/html": still._repr_html_(), "text/plain": repr(still)})


def held_review(book: Book) -> HeldReview:
    """The form for the review of a scoped (or the whole) book's node."""
    return HeldReview(book)
