"""Tests and data files (K, S)."""

from engine.diagnostics.codes.code import Code, Severity

SCHEMA_UNREADABLE = Code(
    "S971",
    "schema-unreadable",
    "{file} cannot be used as a schema: {reason}",
)
CSV_HEADER = Code("S972", "csv-header", "the header of this table cannot be used: {fault}")
CSV_CELL = Code("S973", "csv-cell", "{fault}")
ENCODING = Code(
    "S974", "file-encoding", "{file} is not saved as UTF-8: byte {byte} here is no character"
)
FIXTURE = Code("K956", "fixture-does-not-fit", "the fixture {file} cannot be used: {fault}")
TEST_VALUE = Code(
    "K954", "test-value-does-not-fit", "`{name}` takes {wanted}, and this test has {found}"
)
NEVER_REACHES = Code(
    "K951",
    "test-never-reaches-its-rule",
    "no rule of {channel} says “{sentence}”",
    Severity.WARNING,
)
SNAPSHOT_DIFFERS = Code(
    "K953", "snapshot-differs", "the snapshot `{name}` differs from what the rules give now"
)
CONTRADICTION = Code(
    "K955",
    "tests-contradict-each-other",
    "two tests of the same product expect something else of `{name}`",
)
WITHOUT_TEST = Code("K952", "rule-without-test", "no test tries these rules", Severity.LINT)
