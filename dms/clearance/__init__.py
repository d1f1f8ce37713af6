"""Who may find, read, print or work on what: one policy, asked by every room. No room decides rights by itself."""
