"""Blocks of whole, well-formed records of XML, read at once: a column of texts for each path.

What `xml_records` says of one element after the other is said here of all records of a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
from msgspec import Struct

from engine.feeds.byte_columns import where_true
from engine.feeds.part import Part
from engine.feeds.paths import is_list_path
from engine.feeds.xml_records import Step, is_named, stands_often, steps_of
from engine.feeds.xml_signs import Tags


def are_plain(paths: Sequence[str]) -> bool:
    """Whether each path is a row of elements, the last perhaps an attribute."""
    return all(map(_is_plain, paths))


def _is_plain(path: str) -> bool:
    attributes = [step for step in steps_of(path) if step[0].startswith("@")]
    return (
        bool(steps_of(path))
        and not any(key for _, key, _ in attributes)
        and (not attributes or attributes == [steps_of(path)[-1]])
    )


def read_columns(tags: Tags, paths: Sequence[str]) -> Part:
    """The cells at `paths`, a row a record, and `__problem`."""
    block = _Block(tags)
    rows = len(block.level(0).kind)
    problem = pl.Series("__problem", dtype=pl.String).extend_constant(None, rows)
    columns = []
    for path in paths:
        found = block.at(path)
        column, said = _column(path, found, rows)
        columns.append(column.alias(path))
        if said is not None:
            problem = problem.zip_with(problem.is_not_null(), said)
    frame = pl.DataFrame([*columns, problem])
    if problem.null_count() < rows:
        sound = pl.col(problem.name).is_null()
        frame = frame.with_columns(pl.when(sound).then(pl.col(path)).alias(path) for path in paths)
    return Part(frame)


class _Found(Struct, frozen=True):
    """Texts that stand at a path, in their order, and the record that each is of."""

    record: pl.Series
    text: pl.Series


class _Level(Struct, frozen=True):
    """The elements at one depth, in their order; those at 0 are the records."""

    places: pl.Series  # of the tags that open them, or are all of them
    kind: pl.Series
    record: pl.Series
    parent: pl.Series  # the number of the element one level up
    text: pl.Series  # what stands right behind those tags, references as they are written
    holds: pl.Series | None  # whether others stand in them, where that is so of any
    refers: pl.Series | None  # whether a reference stands in what stands in them, likewise


@dataclass(slots=True)
class _Block:
    """The elements of a block by their depth, found when they are asked for."""

    tags: Tags
    _levels: list[_Level] = field(default_factory=list)
    _record: pl.Series = field(init=False)  # what each tag stands in, or opens

    def __post_init__(self) -> None:
        self._record = self._number(0)

    def _number(self, depth: int) -> pl.Series:
        """The number of the element at `depth` that opened last, at each tag."""
        opens = (self.tags.level == depth) & (self.tags.change >= 0)
        return opens.cast(pl.UInt32).cum_sum() - 1

    def level(self, depth: int) -> _Level:
        """The elements at `depth`."""
        while len(self._levels) <= depth:
            self._levels.append(self._made(len(self._levels)))
        return self._levels[depth]

    def _made(self, depth: int) -> _Level:
        tags = self.tags
        here = (tags.level == depth) & (tags.change >= 0)
        record = self._record.filter(here)
        parent = self._number(depth - 1).filter(here) if depth > 1 else record
        text, change = tags.text.filter(here), tags.change.filter(here)
        if (change == 0).any():
            text = text.set(change == 0, "")
        holds = (change == 1) & (tags.change.shift(-1, fill_value=-1).filter(here) != -1)
        found = (where_true(here), tags.kind.filter(here), record, parent, text)
        return _Level(*found, _if_any(holds), _if_any(_refers(text)) if tags.references else None)

    def _gathered(self, places: pl.Series) -> list[str]:
        """The text in and behind all that stands in the elements which open at `places`."""
        depth = self.tags.level[places[0]]
        closes = where_true((self.tags.level == depth) & (self.tags.change == -1))
        ends = closes.gather(closes.search_sorted(places))
        spans = zip(places.to_list(), ends.to_list(), strict=True)
        return ["".join(self.tags.text[start:end].to_list()) for start, end in spans]

    def at(self, path: str) -> _Found:
        """The texts at `path`."""
        steps = steps_of(path)
        last = steps[-1][0]
        if not last.startswith("@"):
            level, chosen = self._chosen(steps)
            return _Found(level.record.filter(chosen), self._text(level, chosen))
        level, chosen = self._chosen(steps[:-1])
        values = [kind.attributes.get(last[1:]) for kind in self.tags.kinds]
        text = pl.Series(values, dtype=pl.String).gather(level.kind.filter(chosen))
        there = text.is_not_null()
        return _Found(level.record.filter(chosen).filter(there), text.filter(there))

    def _chosen(self, steps: Sequence[Step]) -> tuple[_Level, pl.Series]:
        """Which elements of a level stand at the path: a child, its child and so on."""
        level = self.level(0)
        chosen = None
        for depth, (name, key, wanted) in enumerate(steps, 1):
            level = self.level(depth)
            named = self._named(level, name)
            chosen = named if chosen is None else named & chosen.gather(level.parent)
            if key:
                chosen = chosen & self._with(depth, key, wanted)
        return level, level.kind.is_not_null() if chosen is None else chosen

    def _with(self, depth: int, key: str, wanted: str) -> pl.Series:
        """Which elements at `depth` have this text in a child, or in that attribute."""
        level = self.level(depth)
        if key.startswith("@"):
            values = [(kind.attributes.get(key[1:]) or "").strip() for kind in self.tags.kinds]
            fits = pl.Series([value == wanted for value in values], dtype=pl.Boolean)
            return fits.gather(level.kind)
        below = self.level(depth + 1)
        named = self._named(below, key)
        fits = self._text(below, named).str.strip_chars() == wanted
        none = pl.repeat(False, len(level.kind), dtype=pl.Boolean, eager=True)  # noqa: FBT003
        return none.scatter(below.parent.filter(named).filter(fits), True)  # noqa: FBT003

    def _named(self, level: _Level, name: str) -> pl.Series:
        asked = [k.change >= 0 and is_named(k.name, name) for k in self.tags.kinds]
        if asked.count(True) == 1:
            return level.kind == asked.index(True)
        return pl.Series(asked, dtype=pl.Boolean).gather(level.kind)

    def _text(self, level: _Level, chosen: pl.Series) -> pl.Series:
        """All text in the chosen elements."""
        text = level.text.filter(chosen)
        holds = None if level.holds is None else _if_any(level.holds.filter(chosen))
        if holds is not None:
            places = level.places.filter(chosen).filter(holds)
            text = text.scatter(holds.arg_true(), self._gathered(places))
        elif level.refers is None or not level.refers.filter(chosen).any():
            return text
        references = self.tags.references
        if not references:
            return text
        return text.str.replace_many(list(references), list(references.values()))


def _if_any(flags: pl.Series) -> pl.Series | None:
    return flags if flags.any() else None


def _refers(text: pl.Series) -> pl.Series:
    return text.str.contains("&", literal=True)


def _column(path: str, found: _Found, rows: int) -> tuple[pl.Series, pl.Series | None]:
    """The cell of each record, and what is wrong with some, if anything."""
    record, text, said = found.record, found.text, None
    once = bool((record.slice(1) > record.head(-1)).all())
    if is_list_path(path):
        held = pl.DataFrame([record.alias("r"), text.alias("t")])
        lists = held.group_by("r", maintain_order=True).agg("t")
        record, text = lists["r"], lists["t"]
    elif not once:
        held = pl.DataFrame([record.alias("r"), text.alias("t")])
        firsts = held.group_by("r", maintain_order=True).agg(
            pl.col("t").first(), pl.col("t").n_unique().alias("different"), pl.len().alias("n")
        )
        record, text = firsts["r"], firsts["t"]
        if "[0]" not in path:
            said = _said(path, firsts.filter(pl.col("different") > 1), rows)
    return _spread(text, record, rows), said


def _said(path: str, several: pl.DataFrame, rows: int) -> pl.Series | None:
    if not several.height:
        return None
    words = pl.Series([stands_often(path, n) for n in several["n"]], dtype=pl.String)
    return _spread(words, several["r"], rows)


def _spread(values: pl.Series, record: pl.Series, rows: int) -> pl.Series:
    """`values` at the places of their records, which rise; null for records without one."""
    if len(values) == rows:
        return values
    at = pl.Series(dtype=pl.UInt32).extend_constant(None, rows)
    at = at.scatter(record, pl.int_range(len(values), dtype=pl.UInt32, eager=True))
    return values.gather(at)
