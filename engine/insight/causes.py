"""Which rule is behind a change: where the two versions first come apart on the way to a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl
from msgspec import Struct

from engine.diagnostics.place import Span
from engine.insight.meaning import Maker, closure, makers_of
from engine.language import ruleset as r
from engine.program.program import Program
from engine.program.value import Value
from engine.values.kinds import KindName

OLD, NEW = "old@", "new@"


class Cause(Struct, frozen=True):
    """What changed: a field's reading, a let, an attribute's rule, or a requirement that drops.

    `old` and `new` are its places; None where one version does not have it.
    """

    name: str
    old: Span | None
    new: Span | None

    @property
    def sort(self) -> str:
        """What it is: `field`, `let`, `attribute` or `requirement`."""
        sort = self.name.partition(".")[0]
        return "requirement" if sort == "drop" else sort

    @property
    def shown(self) -> str:
        """Its name as rules write it."""
        return self.name.split(".")[1].partition("@")[0]


class Causes(Struct, frozen=True):
    """Finds the rule behind each changed value, row by row."""

    old: Mapping[str, Maker]
    new: Mapping[str, Maker]
    old_values: Mapping[str, Value]
    new_values: Mapping[str, Value]
    changed: frozenset[str]

    @classmethod
    def of(cls, old: r.Slice, new: r.Slice, old_program: Program, new_program: Program) -> Causes:
        """The causes that two versions can have."""
        before, after = makers_of(old), makers_of(new)
        drops = _same_drops(before, after)
        changed = frozenset(
            name
            for name in {*before, *after}
            if name not in drops and _meaning(before.get(name)) != _meaning(after.get(name))
        )
        return cls(before, after, old_program.steps, new_program.steps, changed)

    def means_the_same(self, name: str) -> bool:
        """Whether both versions make `name`, and mean the same by it."""
        return name in self.old and name in self.new and name not in self.changed

    def touch(self, attribute: str) -> bool:
        """Whether the attribute may differ between the versions."""
        return bool(self.candidates(attribute))

    def candidates(self, attribute: str) -> tuple[str, ...]:
        """What changed on the way to the attribute, sources first, requirements that drop last."""
        name = f"attribute.{attribute}"
        way = dict.fromkeys([*closure(name, self.new), *closure(name, self.old)])
        found = [n for n in way if n in self.changed]
        return tuple(sorted(found, key=lambda n: n.startswith("drop.")))

    def of_index(self, attribute: str, index: int) -> Cause:
        """The cause that `index` gives."""
        name = self.candidates(attribute)[index]
        old, new = self.old.get(name), self.new.get(name)
        return Cause(name, old.span if old else None, new.span if new else None)

    def index(self, attribute: str) -> pl.Expr:
        """The number of the candidate at which the versions first come apart in a row."""
        names = self.candidates(attribute)
        chain = pl.lit(len(names) - 1)
        for number, name in reversed(list(enumerate(names))):
            chain = pl.when(self._root(name)).then(pl.lit(number)).otherwise(chain)
        return chain

    def columns(self, attributes: Iterable[str], *, old: bool) -> list[pl.Expr]:
        """What `index` reads, as columns of one version's frame."""
        values, prefix = (self.old_values, OLD) if old else (self.new_values, NEW)
        names = dict.fromkeys(n for a in attributes for n in self.candidates(a))
        return [e for n in names if n in values for e in _parts(values[n], f"{prefix}{n}")]

    def _root(self, name: str) -> pl.Expr:
        """Where the versions differ at `name`, and not before."""
        before = {*closure(name, self.new), *closure(name, self.old)} - {name}
        earlier = [self._differs(n) for n in sorted(before & self.changed)]
        here = self._differs(name)
        return pl.all_horizontal(here, ~pl.any_horizontal(earlier)) if earlier else here

    def _differs(self, name: str) -> pl.Expr:
        old, new = self.old_values.get(name), self.new_values.get(name)
        if old is None or new is None:
            return pl.lit(value=True)
        if (old.number is None) != (new.number is None) or old.kind.name is not new.kind.name:
            return pl.lit(value=True)
        was, becomes = pl.col(f"{OLD}{name}"), pl.col(f"{NEW}{name}")
        if old.number is None or new.number is None:
            return was.ne_missing(becomes)
        scale = max(old.number.over.scale, new.number.over.scale)
        was = was * 10 ** (scale - old.number.over.scale)
        becomes = becomes * 10 ** (scale - new.number.over.scale)
        differs: pl.Expr = was.ne_missing(becomes)
        if old.number.under is not None or new.number.under is not None:
            # Two fractions that are written alike are the same; others are taken to differ.
            differs |= pl.col(f"{OLD}{name}/").ne_missing(pl.col(f"{NEW}{name}/"))
        return differs


def _parts(value: Value, name: str) -> Iterator[pl.Expr]:
    """A value as columns that two versions can compare."""
    if value.number is not None:
        yield value.number.over.expr.cast(pl.Int128).alias(name)
        under = value.number.under
        one = pl.lit(1, pl.Int128)
        yield (one if under is None else under.expr.cast(pl.Int128)).alias(f"{name}/")
    elif value.kind.name is KindName.LIST:
        yield value.expr.list.join("\x1f").alias(name)
    else:
        yield value.expr.alias(name)


def _meaning(maker: Maker | None) -> object:
    return None if maker is None else maker.meaning


def _same_drops(old: Mapping[str, Maker], new: Mapping[str, Maker]) -> frozenset[str]:
    """Requirements that both versions have, wherever they stand."""

    def drops(makers: Mapping[str, Maker]) -> dict[object, str]:
        return {m.meaning: n for n, m in makers.items() if n.startswith("drop.")}

    before, after = drops(old), drops(new)
    shared = before.keys() & after.keys()
    return frozenset([n for key in shared for n in (before[key], after[key])])
