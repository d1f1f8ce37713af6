"""Tests of dms.organisation."""
