"""Tests of dms.journal."""
