"""Annual volumes: which year, volume and order, by rule and with the reason. No image and no place is kept here."""
