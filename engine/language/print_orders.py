"""What is about orders, as canonical text."""

from __future__ import annotations

from collections.abc import Sequence

from engine.language import syntax as s
from engine.language.print_expressions import expression, literal, quoted
from engine.language.print_lines import LinePrinter, given, names, period, table

Block = s.States | s.Route | s.Action | s.OverrideAction | s.NoAction


class OrderPrinter(LinePrinter):
    """Prints states, routes, actions and their tests."""

    def order_block(self, node: Block) -> None:
        """A block with its lines."""
        match node:
            case s.States(kind=kind):
                self._line(f"states {kind.text}", 0, node.span.line)
                self._states(node)
            case s.Route(kind=kind, body=body):
                self._line(f"route {kind.text}", 0, node.span.line)
                self._aligned([_route_line(x) for x in body], body)
            case s.Action(name=name, channels=channels, body=body):
                self._line(f"action {name.text} on {names(channels)}", 0, node.span.line)
                self._aligned(_action_lines(body), body)
            case s.OverrideAction(name=name, channels=channels, body=body):
                when = period(node.start, node.end)
                text = f"override action {name.text} on {names(channels)}{when}"
                self._line(text, 0, node.span.line)
                self._aligned(_action_lines(body), body)
            case s.NoAction(name=name, channels=channels, body=denials):
                when = period(node.start, node.end)
                text = f"no action {name.text} on {names(channels)}{when}"
                self._line(text, 0, node.span.line)
                self._aligned([_denial_line(x) for x in denials], denials)
        self._end(node, 0)

    def _states(self, node: s.States) -> None:
        header = [c.text for c in node.columns]
        rows = [
            [row.state.text, *("none" if n is None else quoted(n) for n in row.natives)]
            for row in node.rows
        ]
        places = [node.columns[0].span.line, *(r.span.line for r in node.rows)]
        self._rows(table([header, *rows], 0), places, 1)

    def _aligned(self, lines: Sequence[tuple[str, str]], nodes: Sequence[s.Node]) -> None:
        """Lines of two parts; those with a second part have it in one column."""
        wide = max((len(left) for left, right in lines if right), default=0)
        for (left, right), node in zip(lines, nodes, strict=True):
            self._comments(node.span.line, 1)
            text = f"{left.ljust(wide)}  {right}" if right else left
            self._line(text, 1, node.span.line)

    def order_test(self, node: s.OrderTest | s.OrderTestTable) -> None:
        """A test, or a table of tests."""
        on = f" on {node.channel.text}" if node.channel else ""
        at = f" at {literal(node.at)}" if node.at else ""
        table_word = "table " if isinstance(node, s.OrderTestTable) else ""
        self._line(f"test {table_word}{quoted(node.name)}{on}{at}", 0, node.span.line)
        if isinstance(node, s.OrderTestTable):
            self._test_rows(node)
        else:
            self._test_lines(node)
        self._end(node, 0)

    def _test_lines(self, node: s.OrderTest) -> None:
        attempts = [node.attempt] if node.attempt else []
        lines: list[s.Given | s.Try | s.OrderExpectation]
        lines = [*node.given, *attempts, *node.expectations]
        for line in sorted(lines, key=lambda n: n.span.start):
            self._comments(line.span.line, 1)
            self._line(_test_line(line), 1, line.span.line)

    def _test_rows(self, node: s.OrderTestTable) -> None:
        header = [n.text for n in (*node.inputs, *node.outputs)]
        rows = [
            [
                *("missing" if g is None else expression(g) for g in row.given),
                *(e.word if isinstance(e, s.ExpectedWord) else expression(e) for e in row.expected),
            ]
            for row in node.rows
        ]
        places = [node.inputs[0].span.line, *(row.span.line for row in node.rows)]
        self._rows(table([header, *rows], len(node.inputs)), places, 1)


def _sentence(text: s.Text | None) -> str:
    return f" {quoted(text)}" if text else ""


