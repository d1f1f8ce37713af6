"""Tests of dms.clearance."""
