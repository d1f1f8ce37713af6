"""Puts the house together: settings, addresses, the shell with its menu and home, processes. No rule lives here."""