def _route_line(node: s.SourceClause | s.RouteCase | s.Require) -> tuple[str, str]:
    match node:
        case s.SourceClause(text=text):
            return f"source {quoted(text)}", ""
        case s.RouteCase(condition=condition, target=target):
            left = "otherwise" if condition is None else f"when {expression(condition)}"
            if isinstance(target, s.ToChannel):
                return left, f"to channel {target.channel.text}"
            return left, f"to manual {quoted(target.sentence)}"
        case s.Require(condition=condition, guard=guard, otherwise=otherwise):
            when = f" when {expression(guard)}" if guard is not None else ""
            return f"require {expression(condition)}{when} else {consequence(otherwise)}", ""


def consequence(node: s.Consequence) -> str:
    """What follows `else` of a requirement."""
    match node:
        case s.Reject(message=message):
            return f"reject {quoted(message)}"
        case s.Warn(message=message):
            return f"warn {quoted(message)}"
        case s.Drop(attribute=attribute, message=message):
            return f"drop {attribute.text} with {quoted(message)}"


def _action_lines(body: Sequence[s.ActionLine]) -> list[tuple[str, str]]:
    """The lines; names and needs of parameters in columns of their own."""
    parameters = [x for x in body if isinstance(x, s.ParameterRule)]
    wide = max((len(p.name.text) for p in parameters), default=0)
    need = max((len(p.need.value) for p in parameters), default=0)
    return [
        (_parameter(x, wide, need) if isinstance(x, s.ParameterRule) else _action_line(x), "")
        for x in body
    ]


def _parameter(node: s.ParameterRule, wide: int, need: int) -> str:
    takes = f" {_type(node.takes)}" if node.takes else ""
    left = f"{node.name.text.ljust(wide)}  {node.need.value.ljust(need)}"
    return f"{left}{takes}{_sentence(node.sentence)}".rstrip()


def _type(node: s.ParameterType) -> str:
    if node.table is None:
        return node.type.value
    return f"one of table {node.table.text}{' or any text' if node.any_text else ''}"


def _action_line(
    node: s.SourceClause | s.AllowedIn | s.WholeOrder | s.LeadsTo | s.SameAs,
) -> str:
    match node:
        case s.SourceClause(text=text):
            return f"source {quoted(text)}"
        case s.AllowedIn(states=states, sentence=sentence):
            deny = f" else deny {quoted(sentence)}" if sentence else ""
            return f"allowed in {names(states)}{deny}"
        case s.WholeOrder():
            return "applies to whole order"
        case s.LeadsTo(state=state):
            return f"leads to {state.text}"
        case s.SameAs(action=action):
            return f"same as {action.text}"


def _denial_line(node: s.SourceClause | s.Deny | s.Suggest) -> tuple[str, str]:
    match node:
        case s.SourceClause(text=text):
            return f"source {quoted(text)}", ""
        case s.Deny(sentence=sentence):
            return f"deny {quoted(sentence)}", ""
        case s.Suggest(condition=condition, action=action, parameters=parameters):
            left = "otherwise" if condition is None else f"when {expression(condition)}"
            needs = f" with {names(parameters)}" if parameters else ""
            word = action.text if action else "nothing"
            return left, f"suggest {word}{needs}{_sentence(node.sentence)}"


def _test_line(node: s.Given | s.Try | s.OrderExpectation) -> str:
    match node:
        case s.Given():
            return given(node)
        case s.Try(action=action, parameters=parameters):
            values = ", ".join(
                f"{c.field.text} = {'missing' if c.value is None else expression(c.value)}"
                for c in parameters
            )
            return f"try {action.text}" + (f" with {values}" if values else "")
        case s.ExpectDecision(decision=decision, containing=containing):
            return f"expect {decision.text}{_sentence(containing)}"
        case s.ExpectSuggestion(action=action):
            return f"expect suggestion {action.text if action else 'nothing'}"
        case s.ExpectSentAs(action=action):
            return f"expect sent as {action.text if action else 'none'}"
        case s.ExpectChannel(channel=channel):
            return f"expect channel {channel.text}"
