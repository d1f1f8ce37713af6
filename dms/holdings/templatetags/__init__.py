"""Filters for the holdings' templates."""
