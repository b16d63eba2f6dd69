"""Conditions on fields alone: the space is exact, situation by situation, as the oracle says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.expressions import Context, evaluate
from oracle.feed import SOURCE
from oracle.words import span

from engine.language import ruleset as r
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.space import Other, Space
from engine.language.syntax import Comparator
from engine.values.kinds import YES_NO, Kind, KindName

D = Decimal
ORDERED = tuple(Comparator)[:6]
EQUAL = (Comparator.IS, Comparator.IS_NOT)
LITERALS: dict[str, tuple[Any, ...]] = {
    "stock": (D(-1), D(0), D("0.5"), D(7), D(500), D(501)),
    "fee": (D(0), D("99.99"), D(100), D("0.005")),
    "vat": (D("0.055"), D("0.2"), D("0.25"), D("0.00005")),
    "weight": (D(0), D("0.25"), D("30"), D("0.00015")),
    "end": (date(2025, 7, 29), date(2025, 7, 30)),
    "seen": (datetime(2025, 7, 29, 8, tzinfo=UTC),),
    "size": ("S", "M", "L"),
    "title": ("Lampe", "Table"),
    "fragile": (True, False),
}
KNOWN = Knowledge.of(r.Slice("cdiscount", None, None, ()))
NOW = datetime(2025, 7, 28, 12, tzinfo=UTC)


def field_value(name: str) -> r.FieldValue:
    one = SOURCE.fields[name]
    return r.FieldValue(span(1), one.kind, missing=not one.required, fails=False, field=one)


def constant(kind: Kind, value: Any) -> r.Constant:
    return r.Constant(span(1), kind, missing=False, fails=False, value=value)


def condition(form: Any, **facts: Any) -> Any:
    return form(span(1), YES_NO, missing=True, fails=False, **facts)


@st.composite
def field_tests(draw: st.DrawFn) -> r.Bound:
    """A test of one field: compared with a literal, in a list, present; perhaps with a default."""
    name = draw(st.sampled_from(list(LITERALS)))
    value: r.Bound = field_value(name)
    literal = st.sampled_from(LITERALS[name]).map(lambda x: constant(value.kind, x))
    shown = draw(literal)
    if draw(st.integers(0, 4)) == 0:
        value = r.Repaired(
            span(1),
            value.kind,
            missing=False,
            fails=False,
            repair=r.Repair.MISSING,
            value=value,
            alternative=draw(literal),
        )
    match draw(st.integers(0, 3)):
        case 0:
            return condition(r.Present, value=value, present=draw(st.booleans()))  # type: ignore[no-any-return]
        case 1:
            items = tuple(draw(st.lists(literal, min_size=1, max_size=2)))
            return condition(r.OneOf, value=value, items=items, negated=draw(st.booleans()))  # type: ignore[no-any-return]
        case _:
            ordered = value.kind.numeric or value.kind.name in (KindName.DATE, KindName.INSTANT)
            comparator = draw(st.sampled_from(ORDERED if ordered else EQUAL))
            sides = draw(st.permutations([value, shown]))
            return condition(r.Compare, comparator=comparator, left=sides[0], right=sides[1])  # type: ignore[no-any-return]


def compound(inner: st.SearchStrategy[r.Bound]) -> st.SearchStrategy[r.Bound]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        inner.map(lambda x: condition(r.Opposite, condition=x)),
        parts.map(lambda x: condition(r.AllOf, conditions=x)),
        parts.map(lambda x: condition(r.AnyOf, conditions=x)),
    )


CONDITIONS = st.recursive(field_tests(), compound, max_leaves=5)


def as_value(point: Any, kind: Kind) -> Any:
    match point:
        case Other():
            return "another"
        case Fraction() if kind.name is KindName.DATE:
            return date.fromordinal(int(point))
        case Fraction() if kind.name is KindName.INSTANT:
            return datetime.fromtimestamp(int(point), UTC)
        case _:
            return point


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(CONDITIONS)
def test_each_situation_is_as_the_oracle_says(one: r.Bound) -> None:
    space = Space(KNOWN)
    space.learn(one)
    if not space.close() or space.size > 3000:
        return
    truth = space.truth(one)
    for number in range(space.size):
        row = {}
        for dimension in space.dimensions.values():
            assert isinstance(dimension.subject, r.FieldValue)
            point = dimension.points[number // dimension.stride % len(dimension.points)]
            row[dimension.subject.field.name] = as_value(point, dimension.subject.kind)
        found = evaluate(one, Context(row.__getitem__, NOW))
        said = True if truth.yes >> number & 1 else (False if truth.no >> number & 1 else None)
        assert said is found, row


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(LITERALS["weight"]), min_size=1, max_size=3), st.integers(-9, 3_009)
)
def test_every_value_of_a_field_has_a_point_on_its_side_of_each_limit(
    limits: list[Decimal], hundredths: int
) -> None:
    """50 kg at most, counted in tenths of a gram: any weight compares as one of the points does."""
    weight = Fraction(hundredths, 100) + Fraction(1, 10_000)
    space = Space(KNOWN)
    value = field_value("weight")
    for limit in limits:
        space.learn(
            condition(
                r.Compare,
                comparator=Comparator.LESS,
                left=value,
                right=constant(value.kind, limit),
            )
        )
    assert space.close()
    (dimension,) = space.dimensions.values()
    sides = [
        [(point > limit) - (point < limit) for limit in limits]
        for point in dimension.points
        if isinstance(point, Fraction)
    ]
    if 0 <= weight <= 50:
        assert [(weight > limit) - (weight < limit) for limit in limits] in sides
    assert all(p is None or (0 <= p <= 50 and p * 10_000 % 1 == 0) for p in dimension.points)


def test_a_difference_remembers_which_side_is_which() -> None:
    """`cost < price` and `price > cost` are one comparison, `price >= cost` its wider sister."""
    cost, price = field_value("cost"), field_value("price")
    less = condition(r.Compare, comparator=Comparator.LESS, left=cost, right=price)
    more = condition(r.Compare, comparator=Comparator.GREATER, left=price, right=cost)
    wide = condition(r.Compare, comparator=Comparator.GREATER_EQUAL, left=price, right=cost)
    space = Space(KNOWN)
    for one in (less, more, wide):
        space.learn(one)
    assert space.close()
    assert len(space.dimensions) == 1
    assert space.truth(less) == space.truth(more)
    assert space.truth(wide).yes & space.truth(less).yes == space.truth(less).yes
    assert space.truth(wide).yes != space.truth(less).yes


def test_too_many_situations_are_not_looked_at() -> None:
    space = Space(KNOWN)
    for name, values in LITERALS.items():
        for value in values:
            left = field_value(name)
            right = constant(left.kind, value)
            space.learn(condition(r.Compare, comparator=Comparator.IS, left=left, right=right))
    assert not space.close()
