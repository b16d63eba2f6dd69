"""Names (N): what is called by a name that nothing has."""

from engine.diagnostics.codes.code import Code, Severity

UNKNOWN_FIELD = Code("N101", "unknown-field", "the product has no field `{name}`")
UNKNOWN_ATTRIBUTE = Code("N102", "unknown-attribute", "offers have no attribute `{name}`")
UNKNOWN_NAME = Code("N103", "unknown-name", "there is no {what} `{name}`")
SET_TWICE = Code("N104", "set-twice", "`{name}` is {twice} {channel}")
HIDES_FIELD = Code(
    "N105", "name-hides-field", "`{name}` hides the field of that name", Severity.WARNING
)
UNUSED = Code("N106", "unused-name", "{what} `{name}` is never used", Severity.LINT)
IMPORT_CYCLE = Code("N107", "import-cycle", "these files use each other: {cycle}")
VALUE_CYCLE = Code("N108", "value-cycle", "these values are defined by each other: {cycle}")
DEPRECATED_FIELD = Code(
    "N109", "deprecated-field", "the schema marks `{name}` as deprecated", Severity.WARNING
)
NOT_PUT_IN = Code(
    "N110",
    "value-not-put-in",
    "`{name}` in braces stays as it is typed: values are put into messages alone",
    Severity.WARNING,
)
