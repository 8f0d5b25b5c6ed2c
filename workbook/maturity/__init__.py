"""Maturity: see ARCHITECTURE.md."""

from workbook.maturity.stage import Maturity as Maturity
