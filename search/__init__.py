"""Makes scans findable: tokens, query grammar, index engines, results. Holds no truth: all of it can be rebuilt."""
