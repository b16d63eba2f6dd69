"""The syntax tree to canonical text: what `fmt` writes. Comments stay where they were put."""

from __future__ import annotations

from collections.abc import Sequence

from engine.language import syntax as s
from engine.language.print_expressions import expression, literal, quoted
from engine.language.print_lines import Comments, given, names, period, table
from engine.language.print_orders import OrderPrinter, consequence


def print_rules(file: s.RulesFile) -> str:
    """Canonical text of `file`: parsed again it gives the same tree, printed again the same text."""
    printer = _Printer(Comments(file.comments))
    printer.file(file)
    return "\n".join(printer.lines) + "\n"


class _Printer(OrderPrinter):
    # --- the file -------------------------------------------------------------------------------

    def file(self, file: s.RulesFile) -> None:
        """`rules N`, then the declarations, blocks apart from each other."""
        self._comments(file.version_span.line, 0)
        self._line(f"rules {file.version}", 0, file.version_span.line)
        before: s.Declaration | None = None
        milestones = [d.name.text for d in file.declarations if isinstance(d, s.Milestone)]
        wide = max(map(len, milestones), default=0)
        for declaration in file.declarations:
            self._gap(before, declaration)
            self._comments(declaration.span.line, 0)
            self._declaration(declaration, wide)
            before = declaration
        rest = self.comments.before(1 << 30)
        if rest:
            self.lines += ["", *rest]

    def _gap(self, before: s.Declaration | None, after: s.Declaration) -> None:
        """A blank line around blocks, and where single lines of different sorts meet."""
        if before is None:
            if not isinstance(after, _HEADER):
                self.lines.append("")
            return
        if isinstance(before, _HEADER) and isinstance(after, _HEADER):
            return
        if isinstance(before, _SINGLE) and type(before) is type(after):
            return
        self.lines.append("")

    def _declaration(self, node: s.Declaration, wide: int) -> None:
        line = node.span.line
        match node:
            case s.Timezone(zone=zone):
                self._line(f"timezone {zone}", 0, line)
            case s.Currency(currency=currency):
                self._line(f"currency {currency}", 0, line)
            case s.Use(path=path):
                self._line(f"use {quoted(path)}", 0, line)
            case s.Read(kind=kind, path=path):
                self._line(f"read {kind.text} using {quoted(path)}", 0, line)
            case s.Write(kind=kind, path=path):
                self._line(f"write {kind.text} using {quoted(path)}", 0, line)
            case s.Milestone(name=name, at=at):
                when = literal(at) if at else "to be confirmed"
                self._line(f"milestone {name.text.ljust(wide)} = {when}", 0, line)
            case s.Channel():
                self._channel(node)
            case s.TableFromCsv(name=name, path=path, keys=keys):
                self._line(f"table {name.text} from {quoted(path)} key {names(keys)}", 0, line)
            case s.TableInPlace():
                self._table_in_place(node)
            case s.Mapping(kind=kind, channels=channels, body=body):
                self._line(f"mapping {kind.text} for {names(channels)}", 0, line)
                self._body(body, 1)
                self._end(node, 0)
            case s.Override(kind=kind, channels=channels, start=start, end=end, body=body):
                self._line(
                    f"override {kind.text} for {names(channels)}{period(start, end)}", 0, line
                )
                self._body(body, 1)
                self._end(node, 0)
            case s.Test():
                self._test(node)
            case s.TestTable():
                self._test_table(node)
            case s.States() | s.Route() | s.Action() | s.OverrideAction() | s.NoAction():
                self.order_block(node)
            case s.OrderTest() | s.OrderTestTable():
                self.order_test(node)

    def _channel(self, node: s.Channel) -> None:
        extends = f" extends {node.extends.text}" if node.extends else ""
        self._line(f"channel {node.name.text}{extends}", 0, node.span.line)
        for window in node.windows:
            self._comments(window.span.line, 1)
            when = period(window.start, window.end)
            if isinstance(window, s.SendWindow):
                how = "automatically" if window.automatically else "manually"
                every = f" every {literal(window.every)}" if window.every else ""
                text = f"send {window.subject.text} {how}{every}{when}"
            else:
                text = f"edit {window.subject.text}{when}"
            self._line(text, 1, window.span.line)
        self._end(node, 0)

    def _table_in_place(self, node: s.TableInPlace) -> None:
        self._line(f"table {node.name.text} key {names(node.keys)}", 0, node.span.line)
        keys = len(node.keys)
        header = [c.text for c in node.columns]
        rows = [
            [literal(c) if c is not None else "missing" for c in row.cells] for row in node.rows
        ]
        split = keys if 0 < keys < len(header) else 0
        printed = table([header, *rows], split)
        places = [
            node.columns[0].span.line if node.columns else 0,
            *(r.span.line for r in node.rows),
        ]
        self._rows(printed, places, 1)
        self._end(node, 0)

    # --- statements -----------------------------------------------------------------------------

    def _body(self, body: tuple[s.Statement, ...], depth: int) -> None:
        """The statements of a block; runs of one-line assignments have their `=` in one column."""
        gaps = [i > 0 and self._gap_within(body[i - 1], node) for i, node in enumerate(body)]
        widths = _widths(body, gaps)
        for index, node in enumerate(body):
            if gaps[index]:
                self.lines.append("")
            self._comments(node.span.line, depth)
            self._statement(node, depth, widths[index])

    def _gap_within(self, before: s.Statement, after: s.Statement) -> bool:
        """Whether a blank line stands between two statements: one is kept, and blocks get one."""
        first, last = before.span.end_line, after.span.line
        return _apart(before, after) or last - first - 1 > self.comments.between(first, last)

    def _statement(self, node: s.Statement, depth: int, width: int) -> None:
        line = node.span.line
        match node:
            case s.SourceClause(text=clause):
                self._line(f"source {quoted(clause)}", depth, line)
            case s.Let(name=name, value=value):
                self._value(f"let {name.text}", value, depth, width, line)
            case s.Assignment(attribute=name, value=value):
                self._value(name.text, value, depth, width, line)
            case s.OnlyWhen(condition=condition, body=body):
                self._line(f"only when {expression(condition)}", depth, line)
                self._body(body, depth + 1)
                self._end(node, depth)
            case s.Decide():
                self._decide(node, depth)
            case s.Exclude(condition=condition, because=because):
                self._line(
                    f"exclude when {expression(condition)} because {quoted(because)}", depth, line
                )
            case s.Require(condition=condition, guard=guard, otherwise=otherwise):
                when = f" when {expression(guard)}" if guard is not None else ""
                text = f"require {expression(condition)}{when} else {consequence(otherwise)}"
                self._line(text, depth, line)
            case s.Always(condition=condition):
                self._line(f"always {expression(condition)}", depth, line)

    def _value(self, left: str, value: s.Value, depth: int, width: int, line: int) -> None:
        if not isinstance(value, s.Cases):
            self._line(f"{left.ljust(width)} = {expression(value)}", depth, line)
            return
        self._line(f"{left} =", depth, line)
        conditions = [f"when {expression(c.condition)}" for c in value.cases]
        wide = max(len(c) for c in conditions)
        for case, condition in zip(value.cases, conditions, strict=True):
            self._comments(case.span.line, depth + 1)
            text = f"{condition.ljust(wide)}  then {expression(case.value)}"
            self._line(text, depth + 1, case.span.line)
        if value.otherwise is not None:
            at = value.otherwise.span.line
            self._comments(at, depth + 1)
            self._line(f"{'otherwise'.ljust(wide)}  {expression(value.otherwise)}", depth + 1, at)

    def _decide(self, node: s.Decide, depth: int) -> None:
        text = f"decide {names(node.attributes)} by {node.policy.value}"
        self._line(text, depth, node.span.line)
        header = [n.text for n in (*node.inputs, *node.results)]
        rows = [[*map(_cell, row.conditions), *map(expression, row.results)] for row in node.rows]
        lines = [node.inputs[0].span.line, *(row.span.line for row in node.rows)]
        self._rows(table([header, *rows], len(node.inputs)), lines, depth + 1)
        self._end(node, depth)

    # --- tests ----------------------------------------------------------------------------------

    def _test(self, node: s.Test) -> None:
        at = f" at {literal(node.at)}" if node.at else ""
        self._line(f"test {quoted(node.name)} on {node.channel.text}{at}", 0, node.span.line)
        lines: list[s.Given | s.Expectation] = [*node.given, *node.expectations]
        for line in sorted(lines, key=lambda n: n.span.start):
            self._comments(line.span.line, 1)
            text = given(line) if isinstance(line, s.Given) else _expectation(line)
            self._line(text, 1, line.span.line)
        self._end(node, 0)

    def _test_table(self, node: s.TestTable) -> None:
        channel = f" on {node.channel.text}" if node.channel.text else ""
        at = f" at {literal(node.at)}" if node.at else ""
        using = f" using {quoted(node.using)}" if node.using else ""
        self._line(f"test table {quoted(node.name)}{channel}{at}{using}", 0, node.span.line)
        header = [n.text for n in (*node.inputs, *node.outputs)]
        rows = [
            [
                *("missing" if g is None else expression(g) for g in row.given),
                *(e.word if isinstance(e, s.ExpectedWord) else expression(e) for e in row.expected),
            ]
            for row in node.rows
        ]
        lines = [node.inputs[0].span.line, *(row.span.line for row in node.rows)]
        self._rows(table([header, *rows], len(node.inputs)), lines, 1)
        self._end(node, 0)


