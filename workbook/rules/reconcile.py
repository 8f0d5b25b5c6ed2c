"""Rules of ``reconcile``: what is published to everybody, section ``[reconcile]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReconcileRules:
    """Filled in by the reconcile package: fields made with ``workbook.rules.reader.rule(default, help)``."""
