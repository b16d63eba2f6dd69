"""Why an attribute has its value in a row, or has none; and why a row makes no offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from msgspec import Struct

from engine.diagnostics.place import Source
from engine.insight.derivation import Derivation, State
from engine.insight.picking import Picker
from engine.insight.template import Template, template_of
from engine.language import ruleset as r
from engine.program.program import ROW, Program


class Explanation(Struct, frozen=True):
    """What an attribute is in a row, and why.

    `value` is None where it is not sent; `clause` the words of the notice that its rule implements;
    `requirements` those that may leave it out: its value is "no" where one did.
    """

    row: int
    attribute: str
    value: str | None
    state: State
    clause: str = ""
    why: Derivation | None = None
    requirements: tuple[Derivation, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The explanation as JSON."""
        found: dict[str, Any] = {"row": self.row, "attribute": self.attribute}
        found["state"] = self.state.value
        found["value"] = self.value
        if self.clause:
            found["clause"] = self.clause
        if self.why is not None:
            found["why"] = self.why.as_json()
        if self.requirements:
            found["requirements"] = [one.as_json() for one in self.requirements]
        return found


@dataclass(slots=True)
class Explainer:
    """Explains rows of one batch: `frame` is what the program of `part` made of it."""

    part: r.Slice
    program: Program
    frame: pl.DataFrame
    sources: Mapping[str, Source]
    _template: Template = field(init=False)
    _rows: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self._template = template_of(self.part, self.program, self.sources)
        self._rows = self._template.ask(self.frame).to_dicts()

    def attribute(self, name: str, index: int) -> Explanation:
        """Why the attribute `name` is what it is in row `index` of the frame."""
        row = self._rows[index]
        root = self._template.roots.get(name)
        if root is None:
            return Explanation(row[ROW], name, None, State.OMITTED)
        picker = Picker(self._template, row, {root})
        why = picker.derive(root)
        value, state = self._sent(name, row, why)
        facts = self._template.steps[root].facts
        requirements = tuple(
            Picker(self._template, row).derive(at) for at in facts.get("requirements", ())
        )
        clause = facts.get("clause", "")
        return Explanation(row[ROW], name, value, state, clause, why, requirements)

    def at_line(self, file: str | None, line: int | None, index: int) -> Derivation | None:
        """How the rule on a line came to say what it said of row `index`; None where none is there."""
        for span, at in self._template.rules:
            if span.file == file and line is not None and span.line <= line <= span.end_line:
                return Picker(self._template, self._rows[index], {at}).derive(at)
        return None

    def _sent(self, name: str, row: Mapping[str, Any], why: Derivation) -> tuple[str | None, State]:
        """What is sent of the attribute in the end."""
        if row.get(f"={name}?"):
            return None, State.CLEARED
        final = self._template.finals.get(name)
        value = why.value if final is None else row[final]
        return value, State.OMITTED if value is None else State.VALUE
