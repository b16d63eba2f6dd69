"""Validity of what is sent (V)."""
