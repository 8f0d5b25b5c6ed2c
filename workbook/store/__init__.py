"""Store: see ARCHITECTURE.md."""
