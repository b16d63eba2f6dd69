"""Names that nothing has: what each may mean where it stands, and how that is written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.diagnostics.codes import names, syntax, types
from engine.diagnostics.diagnostic import EditLevel, Help, Replacement
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.foreign_marks import column_of
from engine.language.keywords import CONSTANTS, NOTHING_THERE, RESERVED, TODAY, TODAY_NAMES
from engine.language.scope import Scope, choices_of, typed
from engine.language.suggestions import close_names, did_you_mean
from engine.values.kinds import Kind, KindName

_VALUES = ("yes", "no", "now", "omit", "clear", "inherited")
_CELL = re.compile(r"[A-Z]{1,2}[0-9]{1,5}")
_SHOWN = 6  # values of a list that a help names


def unknown_value(scope: Scope, node: s.Reference, wanted: Kind | None) -> None:
    """Report that nothing has the name of `node`; `wanted`: the kind of what stands there."""
    name, span = node.name, node.span
    if _foreign(scope, node):
        return
    column = column_of(typed(scope, span))
    fields = {f.name: f for f in scope.source.fields.values()}
    if column is not None:
        by_column = {column, column.strip()}
        found = [n for n, f in fields.items() if by_column & {f.reading.column, f.title}]
        _unknown_field(scope, span, column, _field_of_column(scope, span, column, found))
    elif name[:1].isupper():
        _unknown_attribute_or_text(scope, node, wanted)
    else:
        _unknown_field(scope, span, name, _close_values(scope, span, name, wanted))


def _unknown_field(scope: Scope, span: Span, name: str, helps: list[Help]) -> None:
    mark = f"not in {scope.source.path}"
    scope.add(names.UNKNOWN_FIELD, span, facts={"name": name}, mark=mark, helps=helps)


def _field_of_column(scope: Scope, span: Span, column: str, found: list[str]) -> list[Help]:
    """The fields that a column of the feed is read into; the only one is what was meant."""
    if len(found) == 1:
        says = f"write `{found[0]}`: it is read from the column “{column}”"
        return [Help(says, EditLevel.SAFE, (Replacement(span, found[0]),))]
    return _close_values(scope, span, column, None)


def _close_values(scope: Scope, span: Span, name: str, wanted: Kind | None) -> list[Help]:
    """The values of the list wanted, and the names with a value, that `name` is close to."""
    titles = {f.name: f.title for f in scope.source.fields.values()}
    choices = (wanted.choices or ()) if wanted else ()
    listed = {choice: f'"{choice}"' for choice in choices}
    known = [*scope.source.fields, *scope.lets, *scope.milestones, *_VALUES]
    close = close_names(name, [*listed, *known], titles)
    if any(one in listed for one in close):
        return choices_of(span, *(listed[one] for one in close if one in listed))
    otherwise = f"fields stand in {scope.source.path}"
    if choices:
        shown = ", ".join(list(listed.values())[:_SHOWN])
        otherwise += f"; a value of the list stands in quotes: {shown}"
    text = wanted is not None and wanted.name is KindName.TEXT
    if text and not close and "_" not in name:  # with one it is the name of a field
        return [*choices_of(span, f'"{name}"'), Help(otherwise)]
    return did_you_mean(span, name, known, otherwise, titles)


def _unknown_attribute_or_text(scope: Scope, node: s.Reference, wanted: Kind | None) -> None:
    """A name with a capital: a value without its quotes, a column, or no attribute at all."""
    name, span = node.name, node.span
    listed = wanted.choices or () if wanted else ()
    close = close_names(name, listed)
    columns = [f.name for f in scope.source.fields.values() if f.reading.column == name]
    helps: list[Help] = []
    if _CELL.fullmatch(name):
        helps = [
            Help("rules name no cells of a sheet: write the field that the column is read into")
        ]
    elif close:
        helps = choices_of(span, *(f'"{one}"' for one in close))
    elif columns:
        helps = choices_of(span, *columns)
    elif wanted is not None and wanted.name is KindName.TEXT and not listed:
        known = [*scope.vocabulary.attributes, *scope.values()]
        helps = [] if close_names(name, known) else choices_of(span, f'"{name}"')
    if helps:
        scope.add(names.UNKNOWN_ATTRIBUTE, span, facts={"name": name}, helps=helps)
    else:
        unknown_attribute(scope, span, name, scope.values())


def unknown_attribute(scope: Scope, span: Span, name: str, others: Iterable[str] = ()) -> None:
    """Report that offers have no attribute `name`; it may be one of the `others`, in small letters."""
    attributes = scope.vocabulary.attributes
    if any(name in (one.kind.choices or ()) for one in attributes.values()):
        helps = choices_of(span, f'"{name}"')  # a value without its quotes
    else:
        known = [*attributes, *(o for o in others if o == name.lower())]
        where = f"attributes stand in {scope.vocabulary.attributes_from}"
        helps = did_you_mean(span, name, known, where)
    scope.add(names.UNKNOWN_ATTRIBUTE, span, facts={"name": name}, helps=helps)


# --- words that stand for yes, no and nothing elsewhere -----------------------------------------


def _foreign(scope: Scope, node: s.Reference) -> bool:
    """`true`, `VRAI`, `null`: told in the words of the language."""
    word = node.name.lower()
    if word in TODAY_NAMES:
        helps = choices_of(node.span, TODAY)
    elif word in CONSTANTS:
        meant = CONSTANTS[word]
        edit = (Replacement(node.span, meant),)
        helps = [Help(f"write `{meant}`", EditLevel.SAFE, edit)]
    elif word in NOTHING_THERE and word not in RESERVED:
        # To send nothing and to empty what was sent are two things: a person chooses.
        helps = choices_of(node.span, "omit", "clear")
        helps.append(Help("whether a value is there is asked with `present` and `missing`"))
    else:
        return False
    scope.add(syntax.FOREIGN_OPERATOR, node.span, facts={"word": node.name}, helps=helps)
    return True


def foreign_comparison(scope: Scope, node: s.Comparison) -> bool:
    """Report `x is null`, `x is not missing`, `x is not in (...)`: the words that need no `is`."""
    negated = node.comparator is s.Comparator.IS_NOT
    if not (negated or node.comparator is s.Comparator.IS):
        return False
    other = node.right
    if isinstance(other, s.Call) and other.function.text == "in":
        _without_is(scope, node, other.function.span, "not in" if negated else "in")
        return True
    if not isinstance(other, s.Reference) or _has_value(scope, other.name):
        return False
    word = other.name.lower()
    if word not in NOTHING_THERE and word not in ("present", "there"):
        return False
    asks = "missing" if (word in NOTHING_THERE) is not negated else "present"
    _without_is(scope, node, other.span, asks)
    return True


def _without_is(scope: Scope, node: s.Comparison, last: Span, meant: str) -> None:
    """Report the words from behind the left side up to `last`; `meant` is how they are written."""
    source = scope.report.sources.get(last.file)
    between = source.text[node.left.span.end : last.end] if source else ""
    begun = node.left.span.end + len(between) - len(between.lstrip())
    span = source.span(begun, last.end) if source else last
    helps = choices_of(span, meant, level=EditLevel.SAFE)
    word = " ".join(between.split())
    scope.add(syntax.FOREIGN_OPERATOR, span, facts={"word": word}, helps=helps)


def half_comparison(scope: Scope, node: s.Or | s.And) -> list[Help]:
    """The helps for `brand is "A" or "B"`: the right side is no comparison, though the left is one."""
    left, right = node.left, node.right
    if not isinstance(right, s.Text | s.Number | s.Money | s.Percent | s.Quantity):
        return []
    says = "each side is a whole comparison; one of several values is asked with `in (...)`"
    match left:
        case s.Comparison(left=value, comparator=s.Comparator.IS, right=item):
            items: tuple[s.Expression, ...] = (item,)
        case s.Membership(value=value, items=items, negated=False):
            pass
        case _:
            return [Help(says)]
    if isinstance(node, s.And):
        return [Help(says)]
    texts = ", ".join(typed(scope, item.span) for item in (*items, right))
    span = value.span.to(right.span)
    return choices_of(span, f"{typed(scope, value.span)} in ({texts})")


def meant_default(scope: Scope, node: s.Or, left: r.Bound) -> bool:
    """Report `list_price or omit`: what stands where a value is missing is its `default`."""
    if left.kind.name in (KindName.YES_NO, KindName.ERROR):
        return False
    texts = (typed(scope, node.left.span), typed(scope, node.right.span))
    facts = {"found": str(left.kind)}
    helps = choices_of(node.left.span.to(node.right.span), " default ".join(texts))
    scope.add(types.NO_CONDITION, node.left.span, facts=facts, helps=helps)
    return True


def _has_value(scope: Scope, name: str) -> bool:
    return name in scope.source.fields or name in scope.lets or name in scope.vocabulary.attributes
