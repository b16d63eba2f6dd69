"""Lines of offers and rejections as they are known to be right: column by column, all reasons at hand.

What `render` writes, put together while the query runs, is held against these.
"""

import polars as pl

from engine.offers.lines import check_lines, rejection_line
from engine.offers.text_expressions import json_string
from engine.program.program import ROW


def offer_lines(offers: pl.DataFrame) -> bytes:
    """A line an offer: row, sku, package, payload, `xml` where that is what is sent, and warnings.

    Raises:
        EngineError: a row would be lost (a fault of the engine).
    """
    line = pl.concat_str(
        pl.lit('{"row":'),
        pl.col(ROW).cast(pl.String),
        pl.lit(',"sku":'),
        json_string(pl.col("sku")),
        pl.lit(',"package":"'),
        pl.col("package"),
        pl.lit('"'),
        # An offer that goes by XML may hold what has no JSON name: then there is no payload.
        (pl.lit(',"payload":') + pl.col("payload")).fill_null(""),
        (pl.lit(',"xml":') + json_string(pl.col("xml"))).fill_null(""),
        (pl.lit(',"warnings":') + pl.col("reasons")).fill_null(""),
        pl.lit("}"),
    )
    return _joined(offers, line)


def rejection_lines(others: pl.DataFrame) -> bytes:
    """A line a row that makes no offer: row, sku (or null), outcome and reasons."""
    return _joined(others, rejection_line())


def _joined(frame: pl.DataFrame, line: pl.Expr) -> bytes:
    if not frame.height:
        return b""
    lines = frame.select(line.alias("line"))["line"]
    check_lines(frame, lines)
    text: str = lines.str.join("\n").item()
    return text.encode() + b"\n"
