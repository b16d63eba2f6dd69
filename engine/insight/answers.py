"""What parts of rules gave for rows: each part asked for once, of the program's own columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from engine.language import ruleset as r
from engine.program.expressions import Expressions
from engine.program.lookups import row_found
from engine.program.program import Program
from engine.program.sentences import sentence, value_text
from engine.program.value import Value
from engine.values.kinds import KindName


@dataclass(frozen=True, slots=True)
class Answer:
    """What a part gave in one row: its text as a person writes it, None where there is nothing."""

    text: str | None
    failed: bool
    cleared: bool = False

    @property
    def yes(self) -> bool:
        """Whether a condition is met."""
        return self.text == "yes"

    @property
    def no(self) -> bool:
        """Whether a condition is not met, though it has a value."""
        return self.text == "no"


Known = Mapping[str, Value]


@dataclass(slots=True)
class Answers:
    """Answers for the rows of `frame`, what `program.run` gave."""

    program: Program
    frame: pl.DataFrame
    _asked: dict[tuple[int, int], pl.DataFrame] = field(default_factory=dict)
    _kept: list[object] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """The instant of the run."""
        return self.program.at

    def of(self, node: r.Bound, index: int, known: Known) -> Answer:
        """What `node` gave in row `index` of the frame, where earlier steps made `known`."""
        key = (id(node), id(known))
        if key not in self._asked:
            # Both are kept, so that no other gets their identity.
            self._kept += [node, known]
            self._asked[key] = self._ask(Expressions(self.at, known).compile(node))
        text, failed, cleared = self._asked[key].row(index)
        return Answer(text, bool(failed), bool(cleared))

    def row_found(self, node: r.TakeFrom, index: int, known: Known) -> int | None:
        """Which row of its table (from 0) a look-up took in row `index`, None where none was."""
        expressions = Expressions(self.at, known)
        keys = tuple(expressions.compile(k) for k in node.keys)
        found = self.frame.slice(index, 1).select(row_found(node, keys).alias("row"))
        number = found.item()
        return None if number is None else int(number)

    def sentence(self, template: r.Template, index: int, known: Known) -> str:
        """The sentence `template` of row `index`."""
        says = self.frame.slice(index, 1).select(
            sentence(template, Expressions(self.at, known)).alias("says")
        )
        return str(says.item())

    def raw(self, column: str, index: int) -> object:
        """The raw cell of the feed in row `index`, None where the feed has no such column."""
        return self.frame[column][index] if column in self.frame.columns else None

    def _ask(self, value: Value) -> pl.DataFrame:
        no = pl.lit(value=False)
        asked = self.frame.lazy().select(
            _text(value).cast(pl.String).alias("text"),
            (no if value.fails is None else value.fails.fill_null(value=False)).alias("failed"),
            (no if value.clears is None else value.clears.fill_null(value=False)).alias("cleared"),
        )
        made = asked.collect()
        if made.height == self.frame.height:
            return made
        # A constant gives one row, whatever the number of rows asked for.
        return pl.concat([made] * self.frame.height) if self.frame.height else made


def _text(value: Value) -> pl.Expr:
    """The value in words; what is not rounded yet as a fraction."""
    if value.number is not None and value.number.under is not None:
        under = value.number.under
        top = replace(value, number=replace(value.number, under=None))
        plain = replace(
            top,
            kind=replace(value.kind, name=KindName.NUMBER, currency=None),
            number=replace(value.number, over=under, under=None),
        )
        return pl.concat_str(value_text(top), pl.lit(" / "), value_text(plain))
    return value_text(value)


def known_at(program: Program, part: r.Slice) -> list[dict[str, Value]]:
    """What each step of `part` could read, by the step's place.

    An attribute that a requirement drops reads as it was before, up to that requirement.
    """
    drops = [s.drops if isinstance(s, r.RequireStep) else None for s in part.steps]
    now: dict[str, Value] = dict(program.steps)
    for name in {d for d in drops if d is not None and d in program.made}:
        now[f"attribute.{name}"] = _renamed(program, name, f"attribute.{name}")
    found = []
    dropped: dict[str, int] = {}
    for left in drops:
        found.append(now)
        if left is not None and left in program.made:
            dropped[left] = dropped.get(left, 0) + 1
            column = f"attribute.{left}" + "'" * dropped[left]
            now = {**now, f"attribute.{left}": _renamed(program, left, column)}
    return [*found, now]


def _renamed(program: Program, name: str, column: str) -> Value:
    value = program.made[name].value
    if value.number is not None:
        over = replace(value.number.over, expr=pl.col(column))
        return replace(value, number=replace(value.number, over=over))
    return replace(value, plain=pl.col(column))


__all__ = ["Answer", "Answers", "Known", "known_at"]
