"""Review: see ARCHITECTURE.md."""
