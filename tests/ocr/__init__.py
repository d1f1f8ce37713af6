"""Tests of the recogniser: engines, cleaning, page text, sandbox, services and screens."""
