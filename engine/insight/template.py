"""How every value of a slice comes about, once for all rows: steps, and what each gave row by row.

A derivation tells of one row. For a page of thousands the steps are written once, and beside each
stands a column of what it gave; whoever shows a row picks the steps that counted (`picking` says
how) and reads their columns. The columns are the compiled program's own, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, cast

import polars as pl
from msgspec import Struct, field

from engine.diagnostics.place import Source, Span
from engine.insight.answers import asked_columns, known_at
from engine.insight.derivation import What
from engine.language import ruleset as r
from engine.language.syntax import HitPolicy
from engine.program.cells import text_name
from engine.program.expressions import Expressions
from engine.program.lookups import row_found
from engine.program.program import ROW, Program
from engine.program.sentences import sentence
from engine.program.value import Value


class Picking(StrEnum):
    """Which parts of a step counted in a row."""

    ALL = "all"
    YES = "yes"  # the first part that is yes, where the step is; else all
    NO = "no"  # the first part that is no, where the step is; else all
    REPAIR = "repair"  # the second part only where the first is missing, or has failed
    CASES = "cases"  # pairs of condition and value up to the first that fits; else the last part
    ROWS = "rows"  # such pairs in a decision table, with its guard first where it has one
    REQUIREMENT = "requirement"  # a condition, with its guard first where it has one
    NAME = "name"  # the step that makes the name


class Step(Struct):
    """A step of every row: its words and place, the steps below it, and how to pick among them.

    `picking` (see `Picking`) says how, `facts` hold what only some steps have.
    """

    what: What
    text: str
    place: Span | None
    picking: Picking = Picking.ALL
    parts: list[int] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


class Template(Struct):
    """The steps of a slice, and the expression of each column beside them.

    `columns` holds for step 7 its text (`7`), whether it failed (`7!`), whether it is cleared
    (`7?`), and for some what else they tell (`7#`: a sentence, the row found, the cell as it stands
    in the feed; `7~`: whether that cell holds anything). `roots` has the step
    of each attribute, `finals` the column of what is sent of it, `rules` the step of each rule.
    """

    steps: list[Step] = field(default_factory=list)
    columns: list[pl.Expr] = field(default_factory=list)
    roots: dict[str, int] = field(default_factory=dict)
    finals: dict[str, str] = field(default_factory=dict)
    rules: list[tuple[Span, int]] = field(default_factory=list)

    def ask(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What each step gave in each row of `frame`, what the program made of a batch."""
        raw = [
            _raw(frame, step.facts["cell"]).alias(f"{at}#")
            for at, step in enumerate(self.steps)
            if "cell" in step.facts
        ]
        # The row number makes constants as long as the other columns.
        return frame.select(pl.col(ROW), *self.columns, *raw)


def template_of(part: r.Slice, program: Program, sources: Mapping[str, Source]) -> Template:
    """The template of `part`, compiled as `program`."""
    return _Writer(part, program, sources).write()


