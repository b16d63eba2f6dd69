"""Dates and times (D)."""

from engine.diagnostics.codes.code import Code, Severity

LOCAL_TIME = Code("D401", "local-time-without-zone", "a time without a zone is not an instant")
AMBIGUOUS_ZONE = Code(
    "D402", "ambiguous-zone", "{text} on {day} is {clock} on {city} clocks", Severity.WARNING
)
SKIPPED_TIME = Code(
    "D403", "skipped-time", "{time} does not exist on {day} in {zone}: clocks jump over it"
)
REPEATED_TIME = Code("D404", "repeated-time", "{time} occurs twice on {day} in {zone}")
UNKNOWN_ZONE = Code("D405", "unknown-zone", "there is no time zone `{zone}`")
DATE_AND_INSTANT = Code("D406", "date-compared-with-instant", "a date is compared with an instant")
EMPTY_INTERVAL = Code("D407", "empty-interval", "this period ends before it begins")
MONTHS_AND_DAYS = Code("D408", "months-compared-with-days", "months have no fixed number of days")
TEST_WITHOUT_AT = Code(
    "D409", "test-without-instant", "this test depends on the day it runs: it has no `at`"
)
