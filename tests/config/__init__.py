"""Tests of dms.config: start-up, processes, the schedule."""
