"""What a book reads from its store: decisions and current plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workbook.decisions import Decisions


def read_decisions(root: Path) -> Decisions:
    """All decisions of the book at ``root``; none while it has no store."""
    return Decisions()


def read_plans(root: Path, as_of: date) -> tuple[Mapping[str, Any], ...]:
    """The current revision of every plan as of a day; none while the book has no store."""
    return ()
