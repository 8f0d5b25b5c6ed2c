"""The reconciliation session: choose a node, see gap, bridge, odds and proposal; say something and have it recorded."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbook.book import Book
from workbook.charts import reconcile as charts
from workbook.decisions import Decision, signed_at
from workbook.errors import WorkbookError
from workbook.forms.fallback import with_fallback
from workbook.forms.press import look, on_press, told
from workbook.money import format_amount, typed
from workbook.reconcile.rounds import ACTIONS, SIDES, Wish, checked
from workbook.show import Table


class ReconcileSession:
    """A form over a book's reconciliation. It records nothing until the button is pressed with a name given.

    In a notebook the object is the form; where widgets do not live (papermill, a page), the chosen node's bridge and words stand.
    """

    def __init__(self, book: Book, node: str) -> None:
        self.book, self.currency = book, book.facts.currency
        rows = book.reconcile.meeting_point
        names = dict(zip(book.tables.territories["territory_id"], book.tables.territories["name"], strict=True))
        names |= dict(zip(book.tables.reps["rep_id"], book.tables.reps["name"], strict=True))
        self.names = names
        options = [(f"{names.get(n, n)} ({n})", n) for n in rows["node"]]
        wide = widgets.Layout(width="420px")
        self.node = widgets.Dropdown(
            options=options, value=node or rows["node"].iloc[0], description="node", layout=wide
        )
        self.words, self.picture, self.below, self.talk = told(), widgets.HTML(), told(), told()
        self.action = widgets.Dropdown(options=ACTIONS, description="say")
        self.side = widgets.Dropdown(options=SIDES, value="manager", description="as")
        self.amount = widgets.Text(
            description=f"amount, {self.currency}", style={"description_width": "100px"}, placeholder="1200000.00"
        )
        self.who = widgets.Text(description="by")
        self.reason = widgets.Text(description="reason", layout=wide)
        self.record_button = widgets.Button(description="Record", button_style="success")
        self.said = told()
        say = widgets.VBox(
            [self.talk, _wrapped(self.action, self.side, self.amount), _wrapped(self.who, self.reason),
             self.record_button, self.said]
        )  # fmt: skip
        tabs = widgets.Tab(children=[self.below, say], titles=("What it is made of", "Rounds"))
        self.form = widgets.VBox([look(), self.node, self.words, self.picture, tabs])
        self.node.observe(lambda _: self.redraw(), names="value")
        on_press(self.record_button, self.said, self.record)
        self.redraw()

    def row(self) -> Any:
        """The chosen node's row of the meeting point."""
        rows = self.book.reconcile.meeting_point
        return next(rows[(rows["node"] == self.node.value).to_numpy()].itertuples())

    def text(self) -> str:
        """Where the chosen node stands, in words."""
        row, stage = self.row(), self.book.reconcile
        own = stage.standing[
            ((stage.standing["node"] == row.node) & (stage.standing["period"] == self.book.facts.year)).to_numpy()
        ]
        text = (
            " ".join(own["sentence"].head(1))
            + f" Proposal: {format_amount(row.proposal_amount, self.currency)}. {row.sentence}"
        )
        warning = stage.early_warning[(stage.early_warning["node"] == row.node).to_numpy()]
        return " ".join([text.strip(), *warning["sentence"].head(1)])

    def redraw(self) -> None:
        """Words, bridge, what lies right below, and the rounds of the chosen node."""
        node, stage = self.node.value, self.book.reconcile
        self.words.value = f"<p>{escape(self.text())}</p>"
        self.picture.value = self.svg()
        self.below.value = walk(self.book, node)._repr_html_()
        rounds = stage.rounds[(stage.rounds["node"] == node).to_numpy()]
        shown = rounds[["round", "action", "side", "decided_by", "decided_at", "amount", "moved_amount", "reason"]]
        self.talk.value = Table(
            shown, self.currency, "Rounds so far", {"decided_by": "by", "decided_at": "at"}, short=False
        )._repr_html_()

    def record(self) -> None:
        """Record what was said; what stands in the way is shown in place."""
        from workbook.store import open_store

        node, stage = self.node.value, self.book.reconcile
        signed = stage.sign_offs[
            ((stage.sign_offs["node"] == node) & (stage.sign_offs["state"] == "signed")).to_numpy()
        ]
        try:
            text = self.amount.value.strip()
            amount = typed(text, self.currency) if text else None
            wish = checked(
                Wish(self.action.value, node, self.side.value, amount, self.reason.value), stage.talks, len(signed) > 0
            )
            at = signed_at(self.book.as_of, datetime.now())
            seen = self.book.facts.decisions.seen("meeting_point", node)
            made = open_store(self.book.root).record(
                Decision("meeting_point", node, wish.payload(self.book.facts.year), self.who.value, at, self.reason.value), seen
            )  # fmt: skip
        except WorkbookError as fault:
            self.said.value = f"<p><b>{escape(str(fault))}</b></p>"
            return
        self.said.value = f"<p>Recorded as decision {made.revision}.</p>"
        self.book = self.book.reopened()
        self.redraw()

    def svg(self) -> str:
        """The chosen node's bridge as a vector drawing."""
        steps = self.book.reconcile.bridge
        figure: Any = charts.bridge(steps[(steps["node"] == self.node.value).to_numpy()], self.currency).figure
        drawn: str = figure.svg()
        return drawn

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return with_fallback(self.form, options, {"image/svg+xml": self.svg(), "text/plain": self.text()})


