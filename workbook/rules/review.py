"""Rules of ``review``: what is published to everybody, section ``[review]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReviewRules:
    """Filled in by the review package: fields made with ``workbook.rules.reader.rule(default, help)``."""
