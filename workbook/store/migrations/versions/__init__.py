"""One module per step; a step that was published is never changed."""
