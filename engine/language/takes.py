"""`take ... from ... for ...`: whether the table has the column, and what its keys must be."""

from __future__ import annotations

from typing import Any

from engine.diagnostics.codes import names, types
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.kinding import same_family
from engine.language.lookups import how_to_add_table
from engine.language.scope import Scope, covers, name_of, unbound
from engine.language.suggestions import did_you_mean
from engine.values.kinds import KindName


def bind_take(scope: Scope, node: s.Take, keys: tuple[r.Bound, ...]) -> r.Bound:
    """A cell of a table, if the table, the column and the kinds of the keys are right."""
    table = scope.tables.get(node.table.text)
    if table is None and node.table.text in scope.lost:
        return unbound(node.span)
    if table is None:
        _unknown_table(scope, node, keys)
        return unbound(node.span)
    column = table.column(node.column.text)
    if not table.columns:  # the table cannot be read, and that is told
        return unbound(node.span)
    if column is None:
        _unknown(
            scope, f"column in `{table.name}` called", node.column, [c.name for c in table.columns]
        )
        return unbound(node.span)
    if len(keys) != len(table.keys):
        fault = f"has {len(table.keys)} key columns ({', '.join(table.keys)}), not {len(keys)}"
        scope.add(types.WRONG_ARGUMENTS, node.span, facts={"name": table.name, "fault": fault})
        return unbound(node.span)
    _key_kinds(scope, table, keys)
    found = column.optional or any(k.missing for k in keys) or not covers(table, keys)
    return r.TakeFrom(
        node.span, column.kind, found, any(k.fails for k in keys), table, column.name, keys
    )


def _key_kinds(scope: Scope, table: r.Table, keys: tuple[r.Bound, ...]) -> None:
    for name, key in zip(table.keys, keys, strict=True):
        column = table.column(name)
        if (
            column
            and key.kind.name is not KindName.ERROR
            and not same_family(column.kind, key.kind)
        ):
            facts: dict[str, Any] = {
                "name": f"{table.name}.{name}",
                "wanted": str(column.kind),
                "found": str(key.kind),
            }
            scope.add(types.WRONG_VALUE, key.span, facts=facts)


def _unknown_table(scope: Scope, node: s.Take, keys: tuple[r.Bound, ...]) -> None:
    name = node.table
    listed = ", ".join(f"`{n}`" for n in sorted(scope.tables)[:6])
    helps = did_you_mean(name.span, name.text, scope.tables, f"there are: {listed}")
    if not any(help_.replacements for help_ in helps):
        key = name_of(keys[0]) if isinstance(keys[0], r.FieldValue | r.LetValue) else "key"
        add = how_to_add_table(name.text, key, node.column.text)
        helps = [*(helps if listed else []), *add]
    facts: dict[str, Any] = {"what": "table", "name": name.text}
    scope.add(names.UNKNOWN_NAME, name.span, facts=facts, helps=helps)


def _unknown(scope: Scope, what: str, name: s.Name, known: list[str]) -> None:
    listed = ", ".join(f"`{n}`" for n in sorted(known)[:6]) or "none"
    helps = did_you_mean(name.span, name.text, known, f"there are: {listed}")
    scope.add(names.UNKNOWN_NAME, name.span, facts={"what": what, "name": name.text}, helps=helps)
