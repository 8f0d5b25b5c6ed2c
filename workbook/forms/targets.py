"""The live session on targets: choose weights, hedge, season and growth, see tree and outliers change at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbook.book import Book
from workbook.charts import targets as charts
from workbook.charts.unfolding import Unfolding
from workbook.decisions import signed_at
from workbook.errors import UsageError, WorkbookError
from workbook.forms.fallback import with_fallback
from workbook.forms.press import look, on_press, told
from workbook.money import format_amount
from workbook.rules.reader import as_toml
from workbook.rules.targets import BASES
from workbook.show import Note
from workbook.targets.allocated import Allocated, met, with_faults
from workbook.targets.draft import Prepared, drafted, prepared
from workbook.targets.edits import edits_of
from workbook.targets.fairness import fairness
from workbook.targets.frames import by_node
from workbook.targets.method import Method
from workbook.targets.previews import scenario_decision

LEVELS = ("region", "territory")
#: Room for the widest label of a slider.
LABELS = {"description_width": "9em"}


class TargetSession:
    """A form over a book's targets. Nothing is saved until a draft is kept under a name, as a scenario.

    In a notebook the object itself is the form; where widgets do not live (papermill, a page) its tree stands as a table.
    Accounts are left out while choosing, so that a step answers at once with a thousand reps.
    """

    def __init__(self, book: Book) -> None:
        if book.scope is not None:
            raise UsageError("the session needs the whole company", remedy="Open the book without a node.")
        self.book, self.currency = book, book.facts.currency
        methods, plan = book.targets.methods
        self.method = methods[plan]
        self._past: tuple[Prepared, Any, pd.DataFrame] | None = None
        self.ready = prepared(book.facts, book.targets.everything, self.method)
        rules = self.method.rules
        self.weights = {
            name: widgets.FloatSlider(
                rules.basis.get(name, 0.0),
                min=0.0,
                max=1.0,
                step=0.05,
                description=name.replace("_", " "),
                continuous_update=False,
                style=LABELS,
            )
            for name in BASES
        }
        self.hedges = {
            level: widgets.FloatSlider(
                rules.hedge.get(level, 0.0),
                min=0.0,
                max=0.3,
                step=0.005,
                description=f"hedge {level}",
                readout_format=".1%",
                continuous_update=False,
                style=LABELS,
            )
            for level in LEVELS
        }
        self.same = widgets.Checkbox(False, description="these weights at every level", indent=False)
        self.season = widgets.Dropdown(
            options=["history", "even"], value="even" if rules.season == "even" else "history", description="season"
        )
        self.growth = widgets.FloatText(100 * self.method.growth_share, step=1.0, description="growth %")
        self.less = widgets.BoundedIntText(self.method.hires_less, min=0, max=999, description="hires less")
        self.name = widgets.Text(placeholder="name of the draft", description="keep as")
        self.who = widgets.Text(placeholder="your name", description="by")
        self.plan = widgets.Checkbox(False, description="make it the plan", indent=False)
        self.keep = widgets.Button(description="Keep this draft", button_style="primary")
        self.words, self.tree, self.picture, self.message = told(), widgets.HTML(), widgets.HTML(), told()
        self.text = widgets.Textarea(layout=widgets.Layout(width="100%", height="150px"), disabled=True)
        for box in (*self.weights.values(), *self.hedges.values(), self.same, self.season, self.growth, self.less):
            box.observe(lambda change: self.redraw(), names="value")
        on_press(self.keep, self.message, self.accept)
        chosen = widgets.VBox([*self.weights.values(), self.same])
        other = widgets.VBox(
            [*self.hedges.values(), self.season, self.growth, self.less, self.name, self.who, self.plan, self.keep]
        )
        rules_box = widgets.Accordion(children=[self.text], titles=("Rules for book.toml",), selected_index=None)
        self.form = widgets.VBox(
            [
                look(),
                widgets.HBox([chosen, other], layout={"flex_flow": "row wrap"}),
                self.message,
                self.words,
                self.tree,
                self.picture,
                rules_box,
            ]
        )
        self.redraw()

    def variant(self) -> dict[str, Any]:
        """What differs from the published rules, as a scenario says it."""
        rules = self.book.rules.targets
        basis = {name: round(box.value, 4) for name, box in self.weights.items() if box.value > 0}
        chosen = {**self.method.rules.hedge, **{level: round(box.value, 4) for level, box in self.hedges.items()}}
        hedge = {level: share for level, share in chosen.items() if share or level in rules.hedge}
        levels = {} if self.same.value else dict(self.method.rules.basis_by_level)
        found: dict[str, Any] = {}
        for key, value in (
            ("basis", basis),
            ("hedge", hedge),
            ("basis_by_level", levels),
            ("season", self.season.value),
        ):
            if value != getattr(rules, key):
                found[key] = value
        if self.growth.value:
            found["growth_share"] = self.growth.value / 100
        if self.less.value:
            found["hires_less"] = self.less.value
        return found

    def chosen(self) -> Method:
        """The method as it stands now."""
        return Method.of(self.book.rules.targets, self.variant())

    def computed(self) -> Allocated | None:
        """The targets down to reps by the method as it stands now."""
        method = self.chosen()
        short = replace(method, rules=replace(method.rules, depth="rep"))
        ready = self.ready
        if ready is not None and short.hires_less != self.method.hires_less:
            ready = prepared(self.book.facts, self.book.targets.everything, short)
        if ready is None:
            return None
        draft = drafted(ready, short)
        reps = set(draft.nodes.ids)
        standing = [
            e
            for e in edits_of(self.book.facts.decisions.log("target_edit"))
            if e.node in reps and (e.to_node or e.node) in reps
        ]
        return with_faults(*met(draft, standing))

    def redraw(self) -> None:
        """Compute and show; edits that cannot be met are named, another fault is shown and the last answer stays."""
        try:
            made = self.computed()
        except WorkbookError as fault:
            self.message.value = f"<p style='color:#A33F00'>{escape(str(fault))}</p>"
            return
        self.message.value = ""
        if made is None:
            self.words.value = f"No target for {escape(self.book.facts.year)}: nothing to share out."
            return
        unmet = "".join(f"<li>{escape(text)}</li>" for text in made.not_applied)
        self.message.value = (
            f"<p style='color:#A33F00'>Edits that are not applied:</p><ul>{unmet}</ul>" if unmet else ""
        )
        rows, fair = self.frames(made)
        top = rows.iloc[0]
        far = fair[fair["outlier"] & ~fair["is_new"]]
        named = ", ".join(escape(f"{r.name} ({r.rep_id})") for r in far.head(8).itertuples(index=False))
        named += f" and {len(far) - 8} more" if len(far) > 8 else ""
        self.words.value = (
            f"<p><b>{format_amount(top['target_amount'], self.currency, short=True)}</b> target, "
            f"<b>{format_amount(top['street_amount'], self.currency, short=True)}</b> street quotas. "
            f"Outliers: {len(far)} of {len(fair)} reps{': ' + named if named else ''}.</p>"
        )
        self.tree.value = Unfolding(rows, self.currency)._repr_html_()
        figure: Any = charts.quota_spread(fair).figure
        self.picture.value = figure.svg()
        chosen = self.chosen()
        self.text.value = as_toml("targets", chosen.rules, currency=self.currency)

    def frames(self, made: Allocated) -> tuple[pd.DataFrame, pd.DataFrame]:
        """by_node of the draft, and the fairness of its quotas."""
        ready, targets = made.draft.prepared, self.book.targets
        if self._past is None or self._past[0] is not ready:  # what no weight changes is reckoned once
            past = targets.last_year_of(made)
            rows = by_node(made.draft.nodes, ready.cells, made.layers, past)
            self._past = (ready, past, targets.quotas_of(made, rows))
        _, past, quotas = self._past
        rows = by_node(made.draft.nodes, ready.cells, made.layers, past)
        reps = rows[(rows["node_kind"] == "rep") & (rows["measure"] == ready.cells.slots[0][0])]
        now = {"quota_amount": reps["street_amount"].to_numpy(), "target_amount": reps["target_amount"].to_numpy()}
        return rows, fairness(self.book.facts, quotas.assign(**now))

    def accept(self) -> None:
        """Keep the draft as a named scenario in the book's store."""
        from workbook.store.store import open_store

        name, who = self.name.value.strip(), self.who.value.strip()
        if not name or not who:
            self.message.value = "<p style='color:#A33F00'>Give the draft a name, and say who keeps it.</p>"
            return
        try:
            variant = self.variant()
            Method.of(self.book.rules.targets, variant)  # what cannot be computed would stop everybody's targets
            at = signed_at(self.book.as_of, datetime.now())
            decision = scenario_decision(name, variant, (who, at, "kept in the planning session"), plan=self.plan.value)
            stored = open_store(self.book.root).record(decision)
        except WorkbookError as fault:
            self.message.value = f"<p style='color:#A33F00'>{escape(str(fault))}</p>"
            return
        self.message.value = (
            f"<p>Kept as {escape(name)} (decision {stored.revision}). Open the book again to see it everywhere.</p>"
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        static = self.words.value + self.tree.value
        return with_fallback(
            self.form, options, {"text/html": static, "text/plain": "Live session on targets (needs a running kernel)."}
        )


def target_session(book: Book) -> TargetSession | Note:
    """The live session for a book; a note where there is nothing to choose: for a part of the company, or without a target."""
    if book.scope is not None:
        return Note("Weights are chosen for the whole company: open the book without a node for the live session.")
    if book.targets.allocated is None:
        return Note(f"No target for {book.facts.year}: nothing to choose.", "warn")
    return TargetSession(book)
