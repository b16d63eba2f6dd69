"""Cases and tables (C)."""
