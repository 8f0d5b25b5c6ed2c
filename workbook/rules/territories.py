"""Rules of ``territories``: what is published to everybody, section ``[territories]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TerritoriesRules:
    """Filled in by the territories package: fields made with ``workbook.rules.reader.rule(default, help)``."""
