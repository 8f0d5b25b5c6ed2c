"""Engagement: see ARCHITECTURE.md."""

from workbook.engagement.stage import Engagement as Engagement
