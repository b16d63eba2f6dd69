"""Functions on lists of texts, such as the images or the colours of a product."""

from __future__ import annotations

from engine.functions.declare import IntegerColumn, ListColumn, TextColumn, YesNoColumn, function
from engine.functions.exact import fitted

LONGEST_LIST = 2**31 - 1


def _position_fault(position: int) -> str | None:
    return None if 1 <= position <= LONGEST_LIST else "items are counted from 1"


@function(examples={'count(split("a|b|a", "|"))': "3"}, known_as=("size", "nb"))
def count(items: ListColumn) -> IntegerColumn:
    """The number of `items`."""
    return fitted(items.list.len(), 0, 0, LONGEST_LIST)


@function(
    missing=True,
    examples={'first(split("a|b|c", "|"))': '"a"', 'first(split("", "|"))': "missing"},
)
def first(items: ListColumn) -> TextColumn:
    """The first of `items`; missing where there is none."""
    return items.list.first()


@function(
    missing=True,
    examples={'last(split("a|b|c", "|"))': '"c"', 'last(split("", "|"))': "missing"},
)
def last(items: ListColumn) -> TextColumn:
    """The last of `items`; missing where there is none."""
    return items.list.last()


@function(
    missing=True,
    check=_position_fault,
    examples={
        'item(split("a|b|c", "|"), 2)': '"b"',
        'item(split("a|b|c", "|"), 4)': "missing",
    },
)
def item(items: ListColumn, position: int) -> TextColumn:
    """The item at `position`, counted from 1; missing where the list is shorter."""
    return items.list.get(position - 1, null_on_oob=True)


@function(
    examples={
        'contains_item(split("rouge|bleu", "|"), "bleu")': "yes",
        'contains_item(split("rouge|bleu", "|"), "Bleu")': "no",
    },
)
def contains_item(items: ListColumn, text: TextColumn) -> YesNoColumn:
    """Whether one of `items` is `text`; capitals and small letters differ."""
    import polars as pl

    found = items.list.contains(text)
    return pl.when(text.is_not_null()).then(found)


@function(examples={'join(unique(split("b|a|b", "|")), "|")': '"b|a"'}, known_as=("distinct",))
def unique(items: ListColumn) -> ListColumn:
    """`items` without those that stand before them already."""
    return items.list.unique(maintain_order=True)


@function(
    examples={
        'join(split("a|b|c", "|"), ", ")': '"a, b, c"',
        'join(split("", "|"), ", ")': '""',
    },
    known_as=("implode", "string_agg"),
)
def join(items: ListColumn, separator: str) -> TextColumn:
    """`items` one after the other as one text, with `separator` between them."""
    return items.list.join(separator)
