"""Which situations the rows of a table, or the cases of a value, cover."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from engine.language import ruleset as r
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.space import Space
from engine.language.analyses.telling import situation
from engine.language.analyses.terms import Fit, Path, roots_of, with_paths
from engine.values.kinds import YES_NO


class Coverage(Struct, frozen=True):
    """Situations as sets: `live` those that come here at all, `rows` those that each row fits."""

    space: Space
    live: int
    rows: tuple[int, ...]

    @classmethod
    def of(cls, known: Knowledge, conditions: Sequence[r.Bound], path: Path) -> Coverage | None:
        """The coverage of `conditions` at the end of `path`; None: too many situations to look at."""
        space = Space(known)
        for condition in (*conditions, *(fit.condition for fit in path)):
            space.learn(condition)
        if not space.close():
            return None
        rows = tuple(space.truth(condition).yes for condition in conditions)
        return cls(space, along(space, path), rows)

    @property
    def uncovered(self) -> int:
        """The situations that come here and that no row fits."""
        rest = self.live
        for row in self.rows:
            rest &= ~row
        return rest


def along(space: Space, path: Path) -> int:
    """The situations in which a path is taken."""
    live = space.full
    for fit in path:
        yes = space.truth(fit.condition).yes
        live &= yes if fit.fits else ~yes
    return live


def uncovered_in(space: Space, conditions: Sequence[r.Bound]) -> int:
    """The situations that none of `conditions` fits."""
    rest = space.full
    for condition in conditions:
        rest &= ~space.truth(condition).yes
    return rest


def example(
    known: Knowledge,
    path: Path,
    conditions: Sequence[r.Bound],
    wanted: Callable[[Space], int],
    promise: r.Bound | None = None,
) -> str | None:
    """A product, in words, that is in one of the `wanted` situations; None where none is certain.

    The product takes `path`, and no rule that looks at the same fields keeps it out, save the
    `promise` that it is to break.
    """
    roots = frozenset[str]().union(*(known.roots(c) for c in conditions))
    # What depends on other fields alone can be met whatever these are.
    near = tuple(fit for fit in path if known.roots(fit.condition) & roots)
    refusals = [
        p
        for p in refusing_paths(known)
        if any(known.roots(f.condition) & roots for f in p)
        and not any(isinstance(c := f.condition, r.Opposite) and c.condition is promise for f in p)
    ]
    space = Space(known)
    for condition in conditions:
        space.learn(condition)
    shown = [name for name, dimension in space.dimensions.items() if dimension.solid]
    for fit in (*near, *(fit for refusal in refusals for fit in refusal)):
        space.learn(fit.condition)
    if not space.close():
        return None
    admissible = space.full
    for refusal in refusals:
        admissible &= ~along(space, refusal)
    found = space.witness(wanted(space) & along(space, near), admissible)
    if not found:
        return None
    told = [(d.subject, found[n]) for n, d in space.dimensions.items() if n in shown]
    return situation((subject, point) for subject, point in told if subject is not None)


def refusing_paths(known: Knowledge) -> list[Path]:
    """The conditions under which a row makes no offer, as far as rules say so plainly."""
    paths: list[Path] = []
    for step in known.rules.steps:
        match step:
            case r.ExcludeStep(condition=condition):
                paths.append((Fit(condition, fits=True),))
            case r.RequireStep(condition=condition, guard=guard, consequence=consequence):
                if consequence is r.ConsequenceKind.REJECT:
                    guards = () if guard is None else (Fit(guard, fits=True),)
                    paths.append((*guards, Fit(_opposite(condition), fits=True)))
            case r.AlwaysStep(condition=condition):
                paths.append((Fit(_opposite(condition), fits=True),))
            case _:
                paths += [p for root in roots_of(step) for p in _rejecting(root)]
    return paths


def _rejecting(root: r.Bound) -> list[Path]:
    """The paths that lead to `reject "..."` inside a value."""
    paths = []
    for value, path in with_paths(root):
        match value:
            case r.Choose(branches=branches, otherwise=otherwise):
                before: Path = path
                for branch in branches:
                    if isinstance(branch.value, r.Rejected):
                        paths.append((*before, Fit(branch.condition, fits=True)))
                    before = (*before, Fit(branch.condition, fits=False))
                if isinstance(otherwise, r.Rejected):
                    paths.append(before)
            case r.Repaired(repair=r.Repair.MISSING, value=inner, alternative=r.Rejected()):
                present = r.Present(
                    inner.span, YES_NO, missing=False, fails=False, value=inner, present=True
                )
                paths.append((*path, Fit(present, fits=False)))
            case _:
                pass
    return paths


def _opposite(condition: r.Bound) -> r.Bound:
    return r.Opposite(condition.span, YES_NO, condition.missing, condition.fails, condition)
