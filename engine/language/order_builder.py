"""Lark's tree to the syntax tree, for what is about orders: one method for each grammar rule."""

from __future__ import annotations

from typing import Any

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, Label
from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.expression_builder import ExpressionBuilder
from engine.language.table_mistakes import FILLING


class OrderBuilder(ExpressionBuilder):
    """Builds states, routes, actions and what tests say of them."""

    def _named(self, children: list[Any]) -> dict[str, Any]:
        """What stands in each optional part, by the part's name."""
        return {str(t.data): self.build(t.children[0]) for t in children if t.children}

    def _same_width(self, span: Span, cells: int, columns: int, header: Span) -> None:
        if cells != columns:
            labels = [Label(header, "the header")]
            facts: dict[str, Any] = {"cells": cells, "columns": columns}
            told = Diagnostic.of(codes.ROW_WIDTH, span, labels=labels, helps=FILLING, **facts)
            self.faults.append(told)

    # --- states and routes ----------------------------------------------------------------------

    def states(self, c: list[Any], span: Span) -> s.States:
        """The states, and what each channel calls them."""
        columns = tuple(self._all(c[1].children))
        rows = tuple(self._all(c[2:]))
        for row in rows:
            self._same_width(row.span, 1 + len(row.natives), len(columns), self._span(c[1]))
        return s.States(span, self.build(c[0]), columns, rows)

    def state_row(self, c: list[Any], span: Span) -> s.StateRow:
        """A state and its names."""
        return s.StateRow(span, self.build(c[0]), tuple(self._all(c[1:])))

    def no_native(self, c: list[Any], span: Span) -> None:
        """`none` in a row."""

    def route(self, c: list[Any], span: Span) -> s.Route:
        """Where orders are handled."""
        return s.Route(span, self.build(c[0]), tuple(self._all(c[1:])))

    def route_case(self, c: list[Any], span: Span) -> s.RouteCase:
        """`when condition to ...`."""
        return s.RouteCase(span, *self._all(c))

    def route_otherwise(self, c: list[Any], span: Span) -> s.RouteCase:
        """`otherwise to ...`."""
        return s.RouteCase(span, None, self.build(c[0]))

    def to_channel(self, c: list[Any], span: Span) -> s.ToChannel:
        """`to channel name`."""
        return s.ToChannel(span, self.build(c[0]))

    def to_manual(self, c: list[Any], span: Span) -> s.ToManual:
        """`to manual "..."`."""
        return s.ToManual(span, self.build(c[0]))

    # --- actions --------------------------------------------------------------------------------

    def action(self, c: list[Any], span: Span) -> s.Action:
        """An action and its lines."""
        return s.Action(span, self.build(c[0]), self.build(c[1]), tuple(self._all(c[2:])))

    def override_action(self, c: list[Any], span: Span) -> s.OverrideAction:
        """An override of an action, with its period."""
        start, end, rest = self._period(c[2:])
        body = tuple(self._all(rest))
        return s.OverrideAction(span, self.build(c[0]), self.build(c[1]), start, end, body)

    def _period(self, c: list[Any]) -> tuple[s.Moment | None, s.Moment | None, list[Any]]:
        windows = [t for t in c if t.data in {"window_from", "window_until"}]
        named = self._named(windows)
        return named.get("window_from"), named.get("window_until"), c[len(windows) :]

    def allowed_in(self, c: list[Any], span: Span) -> s.AllowedIn:
        """`allowed in states else deny "..."`."""
        return s.AllowedIn(span, self.build(c[0]), self._named(c[1:]).get("denial"))

    def whole_order(self, c: list[Any], span: Span) -> s.WholeOrder:  # noqa: ARG002 - one signature
        """`applies to whole order`."""
        return s.WholeOrder(span)

    def leads_to(self, c: list[Any], span: Span) -> s.LeadsTo:
        """`leads to State`."""
        return s.LeadsTo(span, self.build(c[0]))

    def same_as(self, c: list[Any], span: Span) -> s.SameAs:
        """`same as action`."""
        return s.SameAs(span, self.build(c[0]))

    def parameter_rule(self, c: list[Any], span: Span) -> s.ParameterRule:
        """A parameter: whether it is needed, what it takes, and a sentence."""
        rest = c[2:]
        sentence = self.build(rest.pop().children[0]) if _last_is(rest, "sentence") else None
        takes = self.build(rest[0]) if rest else None
        need = s.Need(str(c[1].data))
        return s.ParameterRule(span, self.build(c[0]), need, takes, sentence)

    def takes_text(self, c: list[Any], span: Span) -> s.ParameterType:  # noqa: ARG002
        """`text`."""
        return s.ParameterType(span, s.TypeName.TEXT)

    def takes_yes_no(self, c: list[Any], span: Span) -> s.ParameterType:  # noqa: ARG002
        """`yes/no`."""
        return s.ParameterType(span, s.TypeName.YES_NO)

    def takes_web_address(self, c: list[Any], span: Span) -> s.ParameterType:  # noqa: ARG002
        """`web address`."""
        return s.ParameterType(span, s.TypeName.WEB_ADDRESS)

    def takes_table(self, c: list[Any], span: Span) -> s.ParameterType:
        """`one of table name or any text`."""
        return s.ParameterType(span, s.TypeName.TABLE, self.build(c[0]), any_text=len(c) > 1)

    def no_action(self, c: list[Any], span: Span) -> s.NoAction:
        """An action that a channel does not have."""
        start, end, rest = self._period(c[2:])
        body = tuple(self._all(rest))
        return s.NoAction(span, self.build(c[0]), self.build(c[1]), start, end, body)

    def deny(self, c: list[Any], span: Span) -> s.Deny:
        """`deny "..."`."""
        return s.Deny(span, self.build(c[0]))

    def suggest_case(self, c: list[Any], span: Span) -> s.Suggest:
        """`when condition suggest ...`."""
        return self._suggest(self.build(c[0]), c[1], span)

    def suggest_otherwise(self, c: list[Any], span: Span) -> s.Suggest:
        """`otherwise suggest ...`."""
        return self._suggest(None, c[0], span)

    def _suggest(self, condition: s.Expression | None, tree: Any, span: Span) -> s.Suggest:
        action, named = self.build(tree.children[0]), self._named(tree.children[1:])
        parameters = named.get("with_parameters", ())
        return s.Suggest(span, condition, action, parameters, named.get("sentence"))

    def suggested(self, c: list[Any], span: Span) -> s.Name | None:  # noqa: ARG002
        """An action, or `nothing`."""
        return self.build(c[0]) if c else None

    # --- tests ----------------------------------------------------------------------------------

    def attempt(self, c: list[Any], span: Span) -> s.Try:
        """`try action with parameters`."""
        return s.Try(span, self.build(c[0]), tuple(self._all(c[1:])))

    def expect_suggestion(self, c: list[Any], span: Span) -> s.ExpectSuggestion:
        """`expect suggestion action`."""
        return s.ExpectSuggestion(span, self.build(c[0]))

    def expect_sent_as(self, c: list[Any], span: Span) -> s.ExpectSentAs:
        """`expect sent as action`."""
        return s.ExpectSentAs(span, self.build(c[0]))

    def expect_channel(self, c: list[Any], span: Span) -> s.ExpectChannel:
        """`expect channel name`."""
        return s.ExpectChannel(span, self.build(c[0]))

    def expect_decision(self, c: list[Any], span: Span) -> s.ExpectDecision:
        """`expect denied "..."`."""
        word = s.Name(self._span(c[0]), str(c[0].data))
        return s.ExpectDecision(span, word, self.build(c[1]) if len(c) > 1 else None)


def is_order_test(lines: list[Any]) -> bool:
    """Whether the lines of a test are about orders: they try an action, or ask where one goes."""
    about = (s.Try, s.ExpectDecision, s.ExpectSuggestion, s.ExpectSentAs, s.ExpectChannel)
    return any(isinstance(x, about) for x in lines)


def _last_is(children: list[Any], rule: str) -> bool:
    return bool(children) and bool(children[-1].data == rule)
