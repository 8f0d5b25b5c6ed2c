"""The free texts of a plan: the end result, the strategy it serves, the seven sections in both views, a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from workbook.plans.document import SECTIONS, AccountPlan, View
from workbook.sheets import values

_FULL = widgets.Layout(width="auto")
_SIDES = {"ours": "our view", "theirs": "the customer's view"}


class Words:
    """Text boxes, each with its label. Text is judged like a cell's: what a plan cannot hold is marked and kept as typed."""

    def __init__(self, objectives: Sequence[str]) -> None:
        self.objective = _area("The end result wanted", "in one sentence", rows=2)
        self.strategy = _strategy(objectives)
        self.note = _area("Note", "anything else")
        self.views = {
            key: tuple(_area(f"{title}: {side}", hint) for side, hint in zip(_SIDES.values(), hints, strict=True))
            for key, (title, *hints) in SECTIONS.items()
        }

    @property
    def boxes(self) -> dict[str, Any]:
        """Every box by its name."""
        named = {"objective": self.objective, "strategy": self.strategy, "note": self.note}
        for key, pair in self.views.items():
            named |= {f"{key}.{side}": box for side, box in zip(_SIDES, pair, strict=True)}
        return named

    def listen(self, handler: Callable[[Any], None]) -> None:
        """Call ``handler`` whenever something is typed."""
        for box in self.boxes.values():
            box.observe(handler, "value")

    def fill(self, plan: AccountPlan, locked: bool) -> None:
        """Show a plan's texts; ``locked``: they can be read only."""
        if isinstance(self.strategy, widgets.Dropdown) and plan.strategy not in dict(self.strategy.options).values():
            self.strategy.options = [*self.strategy.options, (f"{plan.strategy} (no longer named)", plan.strategy)]
        self.objective.value, self.strategy.value, self.note.value = plan.objective, plan.strategy, plan.note
        for key, (ours, theirs) in self.views.items():
            view = plan.sections.get(key, View())
            ours.value, theirs.value = view.ours, view.theirs
        for box in self.boxes.values():
            box.disabled = locked

    def typed(self) -> list[list[str]]:
        """Name and text of every box, as typed."""
        return [[name, box.value or ""] for name, box in self.boxes.items()]

    def restore(self, typed: Sequence[Sequence[str]]) -> None:
        """Put back what was typed; the strategy comes from the plan, whose list it was chosen from."""
        kept = {row[0]: row[1] for row in typed}
        for name, box in self.boxes.items():
            if name in kept and name != "strategy":
                box.value = kept[name]

    def read(self) -> tuple[dict[str, Any], list[str]]:
        """Fields of the plan, and what is wrong in words. A text that a plan cannot hold is left out, and marked."""
        found: dict[str, str] = {}
        faults = []
        for name, box in self.boxes.items():
            try:
                found[name] = values.text(box.value or "")
                box.remove_class("wb-area-fault")
            except values.CellError as fault:
                faults.append(f"{box.description}: the text {fault.fault}. {fault.remedy}")
                box.add_class("wb-area-fault")
        views = {key: View(**{side: found.get(f"{key}.{side}", "") for side in _SIDES}) for key in self.views}
        said: Mapping[str, Any] = {name: found.get(name, "") for name in ("objective", "strategy", "note")}
        return {**said, "sections": {key: view for key, view in views.items() if view != View()}}, faults


def _area(label: str, hint: str, rows: int = 3) -> widgets.Textarea:
    made = widgets.Textarea(description=label, placeholder=hint, layout=_FULL, rows=rows)
    made.add_class("wb-area")
    return made


def _strategy(objectives: Sequence[str]) -> widgets.Dropdown | widgets.Text:
    """Which objective of the sales strategy a plan serves: from the rules' list, or in the rep's own words where there is none."""
    label = "The objective of our sales strategy that it serves"
    made: widgets.Dropdown | widgets.Text = (
        widgets.Dropdown(options=[("choose …", ""), *((o, o) for o in objectives)], description=label, layout=_FULL)
        if objectives
        else widgets.Text(description=label, layout=_FULL)
    )
    made.add_class("wb-area")
    return made
