"""The annual volumes."""
