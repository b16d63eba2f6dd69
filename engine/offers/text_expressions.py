"""Values to text by column expressions: exact numbers, JSON strings, XML attributes, times.

No row is visited and no number is ever a floating one.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

import polars as pl

from engine.native.library import kernels
from engine.native.line_kernels import Code, Steps, written
from engine.program.vectors import over_cells

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f"} | {
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
JSON_ESCAPES = {chr(n): f"\\u{n:04x}" for n in range(32)} | _SHORT_ESCAPES

# A reader turns blanks of an attribute into spaces, so tabs and line ends go as references. The
# other control characters cannot stand in XML at all; business rule R325 rejects offers with them.
_REPLACEMENT_CHARACTER = "\ufffd"
_NO_XML = [chr(n) for n in range(32) if chr(n) not in "\t\n\r"] + ["\ufffe", "\uffff"]
XML_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
} | dict.fromkeys(_NO_XML, _REPLACEMENT_CHARACTER)
NOT_IN_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"

NO_TEXT = pl.lit(None, dtype=pl.String)


def json_string(text: pl.Expr) -> pl.Expr:
    """`text` as a JSON string with its quotes."""
    if kernels() is not None:
        return over_cells(text, _json_string, pl.String)
    return pl.concat_str([pl.lit('"'), json_escaped(text), pl.lit('"')])


def json_escaped(text: pl.Expr) -> pl.Expr:
    """`text` as it stands within a JSON string."""
    if kernels() is not None:
        return over_cells(text, partial(written, code=Code.JSON_TEXT), pl.String)
    return text.str.replace_many(list(JSON_ESCAPES), list(JSON_ESCAPES.values()))


def _json_string(texts: pl.Series) -> pl.Series:
    steps = Steps()
    steps.constant(Code.CONSTANT, '"')
    steps.value(Code.JSON_TEXT)
    steps.constant(Code.CONSTANT, '"')
    return steps.run([texts])


def quoted(text: str) -> str:
    """A constant as a JSON string with its quotes."""
    return '"' + "".join(JSON_ESCAPES.get(c, c) for c in text) + '"'


def xml_text(text: pl.Expr) -> pl.Expr:
    """`text` as it stands between the double quotes of an XML attribute."""
    return text.str.replace_many(list(XML_ESCAPES), list(XML_ESCAPES.values()))


def escaped_for_xml(text: str) -> str:
    """A constant as it stands between the double quotes of an XML attribute."""
    return "".join(XML_ESCAPES.get(c, c) for c in text)


def joined(parts: Iterable[pl.Expr], separator: str = "") -> pl.Expr:
    """The parts that are not null, in a row; null where all are."""
    listed = list(parts)
    if not listed:
        return NO_TEXT
    text = pl.concat_str(listed, separator=separator, ignore_nulls=True)
    return pl.when(text != "").then(text)


def number_text(
    number: pl.Expr,
    scale: int,
    *,
    decimals: int = 0,
    wide: bool = False,
) -> pl.Expr:
    """Whole numbers of 10**-scale as the shortest exact decimal with at least `decimals` decimals.

    `wide` numbers are Int128, which a Decimal column cannot hold entirely.
    """
    if scale == decimals == 0:
        return number.cast(pl.String)
    if kernels() is not None and not wide:
        return over_cells(
            number, partial(written, code=Code.NUMBER, scale=scale, decimals=decimals), pl.String
        )
    shown = max(scale, decimals)
    text = _by_parts(number, scale, shown) if wide else _by_decimal(number, scale, shown)
    return text if shown == decimals else _without_zeros(text, decimals)


def _by_decimal(number: pl.Expr, scale: int, shown: int) -> pl.Expr:
    # Out of a text: a literal of a Decimal brings NumPy in, which takes as long as all of the query.
    step = f"{Decimal(10) ** -scale:.{shown}f}"
    exact = pl.lit(step).cast(pl.Decimal(38, shown))
    return (number.cast(pl.Decimal(38, 0)) * exact).cast(pl.String)


def _by_parts(number: pl.Expr, scale: int, shown: int) -> pl.Expr:
    one = pl.lit(10**scale, dtype=pl.Int128)
    rest = number % one
    below_zero = number < 0
    # The remainder takes the sign of the divisor: -5 is -1 and 95 hundredths. Turned round here,
    # without the absolute value, which the least number of 128 bits does not have.
    carried = below_zero & (rest != 0)
    whole = (number // one) + carried.cast(pl.Int128)
    part = pl.when(carried).then(one - rest).otherwise(rest)
    sign = pl.when(below_zero & (whole == 0)).then(pl.lit("-")).otherwise(pl.lit(""))
    digits = part.cast(pl.String).str.zfill(scale) if scale else pl.lit("")
    zeros = pl.lit("0" * (shown - scale))
    return pl.concat_str([sign, whole.cast(pl.String), pl.lit("."), digits, zeros])


def _without_zeros(text: pl.Expr, decimals: int) -> pl.Expr:
    if decimals:
        return text.str.replace(rf"(\.\d{{{decimals}}}\d*?)0+$", "$1")
    return text.str.strip_chars_end("0").str.strip_chars_end(".")


def local_time_text(instant: pl.Expr, zone: str) -> pl.Expr:
    """Instants on the clocks of `zone`: `2025-06-25T08:00:00`, without an offset."""
    return instant.dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M:%S")


def utc_text(instant: pl.Expr) -> pl.Expr:
    """Instants in UTC: `2025-06-25T06:00:00Z`."""
    return instant.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def date_text(date: pl.Expr) -> pl.Expr:
    """Dates: `2025-06-25`."""
    return date.dt.strftime("%Y-%m-%d")
