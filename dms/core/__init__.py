"""What every room may use and that knows no room: refusals, errors, the clock, numbering, leases, own fields."""
