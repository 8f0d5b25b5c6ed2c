"""The live design session: weights and locks by widgets, a new proposal in seconds, moves accepted line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbook.book import Book
from workbook.charts import territories as charts
from workbook.checks import counted
from workbook.decisions import signed_at
from workbook.errors import UsageError, WorkbookError
from workbook.forms.fallback import with_fallback
from workbook.forms.press import look, on_press, told
from workbook.money import format_amount
from workbook.rules.territories import DesignRules
from workbook.territories.decide import Answer, decisions
from workbook.territories.families import together
from workbook.territories.proposal import Proposal
from workbook.territories.solver import Effort
from workbook.territories.wishes import Wishes
from workbook.territories.words import headline

#: Moves offered line by line; the rest is recorded only when asked for.
_LINES = 60


_WORDS = '<div style="line-height:1.4"><p>{text}</p>{notes}</div>'


def _tags(placeholder: str) -> widgets.TagsInput:
    return widgets.TagsInput(
        allow_duplicates=False, placeholder=placeholder, layout=widgets.Layout(width="330px", min_height="32px")
    )


class DesignSession:
    """A form over a book's design. It records nothing until the button is pressed with a name given.

    In a notebook, the object itself is the form; where widgets do not live (papermill, a page), the proposal stands as a
    picture and words.
    """

    def __init__(self, book: Book, seconds: float) -> None:
        self.book, self.currency = book, book.facts.currency
        self.rules: DesignRules = book.rules.territories.design
        self.seconds = seconds
        self.weights = {
            name: widgets.FloatSlider(
                value=value, min=0.0, max=4.0, step=0.1, description=name, continuous_update=False,
                layout=widgets.Layout(width="330px"),
            )
            for name, value in self.rules.balance.items()
        }  # fmt: skip
        self.moving = widgets.FloatSlider(
            value=1.0, min=0.0, max=5.0, step=0.1, description="price of moves", continuous_update=False,
            layout=widgets.Layout(width="330px"), style={"description_width": "100px"},
        )  # fmt: skip
        self.across = widgets.Dropdown(
            options=["territory", "team", "region", "company"], value=self.rules.across, description="within"
        )
        self.most = widgets.BoundedIntText(
            value=0, min=0, max=100_000, description="moves at most (0: any)", style={"description_width": "170px"},
            layout=widgets.Layout(width="330px"),
        )  # fmt: skip
        self.locks = _tags("accounts that stay, such as A-0001")
        self.together = _tags("family=rep, as listed below")
        self.again = widgets.Button(description="Propose again", button_style="primary")
        self.words, self.picture = widgets.HTML(layout=widgets.Layout(flex="1 1 260px")), widgets.HTML()
        self.lines = widgets.VBox()
        self.rest = widgets.Checkbox(value=False, indent=False, layout=widgets.Layout(width="400px"))
        self.who = widgets.Text(description="decided by")
        self.on = widgets.DatePicker(description="from", value=book.as_of + timedelta(days=1))
        self.why_not = widgets.Text(description="if refused", placeholder="reason for every unticked move")
        self.accept = widgets.Button(button_style="success", layout=widgets.Layout(width="220px"))
        self.said = told()
        self.ticks: dict[str, widgets.Checkbox] = {}
        named = [
            widgets.Label("Locked accounts"),
            self.locks,
            widgets.Label("Families brought together"),
            self.together,
        ]
        weights = [widgets.Label("How much the balance of each counts"), *self.weights.values()]
        wishes = [*weights, self.moving, self.most, self.across, *named, self.again]
        left = widgets.VBox(wishes, layout=widgets.Layout(flex="0 0 350px"))
        wrap = widgets.Layout(flex_flow="row wrap")
        decide = widgets.VBox(
            [
                self.lines,
                self.rest,
                widgets.HBox([self.who, self.on, self.why_not], layout=wrap),
                self.accept,
                self.said,
            ]
        )
        box = widgets.Accordion(children=[decide], titles=("Moves to accept, line by line",), selected_index=None)
        self.form = widgets.VBox([look(), widgets.HBox([left, self.words], layout=wrap), self.picture, box])
        on_press(self.again, self.words, self.propose)
        on_press(self.accept, self.said, self.record)
        self.proposal = self._proposed()
        self.redraw()

    def chosen(self) -> DesignRules:
        """The rules as the sliders stand."""
        times = self.moving.value
        return replace(
            self.rules,
            balance={name: slider.value for name, slider in self.weights.items()},
            move_account=self.rules.move_account * times,
            move_sales=self.rules.move_sales * times,
            move_tenure=self.rules.move_tenure * times,
            move_deals=self.rules.move_deals * times,
            across=self.across.value,
        )

    def wishes(self) -> Wishes:
        """What the form asks for. Raises :class:`UsageError` for accounts and families that are not there."""
        accounts = self.book.territories.company.accounts
        locks = frozenset(str(tag).strip() for tag in self.locks.value)
        strange = sorted(locks - set(accounts["account_id"]))
        if strange:
            raise UsageError(f"there is no account {', '.join(strange)}", remedy="Lock accounts by their id.")
        wishes = Wishes(locks=locks, limit=self.most.value or None)
        for tag in self.together.value:
            family, _, rep = (part.strip() for part in str(tag).partition("="))
            wishes = together(accounts, family, rep or None, wishes)
        return wishes

    def _proposed(self) -> Proposal:
        wishes = self.wishes()
        effort = Effort(seconds=self.seconds, seed=self.rules.seed, limit=self.rules.clock(self.seconds))
        return self.book.territories.propose(wishes, effort, self.chosen())

    def propose(self) -> None:
        """A new proposal with the weights and locks as they stand; clashes are shown in place."""
        self.words.value = "<p>Searching …</p>"
        try:
            self.proposal = self._proposed()
            self.redraw()
        except WorkbookError as fault:
            self.words.value = f"<p><b>{escape(str(fault))}</b></p><p>What stands below is the proposal before.</p>"

    def redraw(self) -> None:
        """List, picture and words of the present proposal; the words come last, when all the rest stands."""
        self.ticks = {}
        self.accept.description, self.accept.disabled = "Record the ticked moves", False
        rows = []
        for move in self.listed().itertuples():
            tick = widgets.Checkbox(
                value=True,
                indent=False,
                description=str(move.account_id),
                layout=widgets.Layout(flex="0 0 90px", width="90px"),
            )
            self.ticks[str(move.account_id)] = tick
            told = widgets.HTML(
                f'<div style="line-height:1.35">{escape(f"{move.name}: {move.told}")}</div>',
                layout=widgets.Layout(flex="1 1 auto"),
            )
            rows.append(widgets.HBox([tick, told]))
        more = len(self.proposal.moves) - len(rows)
        self.rest.value, self.rest.description = False, f"also record the {more} moves that help less, unlisted"
        self.rest.layout.display = None if more > 0 else "none"
        self.lines.children = tuple(rows)
        self.picture.value = self.svg().replace("<svg ", '<svg style="max-width:100%;min-width:30rem;height:auto" ', 1)
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.proposal.notes)
        self.words.value = _WORDS.format(text=escape(self.text()), notes=f"<ul>{notes}</ul>" if notes else "")

    def listed(self) -> pd.DataFrame:
        """The moves offered line by line: those that help most, families whole."""
        moves = self.proposal.moves
        return moves[moves["unit"].isin(set(moves["unit"].head(_LINES)))]

    def text(self) -> str:
        """The proposal in words."""
        return " ".join(headline(self.proposal.summary, lambda a: format_amount(a, self.currency, short=True)))

    def refused(self) -> dict[str, str]:
        """Unticked moves with the reason given."""
        return {account: self.why_not.value for account, tick in self.ticks.items() if not tick.value}

    def record(self) -> None:
        """Record the ticked moves, once; what stands in the way is shown in place. The next proposal starts from them."""
        from workbook.store import open_store

        if not self.who.value.strip():
            self.said.value = "<p role='alert'><b>Say who decides.</b></p>"
            return
        on: date = self.on.value or self.book.as_of + timedelta(days=1)
        try:
            answer = Answer(self.who.value.strip(), signed_at(self.book.as_of, datetime.now()), on, self.refused())
            meant = self.proposal if self.rest.value else replace(self.proposal, moves=self.listed())
            rows = decisions(meant, answer)
            open_store(self.book.root).record_all(rows)
        except WorkbookError as fault:
            self.said.value = f"<p><b>{escape(str(fault))}</b></p>"
            return
        self.accept.description, self.accept.disabled = "Recorded", True
        self.book = self.book.reopened()
        self.said.value = f"<p>Recorded {counted(len(rows) - 1, 'move')} as proposal {meant.id}.</p>"

    def svg(self) -> str:
        """Balance before and after as a vector drawing."""
        figure: Any = charts.balance(self.proposal.cards).figure
        drawn: str = figure.svg()
        return drawn

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return with_fallback(self.form, options, {"image/svg+xml": self.svg(), "text/plain": self.text()})


def design_session(book: Book, seconds: float = 3.0) -> DesignSession:
    """The live session for a book, or a scope of one; ``seconds`` for each proposal."""
    return DesignSession(book, seconds)


def accounts_on_map(book: Book, proposal: Proposal | None = None) -> tuple[pd.DataFrame, Sequence[str]]:
    """Accounts with known places and who holds them (after a proposal, when given), and the reps with most accounts first."""
    rows = book.territories.placed_accounts
    if proposal is not None and len(proposal.moves):
        to = proposal.moves.set_index("account_id")["to_rep"]
        rows = rows.assign(rep_id=rows["account_id"].map(to).astype("str").fillna(rows["rep_id"]))
    order = rows["rep_id"].value_counts().index.tolist()
    return rows, order
