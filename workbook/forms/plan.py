"""The account plan as a form: pick an account, edit its sections and amounts, see the totals, save a draft, submit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

import ipywidgets as widgets

from workbook.errors import DataError, WorkbookError
from workbook.forms.amounts import AmountForm, totals_table
from workbook.forms.desk import Opened, PlanDesk
from workbook.forms.difference import difference_table
from workbook.forms.fields import PARTS, Faults, parts_of, read, shown
from workbook.forms.grid import Grid
from workbook.plans.document import SECTIONS, AccountPlan, View, changed
from workbook.store import PlanConflictError
from workbook.store.plan import State

_FULL = widgets.Layout(width="100%")


@dataclass
class Message:
    """The one place where the form speaks: what was done, and every error of a handler."""

    box: widgets.HTML

    def say(self, text: str, kind: str = "note") -> None:
        self.box.value = f'<p class="wb-form-{kind}" role="status">{escape(text)}</p>' if text else ""


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
        self.pick = widgets.Dropdown(
            options=[("choose an account …", ""), *desk.accounts()], description="Account", layout=_FULL
        )
        self.objective = widgets.Textarea(placeholder="The end result wanted, in one sentence", layout=_FULL, rows=2)
        self.strategy = _strategy(desk.book.rules.plans.objectives)
        self.views = {key: (self._area(ours), self._area(theirs)) for key, (_, ours, theirs) in SECTIONS.items()}
        self.amounts = Grid(self.amount_form.columns())
        self.grids = {name: Grid([f.column() for f in form.fields]) for name, form in PARTS.items()}
        self.note = self._area("anything else")
        self.save_button = widgets.Button(description="Save draft", icon="", tooltip="Save; you can go on later")
        self.submit_button = widgets.Button(
            description="Submit", button_style="primary", tooltip="Send to your manager"
        )
        self.body = widgets.VBox(self._body(), layout=widgets.Layout(display="none"))
        head = widgets.VBox([self.pick, self.state, self.message.box, self.conflict])
        self.box = widgets.VBox([widgets.HTML(_STYLE), head, self.body])
        self._listen()

    def _area(self, hint: str) -> widgets.Textarea:
        return widgets.Textarea(placeholder=hint, layout=_FULL, rows=3, continuous_update=False)

    def _body(self) -> list[widgets.Widget]:
        def titled(text: str, *children: widgets.Widget) -> widgets.VBox:
            return widgets.VBox([widgets.HTML(f"<h4>{escape(text)}</h4>"), *children])

        sections = []
        for key, (title, _, _) in SECTIONS.items():
            ours, theirs = self.views[key]
            columns = widgets.HBox([titled("Our view", ours), titled("The customer's view", theirs)], layout=_FULL)
            for child in columns.children:
                child.layout = widgets.Layout(width="50%")
            sections.append(titled(title, columns))
        first, with_amounts = ("outcomes",), ("commitments",)
        grids = {name: titled(form.title, self.grids[name]) for name, form in PARTS.items()}
        rest = [box for name, box in grids.items() if name not in (*first, *with_amounts)]
        end = [
            titled("The end result wanted", self.objective, self.strategy),
            *(grids[name] for name in first),
            titled("Then work back: planned amounts", self.amounts, self.totals),
            *(grids[name] for name in with_amounts),
        ]
        tabs = widgets.Tab(
            children=[
                widgets.VBox(end),
                widgets.VBox(sections),
                widgets.VBox(rest),
                widgets.VBox([titled("Note", self.note)]),
            ],
            titles=("End result", "Seven sections", "People, actions, risks", "Note"),
        )
        return [tabs, widgets.HBox([self.save_button, self.submit_button])]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.box)

    @property
    def _grids(self) -> dict[str, Grid]:
        return {"amounts": self.amounts, **self.grids}

    def _listen(self) -> None:
        self.pick.observe(self._guarded(lambda change: self.show(change["new"])), "value")
        self.save_button.on_click(self._guarded(lambda _: self.save("draft")))
        self.submit_button.on_click(self._guarded(lambda _: self.save("submitted")))
        typed = self._guarded(lambda _: self.changed())
        for area in (
            self.objective,
            self.strategy,
            self.note,
            *(area for pair in self.views.values() for area in pair),
        ):
            area.observe(typed, "value")
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
                    f"The form failed ({type(fault).__name__}: {fault}). What you typed is kept as a draft.", "error"
                )
                raise

        return run

    def show(self, account_id: str) -> None:
        """Show an account's plan; an autosaved draft is recovered, and said so."""
        self.conflict.children = ()
        self.body.layout.display = "none"
        if not account_id:
            self.opened = None
            self.state.value = ""
            return
        self.opened = self.desk.open(account_id)
        self._fill(self.opened.plan, self.opened.typed)
        self.body.layout.display = ""
        if self.opened.recovered:
            self.message.say(
                "Recovered what you typed and had not saved. Save it, or pick the account again after discarding.", "ok"
            )
        else:
            self.message.say("")
        self._tell()

    def _fill(self, plan: AccountPlan, typed: Mapping[str, list[list[str]]] | None = None) -> None:
        self.busy = True
        try:
            self.objective.value, self.note.value = plan.objective, plan.note
            if (
                isinstance(self.strategy, widgets.Dropdown)
                and plan.strategy not in dict(self.strategy.options).values()
            ):
                self.strategy.options = [*self.strategy.options, (f"{plan.strategy} (no longer named)", plan.strategy)]
            self.strategy.value = plan.strategy
            for key, (ours, theirs) in self.views.items():
                view = plan.sections.get(key, View())
                ours.value, theirs.value = view.ours, view.theirs
            for grid in self._grids.values():
                grid.locked = not (self.opened and self.opened.is_open)
            self.amounts.fill(self.amount_form.shown(plan), spare=3)
            for name, form in PARTS.items():
                self.grids[name].fill(shown(form, parts_of(form, plan)), spare=0 if form.fields[0].fixed else 2)
            for name, cells in (typed or {}).items():
                self._grids[name].cells = cells
            open_ = bool(self.opened and self.opened.is_open)
            self.save_button.disabled = self.submit_button.disabled = not open_
        finally:
            self.busy = False
        self.elsewhere = self.desk.planned_elsewhere(plan.rep_id, plan.account_id)
        self._judge()

    def document(self) -> tuple[AccountPlan, bool]:
        """The plan as typed, and whether every cell could be read. Faults are marked in the grids."""
        assert self.opened is not None
        before = self.opened.plan
        found: dict[str, Any] = {}
        faults: list[Faults] = []
        found["amounts"], wrong = self.amount_form.read(self.amounts.rows(), before)
        self.amounts.faults = wrong
        faults.append(wrong)
        for name, form in PARTS.items():
            found[name], wrong = read(form, self.grids[name].rows(), getattr(before, name))
            self.grids[name].faults = wrong
            faults.append(wrong)
        views = {key: View(ours=ours.value, theirs=theirs.value) for key, (ours, theirs) in self.views.items()}
        found["sections"] = {key: view for key, view in views.items() if view != View()}
        words = {"objective": self.objective.value, "strategy": self.strategy.value, "note": self.note.value}
        plan = changed(before, **words, **found)
        return plan, not any(faults)

    def _judge(self) -> tuple[AccountPlan, bool]:
        plan, sound = self.document()
        self.totals.value = totals_table(
            plan,
            self.elsewhere,
            self.desk.targets(plan.rep_id),
            (self.amount_form.horizon, self.desk.book.facts.currency),
        )
        return plan, sound

    def changed(self) -> None:
        """Something was typed: judge it, keep it as a draft, say when."""
        if self.busy or self.opened is None or not self.opened.is_open:
            return
        plan, sound = self._judge()
        at = self.desk.autosave(self.opened, plan, {name: grid.cells for name, grid in self._grids.items()})
        count = sum(len(g.faults) for g in self._grids.values())
        text = f"Draft kept at {at.astimezone():%H:%M:%S}, not saved yet."
        self.message.say(
            text if sound else f"{text} {count} cells cannot be read; point at the marked ones.",
            "note" if sound else "error",
        )

    def save(self, state: State) -> None:
        """Save as a draft or submit; nothing is saved while a cell cannot be read."""
        if self.opened is None:
            return
        plan, sound = self._judge()
        if not sound:
            texts = [t for g in self._grids.values() for t in g.faults.values()]
            raise DataError(f"not saved: {'; '.join(texts[:3]).rstrip('.')}", remedy="Mend the marked cells.")
        self.opened = self.desk.save(self.opened, plan, state)
        self._fill(self.opened.plan)
        self.conflict.children = ()
        at = self.opened.saved_at or datetime.now(UTC)
        done = "Submitted" if state == "submitted" else "Saved"
        self.message.say(f"{done} at {at.astimezone():%H:%M:%S} as revision {self.opened.revision}.", "ok")
        self._tell()

    def _tell(self) -> None:
        assert self.opened is not None
        opened = self.opened
        if opened.saved_at is None:
            text = "Not saved yet: pre-filled with what is known."
        else:
            text = f"Revision {opened.revision}, {opened.state}, last saved {opened.saved_at.astimezone():%Y-%m-%d %H:%M:%S} by {opened.saved_by}."
        if opened.comment:
            text += f" Comment: {opened.comment}"
        if not opened.is_open:
            text += " It can be read here, and edited again when your manager returns it."
        self.state.value = f'<p class="wb-form-state">{escape(text)}</p>'

    def _show_conflict(self, clash: PlanConflictError) -> None:
        """Both versions side by side, and the choice."""
        assert self.opened is not None
        theirs = self.desk.stored(self.opened.plan.account_id)
        mine, _ = self.document()
        keep = widgets.Button(description="Keep mine", tooltip="Save your version over theirs, as a new revision")
        take = widgets.Button(description="Take theirs", tooltip="Drop your version and show theirs")
        keep.on_click(self._guarded(lambda _: self._keep(mine, theirs)))
        take.on_click(self._guarded(lambda _: self._take(theirs)))
        table = difference_table(theirs.plan, mine, self.desk.book.facts.currency)
        self.conflict.children = (widgets.HTML(table), widgets.HBox([keep, take]))
        self.message.say(str(clash), "error")

    def _keep(self, mine: AccountPlan, theirs: Opened) -> None:
        self.opened = theirs
        self._fill(mine)
        self.save("draft")

    def _take(self, theirs: Opened) -> None:
        self.desk.discard(theirs.plan.account_id)
        self.opened = theirs
        self._fill(theirs.plan)
        self.conflict.children = ()
        self.message.say("You see their version now.", "ok")
        self._tell()


def _strategy(objectives: Sequence[str]) -> widgets.Dropdown | widgets.Text:
    """Which objective of the sales strategy a plan serves: from the rules' list, or in the rep's own words where there is none."""
    if not objectives:
        return widgets.Text(placeholder="which objective of our sales strategy it serves", layout=_FULL)
    options = [("choose the objective of our sales strategy that it serves …", ""), *((o, o) for o in objectives)]
    return widgets.Dropdown(options=options, layout=_FULL)


_STYLE = """<style>
.wb-form-note, .wb-form-state { color: #555; margin: 2px 0; }
.wb-form-ok { color: #00734f; margin: 2px 0; } .wb-form-error { color: #b34700; font-weight: 600; margin: 2px 0; }
.wb-form-totals { border-collapse: collapse; font-size: 13px; }
.wb-form-totals td, .wb-form-totals th { padding: 2px 10px; text-align: right; border-bottom: 1px solid #e4e4e4; }
.wb-form-totals td:first-child, .wb-form-totals th:first-child { text-align: left; }
</style>"""
