"""Random public ids for addresses: they say nothing about order, number or neighbours."""

import secrets

ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
LENGTH = 14


def new_public_id() -> str:
    """Return 14 characters of a 32-letter alphabet without look-alikes (70 bits)."""
    # Five bits of each random byte choose one of the 32 letters.
    return "".join([ALPHABET[byte & 31] for byte in secrets.token_bytes(LENGTH)])
