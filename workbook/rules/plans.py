"""Rules of ``plans``: what is published to everybody, section ``[plans]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlansRules:
    """Filled in by the plans package: fields made with ``workbook.rules.reader.rule(default, help)``."""
