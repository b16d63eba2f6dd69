"""Dates and times (D)."""
