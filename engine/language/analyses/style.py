"""Lints: rules that mean the right thing and could be easier to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from engine.diagnostics.codes import style as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.analyses.study import Study, merged
from engine.language.printer import print_rules
from engine.language.walks import nodes_of

MOST_CASES = 12
_TODO = re.compile(r"\b(TODO|FIXME|XXX)\b")
_MIRRORED = {
    s.Comparator.LESS: ">",
    s.Comparator.LESS_EQUAL: ">=",
    s.Comparator.GREATER: "<",
    s.Comparator.GREATER_EQUAL: "<=",
    s.Comparator.BEFORE: "after",
    s.Comparator.AFTER: "before",
    s.Comparator.IS: "is",
    s.Comparator.IS_NOT: "is not",
}
_LITERALS = (
    s.Text | s.Number | s.Money | s.Percent | s.Quantity | s.Duration | s.Date | s.Instant | s.YesNo
)


def check_style(study: Study) -> list[Diagnostic]:
    """All lints."""
    return merged(
        _repeated(study),
        _negations(study),
        _constants_left(study),
        _without_source(study),
        _same_sentences(study),
        _long_cases(study),
        _todos(study),
        _not_formatted(study),
    )


# --- L985 ---------------------------------------------------------------------------------------


def _same_sentences(study: Study) -> Iterator[Diagnostic]:
    """Who reads the sentence should know which rule speaks."""
    for node in study.nodes:
        if isinstance(node, s.Mapping | s.Override | s.Action | s.OverrideAction | s.NoAction):
            first: dict[str, Span] = {}
            for sentence in _sentences(node):
                if sentence.value in first:
                    labels = [Label(first[sentence.value], "said here already")]
                    helps = [Help("say in each what is wrong with the product or the order")]
                    yield Diagnostic.of(
                        codes.SAME_SENTENCE, sentence.span, labels=labels, helps=helps
                    )
                first.setdefault(sentence.value, sentence.span)


def _sentences(node: s.Node) -> Iterator[s.Text]:
    for inner in nodes_of(node):
        match inner:
            case s.Reject(message=text) | s.Exclude(because=text) | s.Deny(sentence=text):
                yield text
            case _:
                pass


# --- L981 ---------------------------------------------------------------------------------------


def _repeated(study: Study) -> Iterator[Diagnostic]:
    for node in study.nodes:
        if isinstance(node, s.Mapping):
            places: dict[tuple[str, Decimal, str], list[s.Node]] = {}
            for number in _numbers(node):
                places.setdefault(_said(number), []).append(number)
            for same in places.values():
                if len(same) >= 3:
                    text = study.text(same[0].span)
                    labels = [Label(other.span, "here too") for other in same[1:]]
                    helps = [Help(f"write `let name = {text}` once, and the name here")]
                    yield Diagnostic.of(
                        codes.REPEATED_NUMBER,
                        same[0].span,
                        text=text,
                        count=len(same),
                        labels=labels,
                        helps=helps,
                    )


def _numbers(node: s.Node) -> Iterator[s.Number | s.Money | s.Percent | s.Quantity]:
    """The telling numbers in a node; a step of rounding and a cell of a table explain themselves."""
    match node:
        case s.Rounded(value=value):
            yield from _numbers(value)
        case s.TableRow():
            return
        case s.Number() | s.Money() | s.Percent() | s.Quantity() as number:
            if _telling(_said(number)[1]):
                yield number
        case _:
            for name in node.__struct_fields__:
                value = getattr(node, name)
                for part in value if isinstance(value, tuple) else (value,):
                    if isinstance(part, s.Node):
                        yield from _numbers(part)


def _said(number: s.Number | s.Money | s.Percent | s.Quantity) -> tuple[str, Decimal, str]:
    match number:
        case s.Number(value=value):
            return ("number", value, "")
        case s.Money(amount=value, currency=unit):
            return ("money", value, unit)
        case s.Percent(value=value):
            return ("percent", value, "")
        case s.Quantity(amount=value, unit=unit):
            return ("quantity", value, unit)


def _telling(number: Decimal) -> bool:
    """Whether a number is long enough to be somebody's decision: not 0, 5 or 100."""
    digits = number.normalize().as_tuple()
    exponent = digits.exponent if isinstance(digits.exponent, int) else 0
    power_of_ten = digits.digits in ((0,), (1,)) and exponent >= 0
    return not power_of_ten and (exponent < 0 or len(digits.digits) + exponent >= 3)


