"""What is known of the values in one slice: what names stand for, and what can come out of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct, field

from engine.language import ruleset as r
from engine.language.analyses.ranges import Range, single
from engine.language.analyses.terms import everything, subterms
from engine.language.syntax import Operator
from engine.values.field import Field
from engine.values.kinds import Kind, KindName
from engine.values.units import UNITS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN_INSTANT = datetime.max.replace(tzinfo=UTC)  # stands for a milestone to be confirmed
NOW = "now"


class Knowledge(Struct):
    """The definitions of a slice. An attribute may have several values (the rows of its table).

    `terms` is every expression of the slice: most analyses look at all of them.
    """

    rules: r.Slice
    terms: tuple[r.Bound, ...] = ()
    lets: dict[str, r.Bound] = field(default_factory=dict)
    attributes: dict[str, tuple[r.Bound, ...]] = field(default_factory=dict)
    decided: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    _ranges: dict[str, Range | None] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: r.Slice) -> Knowledge:
        """All that the steps of `rules` define."""
        known = cls(rules, tuple(everything(rules)))
        decided, dropped = set(), set()
        for step in rules.steps:
            match step:
                case r.LetStep(name=name, value=value):
                    known.lets[name] = value
                case r.AttributeStep(attribute=attribute, value=value):
                    known.attributes[attribute.name] = (value,)
                case r.DecideStep(attributes=attributes, rows=rows):
                    for index, one in enumerate(attributes):
                        results = tuple(row.results[index] for row in rows)
                        known.attributes[one.name] = results
                        decided.add(one.name)
                case r.RequireStep(drops=str() as name):
                    dropped.add(name)
                case _:
                    pass
        known.decided, known.dropped = frozenset(decided), frozenset(dropped)
        return known

    def definition(self, value: r.Bound) -> r.Bound | None:
        """What the name `value` stands for; None where it is no name, or has no single value."""
        match value:
            case r.LetValue(name=name):
                return self.lets.get(name)
            case r.AttributeValue(name=name) if name not in self.decided | self.dropped:
                return self.attributes.get(name, (None,))[0]
            case _:
                return None

    def resolved(self, value: r.Bound) -> r.Bound:
        """`value`, or where it is only a name for a field, a name or a number, that."""
        found = self.definition(value)
        plain = isinstance(found, r.FieldValue | r.LetValue | r.AttributeValue)
        # A `let` that is plainly yes or no is a switch: what it is today says nothing.
        constant = isinstance(found, r.Constant) and not isinstance(found.value, bool)
        return self.resolved(found) if found is not None and (plain or constant) else value

    def may_be_missing(self, value: r.Bound) -> bool:
        """Whether `value` may have no value where it stands."""
        named = isinstance(value, r.AttributeValue) and value.name in self.dropped | self.decided
        return value.missing or named

    def roots(self, value: r.Bound) -> frozenset[str]:
        """The fields (and `now`) that `value` depends on, through all names."""
        found: set[str] = set()
        self._gather(value, found, set())
        return frozenset(found)

    def _gather(self, value: r.Bound, found: set[str], seen: set[str]) -> None:
        for part in subterms(value):
            match part:
                case r.FieldValue(field=source):
                    found.add(source.name)
                case r.NowValue():
                    found.add(NOW)
                case r.LetValue(name=name) if f"let {name}" not in seen:
                    seen.add(f"let {name}")
                    if name in self.lets:
                        self._gather(self.lets[name], found, seen)
                case r.AttributeValue(name=name) if name not in seen:
                    seen.add(name)
                    for one in (*self.attributes.get(name, ()), *self._guards(name)):
                        self._gather(one, found, seen)
                case _:
                    pass

    def _guards(self, name: str) -> list[r.Bound]:
        """The conditions that choose among the values of a decided attribute."""
        if name not in self.decided:
            return []
        steps = [s for s in self.rules.steps if isinstance(s, r.DecideStep)]
        own = [s for s in steps if name in {a.name for a in s.attributes}]
        rows = [row.condition for s in own for row in s.rows]
        return [*rows, *(s.guard for s in own if s.guard is not None)]

    # --- ranges ---------------------------------------------------------------------------------

    def range_of(self, value: r.Bound) -> Range | None:
        """The range in which `value` lies where it has a value at all; None: it never has one."""
        match value:
            case r.Constant(value=constant):
                number = number_of(constant)
                return Range() if number is None else single(number)
            case r.FieldValue(field=source):
                return field_range(source)
            case r.LetValue(name=name):
                return self._named(f"let {name}", self.lets.get(name))
            case r.AttributeValue(name=name):
                return self._named(name, *self.attributes.get(name, ()))
            case r.NowValue():
                return Range(number_of(self.rules.start), number_of(self.rules.end), high_open=True)
            case r.Compute():
                return self._computed(value)
            case r.Negate(value=inner):
                found = self.range_of(inner)
                return found.negated() if found else None
            case r.Round(value=inner, mode=mode, step=step):
                found = self.range_of(inner)
                return found.rounded(mode, Fraction(step)) if found else None
            case r.Repaired(value=inner, alternative=other):
                return self._joined(inner, other)
            case r.Choose(branches=branches, otherwise=otherwise):
                return self._joined(*(b.value for b in branches), otherwise)
            case r.Omitted() | r.Cleared() | r.Rejected():
                return None
            case _:
                return Range()

    def _named(self, name: str, *values: r.Bound | None) -> Range | None:
        if name not in self._ranges:
            self._ranges[name] = Range()
            known = [v for v in values if v is not None]
            self._ranges[name] = self._joined(*known) if known else Range()
        return self._ranges[name]

    def _joined(self, *values: r.Bound) -> Range | None:
        joined: Range | None = None
        for value in values:
            found = self.range_of(value)
            if found is not None:
                joined = found if joined is None else joined.union(found)
        return joined

    def _computed(self, value: r.Compute) -> Range | None:
        if not value.kind.numeric or not (value.left.kind.numeric and value.right.kind.numeric):
            return Range()  # dates: a month has no fixed length
        left, right = self.range_of(value.left), self.range_of(value.right)
        if left is None or right is None:
            return None
        match value.operator:
            case Operator.ADD:
                return left.plus(right)
            case Operator.SUBTRACT:
                return left.plus(right.negated())
            case Operator.MULTIPLY:
                return left.times(right)
            case Operator.DIVIDE:
                if right.low is not None and right.low == right.high and right.low != 0:
                    return left.times(single(1 / right.low))
                return Range()


def number_of(value: r.Scalar | None) -> Fraction | None:
    """A number, date or instant on one line of numbers; None for what has no order."""
    match value:
        case Decimal():
            return Fraction(value)
        case datetime():
            return Fraction((value - _EPOCH).days * 86_400 + (value - _EPOCH).seconds)
        case date():
            return Fraction(value.toordinal())
        case _:
            return None


# The days and seconds that the calendar knows.
CALENDAR = {
    KindName.DATE: Range(number_of(date.min), number_of(date.max), step=Fraction(1)),
    KindName.INSTANT: Range(
        number_of(datetime.min.replace(tzinfo=UTC)),
        number_of(datetime.max.replace(tzinfo=UTC)),
        step=Fraction(1),
    ),
}


def is_unconfirmed(value: r.Bound) -> bool:
    """Whether `value` stands for a milestone whose instant nobody knows yet."""
    return isinstance(value, r.Constant) and value.value == _UNKNOWN_INSTANT


def field_range(source: Field) -> Range:
    """The values that a field can have, in the unit of computation."""
    if not source.kind.numeric:
        return CALENDAR.get(source.kind.name, Range())
    low = None if source.minimum is None else in_computation(Fraction(source.minimum), source.kind)
    high = None if source.maximum is None else in_computation(Fraction(source.maximum), source.kind)
    unit = Fraction(UNITS[source.reading.unit][1]) if source.reading.unit else Fraction(1)
    step = in_computation(unit / 10**source.scale, source.kind)
    return Range(low, high, source.exclusive_minimum, source.exclusive_maximum, step)


def in_computation(number: Fraction, kind: Kind) -> Fraction:
    """A bound as schemas write it, in the unit of computation: percent points, days."""
    match kind.name:
        case KindName.PERCENT:
            return number / 100
        case KindName.DURATION:
            return number * 86_400
        case _:
            return number
