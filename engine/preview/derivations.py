"""How values came about, as a tree on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from engine.diagnostics.place import Span
from engine.insight.derivation import Derivation, State, What
from engine.insight.row_explained import RowExplained
from engine.offers.results import Outcome

_COLOURS = {Outcome.OFFER: "green", Outcome.EXCLUDED: "yellow", Outcome.REJECTED: "red"}
_WORDS = {
    State.MISSING: "missing",
    State.FAILED: "failed",
    State.OMITTED: "left out",
    State.CLEARED: "sent empty",
    State.REJECTED: "rejects the row",
}
_NAMED = (What.ATTRIBUTE, What.NAME)
_PLACED = (
    *_NAMED,
    What.TABLE,
    What.ROW,
    What.REQUIREMENT,
    What.PERMISSION,
    What.PARAMETER,
)


def print_explanations(console: Console, rows: Sequence[RowExplained]) -> None:
    """Print why each row has its value, or none."""
    for number, row in enumerate(rows):
        if number:
            console.print()
        _print_row(console, row)


def _print_row(console: Console, row: RowExplained) -> None:
    head = Text.assemble(
        f"row {row.result.row}  SKU ",
        (row.result.sku or "(none)", "bold"),
        f"  for {row.channel} at {row.at:%Y-%m-%d %H:%M} UTC  ",
        (str(row.result.outcome), _COLOURS[row.result.outcome]),
    )
    console.print(head)
    for reason in row.reasons:
        told = reason.reason
        console.print(
            Text.assemble(
                (
                    f"{told.sort} {told.code}: ",
                    "red" if told.sort == "error" else "yellow",
                ),
                told.message,
                _dim(f"  {told.file}:{told.line}" if told.file else ""),
            )
        )
        if reason.why is not None:
            console.print(tree_of(reason.why))
    if row.explanation is None:
        return
    found = row.explanation
    if found.clause:
        console.print(Text(f"{found.attribute} implements: {found.clause}", style="dim"))
    if found.why is None:
        console.print(f"{found.attribute} is left out: no rule sets it on {row.channel}")
        return
    console.print(tree_of(found.why))
    for drop in (one for one in found.requirements if one.value == "no"):
        console.print(f"{found.attribute} is then left out by a requirement that is not met:")
        console.print(tree_of(drop))
    if row.wire:
        console.print(Text(f"on the wire: {row.wire}", style="dim"))


def tree_of(one: Derivation) -> Tree:
    """A derivation as a tree on a terminal."""
    tree = Tree(_label(one), guide_style="dim")
    _grow(tree, _below(one))
    return tree


def _grow(tree: Tree, parts: Sequence[Derivation]) -> None:
    for part in parts:
        _grow(tree.add(_label(part)), _below(part))


def _below(one: Derivation) -> tuple[Derivation, ...]:
    """The parts to show below a step: an only part that says the same again is passed over."""
    parts = one.parts
    if one.what in _NAMED and len(parts) == 1:
        return parts[0].parts if _plain(parts[0]) else parts
    if len(parts) == 1 and parts[0].text == one.text and _plain(parts[0]):
        return parts[0].parts
    return parts


def _plain(one: Derivation) -> bool:
    """Whether a step says no more than its text and its value."""
    named = one.what in (What.CALCULATION, What.CONDITION, What.CALL, What.CONSTANT, What.ENDING)
    return named and not one.note


def _label(one: Derivation) -> Text:
    found = Text()
    value = one.value if one.value is not None else _WORDS.get(one.state, "")
    match one.what:
        case What.CASE:
            found.append("✓ " if one.taken else "✗ ", "green" if one.taken else "red")
            found.append(f"when {one.text}: {value}" if one.parts else one.text)
        case What.ROW:
            found.append("✓ " if one.taken else "✗ ", "green" if one.taken else "red")
            found.append(one.text)
        case What.CASES:
            found.append("cases", "dim")
            found.append(f" = {value}")
        case What.CONSTANT:
            found.append(one.text)
        case What.PARAMETER:
            found.append("✗ " if one.state is State.FAILED else "✓ ", _verdict(one))
            found.append(one.text)
            found.append(f" = {value}" if one.value is not None else "")
        case What.ENDING:
            found.append(f"{one.text}: {_WORDS.get(one.state, '')}")
        case _:
            found.append(one.text, "bold" if one.what in _NAMED else "")
            found.append(f" = {value}")
            found.append(_formula(one), "dim")
    _facts(found, one)
    return found


def _verdict(one: Derivation) -> str:
    return "red" if one.state is State.FAILED else "green"


def _formula(one: Derivation) -> str:
    """What a name stands for, on its own line."""
    if one.what not in _NAMED or len(one.parts) != 1 or not _plain(one.parts[0]):
        return ""
    text = one.parts[0].text
    return f"  from {text}" if text and text != one.value else ""


def _facts(found: Text, one: Derivation) -> None:
    if one.note:
        found.append(f"  ({one.note})", "yellow" if one.state is not State.VALUE else "dim")
    if one.cell is not None:
        text = f"“{one.cell.text}”" if (one.cell.text or "").strip() else "is empty"
        found.append(f"  row {one.cell.row}, column `{one.cell.column}`: {text}", "cyan")
    elif one.table is not None and one.table.found is not None:
        at = one.table.found
        found.append(f"  key {one.table.key}, {at.file}:{at.line}", "cyan")
    elif one.rule is not None and one.what in _PLACED:
        found.append(_place(one.rule), "dim")


def _place(span: Span) -> str:
    return f"  {span.file}:{span.line}" if span.file else ""


def _dim(text: str) -> tuple[str, str]:
    return text, "dim"
