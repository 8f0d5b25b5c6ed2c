"""Plans: see ARCHITECTURE.md."""

from workbook.plans.stage import Plans as Plans
