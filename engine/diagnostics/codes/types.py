"""Types (T): values that do not fit where they stand."""

from engine.diagnostics.codes.code import Code

WRONG_OPERANDS = Code("T201", "operands-do-not-fit", "{left} and {right} cannot be {combined}")
WRONG_VALUE = Code("T202", "value-does-not-fit", "`{name}` takes {wanted}, and this is {found}")
MIXED_BRANCHES = Code(
    "T203", "branches-differ", "this is {left}, and the value is {right} otherwise"
)
NO_CONDITION = Code("T204", "not-a-condition", "a condition is yes or no, and this is {found}")
NOT_IN_LIST = Code("T205", "not-in-list", "{value} is not one of the values that `{name}` can have")
WRONG_ARGUMENTS = Code("T206", "wrong-arguments", "`{name}` {fault}")
FREE_TEXT = Code("T207", "free-text", "`{name}` takes one of a list, and this is free text")
