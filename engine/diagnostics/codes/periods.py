"""Channels and time (H, E8)."""
