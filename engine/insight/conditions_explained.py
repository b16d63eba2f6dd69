"""Conditions about orders, told as far as they decided: the first one that failed, the values read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine.diagnostics.place import Source, Span
from engine.diagnostics.visible import visible
from engine.insight.derivation import Derivation, State, What
from engine.language import ruleset as r
from engine.language.orders.checker import shown_instant
from engine.language.orders.conditions import NOW, Facts, holds
from engine.language.orders.timing import FAR
from engine.language.scope import parts_of


class Teller(Struct, frozen=True):
    """Tells of conditions about one order, by the facts that its decision was made from."""

    facts: Facts
    sources: Mapping[str, Source]
    zone: str

    def case(self, condition: r.Bound | None, rule: Span, text: str = "") -> Derivation:
        """A case: whether it was taken, and the conditions that decided so."""
        fits = holds(condition, self.facts)
        said = text or (self.text(condition.span) if condition is not None else "otherwise")
        state = State.MISSING if fits is None else State.VALUE
        parts = () if condition is None else (self.condition(condition),)
        return Derivation(
            What.CASE, said, state, _word(fits), rule, taken=fits is True, parts=parts
        )

    def condition(self, node: r.Bound) -> Derivation:
        """A condition with what it read; of several only those that decided."""
        fits = holds(node, self.facts)
        parts = tuple(self._deciding(node))
        state = State.MISSING if fits is None else State.VALUE
        note = "not known of this order" if fits is None else ""
        return Derivation(
            What.CONDITION, self.text(node.span), state, _word(fits), node.span, note, parts=parts
        )

    def _deciding(self, node: r.Bound) -> Iterator[Derivation]:
        """The parts that decided: the first unmet one, the first met one, or all of them."""
        if isinstance(node, r.Opposite):
            yield self.condition(node.condition)
        elif isinstance(node, r.AllOf | r.AnyOf):
            fits = holds(node, self.facts)
            ending = isinstance(node, r.AnyOf)
            first = [c for c in node.conditions if holds(c, self.facts) is fits][:1]
            yield from map(self.condition, node.conditions if fits is not ending else first)
        else:
            yield from self._values(node)

    def _values(self, node: r.Bound) -> Iterator[Derivation]:
        """The fields, instants and milestones that a condition looks at."""
        for part in parts_of(node):
            if isinstance(part, r.FieldValue):
                yield self.fact(part.field.name, part.span)
            elif isinstance(part, r.NowValue):
                at = shown_instant(self.facts[NOW], self.zone)
                yield Derivation(What.NOW, "now", State.VALUE, at)
            elif isinstance(part, r.Constant):
                yield from self._milestone(part)
            else:
                yield from self._values(part)

    def _milestone(self, part: r.Constant) -> Iterator[Derivation]:
        if isinstance(part.value, datetime):
            known = part.value != FAR
            said = shown_instant(part.value, self.zone) if known else "to be confirmed"
            state = State.VALUE if known else State.MISSING
            yield Derivation(What.CONSTANT, f"{self.text(part.span)} = {said}", state, said)

    def fact(self, name: str, rule: Span | None = None) -> Derivation:
        """A field of the order."""
        value: Any = self.facts.get(name)
        if value is None:
            return Derivation(What.FACT, name, State.MISSING, None, rule)
        if isinstance(value, datetime):
            shown = shown_instant(value, self.zone)
        elif isinstance(value, bool):
            shown = "yes" if value else "no"
        else:
            shown = visible(str(value))
        return Derivation(What.FACT, name, State.VALUE, shown, rule)

    def text(self, span: Span) -> str:
        """The words of the rules."""
        source = self.sources.get(span.file)
        if source is None:
            return ""
        return visible(" ".join(source.text[span.start : span.end].split()))


def unconfirmed(conditions: Iterator[r.Bound | None], teller: Teller) -> Iterator[str]:
    """The milestones to be confirmed that conditions lean on."""
    stack = [c for c in conditions if c is not None]
    while stack:
        part = stack.pop()
        if isinstance(part, r.Constant) and part.value == FAR:
            yield teller.text(part.span)
        stack += parts_of(part)


def _word(fits: bool | None) -> str | None:  # noqa: FBT001 - it is what is put into words
    return None if fits is None else "yes" if fits else "no"
