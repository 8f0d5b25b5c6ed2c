"""Rules of ``engagement``: what is published to everybody, section ``[engagement]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngagementRules:
    """Filled in by the engagement package: fields made with ``workbook.rules.reader.rule(default, help)``."""
