"""Values of which one counts: cases, `default`, `on error`; all must be of one kind."""

from __future__ import annotations

from typing import Any

from engine.diagnostics.codes import missing, types
from engine.diagnostics.diagnostic import EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.conversions import made_into
from engine.language.kinding import common_kind, is_zero
from engine.language.scope import Scope, unbound
from engine.values.kinds import NOTHING, KindName


def bind_repaired(
    scope: Scope, node: s.Default | s.OnError, value: r.Bound, other: r.Bound
) -> r.Bound:
    """A value, or another where it is missing or fails, if both are of one kind."""
    kind = common_kind(value.kind, other.kind)
    if kind is None and (is_zero(value) or is_zero(other)):
        kind = other.kind if is_zero(value) else value.kind
    if kind is None:
        facts: dict[str, Any] = {"left": str(other.kind), "right": str(value.kind)}
        labels = [Label(value.span, str(value.kind))]
        helps = made_into(scope, other, value.kind)
        scope.add(types.MIXED_BRANCHES, other.span, facts=facts, labels=labels, helps=helps)
        return unbound(node.span)
    if value.kind.name is KindName.CHOICE and isinstance(other, r.Constant):
        kind = value.kind if other.value in (value.kind.choices or ()) else kind
    if isinstance(node, s.Default):
        if value.fails and not value.missing:
            scope.add(missing.DEFAULT_FOR_FAILURE, node.span, helps=[_on_error(scope, node)])
            # As the edit would have it: the failure needs no other message.
            repair = r.Repair.FAILURE
            fails = other.fails
            return r.Repaired(node.span, kind, other.missing, fails, repair, value, other)
        return r.Repaired(
            node.span,
            kind,
            other.missing,
            value.fails or other.fails,
            r.Repair.MISSING,
            value,
            other,
        )
    missing_ = value.missing or other.missing
    return r.Repaired(node.span, kind, missing_, other.fails, r.Repair.FAILURE, value, other)


def _on_error(scope: Scope, node: s.Default) -> Help:
    """The help that puts `on error` where `default` stands."""
    says = "write `on error` instead of `default`"
    source = scope.report.sources.get(node.span.file)
    if source is None:
        return Help(says)
    between = source.text[node.value.span.end : node.alternative.span.start]
    at = node.value.span.end + between.find("default")
    edit = Replacement(source.span(at, at + len("default")), "on error")
    return Help(says, EditLevel.CHOICE, (edit,))


def bind_choice(
    scope: Scope, span: Span, branches: tuple[r.Branch, ...], otherwise: r.Bound
) -> r.Bound:
    """The value of the first case that fits, if the values of all are of one kind."""
    values = [*(b.value for b in branches), otherwise]
    kind = NOTHING
    for value in values:
        both = common_kind(kind, value.kind)
        if both is None and is_zero(value):
            both = kind
        if both is None:
            facts: dict[str, Any] = {"left": str(value.kind), "right": str(kind)}
            first = next(v for v in values if v.kind.name is not KindName.NOTHING)
            labels = [Label(first.span, str(kind))]
            helps = made_into(scope, value, kind)
            scope.add(types.MIXED_BRANCHES, value.span, facts=facts, labels=labels, helps=helps)
            return unbound(span)
        kind = both
    return r.Choose(
        span,
        kind,
        any(v.missing for v in values),
        any(v.fails for v in values),
        branches,
        otherwise,
    )
