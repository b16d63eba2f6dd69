"""What names mean in a slice, and what a place that needs a value asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct, field

from engine.diagnostics.codes import missing, types
from engine.diagnostics.codes.code import Code
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement, Report
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.suggestions import did_you_mean
from engine.language.vocabulary import Vocabulary
from engine.values.field import SourceSchema
from engine.values.kinds import ERROR, Kind


class Scope(Struct):
    """What names mean in a slice. `let` and `attribute` bind their definition on demand."""

    source: SourceSchema
    vocabulary: Vocabulary
    tables: dict[str, r.Table]
    milestones: dict[str, r.MilestoneRules]
    report: Report
    # Names that are defined where rules cannot be read, or misspelt.
    lost: AbstractSet[str] = frozenset()
    lets: dict[str, s.Value] = field(default_factory=dict)
    let: Callable[[str], r.Bound | None] = lambda _: None
    attribute: Callable[[str], r.Bound | None] = lambda _: None
    leans_on: set[str] = field(default_factory=set)

    def values(self) -> list[str]:
        """The names in small letters that have a value."""
        return [*self.source.fields, *self.lets]

    def add(
        self, code: Code, span: Span, *, facts: Mapping[str, object] | None = None, **more: object
    ) -> None:
        """Report `code` at `span`; `facts` fill its sentence, `more` are marks, labels, helps."""
        known = dict(facts or {})

        def told(channels: str) -> Diagnostic:
            known["channel"] = channels
            return Diagnostic.of(code, span, **known, **more)  # type: ignore[arg-type]

        self.report.add_for(str(known.get("channel", "")), told)


def unbound(span: Span) -> r.Bound:
    """What stands for an expression that cannot be bound; silences what depends on it."""
    return r.Constant(span, ERROR, missing=False, fails=False, value="")


def typed(scope: Scope, span: Span) -> str:
    """The words of the rules at `span`, in one line."""
    source = scope.report.sources.get(span.file)
    return " ".join(source.text[span.start : span.end].split()) if source else ""


def choices_of(span: Span, *texts: str, level: EditLevel = EditLevel.CHOICE) -> list[Help]:
    """Helps that write one of `texts` in place of `span`."""
    return [Help(f"write `{x}`", level, (Replacement(span, x),)) for x in texts]


# --- what a sink asks of a value ----------------------------------------------------------------


def culprits(value: r.Bound, scope: Scope) -> list[str | None]:
    """The names whose absence makes `value` missing; None stands for one that has no name."""
    return [
        name_of(c) if isinstance(c, r.FieldValue | r.AttributeValue) else None
        for c in lacking(value, scope)
    ]


def lacking(value: r.Bound, scope: Scope) -> list[r.Bound]:
    """The leaves that make `value` missing, in the order of the text; `omit` is none of them."""
    if not value.missing or isinstance(value, r.Omitted | r.Rejected | r.Cleared):
        return []
    match value:
        case r.FieldValue() | r.AttributeValue():
            return [value]
        case r.LetValue(name=name):
            let = scope.let(name)
            inner = lacking(let, scope) if let is not None else []
            return inner or [value]
        case r.TakeFrom(keys=keys):
            return [x for k in keys for x in lacking(k, scope)] or [value]
        case r.CallOf(arguments=arguments):
            return [x for a in arguments for x in lacking(a, scope)] or [value]
        case r.Repaired(repair=r.Repair.MISSING, alternative=other):
            return lacking(other, scope)
        case r.Choose(branches=branches, otherwise=otherwise):
            parts = [*(b.value for b in branches), otherwise]
            return [x for p in parts for x in lacking(p, scope)]
        case _:
            return [x for p in parts_of(value) for x in lacking(p, scope)]


def parts_of(value: r.Bound) -> tuple[r.Bound, ...]:
    """The values that `value` is computed from."""
    match value:
        case r.Compute(left=left, right=right) | r.Compare(left=left, right=right):
            return (left, right)
        case r.OneOf(value=inner, items=items):
            return (inner, *items)
        case r.Opposite(condition=inner):
            return (inner,)
        case r.AllOf(conditions=parts) | r.AnyOf(conditions=parts):
            return parts
        case r.Repaired(value=inner, alternative=other):
            return (inner, other)
        case (
            r.Negate(value=inner)
            | r.Round(value=inner)
            | r.DayEdge(value=inner)
            | r.Present(value=inner)
        ):
            return (inner,)
        case r.CallOf(arguments=arguments):
            return arguments
        case r.TakeFrom(keys=keys):
            return keys
        case r.Choose(branches=branches, otherwise=otherwise):
            return (*(x for b in branches for x in (b.condition, b.value)), otherwise)
        case _:
            return ()


def need_value(scope: Scope, value: r.Bound, *, skips_omitted: bool = False) -> None:
    """Report what may be missing or may fail in `value` at a place that needs a value.

    `skips_omitted`: an attribute that is omitted skips the statement, so it is no fault here.
    """
    for leaf in lacking(value, scope):
        if not (skips_omitted and isinstance(leaf, r.AttributeValue)):
            report_missing(scope, leaf)
    report_failing(scope, value)


def report_failing(scope: Scope, value: r.Bound) -> None:
    """Report what may fail in `value`, with nothing that says what then."""
    for leaf in failing(value):
        what = f"`{leaf.function.name}`" if isinstance(leaf, r.CallOf) else "this division"
        helps = [Help('say what then: `... on error reject "..."`, or `on error` another value')]
        scope.add(missing.MAY_FAIL, leaf.span, facts={"what": what}, helps=helps)


def report_missing(
    scope: Scope,
    leaf: r.Bound,
    *,
    lacks: str = "nothing says what then",
    notes: Iterable[str] = (),
    row: str = "",
) -> None:
    """Report that `leaf` may be missing; what `lacks`, and the `row` that a table would need."""
    if isinstance(leaf, r.TakeFrom):
        helps = [Help("add `default ...`, or the missing rows to the table")]
        labels = [Label(leaf.table.span, "the table")]
        scope.add(
            missing.MAY_FIND_NO_ROW,
            leaf.span,
            facts={"name": leaf.table.name},
            helps=helps,
            labels=labels,
        )
        return
    labels, mark = [], ""
    if isinstance(leaf, r.FieldValue) and leaf.field.place.file:
        mark = f"optional in {scope.source.path}, line {leaf.field.place.line}"
        labels = [Label(leaf.field.place, "it is not in `required` of this schema")]
    name = name_of(leaf)
    require = f'`require {name} present else reject "..."`'
    helps = [
        Help(f"add a row `{row}`, or {require}" if row else f"add `default ...`, or {require}")
    ]
    facts = {"name": name, "lacks": lacks}
    scope.add(
        missing.MAY_BE_MISSING,
        leaf.span,
        facts=facts,
        mark=mark,
        labels=labels,
        notes=tuple(notes),
        helps=helps,
    )


def failing(value: r.Bound) -> list[r.Bound]:
    """The operations in `value` whose failure nothing repairs."""
    match value:
        case r.Repaired(repair=r.Repair.FAILURE, alternative=other):
            return failing(other)
        case _:
            inner = [x for p in parts_of(value) for x in failing(p)]
            own = (isinstance(value, r.CallOf) and value.function.fails) or (
                isinstance(value, r.Compute)
                and value.operator is s.Operator.DIVIDE
                and not isinstance(value.right, r.Constant)
            )
            return [value, *inner] if own else inner


def name_of(value: r.Bound) -> str:
    """The name that `value` goes by, for messages."""
    match value:
        case r.FieldValue(field=found):
            return found.name
        case r.LetValue(name=name) | r.AttributeValue(name=name):
            return name
        case r.TakeFrom(table=table, column=column):
            return f"{table.name}.{column}"
        case r.CallOf(function=function):
            return function.name
        case _:
            return "this value"


def not_in_list(scope: Scope, value: r.Bound, name: str, kind: Kind) -> None:
    """Report a text that is not in the list of `kind`."""
    text = value.value if isinstance(value, r.Constant) else ""
    quoted = {f'"{c}"': c for c in kind.choices or ()}
    listed = ", ".join(list(quoted)[:6])
    typed = f'"{text}"'
    helps = did_you_mean(value.span, typed, quoted, f"it can be: {listed}")
    notes = [f"the list stands in {kind.choices_from}"] if kind.choices_from else []
    scope.add(
        types.NOT_IN_LIST,
        value.span,
        facts={"value": typed, "name": name},
        helps=helps,
        notes=notes,
    )


def covers(table: r.Table, keys: tuple[r.Bound, ...]) -> bool:
    """Whether the table has a row for every value that its one key can have."""
    if len(keys) != 1 or not keys[0].kind.choices:
        return False
    index = [c.name for c in table.columns].index(table.keys[0])
    known = {str(row[index]).strip().casefold() for row in table.rows if row[index] is not None}
    return all(c.strip().casefold() in known for c in keys[0].kind.choices)
