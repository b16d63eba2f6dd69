"""Money and units (M)."""
