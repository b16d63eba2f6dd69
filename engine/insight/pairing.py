"""Two programs over the same rows: what both make alike is made once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import polars as pl
from msgspec import Struct

from engine.offers.mapping import Mapper
from engine.program.program import LEFT_OUT, PROBLEM, ROW

Stages = tuple[tuple[pl.Expr, ...], ...]
Key = tuple[str, int]
# Functions of ours look alike to the engine, whatever they do.
_OURS = "python_udf"


class Pair(Struct, frozen=True):
    """Both programs as stages: the common ones, then each one's own.

    `wanted` are the expressions that are asked of each version, `read` the columns that are kept of
    what both make alike: those that either goes on to read.
    """

    shared: Stages
    own: tuple[Stages, Stages]
    mappers: tuple[Mapper, Mapper]
    wanted: tuple[tuple[pl.Expr, ...], tuple[pl.Expr, ...]]
    source_columns: tuple[str, ...]
    read: tuple[str, ...]

    def run(self, batch: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """What is wanted of each version, for the rows of `batch`."""
        absent = [
            pl.lit(None, pl.String).alias(name)
            for name in self.source_columns
            if name not in batch.columns
        ]
        rows = _staged(batch.lazy().with_columns(absent), self.shared)
        base = rows.select(self.read).collect().lazy()
        sides = zip(self.mappers, self.own, self.wanted, strict=True)
        old, new = pl.collect_all(
            [mapper.flagged(_staged(base, own)).select(wanted) for mapper, own, wanted in sides]
        )
        return old, new


def pair(
    old: Mapper,
    new: Mapper,
    wanted: tuple[Sequence[pl.Expr], Sequence[pl.Expr]],
    same: Callable[[str], bool],
) -> Pair:
    """The pair of the programs of two versions.

    `same` tells of a name that is made (`field.x`, `let.x`) whether both versions mean the same by it.
    """
    first, second = made_by(old.program.stages), made_by(new.program.stages)
    alike = (
        made_alike(first, second, same) if old.program.lists == new.program.lists else frozenset()
    )
    shared = stages_of(first, alike.__contains__)
    own = tuple(stages_of(made, lambda key: key not in alike) for made in (first, second))
    names = {name for name, _ in alike}
    sources = dict.fromkeys([*old.program.source_columns, *new.program.source_columns])
    asked = (e for stages in own for stage in stages for e in stage)
    reads = {name for e in (*asked, *wanted[0], *wanted[1]) for name in e.meta.root_names()}
    reads |= {*_flags_read(old), *_flags_read(new)}
    there = (ROW, PROBLEM, LEFT_OUT, *sources, *names)
    return Pair(
        shared,
        (own[0], own[1]),
        (old, new),
        (tuple(wanted[0]), tuple(wanted[1])),
        tuple(sources),
        tuple(name for name in dict.fromkeys(there) if name in reads),
    )


def _flags_read(mapper: Mapper) -> set[str]:
    """The columns that tell whether a row makes an offer."""
    asked = [mapper.reference, *(c.where for c in mapper.complaints if c.stops)]
    masks = {fault.mask for fault in mapper.program.exclusions}
    return {LEFT_OUT, PROBLEM, *masks, *(n for e in asked for n in e.meta.root_names())}


class Made(Struct, frozen=True):
    """A column that a stage makes: `key` is its name and how often it was made before.

    `reads` are the columns that it reads, each as it was made last by then; -1 is for the feed's own.
    """

    key: Key
    stage: int
    expr: pl.Expr
    reads: frozenset[Key]


def made_by(stages: Stages) -> list[Made]:
    """What the stages make, in their order."""
    times: Counter[str] = Counter()
    found = []
    for number, stage in enumerate(stages):
        before = Counter(times)
        for e in stage:
            name = e.meta.output_name()
            reads = frozenset((n, before[n] - 1) for n in e.meta.root_names())
            found.append(Made((name, times[name]), number, e, reads))
            times[name] += 1
    return found


def stages_of(made: list[Made], wanted: Callable[[Key], bool]) -> Stages:
    """The stages again, with what is wanted of them."""
    stages: dict[int, list[pl.Expr]] = {}
    for one in made:
        stages.setdefault(one.stage, [])
        if wanted(one.key):
            stages[one.stage].append(one.expr)
    return tuple(tuple(stage) for stage in stages.values())


def made_alike(old: list[Made], new: list[Made], same: Callable[[str], bool]) -> frozenset[Key]:
    """What both versions make alike, of what they make alike.

    A column may be made anew by a later stage. It is shared as it was made last only where nobody who
    is on his own goes on to read it as it was before.
    """
    theirs = {one.key: one for one in new}
    blocked: set[Key] = set()
    while True:
        shared: set[Key] = set()
        for one in old:
            other, (name, times) = theirs.get(one.key), one.key
            if (
                other is not None
                and one.key not in blocked
                and (times == 0 or (name, times - 1) in shared)
                and one.reads == other.reads
                and all(key in shared or key[1] < 0 for key in one.reads)
                and _alike(one.expr, other.expr, same)
            ):
                shared.add(one.key)
        own = (one for one in (*old, *new) if one.key not in shared)
        again = {(name, n + 1) for one in own for name, n in one.reads} & shared
        if not again:
            return frozenset(shared)
        blocked |= again


def _alike(one: pl.Expr, other: pl.Expr, same: Callable[[str], bool]) -> bool:
    if one.meta.eq(other):
        return True
    # What cannot be compared is the same where its rule means the same.
    return same(one.meta.output_name()) and _OURS in str(one) and str(one) == str(other)


def _staged(rows: pl.LazyFrame, stages: Stages) -> pl.LazyFrame:
    for stage in stages:
        rows = rows.with_columns(stage)
    return rows
