"""Lark's tree to the syntax tree: expressions, literals and names."""

from __future__ import annotations

import datetime as dt
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.diagnostics.place import Source, Span, Spans
from engine.language import syntax as s

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_DIGITS = 18
_ESCAPES = {"n": "\n", "t": "\t"}

COMPARATORS = {
    "less": s.Comparator.LESS,
    "less_equal": s.Comparator.LESS_EQUAL,
    "greater": s.Comparator.GREATER,
    "greater_equal": s.Comparator.GREATER_EQUAL,
    "before": s.Comparator.BEFORE,
    "after": s.Comparator.AFTER,
}


class ExpressionBuilder:
    """Builds expressions; what parses but cannot be meant is reported in `faults`."""

    def __init__(self, source: Source, clean: str) -> None:
        self.spans = Spans(source.name, clean, source.text)
        self.original = source.text
        self.faults: list[Diagnostic] = []

    def build(self, tree: Tree[Token] | Token) -> Any:
        """The syntax node of `tree`."""
        method: Callable[[Any, Span], Any] = getattr(self, tree.data)  # type: ignore[union-attr]
        return method(tree.children, self._span(tree))  # type: ignore[union-attr]

    def _span(self, tree: Any) -> Span:
        if getattr(tree.meta, "empty", True):
            return self.spans.span(0, 0)
        return self.spans.span(tree.meta.start_pos, tree.meta.end_pos)

    def _all(self, children: list[Any]) -> list[Any]:
        return [self.build(c) for c in children]

    def _token_span(self, token: Token) -> Span:
        return self.spans.span(token.start_pos or 0, token.end_pos or 0)

    # --- expressions ----------------------------------------------------------------------------

    def or_expression(self, c: list[Any], span: Span) -> s.Or:
        """`a or b`."""
        return s.Or(span, *self._all(c))

    def and_expression(self, c: list[Any], span: Span) -> s.And:
        """`a and b`."""
        return s.And(span, *self._all(c))

    def not_expression(self, c: list[Any], span: Span) -> s.Not:
        """`not a`."""
        return s.Not(span, self.build(c[0]))

    def ordering(self, c: list[Any], span: Span) -> s.Comparison:
        """`a < b`."""
        left, order, right = c
        return s.Comparison(span, COMPARATORS[order.data], self.build(left), self.build(right))

    def is_equal(self, c: list[Any], span: Span) -> s.Comparison:
        """`a is b`."""
        return s.Comparison(span, s.Comparator.IS, *self._all(c))

    def is_not(self, c: list[Any], span: Span) -> s.Comparison:
        """`a is not b`."""
        return s.Comparison(span, s.Comparator.IS_NOT, *self._all(c))

    def is_in(self, c: list[Any], span: Span) -> s.Membership:
        """`a in (...)`."""
        return s.Membership(span, self.build(c[0]), tuple(self._all(c[1].children)), negated=False)

    def is_not_in(self, c: list[Any], span: Span) -> s.Membership:
        """`a not in (...)`."""
        return s.Membership(span, self.build(c[0]), tuple(self._all(c[1].children)), negated=True)

    def is_present(self, c: list[Any], span: Span) -> s.Presence:
        """`a present`."""
        return s.Presence(span, self.build(c[0]), present=True)

    def is_missing(self, c: list[Any], span: Span) -> s.Presence:
        """`a missing`."""
        return s.Presence(span, self.build(c[0]), present=False)

    def default(self, c: list[Any], span: Span) -> s.Default:
        """`a default b`."""
        return s.Default(span, *self._all(c))

    def on_error(self, c: list[Any], span: Span) -> s.OnError:
        """`a on error b`."""
        return s.OnError(span, *self._all(c))

    def rounded(self, c: list[Any], span: Span) -> s.Rounded:
        """`a rounded half up to 0.01 EUR`."""
        mode = s.RoundingMode(str(c[1].data).replace("_", " "))
        return s.Rounded(span, self.build(c[0]), mode, self.build(c[2]))

    def add(self, c: list[Any], span: Span) -> s.Arithmetic:
        """`a + b`."""
        return s.Arithmetic(span, s.Operator.ADD, *self._all(c))

    def subtract(self, c: list[Any], span: Span) -> s.Arithmetic:
        """`a - b`."""
        return s.Arithmetic(span, s.Operator.SUBTRACT, *self._all(c))

    def multiply(self, c: list[Any], span: Span) -> s.Arithmetic:
        """`a * b`."""
        return s.Arithmetic(span, s.Operator.MULTIPLY, *self._all(c))

    def divide(self, c: list[Any], span: Span) -> s.Arithmetic:
        """`a / b`."""
        return s.Arithmetic(span, s.Operator.DIVIDE, *self._all(c))

    def negative(self, c: list[Any], span: Span) -> s.Negative:
        """`-a`."""
        return s.Negative(span, self.build(c[0]))

    def now(self, c: list[Any], span: Span) -> s.Now:  # noqa: ARG002
        """`now`."""
        return s.Now(span)

    def inherited(self, c: list[Any], span: Span) -> s.Inherited:  # noqa: ARG002
        """`inherited`."""
        return s.Inherited(span)

    def omit(self, c: list[Any], span: Span) -> s.Omit:  # noqa: ARG002
        """`omit`."""
        return s.Omit(span)

    def clear(self, c: list[Any], span: Span) -> s.Clear:  # noqa: ARG002
        """`clear`."""
        return s.Clear(span)

    def reject(self, c: list[Any], span: Span) -> s.Reject:
        """`reject "..."`."""
        return s.Reject(span, self.build(c[0]))

    def lower_reference(self, c: list[Any], span: Span) -> s.Reference:
        """A field, a let or a milestone."""
        return s.Reference(span, _nfc(c[0]))

    def upper_reference(self, c: list[Any], span: Span) -> s.Reference:
        """An attribute."""
        return s.Reference(span, _nfc(c[0]))

    def call(self, c: list[Any], span: Span) -> s.Call:
        """`function(a, b)`."""
        return s.Call(span, self.build(c[0]), tuple(self._all(c[1:])))

    def take(self, c: list[Any], span: Span) -> s.Take:
        """`take column from table for key`."""
        column, table = self._all(c[:2])
        return s.Take(span, column, table, tuple(self._all(c[2].children)))

    def start_of(self, c: list[Any], span: Span) -> s.DayBound:
        """`start of day in Zone`."""
        return s.DayBound(span, True, self.build(c[0]), str(c[1]), self._token_span(c[1]))  # noqa: FBT003

    def end_of(self, c: list[Any], span: Span) -> s.DayBound:
        """`end of day in Zone`."""
        return s.DayBound(span, False, self.build(c[0]), str(c[1]), self._token_span(c[1]))  # noqa: FBT003

    # --- literals and names ---------------------------------------------------------------------

    def text(self, c: list[Any], span: Span) -> s.Text:  # noqa: ARG002 - the original has it
        """A text, escapes resolved; taken from the file as it is, not as it was cleaned."""
        inner = self.original[span.start + 1 : span.end - 1]
        parts, i = [], 0
        while i < len(inner):
            if inner[i] == "\\" and i + 1 < len(inner):
                parts.append(_ESCAPES.get(inner[i + 1], inner[i + 1]))
                i += 2
            else:
                parts.append(inner[i])
                i += 1
        return s.Text(span, unicodedata.normalize("NFC", "".join(parts)))

    def number(self, c: list[Any], span: Span) -> s.Number:
        """`1.5`."""
        return s.Number(span, self._decimal(c[0]))

    def money(self, c: list[Any], span: Span) -> s.Money:
        """`12.50 EUR`."""
        return s.Money(span, self._decimal(c[0]), str(c[1]))

    def percent(self, c: list[Any], span: Span) -> s.Percent:
        """`20%`."""
        return s.Percent(span, self._decimal(c[0]))

    def quantity(self, c: list[Any], span: Span) -> s.Quantity:
        """`30 kg`."""
        return s.Quantity(span, self._decimal(c[0]), str(c[1]))

    def duration(self, c: list[Any], span: Span) -> s.Duration:
        """`15 minutes`."""
        amount = self._decimal(c[0])
        if amount != amount.to_integral_value():
            self.faults.append(
                Diagnostic.of(
                    codes.BROKEN_LITERAL, span, text=str(c[0]), what="a whole number of units"
                )
            )
        return s.Duration(span, int(amount), s.DurationUnit(str(c[1]).removesuffix("s")))

    def _decimal(self, token: Token) -> Decimal:
        if sum(ch.isdigit() for ch in token) > MAX_DIGITS:
            span = self._token_span(token)
            what = f"a number of at most {MAX_DIGITS} digits"
            self.faults.append(
                Diagnostic.of(codes.BROKEN_LITERAL, span, text=str(token), what=what)
            )
            return Decimal(0)
        return Decimal(str(token))

    def date(self, c: list[Any], span: Span) -> s.Date:
        """`2025-07-29`."""
        return s.Date(span, self._date(c[0]))

    def _date(self, token: Token) -> dt.date:
        try:
            return dt.date.fromisoformat(str(token))
        except ValueError:
            span = self._token_span(token)
            what, text = "a day of the calendar", _last_day(str(token))
            helps = [Help(f"write `{text}`", EditLevel.CHOICE, (Replacement(span, text),))]
            self.faults.append(
                Diagnostic.of(
                    codes.BROKEN_LITERAL,
                    span,
                    text=str(token),
                    what=what,
                    helps=helps if text else [Help("the months are 01 to 12")],
                )
            )
            return dt.date(2000, 1, 1)

    def instant(self, c: list[Any], span: Span) -> s.Instant:
        """`2025-07-29 10:00 Europe/Paris`."""
        day = self._date(c[0])
        hour, minute, second = (int(p) for p in f"{c[1]}:0".split(":")[:3])
        try:
            # The zone comes with the node: the checker makes the instant.
            local = dt.datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001
        except ValueError:
            clock = self._token_span(c[1])
            what = "a time of day"
            self.faults.append(
                Diagnostic.of(codes.BROKEN_LITERAL, clock, text=str(c[1]), what=what)
            )
            local = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001
        return s.Instant(span, local, str(c[2]), self._token_span(c[2]))

    def yes(self, c: list[Any], span: Span) -> s.YesNo:  # noqa: ARG002
        """`yes`."""
        return s.YesNo(span, value=True)

    def no(self, c: list[Any], span: Span) -> s.YesNo:  # noqa: ARG002
        """`no`."""
        return s.YesNo(span, value=False)

    def lower(self, c: list[Any], span: Span) -> s.Name:
        """A name of the merchant's: field, let, table, channel."""
        return s.Name(span, _nfc(c[0]))

    def upper(self, c: list[Any], span: Span) -> s.Name:
        """A name of an attribute."""
        return s.Name(span, _nfc(c[0]))

    def lowers(self, c: list[Any], span: Span) -> tuple[s.Name, ...]:  # noqa: ARG002
        """Names of the merchant's."""
        return tuple(self._all(c))

    def uppers(self, c: list[Any], span: Span) -> tuple[s.Name, ...]:  # noqa: ARG002
        """Names of attributes."""
        return tuple(self._all(c))


def _last_day(text: str) -> str:
    """The last day of the month that a date names, or "" where there is no such month."""
    year, month = int(text[:4]), int(text[5:7])
    if not (1 <= month <= 12 and year):
        return ""
    return f"{text[:8]}{monthrange(year, month)[1]}"


def _nfc(token: Any) -> str:
    return unicodedata.normalize("NFC", str(token))
