"""The bench on which foreign files are opened: sniffing, splitting, derivatives. No model, no database here."""
