"""Names (N): what is called by a name that nothing has."""
