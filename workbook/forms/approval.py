"""What a manager decides of a plan that lies before them: approve it, or return it with a comment."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from workbook.forms.desk import Opened
from workbook.store.plan import State


class Approval:
    """A comment and two buttons, shown to whoever may decide. ``decide(state, comment)`` is called at a press."""

    def __init__(self, decide: Callable[[State, str], None]) -> None:
        self.comment = widgets.Text(
            description="Comment",
            placeholder="what is to be changed; needed to return a plan",
            layout=widgets.Layout(flex="1 1 260px", width="auto"),
        )
        self.approve = widgets.Button(description="Approve", button_style="success")
        self.give_back = widgets.Button(description="Return")
        self.box = widgets.HBox(
            [self.comment, self.approve, self.give_back], layout=widgets.Layout(flex_flow="row wrap")
        )
        self.approve.on_click(lambda _: decide("approved", self.comment.value))
        self.give_back.on_click(lambda _: decide("returned", self.comment.value))

    def show(self, opened: Opened, may: bool) -> None:
        """Stand there for a plan that was sent; only one that waits can be approved."""
        self.comment.value = ""
        self.box.layout.display = "" if may and opened.state in ("submitted", "approved", "locked") else "none"
        self.approve.disabled = opened.state != "submitted"
