"""Settings by occasion: `dev` (and the demonstration), `test`, `production`; `base` holds what they share."""
