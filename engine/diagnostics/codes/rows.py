"""Rows (R): why one row of a feed makes no offer, or makes it with a warning."""