class _Writer(Struct):
    part: r.Slice
    program: Program
    sources: Mapping[str, Source]
    made: Template = field(default_factory=Template)
    named: dict[str, int] = field(default_factory=dict)
    known: Mapping[str, Value] = field(default_factory=dict)

    def write(self) -> Template:
        *each, last = known_at(self.program, self.part)
        for known, step in zip(each, self.part.steps, strict=True):
            self.known = known
            match step:
                case r.LetStep(name=name, value=value, span=span):
                    shown, _, inherited = name.partition("@")
                    facts = {"note": "before the override"} if inherited else {}
                    at = self._name(What.NAME, shown, value, span, facts)
                    self.named[f"let.{name}"] = at
                    self.made.rules.append((span, at))
                case r.AttributeStep(attribute=attribute, value=value, span=span, clause=clause):
                    facts = {"clause": clause} if clause else {}
                    at = self._name(What.ATTRIBUTE, attribute.name, value, span, facts)
                    self._root(attribute.name, at)
                case r.DecideStep():
                    self._decide(step)
                case r.RequireStep(condition=condition, guard=guard, message=message):
                    at = self._requirement(step.span, condition, guard, message)
                    if step.drops in self.made.roots:
                        dropped = self.made.steps[self.made.roots[step.drops]]
                        dropped.facts.setdefault("requirements", []).append(at)
                case r.ExcludeStep(condition=condition, because=because, span=span):
                    self._requirement(span, condition, None, because)
                case r.AlwaysStep(condition=condition, span=span):
                    self._requirement(span, condition, None, None)
        self.known = last
        self._finals()
        return self.made

    def _finals(self) -> None:
        """What is sent of each attribute in the end, requirements that drop it considered."""
        for attribute, made in self.program.made.items():
            value = self.known.get(f"attribute.{attribute}")
            root = self.made.roots.get(attribute)
            listed = root is not None and self.made.steps[root].facts.get("every")
            if root is not None and value is not None and not listed:
                text, _, _ = asked_columns(value)
                if made.cleared is not None:
                    text = pl.when(pl.col(made.cleared)).then(None).otherwise(text)
                    self.made.columns.append(pl.col(made.cleared).alias(f"={attribute}?"))
                self.made.columns.append(text.alias(f"={attribute}"))
                self.made.finals[attribute] = f"={attribute}"

    # --- steps ----------------------------------------------------------------------------------

    def _root(self, attribute: str, at: int) -> None:
        self.named[f"attribute.{attribute}"] = self.made.roots[attribute] = at
        span = self.made.steps[at].place
        if span is not None:
            self.made.rules.append((span, at))

    def _name(
        self, what: What, text: str, value: r.Bound, span: Span, facts: dict[str, Any]
    ) -> int:
        inside = self._step(value)
        at = self._add(Step(what, text, span, Picking.ALL, [inside], facts))
        self._ask(at, Expressions(self.program.at, self.known).compile(value))
        return at

    def _decide(self, step: r.DecideStep) -> None:
        guard = [] if step.guard is None else [self._step(step.guard)]
        conditions = [self._step(row.condition) for row in step.rows]
        for column, attribute in enumerate(step.attributes):
            parts = list(guard)
            for condition, row in zip(conditions, step.rows, strict=True):
                parts += [condition, self._step(row.results[column])]
            facts: dict[str, Any] = {
                "guarded": bool(guard),
                "first": step.policy is HitPolicy.FIRST,
                "every": step.policy is HitPolicy.EVERY,
                "rows": [(self._typed(row.span), row.span) for row in step.rows],
            }
            if step.clause:
                facts["clause"] = step.clause
            at = self._add(Step(What.TABLE, attribute.name, step.span, Picking.ROWS, parts, facts))
            self._root(attribute.name, at)

    def _requirement(
        self, span: Span, condition: r.Bound, guard: r.Bound | None, says: r.Template | None
    ) -> int:
        parts = [] if guard is None else [self._step(guard)]
        parts.append(self._step(condition))
        facts = {"guarded": guard is not None}
        step = Step(
            What.REQUIREMENT, self._typed(condition.span), span, Picking.REQUIREMENT, parts, facts
        )
        at = self._asked(step, condition)
        if says is not None:
            told = sentence(says, Expressions(self.program.at, self.known))
            self.made.columns.append(told.alias(f"{at}#"))
        self.made.rules.append((span, at))
        return at

    # --- expressions ----------------------------------------------------------------------------

    def _step(self, node: r.Bound) -> int:  # noqa: C901 - one arm for each node
        match cast("r.Expression", node):
            case r.Constant():
                return self._leaf(node, What.CONSTANT)
            case r.NowValue():
                return self._leaf(node, What.NOW)
            case r.FieldValue(field=one):
                step = Step(What.CELL, one.name, node.span, facts={"cell": one.reading.column})
                step.facts["kind"] = str(one.kind)
                at = self._asked(step, node)
                there = pl.col(text_name(one)).is_not_null()
                self.made.columns.append(there.alias(f"{at}~"))
                return at
            case r.LetValue(name=name):
                return self._reference(node, f"let.{name}", What.NAME)
            case r.AttributeValue(name=name):
                return self._reference(node, f"attribute.{name}", What.ATTRIBUTE)
            case r.Compute(left=left, right=right):
                return self._from(node, What.CALCULATION, (left, right))
            case r.Negate(value=inner) | r.Round(value=inner) | r.DayEdge(value=inner):
                return self._from(node, What.CALCULATION, (inner,))
            case r.Compare(left=left, right=right):
                return self._from(node, What.CONDITION, (left, right))
            case r.OneOf(value=inner, items=items):
                return self._from(node, What.CONDITION, (inner, *items))
            case r.Present(value=inner) | r.Opposite(condition=inner):
                return self._from(node, What.CONDITION, (inner,))
            case r.AllOf(conditions=conditions):
                return self._from(
                    node, What.CONDITION, tuple(flat_conditions(r.AllOf, conditions)), Picking.NO
                )
            case r.AnyOf(conditions=conditions):
                return self._from(
                    node, What.CONDITION, tuple(flat_conditions(r.AnyOf, conditions)), Picking.YES
                )
            case r.Repaired(value=inner, alternative=other) as it:
                at = self._from(node, What.REPAIR, (inner, other), Picking.REPAIR, keep=True)
                self.made.steps[at].facts["failed"] = it.repair is r.Repair.FAILURE
                return at
            case r.TakeFrom(keys=keys) as it:
                return self._look_up(it, keys)
            case r.CallOf(arguments=arguments):
                return self._from(node, What.CALL, arguments)
            case r.Choose(branches=branches, otherwise=otherwise):
                parts = [
                    at
                    for branch in branches
                    for at in (self._step(branch.condition), self._step(branch.value))
                ]
                parts.append(self._step(otherwise))
                text = self._typed(node.span)
                return self._asked(Step(What.CASES, text, node.span, Picking.CASES, parts), node)
            case r.Omitted() | r.Cleared() | r.Rejected():
                return self._ending(node)

    def _ending(self, node: r.Bound) -> int:
        typed = self._typed(node.span)
        words = ("omit", "clear", "reject")
        text = typed if typed.startswith(words) else "otherwise"
        step = Step(What.ENDING, text, node.span)
        if isinstance(node, r.Rejected):
            step.facts["state"] = "rejected"
            step.parts = [self._step(p) for p in node.message.parts if not isinstance(p, str)]
        else:
            step.facts["state"] = "cleared" if isinstance(node, r.Cleared) else "omitted"
        at = self._asked(step, node)
        if isinstance(node, r.Rejected):
            says = sentence(node.message, Expressions(self.program.at, self.known))
            self.made.columns.append(says.alias(f"{at}#"))
        return at

    def _look_up(self, node: r.TakeFrom, keys: tuple[r.Bound, ...]) -> int:
        at = self._from(node, What.LOOKUP, keys, keep=True)
        facts = self.made.steps[at].facts
        facts["table"] = node.table.name
        facts["column"] = node.column
        facts["rows"] = [node.table.row_span(row) for row in range(len(node.table.rows))]
        expressions = Expressions(self.program.at, self.known)
        found = row_found(node, tuple(expressions.compile(k) for k in keys))
        self.made.columns.append(found.cast(pl.String).alias(f"{at}#"))
        return at

    def _reference(self, node: r.Bound, name: str, what: What) -> int:
        shown = name.partition(".")[2].partition("@")[0]
        parts = [self.named[name]] if name in self.named else []
        return self._asked(Step(what, shown, node.span, Picking.NAME, parts), node)

    def _leaf(self, node: r.Bound, what: What) -> int:
        return self._asked(Step(what, self._typed(node.span), node.span), node)

    def _from(
        self,
        node: r.Bound,
        what: What,
        read: tuple[r.Bound, ...],
        picking: Picking = Picking.ALL,
        *,
        keep: bool = False,
    ) -> int:
        """A step of the parts in `read`; constants say nothing that its own words do not."""
        parts = [self._step(p) for p in read if keep or not isinstance(p, r.Constant)]
        return self._asked(Step(what, self._typed(node.span), node.span, picking, parts), node)

    # --- columns --------------------------------------------------------------------------------

    def _asked(self, step: Step, node: r.Bound) -> int:
        at = self._add(step)
        self._ask(at, Expressions(self.program.at, self.known).compile(node))
        return at

    def _ask(self, at: int, value: Value) -> None:
        text, failed, cleared = asked_columns(value)
        self.made.columns += [
            text.alias(f"{at}"),
            failed.alias(f"{at}!"),
            cleared.alias(f"{at}?"),
        ]

    def _add(self, step: Step) -> int:
        self.made.steps.append(step)
        return len(self.made.steps) - 1

    def _typed(self, span: Span) -> str:
        source = self.sources.get(span.file)
        return " ".join(source.text[span.start : span.end].split()) if source else ""


def flat_conditions(kind: type[r.Bound], conditions: tuple[r.Bound, ...]) -> Iterator[r.Bound]:
    """`a and b and c` is three conditions, though it is read as a pair in a pair."""
    for one in conditions:
        if isinstance(one, r.AllOf | r.AnyOf) and type(one) is kind:
            yield from flat_conditions(kind, one.conditions)
        else:
            yield one


def _raw(frame: pl.DataFrame, column: str) -> pl.Expr:
    """The cells of a column of the feed as texts."""
    raw = pl.col(column)
    if isinstance(frame.schema[column], pl.List):
        raw = raw.list.join(", ")
    return raw.cast(pl.String)
