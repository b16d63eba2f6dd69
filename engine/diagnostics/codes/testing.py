"""Tests and data files (K, S)."""

from engine.diagnostics.codes.code import Code

SCHEMA_UNREADABLE = Code(
    "S971",
    "schema-unreadable",
    "{file} cannot be used as a schema: {reason}",
)
