"""The rules of the annual volumes, without a database."""
