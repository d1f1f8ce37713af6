"""Migrations of the house's own app."""
