"""The oracle: what the rules mean, for one row, slowly and without Polars.

`interpret` walks a slice step by step and says what becomes of the row. It shares the data classes
of checked rules with the engine and nothing that runs them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from msgspec import Struct, structs
from oracle.expressions import CLEARED, REFUSED, Context, evaluate
from oracle.functions import pattern_of
from oracle.reading import BadCell, Row, read_cell, within

from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language.syntax import HitPolicy
from engine.language.vocabulary import Attribute, Function
from engine.values.field import Field
from engine.values.kinds import KindName

Fault = tuple[str, str]  # code; the name of a field, or the "line 12" of a rule

WARNINGS = {"R206", "R207"}


@dataclass
class Result:
    """What became of a row: `outcome` is offer, excluded or rejected."""

    outcome: str = "offer"
    values: dict[str, Any] = field(default_factory=dict)  # of an offer, omitted ones left out
    faults: set[Fault] = field(default_factory=set)


def interpret(rules: r.Slice, row: Row, now: datetime) -> Result:
    """What `rules` make of `row` at `now`."""
    return _Run(rules, row, now).result()


class _Run:
    def __init__(self, rules: r.Slice, row: Row, now: datetime) -> None:
        self.rules = rules
        self.faults: set[Fault] = set()
        self.lacking: set[Fault] = set()
        self.excluded = False
        self.fields = {name: self._read(one, row) for name, one in needed_fields(rules).items()}
        self.context = Context(self.fields.__getitem__, now, reject=self._refuse)

    def _read(self, one: Field, row: Row) -> Any:
        try:
            return read_cell(one, row)
        except BadCell as bad:
            self.faults.add((bad.code, one.name))
            return None

    def _refuse(self, line: int) -> None:
        self.faults.add(("R208", f"line {line}"))

    def result(self) -> Result:
        for step in self.rules.steps:
            self._step(step)
        if self.excluded:
            return Result("excluded")
        if not stopping(self.faults):
            self.faults |= self.lacking  # a lack is reported where nothing else explains it
        if stopping(self.faults):
            return Result("rejected", faults=self.faults)
        values = {k: v for k, v in self.context.attributes.items() if v is not None}
        return Result("offer", values, self.faults)

    def _step(self, step: r.Step) -> None:
        match step:
            case r.LetStep():
                self.context.lets[step.name] = self._value(step.value)
            case r.AttributeStep():
                self._set(step.attribute, self._value(step.value), step.span)
            case r.DecideStep():
                self._decide(step)
            case r.ExcludeStep():
                self.excluded |= evaluate(step.condition, self.context) is True
            case r.RequireStep():
                self._require(step)
            case r.AlwaysStep():
                if evaluate(step.condition, self.context) is False:
                    self.faults.add(("R205", f"line {step.span.line}"))

    def _value(self, expression: r.Bound) -> Any:
        """The value that gets a name: what was refused is told once, and is nothing from there."""
        value = evaluate(expression, self.context)
        return None if value is REFUSED else value

    def _set(self, attribute: Attribute, value: Any, span: Span) -> None:
        self.context.attributes[attribute.name] = value
        if value is not None and not fits(value, attribute):
            self.faults.add(("R202", f"line {span.line}"))
        if value is None and self.rules.channel in attribute.required_on:
            self.lacking.add(("R201", f"line {span.line}"))

    def _decide(self, step: r.DecideStep) -> None:
        guarded = step.guard is None or evaluate(step.guard, self.context) is True
        fitting = [
            row for row in step.rows if guarded and evaluate(row.condition, self.context) is True
        ]
        if step.policy is HitPolicy.EXACTLY_ONE and len(fitting) > 1:
            self.faults.add(("R203", f"line {step.span.line}"))
        if step.policy is not HitPolicy.EVERY:
            fitting = fitting[:1]
        for index, attribute in enumerate(step.attributes):
            values = [self._value(row.results[index]) for row in fitting]
            if step.policy is HitPolicy.EVERY:
                self._collect(attribute, values, [row.span for row in fitting])
            else:
                self._set(attribute, values[0] if values else None, step.span)

    def _collect(self, attribute: Attribute, values: list[Any], spans: list[Span]) -> None:
        self.context.attributes[attribute.name] = values or None
        for value, span in zip(values, spans, strict=True):
            if value is not None and not fits(value, attribute):
                self.faults.add(("R202", f"line {span.line}"))

    def _require(self, step: r.RequireStep) -> None:
        guarded = step.guard is None or evaluate(step.guard, self.context) is True
        if not guarded or evaluate(step.condition, self.context) is not False:
            return
        line = f"line {step.span.line}"
        match step.consequence:
            case r.ConsequenceKind.REJECT:
                self.faults.add(("R204", line))
            case r.ConsequenceKind.WARN:
                self.faults.add(("R206", line))
            case r.ConsequenceKind.DROP:
                assert step.drops
                self.faults.add(("R207", line))
                self.context.attributes[step.drops] = None


def stopping(faults: set[Fault]) -> set[Fault]:
    """Those of `faults` that make a row no offer."""
    return {fault for fault in faults if fault[0] not in WARNINGS}


def fits(value: Any, attribute: Attribute) -> bool:
    """Whether `value` lies within what the attribute takes."""
    if value is CLEARED:
        return True
    if isinstance(value, Fraction):
        shown = in_shown_unit(value, attribute)
        return within(shown, attribute) and shown * 10**attribute.scale % 1 == 0
    if isinstance(value, str):
        longest, pattern = attribute.max_length, attribute.text_pattern
        fitting = pattern is None or pattern_of(pattern).search(value) is not None
        return fitting and (longest is None or len(value) <= longest)
    return True


def in_shown_unit(value: Any, attribute: Attribute) -> Any:
    """`value` as bounds and offers count it: percent points, days."""
    if not isinstance(value, Fraction):
        return value
    match attribute.kind.name:
        case KindName.PERCENT:
            return value * 100
        case KindName.DURATION:
            return value / 86_400
        case _:
            return value


def needed_fields(rules: r.Slice) -> dict[str, Field]:
    """The fields that `rules` name, whether or not a row comes to need them."""
    found: dict[str, Field] = {}

    def walk(part: object) -> None:
        if isinstance(part, r.FieldValue):
            found[part.field.name] = part.field
        elif isinstance(part, tuple):
            for item in part:
                walk(item)
        elif isinstance(part, Struct) and not isinstance(part, r.Table | Function):
            for one in structs.asdict(part).values():
                walk(one)

    walk(rules.steps)
    return found
