"""A slice of checked rules to a `Program`: fields, steps by level, faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from engine.diagnostics.codes import rows as codes
from engine.diagnostics.codes.code import Code, Severity
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language.syntax import HitPolicy
from engine.language.vocabulary import Attribute
from engine.program.attributes import as_attribute, as_read, broken_bounds
from engine.program.cells import ReadField, read_field, text_name, value_name
from engine.program.expressions import Expressions
from engine.program.numbers import Quotient
from engine.program.program import PROBLEM, Entry, Fault, Lean, Made, Probe, Program
from engine.program.reads import columns_read, needed_fields, values_in
from engine.program.sentences import sentence, value_text, with_remedy
from engine.program.value import Value, chosen, nothing, typed
from engine.program.vectors import folded
from engine.values.field import Field
from engine.values.kinds import KindName

# Faults of cells that can be read, and yet hold no value of their field.
_READABLE = (codes.OUT_OF_BOUNDS, codes.OTHER_CURRENCY, codes.BAD_TEXT)


def compile_slice(
    part: r.Slice,
    at: datetime,
    *,
    lists: frozenset[str] = frozenset(),
    probes: bool = False,
) -> Program:
    """Compile `part` for the instant `at`.

    Args:
        part: the slice in force.
        at: the instant of the run (aware).
        lists: the source columns that arrive as lists of texts.
        probes: keep a column for each case, table row and outcome of a requirement: for coverage.

    Raises:
        CompileError: a value may need more than 38 digits.
    """
    return _Compiler(part, at, lists, probes).compile()


class _Compiler(Struct):
    part: r.Slice
    at: datetime
    lists: frozenset[str]
    probing: bool
    known: dict[str, Value] = field(default_factory=dict)
    levels: list[list[pl.Expr]] = field(default_factory=list)
    level_of: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    exclusions: list[Fault] = field(default_factory=list)
    made: dict[str, Made] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    masks: int = 0
    probes: list[Probe] = field(default_factory=list)
    lacks: list[tuple[str, pl.Expr, Span]] = field(default_factory=list)
    unsound: list[pl.Expr] = field(default_factory=list)
    instead: dict[tuple[int, str], pl.Expr] = field(default_factory=dict)

    def compile(self) -> Program:
        fields = needed_fields(self.part)
        self._fields(fields)
        for step in self.part.steps:
            self._step(step)
        self._required()
        filled = {number: tuple(level) for number, level in enumerate(self.levels) if level}
        return Program(
            channel=self.part.channel,
            at=self.at,
            fields=fields,
            stages=tuple(filled.values()),
            levels=tuple(filled),
            made=self.made,
            entries=tuple(self.entries),
            faults=tuple(self.faults),
            exclusions=tuple(self.exclusions),
            steps=self.known,
            probes=tuple(self.probes),
            lean=Lean(tuple(self.unsound), self.instead),
            lists=self.lists,
        )

    # --- columns --------------------------------------------------------------------------------

    def _put(self, expr: pl.Expr, name: str, level: int) -> pl.Expr:
        """Make the column `name` at `level`; gives the expression to read it by."""
        while len(self.levels) <= level:
            self.levels.append([])
        self.levels[level].append(expr.alias(name))
        self.level_of[name] = level
        return pl.col(name)

    def _after(self, *nodes: r.Bound) -> int:
        """The first level at which all columns that `nodes` read are there."""
        names = {n for node in nodes for n in columns_read(node)}
        return 1 + max((self.level_of[n] for n in names if n in self.level_of), default=0)

    @property
    def _expressions(self) -> Expressions:
        return Expressions(self.at, self.known)

    # --- fields ---------------------------------------------------------------------------------

    def _fields(self, fields: tuple[Field, ...]) -> None:
        problem = pl.col(PROBLEM).is_not_null()
        self._fault(codes.BROKEN_RECORD, problem, pl.col(PROBLEM), level=0)
        for one in fields:
            read = read_field(one, is_list=one.reading.column in self.lists)
            self._put(read.text, text_name(one), 0)
            value = self._put(read.value, value_name(one), 1)
            masks = list(self._cell_faults(one, read))
            if any(fault.code in _READABLE for fault in read.faults):
                # What does not fit is no value: the bounds may be relied on from here.
                fitting = ~pl.any_horizontal(masks)
                bad = [fault.where for fault in read.faults if fault.code in _READABLE]
                fits = ~pl.any_horizontal(bad)
                self.instead[3, value_name(one)] = pl.when(fits).then(value)
                value = self._put(pl.when(fitting).then(value), value_name(one), 3)
            if read.faults:
                # Whatever is wrong with a cell, it holds no value; an empty one may lack it, where
                # it is not required.
                lacks = value.is_null()
                there = pl.col(text_name(one)).is_not_null()
                self.unsound.append(lacks if one.required else lacks & there)
            self.known[value_name(one)] = _field_value(one, read, value)

    def _cell_faults(self, one: Field, read: ReadField) -> Iterator[pl.Expr]:
        for fault in read.faults:
            facts = dict(fault.facts)
            says = _cell_sentence(fault.code, one, facts)
            # A record that cannot be read has one fault, not one for each of its cells.
            where = fault.where & pl.col(PROBLEM).is_null()
            yield self._fault(fault.code, where, says, level=2, cell=one, known=True)

    def _fault(
        self,
        code: Code,
        where: pl.Expr,
        message: pl.Expr,
        *,
        level: int,
        cell: Field | None = None,
        rule: Span | None = None,
        excludes: bool = False,
        known: bool = False,
    ) -> pl.Expr:
        """Keep a fault; `known` tells that `unsound` has it already."""
        name = f"fault.{self.masks}"
        self.masks += 1
        mask = self._put(where, name, level)
        if not (known or excludes) and code.severity is Severity.ERROR:
            self.unsound.append(mask)
        kept = self.exclusions if excludes else self.faults
        kept.append(Fault(code, name, message, cell, rule))
        return mask

    # --- steps ----------------------------------------------------------------------------------

    def _step(self, step: r.Step) -> None:
        match step:
            case r.LetStep(name=name, value=value, span=span):
                self._keep(f"let.{name}", value, span)
            case r.AttributeStep():
                self._attribute(step)
            case r.DecideStep():
                self._decide(step)
            case r.ExcludeStep(condition=condition, because=because, span=span):
                level = self._after(condition, *values_in(because))
                where = self._condition(condition, level, span)
                message = sentence(because, self._expressions)
                self._fault(codes.EXCLUDED, where, message, level=level, rule=span, excludes=True)
            case r.RequireStep():
                self._require(step)
            case r.AlwaysStep(condition=condition, text=text, span=span):
                level = self._after(condition)
                broken = self._condition(condition, level, span, holds=False)
                message = pl.lit(codes.PROMISE_BROKEN.says.format(text=text))
                self._fault(codes.PROMISE_BROKEN, broken, message, level=level, rule=span)

    def _keep(self, name: str, node: r.Bound, span: Span) -> Value:
        """Compile `node` into the column `name`, with the faults of the rejections inside."""
        level = self._after(node)
        value = typed(self._expressions.compile(node), node.kind)
        kept = self._materialised(name, value, level)
        self.known[name] = kept
        self._rejections(value, level, span)
        self._branches(node, level)
        return kept

    def _materialised(self, name: str, value: Value, level: int) -> Value:
        if value.number is None:
            plain = self._known(value.expr, name, level)
            return Value(value.kind, plain, certain=value.certain, maker=value.maker)
        over, under = value.number.over, value.number.under
        top = replace(over, expr=self._known(over.expr, name, level))
        if under is None:
            return Value(value.kind, None, Quotient(top), certain=value.certain)
        bottom = replace(under, expr=self._put(under.expr, f"{name}/", level))
        return Value(value.kind, None, Quotient(top, bottom))

    def _known(self, expr: pl.Expr, name: str, level: int) -> pl.Expr:
        """Make the column `name`; what is the same for every row is read as the constant it is."""
        column = self._put(expr, name, level)
        constant = folded(expr)
        return column if constant is expr else constant

    def _rejections(self, value: Value, level: int, span: Span) -> None:
        for one in value.rejects:
            message = with_remedy(sentence(one.message, self._expressions), one.code)
            where = one.where.fill_null(value=False)
            rule = one.message.span if one.message.span.file else span
            self._fault(codes.VALUE_REJECTED, where, message, level=level, rule=rule)

    def _condition(
        self,
        node: r.Bound,
        level: int,
        span: Span,
        *,
        holds: bool = True,
        guard: pl.Expr | None = None,
    ) -> pl.Expr:
        """Where `node` is yes (or with `holds` False, no), and `guard` too, with its rejections."""
        value = self._expressions.compile(node)
        where = (value.expr if holds else ~value.expr).fill_null(value=False)
        if guard is not None:
            where &= guard
            value = replace(
                value,
                rejects=tuple(replace(one, where=one.where & guard) for one in value.rejects),
            )
        self._rejections(value, level, span)
        return where

    def _branches(self, node: r.Bound, level: int) -> None:
        """Which case is taken, for coverage."""
        if not self.probing or not isinstance(node, r.Choose):
            return
        untaken = pl.lit(value=True)
        for branch in node.branches:
            fits = self._expressions.compile(branch.condition).expr.fill_null(value=False)
            self._probe(branch.span, "case", untaken & fits, level)
            untaken = untaken & ~fits
        self._probe(node.otherwise.span, "otherwise", untaken, level)

    def _probe(self, span: Span, what: str, where: pl.Expr, level: int) -> None:
        if self.probing:
            name = f"probe.{len(self.probes)}"
            self._put(where.fill_null(value=False), name, level)
            self.probes.append(Probe(span, what, name))

    # --- attributes -----------------------------------------------------------------------------

    def _attribute(self, step: r.AttributeStep) -> None:
        level = self._after(step.value)
        value = self._expressions.compile(step.value)
        self._rejections(value, level, step.span)
        self._branches(step.value, level)
        self._set(step.attribute, value, level, step.span)

    def _set(self, attribute: Attribute, value: Value, level: int, span: Span) -> None:
        name = f"attribute.{attribute.name}"
        value = as_attribute(attribute, typed(value, attribute.kind))
        kept = self._materialised(name, value, level)
        cleared = None
        if value.clears is not None:
            cleared = f"cleared.{attribute.name}"
            self._put(value.clears.fill_null(value=False), cleared, level)
        self.known[name] = as_read(attribute, kept)
        self.made[attribute.name] = Made(attribute, name, kept, cleared, span)
        self._bounds(attribute, kept, level + 1, span)
        if self.part.channel in attribute.required_on and cleared is None:
            self.lacks.append((attribute.name, kept.expr.is_null(), span))

    def _required(self) -> None:
        """Rows without a required value, where no other reason tells why already."""
        if not self.lacks:
            return
        told = [f.mask for f in self.faults if f.stops]
        silent = ~pl.any_horizontal(told) if told else pl.lit(value=True)
        silent = self._put(silent, "silent", len(self.levels))
        last = len(self.levels)
        for name, lacking, span in self.lacks:
            says = pl.lit(codes.NO_VALUE.says.format(name=name))
            self._fault(codes.NO_VALUE, lacking & silent, says, level=last, rule=span, known=True)
            self.unsound.append(lacking)

    def _bounds(self, attribute: Attribute, value: Value, level: int, span: Span) -> None:
        for where, bound in broken_bounds(attribute, value):
            sentence_ = codes.OUTSIDE.says.format(name=attribute.name, value="\x00", bound=bound)
            before, _, after = sentence_.partition("\x00")
            shown = value_text(as_read(attribute, value))
            says = pl.concat_str(pl.lit(before), shown, pl.lit(after))
            self._fault(codes.OUTSIDE, where.fill_null(value=False), says, level=level, rule=span)

    # --- decision tables ------------------------------------------------------------------------

    def _decide(self, step: r.DecideStep) -> None:
        nodes = [n for row in step.rows for n in (row.condition, *row.results)]
        level = self._after(*nodes, *((step.guard,) if step.guard else ()))
        conditions = []
        guard = self._condition(step.guard, level, step.span) if step.guard is not None else None
        for row in step.rows:
            where = self._condition(row.condition, level, row.span, guard=guard)
            name = f"row.{row.span.file}.{row.span.start}"
            conditions.append(self._put(where, name, level))
            self._probe(row.span, "row", where, level)
        if step.policy is HitPolicy.EVERY:
            self._collect(step, level)
            return
        if step.policy is HitPolicy.EXACTLY_ONE and len(conditions) > 1:
            twice = pl.sum_horizontal([c.cast(pl.Int32) for c in conditions]) > 1
            says = pl.lit(codes.TWO_ROWS_FIT.says)
            self._fault(codes.TWO_ROWS_FIT, twice, says, level=level + 1, rule=step.span)
        for index, attribute in enumerate(step.attributes):
            values = [self._expressions.compile(row.results[index]) for row in step.rows]
            value = chosen(conditions, [*values, nothing(attribute.kind)], attribute.kind)
            self._rejections(value, level + 1, step.span)
            self._set(attribute, value, level + 1, step.span)

    def _collect(self, step: r.DecideStep, level: int) -> None:
        for row in step.rows:
            applies = f"row.{row.span.file}.{row.span.start}"
            cells = {}
            for attribute, node in zip(step.attributes, row.results, strict=True):
                value = self._expressions.compile(node)
                if isinstance(node, r.Constant):
                    value = as_attribute(attribute, value)
                else:
                    # Where the row does not fit, its cell is nothing: not too large, not rejected.
                    either = [value, nothing(attribute.kind)]
                    value = typed(chosen([pl.col(applies)], either, attribute.kind), attribute.kind)
                    value = as_attribute(attribute, value)
                    self._rejections(value, level + 1, row.span)
                    name = f"{applies}.{attribute.name}"
                    value = self._materialised(name, value, level + 1)
                    self._bounds(attribute, value, level + 2, row.span)
                cells[attribute.name] = Made(attribute, "", value, None, row.span)
            self.entries.append(Entry(applies, cells))
        masks = [f"row.{row.span.file}.{row.span.start}" for row in step.rows]
        for attribute in step.attributes:
            any_row = pl.when(pl.any_horizontal(masks)).then(True)  # noqa: FBT003 - a value
            name = f"attribute.{attribute.name}"
            self.known[name] = Value(attribute.kind, self._put(any_row, name, level + 1))
            if self.part.channel in attribute.required_on and attribute is step.attributes[0]:
                # The attributes of one table are absent together: one reason.
                self.lacks.append((attribute.name, ~pl.any_horizontal(masks), step.span))

    # --- requirements ---------------------------------------------------------------------------

    def _require(self, step: r.RequireStep) -> None:
        nodes = (step.condition, *((step.guard,) if step.guard else ()), *values_in(step.message))
        level = self._after(*nodes)
        guard = self._condition(step.guard, level, step.span) if step.guard is not None else None
        where = self._condition(step.condition, level, step.span, holds=False, guard=guard)
        self._probe(step.span, "requirement not met", where, level)
        met = self._expressions.compile(step.condition).expr
        self._probe(step.span, "requirement met", met & ~where, level)
        code = {
            r.ConsequenceKind.REJECT: codes.REQUIREMENT,
            r.ConsequenceKind.WARN: codes.WARNED,
            r.ConsequenceKind.DROP: codes.DROPPED,
        }[step.consequence]
        message = sentence(step.message, self._expressions)
        if step.drops is not None and step.drops in self.made:
            # The sentence may name the value that is dropped: its column stays as it was.
            mask = self._fault(code, where, message, level=level, rule=step.span)
            self._drop(self.made[step.drops], mask, level)
        else:
            self._fault(code, where, message, level=level, rule=step.span)

    def _drop(self, made: Made, mask: pl.Expr, level: int) -> None:
        name = f"attribute.{made.attribute.name}"
        level = 1 + max(level, self.level_of[name])
        # Under another name: what stands before the drop in the file reads the value as it was.
        column = f"{made.column}'"
        left = self._put(pl.when(~mask).then(pl.col(made.column)), column, level)
        self.level_of[name] = level
        cleared = f"{made.cleared}'" if made.cleared else None
        if made.cleared and cleared:
            self._put(pl.col(made.cleared) & ~mask, cleared, level)
        if made.value.number is not None:
            number = Quotient(replace(made.value.scaled, expr=left))
            value = replace(made.value, number=number, certain=False)
        else:
            value = replace(made.value, plain=left, certain=False)
        self.known[name] = as_read(made.attribute, value)
        self.made[made.attribute.name] = replace(made, column=column, value=value, cleared=cleared)


def _field_value(one: Field, read: ReadField, column: pl.Expr) -> Value:
    if read.number is None:
        return Value(one.kind, column)
    return Value(one.kind, None, Quotient(replace(read.number, expr=column)))


def _cell_sentence(code: Code, one: Field, facts: dict[str, str]) -> pl.Expr:
    shown = {"column": one.reading.column, "value": "\x00", **facts}
    before, mark, after = code.says.format(**shown).partition("\x00")
    if not mark:
        return pl.lit(before)
    text = pl.col(text_name(one))
    if one.kind.name is KindName.LIST:
        text = text.list.join(", ")
    says = pl.concat_str(pl.lit(before), text.str.head(80), pl.lit(after), ignore_nulls=True)
    return with_remedy(says, text) if code is codes.BAD_TEXT else says
