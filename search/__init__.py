"""Makes scans findable: tokens, query grammar, index engines, results. Holds no truth: everything here can be rebuilt."""