def _wrapped(*boxes: widgets.Widget) -> widgets.HBox:
    return widgets.HBox(boxes, layout=widgets.Layout(flex_flow="row wrap"))


def reconcile_session(book: Book, node: str = "") -> ReconcileSession:
    """The live session for a book, or a scope of one, opened at ``node`` (the top when empty)."""
    return ReconcileSession(book, node)


def walk(book: Book, node: str) -> Table:
    """One step of finance's walk: what lies right below a node, adding up to it; at a rep its accounts, at an account its lines.

    Columns node, name, target, plan, gap, projection, booked; the last row is what lies with nobody below.
    """
    rows = book.reconcile.gap
    sums = ["target_amount", "plan_amount", "projection_amount", "actual_amount"]
    below = rows[(rows["parent"] == node).to_numpy()].groupby("node", sort=False)[sums].sum(min_count=1).reset_index()
    if below.empty:
        lines = book.reconcile.statement["lines"]
        mine = lines[(lines["account_id"] == node).to_numpy()]
        keep = ["period", "product_family", "source", "reference", "amount"]
        return Table(mine[keep], book.facts.currency, f"Lines of {node}, adding up to {format_amount(int(mine['amount'].sum()), book.facts.currency)}", {"amount": "plan"}, short=False)  # fmt: skip
    own = rows[(rows["node"] == node).to_numpy()][sums].sum(min_count=1)
    rest = own - below[sums].sum(min_count=1)
    tables = book.tables
    names = pd.concat(
        [tables.territories.set_index("territory_id")["name"], tables.reps.set_index("rep_id")["name"], tables.accounts.set_index("account_id")["name"]]
    )  # fmt: skip
    below.insert(1, "name", below["node"].map(names).fillna(""))
    standing = book.reconcile.standing
    waiting = set(
        standing.loc[((standing["period"] == book.facts.year) & standing["plan_amount"].isna()).to_numpy(), "node"]
    )
    below["plan_amount"] = below["plan_amount"].astype("Int64").mask(below["node"].isin(waiting).to_numpy())
    below = below.sort_values("plan_amount", ascending=False, kind="stable")
    if rest.fillna(0).ne(0).any():
        below = pd.concat(
            [below, pd.DataFrame([{"node": "", "name": "with nobody below", **rest.to_dict()}])], ignore_index=True
        )
    below["gap_amount"] = below["plan_amount"] - below["target_amount"]
    total = format_amount(int(own["plan_amount"]), book.facts.currency)
    said = "nobody has a plan yet" if node in waiting else f"the plan adding up to {total} (–: no plan yet)"
    return Table(below, book.facts.currency, f"Below {node}, {said}", {"actual_amount": "booked"}, short=False, limit=60, signed=("gap_amount",))  # fmt: skip
