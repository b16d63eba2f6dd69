"""Validity of what is sent (V)."""

from engine.diagnostics.codes.code import Code, Severity

NEVER_SET = Code("V701", "required-never-set", "`{name}` is required on {channel} and never set")
BREAKS_SCHEMA = Code("V702", "breaks-schema", "{value} is outside what `{name}` can be: {bound}")
ALWAYS_BROKEN = Code("V703", "promise-always-broken", "no offer can keep this promise")
NOT_DECIDED = Code(
    "V704",
    "promise-not-proved",
    "it is not proved that this always holds: each product is checked",
    Severity.WARNING,
)
NEVER_FAILS = Code(
    "V705", "requirement-never-fails", "this requirement can never fail", Severity.LINT
)
ALWAYS_FAILS = Code("V706", "requirement-always-fails", "this requirement always fails")
EXCLUDE_EACH_OTHER = Code(
    "V707", "requirements-exclude-each-other", "no product can meet these two requirements together"
)
GROUP_IN_PART = Code(
    "V708", "group-in-part", "`{name}` is set without {others}, and they are sent together"
)
