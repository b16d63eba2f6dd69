"""Random checked rules, as a hypothesis strategy; they read as rules where a test fails."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace
from oracle.author import Author
from oracle.feed import EUR, rows
from oracle.interpreter import needed_fields
from oracle.reading import Row
from oracle.telling import tell
from oracle.words import ATTRIBUTE_STEPS, ATTRIBUTES, CHANNEL, KINDS, LISTED

from engine.language import ruleset as r
from engine.language.syntax import HitPolicy, RoundingMode
from engine.language.vocabulary import Attribute
from engine.values.kinds import NOTHING, TEXT, YES_NO, Kind

D = Decimal


class Case:
    """Rules and the rows of a feed to try them on, with the cells that the rules name."""

    def __init__(self, rules: r.Slice, feed: list[Row]) -> None:
        self.rules = rules
        self.feed = feed

    def __repr__(self) -> str:
        return "\n".join(["", tell(self.rules), *(f"     {row}" for row in self.feed), ""])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Random rules with a few rows for them."""
    rules = draw(random_rules())
    readings = [one.reading for one in needed_fields(rules).values()]
    columns = [c for one in readings for c in (one.column, one.currency_column) if c]
    feed = st.lists(rows(dict.fromkeys(columns)), min_size=1, max_size=4)
    return Case(rules, draw(feed))


@st.composite
def random_rules(draw: st.DrawFn, depth: int = 3) -> r.Slice:
    """Lets, perhaps an exclusion, attributes, decision tables; requirements and promises last."""
    author = Author(draw)
    steps: list[r.Step] = [let(author, depth) for _ in range(draw(st.integers(0, 3)))]
    if author.perhaps():
        place = author.span()
        condition = author.value(YES_NO, 2)
        steps.append(r.ExcludeStep(condition, r.Template(place, ("gone",)), place))
    some = draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=5, unique_by=lambda a: a.name))
    steps += [assignment(author, one, depth) for one in some]
    steps += decisions(author, [one for one in ATTRIBUTES if one not in some])
    steps += [require(author) for _ in range(draw(st.integers(0, 2)))]
    if author.perhaps():
        steps.append(r.AlwaysStep(author.value(YES_NO, 2), "a condition", author.span()))
    return r.Slice(CHANNEL, None, None, tuple(steps))


def let(author: Author, depth: int) -> r.LetStep:
    """`let ... = ...`."""
    kind = author.pick(*KINDS)
    make = author.pick(author.value, author.cases)
    value = make(kind, depth)
    name = f"let_{len(author.names)}"
    author.names.append(
        author.made(r.LetValue, kind, value, name=name),
    )
    return r.LetStep(name, value, author.span())


def assignment(author: Author, attribute: Attribute, depth: int) -> r.AttributeStep:
    """`Price = ...`."""
    value = author.pick(author.value, author.cases, author.alternative)(attribute.kind, depth)
    value = rounded(author, attribute.kind, value)
    if attribute.clearable and author.perhaps():
        cleared = author.made(r.Cleared, NOTHING)
        branch = r.Branch(author.value(YES_NO, 1), cleared, author.span())
        facts = {"branches": (branch,), "otherwise": value}
        value = author.made(r.Choose, attribute.kind, value, **facts)
    name_attribute(author, attribute)
    return r.AttributeStep(attribute, value, author.span())


def rounded(author: Author, kind: Kind, value: r.Bound) -> r.Bound:
    """`value`, rounded where an attribute could not take it otherwise."""
    if kind not in ATTRIBUTE_STEPS or value.kind is NOTHING:
        return value
    if isinstance(value, r.Choose):
        branches = tuple(
            replace(branch, value=rounded(author, kind, branch.value)) for branch in value.branches
        )
        return replace(value, branches=branches, otherwise=rounded(author, kind, value.otherwise))
    facts = {"value": value, "mode": RoundingMode.HALF_UP, "step": ATTRIBUTE_STEPS[kind]}
    return author.made(r.Round, kind, value, **facts)


def name_attribute(author: Author, attribute: Attribute) -> None:
    """Let later rules name `attribute`."""
    name = author.made(r.AttributeValue, attribute.kind, missing=True, name=attribute.name)
    author.names.append(name)


def decisions(author: Author, rest: list[Attribute]) -> list[r.Step]:
    """Perhaps the delivery modes, perhaps a table that sets some of the `rest`."""
    steps: list[r.Step] = []
    if author.perhaps():
        steps.append(delivery(author))
    if rest and author.perhaps():
        some = st.lists(st.sampled_from(rest), min_size=1, max_size=2, unique_by=lambda a: a.name)
        steps.append(decision(author, tuple(author.draw(some))))
    return steps


def delivery(author: Author) -> r.DecideStep:
    """`decide Mode, Charge by every row that fits`."""
    rows = []
    for _ in range(author.pick(1, 2, 3)):
        mode = author.literal(TEXT, author.pick("Tracked", "Express"))
        charge = author.value(EUR, 2)
        charge = author.made(
            r.Round,
            EUR,
            charge,
            value=charge,
            mode=RoundingMode.UP,
            step=D("0.01"),
        )
        sure = author.made(
            r.Repaired,
            EUR,
            repair=r.Repair.MISSING,
            value=charge,
            alternative=author.literal(EUR, D("4.99")),
        )
        rows.append(r.DecideRow(author.value(YES_NO, 2), (mode, sure), author.span()))
    guard = author.value(YES_NO, 1) if author.perhaps() else None
    return r.DecideStep(LISTED, HitPolicy.EVERY, tuple(rows), author.span(), guard=guard)


def decision(author: Author, attributes: tuple[Attribute, ...]) -> r.DecideStep:
    """`decide ... by first row that fits`, or by exactly one."""
    rows = tuple(
        r.DecideRow(
            author.value(YES_NO, 2),
            tuple(rounded(author, a.kind, author.alternative(a.kind, 1)) for a in attributes),
            author.span(),
        )
        for _ in range(author.pick(1, 2, 3))
    )
    guard = author.value(YES_NO, 1) if author.perhaps() else None
    for attribute in attributes:
        name_attribute(author, attribute)
    policy = author.pick(HitPolicy.FIRST, HitPolicy.EXACTLY_ONE)
    return r.DecideStep(attributes, policy, rows, author.span(), guard=guard)


def require(author: Author) -> r.RequireStep:
    """`require ... when ... else ...`."""
    kinds = [r.ConsequenceKind.REJECT, r.ConsequenceKind.WARN]
    named = [n.name for n in author.names if isinstance(n, r.AttributeValue)]
    optional = [a.name for a in ATTRIBUTES if a.name in named and CHANNEL not in a.required_on]
    if optional:
        kinds.append(r.ConsequenceKind.DROP)
    kind = author.pick(*kinds)
    return r.RequireStep(
        author.value(YES_NO, 2),
        author.value(YES_NO, 1) if author.perhaps() else None,
        kind,
        r.Template(author.span(), ("because",)),
        author.span(),
        drops=author.pick(*optional) if kind is r.ConsequenceKind.DROP else None,
    )
