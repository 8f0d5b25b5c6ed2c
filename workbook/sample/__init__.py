"""Sample: see ARCHITECTURE.md."""
