"""Channels and time (H, E8)."""

from engine.diagnostics.codes.code import Code, Severity

OVERRIDE_CHANGES_NOTHING = Code(
    "H801", "override-changes-nothing", "this override changes nothing", Severity.WARNING
)
OVERRIDES_NOTHING = Code("H802", "overrides-nothing", "there is nothing to override: {what}")
CHANNEL_CYCLE = Code("H803", "channel-cycle", "these channels extend each other: {cycle}")
NO_MAPPING = Code("H804", "channel-without-mapping", "`{name}` sends offers and has no mapping")
BOTH_SEND = Code(
    "H805", "both-send", "{left} and {right} both send {subject} by themselves", Severity.WARNING
)
VERSIONS_OVERLAP = Code(
    "E811", "versions-overlap", "two overrides of `{name}` are in force at once"
)
UNCONFIRMED = Code(
    "E814",
    "unconfirmed-milestone",
    "this leans on `{name}`, which is to be confirmed",
    Severity.WARNING,
)
ALREADY_OVER = Code("E813", "rule-already-over", "this rule ended at {when}", Severity.LINT)
