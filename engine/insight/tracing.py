"""Parts of rules as derivations: for each node of a rule, what it gave and what that came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from engine.diagnostics.place import Source, Span
from engine.insight.answers import Answer, Answers, Known
from engine.insight.derivation import CellFact, Derivation, State, TableFact, What
from engine.language import ruleset as r
from engine.program.cells import text_name
from engine.program.program import ROW

Definition = Callable[[str, "Tracer"], Derivation]


@dataclass(slots=True)
class Tracer:
    """Derives nodes for row `index` of the answers' frame, as a step that reads `known` sees them.

    `define` derives the step that makes a name (`let.x`, `attribute.X`); each is derived once, later
    mentions only name it.
    """

    answers: Answers
    index: int
    known: Known
    sources: Mapping[str, Source]
    define: Definition
    told: set[str] = field(default_factory=set)

    def trace(self, node: r.Bound) -> Derivation:  # noqa: C901 - one arm for each node
        """The derivation of `node`."""
        answer = self._answer(node)
        match cast("r.Expression", node):
            case r.Constant():
                return self._leaf(node, What.CONSTANT, answer)
            case r.NowValue():
                return self._leaf(node, What.NOW, answer)
            case r.FieldValue() as it:
                return self._cell(it, answer)
            case r.LetValue(name=name):
                return self._named(f"let.{name}", node, answer)
            case r.AttributeValue(name=name):
                return self._named(f"attribute.{name}", node, answer)
            case r.Compute(left=left, right=right):
                return self._from(node, What.CALCULATION, answer, (left, right))
            case r.Negate(value=inner) | r.Round(value=inner) | r.DayEdge(value=inner):
                return self._from(node, What.CALCULATION, answer, (inner,))
            case r.Compare(left=left, right=right):
                return self._from(node, What.CONDITION, answer, (left, right))
            case r.OneOf(value=inner, items=items):
                read = [i for i in items if not isinstance(i, r.Constant)]
                return self._from(node, What.CONDITION, answer, (inner, *read))
            case r.Present(value=inner) | r.Opposite(condition=inner):
                return self._from(node, What.CONDITION, answer, (inner,))
            case r.AllOf(conditions=conditions):
                return self._logical(node, answer, conditions, decides="no")
            case r.AnyOf(conditions=conditions):
                return self._logical(node, answer, conditions, decides="yes")
            case r.Repaired() as it:
                return self._repaired(it, answer)
            case r.TakeFrom() as it:
                return self._looked_up(it, answer)
            case r.CallOf(arguments=arguments):
                read = [a for a in arguments if not isinstance(a, r.Constant)]
                return self._from(node, What.CALL, answer, read)
            case r.Choose() as it:
                return self._choose(it, answer)
            case r.Omitted():
                return self._ending(node, State.OMITTED)
            case r.Cleared():
                return self._ending(node, State.CLEARED)
            case r.Rejected(message=message):
                read = [p for p in message.parts if not isinstance(p, str)]
                parts = tuple(self.trace(p) for p in read)
                says = self.answers.sentence(message, self.index, self.known)
                ending = self._ending(node, State.REJECTED)
                return _with(ending, note=says, parts=parts)

    def typed(self, span: Span) -> str:
        """The words of the rule at `span`, on one line."""
        source = self.sources.get(span.file)
        return " ".join(source.text[span.start : span.end].split()) if source else ""

    # --- leaves ---------------------------------------------------------------------------------

    def _answer(self, node: r.Bound) -> Answer:
        return self.answers.of(node, self.index, self.known)

    def _leaf(self, node: r.Bound, what: What, answer: Answer) -> Derivation:
        return Derivation(what, self.typed(node.span), state_of(answer), answer.text, node.span)

    def _ending(self, node: r.Bound, state: State) -> Derivation:
        # What nothing was written for has the place of its whole statement: its words say nothing.
        words = ("omit", "clear", "reject")
        typed = self.typed(node.span)
        text = typed if typed.startswith(words) else "otherwise"
        return Derivation(What.ENDING, text, state, None, node.span)

    def _cell(self, node: r.FieldValue, answer: Answer) -> Derivation:
        one = node.field
        row = cast("int", self.answers.raw(ROW, self.index))
        raw = self.answers.raw(one.reading.column, self.index)
        shown = None if raw is None else ", ".join(raw) if isinstance(raw, list) else str(raw)
        cell = CellFact(row, one.reading.column, shown)
        note = ""
        if answer.text is None and self.answers.raw(text_name(one), self.index) is not None:
            note = f"cannot be read as {one.kind}"
        return Derivation(
            What.CELL, one.name, state_of(answer), answer.text, node.span, note, cell=cell
        )

    def _named(self, name: str, node: r.Bound, answer: Answer) -> Derivation:
        if name not in self.told:
            self.told.add(name)
            return self.define(name, self)
        what = What.NAME if name.startswith("let.") else What.ATTRIBUTE
        shown = name.partition(".")[2].partition("@")[0]
        return Derivation(what, shown, state_of(answer), answer.text, node.span, "as above")

    # --- nodes with parts -----------------------------------------------------------------------

    def _from(
        self, node: r.Bound, what: What, answer: Answer, read: Sequence[r.Bound]
    ) -> Derivation:
        parts = tuple(self.trace(p) for p in read if not isinstance(p, r.Constant))
        text = self.typed(node.span)
        return Derivation(what, text, state_of(answer), answer.text, node.span, parts=parts)

    def _logical(
        self, node: r.Bound, answer: Answer, conditions: tuple[r.Bound, ...], *, decides: str
    ) -> Derivation:
        """One part that decides is enough; where none does, all count."""
        conditions = tuple(_flat(type(node), conditions))
        deciding = next((c for c in conditions if self._answer(c).text == decides), None)
        if answer.text != decides or deciding is None:
            return self._from(node, What.CONDITION, answer, conditions)
        return self._from(node, What.CONDITION, answer, (deciding,))

    def _repaired(self, node: r.Repaired, answer: Answer) -> Derivation:
        value = self._answer(node.value)
        rejecting = _rejects(node.value)
        missing = node.repair is r.Repair.MISSING
        used = (value.text is None and not value.failed) if missing else value.failed
        used = used and not value.cleared
        parts = [self.trace(node.value)]
        if used or rejecting:
            parts.append(self.trace(node.alternative))
        word = "missing, so the default" if missing else "failed, so what `on error` says"
        return Derivation(
            What.REPAIR,
            self.typed(node.span),
            state_of(answer),
            answer.text,
            node.span,
            word if used else "",
            parts=tuple(parts),
        )

    def _looked_up(self, node: r.TakeFrom, answer: Answer) -> Derivation:
        keys = [self._answer(k) for k in node.keys]
        found = self.answers.row_found(node, self.index, self.known)
        row = node.table.row_spans[found] if found is not None else None
        key = ", ".join(k.text or "(missing)" for k in keys)
        note = "" if row else f"no row of `{node.table.name}` has the key {key}"
        return Derivation(
            What.LOOKUP,
            self.typed(node.span),
            state_of(answer),
            answer.text,
            node.span,
            note,
            table=TableFact(node.table.name, node.column, key, row),
            parts=tuple(self.trace(k) for k in node.keys if not isinstance(k, r.Constant)),
        )

    # --- cases ----------------------------------------------------------------------------------

    def _choose(self, node: r.Choose, answer: Answer) -> Derivation:
        parts: list[Derivation] = []
        taken: r.Bound = node.otherwise
        for branch in node.branches:
            fits = self._answer(branch.condition)
            parts.append(self.case(branch.condition, fits, branch.span))
            if fits.yes:
                taken = branch.value
                break
        parts.append(self.trace(taken))
        text = self.typed(node.span)
        return Derivation(
            What.CASES, text, state_of(answer), answer.text, node.span, parts=tuple(parts)
        )

    def case(self, condition: r.Bound, fits: Answer, span: Span) -> Derivation:
        """A case that was tried: taken, or what kept it from being taken."""
        deciding: tuple[r.Bound, ...] = (condition,)
        if isinstance(condition, r.AllOf):
            all_of = tuple(_flat(r.AllOf, condition.conditions))
            failing = tuple(c for c in all_of if not self._answer(c).yes)
            deciding = all_of if fits.yes else failing[:1]
        return Derivation(
            What.CASE,
            self.typed(condition.span),
            state_of(fits),
            fits.text,
            span,
            taken=fits.yes,
            parts=tuple(self.trace(one) for one in deciding),
        )


def state_of(answer: Answer) -> State:
    """What an answer amounts to."""
    if answer.cleared:
        return State.CLEARED
    if answer.failed:
        return State.FAILED
    return State.MISSING if answer.text is None else State.VALUE


def _flat(kind: type[r.Bound], conditions: Sequence[r.Bound]) -> Iterator[r.Bound]:
    """`a and b and c` is three conditions, though it is read as a pair in a pair."""
    for one in conditions:
        if isinstance(one, r.AllOf | r.AnyOf) and type(one) is kind:
            yield from _flat(kind, one.conditions)
        else:
            yield one


def _with(one: Derivation, *, note: str, parts: tuple[Derivation, ...]) -> Derivation:
    return Derivation(one.what, one.text, one.state, one.value, one.rule, note, parts=parts)


def _rejects(node: r.Bound) -> bool:
    return isinstance(node, r.Rejected)
