"""The stamp of a rep's file: whose it is, of which book and year, and which revision of each plan it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from workbook.errors import WorkbookError
from workbook.sheets.layout import LAYOUT

_HEAD = ("layout", "book", "year", "rep_id", "as_of", "currency")


@dataclass(frozen=True)
class Sent:
    """One plan as it was sent: its revision (0: pre-filled), digest, the label of its row, and its sheet if it has one."""

    plan_id: str
    revision: int
    digest: str
    label: str
    sheet: str = ""


@dataclass(frozen=True)
class Stamp:
    """What the hidden sheet says. ``deals``: account by deal id, as shown."""

    book: str
    year: str
    rep_id: str
    as_of: str
    currency: str
    plans: tuple[Sent, ...]
    deals: tuple[tuple[str, str], ...] = ()
    layout: str = LAYOUT
    by_label: dict[str, str] = field(init=False, repr=False, compare=False)
    by_id: dict[str, Sent] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_label", {p.label.casefold(): p.plan_id for p in self.plans if p.label})
        object.__setattr__(self, "by_id", {p.plan_id: p for p in self.plans})

    def rows(self) -> list[list[str]]:
        """As rows of cells, sealed by a checksum so that damage is seen."""
        rows = [[name, str(getattr(self, name))] for name in _HEAD]
        rows += [["plan", p.plan_id, str(p.revision), p.digest, p.label, p.sheet] for p in self.plans]
        rows += [["deal", deal, account] for deal, account in self.deals]
        return [*rows, ["seal", _seal(rows)]]

    @classmethod
    def read(cls, cells: list[list[Any]]) -> Stamp:
        """From rows of cells; :class:`WorkbookError` when it is not whole."""
        rows = [_trimmed(row) for row in cells if any(str(c).strip() for c in row)]
        if not rows or rows[-1][0] != "seal" or _seal(rows[:-1]) != rows[-1][1]:
            raise WorkbookError(
                "the hidden sheet _stamp was changed", remedy="Copy your entries into a newly sent file."
            )
        head = {row[0]: (row[1] if len(row) > 1 else "") for row in rows if row[0] in _HEAD}
        plans = [[*row, "", ""][:6] for row in rows if row[0] == "plan"]
        deals = [(row[1], row[2]) for row in rows if row[0] == "deal"]
        return cls(
            plans=tuple(Sent(p[1], int(p[2]), p[3], p[4], p[5]) for p in plans), deals=tuple(deals),
            **{name: head.get(name, "") for name in _HEAD},
        )  # fmt: skip


def _trimmed(row: list[Any]) -> list[str]:
    texts = [str(int(c)) if isinstance(c, float) and c.is_integer() else str(c) for c in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _seal(rows: list[list[str]]) -> str:
    trimmed = [_trimmed(list(row)) for row in rows]
    return sha256("\n".join("\t".join(row) for row in trimmed).encode()).hexdigest()[:24]
