"""Syntax (P): what cannot be read as rules."""
