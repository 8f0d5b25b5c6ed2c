"""A small editable grid of text cells for JupyterLab and web pages: keyboard, paste from a spreadsheet, lists, faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class GridColumn:
    """One column: its key, its heading, a CSS width, whether it may be edited, values to choose from."""

    name: str
    label: str
    width: str = "8rem"
    editable: bool = True
    numeric: bool = False
    choices: tuple[str, ...] = ()


class Grid(anywidget.AnyWidget):
    """Cells are text, as typed; what they mean is judged in Python, and faults come back by ``"row,column"``.

    ``label`` names the grid to those who hear it. ``grows``: there is always an empty row below, and pasting adds rows. What a paste
    leaves out is said, and it can be undone. The page never redraws on its own change, and never touches the cell that somebody is
    typing in.
    """

    _esm = _HERE / "grid.js"
    _css = _HERE / "grid.css"

    columns = traitlets.List(traitlets.Dict()).tag(sync=True)
    cells = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    faults = traitlets.Dict().tag(sync=True)
    locked = traitlets.Bool(False).tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    grows = traitlets.Bool(True).tag(sync=True)

    def __init__(self, columns: Sequence[GridColumn], **more: Any) -> None:
        self.names = tuple(c.name for c in columns)
        super().__init__(columns=[asdict(c) | {"choices": list(c.choices)} for c in columns], **more)

    def fill(self, rows: Sequence[Sequence[str]], spare: int = 0) -> None:
        """Show rows, and ``spare`` empty ones under them."""
        self.cells = [list(map(str, row)) for row in rows] + [[""] * len(self.names) for _ in range(spare)]

    def rows(self) -> list[tuple[int, dict[str, str]]]:
        """The rows in which anything is typed in an editable column: position and text by column name."""
        open_ = [c["editable"] for c in self.columns]
        found = []
        for at, row in enumerate(self.cells):
            padded = [*row, *[""] * (len(self.names) - len(row))]
            if any(value.strip() for value, mine in zip(padded, open_, strict=True) if mine):
                found.append((at, dict(zip(self.names, padded, strict=True))))
        return found
