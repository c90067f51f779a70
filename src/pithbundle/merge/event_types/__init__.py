"""One module for each event type."""
