"""Why an attribute has its value in a row, or has none; and why a row makes no offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from engine.diagnostics.place import Source, Span
from engine.insight.answers import Answer, Answers, Known, known_at
from engine.insight.derivation import Derivation, State, What
from engine.insight.tracing import Tracer, state_of
from engine.language import ruleset as r
from engine.language.syntax import HitPolicy
from engine.language.vocabulary import Attribute
from engine.program.program import ROW, Program


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an attribute is in a row, and why.

    `value` is None where it is not sent; `clause` the words of the notice that its rule implements;
    `requirements` those that may leave it out: its value is "no" where one did.
    """

    row: int
    attribute: str
    value: str | None
    state: State
    clause: str = ""
    why: Derivation | None = None
    requirements: tuple[Derivation, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The explanation as JSON."""
        found: dict[str, Any] = {"row": self.row, "attribute": self.attribute}
        found["state"] = self.state.value
        found["value"] = self.value
        if self.clause:
            found["clause"] = self.clause
        if self.why is not None:
            found["why"] = self.why.as_json()
        if self.requirements:
            found["requirements"] = [one.as_json() for one in self.requirements]
        return found


@dataclass(slots=True)
class Explainer:
    """Explains rows of one batch: `frame` is what the program of `part` made of it."""

    part: r.Slice
    program: Program
    frame: pl.DataFrame
    sources: Mapping[str, Source]
    _answers: Answers = field(init=False)
    _known: list[dict[str, Any]] = field(init=False)
    _makers: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._answers = Answers(self.program, self.frame)
        self._known = list(known_at(self.program, self.part))
        self._makers = dict(_makers(self.part))

    def attribute(self, name: str, index: int) -> Explanation:
        """Why the attribute `name` is what it is in row `index` of the frame."""
        row = int(self.frame[ROW][index])
        at = self._makers.get(f"attribute.{name}")
        if at is None:
            return Explanation(row, name, None, State.OMITTED)
        tracer = self._tracer(index, self._known[at])
        why = self.define(f"attribute.{name}", tracer)
        made = self.program.made.get(name)
        value, state = why.value, why.state
        if made is not None and not self._collects(at):
            final = self._answers.of(_reading(self.part.steps[at], name), index, self._known[-1])
            cleared = bool(made.cleared and self.frame[made.cleared][index])
            value = None if cleared else final.text
            state = State.CLEARED if cleared else state_of(final)
        may_drop = tuple(self._may_drop(name, index))
        if state is State.MISSING:
            state = State.OMITTED
        return Explanation(row, name, value, state, _clause(self.part.steps[at]), why, may_drop)

    def at_line(self, file: str | None, line: int | None, index: int) -> Derivation | None:
        """How the rule on a line came to say what it said of row `index`; None where none is there."""
        for at, step in enumerate(self.part.steps):
            span = step.span
            if file is None or line is None or span.file != file:
                continue
            if not span.line <= line <= span.end_line:
                continue
            tracer = self._tracer(index, self._known[at])
            match step:
                case r.RequireStep():
                    return self._requirement(step, tracer)
                case r.ExcludeStep(condition=condition) | r.AlwaysStep(condition=condition):
                    return self._condition(condition, step.span, tracer)
                case r.LetStep(name=name):
                    return self.define(f"let.{name}", tracer)
                case r.AttributeStep(attribute=attribute):
                    return self.define(f"attribute.{attribute.name}", tracer)
                case r.DecideStep(attributes=attributes):
                    return self.define(f"attribute.{attributes[0].name}", tracer)
        return None

    # --- steps ----------------------------------------------------------------------------------

    def define(self, name: str, tracer: Tracer) -> Derivation:
        """The derivation of the step that makes `name` (`let.x`, `attribute.X`)."""
        at = self._makers[name]
        step = self.part.steps[at]
        inner = self._tracer(tracer.index, self._known[at], tracer.told)
        match step:
            case r.LetStep(value=value, span=span):
                shown = name.removeprefix("let.")
                note = "before the override" if "@" in shown else ""
                part = inner.trace(value)
                return _step(What.NAME, shown.partition("@")[0], span, note, part)
            case r.AttributeStep(attribute=attribute, value=value, span=span):
                return _step(What.ATTRIBUTE, attribute.name, span, "", inner.trace(value))
            case r.DecideStep():
                return self._decided(step, name.removeprefix("attribute."), inner)
            case r.ExcludeStep() | r.RequireStep() | r.AlwaysStep():
                raise AssertionError(f"{step.span} makes no value")

    def _decided(self, step: r.DecideStep, name: str, tracer: Tracer) -> Derivation:
        """The rows of the table that were tried, and the cell that counts."""
        column = next(i for i, a in enumerate(step.attributes) if a.name == name)
        parts: list[Derivation] = []
        if step.guard is not None:
            fits = tracer.answers.of(step.guard, tracer.index, tracer.known)
            parts.append(tracer.case(step.guard, fits, step.guard.span))
            if not fits.yes:
                return Derivation(
                    What.TABLE, name, State.OMITTED, None, step.span, parts=tuple(parts)
                )
        values: list[str] = []
        fitted = False
        for number, row in enumerate(step.rows, 1):
            fits = tracer.answers.of(row.condition, tracer.index, tracer.known)
            tried = self._row(row, number, fits, tracer)
            if fits.yes:
                fitted = True
                cell = tracer.trace(row.results[column])
                values += [cell.value] if cell.value is not None else []
                tried = _with_part(tried, cell)
            parts.append(tried)
            if fits.yes and step.policy is HitPolicy.FIRST:
                break
        value = ", ".join(values) if values else None
        note = "" if fitted else "no row of the table fits"
        state = State.OMITTED if value is None else State.VALUE
        return Derivation(What.TABLE, name, state, value, step.span, note, parts=tuple(parts))

    def _row(self, row: r.DecideRow, number: int, fits: Answer, tracer: Tracer) -> Derivation:
        tried = tracer.case(row.condition, fits, row.span)
        text = tracer.typed(row.span)
        return Derivation(
            What.ROW,
            f"row {number}: {text}",
            tried.state,
            tried.value,
            row.span,
            taken=fits.yes,
            parts=tried.parts,
        )

    def _requirement(self, step: r.RequireStep, tracer: Tracer) -> Derivation:
        """Whether a requirement was met; one whose guard is not met asks for nothing."""
        text = tracer.typed(step.condition.span)
        parts = []
        if step.guard is not None:
            guard = tracer.answers.of(step.guard, tracer.index, tracer.known)
            parts.append(tracer.case(step.guard, guard, step.guard.span))
            if not guard.yes:
                says = "not asked for here"
                made = State.MISSING
                return Derivation(
                    What.REQUIREMENT, text, made, None, step.span, says, parts=tuple(parts)
                )
        parts.append(tracer.trace(step.condition))
        met = tracer.answers.of(step.condition, tracer.index, tracer.known)
        says = tracer.answers.sentence(step.message, tracer.index, tracer.known) if met.no else ""
        return Derivation(
            What.REQUIREMENT, text, state_of(met), met.text, step.span, says, parts=tuple(parts)
        )

    def _condition(self, condition: r.Bound, span: Span, tracer: Tracer) -> Derivation:
        met = tracer.answers.of(condition, tracer.index, tracer.known)
        text = tracer.typed(condition.span)
        parts = (tracer.trace(condition),)
        return Derivation(What.REQUIREMENT, text, state_of(met), met.text, span, parts=parts)

    def _may_drop(self, name: str, index: int) -> Iterator[Derivation]:
        """The requirements that leave the attribute out where they are not met."""
        for at, step in enumerate(self.part.steps):
            if isinstance(step, r.RequireStep) and step.drops == name:
                yield self._requirement(step, self._tracer(index, self._known[at]))

    def _collects(self, at: int) -> bool:
        step = self.part.steps[at]
        return isinstance(step, r.DecideStep) and step.policy is HitPolicy.EVERY

    def _tracer(self, index: int, known: Known, told: set[str] | None = None) -> Tracer:
        shared = set() if told is None else told
        return Tracer(self._answers, index, known, self.sources, self.define, shared)


def _makers(part: r.Slice) -> Iterator[tuple[str, int]]:
    """What each step makes, and which step it is."""
    for at, step in enumerate(part.steps):
        match step:
            case r.LetStep(name=name):
                yield f"let.{name}", at
            case r.AttributeStep(attribute=attribute):
                yield f"attribute.{attribute.name}", at
            case r.DecideStep(attributes=attributes):
                for one in attributes:
                    yield f"attribute.{one.name}", at
            case r.ExcludeStep() | r.RequireStep() | r.AlwaysStep():
                pass


def _reading(step: r.Step, name: str) -> r.Bound:
    """A node that reads the attribute."""
    kind = next(a.kind for a in _attributes(step) if a.name == name)
    return r.AttributeValue(step.span, kind, missing=True, fails=False, name=name)


def _attributes(step: r.Step) -> tuple[Attribute, ...]:
    match step:
        case r.AttributeStep(attribute=attribute):
            return (attribute,)
        case r.DecideStep(attributes=attributes):
            return attributes
        case r.LetStep() | r.ExcludeStep() | r.RequireStep() | r.AlwaysStep():
            return ()


def _clause(step: r.Step) -> str:
    return step.clause if isinstance(step, r.AttributeStep | r.DecideStep) else ""


def _step(what: What, text: str, span: Span, note: str, part: Derivation) -> Derivation:
    state = part.state
    if what is What.ATTRIBUTE and state is State.MISSING:
        state = State.OMITTED
    return Derivation(what, text, state, part.value, span, note, parts=(part,))


def _with_part(one: Derivation, part: Derivation) -> Derivation:
    return Derivation(
        one.what, one.text, one.state, one.value, one.rule, taken=True, parts=(*one.parts, part)
    )
