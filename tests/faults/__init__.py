"""Faults at depth: processes killed at every state change, full disks, lost keys, and files made to do harm."""
