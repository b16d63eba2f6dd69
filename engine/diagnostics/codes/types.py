"""Types (T): values that do not fit where they stand."""
