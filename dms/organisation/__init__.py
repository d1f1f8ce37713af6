"""Fonds, departments, posts and people: who somebody is. What they may see is decided in dms.clearance."""
