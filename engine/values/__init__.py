"""Small facts that travel everywhere, immutable and exact. No float stands here."""
