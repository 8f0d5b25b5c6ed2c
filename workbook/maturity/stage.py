"""The maturity stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from workbook.stage import Stage


class Maturity(Stage):
    """Nouns of maturity. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""
