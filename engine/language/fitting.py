"""Whether a value fits the attribute that takes it: kind, list, decimals, never missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes import missing as missing_codes
from engine.diagnostics.codes import money, types
from engine.diagnostics.diagnostic import EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language.conversions import made_into
from engine.language.kinding import decimals, is_zero, same_family
from engine.language.scope import Scope, choices_of, need_value, not_in_list
from engine.language.vocabulary import Attribute
from engine.values.kinds import KindName


class Fitting(Struct, frozen=True):
    """Holds values against the attributes of `channel`; `bound` are the names bound so far."""

    scope: Scope
    channel: str
    bound: Mapping[str, r.Bound | None]

    def check(self, attribute: Attribute, value: r.Bound, name_span: Span) -> None:
        """Whether the value is of the attribute's kind, in its list, rounded, and never missing."""
        need_value(self.scope, value)
        wanted, found = attribute.kind, value.kind
        if found.name is KindName.ERROR:
            return
        for leaf in leaves(value):
            if isinstance(leaf, r.Cleared) and not attribute.clearable:
                helps = [] if self.required(attribute) else choices_of(leaf.span, "omit")
                facts: dict[str, Any] = {"name": attribute.name}
                self.scope.add(missing_codes.CANNOT_CLEAR, leaf.span, facts=facts, helps=helps)
            if isinstance(leaf, r.Omitted) and self.required(attribute):
                facts = {"name": attribute.name, "channel": self.channel}
                helps = [Help('give it a value, or make no offer: `reject "..."`')]
                self.scope.add(missing_codes.OMITS_REQUIRED, leaf.span, facts=facts, helps=helps)
        if found.name is KindName.NOTHING or is_zero(value):
            return
        if wanted.name is KindName.CHOICE:
            self._fits_list(attribute, value)
        elif (
            wanted.name is KindName.MONEY
            and found.name is KindName.MONEY
            and wanted.currency not in (None, found.currency)
        ):
            facts = {"left": str(found), "right": str(wanted)}
            labels = [Label(name_span, f"takes {wanted}")] if name_span != value.span else []
            self.scope.add(money.TWO_CURRENCIES, value.span, facts=facts, labels=labels)
        elif not same_family(wanted, found) or (
            wanted.name is KindName.INTEGER and found.name is KindName.NUMBER
        ):
            self._wrong_kind(attribute, value)
        elif found.numeric:
            self._rounded(attribute, value, name_span)

    def required(self, attribute: Attribute) -> bool:
        """Whether every offer on the channel has the attribute."""
        return self.channel in attribute.required_on

    def _wrong_kind(self, attribute: Attribute, value: r.Bound) -> None:
        facts: dict[str, Any] = {
            "name": attribute.name,
            "wanted": str(attribute.kind),
            "found": str(value.kind),
        }
        helps = made_into(self.scope, value, attribute.kind)
        self.scope.add(types.WRONG_VALUE, value.span, facts=facts, helps=helps)

    def _fits_list(self, attribute: Attribute, value: r.Bound) -> None:
        choices = attribute.kind.choices or ()
        for leaf in leaves(value):
            if leaf.kind.name not in (KindName.TEXT, KindName.CHOICE):
                if leaf.kind.name not in (KindName.NOTHING, KindName.ERROR):
                    self._wrong_kind(attribute, leaf)
            elif isinstance(leaf, r.Constant):
                if leaf.value not in choices:
                    not_in_list(self.scope, leaf, attribute.name, attribute.kind)
            elif leaf.kind.name is KindName.TEXT:
                helps = [
                    Help("look it up in a table (`take ... from ... for ...`) or give it by cases")
                ]
                self.scope.add(
                    types.FREE_TEXT, leaf.span, facts={"name": attribute.name}, helps=helps
                )
            else:
                self._list_within(attribute, leaf)

    def _list_within(self, attribute: Attribute, value: r.Bound) -> None:
        choices = attribute.kind.choices or ()
        for text in value.kind.choices or ():
            if text in choices:
                continue
            labels = []
            if isinstance(value, r.TakeFrom):
                index = [c.name for c in value.table.columns].index(value.column)
                row = next(
                    (i for i, cells in enumerate(value.table.rows) if cells[index] == text), None
                )
                labels = [Label(value.table.row_span(row), "this row")] if row is not None else []
            listed = ", ".join(f'"{c}"' for c in choices[:6])
            facts: dict[str, Any] = {"value": f'"{text}"', "name": attribute.name}
            self.scope.add(
                types.NOT_IN_LIST,
                value.span,
                facts=facts,
                labels=labels,
                helps=[Help(f"it can be: {listed}")],
            )

    def _rounded(self, attribute: Attribute, value: r.Bound, name_span: Span) -> None:
        shift = 2 if attribute.kind.name is KindName.PERCENT else 0
        found = decimals(value, self._known())
        if attribute.kind.name is KindName.DURATION:
            return
        if found is None or found - shift > attribute.scale:
            many = "any number of them" if found is None else str(found - shift)
            step = f"{'0.' + '0' * (attribute.scale - 1) + '1' if attribute.scale else '1'}"
            unit = f" {attribute.kind.currency}" if attribute.kind.currency else ""
            unit = "%" if attribute.kind.name is KindName.PERCENT else unit
            rounding = f"rounded half up to {step}{unit}"
            edits = tuple(self._rounding(attribute, value, shift, rounding))
            says = f"write `... {rounding}` (or up, or down)"
            helps = [Help(says, EditLevel.CHOICE if edits else None, edits)]
            facts: dict[str, Any] = {
                "name": attribute.name,
                "scale": attribute.scale,
                "found": many,
            }
            labels = [Label(name_span, "takes the value")] if name_span != value.span else []
            self.scope.add(
                money.UNROUNDED_MONEY, value.span, facts=facts, helps=helps, labels=labels
            )

    def _rounding(
        self, attribute: Attribute, value: r.Bound, shift: int, rounding: str
    ) -> Iterator[Replacement]:
        """The edits that round each value that this one can come out as."""
        for leaf in leaves(value):
            found = decimals(leaf, self._known())
            if found is None or found - shift > attribute.scale:
                source = self.scope.report.sources.get(leaf.span.file)
                if source is not None:
                    text = source.text[leaf.span.start : leaf.span.end]
                    yield Replacement(leaf.span, f"{text} {rounding}")

    def _known(self) -> dict[str, r.Bound]:
        return {name: value for name, value in self.bound.items() if value is not None}


def leaves(value: r.Bound) -> list[r.Bound]:
    """What a value can come out as: through cases, defaults and repairs."""
    match value:
        case r.Choose(branches=branches, otherwise=otherwise):
            return [x for v in (*(b.value for b in branches), otherwise) for x in leaves(v)]
        case r.Repaired(value=inner, alternative=other):
            return leaves(inner) + leaves(other)
        case _:
            return [value]
