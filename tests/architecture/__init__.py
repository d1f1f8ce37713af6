"""Tests that hold the rules of the house: what a linter cannot say."""
