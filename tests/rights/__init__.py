"""Every address as every kind of user."""