# --- L982, L983 ---------------------------------------------------------------------------------


def _negations(study: Study) -> Iterator[Diagnostic]:
    for node in study.nodes:
        if isinstance(node, s.Not):
            plain = _plain(study, node.condition)
            if plain is not None:
                edit = (Replacement(node.span, plain),)
                helps = [Help(f"write `{plain}`", EditLevel.SAFE, edit)]
                yield Diagnostic.of(codes.DOUBLE_NEGATION, node.span, helps=helps)


def _plain(study: Study, negated: s.Expression) -> str | None:
    """The text of what `not negated` says, where `negated` is a negation itself."""
    match negated:
        case s.Not(condition=inner):
            bare = study.text(inner.span)
            return f"({bare})" if isinstance(inner, s.And | s.Or) else bare
        case s.Comparison(comparator=s.Comparator.IS_NOT, left=left, right=right):
            return f"{_bracketed(study, left)} is {_bracketed(study, right)}"
        case s.Membership(value=value, negated=True, items=items):
            listed = ", ".join(study.text(i.span) for i in items)
            return f"{_bracketed(study, value)} in ({listed})"
        case s.Presence(value=value, present=False):
            return f"{_bracketed(study, value)} present"
        case _:
            return None


def _bracketed(study: Study, node: s.Expression) -> str:
    """The text of an operand, with the brackets that it may need."""
    text = study.text(node.span)
    simple = _LITERALS | s.Reference | s.Call | s.Now | s.Inherited
    return text if isinstance(node, simple) else f"({text})"


def _constants_left(study: Study) -> Iterator[Diagnostic]:
    for node in study.nodes:
        if (
            isinstance(node, s.Comparison)
            and isinstance(node.left, _LITERALS)
            and not isinstance(node.right, _LITERALS)
        ):
            sides = (_bracketed(study, node.right), _bracketed(study, node.left))
            turned = f"{sides[0]} {_MIRRORED[node.comparator]} {sides[1]}"
            helps = [Help(f"write `{turned}`", EditLevel.SAFE, (Replacement(node.span, turned),))]
            yield Diagnostic.of(codes.CONSTANT_LEFT, node.left.span, helps=helps)


# --- L984 to L988 -------------------------------------------------------------------------------


def _without_source(study: Study) -> Iterator[Diagnostic]:
    for node in study.nodes:
        if isinstance(node, s.Mapping) and node.body:
            clauses = (x for x in nodes_of(node) if isinstance(x, s.SourceClause))
            if next(clauses, None) is None:
                head = study.part(node.span, node.span.start, node.channels[-1].span.end)
                helps = [Help('add `source "..."`: the clause that the rules implement')]
                yield Diagnostic.of(codes.WITHOUT_SOURCE, head, helps=helps)


def _long_cases(study: Study) -> Iterator[Diagnostic]:
    for node in study.nodes:
        if isinstance(node, s.Cases) and len(node.cases) > MOST_CASES:
            helps = [Help("write them as rows: `decide ... by first row that fits`")]
            first = node.cases[0].span
            yield Diagnostic.of(codes.LONG_CASES, first, count=len(node.cases), helps=helps)


def _todos(study: Study) -> Iterator[Diagnostic]:
    for file in study.files:
        for comment in file.comments:
            found = _TODO.search(comment.text)
            if found:
                start = comment.span.start + found.start()
                span = study.part(comment.span, start, start + len(found[0]))
                yield Diagnostic.of(codes.TODO_LEFT, span, word=found[0])


def _not_formatted(study: Study) -> Iterator[Diagnostic]:
    for file in study.files:
        source = study.sources.get(file.version_span.file)
        if source is None:
            continue
        text = print_rules(file)
        if text != source.text:
            start = _first_difference(text, source.text)
            whole = source.span(0, len(source.text))
            helps = [Help("run `feedwright fmt`", EditLevel.SAFE, (Replacement(whole, text),))]
            yield Diagnostic.of(codes.NOT_FORMATTED, _line_at(study, whole, start), helps=helps)


def _first_difference(one: str, other: str) -> int:
    """The offset in `other` from which the two texts differ."""
    same = (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(same, min(len(one), len(other)))


def _line_at(study: Study, whole: Span, offset: int) -> Span:
    """The line of the file on which `offset` is."""
    text = study.text(whole)
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return study.part(whole, start, max(start, end))
