"""The matrix of orders as one page: each channel's states down, actions across, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.language.ruleset.orders import OrderCell
from engine.orders.matrix import ALLOWED, DENIED, MatrixSlice, suggestion_words, takes
from engine.preview.matrix import sequences
from engine.preview.page import render_page


def matrix_page(slices: Sequence[MatrixSlice], when: str) -> str:
    """The page; `when` says in words which periods it shows."""
    found = slices[0].rules.assumptions if slices else ()
    return render_page(
        "matrix.html.j2",
        when=when,
        channels=[_slice(number, one) for number, one in enumerate(slices, 1)],
        assumptions=[{"says": says, "place": _place(span)} for says, span in found],
    )


def _slice(number: int, one: MatrixSlice) -> Mapping[str, Any]:
    notes: dict[tuple[str, str], int] = {}
    allowed, denied, by_default = one.counts()
    rows = [
        {
            "state": state,
            "native": one.native(state),
            "cells": [_cell(one.cell(state, action), notes) for action in one.rules.actions],
        }
        for state in one.rules.states
    ]
    return {
        "id": f"channel-{number}",
        "channel": one.slice.channel,
        "period": one.period,
        "actions": one.rules.actions,
        "rows": rows,
        "counts": (
            {"name": "offer", "number": allowed, "words": "allowed"},
            {"name": "rejected", "number": denied - by_default, "words": "denied by a rule"},
            {"name": "excluded", "number": by_default, "words": "denied because no rule allows it"},
        ),
        "notes": [
            {"number": at, "says": says, "place": place} for (says, place), at in notes.items()
        ],
        "parameters": list(_parameters(one)),
        "sequences": sequences(one),
        "leans_on": one.slice.leans_on,
    }


def _cell(cell: OrderCell, notes: dict[tuple[str, str], int]) -> Mapping[str, Any]:
    if cell.rules is not None:
        sends = cell.rules.sends
        return {
            "decision": ALLOWED,
            "as": "" if sends == cell.action else sends,
            "leads_to": cell.rules.leads_to or "",
            "place": _place(cell.span),
        }
    says = f"{cell.reason} (by default)" if cell.by_default else cell.reason
    number = notes.setdefault((says, _place(cell.span)), len(notes) + 1)
    instead = [suggestion_words(s) for s in cell.suggestions]
    return {"decision": DENIED, "note": number, "instead": instead}


def _parameters(one: MatrixSlice) -> Iterator[Mapping[str, Any]]:
    for action, p in one.parameters():
        yield {
            "action": action,
            "name": p.name,
            "need": p.need.value,
            "takes": takes(p),
            "sentence": p.sentence,
            "place": _place(p.span),
        }


def _place(span: Any) -> str:
    return f"{span.file}:{span.line}" if span.file else ""
