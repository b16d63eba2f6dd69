"""Decisions about orders (R47 to R49): why an action is denied, or left to a person."""

from engine.diagnostics.codes.code import Code, Severity

# R47: what the rules say.
DENIED_BY_RULE = Code("R471", "denied-by-rule", "{reason}")
DENIED_BY_DEFAULT = Code("R472", "denied-by-default", "{reason}")
FORBIDDEN_PARAMETER = Code(
    "R473", "forbidden-parameter", "{action} on {channel} takes no `{name}`: {reason}"
)
LACKING_PARAMETER = Code("R474", "lacking-parameter", "{action} on {channel} needs `{name}`")
PARAMETER_NOT_IN_RULES = Code(
    "R475", "parameter-not-in-rules", "no rule gives {action} on {channel} a `{name}`"
)
NOT_IN_TABLE = Code(
    "R476", "value-not-in-table", "`{name}` holds {value}, which {channel} does not take: {reason}"
)
UNKNOWN_ACTION = Code("R477", "unknown-action", "no rule is about an action “{value}”")
STATE_WITHOUT_RULES = Code(
    "R478", "state-without-rules", "no rule is about an order that is {state} on {channel}"
)
STATE_IN_DOUBT = Code(
    "R479",
    "state-in-doubt",
    "“{value}” may be {states} on {channel}, and {action} is not decided alike in all of them",
)

# R48: where an order is handled.
OTHER_CHANNEL = Code(
    "R480", "other-channel", "this order is handled on {other}, and not on {channel}"
)
BY_HAND = Code("R481", "by-hand", "{reason}", Severity.WARNING)
CHANNEL_CLOSED = Code("R482", "channel-closed", "{reason}")
CHANNEL_WITHOUT_RULES = Code(
    "R483", "channel-without-rules", "no rule is about orders on “{value}”"
)
REFUSED_BY_ROUTE = Code("R484", "refused-by-route", "{reason}")
STATE_UNSAID = Code("R485", "state-unsaid", "nothing says in which state the order is")

# R486 to R489: many wanted actions at once.
NO_SUCH_ORDER = Code("R486", "no-such-order", "none of the orders is “{value}”")
WANTED_AGAIN = Code(
    "R487", "wanted-again", "{action} of order “{order}” is wanted already, in line {line}"
)
WANTED_EXCLUDED = Code(
    "R488",
    "wanted-excluded",
    "{action} can never follow {first}, which is wanted of order “{order}” in line {line}",
)
BROKEN_WISH = Code("R489", "broken-wish", "this wanted action cannot be read: {problem}")
