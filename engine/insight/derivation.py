"""How a value came about: a tree of steps, each with its place in the rules or in the feed."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.place import Span


class State(StrEnum):
    """What became of a step."""

    VALUE = "value"
    MISSING = "missing"
    FAILED = "failed"
    OMITTED = "omitted"
    CLEARED = "cleared"
    REJECTED = "rejected"


class What(StrEnum):
    """What a step is."""

    ATTRIBUTE = "attribute"
    NAME = "name"  # a let, or what an override inherits
    CELL = "cell"
    CONSTANT = "constant"
    NOW = "now"
    CALCULATION = "calculation"
    CONDITION = "condition"
    CALL = "function"
    LOOKUP = "look-up"
    CASES = "cases"
    CASE = "case"
    TABLE = "table"
    ROW = "row"
    REPAIR = "repair"
    REQUIREMENT = "requirement"
    ENDING = "ending"  # omit, clear, reject
    FACT = "fact"  # of an order: its state, where it is handled
    PERMISSION = "permission"
    PARAMETER = "parameter"
    SUGGESTION = "suggestion"


class CellFact(Struct, frozen=True):
    """A cell of the feed as it was read; `text` is None where it is empty or not there."""

    row: int
    column: str
    text: str | None


class TableFact(Struct, frozen=True):
    """Where a look-up looked: the table's file and the line of the row found, None for no row."""

    table: str
    column: str
    key: str
    found: Span | None


class Derivation(Struct, frozen=True):
    """One step: what the rule says, what it gave for this row, and the steps that it used.

    `parts` holds only what the outcome depended on: conditions after the one that decided are not
    there. `taken` tells of a case or a row whether it was the one.
    """

    what: What
    text: str
    state: State
    value: str | None = None
    rule: Span | None = None
    note: str = ""
    taken: bool | None = None
    cell: CellFact | None = None
    table: TableFact | None = None
    parts: tuple[Derivation, ...] = field(default=())

    def walk(self) -> Iterator[Derivation]:
        """This step and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def as_json(self) -> dict[str, Any]:
        """The step as JSON: stable keys, what does not apply left out."""
        found: dict[str, Any] = {"what": self.what.value, "text": self.text}
        found["state"] = self.state.value
        if self.value is not None:
            found["value"] = self.value
        if self.rule is not None and self.rule.file:
            found["rule"] = place_json(self.rule)
        if self.note:
            found["note"] = self.note
        if self.taken is not None:
            found["taken"] = self.taken
        if self.cell is not None:
            cell = self.cell
            found["cell"] = {"row": cell.row, "column": cell.column, "text": cell.text}
        if self.table is not None:
            found["table"] = {
                "name": self.table.table,
                "column": self.table.column,
                "key": self.table.key,
                "row": place_json(self.table.found) if self.table.found else None,
            }
        if self.parts:
            found["parts"] = [part.as_json() for part in self.parts]
        return found


def place_json(span: Span) -> dict[str, Any]:
    """A place in a file as JSON."""
    return {"file": span.file, "line": span.line, "column": span.column}
