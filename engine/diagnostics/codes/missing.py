"""Missing and failing values (X)."""
