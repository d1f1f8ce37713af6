"""Where scans arrive: scan batches, received files and their splitting into pages. Knows no text and no index."""
