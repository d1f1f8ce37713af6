"""The API: every operation, every refusal, every kind of user, the published document."""
