"""Functions on HTML, which shops put into titles and descriptions."""

from __future__ import annotations

import html as entities
from typing import TYPE_CHECKING

from engine.functions.declare import TextColumn, function

if TYPE_CHECKING:
    import polars as pl

_ENTITY = "&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_COMMENT = r"(?s)<!--.*?(?:-->|\z)"
# What browsers do not show. Where the end is missing, nothing after it is shown either.
_HIDDEN = tuple(
    rf"(?is)<{name}(?:\s[^<>]*)?>.*?(?:</{name}\s*>|\z)" for name in ("script", "style")
)
# Attributes may hold `>` in quotes, but no `<`: so no text is read over and over from each `<`.
_ATTRIBUTES = r"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*"
_BLOCK = (
    r"(?i)</?(?:address|article|aside|blockquote|br|caption|dd|div|dl|dt|figure|footer|form|h[1-6]"
    r"|header|hr|li|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)"
    rf"(?:[\s/]{_ATTRIBUTES})?>"
)
# Or, as browsers do where a quote or the end of a tag is missing: up to the next `>`.
_TAG = rf"<[/!?]?[a-zA-Z](?:{_ATTRIBUTES}>|[^>]*(?:>|\z))"


@function(
    examples={
        'strip_html("<p>Lampe <b>LED</b></p><p>Noire</p>")': '"Lampe LED Noire"',
        'strip_html("Prix &lt; 10 &euro;<script>track()</script>")': '"Prix < 10 €"',
        'strip_html("moins de 5 < 6")': '"moins de 5 < 6"',
    },
    known_as=("strip_tags", "striptags"),
)
def strip_html(text: TextColumn) -> TextColumn:
    """`text` as a browser shows it, in one line: no tags, entities decoded, blocks set apart."""
    shown = text.str.replace_all(_COMMENT, "")
    for hidden in _HIDDEN:
        shown = shown.str.replace_all(hidden, " ")
    shown = shown.str.replace_all(_BLOCK, " ").str.replace_all(_TAG, "")
    return _unescaped(shown).str.replace_all(r"\s+", " ").str.strip_chars()


@function(
    examples={
        'unescape_html("Caf&eacute; &amp; th&#233;")': '"Café & thé"',
        'unescape_html("&amp;lt;")': '"&lt;"',
        'unescape_html("R&D; AT&T")': '"R&D; AT&T"',
    },
    known_as=("html_entity_decode",),
)
def unescape_html(text: TextColumn) -> TextColumn:
    """`text` with its HTML entities decoded, once: apply it twice to what was escaped twice."""
    return _unescaped(text)


def _unescaped(text: pl.Expr) -> pl.Expr:
    import polars as pl

    return text.map_batches(_decode, return_dtype=pl.String, is_elementwise=True)


def _decode(texts: pl.Series) -> pl.Series:
    """Decode each different entity of a batch once: there are few, however many rows."""
    import polars as pl

    escaped = texts.filter(texts.str.contains(_ENTITY))
    if escaped.is_empty():
        return texts
    found = escaped.str.extract_all(_ENTITY).list.explode().unique().sort().to_list()
    decoded = [entities.unescape(entity) for entity in found]
    return pl.select(pl.lit(texts).str.replace_many(found, decoded)).to_series()
