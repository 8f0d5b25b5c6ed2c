"""Rules of ``portfolio``: what is published to everybody, section ``[portfolio]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PortfolioRules:
    """Filled in by the portfolio package: fields made with ``workbook.rules.reader.rule(default, help)``."""
