"""One error tree: what is wrong, where, and what to do about it.

Every error that a user can cause is a :class:`WorkbookError`. The command line prints its message and remedy and exits with
``exit_code``; a traceback appears only with ``--debug``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of the input.

    ``row`` counts from 1 as a spreadsheet shows it (the header is row 1), 0 where the fault is not in one row.
    """

    table: str
    file: str
    row: int
    column: str
    value: str
    fault: str
    remedy: str
    severity: Severity = "error"

    def __str__(self) -> str:
        where = ", ".join(
            part for part in (self.file or self.table, f"row {self.row}" if self.row else "", self.column) if part
        )
        value = f" ({self.value!r})" if self.value else ""
        return f"{where}: {self.fault}{value}. {self.remedy}"


class WorkbookError(Exception):
    """Something the user can mend: ``what`` is wrong, ``where``, and the ``remedy``."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.remedy}" if self.remedy else head


class UsageError(WorkbookError):
    """The command or function was called wrongly (exit code 2)."""

    exit_code = 2


class RulesError(WorkbookError):
    """``book.toml`` holds a key or value that cannot be used."""


class DataError(WorkbookError):
    """Input that cannot be used; ``faults`` lists every one of them, not only the first."""

    def __init__(self, what: str, faults: Iterable[Fault] = (), *, where: str = "", remedy: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__(what, where=where, remedy=remedy)


class ConflictError(WorkbookError):
    """Somebody else changed the same thing meanwhile, or two wishes cannot both be met."""


class StoreError(WorkbookError):
    """The store cannot be used: damaged, foreign, of another version, or out of reach."""
