"""Rep files of the tiny book, and changing them as people do: with another program, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.plans.tiny import NOON, RULES, horizon, outbox
from workbook.sheets.collect import Collected, Terms, collect
from workbook.sheets.layout import blocks
from workbook.sheets.templates import write_file
from workbook.store.plan import PlanRevision


def sent(folder: Path, rep: str = "P-1", stored: Mapping[str, PlanRevision] | None = None, name: str = "") -> Path:
    """A file as it is sent."""
    path = folder / f"{name or rep}.xlsx"
    write_file(outbox({i: p.as_dict() for i, p in (stored or {}).items()}).file(rep), path)
    return path


def taken(*paths: Path, stored: Mapping[str, PlanRevision] | None = None, **terms: Any) -> Collected:
    """What collecting the files gives."""
    held = stored or {}
    return collect(paths, outbox({i: p.as_dict() for i, p in held.items()}), held, Terms(NOON, **terms))


class Sheet:
    """A sheet by the keys of its rows and columns."""

    def __init__(self, sheet: Any, block: str) -> None:
        self.sheet, self.block = sheet, blocks(horizon())[block]
        keys = [str(sheet.cell(r, 1).value or "") for r in range(1, sheet.max_row + 1)]
        self.head = keys.index(f"head:{block}") + 1
        titles = {c.title: c.key for c in self.block.columns}
        self.columns = {titles[v]: c for c in range(2, 45) if (v := sheet.cell(self.head, c).value) in titles}
        self.rows = {key.partition(":")[2]: r for r, key in enumerate(keys, start=1) if key.startswith(f"{block}:")}
        ends = [
            r for r, key in enumerate(keys, start=1) if r > self.head and key.startswith(("end:", "head:", "total:"))
        ]
        last = ends[0] if ends else sheet.max_row + 1
        self.free = [r for r in range(self.head + 1, last) if not keys[r - 1]]

    def put(self, row: str | int, **values: Any) -> None:
        """Type values into a row, by key or number; ``q3`` stands for ``p:FY2026-Q3``."""
        at = self.rows[row] if isinstance(row, str) else row
        for key, value in values.items():
            self.sheet.cell(at, self.columns[name(key)]).value = value

    def ref(self, row: str | int, key: str) -> str:
        at = self.rows[row] if isinstance(row, str) else row
        return str(self.sheet.cell(at, self.columns[name(key)]).coordinate)


def name(key: str) -> str:
    return {"q3": "p:FY2026-Q3", "q4": "p:FY2026-Q4", "y27": "p:FY2027"}.get(key, key)


def edit(path: Path, change: Callable[[Any], None]) -> Path:
    """Change a file in another program."""
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def account(book: Any) -> Sheet:
    return Sheet(book["Accounts"], "account")


__all__ = ["RULES", "Sheet", "account", "edit", "name", "sent", "taken"]
