"""Functions applied: whether the arguments fit, and the kind of the result."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from engine.diagnostics.codes import names, syntax, types
from engine.diagnostics.diagnostic import Help
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.conversions import made_into
from engine.language.keywords import LOOKUPS, TODAY, TODAY_NAMES
from engine.language.kinding import common_kind, is_zero
from engine.language.scope import Scope, choices_of, typed, unbound
from engine.language.suggestions import did_you_mean
from engine.language.vocabulary import Function, Parameter
from engine.values.kinds import Kind, KindName

_COMMA_HELP = Help("write a point, or a blank behind the comma where these are two values")


def bind_call(scope: Scope, node: s.Call, arguments: tuple[r.Bound, ...]) -> r.Bound:
    """`node` with its function found and its arguments checked."""
    function = scope.vocabulary.functions.get(node.function.text)
    if function is None:
        helps = _elsewhere(scope, node) or did_you_mean(
            node.function.span,
            node.function.text,
            scope.vocabulary.functions,
            "`feedwright docs` lists the functions",
        )
        facts: dict[str, Any] = {"what": "function", "name": node.function.text}
        scope.add(names.UNKNOWN_NAME, node.function.span, facts=facts, helps=helps)
        return unbound(node.span)
    comma = _decimal_comma(node.arguments)
    if comma is not None:
        scope.add(syntax.DECIMAL_COMMA, comma[0], facts={"text": comma[1]}, helps=[_COMMA_HELP])
        return unbound(node.span)
    fault = _fault(function, arguments)
    if fault:
        helps = [Help(f"it is written {signature(function)}")]
        scope.add(
            types.WRONG_ARGUMENTS,
            node.span,
            facts={"name": function.name, "fault": fault},
            helps=helps,
        )
        return unbound(node.span)
    kind = function.result or _common(function, arguments)
    if kind is None:
        fault = f"takes values of one kind, not {', '.join(str(a.kind) for a in arguments)}"
        amounts = [a.kind for a in arguments if a.kind.currency]
        numbers = [a for a in arguments if isinstance(a, r.Constant) and not a.kind.currency]
        helps = [h for n in numbers for h in made_into(scope, n, amounts[0])] if amounts else []
        facts = {"name": function.name, "fault": fault}
        scope.add(types.WRONG_ARGUMENTS, node.span, facts=facts, helps=helps)
        return unbound(node.span)
    if any(a.kind.name is KindName.ERROR for a in arguments):
        return unbound(node.span)
    missing = function.missing or any(a.missing for a in arguments)
    fails = function.fails or any(a.fails for a in arguments)
    return r.CallOf(node.span, kind, missing, fails, function, arguments)


# Functions of spreadsheets and queries that are words here.
_WORDS_HERE = {
    **dict.fromkeys(("coalesce", "ifnull", "nvl", "isnull"), "default"),
    **dict.fromkeys(("iferror", "sierreur", "iferreur"), "on error"),
}
_CASES = ("if", "si", "iif", "ifs", "switch")


def _elsewhere(scope: Scope, node: s.Call) -> list[Help]:
    """What does here what a function of another language does; [] where nothing is known of it."""
    name = node.function.text.lower()
    if name in _CASES:
        return [Help("write cases: `when ... then ...`, and `otherwise ...` on the next line")]
    if name in _WORDS_HERE and len(node.arguments) > 1:
        parts = [typed(scope, argument.span) for argument in node.arguments]
        return choices_of(node.span, f"({f' {_WORDS_HERE[name]} '.join(parts)})")
    if name in LOOKUPS:
        return [Help("a table is looked up with `take COLUMN from TABLE for KEY`")]
    if name in TODAY_NAMES:
        return choices_of(node.span, TODAY)
    found = [f for f in scope.vocabulary.functions.values() if name in f.known_as]
    return [Help(f"it is called {signature(f)} here") for f in found]


def _decimal_comma(arguments: tuple[s.Expression, ...]) -> tuple[Span, str] | None:
    """Where `0,99 EUR` stands for two arguments: a number, and right behind the comma one with a unit."""
    for whole, rest in pairwise(arguments):
        if (
            isinstance(whole, s.Number)
            and isinstance(rest, s.Money | s.Percent | s.Quantity | s.Duration)
            and rest.span.start == whole.span.end + 1
        ):
            places = rest.value if isinstance(rest, s.Percent) else rest.amount
            return whole.span.to(rest.span), f"{whole.value},{places}"
    return None


def parameters_for(function: Function, count: int) -> Iterator[Parameter]:
    """The parameter of each of `count` arguments; a repeated one serves the rest."""
    for index in range(count):
        yield function.parameters[min(index, len(function.parameters) - 1)]


def signature(function: Function) -> str:
    """`shorten(text, length)`, for messages."""
    words = [p.name + (", ..." if p.repeated else "") for p in function.parameters]
    return f"`{function.name}({', '.join(words)})`"


def _fault(function: Function, arguments: tuple[r.Bound, ...]) -> str | None:
    least = sum(not p.optional for p in function.parameters)
    repeated = bool(function.parameters) and function.parameters[-1].repeated
    if len(arguments) < least or (len(arguments) > len(function.parameters) and not repeated):
        return f"takes {least} argument{'s' if least != 1 else ''}, not {len(arguments)}"
    constants: dict[str, object] = {}
    for parameter, argument in zip(
        parameters_for(function, len(arguments)), arguments, strict=True
    ):
        if argument.kind.name is KindName.ERROR:
            continue
        if argument.kind.name not in parameter.accepts and not (
            is_zero(argument) and function.result is None
        ):
            wanted = " or ".join(sorted(str(Kind(k)) for k in parameter.accepts))
            return f"takes {wanted} as `{parameter.name}`, not {argument.kind}"
        if parameter.constant:
            if not isinstance(argument, r.Constant):
                return f"takes a literal as `{parameter.name}`, written out in the rule"
            constants[parameter.name] = argument.value
    return function.check(**constants) if function.check and constants else None


def _common(function: Function, arguments: tuple[r.Bound, ...]) -> Kind | None:
    """The kind that all arguments are of, None where there is none. A plain 0 takes that of the others."""
    parameters = parameters_for(function, len(arguments))
    given = [a for p, a in zip(parameters, arguments, strict=True) if not p.constant]
    counted = [a for a in given if not is_zero(a)] or given
    found: Kind | None = None
    for argument in counted:
        found = argument.kind if found is None else common_kind(found, argument.kind)
        if found is None:
            return None
    return found
