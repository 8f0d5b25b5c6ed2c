"""Portfolio: see ARCHITECTURE.md."""

from workbook.portfolio.stage import Portfolio as Portfolio
