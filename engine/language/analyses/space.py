"""All situations that some conditions tell apart, and in which of them each condition fits.

Each thing that the conditions look at (a field, an amount computed, a cell of a table) is a
dimension; its values are cut into the parts that the conditions tell apart, one point for each. The
situations are all combinations of points, numbered, so that a set of situations is one integer and
`and` is `&`. Two things are taken as independent of each other unless they are one expression: there
may be more situations here than can occur, never fewer. So "in no situation" can be relied on;
"in some situation" only where just fields are looked at, which are independent (`witness`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

from msgspec import Struct, field

from engine.language import ruleset as r
from engine.language.analyses.keys import Key, key
from engine.language.analyses.knowledge import Knowledge, is_unconfirmed, number_of
from engine.language.analyses.ranges import Range, points_around
from engine.language.syntax import Comparator
from engine.values.kinds import KindName

MOST = 16_384
_MIRRORED = {
    Comparator.LESS: Comparator.GREATER,
    Comparator.LESS_EQUAL: Comparator.GREATER_EQUAL,
    Comparator.GREATER: Comparator.LESS,
    Comparator.GREATER_EQUAL: Comparator.LESS_EQUAL,
}
_TEXTS = (KindName.TEXT, KindName.CHOICE)
_MOMENTS = (KindName.DATE, KindName.INSTANT)
# A day to show where no rule names one.
_ORDINARY = {
    KindName.DATE: number_of(date(2025, 1, 1)),
    KindName.INSTANT: number_of(datetime(2025, 1, 1, tzinfo=UTC)),
}
_NAMES = r.LetValue | r.AttributeValue


class Other(Struct, frozen=True):
    """A text that no condition names."""


# None: there is no value.
Point = Fraction | str | bool | Other | None


class Dimension(Struct):
    """A thing that conditions look at. `solid`: a field, which can have each of the points."""

    subject: r.Bound | None
    range: Range | None = None
    choices: tuple[str, ...] | None = None
    missing: bool = False
    solid: bool = False
    marks: set[Fraction] = field(default_factory=set)
    texts: dict[str, None] = field(default_factory=dict)
    flags: bool = False
    points: tuple[Point, ...] = ()
    stride: int = 1

    def close(self) -> None:
        """Cut the values into points; from here on the marks are fixed."""
        found: list[Point] = []
        if self.flags:
            found = [True, False]
        elif self.range is not None:
            moment = self.subject and _ORDINARY.get(self.subject.kind.name)
            found = list(points_around(self.range, self.marks or ({moment} if moment else set())))
        elif self.choices is not None:
            named = [c for c in self.choices if c in self.texts]
            found = [*named, *[c for c in self.choices if c not in self.texts][:1]]
        else:
            found = [*self.texts, Other()]
        self.points = (*found, None) if self.missing else tuple(found)


class Truth(Struct, frozen=True):
    """The situations in which a condition is yes, and those in which it is no.

    In the others a value that it needs is missing.
    """

    yes: int
    no: int


class _Subject(Struct, frozen=True):
    """What an atom looks at: a dimension, and what stands for a missing value there."""

    dimension: Dimension
    fallback: Point = None


class Space(Struct):
    """The situations. First `learn` every condition, then `close`, then ask for `truth`."""

    known: Knowledge
    dimensions: dict[Key, Dimension] = field(default_factory=dict)
    size: int = 1
    loose: int = 1  # situations for each combination of points of the solid dimensions

    @property
    def full(self) -> int:
        """All situations."""
        return (1 << self.size) - 1

    # --- what the conditions look at ------------------------------------------------------------

    def learn(self, condition: r.Bound) -> None:
        """Prepare for a condition: what it looks at, and what it compares that with."""
        match condition:
            case r.Constant() | r.Omitted() | r.Cleared() | r.Rejected():
                pass
            case r.Opposite(condition=inner):
                self.learn(inner)
            case r.AllOf(conditions=parts) | r.AnyOf(conditions=parts):
                for part in parts:
                    self.learn(part)
            case r.Repaired(repair=r.Repair.MISSING, value=value, alternative=other):
                self.learn(value)
                self.learn(other)
            case r.Present(value=value):
                self._subject(value)
            case r.Compare():
                self._learn_comparison(condition)
            case r.OneOf(value=value, items=items):
                for item in items:
                    self._learn_comparison(_equal(condition, value, item))
            case r.LetValue() | r.AttributeValue() if self._spelled(condition) is not None:
                self.learn(self._spelled(condition) or condition)
            case _:
                self._flag(condition)

    def _learn_comparison(self, condition: r.Compare) -> None:
        left, right = self._sides(condition)
        if isinstance(left, r.Constant) and isinstance(right, r.Constant):
            return
        if not isinstance(right, r.Constant):
            self._difference(left, right)
            return
        subject = self._subject(left).dimension
        if isinstance(right.value, bool):
            subject.flags = True
        elif isinstance(right.value, str):
            subject.texts[right.value] = None
        else:
            subject.marks.add(number_of(right.value) or Fraction(0))

    def _sides(self, condition: r.Compare) -> tuple[r.Bound, r.Bound]:
        """The two sides with names resolved, the constant one on the right."""
        left, right = self.known.resolved(condition.left), self.known.resolved(condition.right)
        if is_unconfirmed(left) or is_unconfirmed(right):
            return condition, condition  # what nobody knows is no constant
        if isinstance(left, r.Constant):
            return right, left
        # Both orders of two values are one comparison.
        if not isinstance(right, r.Constant) and repr(key(right)) < repr(key(left)):
            return right, left
        return left, right

    def _turned(self, condition: r.Compare) -> bool:
        left, _ = self._sides(condition)
        return left is not self.known.resolved(condition.left)

    def _subject(self, value: r.Bound) -> _Subject:
        """The dimension of `value`, made where it is new."""
        resolved = self.known.resolved(value)
        if isinstance(resolved, r.Repaired) and resolved.repair is r.Repair.MISSING:
            inner, other = self.known.resolved(resolved.value), resolved.alternative
            if isinstance(inner, r.FieldValue) and isinstance(other, r.Constant):
                fallback = number_of(other.value)
                point = other.value if isinstance(other.value, str | bool) else fallback
                return _Subject(self._subject(resolved.value).dimension, point)
        name = key(resolved)
        if name not in self.dimensions:
            self.dimensions[name] = self._dimension(resolved)
        found = self.dimensions[name]
        found.missing |= self.known.may_be_missing(value)
        return _Subject(found)

    def _dimension(self, value: r.Bound) -> Dimension:
        solid = isinstance(value, r.FieldValue)
        if value.kind.name in _TEXTS:
            return Dimension(value, choices=value.kind.choices, solid=solid)
        if value.kind.numeric or value.kind.name in _MOMENTS:
            return Dimension(value, range=self.known.range_of(value) or Range(), solid=solid)
        solid = solid and value.kind.name is KindName.YES_NO
        return Dimension(value, flags=True, solid=solid)

    def _difference(self, left: r.Bound, right: r.Bound) -> Dimension:
        """Two values compared: how far the first lies above the second, or whether they differ."""
        name = ("difference", key(left), key(right))
        if name not in self.dimensions:
            self.dimensions[name] = made = Dimension(None, flags=True)
            if left.kind.numeric or left.kind.name in _MOMENTS:
                first = self.known.range_of(left) or Range()
                second = self.known.range_of(right) or Range()
                made.flags, made.range = False, first.plus(second.negated())
                made.marks = {Fraction(0)}
        found = self.dimensions[name]
        found.missing |= self.known.may_be_missing(left) or self.known.may_be_missing(right)
        return found

    def _flag(self, condition: r.Bound) -> Dimension:
        """A yes/no that cannot be looked into."""
        name = key(condition)
        if name not in self.dimensions:
            solid = isinstance(condition, r.FieldValue)
            self.dimensions[name] = Dimension(condition, flags=True, solid=solid)
        found = self.dimensions[name]
        found.missing |= self.known.may_be_missing(condition)
        return found

    def _spelled(self, name: r.Bound) -> r.Bound | None:
        """The condition that a name stands for, where that can be looked into."""
        found = self.known.definition(name)
        conditions = r.Compare | r.OneOf | r.Present | r.Opposite | r.AllOf | r.AnyOf
        if isinstance(found, conditions | r.FieldValue):
            return found
        return self._spelled(found) if isinstance(found, _NAMES) else None

    def close(self) -> bool:
        """Number the situations; whether there are few enough to look at them all."""
        for dimension in self.dimensions.values():
            dimension.close()
        # Solid dimensions turn slowest: the situations of one combination of theirs are neighbours.
        for dimension in sorted(self.dimensions.values(), key=lambda d: d.solid):
            dimension.stride = self.size
            self.size *= len(dimension.points)
            if not dimension.solid:
                self.loose = self.size
            if self.size > MOST:
                return False
        return True

    # --- in which situations a condition fits ---------------------------------------------------

    def truth(self, condition: r.Bound) -> Truth:
        """Where `condition` is yes, and where it is no."""
        match condition:
            case r.Constant(value=value):
                return Truth(self.full, 0) if value is True else Truth(0, self.full)
            case r.Omitted() | r.Cleared() | r.Rejected():
                return Truth(0, 0)
            case r.Opposite(condition=inner):
                found = self.truth(inner)
                return Truth(found.no, found.yes)
            case r.AllOf(conditions=parts):
                return self._all([self.truth(p) for p in parts])
            case r.AnyOf(conditions=parts):
                return self._any([self.truth(p) for p in parts])
            case r.Repaired(repair=r.Repair.MISSING, value=value, alternative=other):
                first, second = self.truth(value), self.truth(other)
                lacking = self.full & ~(first.yes | first.no)
                return Truth(first.yes | lacking & second.yes, first.no | lacking & second.no)
            case r.Present(value=value, present=present):
                return self._presence(self._subject(value), present=present)
            case r.Compare():
                return self._comparison(condition)
            case r.OneOf(value=value, items=items, negated=negated):
                equal = [self._comparison(_equal(condition, value, i)) for i in items]
                found = self._any(equal)
                return Truth(found.no, found.yes) if negated else found
            case r.LetValue() | r.AttributeValue() if self._spelled(condition) is not None:
                return self.truth(self._spelled(condition) or condition)
            case _:
                flag = self._flag(condition)
                return Truth(self._where(flag, [True]), self._where(flag, [False]))

    def _all(self, parts: list[Truth]) -> Truth:
        yes, no = self.full, 0
        for part in parts:
            yes, no = yes & part.yes, no | part.no
        return Truth(yes, no)

    def _any(self, parts: list[Truth]) -> Truth:
        yes, no = 0, self.full
        for part in parts:
            yes, no = yes | part.yes, no & part.no
        return Truth(yes, no)

    def _presence(self, subject: _Subject, *, present: bool) -> Truth:
        absent = self._where(subject.dimension, [None]) if subject.fallback is None else 0
        there = self.full & ~absent
        return Truth(there, absent) if present else Truth(absent, there)

    def _comparison(self, condition: r.Compare) -> Truth:
        left, right = self._sides(condition)
        comparator = condition.comparator
        if self._turned(condition):
            comparator = _MIRRORED.get(comparator, comparator)
        if isinstance(left, r.Constant) and isinstance(right, r.Constant):
            holds = compared(comparator, point_of(left), point_of(right))
            return Truth(self.full, 0) if holds else Truth(0, self.full)
        if not isinstance(right, r.Constant):
            return self._differing(comparator, self._difference(left, right))
        subject, other = self._subject(left), point_of(right)
        yes: list[Point] = []
        no: list[Point] = []
        for point in subject.dimension.points:
            value = subject.fallback if point is None else point
            if value is not None:
                (yes if compared(comparator, value, other) else no).append(point)
        return Truth(self._where(subject.dimension, yes), self._where(subject.dimension, no))

    def _differing(self, comparator: Comparator, dimension: Dimension) -> Truth:
        yes: list[Point] = []
        no: list[Point] = []
        for point in dimension.points:
            match point:
                case bool():  # equal or not; of an order nothing is known
                    holds = point is (comparator is not Comparator.IS_NOT)
                case Fraction():
                    holds = compared(comparator, point, Fraction(0))
                case _:
                    continue
            (yes if holds else no).append(point)
        return Truth(self._where(dimension, yes), self._where(dimension, no))

    def _where(self, dimension: Dimension, points: list[Point]) -> int:
        """The situations in which `dimension` is at one of `points`."""
        stride, count = dimension.stride, len(dimension.points)
        run = (1 << stride) - 1
        block = 0
        for index, point in enumerate(dimension.points):
            if any(point is p or (point == p and type(point) is type(p)) for p in points):
                block |= run << (index * stride)
        period = stride * count
        return block * (self.full // ((1 << period) - 1))

    def at(self, dimension: Dimension, point: Point) -> int:
        """The situations in which `dimension` is at `point`."""
        return self._where(dimension, [point])

    # --- examples -------------------------------------------------------------------------------

    def witness(self, where: int, admissible: int) -> dict[Key, Point] | None:
        """A combination of field values that is in `where` whatever else; None where none is known.

        Some situation of it must be `admissible`: no other rule keeps such products out.
        """
        whole = (1 << self.loose) - 1
        for start in range(0, self.size, self.loose):
            if (where >> start) & whole == whole and (admissible >> start) & whole:
                return {
                    name: d.points[start // d.stride % len(d.points)]
                    for name, d in self.dimensions.items()
                    if d.solid
                }
        return None


def _equal(condition: r.OneOf, value: r.Bound, item: r.Bound) -> r.Compare:
    missing = value.missing or item.missing
    return r.Compare(
        item.span, condition.kind, missing, condition.fails, Comparator.IS, value, item
    )


def point_of(constant: r.Constant) -> Point:
    """A constant as a point."""
    value = constant.value
    return value if isinstance(value, str | bool) else number_of(value)


def compared(comparator: Comparator, left: Point, right: Point) -> bool:
    """Whether the comparison of two points is yes."""
    if comparator is Comparator.IS:
        return left == right
    if comparator is Comparator.IS_NOT:
        return left != right
    if not (isinstance(left, Fraction) and isinstance(right, Fraction)):
        return False  # the checker refuses an order of anything else
    match comparator:
        case Comparator.LESS | Comparator.BEFORE:
            return left < right
        case Comparator.LESS_EQUAL:
            return left <= right
        case Comparator.GREATER | Comparator.AFTER:
            return left > right
        case Comparator.GREATER_EQUAL:
            return left >= right
