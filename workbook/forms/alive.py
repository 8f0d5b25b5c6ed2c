"""Whether the page still reaches its kernel: without it, what one types is kept nowhere, and nobody would know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Alive(anywidget.AnyWidget):
    """The page counts ``asked`` up, the kernel answers with the same number; without an answer the page says so, in a banner."""

    _esm = _HERE / "alive.js"
    _css = """.wb-alive:not(:empty) { position: fixed; top: 0; left: 0; right: 0; z-index: 1000; padding: 10px 16px;
  background: #7a1f00; color: #fff; font: 600 14px/1.4 "DejaVu Sans", "Segoe UI", Arial, sans-serif; }"""

    asked = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)

    @traitlets.observe("asked")
    def _answer(self, change: Any) -> None:
        self.answered = change["new"]
