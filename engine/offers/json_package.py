"""Offers as JSON packages write them: the text of one offer request a row, by expressions.

Keys of omitted attributes are left out, never null: Octopia takes null for nothing that is
documented. Where each attribute goes stands in the attribute table (`x-json`): `price.price` is a
member of a member, `deliveryModes[].code` a member of each entry of a list, and
`price.taxes[VAT].value` the entry of a list that carries that code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from engine.marketplace.channel import SalesChannel, TaxCode
from engine.native.line_kernels import Code
from engine.offers.columns import CollectedRow, OfferColumns, WireColumn
from engine.offers.fragments import Fragment, Group, Written, enclosed, folded, separated
from engine.offers.text_expressions import json_escaped, json_string, quoted, utc_text
from engine.offers.wire_values import NUMBERS, plain_text, words_for, written_number
from engine.values.kinds import KindName


class _Leaf(Struct, frozen=True):
    """A value on its way to its place: the steps of the path that are left."""

    steps: tuple[str, ...]
    column: WireColumn
    entry: int | None = None  # of a list: which entry it belongs to


def offer_json(columns: OfferColumns, channel: SalesChannel) -> pl.Expr:
    """The compact JSON text of each offer's request; attributes without a JSON name are left out.

    Keys stand in the order of the attribute table. Taxes are always written together, in the
    channel's spelling, with what it says for those that the offer lacks. The text is null on rows
    that lack a single value which the channel requires; those make no offer.
    """
    return offer_fragment(columns, channel).expr()


def offer_fragment(columns: OfferColumns, channel: SalesChannel) -> Fragment | Group:
    """The same in pieces, to stand within a longer text."""
    return _Writer(columns.collected, channel).write(_leaves(columns))


def _leaves(columns: OfferColumns) -> list[_Leaf]:
    leaves = [_Leaf(_steps(c), c) for c in columns.values.values() if c.attribute.json]
    for number, row in enumerate(columns.collected):
        leaves += [_Leaf(_steps(c), c, number) for c in row.columns.values() if c.attribute.json]
    return sorted(leaves, key=lambda leaf: leaf.column.attribute.place)


def _steps(column: WireColumn) -> tuple[str, ...]:
    return tuple((column.attribute.json_path or "").split("."))


class _Writer(Struct, frozen=True):
    """Writes objects and lists from the leaves inside them."""

    rows: tuple[CollectedRow, ...]
    channel: SalesChannel

    def write(self, leaves: Sequence[_Leaf]) -> Fragment | Group:
        """One object, null where nothing in it is set."""
        groups: dict[str, list[_Leaf]] = {}
        for leaf in leaves:
            groups.setdefault(leaf.steps[0].partition("[")[0], []).append(leaf)
        values = {key: self._value(key, inside) for key, inside in groups.items()}
        members = [v.between(f"{quoted(k)}:") for k, v in values.items() if v is not None]
        return enclosed("{", members, ",", "}")

    def _value(self, key: str, leaves: Sequence[_Leaf]) -> Fragment | Group | None:
        step = leaves[0].steps[0]
        if leaves[0].steps == (key,):
            return self._token(leaves[0].column)
        inside = [replace(leaf, steps=leaf.steps[1:]) for leaf in leaves]
        if step == key:
            return self.write(inside)
        if step.endswith("[]"):
            return self._entries(inside)
        return self._taxes({_code(leaf): leaf.column for leaf in leaves})

    def _token(self, column: WireColumn) -> Fragment | Group | None:
        """The value as JSON text, null where the attribute is omitted, None where it always is."""
        always = column.never_missing(self.channel.id)
        kind = column.attribute.kind.name
        if column.cleared is None and kind in {KindName.TEXT, KindName.DATE, KindName.INSTANT}:
            found = folded(_within_quotes(column), always=always)
            return None if found is None else found.between('"', '"')
        return folded(_json_text(column), always=always)

    def _entries(self, leaves: Sequence[_Leaf]) -> Fragment | Group:
        """A list of objects: one for each collected row that applies, or one of single values."""
        single = [leaf for leaf in leaves if leaf.entry is None]
        items = [self.write(single)] if single else []
        for number, row in enumerate(self.rows):
            inside = [leaf for leaf in leaves if leaf.entry == number]
            if inside:
                items.append(self.write(inside).where(row.applies))
        if any(leaf.column.never_missing(self.channel.id) for leaf in leaves):
            return separated(items, ",").between("[", "]")
        return enclosed("[", items, ",", "]")

    def _taxes(self, columns: dict[str, WireColumn]) -> Fragment | Group:
        """The whole list of taxes; null where the offer says nothing about any."""
        codes = self.channel.taxes.codes
        found = {word: self._tax(columns[word]) for word in codes if word in columns}
        items = [self._tax_entry(code, found.get(word)) for word, code in codes.items()]
        text = separated([i for i in items if i is not None], ",").between("[", "]")
        said = [value for value in found.values() if value is not None]
        if any(value.always for value in said):
            return text
        return text.where(pl.any_horizontal([c.is_set for c in columns.values()]))

    def _tax(self, column: WireColumn) -> Fragment | Group | None:
        """Amounts with two decimals; rates as the shortest exact number, of points or a fraction."""
        amount = column.attribute.kind.name is KindName.MONEY
        by_hundred = 0 if amount or not self.channel.taxes.fraction else 2
        text = written_number(
            replace(column, scale=column.scale + by_hundred), decimals=2 if amount else 0
        )
        return folded(text, always=column.never_missing(self.channel.id))

    def _tax_entry(self, code: TaxCode, value: Fragment | Group | None) -> Fragment | Group | None:
        if code.absent is not None:
            if value is None:
                value = Fragment((code.absent,))
            elif not value.always:
                value = value.or_else(code.absent)
        kind = f',"type":{quoted(code.type)}' if code.type else ""
        before = f'{{"code":{quoted(code.code)}{kind},"value":'
        return None if value is None else value.between(before, "}")


def _code(leaf: _Leaf) -> str:
    return leaf.steps[0].partition("[")[2].rstrip("]")


def _needs_quotes_only(column: WireColumn) -> bool:
    """Whether no value has characters to escape: times, and texts of letters and digits alone."""
    pattern = column.attribute.pattern
    if column.attribute.kind.name in {KindName.DATE, KindName.INSTANT}:
        return True
    plain = r"\^(?:\[(?:0-9|A-Z|a-z|[0-9A-Za-z ])+\](?:\{[0-9]+(?:,[0-9]*)?\}|[+*?])?)+\$"
    # A row whose value does not fit the pattern makes no offer.
    return pattern is not None and re.fullmatch(plain, pattern) is not None


def _within_quotes(column: WireColumn) -> pl.Expr | Written:
    text = plain_text(column, {}, utc_text)
    kind = column.attribute.kind.name
    if kind is KindName.INSTANT:
        return Written(column.expr, Code.INSTANT, text)
    if _needs_quotes_only(column):
        return text
    return Written(text, Code.JSON_TEXT, json_escaped(text))


def _json_text(column: WireColumn) -> pl.Expr | Written:
    attribute = column.attribute
    words = {rule: quoted(word) for rule, word in words_for(attribute.values, "json").items()}
    kind = attribute.kind.name
    spelt_out = kind in NUMBERS and attribute.json is not None and attribute.json.shape == "string"
    if kind in NUMBERS and not spelt_out and column.cleared is None:
        return written_number(column, decimals=2 if kind is KindName.MONEY else 0)
    text = plain_text(column, words, utc_text)
    if spelt_out or kind in {KindName.TEXT, KindName.DATE, KindName.INSTANT}:
        text = json_string(text)
    return column.with_cleared(text, quoted)
