"""Tests of dms.core."""
