"""Validity of what is sent (V)."""

from engine.diagnostics.codes.code import Code, Severity

NEVER_SET = Code(
    "V701", "required-never-set", "`{name}` is required on {channel} and never set{period}"
)
BREAKS_SCHEMA = Code("V702", "breaks-schema", "{value} is outside what `{name}` can be: {bound}")
NEVER_FAILS = Code(
    "V705", "requirement-never-fails", "this requirement can never fail", Severity.LINT
)
ALWAYS_FAILS = Code("V706", "requirement-always-fails", "this requirement always fails")
GROUP_IN_PART = Code(
    "V708", "group-in-part", "`{name}` is set without {others}, which are sent together with it"
)
