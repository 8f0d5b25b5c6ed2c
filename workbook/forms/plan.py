"""The account plan as a form: pick an account, edit its sections and amounts, see the totals, save a draft, submit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any

import ipywidgets as widgets

from workbook.errors import WorkbookError
from workbook.forms.alive import Alive
from workbook.forms.amounts import AmountForm, totals_table
from workbook.forms.approval import Approval
from workbook.forms.desk import Opened, PlanDesk
from workbook.forms.difference import difference_table
from workbook.forms.fallback import with_fallback
from workbook.forms.fields import PARTS, grids, parts_of, read, shown
from workbook.forms.grid import Grid
from workbook.forms.message import STYLE, Message, cannot_read
from workbook.forms.words import Words
from workbook.plans.document import AccountPlan, changed
from workbook.store import PlanConflictError
from workbook.store.plan import State

_WIDE = widgets.Layout(width="auto")
#: Under this name a draft keeps the texts beside the grids' cells.
_WORDS = "words"
_DISCARD = "Discard changes"
_STILL = "The form to write, approve and return plans needs a running kernel: workbook lab, or workbook serve."


class PlanForm:
    """The form over one desk. In a notebook the object itself is shown; ``form.box`` is the widget."""

    def __init__(self, desk: PlanDesk) -> None:
        self.desk, self.busy = desk, False
        self.opened: Opened | None = None
        self.elsewhere: dict[str, int] = {}
        facts = desk.book.facts
        families = tuple(sorted(set(desk.book.tables.products["family"].dropna())))
        self.amount_form = AmountForm(desk.book.plans.horizon, facts.currency, families)
        self.message = Message(widgets.HTML())
        self.state, self.totals, self.conflict = widgets.HTML(), widgets.HTML(), widgets.VBox()
        self.pick = widgets.Dropdown(options=self._choices(), description="Account", layout=_WIDE)
        self.words = Words(desk.book.rules.plans.objectives)
        self.amounts = Grid(self.amount_form.columns(), label=f"Planned amounts, {facts.currency}")
        self.grids = grids()
        self.save_button = widgets.Button(description="Save draft", tooltip="Save; you can go on later")
        self.submit_button = widgets.Button(
            description="Submit", button_style="primary", tooltip="Send to your manager"
        )
        self.discard_button = widgets.Button(description=_DISCARD, tooltip="Go back to what was saved last")
        self.body = widgets.VBox(self._body())
        head = widgets.VBox([self.pick, self.state])
        self.box = widgets.VBox([widgets.HTML(STYLE), head, self.body, self.conflict, self._bar(), Alive()])
        self.box.add_class("wb-form")
        self._visible(False)
        self._listen()

    def _choices(self) -> tuple[tuple[str, str], ...]:
        return (("choose an account …", ""), *self.desk.accounts())

    def _bar(self) -> widgets.VBox:
        """Buttons, and what they did, side by side at the lower edge: it is seen from wherever one types."""
        self.buttons = widgets.HBox([self.save_button, self.submit_button, self.discard_button])
        self.approval = Approval(lambda state, comment: self._guarded(lambda _: self.decide(state, comment))(None))
        return widgets.VBox([self.message.box, self.buttons, self.approval.box]).add_class("wb-form-bar")

    def _body(self) -> list[widgets.Widget]:
        def titled(text: str, *children: widgets.Widget) -> widgets.VBox:
            return widgets.VBox([widgets.HTML(f"<h4>{escape(text)}</h4>"), *children])

        sections = [widgets.HBox(pair) for pair in self.words.views.values()]
        for pair in sections:
            pair.add_class("wb-form-pair")
        first, with_amounts = ("outcomes",), ("commitments",)
        grids = {name: titled(form.title, self.grids[name]) for name, form in PARTS.items()}
        rest = [box for name, box in grids.items() if name not in (*first, *with_amounts)]
        end = [
            widgets.VBox([self.words.objective, self.words.strategy]),
            *(grids[name] for name in first),
            titled(f"Then work back: planned amounts, {self.desk.book.facts.currency}", self.amounts, self.totals),
            *(grids[name] for name in with_amounts),
        ]
        tabs = widgets.Tab(
            children=[
                widgets.VBox(end),
                widgets.VBox(sections),
                widgets.VBox(rest),
                widgets.VBox([self.words.note]),
            ],
            titles=("End result", "Seven sections", "People, actions, risks", "Note"),
        )
        return [tabs]

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return with_fallback(self.box, options, {"text/html": f"<p>{_STILL}</p>", "text/plain": _STILL})

    @property
    def _grids(self) -> dict[str, Grid]:
        return {"amounts": self.amounts, **self.grids}

    def _listen(self) -> None:
        self.pick.observe(self._guarded(lambda change: self.show(change["new"])), "value")
        self.save_button.on_click(self._guarded(lambda _: self.save("draft")))
        self.submit_button.on_click(self._guarded(lambda _: self.save("submitted")))
        self.discard_button.on_click(self._guarded(lambda _: self.discard()))
        typed = self._guarded(lambda _: self.changed())
        self.words.listen(typed)
        for grid in self._grids.values():
            grid.observe(typed, "cells")

    def _guarded(self, handler: Callable[[Any], None]) -> Callable[[Any], None]:
        """A handler whose errors appear in the form: people's mistakes as they are, our own with a word of apology."""

        def run(event: Any) -> None:
            try:
                handler(event)
            except PlanConflictError as clash:
                self._show_conflict(clash)
            except WorkbookError as fault:
                self.message.say(str(fault), "error")
            except Exception as fault:
                self.message.say(
                    f"The form failed ({type(fault).__name__}: {fault}). What you typed last may not be kept: copy it.",
                    "error",
                )
                raise

        return run

    def show(self, account_id: str) -> None:
        """Show an account's plan; an autosaved draft is recovered, and said so."""
        if self.busy:
            return
        self.conflict.children = ()
        self.message.say("Opening …" if account_id else "")
        self._visible(False)
        if not account_id:
            self.opened, self.state.value = None, ""
            return
        self.opened = self.desk.open(account_id)
        self.message.say("")
        if self.opened.left is not None:
            self._tell()
            self._choose(self.opened, self.opened.left)
            return
        self._fill(self.opened.plan, self.opened.typed)
        self._visible(True)
        if self.opened.recovered:
            self.message.say("Recovered what you typed and had not saved. Save it, or discard it.", "ok")
        self._tell()

    def _visible(self, on: bool) -> None:
        for box in (self.body, self.buttons, self.approval.box):
            box.layout.display = "" if on else "none"

    def _fill(self, plan: AccountPlan, typed: Mapping[str, list[list[str]]] | None = None) -> None:
        assert self.opened is not None
        open_, typed = self.opened.is_open, dict(typed or {})
        self.busy = True
        try:
            self.words.fill(plan, locked=not open_)
            self.words.restore(typed.pop(_WORDS, []))
            for grid in self._grids.values():
                grid.locked = not open_
            self.amounts.fill(self.amount_form.shown(plan), spare=3)
            for name, form in PARTS.items():
                self.grids[name].fill(shown(form, parts_of(form, plan)), spare=0 if form.fields[0].fixed else 2)
            for name, cells in typed.items():
                self._grids[name].cells = cells
            for button in self.buttons.children:
                button.disabled = not open_
            self.discard_button.description = _DISCARD
        finally:
            self.busy = False
        self.elsewhere = self.desk.planned_elsewhere(plan.rep_id, plan.account_id)
        self._judge()

    def document(self) -> tuple[AccountPlan, list[str]]:
        """The plan as typed, and what of it cannot be read, in words. Faults are marked where they are."""
        assert self.opened is not None
        before = self.opened.plan
        found, faults = self.words.read()
        found["amounts"], self.amounts.faults = self.amount_form.read(self.amounts.rows(), before)
        for name, form in PARTS.items():
            found[name], self.grids[name].faults = read(form, self.grids[name].rows(), getattr(before, name))
        for grid in self._grids.values():
            for at, fault in grid.faults.items():
                faults.append(f"{grid.label}, row {int(at.split(',')[0]) + 1}: {fault}")
        return changed(before, **found), faults

    def _judge(self) -> tuple[AccountPlan, list[str]]:
        plan, faults = self.document()
        self.totals.value = totals_table(
            plan,
            self.elsewhere,
            self.desk.targets(plan.rep_id),
            (self.amount_form.horizon, self.desk.book.facts.currency),
        )
        return plan, faults

    def changed(self) -> None:
        """Something was typed: judge it, keep it as a draft, say when."""
        if self.busy or self.opened is None or not self.opened.is_open:
            return
        plan, faults = self._judge()
        typed = {name: grid.cells for name, grid in self._grids.items()} | {_WORDS: self.words.typed()}
        at = self.desk.autosave(self.opened, plan, typed)
        self.discard_button.description = _DISCARD
        text = f"Draft kept at {at.astimezone():%H:%M:%S}, not saved yet."
        if faults:
            self.message.say(f"{text} {cannot_read(faults)}:", "error", faults)
        else:
            self.message.say(text)

    def save(self, state: State) -> None:
        """Save as a draft or submit; nothing is saved while something cannot be read."""
        if self.opened is None:
            return
        plan, faults = self._judge()
        if faults:
            self.message.say(f"not saved: {cannot_read(faults)}. Mend what is marked:", "error", faults)
            return
        self.opened = self.desk.save(self.opened, plan, state)
        self._fill(self.opened.plan)
        at = self.opened.saved_at or datetime.now(UTC)
        done = "Submitted" if state == "submitted" else "Saved"
        self.message.say(f"{done} at {at.astimezone():%H:%M:%S} as revision {self.opened.revision}.", "ok")
        self._tell()

    def discard(self) -> None:
        """Go back to what was saved last, at the second press."""
        assert self.opened is not None
        if self.discard_button.description == _DISCARD:
            self.discard_button.description = "Really discard?"
            return
        self.desk.discard(self.opened.plan.account_id)
        self.show(self.opened.plan.account_id)
        self.message.say("Discarded what was not saved.", "ok")

    def decide(self, state: State, comment: str) -> None:
        """Approve the plan, or return it."""
        assert self.opened is not None
        self.opened = self.desk.move(self.opened, state, comment)
        self._fill(self.opened.plan)
        self.message.say(f"The plan is {state} now.", "ok")
        self._tell()

    def _tell(self) -> None:
        """Where the plan stands, above it and in the list of accounts, and what may be decided."""
        assert self.opened is not None
        opened, choices = self.opened, self._choices()
        if self.pick.options != choices:
            self.busy = True
            self.pick.options, self.pick.value = choices, opened.plan.account_id
            self.busy = False
        self.approval.show(opened, self.desk.may_decide(opened) and opened.left is None)
        self.state.value = f'<p class="wb-form-state" role="status">{escape(opened.told)}</p>'

    def _show_conflict(self, clash: PlanConflictError) -> None:
        """What is typed against what somebody else saved meanwhile."""
        assert self.opened is not None
        theirs = self.desk.stored(self.opened.plan.account_id)
        self._choose(theirs, self.document()[0])
        self.message.say(str(clash), "error")

    def _choose(self, theirs: Opened, mine: AccountPlan) -> None:
        """Both versions side by side, and the choice; the rest stands back until it is made."""
        self._visible(False)
        keep = widgets.Button(description="Keep mine", tooltip="Save your version over theirs, as a new revision")
        take = widgets.Button(description="Take theirs", tooltip="Drop your version and show theirs")
        keep.on_click(self._guarded(lambda _: self._keep(mine, theirs)))
        take.on_click(self._guarded(lambda _: self._take(theirs)))
        keep.disabled = not theirs.is_open
        table = difference_table(theirs.plan, mine, self.desk.book.facts.currency)
        self.conflict.children = (widgets.HTML(table), widgets.HBox([keep, take]))
        self.message.say(
            f"What you typed was not saved when {theirs.saved_by} saved revision {theirs.revision}. Choose.", "error"
        )

    def _keep(self, mine: AccountPlan, theirs: Opened) -> None:
        self._chosen(theirs, mine, theirs.typed)
        self.save("draft")

    def _take(self, theirs: Opened) -> None:
        self.desk.discard(theirs.plan.account_id)
        self._chosen(theirs, theirs.plan)
        self.message.say("You see their version now.", "ok")
        self._tell()

    def _chosen(self, theirs: Opened, plan: AccountPlan, typed: Mapping[str, list[list[str]]] | None = None) -> None:
        """Show a version to go on with, as what follows the revision that is stored."""
        self.opened = replace(theirs, left=None, typed={})
        self._fill(plan, typed)
        self._visible(True)
        self.conflict.children = ()
