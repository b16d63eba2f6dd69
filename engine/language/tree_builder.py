"""Lark's tree to the syntax tree: one method for each grammar rule, in the grammar's order."""

from __future__ import annotations

from typing import Any

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.expression_builder import COMPARATORS
from engine.language.keywords import RESERVED
from engine.language.order_builder import OrderBuilder, is_order_test


class TreeBuilder(OrderBuilder):
    """Builds the tree of a file; what parses but cannot be meant is reported in `faults`."""

    # --- the file -------------------------------------------------------------------------------

    def file(self, children: list[Any], span: Span) -> s.RulesFile:
        """`rules N`, then the declarations."""
        if not children or children[0].data != "version":
            first = self.spans.line_span(span.line) if children else span
            edit = Replacement(Span(first.file, 0, 0, 1, 1, 1, 1), "rules 1\n")
            helps = [Help("write `rules 1` on the first line", EditLevel.SAFE, (edit,))]
            self.faults.append(
                Diagnostic.of(codes.MISSING_PART, first, what="`rules 1`", helps=helps)
            )
            return s.RulesFile(span, 1, span, tuple(self._all(children)), ())
        token = children[0].children[0]
        version = self._token_span(token)
        if str(token) != "1":
            helps = [
                Help("install a newer Feedwright, or write `rules 1` if nothing newer is used")
            ]
            self.faults.append(
                Diagnostic.of(codes.NEWER_LANGUAGE, version, version=str(token), helps=helps)
            )
        return s.RulesFile(span, 1, version, tuple(self._all(children[1:])), ())

    def timezone(self, c: list[Any], span: Span) -> s.Timezone:
        """`timezone Europe/Paris`."""
        return s.Timezone(span, str(c[0]))

    def currency(self, c: list[Any], span: Span) -> s.Currency:
        """`currency EUR`."""
        return s.Currency(span, str(c[0]))

    def use(self, c: list[Any], span: Span) -> s.Use:
        """`use "offers.rules"`."""
        return s.Use(span, self.build(c[0]))

    def read(self, c: list[Any], span: Span) -> s.Read:
        """`read product using "..."`."""
        return s.Read(span, *self._all(c))

    def write(self, c: list[Any], span: Span) -> s.Write:
        """`write offer using "..."`."""
        return s.Write(span, *self._all(c))

    def milestone(self, c: list[Any], span: Span) -> s.Milestone:
        """`milestone name = instant`, or to be confirmed."""
        return s.Milestone(span, self.build(c[0]), self.build(c[1]) if len(c) > 1 else None)

    def channel(self, c: list[Any], span: Span) -> s.Channel:
        """A channel and its windows."""
        rest = c[1:]
        extends = (
            self.build(rest.pop(0).children[0]) if rest and rest[0].data == "extends" else None
        )
        return s.Channel(span, self.build(c[0]), extends, tuple(self._all(rest)))

    def send_window(self, c: list[Any], span: Span) -> s.SendWindow:
        """`send offers automatically every 1 hour from a until b`."""
        parts = self._optional(c[2:])
        return s.SendWindow(
            span,
            self.build(c[0]),
            c[1].data == "automatically",
            parts.get("every"),
            parts.get("window_from"),
            parts.get("window_until"),
        )

    def edit_window(self, c: list[Any], span: Span) -> s.EditWindow:
        """`edit mappings from a`."""
        parts = self._optional(c[1:])
        return s.EditWindow(
            span,
            self.build(c[0]),
            parts.get("window_from"),
            parts.get("window_until"),
        )

    def _optional(self, trees: list[Any]) -> dict[str, Any]:
        return {str(t.data): self.build(t.children[0]) for t in trees}

    def table_from_csv(self, c: list[Any], span: Span) -> s.TableFromCsv:
        """`table units from "..." key unit`."""
        return s.TableFromCsv(span, *self._all(c))

    def table_in_place(self, c: list[Any], span: Span) -> s.TableInPlace:
        """A table whose rows stand in the rules."""
        columns = tuple(self._all(c[2].children))
        rows = tuple(self._all(c[3:]))
        for row in rows:
            self._same_width(row.span, len(row.cells), len(columns), self._span(c[2]))
        return s.TableInPlace(span, self.build(c[0]), self.build(c[1]), columns, rows)

    def literal_row(self, c: list[Any], span: Span) -> s.LiteralRow:
        """A row of literals."""
        return s.LiteralRow(span, tuple(self._all(c)))

    def empty_cell(self, c: list[Any], span: Span) -> None:
        """`missing` in a row."""

    def mapping(self, c: list[Any], span: Span) -> s.Mapping:
        """A mapping and its statements."""
        return s.Mapping(span, self.build(c[0]), self.build(c[1]), tuple(self._all(c[2:])))

    def override(self, c: list[Any], span: Span) -> s.Override:
        """An override, with its period."""
        windows = [t for t in c[2:] if t.data in ("window_from", "window_until")]
        parts = self._optional(windows)
        body = tuple(self._all(c[2 + len(windows) :]))
        kind, channels = self.build(c[0]), self.build(c[1])
        return s.Override(
            span, kind, channels, parts.get("window_from"), parts.get("window_until"), body
        )

    # --- statements -----------------------------------------------------------------------------

    def source(self, c: list[Any], span: Span) -> s.SourceClause:
        """`source "..."`."""
        return s.SourceClause(span, self.build(c[0]))

    def let(self, c: list[Any], span: Span) -> s.Let:
        """`let name = value`."""
        name, value = self._all(c)
        if name.text in RESERVED:
            edit = Replacement(name.span, f"{name.text}_value")
            helps = [Help(f"call it `{name.text}_value`", EditLevel.CHOICE, (edit,))]
            self.faults.append(
                Diagnostic.of(codes.RESERVED_WORD, name.span, word=name.text, helps=helps),
            )
        return s.Let(span, name, value)

    def assignment(self, c: list[Any], span: Span) -> s.Assignment:
        """`Attribute = value`."""
        return s.Assignment(span, *self._all(c))

    def cases(self, c: list[Any], span: Span) -> s.Cases:
        """Cases, and what stands after `otherwise`."""
        otherwise = self.build(c[-1].children[0]) if c[-1].data == "otherwise" else None
        cases = tuple(self.build(t) for t in c if t.data == "case")
        return s.Cases(span, cases, otherwise)

    def case(self, c: list[Any], span: Span) -> s.Case:
        """`when condition then value`."""
        return s.Case(span, *self._all(c))

    def only_when(self, c: list[Any], span: Span) -> s.OnlyWhen:
        """`only when condition ... end`."""
        return s.OnlyWhen(span, self.build(c[0]), tuple(self._all(c[1:])))

    def decide(self, c: list[Any], span: Span) -> s.Decide:
        """A decision table."""
        policy = {
            "exactly_one": s.HitPolicy.EXACTLY_ONE,
            "first_row": s.HitPolicy.FIRST,
            "every_row": s.HitPolicy.EVERY,
        }[c[1].data]
        inputs, results = self._names_row(c[2])
        rows = tuple(self._all(c[3:]))
        for row in rows:
            self._same_width(
                row.span,
                len(row.conditions) + len(row.results),
                len(inputs) + len(results),
                self._span(c[2]),
            )
        return s.Decide(span, self.build(c[0]), policy, inputs, results, rows)

    def _names_row(self, tree: Any) -> tuple[tuple[s.Name, ...], tuple[s.Name, ...]]:
        left, right = tree.children
        return tuple(self._all(left.children)), tuple(self._all(right.children))

    def table_row(self, c: list[Any], span: Span) -> s.TableRow:
        """Conditions and results of one row."""
        conditions, results = c
        return s.TableRow(
            span, tuple(self._all(conditions.children)), tuple(self._all(results.children))
        )

    def any_cell(self, c: list[Any], span: Span) -> s.AnyCell:  # noqa: ARG002 - one signature
        """`any`."""
        return s.AnyCell(span)

    def missing_cell(self, c: list[Any], span: Span) -> s.MissingCell:  # noqa: ARG002
        """`missing`."""
        return s.MissingCell(span)

    def present_cell(self, c: list[Any], span: Span) -> s.PresentCell:  # noqa: ARG002
        """`present`."""
        return s.PresentCell(span)

    def test_cell(self, c: list[Any], span: Span) -> s.TestCell:
        """`<= 30 kg`."""
        return s.TestCell(span, COMPARATORS[c[0].data], self.build(c[1]))

    def range_cell(self, c: list[Any], span: Span) -> s.RangeCell:
        """`2 kg to 30 kg`."""
        return s.RangeCell(span, *self._all(c))

    def list_cell(self, c: list[Any], span: Span) -> s.ListCell:
        """`"A", "B"`."""
        return s.ListCell(span, tuple(self._all(c)))

    def not_cell(self, c: list[Any], span: Span) -> s.NotCell:
        """`not "A"`."""
        return s.NotCell(span, self.build(c[0]))

    def exclude(self, c: list[Any], span: Span) -> s.Exclude:
        """`exclude when condition because "..."`."""
        return s.Exclude(span, *self._all(c))

    def require(self, c: list[Any], span: Span) -> s.Require:
        """`require condition when guard else consequence`."""
        guard = self.build(c[1].children[0]) if c[1].data == "guard" else None
        return s.Require(span, self.build(c[0]), guard, self.build(c[-1]))

    def warn(self, c: list[Any], span: Span) -> s.Warn:
        """`warn "..."`."""
        return s.Warn(span, self.build(c[0]))

    def drop(self, c: list[Any], span: Span) -> s.Drop:
        """`drop Attribute with "..."`."""
        return s.Drop(span, *self._all(c))

    def always(self, c: list[Any], span: Span) -> s.Always:
        """`always condition`."""
        return s.Always(span, self.build(c[0]))

    # --- tests ----------------------------------------------------------------------------------

    def test(self, c: list[Any], span: Span) -> s.Test | s.OrderTest:
        """A test."""
        heads = [t for t in c[1:] if t.data in {"on_channel", "at"}]
        named = self._named(heads)
        lines = self._all(c[1 + len(heads) :])
        given = tuple(x for x in lines if isinstance(x, s.Given))
        name, channel, at = self.build(c[0]), named.get("on_channel"), named.get("at")
        rest = [x for x in lines if not isinstance(x, s.Given)]
        if is_order_test(lines):
            attempt = next((x for x in rest if isinstance(x, s.Try)), None)
            expected = tuple(x for x in rest if x is not attempt)
            self._about_orders(expected)
            return s.OrderTest(span, name, channel, at, given, attempt, expected)
        if channel is None:
            told = Diagnostic.of(codes.MISSING_PART, name.span, what="`on` and a channel")
            self.faults.append(told)
            channel = s.Name(span, "")
        return s.Test(span, name, channel, at, given, tuple(rest))

    def _about_orders(self, lines: tuple[s.Node, ...]) -> None:
        """Report what a test of an action cannot expect, and a second `try`."""
        for line in lines:
            if isinstance(line, s.Try):
                word, ways = "try", "one action a test; write another test"
            elif isinstance(
                line, s.ExpectValue | s.ExpectOmitted | s.ExpectOutcome | s.ExpectSnapshot
            ):
                word = "expect"
                ways = "`expect allowed`, `denied`, `manual`, `suggestion` or `sent as`"
            else:
                continue
            self.faults.append(
                Diagnostic.of(codes.UNEXPECTED_WORD, line.span, word=word, ways=ways)
            )

    def given_file(self, c: list[Any], span: Span) -> s.Given:
        """`given product "file" but ...`."""
        return s.Given(span, self.build(c[0]), self.build(c[1]), tuple(self._all(c[2:])))

    def given_values(self, c: list[Any], span: Span) -> s.Given:
        """`given a = 1, b = 2`."""
        kind = s.Name(span, "product")
        return s.Given(span, kind, None, tuple(self._all(c)))

    def change(self, c: list[Any], span: Span) -> s.Change:
        """`field = value`, or `missing`."""
        return s.Change(span, self.build(c[0]), self.build(c[1]) if len(c) > 1 else None)

    def expect_value(self, c: list[Any], span: Span) -> s.ExpectValue:
        """`expect Attribute = value, value`."""
        return s.ExpectValue(span, self.build(c[0]), tuple(self._all(c[1:])))

    def expect_omitted(self, c: list[Any], span: Span) -> s.ExpectOmitted:
        """`expect Attribute omitted`."""
        return s.ExpectOmitted(span, self.build(c[0]))

    def expect_outcome(self, c: list[Any], span: Span) -> s.ExpectOutcome:
        """`expect rejected "..."`."""
        word = s.Name(self._span(c[0]), str(c[0].data))
        return s.ExpectOutcome(span, word, self.build(c[1]) if len(c) > 1 else None)

    def expect_snapshot(self, c: list[Any], span: Span) -> s.ExpectSnapshot:
        """`expect snapshot "name"`."""
        return s.ExpectSnapshot(span, self.build(c[0]))

    def test_table(self, c: list[Any], span: Span) -> s.TestTable | s.OrderTestTable:
        """A table of tests; it is about orders where its results have small letters."""
        named = {str(t.data): t for t in c[1:4]}
        first = next(i for i, t in enumerate(c) if t.data == "names_row")
        inputs, outputs = self._names_row(c[first])
        rows = tuple(self._all(c[first + 1 :]))
        for row in rows:
            self._same_width(
                row.span,
                len(row.given) + len(row.expected),
                len(inputs) + len(outputs),
                self._span(c[first]),
            )
        lower, at, using = named.get("lower"), named.get("at"), named.get("using")
        name, channel = self.build(c[0]), self.build(lower) if lower else None
        instant = self.build(at.children[0]) if at else None
        if not using and all(n.text[:1].islower() for n in outputs):
            return s.OrderTestTable(span, name, channel, instant, inputs, outputs, rows)
        fixture = self.build(using.children[0]) if using else None
        on = channel or s.Name(span, "")
        return s.TestTable(span, name, on, instant, fixture, inputs, outputs, rows)

    def test_row(self, c: list[Any], span: Span) -> s.TestRow:
        """Given and expected cells of one row."""
        given, expected = c
        return s.TestRow(
            span, tuple(self._all(given.children)), tuple(self._all(expected.children))
        )

    def omitted_word(self, c: list[Any], span: Span) -> s.ExpectedWord:  # noqa: ARG002
        """`omitted` in a cell."""
        return s.ExpectedWord(span, "omitted")

    def rejected_word(self, c: list[Any], span: Span) -> s.ExpectedWord:  # noqa: ARG002
        """`rejected` in a cell."""
        return s.ExpectedWord(span, "rejected")
