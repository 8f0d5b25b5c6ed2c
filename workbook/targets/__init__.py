"""Targets: see ARCHITECTURE.md."""

from workbook.targets.stage import Targets as Targets
