"""What may be done on each channel, in each state, in each period: the whole of it, as rows.

The matrix itself is made when the rules are checked (`language/orders/cells.py`); here it gets what
a reader wants beside it: the channel's own names of states, counts, and what cannot follow what.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine.language.orders.checker import shown_instant
from engine.language.orders.graph import impossible_sequences
from engine.language.ruleset.orders import (
    ActionRules,
    OrderCell,
    OrderRules,
    OrderSlice,
    ParameterRules,
    SuggestionRules,
)

ALLOWED, DENIED = "allowed", "denied"


class MatrixSlice(Struct, frozen=True):
    """One channel in one period, with its states and actions in the order of the rules."""

    rules: OrderRules
    slice: OrderSlice
    zone: str

    @property
    def period(self) -> str:
        """When it holds, in words."""
        start, end = self.start, self.end
        if start and end:
            return f"from {start} until {end}"
        return f"from {start} on" if start else f"until {end}" if end else "at all times"

    @property
    def start(self) -> str:
        """Where it begins, "" where it has no beginning."""
        return shown_instant(self.slice.start, self.zone) if self.slice.start else ""

    @property
    def end(self) -> str:
        """Where it ends, "" where it has no end."""
        return shown_instant(self.slice.end, self.zone) if self.slice.end else ""

    def native(self, state: str) -> str:
        """What the channel calls `state`, "" where it has no such state."""
        return self.rules.states[state].natives.get(self.slice.channel, "")

    def cell(self, state: str, action: str) -> OrderCell:
        """The cell of a state and an action."""
        return self.slice.cells[state, action]

    def counts(self) -> tuple[int, int, int]:
        """How many cells are allowed, denied, and denied by no rule in particular."""
        cells = self.slice.cells.values()
        allowed = sum(c.allowed for c in cells)
        return allowed, len(cells) - allowed, sum(c.by_default for c in cells)

    def parameters(self) -> Iterator[tuple[str, ParameterRules]]:
        """Each parameter of each action that is no other's alias."""
        for action in self.slice.actions.values():
            if isinstance(action, ActionRules) and action.sends == action.name:
                yield from ((action.name, p) for p in action.parameters.values())

    def sequences(self) -> tuple[tuple[str, str], ...]:
        """Pairs of actions of which the second can never follow the first."""
        return impossible_sequences(self.slice)


def matrix(
    rules: OrderRules, zone: str, *, channel: str | None = None, at: datetime | None = None
) -> list[MatrixSlice]:
    """The slices of `channel` (all of them where None) in force at `at` (at any time where None)."""
    return [
        MatrixSlice(rules, one, zone)
        for one in rules.slices
        if channel in (None, one.channel) and (at is None or one.holds_at(at))
    ]


def takes(parameter: ParameterRules) -> str:
    """What a parameter takes, as rules write it; "" where it is forbidden."""
    if parameter.takes is None:
        return ""
    if parameter.table is None:
        return parameter.takes.value
    more = " or any text" if parameter.any_text else ""
    return f"one of table {parameter.table.name}{more}"


def suggestion_words(suggestion: SuggestionRules) -> str:
    """A suggestion, as rules write it."""
    words = suggestion.action or "nothing"
    if suggestion.parameters:
        words += f" with {', '.join(suggestion.parameters)}"
    return f"{words}: {suggestion.sentence}" if suggestion.sentence else words


def matrix_rows(slices: list[MatrixSlice]) -> Iterator[dict[str, Any]]:
    """A row for each cell, its values by the names of the columns."""
    for one in slices:
        for (state, action), cell in one.slice.cells.items():
            yield {
                "channel": one.slice.channel,
                "from": one.start,
                "until": one.end,
                "state": state,
                "native": one.native(state),
                "action": action,
                "decision": ALLOWED if cell.allowed else DENIED,
                "sends": cell.rules.sends if cell.rules else "",
                "leads_to": (cell.rules.leads_to or "") if cell.rules else "",
                "reason": cell.reason,
                "by_default": "yes" if cell.by_default else "no",
                "suggest": "; ".join(suggestion_words(s) for s in cell.suggestions),
                "rule": f"{cell.span.file}:{cell.span.line}",
            }


def matrix_json(slices: list[MatrixSlice]) -> dict[str, Any]:
    """The matrix as JSON data."""
    return {
        "slices": [_slice_json(one) for one in slices],
        "assumptions": [
            {"says": says, "file": span.file, "line": span.line}
            for says, span in (slices[0].rules.assumptions if slices else ())
        ],
    }


def _slice_json(one: MatrixSlice) -> dict[str, Any]:
    allowed, denied, by_default = one.counts()
    return {
        "channel": one.slice.channel,
        "from": one.slice.start.isoformat() if one.slice.start else None,
        "until": one.slice.end.isoformat() if one.slice.end else None,
        "leans_on": list(one.slice.leans_on),
        "counts": {"allowed": allowed, "denied": denied, "denied_by_default": by_default},
        "cells": [_cell_json(one, cell) for cell in one.slice.cells.values()],
        "parameters": [
            {
                "action": action,
                "parameter": p.name,
                "need": p.need.value,
                "takes": takes(p),
                "sentence": p.sentence,
                "rule": {"file": p.span.file, "line": p.span.line},
            }
            for action, p in one.parameters()
        ],
        "impossible_sequences": [list(pair) for pair in one.sequences()],
    }


def _cell_json(one: MatrixSlice, cell: OrderCell) -> dict[str, Any]:
    return {
        "state": cell.state,
        "native": one.native(cell.state) or None,
        "action": cell.action,
        "decision": ALLOWED if cell.allowed else DENIED,
        "sends": cell.rules.sends if cell.rules else None,
        "leads_to": cell.rules.leads_to if cell.rules else None,
        "reason": cell.reason,
        "by_default": cell.by_default,
        "suggest": [
            {"action": s.action, "parameters": list(s.parameters), "sentence": s.sentence}
            for s in cell.suggestions
        ],
        "rule": {"file": cell.span.file, "line": cell.span.line},
    }
