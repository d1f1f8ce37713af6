"""The house of Juanzong: what it keeps (see docs/architecture.md); each folder is a room with one job."""
