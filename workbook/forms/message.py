"""How the plan form speaks and looks: one message, its faults in words, its style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import ipywidgets as widgets

from workbook.checks import counted

#: Lines shown under a message.
_LINES = 4
STYLE = f"<style>{(Path(__file__).parent / 'plan.css').read_text(encoding='utf-8')}</style>"


@dataclass
class Message:
    """The one place where the form speaks: what was done, and every error of a handler."""

    box: widgets.HTML

    def say(self, text: str, kind: str = "note", lines: Sequence[str] = ()) -> None:
        """Show one sentence, and under it ``lines``: the first few, and how many more there are."""
        listed = [*lines[:_LINES], *([f"and {len(lines) - _LINES} more"] if len(lines) > _LINES else [])]
        more = f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in listed)}</ul>" if listed else ""
        said = f'<div class="wb-form-{kind}" role="status"><p>{escape(text)}</p>{more}</div>'
        self.box.value = said if text else ""


def cannot_read(faults: Sequence[str]) -> str:
    """How many faults there are, as the start of a sentence."""
    return f"{counted(len(faults), 'place')} cannot be read"
