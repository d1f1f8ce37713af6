"""Tests of the invented organisation and its scans."""
