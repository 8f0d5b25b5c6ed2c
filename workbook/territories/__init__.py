"""Territories: see ARCHITECTURE.md."""

from workbook.territories.stage import Territories as Territories
