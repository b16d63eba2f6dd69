"""Cases and tables (C)."""

from engine.diagnostics.codes.code import Code, Severity

NOT_COMPLETE = Code("C601", "not-complete", "these cases do not cover {example}")
NEVER_REACHED = Code("C602", "row-never-reached", "this row is never reached", Severity.WARNING)
ROWS_OVERLAP = Code("C603", "rows-overlap", "two rows fit {example}")
OTHERWISE_NEVER = Code(
    "C604", "otherwise-never-reached", "`otherwise` is never reached", Severity.WARNING
)
CONSTANT_CONDITION = Code(
    "C605", "constant-condition", "this condition is always {value}", Severity.WARNING
)
ROW_TWICE = Code("C606", "row-twice", "this row stands twice", Severity.WARNING)
KEY_TWICE = Code("C607", "key-twice", "the key {key} stands twice in `{table}`")
UNUSED_COLUMN = Code("C608", "unused-column", "no rule reads the column `{name}`", Severity.LINT)
VALUE_WITHOUT_ROW = Code("C609", "value-without-row", "no row is for {values}")
COLUMN_WITHOUT_EFFECT = Code(
    "C610", "column-without-effect", "the column `{name}` never changes the result", Severity.LINT
)
