"""Lines of rejections, and whether each row has its line."""

from __future__ import annotations

import polars as pl

from engine.errors import EngineError
from engine.offers.text_expressions import json_string
from engine.program.program import ROW


def rejection_line() -> pl.Expr:
    """The line of a row that makes no offer: row, sku (or null), outcome and reasons."""
    return pl.concat_str(
        pl.lit('{"row":'),
        pl.col(ROW).cast(pl.String),
        pl.lit(',"sku":'),
        json_string(pl.col("sku")).fill_null("null"),
        pl.lit(',"outcome":"'),
        pl.col("outcome"),
        pl.lit('","reasons":'),
        pl.col("reasons").fill_null("[]"),
        pl.lit("}"),
    )


def check_lines(frame: pl.DataFrame, lines: pl.Series) -> None:
    """See that each row has its line.

    Raises:
        EngineError: a row would be lost (a fault of the engine).
    """
    if lines.null_count():
        row = frame.filter(lines.is_null())[ROW][0]
        raise EngineError(f"row {row} cannot be written: this is a fault of Feedwright")
