"""Charts: see ARCHITECTURE.md."""
