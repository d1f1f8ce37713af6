"""Screens of the holdings, a module for each subject. Thin: parse, call a service or selector, show."""
