"""Territory Workbook: planning from notebooks, targets from the top, account plans from the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from workbook.book import Book as Book


def __getattr__(name: str) -> Any:
    if name == "Book":
        from workbook.book import Book

        return Book
    raise AttributeError(name)
