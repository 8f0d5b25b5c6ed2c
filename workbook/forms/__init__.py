"""Forms: see ARCHITECTURE.md."""
