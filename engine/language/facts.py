"""What a condition tells of presence: inside `only when x present`, x is not missing any more."""

from __future__ import annotations

from collections.abc import Mapping

from engine.language import syntax as s

Lets = Mapping[str, s.Value]


def present_where(condition: s.Expression, lets: Lets, *, holds: bool = True) -> frozenset[str]:
    """The names that are present wherever `condition` is yes (or with `holds` False, no).

    Looks through `let`: a name defined as a condition tells what its definition tells.
    """
    return _present(condition, lets, holds, frozenset())


def _present(condition: s.Value, lets: Lets, holds: bool, seen: frozenset[str]) -> frozenset[str]:  # noqa: FBT001 - recursion
    match condition:
        case s.Presence(value=s.Reference(name=name), present=present):
            return frozenset({name}) if present is holds else frozenset()
        case s.Not(condition=inner):
            return _present(inner, lets, not holds, seen)
        case s.And(left=left, right=right) if holds:
            return _present(left, lets, holds, seen) | _present(right, lets, holds, seen)
        case s.And(left=left, right=right):
            return _present(left, lets, holds, seen) & _present(right, lets, holds, seen)
        case s.Or(left=left, right=right) if holds:
            return _present(left, lets, holds, seen) & _present(right, lets, holds, seen)
        case s.Or(left=left, right=right):
            return _present(left, lets, holds, seen) | _present(right, lets, holds, seen)
        case s.Reference(name=name) if name in lets and name not in seen:
            return _present(lets[name], lets, holds, seen | {name})
        case _:
            return frozenset()
