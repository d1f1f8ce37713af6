"""Measurements, as ratios against a raw engine in the same run; never part of the tests."""