_HEADER = (s.Timezone, s.Currency, s.Use, s.Read, s.Write)
_SINGLE = (*_HEADER, s.Milestone, s.TableFromCsv)
_REQUIREMENTS = (s.Require, s.Always, s.Exclude)


def _apart(before: s.Statement, after: s.Statement) -> bool:
    """Whether a blank line stands between two statements."""
    blocks = (s.OnlyWhen, s.Decide)
    if isinstance(before, blocks) or isinstance(after, blocks):
        return True
    if isinstance(before, s.Let) and isinstance(after, s.Assignment):
        return True
    return isinstance(after, _REQUIREMENTS) and not isinstance(before, _REQUIREMENTS)


def _widths(body: tuple[s.Statement, ...], gaps: Sequence[bool]) -> list[int]:
    """For each statement, how wide the left side is in its run of one-line definitions."""
    lefts = [_left(node) for node in body]
    runs: list[list[int]] = []
    for index, left in enumerate(lefts):
        goes_on = index > 0 and left and lefts[index - 1] and not gaps[index]
        if goes_on and type(body[index]) is type(body[index - 1]):
            runs[-1].append(index)
        else:
            runs.append([index])
    return [max(len(lefts[i]) for i in run) for run in runs for _ in run]


def _left(node: s.Statement) -> str:
    match node:
        case s.Let(name=name, value=value) if not isinstance(value, s.Cases):
            return f"let {name.text}"
        case s.Assignment(attribute=name, value=value) if not isinstance(value, s.Cases):
            return name.text
        case _:
            return ""


def _cell(node: s.ConditionCell) -> str:
    match node:
        case s.AnyCell():
            return "any"
        case s.MissingCell():
            return "missing"
        case s.PresentCell():
            return "present"
        case s.TestCell(comparator=comparator, value=value):
            return f"{comparator.value} {expression(value)}"
        case s.RangeCell(low=low, high=high):
            return f"{expression(low)} to {expression(high)}"
        case s.ListCell(items=items):
            return ", ".join(map(expression, items))
        case s.NotCell(cell=cell):
            return f"not {_cell(cell)}"


def _expectation(node: s.Expectation) -> str:
    match node:
        case s.ExpectValue(attribute=attribute, values=values):
            return f"expect {attribute.text} = {', '.join(map(expression, values))}"
        case s.ExpectOmitted(attribute=attribute):
            return f"expect {attribute.text} omitted"
        case s.ExpectOutcome(outcome=outcome, containing=containing):
            return f"expect {outcome.text}" + (f" {quoted(containing)}" if containing else "")
        case s.ExpectSnapshot(name=name):
            return f"expect snapshot {quoted(name)}"


__all__ = ["print_rules"]
