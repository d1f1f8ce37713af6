"""An invented organisation with invented scans, to show the house. Nothing here runs in production."""
