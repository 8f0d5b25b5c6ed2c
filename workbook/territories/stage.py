"""The territories stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from workbook.stage import Stage


class Territories(Stage):
    """Nouns of territories. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""
