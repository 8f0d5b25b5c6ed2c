"""Sheets: see ARCHITECTURE.md."""
