"""Money and units (M)."""

from engine.diagnostics.codes.code import Code, Severity

TWO_CURRENCIES = Code("M301", "two-currencies", "{left} and {right} do not mix")
MONEY_TIMES_MONEY = Code("M302", "money-times-money", "money is not multiplied by money")
UNROUNDED_MONEY = Code(
    "M303", "unrounded-number", "`{name}` takes {scale} decimals, and this value may have {found}"
)
ROUNDING_STEP = Code("M304", "rounding-step", "rounding needs a way and a step: {fault}")
LIKELY_PERCENT = Code(
    "M305", "likely-percent", "`{text}` multiplies a price; is `{text}%` meant?", Severity.WARNING
)
ROUNDED_TWICE = Code("M306", "rounded-twice", "this value is rounded twice", Severity.WARNING)
UNITS_DIFFER = Code("M307", "units-differ", "{left} and {right} do not mix")
VAT_TWICE = Code("M308", "vat-twice", "`{name}` includes VAT already", Severity.WARNING)
TOO_LARGE = Code("M309", "number-too-large", "this value may need more than 38 digits")
VAT_LEFT_OUT = Code(
    "M310",
    "vat-left-out",
    "`{name}` is without VAT, and buyers pay {attribute} with it",
    Severity.WARNING,
)
