"""The journal: who did and saw what, append-only and sealed; nothing here is ever changed or deleted."""
