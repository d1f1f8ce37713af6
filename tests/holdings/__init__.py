"""Tests of the holdings."""
