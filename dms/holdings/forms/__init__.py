"""Forms of the holdings: they ask and check what one field can tell; what must hold is the services' to say."""
