"""What a slice does with each row, step by step."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from engine.diagnostics.place import Span
from engine.language.ruleset.expressions import Bound, Template
from engine.language.syntax import HitPolicy
from engine.language.vocabulary import Attribute


class LetStep(Struct, frozen=True):
    """A named value; names with `@` are values that an override inherits."""

    name: str
    value: Bound
    span: Span


class AttributeStep(Struct, frozen=True):
    """An attribute takes its value; omitted where that is missing. `clause`: the notice's words."""

    attribute: Attribute
    value: Bound
    span: Span
    clause: str = ""


class DecideRow(Struct, frozen=True):
    """A row of a decision table; results stand in the order of the step's attributes."""

    condition: Bound
    results: tuple[Bound, ...]
    span: Span


class DecideStep(Struct, frozen=True):
    """Attributes take their values from the rows that fit.

    EVERY collects (listed attributes); FIRST takes the first; EXACTLY_ONE rejects a row of the feed
    for which two rows of the table fit. Where no row fits, FIRST and EXACTLY_ONE omit the attributes
    (the checker refuses that for required ones it can decide), EVERY gives an empty list, which
    counts as omitted.
    """

    attributes: tuple[Attribute, ...]
    policy: HitPolicy
    rows: tuple[DecideRow, ...]
    span: Span
    clause: str = ""
    guard: Bound | None = None  # of the `only when` around it


class ExcludeStep(Struct, frozen=True):
    """Where the condition is yes, the row is excluded, whatever else is wrong with it."""

    condition: Bound
    because: Template
    span: Span


class ConsequenceKind(StrEnum):
    """What follows a requirement that is not met."""

    REJECT = "reject"
    WARN = "warn"
    DROP = "drop"


class RequireStep(Struct, frozen=True):
    """Where the guard is yes and the condition is no, the consequence follows.

    Skipped where the condition or guard has no value (an omitted attribute). `drops` names the
    attribute that DROP leaves out; later requirements then see it as omitted.
    """

    condition: Bound
    guard: Bound | None
    consequence: ConsequenceKind
    message: Template
    span: Span
    drops: str | None = None
    clause: str = ""


class AlwaysStep(Struct, frozen=True):
    """A promise about each offer; a row that breaks it is rejected. Skipped as a requirement is."""

    condition: Bound
    text: str  # the condition as typed
    span: Span


Step = LetStep | AttributeStep | DecideStep | ExcludeStep | RequireStep | AlwaysStep
