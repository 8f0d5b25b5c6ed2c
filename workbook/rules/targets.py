"""Rules of ``targets``: what is published to everybody, section ``[targets]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TargetsRules:
    """Filled in by the targets package: fields made with ``workbook.rules.reader.rule(default, help)``."""
