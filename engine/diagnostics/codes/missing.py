"""Missing and failing values (X)."""

from engine.diagnostics.codes.code import Code, Severity

MAY_BE_MISSING = Code("X501", "may-be-missing", "`{name}` may be missing, and {lacks}")
NEEDLESS_DEFAULT = Code("X502", "needless-default", "this value is never missing", Severity.WARNING)
MAY_FAIL = Code("X503", "may-fail", "{what} may fail, and nothing says what then")
NEEDLESS_ON_ERROR = Code("X504", "needless-on-error", "this value never fails", Severity.WARNING)
MAY_FIND_NO_ROW = Code(
    "X505", "may-find-no-row", "`{name}` may have no row for this key, and nothing says what then"
)
OMITS_REQUIRED = Code(
    "X506", "omits-required", "`{name}` is required on {channel} and cannot be omitted"
)
DEFAULT_FOR_FAILURE = Code(
    "X507", "default-for-failure", "`default` repairs a missing value, not one that fails"
)
CANNOT_CLEAR = Code("X508", "cannot-clear", "`{name}` cannot be sent empty")
