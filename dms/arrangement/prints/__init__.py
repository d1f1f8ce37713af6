"""Printed forms of the archive as PDF (A11): facts in, bytes out. Reads no record and knows no right but in `facts`."""
