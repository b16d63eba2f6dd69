"""Syntax (P): what cannot be read as rules."""

from engine.diagnostics.codes.code import Code, Severity

UNEXPECTED_WORD = Code("P001", "unexpected-word", "this line cannot be read from `{word}` on")
MISSPELT_KEYWORD = Code("P002", "misspelt-keyword", "there is no word `{word}` in the language")
MISSING_PART = Code("P003", "missing-part", "{what} is missing here")
BLOCK_NOT_CLOSED = Code("P004", "block-not-closed", "this `{block}` is not closed with `end`")
STRAY_END = Code("P005", "stray-end", "this `end` closes nothing")
EQUALS_COMPARES = Code("P006", "equals-compares", "`=` gives a value; to compare, write `is`")
FOREIGN_OPERATOR = Code("P007", "foreign-operator", "rules are not written with `{word}`")
DECIMAL_COMMA = Code("P008", "decimal-comma", "numbers in rules have a decimal point: `{text}`")
CURRENCY_SIGN = Code("P009", "currency-sign", "money is written `12.50 EUR`, not `{text}`")
TYPOGRAPHIC = Code(
    "P010",
    "typographic-character",
    "a {what} stands here, as text programs put it",
    Severity.WARNING,
)
ROW_WIDTH = Code("P011", "row-width", "the header has {columns} cells, and this row {cells}")
NO_BARS = Code("P012", "header-without-bars", "the header of this table lacks `||`")
TEXT_NOT_CLOSED = Code("P013", "text-not-closed", "this text is not closed with a quote")
RESERVED_WORD = Code("P014", "reserved-word", "`{word}` is a word of the language, not a name")
FRENCH_KEYWORD = Code(
    "P015", "mixed-keywords", "`{word}` is French; this file is written in English"
)
NEWER_LANGUAGE = Code(
    "P016",
    "newer-language",
    "this file is written for version {version} of the language, and only version 1 is known here",
)
LOOK_ALIKE = Code("P017", "look-alike-character", "{what} hides here")
LOCAL_DATE = Code("P018", "local-date", "dates are written year-month-day: `{text}`")
BROKEN_LITERAL = Code("P019", "broken-literal", "`{text}` is not {what}")
TOO_DEEP = Code("P020", "too-long-expression", "this expression is too long to be followed")
QUOTED_NAME = Code("P021", "quoted-name", "names in rules stand without {marks}")
SINGLE_QUOTES = Code("P022", "single-quotes", "a text stands in double quotes")
FOREIGN_COMMENT = Code("P023", "foreign-comment", "`{sign}` begins no comment here")
