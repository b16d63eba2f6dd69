"""Tests and data files (K, S)."""
