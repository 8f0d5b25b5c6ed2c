"""Rules of ``maturity``: what is published to everybody, section ``[maturity]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MaturityRules:
    """Filled in by the maturity package: fields made with ``workbook.rules.reader.rule(default, help)``."""
