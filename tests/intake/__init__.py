"""Tests of dms.intake."""
