"""A file as it came back: what was typed, by plan, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbook.sheets.entries import Entry
from workbook.sheets.reading import CellFault
from workbook.sheets.stamp import Stamp


@dataclass
class Returned:
    """A file as it came back. ``entries``: what was typed, by plan id; ``changed``: plans whose entry is not as it was sent;
    ``where``: the cell that stands for a plan; ``tables``: the cells of an .ods by sheet. A file that cannot be read at all has
    no stamp.
    """

    path: Path
    stamp: Stamp | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    faults: list[CellFault] = field(default_factory=list)
    where: dict[str, tuple[str, str]] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Sequence[Any]]] | None = None

    @property
    def blocked(self) -> frozenset[str]:
        """Plans with an error: they are not saved."""
        found = {f.account_id for f in self.faults if f.severity == "error" and f.account_id}
        return frozenset(self.entries) if "*" in found else frozenset(found)
