"""The derivation of one row, picked from the steps of every row: only what counted is there.

`engine/preview/static/page.js` picks in the same way; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from engine.insight.derivation import CellFact, Derivation, State, TableFact, What
from engine.insight.template import Picking, Step, Template
from engine.program.program import ROW


class Answer(Struct, frozen=True):
    """What a step gave in a row: its text, None for nothing."""

    text: str | None
    failed: bool
    cleared: bool

    @property
    def yes(self) -> bool:
        """Whether a condition is met."""
        return self.text == "yes"

    @property
    def state(self) -> State:
        """What it amounts to."""
        if self.cleared:
            return State.CLEARED
        if self.failed:
            return State.FAILED
        return State.MISSING if self.text is None else State.VALUE


class Picker(Struct):
    """Picks the derivations of one row: `row` holds what each step of the template gave there.

    A name is derived where it is first read; later mentions only name it.
    """

    template: Template
    row: Mapping[str, Any]
    told: set[int] = field(default_factory=set)

    def derive(self, at: int) -> Derivation:
        """The derivation of step `at`."""
        step, answer = self.template.steps[at], self.answer(at)
        made = Derivation(step.what, step.text, answer.state, answer.text, step.place)
        match step.picking:
            case Picking.ALL:
                return self._plain(at, step, made)
            case Picking.YES | Picking.NO:
                return replace(made, parts=self._deciding(step, answer))
            case Picking.REPAIR:
                return self._repaired(step, made)
            case Picking.CASES:
                return replace(made, parts=self._cases(step))
            case Picking.ROWS:
                return self._table(step, made)
            case Picking.REQUIREMENT:
                return self._requirement(at, step, made)
            case Picking.NAME:
                return self._named(step, made)

    def answer(self, at: int) -> Answer:
        """What step `at` gave; a decision table gives nothing but what its rows do."""
        row = self.row
        return Answer(row.get(f"{at}"), bool(row.get(f"{at}!")), bool(row.get(f"{at}?")))

    # --- what all parts count in ------------------------------------------------------------------

    def _plain(self, at: int, step: Step, made: Derivation) -> Derivation:
        parts = tuple(self.derive(part) for part in step.parts)
        match step.what:
            case What.ATTRIBUTE | What.NAME:
                state = parts[0].state
                if step.what is What.ATTRIBUTE and state is State.MISSING:
                    state = State.OMITTED
                return replace(made, state=state, note=str(step.facts.get("note", "")), parts=parts)
            case What.CELL:
                return self._cell(at, step, made)
            case What.LOOKUP:
                return replace(self._looked_up(at, step, made), parts=parts)
            case What.ENDING:
                note = str(self.row.get(f"{at}#") or "")
                state = State(step.facts["state"])
                return replace(made, state=state, value=None, note=note, parts=parts)
            case _:
                return replace(made, parts=parts)

    def _cell(self, at: int, step: Step, made: Derivation) -> Derivation:
        cell = CellFact(self.row[ROW], step.facts["cell"], self.row[f"{at}#"])
        unread = made.value is None and self.row[f"{at}~"]
        note = f"cannot be read as {step.facts['kind']}" if unread else ""
        return replace(made, note=note, cell=cell)

    def _looked_up(self, at: int, step: Step, made: Derivation) -> Derivation:
        found = self.row[f"{at}#"]
        place = None if found is None else step.facts["rows"][int(found)]
        keys = [self.answer(part).text or "(missing)" for part in step.parts]
        key, table = ", ".join(keys), step.facts["table"]
        note = f"no row of `{table}` has the key {key}" if place is None else ""
        return replace(made, note=note, table=TableFact(table, step.facts["column"], key, place))

    # --- what some parts count in -----------------------------------------------------------------

    def _deciding(self, step: Step, answer: Answer) -> tuple[Derivation, ...]:
        """One part that decides is enough; where none does, all count."""
        decides = step.picking.value
        first = next((p for p in step.parts if self.answer(p).text == decides), None)
        if answer.text == decides and first is not None:
            return (self.derive(first),)
        return tuple(self.derive(part) for part in step.parts)

    def _repaired(self, step: Step, made: Derivation) -> Derivation:
        first, second = step.parts
        value = self.answer(first)
        if step.facts["failed"]:
            used, word = value.failed, "failed, so what `on error` says"
        else:
            used = value.text is None and not value.failed
            word = "missing, so the default"
        used = used and not value.cleared
        rejecting = self.template.steps[first].facts.get("state") == State.REJECTED.value
        taken = (first, second) if used or rejecting else (first,)
        parts = tuple(self.derive(part) for part in taken)
        return replace(made, note=word if used else "", parts=parts)

    def _cases(self, step: Step) -> tuple[Derivation, ...]:
        parts = []
        *pairs, otherwise = step.parts
        for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
            parts.append(self._tried(condition, What.CASE))
            if self.answer(condition).yes:
                return (*parts, self.derive(value))
        return (*parts, self.derive(otherwise))

    def _tried(self, condition: int, what: What) -> Derivation:
        """A condition that was tried: where it does not fit, the first part that is not met tells."""
        step, fits = self.template.steps[condition], self.answer(condition)
        deciding: tuple[int, ...] = (condition,)
        if step.picking is Picking.NO:
            unmet = tuple(part for part in step.parts if not self.answer(part).yes)
            deciding = tuple(step.parts) if fits.yes else unmet[:1]
        parts = tuple(self.derive(part) for part in deciding)
        return Derivation(
            what, step.text, fits.state, fits.text, step.place, taken=fits.yes, parts=parts
        )

    def _table(self, step: Step, made: Derivation) -> Derivation:
        """The rows of the table that were tried, and the cells that count."""
        parts, values = [], []
        pairs = list(step.parts)
        if step.facts["guarded"]:
            guard = pairs.pop(0)
            parts.append(self._tried(guard, What.CASE))
            if not self.answer(guard).yes:
                return replace(made, state=State.OMITTED, value=None, parts=tuple(parts))
        fitted = False
        for number, (text, place) in enumerate(step.facts["rows"]):
            condition, cell = pairs[2 * number : 2 * number + 2]
            tried = self._tried(condition, What.ROW)
            tried = replace(tried, text=f"row {number + 1}: {text}", rule=place)
            if tried.taken:
                fitted = True
                found = self.derive(cell)
                values += [found.value] if found.value is not None else []
                tried = replace(tried, parts=(*tried.parts, found))
            parts.append(tried)
            if fitted and step.facts["first"]:
                break
        value = ", ".join(values) if values else None
        state = State.OMITTED if value is None else State.VALUE
        note = "" if fitted else "no row of the table fits"
        return replace(made, state=state, value=value, note=note, parts=tuple(parts))

    def _requirement(self, at: int, step: Step, made: Derivation) -> Derivation:
        """Whether a requirement was met; one whose guard is not met asks for nothing."""
        *guards, condition = step.parts
        parts = [self._tried(guard, What.CASE) for guard in guards]
        if any(not self.answer(guard).yes for guard in guards):
            says, state = "not asked for here", State.MISSING
            return replace(made, state=state, value=None, note=says, parts=tuple(parts))
        parts.append(self.derive(condition))
        says = str(self.row.get(f"{at}#") or "") if made.value == "no" else ""
        return replace(made, note=says, parts=tuple(parts))

    def _named(self, step: Step, made: Derivation) -> Derivation:
        if not step.parts:
            return made
        (target,) = step.parts
        if target in self.told:
            return replace(made, note="as above")
        self.told.add(target)
        return self.derive(target)
