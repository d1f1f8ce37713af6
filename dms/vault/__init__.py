"""The vault: sealed files, a key for each; the only door to storage. Nothing outside this room opens a storage path."""
