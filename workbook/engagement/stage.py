"""The engagement stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from workbook.stage import Stage


class Engagement(Stage):
    """Nouns of engagement. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""
