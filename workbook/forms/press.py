"""A button that answers: it stands still while its work is done, and says when the work failed."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets


def on_press(button: widgets.Button, said: widgets.HTML, work: Callable[[], object]) -> None:
    """Do ``work`` at a press of ``button``. Meanwhile it cannot be pressed again, so that nothing is recorded twice; a fault
    that ``work`` does not speak of itself is shown in ``said`` (JupyterLab hides it in a log) and raised. Where ``work`` names
    the button anew, it also says whether it can be pressed."""

    def pressed(_: widgets.Button) -> None:
        if button.disabled:
            return
        before, button.description = button.description, "Working …"
        button.disabled = True
        try:
            work()
        except Exception as fault:
            text = f"It failed ({type(fault).__name__}: {fault})."
            said.value = f"<p role='alert'><b>{escape(text)}</b></p>"
            raise
        finally:
            if button.description == "Working …":
                button.description, button.disabled = before, False

    button.on_click(pressed)


def told() -> widgets.HTML:
    """Words and tables of a form, in the look of a notebook's outputs: a widget's own has no table style, and lines twice as high."""
    made = widgets.HTML()
    made.add_class("jp-RenderedHTMLCommon")
    made.add_class("wb-told")
    return made


def look() -> widgets.HTML:
    """The style of what is :func:`told`; it stands once in a form."""
    return widgets.HTML(_LOOK, layout=widgets.Layout(height="0", margin="0"))


_LOOK = """<style>
.wb-told { padding: 0 !important; overflow-x: auto; } .wb-told .widget-html-content { line-height: 1.45; }
.wb-told table { margin: 4px 0 8px !important; } .wb-told td { font-variant-numeric: tabular-nums; }
</style>"""
