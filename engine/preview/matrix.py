"""The matrix of orders for people and programs: terminal text, Markdown, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from engine.language.ruleset.orders import OrderCell
from engine.orders.matrix import MatrixSlice, matrix_rows, suggestion_words, takes

# A spreadsheet takes a cell that begins so for a formula, some the wide forms too, some whatever
# blanks stand before; an apostrophe makes it a text.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_STEERS = ("\t", "\r", "\n")
_EMPTY = "there are no rules about orders then"

Table = list[list[str]]


def matrix_text(slices: Sequence[MatrixSlice]) -> str:
    """The matrix as text for a terminal."""
    parts = [_block(one) for one in slices]
    return "\n".join(parts) + _assumptions(slices, "") if parts else f"{_EMPTY}\n"


def _block(one: MatrixSlice) -> str:
    notes: dict[str, int] = {}
    lines = [f"{one.slice.channel}, {one.period}", ""]
    lines += _aligned(_grid(one, notes))
    if notes:
        lines += ["", "  why not"]
        lines += [f"  {number:>3}  {note}" for note, number in notes.items()]
    parameters = _parameters(one)
    if len(parameters) > 1:
        lines += ["", *_aligned(parameters)]
    never = sequences(one)
    if never:
        lines += ["", "  never in this order", *(f"    {line}" for line in never)]
    lines += ["", f"  {_counts(one)}", ""]
    return "\n".join(lines)


def _grid(one: MatrixSlice, notes: dict[str, int]) -> Table:
    """States down, actions across; `notes` numbers the sentences of denials."""
    actions = list(one.rules.actions)
    rows = [["state", f"on {one.slice.channel}", *actions]]
    for state in one.rules.states:
        cells = [_word(one.cell(state, action), notes) for action in actions]
        rows.append([state, one.native(state) or "-", *cells])
    return rows


def _word(cell: OrderCell, notes: dict[str, int]) -> str:
    if cell.rules is not None:
        return "yes" if cell.rules.sends == cell.action else f"yes, as {cell.rules.sends}"
    note = f"{cell.reason} (by default)" if cell.by_default else cell.reason
    number = notes.setdefault(note, len(notes) + 1)
    suggested = " or ".join(s.action or "nothing" for s in cell.suggestions)
    return f"no {number}" + (f" → {suggested}" if suggested else "")


def _parameters(one: MatrixSlice) -> Table:
    rows = [["action", "parameter", "", "takes"]]
    for action, p in one.parameters():
        rows.append([action, p.name, p.need.value, takes(p) or p.sentence])
    return rows


def sequences(one: MatrixSlice) -> list[str]:
    """Which actions never follow which, a line for each first one."""
    after: dict[str, list[str]] = {}
    for first, second in one.sequences():
        after.setdefault(first, []).append(second)
    return [f"{first}, then {' or '.join(seconds)}" for first, seconds in after.items()]


def _counts(one: MatrixSlice) -> str:
    """How many pairs of state and action are allowed and denied, as a sentence."""
    allowed, denied, by_default = one.counts()
    return (
        f"{allowed + denied} pairs of state and action: {allowed} allowed, "
        f"{denied} denied, {by_default} of them by default"
    )


def _assumptions(slices: Sequence[MatrixSlice], head: str) -> str:
    found = slices[0].rules.assumptions
    lines = [f"{head}{says} ({span.file}:{span.line})" for says, span in found]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _aligned(rows: Table) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


# --- Markdown -----------------------------------------------------------------------------------


def matrix_markdown(slices: Sequence[MatrixSlice]) -> str:
    """The matrix as Markdown, for a pull request or a manual."""
    if not slices:
        return f"{_EMPTY}\n"
    return "\n".join(_section(one) for one in slices) + _assumptions(slices, "- ")


def _section(one: MatrixSlice) -> str:
    notes: dict[str, int] = {}
    lines = [f"## {one.slice.channel}, {one.period}", "", *_table(_grid(one, notes)), ""]
    lines += [f"{number}. {_escaped(note)}" for note, number in notes.items()]
    parameters = _parameters(one)
    if len(parameters) > 1:
        lines += ["", *_table(parameters)]
    never = sequences(one)
    if never:
        lines += ["", f"Never in this order: {'; '.join(never)}."]
    suggested = _suggestions(one)
    if suggested:
        lines += ["", *suggested]
    return "\n".join([*lines, "", f"{_counts(one)}.", ""])


def _suggestions(one: MatrixSlice) -> list[str]:
    words = {
        (cell.action, suggestion_words(s)): s.span.line
        for cell in one.slice.cells.values()
        for s in cell.suggestions
    }
    return [f"- Instead of {action}: {_escaped(says)}" for action, says in words]


def _table(rows: Table) -> list[str]:
    lines = ["| " + " | ".join(_escaped(c) for c in row) + " |" for row in rows]
    return [lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


# --- CSV ----------------------------------------------------------------------------------------


def matrix_csv(slices: Sequence[MatrixSlice]) -> str:
    """The matrix as CSV, a row for each cell; no cell is a formula to a spreadsheet."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in matrix_rows(list(slices)):
        if writer is None:
            writer = csv.DictWriter(out, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: harmless(value) for name, value in row.items()})
    return out.getvalue()


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs."""
    formula = text.lstrip().startswith(_FORMULA_STARTS) or text.startswith(_STEERS)
    return f"'{text}" if formula else text
