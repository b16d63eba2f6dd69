"""Orders (R4): why an order, or what is to be done with it, cannot be used as it stands."""

from engine.diagnostics.codes.code import Code, Severity

# R40, R41: order documents. {field} is a path in the document.
BROKEN_ORDER = Code("R401", "broken-order", "this order cannot be read: {problem}")
NO_KNOWN_ORDER = Code(
    "R402",
    "no-known-order",
    "this is neither an Octopia order nor a Lengow order: {problem}",
)
ORDER_FIELD_MISSING = Code(
    "R403", "order-field-missing", "the order has no `{field}`, and nothing can be done without it"
)
ORDER_FIELD_UNREADABLE = Code(
    "R404", "order-field-unreadable", "`{field}` holds {value}, which is not {wanted}"
)
UNKNOWN_ORDER_VALUE = Code(
    "R405",
    "unknown-order-value",
    "`{field}` holds “{value}”, which is not known here and is kept as it stands",
    Severity.WARNING,
)
UNKNOWN_ORDER_STATE = Code(
    "R406", "unknown-order-state", "“{value}” is no state of an order on {channel}"
)
UNKNOWN_ORDER_CHANNEL = Code(
    "R407",
    "unknown-order-channel",
    "`{field}` holds “{value}”, which is no sales channel known here",
    Severity.WARNING,
)
NOT_SHIPPED_BY_SELLER = Code(
    "R408",
    "not-shipped-by-seller",
    "the seller ships nothing of this order: `{field}` holds {value}",
    Severity.WARNING,
)
LINES_DISAGREE = Code(
    "R409",
    "lines-disagree",
    "the order is {state}, and line {line} is {line_state}",
    Severity.WARNING,
)
ORDER_FIELD_SET_ASIDE = Code(
    "R410",
    "order-field-set-aside",
    "`{field}` holds {value}, which is not {wanted}, and is set aside",
    Severity.WARNING,
)

# R45: parameters of an action, and the request made of them.
UNKNOWN_CARRIER = Code("R451", "unknown-carrier", "“{value}” is no carrier that {channel} knows")
PLACEHOLDER = Code(
    "R452", "placeholder-text", "`{name}` holds “{value}”, which only says that there is none"
)
NO_SUCH_PARAMETER = Code(
    "R453",
    "no-such-parameter",
    "a request to {action} on {channel} cannot carry `{name}`: {reason}",
)
PARAMETER_MISSING = Code(
    "R454", "parameter-missing", "a request to {action} on {channel} needs `{name}`"
)
PARAMETER_UNREADABLE = Code(
    "R455", "parameter-unreadable", "`{name}` holds {value}, which is not {wanted}"
)
BODY_DOES_NOT_FIT = Code(
    "R456", "body-does-not-fit", "the request to {action} does not fit its schema: {problem}"
)
NO_REQUEST = Code("R457", "no-request", "{connector} has no request to {action}")

# R46: calls of older automations.
BROKEN_CALL = Code("R461", "broken-call", "this call cannot be read: {problem}")
