"""What a feed lacks of the columns that rules read."""

from __future__ import annotations

from engine.errors import FeedError
from engine.feeds.feed import Feed
from engine.language.suggestions import close_names
from engine.program.program import Program
from engine.values.field import Field
from engine.values.kinds import KindName


def refuse_lacking(program: Program, feed: Feed) -> None:
    """A feed without a column that each product needs would reject every row, one by one.

    Of other columns that it lacks, its notes tell: their fields are empty in every row.

    Raises:
        FeedError: it lacks one, or a column holds lists where its field holds one value.
    """
    if not feed.columns:
        return
    for field in program.fields:
        if field.reading.column in feed.lists and field.kind.name is not KindName.LIST:
            raise FeedError(
                f"{feed.path}: the column `{field.reading.column}` holds lists, and field `{field.name}` one "
                "value; write `x-kind: list` in the source schema"
            )
    lacking = program.lacking(feed.columns)
    if lacking:
        named = ", ".join(_named(f, feed) for f in lacking)
        listed = ", ".join(f"`{c}`" for c in feed.columns[:30])
        raise FeedError(
            f"{feed.path}: lacks {named}; its columns are {listed}. "
            "Mend `x-column` in the source schema, or `delimiter` in the feed's settings",
        )
    without = [f for f in program.fields if f.reading.column not in feed.columns]
    if without:
        feed.notes.append(
            f"no column {', '.join(_named(f, feed) for f in without)}: read as empty in every row"
        )


def _named(field: Field, feed: Feed) -> str:
    """The column of a field, which the feed lacks, and the one that may be meant."""
    close = close_names(field.reading.column, feed.columns)
    meant = f"; is it `{close[0]}`?" if close else ""
    return f"`{field.reading.column}` (field {field.name}{meant})"
