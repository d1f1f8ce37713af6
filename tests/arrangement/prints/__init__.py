"""Printed forms, looked at as what comes out of the printer."""
