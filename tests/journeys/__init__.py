"""A real working day in a real browser."""
