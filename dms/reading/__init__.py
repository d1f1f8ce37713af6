"""The reading room: pages seen, searched, copied and printed. It changes no record; every look is journalled."""
