"""Actions on orders (A): what the rules leave open, or say so that it cannot be done."""

from engine.diagnostics.codes.code import Code, Severity

NOT_COVERED = Code("A901", "action-not-covered", "{what}")
UNKNOWN_GOAL = Code(
    "A902",
    "leads-to-unknown-state",
    "`{action}` leads to `{state}`, which is no state on {channel}",
)
NO_WAY_OUT = Code(
    "A903",
    "no-way-out",
    "an order that is {state} on {channel} never gets out of it by what is allowed there: {actions}",
    Severity.WARNING,
)
NEVER_REACHED = Code(
    "A904",
    "state-never-reached",
    "the rules never meet `{state}`: {why}",
    Severity.WARNING,
)
WITHOUT_TYPE = Code(
    "A905", "parameter-without-type", "nothing says what `{name}` of `{action}` takes"
)
SUGGESTS_FORBIDDEN = Code(
    "A906",
    "suggestion-uses-forbidden",
    "`{action}` on {channel} takes no `{name}`, and this suggests it with one",
)
SUGGESTS_DENIED = Code(
    "A907",
    "suggestion-not-allowed",
    "this suggests `{action}`, which {channel} does not allow in {state}",
)
SUGGESTS_TOO_LITTLE = Code(
    "A908",
    "suggestion-lacks-parameter",
    "this suggests `{action}` without `{name}`, which {channel} needs",
)
ALIAS_CYCLE = Code("A909", "alias-cycle", "these actions are the same as each other: {cycle}")
WITHOUT_SENTENCE = Code(
    "A910", "denial-without-sentence", "this denies {what} and does not say why", Severity.WARNING
)
WITHOUT_ROUTE = Code("A911", "order-without-route", "{what}")
LINE_OF_WHOLE_ORDER = Code(
    "A912",
    "line-of-whole-order",
    "`{action}` applies to whole orders, and `{name}` is about lines",
)
NOT_ABOUT_ORDERS = Code(
    "A913", "not-about-orders", "this cannot be said in a condition about an order"
)
ALIAS_WITH_RULES = Code(
    "A914", "alias-with-rules", "`{action}` is the same as `{other}`, and this says more of it"
)
