"""The reading room: pages seen, searched, turned, copied and printed. It changes no record; every look is journalled."""
