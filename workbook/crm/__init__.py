"""Crm: see ARCHITECTURE.md."""
